"""Money given back to a customer through the marketplace."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import payload

KINDS = [
    ("order", "Whole Order"),
    ("lines", "Lines"),
    ("units", "Units"),
    ("amount", "Amount"),
    ("shipping", "Shipping Charges"),
    ("gesture", "Commercial Gesture"),
    ("refusal", "Refusal Or Cancellation"),
]
STATES = [
    ("draft", "Draft"),
    ("to_approve", "To Approve"),
    ("approved", "Approved"),
    ("asked", "Asked"),
    ("doubt", "In Doubt"),
    ("accepted", "Accepted"),
    ("paid", "Paid Out"),
    ("partial", "Partly Accepted"),
    ("refused", "Turned Down"),
    ("cancelled", "Given Up"),
]
# The marketplace said yes to all of it.
AGREED = ("accepted", "paid")


class MarketplaceRefund(models.Model):
    _name = "marketplace.refund"
    _description = "Marketplace Refund"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, default="/", copy=False)
    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="restrict", index=True, readonly=True
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, index=True, precompute=True
    )
    sale_order_id = fields.Many2one(
        "sale.order", required=True, ondelete="restrict", index=True, readonly=True
    )
    case_id = fields.Many2one("marketplace.case", ondelete="set null", readonly=True)
    ticket_id = fields.Many2one(
        "helpdesk.ticket", ondelete="set null", index="btree_not_null", readonly=True
    )
    partner_id = fields.Many2one(related="sale_order_id.partner_id")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(
        STATES, default="asked", required=True, readonly=True, tracking=True, index=True
    )
    reason_id = fields.Many2one("marketplace.reason", ondelete="restrict", readonly=True)
    note = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", "Asked By", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary("Asked", compute="_compute_amounts", store=True)
    accepted_amount = fields.Monetary("Accepted", compute="_compute_amounts", store=True)
    line_ids = fields.One2many("marketplace.refund.line", "refund_id", readonly=True)
    operation_ids = fields.One2many("marketplace.operation", "refund_id", readonly=True)
    request_kind = fields.Char(readonly=True, copy=False)
    request = fields.Json(
        readonly=True,
        copy=False,
        help="What the marketplace is asked, exactly as the person who asked for it saw it.",
    )
    message = fields.Char("What Happened", readonly=True)
    is_imported = fields.Boolean(
        "Made In The Back Office",
        readonly=True,
        copy=False,
        help="Not asked from here: read from the marketplace.",
    )
    origin = fields.Char("From", compute="_compute_origin")
    tells_payout = fields.Boolean(compute="_compute_tells_payout")

    _name_uniq = models.Constraint("unique(name, company_id)", "This number is taken.")

    @api.depends("line_ids.amount", "line_ids.state", "line_ids.accepted_amount")
    def _compute_amounts(self):
        for refund in self:
            refund.amount = sum(refund.line_ids.mapped("amount"))
            refund.accepted_amount = sum(refund.line_ids.mapped("accepted_amount"))

    @api.depends("is_imported", "is_there")
    @api.depends_context("lang")
    def _compute_origin(self):
        for refund in self:
            is_elsewhere = refund.is_imported or refund.is_there
            refund.origin = self.env._("Back office") if is_elsewhere else False

    @api.depends("account_id", "kind")
    def _compute_tells_payout(self):
        """Whether the marketplace says when the customer has the money; what is cancelled was not
        charged."""
        for refund in self:
            client = refund.account_id._client_class() if refund.account_id else None
            is_paid = client and client.tells_payout and refund.kind != "refusal"
            refund.tells_payout = bool(is_paid)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].sudo().next_by_code("marketplace.refund")
        return super().create(vals_list)

    # Asking -------------------------------------------------------------------------------------

    @api.model
    def _ask(
        self,
        order,
        kind,
        lines,
        operation,
        case=None,
        reason=None,
        note=False,
        draft=False,
        choices=None,
    ):
        """Write a refund and its operation in one transaction, under the order's lock.

        `lines`: values of marketplace.refund.line; `operation`: connectors.base.Operation;
        `choices`: values of the refund that the shop asked a person for.
        Raises UserError where more would be given back than is left. Above the person's limit the
        refund has no operation: it waits for approval (state to_approve). A `draft` asks nothing.
        """
        order._lock_refunds()
        if order.marketplace_currency != order.currency_id.name:
            raise UserError(order.marketplace_warning or self.env._("The currencies differ."))
        amount = sum(line.get("amount", 0) for line in lines)
        problem = None if draft else self._get_limit_problem(order, kind, amount)
        line_state = "draft" if draft else "asked"
        refund = self.sudo().create(
            {
                "account_id": order.marketplace_account_id.id,
                "sale_order_id": order.id,
                "case_id": case.id if case else False,
                "ticket_id": case.ticket_id.id if case else False,
                "kind": kind,
                "state": "to_approve" if problem else line_state,
                "request_kind": operation.kind,
                "request": payload.to_payload(operation),
                "reason_id": reason.id if reason else False,
                "note": note,
                "user_id": self.env.uid,
                "currency_id": order.currency_id.id,
                **(choices or {}),
                "line_ids": [
                    fields.Command.create({**line, "state": line_state}) for line in lines
                ],
            }
        )
        if not draft:
            refund._begin(problem)
        return refund

    def _begin(self, problem):
        """Where the money is left, the refund goes its way, or waits for whoever may approve it."""
        self._check_left()
        if problem:
            self._wait_for_approval(problem)
        else:
            self._enqueue()

    def _enqueue(self):
        """Ask exactly what was seen, in the name of whoever asked for it."""
        self.env["marketplace.operation"]._enqueue(
            self.account_id,
            self.request_kind,
            self.request,
            case=self.case_id or None,
            user_id=self.user_id.id,
            refund_id=self.id,
            sale_order_id=self.sale_order_id.id,
            amount=self.amount,
            currency_id=self.currency_id.id,
        )

    def _check_left(self):
        """Never more than charged minus refunded and asked, by line and in all."""
        self.ensure_one()
        order = self.sale_order_id.sudo()
        order.invalidate_recordset()
        order.order_line.invalidate_recordset()
        for line in self.line_ids.sale_line_id:
            parts = (line.marketplace_left_goods, line.marketplace_left_shipping)
            if any(order.currency_id.compare_amounts(part, 0) < 0 for part in parts):
                raise UserError(
                    self.env._(
                        "“%(line)s”: only %(left)s is left to refund. Somebody may have asked "
                        "for a refund meanwhile.",
                        line=line.name,
                        left=order.currency_id.format(
                            max(line.marketplace_left + self._amount_of(line), 0)
                        ),
                    )
                )
        if order.currency_id.compare_amounts(order.marketplace_left, 0) < 0:
            raise UserError(
                self.env._(
                    "Only %(left)s of this order is left to refund; %(asked)s was asked.",
                    left=order.currency_id.format(order.marketplace_left + self.amount),
                    asked=order.currency_id.format(self.amount),
                )
            )

    def _amount_of(self, sale_line):
        return sum(
            self.line_ids.filtered(lambda line: line.sale_line_id == sale_line).mapped("amount")
        )

    def _check_retry(self):
        """A refused refund counts again once it is tried again."""
        self.sale_order_id._lock_refunds()
        refused = self.line_ids.filtered(lambda line: line.state == "refused")
        if self.line_ids - refused:
            raise UserError(
                self.env._("A part of this refund was accepted: ask for a new one for the rest.")
            )
        self._check_retry_limit()
        self.sudo().line_ids.state = "asked"
        self._check_left()

    # What the marketplace said ------------------------------------------------------------------

    def _follow_operation(self, operation):
        """Bring the refund in line with its operation."""
        line_state = {
            "unknown": "doubt",
            "rejected": "refused",
            "cancelled": "cancelled",
            "pending": "asked",
            "waiting": "asked",
            "sending": "asked",
            "sent": "asked",
            "done": "accepted",
        }[operation.state]
        undecided = self.line_ids.filtered(lambda line: line.state in ("asked", "doubt"))
        undecided.write({"state": line_state})
        state = self._state_from_lines()
        if state == "asked" and self.approved_by_id and operation.state in ("pending", "waiting"):
            state = "approved"
        self.write({"state": state, "message": operation.message})
        if operation.state == "done" and self.kind == "gesture":
            self._raise_gestures()
        if operation.state in ("done", "rejected"):
            self._tell_result()
        if operation.state in ("done", "rejected", "cancelled"):
            # What others gave back while this one was on its way was not imported then.
            self.sale_order_id._marketplace_refresh_wanted()

    def _note_claimed(self, operation):
        """The job has taken the operation: from here on the marketplace may know of it."""
        if self.state == "approved":
            self._follow_operation(operation)

    def _raise_gestures(self):
        """What was accepted comes on top of what the marketplace showed before it was sent, and
        may show late: the order's total is raised at once."""
        order = self.sale_order_id
        total = 0.0
        given = order.marketplace_refund_ids.filtered(
            lambda r: r.kind == "gesture" and r.state in AGREED
        )
        for operation in given.operation_ids.sorted(lambda o: (o.sent_at or o.create_date, o.id)):
            if operation.state == "done":
                before = float((operation.before or {}).get("gestures") or 0)
                total = max(total, before) + operation.refund_id.accepted_amount
        if order.currency_id.compare_amounts(total, order.marketplace_gestures) > 0:
            order.with_context(mail_notrack=True).marketplace_gestures = total

    def _apply_items(self, items):
        """Keep each item's own result. `items`: connectors.base.ItemResult."""
        for item in items:
            lines = self.line_ids.filtered(
                lambda line, item=item: line.item == item.item and line.state in ("asked", "doubt")
            )
            self._drop_imported(item)
            lines.write(
                {
                    "state": "accepted" if item.ok else "refused",
                    "message": item.message or False,
                    "code": item.code or False,
                    "remote_id": item.remote_id or False,
                }
            )
            if item.ok and item.amount is not None and len(lines) == 1:
                lines.remote_amount = float(item.amount)

    def _drop_imported(self, item):
        """What came in as made in the back office while ours was in doubt, was ours."""
        if not item.remote_id:
            return
        double = self.env["marketplace.refund.line"].search(
            [
                ("item", "=", item.item),
                ("remote_id", "=", item.remote_id),
                # Refunds and cancellations are numbered apart.
                ("decision", "in", self.line_ids.mapped("decision")),
                ("refund_id.sale_order_id", "=", self.sale_order_id.id),
                ("refund_id.is_imported", "=", True),
            ]
        )
        self._drop_double(double)

    def _drop_double(self, double):
        """These imported lines are the ones of this refund."""
        refunds = double.refund_id
        double.unlink()
        doubled = refunds.filtered(lambda refund: not refund.line_ids)
        self.env["marketplace.refund.import"]._take_back(doubled, self)
        doubled.unlink()

    def _state_from_lines(self):
        states = set(self.line_ids.filtered("counts").mapped("state"))
        for state in ("doubt", "asked"):
            if state in states:
                return state
        if states == {"accepted"}:
            return "paid" if all(self.line_ids.filtered("counts").mapped("paid_at")) else "accepted"
        if "accepted" in states:
            return "partial"
        return "cancelled" if states == {"cancelled"} else "refused"

    def _refresh_state(self):
        """Follow the lines, whose money the marketplace has paid out meanwhile."""
        for refund in self:
            state = refund._state_from_lines()
            if refund.state != state:
                refund.state = state

    def _tell_result(self):
        """One line on ticket and order. The marketplace itself tells the customer."""
        self = self.with_context(lang=self.user_id.lang or self.env.lang)
        env = self.env
        refused = self.line_ids.filtered(lambda line: line.state == "refused")
        values = {
            "name": self.name,
            "amount": self.currency_id.format(self.accepted_amount),
            "account": self.account_id.name,
            "lines": ", ".join(refused.mapped("name")),
            "cancelled": ", ".join((self.line_ids - refused).mapped("name")),
            "message": self.message or "",
            "user": env.user.name,
        }
        texts = {
            "accepted": env._(
                "%(name)s: %(amount)s accepted by %(account)s, which tells the customer itself.",
                **values,
            ),
            "partial": env._(
                "%(name)s: %(amount)s accepted by %(account)s, refused: %(lines)s. %(message)s",
                **values,
            ),
            "refused": env._("%(name)s: refused by %(account)s: %(lines)s. %(message)s", **values),
        }
        if "cancel" in self.line_ids.mapped("decision"):
            texts["accepted"] = env._(
                "%(name)s: %(cancelled)s cancelled at %(account)s; the customer is not charged "
                "%(amount)s.",
                **values,
            )
        if self.pay_back == "no":
            texts["accepted"] = env._(
                "%(name)s: %(amount)s noted at %(account)s, which pays nothing back: pay the "
                "customer yourself.",
                **values,
            )
        text = texts.get(self.state)
        if text and env.context.get("marketplace_decided"):
            # A person said so, not the marketplace.
            text = env._("%(name)s: decided by %(user)s: %(amount)s given back.", **values)
            if self.pay_back == "no" or "cancel" in self.line_ids.mapped("decision"):
                text = f"{texts[self.state]} {self.message}"
        if text:
            for record in (self.ticket_id, self.sale_order_id):
                if record:
                    record.sudo().message_post(body=text, subtype_xmlid="mail.mt_note")

    def action_view_operation(self):
        """Open what was sent for it, where a manager decides what is in doubt."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.operation",
            "res_id": self.operation_ids[:1].id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
