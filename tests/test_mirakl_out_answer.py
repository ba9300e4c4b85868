"""Answers in Mirakl's threads: to whom, with what, and exactly once."""

import base64

from odoo import Command
from odoo.tests import tagged

from ..connectors import records
from ..models.html_tools import find_contact_details
from .mirakl_case import MiraklCase
from .out_case import Killed

TEXT = "Guten Tag, der Ersatz geht morgen an Sie heraus."
SECOND = "Und hier ist noch die Sendungsnummer dazu."
PDF = b"%PDF-1.4 an invoice"
# What happens to M12, and whether the operator executed it all the same.
FAULTS = (
    ({"fault": "timeout_before", "seconds": 0.2}, False),
    ({"fault": "timeout_after", "seconds": 0.2}, True),
    ({"fault": "reset_before"}, False),
    ({"fault": "reset_after"}, True),
    ({"fault": "http500_before"}, False),
    ({"fault": "http500_after"}, True),
    ({"fault": "empty"}, True),
    ({"fault": "truncated"}, True),
)


@tagged("post_install", "-at_install")
class TestMiraklAnswer(MiraklCase):
    def open_answer(self, case, user=None, **values):
        dialog = self.env["marketplace.answer"].with_user(user or self.agent)
        return dialog.create({"case_id": case.id, "body": TEXT, **values})

    def attach(self, name="photo.jpg", content=b"a picture", user=None):
        """A file as the dialog's own widget uploads it."""
        return (
            self.env["ir.attachment"]
            .with_user(user or self.agent)
            .create({"name": name, "raw": content, "res_model": "marketplace.answer"})
        )

    def last_message(self, case):
        return self.seller.get_thread(case.remote_id)["messages"][-1]

    def get_to(self, case):
        """Whom our last message in the thread is addressed to."""
        return sorted(to["type"] for to in self.last_message(case)["to"])

    # To whom ------------------------------------------------------------------------------------

    def test_sent_and_done_at_once(self):
        case = self.make_case()
        self.wait(minutes=1)
        reply = self.answer(case, TEXT)
        self.assertEqual((reply.state, self.bubble(reply)), ("pending", "ready"))
        self.turn()
        self.assertEqual((reply.state, self.bubble(reply)), ("done", "sent"))
        self.assertEqual(reply.remote_id, self.last_message(case)["id"])
        self.assertFalse(case.deadline)
        self.turn(pull=True)
        self.assertSaid(case, TEXT)
        self.assertEqual(case.message_ids.operation_id, reply)
        bubbles = case.ticket_id.message_ids.filtered(lambda m: "Ersatz" in (m.body or ""))
        self.assertEqual(bubbles, reply.mail_message_id, "the echo makes no second bubble")

    def test_policies(self):
        """The dialog proposes what the account's policy says; who is not there is not proposed."""
        asked = self.make_case()
        copied = self.make_case(to=["SHOP", "OPERATOR"])
        operator = self.make_case(sender="operator", to=["SHOP"])
        alone = self.make_case(participants=["CUSTOMER", "SHOP"])
        expected = {
            "as_addressed": ("customer", "both", "operator", "customer"),
            "customer": ("customer", "customer", "customer", "customer"),
            "both": ("both", "both", "both", "customer"),
        }
        for policy, recipients in expected.items():
            self.account.recipient_policy = policy
            found = tuple(
                self.open_answer(case).recipient for case in (asked, copied, operator, alone)
            )
            self.assertEqual(found, recipients, policy)
        choices = [value for value, _label in self.open_answer(alone).recipient_choices]
        self.assertEqual(choices, ["customer"])

    def test_chosen_recipients_get_it(self):
        for recipient, wanted in (
            ("customer", ["CUSTOMER"]),
            ("both", ["CUSTOMER", "OPERATOR"]),
            ("operator", ["OPERATOR"]),
        ):
            case = self.make_case()
            reply = self.answer(case, TEXT, recipient=recipient)
            self.turn()
            self.assertEqual((reply.state, self.get_to(case)), ("done", wanted))

    def test_strip_says_who_sees_it(self):
        case = self.make_case()
        dialog = self.open_answer(case)
        for recipient, seen in (
            ("customer", "Seen by the customer; .* can read it"),
            ("both", "Seen by the customer and"),
            ("operator", "not by the customer"),
        ):
            dialog.recipient = recipient
            self.assertRegex(dialog.seen_by, seen)

    def test_recipient_who_may_not_be_written_to(self):
        case = self.make_case(participants=["CUSTOMER", "SHOP"])
        with self.refused("does not let you write to this recipient"):
            self.answer(case, TEXT, recipient="operator")
        self.assertFalse(case.operation_ids)

    def test_recipient_left_meanwhile(self):
        """Odoo's copy is old: the thread that is read before sending decides."""
        case = self.make_case(participants=["CUSTOMER", "SHOP"])
        case.participants = "customer,operator"
        reply = self.answer(case, TEXT, recipient="both")
        self.turn()
        self.assertEqual((reply.state, reply.code), ("rejected", "recipient"))
        self.assertSaid(case)

    def test_operator_alone_is_a_note(self):
        """What the operator gets is not shown to the customer, on no portal either."""
        case = self.make_case()
        reply = self.answer(case, TEXT, recipient="operator")
        message = reply.mail_message_id
        self.assertTrue(message.is_internal)
        self.assertEqual(message.marketplace_recipients, records.OPERATOR)
        both = self.answer(case, SECOND, recipient="both").mail_message_id
        self.assertFalse(both.is_internal)

    # Files --------------------------------------------------------------------------------------

    def test_files_leave_with_the_message(self):
        case = self.make_case()
        files = self.attach() + self.attach("label.pdf", PDF)
        reply = self.answer(case, TEXT, attachment_ids=[Command.set(files.ids)])
        self.assertFalse(files.exists(), "the dialog's own files go")
        shown = reply.mail_message_id.attachment_ids
        self.assertEqual(sorted(shown.mapped("name")), ["label.pdf", "photo.jpg"])
        shown.unlink()  # what leaves does not depend on what the conversation shows
        self.turn()
        self.assertEqual(reply.state, "done")
        sent = {f["name"]: f["size"] for f in self.last_message(case)["attachments"]}
        self.assertEqual(sent, {"label.pdf": len(PDF), "photo.jpg": 9})

    def test_foreign_file(self):
        """A file that the agent may not read does not leave with his answer."""
        case = self.make_case()
        secret = self.attach("secret.txt", b"secret", user=self.manager)
        with self.assertRaises(Exception) as caught:
            self.answer(case, TEXT, attachment_ids=[Command.set(secret.ids)])
        self.assertEqual(type(caught.exception).__name__, "AccessError")
        self.assertFalse(case.operation_ids)

    def test_files_from_the_customer(self):
        """They count for the limit of the order."""
        content = base64.b64encode(b"x").decode()
        files = [{"name": f"{index}.jpg", "content": content} for index in range(48)]
        case = self.make_case(files=files)
        mine = self.attach() + self.attach("b.jpg") + self.attach("c.jpg")
        with self.refused("takes 50 files about one order; there are 48 already"):
            self.answer(case, TEXT, attachment_ids=[Command.set(mine.ids)])
        reply = self.answer(case, TEXT, attachment_ids=[Command.set(mine[:2].ids)])
        again = self.attach("d.jpg")
        with self.refused("there are 50 already"):
            self.answer(case, SECOND, attachment_ids=[Command.set(again.ids)])
        self.turn()
        self.assertEqual(reply.state, "done")

    def test_nobody_chosen(self):
        """An emptied recipient is no choice, and the policy does not make one."""
        case = self.make_case()
        dialog = self.open_answer(case, recipient=False)
        with self.refused("Choose who shall get it"):
            dialog.action_send()
        self.assertFalse(case.operation_ids)

    def test_files_begun_in_the_composer(self):
        """Text and files of the composer were taken to the dialog: its uploads go too."""
        case = self.make_case()
        pending = self.attach("begun.txt", b"hello")
        pending.sudo().res_model = "mail.compose.message"
        self.answer(case, TEXT, attachment_ids=[Command.set(pending.ids)])
        self.assertFalse(pending.exists())
        self.turn()
        self.assertEqual([f["name"] for f in self.last_message(case)["attachments"]], ["begun.txt"])

    def test_limits(self):
        case = self.make_case()
        dialog = self.open_answer(case, body="ok")
        self.assertIn("at least 3 characters", dialog.limit_problem)
        with self.refused("at least 3 characters"):
            dialog.action_send()
        long = "x" * 50001
        with self.refused("50001 characters are too many"):
            self.answer(case, long)
        big = self.attach("big.bin", b"x" * (30 * 1024 * 1024))
        with self.refused("together"):
            self.answer(case, TEXT, attachment_ids=[Command.set(big.ids)])
        many = self.env["ir.attachment"]
        for index in range(51):
            many += self.attach(f"{index}.txt", b"x")
        with self.refused("50 files at most"):
            self.answer(case, TEXT, attachment_ids=[Command.set(many.ids)])
        self.assertFalse(case.operation_ids)
        self.answer(case, "x" * 50000)
        self.turn()
        self.assertEqual(case.operation_ids.state, "done")

    # The invoice --------------------------------------------------------------------------------

    def make_invoice(self, order, pdf=PDF):
        order.order_line.qty_delivered = 1
        for product in order.order_line.product_id:
            product.invoice_policy = "order"
        if order.state != "sale":
            order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        if pdf:
            self.env["ir.attachment"].create(
                {
                    "name": "INVOICE_1.pdf",
                    "raw": pdf,
                    "mimetype": "application/pdf",
                    "res_model": "account.move",
                    "res_id": invoice.id,
                    "res_field": "invoice_pdf_report_file",
                }
            )
            invoice.invalidate_recordset()
        return invoice

    def test_invoice_in_one_click(self):
        case = self.make_case()
        dialog = self.open_answer(case)
        self.assertFalse(dialog.invoice_name)
        with self.refused("has no posted customer invoice yet"):
            dialog.action_attach_invoice()
        invoice = self.make_invoice(case.sale_order_id)
        dialog = self.open_answer(case)
        self.assertEqual(dialog.invoice_name, invoice.name)
        dialog.action_attach_invoice()
        dialog.action_attach_invoice()
        self.assertEqual(dialog.attachment_ids.mapped("name"), ["INVOICE_1.pdf"])
        dialog.action_send()
        self.turn()
        (file,) = self.last_message(case)["attachments"]
        self.assertEqual((file["name"], file["size"]), ("INVOICE_1.pdf", len(PDF)))
        self.assertTrue(invoice.invoice_pdf_report_id, "the invoice keeps its own file")

    # Closing ------------------------------------------------------------------------------------

    def test_close_afterwards_closes_the_ticket(self):
        case = self.make_case()
        dialog = self.open_answer(case, close_after=True)
        self.assertTrue(dialog.can_close)
        self.assertIn("closes no conversations", dialog.close_explanation)
        dialog.action_send()
        self.assertFalse(case.ticket_id.stage_id.closed, "not delivered yet")
        self.wait(minutes=1)
        self.turn()
        self.assertTrue(case.ticket_id.stage_id.closed)
        self.assertTrue(case.is_open, "threads are never closed there")
        self.seller.say(case.remote_id, "Danke, aber er ist noch nicht da.")
        self.turn(pull=True)
        self.assertFalse(case.ticket_id.stage_id.closed, "the customer wrote again")

    # News ---------------------------------------------------------------------------------------

    def test_something_came_meanwhile(self):
        case = self.make_case()
        reply = self.answer(case, TEXT)
        self.seller.say(case.remote_id, "Hat sich erledigt, ist gefunden!")
        self.turn()
        self.assertEqual((reply.state, reply.code), ("rejected", "news"))
        self.assertIn("Something new came", reply.message)
        self.assertSaid(case)
        self.assertEqual(self.seller.count("M12"), (0, 0))
        self.assertEqual(self.bubble(reply), "exception")
        self.assertEqual(self.alarms(case.ticket_id), ["Reply: refused"])
        self.assertIn("Hat sich erledigt", case.last_message_preview, "read at once")
        ticket = case.ticket_id.with_user(self.agent)
        self.assertEqual(ticket.marketplace_failed_id, reply)
        ticket.action_marketplace_retry()
        self.turn()
        self.assertEqual((reply.state, self.alarms(case.ticket_id)), ("done", []))
        self.assertSaid(case, TEXT)

    def test_still_more_came(self):
        """Retry takes as seen what Odoo knows, not what came since."""
        case = self.make_case()
        reply = self.answer(case, TEXT)
        self.seller.say(case.remote_id, "Hat sich erledigt, ist gefunden!")
        self.turn()
        self.seller.say(case.remote_id, "Doch nicht, es ist eine andere Lampe.")
        reply.with_user(self.agent).action_retry()
        self.turn()
        self.assertEqual((reply.state, reply.code), ("rejected", "news"))
        self.assertSaid(case)

    def test_colleague_answered_in_the_back_office(self):
        case = self.make_case()
        reply = self.answer(case, TEXT)
        self.seller.say(case.remote_id, "Schon erledigt, Ihr Shop.", sender="shop")
        self.turn()
        self.assertEqual(reply.code, "news")
        case.ticket_id.with_user(self.agent).action_marketplace_abandon()
        self.assertEqual((reply.state, self.bubble(reply)), ("cancelled", "canceled"))
        self.assertEqual(self.alarms(case.ticket_id), [])
        self.turn(pull=True)
        self.assertSaid(case, "Schon erledigt, Ihr Shop.")

    def test_our_own_second_answer_is_no_news(self):
        case = self.make_case()
        replies = self.answer(case, TEXT) | self.answer(case, SECOND)
        self.turn()
        self.assertEqual(replies.mapped("state"), ["done", "done"])
        self.assertSaid(case, TEXT, SECOND)

    def test_news_while_the_dialog_is_open(self):
        """What Odoo reads meanwhile is shown once, before anything is written down."""
        case = self.make_case()
        dialog = self.open_answer(case)
        self.seller.say(case.remote_id, "Hat sich erledigt, ist gefunden!")
        self.turn(pull=True)
        dialog.invalidate_recordset()
        self.assertIn("Hat sich erledigt", dialog.news)
        action = dialog.action_send()
        self.assertEqual(action["res_id"], dialog.id)
        self.assertFalse(case.operation_ids)
        dialog.action_send()
        self.turn()
        self.assertSaid(case, TEXT)

    def test_corrected(self):
        """The refused answer is given up for the better one, with its files and its closing."""
        case = self.make_case()
        file = self.attach()
        dialog = self.open_answer(
            case, close_after=True, attachment_ids=[Command.set(file.ids)], recipient="both"
        )
        dialog.action_send()
        reply = case.operation_ids
        self.seller.fault("M12", "item_error", text="Bitte keine Werbung.")
        self.turn()
        self.assertEqual(reply.state, "rejected")
        action = case.ticket_id.with_user(self.agent).action_marketplace_correct()
        dialog = (
            self.env["marketplace.answer"].with_user(self.agent).with_context(**action["context"])
        ).create({})
        self.assertEqual((dialog.body, dialog.recipient), (TEXT, "both"))
        self.assertEqual(dialog.attachment_ids.mapped("name"), ["photo.jpg"])
        dialog.body = SECOND
        dialog.action_send()
        better = case.operation_ids - reply
        self.assertEqual((reply.state, better.state), ("cancelled", "pending"))
        self.turn()
        self.assertEqual((better.state, self.alarms(case.ticket_id)), ("done", []))
        self.assertSaid(case, SECOND)
        self.assertEqual(self.get_to(case), ["CUSTOMER", "OPERATOR"])
        self.assertEqual(len(self.last_message(case)["attachments"]), 1)

    def test_what_is_on_its_way_is_not_corrected(self):
        case = self.make_case()
        reply = self.answer(case, TEXT)
        self.turn()
        with self.refused("moved on meanwhile"):
            reply.with_user(self.agent).action_correct()

    # Exactly once -------------------------------------------------------------------------------

    def test_phone_numbers_of_any_country(self):
        numbers = ("+49 151 23456789", "0151/23456789", "089 / 12 34 56 78", "06.39.98.12.34")
        for number in numbers:
            self.assertEqual(find_contact_details(f"Bitte {number} anrufen"), [number])
        parcels = "DHL 0034 0434 1612, 00340434161209876543, am 02/11/2026 12:30, C00045711-A"
        self.assertEqual(find_contact_details(parcels), [])

    def test_double_click(self):
        case = self.make_case()
        dialog = self.open_answer(case)
        dialog.action_send()
        with self.refused("asked for already"):
            dialog.action_send()
        self.turn()
        self.assertSaid(case, TEXT)

    def test_whatever_becomes_of_the_call(self):
        for fault, executed in FAULTS:
            with self.subTest(**fault):
                case = self.make_case()
                self.seller.fault("M12", **fault)
                reply = self.answer(case, TEXT)
                self.turn()
                self.assertEqual((reply.state, self.bubble(reply)), ("unknown", "exception"))
                self.turn()
                self.assertEqual(reply.state, "done" if executed else "unknown")
                self.assertSaid(case, *([TEXT] if executed else []))
                self.wait(minutes=11)
                self.turn()
                self.turn(pull=True)
                self.assertEqual((reply.state, self.alarms(case.ticket_id)), ("done", []))
                self.assertSaid(case, TEXT)

    def test_nothing_was_sent(self):
        for fault in ({"fault": "quota", "seconds": 60}, {"fault": "html", "status": 403}):
            case = self.make_case()
            self.seller.fault("M12", **fault)
            reply = self.answer(case, TEXT)
            self.turn()
            self.assertEqual(reply.state, "pending", fault)
            self.assertTrue(reply.retry_at)
            self.wait(minutes=6)
            self.turn()
            self.assertEqual(reply.state, "done")
            self.assertSaid(case, TEXT)

    def test_wrong_media_type_and_missing_role(self):
        for status, code in ((415, "415"), (403, "role")):
            case = self.make_case()
            fault = {"fault": "http500_before", "status": status}
            self.seller.fault("M12", **(fault if status == 415 else {"fault": "not_authorised"}))
            reply = self.answer(case, TEXT)
            self.turn()
            self.assertEqual(reply.state, "rejected", code)
            self.assertEqual(self.account.state, "enabled")
            self.assertTrue(reply.message)
            reply.with_user(self.agent).action_retry()
            self.turn()
            self.assertSaid(case, TEXT)

    def test_killed(self):
        """Before the thread was read, before the call, after it: sent once in the end."""
        for operation, moment, executed in (
            ("M10", "before", False),
            ("M10", "after", False),
            ("M12", "before", False),
            ("M12", "after", True),
        ):
            with self.subTest(f"{operation} {moment}"):
                case = self.make_case()
                reply = self.answer(case, TEXT)
                self.die(self.wire(operation, **{moment: Killed()}))
                self.assertEqual(reply.state, "sending")
                self.wait(minutes=6)
                self.turn()
                self.turn()
                if operation == "M10" or executed:
                    self.assertEqual(reply.state, "done")
                self.wait(minutes=11)
                self.turn()
                self.turn(pull=True)
                self.assertEqual(reply.state, "done")
                self.assertSaid(case, TEXT)

    def test_echo_comes_before_the_doubt_ends(self):
        case = self.make_case()
        reply = self.answer(case, TEXT)
        self.die(self.wire("M12", after=Killed()))
        self.turn(pull=True)
        self.assertEqual(reply.state, "done")
        self.wait(minutes=6)
        self.turn(pull=True)
        self.assertSaid(case, TEXT)
        self.assertEqual(len(case.message_ids), 2)

    # Whose it is --------------------------------------------------------------------------------

    def test_other_company(self):
        case = self.make_case()
        company = self.env["res.company"].create({"name": "Another Shop"})
        stranger = self._make_user("stranger", "marketplace_helpdesk.group_agent", company)
        with self.assertRaises(Exception) as caught:
            self.answer(case, TEXT, user=stranger)
        self.assertEqual(type(caught.exception).__name__, "AccessError")
        self.assertFalse(case.operation_ids)
