"""The account and its scheduled action; copies of a database; what may exist once only."""

from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import UserError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged
from odoo.tools import mute_logger

from .inbound_common import InboundCase


@tagged("post_install", "-at_install")
class TestScheduledAction(InboundCase):
    def test_one_per_account_as_the_account_says(self):
        cron = self.account.cron_id
        crons = self.env["ir.cron"].search([("code", "like", f"browse({self.account.id})._cron")])
        self.assertEqual(crons, cron)
        self.assertEqual((cron.interval_number, cron.interval_type), (5, "minutes"))
        self.assertEqual(cron.user_id, self.env.ref("base.user_root"))
        self.assertTrue(cron.active)

    def test_follows_its_account(self):
        cron = self.account.cron_id
        self.account.write({"interval_minutes": 17, "name": "Renamed"})
        self.assertEqual(cron.interval_number, 17)
        self.assertIn("Renamed", cron.name)
        self.account.action_disable()
        self.assertFalse(cron.active)
        self.account.action_observe()
        self.assertTrue(cron.active)
        self.account.active = False
        self.assertFalse(cron.active)
        self.account.active = True
        self.assertTrue(cron.active)

    def test_goes_with_its_account(self):
        cron = self.account.cron_id
        action = cron.ir_actions_server_id
        self.account.unlink()
        self.assertFalse(cron.exists() or action.exists())

    def test_account_with_cases_is_archived_not_deleted(self):
        self.pull_claim()
        with self.assertRaisesRegex(UserError, "archive"):
            self.account.unlink()

    def test_new_account_is_off_until_it_is_complete(self):
        account = self.env["marketplace.account"].create(
            {"name": "Incomplete", "team_id": self.team.id}
        )
        self.assertEqual(account.state, "disabled")
        self.assertFalse(account.cron_id.active)
        with self.assertRaisesRegex(UserError, "login"):
            account.action_enable()
        account.write({"login": "x-api", "password_input": "x"})
        with self.assertRaisesRegex(UserError, "sender"):
            account.action_enable()
        account.sender_email = "care@shop.example"
        account.action_enable()
        self.assertTrue(account.cron_id.active)

    def test_answer_asks_for_a_run_at_once(self):
        _claim, case = self.pull_claim()
        triggers = self.env["ir.cron.trigger"]
        domain = [("cron_id", "=", self.account.cron_id.id)]
        triggers.search(domain).unlink()
        case.with_user(self.agent)._post_answer("Bonjour")
        self.assertTrue(triggers.search(domain))

    def test_nonsense_is_refused(self):
        for values in (
            {"sender_email": "nobody"},
            {"service_url": "file:///etc/passwd"},
            {"token_url": "javascript:alert(1)"},
            {"answer_hours": 0},
            {"refund_days": -1},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.account.write(values)
        with self.assertRaises(psycopg2.errors.CheckViolation), mute_logger("odoo.sql_db"):
            self.account.interval_minutes = 0
            self.account.flush_recordset()

    def test_marketplace_of_an_account_stays(self):
        with self.assertRaises(UserError):
            self.account.write({"provider": "other"})


@tagged("post_install", "-at_install")
class TestNeutralized(InboundCase):
    def _neutralize(self):
        self.env.flush_all()
        installed = self.env["ir.module.module"].search(
            [("state", "in", ("installed", "to install", "to upgrade"))]
        )
        for query in get_neutralization_queries(installed.mapped("name")):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.env.registry.clear_all_caches()

    def test_every_secret_is_gone(self):
        self.run_job()
        self.env.flush_all()
        secrets = (self.seller.login, self.seller.password, self.account.sudo().token)
        self.assertTrue(all(secrets))
        self._neutralize()
        self.env.cr.execute("SELECT * FROM marketplace_account WHERE id = %s", [self.account.id])
        columns = [column.name for column in self.env.cr.description]
        row = dict(zip(columns, self.env.cr.fetchone(), strict=True))
        for column, value in row.items():
            if column != "name":  # the tests name accounts after their login
                for secret in secrets:
                    self.assertNotIn(secret, str(value), column)
        self.assertEqual(row["state"], "disabled")

    def test_scheduled_actions_stay_off(self):
        cron = self.account.cron_id
        self._neutralize()
        self.assertFalse(cron.active)
        self.account.interval_minutes = 3
        self.account.state = "enabled"
        self.env["marketplace.account"]._cron_watch()
        self.assertFalse(cron.active)
        new = self.env["marketplace.account"].create({"name": "New", "team_id": self.team.id})
        self.assertFalse(new.cron_id.active)

    def test_nothing_is_read_nor_sent(self):
        _claim, case = self.pull_claim()
        self._neutralize()
        self.account.write({"login": self.seller.login, "password_input": self.seller.password})
        for start in (self.account.action_enable, self.account.action_observe):
            with self.assertRaisesRegex(UserError, "neutralised"):
                start()
        self.account.state = "enabled"
        with self.assertRaisesRegex(UserError, "neutralised"):
            case.with_user(self.agent)._post_answer("Bonjour")
        calls = len(self.seller._call("GET", "/calls")["calls"])
        self.account._cron_run()
        self.assertEqual(len(self.seller._call("GET", "/calls")["calls"]), calls)
        self.assertTrue(self.account.is_neutralized)


@tagged("post_install", "-at_install")
class TestConnectionTest(InboundCase):
    def setUp(self):
        super().setUp()
        self.boss = self._make_user("boss", "marketplace_helpdesk.group_administrator")

    def _check(self):
        with patch.object(IrMail_Server, "_disable_send", lambda server: False):
            self.account.with_user(self.boss).action_test_connection()
        lines = self.account.with_user(self.boss).check_ids
        return {line.name: line for line in lines}

    def test_every_right_has_a_line(self):
        self.make_order()
        lines = self._check()
        self.assertEqual(
            {name: line.result for name, line in lines.items()},
            {
                "Token": "ok",
                "Orders": "ok",
                "Claims and questions": "ok",
                "Relay address": "ok",
                "Refunds": "skipped",
                "Mail server": "ok",
            },
        )
        self.assertTrue(all(line.message for line in lines.values()))
        self.assertTrue(self.account.checked_at)
        self.assertFalse(self.seller.state["mails"])
        self._check()
        self.assertEqual(len(self.account.check_ids), len(lines))

    def test_wrong_password_is_found_in_spite_of_a_living_token(self):
        self.run_job()
        self.seller.configure(password="changed")
        lines = self._check()
        self.assertEqual(lines["Token"].result, "failed")
        self.assertIn("refused the login", lines["Token"].message)
        self.assertEqual(lines["Orders"].result, "skipped")

    def test_missing_right_is_named(self):
        self.seller.fault("GetOrderClaimList", "not_authorised")
        lines = self._check()
        self.assertEqual(lines["Claims and questions"].result, "failed")
        self.assertIn("rights", lines["Claims and questions"].message)
        self.assertEqual(lines["Orders"].result, "ok")

    def test_dead_mail_server_is_named(self):
        self.mail_server.smtp_port = 9
        self.assertEqual(self._check()["Mail server"].result, "failed")


@tagged("post_install", "-at_install")
class TestOnce(InboundCase):
    """One test per promised constraint: the duplicate is refused by the database."""

    def setUp(self):
        super().setUp()
        self.claim, self.case = self.pull_claim(with_order=True)

    def _assert_once(self, record, **values):
        copied = {
            name: value
            for name, value in record.sudo().read(load=None)[0].items()
            if record._fields[name].store
            and not record._fields[name].compute
            and record._fields[name].type not in ("one2many", "many2many")
            and name not in ("id", "create_uid", "create_date", "write_uid", "write_date")
        }
        copied.update(values)
        model = record.browse().sudo()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            model.create(copied)
            self.env.flush_all()

    def test_account_name_per_company(self):
        self._assert_once(self.account, cron_id=False)

    def test_stream_of_an_account(self):
        self._assert_once(self.account.stream_ids[0])

    def test_case_number_per_account(self):
        self._assert_once(self.case)

    def test_cases_of_our_own_have_no_number_yet(self):
        order = self.case.sale_order_id
        first, second = (self.env["marketplace.case"]._open_for_order(order) for _i in range(2))
        self.env.flush_all()
        self.assertFalse(first.remote_id or second.remote_id)

    def test_message_key_per_account(self):
        self._assert_once(self.case.message_ids)

    def test_operation_reference(self):
        self.case.with_user(self.agent)._post_answer("Bonjour")
        self._assert_once(self.case.operation_ids)

    def test_reason_code_per_use(self):
        self._assert_once(self.account.reason_ids[0])

    def test_record_set_aside(self):
        self.make_order(lines=[self.line("NO-SUCH", 5.0)])
        self.run_job()
        self._assert_once(self.get_letters())

    def test_marketplace_order_number(self):
        order = self.case.sale_order_id
        twin = order.copy()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            twin.write(
                {
                    "marketplace_account_id": self.account.id,
                    "marketplace_ref": order.marketplace_ref,
                }
            )
            self.env.flush_all()

    def test_refund_number(self):
        dialog = (
            self.env["marketplace.refund.ask"]
            .with_user(self.agent)
            .with_context(default_order_id=self.case.sale_order_id.id, default_case_id=self.case.id)
            .create({"kind": "gesture", "gesture_amount": 5.0})
        )
        dialog.reason_id = self.account.reason_ids.filtered(lambda r: r.code == "135")
        dialog.action_confirm()
        refund = self.case.sale_order_id.marketplace_refund_ids
        self.assertEqual(len(refund), 1)
        self._assert_once(refund)


@tagged("post_install", "-at_install")
class TestCost(InboundCase):
    """What a poll and a page cost, in queries."""

    def _count(self, deed):
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        deed()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_idle_poll(self):
        for _turn in range(2):
            self.run_job()
        streams = self.account.stream_ids

        def run():
            with self.enter_registry_test_mode():
                self.account.cron_id.method_direct_trigger()

        streams.next_pull = fields.Datetime.to_datetime("2999-01-01")
        without = self._count(run)
        streams.next_pull = False
        with_all = self._count(run)
        self.assertTrue(all(stream.next_pull for stream in streams))
        self.assertLessEqual((with_all - without) / len(streams), 15)

    def test_page_of_fifty_cases(self):
        self.seller.configure(options={"edition": "2020"})
        for number in range(50):
            claim = self.make_claim(text=f"Bonjour {number}")
            for text in ("Alors ?", "Et maintenant ?"):
                self.seller.say(claim["id"], f"{text} {number}")
        stream = self.get_stream("claims")
        with self.account._get_client() as client:
            page = next(client.pull("claims", None, self.account.import_start))
        self.assertEqual(len(page.records), 50)
        inbox = self.env["marketplace.inbox"]
        cost = self._count(lambda: inbox._store_page(stream, page))
        self.assertEqual(self.account.case_count, 50)
        self.assertLessEqual(cost / 150, 0.5, cost)
        again = self._count(lambda: inbox._store_page(stream, page))
        self.assertLessEqual(again, 20)
