"""Up to what a role may give back alone, for one account."""

from odoo import api, fields, models

AGENT, MANAGER = "agent", "manager"
ROLES = [(AGENT, "Agents"), (MANAGER, "Managers")]
REFUND, GESTURE, REFUSAL = "refund", "gesture", "refusal"
WHAT = [
    (REFUND, "Refunds"),
    (GESTURE, "Commercial Gestures"),
    (REFUSAL, "Refusals And Cancellations"),
]

_LIMITED = {"gesture": GESTURE, "refusal": REFUSAL}


def get_limited(kind):
    """What a refund of this kind counts as, where limits are concerned."""
    return _LIMITED.get(kind, REFUND)


class MarketplaceRefundLimit(models.Model):
    _name = "marketplace.refund.limit"
    _description = "Marketplace Refund Limit"
    _order = "account_id, role, what, id"

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="account_id.company_id.currency_id")
    role = fields.Selection(ROLES, "Who", required=True, default=AGENT)
    what = fields.Selection(WHAT, "Gives Back By", required=True, default=REFUND)
    amount = fields.Monetary(
        "Alone Up To",
        required=True,
        help="By one person on one order, all together. Above it, somebody else approves.",
    )

    _what_uniq = models.Constraint(
        "unique(account_id, role, what)", "This role has a limit for this already."
    )
    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "A limit is an amount, or 0 where nothing may be given alone."
    )

    @api.depends("role", "what", "amount", "currency_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        roles, things = (
            dict(self._fields[name]._description_selection(self.env)) for name in ("role", "what")
        )
        for limit in self:
            amount = limit.currency_id.format(limit.amount) if limit.currency_id else limit.amount
            limit.display_name = (
                f"{roles.get(limit.role, '')}, {things.get(limit.what, '')}: {amount}"
            )

    # Who changed a limit stands on its account ----------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        limits = super().create(vals_list)
        for limit in limits:
            limit._log_on_account(self.env._("New limit: %s", limit.display_name))
        return limits

    def write(self, vals):
        before = {limit: limit.display_name for limit in self}
        result = super().write(vals)
        for limit in self:
            old, new = before[limit], limit.display_name
            if old != new:
                limit._log_on_account(
                    self.env._("Limit changed: %(old)s → %(new)s", old=old, new=new)
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_logged(self):
        for limit in self:
            limit._log_on_account(self.env._("Limit removed: %s", limit.display_name))

    def _log_on_account(self, text):
        self.account_id.message_post(body=text, subtype_xmlid="mail.mt_note")
