"""Refunds at Mirakl whose answer is lost: found, sent again, or left to a person; never doubled."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ..connectors import base
from ..connectors.mirakl.client import MiraklClient
from .mirakl_refund_case import MiraklRefundCase
from .out_case import Killed

LAMP = "REF-1"


@tagged("post_install", "-at_install")
class TestMiraklRefundDoubt(MiraklRefundCase):
    def settle(self, *refunds):
        """Turns of the job until nothing is in doubt, or a person must decide."""
        for _step in range(6):
            operations = self.env["marketplace.operation"].union(
                *(refund.operation_ids for refund in refunds)
            )
            if all(o.state in ("done", "rejected") or o.needs_decision for o in operations):
                return
            self.wait(minutes=11)
            self.turn()

    def test_doubt_counts_as_asked(self):
        order = self.read_order()
        self.seller.fault("OR28", "reset_after")
        refund = self.ask_amount(order, 10)
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.assertAmounts(order, 79.7, 0, 10, 69.7)
        self.assertIn(refund.name, self.open_refund(order).doubt)
        self.settle(refund)
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 10))
        self.assertTrue(refund.line_ids.remote_id, "the refund found there is known by its number")
        self.turn(pull=True)
        self.assertAmounts(order, 79.7, 10, 0, 69.7)
        self.assertEqual(order.marketplace_refund_ids, refund, "it was not imported besides")
        self.assertExecuted("OR28", 1)

    def test_read_while_it_was_in_doubt(self):
        """Taken for one of the back office meanwhile, it is known as ours in the end."""
        order = self.read_order()
        self.seller.fault("OR28", "reset_after")
        refund = self.ask_amount(order, 10)
        self.turn()
        self.assertEqual(refund.state, "doubt")
        [line] = self.seller.get_order(order.marketplace_ref)["lines"][:1]
        [remote] = line["refunds"]
        self.env["marketplace.refund"].create(
            {
                "account_id": self.account.id,
                "sale_order_id": order.id,
                "kind": "amount",
                "state": "accepted",
                "is_imported": True,
                "currency_id": order.currency_id.id,
                "line_ids": [
                    Command.create(
                        {
                            "sale_line_id": self.line_of(order, LAMP).id,
                            "item": line["id"],
                            "name": "Lamp",
                            "amount": 10,
                            "state": "accepted",
                            "remote_id": remote["id"],
                        }
                    )
                ],
            }
        )
        self.settle(refund)
        self.turn(pull=True)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertEqual(refund.line_ids.remote_id, remote["id"])
        self.assertAmounts(order, 79.7, 10, 0, 69.7)

    def test_two_equal_refunds_the_answer_of_the_second_lost(self):
        order = self.read_order()
        first = self.ask_amount(order, 10)
        self.turn()
        self.seller.fault("OR28", "reset_after")
        second = self.ask_amount(order, 10)
        self.turn()
        self.settle(second)
        self.assertEqual((first.state, second.state), ("accepted", "accepted"))
        self.assertRefunds(order, 10, 10)
        self.assertExecuted("OR28", 2)
        self.assertNotEqual(first.line_ids.remote_id, second.line_ids.remote_id)
        self.turn(pull=True)
        self.assertAmounts(order, 79.7, 20, 0, 59.7)
        self.assertEqual(len(order.marketplace_refund_ids), 2)

    def test_time_out_before_it_was_executed(self):
        """Sent again exactly once, although an equal refund of before is there."""
        order = self.read_order()
        self.ask_amount(order, 10)
        self.turn()
        self.seller.fault("OR28", "reset_before")
        second = self.ask_amount(order, 10)
        self.turn()
        self.settle(second)
        self.assertEqual((second.state, second.operation_ids.attempts), ("accepted", 2))
        self.assertRefunds(order, 10, 10)
        self.assertExecuted("OR28", 2)

    def test_server_error_after_it_was_executed(self):
        order = self.read_order()
        self.seller.fault("OR28", "http500_after")
        refund = self.ask(order, "order")
        self.turn()
        self.settle(refund)
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 79.7))
        self.assertExecuted("OR28", 1)
        self.turn(pull=True)
        self.assertAmounts(order, 79.7, 79.7, 0, 0)

    def test_killed_before_and_after_the_call(self):
        for moment, count in (("before", 0), ("after", 1)):
            with self.subTest(moment):
                order = self.read_order()
                executed = self.seller.count("OR28")[1]
                refund = self.ask_amount(order, 10)
                self.die(self.wire("OR28", **{moment: Killed()}))
                self.assertExecuted("OR28", executed + count)
                self.settle(refund)
                self.assertEqual(refund.state, "accepted", refund.operation_ids.message)
                self.assertRefunds(order, 10)
                self.assertExecuted("OR28", executed + 1)
                self.turn(pull=True)
                self.assertAmounts(order, 79.7, 10, 0, 69.7)

    def test_equal_refund_of_the_back_office_in_between(self):
        """Ours was not executed; somebody else gave the same amount. It is never given twice by
        a guess: a person decides, and nothing is sent before."""
        order = self.read_order()
        self.seller.fault("OR28", "reset_before")
        refund = self.ask_amount(order, 10)
        self.turn()
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=10)
        self.settle(refund)
        self.assertRefunds(order, 10)
        self.assertExecuted("OR28", 0)
        self.assertTrue(refund.operation_ids.needs_decision)
        self.turn(pull=True)
        order.invalidate_recordset()
        self.assertGreaterEqual(order.marketplace_left, 0)
        self.assertLessEqual(order.marketplace_left, 69.7)

    def test_same_refund_of_the_back_office_in_between(self):
        """The same amount for the same reason cannot be told from ours: it is taken for ours, so
        that the customer has it once, and the figures are right."""
        order = self.read_order()
        self.seller.fault("OR28", "reset_before")
        refund = self.ask_amount(order, 10)
        self.turn()
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=10, reason_code="17")
        self.settle(refund)
        self.turn(pull=True)
        self.assertEqual(refund.state, "accepted")
        self.assertRefunds(order, 10)
        self.assertExecuted("OR28", 0)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertAmounts(order, 79.7, 10, 0, 69.7)

    @contextmanager
    def late(self, order, **values):
        """A refund shows only after it was found to be absent."""
        genuine, shown = MiraklClient.find, []

        def find(client, *args):
            finding = genuine(client, *args)
            if finding.verdict == base.ABSENT and not shown:
                shown.append(self.seller.refund(order.marketplace_ref, line=LAMP, **values))
            return finding

        with patch.object(MiraklClient, "find", find):
            yield

    def test_shows_after_it_was_given_up(self):
        """What shows late, when it is about to be sent again, is not given a second time."""
        order = self.read_order()
        self.seller.fault("OR28", "reset_before")
        refund = self.ask_amount(order, 10)
        self.turn()
        with self.late(order, amount=10, reason_code="17"):
            self.settle(refund)
        self.assertEqual(refund.state, "accepted")
        self.assertRefunds(order, 10)
        self.assertExecuted("OR28", 0)
        self.assertTrue(refund.line_ids.remote_id)
        self.turn(pull=True)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertAmounts(order, 79.7, 10, 0, 69.7)

    def test_something_else_shows_after_it_was_given_up(self):
        """It may be ours: nothing is sent, a person decides, and then it is sent."""
        order = self.read_order()
        self.seller.fault("OR28", "reset_before")
        refund = self.ask_amount(order, 10)
        self.turn()
        with self.late(order, amount=7, reason_code="17"):
            self.settle(refund)
        operation = refund.operation_ids
        self.assertEqual((refund.state, operation.needs_decision), ("doubt", True))
        self.assertIn("Nothing was sent", operation.message)
        self.assertExecuted("OR28", 0)
        operation.with_user(self.manager).action_not_happened()
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertRefunds(order, 7, 10)

    def test_next_refund_waits_for_the_doubtful_one(self):
        order = self.read_order()
        self.seller.fault("OR28", "reset_before")
        first = self.ask_amount(order, 10)
        self.turn()
        second = self.ask_amount(order, 30)
        self.turn()
        self.assertEqual((first.state, second.state), ("doubt", "asked"))
        self.assertExecuted("OR28", 0)
        self.settle(first, second)
        self.assertEqual((first.state, second.state), ("accepted", "accepted"))
        self.assertRefunds(order, 10, 30)

    def test_equal_refund_of_the_back_office_after_ours(self):
        """Two new refunds of the same amount: which one is ours does not matter, both are there."""
        order = self.read_order()
        self.seller.fault("OR28", "reset_after")
        refund = self.ask_amount(order, 10)
        self.turn()
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=10)
        self.settle(refund)
        self.assertRefunds(order, 10, 10)
        self.assertExecuted("OR28", 1)
        self.turn(pull=True)
        self.assertEqual(refund.state, "accepted")
        self.assertAmounts(order, 79.7, 20, 0, 59.7)

    def test_decided_by_a_person(self):
        """A manager says that it did not happen: sent again, once."""
        order = self.read_order()
        self.seller.fault("OR28", "reset_before")
        refund = self.ask_amount(order, 10)
        self.turn()
        self.assertEqual(refund.state, "doubt")
        refund.operation_ids.with_user(self.manager).action_not_happened()
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertRefunds(order, 10)
        self.assertExecuted("OR28", 1)
