"""Refunds made elsewhere are booked by the same rules as our own."""

from odoo import models


class MarketplaceRefundImport(models.AbstractModel):
    _inherit = "marketplace.refund.import"

    def _import(self, account, sale_order, refund):
        """What was given elsewhere is booked like our own; not what is older than the account."""
        lines = super()._import(account, sale_order, refund)
        if self._is_old(account, refund):
            lines.accepted_at = refund.created_at
        else:
            created = refund.created_at and refund.created_at.replace(microsecond=0)
            lines.refund_id._note_accepted(created)
        return lines

    def _take_back(self, imported, refund):
        """What was booked for a refund that turns out to be ours stands for ours; whether it is all
        of it is found out by the job that books."""
        notes = imported.sudo().credit_note_ids
        if notes:
            notes.write({"marketplace_refund_id": refund.id})
            refund.sudo().booking_result = "to_book"
            self.env.ref("marketplace_helpdesk.cron_book").sudo()._trigger()
        return super()._take_back(imported, refund)
