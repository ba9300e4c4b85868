"""What customers write in tickets that only the store manager shows: how Odoo hears of it."""

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .test_woo_tickets import TicketCase
from .woo_notices_case import NoticesCase


class EntryCase(TicketCase):
    def end(self, case):
        """An agent answers there, and says so."""
        with self.time():
            self.as_agent(case.ticket_id).action_marketplace_done_there()
        self.assertFalse(case.awaiting_since)
        self.wait(minutes=10)

    def write_there(self, case, text="Are you still there?"):
        self.seller.reply_ticket(self.number(case), text)

    def read_there(self):
        self.turn(pull=True, account=self.vendor)

    def notes(self, case):
        return case.ticket_id.message_ids.filtered(lambda m: "shown there only" in (m.body or ""))


@tagged("post_install", "-at_install")
class TestWooEntries(EntryCase):
    def test_the_next_entry_starts_the_clock_again(self):
        case = self.make_case()
        self.assertFalse(self.notes(case), "the ticket itself is no entry in it")
        self.end(case)
        self.assertTrue(self.as_agent(case.ticket_id).marketplace_hears_entries)
        self.write_there(case)
        before = self.as_agent(case.ticket_id).marketplace_seen
        self.read_there()
        self.assertTrue(case.deadline)
        self.assertEqual(case.awaiting_since, case.unseen_at)
        self.assertFalse(case.is_done_there)
        self.assertEqual(len(self.notes(case)), 1)
        self.read_there()
        self.assertEqual(len(self.notes(case)), 1)
        with self.refused("wrote there"), self.time():
            ticket = self.as_agent(case.ticket_id).with_context(marketplace_seen=before)
            ticket.action_marketplace_done_there()
        self.end(case)
        self.read_there()
        self.assertFalse(case.awaiting_since)

    def test_what_was_written_before_and_is_read_later_waits(self):
        case = self.make_case()
        self.wait(minutes=10)
        self.write_there(case)
        self.end(case)
        self.read_there()
        self.assertEqual(case.awaiting_since, case.unseen_at)

    def test_our_own_replies_there_are_no_news(self):
        case = self.make_case()
        self.end(case)
        self.seller.reply_ticket(self.number(case), "We send one.", by="vendor", status="open")
        self.read_there()
        self.assertFalse(case.awaiting_since)

    def test_an_entry_that_opens_it_again_is_told_once(self):
        case = self.make_case()
        self.seller.reply_ticket(self.number(case), "Sent.", by="vendor", status="close")
        self.read_there()
        self.wait(minutes=10)
        self.write_there(case)
        self.read_there()
        self.assertTrue(case.awaiting_since)
        self.assertEqual(len(self.notes(case)), 1)
        self.assertIn("Open again", self.notes(case).body)

    def test_done_there_is_taken_back(self):
        case = self.make_case()
        since = case.awaiting_since
        self.end(case)
        ticket = self.as_agent(case.ticket_id)
        self.assertTrue(ticket.can_marketplace_undo_done_there)
        clerk = self._make_user("clerk", "base.group_user")
        with self.assertRaises(AccessError):
            case.with_user(clerk).action_undo_done_there()
        ticket.action_marketplace_undo_done_there()
        self.assertEqual((case.awaiting_since, case.done_there_at), (since, False))
        self.assertFalse(case.done_there_by_id)
        self.assertIn("Taken back", case.ticket_id.message_ids[:1].body)
        with self.refused("nothing to take back"):
            ticket.action_marketplace_undo_done_there()

    def test_nothing_is_taken_back_once_something_came(self):
        case = self.make_case()
        self.end(case)
        self.write_there(case)
        self.read_there()
        self.assertFalse(case.can_undo_done_there)
        with self.refused("nothing to take back"):
            self.as_agent(case).action_undo_done_there()

    def test_what_no_page_has_shown(self):
        case = self.make_case()
        for seen in ("x/", "1", "١/", "9" * 400 + "/", "1/\x00", ["1/"], 7, {"a": 1}):
            ticket = self.as_agent(case.ticket_id).with_context(marketplace_seen=seen)
            with self.subTest(seen), self.refused("out of date"):
                ticket.action_marketplace_done_there()
        self.assertTrue(case.awaiting_since)

    def test_numbers_as_people_know_them(self):
        self.seller.product("REF-1", name="Lamp")
        case = self.make_case(self.make_order())
        self.assertEqual(case.shown_number, f"{int(self.number(case)):06}")
        self.assertIn(case.shown_number, case.display_name)
        for written in (case.shown_number, f"#{case.shown_number}", self.number(case)):
            found = self.env["marketplace.case"].search(
                [("shown_number", "ilike", written), ("account_id", "=", self.vendor.id)]
            )
            self.assertIn(case, found)
        self.assertEqual(case.product_ref, "Lamp")

    def test_a_number_is_searched_for_in_every_way(self):
        case, other = self.make_case(), self.make_case()
        both = case + other
        number = int(self.number(case))
        Case = self.env["marketplace.case"]
        for operator, value, found in (
            ("=", case.shown_number, case),
            ("=", f"#{number}", case),
            ("=", str(number)[1:] or "0", Case),
            ("=", False, Case),
            ("in", [case.shown_number, other.shown_number], both),
            ("not in", [case.shown_number], other),
            ("!=", case.shown_number, other),
            ("!=", False, both),
            ("ilike", case.shown_number, case),
            ("not ilike", case.shown_number, other),
            ("=ilike", case.shown_number, case),
            ("ilike", number, case),
        ):
            with self.subTest(operator=operator, value=value):
                self.assertEqual(
                    Case.search([("shown_number", operator, value), ("id", "in", both.ids)]), found
                )
        other.remote_id = False
        for operator, found in (("=", other), ("!=", case)):
            rows = Case.search([("shown_number", operator, False), ("id", "in", both.ids)])
            self.assertEqual(rows, found)

    def test_what_is_given_beside_an_inquiry(self):
        case = self.read_inquiry(self.vendor, extra={"Phone": "030 1234567"})
        self.assertEqual(case.details, "Phone: 030 1234567")
        shown = self.as_agent(case.ticket_id).marketplace_case_details
        self.assertEqual(shown, "Phone: 030 1234567")
        self.seller.reply_inquiry(self.number(case), "And?")
        self.read_there()
        self.assertEqual(case.details, "Phone: 030 1234567")


