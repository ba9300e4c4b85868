"""Files that were uploaded for an answer."""

from odoo import models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _marketplace_drop_uploads(self):
        """What the user uploaded in a composer goes once it was sent: the message has copies."""
        own = self.sudo().filtered(
            lambda a: (
                a.res_model == "mail.compose.message"
                and not a.res_id
                and a.create_uid == self.env.user
            )
        )
        own.unlink()
