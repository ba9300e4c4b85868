"""Reach the customer of a shop's order: the ways in the order in which they are to be used."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import base
from ..models.marketplace_account_woo import SELLER


class MarketplaceReach(models.TransientModel):
    _name = "marketplace.reach"
    _inherit = ["marketplace.dialog"]
    _description = "Reach The Customer Of An Order"

    order_id = fields.Many2one("sale.order", required=True)
    account_id = fields.Many2one(related="order_id.marketplace_account_id")
    note = fields.Text()
    note_problem = fields.Char(compute="_compute_note")
    note_text = fields.Char(compute="_compute_note")
    case_id = fields.Many2one("marketplace.case", compute="_compute_ticket")
    ticket_problem = fields.Char(compute="_compute_ticket")
    ticket_text = fields.Char(compute="_compute_ticket")
    mail_problem = fields.Char(compute="_compute_mail")
    mail_text = fields.Char(compute="_compute_mail")

    @api.depends("order_id")
    def _compute_note(self):
        for wizard in self:
            wizard.note_problem = wizard.order_id._get_note_problem()
            wizard.note_text = " ".join((wizard._get_note_effect(), wizard._get_ways_back()))

    def _get_note_effect(self):
        order = self.order_id.sudo()
        names = {"account": self.account_id.name, "customer": order.partner_id.name}
        if not order._has_shop_mail():
            return self.env._(
                "On the order at %(account)s, in the account of %(customer)s there. The order has "
                "no e-mail: nobody is told of the note.",
                **names,
            )
        return self.env._(
            "On the order at %(account)s, which shows and mails it to %(customer)s.", **names
        )

    def _get_ways_back(self):
        """Nobody answers a note itself; what else there is differs from site to site."""
        if not self.account_id._can(base.REPLY):
            return self.env._("Notes have no way back: customers answer by mail.")
        if self.account_id.site_tickets == "no" or self.order_id.sudo().marketplace_by_guest:
            return self.env._("Notes have no way back: customers answer by mail or an inquiry.")
        return self.env._(
            "Notes have no way back: customers answer by mail, by an inquiry or a support ticket."
        )

    @api.depends("order_id")
    def _compute_ticket(self):
        for wizard in self:
            case = wizard.order_id._get_ticket_cases()[:1]
            wizard.case_id = case.with_env(self.env)
            wizard.ticket_problem = wizard.order_id._get_ticket_problem()
            number = case.ticket_id.number
            wizard.ticket_text = (
                self.env._(
                    "%s is answered in the store manager; its page here leads there.", number
                )
                if case.is_handoff
                else self.env._("%s is answered on its page here.", number)
            )

    @api.depends("order_id", "account_id.platform_email")
    def _compute_mail(self):
        for wizard in self:
            wizard.mail_problem = wizard.order_id._get_direct_mail_problem()
            address = wizard.order_id.sudo().partner_id.email
            copied = wizard.account_id.platform_email
            wizard.mail_text = (
                self.env._(
                    "Odoo mails %(customer)s and, as the marketplace asks, %(platform)s.",
                    customer=address,
                    platform=copied,
                )
                if copied
                else self.env._("Odoo mails %s.", address)
            )
            if not copied and wizard.account_id.provider == SELLER:
                wizard.mail_text += " " + self.env._(
                    "Nobody gets a copy: where the marketplace asks for one, enter its address as "
                    "“Direct Mail Also To” on the account."
                )

    def action_note(self):
        """Write the note; it leaves as a comment that the customer sees and gets by mail."""
        self.ensure_one()
        if self.note_problem:
            raise UserError(self.note_problem)
        if not (self.note or "").strip():
            raise UserError(self.env._("The note is empty."))
        self._confirm_once()
        self.order_id.marketplace_add_comment(
            {
                "text": self.note.strip(),
                "is_visible": True,
                "is_mailed": self.order_id._has_shop_mail(),
            }
        )
        return {"type": "ir.actions.act_window_close"}

    def action_ticket(self):
        """Open the ticket of the customer's conversation."""
        self.ensure_one()
        if self.ticket_problem:
            raise UserError(self.ticket_problem)
        return self.case_id.action_view_ticket()

    def action_mail(self):
        """Open Odoo's composer on the order."""
        self.ensure_one()
        return self.order_id.action_marketplace_mail()
