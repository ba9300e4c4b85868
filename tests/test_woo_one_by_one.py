"""One order or note that cannot be read is set aside, and everything else comes in."""

import json
import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..connectors.transport import Answer, HttpSession
from .woo_notes_case import WooNotesCase

CRITICAL = Answer(500, b"<p>There has been a critical error on this website.</p>", {})
PAGE = b"<!DOCTYPE html><html><body>Slow down</body></html>"
NOT_LOGGED_IN = {"code": "rest_not_logged_in", "message": "Members only.", "data": {"status": 401}}


@tagged("post_install", "-at_install")
class TestWooOneByOne(WooNotesCase):
    def breaking(self, path, answer=CRITICAL):
        """Calls of this path (a pattern below wp-json) are answered so."""
        genuine = HttpSession.request

        def request(session, method, url, **options):
            found = url.partition("?")[0].partition("/wp-json/")[2]
            if re.fullmatch(path, found):
                return answer
            return genuine(session, method, url, **options)

        return patch.object(HttpSession, "request", request)

    def get_letters(self, account=None):
        """Those that are open."""
        return (
            self.env["marketplace.dead.letter"]
            .with_user(self.manager)
            .search(
                [("account_id", "=", (account or self.account).id), ("state", "=", "open")],
                order="id",
            )
        )

    def make_refunded(self):
        remote = self.make_order()
        self.seller.refund(remote["number"], amount="5.00")
        return remote

    # Orders -------------------------------------------------------------------------------------

    def test_an_order_whose_refunds_cannot_be_read(self):
        before, bad, after = self.make_order(), self.make_refunded(), self.make_refunded()
        with self.breaking(rf"wc/v3/orders/{bad['id']}/refunds"):
            self.turn(pull=True)
        self.assertTrue(self.find_order(before) and self.find_order(after))
        letter = self.get_letters()
        self.assertEqual(letter.remote_id, str(bad["id"]))
        self.assertIn("problem", letter.error)
        stream = letter.stream_id
        self.assertEqual((stream.records, stream.last_error), ("order", False))
        self.wait(hours=1, minutes=5)
        self.turn()
        self.assertEqual((letter.state, self.get_letters().ids), ("solved", []))
        self.assertEqual(self.find_order(bad).marketplace_refunded, 5)

    def test_orders_that_somebody_wants_to_see(self):
        bad, good = self.make_refunded(), self.make_order()
        orders = self.read_orders(bad, good)
        for remote in (bad, good):
            self.seller.change_order(remote["number"], customer_note="Ring twice.")
        orders.user_id = self.salesman
        orders.with_user(self.salesman).action_marketplace_refresh()
        with self.breaking(rf"wc/v3/orders/{bad['id']}/refunds"):
            self.turn()
        self.assertFalse(
            orders.filtered("marketplace_refresh"), "asked for by the hour from now on"
        )
        self.assertEqual(self.get_letters().remote_id, str(bad["id"]))
        self.wait(hours=1, minutes=5)
        self.turn()
        self.assertFalse(self.get_letters())

    def test_many_wanted_orders_take_several_steps(self):
        """What is read by then is kept when a run ends on the way."""
        orders = self.read_orders(*(self.make_order() for _number in range(10)))
        orders.marketplace_refresh = True
        genuine, asked = HttpSession.request, []

        def request(session, method, url, **options):
            if "include=" in url:
                asked.append(url)
            return genuine(session, method, url, **options)

        with patch.object(HttpSession, "request", request):
            self.turn()
        self.assertEqual(len(asked), 2)
        self.assertFalse(orders.filtered("marketplace_refresh"))

    # Notes --------------------------------------------------------------------------------------

    def odd_note(self, number):
        """The notes as the shop shows them, but this one without its date."""

        def change(answer):
            rows = json.loads(answer.content)
            for row in rows:
                if str(row["id"]) == number:
                    row["date_created_gmt"] = None
            return Answer(answer.status, json.dumps(rows).encode(), answer.headers)

        return self.wire("notes.list", change=change)

    def test_a_note_that_cannot_be_read(self):
        bad = self.note("Without a date.")
        self.note("Still read.")
        comment = self.write_comment(text="It leaves tonight.")
        with self.odd_note(bad):
            self.send_now()
            self.read_notes()
        texts = self.get_comments().mapped("text")
        self.assertIn("Still read.", texts)
        self.assertNotIn("Without a date.", texts)
        self.assertEqual(comment.state, "sent", "ours is not held up")
        letter = self.get_letters()
        self.assertEqual(letter.remote_id, f"note:{self.order.marketplace_ref}/{bad}")
        self.hold_streams()
        boss = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        letter.with_user(boss).action_retry()
        self.assertTrue(self.order.marketplace_notes_wish)
        self.turn()
        self.assertIn("Without a date.", self.get_comments().mapped("text"))
        self.assertEqual(letter.state, "solved")

    def test_an_order_behind_a_firewalls_page_holds_nobody_up(self):
        other = self.read_own_order()
        self.note("Still read.", order=other)
        self.order.marketplace_notes_at = fields.Datetime.now() - timedelta(days=1)
        page = Answer(403, PAGE, {"Content-Type": "text/html"})
        with self.breaking(rf"wc/v3/orders/{self.order.marketplace_ref}/notes", page):
            self.read_notes()
        self.assertIn("Still read.", self.get_comments(other).mapped("text"))

    def test_recent_orders_and_the_others_share_the_turns(self):
        """Neither many old ones nor many recent ones keep the others waiting."""
        now = fields.Datetime.now()
        copies = [self.order.copy({"marketplace_ref": str(9_000_000 + n)}) for n in range(12)]
        orders = self.env["sale.order"].union(*copies)
        orders.marketplace_account_id = self.account
        orders.marketplace_notes_watch = True
        old, recent = orders[:8], orders[8:]
        old.date_order = now - timedelta(days=60)
        # After an import: the recent ones were read, none of the old.
        orders.marketplace_notes_at = False
        (recent + self.order).marketplace_notes_at = now - timedelta(hours=2)
        found = self.env["sale.order"]._get_next_noted(self.account, 6)
        self.assertEqual(len(found & (recent + self.order)), 3)
        self.assertEqual(len(found & old), 3)
        few = self.env["sale.order"]._get_next_noted(self.account, 12)
        self.assertEqual(len(few), 12, "places that are free are for all")

    # The site -----------------------------------------------------------------------------------

    def test_one_refusal_of_a_security_plugin(self):
        refusal = Answer(401, json.dumps(NOT_LOGGED_IN).encode(), {})
        with self.breaking("wc/v3/orders", refusal):
            self.turn(pull=True)
        self.assertEqual(self.account.state, "enabled")
        self.assertIn("refused", self.account.last_error)
        self.turn(pull=True)
        self.assertFalse(self.account.last_error)
        with self.breaking("wc/v3/orders", refusal):
            self.turn(pull=True)
            self.turn(pull=True)
        self.assertEqual(self.account.state, "stopped", "said again, it is so")

    def test_the_address_has_moved(self):
        moved = Answer(301, b"", {"Location": "https://shop.example/wp-json/wc/v3/orders"})
        comment = self.write_comment()
        with self.breaking("wc/v3/orders.*", moved):
            self.turn(pull=True)
        stream = self.account.stream_ids.filtered(lambda s: s.records == "order")
        self.assertIn("has moved to “https://shop.example”", stream.last_error)
        self.assertEqual(comment.state, "waiting", "surely not sent")
        self.assertFalse(comment.operation_id.filtered(lambda o: o.state != "pending"))


@tagged("post_install", "-at_install")
class TestWooTicketRoutesHidden(WooNotesCase):
    options = {"ticket_routes": True}

    def test_an_answer_waits_while_the_routes_are_hidden(self):
        vendor = self.make_vendor_account()
        case = self.read_ticket(vendor, self.make_order())
        self.assertEqual(vendor.site_ticket_answers, "yes")
        page = Answer(403, PAGE, {"Content-Type": "text/html"})
        operation = self.answer(case, "We send a new one.")
        with self.wire("wcfm.routes", change=lambda answer: page):
            self.turn(pull=True, account=vendor)
        self.assertEqual(vendor.site_ticket_answers, "yes")
        self.assertEqual(operation.state, "pending")
        self.wait(minutes=10)
        self.turn(account=vendor)
        self.assertEqual(operation.state, "done")
