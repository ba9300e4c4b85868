"""Open orders show what became of their comments without being read again."""

from odoo import models

CHANNEL = "marketplace_helpdesk/order_comments"
# Nobody has more orders than these on a screen.
LIVE_NOTICES = 200


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _marketplace_refresh_comment_screens(self):
        """Those who have to do with these orders learn that comments came or moved on."""
        by_user = {}
        for order in self.sudo()[-LIVE_NOTICES:]:
            for user in order._get_comment_watchers():
                by_user.setdefault(user, []).append(order.id)
        for user, ids in by_user.items():
            user._bus_send(CHANNEL, {"order_ids": ids})

    def _get_comment_watchers(self):
        """Its salesman, its followers, and whoever wrote a comment or has one to do."""
        comments = self.marketplace_comment_ids
        people = self.user_id | self.env.user | comments.user_id | comments.todo_user_id
        users = people | self.message_partner_ids.user_ids
        return users.filtered(lambda user: user.active and not user.share)
