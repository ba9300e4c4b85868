"""A shop that fails: nothing comes twice, nothing is given up, nobody waits for somebody else."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..connectors.transport import Answer, HttpSession
from .opensi_case import OpensiCase

NUMBER = "100000123"
AGENT_FORM = "marketplace_helpdesk.sale_order_view_form_agent"
FAULT = (
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault>'
    b"<faultcode>e:Server</faultcode><faultstring>broken</faultstring></e:Fault></e:Body>"
    b"</e:Envelope>"
)


@tagged("post_install", "-at_install")
class TestFailingShop(OpensiCase):
    def setUp(self):
        super().setUp()
        self.order = self.make_both(NUMBER)

    def at_shop(self):
        return sorted(c["text"] for c in self.seller.comments(NUMBER))

    def write_many(self, *texts):
        written = self.env["sale.order.comment"]
        for text in texts:
            written |= self.write_comment(self.order, text)
        return written.sorted("id")

    @contextmanager
    def choking(self, *words, status=500, content=FAULT):
        """The shop fails on calls in which one of these words stands."""
        genuine = HttpSession.request

        def request(session, method, url, **options):
            data = options.get("data") or b""
            if any(word.encode() in data for word in words):
                return Answer(status, content, {"Content-Type": "text/xml"})
            return genuine(session, method, url, **options)

        with patch.object(HttpSession, "request", request):
            yield

    def let_pass(self, hours):
        for _turn in range(hours * 2):
            self.wait(minutes=30)
            self.turn()

    def assertStates(self, comments, *states):
        self.assertEqual(comments.mapped("state"), list(states))

    # One comment --------------------------------------------------------------------------------

    def test_one_that_it_fails_on(self):
        for content in (FAULT, b""):
            comments = self.write_many("good 0", "good 1", "poison", "good 3", "good 4")
            with self.choking("poison", content=content):
                self.send_now(self.order)
                self.let_pass(hours=3)
                later = self.write_many("later")
                self.let_pass(hours=4)
            self.assertStates(later, "sent")
            self.assertEqual(comments[2].state, "refused")
            states = (comments - comments[2]).mapped("state")
            self.assertLessEqual(set(states), {"sent", "already"})
        texts = [f"good {index}" for index in (0, 0, 1, 1, 3, 3, 4, 4)] + ["later", "later"]
        self.assertEqual(self.at_shop(), texts)

    def test_alone_it_does_not_keep_others_waiting(self):
        poison = self.write_many("poison")
        with self.choking("poison"):
            self.send_now(self.order)
            self.let_pass(hours=2)
            self.assertStates(poison, "waiting")  # nothing tells yet whether the shop works at all
            later = self.write_many("later")
            self.let_pass(hours=2)
        self.assertStates(later, "sent")
        self.assertStates(poison, "refused")

    def test_outage_with_faults_gives_nothing_up(self):
        comments = self.write_many("a", "b", "c", "d")
        with self.choking("setComments"):
            self.send_now(self.order)
            self.let_pass(hours=4)
            self.assertStates(comments, *["waiting"] * 4)
            calls = self.env["marketplace.operation"].search(
                [("account_id", "=", self.account.id), ("kind", "=", "comment")]
            )
            self.assertLess(sum(calls.mapped("attempts")), 60)  # later and later
        self.let_pass(hours=2)
        self.assertLessEqual(set(comments.mapped("state")), {"sent", "already"})
        self.assertEqual(self.at_shop(), ["a", "b", "c", "d"])

    def test_refused_after_a_lost_answer_does_not_come_twice(self):
        comment = self.write_many("once")
        self.seller.fault("setComments", "reset_after")
        self.send_now(self.order)
        number = comment.remote_id
        comment.operation_id._set_state("rejected", message="The shop fails.", code="fault")
        self.assertStates(comment, "refused")
        comment.with_user(self.salesman).action_send_again()
        self.assertEqual((comment.remote_id, comment.has_left), (number, True))
        self.let_pass(hours=1)
        self.assertStates(comment, "already")
        self.assertEqual(self.at_shop(), ["once"])

    # People meanwhile ---------------------------------------------------------------------------

    def test_seen_at_the_shop_by_a_manager(self):
        comment = self.write_many("seen")
        self.seller.fault("setComments", "timeout_before", seconds=0.1)
        self.send_now(self.order)
        operation = comment.operation_id
        operation._set_state("unknown")
        operation.with_user(self.manager).action_happened()
        self.assertStates(comment, "sent")

    def test_a_batch_is_not_abandoned(self):
        comment = self.write_many("mine")
        with self.choking("mine", status=404, content=b"gone"):  # surely not taken
            self.send_now(self.order)
        operation = comment.operation_id
        self.assertEqual(operation.state, "pending")
        with self.assertRaisesRegex(UserError, "Withdraw the comments"):
            operation.with_user(self.agent).action_abandon()
        comment.with_user(self.salesman).action_withdraw()
        self.assertEqual((comment.state, operation.state), ("withdrawn", "cancelled"))
        self.let_pass(hours=1)
        self.assertEqual(self.at_shop(), [])

    def test_one_of_a_batch_that_has_not_left_is_changed(self):
        first, second = self.write_many("first", "secnd")
        with self.choking("first", status=404, content=b"gone"):
            self.send_now(self.order)
        second.with_user(self.salesman).write({"text": "second"})
        self.let_pass(hours=1)
        self.assertEqual(self.at_shop(), ["first", "second"])

    def test_one_that_may_have_left_is_not_changed(self):
        comment = self.write_many("sent?")
        self.seller.fault("setComments", "reset_before")
        self.send_now(self.order)
        with self.assertRaisesRegex(UserError, "has left"):
            comment.with_user(self.salesman).action_withdraw()

    def test_both_writers_are_told(self):
        other = self._make_user("other", "sales_team.group_sale_salesman_all_leads")
        stranger = self.make_sale_order("999", self.account)
        mine, theirs = self.write_comment(stranger, "a"), self.write_comment(stranger, "b", other)
        self.send_now(stranger)
        self.assertStates(mine + theirs, "refused", "refused")
        self.assertEqual(stranger.activity_ids.user_id, self.salesman + other)
        mine.with_user(self.salesman).action_withdraw()
        self.assertEqual(stranger.activity_ids.user_id, other)

    def test_order_of_another_shop_meanwhile(self):
        seller = self.seller_class()
        other = self._make_account(seller)
        seller.order(number="999")
        order = self.make_sale_order("999", self.account)
        comment = self.write_comment(order)
        self.send_now(order)
        self.assertStates(comment, "refused")
        order.marketplace_account_id = other
        comment.with_user(self.salesman).action_send_again()
        self.assertEqual(comment.account_id, other)
        self.wait(minutes=11)
        self.turn(account=other)
        self.assertEqual([c["text"] for c in seller.comments("999")], [comment.text])

    def test_written_before_the_order_had_a_shop(self):
        order = self.make_sale_order("777")
        comment = self.write_comment(order)
        self.assertStates(comment, "kept")
        self.seller.order(number="777")
        order.marketplace_account_id = self.account
        comment.with_user(self.salesman).write({"text": "now for the shop"})
        self.send_now(order)
        self.assertStates(comment, "sent")

    def test_archived_account_says_so(self):
        self.write_many("waits")
        self.account.active = False
        box = self.order.with_user(self.salesman).marketplace_comment_box
        self.assertIn("archived", box["next_text"])

    def test_range_that_was_used(self):
        comment = self.write_many("one")
        used = self.account.comment_first_id
        self.account.comment_first_id = 5
        with self.assertRaisesRegex(ValidationError, "have left already"):
            self.account.comment_first_id = used
        self.assertNotEqual(comment.remote_id, "5")

    def test_what_the_context_says_of_the_jobs_fields(self):
        comments = self.env["sale.order.comment"].with_user(self.salesman)
        forged = {"default_direction": "in", "default_state": "sent", "default_remote_id": "7"}
        made = comments.with_context(**forged).create({"order_id": self.order.id, "text": "x"})
        self.assertEqual((made.direction, made.state), ("out", "waiting"))
        self.assertNotEqual(made.remote_id, "7")

    def test_order_without_the_shops_number(self):
        nameless = self.make_sale_order(None, self.account)
        box = nameless.with_user(self.salesman).marketplace_comment_box
        self.assertEqual((box["can_write"], box["can_show"], box["can_mail"]), (True, False, False))
        self.assertIn("has no number of", box["why_not_visible"])
        comment = self.write_comment(nameless, todo_user_id=self.agent.id)
        self.assertEqual((comment.channel, comment.state), ("odoo", "kept"))

    def test_withdrawn_by_somebody_else_meanwhile(self):
        comment = self.write_many("mine")
        comment.sudo().action_withdraw()
        self.assertIn("Withdrawn by", comment.reason)
        with self.assertRaisesRegex(UserError, "was withdrawn meanwhile"):
            comment.with_user(self.salesman).write({"text": "still mine"})

    def test_agent_opens_the_order_of_a_to_do(self):
        form = self.env["sale.order"].with_user(self.agent).get_view()
        self.assertEqual(form["id"], self.env.ref(AGENT_FORM).id)
        self.assertIn("marketplace_comment_box", form["arch"])
        names = self.env["sale.order"].with_user(self.agent).get_views([(False, "form")])
        fields_shown = names["models"]["sale.order"]["fields"]
        self.order.with_user(self.agent).read([n for n in fields_shown if n in form["arch"]])
        seller = self.env["sale.order"].with_user(self.salesman).get_view()
        self.assertEqual(seller["id"], self.env.ref("sale.view_order_form").id)

    # What nobody shall see ----------------------------------------------------------------------

    def test_nothing_of_the_shop_shows_in_the_portal(self):
        comment = self.write_comment(self.order, is_visible=True)
        self.assertTrue(comment.mail_message_id.is_internal)
        comment.with_user(self.salesman).action_withdraw()
        self.assertTrue(comment.mail_message_id.is_internal)

    def test_bubbles_of_others_stay_as_they_are(self):
        other = self.make_sale_order("2")
        note = other.message_post(body="secret", subtype_xmlid="mail.mt_note")
        comments = self.env["sale.order.comment"].with_user(self.salesman)
        for value in (note.id, [note.id], {"id": note.id}):
            made = comments.with_context(
                marketplace_bubble=value, marketplace_bubble_id=note.id
            ).create({"order_id": self.order.id, "text": "mine"})
            self.assertNotEqual(made.mail_message_id, note)
        made.sudo().mail_message_id = note
        made.write({"text": "OVERWRITTEN", "is_visible": True})
        self.assertIn("secret", note.body)

    def test_note_that_becomes_visible_gets_a_bubble_of_its_own(self):
        own = self.make_sale_order("3")
        note = own.with_user(self.salesman).message_post(
            body="For the customer", subtype_xmlid="mail.mt_note"
        )
        comment = self.write_comment(own, "For the customer", message_id=note.id, is_visible=True)
        self.assertEqual(comment.state, "kept")
        self.assertNotEqual(comment.mail_message_id, note)
        self.assertFalse(comment.mail_message_id.is_internal)

    def test_accountants_read_orders(self):
        accountant = self._make_user("books", "account.group_account_invoice")
        order = self.order.with_user(accountant)
        names = [name for name in order.fields_get() if name.startswith("marketplace_comment")]
        self.assertEqual(names, [])
        order.read()

    def test_job_meets_somebody_who_changes_a_comment(self):
        comment = self.write_many("one")
        comment.due_at = fields.Datetime.now()
        nothing = self.env["sale.order.comment"]
        with patch.object(type(nothing), "try_lock_for_update", lambda self, **_kw: nothing):
            self.turn()
        self.assertStates(comment, "waiting")
        self.turn()
        self.assertStates(comment, "sent")
