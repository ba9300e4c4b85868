"""The refund dialog: what was charged, given back, asked and is left; what will be asked."""

from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..connectors import base, records
from ..models.connector_terms import translate_term


class MarketplaceRefundAsk(models.TransientModel):
    _name = "marketplace.refund.ask"
    _inherit = ["marketplace.dialog"]
    _description = "Ask For A Marketplace Refund"

    order_id = fields.Many2one("sale.order", required=True)
    case_id = fields.Many2one("marketplace.case")
    account_id = fields.Many2one(related="order_id.marketplace_account_id")
    order_ref = fields.Char(related="order_id.marketplace_ref")
    shipped_at = fields.Datetime(related="order_id.marketplace_shipped_at")
    explanation = fields.Char(compute="_compute_explanation")
    currency_id = fields.Many2one(related="order_id.currency_id")
    kind = fields.Selection(
        [("order", "Whole Order"), ("lines", "Lines"), ("gesture", "Commercial Gesture")],
        required=True,
        default="lines",
    )
    line_ids = fields.One2many("marketplace.refund.ask.line", "wizard_id")
    with_shipping = fields.Boolean("With shipping charges", default=True)
    gesture_amount = fields.Monetary("Amount")
    reason_usage = fields.Char(compute="_compute_reason_usage")
    reason_id = fields.Many2one(
        "marketplace.reason",
        compute="_compute_reason_id",
        store=True,
        readonly=False,
        domain="[('account_id', '=', account_id), ('usage', '=', reason_usage)]",
    )
    note = fields.Char("Internal Note")
    charged = fields.Monetary(related="order_id.marketplace_charged")
    refunded = fields.Monetary(related="order_id.marketplace_refunded")
    asked = fields.Monetary(related="order_id.marketplace_asked")
    left = fields.Monetary(related="order_id.marketplace_left")
    amount = fields.Monetary("To Refund", compute="_compute_amount")
    left_after = fields.Monetary("Will Be Left", compute="_compute_amount")
    days_left = fields.Integer(compute="_compute_days_left")
    is_window_over = fields.Boolean(compute="_compute_days_left")
    override = fields.Char("Why It Is Refunded All The Same")
    doubt = fields.Char(compute="_compute_doubt")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        order = self.env["sale.order"].browse(
            values.get("order_id") or self.env.context.get("default_order_id")
        )
        if "line_ids" in fields_list and order:
            values["line_ids"] = [
                Command.create({"sale_line_id": line.id})
                for line in order.order_line.filtered("marketplace_ref")
            ]
        return values

    @api.depends("account_id")
    @api.depends_context("lang")
    def _compute_explanation(self):
        """Why there is no amount to type where the marketplace takes none."""
        for wizard in self:
            account = wizard.account_id
            cannot = account._client_class().cannot if account else {}
            wizard.explanation = translate_term(self.env, cannot.get(base.REFUND_AMOUNT, ""))

    @api.depends("kind")
    def _compute_reason_usage(self):
        for wizard in self:
            wizard.reason_usage = "gesture" if wizard.kind == "gesture" else "refund"

    @api.depends("reason_usage", "account_id")
    def _compute_reason_id(self):
        for wizard in self:
            reasons = self.env["marketplace.reason"].search(
                [("account_id", "=", wizard.account_id.id), ("usage", "=", wizard.reason_usage)]
            )
            if wizard.reason_id not in reasons:
                default = reasons.filtered("is_default")[:1]
                # A gesture's motive is told to the customer: it is chosen, not guessed.
                wizard.reason_id = default if wizard.kind != "gesture" else False

    @api.depends("kind", "gesture_amount", "line_ids.selected", "with_shipping", "left")
    def _compute_amount(self):
        for wizard in self:
            if wizard.kind == "gesture":
                wizard.amount = wizard.gesture_amount
            else:
                wizard.amount = sum(line._get_amount() for line in wizard._get_lines())
            wizard.left_after = wizard.left - wizard.amount

    def _get_lines(self):
        """The lines that would be refunded now."""
        refundable = self.line_ids.filtered("is_refundable")
        return refundable if self.kind == "order" else refundable.filtered("selected")

    @api.depends("order_id")
    def _compute_days_left(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            until = wizard.order_id.marketplace_refund_until
            wizard.days_left = (until - today).days if until else 0
            wizard.is_window_over = bool(until) and until < today

    @api.depends("order_id")
    def _compute_doubt(self):
        for wizard in self:
            doubtful = wizard.order_id.marketplace_refund_ids.filtered(lambda r: r.state == "doubt")
            wizard.doubt = (
                self.env._(
                    "%(names)s of this order is in doubt and counts as asked until it is settled.",
                    names=", ".join(doubtful.mapped("name")),
                )
                if doubtful
                else False
            )

    # Asking -------------------------------------------------------------------------------------

    def action_confirm(self):
        """Write the refund and its operation; the marketplace is asked by the job."""
        self.ensure_one()
        order = self.order_id
        capability = {
            "order": base.REFUND_ORDER,
            "lines": base.REFUND_LINES,
            "gesture": base.GESTURE,
        }[self.kind]
        order._check_marketplace_can_act(capability)
        self._confirm_once()
        self._check_window()
        self._check_reason()
        lines, operation = self._ask_gesture() if self.kind == "gesture" else self._ask_lines()
        refund = self.env["marketplace.refund"]._ask(
            order,
            self.kind,
            lines,
            operation,
            case=self._get_case_about(order),
            reason=self.reason_id,
            note=self.override or self.note or False,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": self._close_params(refund),
        }

    def _close_params(self, refund):
        return {
            "type": "success",
            "message": self.env._(
                "%(name)s: %(amount)s asked from %(account)s.",
                name=refund.name,
                amount=self.currency_id.format(refund.amount),
                account=self.account_id.name,
            ),
            "next": {"type": "ir.actions.act_window_close"},
        }

    def _check_reason(self):
        reason = self.reason_id
        if not reason:
            raise UserError(self.env._("Choose the reason that the marketplace shall be given."))
        if reason.account_id != self.account_id or reason.usage != self.reason_usage:
            raise UserError(
                self.env._("“%s” is no reason for this at this marketplace.", reason.display_name)
            )

    def _check_window(self):
        if not self.is_window_over:
            return
        if not self.env.user.has_group("marketplace_helpdesk.group_manager"):
            raise UserError(
                self.env._(
                    "The refund window of %(days)s days is over. Ask a manager.",
                    days=self.account_id.refund_days,
                )
            )
        if not self.override:
            raise UserError(self.env._("The refund window is over: say why it is refunded."))

    def _ask_lines(self):
        chosen = self._get_lines()
        gone = self.line_ids.filtered("selected") - chosen if self.kind == "lines" else chosen[:0]
        if gone:
            raise UserError(
                self.env._(
                    "Somebody was faster: %s has been refunded or asked for meanwhile. "
                    "Open the dialog again.",
                    ", ".join(gone.mapped("name")),
                )
            )
        if chosen.sale_line_id.order_id - self.order_id:
            raise UserError(self.env._("These lines belong to another order."))
        if not chosen:
            raise UserError(self.env._("Choose at least one shipped line that has something left."))
        lines = [line._get_refund_values() for line in chosen]
        operation = base.Refund(
            reference="",
            order_ref=self.order_id.marketplace_ref,
            lines=tuple(line._get_remote_line(self.reason_id.code) for line in chosen),
        )
        return lines, operation

    def _ask_gesture(self):
        amount = self.currency_id.round(self.gesture_amount)
        if amount <= 0:
            raise UserError(self.env._("Give an amount above zero."))
        if self.order_id.marketplace_state not in (records.LINE_SHIPPED, records.LINE_TO_SHIP):
            raise UserError(self.env._("No gesture is possible on an order in this state."))
        if not self.order_id.can_marketplace_gesture:
            raise UserError(
                self.env._(
                    "%s ships this order: a gesture is possible once it is shipped.",
                    self.account_id.name,
                )
            )
        line = {"item": "gesture", "name": self.env._("Commercial gesture"), "amount": amount}
        operation = base.Gesture(
            reference="",
            order_ref=self.order_id.marketplace_ref,
            amount=Decimal(str(amount)),
            reason_code=self.reason_id.code,
        )
        return [line], operation
