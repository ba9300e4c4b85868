"""Inquiries of customers: tickets that are answered from here, and closed here only."""

from odoo import fields
from odoo.tests import tagged

from ..connectors.errors import UnknownOutcomeError
from .woo_case import WooCase


class InquiryCase(WooCase):
    def setUp(self):
        super().setUp()
        self.vendor = self.make_vendor_account()

    def said(self, case):
        """What the seller said there."""
        seller = self.seller.access["vendor"]["id"]
        replies = self.seller.get_inquiry(case.remote_id.partition(":")[2])["replies"]
        return [reply["text"] for reply in replies if reply["by"] == seller]

    def reply(self, case, text, by="customer"):
        number = case.remote_id.partition(":")[2]
        self.seller.reply_inquiry(number, text, by=by)
        self.turn(pull=True, account=self.vendor)

    def close(self, case):
        """As an agent does it on the ticket."""
        case.ticket_id.with_user(self.agent).action_marketplace_close_here()


@tagged("post_install", "-at_install")
class TestWooInquiries(InquiryCase):
    def test_an_inquiry_becomes_a_ticket_with_a_clock(self):
        self.seller.product("REF-1", name="Lamp")
        case = self.read_inquiry(self.vendor, "Is the lamp dimmable?", product="REF-1")
        self.assertEqual(case.subject, "Lamp")
        self.assertEqual((case.kind, case.is_open), ("inquiry", True))
        self.assertTrue(case.awaiting_since)
        self.assertEqual(case.last_message_preview, "Is the lamp dimmable?")
        ticket = case.ticket_id.with_user(self.agent)
        self.assertTrue(ticket.can_marketplace_answer)
        self.assertFalse(ticket.can_marketplace_close)
        self.assertFalse(ticket.partner_email)

    def test_an_answer_leaves_once_and_is_known_again(self):
        case = self.read_inquiry(self.vendor)
        self.answer(case, "Yes, with any dimmer.")
        self.turn(account=self.vendor)
        self.turn(pull=True, account=self.vendor)
        self.assertEqual(self.said(case), ["Yes, with any dimmer."])
        self.assertEqual(case.answer_state, "seen")
        self.assertFalse(case.awaiting_since)
        self.assertEqual(len(case.message_ids), 2)
        bubbles = case.ticket_id.message_ids.filtered(lambda m: "dimmer." in (m.body or ""))
        self.assertEqual(len(bubbles), 1)

    def test_an_answer_from_the_chatter(self):
        case = self.read_inquiry(self.vendor)
        ticket = case.ticket_id.with_user(self.agent)
        ticket.message_post(
            body="Yes, it is.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            marketplace_shown=ticket.marketplace_shown,
        )
        self.turn(account=self.vendor)
        self.assertEqual(self.said(case), ["Yes, it is."])

    def test_a_lost_answer_is_settled_by_reading(self):
        case = self.read_inquiry(self.vendor)
        self.answer(case, "Yes, with any dimmer.")
        with self.wire("wcfm.reply", after=UnknownOutcomeError("lost")):
            self.turn(account=self.vendor)
        self.turn(pull=True, account=self.vendor)
        self.turn(account=self.vendor)
        self.assertEqual(self.said(case), ["Yes, with any dimmer."])
        self.assertEqual(case.answer_state, "seen")

    def test_an_answer_written_there_stops_the_clock(self):
        case = self.read_inquiry(self.vendor)
        self.reply(case, "Answered in the store manager.", by="vendor")
        self.assertFalse(case.awaiting_since)
        self.assertEqual(case.message_ids.mapped("sender_type"), ["customer", "seller"])

    def test_the_customers_next_entry_reopens_and_starts_the_clock(self):
        case = self.read_inquiry(self.vendor)
        calls = self.seller.count("wcfm.reply")[0]
        self.close(case)
        self.assertTrue(case.ticket_id.stage_id.closed)
        self.assertFalse(case.awaiting_since)
        self.assertTrue(case.is_open)
        self.turn(pull=True, account=self.vendor)
        self.assertTrue(case.ticket_id.stage_id.closed)
        self.assertEqual(self.seller.count("wcfm.reply")[0], calls, "nothing leaves by closing")
        before = fields.Datetime.now()
        self.wait(minutes=3)
        self.reply(case, "And the bulb?")
        self.assertFalse(case.ticket_id.stage_id.closed)
        self.assertGreater(case.awaiting_since, before)

    def test_an_answer_that_closes_closes_here_only(self):
        case = self.read_inquiry(self.vendor)
        self.wait(minutes=2)
        self.answer(case, "Yes, it is.", close_after=True)
        self.turn(account=self.vendor)
        self.assertTrue(case.ticket_id.stage_id.closed)
        self.assertTrue(case.is_open)

    def test_closing_is_not_chosen_beforehand(self):
        case = self.read_inquiry(self.vendor)
        dialog = self.env["marketplace.answer"].with_user(self.agent).create({"case_id": case.id})
        self.assertFalse(dialog.close_after)
        self.assertTrue(dialog.can_close)

    def test_a_ticket_with_another_case_is_not_closed_here(self):
        """Somebody put a support ticket beside it, which is closed at the marketplace."""
        inquiry = self.read_inquiry(self.vendor)
        other = self.read_ticket(self.vendor, self.make_order())
        other.ticket_id = inquiry.ticket_id
        ticket = inquiry.ticket_id.with_user(self.agent)
        self.assertFalse(ticket.can_marketplace_close_here)
        self.close(inquiry)
        self.assertFalse(ticket.stage_id.closed)

    def test_other_sellers_inquiries_are_never_stored(self):
        own = self.seller.inquiry("For us?")
        other = self.seller.inquiry("For somebody else", vendor="stranger")
        self.turn(pull=True, account=self.vendor)
        self.assertTrue(self.find_case(self.vendor, "inquiry", own))
        self.assertFalse(self.find_case(self.vendor, "inquiry", other))
        messages = self.env["mail.message"].search([("body", "ilike", "For somebody else")])
        self.assertFalse(messages)

    def test_a_guests_inquiry_is_answered_too(self):
        case = self.read_inquiry(self.vendor, guest=True)
        self.answer(case, "Yes, it is.")
        self.turn(account=self.vendor)
        self.assertEqual(self.said(case), ["Yes, it is."])

    def test_nothing_is_sent_while_observing(self):
        case = self.read_inquiry(self.vendor)
        self.vendor.action_observe()
        with self.refused("not enabled|observing"):
            self.answer(case)
