"""A message that came as a notice by mail and is read from the marketplace now is one message."""

from odoo import models

from ..connectors import records
from .html_tools import is_same_text, to_plain_text
from .marketplace_notice import SAME_TIME


class MarketplaceInbox(models.AbstractModel):
    _inherit = "marketplace.inbox"

    def _collect_messages(self, batch):
        super()._collect_messages(batch)
        if not batch.fresh or not batch.account._client_class().takes_notices:
            return
        rows = self.env["marketplace.case"].union(*(item[0] for item in batch.fresh))
        notices = self.env["marketplace.notice"].search(
            [
                ("case_id", "in", rows.ids),
                ("has_made_message", "=", True),
                ("marketplace_message_id", "!=", False),
            ],
            order="id",
        )
        if notices:
            batch.fresh = [item for item in batch.fresh if not self._adopt_notice(item, notices)]

    def _mail_values(self, row, message):
        """From its beginning: agents are shown it at once."""
        by_mail = self.env.context.get("marketplace_is_by_mail", False)
        return super()._mail_values(row, message) | {"marketplace_is_by_mail": by_mail}

    def _adopt_notice(self, item, notices):
        """Whether a message of the marketplace is one that a notice brought: it gets its number."""
        row, key, message, _found = item
        if not message.remote_id or message.sender_type == records.SELLER:
            return False
        text = to_plain_text(message.body) if message.is_html else message.body
        for notice in notices:
            if (
                notice.case_id == row
                and notice.has_made_message
                and abs(notice.sent_at - message.sent_at.replace(microsecond=0)) < SAME_TIME
                and is_same_text(text, notice.text)
            ):
                notice.has_made_message = False
                notice.marketplace_message_id.write(
                    {
                        "key": key,
                        "remote_id": message.remote_id,
                        "sender_type": message.sender_type,
                        "sender_name": message.sender_name or notice.sender_name,
                    }
                )
                notice.marketplace_message_id.mail_message_id.write(
                    {"marketplace_sender": message.sender_type, "marketplace_is_by_mail": False}
                )
                return True
        return False
