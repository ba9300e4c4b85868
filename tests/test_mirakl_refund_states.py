"""Asked, accepted, paid out, turned down, made in the back office: what people see."""

from odoo.tests import tagged

from .mirakl_refund_case import MiraklRefundCase

LAMP = "REF-1"


@tagged("post_install", "-at_install")
class TestMiraklRefundStates(MiraklRefundCase):
    def test_asked_accepted_paid(self):
        case = self.make_case()
        order = case.sale_order_id
        refund = self.ask_amount(order, 10)
        self.assertTrue(refund.tells_payout)
        self.assertEqual(refund.state, "asked")
        self.turn(pull=True)
        self.assertEqual(refund.state, "accepted")
        self.assertTrue(refund.line_ids.remote_id)
        self.assertFalse(refund.line_ids.paid_at)
        self.seller.payout(order.marketplace_ref)
        self.turn(pull=True)
        self.assertEqual(refund.state, "paid")
        self.assertTrue(refund.line_ids.paid_at)
        self.assertEqual(refund.accepted_amount, 10)
        self.assertAmounts(order, 79.7, 10, 0, 69.7)
        self.assertEqual(case.ticket_id.marketplace_refund_ids, refund)

    def test_paid_once_all_lines_are(self):
        order = self.read_order()
        refund = self.ask(order, "order")
        self.turn(pull=True)
        first, second = refund.line_ids
        first.paid_at = refund.create_date
        refund._refresh_state()
        self.assertEqual(refund.state, "accepted")
        second.paid_at = refund.create_date
        refund._refresh_state()
        self.assertEqual(refund.state, "paid")

    def test_made_in_the_back_office(self):
        order = self.read_order()
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=12, shipping=1)
        self.turn(pull=True)
        [refund] = order.marketplace_refund_ids
        self.assertTrue(refund.is_imported)
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 13))
        self.assertFalse(refund.operation_ids)
        self.assertAmounts(order, 79.7, 13, 0, 66.7)
        lamp = self.line_of(order, LAMP)
        self.assertEqual((lamp.marketplace_left_goods, lamp.marketplace_left_shipping), (37.9, 3))
        self.seller.payout(order.marketplace_ref)
        self.turn(pull=True)
        self.assertEqual(refund.state, "paid")
        self.assertEqual(len(order.marketplace_refund_ids), 1)
        rest = self.ask(order, lines=[LAMP])
        self.assertEqual(rest.amount, 40.9)
        self.turn()
        self.assertEqual(rest.state, "accepted")

    def test_payable_balance_too_small(self):
        self.seller.configure(options={"payable_balance": 5})
        case = self.make_case()
        order = case.sale_order_id
        refund = self.ask_amount(order, 10)
        self.turn()
        self.assertEqual((refund.state, refund.operation_ids.state), ("refused", "rejected"))
        self.assertIn("balance", refund.message)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        self.assertEqual(self.get_given(order), [])
        self.assertTrue(self.alarms(case.ticket_id))
        self.seller.configure(options={"payable_balance": 500})
        refund.operation_ids.with_user(self.agent).action_retry()
        self.assertAmounts(order, 79.7, 0, 10, 69.7)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertFalse(self.alarms(case.ticket_id))

    def test_closed_order(self):
        """Operators differ in whether a closed order can be refunded: this one refuses."""
        self.seller.configure(options={"refund_closed_orders": False})
        order = self.read_order(state="CLOSED")
        refund = self.ask_amount(order, 10)
        self.turn()
        self.assertEqual(refund.state, "refused")
        self.assertIn("closed", refund.message)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)

    def test_refunded_in_the_back_office_meanwhile(self):
        """Odoo has not read it, but the picture before sending shows it."""
        order = self.read_order()
        refund = self.ask(order, lines=[LAMP])
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=49.9)
        self.turn()
        self.assertEqual(refund.state, "refused")
        self.assertTrue(refund.message)
        self.assertRefunds(order, 49.9)
        self.assertExecuted("OR28", 0)
        self.turn(pull=True)
        self.assertAmounts(order, 79.7, 49.9, 0, 29.8)

    def test_right_missing(self):
        """The refund alone fails, and says which right the key lacks."""
        order = self.read_order()
        self.get_reason("refund", "17")
        rights = ("ORDER_READ", "ORDER_SETTINGS_READ", "MESSAGE_READ", "SHOP_READ")
        self.seller.configure(roles=[f"ROLE_PARTNER_{right}" for right in rights])
        refund = self.ask_amount(order, 10)
        self.turn()
        self.assertEqual((refund.state, refund.operation_ids.code), ("refused", "role"))
        self.assertIn("ROLE_PARTNER_ORDER_REFUND", refund.message)
        self.assertEqual(self.account.state, "enabled")
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
