"""Refunds above what a person may give alone: who approves them, and what becomes of them."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_list

from .marketplace_refund_limit import get_limited

ACTIVITY = "marketplace_helpdesk.activity_approve_refund"
# Whoever wants mail gets it from the queue: no click waits for a mail server.
_MAIL_LATER = {"mail_notify_force_send": False}
# Nothing was given by these, or nobody has decided yet.
_UNDECIDED = ("draft", "to_approve", "refused", "cancelled")


class MarketplaceRefund(models.Model):
    _inherit = "marketplace.refund"

    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_at = fields.Datetime("Approved On", readonly=True, copy=False)
    refused_by_id = fields.Many2one("res.users", "Turned Down By", readonly=True, copy=False)
    refused_by_name = fields.Char("Who Turned It Down", related="refused_by_id.name")
    decision_reason = fields.Char("Reason Of The Decision", readonly=True, copy=False)
    can_decide = fields.Boolean(
        "Waits For Me", compute="_compute_can_decide", search="_search_can_decide"
    )
    approver_names = fields.Char("Who May Approve", compute="_compute_approver_names")

    @api.depends("state", "user_id", "amount")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        user = self.env.user
        for refund in self:
            refund.can_decide = (
                refund.state == "to_approve" and user in refund.sudo()._get_own_approvers()
            )

    def _search_can_decide(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = self.search([("state", "=", "to_approve")])
        return [("id", "in", waiting.filtered("can_decide").ids)]

    @api.depends("state", "user_id", "amount")
    @api.depends_context("lang")
    def _compute_approver_names(self):
        for refund in self:
            waits = refund.state == "to_approve"
            approvers = refund.sudo()._get_own_approvers() if waits else refund.user_id.browse()
            refund.approver_names = self._list_names(approvers)

    def _list_names(self, users):
        return format_list(self.env, users.mapped("name"), style="or") if users else False

    # Limits -------------------------------------------------------------------------------------

    @api.model
    def _get_limit_problem(self, order, kind, amount):
        """None where this person may give `amount` alone; else a dict of the `limit`, what the
        person gave alone of this order `already`, and the `approvers` (maybe nobody).

        Amounts are in the currency of the order.
        """
        user = self.env.user
        if self._covers(user, order, kind, amount):
            return None
        account = order.sudo().marketplace_account_id
        return {
            "limit": account._get_refund_limit(user, kind, order.currency_id),
            "already": self._get_given(user, order, kind),
            "approvers": self._get_approvers(order, kind, amount, user),
        }

    def _covers(self, user, order, kind, amount, approves=False):
        """Whether `user` may give `amount` more of this order alone, or approve it."""
        currency = order.currency_id
        limit = order.sudo().marketplace_account_id._get_refund_limit(user, kind, currency)
        if limit is None:
            return True
        total = self._get_given(user, order, kind, approves) + amount
        return currency.compare_amounts(total, limit) <= 0

    def _get_given(self, user, order, kind, approved=False):
        """What `user` gave alone of this order, and maybe approved: many small ones are one."""
        decided = Domain("approved_by_id", "=", False) & Domain("user_id", "=", user.id)
        if approved:
            decided |= Domain("approved_by_id", "=", user.id)
        of_order = Domain("sale_order_id", "=", order.id)
        refunds = self.sudo().search(of_order & Domain("state", "not in", _UNDECIDED) & decided)
        alike = (refunds - self).filtered(lambda r: get_limited(r.kind) == get_limited(kind))
        return sum(
            line.accepted_amount if line.state == "accepted" else line.amount
            for line in alike.line_ids
            if line.state in ("asked", "doubt", "accepted")
        )

    def _get_approvers(self, order, kind, amount, asker):
        """Active managers of the company, but never the asker, whose own limit covers it."""
        company = order.sudo().marketplace_account_id.company_id
        managers = self.env.ref("marketplace_helpdesk.group_manager").sudo().all_user_ids
        return managers.sorted("name").filtered(
            lambda user: (
                user.active
                and not user.share
                and user != asker
                and company in user.company_ids
                and self._covers(user, order, kind, amount, approves=True)
            )
        )

    def _get_own_approvers(self):
        self.ensure_one()
        return self._get_approvers(self.sale_order_id, self.kind, self.amount, self.user_id)

    def _check_retry_limit(self):
        """Tried again it counts again, for whoever approved it; else for whoever asked and for
        whoever presses."""
        if self.approved_by_id:
            self._check_retry_of_approved()
            return
        for user in self.user_id | self.env.user:
            if not self._covers(user, self.sale_order_id, self.kind, self.amount):
                raise UserError(
                    self.env._(
                        "With what was given since, this is above what %(user)s may give alone. "
                        "Ask for a new refund: somebody who may will approve it.",
                        user=user.name,
                    )
                )

    def _check_retry_of_approved(self):
        """What was given since may be more, together with it, than its approver may give."""
        approver = self.approved_by_id
        if not self._covers(approver, self.sale_order_id, self.kind, self.amount, approves=True):
            raise UserError(
                self.env._(
                    "With what was given since, this is above what %(user)s, who approved it, may "
                    "approve. Ask for a new refund: somebody who may will approve it.",
                    user=approver.name,
                )
            )

    # Waiting ------------------------------------------------------------------------------------

    def _wait_for_approval(self, problem):
        """Nothing is asked yet; whoever may approve it is told."""
        if not problem["approvers"]:
            raise UserError(self._describe_nobody(problem))
        self._note_everywhere(self._describe_waiting(problem))
        for approver in problem["approvers"]:
            self._schedule_approval(approver)

    def _get_limit_values(self, problem):
        money = self.currency_id.format
        return {
            "name": self.name,
            "user": self.user_id.name,
            "account": self.account_id.name,
            "company": self.company_id.name,
            "amount": money(self.amount),
            "limit": money(problem["limit"]),
            "already": money(problem["already"]),
            "approvers": self._list_names(problem["approvers"]),
        }

    def _describe_waiting(self, problem):
        values = self._get_limit_values(problem)
        if self.currency_id.is_zero(problem["already"]):
            return self.env._(
                "%(name)s: %(amount)s waits for approval by %(approvers)s. Alone, %(user)s gives "
                "up to %(limit)s. Nothing was asked from %(account)s yet.",
                **values,
            )
        return self.env._(
            "%(name)s: %(amount)s waits for approval by %(approvers)s. Alone, %(user)s gives up to "
            "%(limit)s and gave %(already)s of this order already. Nothing was asked from "
            "%(account)s yet.",
            **values,
        )

    def _describe_nobody(self, problem):
        return self.env._(
            "%(amount)s is above what you may give alone on this order: %(limit)s, of which "
            "%(already)s is given. Nobody in %(company)s may approve it. Ask an administrator to "
            "raise a limit in the rules of %(account)s, or to name another manager.",
            **self._get_limit_values(problem),
        )

    def _schedule_approval(self, approver):
        refund = self.sudo().with_context(lang=approver.lang, **_MAIL_LATER)
        env = refund.env
        refund.activity_schedule(
            ACTIVITY,
            user_id=approver.id,
            summary=env._(
                "%(amount)s on %(order)s",
                amount=refund.currency_id.format(refund.amount),
                order=refund.sale_order_id.name,
            ),
        )

    def _end_waiting(self):
        """It is decided: nobody is asked any more, and open tickets show it."""
        self.sudo().activity_unlink([ACTIVITY])
        ticket = self.sudo().ticket_id
        ticket._marketplace_refresh_screens(ticket)

    def _note_everywhere(self, text):
        """One line on refund, ticket and order."""
        for record in (self, self.ticket_id, self.sale_order_id):
            if record:
                record.sudo().message_post(body=text, subtype_xmlid="mail.mt_note")

    # Deciding -----------------------------------------------------------------------------------

    def action_approve(self):
        """Open the dialog that approves."""
        return self._open_decision("approve", self.env._("Approve %s", self.name))

    def action_refuse(self):
        """Open the dialog that turns down."""
        return self._open_decision("refuse", self.env._("Turn Down %s", self.name))

    def _open_decision(self, verdict, name):
        self.ensure_one()
        self._check_manager()
        self._check_decider()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "marketplace.refund.decision",
            "view_mode": "form",
            "target": "new",
            "context": {"default_refund_id": self.id, "default_verdict": verdict},
        }

    def _approve(self, reason=False):
        """A manager says yes: exactly what was seen is asked from the marketplace."""
        self._check_manager()
        self._lock_in_state("to_approve")
        self._check_decider()
        self._check_can_still_go(reason)
        self.sudo().write(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_at": fields.Datetime.now(),
                "decision_reason": reason,
            }
        )
        self.sudo()._enqueue()
        self._end_waiting()
        self._tell_decision()

    def _get_approval_problem(self):
        """Why it cannot be approved as it is; False where it can."""
        try:
            self._check_still_possible()
            self._check_left()
        except UserError as error:
            return self.env._(
                "%(problem)s It cannot be approved as it is: turn it down, and let what is still "
                "due be asked for again.",
                problem=error,
            )
        return False

    def _check_can_still_go(self, reason):
        problem = self._get_approval_problem()
        if problem:
            raise UserError(problem)
        if self._is_window_over() and not reason:
            raise UserError(self.env._("The refund window is over: say why it is refunded."))

    def _refuse(self, reason):
        """A manager says no: nothing is asked, and the money is left again."""
        self._check_manager()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is turned down: the asker reads it."))
        self._lock_in_state("to_approve")
        self._check_decider()
        refund = self.sudo()
        refund.line_ids.state = "refused"
        refund.write(
            {
                "state": "refused",
                "refused_by_id": self.env.uid,
                "decision_reason": reason,
                "message": self._in_language_of_asker()._describe_decision(reason),
            }
        )
        self._end_waiting()
        self._tell_decision()

    def action_take_back(self):
        """Whoever asked does not want it any more."""
        self.ensure_one()
        self.check_access("read")
        self._lock_in_state("to_approve")
        if self.user_id != self.env.user:
            raise AccessError(self.env._("Only %s may take this back.", self.user_id.name))
        self._give_up(self.env._("Taken back by %s: nothing was asked.", self.env.user.name))
        self._end_waiting()

    def _give_up(self, message):
        refund = self.sudo()
        refund.line_ids.state = "cancelled"
        refund.write({"state": "cancelled", "message": message})
        self._note_everywhere(f"{self.name}: {message}")

    def action_retry(self):
        """Ask the marketplace again, which refused it."""
        self.ensure_one()
        self.check_access("read")
        rejected = self.operation_ids.filtered(lambda operation: operation.state == "rejected")
        if not rejected:
            raise UserError(self.env._("“%s” has moved on meanwhile: look again.", self.name))
        return rejected[:1].action_retry()

    # Checks of a decision -----------------------------------------------------------------------

    def _check_manager(self):
        if not self.env.user.has_group("marketplace_helpdesk.group_manager"):
            raise AccessError(self.env._("Only marketplace managers may decide this."))
        self.check_access("read")

    def _check_decider(self):
        """Somebody else than the asker, whose own limit covers it."""
        refund = self.sudo()
        if refund.user_id == self.env.user:
            raise AccessError(
                self.env._("You asked for %s yourself: somebody else decides.", refund.name)
            )
        if self.env.user not in refund._get_own_approvers():
            names = refund.approver_names
            raise AccessError(
                self.env._("This is above your own limit. %s may decide it.", names)
                if names
                else self.env._("This is above your own limit: ask an administrator.")
            )

    def _lock_in_state(self, *states):
        """Lock the order's money and the row: the refund still is where the person saw it."""
        self.ensure_one()
        refund = self.sudo()
        refund.sale_order_id._lock_refunds()
        refund.lock_for_update(allow_referencing=True)  # an open dialog of another manager
        self.invalidate_recordset()
        if self.state in states:
            return
        decider = refund.approved_by_id or refund.refused_by_id
        if decider and "to_approve" in states:
            raise UserError(
                self.env._(
                    "%(user)s was faster: %(name)s is decided.", user=decider.name, name=self.name
                )
            )
        raise UserError(self.env._("“%s” has moved on meanwhile: look again.", self.name))

    # Telling ------------------------------------------------------------------------------------

    def _in_language_of_asker(self):
        return self.with_context(lang=self.user_id.lang or self.env.lang)

    def _describe_decision(self, reason):
        values = {"user": self.env.user.name, "reason": reason, "account": self.account_id.name}
        if self.approved_by_id:
            if reason:
                return self.env._(
                    "Approved by %(user)s: %(reason)s. It is asked from %(account)s.", **values
                )
            return self.env._("Approved by %(user)s. It is asked from %(account)s.", **values)
        return self.env._(
            "Turned down by %(user)s: %(reason)s. Nothing was asked from %(account)s.", **values
        )

    def _tell_decision(self):
        """One line on refund, ticket and order; whoever asked is told."""
        refund = self.sudo()._in_language_of_asker().with_context(**_MAIL_LATER)
        reason = (refund.decision_reason or "").rstrip(".")
        amount = refund.currency_id.format(refund.amount)
        text = f"{refund.name}, {amount}: {refund._describe_decision(reason)}"
        asker = refund.user_id.filtered(lambda user: user.active and not user.share)
        refund.message_post(
            body=text, subtype_xmlid="mail.mt_note", partner_ids=asker.partner_id.ids
        )
        for record in (refund.ticket_id, refund.sale_order_id):
            if record:
                record.message_post(body=text, subtype_xmlid="mail.mt_note")
