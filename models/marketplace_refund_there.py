"""Refunds that only the marketplace's back office gives: asked for there by hand, followed here."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class MarketplaceRefund(models.Model):
    _inherit = "marketplace.refund"

    is_there = fields.Boolean(
        "Asked In The Back Office",
        readonly=True,
        copy=False,
        help="By hand, since no call asks for it: somebody noted it here.",
    )

    # When it was asked for, without what requests made up: it is no growth that this one explains.
    told_before = fields.Monetary("Refunded As The Marketplace Shows", readonly=True, copy=False)

    @api.model
    def _note_there(self, order, amount, note=False, case=None):
        """Somebody asked for it there. UserError where less is left than all that was asked."""
        order._lock_refunds()
        line = {
            "item": "there",
            "name": self.env._("Asked in the back office"),
            "amount": order.currency_id.round(amount),
            "state": "asked",
        }
        refund = self.sudo().create(
            {
                "account_id": order.marketplace_account_id.id,
                "sale_order_id": order.id,
                "case_id": case.id if case else False,
                "ticket_id": case.ticket_id.id if case else False,
                "kind": "amount",
                "state": "asked",
                "is_there": True,
                "told_before": self._get_told_before(order),
                "note": note,
                "user_id": self.env.uid,
                "currency_id": order.currency_id.id,
                "line_ids": [fields.Command.create(line)],
            }
        )
        refund._check_left()
        return refund

    def _get_told_before(self, order):
        """What no request makes up. While one waits, more that is told may be a piece of it."""
        refunds = order.sudo().marketplace_refund_ids.filtered("is_there")
        known = max([0, *refunds.mapped("told_before")])
        if "asked" in refunds.mapped("state"):
            return known
        return max(known, order.marketplace_gestures - sum(refunds.mapped("accepted_amount")))

    # What became of it --------------------------------------------------------------------------

    def action_given_there(self):
        """Somebody saw in the back office that it was given."""
        self._decide_there("accepted", self.env._("%s saw that it was given.", self.env.user.name))

    def action_turned_down_there(self):
        """Somebody saw in the back office that it was not given, and will not be."""
        self._decide_there(
            "refused", self.env._("%s saw that it was turned down.", self.env.user.name)
        )

    def _decide_there(self, state, message):
        if not self.env.user.has_group("marketplace_helpdesk.group_agent"):
            raise AccessError(self.env._("Only marketplace agents may act at a marketplace."))
        self.check_access("read")
        self._lock_in_state("asked")
        if not self.is_there:
            raise UserError(self.env._("The marketplace itself tells what becomes of this one."))
        self.sudo()._end_there(state, message)

    def _end_there(self, state, message):
        self.line_ids.state = state
        self.write({"state": state, "message": message})
        self._note_everywhere(f"{self.name}: {message}")
        self._note_accepted()
        self.ticket_id._marketplace_refresh_screens(self.ticket_id)

    @api.model
    def _follow_told(self, order, told_before):
        """More shows as given back of an order than before: requests that it makes up are over, the
        one of just this amount before others. `told_before`: in all, at the reading before."""
        refunds = order.sudo().marketplace_refund_ids.filtered("is_there")
        waiting = refunds.filtered(lambda refund: refund.state == "asked").sorted("id")
        if not waiting:
            return
        told, compare = order.marketplace_gestures, order.currency_id.compare_amounts
        # All that no request made up so far: one may be given in pieces.
        growth = told - sum(refunds.mapped("accepted_amount")) - max(refunds.mapped("told_before"))
        latest = min(growth, told - told_before)
        same = waiting.filtered(lambda refund: compare(refund.amount, latest) == 0)[:1]
        same = same or waiting.filtered(lambda refund: compare(refund.amount, growth) == 0)[:1]
        for refund in same or waiting:
            if compare(refund.amount, growth) > 0:
                return
            growth -= refund.amount
            env = refund.account_id._get_responsible_env()
            text = env._("%s shows it as given back.", refund.account_id.name)
            refund._end_there("accepted", text)
