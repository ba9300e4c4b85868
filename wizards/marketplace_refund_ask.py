"""The refund dialog: what was charged, given back, asked and is left; what will be asked."""

from odoo import Command, api, fields, models

from ..connectors import base, records
from ..models.connector_terms import translate_term
from .marketplace_refund_dialog import check_numbers

KINDS = [
    ("order", "Whole Order"),
    ("lines", "Lines"),
    ("units", "Units"),
    ("amount", "Amount"),
    ("shipping", "Shipping Charges"),
    ("gesture", "Commercial Gesture"),
]
CAPABILITIES = {
    "order": base.REFUND_ORDER,
    "lines": base.REFUND_LINES,
    "units": base.REFUND_UNITS,
    "amount": base.REFUND_AMOUNT,
    "shipping": base.REFUND_SHIPPING,
    "gesture": base.GESTURE,
}
# What can be cancelled before the customer is charged: goods, not sums.
CANCELLABLE = ("order", "lines", "units")
# Kinds whose lines take their shipping charges along.
WITH_SHIPPING = ("order", "lines")
BOTH = "both"
KEPT, RETURNED = "kept", "returned"


class MarketplaceRefundAsk(models.TransientModel):
    _name = "marketplace.refund.ask"
    _inherit = ["marketplace.refund.dialog"]
    _description = "Ask For A Marketplace Refund"

    shipped_at = fields.Datetime(related="order_id.marketplace_shipped_at")
    explanation = fields.Char(compute="_compute_explanation")
    kind = fields.Selection(KINDS, required=True, default="lines")
    kinds = fields.Char(compute="_compute_kinds", help="Those that can be asked, comma-separated.")
    line_ids = fields.One2many("marketplace.refund.ask.line", "wizard_id")
    way = fields.Selection(
        [
            (records.BY_REFUND, "Refund"),
            (records.BY_CANCELLATION, "Cancellation"),
            (BOTH, "Both"),
        ],
        compute="_compute_way",
    )
    with_shipping = fields.Boolean("With shipping charges", default=True)
    takes_shipping = fields.Boolean(compute="_compute_kinds")
    offers_shipping = fields.Boolean(compute="_compute_offers_shipping")
    gesture_amount = fields.Monetary("Amount")
    reason_usage = fields.Char(compute="_compute_reason_usage")
    reason_id = fields.Many2one(
        "marketplace.reason",
        compute="_compute_reason_id",
        store=True,
        readonly=False,
        domain="[('account_id', '=', account_id), ('usage', '=', reason_usage),"
        " ('allowed', '=', True)]",
    )
    note = fields.Char("Internal Note")
    goods_return = fields.Selection(
        [(KEPT, "without return"), (RETURNED, "with return")],
        "Return",
        default=KEPT,
        required=True,
        help="With return: the goods come back, and the credit note gives back units.",
    )
    offers_return = fields.Boolean(compute="_compute_offers_return")
    paid_by = fields.Selection(
        [("seller", "Seller (your own expense)")],
        default="seller",
        readonly=True,
    )
    charged = fields.Monetary(related="order_id.marketplace_charged")
    refunded = fields.Monetary(related="order_id.marketplace_refunded")
    asked = fields.Monetary(related="order_id.marketplace_asked")
    left = fields.Monetary(related="order_id.marketplace_left")
    amount = fields.Monetary("To Refund", compute="_compute_amount")
    left_after = fields.Monetary("Will Be Left", compute="_compute_amount")
    is_too_much = fields.Boolean(compute="_compute_amount")
    seen_left = fields.Monetary(help="What was left of the order when the dialog was opened.")
    news = fields.Char(readonly=True, help="What has changed since the person saw the figures.")
    totals = fields.Json(compute="_compute_totals")
    problem = fields.Char(compute="_compute_problem", help="Why it cannot be asked.")
    to_do = fields.Char(compute="_compute_problem", help="What is still to be filled in.")
    can_confirm = fields.Boolean(compute="_compute_problem")
    dead_end = fields.Char(compute="_compute_dead_end")
    days_left = fields.Integer(compute="_compute_days_left")
    window_days = fields.Integer(related="account_id.refund_days")
    has_window = fields.Boolean(compute="_compute_days_left")
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
            values["seen_left"] = order.marketplace_left
            values["line_ids"] = [
                Command.create(
                    {
                        "sale_line_id": line.id,
                        "seen_refunded": line.marketplace_refunded,
                        "seen_asked": line.marketplace_asked,
                        "seen_left": line.marketplace_left,
                    }
                )
                for line in order.order_line.filtered("marketplace_ref")
            ]
        return values

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            check_numbers(self, vals)
        return super().create(vals_list)

    def write(self, vals):
        check_numbers(self, vals)
        return super().write(vals)

    # What can be asked --------------------------------------------------------------------------

    @api.depends("account_id", "line_ids.give_back")
    def _compute_kinds(self):
        for wizard in self:
            account = wizard.account_id
            ways = set(wizard.line_ids.mapped("give_back"))
            kinds = [
                kind
                for kind, capability in CAPABILITIES.items()
                if (records.BY_REFUND in ways or kind == "gesture")
                and account._can(capability)
                or (wizard._cancels() and kind in CANCELLABLE)
            ]
            wizard.kinds = ",".join(kinds)
            wizard.takes_shipping = account._can(base.REFUND_LINE_SHIPPING)

    @api.depends("kind", "takes_shipping", "line_ids.left_shipping")
    def _compute_offers_shipping(self):
        """Whether lines can be given back with or without what is left of their charges."""
        for wizard in self:
            left = any(line._is_above_zero(line.left_shipping) for line in wizard.line_ids)
            wizard.offers_shipping = left and wizard.takes_shipping and wizard.kind in WITH_SHIPPING

    def _cancels(self):
        """Whether a line can be cancelled in this dialog."""
        ways = self.line_ids.mapped("give_back")
        return records.BY_CANCELLATION in ways and self._can_cancel()

    def _can_cancel(self):
        account = self.account_id
        return account._can(base.REFUSE_LINES) and not account._can(base.REFUSE_NEEDS_ALL_LINES)

    @api.depends("account_id")
    @api.depends_context("lang")
    def _compute_explanation(self):
        """Why a kind is absent."""
        for wizard in self:
            account = wizard.account_id
            cannot = account._client_class().cannot if account else {}
            sentences = [cannot.get(name) for name in (base.REFUND_AMOUNT, base.GESTURE)]
            wizard.explanation = " ".join(translate_term(self.env, s) for s in sentences if s)

    @api.depends("kind", "line_ids.is_chosen", "line_ids.is_refundable", "line_ids.give_back")
    def _compute_way(self):
        """How the chosen lines are given back; before a choice, how most of the order is."""
        for wizard in self:
            chosen = wizard._get_lines()
            lines = chosen or wizard.line_ids.filtered("is_refundable")
            ways = set(lines.mapped("give_back"))
            if wizard.kind == "gesture" or not ways:
                wizard.way = records.BY_REFUND
            elif len(ways) == 1:
                wizard.way = ways.pop()
            else:
                wizard.way = BOTH if chosen else records.BY_REFUND

    @api.depends("kind", "way")
    def _compute_reason_usage(self):
        for wizard in self:
            if wizard.kind == "gesture":
                wizard.reason_usage = base.FOR_GESTURE
            elif wizard.way == records.BY_CANCELLATION:
                wizard.reason_usage = base.FOR_REFUSAL
            else:
                wizard.reason_usage = base.FOR_REFUND

    @api.depends("reason_usage", "account_id")
    def _compute_reason_id(self):
        for wizard in self:
            reasons = wizard._get_reasons()
            if wizard.reason_id not in reasons:
                # A gesture's motive is told to the customer: it is chosen, not guessed.
                is_gesture = wizard.kind == "gesture"
                wizard.reason_id = False if is_gesture else wizard._get_default_reason(reasons)

    def _get_default_reason(self, reasons):
        """The marketplace's own, else the one that this person gave last."""
        default = reasons.filtered("is_default")[:1]
        if default or not reasons:
            return default
        last = self.env["marketplace.refund"].search(
            [("user_id", "=", self.env.uid), ("reason_id", "in", reasons.ids)],
            order="id desc",
            limit=1,
        )
        return last.reason_id

    def _get_reasons(self):
        """Those that the seller may give for what is asked now."""
        return self.env["marketplace.reason"].search(
            [
                ("account_id", "=", self.account_id.id),
                ("usage", "=", self.reason_usage),
                ("allowed", "=", True),
            ]
        )

    # What is asked ------------------------------------------------------------------------------

    @api.depends("kind", "gesture_amount", "line_ids.amount", "line_ids.is_too_much", "left")
    def _compute_amount(self):
        for wizard in self:
            lines = wizard._get_lines()
            if wizard.kind == "gesture":
                wizard.amount = wizard.gesture_amount
            else:
                wizard.amount = sum(line._get_amount() for line in lines)
            wizard.left_after = wizard.left - wizard.amount
            wizard.is_too_much = (
                wizard.left_after < 0
                and not wizard.currency_id.is_zero(wizard.left_after)
                or any(lines.mapped("is_too_much"))
            )

    @api.depends("kind", "line_ids.is_chosen", "line_ids.is_refundable", "line_ids.state")
    def _compute_offers_return(self):
        """Only goods that the customer has can come back, and only in whole units."""
        for wizard in self:
            lines = wizard._get_lines() or wizard.line_ids.filtered("is_refundable")
            wizard.offers_return = wizard.kind in CANCELLABLE and any(
                line._can_return() for line in lines
            )

    def _get_lines(self):
        """The lines that would be refunded now."""
        return self.line_ids.filtered(lambda line: line.is_chosen and line.is_refundable)

    @api.depends("order_id", "kind", "line_ids.is_chosen", "line_ids.is_late")
    def _compute_days_left(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            dates = wizard._get_last_days()
            wizard.has_window = bool(dates)
            wizard.is_window_over = any(date < today for date in dates)
            wizard.days_left = (min(dates) - today).days if dates else 0

    def _get_last_days(self):
        """The last days on which what is chosen may be refunded."""
        if self.kind == "gesture":
            until = self.order_id.marketplace_refund_until
            return [until] if until else []
        possible = self.line_ids.filtered(lambda line: line.is_refundable and line.has_window)
        # Until a line is chosen, those that can still be refunded say how long.
        lines = (
            (self._get_lines() & possible)
            or possible.filtered(lambda line: not line.is_late)
            or possible
        )
        return lines.mapped("refund_until")

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
