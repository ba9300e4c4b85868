"""Who is let in at the web service, what strangers learn, and what hostile calls cost."""

import hmac
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo.tests import tagged
from odoo.tools import config

from ..connectors.opensi import keys
from ..controllers.call_limits import CallLimits
from ..controllers.opensi import CALLS_PARAMETER
from .opensi_shop_case import (
    ADDED,
    CONTENT_TYPES,
    OpensiShopCase,
    envelope,
    record,
    results,
)

BAD_KEY = "Authentification failed, please check your credentials!"
BAD_CODE = "this code website is not recognized"


@tagged("post_install", "-at_install")
class TestOpensiShopGuard(OpensiShopCase):
    def setUp(self):
        super().setUp()
        # Many tests knock often; the limit has a test of its own.
        self.set_parameter("base.login_cooldown_after", 0)

    def set_parameter(self, name, value):
        self.env["ir.config_parameter"].set_param(name, value)

    def try_it(self, **values):
        return self.set_comments(record(self.order.name, "1"), **values)

    # Key and website code -----------------------------------------------------------------------

    def test_key_must_be_right_in_every_character(self):
        key = self.get_key(self.shop)
        changed = ("0" if key[-1] != "0" else "1", "0" if key[0] != "0" else "1")
        for wrong in (key[:-1] + changed[0], changed[1] + key[1:], key[:-1], key + "0", "", "é"):
            self.assertFault(self.try_it(key=wrong), BAD_KEY)
        self.assertFalse(self.get_comments())
        self.assertEqual(results(self.try_it()), [(self.order.name, ADDED)])

    def test_no_header_is_a_wrong_key(self):
        self.assertEqual(self.try_it(key=None).content, self.try_it(key="wrong").content)
        self.assertFault(self.try_it(key=None, version="1.2"), BAD_KEY, "1.2")

    def test_key_comes_before_website_code(self):
        self.assertFault(self.try_it(key="wrong", website_code="other"), BAD_KEY)
        self.assertFault(self.try_it(website_code="other"), BAD_CODE)
        self.assertFault(self.try_it(website_code="main2", version="1.2"), BAD_CODE, "1.2")
        self.assertIn("main2", self.shop.last_call_problem)
        self.assertFalse(self.get_comments())

    def test_account_without_password_lets_nobody_in(self):
        self.shop.sudo().write({"login": False, "password": False})
        for key in (keys.make_key("", ""), keys.make_key(False, False), ""):
            self.assertFault(self.try_it(key=key), BAD_KEY)

    def test_states(self):
        key = self.get_key(self.shop)
        for state, accepts in (
            ("observing", True),
            ("disabled", False),
            ("stopped", False),
            ("enabled", True),
        ):
            self.shop.sudo().state = state
            answer = self.set_comments(record(self.order.name, state[:9]), key=key)
            self.assertEqual(answer.status_code, 200 if accepts else 500, state)
        self.assertEqual(self.get_comments().mapped("remote_id"), ["observing", "enabled"])

    def test_other_roles_and_archived_accounts_take_no_calls(self):
        key = self.get_key(self.shop)
        self.shop.active = False
        self.assertFault(self.try_it(key=key), BAD_KEY)
        url = self.account.web_service_url
        feeding = self.set_comments(
            record(self.order.name, "1"), url=url, key=self.get_key(self.account)
        )
        self.assertFault(feeding, BAD_KEY)

    # What strangers learn -----------------------------------------------------------------------

    @contextmanager
    def count_work(self):
        """What a call costs: queries, keys made, comparisons."""
        counts = {}
        made = patch.object(keys, "make_key", side_effect=keys.make_key)
        compared = patch.object(hmac, "compare_digest", side_effect=hmac.compare_digest)
        before = self.cr.sql_log_count
        with made as keys_made, compared as comparisons:
            yield counts
        counts.update(
            queries=self.cr.sql_log_count - before,
            keys=keys_made.call_count,
            comparisons=comparisons.call_count,
        )

    def knock(self, url, key):
        """(status, headers, bytes, work) of a call."""
        self.try_it(url=url, key=key)  # caches are warm from here on
        body = (
            "<s:setCommentsRequest><s:Website_Code>main</s:Website_Code>"
            f"{record(self.order.name, '1')}</s:setCommentsRequest>"
        )
        content, headers = envelope(body, key).encode(), {"Content-Type": CONTENT_TYPES["1.1"]}
        self.env.flush_all()
        with self.count_work() as work:
            answer = self.opener.post(url, data=content, headers=headers)
        shown = {name: value for name, value in answer.headers.items() if name != "Date"}
        return answer.status_code, shown, answer.content, work

    def test_unknown_address_is_a_wrong_key(self):
        known, unknown = self.shop.web_service_url, f"{self.shop.web_service_url}0"
        off = self.make_shop_account()
        off.action_disable()
        for style in ("standard", "original"):
            self.shop.fault_style = style
            wrong_key = self.knock(known, "wrong")
            self.assertEqual(wrong_key[0], 500 if style == "standard" else 200)
            self.assertGreater(wrong_key[3]["queries"], 0)
            self.assertEqual(self.knock(unknown, "wrong"), wrong_key)
            self.assertEqual(self.knock(unknown, self.get_key(self.shop)), wrong_key)
            self.assertEqual(self.knock(off.web_service_url, self.get_key(off)), wrong_key)
        self.assertFalse(self.shop.last_call_at)

    def test_faults_in_the_style_of_the_original(self):
        self.shop.fault_style = "original"
        for values, sentence in (({"key": "wrong"}, BAD_KEY), ({"website_code": "x"}, BAD_CODE)):
            for version in ("1.1", "1.2"):
                answer = self.try_it(version=version, **values)
                self.assertFault(answer, sentence, "1.2", 200)
                self.assertTrue(answer.headers["Content-Type"].startswith("text/xml"))

    def test_style_of_one_account_is_its_own_behind_the_key(self):
        self.make_shop_account(fault_style="original")
        self.assertFault(self.try_it(website_code="x"), BAD_CODE, "1.1", 500)

    def test_wrong_key_leaves_a_trace(self):
        self.try_it()
        self.assertFalse(self.shop.last_refused_at)
        self.try_it(key="wrong")
        self.assertTrue(self.shop.last_refused_at)
        strangers = self.env.ref("marketplace_helpdesk.parameter_opensi_last_stranger")
        before = strangers.value
        self.try_it(url=f"{self.shop.web_service_url}0")
        self.assertNotEqual(strangers.value, before)

    # TLS ----------------------------------------------------------------------------------------

    def test_without_tls_nobody_is_let_in(self):
        self.shop.allow_http = False
        refused = self.try_it()
        self.assertEqual(refused.content, self.try_it(key="wrong").content)
        self.assertFault(refused, BAD_KEY)
        self.assertIn("without TLS", self.shop.last_call_problem)
        self.assertFalse(self.get_comments())

    def test_wrong_key_without_tls_is_not_noted(self):
        self.shop.allow_http = False
        self.assertFault(self.try_it(key="wrong"), BAD_KEY)
        self.assertFalse(self.shop.last_call_problem)

    def test_behind_a_proxy_with_tls(self):
        self.shop.allow_http = False
        forwarded = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": urlsplit(self.shop.web_service_url).netloc,
            "X-Forwarded-For": "192.0.2.7",
        }
        with patch.dict(config.options, {"proxy_mode": True}):
            answer = self.try_it(headers=forwarded)
        self.assertEqual(results(answer), [(self.order.name, ADDED)])
        self.assertFalse(self.shop.last_call_problem)
        # Whoever is no proxy says nothing about TLS.
        self.assertFault(self.try_it(headers=forwarded), BAD_KEY)

    # Limits -------------------------------------------------------------------------------------

    def test_many_failures_from_one_address_must_wait(self):
        self.set_parameter("base.login_cooldown_after", 3)
        self.set_parameter("base.login_cooldown_duration", 45)
        for _attempt in range(3):
            self.assertFault(self.try_it(key="wrong"), BAD_KEY)
        for values in ({"key": "wrong"}, {}):
            answer = self.try_it(**values)  # the right key does not help either
            self.assertEqual(answer.status_code, 429)
            self.assertIn(int(answer.headers["Retry-After"]), range(1, 46))
        self.assertFalse(self.get_comments())
        # OpenSi serves many shops from one address: the others are let in, known or not.
        other = self.make_shop_account()
        self.assertEqual(self.set_comments(account=other).status_code, 200)
        unknown = f"{self.shop.web_service_url}x"
        for _attempt in range(3):
            self.assertFault(self.try_it(url=unknown), BAD_KEY)
        self.assertEqual(self.try_it(url=unknown).status_code, 429)

    def test_addresses_that_are_tried_out_must_wait_too(self):
        self.set_parameter("base.login_cooldown_after", 1)
        for attempt in range(20):
            self.try_it(url=f"{self.shop.web_service_url}{attempt}")
        self.assertEqual(self.try_it().status_code, 429)
        self.forget_calls()
        self.assertEqual(self.try_it().status_code, 200)

    def test_bad_calls_count_as_failures_and_good_ones_do_not(self):
        self.set_parameter("base.login_cooldown_after", 2)
        for _attempt in range(4):
            self.assertEqual(self.try_it().status_code, 200)
        self.post(b"hello")
        self.assertEqual(self.try_it().status_code, 200)
        self.post(b"hello")
        self.assertEqual(self.try_it().status_code, 429)

    def test_many_calls_of_one_account_must_wait(self):
        self.set_parameter(CALLS_PARAMETER, 2)
        other = self.make_shop_account()
        for _attempt in range(2):
            self.assertEqual(self.try_it().status_code, 200)
        answer = self.try_it()
        self.assertEqual(answer.status_code, 429)
        self.assertIn(int(answer.headers["Retry-After"]), range(1, 61))
        self.assertEqual(self.set_comments(account=other).status_code, 200)
        self.set_parameter(CALLS_PARAMETER, 0)  # none
        self.assertEqual(self.try_it().status_code, 200)


