"""Mails to an account's alias: automatic answers are dropped before anything is made of them."""

from odoo import api, models
from odoo.tools.mail import decode_message_header

from .notice_mail import get_reply_name, is_auto_reply

NOTICE = "marketplace.notice"


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Routes to notices carry the sender, all of it, and the name of the customer; they end
        for automatic answers."""
        routes = super().message_route(message, message_dict, model, thread_id, custom_values)
        if not any(route[0] == NOTICE for route in routes):
            return routes
        is_reply = is_auto_reply(message)
        more = {
            "sender": decode_message_header(message, "From", separator=","),
            "sender_name": get_reply_name(message.get("Reply-To")),
        }
        found = []
        for target, thread, values, user, alias in routes:
            if target != NOTICE:
                found.append((target, thread, values, user, alias))
            elif not is_reply:
                found.append((target, thread, {**(values or {}), **more}, user, alias))
        return found
