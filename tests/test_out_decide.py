"""Where the marketplace cannot tell, a manager decides; agents retry and abandon the rest."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .out_case import GONE, SHIPPED, OutCase


@tagged("post_install", "-at_install")
class TestDecide(OutCase):
    def gesture_in_doubt(self, fault):
        """A gesture that nobody can settle but a person: (case, refund, its operation)."""
        case = self.make_case()
        refund = self.gesture(case.sale_order_id, 5)
        self.seller.fault("CreateRefundVoucher", fault)
        self.turn()
        self.wait(minutes=91)
        self.turn()
        operation = refund.operation_ids
        self.assertEqual((operation.state, operation.needs_decision), ("unknown", True))
        self.assertEqual(self.alarms(case.ticket_id), ["Commercial Gesture: in doubt"])
        self.assertEqual(operation.before["refunded"], "0")
        return case, refund, operation

    def notes(self, operation):
        texts = operation.message_ids.filtered("body").mapped(lambda m: (m.author_id, m.body))
        return [(author, str(body)) for author, body in texts]

    def test_it_did_not_happen(self):
        case, refund, operation = self.gesture_in_doubt("reset_before")
        order = refund.sale_order_id
        for user in (self.agent, self._make_user("stranger", "base.group_user")):
            with self.assertRaises(AccessError):
                operation.with_user(user).action_not_happened()
            with self.assertRaises(AccessError):
                operation.with_user(user).action_happened()
        self.turn()
        self.assertVouchers(order)
        operation.with_user(self.manager).action_not_happened()
        self.assertEqual((operation.state, refund.state), ("pending", "asked"))
        self.turn()
        self.assertEqual((operation.state, refund.state), ("done", "accepted"))
        self.assertVouchers(order, 5.0)
        self.assertExecuted("CreateRefundVoucher", 1)
        self.assertEqual(operation.decided_by_id, self.manager)
        self.assertTrue(
            any(
                author == self.manager.partner_id and "it did not happen" in body
                for author, body in self.notes(operation)
            )
        )
        self.assertEqual(self.alarms(case.ticket_id), [])

    def test_it_happened(self):
        """The manager saw it in the back office, though the order does not show it."""
        case, refund, operation = self.gesture_in_doubt("html")
        operation.with_user(self.manager).action_happened()
        self.assertEqual((operation.state, refund.state), ("done", "accepted"))
        self.assertAmounts(refund.sale_order_id, 79.7, 5, 0, 74.7)
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)
        self.assertTrue(
            any(
                author == self.manager.partner_id and "it happened" in body
                for author, body in self.notes(operation)
            )
        )
        self.assertEqual(self.alarms(case.ticket_id), [])
        with self.refused("moved on meanwhile"):
            operation.with_user(self.manager).action_not_happened()
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)

    def test_agents_cannot_send_a_doubt_again(self):
        _case, _refund, operation = self.gesture_in_doubt("reset_before")
        for name in ("action_retry", "action_abandon"):
            for user in (self.agent, self.manager):
                with self.refused("moved on meanwhile"):
                    getattr(operation.with_user(user), name)()
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)

    def test_nobody_writes_states_directly(self):
        _case, refund, operation = self.gesture_in_doubt("reset_before")
        for record in (refund, operation):
            with self.assertRaises(AccessError):
                record.with_user(self.agent).write({"state": "cancelled"})
            with self.assertRaises(AccessError):
                record.with_user(self.agent).unlink()

    def test_abandoned_before_it_left(self):
        order = self.read_order()
        refund = self.refund(order, "REF-1")
        refund.operation_ids.with_user(self.agent).action_abandon()
        self.assertEqual((refund.state, refund.operation_ids.state), ("cancelled", "cancelled"))
        self.assertIn(self.agent.name, refund.operation_ids.message)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        self.turn()
        self.assertLines(order, SHIPPED, SHIPPED)
        self.assertExecuted("CreateRefundVoucher", 0)
        with self.refused("moved on meanwhile"):
            refund.operation_ids.with_user(self.agent).action_retry()
        self.refund(order, "REF-1")
        self.turn()
        self.assertLines(order, GONE, SHIPPED)

    def test_abandoned_after_a_refusal(self):
        case = self.make_case()
        order = case.sale_order_id
        self.seller.fault("CreateRefundVoucher", "item_error")
        refund = self.refund(order, "REF-1")
        self.turn()
        self.assertEqual(self.alarms(case.ticket_id), ["Refund: refused"])
        refund.operation_ids.with_user(self.agent).action_abandon()
        self.assertEqual(self.alarms(case.ticket_id), [])
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_done_stays_done(self):
        order = self.read_order()
        refund = self.refund(order, "REF-1")
        self.turn()
        operation = refund.operation_ids
        for user, name in (
            (self.agent, "action_retry"),
            (self.agent, "action_abandon"),
            (self.manager, "action_happened"),
            (self.manager, "action_not_happened"),
        ):
            with self.refused("moved on meanwhile"):
                getattr(operation.with_user(user), name)()
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_strangers_neither_retry_nor_abandon(self):
        order = self.read_order()
        refund = self.refund(order, "REF-1")
        stranger = self._make_user("stranger", "base.group_user")
        for name in ("action_retry", "action_abandon"):
            with self.assertRaises(AccessError):
                getattr(refund.operation_ids.with_user(stranger), name)()
        self.assertEqual(refund.state, "asked")

    # Dropped ------------------------------------------------------------------------------------

    def test_it_did_not_happen_and_is_dropped(self):
        """What was asked is free again, and nothing is sent; agents may not."""
        case, refund, operation = self.gesture_in_doubt("reset_before")
        order = refund.sale_order_id
        self.assertAmounts(order, 79.7, 0, 5, 74.7)
        for user in (self.agent, self._make_user("stranger", "base.group_user")):
            with self.assertRaises(AccessError):
                operation.with_user(user).action_drop()
        self.assertEqual(operation.place, self.account.name)
        operation.with_user(self.manager).action_drop()
        self.assertEqual((operation.state, operation.needs_decision), ("unknown", False))
        self.assertAmounts(order, 79.7, 0, 5, 74.7)
        self.turn()
        self.assertEqual((operation.state, refund.state), ("cancelled", "cancelled"))
        self.assertIn(f"Decided by {self.manager.name}", refund.message)
        self.assertEqual(operation.decided_by_id, self.manager)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        self.assertEqual(self.alarms(case.ticket_id), [])
        self.assertTrue(any("drop it" in body for _author, body in self.notes(operation)))
        with self.refused("moved on meanwhile"):
            operation.with_user(self.manager).action_drop()
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)

    def test_shown_differently_before_it_is_dropped(self):
        """The manager decides on what the marketplace shows now."""
        _case, refund, operation = self.gesture_in_doubt("reset_before")
        operation.with_user(self.manager).action_drop()
        operation.now = {**operation.now, "refunded": "3"}
        self.turn()
        self.assertEqual((operation.state, operation.needs_decision), ("unknown", True))
        self.assertIn("had changed", refund.message)
        operation.with_user(self.manager).action_drop()
        self.turn()
        self.assertEqual((operation.state, refund.state), ("cancelled", "cancelled"))

    def test_only_money_is_dropped(self):
        reply = self.answer(self.make_case())
        reply.state = "unknown"
        with self.refused("gives money back"):
            reply.with_user(self.manager).action_drop()

    # Accounts that send nothing -----------------------------------------------------------------

    def test_an_account_that_does_not_write(self):
        case = self.make_case()
        order = case.sale_order_id
        refund = self.refund(order, "REF-1")
        reply = self.answer(case)
        for state in ("observing", "stopped", "disabled"):
            with self.subTest(state):
                if state == "observing":
                    self.account.action_observe()
                else:
                    self.account.state = state
                for ask in (
                    lambda: self.refund(order, "REF-2"),
                    lambda: self.gesture(order, 5),
                    lambda: self.answer(case),
                    lambda: case.with_user(self.agent).action_close(),
                    lambda: refund.operation_ids.with_user(self.agent).action_retry(),
                ):
                    with self.refused("nothing .*(is|can be) sent"):
                        ask()
                self.turn()
                # Not even a job that was running when the account changed.
                self.assertFalse(self.env["marketplace.outbox"]._claim(self.account))
                self.assertEqual((refund.operation_ids.state, reply.state), ("pending",) * 2)
        self.assertEqual(self.seller.count("CreateRefundVoucher"), (0, 0))
        self.assertEqual(self.seller.count("smtp"), (0, 0))
        self.account.action_enable()
        self.turn()
        self.assertEqual((refund.state, reply.state), ("accepted", "sent"))
        self.assertLines(order, GONE, SHIPPED)
