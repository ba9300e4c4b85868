"""What tests of notices by mail share: a seller's account with an alias, and mails to it."""

from datetime import datetime, timezone
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from .woo_case import WooCase

NOTICE = "odoo.addons.marketplace_helpdesk.models.marketplace_notice"
TEXT = "The lamp hums since yesterday evening, what can I do?"


class NoticesCase(WooCase):
    """A seller's account with an alias."""

    options = {"notice_host": ""}

    def setUp(self):
        super().setUp()
        self.domain = self.env["mail.alias.domain"].search([], limit=1)
        if not self.domain:
            self.domain = self.env["mail.alias.domain"].create({"name": "desk.example"})
        self.company.alias_domain_id = self.domain
        self.vendor = self.make_vendor_account()
        self.admin = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        name = f"notices-{self.seller.login}"
        self.vendor.with_user(self.admin).write(
            {"alias_name": name, "notice_senders": "site.example"}
        )
        self.address = f"{name}@{self.domain.name}"
        self.partner_count = self.env["res.partner"].search_count([])
        self.mail_count = self.env["mail.mail"].search_count([])

    # Mails

    def receive(self, raw):
        """The mail gateway takes a mail; the notice, or none."""
        notices = self.env["marketplace.notice"]
        before = notices.search([])
        self.env["mail.thread"].message_process(False, raw)
        self.env.invalidate_all()
        return notices.search([]) - before

    def notice_of(self, number=-1):
        """A notice as the site has mailed it, to our alias."""
        raws = [mail["raw"] for mail in self.seller.mails() if mail.get("raw")]
        return raws[number].replace("To: ", f"To: {self.address}, ", 1)

    def compose(self, body, subtype="html", subject="New", **headers):
        message = EmailMessage()
        message["Subject"] = subject
        message["From"] = "Shop <shop@site.example>"
        message["To"] = self.address
        message["Date"] = format_datetime(datetime.now(timezone.utc))
        message["Message-ID"] = make_msgid(domain="site.example")
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(body, subtype=subtype)
        return message.as_string()

    def link(self, page, number):
        return f"{self.seller.url}/store-manager/{page}/{number}/"

    def cases(self):
        return self.env["marketplace.case"].search([("account_id", "=", self.vendor.id)])

    def messages(self, case):
        return self.env["marketplace.message"].search([("case_id", "=", case.id)], order="id")

    def letters(self):
        return self.env["marketplace.dead.letter"].search(
            [("account_id", "=", self.vendor.id), ("kind", "=", "notice")]
        )

    def tearDown(self):
        self.assertEqual(self.env["res.partner"].search_count([]), self.partner_count)
        self.assertEqual(self.env["mail.mail"].search_count([]), self.mail_count)
        super().tearDown()
