"""What the dialogs that give money back share: head, panels, limits, what became of it."""

import math

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..models.books_records import Item

# No order of a shop is worth more; a database has no room for larger units.
LARGEST = 10**9


class MarketplaceRefundDialog(models.AbstractModel):
    """A dialog adds `amount`, and says with `_get_values` and `_get_kind` what it would ask."""

    _name = "marketplace.refund.dialog"
    _inherit = ["marketplace.dialog"]
    _description = "Dialog That Gives Money Back"

    order_id = fields.Many2one("sale.order", required=True)
    case_id = fields.Many2one("marketplace.case")
    account_id = fields.Many2one(related="order_id.marketplace_account_id")
    order_ref = fields.Char(related="order_id.marketplace_ref")
    currency_id = fields.Many2one(related="order_id.currency_id")
    invoices = fields.Char(compute="_compute_invoices", compute_sudo=True)
    asked_rows = fields.Json(compute="_compute_asked_rows")
    booked_rows = fields.Json(compute="_compute_booked_rows")
    limit_title = fields.Char(compute="_compute_limit")
    limit_text = fields.Char(compute="_compute_limit")
    needs_approval = fields.Boolean(compute="_compute_limit")
    is_stuck = fields.Boolean(compute="_compute_limit", help="Nobody may approve it.")
    confirm_label = fields.Char(compute="_compute_confirm_label")

    @api.depends("order_id")
    def _compute_invoices(self):
        """Agents have no rights in the accounting: the invoices' names are all they see."""
        for dialog in self:
            invoices = dialog.order_id.invoice_ids.filtered(
                lambda move: move.move_type == "out_invoice" and move.state == "posted"
            )
            dialog.invoices = ", ".join(invoices.sorted("id").mapped("name"))

    # What a dialog says of itself ---------------------------------------------------------------

    def _get_title(self):
        return self.order_id._get_marketplace_refund_title()

    def _get_kind(self):
        """The kind of marketplace.refund that it would be."""
        raise NotImplementedError

    def _get_values(self):
        """Values of the marketplace.refund.line that it would be."""
        raise NotImplementedError

    # What will be booked ------------------------------------------------------------------------

    def _get_items(self):
        lines = {line.id: line for line in self.order_id.sudo().order_line}
        return [
            Item(
                sale_line=lines.get(values.get("sale_line_id"), self.env["sale.order.line"]),
                name=values["name"],
                goods=values["amount"] - values.get("shipping_amount", 0),
                shipping=values.get("shipping_amount", 0),
                units=values.get("quantity", 0),
                decision=values.get("decision", "refund"),
                returned=values.get("returned", False),
                is_unshipped=values.get("is_unshipped", False),
            )
            for values in self._get_values()
        ]

    def _get_booked_rows(self):
        """What the books would make of it, as rows of widget marketplace_rows."""
        items = self._get_items()
        preview = self.env["marketplace.books"]._preview(self.order_id, items)
        outcome, message = preview["outcome"], preview["message"]
        if outcome == "no_invoice":
            return [make_row(message)]
        if outcome in ("off", "impossible"):
            return [make_row(message, style="warning" if outcome == "impossible" else "")]
        rows = [self._get_note_row(note) for note in preview["notes"]]
        if message:
            rows.append(make_row(message))
        if not preview["notes"]:
            rows.append(make_row(note=self.env._("Nothing of it is invoiced, so no credit note.")))
        if not self.currency_id.is_zero(preview["difference"]):
            rows.append(self._get_difference_row(preview["difference"]))
        if preview["notes"]:
            rows.append(make_row(note=self._get_order_note(items)))
        return rows

    def _get_note_row(self, note):
        names = {"invoice": note["invoice"], "journal": note["journal"]}
        money = {key: self.currency_id.format(note[key]) for key in ("untaxed", "tax", "total")}
        if note["posted"]:
            text = self.env._("Credit note on %(invoice)s, posted", **names)
        else:
            text = self.env._("Draft credit note on %(invoice)s", **names)
        return make_row(
            text,
            self.env._("%(untaxed)s + tax %(tax)s · journal “%(journal)s”", **money, **names),
            money["total"],
            style="strong",
        )

    def _get_difference_row(self, difference):
        return make_row(
            self.env._("Not on any invoice: the credit note stays a draft to look at"),
            amount=self.currency_id.format(difference),
            style="warning",
        )

    def _get_order_note(self, items):
        """What it means for the order: whether it counts as invoiced still."""
        if any(item.returned for item in items):
            return self.env._("The goods come back: the invoiced quantity is lowered with them.")
        if any(item.decision in ("cancel", "refuse") for item in items):
            return self.env._("The order is lowered with it, and is not invoiced again.")
        return self.env._("The order does not go back to “to invoice”.")

    # Limits -------------------------------------------------------------------------------------

    @api.depends("amount")
    @api.depends_context("uid", "lang")
    def _compute_limit(self):
        for dialog in self:
            limit = dialog._find_limit()
            dialog.needs_approval = bool(limit)
            dialog.is_stuck = bool(limit) and not limit["approvers"]
            dialog.limit_title = limit and self.env._(
                "Above your limit of %s.", dialog.currency_id.format(limit["limit"])
            )
            dialog.limit_text = limit and dialog._describe_limit(limit)

    def _find_limit(self):
        """The limit of the person that this passes, or None."""
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            return None
        refunds = self.env["marketplace.refund"]
        return refunds._get_limit_problem(self.order_id, self._get_kind(), self.amount)

    def _describe_limit(self, limit):
        sentences = []
        if self.currency_id.compare_amounts(limit["already"], 0) > 0:
            given = self.currency_id.format(limit["already"])
            sentences.append(self.env._("You gave %s of this order alone already.", given))
        if limit["approvers"]:
            names = format_list(self.env, limit["approvers"].sudo().mapped("name"), "or")
            sentences.append(self.env._("%s must approve; nothing is asked before.", names))
            sentences.append(self.env._("You cannot approve your own request."))
        else:
            sentences.append(
                self.env._(
                    "Nobody may approve it: ask an administrator to raise a limit of this account."
                )
            )
        return " ".join(sentences)

    # Asking -------------------------------------------------------------------------------------

    def _reopen(self):
        """The dialog once more, with what is so now."""
        return {
            "type": "ir.actions.act_window",
            "name": self._get_title(),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _tell(self, refund, approvers):
        """Close the dialog and say what became of it, with a way to the refund."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info" if refund.state in ("draft", "to_approve") else "success",
                "message": self._describe_result(refund, approvers),
                "links": [
                    {
                        "label": refund.name,
                        "url": f"/odoo/action-marketplace_helpdesk.action_refund/{refund.id}",
                    }
                ],
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _describe_result(self, refund, approvers):
        values = {
            # The client puts the link there.
            "name": "%s",
            "amount": self.currency_id.format(refund.amount),
            "account": self.account_id.name,
            "approvers": format_list(self.env, approvers.sudo().mapped("name"), "or"),
        }
        if refund.state == "draft":
            return self.env._("%(name)s is kept as a draft: nothing is asked.", **values)
        if refund.state == "to_approve":
            return self.env._(
                "%(name)s: %(amount)s waits for %(approvers)s to approve; nothing is asked before.",
                **values,
            )
        return self._describe_asked(values)

    def _describe_asked(self, values):
        return self.env._("%(name)s: %(amount)s asked from %(account)s.", **values)


def make_row(text="", note="", amount="", style=""):
    """One row of widget marketplace_rows."""
    return {"text": text, "note": note, "amount": amount, "style": style}


def check_numbers(records, values):
    """Refuse what is no amount of money, or none that can be: NaN, infinite, huge."""
    for name, value in values.items():
        field = records._fields.get(name)
        if field is None or field.type not in ("monetary", "float", "integer") or not value:
            continue
        if not math.isfinite(value) or abs(value) > LARGEST:
            label = field._description_string(records.env)
            raise UserError(records.env._("“%s” is not a number that can be given back.", label))
