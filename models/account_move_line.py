"""Lines of credit notes remember which invoice line they give back."""

from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    marketplace_credited_line_id = fields.Many2one(
        "account.move.line",
        "Gives Back",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    marketplace_is_return = fields.Boolean("Returned Goods", readonly=True, copy=False)
    marketplace_credit_line_ids = fields.One2many(
        "account.move.line", "marketplace_credited_line_id", readonly=True
    )
