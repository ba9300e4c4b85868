"""A Mirakl account: its login, what the operator tells about the shop, the pace of its streams."""

import json
from dataclasses import replace
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .mirakl_case import MiraklCase
from .sandbox_api import URL, MiraklSeller


@tagged("post_install", "-at_install")
class TestMiraklLogin(MiraklCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._make_user("boss", "marketplace_helpdesk.group_administrator")

    def _make(self, **values):
        return self.env["marketplace.account"].create(
            {"name": "Second", "provider": "mirakl", "team_id": self.team.id, **values}
        )

    def test_a_key_and_an_address_are_enough(self):
        self.turn(pull=True)
        self.assertEqual(self.account.state, "enabled")
        self.assertFalse(self.account.sudo().login)
        self.assertEqual(set(self.account.stream_ids.mapped("health")), {"healthy"})

    def test_what_is_missing_is_named(self):
        account = self._make()
        with self.refused("the API key, the service address"):
            account.action_enable()
        account.write({"login": "client-1", "service_url": f"{URL}/mirakl"})
        with self.refused("the client secret"):
            account.action_enable()

    def test_pasted_key_loses_what_stood_around_it(self):
        self.account.password_input = f"\t{self.seller.password} \n"
        self.turn(pull=True)
        self.assertEqual(self.account.state, "enabled")

    def test_same_key_at_the_same_address_is_a_twin(self):
        same = {"password_input": self.seller.password, "service_url": f"{URL}/mirakl/"}
        twin = self._make(**same)
        with self.refused(f"“{self.account.name}” works for the same shop"):
            twin.action_enable()
        twin.shop_ref = "4711"
        twin.action_observe()
        self.assertEqual(twin.state, "observing")

    def test_another_key_at_the_same_address_is_no_twin(self):
        other = self._make(
            password_input=MiraklSeller().password, service_url=self.account.service_url
        )
        other.action_enable()
        self.assertEqual(other.state, "enabled")

    def test_oauth_where_a_client_id_is_given(self):
        self.seller.configure(options={"oauth": "only"})
        self.turn(pull=True)
        self.assertEqual(self.account.state, "stopped")
        account = self.account.with_user(self.boss)
        account.write({"login": self.seller.login, "token_url": f"{URL}/mirakl/oauth/token"})
        self.assertTrue(account.uses_oauth)
        account.action_enable()
        self.turn(pull=True)
        self.assertEqual(set(self.account.stream_ids.mapped("health")), {"healthy"})
        self.turn(pull=True)
        self.assertEqual(self.seller.count("token")[0], 1)

    def test_back_to_the_key(self):
        account = self.account.with_user(self.boss)
        account.write({"login": self.seller.login, "token_url": f"{URL}/mirakl/oauth/token"})
        account.uses_oauth = False
        self.assertFalse(account.login or account.token_url)
        self.turn(pull=True)
        self.assertEqual(self.seller.count("token")[0], 0)

    def test_shop_number_and_language_travel(self):
        self.account.shop_ref = " 99999999 "
        self.account.user_id.lang = "en_US"
        self.turn(pull=True)
        self.assertEqual(set(self.account.stream_ids.mapped("health")), {"failing"})
        self.account.shop_ref = False
        self.turn(pull=True)
        self.assertEqual(set(self.account.stream_ids.mapped("health")), {"healthy"})

    def test_only_its_own_fields_are_shown(self):
        form = Form(self.account.with_user(self.boss))
        for name in ("sender_email", "seller_names", "relay_days", "confirm_minutes"):
            with self.subTest(name), self.assertRaises(AssertionError):
                setattr(form, name, 1 if name.endswith(("days", "minutes")) else "x@shop.example")
        form.shop_ref = "12"
        form.incident_hours = 12
        form.recipient_policy = "customer"
        form.save()
        self.assertEqual(self.account.recipient_policy, "customer")

    def test_cdiscount_shows_nothing_of_mirakl(self):
        account = self.env["marketplace.account"].create({"name": "C", "team_id": self.team.id})
        form = Form(account.with_user(self.boss))
        for name, value in (
            ("shop_ref", "12"),
            ("incident_hours", 3),
            ("recipient_policy", "customer"),
        ):
            with self.subTest(name), self.assertRaises(AssertionError):
                setattr(form, name, value)
        form.relay_days = 20
        form.login = "shop-api"
        form.save()
        self.assertEqual(account.relay_days, 20)

    def test_every_right_is_tested(self):
        self.account.with_user(self.boss).action_test_connection()
        results = {line.name: line.result for line in self.account.check_ids}
        self.assertGreater(len(results), 4)
        self.assertNotIn("failed", results.values())

    def test_missing_role_is_named(self):
        self.seller.configure(roles=["ROLE_PARTNER_ORDER_READ"])
        self.account.with_user(self.boss).action_test_connection()
        failed = self.account.check_ids.filtered(lambda line: line.result == "failed")
        self.assertTrue(failed)
        self.assertIn("ROLE_PARTNER_", " ".join(failed.mapped("message")))
        self.turn(pull=True)
        health = {stream.key: stream.health for stream in self.account.stream_ids}
        self.assertEqual(health["orders"], "healthy")


@tagged("post_install", "-at_install")
class TestMiraklFacts(MiraklCase):
    """What the operator tells once a day."""

    def setUp(self):
        super().setUp()
        # Of the operator's languages: in another one it is asked twice.
        self.env["res.lang"]._activate_lang("de_DE")
        self.account.user_id = self._make_user("chief", "marketplace_helpdesk.group_manager")
        self.account.user_id.lang = "de_DE"

    def _asked(self, *calls):
        return [self.seller.count(call)[0] for call in calls or ("A01", "A21", "RE01")]

    def _reasons(self, usage, **values):
        reasons = self.account.with_context(active_test=False).reason_ids
        return reasons.filtered(
            lambda r: r.usage == usage and all(r[name] == value for name, value in values.items())
        )

    def _figure(self, key):
        return self.account.figure_ids.filtered(lambda figure: figure.key == key)

    def _without_reason(self, code):
        """A change of RE01's answer, for `wire`."""

        def change(answer):
            told = json.loads(answer.content)
            told["reasons"] = [reason for reason in told["reasons"] if reason["code"] != code]
            return replace(answer, content=json.dumps(told).encode())

        return self.wire("RE01", change=change)

    def test_asked_once_a_day(self):
        self.turn()
        self.assertEqual(self._asked(), [1, 1, 1])
        self.wait(hours=23)
        self.turn()
        self.assertEqual(self._asked(), [1, 1, 1])
        self.wait(hours=1, minutes=1)
        self.turn()
        self.assertEqual(self._asked(), [2, 2, 2])

    def test_reasons_with_their_rights(self):
        self.turn()
        refunds = self._reasons("refund")
        self.assertEqual(
            sorted((r.code, r.allowed) for r in refunds),
            [("14", False), *((str(code), True) for code in range(15, 20))],
        )
        self.assertTrue(self._reasons("incident", code="3", allowed=False))
        self.assertTrue(self._reasons("resolving", code="8", allowed=True))
        for usage in ("refusal", "topic", "operator_topic"):
            self.assertTrue(self._reasons(usage, allowed=True), usage)

    def test_labels_in_the_language_of_the_account(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.account.user_id.lang = "en_US"
        self.turn()
        reason = self._reasons("refund", code="15")
        self.assertEqual(reason.name, "Nicht auf Lager")  # the operator knows no English
        self.account.user_id.lang = "fr_FR"
        self.wait(hours=25)
        self.turn()
        for lang in ("en_US", "fr_FR", "de_DE"):
            self.assertEqual(reason.with_context(lang=lang).name, "Rupture de stock")

    def test_reason_that_is_gone_is_archived_and_comes_back(self):
        self.turn()
        reason = self._reasons("refund", code="17")
        self.wait(hours=25)
        with self._without_reason("17"):
            self.turn()
        self.assertEqual((reason.active, reason.is_gone), (False, True))
        self.wait(hours=25)
        self.turn()
        self.assertEqual((reason.active, reason.is_gone), (True, False))

    def test_what_people_decided_about_a_reason_stays(self):
        self.turn()
        archived = self._reasons("refund", code="16")
        archived.active = False
        default = self._reasons("refund", code="15")
        default.write({"is_default": True, "sequence": 99})
        self.wait(hours=25)
        self.turn()
        self.assertFalse(archived.active)
        self.assertEqual((default.is_default, default.sequence), (True, 99))
        self.assertEqual(len(self._reasons("refund", code="16")), 1)

    def test_figures_in_percent_and_hours(self):
        self.turn()
        told = {figure.key: figure.value for figure in self.account.figure_ids}
        self.assertEqual(told["incident_rate"], 1.2)
        self.assertEqual(told["refund_rate"], 3.4)
        self.assertAlmostEqual(told["response_hours"], 26400 / 3600, 2)
        self.assertEqual(self._figure("incident_rate").state, "free")
        self.assertTrue(self._figure("incident_rate").read_at)

    def test_figure_beyond_its_limit(self):
        self.turn()
        self._figure("incident_rate").write({"warn_at": 8, "limit": 9})
        states = []
        for rate in (0.079, 0.08, 0.0899, 0.09, 0.2):
            self.seller.figures(incident_rate=rate)
            self.wait(hours=25)
            self.turn()
            states.append(self._figure("incident_rate").state)
        self.assertEqual(states, ["ok", "warn", "warn", "over", "over"])
        self.assertEqual(self.account.figures_over_count, 1)

    def test_figure_no_longer_told_keeps_its_last_value(self):
        self.turn()
        self.seller.figures(incident_rate=None, refund_rate=0.05)
        self.wait(hours=25)
        self.turn()
        self.assertEqual(self._figure("incident_rate").value, 1.2)
        self.assertEqual(self._figure("refund_rate").value, 5.0)
        self.assertLess(self._figure("incident_rate").read_at, self._figure("refund_rate").read_at)

    def test_failure_is_noted_and_tried_again_an_hour_later(self):
        self.seller.fault("A21", "http500_before", times=1)
        self.turn(pull=True)
        self.assertFalse(self.account.facts_at)
        self.assertTrue(self.account.facts_problems)
        self.assertEqual(set(self.account.stream_ids.mapped("health")), {"healthy"})
        self.wait(minutes=50)
        self.turn()
        self.assertEqual(self._asked("A21"), [1])
        self.wait(minutes=11)
        self.turn()
        self.assertEqual(self._asked("A21"), [2])
        self.assertTrue(self.account.facts_at)
        self.assertFalse(self.account.facts_problems)

    def test_part_that_may_not_be_read_is_named_and_kept(self):
        self.turn()
        self.seller.configure(roles=["ROLE_PARTNER_ORDER_READ", "ROLE_PARTNER_ORDER_SETTINGS_READ"])
        self.wait(hours=25)
        self.turn()
        self.assertIn("ROLE_PARTNER_SHOP_READ", self.account.facts_problems)
        self.assertEqual(self._figure("incident_rate").value, 1.2)
        self.assertTrue(self._reasons("refund", code="15", active=True))
        # Asked for again with the others, not sooner.
        self.wait(hours=2)
        self.turn()
        self.assertEqual(self._asked("RE01"), [2])

    def test_reading_now_asks_again_for_what_was_not_told(self):
        self.seller.configure(roles=["ROLE_PARTNER_ORDER_READ"])
        self.turn()
        self.assertTrue(self.account.facts_problems)
        self.seller.configure(roles=None)
        self.account.action_read_now()
        self.turn()
        self.assertFalse(self.account.facts_problems)
        self.assertTrue(self.account.reason_ids)
        self.account.action_read_now()
        self.turn()
        self.assertEqual(self._asked("A01"), [2])

    def test_refused_key_stops_the_account(self):
        self.seller.configure(password="another")
        self.turn()
        self.assertEqual(self.account.state, "stopped")

    def test_closed_shop_is_an_alarm_once(self):
        self.turn()
        self.assertTrue(self.account.shop_is_open)
        self.seller.configure(options={"shop_state": "SUSPENDED"})
        self.wait(hours=25)
        self.turn()
        self.assertFalse(self.account.shop_is_open)
        alarm = self.account.activity_ids
        self.assertEqual(len(alarm), 1)
        self.assertIn("not open", alarm.summary)
        self.assertIn("Suspended", alarm.note)
        self.assertEqual(alarm.user_id, self.account.user_id)
        alarm.action_done()
        self.wait(hours=25)
        self.turn()
        self.assertFalse(self.account.activity_ids)
        self.seller.configure(options={"shop_state": "CLOSE"})
        self.wait(hours=25)
        self.turn()
        self.assertEqual(len(self.account.activity_ids), 1)
        self.seller.configure(options={"shop_state": "OPEN"})
        self.wait(hours=25)
        self.turn()
        self.assertTrue(self.account.shop_is_open)
        self.assertFalse(self.account.activity_ids)

    def test_state_that_nobody_knows_is_shown_as_it_is(self):
        self.seller.configure(options={"unknown_enums": True})
        self.turn()
        self.assertEqual(self.account.shop_state_name, "ON_HOLIDAY")
        self.assertFalse(self.account.shop_is_open)

    def test_nobody_writes_what_the_operator_tells(self):
        self.turn()
        boss = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        figure = self._figure("incident_rate").with_user(boss)
        figure.limit = 4
        self.assertEqual(figure.limit, 4)
        for deed in (
            lambda: figure.write({"value": 0}),
            lambda: figure.create({"account_id": self.account.id, "key": "x", "value": 1}),
            lambda: self.account.with_user(boss).write({"shop_state": "OPEN"}),
            lambda: self.account.with_user(boss).write({"facts_at": False}),
            lambda: figure.with_user(self.agent).write({"limit": 1}),
        ):
            with self.assertRaises(AccessError):
                deed()
        self.assertEqual(figure.with_user(self.agent).value, 1.2)

    def test_facts_cost_no_query_on_other_days(self):
        self.turn()
        with self.account._get_client() as client:
            self.account.read(["name"])
            with self.assertQueryCount(0):
                self.account._refresh_facts(client, type("Run", (), {"is_over": False}))


@tagged("post_install", "-at_install")
class TestMiraklStreams(MiraklCase):
    def _stream(self, key):
        return self.account.stream_ids.filtered(lambda stream: stream.key == key)

    def test_each_has_the_pace_that_the_client_declares(self):
        declared = {spec.key: spec.every for spec in self.account._client_class().streams}
        paces = {stream.key: stream.interval_minutes for stream in self.account.stream_ids}
        self.assertEqual(paces, declared)

    def test_pace_of_its_own(self):
        threads, orders = self._stream("threads"), self._stream("orders")
        threads.interval_minutes = 30
        self.turn(pull=True)
        apart = threads.next_pull - threads.last_success
        self.assertEqual(apart, timedelta(minutes=29))
        self.assertLess(orders.next_pull, threads.next_pull)

    def test_zero_is_the_pace_of_the_account(self):
        self.account.interval_minutes = 20
        threads = self._stream("threads")
        threads.interval_minutes = 0
        self.turn(pull=True)
        self.assertEqual(threads.next_pull - threads.last_success, timedelta(minutes=19))

    def test_due_again_at_the_next_turn_of_the_scheduler(self):
        """The scheduler counts from its own start, and reading takes time."""
        threads = self._stream("threads")
        threads.interval_minutes = 0
        self.turn(pull=True)
        before = self.seller.count("M11")[0]
        threads.last_success += timedelta(seconds=8)
        next_turn = threads.last_success - timedelta(seconds=8) + timedelta(minutes=5)
        self.assertLessEqual(threads.next_pull, next_turn)
        self.assertEqual(before, 1)

    def test_slow_stream_is_not_silent_between_two_readings(self):
        threads = self._stream("threads")
        threads.interval_minutes = 12 * 60
        self.turn(pull=True)
        self.account.started_at = False
        for hours, health in ((7, "healthy"), (23, "healthy"), (25, "silent")):
            threads.last_success = fields.Datetime.now() - timedelta(hours=hours)
            self.assertEqual(threads.health, health, hours)

    def test_reading_without_news_is_cheap(self):
        for _turn in range(2):
            self.turn(pull=True)
        streams = self.account.stream_ids

        def count(pull):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.turn(pull=pull)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        without = count(False)
        self.assertLessEqual((count(True) - without) / len(streams), 15)

    def test_administrator_changes_it_and_nobody_else(self):
        boss = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        stream = self._stream("threads")
        stream.with_user(boss).interval_minutes = 12
        self.assertEqual(stream.interval_minutes, 12)
        with self.assertRaises(AccessError):
            stream.with_user(self.manager).interval_minutes = 1

    def test_stream_of_a_newer_client_is_added(self):
        self._stream("incidents").sudo().unlink()
        self.account.stream_ids[0].active = False
        self.env["marketplace.account"]._cron_watch()
        streams = self.account.with_context(active_test=False).stream_ids
        self.assertEqual(len(streams), len(self.account._client_class().streams))
        self.assertEqual(len(self.account.stream_ids), len(streams) - 1)

    def test_reasons_of_a_newer_client_are_added_by_the_upgrade(self):
        account = self.env["marketplace.account"].create({"name": "C", "team_id": self.team.id})
        count = len(account.reason_ids)
        account.reason_ids[0].unlink()
        account.reason_ids[0].active = False
        account._add_declared()
        self.assertEqual(len(account.with_context(active_test=False).reason_ids), count)
        self.assertEqual(len(account.reason_ids), count - 1)
