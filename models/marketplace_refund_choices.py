"""What a person decided of a refund where the shop asks: who pays, where the goods go."""

from odoo import fields, models
from odoo.exceptions import UserError

PAY_BACK = [("yes", "Yes"), ("no", "No, Only Noted")]
RESTOCK = [("yes", "Yes"), ("no", "No")]


class MarketplaceRefund(models.Model):
    _inherit = "marketplace.refund"

    pay_back = fields.Selection(
        PAY_BACK,
        "Pay Back Through The Payment Service",
        readonly=True,
        copy=False,
        help="Where the shop asks so. No: nothing is paid by the shop, you pay the customer.",
    )
    restock = fields.Selection(RESTOCK, "Put Back In Stock", readonly=True, copy=False)
    customer_text = fields.Char(
        "Told To The Customer",
        readonly=True,
        copy=False,
        help="Stands with the refund in the shop, whose customers may see it.",
    )

    def _check_pay_back(self):
        """What the payment service could do when it was chosen, it must still be able to do."""
        problem = self.sale_order_id._get_pay_back_problem()
        if self.pay_back == "yes" and problem:
            raise UserError(problem)
