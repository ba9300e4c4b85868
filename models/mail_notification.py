"""How far an answer through a marketplace came, shown on its bubble."""

from odoo import fields, models
from odoo.addons.mail.tools.discuss import Store


class MailNotification(models.Model):
    _inherit = "mail.notification"

    notification_type = fields.Selection(
        selection_add=[("marketplace", "Marketplace")], ondelete={"marketplace": "cascade"}
    )
    failure_type = fields.Selection(
        selection_add=[
            ("marketplace_refused", "Refused by the marketplace"),
            ("marketplace_doubt", "In doubt at the marketplace"),
        ]
    )

    def _to_store_defaults(self, target):
        """The bubble tells why an answer did not arrive."""
        reason = Store.Attr(
            "failure_reason", predicate=lambda n: n.notification_type == "marketplace"
        )
        return [*super()._to_store_defaults(target), reason]
