"""No customer is mailed by accident; an answer and a note cannot be confused."""

from markupsafe import Markup

from odoo import Command
from odoo.addons.mail.tests.common import MockEmail
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .inbound_common import InboundCase


@tagged("post_install", "-at_install")
class TestDoors(InboundCase, MockEmail):
    def setUp(self):
        super().setUp()
        self.claim, self.case = self.pull_claim(with_order=True)
        self.ticket = self.case.ticket_id
        self.company.email = "desk@shop.example"
        self.customer = self.env["res.partner"].create(
            {"name": "Ana Petit", "email": "ana@customer.example"}
        )
        # An order of another route may know the customer's own address.
        self.case.sale_order_id.partner_id = self.customer
        self.ticket.partner_id = self.customer
        self.ticket.message_subscribe(self.customer.ids)
        self.plain_ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Not of a marketplace",
                "description": "x",
                "team_id": self.team.id,
                "partner_id": self.customer.id,
                "partner_email": self.customer.email,
            }
        )
        self.plain_ticket.message_subscribe(self.customer.ids)

    def _recipients_of(self, deed):
        """Addresses that are mailed by a deed."""
        with self.mock_mail_gateway():
            deed()
            self.env.cr.flush()  # tracking mails leave here
            self._new_mails.filtered(lambda mail: mail.state == "outgoing").send()
        return {address for mail in self._mails for address in mail["email_to"]}

    def _assert_door(self, deed):
        """A deed mails the customer of an ordinary ticket, and none of a marketplace."""
        reached = self._recipients_of(lambda: deed(self.plain_ticket))
        self.assertTrue([a for a in reached if "ana@customer.example" in a], "control")
        self.assertFalse(self._recipients_of(lambda: deed(self.ticket)))

    def test_closing_with_a_stage_that_mails(self):
        stage = self.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True), ("mail_template_id", "!=", False)], limit=1
        )
        self.assertTrue(stage)
        self._assert_door(
            lambda ticket: ticket.with_user(self.manager).write({"stage_id": stage.id})
        )

    def test_closing_by_the_job(self):
        stage = self.env["helpdesk.ticket.stage"].search([("closed", "=", True)])
        self.assertTrue(stage.mail_template_id)

        def close():
            self.case.with_user(self.agent)._post_answer("Bonjour, au revoir.", close_after=True)
            self.run_job()
            self.run_job()

        mails = self.env["mail.mail"].search([]).ids
        close()
        self.assertTrue(self.ticket.stage_id.closed)
        self.assertFalse(self.env["mail.mail"].search([("id", "not in", mails)]))

    def test_note_with_a_mention_of_the_customer(self):
        self._assert_door(
            lambda ticket: ticket.with_user(self.manager).message_post(
                body="Voir @Ana", partner_ids=self.customer.ids, subtype_xmlid="mail.mt_note"
            )
        )

    def test_customers_who_follow(self):
        self._assert_door(
            lambda ticket: ticket.with_user(self.manager).message_post(
                body="To all", message_type="notification", subtype_xmlid="mail.mt_comment"
            )
        )

    def test_notification_to_a_customer(self):
        self._assert_door(
            lambda ticket: ticket.with_user(self.manager).message_post(
                body="To all", partner_ids=self.customer.ids, message_type="auto_comment"
            )
        )

    def test_assignment_tells_the_agent_only(self):
        self.agent.notification_type = "email"
        reached = self._recipients_of(
            lambda: self.ticket.with_user(self.manager).write({"user_id": self.agent.id})
        )
        self.assertFalse([a for a in reached if "agent@" not in a])

    def test_mention_of_a_colleague_in_a_note(self):
        message = self.ticket.with_user(self.agent).message_post(
            body="Peux-tu regarder ?",
            partner_ids=self.manager.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )
        told = message.notification_ids.res_partner_id
        self.assertEqual(told, self.manager.partner_id)
        self.assertFalse(self.case.operation_ids)

    def test_nobody_is_suggested(self):
        suggested = self.ticket.with_user(self.agent)._message_get_suggested_recipients()
        self.assertEqual(suggested, [])
        self.assertTrue(self.plain_ticket._message_get_suggested_recipients())

    def test_mass_composer_is_refused(self):
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.manager)
            .create(
                {
                    "composition_mode": "mass_mail",
                    "model": "helpdesk.ticket",
                    "res_ids": str((self.ticket + self.plain_ticket).ids),
                    "body": "Bonjour à tous",
                    "subject": "Bonjour",
                }
            )
        )

        def send():
            with self.assertRaisesRegex(UserError, self.ticket.number):
                composer._action_send_mail()

        self.assertFalse(self._recipients_of(send))

    def test_mails_to_relay_addresses_are_stopped(self):
        values = {"body_html": "x", "subject": "x", "email_from": "care@shop.example"}
        partner = self.env["res.partner"].create(
            {"name": "Slip", "email": "c.0123456789abcdef01@clemarche.com"}
        )
        mails = self.env["mail.mail"].create(
            [
                {**values, "email_to": "c.0123456789abcdef01@clemarche.com"},
                {**values, "email_to": "Ana <C.0123456789@CLEMARCHE.COM>"},
                {**values, "email_cc": "c.0123456789abcdef01@clemarche.com"},
                {**values, "recipient_ids": [Command.link(partner.id)]},
                {**values, "email_to": "somebody@elsewhere.example"},
            ]
        )
        with self.mock_mail_gateway():
            mails.send()
        self.assertEqual(mails[:4].mapped("state"), ["cancel"] * 4)
        self.assertTrue(all(mails[:4].mapped("failure_reason")))
        reached = [address for mail in self._mails for address in mail["email_to"]]
        self.assertEqual(reached, ["somebody@elsewhere.example"])

    def test_relay_address_is_on_no_contact(self):
        self.case.with_user(self.agent)._post_answer("Bonjour, elle part demain.")
        self.run_job()
        self.assertIn("@clemarche.com", self.case.contact_address)
        found = self.env["res.partner"].search([("email", "ilike", "clemarche")])
        self.assertFalse(found)
        found = self.env["helpdesk.ticket"].search([("partner_email", "ilike", "clemarche")])
        self.assertFalse(found)
        messages = self.ticket.message_ids
        self.assertNotIn("clemarche", str(messages.mapped("email_from")))
        self.assertNotIn("clemarche", str(messages.mapped("reply_to")))


