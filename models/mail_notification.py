"""How far an answer through a marketplace came, shown on its bubble."""

from odoo import fields, models


class MailNotification(models.Model):
    _inherit = "mail.notification"

    notification_type = fields.Selection(
        selection_add=[("marketplace", "Marketplace")], ondelete={"marketplace": "cascade"}
    )
