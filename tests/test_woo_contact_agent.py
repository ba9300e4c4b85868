"""People in care, who may read a shop's orders but not change them, mail their customers."""

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged

from .test_woo_contact import PLATFORM, ContactCase


class AgentCase(ContactCase):
    def setUp(self):
        super().setUp()
        self.order = self.make_order_here(guest=True)
        self.customer = self.order.sudo().partner_id

    def compose(self, user=None, **values):
        """The composer, as the browser saves it."""
        user = user or self.agent
        action = self.order.with_user(user).action_marketplace_mail()
        composer = self.env[action["res_model"]].with_user(user).with_context(**action["context"])
        form = Form(composer)
        form.body = "<p>Your parcel leaves tomorrow.</p>"
        for name, value in values.items():
            form[name] = value
        return form.save()

    def get_mail(self):
        """The newest message on the order, as it was mailed."""
        message = self.order.sudo().message_ids[:1]
        self.assertIn("leaves tomorrow", message.body)
        return message


@tagged("post_install", "-at_install")
class TestWooAgentMail(AgentCase):
    def get_receivers(self, message):
        """Those outside: who wrote before follows the order."""
        receivers = message.notified_partner_ids.filtered("partner_share")
        return set(receivers.mapped("email_normalized"))

    def test_agents_and_managers_mail_the_customer(self):
        both = {self.customer.email_normalized, PLATFORM}
        for user in (self.agent, self.manager):
            self.compose(user).action_send_mail()
            message = self.get_mail()
            self.assertEqual(message.author_id, user.partner_id)
            self.assertEqual(self.get_receivers(message), both)

    def test_with_a_file(self):
        file = self.env["ir.attachment"].with_user(self.agent)
        file = file.create(
            {"name": "guide.txt", "raw": b"Turn it on.", "res_model": "mail.compose.message"}
        )
        composer = self.compose()
        composer.attachment_ids = file
        composer.action_send_mail()
        self.assertEqual(self.get_mail().attachment_ids, file)
        self.assertEqual((file.sudo().res_model, file.sudo().res_id), ("sale.order", self.order.id))

    def test_later(self):
        composer = self.compose()
        composer.scheduled_date = fields.Datetime.to_string(fields.Datetime.now())
        composer.action_schedule_message()
        scheduled = self.env["mail.scheduled.message"].with_user(self.agent)
        scheduled = scheduled.search([("res_id", "=", self.order.id)])
        self.assertEqual(len(scheduled), 1, "who schedules one sees it, and may call it off")
        scheduled.sudo()._post_message()
        self.assertIn(PLATFORM, self.get_receivers(self.get_mail()))

    def test_the_copy_cannot_be_taken_off(self):
        composer = self.compose()
        composer.partner_ids = self.customer
        composer.action_send_mail()
        self.assertIn(PLATFORM, self.get_receivers(self.get_mail()))

    def test_the_subject_has_the_number_that_the_customer_knows(self):
        self.assertEqual(self.compose().subject, f"Order {self.remote['number']}")

    def test_the_order_itself_stays_as_it_is(self):
        self.compose().action_send_mail()
        self.assertFalse(self.order.has_access("write"))
        with self.assertRaises(AccessError):
            self.order.message_ids[:1].with_user(self.manager).body = "Something else"

    def test_only_orders_of_shops_sites_that_one_may_read(self):
        post = {"body": "Hello", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        other = self.order.sudo().copy({"marketplace_account_id": False})
        elsewhere = self._make_user("stranger", "base.group_user")
        for order in (other.with_user(self.agent), self.order.with_user(elsewhere)):
            with self.assertRaises(AccessError):
                order.message_post(partner_ids=self.customer.ids, **post)


@tagged("post_install", "-at_install")
class TestWooAgentMailTour(HttpCase, AgentCase):
    def test_write_to_the_customer(self):
        self.start_tour(
            f"/odoo/sale.order/{self.order.id}", "marketplace_woo_mail", login=self.agent.login
        )
        message = self.get_mail()
        self.assertEqual(message.author_id, self.agent.partner_id)
        receivers = set(message.notified_partner_ids.mapped("email_normalized"))
        self.assertEqual(receivers, {self.customer.email_normalized, PLATFORM})
