"""Two companies: an agent of one sees and touches nothing of the other."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .companies_case import CompaniesCase

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
class TestCompanies(CompaniesCase):
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

    def test_buttons_of_a_ticket(self):
        """What a ticket shows of its cases is computed with sudo: nothing of it gets out, and
        nothing is done."""
        ticket = self.case.ticket_id.with_user(self.agent_b)
        shown = {**self.case.ticket_id.marketplace_shown, "seen_id": 0}
        post = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        deeds = {
            "message_post": lambda: ticket.message_post(
                body="Bonjour", marketplace_shown=shown, **post
            ),
            "seen": lambda: ticket.with_context(
                marketplace_seen="0/"
            ).action_marketplace_no_answer(),
        }
        for name in dir(type(ticket)):
            if name.startswith("action_marketplace_"):
                deeds[name] = getattr(ticket, name)
        self.assertGreater(len(deeds), 10)
        for name, deed in deeds.items():
            self.env.invalidate_all()
            with self.subTest(name), self.assertRaises(AccessError):
                deed()

    def test_pages_name_nothing_of_another_company(self):
        """A page that is not saved says what it is about, too: nothing is computed of that."""
        order, case = self.case.sale_order_id, self.case
        refund = order.marketplace_refund_ids
        refund.line_ids.sale_line_id = False  # what is of no line counts on the order itself
        salesman = self._make_user(
            "seller",
            "marketplace_helpdesk.group_agent,sales_team.group_sale_salesman",
            self.company_b,
        )
        link = [Command.link(refund.id)], [Command.link(refund.line_ids.id)]
        line = [Command.create({"name": "A", "marketplace_refund_line_ids": link[1]})]
        pages = (
            ("helpdesk.ticket", {"marketplace_case_id": case.id}),
            ("helpdesk.ticket", {"marketplace_incident_id": case.id}),
            ("helpdesk.ticket", {"marketplace_order_id": order.id}),
            ("helpdesk.ticket", {"marketplace_case_ids": [Command.link(case.id)]}),
            ("sale.order", {"marketplace_refund_ids": link[0]}),
            ("sale.order", {"order_line": line}),
            ("sale.order.line", {"marketplace_refund_line_ids": link[1]}),
            ("sale.order.line", {"order_id": order.id}),
            ("sale.order.comment", {"order_id": order.id}),
        )
        for model, values in pages:
            page = self.env[model].with_user(salesman)
            given = page.with_context(**{f"default_{name}": values[name] for name in values})
            spec = self._get_page(page)
            nothing = page.onchange({}, [], {**spec, **dict.fromkeys(values, {})})["value"]
            for door, asked in (("page", page), ("default", given)):
                with self.subTest(model=model, values=values, door=door):
                    self.env.invalidate_all()
                    self.assertFalse(self._open_page(asked, values, spec, nothing))

    def _get_page(self, model):
        """What a page can ask for of what a marketplace says; Odoo's own fields are its own."""
        is_ours = model._original_module == "marketplace_helpdesk"
        return {
            name: {}
            for name in model.fields_get(attributes=["type"])
            if (is_ours or "marketplace_" in name)
            and not model._fields[name].type.endswith("2many")
        }

    def _open_page(self, model, values, spec, nothing):
        """What a page shows beside what it says itself, and what an empty one shows."""
        said = {} if model.env.context.keys() & {f"default_{name}" for name in values} else values
        asked = {**spec, **dict.fromkeys(said, {})}
        try:
            shown = model.onchange(dict(said), [], asked)["value"]
        except AccessError:
            return {}
        return {
            name: value
            for name, value in shown.items()
            if name not in values and value != nothing.get(name)
        }

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
