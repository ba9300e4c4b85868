"""Reaching the customer of a shop's order: a note, a ticket, mail last; and what closes a way."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .woo_case import WooCase

PLATFORM = "sellers@platform.example"


class ContactCase(WooCase):
    def setUp(self):
        super().setUp()
        self.vendor = self.make_vendor_account(platform_email=PLATFORM)
        self.vendor.comment_minutes = 0

    def make_order_here(self, **values):
        self.remote = self.make_order(**values)
        self.turn(pull=True, account=self.vendor)
        return self.find_order(self.remote, self.vendor).with_user(self.agent)

    def open(self, order):
        return (
            self.env["marketplace.reach"]
            .with_user(self.agent)
            .with_context(**order.action_marketplace_reach()["context"])
            .create({})
        )

    def get_old(self, order):
        """An order from before the window for contacts."""
        days = self.vendor.contact_days + 1
        order.sudo().date_order = fields.Datetime.now() - timedelta(days=days)
        return order


@tagged("post_install", "-at_install")
class TestWooReach(ContactCase):
    def test_a_note_comes_first(self):
        order = self.make_order_here()
        self.assertTrue(order.can_marketplace_reach)
        self.assertFalse(order.can_marketplace_contact)
        dialog = self.open(order)
        self.assertFalse(dialog.note_problem)
        dialog.note = "Your parcel leaves tomorrow."
        dialog.action_note()
        self.turn(account=self.vendor)
        (text, is_visible) = self.get_notes(order)[-1]
        self.assertIn("Your parcel leaves tomorrow.", text)
        self.assertTrue(is_visible)
        with self.assertRaises(UserError):
            dialog.action_note()

    def test_without_a_ticket_it_is_said_who_can_open_one(self):
        order = self.make_order_here()
        self.assertIn("Only the customer", self.open(order).ticket_problem)

    def test_a_guest_cannot_have_a_ticket(self):
        order = self.make_order_here(guest=True)
        dialog = self.open(order)
        self.assertIn("as a guest", dialog.ticket_problem)
        self.assertIn("Write a note", dialog.ticket_problem)
        self.assertFalse(dialog.note_problem)

    def test_a_ticket_is_opened(self):
        order = self.make_order_here()
        case = self.read_ticket(self.vendor, self.remote)
        dialog = self.open(order)
        self.assertFalse(dialog.ticket_problem)
        self.assertIn("store manager", dialog.ticket_text)
        self.assertEqual(dialog.action_ticket()["res_id"], case.ticket_id.id)

    def test_an_order_that_is_not_recent_closes_what_we_would_start(self):
        order = self.get_old(self.make_order_here())
        dialog = self.open(order)
        self.assertIn("recent orders", dialog.note_problem)
        self.assertIn("recent orders", dialog.mail_problem)
        dialog.note = "Buy our new lamps!"
        with self.refused("recent orders"):
            dialog.action_note()
        with self.refused("recent orders"):
            dialog.action_mail()

    def test_a_site_without_ultimate_takes_no_notes(self):
        self.seller.configure(options={"ultimate": False})
        self.vendor.with_user(self._make_boss()).action_test_connection()
        dialog = self.open(self.make_order_here())
        self.assertIn("WCFM Ultimate", dialog.note_problem)
        self.assertIn("no support tickets", dialog.ticket_problem)
        self.assertFalse(dialog.mail_problem)

    def _make_boss(self):
        return self._make_user("boss", "marketplace_helpdesk.group_administrator")

    def test_an_account_that_is_off_writes_no_note(self):
        order = self.make_order_here()
        self.vendor.action_observe()
        self.assertIn("not enabled", self.open(order).note_problem)

    def test_a_shop_of_our_own_has_no_tickets(self):
        order = self.read_order().with_user(self.agent)
        dialog = self.open(order)
        self.assertFalse(dialog.note_problem)
        self.assertIn("no support tickets", dialog.ticket_problem)

    def test_the_form_shows_the_ways(self):
        order = self.make_order_here(guest=True)
        context = order.action_marketplace_reach()["context"]
        form = Form(self.env["marketplace.reach"].with_user(self.agent).with_context(**context))
        form.note = "Hello"
        self.assertTrue(form.ticket_problem)


class MailCase(ContactCase):
    def setUp(self):
        super().setUp()
        self.salesman = self._make_user(
            "seller", "sales_team.group_sale_salesman_all_leads,marketplace_helpdesk.group_agent"
        )
        self.order = self.make_order_here().with_user(self.salesman)
        self.partner = self.order.sudo().partner_id

    def compose(self):
        action = self.order.action_marketplace_mail()
        composer = self.env[action["res_model"]].with_user(self.salesman)
        form = Form(composer.with_context(**action["context"]))
        form.body = "<p>Hello</p>"
        form.subject = "Your order"
        return form.save()

    def get_receivers(self, message):
        mails = self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        return set(mails.recipient_ids.mapped("email_normalized"))

    def post(self, order=None, **values):
        return (order or self.order).message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            mail_auto_delete=False,
            **values,
        )


@tagged("post_install", "-at_install")
class TestWooMail(MailCase):
    def test_the_composer_goes_to_customer_and_platform(self):
        composer = self.compose()
        self.assertEqual(
            set(composer.partner_ids.mapped("email_normalized")), {self.partner.email, PLATFORM}
        )
        composer.action_send_mail()
        message = self.order.sudo().message_ids[:1]
        self.assertIn(PLATFORM, message.partner_ids.mapped("email_normalized"))

    def test_the_chatter_copies_the_platform(self):
        message = self.post(partner_ids=self.partner.ids)
        self.assertEqual(self.get_receivers(message), {self.partner.email, PLATFORM})

    def test_a_follower_outside_is_enough(self):
        self.order.sudo().message_subscribe(self.partner.ids)
        self.assertEqual(self.get_receivers(self.post()), {self.partner.email, PLATFORM})

    def test_what_stays_inside_is_copied_to_nobody(self):
        self.assertFalse(self.get_receivers(self.post(partner_ids=self.manager.partner_id.ids)))
        note = self.order.message_post(body="Hm", subtype_xmlid="mail.mt_note")
        self.assertFalse(self.get_receivers(note))

    def test_without_an_address_nothing_is_added(self):
        self.vendor.platform_email = False
        message = self.post(partner_ids=self.partner.ids)
        self.assertEqual(self.get_receivers(message), {self.partner.email})

    def test_no_mail_about_an_old_order_unless_the_customer_wrote(self):
        self.get_old(self.order)
        with self.refused("recent orders"):
            self.post(partner_ids=self.partner.ids)
        self.order.sudo().message_post(
            body="Where is my lamp?",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.partner.id,
        )
        message = self.post(partner_ids=self.partner.ids)
        self.assertIn(PLATFORM, self.get_receivers(message))

    def test_another_companys_contact_is_not_mailed(self):
        """It has the same address; its owner's colleagues would see it as theirs."""
        company = self.env["res.company"].create({"name": "Another"})
        theirs = self.env["res.partner"].create(
            {"name": "Platform", "email": PLATFORM, "company_id": company.id}
        )
        message = self.post(partner_ids=self.partner.ids)
        self.assertEqual(self.get_receivers(message), {self.partner.email, PLATFORM})
        self.assertNotIn(theirs, message.partner_ids)

    def test_other_orders_are_left_alone(self):
        order = self.env["sale.order"].create({"partner_id": self.partner.id})
        order.date_order = fields.Datetime.now() - timedelta(days=4000)
        message = self.post(order.with_user(self.salesman), partner_ids=self.partner.ids)
        self.assertEqual(self.get_receivers(message), {self.partner.email})
