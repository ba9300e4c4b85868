"""A manager approves a refund, or turns it down."""

from odoo import api, fields, models
from odoo.exceptions import UserError

VERDICTS = [("approve", "Approve"), ("refuse", "Turn Down")]


class MarketplaceRefundDecision(models.TransientModel):
    _name = "marketplace.refund.decision"
    _inherit = ["marketplace.readable"]
    _description = "Decision About A Marketplace Refund"

    refund_id = fields.Many2one("marketplace.refund", required=True, ondelete="cascade")
    verdict = fields.Selection(VERDICTS, required=True)
    reason = fields.Char("Why")
    # Read with the rights of whoever decides, not with those of the system.
    account_id = fields.Many2one(related="refund_id.account_id", related_sudo=False)
    sale_order_id = fields.Many2one(related="refund_id.sale_order_id", related_sudo=False)
    kind = fields.Selection(related="refund_id.kind", related_sudo=False)
    user_id = fields.Many2one(related="refund_id.user_id", related_sudo=False)
    reason_id = fields.Many2one(related="refund_id.reason_id", related_sudo=False)
    note = fields.Char(related="refund_id.note", related_sudo=False)
    customer_text = fields.Char(related="refund_id.customer_text", related_sudo=False)
    currency_id = fields.Many2one(related="refund_id.currency_id", related_sudo=False)
    amount = fields.Monetary(related="refund_id.amount", related_sudo=False)
    line_ids = fields.One2many(related="refund_id.line_ids", related_sudo=False)
    charged = fields.Monetary(related="sale_order_id.marketplace_charged", related_sudo=False)
    refunded = fields.Monetary(related="sale_order_id.marketplace_refunded", related_sudo=False)
    asked = fields.Monetary(
        "Asked, With This", related="sale_order_id.marketplace_asked", related_sudo=False
    )
    left = fields.Monetary(related="sale_order_id.marketplace_left", related_sudo=False)
    problem = fields.Char(compute="_compute_problem", help="Why it cannot be approved.")
    needs_reason = fields.Boolean(compute="_compute_problem")

    @api.depends("refund_id", "verdict")
    def _compute_problem(self):
        for wizard in self:
            refund, approves = wizard.refund_id, wizard.verdict == "approve"
            wizard.problem = approves and refund and refund._get_approval_problem()
            wizard.needs_reason = not approves or refund._is_window_over()

    def action_confirm(self):
        """Record the decision; an approved refund is asked from the marketplace by the job."""
        self.ensure_one()
        reason = (self.reason or "").strip()
        if self.verdict == "approve":
            self.refund_id._approve(reason)
        elif self.verdict == "refuse":
            self.refund_id._refuse(reason)
        else:
            raise UserError(self.env._("Choose: approve it, or turn it down."))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self._describe_done(),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _describe_done(self):
        refund = self.refund_id
        if self.verdict == "approve":
            return self.env._(
                "%(name)s is approved and asked from %(account)s.",
                name=refund.name,
                account=refund.account_id.name,
            )
        return self.env._("%s is turned down: nothing was asked.", refund.name)
