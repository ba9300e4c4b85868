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

    marketplace_is_by_mail = fields.Boolean(
        readonly=True, help="A mail told it; the marketplace's own calls have not shown it yet."
    )
    marketplace_comment_ids = fields.One2many(
        "sale.order.comment", "mail_message_id", groups=fields.NO_ACCESS
    )

    def _get_marketplace_comment(self):
        """What the bubble of an order comment shows, or False."""
        comment = self.sudo().marketplace_comment_ids[:1]
        if not comment:
            return False
        states = dict(comment._fields["state"]._description_selection(self.env))
        return {
            "id": comment.id,
            "state": comment.state,
            "state_name": states[comment.state],
            "direction": comment.direction,
            "author_name": comment.author_name or "",
            "is_visible": comment.is_visible,
            "is_mailed": comment.is_mailed,
            "reason": comment.reason or "",
            "due_at": f"{comment.due_at.isoformat()}Z" if comment.due_at else "",
        }

    def _get_marketplace_by_mail(self):
        """How the bubble names what only a mail has told: "unconfirmed", or "mail" where no call
        will ever show it. "" for all others."""
        if not self.marketplace_is_by_mail:
            return ""
        row = self.env["marketplace.message"].sudo().search([("mail_message_id", "=", self.id)])
        return "unconfirmed" if row[:1]._may_be_confirmed() else "mail"

    def _to_store_defaults(self, target):
        """The bubble shows who speaks, customer, seller or operator, and to whom."""

        def is_ours(message):
            return message.message_type == "marketplace"

        names = ("marketplace_sender", "marketplace_recipients")
        shown = [Store.Attr(name, predicate=is_ours) for name in names]
        by_mail = Store.Attr(
            "marketplace_by_mail", lambda m: m._get_marketplace_by_mail(), predicate=is_ours
        )
        shown.append(by_mail)
        shown.append(
            Store.Attr(
                "marketplace_comment",
                lambda message: message._get_marketplace_comment(),
                predicate=lambda message: message.model == "sale.order",
            )
        )
        return [*super()._to_store_defaults(target), *shown]
