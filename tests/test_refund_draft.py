"""Refunds that are saved first and asked for later."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .approval_case import ApprovalCase
from .out_case import GONE, SHIPPED


@tagged("post_install", "-at_install")
class TestRefundDraft(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_people()

    def test_a_draft_asks_nothing_and_counts_nowhere(self):
        order = self.read_order()
        draft = self.draft(order, "REF-1")
        lamp = draft.line_ids.sale_line_id
        self.assertEqual((draft.state, draft.line_ids.state), ("draft", "draft"))
        self.assertFalse(draft.operation_ids or draft.activity_ids)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        self.assertAmounts(lamp, 53.9, 0, 0, 53.9)
        self.assertEqual(lamp.marketplace_units_left, 1)
        self.assertNotIn("asked by", self.open_refund(order).line_ids[0].hint)
        self.limit(53.9)
        self.assertEqual(self.refund(order, "REF-1").state, "asked")
        self.turn()
        self.assertEqual(draft.state, "draft")
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_asked_later(self):
        order = self.read_order()
        draft = self.draft(order, "REF-1")
        draft.with_user(self.colleague).action_ask()
        self.assertEqual((draft.state, draft.user_id), ("asked", self.colleague))
        self.assertEqual(draft.operation_ids.user_id, self.colleague)
        self.assertAmounts(order, 79.7, 0, 53.9, 25.8)
        with self.refused("moved on"):
            draft.with_user(self.agent).action_ask()
        with self.refused("moved on"):
            draft.with_user(self.agent).action_discard()
        self.turn()
        self.assertEqual(draft.state, "accepted")
        self.assertLines(order, GONE, SHIPPED)
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_limit_of_whoever_asks(self):
        self.limit(20)
        order = self.read_order()
        draft = self.draft(order, "REF-1", user=self.manager)
        draft.with_user(self.agent).action_ask()
        self.assertEqual((draft.state, draft.user_id), ("to_approve", self.agent))
        self.assertEqual(self.waiting(draft), ["Bo", "Mary", "Sam"])
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)
        self.decide(draft)  # who had drafted it has not asked for it
        self.turn()
        self.assertLines(order, GONE, SHIPPED)

    def test_discarded(self):
        order = self.read_order()
        draft = self.draft(order, "REF-1")
        draft.with_user(self.agent).action_discard()
        self.assertEqual((draft.state, draft.line_ids.state), ("cancelled", "cancelled"))
        with self.refused("moved on"):
            draft.with_user(self.agent).action_ask()

    def test_money_asked_for_meanwhile(self):
        order = self.read_order()
        first, second = self.draft(order, "REF-1"), self.draft(order, "REF-1")
        first.with_user(self.agent).action_ask()
        with self.refused("left to refund|any more"):
            second.with_user(self.agent).action_ask()
        self.assertEqual((second.state, second.line_ids.state), ("draft", "draft"))
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_order_emptied_by_a_gesture_meanwhile(self):
        order = self.read_order()
        draft = self.draft(order, "REF-1")
        self.gesture(order, 40)
        with self.refused("Only 39.70.* of this order is left"):
            draft.with_user(self.agent).action_ask()
        self.assertEqual(draft.state, "draft")

    def test_line_refunded_elsewhere_meanwhile(self):
        order = self.read_order()
        draft = self.draft(order, "REF-1")
        lines = [{"seller_product_id": "REF-1", "state": GONE}]
        self.seller.change_order(order.marketplace_ref, lines=lines)
        self.refresh(order)
        with self.refused("not give this back in that way any more"):
            draft.with_user(self.agent).action_ask()
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)

    def test_window_over_meanwhile(self):
        order = self.read_order()
        noted = self.draft(order, "REF-1", note="Goodwill")
        bare = self.draft(order, "REF-2")
        self.wait(days=201)
        with self.time():
            with self.refused("Ask a manager"):
                noted.with_user(self.agent).action_ask()
            with self.refused("say in a new one why"):
                bare.with_user(self.manager).action_ask()
            noted.with_user(self.manager).action_ask()
        self.turn()
        self.assertEqual(noted.state, "accepted")
        self.assertLines(order, GONE, SHIPPED)

    def test_account_off(self):
        order = self.read_order()
        draft = self.draft(order, "REF-1")
        self.account.action_observe()
        with self.refused("observing: nothing is sent"):
            draft.with_user(self.agent).action_ask()

    def test_who_may(self):
        order = self.read_order()
        draft = self.draft(order, "REF-1")
        other = self.env["res.company"].create({"name": "Other"})
        outsiders = (
            self._make_user("seller", "sales_team.group_sale_salesman_all_leads"),
            self._make_user("stranger", "marketplace_helpdesk.group_manager", other),
        )
        for user in outsiders:
            for deed in ("action_ask", "action_discard"):
                with self.subTest(user=user.login, deed=deed), self.assertRaises(UserError):
                    getattr(draft.with_user(user), deed)()
        with self.assertRaises(AccessError):
            draft.with_user(self.agent).state = "asked"
        self.assertEqual(draft.state, "draft")
        self.assertFalse(draft.operation_ids)
