"""A refused comment that may be at the shop all the same is sent again: never twice."""

import json
from dataclasses import replace

from odoo.tests import tagged

from ..connectors import errors
from .woo_notes_case import WooNotesCase

TEXT = "Your lamp leaves tonight."


@tagged("post_install", "-at_install")
class TestWooNotesAgain(WooNotesCase):
    def hiding(self, call="notes.list"):
        """The shop shows a note late, as one with a cache does."""

        def change(answer):
            notes = [node for node in json.loads(answer.content) if TEXT not in json.dumps(node)]
            return replace(answer, content=json.dumps(notes).encode())

        return self.wire(call, change=change)

    def refuse_late(self, fault, order=None):
        """A comment whose first attempt ends with `fault`, shows nowhere, and is refused then."""
        order = order or self.order
        account = order.marketplace_account_id
        self.mailed = len(self.seller.mails())
        is_vendor = account.provider == "wcfm"
        self.seller.fault("wcfm.note_create" if is_vendor else "notes.create", fault)
        comment = self.write_comment(order, TEXT, to_customer=True)
        self.send_now(order)
        self.seller.fault(
            "wcfm.note_create" if is_vendor else "notes.create",
            "item_error" if is_vendor else "sql_text",
            text="The database is full.",
        )
        self.wait(minutes=12)
        with self.hiding("wcfm.notes" if is_vendor else "notes.list"):
            self.turn(account=account)
        self.assertEqual((comment.state, comment.has_left), ("refused", True))
        return comment

    def send_again(self, comment):
        comment.with_user(self.salesman).action_send_again()
        self.assertEqual((comment.state, comment.reason), ("waiting", False))
        self.turn(account=comment.account_id)

    def assertOnce(self, comment):
        """It is at the shop once, mailed once, and one comment here."""
        order = comment.order_id
        ((said, is_shown),) = self.get_notes(order)
        self.assertTrue(said.endswith(TEXT) and is_shown)
        self.assertEqual(len(self.seller.mails()) - self.mailed, 1)
        self.assertEqual((comment.state, comment.operation_id.state), ("sent", "done"))
        (note,) = [n for n in self.remote_notes(order) if n["by"] != "system"]
        self.assertEqual(comment.note_id, str(note["id"]))
        self.read_notes(comment.account_id)
        people = self.get_comments(order).filtered(lambda c: not c.is_system)
        self.assertEqual(people, comment)
        self.assertFalse(order.activity_ids)

    def remote_notes(self, order):
        return self.seller.get_order(order.marketplace_ref)["notes"]

    def test_it_was_there_all_the_time(self):
        for fault in ("http500_after", "reset_after", "empty"):
            with self.subTest(fault):
                comment = self.refuse_late(fault, self.read_own_order())
                operation = comment.operation_id
                self.send_again(comment)
                self.assertEqual(comment.operation_id, operation)
                self.assertOnce(comment)

    def test_it_came_in_meanwhile_as_anothers(self):
        comment = self.refuse_late("reset_after")
        self.read_notes()
        people = self.get_comments().filtered(lambda c: not c.is_system)
        self.assertEqual(len(people), 2, "refused, so it is shown for what it seems to be")
        self.send_again(comment)
        self.assertOnce(comment)

    def test_it_was_not_there(self):
        comment = self.refuse_late("reset_before")
        self.assertEqual(self.get_notes(self.order), [])
        self.send_again(comment)
        self.assertOnce(comment)

    def test_its_looks_are_refused_too(self):
        """Nothing can be read any more: it waits, and is not sent on a guess."""
        comment = self.refuse_late("reset_after")
        self.seller.fault("notes.list", "not_authorised")
        self.send_again(comment)
        self.assertEqual(comment.state, "refused")
        self.send_again(comment)
        self.assertOnce(comment)

    def test_as_seller_of_a_marketplace(self):
        order = self.read_vendor_order(self.make_vendor_account())
        order.user_id = self.salesman
        comment = self.refuse_late("reset_after", order)
        self.send_again(comment)
        self.assertOnce(comment)

    def test_the_orders_number_was_wrong(self):
        """Refused for its number, which is then corrected: it goes to the right order."""
        comment = self.refuse_late("reset_before")
        other = self.make_order()
        self.order.sudo().marketplace_ref = str(other["id"])
        self.send_again(comment)
        self.assertOnce(comment)

    def test_corrected_it_is_another_note(self):
        comment = self.refuse_late("reset_after")
        comment.with_user(self.salesman).write({"text": "Your lamp leaves tomorrow."})
        self.send_now()
        self.assertEqual(comment.state, "sent")
        said = [text for text, _shown in self.get_notes(self.order)]
        self.assertEqual(said, [TEXT, "Your lamp leaves tomorrow."])

    def test_decided_absent_then_refused(self):
        """A manager saw that what looks like it is another: that is not asked a second time."""
        with self.wire("notes.create", before=errors.UnknownOutcomeError("The line broke.")):
            comment = self.write_comment(text=TEXT, to_customer=True)
            self.send_now()
        self.note(f"{TEXT} !!", customer=True)
        self.turn()
        comment.operation_id.with_user(self.manager).action_not_happened()
        self.seller.fault("notes.create", "sql_text", text="The database is full.")
        self.turn()
        self.assertEqual((comment.state, comment.has_left), ("refused", True))
        self.send_again(comment)
        self.assertEqual(comment.state, "sent")
        said = [text for text, _shown in self.get_notes(self.order)]
        self.assertEqual(said, [f"{TEXT} !!", TEXT])
