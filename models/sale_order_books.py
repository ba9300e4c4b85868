"""What refunds in the books mean for an order: its credit notes, and what is still to invoice."""

from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_credit_note_count = fields.Integer(
        "Marketplace Credit Notes",
        compute="_compute_marketplace_credit_notes",
        compute_sudo=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    def _compute_marketplace_credit_notes(self):
        counts = self.env["account.move"]._count_marketplace_notes("sale_order_id", self)
        for order in self:
            order.marketplace_credit_note_count = counts[order]

    def action_view_marketplace_credit_notes(self):
        """The credit notes of this order's refunds, also those that no order line is linked to."""
        self.check_access("read")
        return self.env["account.move"]._action_view_marketplace_notes(
            [("marketplace_refund_id.sale_order_id", "in", self.ids)]
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    marketplace_delivered_mark = fields.Float(
        "Delivered When Returned Goods Were Credited",
        digits="Product Unit",
        copy=False,
        readonly=True,
    )

    def _compute_qty_to_invoice(self):
        """Goods that came back, or are on their way back, are not sold once more: their credit
        note lowers what counts as invoiced, and nothing is to be invoiced for it."""
        result = super()._compute_qty_to_invoice()
        for line in self.filtered(lambda row: row.marketplace_ref and row.qty_to_invoice > 0):
            returned = line._get_marketplace_returned()
            if line.product_id.invoice_policy == "delivery":  # without those that are back
                returned -= max(line.marketplace_delivered_mark - line.qty_delivered, 0)
            if returned > 0:
                line.qty_to_invoice = max(line.qty_to_invoice - returned, 0)
        return result

    def _compute_invoice_status(self):
        result = super()._compute_invoice_status()
        for line in self.filtered(lambda row: row.marketplace_ref and row.invoice_status == "no"):
            returned = line._get_marketplace_returned()
            if line.state == "sale" and returned:
                if line.qty_invoiced + returned >= line.product_uom_qty:
                    line.invoice_status = "invoiced"
        return result

    def _get_marketplace_returned(self):
        """Units that were credited because the goods come back."""
        credited = self.sudo().invoice_lines.filtered(
            lambda line: line.marketplace_is_return and line.parent_state != "cancel"
        )
        return sum(credited.mapped("quantity"))
