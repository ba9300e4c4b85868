"""What the refund dialog shows of its consequences: totals, requests, what is in the way."""

from odoo import api, models

from ..connectors import base, records
from .marketplace_refund_ask import BOTH, WITH_SHIPPING
from .marketplace_refund_dialog import LARGEST, make_row

# Columns of the table by what they tell, for the whole lines and for their shipping charges.
COLUMNS = ("charged", "refunded", "asked", "left", "amount", "left_after")
SHIPPING_COLUMNS = (
    "shipping",
    "refunded_shipping",
    "asked_shipping",
    "left_shipping",
    "amount",
    "left_shipping_after",
)


class MarketplaceRefundAsk(models.TransientModel):
    _inherit = "marketplace.refund.ask"

    # The rows below the lines -------------------------------------------------------------------

    @api.depends("kind", "amount", "left_after", "line_ids.amount", "line_ids.left_shipping_after")
    @api.depends_context("lang")
    def _compute_totals(self):
        """Rows of widget marketplace_refund_lines: {"label", "style", "values": {column: sum}}."""
        for wizard in self:
            about_shipping = wizard.kind == "shipping"
            columns = SHIPPING_COLUMNS if about_shipping else COLUMNS
            label = self.env._("Total incl. tax, %s", wizard.currency_id.symbol)
            style = "" if about_shipping else "strong"
            total = wizard._make_total(label, columns, wizard._get_order_figures(), style)
            shipping = wizard._make_shipping_total(columns)
            rows = [shipping, total] if about_shipping else [wizard._make_gestures_total(), total]
            wizard.totals = [row for row in [*rows, not about_shipping and shipping] if row]

    def _make_total(self, label, columns, figures, style=""):
        return {"label": label, "style": style, "values": dict(zip(columns, figures, strict=True))}

    def _get_order_figures(self):
        return (
            self.charged,
            self.refunded,
            self.asked,
            self.left,
            self.amount,
            self.left_after,
        )

    def _make_shipping_total(self, columns):
        """Shipping charges are counted apart: none are given back for goods."""
        lines = self.line_ids
        charged = sum(lines.mapped("shipping"))
        if self.currency_id.is_zero(charged):
            return None
        left, after = (sum(lines.mapped(name)) for name in ("left_shipping", "left_shipping_after"))
        figures = (
            charged,
            sum(lines.mapped("refunded_shipping")),
            sum(lines.mapped("asked_shipping")),
            left,
            left - after,
            after,
        )
        if self.kind == "shipping":
            return self._make_total(self.env._("Shipping charges"), columns, figures, "strong")
        return self._make_total(self.env._("of which shipping"), columns, figures, "muted")

    def _make_gestures_total(self):
        """What was given back of no line, without which the rows would not add up."""
        refunded = self.refunded - sum(self.line_ids.mapped("refunded"))
        asked = self.asked - sum(self.line_ids.mapped("asked"))
        now = self.amount if self.kind == "gesture" else 0
        if all(self.currency_id.is_zero(amount) for amount in (refunded, asked, now)):
            return None
        after = -(refunded + asked + now)
        figures = {"refunded": refunded, "asked": asked, "left": -(refunded + asked)}
        figures |= {"amount": now, "left_after": after}
        return {"label": self.env._("Commercial gestures"), "style": "plain", "values": figures}

    # What will be asked -------------------------------------------------------------------------

    @api.depends("kind", "way", "amount", "line_ids.amount", "with_shipping", "goods_return")
    @api.depends_context("lang")
    def _compute_asked_rows(self):
        for wizard in self:
            rows = []
            if wizard._has_amount():
                rows = [make_row(wizard._name_request(), "", wizard._format_amount(), "strong")]
            if rows and wizard.kind != "gesture":
                rows += [line._make_asked_row() for line in wizard._get_lines()]
            wizard.asked_rows = rows

    def _name_request(self):
        """The request in a few words, with how many lines it is about."""
        if self.kind == "gesture":
            return self.env._("Commercial gesture")
        parts = [
            self.env._("Cancellation")
            if self.way == records.BY_CANCELLATION
            else self.env._("Refund")
        ]
        if self.kind != "lines":
            kinds = self._fields["kind"]._description_selection(self.env)
            parts.append(dict(kinds)[self.kind])
        count = len(self._get_lines())
        parts.append(self.env._("1 line") if count == 1 else self.env._("%s lines", count))
        return " · ".join(parts)

    def _format_amount(self):
        return self.currency_id.format(self.amount)

    def _has_amount(self):
        return self.currency_id.compare_amounts(self.amount, 0) > 0

    # What will be booked ------------------------------------------------------------------------

    def _get_kind(self):
        return "refusal" if self._is_cancellation() else self.kind

    def _get_values(self):
        if self.kind == "gesture":
            return [self._get_gesture_values()]
        return [line._get_refund_values() for line in self._get_lines()]

    @api.depends("kind", "way", "amount", "line_ids.amount", "with_shipping", "goods_return")
    @api.depends_context("lang")
    def _compute_booked_rows(self):
        for wizard in self:
            possible = wizard._has_amount() and wizard.way != BOTH and not wizard.is_too_much
            wizard.booked_rows = wizard._get_booked_rows() if possible else []

    # What stands in the way ---------------------------------------------------------------------

    @api.depends(
        "kind",
        "way",
        "amount",
        "is_too_much",
        "is_stuck",
        "is_window_over",
        "override",
        "reason_id",
        "line_ids.is_chosen",
        "line_ids.can_choose",
    )
    @api.depends_context("lang", "uid")
    def _compute_problem(self):
        for wizard in self:
            wizard.problem = wizard._get_problem()
            wizard.to_do = not wizard.problem and wizard._get_to_do()
            wizard.can_confirm = (
                not wizard.problem
                and not wizard.to_do
                and not wizard.is_stuck
                and wizard.way != BOTH
            )

    def _get_problem(self):
        chosen = self.line_ids.filtered("is_chosen")
        numbers = [self.gesture_amount] if self.kind == "gesture" else chosen._get_numbers()
        if any(abs(number) > LARGEST for number in numbers):
            return self.env._("That is more than anything here can be worth.")
        if any(number < 0 for number in numbers):
            return self.env._("Nothing below zero can be given back.")
        over = self.currency_id.format(-self.left_after) if self.left_after < 0 else ""
        if over and self.is_too_much and self.kind in WITH_SHIPPING and self._can_amount():
            # A gift card or a gesture took a part of what the lines cost.
            return self.env._(
                "%(over)s more than is left of the order. Choose Amount to give back up to "
                "%(left)s.",
                over=over,
                left=self.currency_id.format(max(self.left, 0)),
            )
        if over and self.is_too_much:
            return self.env._("%s more than is left of the order.", over)
        if self.is_too_much:
            return self.env._("More than is left of a line.")
        return False

    def _get_to_do(self):
        if not self._has_amount():
            return self._get_amount_to_do()
        return self._get_window_problem() or self._get_reason_problem()

    def _get_amount_to_do(self):
        if self.kind != "gesture" and not any(self.line_ids.mapped("can_choose")):
            return self.env._("You can choose no line here: see why beside each.")
        return {
            "lines": self.env._("Tick the lines."),
            "units": self.env._("Give the units."),
            "amount": self.env._("Give the amounts."),
            "shipping": self.env._("Give the amounts."),
            "gesture": self.env._("Give the amount."),
            "order": self.env._("No line has anything left to give back."),
        }.get(self.kind)

    @api.depends("kind", "left", "line_ids.is_beyond_order")
    @api.depends_context("lang")
    def _compute_dead_end(self):
        """Whole lines that cannot be refunded any more, and what still can be done."""
        for wizard in self:
            wizard.dead_end = wizard._is_dead_end() and wizard._describe_dead_end()

    def _is_dead_end(self):
        lines = self.line_ids.filtered("is_refundable")
        if self.kind not in WITH_SHIPPING or self.way == records.BY_CANCELLATION or not lines:
            return False
        if any(lines.mapped("is_beyond_order")):
            return True
        goods = sum(lines.mapped("left_goods"))
        whole = self.kind == "order" and not self.account_id._can(base.REFUND_AMOUNT)
        return whole and self.currency_id.compare_amounts(goods, self.left) > 0

    def _describe_dead_end(self):
        values = {
            "account": self.account_id.name,
            "left": self.currency_id.format(max(self.left, 0)),
        }
        text = self.env._(
            "%(account)s refunds lines only whole, and gestures have left %(left)s of this order.",
            **values,
        )
        if self._can_gesture():
            more = self.env._("A commercial gesture can still give back up to %(left)s.", **values)
            text = f"{text} {more}"
        return text

    def _can_amount(self):
        return "amount" in (self.kinds or "").split(",")

    def _can_gesture(self):
        left = self.currency_id.compare_amounts(self.left, 0) > 0
        return left and "gesture" in (self.kinds or "").split(",")

    def action_gesture_instead(self):
        """What is left of the order, as a commercial gesture."""
        self.ensure_one()
        self.write({"kind": "gesture", "gesture_amount": max(self.left, 0)})
        return self._reopen()

    # The button ---------------------------------------------------------------------------------

    @api.depends("kind", "way", "amount", "needs_approval")
    @api.depends_context("lang")
    def _compute_confirm_label(self):
        for wizard in self:
            amount = wizard._format_amount()
            if wizard.needs_approval:
                label = self.env._("Ask for Approval of %s", amount)
            elif wizard.way == records.BY_CANCELLATION:
                label = self.env._("Cancel Lines: %s", amount)
            elif wizard.kind == "gesture":
                label = self.env._("Ask For a Gesture of %s", amount)
            else:
                label = self.env._("Ask For the Refund of %s", amount)
            wizard.confirm_label = label


class MarketplaceRefundAskLine(models.TransientModel):
    _inherit = "marketplace.refund.ask.line"

    def _make_asked_row(self):
        return make_row(self._name_part(), self.name, self.currency_id.format(self.amount))

    def _name_part(self):
        """SKU, units and shipping charges: what the marketplace is told of this line."""
        kind = self.wizard_id.kind
        _goods, shipping = self._get_parts()
        units = self._get_units()
        parts = [self.sku or self.sale_line_id.marketplace_ref]
        if units:
            parts.append(self.env._("1 unit") if units == 1 else self.env._("%s units", units))
        if self._is_above_zero(shipping) and kind != "shipping":
            parts.append(self.env._("of which shipping %s", self.currency_id.format(shipping)))
        elif kind in WITH_SHIPPING and self._is_above_zero(self.left_shipping):
            parts.append(self.env._("without shipping"))
        return " · ".join(parts)

    def _get_numbers(self):
        """What people typed, in the kind of refund that they chose."""
        names = {
            "units": ("units",),
            "amount": ("goods", "shipping_back"),
            "shipping": ("shipping_back",),
        }.get(self.wizard_id.kind, ())
        return [line[name] for line in self for name in names]
