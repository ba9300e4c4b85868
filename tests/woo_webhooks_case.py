"""What tests of the shop's calls share: they are made over HTTP."""

from contextlib import contextmanager

from odoo.tests import HttpCase

from ..connectors.woocommerce import webhooks
from .woo_case import WooCase

UPDATED, NOTED = "order.updated", "action.woocommerce_new_customer_note"


class WebhooksCase(HttpCase, WooCase):
    options = {"webhook_hosts": "any"}

    def setUp(self):
        super().setUp()
        self.forget_calls()
        self.addCleanup(self.forget_calls)
        self.admin = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        self.set_parameter("base.login_cooldown_after", 0)

    def forget_calls(self):
        self.registry.__dict__.pop("_marketplace_call_limits", None)

    def set_parameter(self, name, value):
        self.env["ir.config_parameter"].set_param(name, value)

    def switch_on(self, account=None):
        account = account or self.account
        account.with_user(self.admin).action_create_webhooks()
        self.turn(account=account)
        return account

    def deliver(self, **values):
        """The shop delivers what it has queued; the deliveries."""
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            found = self.seller.deliver(**values)
        self._wait_remaining_requests()
        self.env.invalidate_all()
        return found

    def call(self, body=b'{"id": 7}', topic=UPDATED, delivery="a1", url=None, **values):
        """A call as the shop makes it. `values`: secret, headers."""
        secret = values.get("secret", self.account.sudo().webhook_secret)
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Delivery-ID": delivery,
            "X-WC-Webhook-Signature": webhooks.sign(secret or "none", body),
            **values.get("headers", {}),
        }
        self.env.flush_all()
        url = url or self.account.webhook_url
        answer = self.opener.post(url, data=body, headers=headers, timeout=60)
        self.env.invalidate_all()
        return answer

    @contextmanager
    def count_wakings(self):
        """[how often the job was woken in the block]"""
        triggers = self.env["ir.cron.trigger"].sudo()
        mine, counts = [("cron_id", "=", self.account.cron_id.id)], []
        before = triggers.search_count(mine)
        yield counts
        counts.append(triggers.search_count(mine) - before)

    def hints(self, account=None):
        return self.env["marketplace.hint"].search(
            [("account_id", "=", (account or self.account).id)], order="id"
        )
