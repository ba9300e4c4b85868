"""What the tests of inbound data, rights and mail share."""

from datetime import datetime, timedelta, timezone

from odoo import fields

from .common import MarketplaceCase


def hours_ago(hours):
    """A moment of the past as the sandbox takes it."""
    return (datetime.now(timezone.utc) - timedelta(hours=hours)).isoformat(timespec="seconds")


class InboundCase(MarketplaceCase):
    """Accounts that read the last two days only: few calls in a test."""

    def _make_account(self, seller, company=None, team=None, **values):
        values.setdefault("import_start", fields.Datetime.now() - timedelta(days=2))
        return super()._make_account(seller, company, team, **values)

    def pull_claim(self, text="Bonjour, la lampe est fêlée.", with_order=False, **values):
        """A claim that is in Odoo already: (discussion, case)."""
        order = self.make_order() if with_order else None
        claim = self.make_claim(order, text=text, **values)
        self.run_job()
        return claim, self.get_case(claim)

    def touch(self, discussion):
        """The marketplace dates the discussion's last change to now."""
        return self.seller.change_discussion(discussion["id"])

    def get_stream(self, key, account=None):
        return (account or self.account).stream_ids.filtered(lambda s: s.key == key)

    def bodies(self, case):
        """(sender, text) of the thread as people read it, oldest first."""
        return [
            (m.sender_type, m.mail_message_id.preview) for m in case.message_ids.sorted("sent_at")
        ]

    def inbox_of(self, users, ticket):
        """Notices that users have about tickets."""
        return self.env["mail.notification"].search(
            [
                ("res_partner_id", "in", users.partner_id.ids),
                ("notification_type", "=", "inbox"),
                ("mail_message_id.model", "=", "helpdesk.ticket"),
                ("mail_message_id.res_id", "in", ticket.ids),
            ]
        )

    def get_letters(self, **values):
        domain = [("account_id", "=", self.account.id)]
        return self.env["marketplace.dead.letter"].search(
            domain + [(name, "=", value) for name, value in values.items()]
        )

    def mails_since(self, last_id=0):
        return self.env["mail.mail"].search([("id", ">", last_id or 0)])
