"""One figure by which a marketplace judges a seller, beside the marketplace's own limits."""

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..connectors import records

KEYS = [
    (records.INCIDENT_RATE, "Incident Rate (%)"),
    (records.REFUND_RATE, "Refund Rate (%)"),
    (records.RETURN_RATE, "Return Rate (%)"),
    (records.LATE_SHIPMENT_RATE, "Late Shipment Rate (%)"),
    (records.ACCEPTANCE_RATE, "Acceptance Rate (%)"),
    (records.RESPONSE_HOURS, "Answering Time (hours)"),
]
# The higher the better; of the others, the lower.
HIGH_IS_GOOD = {records.ACCEPTANCE_RATE}
STATES = [
    ("untold", "Not Told Yet"),
    ("free", "No Limit Known"),
    ("ok", "Within The Limit"),
    ("warn", "Near The Limit"),
    ("over", "Beyond The Limit"),
]
# Written by the job only.
_TOLD = {"value", "period", "read_at"}


class MarketplaceAccountFigure(models.Model):
    _name = "marketplace.account.figure"
    _description = "Marketplace Figure"
    _order = "account_id, sequence, id"

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    key = fields.Selection(KEYS, "Figure", required=True)
    name = fields.Char(compute="_compute_name")
    sequence = fields.Integer(compute="_compute_sequence", store=True, precompute=True)
    value = fields.Float("Now", digits=(16, 2), readonly=True)
    period = fields.Char(readonly=True, help="The time that it covers, in the marketplace's words.")
    period_name = fields.Char("Covers", compute="_compute_period_name")
    read_at = fields.Datetime("Read", readonly=True)
    warn_at = fields.Float(
        "Warning At",
        digits=(16, 2),
        compute="_compute_limits",
        store=True,
        readonly=False,
        precompute=True,
        help="0: no warning.",
    )
    limit = fields.Float(
        digits=(16, 2),
        compute="_compute_limits",
        store=True,
        readonly=False,
        precompute=True,
        help="What the marketplace does not tolerate. 0: no limit known.",
    )
    state = fields.Selection(STATES, compute="_compute_state", store=True)
    source = fields.Char(compute="_compute_source", help="Where the limits are written.")
    is_changed = fields.Boolean(
        compute="_compute_source", help="Differs from what the marketplace publishes."
    )

    _key_uniq = models.Constraint("unique(account_id, key)", "This figure is in the list already.")

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_name(self):
        labels = dict(self._fields["key"]._description_selection(self.env))
        for figure in self:
            figure.name = labels.get(figure.key, "")

    @api.depends("key")
    def _compute_sequence(self):
        order = [key for key, _label in KEYS]
        for figure in self:
            figure.sequence = order.index(figure.key) if figure.key else len(order)

    @api.depends("period")
    @api.depends_context("lang")
    def _compute_period_name(self):
        names = {
            "LAST_MONTH": self.env._("Last month"),
            "LAST_THREE_MONTHS": self.env._("Last 3 months"),
            "LAST_SIX_MONTHS": self.env._("Last 6 months"),
            "LAST_YEAR": self.env._("Last year"),
            "ALL_SINCE_BEGINNING": self.env._("Since the beginning"),
        }
        for figure in self:
            figure.period_name = names.get(figure.period, figure.period)

    @api.depends("key", "account_id.preset_id")
    def _compute_limits(self):
        for figure in self:
            asked = figure._get_asked()
            figure.warn_at, figure.limit = asked.warn_at, asked.limit

    def _get_asked(self):
        """The line of the account's preset about this figure, possibly empty."""
        return self.account_id.preset_id._get_rule(self.key)

    @api.depends("key", "value", "warn_at", "limit", "read_at")
    def _compute_state(self):
        for figure in self:
            figure.state = figure._get_state()

    def _get_state(self):
        if not self.read_at:
            return "untold"
        if not self.limit and not self.warn_at:
            return "free"
        if self.limit and self._is_reached(self.limit):
            return "over"
        return "warn" if self.warn_at and self._is_reached(self.warn_at) else "ok"

    def _is_reached(self, threshold):
        """A rate that must not exceed the threshold reaches it when it is equal; one that must
        not fall below is still good then."""
        if self.key in HIGH_IS_GOOD:
            return self.value < threshold
        return self.value >= threshold

    @api.depends(
        "key",
        "warn_at",
        "limit",
        "account_id.preset_id.rule_ids.key",
        "account_id.preset_id.rule_ids.warn_at",
        "account_id.preset_id.rule_ids.limit",
        "account_id.preset_id.rule_ids.source",
    )
    @api.depends_context("lang")
    def _compute_source(self):
        for figure in self:
            asked = figure._get_asked()
            figure.source = asked.source
            published = (asked.warn_at, asked.limit)
            figure.is_changed = bool(asked) and (figure.warn_at, figure.limit) != published

    # Written by the job only --------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_values(vals)
        return super().write(vals)

    def _check_values(self, vals):
        if _TOLD & vals.keys() and not self.env.su:
            raise AccessError(self.env._("Figures are told by the marketplace."))

    def _store_told(self, account, figures):
        """Store the `records.Figure`s of an account: of each key the period that its limit speaks
        of, else the first one told, which is the client's best."""
        told = {}
        for figure in figures:
            told.setdefault(figure.key, []).append(figure)
        known = {line.key: line for line in self.search([("account_id", "=", account.id)])}
        labels = dict(KEYS)
        for key, periods in told.items():
            if key not in labels:
                continue  # of a newer client
            line = known.get(key) or self.create({"account_id": account.id, "key": key})
            wanted = line._get_asked().period
            best = next((f for f in periods if wanted and f.period == wanted), periods[0])
            line.write(
                {"value": best.value, "period": best.period, "read_at": fields.Datetime.now()}
            )

    def action_restore(self):
        """The limits back to what the marketplace publishes."""
        for figure in self:
            asked = figure._get_asked()
            figure.write({"warn_at": asked.warn_at, "limit": asked.limit})
