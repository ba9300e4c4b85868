"""Comments that the customer is to get by e-mail: through Odoo's queue, once, and nothing else."""

from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.tests import tagged
from odoo.tools import mute_logger

from .opensi_shop_case import ADDED, KNOWN, OpensiShopCase, record, results

MAILED = {"SendMail": "true"}
SHOWN = {"VisibleForCustomer": "true"}
NASTY = "Bonjour,\nvoilà <script>alert('1')</script> & <b>gras</b> {{ 1 + 1 }}"


@tagged("post_install", "-at_install")
class TestOpensiShopMail(OpensiShopCase):
    def setUp(self):
        super().setUp()
        # Whoever follows the order must not be told either.
        self.order.message_subscribe((self.customer + self.salesman.partner_id).ids)
        self.salesman.notification_type = "email"
        self.last_mail = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0

        self.triggers = self.count_triggers()

    def count_triggers(self):
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", queue.id)])

    def get_mails(self):
        return self.env["mail.mail"].search([("id", ">", self.last_mail)], order="id")

    def send(self, *records, expected=ADDED, **values):
        codes = [code for _key, code in results(self.set_comments(*records, **values))]
        self.assertEqual(codes, [expected] * len(records))
        return self.get_comments()

    def mail(self, number="1", text="Parti ce soir", **values):
        """A comment that is to be mailed, as it was stored."""
        self.send(record(self.order.name, number, text, **MAILED), **values)
        return self.get_comments()[-1]

    def test_flags_in_all_four_combinations(self):
        combinations = [{}, MAILED, SHOWN, {**MAILED, **SHOWN}]
        records = [
            record(self.order.name, str(number), f"Numéro {number}", **flags)
            for number, flags in enumerate(combinations)
        ]
        comments = self.send(*records)
        self.assertEqual(comments.mapped("is_mailed"), [False, True, False, True])
        self.assertEqual(comments.mapped("is_visible"), [False, False, True, True])
        mails = self.get_mails()
        self.assertEqual(mails, comments.customer_mail_id)
        self.assertEqual([mail.recipient_ids for mail in mails], [self.customer] * 2)
        self.assertEqual(
            ["Numéro 1" in mails[0].body_html, "Numéro 3" in mails[1].body_html], [1, 1]
        )
        bubbles = comments.mail_message_id
        self.assertEqual(bubbles.mapped("is_internal"), [True, True, False, False])
        self.assertFalse(bubbles.notification_ids)
        self.assertEqual(comments.mapped("reason"), [False] * 4)

    def test_queued_and_not_sent_in_the_request(self):
        with (
            patch.object(IrMail_Server, "_disable_send", lambda server: False),
            patch.object(IrMail_Server, "send_email") as sent,
        ):
            comment = self.mail()
            self.assertFalse(sent.called)
            self.assertEqual(self.count_triggers(), self.triggers + 1)
            mail = comment.customer_mail_id
            self.assertEqual(mail.state, "outgoing")
            mail.send()
            (message,) = [call.args[0] for call in sent.call_args_list]
        self.assertIn("camille@client.example", message["To"])
        self.assertIn(self.order.name, message["Subject"])
        self.assertFalse(comment.reason)
        self.assertFalse(mail.exists())

    def test_no_mail_no_trigger(self):
        self.send(record(self.order.name, "1"))
        self.assertEqual(self.count_triggers(), self.triggers)

    def test_known_comments_are_not_mailed_again(self):
        self.mail()
        self.send(record(self.order.name, "1", **MAILED), expected=KNOWN)
        self.assertEqual(len(self.get_mails()), 1)

    def test_text_is_no_html_in_the_mail(self):
        body = self.mail(text=NASTY).customer_mail_id.body_html
        self.assertIn("voilà &lt;script&gt;alert(", body)
        self.assertIn("&amp; &lt;b&gt;gras&lt;/b&gt; {{ 1 + 1 }}", body)
        self.assertIn("Bonjour,\nvoilà", body)
        self.assertIn("white-space: pre-line", body)
        self.assertNotIn("<script", body)

    def test_mail_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("marketplace_helpdesk.mail_template_order_comment")
        template.with_context(lang="fr_FR").subject = "Votre commande {{ object.order_number }}"
        self.customer.lang = "fr_FR"
        mail = self.mail().customer_mail_id
        self.assertEqual(mail.subject, f"Votre commande {self.order.name}")

    def test_mail_has_the_number_that_the_customer_knows(self):
        self.shop.write({"order_field": "client_order_ref", "order_prefix": "WEB-"})
        order = self.make_sale_order("WEB-100042")
        self.send(record("100042", "1", **MAILED))
        mail = self.get_comments(order).customer_mail_id
        self.assertIn("100042", mail.subject)
        self.assertNotIn("WEB-", mail.subject)

    def test_answer_of_the_customer_arrives_at_the_order(self):
        mail = self.mail().customer_mail_id
        answer = (
            f"From: camille@client.example\nTo: someone@desk.example\nSubject: Re\n"
            f"Message-Id: <answer@client.example>\nIn-Reply-To: {mail.message_id}\n"
            "Content-Type: text/plain\n\nMerci !\n"
        )
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            thread = self.env["mail.thread"].message_process(False, answer)
        self.assertEqual(thread, self.order.id)
        self.assertIn("Merci", self.order.message_ids[0].body)

    def test_chatter_shows_the_comment_once(self):
        comment = self.mail()
        shown = self.order.message_ids.filtered(lambda m: "Parti ce soir" in (m.body or ""))
        self.assertEqual(shown, comment.mail_message_id)

    # What keeps a mail back ---------------------------------------------------------------------

    def check_not_mailed(self, reason, **values):
        comment = self.mail(**values)
        self.assertFalse(self.get_mails())
        self.assertEqual(comment.state, "received")
        self.assertIn("Not mailed", comment.reason)
        self.assertIn(reason, comment.reason)

    def test_no_address(self):
        for number, address in enumerate((False, "nobody", "a b")):
            self.customer.email = address
            self.check_not_mailed("no e-mail address", number=str(number))

    def test_relay_address(self):
        from ..models.mail_mail import relay_domains

        domain = sorted(relay_domains())[0]
        self.customer.email = f"x123@{domain}"
        self.check_not_mailed("marketplace's own")

    def test_observing(self):
        self.shop.action_observe()
        self.check_not_mailed("only observing")

    def test_deleted_template(self):
        self.env.ref("marketplace_helpdesk.mail_template_order_comment").unlink()
        self.check_not_mailed("was deleted")

    def test_broken_template(self):
        template = self.env.ref("marketplace_helpdesk.mail_template_order_comment")
        template.sudo().subject = "{{ object.order_id.nothing_here }}"
        with mute_logger(
            "odoo.addons.mail.models.mail_render_mixin",
            "odoo.addons.marketplace_helpdesk.models.sale_order_comment_mail",
        ):
            self.check_not_mailed("template for order comments fails")

    def test_refused_by_the_mail_server(self):
        comment = self.mail()
        with (
            patch.object(IrMail_Server, "_disable_send", lambda server: False),
            patch.object(IrMail_Server, "send_email", side_effect=OSError("mailbox is full")),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            comment.customer_mail_id.send()
        self.assertEqual(comment.customer_mail_id.state, "exception")
        self.assertIn("mailbox is full", comment.reason)

    def test_reason_in_the_language_of_the_responsible(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.shop.user_id = self.manager
        self.manager.lang = "fr_FR"
        self.customer.email = False
        comment = self.mail()
        self.assertEqual(comment._get_reader_env().lang, "fr_FR")
        self.assertTrue(comment.reason)

    def test_cancelled_orders_are_mailed_too(self):
        self.order._action_cancel()
        self.assertTrue(self.mail().customer_mail_id)

    def test_many_mails_in_one_call(self):
        records = [record(self.order.name, str(number), **MAILED) for number in range(120)]
        comments = self.send(*records)
        self.assertEqual(len(comments.customer_mail_id), 120)
        self.assertEqual(len(self.get_mails()), 120)
