"""The shop calls Odoo: who is let in, what it wakes, and how webhooks come to be."""

import time
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..connectors.woocommerce import webhooks
from ..controllers.webhooks import CALLS_PARAMETER, MAX_BYTES
from .woo_webhooks_case import NOTED, UPDATED, WebhooksCase


@tagged("post_install", "-at_install")
class TestWooWebhooks(WebhooksCase):
    # Made and removed by the job ------------------------------------------------------------------

    def test_created_by_the_job(self):
        account = self.account.with_user(self.admin)
        account.action_create_webhooks()
        self.assertEqual(account.webhook_state, "creating")
        self.assertFalse(self.seller.webhooks(), "no network in the click")
        self.turn()
        made = self.seller.webhooks()
        self.assertEqual(len(made), len(self.account._client_class().webhook_topics))
        self.assertEqual({row["delivery_url"] for row in made}, {self.account.webhook_url})
        self.assertEqual({row["secret"] for row in made}, {self.account.sudo().webhook_secret})
        self.assertEqual(account.webhook_state, "on")

    def test_secret(self):
        """Own, long, without what WordPress changes, and nobody's to read."""
        other = self.make_vendor_account()
        self.switch_on()
        secret = self.account.sudo().webhook_secret
        self.assertGreaterEqual(len(secret), 32)
        self.assertFalse(set("&<>\"'") & set(secret))
        self.assertFalse(other.sudo().webhook_secret)
        with self.assertRaises(AccessError):
            self.account.with_user(self.admin).read(["webhook_secret"])
        with self.assertRaises(AccessError):
            self.account.with_user(self.admin).write({"webhook_secret": "mine"})
        with self.assertRaises(AccessError):
            self.account.with_user(self.admin).write({"webhook_ids": {}})

    def test_created_twice_they_are_there_once(self):
        self.switch_on()
        self.switch_on()
        topics = [row["topic"] for row in self.seller.webhooks()]
        self.assertEqual(sorted(topics), sorted(set(topics)))

    def test_removed(self):
        self.switch_on()
        self.account.with_user(self.admin).action_remove_webhooks()
        self.assertEqual(self.account.webhook_state, "removing")
        self.turn()
        self.assertFalse(self.seller.webhooks())
        self.assertEqual(self.account.webhook_state, "off")
        self.assertFalse(self.account.sudo().webhook_secret)

    def test_problem_is_shown(self):
        self.seller.fault("webhooks.create", "http500_before")
        self.switch_on()
        self.assertEqual(self.account.webhook_state, "failed")
        self.assertTrue(self.account.webhook_problem)
        self.switch_on()
        self.assertEqual(self.account.webhook_state, "on")
        self.assertFalse(self.account.webhook_problem)

    def test_who_may_and_when(self):
        with self.assertRaises(AccessError):
            self.account.with_user(self.agent).action_create_webhooks()
        with self.assertRaises(UserError):
            self.make_vendor_account().with_user(self.admin).action_create_webhooks()
        self.account.with_user(self.admin).action_observe()
        with self.assertRaises(UserError):
            self.account.with_user(self.admin).action_create_webhooks()

    # What a call does -----------------------------------------------------------------------------

    def test_ping_is_taken(self):
        self.switch_on()
        pings = self.deliver()
        self.assertEqual([row["status"] for row in pings], [200] * 3)
        self.assertFalse(self.hints())

    def test_change_of_an_order(self):
        """From the shop's change to the order as it is now, without any poll."""
        order = self.read_order(status="processing")
        self.switch_on()
        self.deliver()
        self.hold_streams()
        self.seller.change_order(order.marketplace_ref, status="completed")
        with self.count_wakings() as wakings:
            found = self.deliver()
        self.assertEqual({row["status"] for row in found}, {200}, found)
        self.assertEqual(wakings, [1])
        self.turn()
        self.assertEqual(order.marketplace_state, "shipped")
        self.assertEqual(set(self.hints().mapped("is_taken")), {True})
        self.assertTrue(self.account.webhook_called_at)

    def test_new_order(self):
        self.switch_on()
        self.deliver()
        self.hold_streams()
        remote = self.make_order()
        self.assertTrue(self.deliver())
        # Not `turn`, which holds the streams back.
        with self.enter_registry_test_mode():
            self.account.cron_id.method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(self.find_order(remote))

    def test_note_to_the_customer(self):
        order = self.read_order()
        self.switch_on()
        self.deliver()
        self.turn()
        self.seller.note(order.marketplace_ref, "It leaves tonight.", customer=True)
        topics = {row["topic"] for row in self.deliver()}
        self.assertIn(NOTED, topics)
        self.env["marketplace.hint"]._take(self.account)
        self.assertTrue(order.marketplace_refresh)

    def test_the_job_is_woken_once(self):
        self.switch_on()
        with self.count_wakings() as wakings:
            for number in range(3):
                self.assertEqual(self.call(delivery=f"d{number}").status_code, 200)
        self.assertEqual(wakings, [1])
        self.turn()
        with self.count_wakings() as wakings:
            self.call(delivery="d9")
        self.assertEqual(wakings, [1])

    def test_a_double_of_a_second_is_no_repetition(self):
        """Real shops give one id to all that a webhook sends in a second."""
        self.switch_on()
        for order in (b'{"id": 7}', b'{"id": 8}', b'{"id": 7}'):
            self.call(order)
        self.assertEqual(self.hints().mapped("order_ref"), ["7", "8"])
        self.assertEqual(self.hints().mapped("times"), [2, 1])
        self.hints().is_taken = True
        self.call()
        self.assertFalse(self.hints()[0].is_taken, "it may be news")

    def test_a_repetition_later_wakes_nobody(self):
        self.switch_on()
        self.call()
        self.turn()
        self.cr.execute("UPDATE marketplace_hint SET called_at = called_at - interval '5 minutes'")
        self.env.invalidate_all()
        with self.count_wakings() as wakings:
            self.assertEqual(self.call().status_code, 200)
        self.assertEqual(wakings, [0])
        self.assertTrue(self.hints().is_taken)

    def test_it_answers_in_milliseconds(self):
        """Also while somebody works on the order that it is about."""
        order = self.read_order()
        self.switch_on()
        self.call()
        spent = []
        for number in range(20):
            body = b'{"id": %s, "pad": "%s"}' % (order.marketplace_ref.encode(), b"x" * 20_000)
            start = time.perf_counter()
            self.assertEqual(self.call(body, delivery=f"n{number}").status_code, 200)
            spent.append(time.perf_counter() - start)
        middle = sorted(spent)[10]
        self.assertLess(middle, 0.1, f"{1000 * middle:.0f} ms")
        self.assertFalse(order.marketplace_refresh, "orders are left to the job")

    def test_garbage_with_the_right_signature(self):
        self.switch_on()
        for body in (b"", b"[]", b"{", b'{"id": {"a": 1}}', b'"x"', b'{"id": -1}', b"\xff\xfe"):
            self.assertEqual(self.call(body).status_code, 200, body)
        self.assertEqual(set(self.hints().mapped("order_ref")), {""})
        self.turn()

    # Who is let in --------------------------------------------------------------------------------

    def test_wrong_signature_and_unknown_address_look_the_same(self):
        self.switch_on()
        answers = [
            self.call(secret="wrong"),
            self.call(headers={"X-WC-Webhook-Signature": ""}),
            self.call(url=self.account.webhook_url + "0"),
            self.call(url=self.account.webhook_url + "0", secret="wrong"),
            self.call(url=self.make_vendor_account().get_base_url() + "/marketplace/webhook/é"),
        ]
        shown = {
            (
                answer.status_code,
                answer.content,
                str({k: v for k, v in answer.headers.items() if k != "Date"}),
            )
            for answer in answers
        }
        self.assertEqual(len(shown), 1, shown)
        self.assertEqual(answers[0].status_code, 401)
        self.assertFalse(self.hints())

    def test_body_that_was_changed_on_the_way(self):
        order = self.read_order()
        self.switch_on()
        self.deliver()
        for way in ("body", "signature"):
            self.seller.hook(UPDATED, order.marketplace_ref)
            [row] = self.deliver(tamper=way)
            self.assertEqual(row["status"], 401)
        self.assertFalse(self.hints())

    def test_the_secret_of_another_account(self):
        key = self.seller.key()
        other = self._make_account(
            self.seller,
            name="other",
            login=key["consumer_key"],
            password_input=key["consumer_secret"],
        )
        self.switch_on()
        self.switch_on(other)
        secret = other.sudo().webhook_secret
        self.assertEqual(self.call(secret=secret).status_code, 401)
        self.assertEqual(self.call(secret=secret, url=other.webhook_url).status_code, 200)
        self.assertFalse(self.hints())
        self.assertEqual(len(self.hints(other)), 1)

    def test_an_account_that_is_off_knows_its_shop(self):
        """Refused, the shop would stop calling for good."""
        self.switch_on()
        self.account.action_disable()
        with self.count_wakings() as wakings:
            self.assertEqual(self.call().status_code, 200)
        self.assertEqual(wakings, [0])

    def test_an_archived_account_knows_its_shop(self):
        """So does one that nobody looks at any more; it may come back."""
        self.switch_on()
        url = self.account.webhook_url
        self.account.active = False
        with self.count_wakings() as wakings:
            self.assertEqual(self.call(url=url).status_code, 200)
        self.assertEqual(wakings, [0])
        self.assertEqual(self.call(url=url, secret="another's").status_code, 401)

    def test_nobody_is_let_in_without_webhooks(self):
        body = b'{"id": 7}'
        for secret in ("none", ""):
            signature = {"X-WC-Webhook-Signature": webhooks.sign(secret, body)}
            self.assertEqual(self.call(body, headers=signature).status_code, 401)
        self.assertFalse(self.hints())

    # Limits ---------------------------------------------------------------------------------------

    def test_too_large(self):
        self.switch_on()
        self.assertEqual(self.call(b"x" * (MAX_BYTES + 1)).status_code, 413)
        self.assertEqual(self.call(headers={"Content-Encoding": "gzip"}).status_code, 415)

    def test_many_failures_must_wait(self):
        self.set_parameter("base.login_cooldown_after", 3)
        self.switch_on()
        for _attempt in range(3):
            self.assertEqual(self.call(secret="wrong").status_code, 401)
        answer = self.call(secret="wrong")
        self.assertEqual(answer.status_code, 429)
        self.assertTrue(int(answer.headers["Retry-After"]) > 0)
        # Whoever knows the secret is let in whatever others do.
        self.assertEqual(self.call().status_code, 200)

    def test_many_calls_are_taken_and_not_looked_at(self):
        """Seven refusals in a row, and the shop would stop for good."""
        self.set_parameter(CALLS_PARAMETER, 2)
        self.switch_on()
        for number in range(5):
            answer = self.call(b'{"id": %d}' % number, delivery=f"m{number}")
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(self.hints()), 2)

    def test_a_copy_of_the_database_knows_no_secret(self):
        self.switch_on()
        with patch.object(type(self.account), "_is_database_neutralized", return_value=True):
            with self.assertRaises(UserError):
                self.account.with_user(self.admin).action_create_webhooks()
