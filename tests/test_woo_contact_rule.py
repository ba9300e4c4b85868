"""What is written to a shop's customers is about current or recent orders, and reaches them."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .test_woo_contact import ContactCase


class RuleCase(ContactCase):
    def tell(self, order, text="Have a look at our new lamps.", **values):
        """A comment of the tab, as a person who is in sales and care writes it."""
        values = {"is_visible": True, "is_mailed": True, **values}
        number = order.marketplace_add_comment({"text": text, **values})
        return self.env["sale.order.comment"].browse(number)

    def get_box(self, order):
        order.invalidate_recordset()
        return order.marketplace_comment_box

    def assertShown(self, order, text):
        """The customer sees this there as the newest note."""
        (note, is_visible) = self.get_notes(order)[-1]
        self.assertIn(text, note)
        self.assertTrue(is_visible)

    def receive_mail(self, order):
        order.sudo().message_post(
            body="Where is my lamp?",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=order.sudo().partner_id.id,
        )


@tagged("post_install", "-at_install")
class TestWooContactRule(RuleCase):
    def assertClosed(self, order):
        box = self.get_box(order)
        self.assertFalse(box["can_show"] or box["can_mail"])
        self.assertIn("recent orders", box["why_not_visible"])
        self.assertIn("recent orders", self.open(order).note_problem)
        with self.refused("recent orders"):
            self.tell(order)

    def assertOpen(self, order):
        box = self.get_box(order)
        self.assertTrue(box["can_show"] and box["can_mail"])
        dialog = self.open(order)
        self.assertFalse(dialog.note_problem or dialog.mail_problem)

    def test_comments_to_the_customer_of_an_old_order(self):
        self.assertClosed(self.get_old(self.make_order_here()))
        own = self.read_order().with_user(self.agent)
        own.sudo().date_order = fields.Datetime.now() - timedelta(days=4000)
        self.assertClosed(own)

    def test_colleagues_may_write_to_each_other(self):
        order = self.get_old(self.make_order_here())
        comment = self.tell(order, is_visible=False, is_mailed=False)
        with self.refused("recent orders"):
            comment.with_user(self.agent).write({"is_visible": True, "is_mailed": True})
        self.turn(account=self.vendor)
        self.assertEqual([visible for _text, visible in self.get_notes(order)], [False])

    def test_a_refused_note_is_not_sent_again_when_the_order_is_old(self):
        order = self.make_order_here()
        comment = self.tell(order)
        comment.sudo().write({"state": "refused", "code": "rest_forbidden"})
        self.get_old(order)
        with self.refused("recent orders"):
            comment.with_user(self.agent).action_send_again()

    def test_a_mail_is_answered_once(self):
        order = self.get_old(self.make_order_here())
        self.receive_mail(order)
        self.assertOpen(order)
        comment = self.tell(order, "It left today.")
        comment.with_user(self.agent).text = "It left this morning."
        self.turn(account=self.vendor)
        self.assertShown(order, "It left this morning.")
        self.assertClosed(order)
        self.receive_mail(order)
        self.assertOpen(order)

    def test_a_ticket_is_answered_by_any_way(self):
        order = self.get_old(self.make_order_here())
        case = self.read_ticket(self.vendor, self.remote)
        self.assertTrue(case.awaiting_since)
        self.assertOpen(order)
        case.ticket_id.with_user(self.agent).action_marketplace_no_answer()
        self.assertClosed(order)

    def test_what_has_not_ended_is_current(self):
        order = self.get_old(self.make_order_here(status="processing"))
        self.assertOpen(order)
        self.tell(order, "It leaves tomorrow.")
        self.turn(account=self.vendor)
        self.assertShown(order, "It leaves tomorrow.")
        for status in ("completed", "refunded", "cancelled"):
            self.seller.change_order(self.remote["id"], status=status)
            self.turn(pull=True, account=self.vendor)
            self.assertClosed(order)


@tagged("post_install", "-at_install")
class TestWooNoteWithoutMail(RuleCase):
    """WooCommerce mails notes to the order's address; not every order has one."""

    def make_order_here(self, **values):
        return super().make_order_here(customer={"email": ""}, **values)

    def test_it_is_only_shown(self):
        for order in (
            self.make_order_here(),
            self.read_order(customer={"email": ""}).with_user(self.agent),
        ):
            account = order.sudo().marketplace_account_id
            account.comment_minutes = 0
            box = self.get_box(order)
            self.assertTrue(box["can_show"])
            self.assertIn("no e-mail", box["why_not_mailed"])
            self.assertEqual(sorted(box["effects"]), ["00", "10"])
            with self.refused("no e-mail"):
                self.tell(order)
            dialog = self.open(order)
            self.assertIn("nobody is told", dialog.note_text)
            dialog.note = "It leaves tomorrow."
            dialog.action_note()
            self.turn(account=account)
            comment = order.marketplace_comment_ids
            self.assertEqual((comment.state, comment.is_mailed), ("sent", False))
            self.assertShown(order, "It leaves tomorrow.")

    def test_a_guest_would_not_see_it(self):
        order = self.make_order_here(guest=True)
        self.assertIn("as a guest", self.get_box(order)["why_not_visible"])
        dialog = self.open(order)
        self.assertIn("nobody would see", dialog.note_problem)
        self.assertIn("no e-mail", dialog.mail_problem)
        with self.refused("nobody would see"):
            self.tell(order, is_mailed=False)

    def test_a_note_from_there_mailed_nobody(self):
        order = self.make_order_here()
        self.seller.note(order.marketplace_ref, "Payment received.", by="vendor", customer=True)
        self.turn(pull=True, account=self.vendor)
        comment = order.marketplace_comment_ids
        self.assertEqual((comment.is_visible, comment.is_mailed), (True, False))

    def test_an_address_that_is_told_later(self):
        order = self.make_order_here(status="processing")
        self.seller.change_order(order.marketplace_ref, customer={"email": "lena@people.example"})
        self.turn(pull=True, account=self.vendor)
        self.assertTrue(self.get_box(order)["can_mail"])
        self.assertIn("lena@people.example", self.open(order).mail_problem)
        self.assertIn("mails it", self.open(order).note_text)


@tagged("post_install", "-at_install")
class TestWooReachTexts(ContactCase):
    """The dialog names only what there is."""

    def test_ways_back(self):
        self.assertIn("a support ticket", self.open(self.make_order_here()).note_text)
        guest = self.open(self.make_order_here(guest=True))
        self.assertIn("by mail or an inquiry", guest.note_text)
        own = self.open(self.read_order().with_user(self.agent))
        self.assertNotIn("inquiry", own.note_text)
        self.assertNotIn("ticket", own.note_text)

    def test_who_gets_a_copy(self):
        order = self.make_order_here()
        self.assertIn(self.vendor.platform_email, self.open(order).mail_text)
        self.vendor.platform_email = False
        self.assertIn("Nobody gets a copy", self.open(order).mail_text)
        own = self.open(self.read_order().with_user(self.agent))
        self.assertNotIn("copy", own.mail_text)
