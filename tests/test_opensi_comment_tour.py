"""Order comments in a real browser, with the job and the shop behind them."""

from markupsafe import Markup

from odoo.tests import HttpCase, tagged

from .opensi_case import OpensiCase


@tagged("post_install", "-at_install")
class TestOpensiCommentTour(HttpCase, OpensiCase):
    def tour(self, name, record, user=None):
        self.start_tour(
            f"/odoo/{record._name}/{record.id}",
            f"marketplace_opensi_comment_{name}",
            login=(user or self.salesman).login,
        )

    def test_write_and_see_it_at_the_shop(self):
        """Written in the tab, sent now: at the shop as it was written, and Odoo says so."""
        order = self.make_both("10482")
        self.tour("write", order)
        comment = order.marketplace_comment_ids
        self.assertEqual((comment.user_id, comment.state), (self.salesman, "waiting"))
        self.assertFalse(self.seller.comments("10482"), "nothing leaves but by the job")
        self.run_job()
        [remote] = self.seller.comments("10482")
        self.assertEqual(remote["text"], "Votre casque part ce soir.\nLa sonnette suit demain.")
        self.assertEqual((remote["visible"], remote["mailed"]), (True, False))
        self.assertEqual(str(remote["number"]), comment.remote_id)
        self.tour("sent", order)

    def test_note_becomes_a_comment(self):
        """The note stays where it is, with a state; its words went into the box."""
        order = self.make_both("10483")
        note = order.with_user(self.salesman).message_post(
            body=Markup("<p>Le client rappelle vendredi.<br>Avant midi.</p>"),
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )
        self.tour("note", order)
        comment = order.marketplace_comment_ids
        self.assertEqual(comment.mail_message_id, note)
        self.assertEqual((comment.is_visible, comment.is_mailed), (False, False))
        self.send_now(order)
        [remote] = self.seller.comments("10483")
        self.assertEqual(remote["text"], "Le client rappelle vendredi matin.")
        self.assertFalse(remote["visible"])

    def test_refused_one_is_corrected(self):
        """The shop does not know the order yet; corrected, the comment arrives once."""
        order = self.make_sale_order("10484", self.account)
        self.write_comment(order, "Le second colis part demain.", is_visible=True, is_mailed=True)
        self.send_now(order)
        comment = order.marketplace_comment_ids
        self.assertEqual((comment.state, comment.code), ("refused", "3002"))
        refused_number = comment.remote_id
        self.seller.order(number="10484")
        self.tour("correct", order)
        self.assertEqual((comment.state, comment.text), ("waiting", "Le second colis part lundi."))
        self.send_now(order)
        [remote] = self.seller.comments("10484")
        self.assertEqual(remote["text"], "Le second colis part lundi.")
        self.assertNotEqual(str(remote["number"]), refused_number)
        self.assertEqual(comment.state, "sent")

    def test_ticket_stays_as_it_is(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Lamp", "description": "-", "team_id": self.team.id, "user_id": self.agent.id}
        )
        ticket.message_post(
            body="Nur für Kollegen", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.tour("ticket", ticket, self.agent)
