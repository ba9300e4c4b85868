"""The refund that only the back office can ask for: it is opened, and what was asked is noted."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..connectors import base
from ..models.connector_terms import translate_term
from .marketplace_refund_dialog import check_numbers


class MarketplaceRefundThere(models.TransientModel):
    _name = "marketplace.refund.there"
    _inherit = ["marketplace.dialog"]
    _description = "Refund Asked For In The Back Office"

    order_id = fields.Many2one("sale.order", required=True)
    case_id = fields.Many2one("marketplace.case")
    account_id = fields.Many2one(related="order_id.marketplace_account_id")
    order_ref = fields.Char(related="order_id.marketplace_ref")
    currency_id = fields.Many2one(related="order_id.currency_id")
    charged = fields.Monetary(related="order_id.marketplace_charged")
    left = fields.Monetary(related="order_id.marketplace_left")
    explanation = fields.Char(compute="_compute_explanation")
    url = fields.Char("Address", compute="_compute_url")
    amount = fields.Monetary("Asked There", required=True)
    reason = fields.Char()
    asked_before = fields.Text(compute="_compute_asked_before")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            check_numbers(self, vals)
        return super().create(vals_list)

    def write(self, vals):
        check_numbers(self, vals)
        return super().write(vals)

    @api.depends("account_id")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for dialog in self:
            account = dialog.account_id
            cannot = account._client_class().cannot if account.provider else {}
            dialog.explanation = translate_term(self.env, cannot.get(base.REFUND_AMOUNT, ""))

    @api.depends("account_id", "order_ref")
    def _compute_url(self):
        for dialog in self:
            account = dialog.account_id.sudo()
            dialog.url = account._get_backoffice_url("", dialog.order_ref)

    @api.depends("order_id")
    @api.depends_context("lang", "tz")
    def _compute_asked_before(self):
        for dialog in self:
            asked = dialog.order_id.marketplace_refund_ids.filtered(
                lambda refund: refund.is_there and refund.state == "asked"
            )
            dialog.asked_before = "\n".join(map(dialog._describe_asked, asked.sorted("id")))

    def _describe_asked(self, refund):
        return self.env._(
            "%(name)s: %(user)s asked there for %(amount)s on %(date)s.",
            name=refund.name,
            user=refund.user_id.sudo().name,
            amount=refund.currency_id.format(refund.amount),
            date=format_datetime(self.env, refund.create_date, dt_format="short"),
        )

    def action_record(self):
        """Note who has asked there for how much."""
        self.ensure_one()
        order = self.order_id
        if not order.can_marketplace_refund_there:
            raise UserError(self.env._("Nothing is asked for in a back office for this order."))
        order.check_access("read")
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("Give an amount above zero."))
        self._confirm_once()
        order._note_asked_there(self.amount, self.reason, self._get_case_about(order))
        return {"type": "ir.actions.act_window_close"}
