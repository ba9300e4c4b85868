"""One net under all doors: a relay address is reached by the outbox only."""

import logging

from odoo import models

from ..connectors import PROVIDERS, get_client_class

_logger = logging.getLogger(__name__)


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        """Mails to a marketplace's relay address are stopped, with the reason on them."""
        stopped = self.filtered(lambda mail: mail._goes_to_relay())
        if stopped:
            _logger.info("Mails %s to relay addresses are stopped", stopped.ids)
            stopped.write(
                {
                    "state": "cancel",
                    "failure_reason": self.env._(
                        "Customers of marketplaces are answered from their ticket only."
                    ),
                }
            )
        return super(MailMail, self - stopped).send(*args, **kwargs)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Order comments say that their mail failed, and why."""
        if failure_type:
            comments = self.env["sale.order.comment"].sudo()
            comments.search([("customer_mail_id", "in", self.ids)])._note_mail_failure()
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    def _goes_to_relay(self):
        domains = relay_domains()
        addresses = [self.email_to, self.email_cc, *self.recipient_ids.mapped("email")]
        text = " ".join(address for address in addresses if address).lower()
        return any(f"@{domain}" in text for domain in domains)


def relay_domains():
    """The domains of all marketplaces' relay addresses."""
    domains = set()
    for provider in PROVIDERS:
        domains |= set(get_client_class(provider).relay_domains)
    return domains
