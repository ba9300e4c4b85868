"""Order notes of a WooCommerce shop, written here and there."""

from unittest.mock import patch

from .out_case import Killed
from .woo_case import WooCase


class WooNotesCase(WooCase):
    """`self.order`: an order of the shop, read; `self.salesman` has it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls._make_user("salesman", "sales_team.group_sale_salesman")

    def setUp(self):
        super().setUp()
        self.order = self.read_own_order()

    def read_own_order(self, **values):
        order = self.read_order(**values)
        order.user_id = self.salesman
        return order

    def write_comment(self, order=None, text="The lamp leaves tonight.", user=None, **values):
        """A comment as somebody writes it in the tab; `to_customer`: both switches."""
        order = (order or self.order).with_user(user or self.salesman)
        if values.pop("to_customer", False):
            values.update(is_visible=True, is_mailed=True)
        number = order.marketplace_add_comment({"text": text, **values})
        return self.env["sale.order.comment"].browse(number)

    def send_now(self, order=None):
        """The button "send now", and one turn of the job."""
        order = order or self.order
        order.with_user(self.salesman).action_marketplace_send_comments()
        self.turn(account=order.marketplace_account_id)

    def read_notes(self, account=None):
        """One turn in which the notes' turn has come, and no other stream's."""
        account = account or self.account
        stream = self.get_stream(account)
        others = account.stream_ids - stream
        others.active = False
        self.turn(pull=True, account=account)
        others.active = True
        self.assertFalse(stream.last_error)

    def dying(self, model, method):
        """The process dies when it gets to a method."""

        def die(*args, **kwargs):
            raise Killed

        return patch.object(type(self.env[model]), method, die)

    def get_stream(self, account=None):
        streams = (account or self.account).with_context(active_test=False).stream_ids
        return streams.filtered(lambda s: s.records == "comment")

    def get_comments(self, order=None):
        """All that is known of an order, the oldest first, automatic ones too."""
        order = order or self.order
        return self.env["sale.order.comment"].search(
            [("order_id", "=", order.id)], order="date, id"
        )

    def note(self, text="Customer called.", order=None, **values):
        """A note written at the shop; its number."""
        number = (order or self.order).marketplace_ref
        return str(self.seller.note(number, text, **values)["id"])