@tagged("post_install", "-at_install")
class TestWooEntriesSilent(EntryCase):
    """A site whose notifications tell nothing of support tickets."""

    options = {"ticket_news": False}

    def test_the_truth_is_said(self):
        self.assertFalse(self.vendor.notice_warning, "nobody has a ticket")
        case = self.make_case()
        self.end(case)
        self.write_there(case)
        self.read_there()
        self.assertFalse(case.awaiting_since)
        self.assertFalse(self.as_agent(case.ticket_id).marketplace_hears_entries)
        self.vendor.invalidate_recordset()
        self.assertIn("Give the account an address", self.vendor.notice_warning)

    def test_an_alias_without_a_domain(self):
        self.env["mail.alias.domain"].search([]).unlink()
        boss = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        with Form(self.vendor.with_user(boss)) as form:
            form.alias_name = "notices"
            self.assertIn("No mail can arrive", form.notice_warning)
        self.assertIn("No mail can arrive", self.vendor.notice_warning)


@tagged("post_install", "-at_install")
class TestWooEntriesByMail(NoticesCase):
    """An alias: of the same entry, a mail and a notification tell."""

    def setUp(self):
        super().setUp()
        self.case = self.read_ticket(self.vendor, self.make_order())
        self.number = self.case.remote_id.partition(":")[2]
        self.partner_count = self.env["res.partner"].search_count([])

    def done(self):
        with self.time():
            self.case.ticket_id.with_user(self.agent).action_marketplace_done_there()

    def notes(self):
        return self.case.ticket_id.message_ids.filtered(
            lambda m: "shown there only" in (m.body or "")
        )

    def test_one_entry_is_told_once(self):
        self.done()
        self.seller.reply_ticket(self.number, "Are you still there?")
        self.receive(self.notice_of())
        self.assertTrue(self.case.awaiting_since)
        self.turn(pull=True, account=self.vendor)
        self.assertFalse(self.notes())
        self.assertTrue(self.case.unseen_at)
        self.done()
        self.turn(pull=True, account=self.vendor)
        self.assertFalse(self.case.awaiting_since)

    def test_an_alias_is_believed_once_something_came(self):
        self.seller.configure(options={"ticket_news": False})
        self.vendor.site_ticket_news = False
        self.assertIn("no notice of the marketplace", self.vendor.notice_warning)
        self.seller.reply_ticket(self.number, "Are you still there?")
        self.receive(self.notice_of())
        self.assertTrue(self.vendor.hears_entries)
        self.assertFalse(self.vendor.notice_warning)
