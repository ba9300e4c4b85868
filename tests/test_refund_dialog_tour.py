"""The refund dialogs in a real browser, by keyboard."""

from odoo.tests import HttpCase, tagged

from .books_case import BooksCase
from .common import MarketplaceCase


@tagged("post_install", "-at_install")
class TestRefundDialogTour(HttpCase, MarketplaceCase):
    """Cdiscount, whose reason has a default."""

    def tour(self, name, **values):
        """Play a tour on the ticket of a fresh order; returns the order."""
        remote = self.make_order(**values)
        claim = self.make_claim(remote)
        self.run_job()
        ticket = self.get_case(claim).ticket_id
        self.start_tour(f"/odoo/helpdesk.ticket/{ticket.id}", name, login=self.agent.login)
        self.env.invalidate_all()
        return self.env["sale.order"].search([("marketplace_ref", "=", remote["number"])])

    def test_one_line_in_three_keys(self):
        order = self.tour("marketplace_refund_keys")
        refund = order.marketplace_refund_ids
        self.assertEqual((refund.kind, refund.amount, refund.state), ("lines", 25.8, "asked"))
        self.assertEqual(refund.user_id, self.agent)

    def test_pressed_too_often(self):
        order = self.tour("marketplace_refund_keys_twice")
        self.assertEqual(order.marketplace_refund_ids.mapped("amount"), [53.9])
        self.run_job()
        self.assertEqual(self.seller.count("CreateRefundVoucher")[1], 1)

    def test_refusal_by_letters(self):
        order = self.tour("marketplace_refuse_keys", state="WaitingForShipmentAcceptation")
        refund = order.marketplace_refund_ids
        self.assertEqual((refund.kind, refund.amount), ("refusal", 79.7))
        self.run_job()
        self.assertEqual(refund.state, "accepted")


@tagged("post_install", "-at_install")
class TestRefundPreviewTour(HttpCase, BooksCase):
    """Mirakl, whose reason has no default."""

    def tour(self, name):
        """Play a tour on the ticket of a fresh, invoiced order; returns the order."""
        remote = self.make_order()
        thread = self.make_thread(remote)
        self.run_job()
        self.run_job()
        order = self.env["sale.order"].search([("marketplace_ref", "=", remote["number"])])
        self.invoice(order)
        ticket = self.get_case(thread).ticket_id
        self.start_tour(f"/odoo/helpdesk.ticket/{ticket.id}", name, login=self.agent.login)
        self.env.invalidate_all()
        return order

    def test_previews(self):
        order = self.tour("marketplace_refund_previews")
        self.assertFalse(order.marketplace_refund_ids)

    def test_what_is_being_typed(self):
        """The keys confirm what stands in the field, not what stood there before."""
        order = self.tour("marketplace_refund_typed")
        refund = order.marketplace_refund_ids
        self.assertEqual((refund.kind, refund.amount, refund.state), ("amount", 1.25, "asked"))

    def test_half_units(self):
        """In French, where a comma in a number of units is no thousands separator."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.agent.lang = "fr_FR"
        order = self.tour("marketplace_refund_half_units")
        self.assertFalse(order.marketplace_refund_ids)
