"""The incident of a ticket: its banner, its steps, what can be done."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import records
from .marketplace_case import INCIDENT_STATES

AGENT = "marketplace_helpdesk.group_agent"


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    marketplace_incident_state = fields.Selection(
        INCIDENT_STATES,
        "State Of The Incident",
        compute="_compute_marketplace_incident_state",
        store=True,
        groups=AGENT,
        help="Of the incident that asks most.",
    )
    marketplace_incident_reason = fields.Char(
        related="marketplace_incident_id.reason_name", groups=AGENT
    )
    marketplace_incident_line = fields.Char(compute="_compute_marketplace_incident", groups=AGENT)
    marketplace_incident_since = fields.Datetime(
        related="marketplace_incident_id.remote_created_at", groups=AGENT
    )
    marketplace_incident_solved_at = fields.Datetime(
        related="marketplace_incident_id.solved_at", groups=AGENT
    )
    marketplace_incident_status = fields.Selection(
        string="Incident Now", related="marketplace_incident_id.incident_state", groups=AGENT
    )
    marketplace_incident_deadline = fields.Datetime(
        "Solve Before", related="marketplace_incident_id.deadline", groups=AGENT
    )
    marketplace_incident_count = fields.Integer(
        compute="_compute_marketplace_incident", groups=AGENT
    )
    marketplace_step_ids = fields.Many2many(
        "marketplace.operation", compute="_compute_marketplace_steps", groups=AGENT
    )
    marketplace_step_user = fields.Char(compute="_compute_marketplace_steps", groups=AGENT)
    marketplace_is_told = fields.Boolean(compute="_compute_marketplace_steps", groups=AGENT)
    can_marketplace_resolve = fields.Boolean(
        related="marketplace_incident_id.can_resolve", groups=AGENT
    )
    can_marketplace_dispute = fields.Boolean(
        related="marketplace_incident_id.can_dispute", groups=AGENT
    )
    can_marketplace_reopen = fields.Boolean(
        related="marketplace_incident_id.can_reopen", groups=AGENT
    )
    can_marketplace_write_operator = fields.Boolean(
        compute="_compute_marketplace_incident", groups=AGENT
    )

    @api.depends("marketplace_case_ids.incident_state")
    def _compute_marketplace_incident_state(self):
        worst_first = ["disputed", "open", "solved", "closed"]
        for ticket in self:
            states = [s for s in ticket.marketplace_case_ids.mapped("incident_state") if s]
            ticket.marketplace_incident_state = min(states, key=worst_first.index, default=False)

    @api.depends("marketplace_incident_id")
    def _compute_marketplace_incident(self):
        for ticket in self:
            case = ticket.sudo().marketplace_incident_id
            name = case.sale_line_id.name or case.product_ref or case.line_ref or ""
            ticket.marketplace_incident_line = name.split("\n")[0]
            ticket.can_marketplace_write_operator = (
                case.can_answer and case.incident_state != "closed"
            )
            incidents = ticket.sudo().marketplace_case_ids.filtered("incident_state")
            ticket.marketplace_incident_count = len(
                incidents.filtered(lambda c: c.incident_state != "closed")
            )

    @api.depends("marketplace_operation_ids.state", "marketplace_incident_id")
    def _compute_marketplace_steps(self):
        for ticket in self:
            steps = ticket.marketplace_incident_id._get_resolution_steps()
            ticket.marketplace_step_ids = steps.with_env(self.env)
            ticket.marketplace_step_user = steps[:1].user_id.name
            ticket.marketplace_is_told = bool(steps) and set(steps.mapped("state")) == {"done"}

    def action_marketplace_resolve(self):
        return self._get_marketplace_incident().action_resolve()

    def action_marketplace_write_operator(self):
        """Open the dialog to write to the operator about the incident's order."""
        case = self._get_marketplace_incident()
        thread = case._get_thread(records.OPERATOR)
        about = {"default_case_id": thread.id} if thread else {"default_about_id": case.id}
        return case._get_answer_dialog(
            self.env._(
                "Write to %(account)s about %(order)s",
                account=case.account_id.name,
                order=case._get_order_name(),
            ),
            default_recipient="operator",
            **about,
        )

    def action_marketplace_dispute(self):
        self._get_marketplace_incident().action_incident_disputed()

    def action_marketplace_reopen(self):
        self._get_marketplace_incident().action_incident_reopen()

    def _get_marketplace_incident(self):
        self._check_marketplace_readable()
        if not self.marketplace_incident_id:
            raise UserError(self.env._("This ticket has no incident."))
        return self.marketplace_incident_id
