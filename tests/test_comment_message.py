"""Order comments where the marketplace has a channel of its own: the same button, a message."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .mirakl_case import MiraklCase
from .out_case import OutCase

TEXT = "Ihre Lampe geht heute Abend zur Post."


class CommentMixin:
    def add(self, order, text=TEXT, user=None, **values):
        values = {"text": text, "is_visible": True, **values}
        number = order.with_user(user or self.agent).marketplace_add_comment(values)
        return self.env["sale.order.comment"].browse(number)


@tagged("post_install", "-at_install")
class TestCommentAsMiraklMessage(CommentMixin, MiraklCase):
    def setUp(self):
        super().setUp()
        self.order = self.read_order()

    def get_threads(self):
        ref = self.order.marketplace_ref
        return [t for t in self.seller.state["threads"] if t["order_number"] == ref]

    def test_visible_is_a_message_in_one_thread(self):
        first = self.add(self.order)
        self.assertEqual((first.channel, first.state), ("message", "waiting"))
        self.turn()
        self.assertEqual(first.state, "sent")
        second = self.add(self.order, "Die Sendungsnummer folgt.")
        self.turn()
        self.assertEqual(second.state, "sent")
        (thread,) = self.get_threads()
        self.assertEqual(
            [(m["body"], [t["type"] for t in m["to"]]) for m in thread["messages"]],
            [(TEXT, ["CUSTOMER"]), ("Die Sendungsnummer folgt.", ["CUSTOMER"])],
        )
        self.assertEqual(first.case_id, second.case_id)

    def test_in_the_thread_that_is_there(self):
        thread = self.make_thread({"number": self.order.marketplace_ref})
        self.turn(pull=True)
        comment = self.add(self.order)
        self.turn()
        self.assertEqual(comment.case_id, self.get_case(thread))
        self.assertSaid(comment.case_id, TEXT)

    def test_internal_stays_here(self):
        comment = self.add(self.order, is_visible=False)
        self.turn()
        self.assertEqual((comment.channel, comment.state), ("odoo", "kept"))
        self.assertEqual(self.get_threads(), [])
        self.assertTrue(comment.mail_message_id.is_internal)

    def test_shown_on_the_order_and_nobody_is_mailed(self):
        self.order.message_subscribe(self.order.partner_id.ids)
        mails = self.env["mail.mail"].search_count([])
        comment = self.add(self.order)
        bubble = comment.mail_message_id
        self.assertEqual((bubble.model, bubble.res_id), ("sale.order", self.order.id))
        self.assertIn(TEXT, bubble.body)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertFalse(bubble.notification_ids)

    def test_mail_is_not_offered(self):
        box = self.order.with_user(self.agent).marketplace_comment_box
        self.assertEqual(
            (box["channel"], box["can_show"], box["can_mail"]), ("message", True, False)
        )
        with self.assertRaisesRegex(UserError, "tells the customer itself"):
            self.add(self.order, is_mailed=True)

    def test_salesman_writes_for_colleagues_only(self):
        salesman = self._make_user("salesman", "sales_team.group_sale_salesman_all_leads")
        box = self.order.with_user(salesman).marketplace_comment_box
        self.assertIn("Only marketplace agents", box["why_not_visible"])
        with self.assertRaisesRegex(UserError, "Only marketplace agents"):
            self.add(self.order, user=salesman)
        self.assertEqual(self.add(self.order, user=salesman, is_visible=False).state, "kept")

    def test_refused_is_corrected(self):
        comment = self.add(self.order)
        operation = comment.operation_id
        operation.sudo()._set_state("rejected", message="Too long.", code="400")
        self.assertEqual((comment.state, comment.reason), ("refused", "Too long."))
        comment.with_user(self.agent).write({"text": "Kürzer."})
        self.assertEqual((comment.state, operation.state), ("waiting", "cancelled"))
        self.turn()
        self.assertEqual(comment.state, "sent")
        (thread,) = self.get_threads()
        self.assertEqual([m["body"] for m in thread["messages"]], ["Kürzer."])

    def test_contact_details_are_refused_as_in_answers(self):
        with self.assertRaisesRegex(UserError, "refuse answers with addresses"):
            self.add(self.order, "Schreiben Sie an me@shop.example")

    def test_account_off(self):
        self.account.action_disable()
        box = self.order.with_user(self.agent).marketplace_comment_box
        self.assertTrue(box["can_write"])
        self.assertIn("not enabled", box["why_not_visible"])


@tagged("post_install", "-at_install")
class TestCommentAsRelayMail(CommentMixin, OutCase):
    def test_visible_leaves_as_relay_mail(self):
        remote = self.make_order()
        self.run_job()
        self.run_job()
        order = self.env["sale.order"].search([("marketplace_ref", "=", remote["number"])])
        comment = self.add(order, "Votre lampe part ce soir.")
        self.assertEqual(comment.channel, "message")
        self.turn()
        self.assertEqual(comment.state, "waiting")  # sent, and not seen in the thread yet
        self.turn(pull=True)
        self.assertEqual(comment.state, "sent")
        (discussion,) = self.seller.state["discussions"]
        self.assertIn("Votre lampe part ce soir.", discussion["messages"][-1]["content"])

    def test_people_without_rights_write_nothing(self):
        order = self.env["sale.order"].create({"partner_id": self.agent.partner_id.id})
        outsider = self._make_user("outsider", "base.group_user")
        with self.assertRaises(AccessError):
            self.add(order, user=outsider)
