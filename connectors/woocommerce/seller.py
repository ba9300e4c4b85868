"""The client of a vendor at a WCFM marketplace: his own login, wcfmmp/v1 (contract, section 3)."""

import logging

from .. import base, errors, values
from ..values import text
from . import (
    checks,
    const,
    inquiries,
    links,
    notes,
    replies,
    shopcalls,
    texts,
    threadmap,
    tickets,
    vendororders,
)
from .site import Site, path_of
from .tokens import VendorLogin
from .vendor import VendorSite

_logger = logging.getLogger(__name__)
_NO_REFUND = (
    "WCFM has no call for refunds of its sellers: ask for the refund in the store manager there."
)

ACTIONS = {
    base.Reply.kind: replies.ReplyAction,
    base.Comments.kind: notes.CommentsAction,
}


class SellerClient(base.Client):
    """See `base.Client`. Options of the credentials, all optional:

    `login_way`: "jwt" or "application_password" (by the password's form); `allow_http`: send the
    login without TLS; `settle_minutes`: when what is not seen counts as absent (10); `timeout`:
    seconds of a whole call (60); `max_bytes`: of an answer (32 MB).
    """

    provider = "wcfm"
    label = "WCFM seller"
    capabilities = frozenset({base.REPLY, base.REPLY_CLOSED, base.COMMENT})
    cannot = {
        base.OPEN_CONVERSATION: "WCFM lets sellers start no conversation: a comment that the "
        "customer can see is mailed to him.",
        base.CONTACT_OPERATOR: "WCFM has no call to write to the marketplace.",
        base.ATTACHMENTS: "Answers and notes are texts without files.",
        base.CHOOSE_RECIPIENT: "An answer goes to the customer.",
        base.REFUND_ORDER: _NO_REFUND,
        base.REFUND_LINES: _NO_REFUND,
        base.REFUND_UNITS: _NO_REFUND,
        base.REFUND_AMOUNT: _NO_REFUND,
        base.REFUND_SHIPPING: _NO_REFUND,
        base.REFUND_LINE_SHIPPING: _NO_REFUND,
        base.GESTURE: _NO_REFUND,
        base.REFUSE_LINES: "WCFM lets sellers cancel nothing by a call.",
        base.REFUSE_NEEDS_ALL_LINES: "WCFM lets sellers cancel nothing by a call.",
        base.CLOSE: "Inquiries are never closed, and support tickets only in the store manager.",
        base.CLOSE_NEEDS_ANSWER: "Inquiries are never closed, and support tickets only in the "
        "store manager.",
        base.RESOLVE_INCIDENT: "WCFM has no incidents.",
    }
    streams = const.SELLER_STREAMS
    defaults = {
        "answer_hours": 48,
        "warn_hours": 8,
        "contact_days": 90,
        "close_after_answer": 1,
        "settle_minutes": const.SETTLE_MINUTES,
    }
    required = ("login", "password", "service_url")
    message_limits = base.MessageLimits(max_text=replies.MAX_TEXT)
    max_comments = 1
    comment_flags = base.MAILED_IF_VISIBLE
    takes_notices = True

    def __init__(self, credentials, now=None):
        super().__init__(credentials, now)
        self.site = Site(credentials, VendorLogin, self._now)
        self.vendor = VendorSite(self.site)
        self._own_orders = set()

    def close_session(self):
        self.site.close()

    @property
    def token_state(self):
        return self.site.login.token_state

    @property
    def site_abilities(self):
        return self.vendor.abilities

    def now(self):
        """Naive UTC."""
        return self._now()

    def test_connection(self):
        """See base."""
        return checks.run_seller(self)

    @classmethod
    def backoffice_url(cls, service_url="", case_remote_id="", order_ref=""):
        """The page of the store manager, where the marketplace left it at its usual address."""
        return links.get_store_page(service_url, case_remote_id, order_ref)

    @classmethod
    def read_notice_link(cls, service_url, url):
        """See base."""
        return links.read_notice_link(service_url, url)

    # Reading

    def pull(self, stream, cursor, since):
        """See base; what the cursors hold is told by the readers."""
        readers = {
            const.ORDERS: vendororders.VendorOrders,
            const.INQUIRIES: inquiries.Inquiries,
            const.TICKETS: tickets.Tickets,
        }
        if stream not in readers:
            raise errors.NotSupportedError(f"WCFM has no stream “{stream}”.")
        return readers[stream](self, cursor, since).walk()

    def read_inquiry(self, number):
        """The records.Case of an inquiry of ours; None for one that is gone or is not ours."""
        try:
            node = inquiries.read(self, number)
        except errors.RefusedError as error:
            if error.code != "no_case":
                raise
            return None
        return threadmap.map_inquiry(node, self.vendor.clock)

    def map_ticket(self, row, is_open):
        """The records.Case of a ticket, with its replies where the site shows them."""
        if is_open and self.vendor.has_ticket_routes:
            details = tickets.read_details(self, values.required(row, "support_id"))
            row = {**row, **details}
        return threadmap.map_ticket(row, is_open, self.vendor.clock)

    def get_cases(self, order_refs):
        """The support tickets about these orders; inquiries are about products or the store."""
        wanted, found = set(order_refs), []
        if not wanted or not self.vendor.has_ultimate:
            return found
        for status in (tickets.OPEN, tickets.CLOSED):
            for rows in tickets.read_pages(self, status):
                for row in rows:
                    found += self._get_case_about(row, status == tickets.OPEN, wanted)
        return found

    def _get_case_about(self, row, is_open, wanted):
        try:
            about = text(values.child(row, "support_order").get("order_id"))
            return [self.map_ticket(row, is_open)] if about in wanted else []
        except values.MAPPING_ERRORS as error:
            _logger.warning("Ticket %s cannot be read: %s", text(row.get("support_id")), error)
            return []

    # Orders

    def get_order_date(self, node, name):
        """A date of an order: its GMT twin, else the site's time."""
        utc = node.get(f"{name}_gmt")
        if text(utc):
            return values.date(utc)
        local = node.get(name)
        local = local.get("date") if isinstance(local, dict) else local
        return self.vendor.clock.to_utc(local) if text(local) else None

    def map_order(self, node):
        """The records.Order of our part of an order."""
        order = vendororders.map_order(node, self.get_order_date)
        self._own_orders.add(order.remote_id)
        return order

    def read_order(self, order_ref):
        """The node of an order of ours; RefusedError for those of others."""
        return self.site.get_object(f"{const.WCFM}/{path_of('orders', order_ref)}")

    def get_orders(self, refs):
        found = []
        for part in shopcalls.get_chunks(refs):
            for ref in part:
                try:
                    found.append(self.map_order(self.read_order(ref)))
                except errors.RefusedError as error:
                    if error.code != "no_order":
                        raise
                except values.MAPPING_ERRORS as error:
                    _logger.warning("Order %s cannot be read: %s", ref, error)
        return found

    def _check_own(self, order_ref):
        """Routes of notes do not ask whose order it is (3.3)."""
        if order_ref not in self._own_orders:
            self.read_order(order_ref)
            self._own_orders.add(order_ref)

    # Notes

    def get_notes(self, order_refs):
        return shopcalls.get_notes(self, order_refs)

    def get_note_records(self, order_ref):
        """The records.OrderNotes of an order of ours."""
        self._check_own(order_ref)
        rows = self.site.get_list(self._note_path(order_ref))
        return self._map_notes(rows, order_ref)

    def _map_notes(self, rows, order_ref):
        vendor = self.vendor
        try:
            return [
                threadmap.map_note(row, order_ref, vendor.clock, vendor.own_names) for row in rows
            ]
        except values.MAPPING_ERRORS as error:
            raise self.site.unreadable(error) from None

    def _note_path(self, order_ref):
        return f"{const.WCFM}/{path_of('orders', 'note', order_ref)}"

    def check_can_note(self, order_ref):
        """Without Ultimate the route breaks down for vendors (3.3)."""
        if not self.vendor.has_ultimate:
            raise errors.RefusedError(
                "The marketplace does not have WCFM Ultimate, without which sellers cannot write "
                "notes on orders. Nothing was sent.",
                "no_ultimate",
            )

    def write_note(self, order_ref, body, comment, known):
        """Post a note; returns its id, "" where the answer does not tell which one it is."""
        note = {"note": body, "note_type": "customer" if comment.visible else ""}
        rows = self.site.send(self._note_path(order_ref), note)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            if isinstance(rows, dict):
                self.site.refuse_quietly(rows)
            raise ValueError("the answer is no list of notes")
        found = notes.get_new(self._map_notes(rows, order_ref), known, comment)
        same = [note for note in found if texts.is_same(note.text, comment.text)]
        if not (same or found):
            raise ValueError("the answer does not show the note")
        if same:
            return same[-1].remote_id
        # Of several that are new, none is surely ours.
        return found[0].remote_id if len(found) == 1 else ""

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
            raise errors.NotSupportedError(f"WCFM cannot do “{operation.kind}” by a call.")
        return ACTIONS[operation.kind](self, operation)


CLIENT = SellerClient
