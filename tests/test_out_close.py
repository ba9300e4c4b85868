"""Closing, and steps that wait for each other."""

from unittest.mock import patch

from odoo.tests import tagged

from .out_case import Killed, OutCase

TEXT = "Bonjour, la pièce part demain matin."


@tagged("post_install", "-at_install")
class TestClose(OutCase):
    def closing(self, case):
        return case.operation_ids.filtered(lambda o: o.kind == "close").sorted("id")[-1:]

    def close(self, case):
        case.with_user(self.agent).action_close()
        return self.closing(case)

    def status(self, case):
        return self.seller.get_discussion(int(case.remote_id))["status"]

    def answered_case(self):
        claim = self.make_claim(self.make_order())
        self.seller.say(claim["id"], "Voilà qui est fait.", sender="seller")
        self.turn(pull=True)
        return self.get_case(claim)

    def test_alone(self):
        case = self.answered_case()
        closing = self.close(case)
        self.turn()
        self.assertEqual((closing.state, self.status(case)), ("done", "Closed"))
        self.assertFalse(case.is_open)
        self.assertTrue(case.ticket_id.stage_id.closed)
        self.assertFalse(case.with_user(self.agent).can_close)
        self.assertExecuted("CloseDiscussionList", 1)
        self.assertEqual(self.seller.count("smtp"), (0, 0), "nobody is mailed by closing")

    def test_asked_twice_is_one(self):
        case = self.answered_case()
        self.assertEqual(self.close(case), self.close(case))
        self.turn()
        self.assertExecuted("CloseDiscussionList", 1)

    def test_closed_already(self):
        case = self.answered_case()
        self.seller.change_discussion(int(case.remote_id), status="Closed")
        closing = self.close(case)
        self.turn()
        self.assertEqual((closing.state, closing.code), ("done", "AlreadyClosed"))
        self.assertFalse(case.is_open)

    def test_killed_while_closing(self):
        for moment in ("before", "after"):
            with self.subTest(moment):
                case = self.answered_case()
                closing = self.close(case)
                self.die(self.wire("CloseDiscussionList", **{moment: Killed()}))
                self.assertEqual(closing.state, "sending")
                self.wait(minutes=6)
                self.turn()
                self.assertEqual((closing.state, self.status(case)), ("done", "Closed"))
                self.assertFalse(case.is_open)

    def test_cancellation_pending(self):
        case = self.answered_case()
        self.seller.change_discussion(int(case.remote_id), cancel_pending=True)
        closing = self.close(case)
        self.turn()
        self.assertEqual((closing.state, closing.code), ("rejected", "UnauthorizedCancelPending"))
        self.assertIn("cancellation of the order is pending", closing.message)
        self.assertEqual(self.alarms(case.ticket_id), ["Closing: refused"])
        self.assertTrue(case.is_open)
        self.seller.change_discussion(int(case.remote_id), cancel_pending=False)
        closing.with_user(self.agent).action_retry()
        self.turn()
        self.assertEqual((closing.state, self.status(case)), ("done", "Closed"))
        self.assertEqual(self.alarms(case.ticket_id), [])

    def test_unanswered(self):
        case = self.make_case()
        closing = self.close(case)
        self.turn()
        self.assertEqual((closing.state, closing.code), ("rejected", "UnauthorizedLastAnswer"))
        self.assertIn("answer first", closing.message)
        self.assertTrue(case.is_open)

    def test_after_an_answer(self):
        """Only once the answer is seen in the thread."""
        case = self.make_case()
        reply = self.answer(case, close_after=True)
        closing = self.closing(case)
        self.assertEqual((closing.state, closing.after_id), ("waiting", reply))
        self.turn()
        self.assertEqual((reply.state, closing.state), ("sent", "waiting"))
        self.assertExecuted("CloseDiscussionList", 0)
        self.turn(pull=True)
        self.turn()
        self.assertEqual((reply.state, closing.state), ("done", "done"))
        self.assertEqual(self.status(case), "Closed")
        self.assertExecuted("CloseDiscussionList", 1)

    def test_asked_while_an_answer_is_on_its_way(self):
        case = self.make_case()
        reply = self.answer(case)
        self.turn()
        closing = self.close(case)
        self.assertEqual((closing.state, closing.after_id), ("waiting", reply))
        self.turn(pull=True)
        self.turn()
        self.assertEqual((closing.state, self.status(case)), ("done", "Closed"))

    def test_customer_was_faster(self):
        """The customer wrote after our answer: not closed over their head."""
        case = self.make_case()
        self.answer(case, close_after=True)
        self.turn()
        self.seller.say(int(case.remote_id), "Attendez !")
        self.turn(pull=True)
        self.turn()
        closing = self.closing(case)
        self.assertEqual((closing.state, closing.code), ("rejected", "UnauthorizedLastAnswer"))
        self.assertEqual(self.status(case), "Open")
        self.assertTrue(case.is_open)
        self.answer(case, "Oui, nous attendons.", close_after=True)
        for _index in range(3):
            self.turn(pull=True)
        self.assertEqual(self.status(case), "Closed")

    def test_refused_for_an_answer_that_is_not_seen_yet(self):
        """`UnauthorizedLastAnswer` while our answer travels: it waits for it, then closes."""
        case = self.make_case()
        closing = self.close(case)
        self.seller.fault("smtp", "silent")
        self.answer(case)
        self.turn()
        reply = case.operation_ids - closing
        self.assertEqual((reply.state, closing.state), ("sent", "waiting"))
        self.assertEqual(closing.after_id, reply)
        self.seller.say(int(case.remote_id), TEXT, sender="seller")
        self.turn(pull=True)
        self.turn()
        self.assertEqual((reply.state, closing.state), ("done", "done"))
        self.assertEqual(self.status(case), "Closed")

    def test_step_before_is_refused_retried_and_goes_on(self):
        case = self.make_case()
        self.seller.fault("smtp", "reject")
        reply = self.answer(case, close_after=True)
        closing = self.closing(case)
        self.turn(pull=True)
        self.assertEqual((reply.state, closing.state), ("rejected", "waiting"))
        self.wait(hours=3)
        self.turn(pull=True)
        self.assertEqual(closing.state, "waiting")
        reply.with_user(self.agent).action_retry()
        for _index in range(3):
            self.turn(pull=True)
        self.assertEqual((reply.state, closing.state), ("done", "done"))
        self.assertEqual(self.status(case), "Closed")
        self.assertSaid(case, TEXT)

    def test_step_before_is_abandoned(self):
        case = self.make_case()
        self.seller.fault("smtp", "reject")
        reply = self.answer(case, close_after=True)
        closing = self.closing(case)
        self.turn()
        reply.with_user(self.agent).action_abandon()
        self.assertEqual((reply.state, closing.state), ("cancelled", "cancelled"))
        self.assertIn("step before was abandoned", closing.message)
        self.assertEqual(self.bubble(reply), "canceled")
        self.turn(pull=True)
        self.assertEqual(self.status(case), "Open")
        self.assertSaid(case)
        self.assertExecuted("CloseDiscussionList", 0)

    def test_waiting_step_is_abandoned_alone(self):
        case = self.make_case()
        reply = self.answer(case, close_after=True)
        self.closing(case).with_user(self.agent).action_abandon()
        self.turn()
        self.turn(pull=True)
        self.turn()
        self.assertEqual((reply.state, self.closing(case).state), ("done", "cancelled"))
        self.assertEqual(self.status(case), "Open")

    def test_asked_at_the_moment_the_answer_is_seen(self):
        """Neither transaction saw the other: the closing would wait for what is done already."""
        for end, state in (("seen", "done"), ("abandoned", "cancelled")):
            with self.subTest(end):
                case = self.make_case()
                reply = self.answer(case, close_after=True)
                closing = self.closing(case)
                with patch.object(type(reply), "_end_waiting", lambda operation: None):
                    if end == "seen":
                        self.turn()
                        self.turn(pull=True)
                    else:
                        reply.with_user(self.agent).action_abandon()
                self.assertEqual((reply.state, closing.state), (state, "waiting"))
                self.turn()
                self.assertEqual(closing.state, state)
                self.assertEqual(self.status(case), "Closed" if end == "seen" else "Open")

    def test_answer_in_doubt_keeps_the_closing_waiting(self):
        case = self.make_case()
        self.wait(minutes=5)
        self.seller.fault("smtp", "close_before")
        reply = self.answer(case, close_after=True)
        self.turn(pull=True)
        self.wait(minutes=70)
        self.turn(pull=True)
        closing = self.closing(case)
        self.assertEqual((reply.state, closing.state), ("unknown", "waiting"))
        reply.with_user(self.manager).action_happened()
        self.assertEqual((reply.state, closing.state), ("done", "pending"))
        self.turn()
        # The marketplace has seen no answer: it is given some time, then people are told.
        self.assertEqual((closing.state, self.status(case)), ("pending", "Open"))
        for _index in range(5):
            self.wait(hours=1)
            self.turn()
        self.assertEqual((closing.state, self.status(case)), ("rejected", "Open"))
        self.assertEqual(self.alarms(case.ticket_id), ["Closing: refused"])

    def test_ticket_closes_all_its_cases(self):
        case = self.answered_case()
        ticket = case.ticket_id.with_user(self.agent)
        self.assertTrue(ticket.can_marketplace_close)
        ticket.action_marketplace_close()
        self.turn()
        self.assertEqual(self.status(case), "Closed")

    def test_reopened_and_closed_again(self):
        case = self.answered_case()
        self.close(case)
        self.turn()
        self.seller.say(int(case.remote_id), "Encore une question.")
        self.turn(pull=True)
        self.assertEqual((case.is_open, case.ticket_id.stage_id.closed), (True, False))
        self.answer(case, close_after=True)
        for _index in range(3):
            self.turn(pull=True)
        self.assertEqual(self.status(case), "Closed")
        self.assertExecuted("CloseDiscussionList", 2)
