"""What people without, with little and with all marketplace rights can do."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .inbound_common import InboundCase
from .sandbox_api import Seller

# Other modules' own: they fail for people without rights on sales or invoices everywhere.
FOREIGN = ("so_count", "invoice_count", "qty_invoiced_posted")


@tagged("post_install", "-at_install")
class TestPeople(InboundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.helper = cls._make_user("helper", "helpdesk_mgmt.group_helpdesk_user")
        cls.salesperson = cls._make_user("sales", "sales_team.group_sale_salesman_all_leads")
        cls.boss = cls._make_user("boss", "marketplace_helpdesk.group_administrator")
        cls.team.user_ids += cls.helper

    def setUp(self):
        super().setUp()
        self.claim, self.case = self.pull_claim(with_order=True)
        self.ticket = self.case.ticket_id

    def _read_all(self, record):
        """What any view of this user could ask for, but lists that other modules added."""
        names = [
            name
            for name, field in record.fields_get(attributes=["type"]).items()
            if name not in FOREIGN
            and ("marketplace" in name or field["type"] not in ("one2many", "many2many"))
        ]
        record.invalidate_recordset()
        return record.read(names)[0]

    def test_helpdesk_user_without_marketplace_rights_reads_the_ticket(self):
        ticket = self.ticket.with_user(self.helper)
        self.assertEqual(self._read_all(ticket)["number"], self.ticket.number)
        self.assertFalse(ticket.can_marketplace_answer)

    def test_helpdesk_user_without_marketplace_rights_does_nothing_there(self):
        ticket, case = self.ticket.with_user(self.helper), self.case.with_user(self.helper)
        for deed in (
            lambda: case._post_answer("Bonjour"),
            lambda: case.action_close(),
            lambda: case.action_no_answer_needed(),
            lambda: ticket.action_marketplace_no_answer(),
            lambda: ticket.action_marketplace_close(),
            lambda: ticket.message_post(
                body="Bonjour", message_type="comment", subtype_xmlid="mail.mt_comment"
            ),
            lambda: (
                self.env["marketplace.answer"]
                .with_user(self.helper)
                .create({"case_id": case.id, "body": "Bonjour"})
            ),
        ):
            with self.assertRaises(UserError):
                deed()
        self.assertFalse(self.case.operation_ids)
        ticket.message_post(body="Vu", subtype_xmlid="mail.mt_note")
        self.assertIn("Vu", self.ticket.message_ids[0].body)

    def test_salesperson_reads_and_changes_a_marketplace_order(self):
        order = self.case.sale_order_id.with_user(self.salesperson)
        values = self._read_all(order)
        self.assertEqual(values["marketplace_ref"], self.case.order_ref)
        self._read_all(order.order_line[0])
        self.assertFalse(order.can_marketplace_refund or order.can_marketplace_gesture)
        order.note = "Seen"
        order.copy()
        with self.assertRaises(UserError):
            order._check_marketplace_can_act("refund_lines")

    def _assert_kept(self, deed):
        with self.assertRaisesRegex(AccessError, "read from the marketplace"):
            deed()

    def test_agent_who_sells_rewrites_no_figures(self):
        """What was charged, given back and may be refunded until when is read, not written."""
        self.agent.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        order = self.case.sale_order_id.with_user(self.agent)
        line = order.order_line[0]
        other = self._make_account(Seller(), name="Another").id
        tampered = [
            (order, {"marketplace_charged": 999}),
            (order, {"marketplace_gestures": -50}),
            (order, {"marketplace_state": "shipped"}),
            (order, {"marketplace_shipped_at": "2030-01-01"}),
            (order, {"marketplace_history_until": "2030-01-01"}),
            (order, {"marketplace_currency": "USD"}),
            (order, {"marketplace_ref": False}),
            (order, {"marketplace_account_id": other}),
            (order, {"order_line": [(1, line.id, {"marketplace_amount": 999})]}),
            (line, {"marketplace_amount": 999}),
            (line, {"marketplace_shipping": 999}),
            (line, {"marketplace_quantity": 99}),
            (line, {"marketplace_seen_refunded": 0}),
            (line, {"marketplace_seen_refunded_shipping": 0}),
            (line, {"marketplace_line_shipped_at": "2030-01-01"}),
            (line, {"marketplace_give_back": "refund"}),
            (line, {"marketplace_state": "shipped"}),
        ]
        for record, values in tampered:
            with self.subTest(values=values):
                self._assert_kept(lambda r=record, v=values: r.write(v))
                if record == line:
                    new = {"order_id": order.id, "product_id": self.products[0].id, **values}
                    self._assert_kept(lambda n=new: line.create(n))
        self._assert_kept(
            lambda: order.create(
                {"partner_id": order.partner_id.id, "marketplace_ref": "1", "note": "x"}
            )
        )
        line.write({"product_uom_qty": 3, "name": "Seen"})

    def test_agent_who_sells_sneaks_no_figures_in_by_defaults(self):
        self.agent.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        order = self.case.sale_order_id.with_user(self.agent)
        values = {"order_id": order.id, "product_id": self.products[0].id}
        lines = order.order_line.with_context(default_marketplace_amount=999)
        self.assertFalse(lines.create(values).sudo().marketplace_amount)
        defaults = self.env["ir.default"].with_user(self.agent).sudo()
        defaults.set("sale.order.line", "marketplace_amount", 999, user_id=True)
        self.assertFalse(order.order_line.create(values).sudo().marketplace_amount)

    def test_agent_reads_everything_of_a_case_and_its_order(self):
        self.case.with_user(self.agent)._post_answer("Bonjour")
        self.run_job()
        for record in (
            self.ticket,
            self.case,
            self.case.sale_order_id,
            self.case.operation_ids,
            self.case.message_ids[0],
            self.account,
            self.account.stream_ids[0],
        ):
            with self.subTest(model=record._name):
                self.assertTrue(self._read_all(record.with_user(self.agent)))

    def test_agent_changes_no_records_by_hand(self):
        agent = self.agent
        self.case.with_user(agent)._post_answer("Bonjour")
        for record, values in (
            (self.case, {"is_open": False}),
            (self.case.message_ids, {"sender_type": "seller"}),
            (self.case.operation_ids, {"state": "done"}),
            (self.account, {"answer_hours": 500}),
            (self.account, {"state": "disabled"}),
            (self.account.reason_ids[0], {"code": "1"}),
            (self.account.stream_ids[0], {"active": False}),
            (self.case.sale_order_id, {"note": "x"}),
        ):
            with self.subTest(model=record._name):
                with self.assertRaises(AccessError):
                    record.with_user(agent).write(values)
                with self.assertRaises(AccessError):
                    record.with_user(agent).unlink()

    def test_agent_does_not_decide_doubts_nor_steer_accounts(self):
        self.case.with_user(self.agent)._post_answer("Bonjour")
        self.case.operation_ids.sudo().state = "unknown"
        operation = self.case.operation_ids.with_user(self.agent)
        account = self.account.with_user(self.agent)
        stream = self.get_stream("claims").with_user(self.agent)
        for deed in (
            operation.action_happened,
            operation.action_not_happened,
            account.action_disable,
            account.action_observe,
            account.action_enable,
            account.action_test_connection,
            lambda: (
                stream.env["marketplace.read.again"]
                .create({"stream_id": stream.id})
                .action_confirm()
            ),
        ):
            with self.assertRaises(AccessError):
                deed()
        self.assertEqual(self.case.operation_ids.state, "unknown")
        self.case.operation_ids.with_user(self.manager).action_happened()
        self.assertEqual(self.case.operation_ids.state, "done")

    def test_agent_outside_the_team_does_not_act(self):
        stranger = self._make_user("stranger", "marketplace_helpdesk.group_agent")
        with self.assertRaises(AccessError):
            self.case.with_user(stranger)._post_answer("Bonjour")
        self.assertFalse(self.case.operation_ids)

    def test_administrator_runs_an_account_from_end_to_end(self):
        account = self.account.with_user(self.boss)
        account.action_disable()
        account.write({"password_input": self.seller.password, "interval_minutes": 9})
        account.action_test_connection()
        self.assertTrue(account.check_ids)
        self.assertNotIn("failed", account.check_ids.mapped("result"))
        account.action_observe()
        account.action_enable()
        account.action_read_now()
        self.env["marketplace.read.again"].with_user(self.boss).create(
            {"stream_id": self.get_stream("claims").id}
        ).action_confirm()
        self._read_all(account)
        account.copy({"name": "Another"})

    def test_portal_customer_gets_no_marketplace_data(self):
        portal = new_test_user(self.env, "portal_customer", "base.group_portal")
        for model in ("marketplace.account", "marketplace.case", "marketplace.operation"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])
