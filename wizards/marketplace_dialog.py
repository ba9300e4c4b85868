"""What the dialogs that ask something of a marketplace share."""

from odoo import fields, models
from odoo.exceptions import UserError


class MarketplaceDialog(models.AbstractModel):
    _name = "marketplace.dialog"
    _inherit = ["marketplace.readable"]
    _description = "Dialog That Asks Something Of A Marketplace"

    done = fields.Boolean(readonly=True)

    def _confirm_once(self):
        """One dialog asks once, however often its button is pressed."""
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["done"])
        if self.done:
            raise UserError(
                self.env._("This was asked for already. Open the dialog again to ask once more.")
            )
        self.done = True

    def _get_case_about(self, order):
        """The case that it is done for: the one chosen, else the first of the order."""
        case = self.case_id
        if not case:
            return order.marketplace_case_ids[:1]
        case.check_access("read")
        if case.account_id != order.marketplace_account_id or (
            case.sale_order_id and case.sale_order_id != order
        ):
            raise UserError(self.env._("The case “%s” is about another order.", case.display_name))
        return case
