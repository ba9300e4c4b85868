"""The portal's page of an order shows the comments that are for the customer."""

from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    website_message_ids = fields.One2many(domain=lambda self: self._get_portal_message_domain())

    def _get_portal_message_domain(self):
        """As the portal has it, with the comments' own type. The portal itself leaves out what is
        internal."""
        domain = self.env["mail.thread"]._fields["website_message_ids"].domain
        shown = domain(self) if callable(domain) else domain
        return [
            (name, operator, [*value, "marketplace"] if name == "message_type" else value)
            for name, operator, value in shown
        ]
