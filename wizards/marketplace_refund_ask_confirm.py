"""Confirming the refund dialog: what is checked and written."""

from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from ..connectors import base, records
from .marketplace_refund_ask import BOTH, CAPABILITIES


class MarketplaceRefundAsk(models.TransientModel):
    _inherit = "marketplace.refund.ask"

    def action_confirm(self):
        """Write the refund and its operation; the marketplace is asked by the job."""
        return self._ask()

    def action_save_draft(self):
        """Keep it for later: checked like a request, and nothing is asked."""
        return self._ask(draft=True)

    def _ask(self, **options):
        self.ensure_one()
        order = self.order_id
        order._check_marketplace_can_act(self._get_capability())
        self._confirm_once()
        order._lock_refunds()
        if self._take_news():
            self.done = False
            return self._reopen()
        self._check_lines()
        self._check_window()
        self._check_reason()
        self._check_choices()
        limit = self._find_limit()
        refund = self.env["marketplace.refund"]._ask(
            order,
            self._get_kind(),
            *self._get_request(),
            case=self._get_case_about(order),
            reason=self.reason_id,
            note=self.override or self.note or False,
            choices=self._get_choice_values(),
            **options,
        )
        return self._tell(refund, limit["approvers"] if limit else self.env["res.users"])

    def _get_capability(self):
        return base.REFUSE_LINES if self._is_cancellation() else CAPABILITIES[self.kind]

    def _is_cancellation(self):
        return self.way == records.BY_CANCELLATION

    def _describe_asked(self, values):
        if self._is_cancellation():
            return self.env._(
                "%(name)s: cancellation of %(amount)s asked from %(account)s.", **values
            )
        return super()._describe_asked(values)

    # News ---------------------------------------------------------------------------------------

    def _take_news(self):
        """Figures that changed since the person saw them are marked, and nothing is asked yet.
        Returns whether there are any."""
        self.env.invalidate_all()
        changed = self.line_ids.filtered("has_changed")
        if not changed and self.currency_id.is_zero(self.left - self.seen_left):
            return False
        texts = [line._take_news() for line in changed]
        if not texts:
            before, now = (self.currency_id.format(sum_) for sum_ in (self.seen_left, self.left))
            texts = [self.env._("%(before)s → %(now)s left of the order", before=before, now=now)]
        self.write({"seen_left": self.left, "news": ", ".join(texts)})
        return True

    # Checks -------------------------------------------------------------------------------------

    def _check_lines(self):
        """What is chosen is still there, belongs together and is not too much."""
        if self.kind == "gesture":
            return
        if self.line_ids.sale_line_id.order_id - self.order_id:
            raise UserError(self.env._("These lines belong to another order."))
        chosen = self._get_lines()
        gone = self.line_ids.filtered("is_chosen") - chosen
        if gone and self.kind != "order":
            raise UserError(
                self.env._("Nothing is left to give back of %s.", ", ".join(gone.mapped("name")))
            )
        if not chosen:
            raise UserError(self.env._("Choose at least one line that has something left."))
        if self.way == BOTH:
            raise UserError(
                self.env._(
                    "The customer has been charged for some of these lines and not for others. "
                    "Refund the ones, then cancel the others: choose lines of one kind."
                )
            )
        self._check_amounts(chosen)

    def _check_amounts(self, chosen):
        nothing = chosen.filtered(lambda line: not line._is_above_zero(line._get_amount()))
        if nothing:
            raise UserError(
                self.env._("Nothing would be given back for %s.", ", ".join(nothing.mapped("name")))
            )
        too_much = chosen.filtered("is_too_much")
        if too_much:
            raise UserError(
                self.env._(
                    "Less than that can be given back: %s. Look at what is left of each line.",
                    ", ".join(too_much.mapped("name")),
                )
            )

    def _check_window(self):
        problem = self._get_window_problem()
        if problem:
            raise UserError(problem)

    def _get_window_problem(self):
        """Why the window forbids it, False where it does not."""
        if not self.is_window_over:
            return False
        if not self.env.user.has_group("marketplace_helpdesk.group_manager"):
            return self.env._(
                "The refund window of %(days)s days is over. Ask a manager.",
                days=self.account_id.refund_days,
            )
        return not self.override and self.env._(
            "The refund window is over: say why it is refunded."
        )

    def _check_reason(self):
        problem = self._get_reason_problem()
        if problem:
            raise UserError(problem)

    def _get_reason_problem(self):
        """What is wrong with the reason, False where nothing is."""
        reason, reasons = self.reason_id, self._get_reasons()
        if not reasons:
            return self.env._(
                "The reasons that %s accepts for this are not known yet. They are read once "
                "a day, and the account's login needs the right to read them.",
                self.account_id.name,
            )
        if not reason:
            return self.env._("Choose the reason.")
        return reason not in reasons and self.env._(
            "“%s” is no reason for this at this marketplace.", reason.display_name
        )

    # What is written ----------------------------------------------------------------------------

    def _get_request(self):
        """(values of refund lines, connectors.base.Operation)"""
        if self.kind == "gesture":
            return self._get_gesture()
        lines, values = self._get_lines(), self._get_values()
        code, ref = self.reason_id.code, self.order_id.marketplace_ref
        if self._is_cancellation():
            return values, base.RefuseLines(
                reference="",
                order_ref=ref,
                decisions=tuple(line._get_decision(code) for line in lines),
                whole_order=self._is_whole_order(lines),
            )
        return values, base.Refund(
            reference="",
            order_ref=ref,
            lines=tuple(line._get_remote_line(code) for line in lines),
            **self._get_choices(),
        )

    def _is_whole_order(self, lines):
        """Whether nothing would be left of the order, of which nothing else is asked: what waits
        for approval, or is in doubt, is nothing that this request may give."""
        refunds = self.order_id.sudo().marketplace_refund_ids.line_ids.filtered("counts")
        if any(line.state in ("asked", "doubt") for line in refunds):
            return False
        others = self.line_ids - lines
        return all(line._is_all_that_is_left() for line in lines) and not any(
            line._is_above_zero(line.left) for line in others
        )

    def _get_gesture(self):
        amount = self.currency_id.round(self.gesture_amount)
        if amount <= 0:
            raise UserError(self.env._("Give an amount above zero."))
        if self.order_id.marketplace_state not in (records.LINE_SHIPPED, records.LINE_TO_SHIP):
            raise UserError(self.env._("No gesture is possible on an order in this state."))
        if not self.order_id.can_marketplace_gesture:
            raise UserError(
                self.env._(
                    "%s ships this order: a gesture is possible once it is shipped.",
                    self.account_id.name,
                )
            )
        operation = base.Gesture(
            reference="",
            order_ref=self.order_id.marketplace_ref,
            amount=Decimal(str(amount)),
            reason_code=self.reason_id.code,
            **self._get_choices(),
        )
        return [self._get_gesture_values()], operation

    def _get_gesture_values(self):
        name = self.env._("Commercial gesture")
        return {"item": "gesture", "name": name, "amount": self.currency_id.round(self.amount)}
