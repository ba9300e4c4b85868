"""The client of a shop's operator: a consumer key, wc/v3 (contract, section 2)."""

from functools import partial

from .. import base, errors, records, values
from . import checks, const, links, mapper, notes, refunds, shopcalls
from .changes import Changes
from .client import SiteClient
from .keys import KeyLogin
from .one_by_one import OneByOne
from .site import path_of

_NO_ANSWER = (
    "WooCommerce has no conversations: what customers write back arrives by mail. A comment that "
    "the customer can see is mailed to him."
)


class OperatorClient(SiteClient):
    """See `base.Client`. Options of the credentials, all optional:

    `login_way`: "header", "query" or "oauth", how the key is sent (by the address);
    `settle_minutes`: when what is not seen counts as absent (10); `timeout`: seconds of a whole
    call (60); `max_bytes`: of an answer (32 MB).
    """

    provider = "woocommerce"
    label = "WooCommerce"
    capabilities = frozenset(
        {
            base.REFUND_ORDER,
            base.REFUND_LINES,
            base.REFUND_UNITS,
            base.REFUND_AMOUNT,
            base.REFUND_SHIPPING,
            base.REFUND_LINE_SHIPPING,
            base.GESTURE,
            base.COMMENT,
        }
    )
    cannot = {
        base.REPLY: _NO_ANSWER,
        base.OPEN_CONVERSATION: _NO_ANSWER,
        base.CONTACT_OPERATOR: "The shop is your own.",
        base.REPLY_CLOSED: _NO_ANSWER,
        base.ATTACHMENTS: "A note is a text without files.",
        base.CHOOSE_RECIPIENT: "A note goes to the customer or to nobody.",
        base.REFUSE_LINES: "WooCommerce cancels whole orders only. A refund before shipment gives "
        "back lines.",
        base.REFUSE_NEEDS_ALL_LINES: "WooCommerce cancels whole orders only.",
        base.CLOSE: "There is nothing to close.",
        base.CLOSE_NEEDS_ANSWER: "There is nothing to close.",
        base.RESOLVE_INCIDENT: "WooCommerce has no incidents.",
    }
    streams = const.OPERATOR_STREAMS
    reasons = const.REASONS
    defaults = {"refund_days": 200, "contact_days": 90, "settle_minutes": const.SETTLE_MINUTES}
    asks_pay_back = True
    asks_restock = True
    webhook_topics = const.WEBHOOK_TOPICS
    login_class = KeyLogin
    small_path = f"{const.WC}/orders"
    actions = {
        base.Refund.kind: refunds.RefundAction,
        base.Gesture.kind: refunds.GestureAction,
        base.Comments.kind: notes.CommentsAction,
    }

    def test_connection(self):
        """See base."""
        return checks.run_operator(self)

    @classmethod
    def backoffice_url(cls, service_url="", case_remote_id="", order_ref=""):
        """The order's page in WordPress."""
        return links.get_admin_order(service_url, order_ref)

    # Orders

    def pull(self, stream, cursor, since):
        """See base and `changes`."""
        if stream != const.ORDERS:
            raise errors.NotSupportedError(f"WooCommerce has no stream “{stream}”.")
        since = since or self.now() - const.FILTER_SLACK
        walk, one = Changes(self._read_changes, cursor, since).walk(), OneByOne(self.answers)
        while True:
            try:
                nodes, mark = next(walk)
            except StopIteration:
                return
            except values.MAPPING_ERRORS as error:
                raise self.site.unreadable(error) from None
            good, broken = mapper.map_each(nodes, partial(self._map_order, one=one))
            yield records.Page(tuple(good), mark, tuple(broken))
            one.check()

    def _read_changes(self, begin, page):
        """(nodes, number of pages, 0 where it is not told) of the orders changed after a date."""
        parameters = {
            "modified_after": begin.replace(microsecond=0).isoformat(),
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
            "per_page": const.PAGE,
            "page": page,
            "dp": const.DECIMALS,
        }
        return self.read_orders(parameters)

    def read_orders(self, parameters):
        """(nodes, number of pages, 0 where it is not told) of a list of orders."""
        return shopcalls.read_page(self.site, f"{const.WC}/orders", parameters)

    def _map_order(self, node, one):
        return mapper.map_order(node, self._get_refunds(node, one), can_refund=True)

    def _get_refunds(self, node, one):
        """The refunds of an order with their lines, asked for only where there are any."""
        if not values.items(node, "refunds"):
            return []
        return one.ask(self.read_refunds, values.required(node, "id"))

    def read_refunds(self, order_ref):
        """The nodes of an order's refunds."""
        path = f"{const.WC}/{path_of('orders', order_ref, 'refunds')}"
        return shopcalls.read_all(self.site, path, {"dp": const.DECIMALS})

    def get_orders(self, refs):
        found = []
        for part in shopcalls.get_chunks(refs):
            parameters = {
                "include": ",".join(part),
                "per_page": const.PAGE,
                "dp": const.DECIMALS,
            }
            nodes, _pages = self.read_orders(parameters)
            # A new one for each: they are few, and those behind bad ones must have their turn.
            good, broken = mapper.map_each(
                nodes, lambda n: self._map_order(n, OneByOne(self.answers))
            )
            found += [*good, *broken]
        return found

    def get_order_node(self, order_ref):
        """The node of one order."""
        path = f"{const.WC}/{path_of('orders', order_ref)}"
        return self.site.get_object(path, {"dp": const.DECIMALS})

    def get_order_with_refunds(self, order_ref):
        """(node of an order, nodes of its refunds)"""
        return self.get_order_node(order_ref), self.read_refunds(order_ref)

    # Payment services

    def get_gateway(self, order_ref):
        node = self.get_order_node(order_ref)
        title = values.text(node.get("payment_method_title"))
        return self.read_gateway(values.text(node.get("payment_method")), title)

    def read_gateway(self, code, title=""):
        """The records.Gateway of a payment method; without one, nothing can pay back."""
        return shopcalls.read_gateway(self.site, code, title)

    # Notes

    def get_note_nodes(self, order_ref):
        nodes = self.site.get_list(f"{const.WC}/{path_of('orders', order_ref, 'notes')}")
        return nodes, partial(mapper.map_note, order_ref=order_ref)

    def check_can_note(self, order_ref):
        """Every key that reads notes may write them, as far as its permissions go."""

    def write_note(self, order_ref, body, comment, known):
        """Post a note; returns its id. Under the key's user: else it would look automatic."""
        path = f"{const.WC}/{path_of('orders', order_ref, 'notes')}"
        note = {"note": body, "customer_note": comment.visible, "added_by_user": True}
        return values.required(self.site.send_for_object(path, note), "id")

    # Webhooks

    def create_webhooks(self, delivery_url, secret, ids=()):
        return shopcalls.create_webhooks(self.site, delivery_url, secret, ids)

    def delete_webhooks(self, delivery_url, ids=()):
        shopcalls.delete_webhooks(self.site, delivery_url, ids)

    def get_webhooks(self, delivery_url):
        return shopcalls.get_webhooks(self.site, delivery_url)


CLIENT = OperatorClient
