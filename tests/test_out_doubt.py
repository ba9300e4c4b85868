"""Exactly once: whatever becomes of the call, the answer or the process."""

import time
from unittest.mock import patch

from odoo.addons.marketplace_helpdesk.models.marketplace_account import MarketplaceAccount
from odoo.tests import tagged

from ..connectors.errors import UnknownOutcomeError
from .out_case import GONE, REFUSED, SHIPPED, Killed, OutCase

# What happens to a call, and whether the marketplace executed it all the same.
FAULTS = (
    ({"fault": "timeout_before", "seconds": 0.2}, False),
    ({"fault": "timeout_after", "seconds": 0.2}, True),
    ({"fault": "reset_before"}, False),
    ({"fault": "reset_after"}, True),
    ({"fault": "http500_before"}, False),
    ({"fault": "http500_after"}, True),
    ({"fault": "http500_before", "bare": True}, False),
    ({"fault": "http500_after", "bare": True}, True),
    ({"fault": "html"}, False),
    ({"fault": "empty"}, True),
    ({"fault": "truncated"}, True),
    ({"fault": "wrong_xml"}, False),
    ({"fault": "sql_text"}, False),
)
EXECUTED = [executed for _fault, executed in FAULTS]
ALL = len(FAULTS)


@tagged("post_install", "-at_install")
class TestDoubt(OutCase):
    def orders(self, count=ALL, **values):
        """Orders of one line each."""
        lines = [self.line("REF-1", 49.9, shipping=4.0)]
        values = {"lines": lines, **values}
        return self.read_orders(*(self.make_order(**values) for _index in range(count)))

    def plan(self, operation):
        for fault, _executed in FAULTS:
            self.seller.fault(operation, **fault)

    def line_states(self, orders):
        remote = {order["number"]: order for order in self.seller.state["orders"]}
        return [remote[order.marketplace_ref]["lines"][0]["state"] for order in orders]

    def test_refunds(self):
        orders = self.orders()
        self.plan("CreateRefundVoucher")
        for order in orders:
            self.refund(order)
        operations = orders.marketplace_refund_ids.operation_ids.sorted("id")
        self.turn()
        self.assertEqual(set(operations.mapped("state")), {"unknown"})
        self.assertEqual(set(orders.marketplace_refund_ids.mapped("state")), {"doubt"})
        self.assertEqual(self.line_states(orders), [GONE if done else SHIPPED for done in EXECUTED])
        self.turn()
        expected = ["done" if done else "unknown" for done in EXECUTED]
        self.assertEqual(operations.mapped("state"), expected)
        # What is not there may only be invisible yet: it is not sent again within 90 minutes.
        self.wait(minutes=85)
        self.turn()
        self.assertEqual(operations.mapped("state"), expected)
        self.assertExecuted("CreateRefundVoucher", sum(EXECUTED))
        self.wait(minutes=6)
        self.turn()
        self.assertEqual(set(operations.mapped("state")), {"done"})
        self.assertEqual(set(orders.marketplace_refund_ids.mapped("state")), {"accepted"})
        self.assertEqual(set(self.line_states(orders)), {GONE})
        self.assertExecuted("CreateRefundVoucher", ALL)
        self.assertEqual(self.seller.count("CreateRefundVoucher")[0], ALL + EXECUTED.count(False))

    def test_refusals(self):
        orders = self.orders(state="WaitingForShipmentAcceptation")
        self.plan("ValidateOrderList")
        for order in orders:
            dialog = self.open_refusal(order)
            dialog.action_refuse_all()
            self.confirm(dialog)
        refunds = orders.marketplace_refund_ids.sorted("id")
        self.turn()
        self.assertEqual(set(refunds.mapped("state")), {"doubt"})
        self.turn()
        expected = ["accepted" if done else "doubt" for done in EXECUTED]
        self.assertEqual(refunds.mapped("state"), expected)
        self.wait(minutes=91)
        self.turn()
        self.assertEqual(set(refunds.mapped("state")), {"accepted"})
        self.assertEqual(set(self.line_states(orders)), {REFUSED})
        self.assertExecuted("ValidateOrderList", ALL)

    def test_gestures(self):
        """A voucher that shows is found; one that does not is no proof: a person decides."""
        orders = self.orders()
        self.plan("CreateRefundVoucher")
        for order in orders:
            self.gesture(order, 5)
        operations = orders.marketplace_refund_ids.operation_ids.sorted("id")
        self.turn()
        self.assertEqual(set(operations.mapped("state")), {"unknown"})
        self.turn()
        expected = ["done" if done else "unknown" for done in EXECUTED]
        self.assertEqual(operations.mapped("state"), expected)
        self.assertFalse(any(operations.mapped("needs_decision")))
        self.wait(minutes=91)
        self.turn()
        self.wait(days=3)
        self.turn()
        self.assertEqual(operations.mapped("state"), expected)
        self.assertEqual(operations.mapped("needs_decision"), [not done for done in EXECUTED])
        self.assertExecuted("CreateRefundVoucher", sum(EXECUTED))
        vouchers = [len(order["vouchers"]) for order in self.seller.state["orders"]]
        self.assertEqual(vouchers, [int(done) for done in EXECUTED])

    def test_closings(self):
        """Closing twice is harmless: it is simply tried again, and ends closed."""
        claims = [self.make_claim() for _index in range(ALL)]
        for claim in claims:
            self.seller.say(claim["id"], "C'est réglé.", sender="seller")
        self.turn(pull=True)
        cases = self.env["marketplace.case"].search([("account_id", "=", self.account.id)])
        self.assertEqual(len(cases), ALL)
        self.plan("CloseDiscussionList")
        cases.with_user(self.agent).action_close()
        self.turn()
        self.assertEqual(set(cases.operation_ids.mapped("state")), {"unknown"})
        self.turn()
        self.assertEqual(set(cases.operation_ids.mapped("state")), {"done"})
        self.assertEqual(set(cases.mapped("is_open")), {False})
        statuses = {d["status"] for d in self.seller.state["discussions"]}
        self.assertEqual(statuses, {"Closed"})

    def test_deadline_of_a_call(self):
        """An answer that comes after the deadline of the call does not come at all."""
        order = self.orders(1)
        self.seller.fault("CreateRefundVoucher", "slow", seconds=1.5)
        refund = self.refund(order)
        genuine = MarketplaceAccount._client_options
        options = patch.object(
            MarketplaceAccount, "_client_options", lambda self: {**genuine(self), "timeout": 1}
        )
        with options:
            self.turn()
        self.assertEqual((refund.state, refund.operation_ids.code), ("doubt", "timeout"))
        while not self.seller.count("CreateRefundVoucher")[1]:
            time.sleep(0.05)  # the marketplace is still at it
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertLines(order, GONE)
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_answer_to_the_look_is_lost_too(self):
        order = self.orders(1)
        self.seller.fault("CreateRefundVoucher", "reset_after")
        refund = self.refund(order)
        self.turn()
        self.seller.fault("GetOrderList", "html")
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.turn()
        self.assertEqual(refund.state, "doubt", "not asked again at once")
        self.wait(minutes=6)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_only_some_lines_are_found(self):
        """A part was executed and the answer lost: the rest is shown as not done."""
        order = self.read_order()
        self.seller.fault("CreateRefundVoucher", "item_error", index=1)
        refund = self.refund(order)
        lost = UnknownOutcomeError("The connection broke.")
        with self.wire("CreateRefundVoucher", after=lost):
            self.turn()
        self.assertEqual(refund.state, "doubt")
        self.wait(minutes=91)
        self.turn()
        self.assertEqual(refund.state, "partial")
        self.assertEqual(refund.line_ids.mapped("state"), ["accepted", "refused"])
        self.assertEqual((refund.accepted_amount, order.marketplace_left), (53.9, 25.8))
        self.assertLines(order, GONE, SHIPPED)
        self.assertExecuted("CreateRefundVoucher", 1)

    # Nothing was sent ---------------------------------------------------------------------------

    def test_token_refused_on_a_write(self):
        for fault in ("token_expired", "token_malformed"):
            with self.subTest(fault):
                order = self.orders(1)
                self.seller.fault("CreateRefundVoucher", fault)
                refund = self.refund(order)
                before = self.seller.count("CreateRefundVoucher")[1]
                tokens = self.seller.count("token")[0]
                self.turn()
                self.assertEqual((refund.state, refund.operation_ids.state), ("asked", "pending"))
                self.wait(minutes=6)
                self.turn()
                self.assertEqual(refund.state, "accepted")
                self.assertEqual(self.seller.count("token")[0], tokens + 1)
                self.assertExecuted("CreateRefundVoucher", before + 1)

    def test_quota(self):
        """Postponed to the next full hour, nothing lost and nothing sent before."""
        orders = self.orders(3)
        self.seller.fault("CreateRefundVoucher", "quota", times=2)
        refunds = [self.refund(order) for order in orders]
        self.turn()
        self.assertEqual([r.state for r in refunds], ["asked", "asked", "accepted"])
        waiting = refunds[0].operation_ids
        self.assertIn("hourly number of calls", waiting.message)
        self.assertEqual((waiting.retry_at.minute, waiting.code), (0, False))
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 1)
        self.wait(hours=1)
        self.turn()
        self.assertEqual([r.state for r in refunds], ["accepted"] * 3)
        self.assertExecuted("CreateRefundVoucher", 3)

    def test_hurried_by_a_person(self):
        """What waits for its next try can be sent at once."""
        order = self.orders(1)
        self.seller.fault("CreateRefundVoucher", "quota")
        refund = self.refund(order)
        self.turn()
        refund.operation_ids.with_user(self.agent).action_retry()
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_connection_refused(self):
        order = self.orders(1)
        address = self.account.service_url
        self.account.service_url = "http://127.0.0.1:9/nobody.svc"
        refund = self.refund(order)
        self.turn()
        self.assertEqual((refund.state, refund.operation_ids.state), ("asked", "pending"))
        self.assertIn("nothing was sent", refund.operation_ids.message)
        self.account.service_url = address
        self.turn()
        self.assertLines(order, SHIPPED)
        self.wait(minutes=6)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_picture_cannot_be_read(self):
        """Without the picture before, nothing is sent."""
        orders = self.orders(4)
        faults = ("html", "reset_after", "http500_before", "wrong_xml")
        for fault in faults:
            self.seller.fault("GetOrderList", fault)
        for order in orders:
            self.refund(order)
        operations = orders.marketplace_refund_ids.operation_ids
        self.turn()
        self.assertEqual(set(operations.mapped("state")), {"pending"})
        self.assertEqual(self.seller.count("CreateRefundVoucher"), (0, 0))
        self.wait(minutes=6)
        self.turn()
        self.assertEqual(set(operations.mapped("state")), {"done"})
        self.assertExecuted("CreateRefundVoucher", 4)

    def test_login_refused(self):
        """The account stops; what was asked waits until it is mended."""
        order = self.orders(1)
        self.account.sudo().token = False
        self.seller.configure(password="changed")
        refund = self.refund(order)
        self.turn()
        self.assertEqual((self.account.state, refund.operation_ids.state), ("stopped", "pending"))
        self.assertTrue(self.account.activity_ids)
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)
        self.account.password_input = "changed"
        self.account.action_enable()
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_right_missing_for_refunds(self):
        """The refund is refused, loudly, and nothing else stops."""
        order = self.orders(1)
        self.seller.fault("CreateRefundVoucher", "not_authorised")
        refund = self.refund(order)
        self.turn()
        operation = refund.operation_ids
        self.assertEqual((self.account.state, operation.state), ("enabled", "rejected"))
        self.assertEqual((operation.code, refund.state), ("not_authorised", "refused"))
        self.assertIn("rights", operation.message)
        operation.with_user(self.agent).action_retry()
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertExecuted("CreateRefundVoucher", 1)

    # The process dies ---------------------------------------------------------------------------

    def test_killed_before_anything_left(self):
        """Claimed, and the picture was being read: simply again, after the lease."""
        for moment in ("before", "after"):
            with self.subTest(moment):
                order = self.orders(1)
                refund = self.refund(order)
                operation = refund.operation_ids
                self.die(self.wire("GetOrderList", **{moment: Killed()}))
                self.assertEqual((operation.state, operation.sent_at), ("sending", False))
                self.turn()
                self.assertEqual(operation.state, "sending", "the lease still runs")
                self.assertLines(order, SHIPPED)
                self.wait(minutes=6)
                self.turn()
                self.assertEqual((operation.state, operation.attempts), ("done", 2))
                self.assertLines(order, GONE)
        self.assertExecuted("CreateRefundVoucher", 2)

    def test_killed_before_the_call_left(self):
        order = self.orders(1)
        refund = self.refund(order)
        operation = refund.operation_ids
        self.die(self.wire("CreateRefundVoucher", before=Killed()))
        self.assertEqual((operation.state, bool(operation.sent_at)), ("sending", True))
        self.turn()
        self.assertEqual(operation.state, "sending")
        self.wait(minutes=6)
        self.turn()
        self.assertEqual((operation.state, refund.state), ("unknown", "doubt"))
        self.assertExecuted("CreateRefundVoucher", 0)
        self.wait(minutes=86)
        self.turn()
        self.assertEqual((operation.state, refund.state), ("done", "accepted"))
        self.assertLines(order, GONE)
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_killed_before_the_answer_was_noted(self):
        order = self.orders(1)
        refund = self.refund(order)
        operation = refund.operation_ids
        self.die(self.wire("CreateRefundVoucher", after=Killed()))
        self.assertEqual((operation.state, refund.state), ("sending", "asked"))
        self.assertLines(order, GONE)
        self.wait(minutes=6)
        self.turn()
        self.assertEqual((operation.state, refund.state), ("done", "accepted"))
        self.assertExecuted("CreateRefundVoucher", 1)
        self.assertEqual(self.seller.count("CreateRefundVoucher")[0], 1)

    def test_gesture_killed_before_the_call_left(self):
        """An equal gesture of before is not taken for the lost one, and later money waits."""
        order = self.orders(1)
        self.gesture(order, 5)
        self.turn()
        second = self.gesture(order, 5)
        self.die(self.wire("CreateRefundVoucher", before=Killed()))
        third = self.gesture(order, 5)
        self.wait(minutes=6)
        self.turn()
        self.assertEqual((second.state, third.state), ("doubt", "asked"))
        self.assertVouchers(order, 5.0)
        self.assertAmounts(order, 53.9, 5, 10, 38.9)
        self.wait(minutes=91)
        self.turn()
        self.assertTrue(second.operation_ids.needs_decision)
        second.operation_ids.with_user(self.manager).action_not_happened()
        self.turn()
        self.assertEqual((second.state, third.state), ("accepted", "accepted"))
        self.assertVouchers(order, 5.0, 5.0, 5.0)
        self.assertAmounts(order, 53.9, 15, 0, 38.9)

    def test_gesture_found_by_its_voucher(self):
        order = self.orders(1)
        self.gesture(order, 5)
        self.turn()
        second = self.gesture(order, 5)
        self.die(self.wire("CreateRefundVoucher", after=Killed()))
        self.assertVouchers(order, 5.0, 5.0)
        self.wait(minutes=6)
        self.turn()
        self.assertEqual(second.state, "accepted")
        self.assertVouchers(order, 5.0, 5.0)
        self.assertAmounts(order, 53.9, 10, 0, 43.9)

    def test_killed_during_a_refusal(self):
        for moment, count in (("before", 0), ("after", 1)):
            with self.subTest(moment):
                order = self.orders(1, state="WaitingForShipmentAcceptation")
                dialog = self.open_refusal(order)
                dialog.action_refuse_all()
                refund = self.confirm(dialog)
                executed = self.seller.count("ValidateOrderList")[1]
                self.die(self.wire("ValidateOrderList", **{moment: Killed()}))
                self.wait(minutes=6)
                self.turn()
                self.assertEqual(refund.state, "accepted" if count else "doubt")
                self.wait(minutes=91)
                self.turn()
                self.assertEqual(refund.state, "accepted")
                self.assertLines(order, REFUSED)
                self.assertExecuted("ValidateOrderList", executed + 1)

    # Two workers --------------------------------------------------------------------------------

    def test_second_claim_gets_nothing(self):
        order = self.orders(1)
        refund = self.refund(order)
        outbox = self.env["marketplace.outbox"]
        first = outbox._claim(self.account)
        self.assertEqual(first, refund.operation_ids)
        self.assertEqual((first.state, bool(first.lease_until)), ("sending", True))
        self.assertFalse(outbox._claim(self.account))
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)

    def test_claims_keep_to_their_account(self):
        other = type(self.seller)()
        account = self._make_account(other)
        order = self.orders(1)
        self.refund(order)
        self.turn(account=account)
        self.assertExecuted("CreateRefundVoucher", 0)
        self.assertEqual(other.count("CreateRefundVoucher"), (0, 0))
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 1)
