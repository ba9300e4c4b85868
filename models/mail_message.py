"""Messages of a marketplace's thread: an own type, so that they cannot be edited after sending."""

from odoo import fields, models
from odoo.addons.mail.tools.discuss import Store

from ..connectors import records


class MailMessage(models.Model):
    _inherit = "mail.message"

    message_type = fields.Selection(
        selection_add=[("marketplace", "Marketplace")],
        ondelete={"marketplace": lambda messages: messages.write({"message_type": "comment"})},
    )
    marketplace_sender = fields.Selection(
        [
            (records.CUSTOMER, "Customer"),
            (records.SELLER, "Seller"),
            (records.OPERATOR, "Operator"),
            (records.SYSTEM, "System"),
            (records.UNKNOWN, "Unknown"),
        ],
        readonly=True,
    )
    marketplace_recipients = fields.Char(
        readonly=True, help="Whom a message of ours goes to: customer, operator."
    )

    def _to_store_defaults(self, target):
        """The bubble shows who speaks, customer, seller or operator, and to whom."""

        def is_ours(message):
            return message.message_type == "marketplace"

        names = ("marketplace_sender", "marketplace_recipients")
        shown = [Store.Attr(name, predicate=is_ours) for name in names]
        return [*super()._to_store_defaults(target), *shown]
