"""Notices by mail: who is believed, what is confirmed, how many a day, what is cleared away."""

import re
from unittest.mock import patch

from odoo import fields
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged

from ..models.notice_mail import is_believed
from .woo_notices_case import NOTICE, TEXT, NoticesCase


@tagged("post_install", "-at_install")
class TestWooNoticesGuard(NoticesCase):
    # Who is believed

    def test_a_stranger_with_a_right_link(self):
        """Set aside with a sentence; once he is believed, nothing is lost."""
        self.seller.inquiry("Is it dimmable, and how far can it be turned?")
        self.hold_streams(self.vendor)
        raw = self.notice_of().replace("@site.example>", "@else.example>")
        notice = self.receive(raw)
        self.assertEqual((notice.state, len(self.cases())), ("strange", 0))
        streams = self.vendor.stream_ids.filtered(lambda s: s.records == "case")
        self.assertTrue(all(streams.mapped("next_pull")), "a stranger wakes nobody")
        more = self.receive(re.sub(r"(?m)^Message-ID: <", "Message-ID: <again.", raw))
        [letter] = self.letters().with_user(self.admin)
        self.assertEqual((notice | more).dead_letter_id, letter, "one for each sender")
        self.assertIn("else.example", letter.error)
        self.assertIn("Senders Believed", letter.error)
        self.assertIn("dimmable", letter.payload)
        letter.action_retry()
        self.turn(account=self.vendor)
        self.assertEqual((notice.state, letter.state), ("strange", "open"))
        self.vendor.with_user(self.admin).notice_senders = "site.example\n@Else.example"
        letter.action_retry()
        self.turn(account=self.vendor)
        self.partner_count = self.env["res.partner"].search_count([])
        self.assertEqual(((notice | more).mapped("state"), letter.state), (["taken"] * 2, "solved"))
        self.assertEqual(len(self.messages(self.cases())), 1)
        summary = letter._get_summary(self.vendor)
        self.assertNotIn(summary, self.vendor.activity_ids.mapped("summary"))

    def test_who_is_believed(self):
        sites = "https://www.shop.site.example/de/", "shop.site.example", "http://site.example:8080"
        for sender, where in (
            ("Shop <no-reply@Shop.Site.example>", (True, True, True)),
            ("wp@mail.shop.site.example", (True, True, True)),
            ("wp@www.site.example", (True, True, True)),
            ("info@site.example", (True, True, True)),
            ("wp@neighbour.site.example", (False, False, True)),
            ("wp@badsite.example", (False, False, False)),
            ("wp@site.example.evil.example", (False, False, False)),
            ("wp@example", (False, False, False)),
            ('"wp@site.example" <wp@evil.example>', (False, False, False)),
            ("wp@evil.example, wp@site.example", (False, False, False)),
            ("", (False, False, False)),
        ):
            self.assertEqual(tuple(is_believed(sender, "", site) for site in sites), where, sender)
        listed = "Wp@Mail.example; *.site.example, xn--bcher-kva.example"
        for sender, expected in (
            ("wp@mail.example", True),
            ("x@mail.example", False),
            ("x@a.site.example", True),
            ("x@bücher.example", True),
            ("x@shop.example", False),
        ):
            self.assertEqual(is_believed(sender, listed, "https://shop.example"), expected, sender)
        self.assertFalse(is_believed("x@y.example", "", ""))

    def test_the_sites_own_domain_where_nobody_is_listed(self):
        self.vendor.with_user(self.admin).notice_senders = False
        body = f'<a href="{self.link("support-manage", "7")}">x</a>'
        self.assertEqual(self.receive(self.compose(body)).state, "strange")
        self.vendor.sudo().service_url = "https://www.site.example/"
        body = '<a href="https://site.example/store-manager/support-manage/7/">x</a>'
        self.assertEqual(self.receive(self.compose(body)).state, "taken")

    def test_several_senders_at_once(self):
        body = f'<a href="{self.link("support-manage", "7")}">x</a>'
        raw = self.compose(body).replace("From: ", "From: me@else.example, ")
        self.assertEqual(self.receive(raw).state, "strange")
        raw = self.compose(body).replace(
            "<shop@site.example>", "<shop@site.example>, m@else.example"
        )
        self.assertEqual(self.receive(raw).state, "strange")

    def test_list_of_senders_is_checked(self):
        for wrong in ("shop@", "a b@@c", "not/one", "https://site.example", "shop"):
            with self.assertRaises(ValidationError):
                self.vendor.with_user(self.admin).notice_senders = wrong
        with self.assertRaises(AccessError):
            self.vendor.with_user(self.manager).notice_senders = "else.example"

    # What only a mail has told

    def shown(self, message):
        """What the bubble says."""
        store = Store().add(message.mail_message_id.with_user(self.agent))
        [row] = store.get_result()["mail.message"]
        return row["marketplace_by_mail"]

    def test_unconfirmed_until_the_site_shows_it(self):
        remote = self.make_order()
        self.seller.ticket(remote["id"], TEXT)
        self.seller.inquiry("Is it dimmable, and how far can it be turned?")
        for number in (-1, -2):
            self.receive(self.notice_of(number))
        messages = self.messages(self.cases()[0]) | self.messages(self.cases()[1])
        self.assertEqual([self.shown(m) for m in messages], ["unconfirmed"] * 2)
        self.turn(account=self.vendor, pull=True)
        self.partner_count = self.env["res.partner"].search_count([])
        self.assertEqual([self.shown(m) for m in messages], ["", ""])

    def test_what_no_call_will_ever_show(self):
        """Replies to tickets without routes of the site's own; and all tickets without Ultimate."""
        case = self.read_ticket(self.vendor, self.make_order())
        self.partner_count = self.env["res.partner"].search_count([])
        self.assertEqual(self.shown(self.messages(case)), "")
        self.seller.reply_ticket(case.remote_id.rpartition(":")[2], "It still hums, louder.")
        self.receive(self.notice_of())
        first, reply = self.messages(case)
        self.vendor.sudo().site_ticket_answers = "no"
        self.assertEqual((self.shown(first), self.shown(reply)), ("", "mail"))
        self.vendor.sudo().site_ticket_answers = "yes"
        self.assertEqual(self.shown(reply), "unconfirmed")
        self.vendor.sudo().site_tickets = "no"
        self.assertEqual(self.shown(reply), "mail")

    def test_what_was_read_first_is_confirmed(self):
        case = self.read_inquiry(self.vendor, "Is it dimmable, and how far can it be turned?")
        self.partner_count = self.env["res.partner"].search_count([])
        self.receive(self.notice_of())
        self.assertEqual(self.shown(self.messages(case)), "")

    # So many in a day

    def send_tickets(self, first, last, **headers):
        notices = self.env["marketplace.notice"]
        for number in range(first, last + 1):
            body = f'<a href="{self.link("support-manage", number)}">x</a>'
            notices |= self.receive(self.compose(body, **headers))
        return notices

    def limit_day(self, number):
        self.env["ir.config_parameter"].set_param("marketplace_helpdesk.notices_per_day", number)

    def test_more_than_a_days_worth_waits(self):
        self.limit_day(2)
        alarms = len(self.vendor.activity_ids)
        notices = self.send_tickets(1, 5)
        self.assertEqual(notices.sorted("id").mapped("state"), ["taken"] * 2 + ["new"] * 3)
        self.assertEqual(len(self.vendor.activity_ids) - alarms, 1, "one alarm, not one each")
        self.assertFalse(self.letters())
        self.turn(account=self.vendor)
        self.assertEqual(len(self.cases()), 2)
        for _day in range(2):
            notices.filtered("ended_at").ended_at = fields.Datetime.subtract(
                fields.Datetime.now(), hours=25
            )
            self.turn(account=self.vendor)
        self.assertEqual(set(notices.mapped("state")), {"taken"})
        self.assertEqual(len(self.vendor.activity_ids), alarms, "withdrawn")

    def test_strangers_take_nobodys_place(self):
        """They share one record beyond a day's worth, from which all of them can be taken."""
        self.limit_day(2)
        strangers = self.env["marketplace.notice"]
        for number in range(1, 6):
            raw = self.compose(f'<a href="{self.link("support-manage", number)}">x</a>')
            strangers |= self.receive(raw.replace("shop@site", f"spam{number}@else"))
        self.assertEqual(set(strangers.mapped("state")), {"strange"})
        self.assertEqual(len(self.letters()), 3)
        self.assertEqual(len(self.vendor.activity_ids), 1)
        self.assertEqual(set(self.send_tickets(7, 8).mapped("state")), {"taken"})
        self.limit_day(100)
        self.vendor.with_user(self.admin).notice_senders = "site.example else.example"
        self.letters().with_user(self.admin).action_retry()
        self.turn(account=self.vendor)
        self.assertEqual(set(strangers.mapped("state")), {"taken"})
        self.assertEqual(set(self.letters().mapped("state")), {"solved"})

    def test_old_ones_are_cleared_away(self):
        self.limit_day(2)
        taken, _taken, waiting = self.send_tickets(1, 3)
        aside = self.receive(self.compose("<p>Win a prize!</p>"))
        kept = self.receive(self.compose("<p>Win another!</p>"))
        (taken | waiting | aside | kept).flush_recordset()
        self.cr.execute("UPDATE marketplace_notice SET create_date = '2025-01-01'")
        aside.dead_letter_id.with_user(self.admin).action_ignore()
        with patch(f"{NOTICE}_aside.GC_BATCH", 2):
            self.assertEqual(self.env["marketplace.notice"]._gc_notices(), (2, True))
            self.assertEqual(self.env["marketplace.notice"]._gc_notices(), (1, False))
        self.assertEqual((taken | waiting | aside | kept).exists(), waiting | kept)


@tagged("post_install", "-at_install")
class TestWooNoticesTour(HttpCase, NoticesCase):
    def test_the_bubble_says_so(self):
        self.seller.inquiry("Is it dimmable, and how far can it be turned?")
        ticket = self.receive(self.notice_of()).ticket_id
        name = "marketplace_woo_notice"
        self.start_tour(f"/odoo/helpdesk.ticket/{ticket.id}", name, login=self.agent.login)
