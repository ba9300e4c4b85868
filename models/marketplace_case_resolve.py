"""Marking an incident as solved: the marketplace is told, then its operator what was done."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..connectors import base, payload, records
from .marketplace_case import INCIDENT_WAITS

# Money in these states was asked for and not turned down.
GIVEN = ("approved", "asked", "doubt", "accepted", "paid", "partial")


class MarketplaceCase(models.Model):
    _inherit = "marketplace.case"

    can_resolve = fields.Boolean(compute="_compute_can_resolve")
    can_dispute = fields.Boolean(compute="_compute_can_resolve")
    can_reopen = fields.Boolean(compute="_compute_can_resolve")

    @api.depends("incident_state", "account_id.state", "operation_ids.state")
    def _compute_can_resolve(self):
        for case in self:
            account = case.account_id
            writes = account.state == "enabled" and account._can(base.RESOLVE_INCIDENT)
            waits = case.incident_state in INCIDENT_WAITS
            case.can_resolve = writes and waits and not case._get_open_resolution()
            case.can_dispute = writes and case.incident_state in ("open", "solved")
            case.can_reopen = writes and case.incident_state in ("disputed", "solved")

    def _get_open_resolution(self):
        """The operation that marks it as solved, where one is not at its end."""
        resolutions = self.sudo().operation_ids.filtered(
            lambda o: o.kind == base.RESOLVE_INCIDENT and o.state not in ("done", "cancelled")
        )
        return resolutions[:1]

    def _get_resolution_steps(self):
        """The last operation that marked it as solved, and the message that follows it."""
        resolutions = self.sudo().operation_ids.filtered(
            lambda o: o.kind == base.RESOLVE_INCIDENT and o.state != "cancelled"
        )
        last = resolutions.sorted("id")[-1:]
        messages = last and last.search(
            [("after_id", "=", last.id), ("kind", "=", base.REPLY), ("state", "!=", "cancelled")]
        )
        return last + messages if last else last

    def action_resolve(self):
        """Open the dialog that marks this incident as solved."""
        self.ensure_one()
        self._check_can_resolve()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mark the incident on %s as solved", self._get_order_name()),
            "res_model": "marketplace.resolve",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def _check_can_resolve(self):
        self._check_can_act(base.RESOLVE_INCIDENT)
        if self.incident_state == "closed":
            raise UserError(self.env._("This incident is closed: nothing is left to be solved."))
        if self._get_open_resolution():
            raise UserError(
                self.env._(
                    "This incident is being marked as solved already: see the steps on its ticket."
                )
            )
        if self.incident_state not in INCIDENT_WAITS:
            raise UserError(
                self.env._("This incident is marked as solved already and awaits the operator.")
            )

    def _resolve(self, reason, text, attachments=None):
        """Two operations: mark it as solved, then tell the operator what was done.

        `reason`: marketplace.reason of usage "resolving"; `text`: plain text.
        """
        self.ensure_one()
        self._check_can_resolve()
        operation = base.ResolveIncident(
            reference="",
            order_ref=self.order_ref or "",
            line_remote_id=self.line_ref or "",
            reason_code=reason.code,
        )
        resolution = self.env["marketplace.operation"]._enqueue(
            self.account_id, operation.kind, payload.to_payload(operation), case=self
        )
        thread = self._get_thread(records.OPERATOR) or self._start_thread()
        thread._post_answer(
            text,
            subject=None if thread.remote_id else self._get_resolution_topic(),
            recipients=[records.OPERATOR],
            attachments=attachments,
            after=resolution,
        )
        return resolution

    def _get_resolution_topic(self):
        """What the conversation with the operator is about, in words."""
        parts = (self.env._("Incident solved"), self.reason_name)
        return " · ".join(part for part in parts if part)

    # What was done since ------------------------------------------------------------------------

    def _get_beginning(self):
        """When the incident was opened, or seen first here."""
        return self.remote_created_at or self.create_date

    def _describe_solution(self):
        """A message to the operator with what was done since the incident was opened."""
        product = (self.sudo().sale_line_id.name or self.product_ref or "").split("\n")[0]
        values = {
            "order": self.order_ref,
            "product": product,
            "reason": self.reason_name or "",
        }
        first = self.env._("The incident on order %(order)s is solved.", **values)
        if product and self.reason_name:
            first = self.env._(
                "The incident on order %(order)s (%(product)s: %(reason)s) is solved.", **values
            )
        done = [*self._describe_refunds(), *self._describe_answers()]
        lines = [first, *(f"- {line}" for line in done), self.env._("Please close the incident.")]
        return "\n".join(lines)

    def _describe_refunds(self):
        refunds = (
            self.env["marketplace.refund"]
            .sudo()
            .search(
                [
                    ("account_id", "=", self.account_id.id),
                    ("sale_order_id", "=", self.sale_order_id.id),
                    ("sale_order_id", "!=", False),
                    ("create_date", ">=", self._get_beginning()),
                    ("state", "in", GIVEN),
                ],
                order="id",
            )
        )
        return [self._describe_refund(refund) for refund in refunds]

    def _describe_refund(self, refund):
        accepted = refund.state in ("accepted", "paid", "partial")
        amount = refund.accepted_amount if accepted else refund.amount
        values = {
            "amount": refund.currency_id.format(amount),
            "date": format_date(self.env, refund.create_date),
        }
        if accepted:
            return self.env._("Refund of %(amount)s on %(date)s, accepted", **values)
        return self.env._("Refund of %(amount)s asked for on %(date)s", **values)

    def _describe_answers(self):
        """One line where the customer was written to."""
        replies = (
            self.env["marketplace.operation"]
            .sudo()
            .search(
                [
                    ("account_id", "=", self.account_id.id),
                    ("case_id.order_ref", "=", self.order_ref),
                    ("kind", "=", base.REPLY),
                    ("state", "=", "done"),
                    ("sent_at", ">=", self._get_beginning()),
                ],
                order="sent_at",
            )
        )
        last = replies.filtered(lambda o: not o._is_for_operator())[-1:]
        if not last:
            return []
        return [self.env._("Answered the customer on %s", format_date(self.env, last.sent_at))]
