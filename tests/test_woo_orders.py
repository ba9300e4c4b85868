"""A shop's orders become sale orders: linked or made, with its numbers, charges and refunds."""

from unittest.mock import patch

from odoo.tests import tagged

from .woo_case import WooCase


@tagged("post_install", "-at_install")
class TestWooOrders(WooCase):
    def test_an_order_comes_in_as_it_was_charged(self):
        order = self.read_order()
        remote = self.seller.get_order(order.marketplace_ref)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.client_order_ref, remote["number"])
        self.assertAmounts(order, float(remote["total"]), 0, 0, float(remote["total"]))
        self.assertAlmostEqual(order.amount_total, float(remote["total"]), 2)
        self.assertEqual(order.partner_id.email, remote["billing"]["email"])
        self.assertEqual(order.marketplace_state, "shipped")

    def test_a_change_comes_in_and_nothing_twice(self):
        order = self.read_order(status="processing")
        self.assertEqual(order.marketplace_state, "to_ship")
        self.seller.change_order(order.marketplace_ref, status="completed")
        self.turn(pull=True)
        self.turn(pull=True)
        self.assertEqual(self.find_order({"id": order.marketplace_ref}), order)
        self.assertEqual(order.marketplace_state, "shipped")

    def test_an_unpaid_order_waits(self):
        remote = self.make_order(status="on-hold")
        self.turn(pull=True)
        orders = self.env["sale.order"]
        self.assertFalse(orders.search([("marketplace_ref", "=", str(remote["id"]))]))
        self.seller.change_order(remote["number"], status="processing")
        self.turn(pull=True)
        self.assertTrue(self.find_order(remote))

    def test_refunds_made_in_the_shop_come_in(self):
        order = self.read_order()
        self.seller.refund(order.marketplace_ref, amount="10.00", reason="Scratch")
        self.turn(pull=True)
        total = order.marketplace_charged
        self.assertAmounts(order, total, 10.0, 0, total - 10)
        self.seller.refund(order.marketplace_ref)
        self.turn(pull=True)
        self.assertAmounts(order, total, total, 0, 0)

    def test_a_sellers_orders_come_in(self):
        account = self.make_vendor_account()
        order = self.read_vendor_order(account)
        self.assertEqual(order.marketplace_state, "shipped")
        stranger = self.make_order(lines=[self.line("REF-9", 5, vendor="stranger")])
        self.turn(pull=True, account=account)
        self.assertFalse(
            order.search([("marketplace_ref", "=", str(stranger["id"]))]),
            "an order of another seller",
        )


@tagged("post_install", "-at_install")
class TestWooNumbers(WooCase):
    options = {"order_number_prefix": "SHOP-"}

    def test_an_order_here_is_found_by_the_number_that_customers_know(self):
        remote = self.make_order()
        known = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Ada"}).id,
                "client_order_ref": remote["number"],
                "order_line": [(0, 0, {"product_id": p.id}) for p in self.products],
            }
        )
        other = known.copy({"client_order_ref": str(remote["id"])})
        self.assertNotEqual(remote["number"], str(remote["id"]))
        self.turn(pull=True)
        self.assertEqual(self.find_order(remote), known)
        self.assertFalse(other.marketplace_ref)
        self.assertTrue(self.account.has_own_numbers)

    def test_a_made_order_bears_it(self):
        self.account.order_prefix = "W-"
        order = self.read_order()
        number = self.seller.get_order(order.marketplace_ref)["number"]
        self.assertEqual(order.client_order_ref, f"W-{number}")


@tagged("post_install", "-at_install")
class TestWooCustomers(WooCase):
    """Who bought before is known again."""

    def buy(self, email, **customer):
        return self.read_order(customer={"email": email, **customer})

    def make_partner(self, email, user=None):
        """A contact with the customer's name and address, as a person types it in."""
        values = {"name": "Lena Muster", "street": "Beispielweg 4", "zip": "10115"}
        partners = self.env["res.partner"].with_user(user or self.env.user)
        return partners.create({**values, "city": "Berlin", "email": email})

    def test_known_by_the_address_however_it_is_written(self):
        first = self.buy("Lena.Muster@Customers.example").partner_id
        self.assertEqual(first.email, "Lena.Muster@Customers.example")
        for written in ("lena.muster@customers.example", " LENA.MUSTER@CUSTOMERS.EXAMPLE "):
            self.assertEqual(self.buy(written).partner_id, first)
        self.assertEqual(first.email, "Lena.Muster@Customers.example")

    def test_known_with_the_name_within_the_address(self):
        known = self.make_partner('"Lena Muster" <Lena@customers.example>')
        self.assertEqual(self.buy("lena@customers.example").partner_id, known)
        self.assertEqual(known.email, '"Lena Muster" <Lena@customers.example>')

    def test_of_two_the_one_with_the_address(self):
        self.make_partner(False)
        known = self.make_partner("Lena@customers.example")
        self.assertEqual(self.buy("lena@customers.example").partner_id, known)

    def test_namesakes_are_not_all_read(self):
        for address in (False, "max@customers.example"):
            for _one in range(5):
                self.make_partner(address)
        Partner = type(self.env["res.partner"])
        search, sizes = Partner.search, []

        def count(partners, domain, *arguments, **options):
            found = search(partners, domain, *arguments, **options)
            sizes.append(len(found))
            return found

        with patch.object(Partner, "search", count):
            first = self.buy("lena@customers.example").partner_id
            self.assertNotEqual(self.buy("").partner_id, self.env["res.partner"])
        self.assertEqual(first.email, "lena@customers.example")
        self.assertLessEqual(max(sizes), 1)

    def test_somebody_elses_address_is_somebody_else(self):
        others = self.make_partner("max@customers.example")
        unclear = self.make_partner("ask the boss")
        found = self.buy("lena@customers.example").partner_id
        self.assertNotIn(found, others + unclear)
        self.assertEqual(found.email, "lena@customers.example")
        self.assertEqual(others.email, "max@customers.example")
        self.assertEqual(unclear.email, "ask the boss")

    def test_what_is_no_address_is_not_kept(self):
        first = self.buy("none").partner_id
        self.assertFalse(first.email)
        self.assertEqual(self.buy("").partner_id, first)

    def test_an_address_told_later_is_filled_in(self):
        first = self.buy("").partner_id
        self.assertFalse(first.email)
        self.assertEqual(self.buy("Lena@customers.example").partner_id, first)
        self.assertEqual(first.email, "Lena@customers.example")
        self.assertNotEqual(self.buy("max@customers.example").partner_id, first)

    def test_a_persons_contact_stays_as_it_is(self):
        people = self._make_user("keeper", "base.group_user,base.group_partner_manager")
        known = self.make_partner(False, people)
        found = self.buy("lena@customers.example").partner_id
        self.assertEqual((found != known, found.email), (True, "lena@customers.example"))
        self.assertFalse(known.email)
        self.assertEqual(self.buy("lena@customers.example").partner_id, found)

    def test_a_customer_of_another_account_stays_without(self):
        """A marketplace that shows no addresses does not want its customers mailed."""
        order = self.buy("")
        vendor = self.make_vendor_account()
        order.copy({"marketplace_account_id": vendor.id})
        found = self.buy("lena@customers.example")
        self.assertEqual(found.partner_id.email, "lena@customers.example")
        self.assertEqual(found.marketplace_customer_email, "lena@customers.example")
        self.assertFalse(order.partner_id.email)
