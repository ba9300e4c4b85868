"""Refunds that were saved and not asked for yet; what may have changed before they are asked."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..connectors import base, records

_CAPABILITIES = {
    "refund": base.REFUND_LINES,
    base.GESTURE: base.GESTURE,
    base.REFUSE_LINES: base.REFUSE_LINES,
}


class MarketplaceRefund(models.Model):
    _inherit = "marketplace.refund"

    def action_ask(self):
        """Ask for a draft now, with the checks of the dialog and the limit of who presses."""
        self.ensure_one()
        self._check_can_act()
        self._lock_in_state("draft")
        self._check_still_possible()
        self._check_draft_window()
        problem = self._get_limit_problem(self.sale_order_id, self.kind, self.amount)
        refund = self.sudo()
        refund.line_ids.state = "asked"
        refund.write({"state": "to_approve" if problem else "asked", "user_id": self.env.uid})
        refund._begin(problem)
        ticket = refund.ticket_id
        ticket._marketplace_refresh_screens(ticket)

    def action_discard(self):
        """A draft is not wanted any more."""
        self.ensure_one()
        self._check_can_act()
        self._lock_in_state("draft")
        self._give_up(self.env._("Discarded by %s: nothing was asked.", self.env.user.name))

    def _check_can_act(self):
        self.check_access("read")
        self.sale_order_id._check_marketplace_can_act(_CAPABILITIES[self.request_kind])

    # What may have changed ----------------------------------------------------------------------

    def _check_still_possible(self):
        """Each line can still be given back in the way that was chosen."""
        refund = self.sudo()
        refund.account_id._check_writes()
        refund._check_reason_allowed()
        refund._check_pay_back()
        if refund.kind == "gesture":
            refund._check_gesture_possible()
            return
        changed = refund.line_ids.filtered(lambda line: not line._is_still_possible())
        if changed:
            raise UserError(
                self.env._(
                    "The marketplace does not give this back in that way any more: %s. Its state "
                    "has changed.",
                    ", ".join(changed.mapped("name")),
                )
            )
        refund._check_decides_all()

    def _check_reason_allowed(self):
        reason = self.reason_id
        if reason and not (reason.active and reason.allowed):
            raise UserError(
                self.env._(
                    "The marketplace does not accept the reason “%s” any more.",
                    reason.display_name,
                )
            )

    def _check_gesture_possible(self):
        order = self.sale_order_id
        states = (records.LINE_SHIPPED, records.LINE_TO_SHIP)
        if order.marketplace_state not in states or not order.can_marketplace_gesture:
            raise UserError(self.env._("No gesture is possible on an order in this state."))

    def _check_decides_all(self):
        """Where every line of the order is decided at once, there is no other one."""
        if self.request_kind != base.REFUSE_LINES or not self.account_id._can(
            base.REFUSE_NEEDS_ALL_LINES
        ):
            return
        waiting = self.sale_order_id.order_line.filtered(
            lambda line: line.marketplace_state == records.LINE_TO_SHIP
        )
        if waiting != self.line_ids.sale_line_id:
            raise UserError(self.env._("The lines of this order have changed meanwhile."))

    # The window ---------------------------------------------------------------------------------

    def _is_window_over(self):
        today = fields.Date.context_today(self)
        return any(date < today for date in self.sudo()._get_last_days())

    def _get_last_days(self):
        """The last days on which what it is about may be refunded."""
        if self.kind == "gesture":
            dates = [self.sale_order_id.marketplace_refund_until]
        else:
            lines = self.line_ids.filtered(lambda line: line.decision == "refund")
            dates = lines.sale_line_id.mapped("marketplace_refund_until")
        return [date for date in dates if date]

    def _check_draft_window(self):
        if not self._is_window_over():
            return
        if not self.env.user.has_group("marketplace_helpdesk.group_manager"):
            raise UserError(
                self.env._(
                    "The refund window of %(days)s days is over. Ask a manager.",
                    days=self.account_id.refund_days,
                )
            )
        if not self.note:
            raise UserError(
                self.env._(
                    "The refund window is over: discard this draft, and say in a new one why it "
                    "is refunded."
                )
            )
