"""The client of a vendor at a WCFM marketplace: his own login, wcfmmp/v1 (contract, section 3)."""

import logging
from functools import partial

from .. import base, errors, records, texts, values
from ..values import text
from . import (
    checks,
    const,
    inquiries,
    links,
    mapper,
    notes,
    replies,
    shopcalls,
    threadmap,
    tickets,
    vendororders,
)
from .client import SiteClient
from .one_by_one import OneByOne
from .site import path_of
from .tokens import VendorLogin
from .vendor import VendorSite

_logger = logging.getLogger(__name__)
_NO_REFUND = (
    "WCFM has no call for refunds of its sellers: ask for the refund in the store manager there."
)


class SellerClient(SiteClient):
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
    message_limits = base.MessageLimits(max_text=replies.MAX_TEXT)
    takes_notices = True
    tells_refunds = False
    cases_at_once = const.CALLS_PER_PAGE
    login_class = VendorLogin
    small_path = f"{const.WCFM}/orders"
    actions = {
        base.Reply.kind: replies.ReplyAction,
        base.Comments.kind: notes.CommentsAction,
    }

    def __init__(self, credentials, now=None):
        super().__init__(credentials, now)
        self.vendor = VendorSite(self.site)
        self._own_orders = set()

    @property
    def token_state(self):
        return self.site.login.token_state

    @property
    def site_abilities(self):
        return self.vendor.abilities

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

    def read_cases(self, remote_ids):
        wanted, found = set(remote_ids), []
        for number in filter(None, (threadmap.get_number(i, threadmap.INQUIRY) for i in wanted)):
            # A new one for each: those behind bad ones must have their turn.
            found += inquiries.read_cases(self, [number], OneByOne(self.answers))[0]
        asked = {remote_id for remote_id in wanted if remote_id.startswith(threadmap.TICKET)}
        if asked and self.vendor.has_ultimate:
            found += tickets.read_cases(self, asked)
        return found

    def get_cases(self, order_refs):
        """The support tickets about these orders; inquiries are about products or the store."""
        wanted = set(order_refs)
        return tickets.get_cases(self, wanted) if wanted and self.vendor.has_ultimate else []

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
        refs = [ref for part in shopcalls.get_chunks(refs) for ref in part]
        found = [self._read_asked_order(ref) for ref in refs]
        return [order for order in found if order]

    def _read_asked_order(self, order_ref):
        """A records.Order, or Broken; None for those of others."""
        try:
            # A new one for each: they are few, and those behind bad ones must have their turn.
            return self.map_order(OneByOne(self.answers).ask(self.read_order, order_ref))
        except errors.RefusedError:
            return None
        except values.MAPPING_ERRORS as error:
            return records.Broken(order_ref, str(error) or type(error).__name__, "")

    def _check_own(self, order_ref):
        """Routes of notes do not ask whose order it is (3.3)."""
        if order_ref not in self._own_orders:
            self.read_order(order_ref)
            self._own_orders.add(order_ref)

    # Notes

    def get_note_nodes(self, order_ref):
        self._check_own(order_ref)
        return self.site.get_list(self._note_path(order_ref)), self._get_note_mapper(order_ref)

    def _get_note_mapper(self, order_ref):
        clock, names = self.vendor.clock, self.vendor.own_names
        return partial(threadmap.map_note, order_ref=order_ref, clock=clock, own_names=names)

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

    @property
    def store_name(self):
        return self.vendor.store_name

    def write_note(self, order_ref, body, comment, known):
        """Post a note; returns its id, "" where the answer does not tell which one it is."""
        note = {"note": body, "note_type": "customer" if comment.visible else ""}
        rows = self.site.send(self._note_path(order_ref), note)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            if isinstance(rows, dict):
                self.site.refuse_quietly(rows)
            raise ValueError("the answer is no list of notes")
        try:
            map_one = self._get_note_mapper(order_ref)
        except errors.ConnectorError as error:
            # The note has left: what is asked for after it cannot say that it has not.
            raise ValueError(str(error)) from None
        found, broken = mapper.map_each(rows, map_one)
        found = notes.get_new(found, known, comment)
        unread = [note for note in broken if note.remote_id not in known]
        if not (found or unread):
            raise ValueError("the answer does not show the note")
        same = [note for note in found if texts.is_same(note.text, comment.text, self.store_name)]
        if same:
            return same[-1].remote_id
        # Of several that are new, none is surely ours.
        return found[0].remote_id if len(found) == 1 and not unread else ""


CLIENT = SellerClient
