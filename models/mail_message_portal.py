"""In the portal, comments that nobody here has written come from the company."""

from odoo import models


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _portal_message_format(self, properties_names, options=None):
        vals_list = super()._portal_message_format(properties_names, options=options)
        for message, values in zip(self, vals_list, strict=True):
            nobody = message.message_type == "marketplace" and not message.author_id
            if nobody and message.model == "sale.order":
                order = self.env["sale.order"].sudo().browse(message.res_id)
                company = order.company_id.partner_id
                values["author_id"] = {"id": company.id, "name": company.name}
        return vals_list
