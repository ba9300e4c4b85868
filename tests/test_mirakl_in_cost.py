"""What is read again and again costs the same however much of it there is."""

from dataclasses import replace
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..connectors import records
from .mirakl_case import MiraklCase

LAMP, BRAKES = "REF-1", "REF-2"
FEW, MANY = 2, 12


@tagged("post_install", "-at_install")
class TestMiraklIncidentCost(MiraklCase):
    def make_incidents(self, count):
        """So many more orders with an incident, read by Odoo; returns their numbers."""
        numbers = [self.make_order()["number"] for _index in range(count)]
        for number in numbers:
            self.seller.open_incident(number)
        self.read_incidents()
        return numbers

    def read_incidents(self):
        """One turn of the incidents' stream alone; returns its number of queries."""
        self.account.stream_ids.active = False
        self.stream.active = True
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.turn(pull=True)
        self.assertFalse(self.stream.last_error)
        return self.env.cr.sql_log_count - before

    @property
    def stream(self):
        streams = self.account.with_context(active_test=False).stream_ids
        return streams.filtered(lambda s: s.key == "incidents")

    def get_orders(self, numbers):
        return self.env["sale.order"].search([("marketplace_ref", "in", numbers)])

    def test_open_incidents_cost_the_same(self):
        """Also where money was given back on their lines."""
        for policy in ("create", "await"):
            with self.subTest(policy):
                self.account.order_policy = policy
                numbers = self.make_incidents(FEW)
                for number in numbers[:1]:
                    self.seller.refund(number, line=LAMP, amount=5)
                self.read_incidents()
                few = self.read_incidents()
                numbers += self.make_incidents(MANY)
                for number in numbers[1:]:
                    self.seller.refund(number, line=LAMP, amount=5)
                self.read_incidents()
                many = self.read_incidents()
                cases = self.env["marketplace.case"].search([("order_ref", "in", numbers)])
                self.assertEqual(set(cases.mapped("incident_state")), {"open"})
                self.assertEqual(len(cases), FEW + MANY)
                self.assertLessEqual(many, few + 2)

    def test_nothing_is_written_where_nothing_changed(self):
        [number] = self.make_incidents(1)
        order = self.get_orders([number])
        written = order.write_date, *order.order_line.mapped("write_date")
        self.assertEqual(self.count_stored(self.read_incidents), [])
        self.env.invalidate_all()
        self.assertEqual((order.write_date, *order.order_line.mapped("write_date")), written)

    def test_digits_that_the_currency_does_not_have_are_no_change(self):
        [number] = self.make_incidents(1)
        with self.account._get_client() as client:
            [order] = client.get_orders([number])
        lines = [replace(line, amount=records.Decimal("9.9987")) for line in order.lines]
        order = replace(order, lines=tuple(lines))
        orders = self.env["marketplace.orders"]
        stored = self.count_stored(lambda: orders._store(self.account, [order]))
        self.assertEqual(stored, [number])
        self.assertEqual(self.get_orders([number]).marketplace_charged, 24)
        self.env.flush_all()
        self.env.invalidate_all()
        stored = self.count_stored(lambda: orders._store(self.account, [order]))
        self.assertEqual(stored, [])

    def count_stored(self, function):
        """The numbers of the orders that were stored."""
        service, stored = type(self.env["marketplace.orders"]), []
        genuine = service._store_one

        def store_one(orders, account, order, sale_order):
            stored.append(order.remote_id)
            return genuine(orders, account, order, sale_order)

        self.patch(service, "_store_one", store_one)
        function()
        self.patch(service, "_store_one", genuine)
        return stored

    def test_changes_are_stored_without_a_date_of_theirs(self):
        """A date within the same second, or none at all, hides nothing."""
        numbers = self.make_incidents(3)
        changed = self.get_orders(numbers[:1])
        moment = fields.Datetime.now() - timedelta(minutes=30)
        for number in numbers:
            self.seller.change_order(number, updated_at=moment.isoformat())
        self.read_incidents()
        self.seller.refund(changed.marketplace_ref, line=LAMP, amount=9.9)
        self.seller.change_order(changed.marketplace_ref, updated_at=moment.isoformat())
        stored = self.count_stored(self.read_incidents)
        self.assertEqual(stored, changed.mapped("marketplace_ref"))
        self.assertEqual(changed.marketplace_refunded, 9.9)
        self.assertEqual(self.count_stored(self.read_incidents), [])

    def test_payout_is_noted(self):
        [number] = self.make_incidents(1)
        self.seller.refund(number, line=LAMP, amount=5)
        self.read_incidents()
        refund = self.get_orders([number]).marketplace_refund_ids
        self.assertEqual(refund.state, "accepted")
        self.seller.payout(number)
        self.read_incidents()
        self.assertEqual(refund.state, "paid")
        self.assertEqual(self.count_stored(self.read_incidents), [])

    def test_what_changes_here_is_matched_again(self):
        """A line that comes later is found, though the marketplace has no news."""
        self.account.order_policy = "await"
        remote = self.make_order()
        partner = self.env["res.partner"].create({"name": "Customer of the shop"})
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "client_order_ref": remote["number"],
                "order_line": [Command.create({"product_id": self.products[0].id})],
            }
        )
        self.turn(pull=True)
        self.assertIn(BRAKES, order.marketplace_warning)
        order.order_line = [Command.create({"product_id": self.products[1].id})]
        self.turn(pull=True)
        self.assertFalse(order.marketplace_warning)
        self.assertTrue(all(order.order_line.mapped("marketplace_ref")))

    def test_whoever_asks_has_it_stored(self):
        [number] = self.make_incidents(1)
        self.account.stream_ids.active = False
        order = self.get_orders([number])
        stored = self.count_stored(lambda: self.refresh(order))
        self.assertEqual(stored, [number])

    def test_number_of_an_earlier_incident_is_looked_up_by_an_index(self):
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'marketplace_case'")
        found = [row[0] for row in self.env.cr.fetchall()]
        self.assertTrue([text for text in found if "(account_id, line_ref)" in text], found)

    def test_state_of_an_incident_is_for_agents(self):
        [number] = self.make_incidents(1)
        ticket = self.get_orders([number]).marketplace_case_ids.ticket_id
        fields_of = self.env["helpdesk.ticket"].with_user(self.agent).fields_get
        self.assertIn("marketplace_incident_state", fields_of())
        clerk = self._make_user("clerk", "helpdesk_mgmt.group_helpdesk_user")
        self.assertNotIn(
            "marketplace_incident_state",
            self.env["helpdesk.ticket"].with_user(clerk).fields_get(),
        )
        self.assertEqual(ticket.with_user(self.agent).marketplace_incident_state, "open")
