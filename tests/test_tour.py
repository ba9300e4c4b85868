"""The whole seed workflow in a real browser, with the account's job running between its halves."""

from odoo.tests import HttpCase, tagged

from .common import MarketplaceCase


@tagged("post_install", "-at_install")
class TestSeedTour(HttpCase, MarketplaceCase):
    def test_seed_workflow(self):
        order = self.make_order()
        claim = self.make_claim(order)
        self.run_job()
        # A colleague follows: the bubble must still say how far the answer came.
        self.get_case(claim).ticket_id.message_subscribe(self.manager.partner_id.ids)
        self.start_tour("/odoo", "marketplace_seed_workflow_out", login=self.agent.login)
        self.run_job()
        self.run_job()
        ticket = self.get_case(claim).ticket_id
        self.start_tour(
            f"/odoo/helpdesk.ticket/{ticket.id}",
            "marketplace_seed_workflow_seen",
            login=self.agent.login,
        )
        thread = self.seller.get_discussion(claim["id"])
        self.assertEqual([m["sender"] for m in thread["messages"]], ["customer", "seller"])
        self.assertEqual(thread["status"], "Closed")
        remote = self.seller.get_order(order["number"])
        self.assertEqual(
            [line["state"] for line in remote["lines"]],
            ["RefundedAfterShipping", "ShippedBySeller"],
        )
        self.assertEqual([float(v["amount"]) for v in remote["vouchers"]], [5.0])
