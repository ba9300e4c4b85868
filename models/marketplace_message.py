"""One message of a case; its text lives in one `mail.message` of the ticket."""

from odoo import fields, models

from ..connectors import records


class MarketplaceMessage(models.Model):
    _name = "marketplace.message"
    _description = "Marketplace Message"
    _order = "sent_at, id"
    _log_access = False

    case_id = fields.Many2one(
        "marketplace.case", required=True, ondelete="cascade", index=True, readonly=True
    )
    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id")
    key = fields.Char(
        required=True,
        readonly=True,
        help="The marketplace's message number, or a digest of thread, time, sender and text.",
    )
    remote_id = fields.Char(readonly=True)
    sent_at = fields.Datetime(required=True, readonly=True)
    sender_type = fields.Selection(
        [
            (records.CUSTOMER, "Customer"),
            (records.SELLER, "Seller"),
            (records.OPERATOR, "Operator"),
            (records.SYSTEM, "System"),
            (records.UNKNOWN, "Unknown"),
        ],
        required=True,
        readonly=True,
    )
    sender_name = fields.Char(readonly=True)
    recipients = fields.Char(
        readonly=True, help="Whom it was addressed to besides us: customer, operator."
    )
    files = fields.Json(
        readonly=True, help="Its files, which stay at the marketplace until opened."
    )
    mail_message_id = fields.Many2one(
        "mail.message", ondelete="set null", readonly=True, index="btree_not_null"
    )
    body = fields.Html(related="mail_message_id.body")
    operation_id = fields.Many2one(
        "marketplace.operation", ondelete="set null", readonly=True, index="btree_not_null"
    )
    is_superseded = fields.Boolean(
        "Edited Since", readonly=True, help="The marketplace shows another text for it now."
    )

    _key_uniq = models.Constraint(
        "unique(account_id, key)", "This message exists already in this account."
    )

    def _may_be_confirmed(self):
        """Whether a call of the marketplace may show what a mail told of: a site's support tickets
        or their replies may be seen by nobody but people."""
        account, case = self.account_id, self.case_id
        if case.kind != records.SUPPORT_TICKET:
            return True
        is_reply = case.message_ids.sorted(lambda m: (m.sent_at, m.id))[:1] != self
        return account.site_tickets != "no" and not (
            is_reply and account.site_ticket_answers == "no"
        )
