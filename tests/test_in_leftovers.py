"""What one record, or one order, that does not fit does to the rest: nothing."""

from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.marketplace_helpdesk.connectors import records
from odoo.addons.marketplace_helpdesk.connectors.cdiscount import client as cdiscount_client
from odoo.addons.marketplace_helpdesk.connectors.cdiscount import mapper
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .inbound_common import InboundCase, hours_ago
from .sandbox_api import Seller

LOCKED = "This order is locked."


@tagged("post_install", "-at_install")
class TestRefreshedOrders(InboundCase):
    def _read_two(self):
        numbers = [self.make_order()["number"] for _index in range(2)]
        self.run_job()
        orders = self.env["sale.order"].search([("marketplace_ref", "in", numbers)])
        self.assertEqual(len(orders), 2)
        return orders

    def _refresh_with(self, change):
        """Have both orders read again; `change`: how the marketplace's first one has changed."""
        orders = self._read_two()
        orders._marketplace_refresh_wanted()
        self.account.stream_ids.active = False
        with change(orders[0]), mute_logger("odoo.sql_db"):
            self.run_job()
        self.assertFalse(any(orders.mapped("marketplace_refresh")))
        letter = self.get_letters(remote_id=orders[0].marketplace_ref)
        self.assertEqual(letter.state, "open")
        self.assertFalse(self.get_letters(remote_id=orders[1].marketplace_ref))
        self.account.with_context(active_test=False).stream_ids.active = True
        claim = self.make_claim()
        self.run_job()
        self.assertTrue(self.get_case(claim))

    def test_number_that_fits_no_column(self):
        genuine = mapper.map_order

        def change(bad):
            def map_order(node):
                order = genuine(node)
                if order.remote_id != bad.marketplace_ref:
                    return order
                lines = [replace(line, quantity=99999999999) for line in order.lines]
                return replace(order, lines=tuple(lines))

            return patch.object(mapper, "map_order", map_order)

        self._refresh_with(change)

    def test_order_that_another_module_keeps_from_being_written(self):
        order_class = type(self.env["sale.order"])
        genuine = order_class.write

        def change(bad):
            def write(orders, values):
                if bad.id in orders.ids:
                    raise UserError(LOCKED)
                return genuine(orders, values)

            self.seller.change_order(bad.marketplace_ref, state="Cancelled")
            return patch.object(order_class, "write", write)

        self._refresh_with(change)


@tagged("post_install", "-at_install")
class TestCasesSetAside(InboundCase):
    """A case that could not be stored is read again by the hour, from its own window."""

    def _break(self, number):
        genuine = mapper.map_case

        def map_case(node, *args, **options):
            if node.text("Id") == str(number):
                raise ValueError("An unreadable date.")
            return genuine(node, *args, **options)

        return patch.object(mapper, "map_case", map_case)

    def _set_aside(self):
        """A claim of eleven days ago that came in the first reading and could not be read."""
        self.account.import_start = fields.Datetime.now() - timedelta(days=12)
        claim = self.make_claim(timestamp=hours_ago(24 * 11))
        other = self.make_claim(timestamp=hours_ago(24 * 11))
        with self._break(claim["id"]):
            self.run_job()
        self.assertFalse(self.get_case(claim))
        return claim, other

    def _later(self, **delta):
        letters = self.get_letters(state="open")
        letters.tried_at = fields.Datetime.now() - timedelta(**delta)

    def test_stored_by_itself_long_after(self):
        claim, other = self._set_aside()
        self.run_job()
        self.assertFalse(self.get_case(claim), "tried by the hour only")
        self._later(hours=2)
        calls = self.seller.count("GetOrderClaimList")[0]
        self.run_job()
        self.assertLessEqual(self.seller.count("GetOrderClaimList")[0] - calls, 3)
        self.assertTrue(self.get_case(claim))
        self.assertEqual(self.get_letters().state, "solved")
        self.assertEqual(len(self.get_case(other).message_ids), 1)
        self.assertEqual(len(self.get_case(claim).message_ids), 1)

    def test_still_unreadable_waits_another_hour(self):
        claim, _other = self._set_aside()
        self._later(hours=2)
        with self._break(claim["id"]):
            self.run_job()
        letter = self.get_letters()
        self.assertEqual((len(letter), letter.state), (1, "open"))
        self.assertGreater(letter.tried_at, fields.Datetime.now() - timedelta(minutes=5))

    def test_one_to_do_however_many_letters(self):
        self._set_aside()
        todo = self.account.activity_ids
        self.assertEqual(len(todo), 1)
        self.assertIn("set aside", todo.summary)
        claim = self.make_claim()
        with self._break(claim["id"]):
            self.run_job()
        self.assertEqual(len(self.get_letters()), 2)
        self.assertEqual(self.account.activity_ids, todo)
        self._later(hours=2)
        self.run_job()
        self.assertEqual(set(self.get_letters().mapped("state")), {"solved"})
        self.assertFalse(self.account.activity_ids, "nothing is left to look at")

    def test_claim_that_came_late_is_asked_for_by_number(self):
        order = self.make_order(has_claims=True)
        self.run_job()
        self.assertEqual(self.get_letters().kind, "claim_without_case")
        self.get_stream("orders").active = False  # the order itself does not come by any more
        claim = self.make_claim(order, timestamp=hours_ago(24 * 20))
        self.run_job()
        self.assertFalse(self.get_case(claim), "tried by the hour only")
        self._later(hours=2)
        self.run_job()
        self.assertTrue(self.get_case(claim))
        self.assertEqual(self.get_letters().state, "solved")


