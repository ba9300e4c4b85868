"""Notices by mail: to the account's alias, into its cases; nobody outside gets anything."""

import re
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from unittest.mock import patch

from odoo.tests import tagged

from .woo_notices_case import NOTICE, TEXT, NoticesCase


@tagged("post_install", "-at_install")
class TestWooNotices(NoticesCase):
    # A case that nobody knew

    def test_ticket_before_any_poll(self):
        """Nothing was read yet: the mail alone makes the case, with its link and its clock."""
        remote = self.make_order()
        self.turn(pull=True, account=self.vendor)
        self.partner_count = self.env["res.partner"].search_count([])
        order = self.find_order(remote, self.vendor)
        ticket = self.seller.ticket(remote["id"], TEXT)
        self.hold_streams(self.vendor)
        notice = self.receive(self.notice_of())
        case = notice.case_id
        self.assertEqual((notice.state, case.kind), ("taken", "support_ticket"))
        self.assertEqual(case.remote_id, f"ticket:{ticket['id']}")
        self.assertEqual(case.sale_order_id, order)
        self.assertEqual(case.notice_url, case.handoff_url)
        self.assertIn(f"/support-manage/{ticket['id']}/", case.notice_url)
        self.assertTrue(case.awaiting_since)
        [message] = self.messages(case)
        self.assertEqual(message.sender_type, "customer")
        self.assertEqual(self.text_of(message), TEXT)
        self.assertTrue(case.ticket_id)
        self.assertFalse(case.ticket_id.partner_email)
        mail = notice.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertIn(TEXT, str(mail.body), "the original is kept")

    def text_of(self, message):
        return str(message.mail_message_id.body).replace("<p>", "").replace("</p>", "").strip()

    def test_what_the_poll_brings_is_the_same_message(self):
        remote = self.make_order()
        ticket = self.seller.ticket(remote["id"], TEXT)
        inquiry = self.seller.inquiry("Is it dimmable, and how far can it be turned?")
        for number in (-1, -2):
            self.receive(self.notice_of(number))
        self.turn(account=self.vendor, pull=True)
        self.partner_count = self.env["res.partner"].search_count([])
        for prefix, row in (("ticket", ticket), ("inquiry", inquiry)):
            [message] = self.messages(self.find_case(self.vendor, prefix, row))
            self.assertEqual(message.remote_id, f"{prefix}:{row['id']}")
            self.assertEqual(message.key, f"id:{prefix}:{row['id']}")
        for _again in range(2):
            self.turn(account=self.vendor, pull=True)
        counts = [len(self.messages(case)) for case in self.cases()]
        self.assertEqual(counts, [1, 1])

    def test_poll_first_then_the_mail(self):
        case = self.read_inquiry(self.vendor, "Is it dimmable, and how far can it be turned?")
        self.partner_count = self.env["res.partner"].search_count([])
        notice = self.receive(self.notice_of())
        self.assertEqual(notice.case_id, case)
        self.assertEqual(notice.marketplace_message_id, self.messages(case))
        self.assertEqual(len(self.messages(case)), 1)
        self.assertEqual(case.notice_url, self.link("enquiry-manage", notice.remote_id[8:]))

    def test_reply_that_no_call_tells_of(self):
        """Replies to tickets are not in the add-on: the mail is all there is."""
        remote = self.make_order()
        case = self.read_ticket(self.vendor, remote)
        self.partner_count = self.env["res.partner"].search_count([])
        case.with_user(self.agent).action_done_there()
        self.assertFalse(case.awaiting_since)
        number = case.remote_id.rpartition(":")[2]
        texts = ("It still hums, louder than before.", "Hello?", "Hello?")
        for minutes, text in zip((3, 2, 1), texts, strict=True):
            self.seller.reply_ticket(number, text)
            date = format_datetime(datetime.now(timezone.utc) - timedelta(minutes=minutes))
            self.receive(re.sub(r"(?m)^Date: .*$", f"Date: {date}", self.notice_of()))
        self.assertEqual(len(self.messages(case)), 4)
        self.assertTrue(case.awaiting_since)
        self.assertEqual(self.text_of(self.messages(case)[-1]), "Hello?")

    def test_reply_to_an_inquiry_is_adopted(self):
        case = self.read_inquiry(self.vendor)
        self.partner_count = self.env["res.partner"].search_count([])
        number = case.remote_id.rpartition(":")[2]
        self.seller.reply_inquiry(number, "And does it come with a bulb?")
        self.receive(self.notice_of())
        self.assertEqual(len(self.messages(case)), 2)
        self.assertEqual(self.messages(case)[-1].sender_type, "unknown")
        self.turn(account=self.vendor, pull=True)
        last = self.messages(case)[-1]
        self.assertEqual(len(self.messages(case)), 2)
        self.assertEqual(last.sender_type, "customer")
        self.assertRegex(last.remote_id, r"^reply:\d+$")

    def test_what_we_wrote_there_is_no_notice(self):
        """The same words of the seller's, a moment before: the customer's stay the customer's."""
        case = self.read_inquiry(self.vendor)
        self.partner_count = self.env["res.partner"].search_count([])
        number = case.remote_id.rpartition(":")[2]
        self.seller.reply_inquiry(number, "Tomorrow at noon.", by="vendor")
        self.seller.reply_inquiry(number, "Tomorrow at noon.")
        notice = self.receive(self.notice_of())
        self.turn(account=self.vendor, pull=True)
        self.assertEqual(len(self.messages(case)), 3)
        self.assertEqual(notice.marketplace_message_id.sender_type, "customer")
        kinds = self.messages(case).mapped("sender_type")
        self.assertEqual(sorted(kinds), ["customer", "customer", "seller"])

    # The job

    def test_it_wakes_the_job(self):
        self.seller.inquiry("Is it dimmable, and how far can it be turned?")
        self.hold_streams(self.vendor)
        triggers = self.env["ir.cron.trigger"].search_count(
            [("cron_id", "=", self.vendor.cron_id.id)]
        )
        self.receive(self.notice_of())
        streams = self.vendor.stream_ids.filtered(lambda s: s.records == "case")
        self.assertFalse(any(streams.mapped("next_pull")))
        now = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.vendor.cron_id.id)])
        self.assertEqual(now - triggers, 1)

    def test_account_that_is_off_takes_it_when_it_runs_again(self):
        self.vendor.action_disable()
        self.seller.inquiry("Is it dimmable, and how far can it be turned?")
        notice = self.receive(self.notice_of())
        stranger = self.receive(self.notice_of().replace("@site.example", "@else.example"))
        self.assertEqual(((notice | stranger).mapped("state"), len(self.cases())), (["new"] * 2, 0))
        self.assertFalse(self.letters())
        self.vendor.with_user(self.admin).action_enable()
        self.turn(account=self.vendor)
        self.partner_count = self.env["res.partner"].search_count([])
        self.assertEqual((notice.state, stranger.state), ("taken", "strange"))
        self.assertEqual(len(self.cases()), 1)

    def test_more_that_waited_than_fit_in_a_run(self):
        self.vendor.action_disable()
        for number in range(1, 5):
            self.receive(self.compose(f'<a href="{self.link("support-manage", number)}">x</a>'))
        self.vendor.with_user(self.admin).action_enable()
        with patch(f"{NOTICE}.WAITING_BATCH", 3):
            self.turn(account=self.vendor)
            self.assertEqual(len(self.cases()), 3)
            self.turn(account=self.vendor)
        self.assertEqual(len(self.cases()), 4)

    def test_what_cannot_be_taken_waits_for_the_job(self):
        self.seller.inquiry("Is it dimmable, and how far can it be turned?")
        team = self.vendor.team_id
        model = type(self.env["marketplace.inbox"])
        with self.assertLogs("odoo.addons.marketplace_helpdesk", "WARNING"):
            genuine = model._store_cases
            model._store_cases = lambda *args: 1 / 0
            try:
                notice = self.receive(self.notice_of())
            finally:
                model._store_cases = genuine
        self.assertEqual((notice.state, len(self.cases())), ("new", 0))
        self.turn(account=self.vendor)
        self.partner_count = self.env["res.partner"].search_count([])
        self.assertEqual(notice.state, "taken")
        self.assertEqual(self.cases().ticket_id.team_id, team)

    # Others' mails

    def test_mail_without_a_link_of_this_site(self):
        for body in (
            "<p>Win a prize!</p>",
            '<a href="https://elsewhere.example/store-manager/support-manage/7/">here</a>',
            f'<a href="{self.seller.url}/store-manager/products-manage/7/">here</a>',
            f'<a href="{self.seller.url}.evil.example/support-manage/7/">here</a>',
            f'<a href="{self.seller.url.replace("//", "//evil.example?")}/support-manage/7/">x</a>',
            f'<a href="{self.link("support-manage", "0")}">here</a>',
            f'<a href="{self.link("support-manage", "7x")}">here</a>',
            "",
        ):
            notice = self.receive(self.compose(body))
            self.assertEqual(notice.state, "strange", body)
        self.assertFalse(self.cases())
        self.assertEqual(len(self.letters()), 8)
        letter = self.letters().with_user(self.manager)[0]
        self.assertIn("no link", letter.error)
        self.assertTrue(letter.payload)

    def test_automatic_answers_and_bounces_are_dropped(self):
        body = f'<a href="{self.link("support-manage", "7")}">here</a>'
        for headers in (
            {"Auto_Submitted": "auto-replied"},
            {"X_Autoreply": "yes"},
            {"Precedence": "auto_reply"},
            {"Return_Path": "<>"},
        ):
            self.assertFalse(self.receive(self.compose(body, **headers)), headers)
        self.assertFalse(self.cases())
        self.assertFalse(self.letters())
        # Notices are machines' mails, too.
        for headers in ({"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}):
            self.assertTrue(self.receive(self.compose(body, **headers)))
        self.assertEqual(len(self.cases()), 1)

    def test_the_same_mail_twice(self):
        self.seller.inquiry("Is it dimmable, and how far can it be turned?")
        raw = self.notice_of()
        self.assertTrue(self.receive(raw))
        self.assertFalse(self.receive(raw))
        self.assertEqual(len(self.messages(self.cases())), 1)

    def test_many_notices_are_no_loop(self):
        for number in range(1, 30):
            body = f'<a href="{self.link("support-manage", number)}">here</a>'
            self.assertTrue(self.receive(self.compose(body, subject=f"#{number}")), number)
        self.assertEqual(len(self.cases()), 29)

    # What is read of it

    def test_plain_text_and_hostile_html(self):
        url = self.link("support-manage", 71)
        self.receive(self.compose(f"Hello,\n\nplease see {url}\n", subtype="plain"))
        text = '<blockquote>Hi<script>alert(1)</script><img src="http://x.example/1"/></blockquote>'
        hostile = f'{text}<a href="{self.link("wcfm-support-manage", 72)}">x</a>'
        self.receive(self.compose(hostile))
        cases = self.cases().sorted("remote_id")
        self.assertEqual(cases.mapped("remote_id"), ["ticket:71", "ticket:72"])
        shown = str(self.messages(cases[1]).mail_message_id.body)
        self.assertNotIn("script", shown)
        self.assertNotIn("x.example", shown)

    def test_order_by_the_number_in_the_mail(self):
        remote = self.make_order()
        self.turn(pull=True, account=self.vendor)
        self.partner_count = self.env["res.partner"].search_count([])
        order = self.find_order(remote, self.vendor)
        about = f"<p>about order #{remote['number']}</p>"
        body = f'{about}<a href="{self.link("support-manage", 73)}">x</a>'
        self.assertEqual(self.receive(self.compose(body)).case_id.sale_order_id, order)
        other = body.replace("/73/", "/74/").replace(f"#{remote['number']}", "#999999")
        self.assertFalse(self.receive(self.compose(other)).case_id.sale_order_id)

    def test_dates_of_tomorrow_and_none(self):
        for number, date in ((75, datetime.now(timezone.utc) + timedelta(days=3)), (76, None)):
            raw = self.compose(f'<a href="{self.link("support-manage", number)}">x</a>')
            lines = [line for line in raw.split("\n") if not line.startswith("Date:")]
            if date:
                lines.insert(0, f"Date: {format_datetime(date)}")
            notice = self.receive("\n".join(lines))
            self.assertLessEqual(notice.sent_at, datetime.utcnow())

    def test_who_sees_it(self):
        self.assertFalse(self.env["marketplace.notice"].with_user(self.agent).has_access("read"))
        self.assertTrue(self.env["marketplace.notice"].with_user(self.manager).has_access("read"))
        self.assertFalse(self.env["marketplace.notice"].with_user(self.manager).has_access("write"))
