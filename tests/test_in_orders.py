"""Cases meet their orders; what cannot be stored is set aside and tried again."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.addons.marketplace_helpdesk.connectors.cdiscount import mapper
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .inbound_common import InboundCase, hours_ago

BLOCKED = "This customer is blocked."
CLIENT = "odoo.addons.marketplace_helpdesk.connectors.cdiscount.client"


@tagged("post_install", "-at_install")
class TestUnknownOrders(InboundCase):
    """The order comes into Odoo after its claim, by another route."""

    def _wait_for(self, **account_values):
        self.account.write({"order_policy": "await", **account_values})
        order = self.make_order()
        claim = self.make_claim(order)
        self.run_job()
        case = self.get_case(claim)
        self.assertFalse(case.sale_order_id)
        self.assertEqual(case.order_ref, order["number"])
        return order, case

    def _sell(self, **values):
        partner = self.env["res.partner"].create({"name": "Customer of the shop"})
        return self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create({"product_id": product.id}) for product in self.products
                ],
                **values,
            }
        )

    def _assert_linked(self, case, order, sale_order):
        self.assertEqual(case.sale_order_id, sale_order)
        self.assertEqual(case.ticket_id.sale_order_ids, sale_order)
        self.assertEqual(case.ticket_id.partner_id, sale_order.partner_id)
        self.run_job()  # reads it from the marketplace
        self.assertEqual(sale_order.marketplace_ref, order["number"])
        self.assertEqual(sale_order.marketplace_state, "shipped")
        self.assertEqual(sale_order.order_line.mapped("marketplace_ref"), ["REF-1", "REF-2"])
        self.assertEqual(sale_order.marketplace_charged, 79.7)

    def test_linked_by_customer_reference(self):
        order, case = self._wait_for()
        self._assert_linked(case, order, self._sell(client_order_ref=order["number"]))

    def test_linked_by_order_number_with_prefix_and_suffix(self):
        order, case = self._wait_for(order_field="name", order_prefix="CD-", order_suffix="/1")
        self._sell(name=order["number"])
        self.assertFalse(case.sale_order_id)
        self._assert_linked(case, order, self._sell(name=f"CD-{order['number']}/1"))

    def test_linked_by_source(self):
        order, case = self._wait_for(order_field="origin")
        self._assert_linked(case, order, self._sell(origin=order["number"]))

    def test_linked_when_the_reference_is_entered_later(self):
        order, case = self._wait_for()
        sale_order = self._sell()
        self.assertFalse(case.sale_order_id)
        sale_order.client_order_ref = order["number"]
        self._assert_linked(case, order, sale_order)

    def test_linked_for_a_salesperson_without_marketplace_rights(self):
        order, case = self._wait_for()
        seller = self._make_user("seller", "sales_team.group_sale_salesman_all_leads")
        sale_order = self._sell().with_user(seller)
        sale_order.client_order_ref = order["number"]
        self.assertEqual(case.sale_order_id.id, sale_order.id)

    def test_order_that_was_there_first(self):
        self.account.order_policy = "await"
        order = self.make_order()
        sale_order = self._sell(client_order_ref=order["number"])
        claim = self.make_claim(order)
        self.run_job()
        self._assert_linked(self.get_case(claim), order, sale_order)

    def test_order_of_another_company_stays_untouched(self):
        order, case = self._wait_for()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        sale_order = self._sell(company_id=other.id, order_line=[])
        sale_order.client_order_ref = order["number"]
        self.run_job()
        self.assertFalse(case.sale_order_id)
        self.assertFalse(sale_order.marketplace_ref)

    def test_waiting_order_is_not_created(self):
        order, _case = self._wait_for()
        self.assertFalse(self.env["sale.order"].search([("marketplace_ref", "=", order["number"])]))

    def test_lines_that_the_order_does_not_have_are_named(self):
        order, _case = self._wait_for()
        sale_order = self._sell(client_order_ref=order["number"])
        sale_order.order_line.filtered(lambda line: line.product_id == self.products[1]).unlink()
        self.run_job()
        self.assertIn("REF-2", sale_order.marketplace_warning)


@tagged("post_install", "-at_install")
class TestCreatedOrders(InboundCase):
    def _make_product(self, reference):
        return self.env["product.product"].create(
            {"name": reference, "default_code": reference, "taxes_id": False}
        )

    def test_order_is_created_with_its_prices(self):
        order = self.make_order(customer={"first_name": "Ana", "last_name": "Petit"})
        self.run_job()
        sale_order = self.env["sale.order"].search([("marketplace_ref", "=", order["number"])])
        self.assertEqual(sale_order.client_order_ref, order["number"])
        self.assertEqual(sale_order.amount_total, 79.7)
        self.assertEqual(sale_order.state, "sale")
        self.assertEqual(sale_order.company_id, self.company)
        self.assertEqual(sale_order.partner_id.name, "Ana Petit")
        self.assertFalse(sale_order.partner_id.email)
        self.assertIn("@", sale_order.marketplace_contact_address)

    def test_order_without_product_is_set_aside_and_others_land(self):
        bad = self.make_order(lines=[self.line("NO-SUCH", 5.0)])
        good = self.make_order()
        claim = self.make_claim(bad)
        self.run_job()
        letter = self.get_letters(remote_id=bad["number"])
        self.assertEqual(letter.state, "open")
        self.assertIn("NO-SUCH", letter.error)
        self.assertIn(bad["number"], letter.payload)
        self.assertEqual(self.get_stream("orders").health, "set_aside")
        self.assertEqual(self.account.dead_letter_count, 1)
        self.assertTrue(self.env["sale.order"].search([("marketplace_ref", "=", good["number"])]))
        self.assertTrue(self.get_case(claim).ticket_id)

    def test_order_set_aside_is_tried_again_once_its_product_exists(self):
        bad = self.make_order(lines=[self.line("NO-SUCH", 5.0)], updated_at=hours_ago(30))
        claim = self.make_claim(bad)
        self.run_job()
        letter = self.get_letters(remote_id=bad["number"])
        self._make_product("NO-SUCH")
        self.run_job()
        self.assertEqual(letter.state, "open")  # not before its time
        letter.tried_at = fields.Datetime.now() - timedelta(hours=2)
        self.run_job()
        self.assertEqual(letter.state, "solved")
        case = self.get_case(claim)
        self.assertEqual(case.sale_order_id.marketplace_ref, bad["number"])
        self.assertEqual(case.ticket_id.sale_order_ids, case.sale_order_id)

    def test_administrator_tries_again_at_once(self):
        bad = self.make_order(lines=[self.line("NO-SUCH", 5.0)], updated_at=hours_ago(30))
        self.run_job()
        self._make_product("NO-SUCH")
        letter = self.get_letters(remote_id=bad["number"])
        boss = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        letter.with_user(boss).action_retry()
        self.run_job()
        self.assertEqual(letter.state, "solved")

    def test_any_error_of_one_order_stops_no_other(self):
        blocked, good = self.make_order(), self.make_order()
        confirm = type(self.env["sale.order"]).action_confirm

        def refuse_one(orders):
            if blocked["number"] in orders.mapped("marketplace_ref"):
                raise UserError(BLOCKED)
            return confirm(orders)

        with self._confirming(refuse_one):
            self.run_job()
        self.assertEqual(self.get_letters(remote_id=blocked["number"]).state, "open")
        self.assertTrue(self.env["sale.order"].search([("marketplace_ref", "=", good["number"])]))
        self.assertTrue(self.get_stream("orders").last_success)

    def _confirming(self, function):
        return patch.object(type(self.env["sale.order"]), "action_confirm", function)


@tagged("post_install", "-at_install")
class TestFlaggedOrders(InboundCase):
    def test_flagged_order_without_case_is_reported_and_solved_when_it_comes(self):
        order = self.make_order(has_claims=True)
        self.run_job()
        letter = self.get_letters(kind="claim_without_case")
        self.assertEqual((letter.remote_id, letter.state), (order["number"], "open"))
        self.make_claim(order)
        self.run_job()
        self.assertEqual(letter.state, "solved")

    def test_report_is_withdrawn_with_the_flag(self):
        order = self.make_order(has_claims=True)
        self.run_job()
        self.seller.change_order(order["number"], has_claims=False)
        self.run_job()
        self.assertEqual(self.get_letters(kind="claim_without_case").state, "solved")

    def test_old_claim_of_a_flagged_order_is_asked_for_by_number(self):
        order = self.make_order()
        claim = self.make_claim(order, timestamp=hours_ago(24 * 20))
        self.run_job()
        case = self.get_case(claim)
        self.assertEqual(case.sale_order_id.marketplace_ref, order["number"])
        self.assertFalse(self.get_letters())
        self.assertFalse(case.awaiting_since)

    def test_asking_is_done_again_where_it_failed(self):
        self.make_claim(self.make_order(), timestamp=hours_ago(24 * 20))
        self.seller.fault("GetOrderClaimList", "http500_before")
        self.run_job()
        stream = self.get_stream("orders")
        self.assertTrue(stream.last_error)
        self.run_job()
        self.assertFalse(stream.last_error)
        self.assertEqual(self.account.case_count, 1)


@tagged("post_install", "-at_install")
class TestBrokenCases(InboundCase):
    """One bad record never stops its page."""

    def _with_mapper(self, spoil):
        good = mapper.map_case

        def map_case(node, kind, seller_names):
            return spoil(good(node, kind, seller_names))

        self.enterContext(mute_logger(CLIENT))
        return patch.object(mapper, "map_case", map_case)

    def test_case_that_cannot_be_stored(self):
        claims = [self.make_claim(text=f"Texte {n}") for n in range(3)]
        bad = str(claims[1]["id"])

        def spoil(case):
            if case.remote_id == bad:
                object.__setattr__(case, "kind", "nonsense")
            return case

        with self._with_mapper(spoil):
            self.run_job()
        self.assertFalse(self.get_case(claims[1]))
        self.assertTrue(self.get_case(claims[0]).ticket_id and self.get_case(claims[2]).ticket_id)
        letter = self.get_letters(remote_id=bad)
        self.assertEqual(letter.state, "open")
        self.assertIn("Texte 1", letter.payload)
        self.assertTrue(self.get_stream("claims").last_success)
        self.run_job()  # the overlap brings it again, whole this time
        self.assertTrue(self.get_case(claims[1]).ticket_id)
        self.assertEqual(letter.state, "solved")

    def test_case_that_cannot_be_read(self):
        claims = [self.make_claim(text=f"Texte {n}") for n in range(2)]
        bad = str(claims[0]["id"])

        def spoil(case):
            if case.remote_id == bad:
                raise ValueError("Timestamp is missing")
            return case

        with self._with_mapper(spoil):
            self.run_job()
        self.assertTrue(self.get_case(claims[1]).ticket_id)
        letter = self.get_letters(remote_id=bad)
        self.assertEqual((letter.state, letter.error), ("open", "Timestamp is missing"))
        self.assertIn("Texte 0", letter.payload)

    def test_ignored_record_stays_ignored(self):
        claim = self.make_claim()

        def spoil(_case):
            raise ValueError("Timestamp is missing")

        boss = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        with self._with_mapper(spoil):
            self.run_job()
            letter = self.get_letters(remote_id=str(claim["id"]))
            letter.with_user(boss).action_ignore()
            self.run_job()
        self.assertEqual(letter.state, "ignored")
        self.assertGreater(letter.attempts, 1)
