"""The refund dialog's two questions, where the shop asks them: never answered by anybody else."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import records
from ..models.marketplace_refund_choices import PAY_BACK, RESTOCK
from .marketplace_refund_ask import CANCELLABLE
from .marketplace_refund_dialog import make_row

YES, NO = "yes", "no"


class MarketplaceRefundAsk(models.TransientModel):
    _inherit = "marketplace.refund.ask"

    asks_pay_back = fields.Boolean(compute="_compute_asks")
    asks_restock = fields.Boolean(compute="_compute_asks")
    gateway_name = fields.Char(related="order_id.marketplace_gateway_name")
    pay_back_problem = fields.Char(compute="_compute_pay_back_problem")
    pay_back_hint = fields.Char(compute="_compute_pay_back_problem")
    pay_back = fields.Selection(
        PAY_BACK,
        "Pay back through the payment service?",
        compute="_compute_pay_back",
        store=True,
        readonly=False,
    )
    restock = fields.Selection(RESTOCK, "Put back in stock?")
    customer_text = fields.Char("Told To The Customer")

    @api.depends("account_id", "kind", "way", "line_ids.is_chosen", "line_ids.units")
    def _compute_asks(self):
        """Units are put back; a sum of money has none."""
        for wizard in self:
            client = wizard.account_id.provider and wizard.account_id._client_class()
            asks = bool(client) and wizard.way == records.BY_REFUND
            wizard.asks_pay_back = asks and client.asks_pay_back
            has_units = wizard.kind in CANCELLABLE and any(
                line._get_units() for line in wizard._get_lines()
            )
            wizard.asks_restock = asks and client.asks_restock and has_units

    @api.depends("order_id", "asks_pay_back")
    @api.depends_context("lang")
    def _compute_pay_back_problem(self):
        for wizard in self:
            order = wizard.order_id
            wizard.pay_back_problem = wizard.asks_pay_back and order._get_pay_back_problem()
            is_unknown = wizard.asks_pay_back and not order.marketplace_gateway_refunds
            wizard.pay_back_hint = is_unknown and self.env._(
                "The shop has not told yet whether it can: if not, nothing is sent."
            )

    @api.depends("pay_back_problem")
    def _compute_pay_back(self):
        """What cannot be is answered, with the reason beside it; nothing else is."""
        for wizard in self:
            wizard.pay_back = NO if wizard.pay_back_problem else wizard.pay_back

    # What is still to be decided ----------------------------------------------------------------

    @api.depends("pay_back", "restock", "asks_pay_back", "asks_restock")
    def _compute_problem(self):
        return super()._compute_problem()

    def _get_to_do(self):
        return super()._get_to_do() or self._get_choice_to_do()

    def _get_choice_to_do(self):
        """The question without an answer, False where there is none."""
        if self.asks_pay_back and not self.pay_back:
            return self.env._("Choose whether the payment service pays back.")
        if self.asks_restock and not self.restock:
            return self.env._("Choose whether the goods go back in stock.")
        return False

    def _check_choices(self):
        to_do = self._get_choice_to_do()
        if to_do:
            raise UserError(to_do)
        if self.asks_pay_back and self.pay_back == YES and self.pay_back_problem:
            raise UserError(self.pay_back_problem)

    # What is asked and kept ---------------------------------------------------------------------

    def _get_choice_values(self):
        """Values of marketplace.refund."""
        return {
            "pay_back": self.asks_pay_back and self.pay_back,
            "restock": self.asks_restock and self.restock,
            "customer_text": self.asks_pay_back and self.customer_text,
        }

    def _get_choices(self):
        """Parts of the connectors.base operation; none where the shop does not ask."""
        if not self.asks_pay_back:
            return {}
        return {
            "pay_back": self.pay_back == YES,
            "restock": self.restock == YES if self.asks_restock else None,
            # The reason is for us: the shop would show it to the customer.
            "reason_text": (self.customer_text or "").strip(),
        }

    @api.depends("pay_back", "restock", "asks_pay_back", "asks_restock", "customer_text")
    def _compute_asked_rows(self):
        result = super()._compute_asked_rows()
        for wizard in self:
            if wizard.asked_rows:
                wizard.asked_rows = [*wizard.asked_rows, *wizard._make_choice_rows()]
        return result

    def _make_choice_rows(self):
        texts = []
        if self.asks_pay_back and self.pay_back:
            texts.append(self._describe_pay_back())
        if self.asks_restock and self.restock:
            is_back = self.restock == YES
            texts.append(
                self.env._("The goods are put back in stock")
                if is_back
                else self.env._("The goods are not put back in stock")
            )
        if self.asks_pay_back and self.customer_text:
            texts.append(self.env._("The customer may read: “%s”", self.customer_text))
        return [make_row(note=text) for text in texts]

    def _describe_pay_back(self):
        if self.pay_back == NO:
            return self.env._("Only noted in the shop: you pay the customer yourself")
        if not self.gateway_name:
            return self.env._("The payment service pays the customer")
        return self.env._("“%s” pays the customer", self.gateway_name)
