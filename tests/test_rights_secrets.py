"""Login, password and token: who reads them, and where they never show."""

import base64
import logging

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .inbound_common import InboundCase


@tagged("post_install", "-at_install")
class TestSecrets(InboundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._make_user("boss", "marketplace_helpdesk.group_administrator")

    def setUp(self):
        super().setUp()
        self.run_job()
        self.account.flush_recordset()
        self.env.cr.execute(
            "SELECT password, token FROM marketplace_account WHERE id = %s", [self.account.id]
        )
        self.secrets = [*self.env.cr.fetchone()]
        self.assertEqual(self.secrets[0], self.seller.password)
        self.assertTrue(self.secrets[1])

    def test_nobody_reads_password_or_token(self):
        for user in (self.agent, self.manager, self.boss, self.env.ref("base.user_admin")):
            account = self.env["marketplace.account"].with_user(user).browse(self.account.id)
            for name in ("password", "token", "token_expires_at"):
                with self.subTest(user=user.login, field=name):
                    self.assertNotIn(name, account.fields_get())
                    for deed in (
                        lambda a=account, n=name: a.read([n]),
                        lambda a=account, n=name: a.search([(n, "like", "a%")]),
                        lambda a=account, n=name: a.search([], order=n),
                        lambda a=account, n=name: a.formatted_read_group([], [n], ["__count"]),
                        lambda a=account, n=name: a.export_data([n]),
                        lambda a=account, n=name: a.write({n: "x"}),
                        lambda a=account, n=name: a.web_read({n: {}}),
                        lambda a=account, n=name: a.mapped(n),
                    ):
                        with self.assertRaises(Exception) as raised:
                            deed()
                        self.assertIn(type(raised.exception), (AccessError, UserError, ValueError))

    def test_whole_record_shows_no_secret(self):
        account = self.account.with_user(self.boss)
        account.password_input = "another-secret"
        self.env.invalidate_all()
        shown = str(account.read()) + str(account.copy_data())
        for secret in (*self.secrets, "another-secret"):
            self.assertNotIn(secret, shown)
        self.assertFalse(account.password_input)
        self.assertTrue(account.password_date)

    def test_copy_knows_neither_login_nor_password(self):
        copy = self.account.with_user(self.boss).copy({"name": "Copy"}).sudo()
        self.assertFalse(copy.login or copy.password or copy.token)
        self.assertEqual(copy.state, "disabled")
        self.assertNotEqual(copy.cron_id, self.account.cron_id)

    def test_login_is_for_administrators(self):
        self.assertEqual(self.account.with_user(self.boss).login, self.seller.login)
        for user in (self.agent, self.manager):
            account = self.account.with_user(user)
            self.assertNotIn("login", account.fields_get())
            with self.assertRaises(AccessError):
                account.read(["login"])
            with self.assertRaises(AccessError):
                account.search([("login", "=", self.seller.login)])

    def test_new_password_drops_the_token(self):
        self.account.with_user(self.boss).password_input = "new"
        account = self.account.sudo()
        self.assertEqual((account.password, account.token), ("new", False))

    def test_saving_the_form_without_a_password_keeps_it(self):
        self.account.with_user(self.boss).write({"password_input": False, "color": 3})
        self.assertEqual(self.account.sudo().password, self.seller.password)

    def test_nothing_is_tracked_on_the_account(self):
        self.account.with_user(self.boss).write({"password_input": "tracked?", "login": "x-api"})
        self.env.flush_all()
        values = self.env["mail.tracking.value"].search([]).read()
        self.assertNotIn("tracked?", str(values) + str(self.account.message_ids.read()))

    def test_logs_hold_no_secret(self):
        claim, case = self.make_claim(self.make_order()), None
        self.account.sudo().token = False
        basic = base64.b64encode(f"{self.seller.login}:{self.seller.password}".encode()).decode()
        sql = logging.getLogger("odoo.sql_db")
        level = sql.level
        sql.setLevel(logging.INFO)  # at DEBUG Odoo prints every query with its values
        self.addCleanup(sql.setLevel, level)
        with self.assertLogs(level=logging.DEBUG) as logs:
            self.run_job()
            case = self.get_case(claim)
            case.with_user(self.agent)._post_answer("Bonjour, elle part demain.")
            for fault in ("html", "http500_before", "token_expired", "sql_text", "not_authorised"):
                self.seller.fault("GetOrderClaimList", fault)
                self.run_job()
            self.account.action_enable()
            self.account.with_user(self.boss).action_test_connection()
            self.seller.configure(password="other")
            self.account.sudo().token = False
            self.run_job()
        text = "\n".join([*logs.output, *(str(record.exc_text or "") for record in logs.records)])
        self.assertGreater(len(logs.output), 50)
        token = self.account.sudo().token or "-"
        for secret in (self.seller.password, basic, *self.secrets[1:], token):
            if len(secret) > 8:
                self.assertNotIn(secret, text)

    def test_errors_hold_no_secret(self):
        self.seller.configure(password="other")
        self.account.sudo().token = False
        self.run_job()
        self.account.with_user(self.boss).action_test_connection()
        shown = str(self.account.sudo().read(["last_error"]))
        shown += str(self.account.check_ids.read()) + str(self.account.activity_ids.read())
        shown += str(self.account.stream_ids.read())
        self.assertIn("refused the login", shown)
        self.assertNotIn(self.seller.password, shown)
