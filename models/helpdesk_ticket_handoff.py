"""Tickets of cases that are answered, or never closed, at the marketplace."""

import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..connectors import records

# What `marketplace_seen` holds: the number of an entry, and a date.
_SEEN = re.compile(r"([0-9]{1,18})/([0-9: -]{0,19})")


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
    can_marketplace_undo_done_there = fields.Boolean(
        related="marketplace_case_id.can_undo_done_there", groups="marketplace_helpdesk.group_agent"
    )
    marketplace_hears_entries = fields.Boolean(
        related="marketplace_case_id.hears_entries", groups="marketplace_helpdesk.group_agent"
    )
    marketplace_case_details = fields.Text(
        related="marketplace_case_id.details", groups="marketplace_helpdesk.group_agent"
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
    marketplace_seen = fields.Char(
        compute="_compute_marketplace_seen",
        compute_sudo=True,
        groups="marketplace_helpdesk.group_agent",
        help="Tells the customer's newest entry. Pages send it back with what is decided there: "
        "nothing is decided about entries that they did not show.",
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

    # What the page showed -----------------------------------------------------------------------

    @api.depends(
        "marketplace_case_ids.message_ids",
        "marketplace_case_ids.reopened_at",
        "marketplace_case_ids.unseen_at",
    )
    def _compute_marketplace_seen(self):
        rows = self.env["marketplace.message"]._read_group(
            [("case_id.ticket_id", "in", self.ids), ("sender_type", "in", records.ASKING)],
            ["case_id"],
            ["id:max"],
        )
        newest = dict(rows)
        for ticket in self:
            cases = ticket._origin.marketplace_case_ids
            entry = max((newest.get(case, 0) for case in cases), default=0)
            there = max((str(_get_last_there(case)) for case in cases), default="")
            ticket.marketplace_seen = cases and f"{entry}/{there}"

    def _check_marketplace_seen(self, seen):
        """Raise UserError where a customer wrote after what the page showed.

        `seen`: what `marketplace_seen` held then; empty where nobody can tell.
        """
        if not seen or len(self) != 1:
            return
        self.check_access("read")
        found = _SEEN.fullmatch(seen) if isinstance(seen, str) else None
        if not found:
            raise UserError(
                self.env._("This page is out of date. Nothing was done: load it again.")
            )
        entry, there = int(found[1]), found[2]
        cases = self.sudo().marketplace_case_ids
        news = cases.message_ids.filtered(
            lambda m: m.sender_type in records.ASKING and m.id > entry
        )
        if news:
            raise UserError(
                self.env._(
                    "The customer wrote meanwhile: “%s”. Nothing was done: read it, then decide.",
                    news.sorted("id")[-1:].case_id.last_message_preview or "",
                )
            )
        if any(str(_get_last_there(case)) > there for case in cases):
            raise UserError(
                self.env._(
                    "The customer wrote there or opened it again meanwhile. Nothing was done: "
                    "read there what was written, then decide."
                )
            )

    def write(self, vals):
        seen = vals.get("marketplace_seen")
        vals = {name: value for name, value in vals.items() if name != "marketplace_seen"}
        result = super().write(vals)
        if "stage_id" in vals and not self.env.context.get("marketplace_inbound"):
            self._marketplace_end_inquiries(seen)
        return result

    def _marketplace_end_inquiries(self, seen=None):
        """Closing the ticket is all the closing that an inquiry knows: nobody waits any more."""
        closed = self.sudo().filtered(lambda t: t.stage_id.closed)
        waiting = closed.marketplace_case_ids.filtered(
            lambda case: case.kind == records.INQUIRY and case.awaiting_since
        )
        if waiting:
            self._check_marketplace_seen(seen)
            waiting._end_entries()

    # What people do -----------------------------------------------------------------------------

    def action_marketplace_close_here(self):
        """Close the ticket; the marketplace knows nothing of it."""
        self.check_access("write")
        self._check_marketplace_seen(self.env.context.get("marketplace_seen"))
        for ticket in self.filtered("can_marketplace_close_here"):
            stages = ticket.team_id._get_applicable_stages().filtered("closed")
            ticket.stage_id = stages[:1] or ticket.stage_id

    def action_marketplace_open_handoff(self):
        self._check_marketplace_readable()
        return self.marketplace_case_id.action_open_handoff()

    def action_marketplace_done_there(self):
        self._check_marketplace_readable()
        self.marketplace_case_id.action_done_there()

    def action_marketplace_undo_done_there(self):
        self._check_marketplace_readable()
        self.marketplace_case_id.action_undo_done_there()


def _get_last_there(case):
    """When the newest entry came that is known of and not shown; "" where there is none."""
    return max(filter(None, (case.reopened_at, case.unseen_at)), default="")
