"""The main job from end to end: claim in, answer, refund, gesture and closing out, each once."""

from odoo.tests import tagged

from .common import MarketplaceCase


@tagged("post_install", "-at_install")
class TestThinPath(MarketplaceCase):
    def test_claim_becomes_ticket_and_leaves_again(self):
        order = self.make_order()
        claim = self.make_claim(order)
        self.run_job()
        case = self.get_case(claim)
        self.assertEqual(case.kind, "claim")
        ticket = case.ticket_id.with_user(self.agent)
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.marketplace_order_id.marketplace_ref, order["number"])
        self.assertTrue(ticket.marketplace_deadline)
        self.assertIn("fêlée", ticket.message_ids[0].body)

        wizard = (
            self.env["marketplace.answer"]
            .with_user(self.agent)
            .create(
                {
                    "case_id": case.id,
                    "body": "Bonjour, nous vous remboursons la lampe.",
                    "close_after": True,
                }
            )
        )
        wizard.action_send()
        dialog = (
            self.env["marketplace.refund.ask"]
            .with_user(self.agent)
            .with_context(default_order_id=case.sale_order_id.id, default_case_id=case.id)
            .create({"kind": "lines"})
        )
        dialog.line_ids[0].selected = True
        dialog.action_confirm()
        gesture = (
            self.env["marketplace.refund.ask"]
            .with_user(self.agent)
            .with_context(default_order_id=case.sale_order_id.id, default_case_id=case.id)
            .create({"kind": "gesture", "gesture_amount": 5.0})
        )
        gesture.reason_id = self.account.reason_ids.filtered(lambda r: r.code == "135")
        gesture.action_confirm()
        self.run_job()
        self.run_job()

        remote = self.seller.get_discussion(claim["id"])
        self.assertEqual([m["sender"] for m in remote["messages"]], ["customer", "seller"])
        self.assertEqual(remote["status"], "Closed")
        remote_order = self.seller.get_order(order["number"])
        self.assertEqual(remote_order["lines"][0]["state"], "RefundedAfterShipping")
        self.assertEqual(remote_order["lines"][1]["state"], "ShippedBySeller")
        self.assertEqual(len(remote_order["vouchers"]), 1)
        states = dict(case.operation_ids.mapped(lambda o: (o.kind, o.state)))
        self.assertEqual(
            states, {"reply": "done", "refund": "done", "gesture": "done", "close": "done"}
        )
        self.assertFalse(case.is_open)
        self.assertFalse(case.deadline)
        self.assertTrue(ticket.stage_id.closed)
