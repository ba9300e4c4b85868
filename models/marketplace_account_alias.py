"""The mail address of an account that takes the marketplace's notices."""

import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .notice_mail import get_bad_senders, is_believed, read_links, read_text


class MarketplaceAccount(models.Model):
    _name = "marketplace.account"
    _inherit = ["marketplace.account", "mail.alias.mixin.optional"]

    has_notices = fields.Boolean(compute="_compute_has_notices")
    notice_count = fields.Integer(compute="_compute_notice_count")
    notice_senders = fields.Text(
        "Senders Believed",
        help="Addresses or domains that the marketplace's notices come from, one a line. Empty: "
        "the domain of the site's address. Mails from others are set aside.",
    )

    @api.depends("provider")
    def _compute_has_notices(self):
        for account in self:
            client = account.provider and account._client_class()
            account.has_notices = bool(client and client.takes_notices)

    def _compute_notice_count(self):
        counts = self._count_by_account("marketplace.notice", [])
        for account in self:
            account.notice_count = counts.get(account.id, 0)

    @api.constrains("notice_senders")
    def _check_notice_senders(self):
        for account in self:
            wrong = get_bad_senders(account.notice_senders)
            if wrong:
                raise ValidationError(
                    self.env._(
                        "“%s” is neither an e-mail address nor a domain.",
                        wrong[0],
                    )
                )

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("marketplace.notice")
        values["alias_contact"] = "everyone"
        if self.id:
            defaults = ast.literal_eval(self.alias_defaults or "{}")
            values["alias_defaults"] = defaults | {"account_id": self.id}
        return values

    def action_view_notices(self):
        return self._action_records("marketplace_helpdesk.action_notice")

    # Notices ------------------------------------------------------------------------------------

    def _read_notice(self, body):
        """Values of marketplace.notice that a mail's HTML tells: the text, and the case that its
        first link to one leads to."""
        values, client = {"text": read_text(body)}, self._client_class()
        for url in read_links(body):
            found = client.read_notice_link(self.sudo().service_url or "", url)
            if found:
                kind, remote_id = found
                return values | {"url": url, "kind": kind, "remote_id": remote_id}
        return values

    def _believes_sender(self, sender):
        account = self.sudo()
        return is_believed(sender, account.notice_senders, account.service_url)

    def _find_order_ref(self, numbers):
        """The marketplace's number of the first of these that an order is known by; "" if none."""
        orders = self.env["sale.order"].sudo()
        shown = {self._format_order_ref(number): number for number in numbers}
        domain = [(self.order_field, "in", list(shown))]
        if not self.has_own_numbers:
            domain = ["|", ("marketplace_ref", "in", numbers), *domain]
        found = orders.search(
            [
                ("marketplace_account_id", "=", self.id),
                ("marketplace_ref", "!=", False),
                *domain,
            ]
        )
        ranks = {}
        for order in found:
            for name in (shown.get(order[self.order_field]), order.marketplace_ref):
                if name in numbers:
                    ranks.setdefault(numbers.index(name), order.marketplace_ref)
        return ranks[min(ranks)] if ranks else ""

    def _wake_for_notices(self):
        """What a notice tells of is read now: cases are due, and the job is asked for."""
        for account in self.sudo().filtered(lambda a: a._is_running()):
            waiting = account.stream_ids.filtered(
                lambda s: s.active and s.records == "case" and s.next_pull
            )
            waiting.next_pull = False
            account._trigger_job()
