"""The ticket of a case. Every assumption about helpdesk tickets stays in these four files:
this one, what agents press, what they write, and incidents."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..connectors import base, records
from .marketplace_case import DEADLINE, INCIDENT_DEADLINE, KINDS

SEQUENCE_CODE = "helpdesk.ticket.sequence"
TO_DO = "mail.mail_activity_data_todo"
# More tickets than this at once: their notices are created in bulk, without a live pop-up each.
LIVE_NOTICES = 20
ANSWER_STATES = [
    ("failed", "Undelivered"),
    ("doubt", "In Doubt"),
    ("queued", "Queued"),
    ("sent", "Sent"),
    ("seen", "Seen"),
]


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    marketplace_case_ids = fields.One2many(
        "marketplace.case",
        "ticket_id",
        "Marketplace Cases",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_case_count = fields.Integer(
        compute="_compute_marketplace_case_count", compute_sudo=True, groups="base.group_user"
    )
    marketplace_account_id = fields.Many2one(
        "marketplace.account",
        "Marketplace",
        compute="_compute_marketplace",
        store=True,
        index="btree_not_null",
    )
    marketplace_kind = fields.Selection(
        KINDS, compute="_compute_marketplace", store=True, groups="base.group_user"
    )
    marketplace_has_incident = fields.Boolean(
        "Open Incident", compute="_compute_marketplace", store=True, groups="base.group_user"
    )
    marketplace_incident_id = fields.Many2one(
        "marketplace.case",
        "Incident",
        compute="_compute_marketplace_case",
        compute_sudo=True,
        search="_search_marketplace_case",
        help="The incident that is open, else the last one.",
        groups="base.group_user",
    )
    marketplace_deadline = fields.Datetime(
        "Answer Before",
        compute="_compute_marketplace",
        store=True,
        index="btree_not_null",
        groups="base.group_user",
    )
    marketplace_unread = fields.Integer(
        "Unanswered",
        compute="_compute_marketplace",
        store=True,
        aggregator=None,
        groups="base.group_user",
    )
    marketplace_warn_hours = fields.Integer(
        related="marketplace_account_id.warn_hours", groups="base.group_user"
    )
    marketplace_last_message = fields.Char(
        compute="_compute_marketplace_last", compute_sudo=True, groups="base.group_user"
    )
    marketplace_last_message_at = fields.Datetime(
        "Last Message",
        compute="_compute_marketplace_last",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_case_id = fields.Many2one(
        "marketplace.case",
        "Current Case",
        compute="_compute_marketplace_case",
        compute_sudo=True,
        search="_search_marketplace_case",
        help="The case that an answer from the chatter goes to.",
        groups="base.group_user",
    )
    marketplace_order_id = fields.Many2one(
        "sale.order",
        compute="_compute_marketplace_case",
        compute_sudo=True,
        search="_search_marketplace_order",
        groups="base.group_user",
    )
    marketplace_answer_state = fields.Selection(
        ANSWER_STATES,
        "Answer State",
        compute="_compute_marketplace_answer_state",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_failure = fields.Char(
        compute="_compute_marketplace_failure",
        compute_sudo=True,
        help="Why the last answer did not arrive.",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_failed_id = fields.Many2one(
        "marketplace.operation",
        compute="_compute_marketplace_failure",
        compute_sudo=True,
        help="The answer that did not arrive, or may not have.",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_failure_harm = fields.Char(
        compute="_compute_marketplace_failure",
        compute_sudo=True,
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_seen_by = fields.Char(
        compute="_compute_marketplace_seen_by",
        compute_sudo=True,
        help="Who sees what is written in the chatter.",
        groups="marketplace_helpdesk.group_agent",
    )
    # The banner: what the current case is about
    marketplace_case_position = fields.Char(
        compute="_compute_marketplace_case_position", compute_sudo=True, groups="base.group_user"
    )
    marketplace_case_number = fields.Char(
        "Number", related="marketplace_case_id.number", groups="base.group_user"
    )
    marketplace_case_kind = fields.Selection(
        string="Kind Of The Case", related="marketplace_case_id.kind", groups="base.group_user"
    )
    marketplace_topic = fields.Char(
        related="marketplace_case_id.topic_name", groups="base.group_user"
    )
    marketplace_customer_name = fields.Char(
        related="marketplace_case_id.customer_name", groups="base.group_user"
    )
    marketplace_case_deadline = fields.Datetime(
        "Answer This Case Before", related="marketplace_case_id.deadline", groups="base.group_user"
    )
    marketplace_awaiting_since = fields.Datetime(
        related="marketplace_case_id.awaiting_since", groups="base.group_user"
    )
    marketplace_is_open = fields.Boolean(
        related="marketplace_case_id.is_open", groups="base.group_user"
    )
    marketplace_backoffice_url = fields.Char(
        related="marketplace_case_id.backoffice_url", groups="base.group_user"
    )
    marketplace_account_state = fields.Selection(
        related="marketplace_account_id.state", groups="base.group_user"
    )
    # The order panel
    marketplace_order_ref = fields.Char(
        "Order At The Marketplace",
        related="marketplace_case_id.order_ref",
        groups="base.group_user",
    )
    marketplace_order_state = fields.Selection(
        related="marketplace_order_id.marketplace_state", groups="base.group_user"
    )
    marketplace_order_date = fields.Datetime(
        related="marketplace_order_id.date_order", groups="base.group_user"
    )
    marketplace_shipped_at = fields.Datetime(
        related="marketplace_order_id.marketplace_shipped_at", groups="base.group_user"
    )
    marketplace_ship_before = fields.Datetime(
        related="marketplace_order_id.marketplace_ship_before", groups="base.group_user"
    )
    marketplace_refund_until = fields.Date(
        related="marketplace_order_id.marketplace_refund_until",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_charged = fields.Monetary(
        related="marketplace_order_id.marketplace_charged",
        currency_field="marketplace_currency_id",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_is_frozen = fields.Boolean(
        related="marketplace_order_id.marketplace_has_incident", groups="base.group_user"
    )
    marketplace_unpaid = fields.Monetary(
        related="marketplace_order_id.marketplace_unpaid",
        currency_field="marketplace_currency_id",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_refunded = fields.Monetary(
        related="marketplace_order_id.marketplace_refunded",
        currency_field="marketplace_currency_id",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_asked = fields.Monetary(
        related="marketplace_order_id.marketplace_asked",
        currency_field="marketplace_currency_id",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_left = fields.Monetary(
        related="marketplace_order_id.marketplace_left",
        currency_field="marketplace_currency_id",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_refunds_hint = fields.Char(
        related="marketplace_order_id.marketplace_refunds_hint",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_currency_id = fields.Many2one(
        related="marketplace_order_id.currency_id", groups="marketplace_helpdesk.group_agent"
    )
    marketplace_warning = fields.Char(
        related="marketplace_order_id.marketplace_warning",
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_refund_ids = fields.One2many(
        "marketplace.refund", "ticket_id", groups="marketplace_helpdesk.group_agent"
    )
    marketplace_refund_count = fields.Integer(
        compute="_compute_marketplace_refund_count",
        compute_sudo=True,
        groups="marketplace_helpdesk.group_agent",
    )
    marketplace_operation_ids = fields.One2many(
        "marketplace.operation", "ticket_id", groups="marketplace_helpdesk.group_agent"
    )
    marketplace_order_line_ids = fields.One2many(
        "sale.order.line",
        compute="_compute_marketplace_order_lines",
        compute_sudo=True,
        groups="marketplace_helpdesk.group_agent",
    )
    can_marketplace_answer = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )
    can_marketplace_close = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )
    can_marketplace_refund = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )
    can_marketplace_gesture = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )
    can_marketplace_refuse = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )
    can_marketplace_cancel = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )

    # Computes -----------------------------------------------------------------------------------

    @api.depends("marketplace_case_ids")
    def _compute_marketplace_case_count(self):
        for ticket in self:
            ticket.marketplace_case_count = len(ticket.marketplace_case_ids)

    @api.depends(
        "marketplace_case_ids.deadline",
        "marketplace_case_ids.unread_count",
        "marketplace_case_ids.kind",
        "marketplace_case_ids.incident_state",
        "marketplace_case_ids.account_id",
    )
    def _compute_marketplace(self):
        for ticket in self:
            cases = ticket.marketplace_case_ids
            deadlines = [case.deadline for case in cases if case.deadline]
            ticket.marketplace_account_id = cases[:1].account_id
            incidents = cases.filtered(lambda case: case._is_open_incident())
            ticket.marketplace_has_incident = bool(incidents)
            ticket.marketplace_kind = (incidents or cases)[:1].kind
            ticket.marketplace_deadline = min(deadlines, default=False)
            ticket.marketplace_unread = sum(cases.mapped("unread_count"))

    @api.depends("marketplace_case_ids.last_message_preview")
    def _compute_marketplace_last(self):
        for ticket in self:
            cases = ticket.marketplace_case_ids.filtered("last_message_at")
            last = cases.sorted("last_message_at")[-1:]
            ticket.marketplace_last_message = last.last_message_preview
            ticket.marketplace_last_message_at = last.last_message_at

    @api.depends(
        "marketplace_case_ids.is_open",
        "marketplace_case_ids.deadline",
        "marketplace_case_ids.incident_state",
    )
    def _compute_marketplace_case(self):
        for ticket in self:
            cases = ticket.marketplace_case_ids
            incidents = cases.filtered(lambda case: case.kind == records.INCIDENT).sorted("id")
            opened = incidents.filtered(lambda case: case._is_open_incident())
            ticket.marketplace_incident_id = (opened or incidents)[-1:]
            # Nobody can be answered in an incident: what is written goes to a thread.
            cases = (cases - incidents) or cases
            waiting = cases.filtered("deadline").sorted("deadline")
            current = (waiting or cases.filtered("is_open") or cases)[:1]
            ticket.marketplace_case_id = current
            ticket.marketplace_order_id = (
                current.sale_order_id or ticket.marketplace_case_ids.sale_order_id[:1]
            )

    def _search_marketplace_case(self, operator, value):
        return [("marketplace_case_ids", operator, value)]

    def _search_marketplace_order(self, operator, value):
        return [("marketplace_case_ids.sale_order_id", operator, value)]

    @api.depends("marketplace_case_ids.answer_state", "marketplace_deadline")
    def _compute_marketplace_answer_state(self):
        worst_first = [state for state, _label in ANSWER_STATES]
        for ticket in self:
            states = [s for s in ticket.marketplace_case_ids.mapped("answer_state") if s]
            state = min(states, key=worst_first.index, default=False)
            # Nothing looks settled while somebody waits.
            settled = state == "seen" and not ticket.marketplace_deadline
            ticket.marketplace_answer_state = state if settled or state != "seen" else False

    @api.depends("marketplace_operation_ids.state")
    def _compute_marketplace_failure(self):
        for ticket in self:
            replies = ticket.marketplace_operation_ids.filtered(lambda o: o.kind == base.REPLY)
            # Of each conversation the last one counts, of all the worst.
            last = (
                replies.filtered(lambda o: o.state != "cancelled").sorted("id").grouped("case_id")
            )
            newest = replies.union(*(group[-1:] for group in last.values())) if last else replies
            failed = newest.filtered(lambda o: o.state == "rejected").sorted("id")[-1:]
            failed = failed or newest.filtered(lambda o: o.state == "unknown").sorted("id")[-1:]
            ticket.marketplace_failed_id = failed
            ticket.marketplace_failure = failed.message
            ticket.marketplace_failure_harm = failed and (
                self.env._("%s got nothing.", failed.account_id.name)
                if failed._is_for_operator()
                else self.env._("The customer got nothing and the clock goes on.")
            )

    @api.depends(
        "marketplace_case_id",
        "marketplace_case_ids.message_ids",
        "marketplace_account_id.recipient_policy",
        "marketplace_account_id.close_after_answer",
    )
    def _compute_marketplace_seen_by(self):
        """Answers from the chatter go where the account's policy sends them, and close what is
        closed by an answer."""
        for ticket in self:
            case = ticket.marketplace_case_id
            thread = case and case._get_thread()
            operator = case.account_id.name
            first = thread._get_default_recipients() if thread else ticket._get_first_recipients()
            recipients = tuple(first)
            ticket.marketplace_seen_by = {
                (records.CUSTOMER, records.OPERATOR): self.env._(
                    "Seen by the customer and %s.", operator
                ),
                (records.OPERATOR,): self.env._("Seen by %s only, not by the customer.", operator),
            }.get(recipients) or self.env._("Seen by the customer.")
            if thread and thread._closes_after_answer():
                ticket.marketplace_seen_by = self.env._(
                    "%s It closes the support ticket; to leave that open, press “Answer” above.",
                    ticket.marketplace_seen_by,
                )

    @api.depends("marketplace_case_id", "marketplace_case_ids")
    def _compute_marketplace_case_position(self):
        for ticket in self:
            cases = ticket.marketplace_case_ids.sorted("id")
            several = len(cases) > 1 and ticket.marketplace_case_id in cases
            ticket.marketplace_case_position = several and self.env._(
                "%(rank)s of %(count)s",
                rank=cases.ids.index(ticket.marketplace_case_id.id) + 1,
                count=len(cases),
            )

    @api.depends("marketplace_case_ids.is_open", "marketplace_case_ids.sale_order_id")
    @api.depends_context("uid")
    def _compute_marketplace_abilities(self):
        is_agent = self.env.user.has_group("marketplace_helpdesk.group_agent")
        for ticket in self:
            cases, order = ticket.marketplace_case_ids, ticket.marketplace_order_id
            ticket.can_marketplace_answer = is_agent and ticket.marketplace_case_id.can_answer
            ticket.can_marketplace_close = is_agent and any(cases.mapped("can_close"))
            ticket.can_marketplace_refund = order.can_marketplace_refund
            ticket.can_marketplace_gesture = order.can_marketplace_gesture
            ticket.can_marketplace_refuse = order.can_marketplace_refuse
            ticket.can_marketplace_cancel = order.can_marketplace_cancel

    def _compute_marketplace_refund_count(self):
        counts = dict(
            self.env["marketplace.refund"]._read_group(
                [("ticket_id", "in", self.ids)], ["ticket_id"], ["__count"]
            )
        )
        for ticket in self:
            ticket.marketplace_refund_count = counts.get(ticket, 0)

    @api.depends("marketplace_case_ids.sale_order_id")
    def _compute_marketplace_order_lines(self):
        for ticket in self:
            lines = ticket.marketplace_order_id.order_line
            ticket.marketplace_order_line_ids = lines.filtered("marketplace_ref")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open_cases(self):
        waiting = self.sudo().filtered(
            lambda t: not all(case._is_done() for case in t.marketplace_case_ids)
        )
        if waiting:
            raise UserError(
                self.env._(
                    "%s has an open case at a marketplace, whose clock runs on: close it first.",
                    ", ".join(waiting.mapped("number")),
                )
            )

    # Made by the inbox --------------------------------------------------------------------------

    @api.model
    def _marketplace_create(self, account, values_list):
        """Tickets in one batch: numbers drawn together, stage, team and user given."""
        stage = account.team_id._get_applicable_stages().filtered(lambda s: not s.closed)[:1]
        numbers = self._marketplace_draw_numbers(account.company_id, len(values_list))
        return self.create(
            [
                {
                    **values,
                    "number": number,
                    "team_id": account.team_id.id,
                    "company_id": account.company_id.id,
                    "stage_id": stage.id,
                    "user_id": False,
                    "partner_email": False,
                    "category_id": account.category_id.id,
                    "channel_id": self.env["ir.model.data"]._xmlid_to_res_id(
                        "marketplace_helpdesk.channel_marketplace", raise_if_not_found=False
                    ),
                }
                for values, number in zip(values_list, numbers, strict=True)
            ]
        )

    def _marketplace_draw_numbers(self, company, count):
        """`count` ticket numbers: one query where the sequence is an ordinary one."""
        sequence = (
            self.env["ir.sequence"]
            .sudo()
            .with_company(company)
            .search(
                [("code", "=", SEQUENCE_CODE), ("company_id", "in", [company.id, False])],
                order="company_id",
                limit=1,
            )
        )
        if not sequence or sequence.implementation != "standard" or sequence.use_date_range:
            values = {"company_id": company.id}
            return [self._prepare_ticket_number(values) for _index in range(count)]
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence.id:03d}",
                count,
            )
        )
        return [sequence.get_next_char(number) for (number,) in rows]

    def _marketplace_reopen(self):
        """A customer wrote: tickets that were closed or archived are open again."""
        self.filtered(lambda t: not t.active).sudo().action_unarchive()
        for ticket in self.filtered(lambda t: t.stage_id.closed):
            stages = ticket.team_id._get_applicable_stages().filtered(lambda s: not s.closed)
            if stages:
                ticket.sudo().with_context(mail_notrack=True).stage_id = stages[0]

    def _marketplace_close_if_done(self):
        """Nothing is left to do at the marketplace: the ticket is closed, and nobody is mailed."""
        done = self.filtered(
            lambda t: (
                not t.stage_id.closed and all(case._is_done() for case in t.marketplace_case_ids)
            )
        )
        for team, tickets in done.grouped("team_id").items():
            stages = team._get_applicable_stages().filtered("closed")
            if stages:
                tickets.sudo().stage_id = stages[0]

    @api.model
    def _marketplace_tell_agents(self, last_messages):
        """Tell the assigned agent, or the team, once per ticket.

        `last_messages`: {ticket: its last mail.message}.
        """
        if not last_messages:
            return
        wanted = {}
        for ticket, message in last_messages.items():
            for user in ticket.user_id or ticket.team_id.user_ids:
                wanted[ticket, user.partner_id] = (message, user)
        told = self._marketplace_already_told(last_messages.keys(), {p for _t, p in wanted})
        wanted = {key: value for key, value in wanted.items() if (key[0].id, key[1].id) not in told}
        if len(wanted) <= LIVE_NOTICES:
            self._marketplace_tell_live(wanted)
        else:
            self._marketplace_tell_bulk(wanted)
        self._marketplace_refresh_screens(last_messages.keys())

    def _marketplace_already_told(self, tickets, partners):
        """(ticket id, partner id) pairs with an unread notice."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT m.res_id, n.res_partner_id
                  FROM mail_notification n JOIN mail_message m ON m.id = n.mail_message_id
                 WHERE m.model = 'helpdesk.ticket' AND m.res_id = ANY(%s)
                   AND n.res_partner_id = ANY(%s) AND n.notification_type = 'inbox'
                   AND n.is_read IS NOT TRUE
                """,
                [ticket.id for ticket in tickets],
                [partner.id for partner in partners],
            )
        )
        return set(rows)

    def _marketplace_tell_live(self, wanted):
        for (ticket, partner), (message, user) in wanted.items():
            ticket.sudo()._notify_thread_by_inbox(
                message, [{"id": partner.id, "uid": user.id, "notif": "inbox"}]
            )

    def _marketplace_tell_bulk(self, wanted):
        self.env["mail.notification"].sudo().create(
            [
                {
                    "author_id": message.author_id.id,
                    "mail_message_id": message.id,
                    "notification_status": "sent",
                    "notification_type": "inbox",
                    "res_partner_id": partner.id,
                }
                for (_ticket, partner), (message, _user) in wanted.items()
            ]
        )

    def _marketplace_refresh_screens(self, tickets):
        """Open lists and tickets of the teams learn that something came."""
        by_user = {}
        for ticket in tickets:
            for user in ticket.team_id.user_ids | ticket.user_id:
                by_user.setdefault(user, []).append(ticket.id)
        for user, ids in by_user.items():
            user._bus_send("marketplace_helpdesk/tickets", {"ticket_ids": ids[:LIVE_NOTICES]})

    def _marketplace_alert(self, summary, note="", date=None, users=None, activity=TO_DO):
        """One open activity per subject, for whoever has the ticket."""
        for ticket in self:
            people = (
                ticket.user_id,
                users or self.env["res.users"],
                ticket.team_id.user_id,
                ticket.marketplace_account_id.user_id,
                self.env.user,
            )
            responsible = next(u for u in people if u[:1].active or u == people[-1])[:1]
            known = ticket.activity_ids.filtered(lambda a: a.summary == summary)
            if not known:
                ticket.with_context(mail_activity_quick_update=True).activity_schedule(
                    activity,
                    date_deadline=date.date() if date else fields.Date.context_today(ticket),
                    summary=summary,
                    note=Markup("<p>%s</p>") % note if note else "",
                    user_id=responsible.id,
                )

    def _marketplace_withdraw_deadline(self):
        """Nobody waits any more, or no incident does: the warning of that deadline is over."""
        for ticket in self.filtered("activity_ids"):
            waiting = ticket.marketplace_case_ids.filtered("awaiting_since")
            incidents = waiting.filtered(lambda case: case.kind == records.INCIDENT)
            over = [] if waiting - incidents else [DEADLINE]
            ticket.activity_unlink(over if incidents else [*over, INCIDENT_DEADLINE])
