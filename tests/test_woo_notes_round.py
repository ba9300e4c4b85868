"""Notes are read in turn: which orders, in which order, and at what cost."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..connectors import errors
from ..connectors.woocommerce.operator import OperatorClient
from ..connectors.woocommerce.webhooks import Hint
from ..models import marketplace_account_notes
from .out_case import Killed
from .woo_notes_case import WooNotesCase

FEW, MANY = 10, 500


@tagged("post_install", "-at_install")
class TestWooNotesRound(WooNotesCase):
    def make_orders(self, count, **values):
        """Sale orders of the account that nothing was read of; the shop need not know them."""
        values = {"marketplace_state": "shipped", "marketplace_remote_state": "completed", **values}
        last = 9_000_000 + self.env["sale.order"].search([], order="id desc", limit=1).id * 1000
        return self.env["sale.order"].create(
            [
                {
                    "partner_id": self.order.partner_id.id,
                    "marketplace_account_id": self.account.id,
                    "marketplace_ref": str(last + index),
                    **values,
                }
                for index in range(count)
            ]
        )

    @contextmanager
    def reading(self, per_run=None, failing=()):
        """Note whose notes are asked for; those of `failing` break."""
        asked, genuine = [], OperatorClient.get_notes

        def get_notes(client, refs):
            asked.extend(refs)
            if set(refs) & set(failing):
                raise errors.RefusedError("This order cannot be read.")
            return genuine(client, refs)

        limit = per_run or marketplace_account_notes.ORDERS_PER_RUN
        with (
            patch.object(OperatorClient, "get_notes", get_notes),
            patch.object(marketplace_account_notes, "ORDERS_PER_RUN", limit),
        ):
            yield asked

    def refs(self, orders):
        return orders.mapped("marketplace_ref")

    # In turn ------------------------------------------------------------------------------------

    def test_every_order_has_its_turn(self):
        orders = self.order + self.make_orders(6)
        self.order.marketplace_notes_at = fields.Datetime.now() - timedelta(hours=1)
        with self.reading(per_run=3) as asked:
            for _turn in range(3):
                self.read_notes()
        self.assertLessEqual(set(self.refs(orders)), set(asked))

    def test_the_newest_of_those_never_read_come_first(self):
        orders = self.make_orders(4)
        with self.reading(per_run=2) as asked:
            self.read_notes()
        self.assertEqual(asked, self.refs(orders.sorted("id", reverse=True))[:2])

    def test_read_again_comes_first(self):
        orders = self.order + self.make_orders(8)
        self.read_notes()
        oldest = orders[3]
        with self.as_user(self.agent):
            oldest.with_env(self.env).action_marketplace_refresh()
        with self.reading(per_run=1) as asked:
            self.turn()
        self.assertEqual(asked, self.refs(oldest), "at once, though no stream is due")
        self.assertFalse(oldest.marketplace_notes_wish)
        with self.reading() as asked:
            self.turn()
        self.assertEqual(asked, [])

    def test_a_call_of_the_shop_brings_the_note_at_once(self):
        orders = self.order + self.make_orders(8)
        self.read_notes()
        self.note("Told at once.", customer=True)
        topic = "action.woocommerce_new_customer_note"
        hint = Hint(topic, order_ref=self.order.marketplace_ref, delivery_id="d-1")
        self.env["marketplace.hint"]._note(self.account, hint)
        with self.reading() as asked:
            self.turn()
        self.assertEqual(asked, self.refs(self.order))
        self.assertIn("Told at once.", self.get_comments().mapped("text"))
        self.assertFalse(orders.filtered("marketplace_notes_wish"))

    def test_wanted_while_they_are_being_read(self):
        """What is written after the job looked is read by the next one, though it was wanted
        before, too."""
        self.read_notes()
        self.order.with_user(self.salesman).action_marketplace_refresh()
        genuine = OperatorClient.get_notes

        def get_notes(client, refs):
            notes = list(genuine(client, refs))
            self.note("Written after the look.")
            self.env.invalidate_all()
            self.order.with_user(self.salesman).action_marketplace_refresh()
            self.env.flush_all()
            return notes

        with patch.object(OperatorClient, "get_notes", get_notes):
            self.turn()
        self.assertNotIn("Written after the look.", self.get_comments().mapped("text"))
        with self.reading() as asked:
            self.turn()
        self.assertEqual(asked, self.refs(self.order), "at once, though no stream is due")
        self.assertIn("Written after the look.", self.get_comments().mapped("text"))
        with self.reading() as asked:
            self.turn()
        self.assertEqual(asked, [])

    def test_a_salesman_reads_again_from_the_tab(self):
        self.read_notes()
        self.note("Just now.")
        self.order.with_user(self.salesman).action_marketplace_refresh()
        self.turn()
        self.assertIn("Just now.", self.get_comments().mapped("text"))

    def test_which_orders(self):
        old = fields.Datetime.now() - timedelta(days=self.account.contact_days + 5)
        ancient = fields.Datetime.now() - timedelta(days=500)
        recent, done, open_, forgotten, waiting = (
            self.make_orders(1),
            self.make_orders(1, date_order=old),
            self.make_orders(1, date_order=old, marketplace_state="to_ship"),
            self.make_orders(1, date_order=ancient, marketplace_state="waiting"),
            self.make_orders(1, date_order=old),
        )
        for order in (done, forgotten, waiting, open_):
            self.assertLess(order.date_order, recent.date_order)
        waiting.user_id = self.salesman
        self.write_comment(waiting)
        with self.reading() as first:
            self.read_notes()
        self.assertLessEqual(set(self.refs(done + forgotten)), set(first), "each is read once")
        with self.reading() as second:
            self.read_notes()
        self.assertLessEqual(set(self.refs(recent + open_ + waiting)), set(second))
        self.assertFalse(set(self.refs(done + forgotten)) & set(second))
        done.sudo().marketplace_remote_state = "refunded"  # something happened to it
        with self.reading() as third:
            self.read_notes()
        self.assertIn(done.marketplace_ref, third)

    def test_orders_of_others_are_not_asked_for(self):
        stranger = self.make_orders(1)
        stranger.marketplace_account_id = self.make_vendor_account()
        with self.reading() as asked:
            self.read_notes()
        self.assertNotIn(stranger.marketplace_ref, asked)

    # What goes wrong ----------------------------------------------------------------------------

    def test_one_that_cannot_be_read_holds_nobody_up(self):
        orders = self.make_orders(3)
        bad = orders[1]
        self.note("Still read.")
        with self.reading(failing=self.refs(bad)) as asked:
            self.read_notes()
        self.assertLessEqual(set(self.refs(orders)), set(asked))
        self.assertTrue(bad.marketplace_notes_at)
        self.assertIn("Still read.", self.get_comments().mapped("text"))

    def test_none_can_be_read_and_the_stream_says_so(self):
        orders = self.make_orders(5)
        stream = self.get_stream()
        with self.reading(failing=self.refs(orders + self.order)) as asked:
            self.turn(pull=True)
        self.assertEqual(len(asked), marketplace_account_notes.FAILURES_IN_A_ROW)
        self.assertEqual(stream.last_error, "This order cannot be read.")
        self.assertEqual(stream.health, "failing")
        self.turn(pull=True)
        self.assertFalse(stream.last_error)

    def test_shop_is_away(self):
        self.read_notes()
        before = self.order.marketplace_notes_at
        self.seller.fault("notes.list", "quota", seconds=120)
        self.turn(pull=True)
        stream = self.get_stream()
        self.assertTrue(stream.last_error)
        self.assertGreater(stream.next_pull, fields.Datetime.now() + timedelta(seconds=60))
        self.assertEqual(self.order.marketplace_notes_at, before, "its turn is not over")
        self.note("Later.")
        self.read_notes()
        self.assertIn("Later.", self.get_comments().mapped("text"))

    def test_killed_while_reading(self):
        self.read_notes()
        for name, where in (
            ("called", self.wire("notes.list", after=Killed())),
            ("storing", self.dying("sale.order.comment", "_bulk_create_received")),
            ("stored", self.dying("sale.order", "_record_notes_read")),
        ):
            self.note(f"Read while it dies: {name}")
            self.die(where, pull=True)
            self.read_notes()
            texts = self.get_comments().mapped("text")
            self.assertEqual(texts.count(f"Read while it dies: {name}"), 1)

    # The cost -----------------------------------------------------------------------------------

    def count_idle(self):
        """(queries, calls) of a turn in which notes are due and none is new."""
        self.env.flush_all()
        self.env.invalidate_all()
        queries = self.env.cr.sql_log_count
        calls = self.seller.count("notes.list")[0]
        self.read_notes()
        return self.env.cr.sql_log_count - queries, self.seller.count("notes.list")[0] - calls

    def test_idle_turn_costs_the_same_with_ten_orders_and_with_five_hundred(self):
        limit = 8
        with patch.object(marketplace_account_notes, "ORDERS_PER_RUN", limit):
            self.make_orders(FEW)
            self.read_notes()
            few = self.count_idle()
            self.make_orders(MANY - FEW)
            self.read_notes()
            many = self.count_idle()
        self.assertEqual((few[1], many[1]), (limit, limit))
        self.assertLessEqual(many[0], few[0] + 2)
        self.assertLess(many[0], 90)

    def test_an_order_more_in_a_turn_costs_no_query_more(self):
        self.make_orders(30)
        self.read_notes()
        with patch.object(marketplace_account_notes, "ORDERS_PER_RUN", 5):
            five = self.count_idle()
        with patch.object(marketplace_account_notes, "ORDERS_PER_RUN", 25):
            more = self.count_idle()
        self.assertEqual((five[1], more[1]), (5, 25))
        self.assertLessEqual(more[0], five[0] + 2)

    def test_next_orders_come_from_an_index(self):
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'sale_order'")
        found = " ".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("marketplace_notes_at NULLS FIRST, id DESC, date_order) WHERE", found)

    def test_not_due_nothing_is_asked(self):
        self.read_notes()
        with self.reading() as asked:
            self.turn()
        self.assertEqual(asked, [])
