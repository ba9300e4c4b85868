"""Invoices of marketplace orders, and the credit notes of their refunds."""

from collections import Counter

from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    marketplace_refund_id = fields.Many2one(
        "marketplace.refund",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        copy=False,
        groups="marketplace_helpdesk.group_agent",
    )

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._marketplace_book_waiting()
        return posted

    def button_cancel(self):
        result = super().button_cancel()
        self.sudo().marketplace_refund_id._note_lost()
        return result

    def unlink(self):
        refunds = self.sudo().marketplace_refund_id
        result = super().unlink()
        refunds._note_lost()
        return result

    def _marketplace_book_waiting(self):
        """Refunds that waited for this invoice are booked by their own job."""
        invoices = self.sudo().filtered(lambda move: move.move_type == "out_invoice")
        orders = invoices.invoice_line_ids.sale_line_ids.order_id
        if not orders:
            return
        Refund = self.env["marketplace.refund"].sudo()
        Refund._want_booking(
            Refund.search(
                [("sale_order_id", "in", orders.ids), ("booking_result", "=", "no_invoice")]
            )
        )

    def action_view_marketplace_refund(self):
        """The refund that this credit note is for."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.refund",
            "res_id": self.marketplace_refund_id.id,
            "view_mode": "form",
        }

    @api.model
    def _count_marketplace_notes(self, field, records):
        """{record: credit notes that are not cancelled}; `field`: of the refund, to `records`."""
        notes = self.search_fetch(
            [(f"marketplace_refund_id.{field}", "in", records.ids), ("state", "!=", "cancel")],
            ["marketplace_refund_id"],
        )
        return Counter(note.marketplace_refund_id[field] for note in notes)

    @api.model
    def _action_view_marketplace_notes(self, domain):
        """Open credit notes; one alone as a form."""
        action = self.env["ir.actions.actions"]._for_xml_id("account.action_move_out_refund_type")
        # Whom a note is for is the agents' business, what it says the accountants'.
        notes = self.sudo().search(domain)
        action["domain"] = [("id", "in", notes.ids)]
        action["context"] = {"create": False, "default_move_type": "out_refund"}
        if len(notes) == 1:
            action.update({"views": [(False, "form")], "res_id": notes.id})
        return action

    def _get_marketplace_pdf(self):
        """(name, content) of this invoice as PDF: the one that was made, else a fresh one."""
        self.ensure_one()
        known = self._get_invoice_legal_documents("pdf")
        if known and known["content"]:
            return known["filename"], known["content"]
        report = self.partner_id.invoice_template_pdf_report_id or self.env.ref(
            "account.account_invoices"
        )
        reports = self.env["ir.actions.report"].with_company(self.company_id)
        content, _kind = reports._render_qweb_pdf(report, self.ids)
        return self._get_invoice_report_filename(report=report), content
