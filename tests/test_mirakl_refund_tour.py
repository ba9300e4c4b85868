"""The refund dialog in a real browser."""

from odoo.tests import HttpCase, tagged

from .mirakl_case import MiraklCase


@tagged("post_install", "-at_install")
class TestMiraklRefundTour(HttpCase, MiraklCase):
    def test_part_of_a_line(self):
        order = self.make_order()
        thread = self.make_thread(order)
        self.run_job()
        self.run_job()
        ticket = self.get_case(thread).ticket_id
        self.start_tour(
            f"/odoo/helpdesk.ticket/{ticket.id}",
            "marketplace_mirakl_refund",
            login=self.agent.login,
        )
        refund = ticket.marketplace_refund_ids
        self.assertEqual((refund.kind, refund.amount, refund.note), ("amount", 12.5, "Scratched"))
        self.run_job()
        self.assertEqual(refund.state, "accepted")
        [line] = [
            line for line in self.seller.get_order(order["number"])["lines"] if line["refunds"]
        ]
        self.assertEqual([float(item["amount"]) for item in line["refunds"]], [12.5])
