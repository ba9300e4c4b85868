"""Webhooks that were made half-way, that the shop switched off, and calls of long ago."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .woo_webhooks_case import UPDATED, WebhooksCase


@tagged("post_install", "-at_install")
class TestWooWebhooksLife(WebhooksCase):
    def test_nothing_is_left_of_an_attempt_that_ended_half_way(self):
        """Created there, and the answer lost: known by the shop's list alone."""
        other = self.seller.key()
        other = self._make_account(
            self.seller,
            name="other",
            login=other["consumer_key"],
            password_input=other["consumer_secret"],
        )
        self.switch_on(other)
        for fault in ("timeout_after", "http500_after"):
            self.seller.fault("webhooks.create", fault)
            self.switch_on()
            self.assertEqual(self.account.webhook_state, "failed")
            self.assertFalse(self.account.webhook_ids)
            self.assertEqual(len(self.calling()), 1)
        self.account.with_user(self.admin).action_remove_webhooks()
        self.turn()
        self.assertEqual((self.account.webhook_state, self.calling()), ("off", []))
        self.assertEqual(len(self.seller.webhooks()), 3, "the other account's stay")

    def calling(self):
        return [
            row for row in self.seller.webhooks() if row["delivery_url"] == self.account.webhook_url
        ]

    def test_half_way_and_then_again(self):
        self.seller.fault("webhooks.create", "timeout_after")
        self.switch_on()
        self.switch_on()
        topics = [row["topic"] for row in self.calling()]
        self.assertEqual(sorted(topics), sorted(self.account._client_class().webhook_topics))
        self.assertEqual(self.account.webhook_state, "on")

    def test_odoo_has_another_address(self):
        """What calls the former one is ours by its number and its path."""
        self.switch_on()
        self.set_parameter("web.base.url", "https://moved.example")
        self.switch_on()
        rows = self.seller.webhooks()
        self.assertEqual(len(rows), 3)
        self.assertTrue(all(row["delivery_url"].startswith("https://moved") for row in rows))

    # Switched off by the shop ---------------------------------------------------------------------

    def fail_deliveries(self):
        order = self.read_order(status="processing")
        self.switch_on()
        self.deliver()
        for turn in range(7):
            status = "processing" if turn % 2 else "on-hold"
            self.seller.change_order(order.marketplace_ref, status=status)
            self.deliver(fail=5)
        self.assertIn("disabled", {row["status"] for row in self.seller.webhooks()})

    def test_the_shop_has_switched_them_off(self):
        self.fail_deliveries()
        calls = self.seller.count("webhooks.list")
        self.turn()
        self.assertEqual(self.seller.count("webhooks.list"), calls, "asked once a day only")
        self.assertEqual(self.account.webhook_state, "on")
        self.account.sudo().webhook_checked_at -= timedelta(hours=25)
        self.turn()
        self.assertEqual(self.account.webhook_state, "failed")
        self.assertIn(UPDATED, self.account.webhook_problem)
        summary = self.account._get_alarm("webhooks")
        self.assertEqual(self.account.activity_ids.mapped("summary").count(summary), 1)
        self.switch_on()
        self.assertEqual(self.account.webhook_state, "on")
        self.assertNotIn(summary, self.account.activity_ids.mapped("summary"))
        self.assertEqual({row["status"] for row in self.seller.webhooks()}, {"active"})

    def test_switched_on_again_over_there(self):
        self.switch_on()
        [gone] = [row for row in self.seller.webhooks() if row["topic"] == UPDATED]
        client = self.account._get_client()
        with client:
            path = f"wc/v3/webhooks/{gone['id']}"
            client.site.send(path, {"status": "disabled"}, "PUT")
            self.account.sudo().webhook_checked_at = False
            self.turn()
            self.assertEqual(self.account.webhook_state, "failed")
            client.site.send(path, {"status": "active"}, "PUT")
        self.account.sudo().webhook_checked_at = False
        self.turn()
        self.assertEqual(self.account.webhook_state, "on")
        self.assertFalse(self.account.webhook_problem)
        self.assertFalse(self.account.activity_ids)

    def test_a_shop_that_does_not_tell_changes_nothing(self):
        self.switch_on()
        self.account.sudo().webhook_checked_at = False
        self.seller.fault("webhooks.list", "http500_before")
        self.turn()
        self.assertEqual(self.account.webhook_state, "on")
        self.assertTrue(self.account.webhook_checked_at)

    # Old calls ------------------------------------------------------------------------------------

    def test_old_hints_are_cleared_away(self):
        self.switch_on()
        for number in range(5):
            self.call(b'{"id": %d}' % number, delivery=f"o{number}")
        old, taken, more, waiting, fresh = self.hints()
        (taken | more | fresh).is_taken = True
        self.env.flush_all()
        for hints, days in ((old, 40), (taken | more | waiting, 8)):
            self.cr.execute(
                "UPDATE marketplace_hint SET create_date = create_date - %s * interval '1 day'"
                " WHERE id IN %s",
                [days, tuple(hints.ids)],
            )
        self.env.invalidate_all()
        with patch("odoo.addons.marketplace_helpdesk.models.marketplace_hint.GC_BATCH", 2):
            self.assertEqual(self.env["marketplace.hint"]._gc_hints(), (2, True))
            self.assertEqual(self.env["marketplace.hint"]._gc_hints(), (1, False))
        self.assertEqual(self.hints(), waiting | fresh)
