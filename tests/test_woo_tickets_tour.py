"""Support tickets and inquiries in a real browser, with the job and the site behind them."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from ..models.helpdesk_ticket_handoff import HelpdeskTicket
from .woo_case import WooCase


class TourCase(HttpCase, WooCase):
    def setUp(self):
        super().setUp()
        self.vendor = self.make_vendor_account()

    def play(self, name, ticket=None, url=None):
        url = url or f"/odoo/helpdesk.ticket/{ticket.id}"
        self.start_tour(url, f"marketplace_woo_{name}", login=self.agent.login)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestWooHandoffTour(TourCase):
    def test_answered_in_the_store_manager(self):
        case = self.read_ticket(self.vendor, self.make_order())
        self.play("handoff_undo", case.ticket_id)
        self.assertTrue(case.awaiting_since)
        self.play("handoff", case.ticket_id)
        self.assertEqual(case.done_there_by_id, self.agent)
        self.assertFalse(case.awaiting_since)
        number = case.remote_id.partition(":")[2]
        self.seller.reply_ticket(number, "We send a new one.", by="vendor", status="close")
        self.turn(pull=True, account=self.vendor)
        self.assertTrue(case.ticket_id.stage_id.closed)
        self.seller.reply_ticket(number, "It did not come.", status="open")
        self.turn(pull=True, account=self.vendor)
        self.assertTrue(case.awaiting_since)
        self.play("handoff_again", case.ticket_id)
        self.play("handoff_case", url=f"/odoo/marketplace-cases/{case.id}")
        self.assertFalse(case.awaiting_since)


@tagged("post_install", "-at_install")
class TestWooInquiryTour(TourCase):
    def setUp(self):
        super().setUp()
        self.seller.product("REF-1", name="Lamp")
        self.case = self.read_inquiry(self.vendor, product="REF-1")
        self.ticket = self.case.ticket_id
        # On screen whatever the window's width.
        closed = self.team._get_applicable_stages().filtered("closed")[:1]
        closed.write({"fold": False, "sequence": -1})

    def test_answered_from_here(self):
        self.play("inquiry", self.ticket)
        self.turn(account=self.vendor)
        replies = self.seller.get_inquiry(self.case.remote_id.partition(":")[2])["replies"]
        self.assertEqual([reply["text"] for reply in replies], ["Yes, with any dimmer."])
        self.assertFalse(self.case.awaiting_since)

    @contextmanager
    def stale_page(self):
        """The customer's entry comes between the page's first reading and what is pressed."""
        genuine = HelpdeskTicket._compute_marketplace_seen
        stale = [True]

        def compute(tickets):
            genuine(tickets)
            if stale.pop() if stale else False:
                tickets.marketplace_seen = "0/"

        with patch.object(HelpdeskTicket, "_compute_marketplace_seen", compute):
            yield

    def close(self, name, **values):
        with self.stale_page():
            self.play(f"inquiry_stale_{name}", self.ticket, **values)
        self.assertTrue(self.ticket.stage_id.closed)
        self.assertFalse(self.case.awaiting_since)

    def test_close_on_an_old_page(self):
        self.close("button")

    def test_another_stage_on_an_old_page(self):
        self.close("stage")

    def test_an_old_board(self):
        self.close("kanban", url="/odoo/action-helpdesk_mgmt.helpdesk_ticket_action_opened")
