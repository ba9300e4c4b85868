"""Order notes in a real browser, with the job and the shop behind them."""

from odoo.tests import HttpCase, tagged

from .woo_notes_case import WooNotesCase


@tagged("post_install", "-at_install")
class TestWooNotesTour(HttpCase, WooNotesCase):
    def tour(self, name):
        self.start_tour(
            f"/odoo/sale.order/{self.order.id}",
            f"marketplace_woo_notes_{name}",
            login=self.salesman.login,
        )

    def test_notes_of_the_shop(self):
        self.note("Customer called: no hurry.")
        self.note("Payment complete.", by="system")
        self.read_notes()
        self.tour("read")
        self.assertTrue(self.order.marketplace_notes_wish)

    def test_write_to_the_customer(self):
        self.tour("write")
        comment = self.order.marketplace_comment_ids
        self.assertEqual((comment.is_visible, comment.is_mailed), (True, True))
        self.assertEqual(self.get_notes(self.order), [], "nothing leaves but by the job")
        self.turn()
        self.assertEqual(self.get_notes(self.order), [("Ihr Paket geht heute raus.", True)])
        self.tour("sent")
