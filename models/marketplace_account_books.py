"""How the refunds of an account reach the accounting."""

from odoo import fields, models

BOOKING = [
    ("none", "Not From Here"),
    ("draft", "Draft Credit Notes"),
    ("post", "Posted Where They Match"),
]


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    booking = fields.Selection(
        BOOKING,
        "Refunds Are Booked As",
        default="draft",
        required=True,
        help="What accepted refunds become in the accounting. A credit note whose total differs "
        "from the refund by a cent stays a draft, whatever is chosen here.",
    )
    refund_journal_id = fields.Many2one(
        "account.journal",
        "Journal Of Credit Notes",
        domain="[('type', '=', 'sale'), ('company_id', '=', company_id)]",
        check_company=True,
        help="Empty: the journal of the invoice.",
    )
    gesture_product_id = fields.Many2one(
        "product.product",
        "Product For Gestures",
        domain="[('sale_ok', '=', True)]",
        check_company=True,
        help="Commercial gestures are credited on this product, with its taxes in the fiscal "
        "position of the invoice, and its income account.",
    )
    adjustment_product_id = fields.Many2one(
        "product.product",
        "Product For Differences",
        check_company=True,
        help="Takes what the lines of the invoice cannot: cents of rounding, and what was refunded "
        "beyond the invoice. Empty: such a credit note stays a draft, and somebody is told.",
    )

    def write(self, vals):
        """What could not be booked for lack of a setting is tried again with the new one."""
        result = super().write(vals)
        if {"refund_journal_id", "gesture_product_id", "adjustment_product_id"} & vals.keys():
            Refund = self.env["marketplace.refund"].sudo()
            failed = Refund.search(
                [("account_id", "in", self.ids), ("booking_result", "=", "failed")]
            )
            Refund._want_booking(failed)
        return result
