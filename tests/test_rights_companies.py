"""Two companies: an agent of one sees and touches nothing of the other."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .inbound_common import InboundCase
from .sandbox_api import Seller

MODELS = (
    "marketplace.account",
    "marketplace.stream",
    "marketplace.case",
    "marketplace.message",
    "marketplace.operation",
    "marketplace.refund",
    "marketplace.refund.line",
    "marketplace.reason",
    "marketplace.dead.letter",
    "helpdesk.ticket",
    "sale.order",
    "sale.order.line",
)


@tagged("post_install", "-at_install")
class TestCompanies(InboundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_b = cls.env["res.company"].create({"name": "Company B"})
        cls.agent_b = cls._make_user("agent", "marketplace_helpdesk.group_agent", cls.company_b)
        cls.boss_b = cls._make_user(
            "boss", "marketplace_helpdesk.group_administrator", cls.company_b
        )
        cls.team_b = cls._make_team(cls.company_b, cls.agent_b)

    def setUp(self):
        super().setUp()
        self.seller_b = Seller()
        self.account_b = self._make_account(self.seller_b, self.company_b, self.team_b)
        self.claim, self.case = self.pull_claim(with_order=True)
        bad = self.make_order(lines=[self.line("NO-SUCH", 5.0)])
        self.run_job()
        self.assertTrue(self.get_letters(remote_id=bad["number"]))
        dialog = (
            self.env["marketplace.refund.ask"]
            .with_user(self.agent)
            .with_context(default_order_id=self.case.sale_order_id.id, default_case_id=self.case.id)
            .create({"kind": "lines"})
        )
        dialog.line_ids[0].selected = True
        dialog.action_confirm()

    def _own(self, model):
        """Records of company A, which there are of every model."""
        company = "account_id.company_id" if model == "marketplace.message" else "company_id"
        extra = []
        if model in ("helpdesk.ticket", "sale.order"):
            extra = [("marketplace_account_id", "!=", False)]
        records = self.env[model].search([(company, "=", self.company.id), *extra])
        self.assertTrue(records, model)
        return records

    def test_nothing_is_seen(self):
        for user in (self.agent_b, self.boss_b):
            for model in MODELS:
                records = self._own(model)
                with self.subTest(user=user.login, model=model):
                    rights = self.env[model].with_user(user)
                    if rights.has_access("read"):
                        self.assertFalse(rights.search([("id", "in", records.ids)]))
                    with self.assertRaises(AccessError):
                        records.with_user(user).read(["id", "display_name"])

    def test_nothing_is_touched(self):
        case = self.case.with_user(self.agent_b)
        operation = self.case.operation_ids.with_user(self.boss_b)
        account = self.account.with_user(self.boss_b)
        order = self.case.sale_order_id.with_user(self.agent_b)
        deeds = (
            lambda: case._post_answer("Bonjour"),
            lambda: case.action_close(),
            lambda: case.action_no_answer_needed(),
            lambda: case.ticket_id.message_post(body="x", message_type="comment"),
            lambda: order.action_marketplace_refresh(),
            lambda: operation.action_retry(),
            lambda: operation.action_abandon(),
            lambda: account.action_read_now(),
            lambda: account.action_disable(),
            lambda: account.action_test_connection(),
            lambda: account.write({"password_input": "x"}),
            lambda: self.get_letters().with_user(self.boss_b).action_ignore(),
            lambda: self.get_letters().with_user(self.boss_b).action_retry(),
            lambda: self.get_stream("claims").with_user(self.boss_b).write({"active": False}),
        )
        before = (self.case.operation_ids.mapped("state"), len(self.case.ticket_id.message_ids))
        for number, deed in enumerate(deeds):
            with self.subTest(deed=number), self.assertRaises(AccessError):
                deed()
        self.env.invalidate_all()
        after = (self.case.operation_ids.mapped("state"), len(self.case.ticket_id.message_ids))
        self.assertEqual(before, after)
        self.assertEqual(self.account.state, "enabled")

    def test_dialogs_open_on_nothing_of_another_company(self):
        order = self.case.sale_order_id
        with self.assertRaises(AccessError):
            self.env["marketplace.answer"].with_user(self.agent_b).create(
                {"case_id": self.case.id, "body": "Bonjour"}
            ).action_send()
        with self.assertRaises(AccessError):
            self.env["marketplace.answer"].with_user(self.agent_b).create(
                {"sale_order_id": order.id, "body": "Bonjour"}
            ).action_send()
        with self.assertRaises(AccessError):
            self.env["marketplace.refund.ask"].with_user(self.agent_b).with_context(
                default_order_id=order.id, default_case_id=self.case.id
            ).create({"kind": "gesture", "gesture_amount": 5.0}).action_confirm()

    def test_job_of_one_company_leaves_the_other_alone(self):
        order = self.seller_b.order(state="Shipped", lines=[self.line("REF-1", 20.0)])
        claim = self.seller_b.discussion(
            kind="claim", text="Bonjour B", order_number=order["number"]
        )
        self.run_job(self.account_b)
        case = self.get_case(claim, self.account_b)
        self.assertEqual(case.company_id, self.company_b)
        self.assertEqual(case.ticket_id.company_id, self.company_b)
        self.assertEqual(case.ticket_id.team_id, self.team_b)
        self.assertEqual(case.sale_order_id.company_id, self.company_b)
        self.assertEqual(case.sale_order_id.partner_id.company_id, self.company_b)
        self.assertFalse(self.inbox_of(self.agent, case.ticket_id))
        self.assertTrue(case.with_user(self.agent_b).ticket_id.name)
        self.assertEqual(self.case.operation_ids.mapped("state"), ["pending"])
        self.assertEqual(self.seller.count("CreateRefundVoucher"), (0, 0))

    def test_account_takes_the_team_of_its_own_company_only(self):
        with self.assertRaises(Exception) as raised:
            self.account.team_id = self.team_b
        self.assertIn("company", str(raised.exception).lower())

    def test_agent_of_both_companies_sees_both(self):
        both = self._make_user("both", "marketplace_helpdesk.group_agent")
        both.company_ids = [Command.link(self.company_b.id)]
        accounts = self.env["marketplace.account"].with_user(both)
        companies = (self.company + self.company_b).ids
        seen = accounts.with_context(allowed_company_ids=companies).search([])
        self.assertLessEqual(self.account + self.account_b, seen.with_user(self.env.user))
        seen = accounts.with_context(allowed_company_ids=self.company_b.ids).search([])
        self.assertNotIn(self.account.id, seen.ids)
