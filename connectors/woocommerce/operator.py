"""The client of a shop's operator: a consumer key, wc/v3 (contract, section 2)."""

import logging

from .. import base, errors, records, values
from . import checks, const, links, mapper, notes, refunds, shopcalls
from .changes import Changes
from .keys import KeyLogin
from .site import Site, path_of

_logger = logging.getLogger(__name__)
_NO_ANSWER = (
    "WooCommerce has no conversations: what customers write back arrives by mail. A comment that "
    "the customer can see is mailed to him."
)

ACTIONS = {
    base.Refund.kind: refunds.RefundAction,
    base.Gesture.kind: refunds.GestureAction,
    base.Comments.kind: notes.CommentsAction,
}


class OperatorClient(base.Client):
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
    required = ("login", "password", "service_url")
    max_comments = 1
    webhook_topics = const.WEBHOOK_TOPICS

    def __init__(self, credentials, now=None):
        super().__init__(credentials, now)
        self.site = Site(credentials, KeyLogin, self._now)

    def close_session(self):
        self.site.close()

    def now(self):
        """Naive UTC."""
        return self._now()

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
        walk = Changes(self._read_changes, cursor, since).walk()
        while True:
            try:
                nodes, mark = next(walk)
            except StopIteration:
                return
            except values.MAPPING_ERRORS as error:
                raise self.site.unreadable(error) from None
            yield self._page(nodes, mark)

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

    def _page(self, nodes, mark):
        good, broken = mapper.map_each(nodes, self._map_order)
        return records.Page(tuple(good), mark, tuple(broken))

    def _map_order(self, node):
        return mapper.map_order(node, self._get_refunds(node), can_refund=True)

    def _get_refunds(self, node):
        """The refunds of an order with their lines, asked for only where there are any."""
        if not values.items(node, "refunds"):
            return []
        return self.read_refunds(values.required(node, "id"))

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
            good, broken = mapper.map_each(nodes, self._map_order)
            found += good
            for record in broken:
                _logger.warning("Order %s cannot be read: %s", record.remote_id, record.error)
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

    def get_notes(self, order_refs):
        return shopcalls.get_notes(self, order_refs)

    def get_note_records(self, order_ref):
        """The records.OrderNotes of an order."""
        nodes = self.site.get_list(f"{const.WC}/{path_of('orders', order_ref, 'notes')}")
        for node in nodes:
            try:
                yield mapper.map_note(node, order_ref)
            except values.MAPPING_ERRORS as error:
                raise self.site.unreadable(error) from None

    def check_can_note(self, order_ref):
        """Every key that reads notes may write them, as far as its permissions go."""

    def write_note(self, order_ref, body, comment, known):
        """Post a note; returns its id. Under the key's user: else it would look automatic."""
        path = f"{const.WC}/{path_of('orders', order_ref, 'notes')}"
        note = {"note": body, "customer_note": comment.visible, "added_by_user": True}
        return values.required(self.site.send_for_object(path, note), "id")

    # Webhooks

    def create_webhooks(self, delivery_url, secret):
        return shopcalls.create_webhooks(self.site, delivery_url, secret)

    def delete_webhooks(self, ids):
        for webhook_id in ids:
            shopcalls.delete_webhook(self.site, webhook_id)

    # Writing

    @classmethod
    def get_comment_problem(cls, comment):
        return notes.get_problem(comment)

    def picture(self, operation):
        return self._get_action(operation).picture()

    def perform(self, operation, before=None):
        return self._get_action(operation).perform(before)

    def find(self, operation, before, sent_at):
        return self._get_action(operation).find(before, sent_at)

    def _get_action(self, operation):
        if operation.kind not in ACTIONS:
            raise errors.NotSupportedError(f"WooCommerce cannot do “{operation.kind}” by a call.")
        return ACTIONS[operation.kind](self, operation)


CLIENT = OperatorClient
