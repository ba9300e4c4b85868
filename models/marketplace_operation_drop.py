"""Money in doubt that a manager ends: it did not happen, and is not sent again."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceOperation(models.Model):
    _inherit = "marketplace.operation"

    is_dropped = fields.Boolean(
        readonly=True,
        help="A manager saw that it did not happen: it ends once the marketplace was asked again.",
    )
    place = fields.Char(
        "Where To Look",
        compute="_compute_place",
        help="Who knows whether it happened: the payment service that should pay, or the account.",
    )

    @api.depends("refund_id.pay_back", "sale_order_id.marketplace_gateway_name", "account_id.name")
    def _compute_place(self):
        for operation in self:
            operation.place = operation.account_id.name
            if operation._is_paid_by_service():
                name = operation.sudo().sale_order_id.marketplace_gateway_name
                operation.place = name or self.env._("the payment service")

    def _is_paid_by_service(self):
        """Whether the money goes by a payment service, of which the marketplace's counts prove
        nothing."""
        return self.sudo().refund_id.pay_back == "yes"

    def _get_suggestion(self):
        suggestion = super()._get_suggestion()
        return "look" if suggestion and self._is_paid_by_service() else suggestion

    def _set_state(self, state, **values):
        values.setdefault("is_dropped", False)
        return super()._set_state(state, **values)

    def action_drop(self):
        """A manager saw that money in doubt was not given: end it. The marketplace is asked once
        more before, since what shows there after all is done."""
        self._check_manager()
        for operation in self:
            operation._lock_in_state("unknown")
            if not operation.sudo().refund_id:
                raise UserError(self.env._("Only what gives money back can be dropped."))
            note = self.env._(
                "%s decided: it did not happen, drop it. The marketplace is asked once more first.",
                self.env.user.name,
            )
            operation.sudo().write(
                {
                    "is_dropped": True,
                    "needs_decision": False,
                    "retry_at": False,
                    "decided_by_id": self.env.uid,
                    "message": note,
                }
            )
            operation.sudo().refund_id.message = note
            operation.sudo().message_post(body=note, author_id=self.env.user.partner_id.id)
            operation.account_id._trigger_job()

    def _end_dropped(self, now):
        """Nothing shows of it. `now`: the picture just read; the manager decided on the last one,
        and decides again where it has changed."""
        env = self._get_reader_env()
        if _as_text(now) == _as_text(self.now):
            note = env._(
                "Decided by %s: it did not happen. Nothing is sent.", self.decided_by_id.name
            )
            self._set_state("cancelled", message=note, retry_at=False)
            return
        note = env._(
            "Before it was dropped, what the marketplace shows had changed: look, then decide."
        )
        self._set_state("unknown", now=now, message=note, needs_decision=True, retry_at=False)


def _as_text(picture):
    return json.dumps(picture or {}, sort_keys=True)
