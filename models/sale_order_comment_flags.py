"""Shops where “visible to the customer” and “by e-mail” are not two independent things."""

from odoo import api, models

from ..connectors import base


class SaleOrderComment(models.Model):
    _inherit = "sale.order.comment"

    @api.onchange("is_visible")
    def _onchange_is_visible(self):
        if self.order_id and not self._has_known_flags():
            self.is_mailed = self.is_visible

    @api.onchange("is_mailed")
    def _onchange_is_mailed(self):
        if self.order_id and not self._has_known_flags():
            self.is_visible = self.is_mailed

    def _has_known_flags(self):
        return (self.is_visible, self.is_mailed) in self.order_id._get_comment_flags()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_comment_flags(self):
        """The (visible, mailed) that the shop of this order knows; all where there is none."""
        account = self.sudo().marketplace_account_id
        if self._get_comment_channel(is_visible=True) != "shop":
            return base.ANY_FLAGS
        flags = account._client_class().comment_flags
        is_unmailed = flags == base.MAILED_IF_VISIBLE and not self._has_shop_mail()
        return base.NEVER_MAILED if is_unmailed else flags

    def _get_flags_problem(self, is_visible, is_mailed):
        """Why a comment cannot have these two together, in a sentence, or ""."""
        flags = self._get_comment_flags()
        if (bool(is_visible), bool(is_mailed)) in flags:
            return ""
        account = self.sudo().marketplace_account_id
        if flags == base.MAILED_IF_VISIBLE:
            return self.env._(
                "%s mails every comment that the customer can see, and no other: choose both or "
                "none.",
                account.name,
            )
        return self.env._(
            "%s cannot show and mail a comment in this combination: choose another one.",
            account.name,
        )

    def _get_flag_effects(self, effects):
        """Of the sentences of all combinations those that the shop knows, as it does them."""
        flags = self._get_comment_flags()
        known = {f"{visible:d}{mailed:d}" for visible, mailed in flags}
        effects = {key: text for key, text in effects.items() if key in known}
        if flags == base.MAILED_IF_VISIBLE:
            effects["11"] = self.env._(
                "%s shows this to the customer and mails it at once: what the customer can see is "
                "always mailed there.",
                self.sudo().marketplace_account_id.name,
            )
        return effects
