"""Comments that people write go to the shop: in batches, each with its own result."""

from datetime import timedelta

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..connectors import errors
from .opensi_case import OpensiCase
from .out_case import Killed

NUMBER = "100000123"
TEXT = "L'article est épuisé :\nle préférez-vous en noir ? <b>& merci</b>"


@tagged("post_install", "-at_install")
class TestOpensiFeed(OpensiCase):
    def setUp(self):
        super().setUp()
        self.order = self.make_both(NUMBER)

    def at_shop(self, number=NUMBER):
        return [c["text"] for c in self.seller.comments(number)]

    # The way there ------------------------------------------------------------------------------

    def test_written_then_seen_at_the_shop(self):
        comment = self.write_comment(self.order, TEXT, is_visible=True)
        self.assertEqual((comment.channel, comment.state), ("shop", "waiting"))
        self.send_now(self.order)
        self.assertEqual((comment.state, comment.code), ("sent", "1002"))
        (there,) = self.seller.comments(NUMBER)
        self.assertEqual(there["text"], TEXT)
        self.assertEqual((there["visible"], there["mailed"]), (True, False))
        self.assertEqual(str(there["number"]), comment.remote_id)
        self.assertEqual(there["own_ref"], self.order.name)
        self.assertEqual(there["date"], fields.Date.today().isoformat())

    def test_flags_are_independent(self):
        for visible, mailed in ((True, True), (True, False), (False, True), (False, False)):
            text = f"visible {visible}, mailed {mailed}"
            self.write_comment(self.order, text, is_visible=visible, is_mailed=mailed)
        self.send_now(self.order)
        told = [(c["text"], c["visible"], c["mailed"]) for c in self.seller.comments(NUMBER)]
        self.assertEqual(
            told,
            [
                ("visible True, mailed True", True, True),
                ("visible True, mailed False", True, False),
                ("visible False, mailed True", False, True),
                ("visible False, mailed False", False, False),
            ],
        )
        self.assertEqual(len(self.seller.state["mails"]), 2)

    def test_leaves_after_ten_minutes_with_those_written_meanwhile(self):
        now = fields.Datetime.now()
        first = self.write_comment(self.order, "one")
        self.assertEqual(round((first.due_at - now).total_seconds() / 60), 10)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.account.cron_id.id)])
        self.assertIn(first.due_at, triggers.mapped("call_at"))
        self.turn()
        self.assertEqual(self.at_shop(), [])
        self.wait(minutes=4)
        with self.time():
            second = self.write_comment(self.order, "two")
        self.assertEqual(second.due_at, first.due_at)
        self.wait(minutes=7)
        self.turn()
        self.assertEqual(self.at_shop(), ["one", "two"])
        self.assertEqual(self.seller.count("setComments"), (1, 1))

    def test_sent_now_are_those_of_this_order_only(self):
        other = self.make_both("4712")
        theirs = self.write_comment(other, "three")
        ours = [self.write_comment(self.order, text) for text in ("one", "two")]
        self.send_now(self.order)
        self.assertEqual([c.state for c in (*ours, theirs)], ["sent", "sent", "waiting"])
        self.assertEqual((self.at_shop(), self.at_shop("4712")), (["one", "two"], []))
        self.wait(minutes=11)
        self.turn()
        self.assertEqual(self.at_shop("4712"), ["three"])

    def test_interval_of_the_account(self):
        self.account.comment_minutes = 0
        comment = self.write_comment(self.order)
        self.turn()
        self.assertEqual(comment.state, "sent")

    def test_batches(self):
        self.account.comment_batch = 3
        comments = self.env["sale.order.comment"]
        for index in range(8):
            comments |= self.write_comment(self.order, f"comment {index}")
        self.send_now(self.order)
        self.assertEqual(set(comments.mapped("state")), {"sent"})
        self.assertEqual(self.at_shop(), [f"comment {index}" for index in range(8)])
        self.assertEqual(self.seller.count("setComments"), (3, 3))

    def test_ten_thousand_in_one_call(self):
        self.account.comment_batch = 10_000
        values = [
            {"order_id": self.order.id, "text": f"Numéro {index} : déjà préparé"}
            for index in range(10_000)
        ]
        comments = self.env["sale.order.comment"].sudo().create(values)
        self.send_now(self.order)
        self.assertEqual(set(comments.mapped("state")), {"sent"})
        self.assertEqual(len(self.at_shop()), 10_000)
        self.assertEqual(self.seller.count("setComments"), (1, 1))

    def test_nothing_waits_nothing_is_called(self):
        self.turn()
        self.assertEqual(self.seller.count("setComments"), (0, 0))

    def test_version_1_2(self):
        self.account.soap_version = "1.2"
        comment = self.write_comment(self.order, TEXT)
        self.send_now(self.order)
        self.assertEqual((comment.state, self.at_shop()), ("sent", [TEXT]))

    def test_comment_on_a_cancelled_order(self):
        self.order._action_cancel()
        comment = self.write_comment(self.order)
        self.send_now(self.order)
        self.assertEqual(comment.state, "sent")

    # What the shop does not take ----------------------------------------------------------------

    def test_order_unknown_there_then_corrected(self):
        stranger = self.make_sale_order("999", self.account)
        bad = self.write_comment(stranger)
        good = self.write_comment(self.order)
        self.send_now(self.order | stranger)
        self.assertEqual((bad.state, bad.code, good.state), ("refused", "3002", "sent"))
        self.assertIn("does not know an order", bad.reason)
        activity = stranger.activity_ids
        self.assertEqual(activity.user_id, self.salesman)
        self.assertIn(bad.reason, activity.note)
        number = bad.remote_id
        self.seller.order(number="999")
        bad.with_user(self.salesman).action_send_again()
        self.assertEqual((bad.state, stranger.activity_ids.ids), ("waiting", []))
        self.assertNotEqual(bad.remote_id, number)
        self.send_now(stranger)
        self.assertEqual(bad.state, "sent")

    def test_corrected_text_goes_under_a_new_number(self):
        stranger = self.make_sale_order("999", self.account)
        comment = self.write_comment(stranger, "first")
        self.send_now(stranger)
        self.seller.order(number="999")
        comment.with_user(self.salesman).write({"text": "second", "is_visible": True})
        self.send_now(stranger)
        self.assertEqual(comment.state, "sent")
        self.assertEqual(self.at_shop("999"), ["second"])
        self.assertIn("second", comment.mail_message_id.body)
        self.assertTrue(comment.mail_message_id.is_internal)  # it is the shop that shows it

    def test_order_that_takes_no_comments(self):
        self.seller.order(number="500", blocked=True)
        blocked = self.make_sale_order("500", self.account)
        first = self.write_comment(self.order, "before")
        refused = self.write_comment(blocked) + self.write_comment(blocked)
        last = self.write_comment(self.order, "after")
        self.send_now(self.order | blocked)
        self.assertEqual((first + last).mapped("state"), ["sent", "sent"])
        self.assertEqual(refused.mapped("state"), ["refused", "refused"])
        self.assertEqual(self.at_shop(), ["before", "after"])
        # Under the same number: had the shop taken it without a word, it would not come twice.
        numbers = refused.mapped("remote_id")
        self.seller.block("500", False)
        refused.with_user(self.salesman).action_send_again()
        self.turn()
        self.assertEqual(refused.mapped("state"), ["sent", "sent"])
        self.assertEqual(refused.mapped("remote_id"), numbers)

    def test_number_that_somebody_else_used(self):
        """2001 for a number that never left from here is no success."""
        comment = self.write_comment(self.order)
        self.seller.erp_target(url=self.seller.shop_url)
        self.seller.erp_comment(web_order=NUMBER, number=comment.remote_id, text="from OpenSi")
        self.assertEqual(self.seller.erp_push()["results"][0]["code"], "1002")
        self.send_now(self.order)
        self.assertEqual((comment.state, comment.code), ("refused", "2001"))
        self.assertEqual(self.at_shop(), ["from OpenSi"])
        comment.with_user(self.salesman).action_send_again()
        self.send_now(self.order)
        self.assertEqual(comment.state, "sent")

    def test_limits_before_sending(self):
        too_long = self.make_sale_order("1" * 21, self.account)
        with self.assertRaisesRegex(UserError, "20"):
            self.write_comment(too_long)
        self.order.name = "S00001/2026/00001"
        with self.assertRaisesRegex(UserError, "11"):
            self.write_comment(self.order)
        nameless = self.make_sale_order(None, self.account)
        with self.assertRaisesRegex(UserError, "has no number of"):
            self.write_comment(nameless, is_visible=True)
        with self.assertRaisesRegex(UserError, "has no number of"):
            self.write_comment(nameless, is_mailed=True)
        with self.assertRaisesRegex(UserError, "empty"):
            self.write_comment(self.order, " \n ")

    def test_unknown_code(self):
        self.seller.fault("setComments", "item_error", code="4711")
        comment = self.write_comment(self.order)
        self.send_now(self.order)
        self.assertEqual((comment.state, comment.code), ("refused", "4711"))

    # Logins -------------------------------------------------------------------------------------

    def test_wrong_login_stops_and_nothing_is_lost(self):
        comment = self.write_comment(self.order)
        self.seller.configure(password="changed")
        self.send_now(self.order)
        self.assertEqual((self.account.state, comment.state), ("stopped", "waiting"))
        box = self.order.with_user(self.salesman).marketplace_comment_box
        self.assertIn("wait until it is enabled", box["next_text"])
        self.account.password_input = "changed"
        self.account.action_enable()
        self.turn()
        self.assertEqual((comment.state, self.at_shop()), ("sent", [comment.text]))

    def test_wrong_website_code_stops(self):
        self.account.website_code = "other"
        comment = self.write_comment(self.order)
        self.send_now(self.order)
        self.assertEqual((self.account.state, comment.state), ("stopped", "waiting"))
        self.assertIn("website code", self.account.last_error)

    def test_without_tls_nothing_leaves(self):
        self.account.allow_http = False
        comment = self.write_comment(self.order)
        self.send_now(self.order)
        self.assertEqual((comment.state, self.seller.count("setComments")), ("waiting", (0, 0)))
        self.assertEqual(self.account.state, "stopped")
        self.assertIn("https", self.account.last_error)

    def test_what_is_missing_is_named(self):
        self.account.action_disable()
        self.account.website_code = False
        with self.assertRaisesRegex(UserError, "the website code"):
            self.account.action_enable()

    # Doubt --------------------------------------------------------------------------------------

    def test_lost_answer_is_sent_again(self):
        first, second = self.write_comment(self.order, "one"), self.write_comment(self.order, "two")
        self.seller.fault("setComments", "reset_after")
        self.send_now(self.order)
        self.assertEqual((first + second).mapped("state"), ["waiting", "waiting"])
        self.assertEqual(self.at_shop(), ["one", "two"])
        self.settle()
        self.assertEqual((first + second).mapped("state"), ["already", "already"])
        self.assertEqual(self.at_shop(), ["one", "two"])

    def test_shop_dies_in_the_middle_of_a_batch(self):
        comments = self.env["sale.order.comment"]
        for index in range(5):
            comments |= self.write_comment(self.order, f"comment {index}")
        self.seller.fault("setComments", "partial", items=2)
        self.send_now(self.order)
        self.assertEqual(len(self.at_shop()), 2)
        self.settle()
        states = comments.sorted("id").mapped("state")
        self.assertEqual(states, ["already", "already", "sent", "sent", "sent"])
        self.assertEqual(self.at_shop(), [f"comment {index}" for index in range(5)])

    def test_we_die_before_and_after_the_call(self):
        comment = self.write_comment(self.order)
        self.order.with_user(self.salesman).action_marketplace_send_comments()
        self.die(self.wire(before=Killed()))
        self.assertEqual((comment.state, self.at_shop()), ("waiting", []))
        self.settle()
        self.assertEqual(comment.state, "sent")
        other = self.write_comment(self.order, "other")
        self.order.with_user(self.salesman).action_marketplace_send_comments()
        self.die(self.wire(after=Killed()))
        self.settle()
        self.assertEqual(other.state, "already")
        self.assertEqual(len(self.at_shop()), 2)

    def settle(self):
        """Leases and pauses end, doubts are settled."""
        for _turn in range(3):
            self.wait(minutes=11)
            self.turn()

    def test_nobody_listens(self):
        comment = self.write_comment(self.order)
        with self.wire(before=errors.NotSentError("The shop cannot be reached.")):
            self.send_now(self.order)
        self.assertEqual((comment.state, comment.has_left), ("waiting", False))
        self.settle()
        self.assertEqual((comment.state, comment.code), ("sent", "1002"))

    def test_written_meanwhile_waits_for_what_is_in_doubt(self):
        first = self.write_comment(self.order, "one")
        self.seller.fault("setComments", "reset_before")
        self.send_now(self.order)
        second = self.write_comment(self.order, "two")
        self.order.with_user(self.salesman).action_marketplace_send_comments()
        self.turn()
        self.settle()
        self.assertEqual((first + second).mapped("state"), ["sent", "sent"])
        self.assertEqual(self.at_shop(), ["one", "two"])

    def test_late_comments_are_an_alarm(self):
        self.write_comment(self.order)
        self.account.action_disable()
        self.wait(hours=7)
        self.account.action_enable()
        with self.time():
            self.account._cron_watch()
        self.assertIn("do not arrive", self.account.activity_ids.mapped("summary")[0])
        self.turn()
        with self.time():
            self.account._cron_watch()
        self.assertFalse(self.account.activity_ids)

    # People -------------------------------------------------------------------------------------

    def test_withdrawn_before_it_leaves(self):
        comment = self.write_comment(self.order)
        comment.with_user(self.salesman).action_withdraw()
        self.send_now(self.order)
        self.assertEqual((comment.state, self.at_shop()), ("withdrawn", []))
        with self.assertRaises(UserError):
            comment.with_user(self.salesman).write({"text": "again"})

    def test_changed_before_it_leaves(self):
        comment = self.write_comment(self.order, "typo")
        comment.with_user(self.salesman).write({"text": "right", "is_visible": True})
        self.send_now(self.order)
        self.assertEqual(self.at_shop(), ["right"])
        with self.assertRaisesRegex(UserError, "has left"):
            comment.with_user(self.salesman).write({"text": "too late"})

    def test_to_do_for_a_colleague(self):
        comment = self.write_comment(self.order, "Call the carrier", todo_user_id=self.agent.id)
        self.assertEqual(comment.activity_id.user_id, self.agent)
        self.assertEqual(comment.todo_state, "open")
        comment.activity_id.with_user(self.agent).action_feedback(feedback="done")
        self.env.invalidate_all()
        self.assertEqual(comment.todo_state, "done")

    def test_message_of_the_chatter_becomes_a_comment(self):
        order = self.order.with_user(self.salesman)
        body = Markup("<p>Called <b>the customer</b>.</p><p>Wait<br/>for <a href='#'>him</a></p>")
        note = order.message_post(body=body, subtype_xmlid="mail.mt_note")
        draft = order.marketplace_get_comment_draft(note.id)
        self.assertEqual(draft["text"], "Called the customer.\nWait\nfor him")
        comment = self.write_comment(self.order, draft["text"], message_id=note.id)
        self.assertEqual(comment.mail_message_id, note)
        self.assertEqual(note._get_marketplace_comment()["state"], "waiting")
        with self.assertRaisesRegex(UserError, "comment already"):
            self.write_comment(self.order, message_id=note.id)
        other = self.make_sale_order("7", self.account)
        with self.assertRaises(AccessError):
            self.write_comment(other, message_id=note.id)

    def test_template_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env["marketplace.comment.template"].create(
            {"name": "Leaves", "body": "{{ object.client_order_ref }} leaves.", "is_mailed": True}
        )
        template.with_context(lang="fr_FR").body = "{{ object.client_order_ref }} part."
        order = self.order.with_user(self.salesman)
        self.assertEqual(order.marketplace_comment_box["templates"][-1]["name"], "Leaves")
        filled = order.marketplace_fill_template(template.id)
        self.assertEqual(filled["text"], f"{NUMBER} leaves.")
        self.assertEqual((filled["is_visible"], filled["is_mailed"]), (True, True))
        self.customer.lang = "fr_FR"
        self.assertEqual(order.marketplace_fill_template(template.id)["text"], f"{NUMBER} part.")

    def test_template_that_cannot_be_filled(self):
        template = self.env["marketplace.comment.template"].create(
            {"name": "Broken", "body": "{{ object.no_such_field }}"}
        )
        muted = mute_logger("odoo.addons.mail.models.mail_render_mixin")
        with muted, self.assertRaisesRegex(UserError, "Broken"):
            self.order.with_user(self.salesman).marketplace_fill_template(template.id)

    def test_what_only_the_job_writes(self):
        comment = self.write_comment(self.order).with_user(self.salesman)
        for values in ({"state": "sent"}, {"remote_id": "1"}, {"direction": "in"}):
            with self.assertRaises(AccessError):
                comment.write(values)
            with self.assertRaises(AccessError):
                comment.create({"order_id": self.order.id, "text": "x", **values})
        with self.assertRaises(AccessError):
            comment.unlink()

    def test_orders_of_somebody_else(self):
        other = self._make_user("other", "sales_team.group_sale_salesman")
        comment = self.write_comment(self.order)
        with self.assertRaises(AccessError):
            comment.with_user(other).read(["text"])
        with self.assertRaises(AccessError):
            self.write_comment(self.order, user=other)
        with self.assertRaises(AccessError):
            comment.with_user(other).create({"order_id": self.order.id, "text": "x"})

    # Accounts -----------------------------------------------------------------------------------

    def test_orders_of_a_sales_team(self):
        team = self.env["crm.team"].create({"name": "Web shop", "company_id": self.company.id})
        old = self.make_sale_order("1", team_id=team.id)
        self.account.order_team_id = team
        new = self.make_sale_order("2", team_id=team.id)
        none = self.make_sale_order("3")
        self.assertEqual((old + new).marketplace_account_id, self.account)
        self.assertFalse(none.marketplace_account_id)

    def test_two_shops_in_two_companies(self):
        company = self.env["res.company"].create({"name": "Second"})
        user = self._make_user("second", "sales_team.group_sale_salesman_all_leads", company)
        seller = self.seller_class()
        team = self._make_team(company, user)
        account = self._make_account(seller, company=company, team=team, website_code="main")
        seller.order(number=NUMBER)
        order = self.make_sale_order(NUMBER, account, company)
        ours, theirs = (
            self.write_comment(self.order, "ours"),
            self.write_comment(order, "theirs", user),
        )
        self.assertNotEqual(ours.remote_id, theirs.remote_id)
        for box in (self.account, account):
            self.env["sale.order.comment"].search([("account_id", "=", box.id)]).due_at = (
                fields.Datetime.now() - timedelta(seconds=1)
            )
            self.turn(account=box)
        self.assertEqual(self.at_shop(), ["ours"])
        self.assertEqual([c["text"] for c in seller.comments(NUMBER)], ["theirs"])
        with self.assertRaises(AccessError):
            ours.with_user(user).read(["text"])

    def test_ranges_do_not_meet(self):
        other = self._make_account(self.seller_class())
        self.assertGreaterEqual(abs(self.account.comment_first_id - other.comment_first_id), 10**6)
        with self.assertRaises(ValidationError):
            self.account.comment_first_id = 2**31
        self.account.comment_first_id = 5
        self.assertEqual(self.write_comment(self.order).remote_id, "5")

    def test_observing_sends_nothing(self):
        comment = self.write_comment(self.order)
        self.account.action_observe()
        self.turn()
        self.assertEqual((comment.state, self.at_shop()), ("waiting", []))
        with self.assertRaisesRegex(UserError, "nothing is sent"):
            self.order.with_user(self.salesman).action_marketplace_send_comments()
