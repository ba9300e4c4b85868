"""The refund that only the back office can ask for: it is opened, and what was asked is noted."""

from odoo import api, fields, models
from odoo.exceptions import UserError

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
    explanation = fields.Char(compute="_compute_explanation")
    url = fields.Char("Address", compute="_compute_url")
    amount = fields.Monetary("Asked There", required=True)
    reason = fields.Char()
    asked_before = fields.Char(compute="_compute_asked_before")

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
            order = dialog.order_id
            asked_at = order.marketplace_asked_there_at
            dialog.asked_before = asked_at and self.env._(
                "%(user)s asked there for %(amount)s on %(date)s.",
                user=order.marketplace_asked_there_by_id.sudo().name,
                amount=order.currency_id.format(order.marketplace_asked_there),
                date=fields.Datetime.context_timestamp(self, asked_at).strftime("%Y-%m-%d %H:%M"),
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
        if self.currency_id.compare_amounts(self.amount, self.charged) > 0:
            raise UserError(
                self.env._(
                    "The customer paid %s: no more than that is given back.",
                    self.currency_id.format(self.charged),
                )
            )
        self._confirm_once()
        order._note_asked_there(self.amount, self.reason, self._get_case_about(order).ticket_id)
        return {"type": "ir.actions.act_window_close"}
