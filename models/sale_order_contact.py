"""Ways to reach the customer of a shop's order: a note first, then a ticket, mail last."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize
from odoo.tools.mail import email_normalize_all

from ..connectors import base, records

# Types of messages that people write; Odoo gives its own ones, and shared links, "notification".
WRITTEN = ("comment", "email_outgoing")
AGENT = "marketplace_helpdesk.group_agent"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_by_guest = fields.Boolean(
        "Ordered As Guest", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_customer_email = fields.Char(
        "E-mail at the Shop",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="Where the shop mails its notes to; empty where the order has no address.",
    )
    can_marketplace_reach = fields.Boolean(
        compute="_compute_can_marketplace_reach",
        compute_sudo=True,
        groups="base.group_user",
        help="A site of WooCommerce: the dialog offers the ways to reach the customer in turn.",
    )

    def _get_kept(self):
        return super()._get_kept() | {"marketplace_by_guest", "marketplace_customer_email"}

    def _compute_can_marketplace_reach(self):
        is_agent = self.env.user.has_group(AGENT)
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
        return self._get_comment_problem(True, self._has_shop_mail()) or False

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
        address = self.sudo().marketplace_customer_email
        if email_normalize(self.sudo().partner_id.email or ""):
            return self._get_start_problem()
        if address:
            return self.env._("The contact has no e-mail. The one of the order is %s.", address)
        return self.env._("The customer has no e-mail.")

    def _get_start_problem(self):
        """Why we may not write to this customer now: contacts that we start are about a current or
        recent order; answers are always fine."""
        problem = self.sudo()._get_contact_problem()
        return problem if problem and not self._was_written_by_customer() else False

    def _get_site_limits(self):
        """(why nothing visible, why nothing mailed can be written now); "" where it can."""
        account = self.sudo().marketplace_account_id
        if not account._is_shop_site():
            return "", ""
        problem = self._get_start_problem() or ""
        if problem or self._has_shop_mail():
            return problem, problem
        mailed = self.env._("The order has no e-mail at %s: nobody would be mailed.", account.name)
        if not self.sudo().marketplace_by_guest:
            return "", mailed
        seen = self.env._(
            "The customer ordered as a guest, and the order has no e-mail at %s: nobody would see "
            "the note.",
            account.name,
        )
        return seen, mailed

    def _has_shop_mail(self):
        """Whether the shop can mail its notes to somebody; not known before it was read."""
        order = self.sudo()
        is_known = order.marketplace_state and order.marketplace_account_id._is_shop_site()
        return bool(order.marketplace_customer_email) or not is_known

    # Direct mail --------------------------------------------------------------------------------

    def action_marketplace_mail(self):
        """Open Odoo's composer on this order, addressed to the customer and the marketplace."""
        self.ensure_one()
        self.check_access("read")
        problem = self._get_direct_mail_problem()
        if problem:
            raise UserError(problem)
        platform = self.sudo().marketplace_account_id._get_platform_partner()
        partner = self.sudo().partner_id
        spoken = self.with_context(lang=partner.lang or self.env.lang).env
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("E-mail to %s", partner.name),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_composition_mode": "comment",
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_partner_ids": (partner + platform).ids,
                "default_subject": spoken._("Order %s", self._get_customers_number()),
                "default_subtype_xmlid": "mail.mt_comment",
            },
        }

    def _get_customers_number(self):
        """What the customer knows this order by."""
        order, orders = self.sudo(), self.env["marketplace.orders"]
        account = order.marketplace_account_id
        known = account.has_own_numbers and orders._parse_order_ref(
            account, order[account.order_field]
        )
        return known or order.marketplace_ref or order.name

    @property
    def _mail_post_access(self):
        """Agents, who only read orders, may write messages on those of shops' sites."""
        orders = self.sudo().exists() if self.env.user.has_group(AGENT) else self.sudo().browse()
        is_site = orders and all(o.marketplace_account_id._is_shop_site() for o in orders)
        return "read" if is_site else super()._mail_post_access

    def message_post(self, **kwargs):
        """What people mail to a customer goes to the marketplace's address, too."""
        return super().message_post(**self._guard_marketplace_mail(kwargs))

    def message_notify(self, **kwargs):
        """Invitations to follow an order are mails to whoever is invited."""
        return super().message_notify(**self._guard_marketplace_mail(kwargs))

    def _guard_marketplace_mail(self, kwargs):
        """`kwargs` of a message, with the marketplace's address where somebody here writes to
        people outside about an order of a shop's site."""
        account = self.sudo().marketplace_account_id
        if len(self) != 1 or not account._is_shop_site() or not self.env.user._is_internal():
            return kwargs
        readers = self._get_outside_readers(kwargs)
        addresses = set(email_normalize_all(kwargs.get("outgoing_email_to") or ""))
        if kwargs.get("message_type") == "out_of_office" or not (readers or addresses):
            return kwargs
        platform = account._get_platform_partner()
        if readers <= platform and addresses <= set(platform.mapped("email_normalized")):
            return kwargs
        self._check_marketplace_mail()
        named = self.env["res.partner"].browse(kwargs.get("partner_ids") or ())
        return {**kwargs, "partner_ids": (named | platform).ids}

    def _get_outside_readers(self, kwargs):
        """Contacts outside that a message is mailed to; none for what Odoo posts by itself."""
        kind = kwargs.get("message_type", "notification")
        is_comment = self._is_comment(kwargs)
        # Confirmations and the like are comments made from templates; shared links are notes.
        if kind not in WRITTEN and (kind != "notification" or is_comment):
            return self.env["res.partner"]
        readers = self.env["res.partner"].sudo().browse(kwargs.get("partner_ids") or ())
        if is_comment:
            readers |= self.sudo().message_partner_ids
        return readers.filtered("partner_share")

    def _is_comment(self, kwargs):
        data = self.env["ir.model.data"]
        subtype_id = kwargs.get("subtype_id")
        if kwargs.get("subtype_xmlid"):
            subtype_id = data._xmlid_to_res_id(kwargs["subtype_xmlid"])
        return subtype_id == data._xmlid_to_res_id("mail.mt_comment")

    def _check_marketplace_mail(self):
        problem = self._get_start_problem()
        if problem:
            raise UserError(problem)

    def _check_marketplace_mails(self):
        """The same of many orders at once, which may be of any marketplace or none."""
        closed = self.filtered(
            lambda order: (
                order.sudo().marketplace_account_id._is_shop_site() and order._get_start_problem()
            )
        )
        if closed:
            raise UserError(
                self.env._(
                    "Customers of marketplaces are written to only about current or recent orders. "
                    "Leave out: %s",
                    ", ".join(closed.mapped("name")),
                )
            )

    def _was_written_by_customer(self):
        """Whether we have not answered yet: a ticket, or a mail on this order."""
        if any(self.sudo().marketplace_case_ids.mapped("awaiting_since")):
            return True
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
        is_theirs = bool(last) and (not last.author_id or last.author_id.partner_share)
        return is_theirs and not self._was_noted_since(last)

    def _was_noted_since(self, message):
        """Whether the customer was told something in a note after a message."""
        told = [
            ("order_id", "=", self.id),
            ("direction", "=", "out"),
            ("is_visible", "=", True),
            ("state", "in", ("sent", "already")),
            ("mail_message_id.id", ">", message.id),
        ]
        return bool(self.env["sale.order.comment"].sudo().search_count(told, limit=1))
