"""Every way by which Odoo mails the customer of a shop's order obeys the contact rule."""

from datetime import timedelta

from odoo import fields
from odoo.tests import Form, tagged

from .test_woo_contact import PLATFORM, MailCase


@tagged("post_install", "-at_install")
class TestWooMailDoors(MailCase):
    def mail_several(self, orders):
        """As from the list of orders: Send, on several at once."""
        action = orders.with_user(self.salesman).action_quotation_send()
        composer = self.env[action["res_model"]].with_user(self.salesman)
        form = Form(composer.with_context(**action["context"]))
        self.assertEqual(form.composition_mode, "mass_mail")
        form.subject, form.body = "Our new lamps", "<p>Have a look!</p>"
        form.save().action_send_mail()

    def mails_about(self, order):
        mails = self.env["mail.mail"].sudo()
        return mails.search([("model", "=", order._name), ("res_id", "=", order.id)])

    def make_own_order(self):
        order = self.env["sale.order"].create({"partner_id": self.partner.id})
        order.date_order = fields.Datetime.now() - timedelta(days=4000)
        order.state = "sale"
        return order

    def test_mails_to_many_obey_the_rule(self):
        self.get_old(self.order)
        own = self.make_own_order()
        with self.refused(f"recent orders.*{self.order.name}"):
            self.mail_several(self.order | own)
        self.assertFalse(self.mails_about(self.order) | self.mails_about(own))
        self.mail_several(own | own.copy())
        self.assertEqual(self.mails_about(own).recipient_ids, self.partner)

    def test_mails_to_many_are_copied(self):
        own = self.make_own_order()
        self.mail_several(self.order | own)
        receivers = self.mails_about(self.order).recipient_ids.mapped("email_normalized")
        self.assertEqual(set(receivers), {self.partner.email, PLATFORM})
        self.assertEqual(self.mails_about(own).recipient_ids, self.partner)

    def test_addresses_without_a_contact(self):
        """message_post takes bare addresses, too; a program need not say what kind it posts."""
        send = {"body": "Hello", "outgoing_email_to": "somebody@outside.example"}
        message = self.order.message_post(mail_auto_delete=False, **send)
        self.assertIn(PLATFORM, self.get_receivers(message))
        message = self.order.message_post(body="Hello", outgoing_email_to=PLATFORM)
        self.assertFalse(message.partner_ids)
        self.get_old(self.order)
        with self.refused("recent orders"):
            self.order.message_post(**send)
        own = self.make_own_order().with_user(self.salesman)
        self.assertFalse(own.message_post(**send).partner_ids)

    def test_a_customer_named_in_a_note_is_mailed_too(self):
        note = {"body": "See", "partner_ids": self.partner.ids, "subtype_xmlid": "mail.mt_note"}
        message = self.order.message_post(message_type="comment", mail_auto_delete=False, **note)
        self.assertEqual(self.get_receivers(message), {self.partner.email, PLATFORM})
        self.get_old(self.order)
        with self.refused("recent orders"):
            self.order.message_post(message_type="comment", **note)

    def test_an_invitation_to_follow_is_a_mail(self):
        invitation = {
            "res_model": self.order._name,
            "res_ids": str(self.order.ids),
            "partner_ids": self.partner.ids,
            "message": "<p>Our new lamps are here.</p>",
            "notify": True,
        }
        wizard = self.env["mail.followers.edit"].with_user(self.salesman)
        wizard.create(invitation).edit_followers()
        message = self.env["mail.message"].sudo().search([], order="id desc", limit=1)
        self.assertIn(PLATFORM, message.partner_ids.mapped("email_normalized"))
        self.get_old(self.order)
        with self.refused("recent orders"):
            wizard.create(invitation).edit_followers()

    def test_a_scheduled_mail_is_checked_when_it_leaves(self):
        composer = self.compose()
        composer.scheduled_date = fields.Datetime.to_string(fields.Datetime.now())
        scheduled = composer._action_schedule_message()
        self.get_old(self.order)
        with self.refused("recent orders"):
            scheduled.with_user(self.salesman).post_message()
        self.order.sudo().date_order = fields.Datetime.now()
        scheduled.partner_ids = self.partner
        scheduled.with_user(self.salesman).post_message()
        message = self.order.sudo().message_ids[:1]
        self.assertIn(PLATFORM, message.partner_ids.mapped("email_normalized"))

    def test_a_link_that_is_shared_is_a_mail(self):
        self.get_old(self.order)
        self.salesman.group_ids += self.env.ref("base.group_partner_manager")
        wizard = self.env["portal.share"].with_user(self.salesman)
        wizard = wizard.with_context(active_model=self.order._name, active_id=self.order.id)
        with self.refused("recent orders"):
            wizard.create({"partner_ids": self.partner.ids}).action_send_mail()

    def test_confirming_an_old_order_mails_as_ever(self):
        """What Odoo sends by itself, and invoices, are documents."""
        self.get_old(self.order)
        self.order._send_order_confirmation_mail()
        message = self.order.sudo().message_ids[:1]
        self.assertIn(self.partner, message.notified_partner_ids)

    def test_salespeople_who_are_no_agents(self):
        clerk = self._make_user("clerk", "sales_team.group_sale_salesman_all_leads")
        order = self.order.with_user(clerk)
        message = self.post(order, partner_ids=self.partner.ids)
        self.assertEqual(self.get_receivers(message), {self.partner.email, PLATFORM})
        self.get_old(order)
        with self.refused("recent orders"):
            self.post(order, partner_ids=self.partner.ids)
