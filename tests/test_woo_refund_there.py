"""A seller of a WCFM marketplace asks for refunds in its store manager; here it is noted."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .woo_case import WooCase


@tagged("post_install", "-at_install")
class TestWooRefundThere(WooCase):
    def setUp(self):
        super().setUp()
        self.vendor = self.make_vendor_account()
        self.remote = self.make_order()
        self.ticket = self.read_ticket(self.vendor, self.remote).ticket_id
        self.order = self.find_order(self.remote, self.vendor)

    def open_there(self, user=None, order=None, **values):
        return (
            self.env["marketplace.refund.there"]
            .with_user(user or self.agent)
            .with_context(default_order_id=(order or self.order).id)
            .create(values)
        )

    def test_the_dialog_is_not_offered(self):
        order = self.order.with_user(self.agent)
        self.assertFalse(order.can_marketplace_refund or order.can_marketplace_gesture)
        self.assertTrue(order.can_marketplace_refund_there)
        action = order.action_marketplace_refund_there()
        self.assertEqual(action["res_model"], "marketplace.refund.there")

    def test_what_was_asked_is_noted(self):
        dialog = self.open_there(amount=12.5, reason="Shade is scratched.")
        self.assertIn(f"/orders-details/{self.order.marketplace_ref}/", dialog.url)
        self.assertIn("store manager", dialog.explanation)
        self.assertFalse(dialog.asked_before)
        dialog.action_record()
        refund = self.order.marketplace_refund_ids
        self.assertTrue(refund.is_there)
        self.assertEqual((refund.state, refund.amount, refund.user_id), ("asked", 12.5, self.agent))
        self.assertEqual((refund.ticket_id, refund.note), (self.ticket, "Shade is scratched."))
        self.assertFalse(refund.operation_ids, "nothing is sent from here")
        for record in (self.order, self.ticket, refund):
            note = record.message_ids.sorted("id")[-1]
            self.assertIn("12.50", str(note.body))
            self.assertIn("Shade is scratched.", str(note.body))
            self.assertEqual(note.author_id, self.agent.partner_id)
            self.assertTrue(note.is_internal or note.subtype_id == self.env.ref("mail.mt_note"))
        self.assertEqual(self.order.with_user(self.agent).marketplace_refund_count, 1)

    def test_requests_add_up_against_what_is_left(self):
        charged = self.order.marketplace_charged
        self.open_there(amount=20).action_record()
        dialog = self.open_there(self.manager, amount=charged - 19)
        self.assertIn("20.00", dialog.asked_before)
        self.assertIn(self.agent.name, dialog.asked_before)
        self.assertAmounts(self.order, charged, 0, 20, charged - 20)
        with self.refused("left to refund"):
            dialog.action_record()
        dialog.amount = charged - 20
        dialog.action_record()
        self.assertAmounts(self.order, charged, 0, charged, 0)
        self.assertEqual(len(self.order.marketplace_refund_ids), 2)

    def test_dates_in_the_readers_language(self):
        self.open_there(amount=20).action_record()
        self.env["res.lang"]._activate_lang("fr_FR")
        self.agent.lang = "fr_FR"
        text = self.open_there(amount=1).with_context(lang="fr_FR").asked_before
        self.assertRegex(text, r"\d\d/\d\d/\d{4}")

    def test_what_became_of_it_is_said_by_people(self):
        """WCFM does not tell of what was given without a request."""
        charged = self.order.marketplace_charged
        for amount in (20, 10):
            self.open_there(amount=amount).action_record()
        second, first = self.order.marketplace_refund_ids
        self.seller.refund(self.order.marketplace_ref, amount="20.00", paid=True)
        self.turn(pull=True, account=self.vendor)
        self.assertEqual((first.state, self.order.marketplace_refunded), ("asked", 0))
        self.assertIn("does not tell", self.order.with_user(self.agent).marketplace_refunds_hint)
        first.with_user(self.agent).action_given_there()
        second.with_user(self.agent).action_turned_down_there()
        self.assertEqual((first.state, second.state), ("accepted", "refused"))
        self.assertIn("saw that it was given", first.message)
        self.assertAmounts(self.order, charged, 20, 0, charged - 20)
        with self.refused("moved on"):
            first.with_user(self.agent).action_turned_down_there()
        outsider = self._make_user("seller", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaises(AccessError):
            second.with_user(outsider).action_given_there()

    def test_what_wcfm_gave_on_a_request_is_read(self):
        charged = self.order.marketplace_charged
        for amount in (5, 20):
            self.open_there(amount=amount).action_record()
        twenty, five = self.order.marketplace_refund_ids
        line = int(self.order.order_line[0].marketplace_ref)
        ref = self.order.marketplace_ref
        self.seller.refund(ref, line=line, amount="20.00", paid=True, request=True)
        self.turn(pull=True, account=self.vendor)
        self.assertEqual((twenty.state, five.state), ("accepted", "asked"))
        self.assertAmounts(self.order, charged, 20, 5, charged - 25)
        self.turn(pull=True, account=self.vendor)
        self.assertEqual(five.state, "asked")
        self.seller.refund(ref, line=line, amount="5.00", paid=True, request=True)
        self.turn(pull=True, account=self.vendor)
        self.assertEqual(five.state, "accepted")
        self.assertAmounts(self.order, charged, 25, 0, charged - 25)

    def tell(self, amount):
        line, ref = int(self.order.order_line[0].marketplace_ref), self.order.marketplace_ref
        self.seller.refund(ref, line=line, amount=amount, paid=True, request=True)
        self.turn(pull=True, account=self.vendor)

    def test_what_was_given_in_pieces_is_not_forgotten(self):
        charged = self.order.marketplace_charged
        for _time in range(2):
            self.open_there(amount=10).action_record()
        second, first = self.order.marketplace_refund_ids
        self.tell("4.00")
        self.assertEqual((first.state, second.state), ("asked", "asked"))
        self.tell("6.00")
        self.assertEqual((first.state, second.state), ("accepted", "asked"))
        self.tell("10.00")
        self.assertEqual((first.state, second.state), ("accepted", "accepted"))
        self.assertAmounts(self.order, charged, 20, 0, charged - 20)

    def test_what_was_told_before_it_was_asked_makes_up_no_request(self):
        self.tell("8.00")
        self.open_there(amount=10).action_record()
        first = self.order.marketplace_refund_ids
        self.tell("4.00")
        self.assertEqual(first.state, "asked")
        self.open_there(amount=5).action_record()
        second = self.order.marketplace_refund_ids - first
        self.tell("6.00")
        self.assertEqual((first.state, second.state), ("accepted", "asked"))
        self.tell("5.00")
        self.assertEqual(second.state, "accepted")
        third = self.order.marketplace_refund_ids
        self.open_there(amount=1).action_record()
        third = self.order.marketplace_refund_ids - third
        third.with_user(self.agent).action_given_there()
        self.open_there(amount=1).action_record()
        fourth = self.order.marketplace_refund_ids.filtered(lambda r: r.state == "asked")
        self.tell("1.00")
        self.assertEqual(fourth.state, "asked", "what was told is the one that people had seen")

    def test_what_people_said_before_it_was_read_counts_once(self):
        for amount in (20, 20):
            self.open_there(amount=amount).action_record()
        second, first = self.order.marketplace_refund_ids
        first.with_user(self.agent).action_given_there()
        line, ref = int(self.order.order_line[0].marketplace_ref), self.order.marketplace_ref
        self.seller.refund(ref, line=line, amount="20.00", paid=True, request=True)
        self.turn(pull=True, account=self.vendor)
        self.assertEqual((second.state, self.order.marketplace_refunded), ("asked", 20))

    def test_a_line_given_back_whole_is_not_to_be_shipped(self):
        remote = self.make_order(status="processing")
        self.turn(pull=True, account=self.vendor)
        order = self.find_order(remote, self.vendor)
        line = int(order.order_line[0].marketplace_ref)
        self.seller.refund(order.marketplace_ref, line=line, paid=True, request=True)
        self.turn(pull=True, account=self.vendor)
        states = order.marketplace_line_ids.mapped("marketplace_state")
        self.assertEqual((states, order.marketplace_state), (["refunded", "to_ship"], "to_ship"))
        self.assertAmounts(order, order.marketplace_charged, 59.38, 0, 35.46)

    def test_only_once_for_one_dialog(self):
        dialog = self.open_there(amount=2)
        dialog.action_record()
        with self.refused("asked for already"):
            dialog.action_record()

    def test_amounts_that_cannot_be(self):
        with self.refused("above zero"):
            self.open_there(amount=0).action_record()
        with self.refused("left to refund"):
            self.open_there(amount=self.order.marketplace_charged + 1).action_record()
        self.assertFalse(self.order.marketplace_refund_ids)

    def test_only_where_no_call_gives_back(self):
        order = self.read_order()
        self.assertFalse(order.with_user(self.agent).can_marketplace_refund_there)
        with self.assertRaises(UserError):
            self.open_there(order=order, amount=2).action_record()

    def test_only_agents(self):
        outsider = self._make_user("seller", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaises(AccessError):
            self.open_there(outsider, amount=2)
        self.open_there(amount=2).action_record()
        with self.assertRaises(AccessError):
            self.order.marketplace_refund_ids.with_user(outsider).state = "accepted"
