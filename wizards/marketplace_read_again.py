"""From which date a stream shall be read again."""

from datetime import timedelta

from odoo import fields, models


class MarketplaceReadAgain(models.TransientModel):
    _name = "marketplace.read.again"
    _inherit = ["marketplace.readable"]
    _description = "Read A Stream Again"

    stream_id = fields.Many2one("marketplace.stream", required=True)
    since = fields.Datetime(
        required=True, default=lambda self: fields.Datetime.now() - timedelta(days=7)
    )

    def action_confirm(self):
        """Forget how far the stream was read. Nothing that is known is doubled."""
        self.stream_id.check_access("read")
        self.stream_id.account_id.check_access("write")
        self.stream_id.sudo()._read_again(self.since)
        return self.stream_id.account_id.action_read_now()
