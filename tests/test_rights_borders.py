"""Rights that meet: what being a marketplace agent adds, and what it takes from nobody."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .inbound_common import InboundCase
from .test_rights_people import FOREIGN

AGENT = "marketplace_helpdesk.group_agent"


@tagged("post_install", "-at_install")
class TestAccountFields(InboundCase):
    """What the account keeps for itself is not for administrators to write over RPC."""

    def setUp(self):
        super().setUp()
        boss = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        self.mine = self.account.with_user(boss)

    def test_scheduled_action_of_something_else(self):
        foreign = self.env.ref("base.autovacuum_job")
        own = self.account.cron_id
        for values in (
            {"cron_id": foreign.id},
            {"state": "disabled"},
            {"clock_start": "2020-01-01 00:00:00"},
            {"name": "x", "cron_id": foreign.id},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.mine.write(values)
        with self.assertRaises(AccessError):
            self.mine.create({"name": "Mean", "team_id": self.team.id, "cron_id": foreign.id})
        self.assertEqual(self.account.cron_id, own)
        self.assertNotIn("Marketplace", foreign.name)

    def test_buttons_still_work(self):
        account = self.mine.create(
            {
                "name": "Second",
                "team_id": self.team.id,
                "login": "second-api",
                "password_input": "secret",
                "sender_email": "care@shop.example",
            }
        )
        self.assertTrue(account.sudo().cron_id)
        account.action_observe()
        self.assertEqual(account.state, "observing")
        self.assertTrue(account.clock_start)
        account.action_enable()
        account.action_disable()
        account.write({"name": "Third", "interval_minutes": 7})
        self.assertIn("Third", account.sudo().cron_id.name)
        account.copy({"name": "Fourth"}).unlink()

    def test_sender_is_one_plain_address(self):
        self.mine.sender_email = "Shop <Care@Shop.example>"
        self.assertEqual(self.account.sender_email, "care@shop.example")
        with self.assertRaisesRegex(ValidationError, "sender address"):
            self.mine.sender_email = False
        self.mine.action_disable()
        self.mine.sender_email = False


@tagged("post_install", "-at_install")
class TestSalesRights(InboundCase):
    def setUp(self):
        super().setUp()
        self.shop_order = self._sell()
        order = self.make_order()
        self.claim = self.make_claim(order)
        self.run_job()
        self.case = self.get_case(self.claim)
        self.order = self.case.sale_order_id
        self.order.user_id = self.env.ref("base.user_admin")

    def _sell(self):
        return self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "A"}).id,
                "user_id": self.env.ref("base.user_admin").id,
                "order_line": [(0, 0, {"product_id": self.products[0].id})],
            }
        )

    def _rights(self, *groups):
        login = "_".join(group.partition(".")[2] for group in groups)
        user = self._make_user(login, ",".join(groups))
        return {
            (name, mode, record._name): record.with_user(user).has_access(mode)
            for name, order in (("shop", self.shop_order), ("marketplace", self.order))
            for record in (order, order.order_line[0])
            for mode in ("read", "write", "unlink")
        }

    def _assert_only_reading_is_added(self, *groups):
        without = self._rights("base.group_user", *groups)
        added = {("marketplace", "read", f"sale.order{part}"): True for part in ("", ".line")}
        self.assertEqual(self._rights(AGENT, *groups), without | added)
        return without

    def test_agent_only(self):
        without = self._assert_only_reading_is_added()
        self.assertFalse(any(without.values()))

    def test_agent_who_sells_on_his_own(self):
        without = self._assert_only_reading_is_added("sales_team.group_sale_salesman")
        self.assertFalse(any(without.values()))

    def test_agent_who_sells_for_all(self):
        without = self._assert_only_reading_is_added("sales_team.group_sale_salesman_all_leads")
        self.assertTrue(without["shop", "write", "sale.order"])

    def test_agent_who_keeps_accounts(self):
        without = self._assert_only_reading_is_added("account.group_account_invoice")
        self.assertTrue(without["shop", "read", "sale.order"])

    def test_agent_who_reads_accounts(self):
        self._assert_only_reading_is_added("account.group_account_readonly")

    def test_agent_does_everything_from_ticket_and_case(self):
        with self.as_user(self.agent) as env:
            ticket = env["helpdesk.ticket"].browse(self.case.ticket_id.id)
            self.assertEqual(ticket.marketplace_left, 79.7)
            self.assertEqual(len(ticket.marketplace_order_line_ids.read(["marketplace_left"])), 2)
            for action in ("refund", "gesture", "refuse"):
                deed = getattr(ticket, f"action_marketplace_{action}")()
                dialog = env[deed["res_model"]].with_context(**deed["context"]).create({})
                self.assertEqual(dialog.order_id.id, self.order.id)
            deed = ticket.marketplace_order_id.action_marketplace_contact()
            dialog = env[deed["res_model"]].with_context(**deed["context"]).create({"body": "Oui"})
            dialog.action_send()
            deed = ticket.action_marketplace_refund()
            dialog = (
                env[deed["res_model"]].with_context(**deed["context"]).create({"kind": "order"})
            )
            dialog.action_confirm()
        self.assertEqual(self.order.marketplace_refund_ids.state, "asked")

    def test_agent_does_nothing_on_orders_of_the_shop(self):
        order = self.shop_order.with_user(self.agent)
        for deed in (
            lambda: order.read(["name"]),
            lambda: order.action_marketplace_refresh(),
            lambda: (
                self.env["marketplace.refund.ask"]
                .with_user(self.agent)
                .with_context(default_order_id=order.id)
                .create({"kind": "order"})
                .action_confirm()
            ),
        ):
            with self.assertRaises(UserError):
                deed()


@tagged("post_install", "-at_install")
class TestEveryField(InboundCase):
    """Reading all of a record never fails, and shows no more than it should."""

    def setUp(self):
        super().setUp()
        self.claim, self.case = self.pull_claim(with_order=True)
        self.case.with_user(self.agent)._post_answer("Bonjour")
        self.order = self.case.sale_order_id

    def _read_all(self, record, user, ours=False):
        record = record.with_user(user)
        lists = ("one2many", "many2many")  # those of other modules fail everywhere
        names = [
            name
            for name, field in record.fields_get(attributes=["type"]).items()
            if name not in FOREIGN
            and ("marketplace" in name or not ours and field["type"] not in lists)
        ]
        record.invalidate_recordset()
        return record.read(names)[0]

    def _assert_without(self, values, *names):
        self.assertFalse(set(names) & values.keys())

    LISTS = ("marketplace_case_ids", "marketplace_refund_ids")

    def test_salesperson(self):
        user = self._make_user("sales", "sales_team.group_sale_salesman_all_leads")
        values = self._read_all(self.order, user)
        self._assert_without(values, *self.LISTS)
        self.assertEqual(values["marketplace_left"], 79.7)
        values = self._read_all(self.order.order_line[0], user)
        self._assert_without(values, "marketplace_refund_line_ids")

    def test_helpdesk_user(self):
        user = self._make_user("helper", "helpdesk_mgmt.group_helpdesk_user")
        self.team.user_ids += user
        values = self._read_all(self.case.ticket_id, user)
        self._assert_without(values, *self.LISTS, "marketplace_operation_ids", "marketplace_left")

    def test_agent(self):
        for record in (self.case.ticket_id, self.order, self.order.order_line[0], self.case):
            with self.subTest(record=record):
                self._read_all(record, self.agent)

    def test_portal_customer(self):
        user = new_test_user(self.env, "portal_customer", "base.group_portal")
        self.order.partner_id = user.partner_id
        ticket = self.case.ticket_id
        ticket.partner_id = user.partner_id
        ticket.message_subscribe(user.partner_id.ids)
        for record in (self.order, self.order.order_line[0], ticket):
            if not record.with_user(user).has_access("read"):
                continue
            with self.subTest(record=record):
                self._assert_without(
                    self._read_all(record, user, ours=True),
                    *self.LISTS,
                    "marketplace_operation_ids",
                    "marketplace_refund_line_ids",
                    "marketplace_charged",
                    "marketplace_refunded",
                    "marketplace_asked",
                    "marketplace_left",
                    "marketplace_gestures",
                    "marketplace_failure",
                    "marketplace_unread",
                    "marketplace_warning",
                    "marketplace_answer_state",
                    "marketplace_deadline",
                )
