"""One order line in the refund dialog."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date

from ..connectors import base, records
from .marketplace_refund_ask import CANCELLABLE, RETURNED, WITH_SHIPPING
from .marketplace_refund_dialog import check_numbers


class MarketplaceRefundAskLine(models.TransientModel):
    _name = "marketplace.refund.ask.line"
    _inherit = ["marketplace.readable"]
    _description = "Line Of A Marketplace Refund Dialog"

    wizard_id = fields.Many2one("marketplace.refund.ask", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="sale_line_id.currency_id")
    sale_line_id = fields.Many2one("sale.order.line", required=True, ondelete="cascade")
    name = fields.Char(compute="_compute_name")
    sku = fields.Char(related="sale_line_id.product_id.default_code")
    quantity = fields.Integer(related="sale_line_id.marketplace_quantity")
    state = fields.Selection(related="sale_line_id.marketplace_state")
    give_back = fields.Selection(related="sale_line_id.marketplace_give_back")
    refund_until = fields.Date(related="sale_line_id.marketplace_refund_until")
    charged = fields.Monetary(related="sale_line_id.marketplace_charged")
    shipping = fields.Monetary(related="sale_line_id.marketplace_shipping")
    refunded = fields.Monetary(related="sale_line_id.marketplace_refunded")
    asked = fields.Monetary(related="sale_line_id.marketplace_asked")
    left = fields.Monetary(related="sale_line_id.marketplace_left")
    left_goods = fields.Monetary(related="sale_line_id.marketplace_left_goods")
    left_shipping = fields.Monetary(related="sale_line_id.marketplace_left_shipping")
    refunded_shipping = fields.Monetary(related="sale_line_id.marketplace_refunded_shipping")
    asked_shipping = fields.Monetary(related="sale_line_id.marketplace_asked_shipping")
    units_left = fields.Integer(related="sale_line_id.marketplace_units_left")
    seen_refunded = fields.Monetary()
    seen_asked = fields.Monetary()
    seen_left = fields.Monetary(help="What was left when the dialog was opened.")
    has_changed = fields.Boolean(compute="_compute_has_changed")
    changed = fields.Char(help="Figures that somebody changed meanwhile, comma-separated.")
    is_beyond_order = fields.Boolean(compute="_compute_is_beyond_order")
    is_refundable = fields.Boolean(compute="_compute_is_refundable")
    has_window = fields.Boolean(compute="_compute_is_late")
    is_late = fields.Boolean(compute="_compute_is_late")
    hint = fields.Char(compute="_compute_hint")
    can_choose = fields.Boolean(compute="_compute_can_choose")
    is_chosen = fields.Boolean(compute="_compute_is_chosen")
    selected = fields.Boolean()
    units = fields.Integer()
    goods = fields.Monetary("Goods To Refund")
    shipping_back = fields.Monetary(
        "Shipping To Refund", compute="_compute_shipping_back", store=True, readonly=False
    )
    amount = fields.Monetary("To Refund", compute="_compute_amount")
    left_after = fields.Monetary("Will Be Left", compute="_compute_amount")
    left_shipping_after = fields.Monetary("Shipping That Will Be Left", compute="_compute_amount")
    is_too_much = fields.Boolean(compute="_compute_amount")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            check_numbers(self, vals)
        return super().create(vals_list)

    def write(self, vals):
        check_numbers(self, vals)
        return super().write(vals)

    @api.depends("sale_line_id")
    def _compute_name(self):
        for line in self:
            line.name = (line.sale_line_id.name or "").split("\n")[0]

    @api.depends("left", "seen_left")
    def _compute_has_changed(self):
        for line in self:
            line.has_changed = not line.currency_id.is_zero(line.left - line.seen_left)

    @api.depends("give_back", "left_goods", "left_shipping", "units_left", "wizard_id.kind")
    def _compute_is_refundable(self):
        """Something of what the kind of refund is about is left, and a way to give it back."""
        for line in self:
            line.is_refundable = line._has_way() and line._has_left() and line._is_whole_enough()

    def _has_way(self):
        kind = self.wizard_id.kind
        if self.give_back == records.BY_CANCELLATION:
            return kind in CANCELLABLE and self.wizard_id._can_cancel()
        return self.give_back == records.BY_REFUND

    def _has_left(self):
        kind = self.wizard_id.kind
        if kind == "shipping":
            return self._is_above_zero(self.left_shipping)
        if kind == "units":
            return self.units_left > 0 and self._is_above_zero(self.left_goods)
        return self._is_above_zero(self.left)

    def _is_whole_enough(self):
        """Where lines are refunded whole: nothing of it was given back or asked yet."""
        return self._takes_parts() or not (self.asked or self.refunded)

    def _takes_parts(self):
        return self.wizard_id.account_id._can(base.REFUND_AMOUNT)

    def _is_above_zero(self, amount):
        return self.currency_id.compare_amounts(amount, 0) > 0

    @api.depends("left_goods", "is_refundable", "wizard_id.left")
    def _compute_is_beyond_order(self):
        """Refunded whole or not at all, and gestures have left less of the order than it costs."""
        for line in self:
            line.is_beyond_order = (
                line.is_refundable
                and not line._takes_parts()
                and line._is_above_zero(line.left_goods - line.wizard_id.left)
            )

    @api.depends("refund_until", "give_back")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for line in self:
            until = line.refund_until
            line.has_window = line.give_back == records.BY_REFUND and bool(until)
            line.is_late = line.has_window and until < today

    @api.depends(
        "is_late", "is_beyond_order", "asked", "state", "give_back", "wizard_id.line_ids.give_back"
    )
    @api.depends_context("lang")
    def _compute_hint(self):
        """What a person should know of the line before choosing it."""
        for line in self:
            line.hint = ", ".join(hint for hint in line._get_hints() if hint)

    def _get_hints(self):
        cancels = self.give_back == records.BY_CANCELLATION and self.wizard_id._can_cancel()
        if not cancels and self.give_back != records.BY_REFUND:
            yield dict(self._fields["state"]._description_selection(self.env)).get(self.state)
        if cancels and records.BY_REFUND in self.wizard_id.line_ids.mapped("give_back"):
            yield self.env._("not charged yet")
        if self.is_late:
            yield self.env._("window over since %s", format_date(self.env, self.refund_until))
        if self.asked:
            yield self.env._("asked by %s", self._get_askers())
        if self.is_beyond_order:
            left = self.currency_id.format(self.wizard_id.left)
            yield self.env._("more than the %s left of the order", left)

    def _get_askers(self):
        waiting = self.sale_line_id.sudo().marketplace_refund_line_ids.filtered(
            lambda line: line.state in ("asked", "doubt") and line.counts
        )
        return ", ".join(dict.fromkeys(waiting.refund_id.user_id.mapped("name")))

    @api.depends("is_refundable", "is_late", "is_beyond_order")
    @api.depends_context("uid")
    def _compute_can_choose(self):
        is_manager = self.env.user.has_group("marketplace_helpdesk.group_manager")
        for line in self:
            in_time = is_manager or not line.is_late
            line.can_choose = line.is_refundable and in_time and not line.is_beyond_order

    @api.depends("wizard_id.kind", "selected", "units", "goods", "shipping_back")
    def _compute_is_chosen(self):
        """Whether the person wants something of this line, possible or not."""
        for line in self:
            line.is_chosen = {
                "order": True,
                "lines": line.selected,
                "units": bool(line.units),
                "amount": bool(line.goods or line.shipping_back),
                "shipping": bool(line.shipping_back),
            }.get(line.wizard_id.kind, False)

    @api.depends("wizard_id.kind")
    def _compute_shipping_back(self):
        """All that is left, where the shipping charges are what is refunded."""
        for line in self:
            is_about = line.wizard_id.kind == "shipping" and line._has_way()
            line.shipping_back = line.left_shipping if is_about else 0

    @api.depends(
        "is_chosen",
        "is_refundable",
        "units",
        "goods",
        "shipping_back",
        "wizard_id.with_shipping",
    )
    def _compute_amount(self):
        for line in self:
            asked = line.is_chosen and line.is_refundable
            goods, shipping = line._get_parts() if asked else (0, 0)
            line.amount = goods + shipping
            line.left_after = line.left - line.amount
            line.left_shipping_after = line.left_shipping - shipping
            line.is_too_much = (
                line._is_above_zero(goods - line.left_goods)
                or line._is_above_zero(shipping - line.left_shipping)
                or (line.wizard_id.kind == "units" and not 0 <= line.units <= line.units_left)
                or min(goods, shipping) < 0
            )

    def _get_parts(self):
        """(goods, shipping charges) that would be refunded of this line."""
        kind = self.wizard_id.kind
        goods, shipping = {
            "units": (self._get_units_amount(), 0),
            "amount": (self.goods, self.shipping_back if self.wizard_id.takes_shipping else 0),
            "shipping": (0, self.shipping_back),
        }.get(kind, (self.left_goods, self.left_shipping if self._takes_shipping() else 0))
        return self.currency_id.round(goods), self.currency_id.round(shipping)

    def _get_units_amount(self):
        return self.sale_line_id._get_marketplace_units_amount(min(self.units, self.units_left))

    def _takes_shipping(self):
        wizard = self.wizard_id
        return wizard.with_shipping and wizard.takes_shipping and wizard.kind in WITH_SHIPPING

    def _get_amount(self):
        return sum(self._get_parts())

    def _get_units(self):
        """How many units it is about, None where money is meant."""
        kind = self.wizard_id.kind
        if not self._takes_parts() or kind not in CANCELLABLE:
            return None
        return self.units if kind == "units" else self.units_left or None

    def _get_booked_units(self):
        """How many units the books give back: a line that is refunded whole has all of its own."""
        if self._takes_parts():
            return self._get_units() or 0
        return self.units_left

    def _can_return(self):
        return (
            self.state == records.LINE_SHIPPED
            and self.give_back == records.BY_REFUND
            and self.units_left > 0
        )

    def _is_returned(self):
        wizard = self.wizard_id
        wanted = wizard.offers_return and wizard.goods_return == RETURNED
        return wanted and self._can_return()

    def _is_all_that_is_left(self):
        return self.currency_id.is_zero(self.left - self._get_amount())

    def _take_news(self):
        """Mark what changed since the person saw it; returns it in words."""
        text = self.env._(
            "%(line)s: %(before)s → %(now)s left",
            line=self.name,
            before=self.currency_id.format(self.seen_left),
            now=self.currency_id.format(self.left),
        )
        askers = self._get_askers()
        if askers:
            text = self.env._("%(news)s, asked by %(people)s", news=text, people=askers)
        names = ("refunded", "asked", "left")
        changed = [
            name
            for name in names
            if not self.currency_id.is_zero(self[name] - self[f"seen_{name}"])
        ]
        values = {f"seen_{name}": self[name] for name in names}
        if not self.can_choose:
            values["selected"] = False
        self.write({**values, "changed": ",".join(changed)})
        return text

    # What is written ----------------------------------------------------------------------------

    def _get_refund_values(self):
        goods, shipping = self._get_parts()
        return {
            "sale_line_id": self.sale_line_id.id,
            "item": self.sale_line_id.marketplace_ref,
            "name": self.name,
            "decision": "cancel" if self.give_back == records.BY_CANCELLATION else "refund",
            "quantity": self._get_booked_units(),
            "amount": goods + shipping,
            "shipping_amount": shipping,
            "returned": self._is_returned(),
            "is_unshipped": self._is_unshipped(),
        }

    def _is_unshipped(self):
        """Whole units that have not been shipped: given back, they are not to be shipped."""
        return bool(self._get_units()) and self.state == records.LINE_TO_SHIP

    def _get_remote_line(self, reason_code):
        line = self.sale_line_id
        goods, shipping = self._get_parts()
        return base.RefundLine(
            line_remote_id=line.marketplace_ref,
            sku=self.sku or "",
            ean=line.marketplace_ean or "",
            amount=_as_decimal(goods),
            shipping=_as_decimal(shipping),
            with_shipping=bool(shipping) or self._takes_shipping(),
            quantity=self._get_units(),
            reason_code=reason_code,
        )

    def _get_decision(self, reason_code):
        goods, shipping = self._get_parts()
        return base.LineDecision(
            line_remote_id=self.sale_line_id.marketplace_ref,
            refuse=True,
            condition=self.sale_line_id.marketplace_condition or "",
            amount=_as_decimal(goods),
            shipping=_as_decimal(shipping),
            quantity=self._get_units(),
            reason_code=reason_code,
        )


def _as_decimal(amount):
    return Decimal(str(amount))
