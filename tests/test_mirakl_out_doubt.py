"""Answers at Mirakl in doubt: never taken for another one, never overtaken, never sent twice."""

from unittest.mock import patch

from odoo.tests import tagged

from ..connectors import base
from ..connectors.mirakl.client import MiraklClient
from .mirakl_case import MiraklCase

TEXT = "Guten Tag, der Ersatz geht morgen an Sie heraus."
SECOND = "Und hier ist noch die Sendungsnummer dazu."


@tagged("post_install", "-at_install")
class TestMiraklReplyDoubt(MiraklCase):
    def test_next_answer_waits(self):
        """Nothing overtakes an answer in doubt; in the end both stand there in order."""
        case = self.make_case()
        self.seller.fault("M12", "reset_before")
        first = self.answer(case, TEXT)
        self.turn()
        self.assertEqual(first.state, "unknown")
        second = self.answer(case, SECOND)
        self.turn()
        self.turn()
        self.assertEqual((first.state, second.state), ("unknown", "pending"))
        self.assertSaid(case)
        self.wait(minutes=11)
        self.turn()
        self.assertEqual((first.state, second.state), ("done", "done"))
        self.assertSaid(case, TEXT, SECOND)

    def test_same_text_to_somebody_else(self):
        """The customer's answer never left; the same words for the operator did."""
        case = self.make_case()
        self.seller.fault("M12", "reset_before")
        first = self.answer(case, TEXT, recipient="customer")
        self.turn()
        self.assertEqual(first.state, "unknown")
        self.seller.say(case.remote_id, TEXT, sender="shop", to=["OPERATOR"])
        self.wait(minutes=11)
        self.turn()
        self.assertEqual(first.state, "unknown")
        self.assertTrue(first.needs_decision, "a person looks: it is not taken for delivered")
        self.assertFalse(first.remote_id)

    def test_same_text_in_another_case_of_the_order(self):
        """Two conversations that we start about one order: each message is one of them."""
        order = self.read_order()
        self.seller.fault("OR43", "reset_before")
        first = self.contact(order, TEXT).operation_ids
        second = self.contact(order, TEXT).operation_ids
        self.assertNotEqual(first.case_id, second.case_id)
        self.turn()
        self.assertEqual((first.state, second.state), ("unknown", "done"))
        self.turn()
        self.assertNotEqual(first.state, "done", "the other one's message is not this one")
        self.wait(minutes=11)
        self.turn()
        self.assertEqual((first.state, second.state), ("done", "done"))
        self.assertNotEqual(first.remote_id, second.remote_id)

    def test_one_number_one_answer(self):
        """Another worker has noted this number meanwhile: a person looks, and the job goes on."""
        case, other = self.make_case(), self.make_case()
        done = self.answer(other, TEXT)
        self.turn()
        reply = self.answer(case, TEXT)
        third = self.answer(other, SECOND)
        genuine = MiraklClient.perform

        def perform(client, operation, before=None):
            outcome = genuine(client, operation, before)
            if operation.case_remote_id != case.remote_id:
                return outcome
            return base.Outcome(True, remote_id=done.remote_id, case_remote_id=case.remote_id)

        with patch.object(MiraklClient, "perform", perform), self.assertLogs(level="WARNING"):
            self.turn()
        self.assertEqual((reply.state, reply.needs_decision), ("unknown", True))
        self.assertIn("could not be noted", reply.message)
        self.assertEqual(third.state, "done")

    def test_finding_meets_another_one(self):
        """The same while a doubt is settled."""
        case, other = self.make_case(), self.make_case()
        done = self.answer(other, TEXT)
        self.turn()
        self.seller.fault("M12", "reset_before")
        reply = self.answer(case, TEXT)
        self.turn()
        outcome = base.Outcome(True, remote_id=done.remote_id, case_remote_id=case.remote_id)
        found = base.Finding(base.FOUND, outcome, {"messages": []})
        with (
            patch.object(MiraklClient, "find", lambda *_args: found),
            self.assertLogs(level="WARNING"),
        ):
            self.turn()
        self.assertEqual((reply.state, reply.needs_decision), ("unknown", True))