@tagged("post_install", "-at_install")
class TestWaitingCases(InboundCase):
    def _wait(self, **values):
        self.account.write({"order_policy": "await", **values})
        order = self.make_order()
        claim = self.make_claim(order)
        self.run_job()
        case = self.get_case(claim)
        self.assertFalse(case.sale_order_id)
        return order, case

    def _sell(self, **values):
        partner = self.env["res.partner"].create({"name": "Customer of the shop"})
        return self.env["sale.order"].create({"partner_id": partner.id, **values})

    def test_linked_to_the_order_that_the_account_creates(self):
        order, case = self._wait()
        self.account.order_policy = "create"
        with self.account._get_client() as client:
            fresh = client.get_orders([order["number"]])
        self.env["marketplace.orders"]._store(self.account, fresh)
        self.assertEqual(case.sale_order_id.marketplace_ref, order["number"])
        self.assertEqual(case.ticket_id.sale_order_ids, case.sale_order_id)

    def test_reference_that_another_order_holds(self):
        order, case = self._wait()
        holder = self._sell(marketplace_account_id=self.account.id, marketplace_ref=order["number"])
        case.sale_order_id = False
        twin = self._sell(client_order_ref=order["number"])
        self.env.flush_all()
        self.assertFalse(twin.marketplace_ref)
        self.assertEqual(case.sale_order_id, holder)

    def test_nothing_waiting_costs_next_to_nothing(self):
        order = self._sell()
        for index in range(5):
            self._make_account(Seller(), name=f"Account {index}")
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        order.client_order_ref = "X-1"
        self.env.flush_all()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 4)

    def test_order_that_cannot_be_linked_keeps_no_case_out(self):
        self.account.order_policy = "await"
        order = self.make_order()
        sale_order = self._sell(client_order_ref=order["number"])
        claim = self.make_claim(order)
        order_class = type(sale_order)
        genuine = order_class.write

        def write(orders, values):
            if sale_order.id in orders.ids:
                raise UserError(LOCKED)
            return genuine(orders, values)

        with patch.object(order_class, "write", write):
            self.run_job()
        case = self.get_case(claim)
        self.assertEqual(case.sale_order_id, sale_order)
        self.assertFalse(sale_order.marketplace_ref)
        self.assertEqual(self.account.state, "enabled")
        self.run_job()
        self.assertEqual(sale_order.marketplace_ref, order["number"])

    def test_question_is_no_answer_to_a_claim_flag(self):
        order = self.make_order(has_claims=True)
        self.seller.discussion(
            kind="order_question", order_number=order["number"], text="Bonjour ?"
        )
        self.run_job()
        self.assertEqual(self.get_letters(kind="claim_without_case").state, "open")
        claim = self.make_claim(order)
        self.run_job()
        self.assertTrue(self.get_case(claim))
        self.assertEqual(self.get_letters(kind="claim_without_case").state, "solved")


@tagged("post_install", "-at_install")
class TestMarks(InboundCase):
    def test_read_again_during_a_reading_is_not_lost(self):
        self.run_job()
        stream = self.get_stream("claims")
        since = fields.Datetime.now() - timedelta(days=20)
        old = self.make_claim(timestamp=hours_ago(24 * 18))
        inbox = type(self.env["marketplace.inbox"])
        store = inbox._store_page

        def ask_again(service, page_stream, *args):
            if page_stream == stream and not page_stream.read_from:
                page_stream._read_again(since)
            return store(service, page_stream, *args)

        with patch.object(inbox, "_store_page", ask_again):
            self.run_job()
        self.assertFalse(stream.cursor)
        self.assertEqual(stream.read_from, since)
        self.assertFalse(stream.next_pull)
        self.run_job()
        self.assertTrue(self.get_case(old))

    def test_case_dated_before_its_window_is_kept(self):
        long_ago = fields.Datetime.now() - timedelta(days=90)
        case = records.Case("77", records.CLAIM, updated_at=long_ago)
        order = records.Order("77", "shipped", updated_at=long_ago)
        client_class = cdiscount_client.CdiscountClient
        with (
            patch.object(client_class, "_read_cases", lambda *args: ([case], [])),
            patch.object(client_class, "_read_orders", lambda *args: ([order], [])),
            self.account._get_client() as client,
        ):
            for stream, kept in (("claims", (case,)), ("orders", ())):
                page = next(client.pull(stream, None, self.account.import_start))
                self.assertEqual(page.records, kept)

    def test_notes_of_to_dos_are_plain_text(self):
        self.account._alarm("Look here", "<a href='https://evil.example'>click</a> & more")
        note = self.account.activity_ids.note
        self.assertNotIn("<a", note)
        self.assertIn("&lt;a", note)

    def test_missing_right_stops_one_stream_only(self):
        self.seller.fault("GetOrderClaimList", "not_authorised")
        question = self.seller.discussion(kind="offer_question", text="Bonjour ?")
        self.run_job()
        self.assertEqual(self.account.state, "enabled")
        stream = self.get_stream("claims")
        self.assertIn("rights", stream.last_error)
        others = self.account.stream_ids - stream
        self.assertFalse(any(others.mapped("last_error")))
        self.assertTrue(self.get_case(question))
