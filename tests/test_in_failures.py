"""What goes wrong while reading: noted on its stream, told to people, harmful to nothing else."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.service import model as service_model
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..models.job_run import JobRun
from .inbound_common import InboundCase, hours_ago
from .sandbox_api import Seller


@tagged("post_install", "-at_install")
class TestReadingFails(InboundCase):
    def _assert_only_claims_fail(self, fault, **values):
        claim = self.make_claim()
        question = self.seller.discussion(kind="offer_question", text="Bonjour ?")
        self.seller.fault("GetOrderClaimList", fault, **values)
        self.run_job()
        stream = self.get_stream("claims")
        self.assertTrue(stream.last_error)
        self.assertEqual((stream.error_count, stream.health), (1, "failing"))
        self.assertGreater(stream.next_pull, fields.Datetime.now())
        self.assertFalse(self.get_case(claim))
        self.assertTrue(self.get_case(question))
        others = self.account.stream_ids - stream
        self.assertFalse(any(others.mapped("last_error")))
        self.assertEqual(self.account.state, "enabled")
        self.run_job()
        self.assertFalse(stream.last_error or stream.error_count)
        self.assertTrue(self.get_case(claim))

    def test_answer_of_fifty_megabytes(self):
        self._assert_only_claims_fail("huge", mb=50)

    def test_entity_bomb(self):
        self._assert_only_claims_fail("entity_bomb")

    def test_html_page(self):
        self._assert_only_claims_fail("html")

    def test_cut_answer(self):
        self._assert_only_claims_fail("truncated")

    def test_answer_of_another_shape(self):
        self._assert_only_claims_fail("wrong_xml")

    def test_raw_database_error(self):
        self._assert_only_claims_fail("sql_text")
        self.assertNotIn("SELECT", self.get_stream("claims").last_error or "")

    def test_quota(self):
        self._assert_only_claims_fail("quota")

    def test_where_time_is_short_each_stream_has_its_turn(self):
        claim = self.make_claim()
        question = self.seller.discussion(kind="offer_question", text="Bonjour ?")
        streams = self.account.stream_ids.filtered("active")
        with patch.object(JobRun, "is_over", True):
            for run in range(len(streams)):
                self.assertEqual(len(streams.filtered("last_try")), run)
                self.run_job()
        self.assertTrue(self.get_case(claim))
        self.assertTrue(self.get_case(question))

    def test_connection_reset(self):
        self._assert_only_claims_fail("reset_before")

    def test_nothing_listens_there(self):
        self.account.service_url = "http://127.0.0.1:9/nowhere"
        self.run_job()
        self.assertEqual(self.account.stream_ids.mapped("error_count"), [1] * 4)
        self.assertEqual(self.account.state, "enabled")

    def test_failures_in_a_row_wait_longer(self):
        stream = self.get_stream("claims")
        self.seller.fault("GetOrderClaimList", "http500_before", times=3)
        waits = []
        for _turn in range(3):
            self.run_job()
            waits.append(stream.next_pull - stream.last_try)
        minutes = timedelta(minutes=self.account.interval_minutes)
        self.assertEqual(waits, [minutes, minutes * 2, minutes * 4])

    def test_error_is_a_sentence_in_the_language_of_the_person_responsible(self):
        self.seller.fault("GetOrderClaimList", "html")
        self.run_job()
        error = self.get_stream("claims").last_error
        self.assertNotIn("<", error)
        self.assertNotIn("Traceback", error)


@tagged("post_install", "-at_install")
class TestCursor(InboundCase):
    def setUp(self):
        super().setUp()
        self.account.import_start = fields.Datetime.now() - timedelta(days=20)
        self.old = self.make_claim(timestamp=hours_ago(24 * 18))
        self.new = self.make_claim(timestamp=hours_ago(24 * 2))

    def test_moves_with_its_page_only(self):
        self.seller.fault("GetOrderClaimList", "http500_before", skip=1)
        self.run_job()
        stream = self.get_stream("claims")
        self.assertTrue(self.get_case(self.old))
        self.assertFalse(self.get_case(self.new))
        end_of_first = self.account.import_start + timedelta(days=7)
        self.assertEqual(stream.read_until, end_of_first)
        self.run_job()
        self.assertTrue(self.get_case(self.new))
        self.assertEqual(len(self.get_case(self.old)), 1)
        self.assertGreater(stream.read_until, fields.Datetime.now() - timedelta(minutes=1))

    def test_stays_where_storing_fails(self):
        inbox = type(self.env["marketplace.inbox"])
        store, pages = inbox._store_records, []

        def fail_second(service, stream, found):
            if found:
                pages.append(found)
                if len(pages) == 2:
                    raise RuntimeError("bug")
            return store(service, stream, found)

        with (
            patch.object(inbox, "_store_records", fail_second),
            self.assertLogs("odoo.addons.base.models.ir_cron", "ERROR"),
        ):
            self.run_job()
        stream = self.get_stream("claims")
        self.assertTrue(self.get_case(self.old))
        self.assertFalse(self.get_case(self.new))
        self.assertLess(stream.read_until, fields.Datetime.now() - timedelta(days=3))
        self.run_job()
        self.assertTrue(self.get_case(self.new))

    def test_conflict_with_another_transaction_is_done_again(self):
        case_class = type(self.env["marketplace.case"])
        create, tries = case_class.create, []

        def conflict_once(records, vals_list):
            tries.append(len(vals_list))
            if len(tries) == 1:
                records.env.cr.execute("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
            return create(records, vals_list)

        with (
            patch.object(case_class, "create", conflict_once),
            patch.object(service_model.random, "uniform", lambda low, high: 0),
            mute_logger("odoo.sql_db"),
        ):
            self.run_job()
        self.assertEqual(tries, [1, 1, 1])
        for claim in (self.old, self.new):
            self.assertEqual(len(self.get_case(claim).message_ids), 1)
        self.assertFalse(self.get_letters())


@tagged("post_install", "-at_install")
class TestLoginRefused(InboundCase):
    def setUp(self):
        super().setUp()
        self.boss = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        self.account.user_id = self.boss

    def _alarms(self):
        return self.account.activity_ids.filtered(lambda a: a.user_id == self.boss)

    def test_wrong_password_stops_the_account_and_no_other(self):
        other_seller = Seller()
        other = self._make_account(other_seller)
        self.seller.configure(password="changed")
        self.run_job()
        self.assertEqual(self.account.state, "stopped")
        self.assertIn("login", self.account.last_error)
        self.assertEqual(len(self._alarms()), 1)
        self.assertIn("stopped", self._alarms().summary)
        question = other_seller.discussion(kind="offer_question", text="Bonjour ?")
        self.run_job(other)
        self.assertEqual(other.state, "enabled")
        self.assertTrue(self.get_case(question, other))

    def test_stopped_account_asks_nothing_and_starts_again_after_a_test(self):
        self.seller.configure(password="changed")
        self.run_job()
        tokens = self.seller.count("token")[0]
        self.account.with_user(self.boss).action_read_now()
        self.account._cron_run()
        self.assertEqual(self.seller.count("token")[0], tokens)
        self.env["marketplace.account"]._cron_watch()
        self.assertFalse(self.account.cron_id.active)
        account = self.account.with_user(self.boss)
        account.password_input = "changed"
        account.action_test_connection()
        self.assertEqual(account.state, "disabled")
        account.action_enable()
        claim = self.make_claim()
        self.run_job()
        self.assertTrue(self.get_case(claim))

    def test_second_refusal_raises_no_second_alarm(self):
        self.seller.configure(password="changed")
        self.run_job()
        self.account.action_enable()
        self.run_job()
        self.assertEqual(self.account.state, "stopped")
        self.assertEqual(len(self._alarms()), 1)

    def test_forgotten_token_is_drawn_again(self):
        self.run_job()
        token = self.account.sudo().token
        self.seller._call("POST", "/tokens/expire")
        claim = self.make_claim()
        self.run_job()
        self.assertTrue(self.get_case(claim))
        self.assertNotEqual(self.account.sudo().token, token)

    def test_page_against_robots_is_no_refusal(self):
        self.seller.configure(password="changed", options={"bad_login": "html"})
        self.run_job()
        self.assertEqual(self.account.state, "enabled")
        self.assertTrue(all(self.account.stream_ids.mapped("last_error")))

    def test_token_is_kept_between_runs(self):
        self.run_job()
        self.run_job()
        self.assertEqual(self.seller.count("token")[0], 1)


@tagged("post_install", "-at_install")
class TestObserving(InboundCase):
    def test_reads_and_writes_nothing(self):
        _claim, case = self.pull_claim(with_order=True)
        queued = case.with_user(self.agent)._post_answer("Bonjour, elle part demain.")
        self.account.action_observe()
        claim = self.make_claim()
        self.run_job()
        self.assertTrue(self.get_case(claim))
        self.assertEqual(case.operation_ids.state, "pending")
        self.assertFalse(self.seller.state["mails"])
        self.assertTrue(queued.exists())
        with self.assertRaisesRegex(UserError, "observing"):
            case.with_user(self.agent).action_close()
        with self.assertRaises(UserError):
            case.with_user(self.agent)._post_answer("Encore")
        self.assertFalse(case.can_answer or case.can_close)
        self.assertFalse(case.sale_order_id.with_user(self.agent).can_marketplace_refund)
        self.account.action_enable()
        self.run_job()
        self.assertEqual(len(self.seller.state["mails"]), 1)

    def test_disabled_account_does_not_even_read(self):
        self.account.action_disable()
        self.assertFalse(self.account.cron_id.active)
        self.account._cron_run()
        self.assertEqual(self.seller.count("token")[0], 0)


@tagged("post_install", "-at_install")
class TestSilence(InboundCase):
    def setUp(self):
        super().setUp()
        self.watch = self.env.ref("marketplace_helpdesk.cron_watch")

    def _watch_in(self, **delta):
        with freeze_time(fields.Datetime.now() + timedelta(**delta)):
            with self.enter_registry_test_mode():
                self.watch.method_direct_trigger()
            self.env.invalidate_all()
            return self.account.activity_ids, self.account.is_silent

    def test_account_that_reads_nothing_raises_one_alarm(self):
        self.run_job()
        self.assertEqual(self._watch_in(hours=5), (self.env["mail.activity"], False))
        alarms, silent = self._watch_in(hours=7)
        self.assertTrue(silent)
        self.assertEqual(len(alarms), 1)
        self.assertIn("silent", alarms.summary)
        self.assertIn("Claims", alarms.note)
        self.assertEqual(alarms.user_id, self.account.user_id)
        self.assertEqual(self._watch_in(hours=8)[0], alarms)

    def test_account_that_never_read_is_silent_too(self):
        alarms, _silent = self._watch_in(hours=7)
        self.assertEqual(len(alarms), 1)

    def test_no_alarm_for_accounts_that_are_off(self):
        self.run_job()
        self.account.action_disable()
        self.assertFalse(self._watch_in(hours=7)[0])

    def test_watch_mends_a_scheduled_action_that_was_switched_off(self):
        self.account.cron_id.active = False
        self._watch_in(minutes=1)
        self.assertTrue(self.account.cron_id.active)
