"""Comments that people write become notes at a WooCommerce shop: each once, in their order."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..connectors import errors
from .out_case import Killed
from .woo_notes_case import WooNotesCase

TEXT = "Der Artikel ist vergriffen :\nlieber in Schwarz ? <b>& danke</b>"


@tagged("post_install", "-at_install")
class TestWooNotesOut(WooNotesCase):
    def setUp(self):
        super().setUp()
        self.mails = self.env["mail.mail"].search([])

    # The way there ------------------------------------------------------------------------------

    def test_to_the_customer(self):
        comment = self.write_comment(text=TEXT, to_customer=True)
        self.assertEqual((comment.channel, comment.state), ("shop", "waiting"))
        own_number = comment.remote_id
        self.send_now()
        self.assertEqual((comment.state, comment.remote_id), ("sent", own_number))
        (note,) = [n for n in self.remote_notes() if n["by"] != "system"]
        self.assertEqual(comment.note_id, str(note["id"]))
        self.assertTrue(note["customer_note"])
        self.assertIn("&lt;b&gt;&amp; danke", note["note"])
        (mail,) = self.seller.mails()
        self.assertIn("vergriffen", mail["text"])
        self.assertEqual(self.env["mail.mail"].search([]), self.mails)

    def test_for_colleagues(self):
        comment = self.write_comment(text="Call before noon.")
        self.send_now()
        self.assertEqual(comment.state, "sent")
        self.assertEqual(self.get_notes(self.order), [("Call before noon.", False)])
        self.assertFalse(self.seller.mails())

    def remote_notes(self, order=None):
        return self.seller.get_order((order or self.order).marketplace_ref)["notes"]

    def test_one_by_one_in_their_order_within_one_turn(self):
        other = self.read_own_order()
        written = [self.write_comment(text=f"note {index}") for index in range(4)]
        written.append(self.write_comment(other, "elsewhere"))
        self.send_now(self.order | other)
        self.assertEqual([c.state for c in written], ["sent"] * 5)
        self.assertEqual([t for t, _c in self.get_notes(self.order)], [c.text for c in written[:4]])
        self.assertEqual(self.get_notes(other), [("elsewhere", False)])
        self.assertEqual(self.seller.count("notes.create"), (5, 5))
        operations = written[0].operation_id | written[4].operation_id
        self.assertEqual(operations.sale_order_id, self.order | other)

    def test_as_seller_of_a_marketplace(self):
        account = self.make_vendor_account()
        order = self.read_vendor_order(account)
        order.user_id = self.salesman
        first = self.write_comment(order, TEXT, to_customer=True)
        second = self.write_comment(order, "Only for us")
        self.send_now(order)
        self.assertEqual((first + second).mapped("state"), ["sent", "sent"])
        self.assertEqual([shown for _text, shown in self.get_notes(order)], [True, False])
        numbers = {str(note["id"]) for note in self.remote_notes(order)}
        self.assertLess({first.note_id, second.note_id}, numbers)

    def test_sent_now_are_those_of_this_order_only(self):
        """A colleague's note to another customer keeps the time in which it can be withdrawn."""
        other = self.read_own_order()
        theirs = self.write_comment(other, "Not so fast.", user=self.agent, to_customer=True)
        ours = self.write_comment()
        due_at = theirs.due_at
        self.order.with_user(self.manager).action_marketplace_send_comments()
        later = self.write_comment(other, "Nor this one.", user=self.agent)
        self.turn()
        self.assertEqual((ours.state, theirs.state, later.state), ("sent", "waiting", "waiting"))
        self.assertEqual((theirs.due_at, later.due_at), (due_at, due_at))
        box = other.with_user(self.agent).marketplace_comment_box
        self.assertEqual((box["waiting_count"], box["next_at"]), (2, f"{due_at.isoformat()}Z"))
        box = self.order.with_user(self.agent).marketplace_comment_box
        self.assertEqual((box["waiting_count"], box["next_at"]), (0, f"{due_at.isoformat()}Z"))
        self.assertEqual(self.get_notes(other), [])
        theirs.with_user(self.agent).action_withdraw()
        self.wait(minutes=11)
        self.turn()
        self.assertEqual(self.get_notes(other), [("Nor this one.", False)])

    # The two switches ---------------------------------------------------------------------------

    def test_the_box_knows_what_the_shop_knows(self):
        box = self.order.with_user(self.salesman).marketplace_comment_box
        self.assertEqual(set(box["effects"]), {"00", "11"})
        self.assertIn("always mailed", box["effects"]["11"])
        self.assertTrue(box["can_show"] and box["can_mail"])

    def test_no_combination_that_the_shop_does_not_know(self):
        for visible in (True, False):
            with self.assertRaisesRegex(UserError, "choose both or none"):
                self.write_comment(is_visible=visible, is_mailed=not visible)

    def test_corrected_in_the_dialog_both_go_along(self):
        comment = self.write_comment().with_user(self.salesman)
        view = "marketplace_helpdesk.sale_order_comment_view_form_correct"
        with Form(comment, view) as form:
            form.is_visible = True
            self.assertTrue(form.is_mailed)
            form.is_mailed = False
            self.assertFalse(form.is_visible)
            form.is_mailed = True
        self.assertEqual((comment.is_visible, comment.is_mailed), (True, True))
        self.send_now()
        self.assertEqual(self.get_notes(self.order), [(comment.text, True)])

    def test_order_without_a_number_of_the_shop(self):
        partner = self.env["res.partner"].create({"name": "Loose"})
        loose = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "user_id": self.salesman.id,
                "marketplace_account_id": self.account.id,
            }
        )
        box = loose.with_user(self.salesman).marketplace_comment_box
        self.assertFalse(box["can_show"] or box["can_mail"])
        self.assertTrue(box["why_not_mailed"])

    # What the shop does not take ----------------------------------------------------------------

    def test_refused_with_its_reason_then_corrected(self):
        self.seller.fault("notes.create", "sql_text", text="The database is full.")
        comment = self.write_comment(text="first")
        later = self.write_comment(text="later")
        self.send_now()
        self.assertEqual((comment.state, later.state), ("refused", "sent"))
        self.assertIn("The database is full", comment.reason)
        self.assertEqual(self.order.activity_ids.user_id, self.salesman)
        comment.with_user(self.salesman).write({"text": "first, corrected"})
        self.send_now()
        self.assertEqual((comment.state, comment.reason), ("sent", False))
        self.assertFalse(self.order.activity_ids)
        said = [text for text, _shown in self.get_notes(self.order)]
        self.assertEqual(said, ["later", "first, corrected"])

    def test_order_gone_at_the_shop(self):
        self.seller._call("DELETE", f"/orders/{self.order.marketplace_ref}")
        comment = self.write_comment()
        self.send_now()
        self.assertEqual(comment.state, "refused")
        self.assertTrue(comment.reason)
        self.assertEqual(self.order.activity_ids.user_id, self.salesman)

    def test_without_ultimate_a_seller_is_told(self):
        account = self.make_vendor_account()
        order = self.read_vendor_order(account)
        order.user_id = self.salesman
        comment = self.write_comment(order)
        self.seller.configure(options={"ultimate": False})
        self.send_now(order)
        self.assertEqual(comment.state, "refused")
        self.assertIn("Ultimate", comment.reason)
        self.assertEqual(self.get_notes(order), [])
        # From now on it is known: what is for colleagues stays here, and nothing else is offered.
        self.assertEqual(account.site_notes, "no")
        box = order.with_user(self.salesman).marketplace_comment_box
        self.assertEqual((box["channel"], box["can_show"], box["can_mail"]), ("odoo", False, False))
        self.assertEqual(self.write_comment(order, "Only here").state, "kept")

    def test_shop_is_away_then_back(self):
        comment, later = self.write_comment(text="one"), self.write_comment(text="two")
        self.seller.fault("notes.create", "quota", seconds=1, times=10)
        self.send_now()
        self.assertEqual((comment.state, later.state), ("waiting", "waiting"))
        self.assertEqual(self.seller.count("notes.create")[0], 1, "a shop in trouble is left alone")
        self.seller._call("DELETE", "/faults")
        self.wait(minutes=31)
        self.turn()
        self.assertEqual((comment.state, later.state), ("sent", "sent"))
        self.assertEqual([t for t, _c in self.get_notes(self.order)], ["one", "two"])

    # Doubt --------------------------------------------------------------------------------------

    def test_lost_answers_are_settled_by_reading(self):
        for fault, arrived in (
            ("reset_after", True),
            ("http500_after", True),
            ("empty", True),
            ("truncated", True),
            ("reset_before", False),
        ):
            with self.subTest(fault):
                order = self.read_own_order()
                self.seller.fault("notes.create", fault)
                comment = self.write_comment(order, f"Text of {fault}", to_customer=True)
                self.send_now(order)
                self.assertEqual(comment.state, "waiting")
                self.assertEqual(len(self.get_notes(order)), int(arrived))
                self.wait(minutes=12)
                self.turn()
                self.turn()
                self.assertEqual(comment.state, "sent")
                (note,) = [n for n in self.remote_notes(order) if n["by"] != "system"]
                self.assertEqual(comment.note_id, str(note["id"]))

    def test_killed_at_any_moment_it_goes_once(self):
        for name, where in (
            ("before", lambda: self.wire("notes.create", before=Killed())),
            ("after", lambda: self.wire("notes.create", after=Killed())),
            ("picture", lambda: self.wire("notes.list", after=Killed())),
            ("record", lambda: self.dying("sale.order.comment", "_apply_items")),
            ("queue", lambda: self.dying("sale.order.comment", "_queue")),
        ):
            with self.subTest(name):
                order = self.read_own_order()
                comment = self.write_comment(order, f"Killed {name}", to_customer=True)
                order.with_user(self.salesman).action_marketplace_send_comments()
                self.die(where())
                self.read_notes()  # at once, while nobody knows
                for _turn in range(4):
                    self.wait(minutes=6)
                    self.turn()
                    self.read_notes()
                self.assertEqual(comment.state, "sent")
                self.assertEqual(self.get_notes(order), [(comment.text, True)])
                people = self.get_comments(order).filtered(lambda c: not c.is_system)
                self.assertEqual(people, comment, "its own note did not come in as another's")

    def test_in_doubt_others_go_on_and_its_order_waits(self):
        other = self.read_own_order()
        self.seller.fault("notes.create", "reset_after")
        first, second = self.write_comment(text="one"), self.write_comment(text="two")
        third = self.write_comment(other, "three")
        self.send_now(self.order | other)
        self.turn()
        self.assertEqual([c.state for c in (first, second, third)], ["sent", "sent", "sent"])
        self.assertEqual([t for t, _c in self.get_notes(self.order)], ["one", "two"])

    def test_absent_is_only_believed_after_some_time(self):
        self.seller.fault("notes.create", "reset_before")
        other = self.read_own_order()
        first, second = self.write_comment(text="one"), self.write_comment(text="two")
        third = self.write_comment(other, "three")
        self.send_now(self.order | other)
        self.turn()
        self.assertEqual([c.state for c in (first, second, third)], ["waiting", "waiting", "sent"])
        self.wait(minutes=12)
        self.turn()
        self.assertEqual([t for t, _c in self.get_notes(self.order)], ["one", "two"])
        self.assertEqual((first.state, second.state), ("sent", "sent"))

    def doubt_that_nobody_can_end(self):
        """Sent, the answer lost, and the shop shows a text that is only like ours."""
        comment = self.write_comment(text="Your lamp leaves us this evening.", to_customer=True)
        with self.wire("notes.create", before=errors.UnknownOutcomeError("The line broke.")):
            self.send_now()
        number = self.note("Your lamp leaves us this evening !!", customer=True)
        self.turn()
        operation = comment.operation_id
        self.assertEqual((operation.state, operation.needs_decision), ("unknown", True))
        return comment, operation, number

    def test_a_manager_decides_that_it_happened(self):
        comment, operation, number = self.doubt_that_nobody_can_end()
        self.read_notes()
        self.assertEqual(comment.state, "waiting")
        self.assertIn("manager decides", comment.reason)
        self.assertIn("doubt", self.order.activity_ids.summary)
        people = self.get_comments().filtered(lambda c: not c.is_system)
        self.assertEqual(people, comment, "what may be ours waits for the decision")
        self.assertEqual(operation.suggestion, "happened")
        self.assertRegex(operation.now_text, r"\d+ notes")
        with self.assertRaises(AccessError):
            operation.with_user(self.agent).action_happened()
        operation.with_user(self.manager).action_happened()
        self.assertEqual((comment.state, comment.reason), ("sent", False))
        self.assertFalse(self.order.activity_ids)
        self.read_notes()
        self.assertEqual(comment.note_id, number)
        self.assertEqual(self.get_comments().filtered(lambda c: not c.is_system), comment)
        self.assertEqual(self.seller.count("notes.create"), (0, 0))

    def test_a_manager_decides_that_it_did_not(self):
        comment, operation, number = self.doubt_that_nobody_can_end()
        operation.with_user(self.manager).action_not_happened()
        self.assertFalse(comment.reason)
        self.turn()
        self.assertEqual(comment.state, "sent")
        self.read_notes()
        people = self.get_comments().filtered(lambda c: not c.is_system)
        self.assertEqual(len(people), 2)
        self.assertEqual((people - comment).note_id, number)
        self.assertEqual(self.seller.count("notes.create"), (1, 1))

    def test_a_colleagues_same_words_before_are_not_ours(self):
        before = self.note("Parcel handed over.")
        self.seller.fault("notes.create", "reset_before")
        comment = self.write_comment(text="Parcel handed over.")
        self.send_now()
        self.wait(minutes=12)
        self.turn()
        self.turn()
        self.assertEqual(comment.state, "sent")
        self.assertNotEqual(comment.note_id, before)
        self.assertEqual(len(self.get_notes(self.order)), 2)
        self.read_notes()
        self.assertEqual(self.get_comments().filtered("note_id").mapped("note_id").count(before), 1)

    def test_a_colleagues_same_words_come_in_while_ours_are_in_doubt(self):
        """What was there before ours left is theirs; what came after may be ours, and waits."""
        theirs = self.note("Parcel handed over.")
        comment = self.write_comment(text="Parcel handed over.")
        self.order.with_user(self.salesman).action_marketplace_send_comments()
        self.die(self.wire("notes.create", after=Killed()))
        self.read_notes()
        self.assertEqual(comment.operation_id.state, "sending")
        people = self.get_comments().filtered(lambda c: not c.is_system)
        self.assertEqual((people - comment).mapped("note_id"), [theirs])
        self.wait(minutes=6)
        self.turn()
        self.read_notes()
        people = self.get_comments().filtered(lambda c: not c.is_system)
        self.assertEqual((comment.state, len(people)), ("sent", 2))
        self.assertEqual(len(self.get_notes(self.order)), 2)

    def test_the_same_words_at_another_time_are_a_colleagues(self):
        """Long before ours left, or after it was decided that it is there: not ours."""
        comment = self.write_comment(text="Call them back.")
        with self.wire("notes.create", before=errors.UnknownOutcomeError("The line broke.")):
            self.send_now()
        comment.operation_id.with_user(self.manager).action_happened()
        hour, now = timedelta(hours=1), fields.Datetime.now()
        moments = [f"{moment.isoformat()}Z" for moment in (now - hour, now + hour)]
        theirs = {self.note("Call them back.", at=moment) for moment in moments}
        self.read_notes()
        people = self.get_comments().filtered(lambda c: not c.is_system)
        self.assertEqual(set((people - comment).mapped("note_id")), theirs)
        self.assertFalse(comment.note_id)
        ours = self.note("Call them back.")
        self.read_notes()
        self.assertEqual(comment.note_id, ours)

    def test_two_equal_comments_are_two_notes(self):
        self.seller.fault("notes.create", "reset_after")
        comments = self.write_comment(text="Same") + self.write_comment(text="Same")
        self.send_now()
        self.turn()
        self.assertEqual(comments.mapped("state"), ["sent", "sent"])
        self.assertEqual(len(set(comments.mapped("note_id"))), 2)
        self.assertEqual(len(self.get_notes(self.order)), 2)

    def test_observing_account_sends_nothing(self):
        comment = self.write_comment()
        self.account.state = "observing"
        self.turn()
        self.assertEqual((comment.state, self.get_notes(self.order)), ("waiting", []))

    def test_wrong_key_stops_the_account_and_nothing_is_lost(self):
        comment = self.write_comment()
        self.seller.fault("notes.create", "token_malformed")
        self.send_now()
        self.assertEqual((self.account.state, comment.state), ("stopped", "waiting"))
        self.account.action_enable()
        self.turn()
        self.assertEqual(comment.state, "sent")
        self.assertEqual(len(self.get_notes(self.order)), 1)
