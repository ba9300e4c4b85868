"""Invoices that go to customers of marketplaces."""

from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

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