@tagged("post_install", "-at_install")
class TestChatter(InboundCase, MockEmail):
    def setUp(self):
        super().setUp()
        self.claim, self.case = self.pull_claim()
        self.ticket = self.case.ticket_id

    def _remote_answers(self):
        thread = self.seller.get_discussion(self.claim["id"])
        return [m["content"] for m in thread["messages"] if m["sender"] == "seller"]

    def _send(self, body, **values):
        """As the chatter's “Send message” does."""
        return self.ticket.with_user(self.agent).message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )

    def test_send_message_is_an_answer(self):
        message = self._send("Bonjour, elle part demain.")
        self.assertEqual(message.message_type, "marketplace")
        self.assertEqual(message.author_id, self.agent.partner_id)
        self.assertEqual(self.case.operation_ids.mail_message_id, message)
        self.assertEqual(message.notification_ids.notification_status, "ready")
        self.run_job()
        self.assertEqual(self._remote_answers(), ["Bonjour, elle part demain."])
        self.assertEqual(message.notification_ids.notification_status, "sent")
        self.assertTrue(message.notification_ids.is_read)

    def test_formatted_message_arrives_as_plain_text(self):
        self._send(Markup("<p>Bonjour <b>Ana</b>,</p><p>à demain &amp; merci</p>"))
        self.run_job()
        (text,) = self._remote_answers()
        self.assertIn("Ana", text)
        self.assertIn("demain & merci", text)
        self.assertNotIn("<", text)

    def test_log_note_stays_inside(self):
        self.ticket.with_user(self.agent).message_post(
            body="Client difficile", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertFalse(self.case.operation_ids)
        self.run_job()
        self.assertFalse(self._remote_answers())

    def test_answer_cannot_be_edited_or_deleted_after_sending(self):
        message = self._send("Bonjour, elle part demain.")
        with self.assertRaises(UserError):
            self.ticket.with_user(self.agent)._message_update_content(message, body="Autre chose")
        self.assertIn("demain", message.body)

    def test_empty_and_forbidden_answers_are_refused(self):
        for body in ("", "   ", "Écrivez-moi à care@shop.example"):
            with self.assertRaises(UserError):
                self._send(body)
        self.assertFalse(self.case.operation_ids)

    def test_files_are_refused_with_a_sentence(self):
        file = (
            self.env["ir.attachment"].with_user(self.agent).create({"name": "a.txt", "raw": b"a"})
        )
        with self.assertRaisesRegex(UserError, "files"):
            self._send("Bonjour", attachment_ids=file.ids)

    def test_full_composer_answers_and_mails_nobody(self):
        customer = self.env["res.partner"].create({"name": "A", "email": "ana@customer.example"})
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.agent)
            .with_context(
                default_model="helpdesk.ticket",
                default_res_ids=self.ticket.ids,
                default_composition_mode="comment",
                default_subtype_xmlid="mail.mt_comment",
            )
            .create({"body": "<p>Bonjour, dès lundi.</p>", "partner_ids": customer.ids})
        )
        with self.mock_mail_gateway():
            composer._action_send_mail()
            self.assertFalse(self._new_mails)
            self.assertFalse(self._mails)
        self.assertEqual(self.case.operation_ids.state, "pending")
        self.run_job()
        self.assertEqual(self._remote_answers(), ["Bonjour, dès lundi."])

    def test_full_composer_logs_a_note(self):
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.agent)
            .with_context(
                default_model="helpdesk.ticket",
                default_res_ids=self.ticket.ids,
                default_composition_mode="comment",
                default_subtype_xmlid="mail.mt_note",
            )
            .create({"body": "<p>À voir</p>"})
        )
        composer._action_send_mail()
        self.assertFalse(self.case.operation_ids)
        self.assertIn("À voir", self.ticket.message_ids[0].body)

    def test_mail_to_the_desk_is_shown_as_a_note(self):
        message = self.ticket.with_user(self.agent).message_post(
            body="Répondu depuis mon téléphone",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            email_from="agent@desk.example",
        )
        self.assertTrue(message.is_internal or message.subtype_id.internal)
        self.assertFalse(self.case.operation_ids)

    def test_message_on_an_ordinary_ticket_stays_ordinary(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "x", "description": "x", "team_id": self.team.id}
        )
        message = ticket.with_user(self.agent).message_post(
            body="Bonjour", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(message.message_type, "comment")

    def test_dialog_shows_what_came_meanwhile(self):
        form = Form(
            self.env["marketplace.answer"]
            .with_user(self.agent)
            .with_context(default_case_id=self.case.id)
        )
        form.body = "Bonjour, elle part demain."
        self.seller.say(self.claim["id"], "Laissez tomber, je rends tout.")
        self.run_job()
        wizard = form.save()
        action = wizard.action_send()
        self.assertEqual(action["res_id"], wizard.id)
        self.assertIn("rends tout", action["name"])
        self.assertFalse(self.case.operation_ids)
        wizard.action_send()
        self.assertEqual(self.case.operation_ids.state, "pending")

    def test_dialog_opened_after_the_message_sends_at_once(self):
        wizard = (
            self.env["marketplace.answer"]
            .with_user(self.agent)
            .create({"case_id": self.case.id, "body": "Bonjour"})
        )
        wizard.action_send()
        self.assertEqual(self.case.operation_ids.state, "pending")

    def test_bounce_of_an_answer_is_loud(self):
        message = self._send("Bonjour, elle part demain.")
        self.seller.fault("smtp", "silent")
        self.run_job()
        self.env["marketplace.operation"]._record_bounce(message)
        self.assertEqual(self.case.answer_state, "failed")
        self.assertEqual(message.notification_ids.notification_status, "exception")
        self.assertTrue(self.ticket.activity_ids)

    def test_employee_without_rights_cannot_answer(self):
        stranger = self._make_user("plain", "base.group_user")
        with self.assertRaises(AccessError):
            self.ticket.with_user(stranger).message_post(
                body="Bonjour", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        self.assertFalse(self.case.operation_ids)
