"""The mass composer mails customers directly: of a marketplace's orders only where it allows that,
and of its tickets never."""

from odoo import Command, models
from odoo.exceptions import UserError


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _action_send_mail_mass_mail(self, res_ids, auto_commit=False):
        if self.model == "helpdesk.ticket":
            tickets = self.env["helpdesk.ticket"].browse(res_ids)
            tickets.check_access("read")
            cases = tickets.sudo().filtered("marketplace_case_ids")
            if cases:
                raise UserError(
                    self.env._(
                        "Customers of marketplaces are answered from their ticket only. "
                        "Leave out: %s",
                        ", ".join(cases.mapped("number")),
                    )
                )
        if self.model == "sale.order":
            orders = self.env["sale.order"].browse(res_ids)
            orders.check_access("read")
            orders._check_marketplace_mails()
        return super()._action_send_mail_mass_mail(res_ids, auto_commit=auto_commit)

    def _prepare_mail_values(self, res_ids):
        """A mail about an order of a marketplace goes to its address, too."""
        values = super()._prepare_mail_values(res_ids)
        if self.model == "sale.order" and self.composition_mode == "mass_mail":
            for order in self.env["sale.order"].sudo().browse(res_ids):
                account = order.marketplace_account_id
                if account._is_shop_site():
                    links = map(Command.link, account._get_platform_partner().ids)
                    recipients = values[order.id].get("recipient_ids") or ()
                    values[order.id]["recipient_ids"] = [*recipients, *links]
        return values
