"""Ways to reach the customer of a shop's order: a note first, then a ticket, mail last."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..connectors import base, records


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_by_guest = fields.Boolean(
        "Ordered As Guest", copy=False, readonly=True, groups="base.group_user"
    )
    can_marketplace_reach = fields.Boolean(
        compute="_compute_can_marketplace_reach",
        compute_sudo=True,
        groups="base.group_user",
        help="A site of WooCommerce: the dialog offers the ways to reach the customer in turn.",
    )

    def _get_kept(self):
        return super()._get_kept() | {"marketplace_by_guest"}

    def _compute_can_marketplace_reach(self):
        is_agent = self.env.user.has_group("marketplace_helpdesk.group_agent")
        for order in self:
            account = order.marketplace_account_id
            order.can_marketplace_reach = (
                is_agent and bool(order.marketplace_ref) and account._is_shop_site()
            )

    def action_marketplace_reach(self):
        """Open the dialog with the ways to reach the customer."""
        return self._action_marketplace_dialog(
            "marketplace.reach", self.env._("Reach the customer of %s", self.name)
        )

    # Which ways are closed ----------------------------------------------------------------------

    def _get_note_problem(self):
        """Why no note can be written for the customer now, in a sentence, or False."""
        account = self.sudo().marketplace_account_id
        if account.state != "enabled":
            return self.env._("%s is not enabled: nothing can be sent.", account.name)
        if account.site_notes == "no":
            return self.env._(
                "%s does not have WCFM Ultimate, without which sellers cannot write notes.",
                account.name,
            )
        return self._get_contact_problem() or self._get_comment_problem(True, True) or False

    def _get_ticket_cases(self):
        """The customer's conversations about this order, the newest first."""
        kinds = (records.SUPPORT_TICKET, records.INQUIRY)
        cases = self.sudo().marketplace_case_ids.filtered(lambda c: c.kind in kinds)
        return cases.sorted("id", reverse=True)

    def _get_ticket_problem(self):
        """Why there is no ticket to answer in, in a sentence, or False."""
        account = self.sudo().marketplace_account_id
        if self._get_ticket_cases():
            return False
        if not account._can(base.REPLY):
            return self.env._("%s has no support tickets.", account.name)
        if account.site_tickets == "no":
            return self.env._(
                "%s does not have WCFM Ultimate: there are no support tickets.", account.name
            )
        if self.sudo().marketplace_by_guest:
            return self.env._(
                "The customer ordered as a guest: without an account at %s nobody can open a "
                "support ticket. Write a note.",
                account.name,
            )
        return self.env._("Only the customer can open a support ticket; there is none yet.")

    def _get_direct_mail_problem(self):
        """Why we may not, or cannot, mail this customer, in a sentence, or False."""
        if not email_normalize(self.sudo().partner_id.email or ""):
            return self.env._("The customer has no e-mail.")
        return self._get_contact_problem()

    # Direct mail --------------------------------------------------------------------------------

    def action_marketplace_mail(self):
        """Open Odoo's composer on this order, addressed to the customer and the marketplace."""
        self.ensure_one()
        self.check_access("read")
        problem = self._get_direct_mail_problem()
        if problem:
            raise UserError(problem)
        platform = self.sudo().marketplace_account_id._get_platform_partner()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("E-mail to %s", self.sudo().partner_id.name),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_composition_mode": "comment",
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_partner_ids": (self.sudo().partner_id + platform).ids,
                "default_subtype_xmlid": "mail.mt_comment",
            },
        }

    def message_post(self, **kwargs):
        """What people mail to a customer goes to the marketplace's address, too."""
        if self._is_marketplace_mail(kwargs):
            order = self.sudo()
            self._check_marketplace_mail()
            platform = order.marketplace_account_id._get_platform_partner()
            kwargs["partner_ids"] = [*(kwargs.get("partner_ids") or ()), *platform.ids]
        return super().message_post(**kwargs)

    def _is_marketplace_mail(self, kwargs):
        """Whether somebody here writes to people outside about an order of a shop's site."""
        data = self.env["ir.model.data"]
        subtype_id = kwargs.get("subtype_id")
        if kwargs.get("subtype_xmlid"):
            subtype_id = data._xmlid_to_res_id(kwargs["subtype_xmlid"])
        if (
            len(self) != 1
            or kwargs.get("message_type") not in ("comment", "email_outgoing")
            or subtype_id != data._xmlid_to_res_id("mail.mt_comment")
            or not self.env.user._is_internal()
            or not self.sudo().marketplace_account_id._is_shop_site()
        ):
            return False
        named = self.env["res.partner"].sudo().browse(kwargs.get("partner_ids") or ())
        readers = named | self.sudo().message_partner_ids
        platform = self.sudo().marketplace_account_id._get_platform_partner()
        return any(partner.partner_share for partner in readers - platform)

    def _check_marketplace_mail(self):
        """Contacts that we start are about a current or recent order; answers are always fine."""
        problem = self._get_contact_problem()
        if problem and not self._was_written_by_customer():
            raise UserError(problem)

    def _was_written_by_customer(self):
        """Whether the last mail on this order came from outside."""
        last = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("message_type", "in", ("comment", "email")),
                    ("subtype_id.internal", "=", False),
                ],
                order="id desc",
                limit=1,
            )
        )
        return bool(last) and (not last.author_id or last.author_id.partner_share)
