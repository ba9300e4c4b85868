"""Answers by relay mail: confirmed by the thread, in doubt when it stays silent, never doubled."""

import smtplib

from odoo.tests import tagged

from .out_case import Killed, OutCase

TEXT = "Bonjour, la pièce part demain matin."
DSN = """\
From: Mail Delivery System <mailer-daemon@clemarche.com>
To: bounce@shop.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <notice-{number}@clemarche.com>
In-Reply-To: {message_id}
References: {message_id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message to {address} could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 Unknown recipient

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
To: {address}

--b--
"""


@tagged("post_install", "-at_install")
class TestReply(OutCase):
    def mails(self):
        return self.seller.state["mails"]

    def test_sent_then_seen(self):
        case = self.make_case()
        reply = self.answer(case)
        self.assertEqual((reply.state, self.bubble(reply)), ("pending", "ready"))
        self.assertEqual(case.answer_state, "queued")
        self.assertTrue(case.deadline)
        self.turn()
        self.assertEqual((reply.state, self.bubble(reply)), ("sent", "pending"))
        self.assertEqual(case.answer_state, "sent")
        self.assertTrue(case.deadline, "not seen yet: the clock runs on")
        self.turn(pull=True)
        self.assertEqual((reply.state, self.bubble(reply)), ("done", "sent"))
        self.assertEqual(case.answer_state, "seen")
        self.assertFalse(case.deadline)
        self.assertSaid(case, TEXT)
        (mail,) = self.mails()
        self.assertEqual(mail["message_id"], reply.mail_message_id.message_id)
        self.assertEqual((mail["from"], mail["text"]), ("care@shop.example", TEXT))
        bubbles = case.ticket_id.message_ids.filtered(lambda m: "part demain" in (m.body or ""))
        self.assertEqual(bubbles, reply.mail_message_id, "the echo makes no second bubble")
        self.turn(pull=True)
        self.assertEqual(len(case.message_ids), 2)

    def test_chatter_is_an_answer_too(self):
        case = self.make_case()
        case.ticket_id.with_user(self.agent).message_post(
            body=TEXT, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        case.ticket_id.with_user(self.agent).message_post(
            body="Ask the carrier first.", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.turn()
        self.turn(pull=True)
        self.assertSaid(case, TEXT)
        self.assertEqual(case.operation_ids.mapped("state"), ["done"])
        self.assertExecuted("smtp", 1)

    def test_refused_by_the_mail_server(self):
        case = self.make_case()
        self.seller.fault("smtp", "reject")
        reply = self.answer(case)
        self.turn()
        self.assertEqual((reply.state, reply.code), ("rejected", "smtp_550"))
        self.assertEqual((self.bubble(reply), case.answer_state), ("exception", "failed"))
        self.assertEqual(self.alarms(case.ticket_id), ["Reply: refused"])
        self.assertTrue(case.deadline)
        self.turn(pull=True)
        self.assertSaid(case)
        reply.with_user(self.agent).action_retry()
        self.turn()
        self.turn(pull=True)
        self.assertEqual((reply.state, self.bubble(reply)), ("done", "sent"))
        self.assertEqual(self.alarms(case.ticket_id), [])
        self.assertSaid(case, TEXT)

    def test_server_asks_to_wait(self):
        case = self.make_case()
        self.seller.fault("smtp", "temporary")
        reply = self.answer(case)
        self.turn()
        self.assertEqual(reply.state, "pending")
        self.assertIn("the answer waits", reply.message)
        self.turn()
        self.assertSaid(case)
        self.wait(minutes=6)
        self.turn()
        self.turn(pull=True)
        self.assertEqual(reply.state, "done")
        self.assertSaid(case, TEXT)

    def test_mail_server_down(self):
        case = self.make_case()
        reply = self.answer(case)
        port = self.mail_server.smtp_port
        self.mail_server.smtp_port = 9
        self.turn()
        self.assertEqual(reply.state, "pending")
        self.mail_server.smtp_port = port
        self.wait(minutes=6)
        self.turn()
        self.turn(pull=True)
        self.assertEqual(reply.state, "done")
        self.assertSaid(case, TEXT)

    def test_connection_breaks_and_the_mail_arrived(self):
        case = self.make_case()
        self.seller.fault("smtp", "close_after")
        reply = self.answer(case)
        self.turn()
        self.assertEqual((reply.state, self.bubble(reply)), ("unknown", "exception"))
        self.turn()
        self.assertFalse(reply.needs_decision, "its echo may come any minute")
        self.turn(pull=True)
        self.assertEqual((reply.state, self.bubble(reply)), ("done", "sent"))
        self.assertEqual(self.alarms(case.ticket_id), [])
        self.assertSaid(case, TEXT)
        self.assertEqual(len(self.mails()), 1)

    def test_connection_breaks_and_the_mail_is_lost(self):
        case = self.make_case()
        self.seller.fault("smtp", "close_before")
        reply = self.answer(case)
        self.turn(pull=True)
        self.assertEqual(reply.state, "unknown")
        self.wait(minutes=55)
        self.turn(pull=True)
        self.assertFalse(reply.needs_decision)
        self.wait(minutes=10)
        self.turn(pull=True)
        self.assertFalse(reply.needs_decision, "it might have shown in this reading")
        self.wait(minutes=6)
        self.turn()
        self.assertTrue(reply.needs_decision)
        self.assertEqual(self.alarms(case.ticket_id), ["Reply: in doubt"])
        self.assertSaid(case)
        reply.with_user(self.manager).action_not_happened()
        self.turn()
        self.turn(pull=True)
        self.assertEqual(reply.state, "done")
        self.assertSaid(case, TEXT)
        ids = {mail["message_id"] for mail in self.mails()}
        self.assertEqual(ids, {reply.mail_message_id.message_id})

    def test_silent_relay(self):
        """Taken by the relay and never shown: an alarm after the account's minutes."""
        self.account.confirm_minutes = 30
        case = self.make_case()
        self.seller.fault("smtp", "silent")
        reply = self.answer(case)
        self.turn()
        self.wait(minutes=29)
        self.turn(pull=True)
        self.assertEqual((reply.state, self.alarms(case.ticket_id)), ("sent", []))
        self.wait(minutes=2)
        self.turn(pull=True)
        self.turn()
        self.assertEqual((reply.state, reply.needs_decision), ("unknown", True))
        self.assertIn("30 minutes ago", reply.message)
        self.assertEqual(self.alarms(case.ticket_id), ["Reply: in doubt"])
        self.assertEqual((self.bubble(reply), case.answer_state), ("exception", "doubt"))
        self.turn(pull=True)
        self.assertExecuted("smtp", 0)
        reply.with_user(self.manager).action_not_happened()
        self.turn()
        self.turn(pull=True)
        self.assertEqual(reply.state, "done")
        self.assertSaid(case, TEXT)
        first, second = self.mails()
        self.assertEqual(first["message_id"], second["message_id"])
        self.assertEqual(self.alarms(case.ticket_id), [])

    def test_late_echo_settles_it(self):
        case = self.make_case()
        self.seller.fault("smtp", "silent")
        reply = self.answer(case)
        self.turn()
        self.wait(minutes=61)
        self.turn(pull=True)
        self.turn()
        self.assertEqual(reply.state, "unknown")
        self.seller.say(int(case.remote_id), TEXT, sender="seller")
        self.turn(pull=True)
        self.assertEqual((reply.state, reply.needs_decision), ("done", False))
        self.assertEqual((self.bubble(reply), self.alarms(case.ticket_id)), ("sent", []))
        self.assertSaid(case, TEXT)
        self.assertFalse(case.deadline)
        self.assertEqual(len(self.mails()), 1)

    def test_late_echo_stops_what_was_to_be_sent_again(self):
        case = self.make_case()
        self.seller.fault("smtp", "silent")
        reply = self.answer(case)
        self.turn()
        self.wait(minutes=61)
        self.turn(pull=True)
        self.turn()
        reply.with_user(self.manager).action_not_happened()
        self.seller.fault("smtp", "temporary")
        self.turn()
        self.seller.say(int(case.remote_id), TEXT, sender="seller")
        self.turn(pull=True)
        self.assertEqual(reply.state, "done")
        self.wait(minutes=30)
        self.turn(pull=True)
        self.assertSaid(case, TEXT)
        self.assertEqual(len(self.mails()), 1)

    def test_comes_back_undelivered(self):
        """A real delivery failure notice, through Odoo's own mail gateway."""
        case = self.make_case()
        self.seller.fault("smtp", "bounce")
        reply = self.answer(case)
        self.turn()
        (mail,) = self.mails()
        notice = DSN.format(message_id=mail["message_id"], address=mail["to"], number=1)
        self.env["mail.thread"].message_process(False, notice)
        self.assertEqual((reply.state, reply.code), ("rejected", "bounce"))
        self.assertIn(self.bubble(reply), ("exception", "bounce"))
        self.assertEqual(case.answer_state, "failed")
        self.assertEqual(self.alarms(case.ticket_id), ["Reply: refused"])
        self.assertTrue(case.deadline)
        reply.with_user(self.agent).action_retry()
        self.turn()
        self.turn(pull=True)
        self.assertEqual((reply.state, self.bubble(reply)), ("done", "sent"))
        self.assertSaid(case, TEXT)

    def test_bounce_of_another_mail_changes_nothing(self):
        case = self.make_case()
        reply = self.answer(case)
        self.turn()
        notice = DSN.format(
            message_id="<of-somebody@else.example>", address="who@else.example", number=2
        )
        self.env["mail.thread"].message_process(False, notice)
        self.assertEqual(reply.state, "sent")

    def test_killed_while_the_mail_leaves(self):
        for moment, arrived in (("before", False), ("after", True)):
            with self.subTest(moment):
                case = self.make_case(self.make_order())
                text = f"Bonjour, ceci est la réponse {moment}."
                reply = self.answer(case, text)
                self.die(self.smtp(**{moment: Killed()}))
                self.assertEqual(reply.state, "sending")
                self.wait(minutes=6)
                self.turn()
                self.assertEqual(reply.state, "unknown")
                self.turn(pull=True)
                self.assertEqual(reply.state, "done" if arrived else "unknown")
                self.wait(minutes=61)
                self.turn(pull=True)
                self.wait(minutes=6)
                self.turn()
                self.assertEqual(reply.needs_decision, not arrived)
                self.assertSaid(case, *([text] if arrived else []))

    def test_killed_before_the_mail_was_built(self):
        case = self.make_case()
        reply = self.answer(case)
        self.die(self.wire("GetDiscussionMailList", after=Killed()))
        self.assertEqual((reply.state, reply.sent_at), ("sending", False))
        self.wait(minutes=6)
        self.turn()
        self.turn(pull=True)
        self.assertEqual(reply.state, "done")
        self.assertSaid(case, TEXT)
        self.assertEqual(len(self.mails()), 1)

    def test_server_breaks_during_the_talk(self):
        """No status code came: nobody knows."""
        case = self.make_case()
        reply = self.answer(case)
        with self.smtp(before=smtplib.SMTPServerDisconnected("gone")):
            self.turn()
        self.assertEqual((reply.state, reply.code), ("unknown", "mail_connection"))

    def test_equal_answers_are_both_sent(self):
        case = self.make_case()
        replies = self.answer(case) | self.answer(case)
        self.assertEqual(len(replies), 2)
        for _index in range(3):
            self.turn(pull=True)
        self.assertSaid(case, TEXT, TEXT)
        self.assertEqual(replies.mapped("state"), ["done", "done"])

    # What an answer may say ---------------------------------------------------------------------

    def test_content_policy(self):
        case = self.make_case()
        clean = "Bonjour, tout va bien."
        risky = "Appelez-nous au 01 23 45 67 89 ou sur https://shop.example."
        ask = self.account
        ask.content_policy = "block"
        for confirmed in (False, True):
            with self.refused("Marketplaces refuse"):
                self.answer(case, risky, confirmed=confirmed)
        ask.content_policy = "warn"
        with self.refused("https://shop.example"):
            self.answer(case, risky)
        with self.refused("Marketplaces refuse"):
            case.ticket_id.with_user(self.agent).message_post(
                body=risky, message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        with self.refused("empty"):
            self.answer(case, "  ")
        self.assertFalse(case.operation_ids)
        self.answer(case, risky, confirmed=True)
        ask.content_policy = "allow"
        self.answer(case, f"{risky} !")
        ask.content_policy = "block"
        self.answer(case, clean)
        for _index in range(4):
            self.turn(pull=True)
        self.assertSaid(case, risky, f"{risky} !", clean)
