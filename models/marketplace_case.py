"""One conversation or complaint at the marketplace."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..connectors import base, payload, records
from .connector_terms import translate_term
from .marketplace_operation import OPEN_STATES

KINDS = [
    (records.OFFER_QUESTION, "Offer Question"),
    (records.ORDER_QUESTION, "Order Question"),
    (records.CLAIM, "Claim"),
    (records.INCIDENT, "Incident"),
    (records.INQUIRY, "Inquiry"),
    (records.SUPPORT_TICKET, "Support Ticket"),
    (records.CONVERSATION, "Conversation"),
]
INCIDENT_STATES = [
    ("open", "Open"),
    ("solved", "Awaits The Operator"),
    ("disputed", "Disputed"),
    ("closed", "Closed"),
]
# Their numbers are told apart by a prefix.
PREFIXED = (records.INQUIRY, records.SUPPORT_TICKET)
# Activities that warn of deadlines.
DEADLINE = "marketplace_helpdesk.activity_deadline"
INCIDENT_DEADLINE = "marketplace_helpdesk.activity_incident_deadline"
# An incident in these states asks for something to be done.
INCIDENT_WAITS = ("open", "disputed")
# Longer ones are nothing that people read out.
LONG_NUMBER = 24
# A first import may find many late cases: their warnings are written over several runs.
WARNINGS_PER_RUN = 50


class MarketplaceCase(models.Model):
    _name = "marketplace.case"
    _description = "Marketplace Case"
    _order = "deadline, id desc"
    _rec_names_search = ["shown_number", "subject", "order_ref"]

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="restrict", index=True, readonly=True
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, index=True, precompute=True
    )
    provider = fields.Selection(related="account_id.provider")
    remote_id = fields.Char("Number", readonly=True, help="The marketplace's own number.")
    number = fields.Char(
        "Short Number", compute="_compute_number", help="Long numbers by their beginning."
    )
    shown_number = fields.Char(
        "Number At The Marketplace", compute="_compute_number", search="_search_shown_number"
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    subject = fields.Char(readonly=True)
    topic = fields.Char("Topic Code", readonly=True)
    topic_name = fields.Char("Topic", compute="_compute_topic_name")
    is_open = fields.Boolean("Open", default=True, readonly=True)
    participants = fields.Char(
        readonly=True, help="Who may be written to: customer, operator. Empty: not told."
    )
    ticket_id = fields.Many2one("helpdesk.ticket", ondelete="set null", index=True)
    sale_order_id = fields.Many2one("sale.order", ondelete="set null", index="btree_not_null")
    order_ref = fields.Char("Order At The Marketplace", readonly=True)
    # An incident: one order line that the marketplace holds
    line_ref = fields.Char("Line At The Marketplace", readonly=True)
    sale_line_id = fields.Many2one("sale.order.line", "Line", ondelete="set null", readonly=True)
    reason_name = fields.Char("Incident's Reason", readonly=True)
    incident_state = fields.Selection(INCIDENT_STATES, readonly=True, copy=False)
    solved_at = fields.Datetime("Solved On", readonly=True, copy=False)
    product_ref = fields.Char("Product", readonly=True)
    product_ean = fields.Char("EAN", readonly=True)
    customer_name = fields.Char(readonly=True)
    details = fields.Text(
        "Given Beside It", readonly=True, help="What the customer filled in beside the message."
    )
    message_ids = fields.One2many("marketplace.message", "case_id")
    operation_ids = fields.One2many("marketplace.operation", "case_id")
    remote_created_at = fields.Datetime("Opened On", readonly=True)
    remote_updated_at = fields.Datetime("Last Change", readonly=True)
    closed_at = fields.Datetime(
        "Closed On", readonly=True, help="The last time; the customer may have reopened it since."
    )
    backoffice_url = fields.Char(compute="_compute_backoffice_url")
    # Relay address: lives here and on the order, never on a contact
    contact_address = fields.Char(readonly=True, groups="marketplace_helpdesk.group_agent")
    contact_address_date = fields.Datetime(readonly=True)
    contact_problem = fields.Selection(
        [
            (base.ADDRESS_CLOSED, "Discussion closed"),
            (base.ADDRESS_TOO_OLD, "Order shipped too long ago"),
            (base.ADDRESS_NOT_FOUND, "Unknown at the marketplace"),
            (base.ADDRESS_UNKNOWN, "No address given"),
        ],
        readonly=True,
    )
    # The reply clock
    keeps_clock = fields.Boolean(
        readonly=True, help="The marketplace itself says since when an answer is awaited."
    )
    reply_needed_since = fields.Datetime("Answer Awaited Since, They Say", readonly=True)
    no_reply_needed_at = fields.Datetime("No Answer Needed, They Say", readonly=True)
    awaiting_since = fields.Datetime("Customer Waits Since", readonly=True)
    deadline = fields.Datetime(
        "Answer Before", compute="_compute_deadline", store=True, index="btree_not_null"
    )
    warn_hours = fields.Integer(related="account_id.warn_hours")
    warned = fields.Boolean(readonly=True)
    no_answer_at = fields.Datetime("No Answer Needed Since", readonly=True)
    last_message_at = fields.Datetime(readonly=True)
    last_message_preview = fields.Char(readonly=True)
    unread_count = fields.Integer("Unanswered", readonly=True)
    # What the buttons follow
    can_answer = fields.Boolean(compute="_compute_abilities")
    can_close = fields.Boolean(compute="_compute_abilities")
    answer_state = fields.Selection(
        [
            ("failed", "Undelivered"),
            ("doubt", "In Doubt"),
            ("queued", "Queued"),
            ("sent", "Sent"),
            ("seen", "Seen"),
        ],
        compute="_compute_answer_state",
        compute_sudo=True,
    )
    failed_id = fields.Many2one(
        "marketplace.operation",
        compute="_compute_answer_state",
        compute_sudo=True,
        help="The answer that did not arrive, or may not have.",
    )
    failure = fields.Char(related="failed_id.message")
    failed_text = fields.Text("Text Not Delivered", related="failed_id.text")

    _remote_uniq = models.UniqueIndex(
        "(account_id, remote_id) WHERE remote_id IS NOT NULL",
        "This case exists already in this account.",
    )
    _order_ref_idx = models.Index("(account_id, order_ref) WHERE order_ref IS NOT NULL")
    _line_ref_idx = models.Index("(account_id, line_ref) WHERE line_ref IS NOT NULL")

    # Computes -----------------------------------------------------------------------------------

    @api.depends("remote_id", "subject", "order_ref")
    def _compute_display_name(self):
        for case in self:
            parts = (case.number or case.order_ref, case.subject)
            case.display_name = " · ".join(part for part in parts if part) or self.env._("New")

    @api.depends("remote_id", "kind")
    def _compute_number(self):
        for case in self:
            number = case.remote_id or ""
            if number and case.kind in PREFIXED:
                number = number.rpartition(":")[2].zfill(6)  # as the site shows them
            case.shown_number = number
            case.number = number[:8] if len(number) > LONG_NUMBER else number

    def _search_shown_number(self, operator, value):
        """Numbers of the site are kept without the zeros before them."""
        if operator == "in":
            return Domain.OR(self._get_number_domain(number) for number in value)
        if operator in ("ilike", "like", "=like", "=ilike"):
            return [("remote_id", "ilike", _shorten(value) or value)]
        return NotImplemented  # what says no is turned round

    def _get_number_domain(self, number):
        """The cases with just this number; False: without any."""
        short = _shorten(number)
        domain = Domain("remote_id", "=", str(number) if number else False)
        if short.isdecimal():
            domain |= Domain("kind", "in", PREFIXED) & Domain("remote_id", "=like", f"%:{short}")
        return domain

    @api.depends("topic", "account_id")
    @api.depends_context("lang")
    def _compute_topic_name(self):
        for case in self:
            case.topic_name = case._get_topic_name()

    def _get_topic_name(self):
        """The label of the topic's code, or the topic itself where it is free text."""
        if not self.topic:
            return False
        topics = self.account_id._client_class().topics
        if self.topic in topics:
            return translate_term(self.env, topics[self.topic])
        # What is offered no longer still names what was written about once.
        reasons = self.account_id.sudo().with_context(active_test=False).reason_ids
        reason = reasons.filtered(
            lambda r: r.usage in (base.FOR_TOPIC, base.FOR_OPERATOR_TOPIC) and r.code == self.topic
        )
        return reason[:1].name or self.topic

    @api.depends("awaiting_since", "kind", "account_id.answer_hours", "account_id.incident_hours")
    def _compute_deadline(self):
        for case in self:
            since, account = case.awaiting_since, case.account_id
            incident = case.kind == records.INCIDENT
            hours = account.incident_hours if incident else account.answer_hours
            case.deadline = since + timedelta(hours=hours) if since else False

    def _compute_backoffice_url(self):
        for case in self:
            case.backoffice_url = case.account_id._get_backoffice_url(
                case.remote_id, case.order_ref
            )

    @api.depends("is_open", "kind", "account_id.state", "account_id.site_ticket_answers")
    def _compute_abilities(self):
        for case in self:
            account = case.account_id
            writes = account.state == "enabled" and case.kind != records.INCIDENT
            answers_now = case.is_open or account._can(base.REPLY_CLOSED)
            case.can_answer = writes and account._answers_kind(case.kind) and answers_now
            if case.kind == records.INCIDENT:  # answered in a conversation about its order
                case.can_answer = (
                    account.state == "enabled"
                    and account._can(base.OPEN_CONVERSATION)
                    and bool(case.order_ref)
                )
            case.can_close = (
                writes and account._can(base.CLOSE) and case.is_open and bool(case.remote_id)
            )

    @api.depends("operation_ids.state", "awaiting_since")
    def _compute_answer_state(self):
        states = {
            "rejected": "failed",
            "unknown": "doubt",
            "pending": "queued",
            "waiting": "queued",
            "sending": "queued",
            "sent": "sent",
            "done": "seen",
        }
        for case in self:
            replies = case.sudo().operation_ids.filtered(lambda o: o.kind == base.REPLY)
            last = replies.filtered(lambda o: o.state != "cancelled").sorted("id")[-1:]
            state = states.get(last.state, False)
            case.failed_id = last if state in ("failed", "doubt") else False
            case.answer_state = False if state == "seen" and case.awaiting_since else state

    def _is_done(self):
        """Whether nothing is left to do; cases that are never closed there are done when nobody
        waits."""
        self.ensure_one()
        if not self.is_open:
            return True
        if self.kind == records.INCIDENT or self.account_id._can(base.CLOSE):
            return False
        return not self.awaiting_since and self.answer_state in (False, "sent", "seen")

    # The clock ----------------------------------------------------------------------------------

    def _refresh_clock(self):
        """Derive the clock from the messages: it runs from the first customer message that no
        delivered answer, and no "no answer needed", followed."""
        messages = self.env["marketplace.message"].search_fetch(
            [("case_id", "in", self.ids)],
            ["case_id", "sent_at", "sender_type", "recipients", "is_superseded", "operation_id"],
        )
        by_case = messages.grouped("case_id")
        delivered = (
            self.env["marketplace.operation"]
            .sudo()
            .search_fetch(
                [
                    ("case_id", "in", self.ids),
                    ("kind", "=", base.REPLY),
                    ("state", "=", "done"),
                    ("sent_at", "!=", False),
                    ("id", "not in", messages.operation_id.ids),
                ],
                ["case_id", "sent_at", "payload"],
            )
            .filtered(lambda o: o.case_id._answers_it((o.payload or {}).get("recipients")))
            .grouped("case_id")
        )
        for case in self:
            answers = delivered[case].mapped("sent_at") if case in delivered else []
            case._apply_clock(by_case.get(case, messages.browse()), answers)

    def _answers_it(self, recipients):
        """Whether a message of ours to these answers whoever waits: what only the operator reads
        answers no customer."""
        asks_customer = records.CUSTOMER in (self.participants or "")
        return not recipients or not asks_customer or records.CUSTOMER in recipients

    def _apply_clock(self, messages, answers):
        """`answers`: when delivered ones left that the thread may not show yet."""
        current = messages.filtered(lambda m: not m.is_superseded)
        answered = [
            index
            for index, m in enumerate(current)
            if m.sender_type == records.SELLER and self._answers_it(m.recipients)
        ]
        stop = max(
            [
                *answers,
                self.no_answer_at or _EPOCH,
                self.no_reply_needed_at or _EPOCH,
                self.closed_at or _EPOCH,
            ]
        )
        start = self.account_id.clock_start or _EPOCH
        unanswered = [
            m.sent_at
            for m in current[max(answered, default=-1) + 1 :]
            if self.is_open  # a closed case asks for nothing
            and m.sender_type in records.ASKING
            and m.id > self.dealt_id
            and m.sent_at >= max(stop, start)
        ]
        since = self._get_awaiting_since(unanswered, max(stop, start))
        is_asked = since and self.kind != records.INCIDENT
        values = {
            "awaiting_since": since,
            "unread_count": (len(unanswered) or 1) if is_asked else 0,
        }
        if values["awaiting_since"] != self.awaiting_since:
            values["warned"] = False
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            self.write(changed)
        if "awaiting_since" in changed and not self.awaiting_since:
            self.ticket_id._marketplace_withdraw_deadline()

    def _get_awaiting_since(self, unanswered, stop):
        """Since when somebody waits for us. `unanswered`: dates of messages that ask; `stop`:
        until then nothing asks."""
        if self.kind == records.INCIDENT:
            return self.remote_created_at if self.incident_state in INCIDENT_WAITS else False
        if not self.keeps_clock:
            return min([*unanswered, *self._get_unseen_entries(stop)], default=False)
        needed = self.reply_needed_since
        if not needed or needed < stop:
            return False
        # A second message may have moved their date: the earlier one is on the safe side.
        return min([needed, *unanswered])

    def _is_news(self, sent_at, sender_type):
        """Whether a message makes somebody look; not what is older than the account's start."""
        start = self.account_id.clock_start or _EPOCH
        return sender_type in (*records.ASKING, records.OPERATOR) and sent_at > start

    @api.model
    def _warn_of_deadlines(self, account):
        """Tell whoever has the ticket, once per clock, that time is short."""
        limit = fields.Datetime.now() + timedelta(hours=account.warn_hours)
        cases = self.search(
            [
                ("account_id", "=", account.id),
                ("deadline", "!=", False),
                ("deadline", "<=", limit),
                ("warned", "=", False),
            ],
            order="deadline, id",
            limit=WARNINGS_PER_RUN,
        )
        for case in cases.filtered("ticket_id"):
            reader = case.ticket_id.user_id.lang
            env = account.with_context(marketplace_lang=reader)._get_responsible_env()
            incident = case.kind == records.INCIDENT
            case.ticket_id._marketplace_alert(
                env._("Solve the incident before the marketplace's deadline")
                if incident
                else env._("Answer before the marketplace's deadline"),
                date=case.deadline,
                activity=INCIDENT_DEADLINE if incident else DEADLINE,
            )
        cases.warned = True

    # What people ask for ------------------------------------------------------------------------

    def _check_can_act(self, capability=None):
        """Agents act on tickets that they may write; the marketplace must be able to do it."""
        self.ensure_one()
        if not self.env.user.has_group("marketplace_helpdesk.group_agent"):
            raise AccessError(self.env._("Only marketplace agents may act at a marketplace."))
        self.check_access("read")
        self.ticket_id.check_access("write")
        self.account_id._check_writes()
        if capability and not self.account_id._can(capability):
            raise UserError(
                self.env._(
                    "%s cannot do this: see “What this marketplace cannot do” on the account.",
                    self.account_id.name,
                )
            )

    def _link_order(self, order):
        """The order of these cases is known now."""
        self.write({"sale_order_id": order.id})
        for ticket in self.ticket_id.with_context(mail_notrack=True):
            values = {"sale_order_ids": [fields.Command.link(order.id)]}
            cases = self & ticket.marketplace_case_ids
            if not ticket.partner_id and not cases._are_operators_alone():
                values.update(partner_id=order.partner_id.id, partner_name=order.partner_id.name)
            ticket.write(values)

    def action_close(self):
        """Close the discussion at the marketplace, after a pending answer if there is one."""
        for case in self:
            case._check_can_act(base.CLOSE)
            case._ask_close()

    def _ask_close(self, after=None):
        """Enqueue the closing; `after`: the operation whose success it waits for, else the newest
        answer on its way."""
        self.ensure_one()
        after = after or self._get_open_operations(base.REPLY)[:1]
        known = self._get_open_operations(base.CLOSE)[:1]
        if known:
            known._wait_for(after)
            return known
        operation = base.Close(reference="", case_remote_id=self.remote_id or "")
        return self.env["marketplace.operation"]._enqueue(
            self.account_id,
            operation.kind,
            payload.to_payload(operation),
            case=self,
            after=after,
        )

    def _get_open_operations(self, kind):
        """Operations of a kind that are not at their end, the newest first."""
        return (
            self.sudo()
            .operation_ids.filtered(lambda o: o.kind == kind and o.state in OPEN_STATES)
            .sorted("id", reverse=True)
        )

    def action_no_answer_needed(self):
        """Stop the clock until the customer writes again."""
        for case in self:
            case.check_access("read")
            case.ticket_id.check_access("write")
            # By number, too: what came in this very second is known and ended.
            known = max(case.message_ids.ids, default=0)
            case.sudo().write({"no_answer_at": fields.Datetime.now(), "dealt_id": known})
            case.sudo()._refresh_clock()
            case.ticket_id.message_post(
                body=self.env._("No answer needed."), subtype_xmlid="mail.mt_note"
            )

    def action_open_backoffice(self):
        """Open the case in the marketplace's back office."""
        self.ensure_one()
        if not self.backoffice_url:
            raise UserError(self.env._("The address of this back office is not known."))
        return {"type": "ir.actions.act_url", "url": self.backoffice_url, "target": "new"}

    def action_view_ticket(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": self.ticket_id.id,
            "view_mode": "form",
        }

    def _mark_closed(self):
        """The marketplace says that it is closed."""
        for case in self.filtered("is_open"):
            case.write({"is_open": False, "closed_at": fields.Datetime.now()})
        self._refresh_clock()
        self.ticket_id._marketplace_close_if_done()


def _shorten(number):
    """A number as people write it, without what is not kept."""
    return str(number).strip().lstrip("#").lstrip("0")


_EPOCH = fields.Datetime.to_datetime("1970-01-01 00:00:00")
