"""What the marketplace tells about the account itself, asked for once a day."""

import logging
from datetime import timedelta

from odoo import api, fields, models

from ..connectors import errors
from .connector_terms import translate_term

_logger = logging.getLogger(__name__)

FACTS_EVERY = timedelta(days=1)
FACTS_RETRY = timedelta(hours=1)
# In this state a shop sells; in any other the person responsible is told.
SHOP_OPEN = "OPEN"


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    figure_ids = fields.One2many("marketplace.account.figure", "account_id", copy=False)
    figures_over_count = fields.Integer(compute="_compute_figures_over_count")
    has_facts = fields.Boolean(compute="_compute_has_facts")
    facts_at = fields.Datetime("Facts Read On", readonly=True, copy=False)
    facts_retry_at = fields.Datetime(readonly=True, copy=False)
    facts_problems = fields.Text(
        readonly=True, copy=False, help="What the marketplace did not tell when it was last asked."
    )
    shop_name = fields.Char("Shop", readonly=True, copy=False)
    shop_state = fields.Char(readonly=True, copy=False, help="In the marketplace's words.")
    shop_state_name = fields.Char("State Of The Shop", compute="_compute_shop_state_name")
    shop_is_open = fields.Boolean(compute="_compute_shop_is_open")

    @api.depends("provider")
    def _compute_has_facts(self):
        for account in self:
            account.has_facts = bool(account.provider) and account._client_class().has_facts

    @api.depends("figure_ids.state")
    def _compute_figures_over_count(self):
        for account in self:
            over = account.figure_ids.filtered(lambda figure: figure.state == "over")
            account.figures_over_count = len(over)

    @api.depends("shop_state")
    def _compute_shop_is_open(self):
        for account in self:
            account.shop_is_open = (account.shop_state or SHOP_OPEN).upper() == SHOP_OPEN

    @api.depends("shop_state")
    @api.depends_context("lang")
    def _compute_shop_state_name(self):
        names = {
            "OPEN": self.env._("Open"),
            "CLOSE": self.env._("Closed"),
            "SUSPENDED": self.env._("Suspended"),
            "TERMINATED": self.env._("Terminated"),
        }
        for account in self:
            state = account.shop_state or ""
            account.shop_state_name = names.get(state.upper(), state)

    # Limits of the preset -----------------------------------------------------------------------

    def _add_limits(self):
        """A line for every figure that the preset has a limit for; lines that say nothing go."""
        self._forget_facts_date()  # limits speak of periods, of which only one is kept
        for account in self.sudo():
            lines = account.figure_ids
            lines.filtered(lambda f: not (f.read_at or f.warn_at or f.limit)).unlink()
            known = account.figure_ids.mapped("key")
            asked = account.preset_id.rule_ids.filtered("is_figure").mapped("key")
            account.figure_ids.create(
                [{"account_id": account.id, "key": key} for key in asked if key not in known]
            )

    # Once a day ---------------------------------------------------------------------------------

    def _refresh_facts(self, client, run):
        """Ask once a day, and an hour after a failure. What is not told is kept as it is."""
        if run.is_over or not client.has_facts or not self._are_facts_due():
            return
        try:
            facts = client.get_facts()
        except errors.LoginError:
            raise
        except errors.ConnectorError as error:
            _logger.info("Account %s: no facts: %s", self.id, error)
            wait = timedelta(seconds=getattr(error, "retry_after", None) or 0)
            run.do(self._note_facts_failure, str(error), max(wait, FACTS_RETRY))
        else:
            run.do(self._store_facts, facts)

    def _forget_facts_date(self):
        """Have the marketplace asked again at the next turn."""
        self.sudo().write({"facts_at": False, "facts_retry_at": False})

    def _are_facts_due(self):
        now = fields.Datetime.now()
        if self.facts_retry_at and self.facts_retry_at > now:
            return False
        return not self.facts_at or self.facts_at <= now - FACTS_EVERY

    def _note_facts_failure(self, message, wait):
        self.write(
            {
                "facts_retry_at": fields.Datetime.now() + wait,
                "facts_problems": translate_term(self._get_responsible_env(), message),
            }
        )

    def _store_facts(self, facts):
        """Store a `records.Facts`."""
        env = self._get_responsible_env()
        problems = [translate_term(env, problem) for problem in facts.problems]
        self.write(
            {
                "facts_at": fields.Datetime.now(),
                "facts_retry_at": False,
                "facts_problems": "\n".join(problems) or False,
                "shop_name": facts.shop_name or self.shop_name,
            }
        )
        if facts.reasons is not None:
            # The account's language: in it the marketplace was asked.
            reasons = self.env["marketplace.reason"].with_context(lang=self._get_language())
            reasons._store_told(self, facts.reasons)
        if facts.figures is not None:
            self.env["marketplace.account.figure"]._store_told(self, facts.figures)
        if facts.shop_state:
            self._store_shop_state(facts.shop_state)

    def _store_shop_state(self, state):
        """The person responsible is told once for each change, not once a day."""
        if state == self.shop_state:
            return
        self.shop_state = state
        self._withdraw_alarm("closed")
        if not self.shop_is_open:
            env = self._get_responsible_env()
            self._alarm(
                self._get_alarm("closed"),
                env._(
                    "The marketplace says “%s”: nothing is sold there now. Customers' messages are "
                    "still read and answered.",
                    self.with_env(env).shop_state_name,
                ),
            )
