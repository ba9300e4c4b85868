"""What is decided on a ticket is about what its page showed: an entry that came later counts."""

from odoo.tests import tagged

from .test_woo_inquiries import InquiryCase
from .test_woo_tickets import TicketCase


class SeenCase:
    def look(self, case):
        """What the agent's page shows of the newest entry."""
        ticket = case.ticket_id.with_user(self.agent)
        [row] = ticket.web_read({"marketplace_seen": {}, "name": {}})
        return row["marketplace_seen"]

    def press(self, case, button, seen=None):
        """A button of the form that showed `seen`."""
        with self.time():
            ticket = case.ticket_id.with_user(self.agent).with_context(marketplace_seen=seen)
            getattr(ticket, button)()

    def get_closed_stage(self, case):
        return case.ticket_id.team_id._get_applicable_stages().filtered("closed")[:1]

    def drop(self, cases, **values):
        """As a form, a kanban or a list saves another stage."""
        tickets = cases.ticket_id.with_user(self.agent)
        values["stage_id"] = self.get_closed_stage(cases[:1]).id
        with self.time():
            tickets.web_save(values, {"stage_id": {}})


@tagged("post_install", "-at_install")
class TestWooSeenThere(SeenCase, TicketCase):
    def reopen(self, case):
        number = self.number(case)
        self.seller.reply_ticket(number, "We send a new one.", by="vendor", status="close")
        self.turn(pull=True, account=self.vendor)
        self.wait(minutes=2)
        self.seller.reply_ticket(number, "It did not come.", status="open")
        self.turn(pull=True, account=self.vendor)

    def test_opened_again_while_the_page_was_open(self):
        case = self.make_case()
        seen = self.look(case)
        self.reopen(case)
        with self.refused("opened it again meanwhile"):
            self.press(case, "action_marketplace_done_there", seen)
        self.assertTrue(case.awaiting_since)
        self.assertFalse(case.done_there_at)
        self.press(case, "action_marketplace_done_there", self.look(case))
        self.assertFalse(case.awaiting_since)

    def test_the_same_page_may_be_used_while_nothing_comes(self):
        case = self.make_case()
        seen = self.look(case)
        self.turn(pull=True, account=self.vendor)
        self.press(case, "action_marketplace_done_there", seen)
        self.assertFalse(case.awaiting_since)
        self.assertTrue(case.is_done_there)


@tagged("post_install", "-at_install")
class TestWooSeenInquiry(SeenCase, InquiryCase):
    def setUp(self):
        super().setUp()
        self.case = self.read_inquiry(self.vendor)
        self.seen = self.look(self.case)
        self.wait(minutes=2)

    def write_there(self, text="And the bulb?"):
        """The customer writes; nothing is read yet."""
        self.seller.reply_inquiry(self.case.remote_id.partition(":")[2], text)

    def read_there(self):
        self.turn(pull=True, account=self.vendor)

    def test_closing_what_the_page_did_not_show(self):
        self.write_there()
        self.read_there()
        for button in ("action_marketplace_close_here", "action_marketplace_no_answer"):
            with self.refused("wrote meanwhile: “And the bulb"):
                self.press(self.case, button, self.seen)
        self.assertTrue(self.case.awaiting_since)
        self.assertFalse(self.case.ticket_id.stage_id.closed)
        self.press(self.case, "action_marketplace_close_here", self.look(self.case))
        self.assertFalse(self.case.awaiting_since)
        self.assertTrue(self.case.ticket_id.stage_id.closed)

    def test_another_stage_is_no_way_round(self):
        self.write_there()
        self.read_there()
        with self.refused("wrote meanwhile"):
            self.drop(self.case, marketplace_seen=self.seen)
        self.assertFalse(self.case.ticket_id.stage_id.closed)
        self.drop(self.case, marketplace_seen=self.look(self.case))
        self.assertTrue(self.case.ticket_id.stage_id.closed)
        self.assertFalse(self.case.awaiting_since)

    def test_our_own_answers_are_no_news(self):
        self.reply(self.case, "Answered in the store manager.", by="vendor")
        self.drop(self.case, marketplace_seen=self.seen)
        self.assertTrue(self.case.ticket_id.stage_id.closed)

    def test_what_is_read_later_was_not_seen(self):
        """The customer wrote before the ticket was closed, but nobody here could know."""
        self.write_there()
        self.wait(minutes=2)
        self.press(self.case, "action_marketplace_close_here", self.seen)
        self.assertFalse(self.case.awaiting_since)
        self.read_there()
        self.assertTrue(self.case.awaiting_since)
        self.assertFalse(self.case.ticket_id.stage_id.closed)

    def test_several_at_once_end_what_was_known(self):
        """A list does not tell what it showed."""
        other = self.read_inquiry(self.vendor, "Do you ship to Malta?")
        self.write_there()
        self.wait(minutes=2)
        self.drop(self.case | other)
        self.assertFalse((self.case | other).filtered("awaiting_since"))
        self.read_there()
        self.assertTrue(self.case.awaiting_since)
        self.assertFalse(other.awaiting_since)

    def test_only_who_may_read_the_ticket_is_told(self):
        clerk = self._make_user("clerk", "base.group_user")
        self.write_there()
        self.read_there()
        ticket = self.case.ticket_id.with_user(clerk).with_context(marketplace_seen=self.seen)
        with self.assertRaises(Exception) as caught:
            ticket.action_marketplace_done_there()
        self.assertNotIn("bulb", str(caught.exception))
