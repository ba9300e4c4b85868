"""What tests of two companies share: an agent and a boss of the second one."""

from .inbound_common import InboundCase
from .sandbox_api import Seller


class CompaniesCase(InboundCase):
    """`self.case`: of the first company, with an order and a refund that was asked; `account_b`:
    of the second one."""

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
        self.ask_refund(self.case, self.agent)

    def ask_refund(self, case, user):
        """Ask for the refund of the first line of a case's order."""
        dialog = (
            self.env["marketplace.refund.ask"]
            .with_user(user)
            .with_context(default_order_id=case.sale_order_id.id, default_case_id=case.id)
            .create({"kind": "lines"})
        )
        dialog.line_ids[0].selected = True
        dialog.action_confirm()
