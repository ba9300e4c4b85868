"""What crosses the boundary between the marketplaces' languages and Odoo: frozen records.

Date-times are naive UTC. Amounts are `decimal.Decimal` in the order's currency, taxes included
where the marketplace says nothing else. A missing value is None (numbers, dates) or "" (texts).
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

# Kinds of case. An attribute that may change, never part of a key.
OFFER_QUESTION = "offer_question"
ORDER_QUESTION = "order_question"
CLAIM = "claim"
INCIDENT = "incident"
INQUIRY = "inquiry"
SUPPORT_TICKET = "support_ticket"
CONVERSATION = "conversation"
CASE_KINDS = (
    OFFER_QUESTION,
    ORDER_QUESTION,
    CLAIM,
    INCIDENT,
    INQUIRY,
    SUPPORT_TICKET,
    CONVERSATION,
)

# Who wrote a message. UNKNOWN: the marketplace names the writer but not the role.
CUSTOMER = "customer"
SELLER = "seller"
OPERATOR = "operator"
SYSTEM = "system"
UNKNOWN = "unknown"
# A message whose writer is not known is taken as the customer's: a clock too many harms less.
ASKING = (CUSTOMER, UNKNOWN)


@dataclass(frozen=True)
class Attachment:
    """A file of a message, by link: nothing is downloaded while reading."""

    name: str
    url: str = ""
    remote_id: str = ""
    mimetype: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Message:
    """One message of a case. `body` is text, or HTML where `is_html`."""

    sent_at: datetime
    sender_type: str
    body: str
    sender_name: str = ""
    remote_id: str = ""
    is_html: bool = False
    attachments: tuple[Attachment, ...] = ()

    def key(self, case_remote_id):
        """The message's identity inside its account: its remote id, else a digest of
        thread, time, sender and text (marketplaces that number no messages)."""
        if self.remote_id:
            return f"id:{self.remote_id}"
        parts = (case_remote_id, self.sent_at.isoformat(), self.sender_name, self.body.strip())
        return "sha:" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]


@dataclass(frozen=True)
class Case:
    """One conversation or complaint with its messages, oldest first.

    `reply_needed_since`: only where the marketplace says so itself; the clock of the case is
    derived from the messages everywhere. `complete`: `messages` is the whole thread.
    """

    remote_id: str
    kind: str
    subject: str = ""
    is_open: bool = True
    order_ref: str = ""
    product_ref: str = ""
    product_ean: str = ""
    topic: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    reply_needed_since: datetime | None = None
    complete: bool = True
    messages: tuple[Message, ...] = ()


# States of an order line that decide what may be done with it.
LINE_WAITING = "waiting"  # not yet accepted or paid
LINE_TO_SHIP = "to_ship"  # accepted and paid: may be shipped or refused
LINE_SHIPPED = "shipped"  # may be refunded
LINE_REFUSED = "refused"  # refused before shipment; the customer has the money back or never paid
LINE_REFUNDED = "refunded"  # refunded after shipment
LINE_CANCELLED = "cancelled"  # by the customer or the marketplace
LINE_OTHER = "other"
LINE_STATES = (
    LINE_WAITING,
    LINE_TO_SHIP,
    LINE_SHIPPED,
    LINE_REFUSED,
    LINE_REFUNDED,
    LINE_CANCELLED,
    LINE_OTHER,
)


@dataclass(frozen=True)
class OrderLine:
    """One line as the marketplace charges it. `amount` and `shipping` are totals of the line."""

    remote_id: str
    sku: str
    name: str
    quantity: int
    amount: Decimal
    shipping: Decimal = Decimal(0)
    state: str = LINE_OTHER
    remote_state: str = ""
    ean: str = ""
    condition: str = ""
    refunded: Decimal = Decimal(0)
    refunded_shipping: Decimal = Decimal(0)
    has_claim: bool = False
    is_fee: bool = False  # charged by the marketplace itself: never shipped, refused or refunded


@dataclass(frozen=True)
class OrderRefund:
    """Money given back that the order shows on its own (a voucher, a refund record)."""

    amount: Decimal
    reason_code: str = ""
    created_at: datetime | None = None
    remote_id: str = ""
    by_seller: bool = True
    is_gesture: bool = False
    line_remote_id: str = ""


@dataclass(frozen=True)
class Address:
    """Where the goods go, as far as the marketplace tells."""

    name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    zip: str = ""
    city: str = ""
    country_code: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Order:
    """An order as the marketplace sees it now."""

    remote_id: str
    state: str  # the worst state that decides: one of LINE_STATES, of the order as a whole
    remote_state: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    shipped_at: datetime | None = None
    ship_before: datetime | None = None
    currency: str = "EUR"
    charged: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    has_claim: bool = False
    customer_name: str = ""
    contact_address: str = ""  # relay address; "" where there is none
    fulfilled_by_marketplace: bool = False
    delivery: Address = field(default_factory=Address)
    billing: Address = field(default_factory=Address)
    lines: tuple[OrderLine, ...] = ()
    refunds: tuple[OrderRefund, ...] = ()


@dataclass(frozen=True)
class Broken:
    """A record that the client could not read: kept raw, shown to a person, tried again."""

    remote_id: str
    error: str
    payload: str


@dataclass(frozen=True)
class Page:
    """A bundle of records read in one go.

    `cursor`: what to store on the stream once the page is stored (a JSON-able value).
    """

    records: tuple
    cursor: object
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True)
class ContactAddress:
    """A relay address for one case or order. `problem`: a code of base.ADDRESS_PROBLEMS, or ""."""

    address: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Carrier:
    """A carrier whose name the marketplace accepts."""

    code: str
    name: str


@dataclass(frozen=True)
class Check:
    """One step of *Test connection*. `ok`: True, False, or None where it was not tried."""

    name: str
    ok: bool | None
    message: str = ""
    seconds: float = 0.0