@tagged("post_install", "-at_install")
class TestCallLimits(OpensiShopCase):
    def setUp(self):
        super().setUp()
        self.now = 100.0
        self.limits = CallLimits(clock=lambda: self.now)

    def fail(self, address, times=1):
        for _failure in range(times):
            self.limits.note_failure(address, "a", 60)

    def wait(self, address):
        return self.limits.get_failure_wait(address, "a", 3, 60)

    def test_failures_are_forgotten_after_their_time(self):
        self.fail("192.0.2.1", 3)
        self.assertEqual((self.wait("192.0.2.1"), self.wait("192.0.2.2")), (60, 0))
        self.now += 59.5
        self.assertEqual(self.wait("192.0.2.1"), 1)
        self.now += 1
        self.assertEqual(self.wait("192.0.2.1"), 0)
        self.fail("192.0.2.1")
        self.assertEqual(self.wait("192.0.2.1"), 0)

    def test_switched_off(self):
        self.fail("192.0.2.1", 50)
        self.assertEqual(self.limits.get_failure_wait("192.0.2.1", "a", 0, 60), 0)

    def test_a_network_of_ipv6_is_one_caller(self):
        for host in range(3):
            self.fail(f"2001:db8:1:2::{host}")
        self.assertGreater(self.wait("2001:db8:1:2:ffff::1"), 0)
        self.assertEqual(self.wait("2001:db8:1:3::1"), 0)

    def test_memory_is_bounded(self):
        self.fail("192.0.2.1", 3)
        for number in range(11_000):
            self.fail(f"10.0.{number // 250}.{number % 250}")
        self.assertLessEqual(len(self.limits._failures), 10_000)

    def test_calls_are_counted_by_the_minute(self):
        for _call in range(2):
            self.limits.note_call(7)
        self.assertEqual(self.limits.get_call_wait(7, 2), 60)
        self.assertEqual(self.limits.get_call_wait(8, 2), 0)
        self.now += 60
        self.assertEqual(self.limits.get_call_wait(7, 2), 0)
        self.limits.note_call(7)
        self.assertEqual(self.limits.get_call_wait(7, 2), 0)
