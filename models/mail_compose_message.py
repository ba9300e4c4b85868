"""The mass composer mails customers directly: not those of a marketplace."""

from odoo import models
from odoo.exceptions import UserError


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _action_send_mail_mass_mail(self, res_ids, auto_commit=False):
        if self.model == "helpdesk.ticket":
            tickets = self.env["helpdesk.ticket"].browse(res_ids).sudo()
            cases = tickets.filtered("marketplace_case_ids")
            if cases:
                raise UserError(
                    self.env._(
                        "Customers of marketplaces are answered from their ticket only. "
                        "Leave out: %s",
                        ", ".join(cases.mapped("number")),
                    )
                )
        return super()._action_send_mail_mass_mail(res_ids, auto_commit=auto_commit)
