"""Above a limit: who is asked, who decides, what leaves and what does not."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .approval_case import ApprovalCase
from .out_case import GONE, SHIPPED


@tagged("post_install", "-at_install")
class TestRefundApproval(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_people()

    def setUp(self):
        super().setUp()
        self.limit(20)
        self.limit(5, what="gesture")
        self.limit(60, "manager")

    def ask(self, *skus, user=None, **values):
        """(ticket, order, a refund of the lamp that waits for approval)"""
        case = self.make_case()
        refund = self.refund(case.sale_order_id, *skus or ("REF-1",), user=user, **values)
        self.assertEqual(refund.state, "to_approve")
        return case.ticket_id, case.sale_order_id, refund

    def test_waits_and_leaves_after_approval(self):
        ticket, order, refund = self.ask()
        self.assertFalse(refund.operation_ids)
        self.assertAmounts(order, 79.7, 0, 53.9, 25.8)
        self.assertEqual(self.waiting(refund), ["Bo", "Mary", "Sam"])
        self.assertEqual(refund.approver_names, "Bo, Mary, or Sam")
        for record in (ticket, order, refund):
            note = self.notes(record)
            self.assertIn("53.90 € waits for approval by Bo, Mary, or Sam", note)
            self.assertIn("Alone, Anna gives up to 20.00 €. Nothing was asked from", note)
        self.turn()
        self.turn(pull=True)
        self.assertExecuted("CreateRefundVoucher", 0)
        self.assertLines(order, SHIPPED, SHIPPED)
        self.decide(refund, reason="Seen the photos")
        self.assertEqual((refund.state, refund.operation_ids.state), ("approved", "pending"))
        self.assertEqual(refund.operation_ids.user_id, self.agent)
        self.assertEqual(refund.approved_by_id, self.manager)
        self.assertTrue(refund.approved_at)
        self.assertEqual(refund.decision_reason, "Seen the photos")
        self.assertFalse(refund.activity_ids)
        for record in (ticket, order, refund):
            self.assertIn("Approved by Mary: Seen the photos. It is asked", self.notes(record))
        self.turn()
        self.assertEqual((refund.state, refund.operation_ids.state), ("accepted", "done"))
        self.assertLines(order, GONE, SHIPPED)
        self.assertExecuted("CreateRefundVoucher", 1)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)

    def test_whoever_asked_is_told(self):
        for verdict, words in (("approve", "Approved by Mary"), ("refuse", "Turned down by Mary")):
            _ticket, _order, refund = self.ask()
            self.decide(refund, verdict, reason="Enough")
            told = refund.message_ids.filtered(lambda m, w=words: w in m.body)
            self.assertEqual(told.notified_partner_ids, self.agent.partner_id)
            self.assertEqual(told.author_id, self.manager.partner_id)
            self.assertFalse(self.env["mail.mail"].search([("mail_message_id", "=", told.id)]))

    def test_approved_until_the_job_takes_it(self):
        _ticket, _order, refund = self.ask()
        self.decide(refund)
        self.seller.fault("GetOrderList", "quota")
        self.turn()
        self.assertEqual((refund.state, refund.operation_ids.state), ("approved", "pending"))
        seen = []
        genuine = type(refund)._note_claimed

        def note_claimed(record, operation):
            genuine(record, operation)
            seen.append((record.state, operation.state))

        self.patch(type(refund), "_note_claimed", note_claimed)
        self.wait(hours=1)
        self.turn()
        self.assertEqual(seen, [("asked", "sending")])
        self.assertEqual(refund.state, "accepted")

    def test_turned_down(self):
        ticket, order, refund = self.ask()
        for reason in (False, "", "  "):
            with self.refused("Say why"):
                self.decide(refund, "refuse", reason=reason)
        self.decide(refund, "refuse", reason="The customer has a new one")
        self.assertEqual((refund.state, refund.line_ids.state), ("refused", "refused"))
        self.assertEqual(refund.refused_by_id, self.manager)
        self.assertFalse(refund.approved_by_id or refund.operation_ids or refund.activity_ids)
        self.assertIn("Turned down by Mary: The customer has a new one", refund.message)
        for record in (ticket, order, refund):
            self.assertIn("Nothing was asked from", self.notes(record))
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)
        with self.refused("moved on"):
            refund.with_user(self.agent).action_retry()
        self.refund(order, "REF-1", user=self.boss)
        self.turn()
        self.assertLines(order, GONE, SHIPPED)

    def test_refused_by_the_marketplace_after_approval_is_tried_again(self):
        _ticket, order, refund = self.ask()
        self.decide(refund)
        self.seller.fault("CreateRefundVoucher", "item_error", text="Non.")
        self.turn()
        self.assertEqual(refund.state, "refused")
        self.assertFalse(refund.refused_by_id)
        refund.with_user(self.agent).action_retry()
        self.assertEqual(refund.state, "approved")
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertLines(order, GONE, SHIPPED)

    def test_tried_again_within_the_limit_of_whoever_approved(self):
        """What the approver approved since counts: the same money is approved once."""
        _ticket, order, refund = self.ask()
        self.decide(refund)
        self.seller.fault("CreateRefundVoucher", "item_error", text="Non.")
        self.turn()
        self.assertEqual(refund.state, "refused")
        other = self.refund(order, "REF-2")
        self.decide(other)
        with self.refused("above what Mary, who approved it, may approve. Ask for a new refund"):
            refund.with_user(self.agent).action_retry()
        self.assertEqual((refund.state, refund.operation_ids.state), ("refused", "rejected"))
        self.turn()
        self.assertLines(order, SHIPPED, GONE)
        again = self.refund(order, "REF-1")
        self.assertEqual(self.waiting(again), ["Bo", "Sam"])

    # Who ----------------------------------------------------------------------------------------

    def test_nobody_approves_the_own_request(self):
        """Not even whoever may approve everything for others."""
        self.limit(5, "manager", "gesture")
        _ticket, order, refund = self.ask(user=self.agent)
        managers = self.env.ref("marketplace_helpdesk.group_manager")
        self.agent.group_ids += managers
        administrators = self.env.ref("marketplace_helpdesk.group_administrator")
        for group in (managers, administrators):
            self.agent.group_ids += group
            self.assertFalse(refund.with_user(self.agent).can_decide)
            for verdict in ("approve", "refuse"):
                with self.refused("yourself", AccessError):
                    self.decide(refund, verdict, user=self.agent, reason="Mine")
                dialog = self.env["marketplace.refund.decision"].with_user(self.agent)
                dialog = dialog.create(
                    {"refund_id": refund.id, "verdict": verdict, "reason": "Mine"}
                )
                with self.refused("yourself", AccessError):
                    dialog.action_confirm()
        gesture = self.gesture(order, 6, user=self.manager)
        self.assertEqual(gesture.state, "to_approve")
        self.assertEqual(self.waiting(gesture), ["Anna", "Bo"])
        self.decide(gesture, user=self.boss)
        self.assertEqual(gesture.approved_by_id, self.boss)

    def test_agents_decide_nothing_and_write_nothing(self):
        _ticket, _order, refund = self.ask()
        for user in (self.agent, self.colleague):
            record = refund.with_user(user)
            for deed in (record.action_approve, record.action_refuse):
                with self.assertRaises(AccessError):
                    deed()
            dialog = self.env["marketplace.refund.decision"].with_user(user)
            with self.assertRaises(AccessError):
                dialog.create({"refund_id": refund.id, "verdict": "approve"})
        for user in (self.agent, self.manager, self.boss):
            record = refund.with_user(user)
            for values in (
                {"state": "approved"},
                {"approved_by_id": self.manager.id},
                {"user_id": self.colleague.id},
                {"request": {}},
            ):
                with self.assertRaises(AccessError):
                    record.write(values)
            with self.assertRaises(AccessError):
                record.line_ids.write({"amount": 0.01})
            with self.assertRaises(AccessError):
                record.copy()
        self.assertEqual((refund.state, refund.user_id), ("to_approve", self.agent))

    def test_limit_of_whoever_decides(self):
        _ticket, order, refund = self.ask()
        whole = self.refund(self.read_order())
        self.assertEqual(self.waiting(whole), ["Bo"])
        with self.refused("above your own limit. Bo may", AccessError):
            self.decide(whole)
        # The limit was lowered while a dialog was open.
        action = refund.with_user(self.manager).action_approve()
        dialog = self.env[action["res_model"]].with_user(self.manager)
        dialog = dialog.with_context(**action["context"]).create({})
        self.account.refund_limit_ids.filtered(lambda row: row.role == "manager").amount = 10
        with self.refused("above your own limit", AccessError):
            dialog.action_confirm()
        self.assertAmounts(order, 79.7, 0, 53.9, 25.8)

    def test_waiting_for_me(self):
        _ticket, _order, refund = self.ask()
        own = self.refund(self.read_order(), user=self.manager)
        self.assertEqual(own.state, "to_approve")
        expected = {
            self.agent: self.env["marketplace.refund"],
            self.manager: refund,
            self.second: refund,
            self.boss: refund + own,
        }
        for user, mine in expected.items():
            refunds = self.env["marketplace.refund"].with_user(user)
            self.assertEqual(refunds.search([("can_decide", "=", True)]), mine.sorted("id")[::-1])

    def test_approver_gone(self):
        """Another one decides; where nobody is left, the asker takes it back."""
        _ticket, order, refund = self.ask()
        (self.manager + self.second).active = False
        self.assertEqual(refund.with_user(self.agent).approver_names, "Bo")
        self.boss.group_ids -= self.env.ref("marketplace_helpdesk.group_administrator")
        self.boss.group_ids += self.env.ref("marketplace_helpdesk.group_agent")
        self.env.invalidate_all()
        self.assertFalse(refund.approver_names)
        refund.with_user(self.agent).action_take_back()
        self.assertEqual(refund.state, "cancelled")

    # Meanwhile ----------------------------------------------------------------------------------

    def test_two_managers(self):
        _ticket, _order, refund = self.ask()
        actions = [refund.with_user(user).action_approve() for user in (self.manager, self.second)]
        dialogs = [
            self.env[action["res_model"]].with_user(user).with_context(**action["context"])
            for action, user in zip(actions, (self.manager, self.second), strict=True)
        ]
        dialogs = [dialog.create({}) for dialog in dialogs]
        dialogs[0].action_confirm()
        with self.refused("Mary was faster"):
            dialogs[1].action_confirm()
        with self.refused("Mary was faster"):
            dialogs[0].action_confirm()
        with self.refused("moved on|faster"):
            refund.with_user(self.agent).action_take_back()
        self.assertEqual(len(refund.operation_ids), 1)

    def test_take_back(self):
        ticket, order, refund = self.ask()
        for user in (self.colleague, self.manager):
            with self.refused("Only Anna", AccessError):
                refund.with_user(user).action_take_back()
        refund.with_user(self.agent).action_take_back()
        self.assertEqual((refund.state, refund.line_ids.state), ("cancelled", "cancelled"))
        self.assertFalse(refund.activity_ids)
        self.assertIn("Taken back by Anna", refund.message)
        self.assertIn("Taken back by Anna", self.notes(ticket))
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        with self.refused("moved on"):
            refund.with_user(self.manager)._approve()
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)

    def test_money_gone_meanwhile(self):
        """Refunded in the back office after it was asked for: approving gives nothing twice."""
        _ticket, order, refund = self.ask()
        lines = [{"seller_product_id": "REF-1", "state": GONE}]
        self.seller.change_order(order.marketplace_ref, lines=lines)
        self.refresh(order)
        action = refund.with_user(self.manager).action_approve()
        dialog = self.env[action["res_model"]].with_user(self.manager)
        dialog = dialog.with_context(**action["context"]).create({})
        self.assertIn("turn it down", dialog.problem)
        with self.refused("turn it down"):
            dialog.action_confirm()
        self.assertEqual(refund.state, "to_approve")
        self.assertFalse(refund.operation_ids)
        self.decide(refund, "refuse", reason="Done in the back office")
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)
        self.assertAmounts(order, 79.7, 49.9, 0, 29.8)

    def test_money_of_the_order_gone_meanwhile(self):
        """A voucher of the back office leaves less of the order than was asked for."""
        order = self.read_order()
        refund = self.gesture(order, 70)
        self.assertEqual(refund.state, "to_approve")
        order.marketplace_gestures = 20
        with self.refused("Only 59.70.* of this order is left"):
            self.decide(refund, user=self.boss)
        self.assertEqual(refund.state, "to_approve")

    def test_account_off_meanwhile(self):
        _ticket, _order, refund = self.ask()
        self.account.action_observe()
        with self.refused("observing: nothing is sent"):
            self.decide(refund)
        self.decide(refund, "refuse", reason="The account is off")
        self.assertEqual(refund.state, "refused")

    def test_reason_not_accepted_any_more(self):
        _ticket, _order, refund = self.ask()
        refund.reason_id.active = False
        with self.refused("does not accept the reason"):
            self.decide(refund)
        self.assertEqual(refund.state, "to_approve")

    def test_window_over_meanwhile_needs_a_reason(self):
        _ticket, order, refund = self.ask()
        self.wait(days=201)
        with self.time():
            with self.refused("window is over: say why"):
                self.decide(refund)
            self.decide(refund, reason="Asked in time")
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertLines(order, GONE, SHIPPED)

    def test_asked_twice_while_it_waits(self):
        """What waits is asked: nobody asks for the same money again."""
        _ticket, order, refund = self.ask()
        with self.refused("Somebody was faster|left"):
            self.refund(order, "REF-1", user=self.boss)
        with self.refused("left to refund"):
            self.gesture(order, 25.81, user=self.boss)
        self.assertIn("asked by Anna", self.open_refund(order).line_ids[0].hint)
        self.decide(refund)
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_the_solution_of_an_incident_does_not_promise_what_waits(self):
        _ticket, order, refund = self.ask()
        case = order.marketplace_case_ids
        case.remote_created_at -= timedelta(days=1)
        self.assertFalse(case._describe_refunds())
        self.decide(refund)
        self.assertEqual(len(case._describe_refunds()), 1)

    def test_dialog_shows_what_is_decided_about(self):
        _ticket, _order, refund = self.ask()
        action = refund.with_user(self.manager).action_approve()
        dialog = self.env[action["res_model"]].with_user(self.manager)
        dialog = dialog.with_context(**action["context"]).create({})
        self.assertEqual((dialog.amount, dialog.charged, dialog.left), (53.9, 79.7, 25.8))
        self.assertFalse(dialog.problem or dialog.needs_reason)
        dialog.verdict = "refuse"
        self.assertTrue(dialog.needs_reason)
        with self.assertRaises(UserError):
            dialog.action_confirm()
