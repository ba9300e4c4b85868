"""Comments that OpenSi sends are stored once, at the order of this shop, as they were sent."""

import time
from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time
from markupsafe import escape

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .opensi_shop_case import ADDED, KNOWN, UNKNOWN, OpensiShopCase, record, results

INBOX = "odoo.addons.marketplace_helpdesk.models.sale_order_comment_inbox"


@tagged("post_install", "-at_install")
class TestOpensiShopInbox(OpensiShopCase):
    def codes(self, *records, **values):
        answer = self.set_comments(*records, **values)
        self.assertEqual(answer.status_code, 200, answer.text)
        return [code for _key, code in results(answer)]

    # What is kept -------------------------------------------------------------------------------

    def test_a_comment_is_kept_as_it_came(self):
        text = "Colis prêt : à bientôt\n<script>alert(1)</script> & <b>gras</b>"
        changes = {"CommentDate": "2026-10-05 14:30:00", "VisibleForCustomer": "true"}
        self.shop.user_id.tz = "Europe/Paris"
        self.assertEqual(self.codes(record(self.order.name, "417", text, **changes)), [ADDED])
        comment = self.get_comments()
        self.assertRecordValues(
            comment,
            [
                {
                    "text": text,
                    "direction": "in",
                    "state": "received",
                    "remote_id": "417",
                    "website_code": "main",
                    "remote_order_ref": "CC26110001",
                    "remote_date": "2026-10-05 14:30:00",
                    "date": datetime(2026, 10, 5, 12, 30),
                    "is_visible": True,
                    "is_mailed": False,
                    "reason": False,
                    "company_id": self.company.id,
                }
            ],
        )
        bubble = comment.mail_message_id
        self.assertEqual((bubble.model, bubble.res_id), ("sale.order", self.order.id))
        self.assertEqual(bubble.date, comment.date)
        self.assertIn(str(escape("<script>alert(1)</script> & <b>gras</b>")), bubble.body)
        self.assertIn("à bientôt<br", bubble.body)
        self.assertNotIn("<script", bubble.body)
        self.assertTrue(self.shop.last_call_at)
        self.assertFalse(self.shop.last_call_problem)

    @freeze_time("2026-11-22 23:30:00")
    def test_dates(self):
        self.shop.user_id.tz = "Europe/Paris"  # where it is the 23rd already
        now = datetime(2026, 11, 22, 23, 30)
        expected = {
            "2026-11-23": now,
            "2026-11-22": datetime(2026, 11, 22, 12),
            "2026-07-01": datetime(2026, 7, 1, 12),
            "2026-07-01T08:15:30": datetime(2026, 7, 1, 6, 15, 30),
            "2026-03-29 02:30:00": datetime(2026, 3, 29, 1, 30),  # an hour that was left out
            "0001-01-01": now,
        }
        records = [
            record(self.order.name, str(number), CommentDate=text)
            for number, text in enumerate(expected)
        ]
        self.assertEqual(self.codes(*records), [ADDED] * len(records))
        comments = self.get_comments()
        self.assertEqual(dict(zip(expected, comments.mapped("date"), strict=True)), expected)
        self.assertEqual(comments.mapped("remote_date"), list(expected))

    @freeze_time("2026-11-22 10:00:00")
    def test_last_day_of_all(self):
        self.shop.user_id.tz = "America/New_York"
        late = record(self.order.name, "1", CommentDate="9999-12-31 23:00:00")
        self.assertEqual(self.codes(late), [ADDED])
        self.assertEqual(self.get_comments().date, datetime(2026, 11, 22, 10))

    def test_cancelled_orders_take_comments(self):
        self.order._action_cancel()
        self.assertEqual(self.order.state, "cancel")
        self.assertEqual(self.codes(record(self.order.name, "1")), [ADDED])
        self.assertEqual(len(self.get_comments()), 1)

    def test_problems_of_items_show_on_the_account(self):
        self.codes(record("nowhere", "1"), record(self.order.name, "2"))
        self.assertIn("1 of 2 comments were not taken", self.shop.last_call_problem)
        self.assertIn("nowhere", self.shop.last_call_problem)
        self.codes(record(self.order.name, "3"))
        self.assertFalse(self.shop.last_call_problem)

    # Which order --------------------------------------------------------------------------------

    def test_order_field_with_prefix_and_suffix(self):
        self.shop.write(
            {"order_field": "client_order_ref", "order_prefix": "WEB-", "order_suffix": "/1"}
        )
        order = self.make_sale_order("WEB-100042/1")
        self.make_sale_order("100043")
        self.assertEqual(
            self.codes(record("100042", "1"), record("WEB-100042/1", "2"), record("100043", "3")),
            [ADDED, UNKNOWN, UNKNOWN],
        )
        self.assertEqual(self.get_comments(order).remote_id, "1")
        self.assertFalse(order.marketplace_ref)

    def test_order_linked_to_this_account(self):
        order = self.make_sale_order(account=self.shop, marketplace_ref="W-77")
        self.assertEqual(self.codes(record("W-77", "1")), [ADDED])
        self.assertEqual(len(self.get_comments(order)), 1)

    def test_order_of_another_shop_is_unknown(self):
        other = self.make_shop_account()
        order = self.make_sale_order(account=other)
        self.assertEqual(self.codes(record(order.name, "1")), [UNKNOWN])
        self.assertEqual(self.codes(record(order.name, "1"), account=other), [ADDED])

    def test_order_that_a_marketplace_brought(self):
        """It is that marketplace's, whatever number tells it."""
        marketplace = self.env["marketplace.account"].create(
            {"name": "Market", "provider": "mirakl", "team_id": self.team.id}
        )
        order = self.make_sale_order("M-1", account=marketplace, marketplace_ref="M-1")
        self.assertEqual(self.codes(record(order.name, "1"), record("M-1", "2")), [UNKNOWN] * 2)
        self.shop.order_field = "client_order_ref"
        self.assertEqual(self.codes(record("M-1", "3")), [UNKNOWN])

    def test_unknown_order_may_come_later(self):
        later = record("W-1", "1")
        self.shop.order_field = "client_order_ref"
        self.assertEqual(self.codes(later), [UNKNOWN])
        order = self.make_sale_order("W-1")
        self.assertEqual(self.codes(later), [ADDED])
        self.assertEqual(len(self.get_comments(order)), 1)

    def make_second_company(self):
        """(account, order) of a shop of another company."""
        company = self.env["res.company"].create(
            {"name": "Autre maison", "currency_id": self.company.currency_id.id}
        )
        self.env.user.company_ids |= company
        agent = self._make_user("second", "marketplace_helpdesk.group_agent", company)
        account = self.make_shop_account(company, self._make_team(company, agent))
        return account, self.make_sale_order(company=company, user_id=False)

    def test_two_shops_in_two_companies(self):
        other, order = self.make_second_company()
        order.name = self.order.name  # each company has an order of this number
        for account, mine in ((self.shop, self.order), (other, order)):
            self.assertEqual(self.codes(record(mine.name, "1"), account=account), [ADDED])
            self.assertEqual(self.codes(record(mine.name, "1"), account=account), [KNOWN])
            comment = self.get_comments(mine, account)
            self.assertEqual(comment.company_id, account.company_id)
            self.assertEqual(comment.mail_message_id.res_id, mine.id)

    def test_order_of_another_company_is_unknown(self):
        other, order = self.make_second_company()
        order.name = "OTHER-1"
        self.assertEqual(self.codes(record("OTHER-1", "1")), [UNKNOWN])
        self.assertEqual(self.codes(record(self.order.name, "1"), account=other), [UNKNOWN])
        agent = self._make_user("first_only", "marketplace_helpdesk.group_agent")
        self.codes(record("OTHER-1", "2"), account=other)
        self.assertFalse(
            self.env["sale.order.comment"].with_user(agent).search([("order_id", "=", order.id)])
        )

    # Once ---------------------------------------------------------------------------------------

    def test_same_number_in_two_accounts_and_codes(self):
        other = self.make_shop_account()
        same = record(self.order.name, "1")
        self.assertEqual(self.codes(same), [ADDED])
        self.assertEqual(self.codes(same, account=other), [ADDED])
        self.shop.website_code = "second"
        self.assertEqual(self.codes(same, website_code="second"), [ADDED])
        self.assertEqual(self.codes(same, website_code="second"), [KNOWN])

    def test_number_stays_taken_whatever_comes_under_it(self):
        self.codes(record(self.order.name, "1", "Premier"))
        other = self.make_sale_order()
        self.assertEqual(self.codes(record(other.name, "1", "Second")), [KNOWN])
        self.assertEqual(self.get_comments().text, "Premier")
        self.assertFalse(self.get_comments(other))

    def test_one_that_cannot_be_stored_costs_no_other(self):
        comments = self.registry["sale.order.comment"]
        create = comments.create

        def refuse_one(records, vals_list):
            if any(values.get("remote_id") == "5" for values in vals_list):
                records.env.cr.execute("SELECT 1/0")
            return create(records, vals_list)

        records = [record(self.order.name, str(number)) for number in range(9)]
        with (
            patch.object(comments, "create", refuse_one),
            mute_logger("odoo.sql_db"),
            self.assertLogs(INBOX, "WARNING") as logs,
        ):
            codes = self.codes(*records, record(self.order.name, "5"))
        self.assertEqual(codes, [ADDED] * 5 + [UNKNOWN] + [ADDED] * 3 + [UNKNOWN])
        self.assertIn("Comment 5 of account", logs.output[0])
        self.assertEqual(len(self.get_comments()), 8)
        self.assertEqual(len(self.get_comments().mail_message_id), 8)
        self.assertEqual(self.codes(*records), [KNOWN] * 5 + [ADDED] + [KNOWN] * 3)

    # Many ---------------------------------------------------------------------------------------

    def count_queries(self, records):
        from ..connectors.opensi import server

        body = "".join(records)
        content = (
            '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" '
            'xmlns:s="http://www.opensi.fr" xmlns:d="http://www.opensi.fr/xsd"><e:Body>'
            f"<s:setCommentsRequest>{body}</s:setCommentsRequest></e:Body></e:Envelope>"
        )
        call = server.parse(content.encode(), "text/xml")
        account = self.shop.sudo()._for_call()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        found = self.env["sale.order.comment"].sudo()._receive(account, call.items)
        self.env.flush_all()
        self.assertEqual({code for _key, code, _message in found}, {ADDED})
        return self.cr.sql_log_count - before

    def test_many_cost_as_few_queries_as_some(self):
        orders = [self.make_sale_order() for _index in range(10)]
        numbers = iter(range(1, 10_000))

        def make(count):
            return [record(orders[i % 10].name, str(next(numbers))) for i in range(count)]

        self.count_queries(make(10))  # caches are warm from here on
        some, many = self.count_queries(make(10)), self.count_queries(make(1000))
        # Odoo inserts and updates in batches of its own, of 100 rows at least.
        self.assertLess(many - some, 3 * 1000 / 100 + 10)
        self.assertLess(some, 60)

    def test_ten_thousand_in_one_call(self):
        orders = [self.make_sale_order() for _index in range(20)]
        records = [
            record(orders[number % 20].name, str(number), f"Étape {number}\nsuite")
            for number in range(10_000)
        ]
        start = time.monotonic()
        answer = self.set_comments(*records)
        seconds = time.monotonic() - start
        expected = [(orders[number % 20].name, ADDED) for number in range(10_000)]
        self.assertEqual(results(answer), expected)
        domain = [("account_id", "=", self.shop.id)]
        self.assertEqual(self.env["sale.order.comment"].search_count(domain), 10_000)
        self.assertEqual(len(self.get_comments(orders[3])), 500)
        self.assertLess(seconds, 120)
        answer = self.set_comments(*records)
        self.assertEqual({code for _key, code in results(answer)}, {KNOWN})
        self.assertEqual(self.env["sale.order.comment"].search_count(domain), 10_000)

    # Who reads them -----------------------------------------------------------------------------

    def test_portal_customer_sees_visible_ones_only(self):
        user = new_test_user(
            self.env, login="camille", groups="base.group_portal", partner_id=self.customer.id
        )
        self.codes(
            record(self.order.name, "1", "Pour le client", VisibleForCustomer="true"),
            record(self.order.name, "2", "Entre nous"),
            record(self.order.name, "3", "Entre nous aussi", SendMail="true"),
        )
        (shown,) = self.get_portal_messages(user)
        self.assertIn("Pour le client", str(shown["body"]))
        self.assertEqual(shown["author_id"]["name"], self.company.name)
        messages = self.env["mail.message"].with_user(user)
        seen = messages.search([("model", "=", "sale.order"), ("res_id", "=", self.order.id)])
        self.assertNotIn("Entre nous", " ".join(seen.mapped("body")))
        with self.assertRaises(AccessError):
            self.get_comments().with_user(user).read(["text"])

    def get_portal_messages(self, user):
        """What the page of the order in the portal shows of its chatter."""
        self.authenticate(user.login, user.login)
        answer = self.make_jsonrpc_request(
            "/mail/chatter_fetch", {"thread_model": "sale.order", "thread_id": self.order.id}
        )
        return answer["data"]["mail.message"]
