"""What a ticket shows of a marketplace is for nobody to say, in no way."""

from odoo import models


class HelpdeskTicket(models.Model):
    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "marketplace.kept"]

    def _get_kept(self):
        """All of it but what pages send back with a decision."""
        names = {name for name in self._fields if "marketplace_" in name}
        return super()._get_kept() | names - {"marketplace_seen"}
