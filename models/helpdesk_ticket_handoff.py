"""Tickets of cases that are answered, or never closed, at the marketplace."""

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..connectors import records


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    marketplace_is_handoff = fields.Boolean(
        related="marketplace_case_id.is_handoff", groups="marketplace_helpdesk.group_agent"
    )
    marketplace_handoff_url = fields.Char(
        related="marketplace_case_id.handoff_url", groups="marketplace_helpdesk.group_agent"
    )
    marketplace_is_done_there = fields.Boolean(
        related="marketplace_case_id.is_done_there", groups="marketplace_helpdesk.group_agent"
    )
    marketplace_done_there_text = fields.Char(
        compute="_compute_marketplace_done_there_text",
        compute_sudo=True,
        groups="marketplace_helpdesk.group_agent",
    )
    can_marketplace_close_here = fields.Boolean(
        compute="_compute_can_marketplace_close_here",
        compute_sudo=True,
        groups="marketplace_helpdesk.group_agent",
        help="Its cases are never closed at the marketplace: closing is ours.",
    )

    @api.depends("marketplace_case_id.done_there_at")
    @api.depends_context("lang", "tz")
    def _compute_marketplace_done_there_text(self):
        for ticket in self:
            case = ticket.marketplace_case_id
            ticket.marketplace_done_there_text = case.done_there_at and self.env._(
                "%(user)s, %(date)s",
                user=case.done_there_by_id.name,
                date=format_datetime(self.env, case.done_there_at, dt_format="short"),
            )

    def _compute_can_marketplace_close_here(self):
        for ticket in self:
            kinds = set(ticket.marketplace_case_ids.mapped("kind"))
            ticket.can_marketplace_close_here = kinds == {records.INQUIRY} and (
                not ticket.stage_id.closed
            )

    def write(self, vals):
        result = super().write(vals)
        if "stage_id" in vals and not self.env.context.get("marketplace_inbound"):
            self._marketplace_end_inquiries()
        return result

    def _marketplace_end_inquiries(self):
        """Closing the ticket is all the closing that an inquiry knows: nobody waits any more."""
        closed = self.sudo().filtered(lambda t: t.stage_id.closed)
        waiting = closed.marketplace_case_ids.filtered(
            lambda case: case.kind == records.INQUIRY and case.awaiting_since
        )
        for case in waiting:
            case.no_answer_at = case._get_done_moment()
        waiting._refresh_clock()

    def action_marketplace_close_here(self):
        """Close the ticket; the marketplace knows nothing of it."""
        self.check_access("write")
        for ticket in self.filtered("can_marketplace_close_here"):
            stages = ticket.team_id._get_applicable_stages().filtered("closed")
            ticket.stage_id = stages[:1] or ticket.stage_id

    def action_marketplace_open_handoff(self):
        self.ensure_one()
        return self.marketplace_case_id.action_open_handoff()

    def action_marketplace_done_there(self):
        self.ensure_one()
        self.marketplace_case_id.action_done_there()
