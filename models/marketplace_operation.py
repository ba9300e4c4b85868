"""The outbox: one thing that must happen at the marketplace exactly once."""

import dataclasses
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..connectors import base, payload

KINDS = [
    (base.REPLY, "Reply"),
    ("refund", "Refund"),
    (base.GESTURE, "Commercial Gesture"),
    (base.REFUSE_LINES, "Refusal Before Shipment"),
    (base.CLOSE, "Closing"),
    (base.RESOLVE_INCIDENT, "Incident Resolution"),
    (base.COMMENT, "Order Comments"),
]
# The order is the order of the groups on screen: worst first.
STATES = [
    ("unknown", "In Doubt"),
    ("rejected", "Refused"),
    ("pending", "To Send"),
    ("waiting", "Waiting For Another Step"),
    ("sending", "Sending"),
    ("sent", "Sent, Not Seen Yet"),
    ("done", "Done"),
    ("cancelled", "Abandoned"),
]
OPEN_STATES = ("unknown", "pending", "waiting", "sending", "sent")
_FAILURES = {"unknown": "marketplace_doubt", "rejected": "marketplace_refused"}
RETRY_MINUTES = 5
TRIES_BEFORE_ALERT = 4


class MarketplaceOperation(models.Model):
    _name = "marketplace.operation"
    _description = "Marketplace Operation"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_name = "reference"

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, index=True, precompute=True
    )
    reference = fields.Char(required=True, readonly=True, copy=False)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(
        STATES, default="pending", required=True, readonly=True, tracking=True, index=True
    )
    case_id = fields.Many2one("marketplace.case", ondelete="restrict", index=True, readonly=True)
    ticket_id = fields.Many2one(
        "helpdesk.ticket", ondelete="set null", index="btree_not_null", readonly=True
    )
    sale_order_id = fields.Many2one(
        "sale.order", ondelete="restrict", index="btree_not_null", readonly=True
    )
    refund_id = fields.Many2one(
        "marketplace.refund", ondelete="restrict", index="btree_not_null", readonly=True
    )
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Files", readonly=True, help="They leave with the message."
    )
    mail_message_id = fields.Many2one(
        "mail.message", ondelete="set null", index="btree_not_null", readonly=True
    )
    after_id = fields.Many2one(
        "marketplace.operation",
        "Waits For",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Asked By", readonly=True)
    amount = fields.Monetary(readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", readonly=True)
    payload = fields.Json(readonly=True, help="What is asked, exactly as it will be sent.")
    before = fields.Json(readonly=True, help="What the marketplace showed just before sending.")
    now = fields.Json(readonly=True, help="What the marketplace shows now.")
    before_text = fields.Char(compute="_compute_pictures")
    now_text = fields.Char(compute="_compute_pictures")
    suggestion = fields.Selection(
        [
            ("happened", "Probably Happened"),
            ("absent", "Probably Did Not Happen"),
            ("look", "Look At The Payment Service"),
        ],
        compute="_compute_pictures",
        help="What the pictures before and after suggest.",
    )
    about = fields.Char(compute="_compute_about")
    backoffice_url = fields.Char(compute="_compute_backoffice_url")
    remote_id = fields.Char(readonly=True)
    code = fields.Char("Marketplace's Code", readonly=True)
    message = fields.Char("What Happened", readonly=True)
    detail = fields.Text(readonly=True, groups="marketplace_helpdesk.group_manager")
    attempts = fields.Integer(readonly=True, aggregator=None)
    lease_until = fields.Datetime(readonly=True)
    retry_at = fields.Datetime("Next Try", readonly=True)
    sent_at = fields.Datetime(readonly=True)
    has_left = fields.Boolean(readonly=True, help="It may have reached the marketplace.")
    doubted_at = fields.Datetime(
        readonly=True, help="When the attempt was made that left no trace, before it is sent again."
    )
    done_at = fields.Datetime(readonly=True)
    needs_decision = fields.Boolean(
        readonly=True, help="The marketplace cannot tell: a manager decides."
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)

    _reference_uniq = models.Constraint(
        "unique(reference)", "An operation's reference stands for one operation only."
    )
    # Two people who press at once: one of them is told.
    _resolution_uniq = models.UniqueIndex(
        "(case_id) WHERE kind = 'resolve_incident' AND state NOT IN ('done', 'cancelled')",
        "This incident is being marked as solved already: see the steps on its ticket.",
    )
    # A message at the marketplace is one answer of ours, never two.
    _reply_number_uniq = models.UniqueIndex(
        "(account_id, remote_id) WHERE kind = 'reply' AND remote_id IS NOT NULL",
        "This message of the marketplace is another answer already.",
    )
    _claim_idx = models.Index(
        "(account_id, id) WHERE state IN ('pending', 'sending', 'sent', 'unknown')"
    )

    def _read_group_orderby(self, order, groupby_terms, query):
        """Groups by state stand in the order of STATES: worst first."""
        if (order or "state") != "state" or list(groupby_terms) != ["state"]:
            return super()._read_group_orderby(order, groupby_terms, query)
        states = [state for state, _label in STATES]
        return SQL("array_position(%s::varchar[], %s::varchar)", states, groupby_terms["state"])

    @api.depends("reference", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for operation in self:
            operation.display_name = f"{kinds.get(operation.kind, '')} {operation.reference or ''}"

    @api.depends("before", "now")
    def _compute_pictures(self):
        for operation in self:
            operation.before_text = _picture_text(operation.before)
            operation.now_text = _picture_text(operation.now)
            operation.suggestion = operation._get_suggestion()

    def _get_suggestion(self):
        if not self.before or not self.now:
            return False
        return "absent" if self.before == self.now else "happened"

    @api.depends("ticket_id", "sale_order_id", "case_id.customer_name")
    def _compute_about(self):
        for operation in self.sudo():
            name = operation.ticket_id.number or operation.sale_order_id.name
            customer = operation.case_id.customer_name or operation.sale_order_id.partner_id.name
            operation.about = " · ".join(part for part in (name, customer) if part)

    def _compute_backoffice_url(self):
        for operation in self:
            case, order = operation.case_id, operation.sudo().sale_order_id
            operation.backoffice_url = operation.account_id._get_backoffice_url(
                case.remote_id, case.order_ref or order.marketplace_ref
            )

    # Asking -------------------------------------------------------------------------------------

    @api.model
    def _enqueue(self, account, kind, data, case=None, after=None, **values):
        """Write one pending operation in the caller's transaction; nothing is sent here.

        `data`: JSON-able dict (connectors.payload). `after`: the operation that it waits for.
        """
        account._check_writes()
        after = after or self.browse()
        ticket = (
            case.ticket_id
            if case
            else values.get("refund_id")
            and self.env["marketplace.refund"].browse(values["refund_id"]).ticket_id
        )
        operation = self.sudo().create(
            {
                "account_id": account.id,
                "kind": kind,
                "payload": data,
                "reference": values.pop("reference", None) or self._new_reference(),
                "case_id": case.id if case else False,
                "ticket_id": ticket.id if ticket else False,
                "sale_order_id": case.sale_order_id.id if case else False,
                "user_id": self.env.uid,
                "after_id": after.id,
                "state": "waiting" if after and after.state != "done" else "pending",
                **values,
            }
        )
        account._trigger_job()
        return operation

    @api.model
    def _new_reference(self):
        return self.env["ir.sequence"].sudo().next_by_code("marketplace.operation")

    def _get_remote_operation(self):
        """The connector's operation that this row stands for."""
        self.ensure_one()
        operation = payload.from_payload(self.kind, self.reference, self.payload)
        return self._complete_reply(operation) if self.kind == base.REPLY else operation

    def _complete_reply(self, reply):
        """What is known only when it leaves: its conversation, our other answers, its files."""
        case = self.case_id
        # A first message is looked for in all conversations about its order.
        others = self.search(
            [
                ("account_id", "=", self.account_id.id),
                ("kind", "=", base.REPLY),
                ("case_id.order_ref", "=", case.order_ref or False),
                ("remote_id", "!=", False),
                ("id", "!=", self.id),
            ]
        ).sorted(lambda o: (o.sent_at or o.create_date, o.id))
        here = others.filtered(lambda o: o.case_id == case).mapped("remote_id")
        return dataclasses.replace(
            reply,
            case_remote_id=case.remote_id or reply.case_remote_id,
            own=tuple(others.mapped("remote_id")),
            # Written before its conversation was there: what came after our first message is news.
            last_seen=reply.last_seen or (here[0] if here else ""),
            files=self._get_out_files() if self.state == "sending" else (),
        )

    @api.model
    def _get_unseen_replies(self, case_ids):
        """Answers of these cases that no message of the thread confirms yet."""
        replies = self.search(
            [
                ("case_id", "in", list(case_ids)),
                ("kind", "=", base.REPLY),
                ("state", "!=", "cancelled"),
                "|",
                ("has_left", "=", True),
                ("sent_at", "!=", False),
            ]
        )
        seen = (
            self.env["marketplace.message"]
            .search_fetch([("operation_id", "in", replies.ids)], ["operation_id"])
            .operation_id
        )
        return replies - seen

    def _for_reader(self):
        """The operation with what is written about it in the language of whoever asked for it."""
        return self.with_context(marketplace_lang=self.user_id.lang)

    def _get_reader_env(self):
        return self._for_reader().account_id._get_responsible_env()

    # Results, written by the job ----------------------------------------------------------------

    def _set_state(self, state, **values):
        """Move to `state` and let everything that hangs on it follow."""
        self.ensure_one()
        values.setdefault("lease_until", False)
        if state in ("done", "rejected"):
            values.setdefault("done_at", fields.Datetime.now())
            values.setdefault("needs_decision", False)
        self.sudo().write({"state": state, **values})
        self._update_notification()
        self._withdraw_failure()
        self.ticket_id._marketplace_refresh_screens(self.ticket_id)
        if self.refund_id:
            self.refund_id.sudo()._follow_operation(self)
        if state in ("done", "cancelled"):
            self._end_waiting()
        if state == "done":
            self._after_done()
        elif state in ("rejected", "unknown"):
            self._tell_failure()

    def _after_done(self):
        case = self.case_id.sudo()
        if self.kind == base.CLOSE:
            case._mark_closed()
        elif self.kind == base.RESOLVE_INCIDENT:
            case._mark_solved(self)
        elif self.kind == base.REPLY:
            case._refresh_clock()
            if self.payload.get("close_ticket"):
                self.ticket_id.sudo()._marketplace_close_after_answer()

    def _wait_for(self, operation):
        """Steps that have not left yet wait for another one."""
        for step in self.filtered(lambda o: operation and o.state in ("waiting", "pending")):
            step._set_state("waiting", after_id=operation.id, retry_at=False)

    def _end_waiting(self):
        """Steps that wait for this one go on, or are given up with it."""
        followers = self.sudo().search([("after_id", "=", self.id), ("state", "=", "waiting")])
        if self.state == "done":
            followers.write({"state": "pending", "retry_at": False})
            return
        for follower in followers:
            follower._set_state("cancelled", message=self.env._("The step before was abandoned."))

    def _tell_failure(self):
        """An operation that did not go through is loud on its ticket."""
        self.ticket_id.sudo()._marketplace_alert(
            self._get_failure_summary(self.state), self.message or "", users=self.user_id
        )

    def _get_failure_summary(self, state):
        env = self._get_reader_env()
        kind = dict(self._fields["kind"]._description_selection(env))[self.kind]
        texts = {
            "unknown": env._("%s: in doubt", kind),
            "rejected": env._("%s: refused", kind),
            "pending": env._("%s: still waiting to be sent", kind),
            "done": env._("%s: refused in part", kind),
        }
        return texts[state]

    def _withdraw_failure(self):
        """What was loud is settled: its to-do goes, unless another operation is in that state."""
        ticket = self.ticket_id.sudo()
        for state in ("unknown", "rejected", "pending") if ticket.activity_ids else ():
            states = ticket.marketplace_operation_ids.filtered(lambda o: o.kind == self.kind)
            if state not in states.mapped("state"):
                summary = self._get_failure_summary(state)
                ticket.activity_ids.filtered(lambda a, s=summary: a.summary == s).unlink()

    def _update_notification(self):
        """The bubble of an answer shows how far it came."""
        if not self.mail_message_id:
            return
        status = {
            "done": "sent",
            "sent": "pending",
            "rejected": "exception",
            "unknown": "exception",
            "cancelled": "canceled",
        }.get(self.state, "ready")
        notifications = (
            self.env["mail.notification"]
            .sudo()
            .search(
                [
                    ("mail_message_id", "=", self.mail_message_id.id),
                    ("notification_type", "=", "marketplace"),
                ]
            )
        )
        notifications.write(
            {
                "notification_status": status,
                "failure_type": _FAILURES.get(self.state, False),
                "failure_reason": self.message if status == "exception" else False,
            }
        )
        self.mail_message_id.sudo()._notify_message_notification_update()

    # Decisions of people ------------------------------------------------------------------------

    def _check_manager(self):
        if not self.env.user.has_group("marketplace_helpdesk.group_manager"):
            raise AccessError(self.env._("Only marketplace managers may decide this."))
        self.check_access("read")

    def _check_agent(self):
        if not self.env.user.has_group("marketplace_helpdesk.group_agent"):
            raise AccessError(self.env._("Only marketplace agents may act at a marketplace."))
        self.check_access("read")

    def _lock_in_state(self, *states):
        """Lock the row and make sure that it still is where the person saw it."""
        self.ensure_one()
        self.sudo().lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state not in states:
            raise UserError(
                self.env._("“%s” has moved on meanwhile: look again.", self.display_name)
            )

    def action_happened(self):
        """A manager saw at the marketplace that it happened."""
        self._check_manager()
        for operation in self:
            operation._lock_in_state("unknown")
            note = self.env._("%s decided: it happened.", self.env.user.name)
            operation.with_context(marketplace_decided=True)._decide(note, "done")

    def action_not_happened(self):
        """A manager saw at the marketplace that it did not happen: send again."""
        self._check_manager()
        for operation in self:
            operation._lock_in_state("unknown")
            operation._decide(
                self.env._("%s decided: it did not happen, send again.", self.env.user.name),
                "pending",
                retry_at=False,
                sent_at=False,
                doubted_at=False,  # whoever looked knows better than two pictures
                needs_decision=False,
            )
            operation.account_id._trigger_job()

    def _decide(self, note, state, **values):
        self.sudo()._set_state(state, decided_by_id=self.env.uid, message=note, **values)
        self.sudo().message_post(body=note, author_id=self.env.user.partner_id.id)

    def action_retry(self):
        """Send a refused operation again, or a waiting one at once."""
        self._check_agent()
        for operation in self:
            operation._lock_in_state("rejected", "pending")
            operation.account_id._check_writes()
            if operation.code == base.NEWS:
                operation.sudo().payload = operation._get_payload_seen()
            if operation.refund_id and operation.state == "rejected":
                operation.refund_id._check_retry()
            operation.sudo()._set_state(
                "pending", retry_at=False, sent_at=False, message=False, code=False
            )
            operation.account_id._trigger_job()

    def _get_payload_seen(self):
        """The payload of an answer whose writer has now seen all that we have read."""
        return {**self.payload, "last_seen": self.case_id._get_last_remote_message()}

    def action_abandon(self):
        """Give up an operation that has not left, or was refused."""
        self._check_agent()
        for operation in self:
            operation._lock_in_state("rejected", "pending", "waiting")
            operation.sudo()._set_state(
                "cancelled", message=self.env._("Abandoned by %s.", self.env.user.name)
            )

    def action_view_source(self):
        """Open what it is about."""
        self.ensure_one()
        record = self.ticket_id or self.sale_order_id or self.case_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }

    @api.model
    def _record_bounce(self, messages):
        """The mails of these bubbles came back undelivered."""
        operations = self.search(
            [("mail_message_id", "in", messages.ids), ("state", "in", ("sent", "unknown"))]
        )
        for operation in operations:
            operation.case_id.contact_address_date = False  # the next try asks for another
            env = operation._get_reader_env()
            operation._set_state(
                "rejected",
                code="bounce",
                message=env._(
                    "The answer came back undelivered: the relay address may have expired. "
                    "The customer has not got it."
                ),
            )

    # Small helpers of the outbox ----------------------------------------------------------------

    def _postpone(self, message, retry_after=None):
        """Nothing was sent: back to pending with a later try."""
        wait = timedelta(seconds=retry_after or RETRY_MINUTES * 60 * min(self.attempts or 1, 6))
        self._set_state(
            "pending", message=message, sent_at=False, retry_at=fields.Datetime.now() + wait
        )
        if self.attempts >= TRIES_BEFORE_ALERT:
            self._tell_failure()


def _picture_text(picture):
    """A picture in one line for people: what was given back, else the state."""
    if not picture:
        return ""
    return str(picture.get("refunded") or picture.get("remote_state") or "")
