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
    """One message of a case. `body` is text, or HTML where `is_html`.

    `recipients`: whom it is addressed to besides us, of CUSTOMER and OPERATOR, where the
    marketplace says so.
    """

    sent_at: datetime
    sender_type: str
    body: str
    sender_name: str = ""
    remote_id: str = ""
    is_html: bool = False
    attachments: tuple[Attachment, ...] = ()
    recipients: tuple[str, ...] = ()

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

    `keeps_clock`: the marketplace itself says since when an answer is awaited, in
    `reply_needed_since` (None: none is); elsewhere the clock is derived from the messages.
    `no_reply_needed_at`: somebody said there that what was written until then needs no answer.
    `participants`: who may be written to, of CUSTOMER and OPERATOR. `topic`: the marketplace's
    code or free text. `complete`: `messages` is the whole thread. `unseen_at`: date of the newest
    entry of the customer that is known of and not shown. `details`: (name, text) of what he gave
    beside his message.
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
    keeps_clock: bool = False
    reply_needed_since: datetime | None = None
    no_reply_needed_at: datetime | None = None
    participants: tuple[str, ...] = ()
    complete: bool = True
    messages: tuple[Message, ...] = ()
    unseen_at: datetime | None = None
    details: tuple[tuple[str, str], ...] = ()


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

# How money of a line is given back now.
BY_REFUND = "refund"
BY_CANCELLATION = "cancellation"  # refused before shipment, or cancelled before the debit


@dataclass(frozen=True)
class Incident:
    """An incident that is open on an order line now. Marketplaces that number them give
    `remote_id`; where they give no date, `opened_at` is None."""

    reason_code: str = ""
    reason: str = ""
    opened_at: datetime | None = None
    remote_id: str = ""


@dataclass(frozen=True)
class OrderLine:
    """One line as the marketplace charges it. `amount` and `shipping` are totals of the line,
    taxes included, as are `refunded` and `refunded_shipping`.

    `give_back`: BY_REFUND, BY_CANCELLATION, or "" where nothing can be given back now.
    `incident_told`: False where the answer does not say whether an incident is open on the line;
    then no `incident` is no end of one.
    """

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
    give_back: str = ""
    shipped_at: datetime | None = None
    incident: Incident | None = None
    incident_told: bool = True
    is_fee: bool = False  # charged by the marketplace itself: never shipped, refused or refunded


# What kind of money an order shows as given back.
GIVEN_REFUND = "refund"
GIVEN_GESTURE = "gesture"
GIVEN_CANCELLATION = "cancellation"


@dataclass(frozen=True)
class OrderRefund:
    """Money given back that the order shows on its own (a voucher, a refund, a cancellation).

    `amount`: all of it, taxes and shipping included; `shipping`: of which shipping charges.
    `remote_id`: stable and unique among those of the order and of its kind, maybe made up from
    what is told; "" where it cannot be told apart. `by_seller`: the seller pays, else the
    marketplace. A gesture has no `line_remote_id`. `from_state`: only the state of the line says
    so, which is once for a line; the amount is worked out. `created_at`: None where not told.
    `is_paid`: the customer has it; False also where the marketplace does not tell. `group`: the
    number there of the refund that it is a part of, where the same money may be told in other parts
    later; then `remote_id` is the group, or begins with it and "-".
    """

    amount: Decimal
    reason_code: str = ""
    created_at: datetime | None = None
    remote_id: str = ""
    by_seller: bool = True
    kind: str = GIVEN_REFUND
    line_remote_id: str = ""
    shipping: Decimal = Decimal(0)
    quantity: int = 0
    from_state: bool = False
    is_paid: bool = False
    paid_at: datetime | None = None
    group: str = ""


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
    """An order as the marketplace sees it now. `number`: what customers know it by, where that is
    not `remote_id`; `note`: what the customer wrote when ordering; `customer_email`: the customer's
    own address, never a relay; `by_guest`: ordered without an account there; `payment_code`,
    `payment_title`: the payment service, where the shop names it; `difference`: what `charged` is
    more than the lines, where the shop does not say why; `given_back`: all of it in one sum, where
    the marketplace tells no `refunds`."""

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
    number: str = ""
    note: str = ""
    customer_email: str = ""
    by_guest: bool = False
    payment_code: str = ""
    payment_title: str = ""
    difference: Decimal = Decimal(0)
    given_back: Decimal = Decimal(0)

    @property
    def tells_incidents(self):
        """Whether every line says if an incident is open on it; an order without lines does
        not."""
        return bool(self.lines) and all(line.incident_told for line in self.lines)


@dataclass(frozen=True)
class OrderNote:
    """A note on an order at the shop. `sender_type`: CUSTOMER, SELLER, OPERATOR or SYSTEM;
    `is_visible`: the customer sees it in the shop; `is_mailed`: the shop mailed it to him."""

    remote_id: str
    order_ref: str
    text: str
    created_at: datetime
    sender_type: str = SELLER
    author: str = ""
    is_html: bool = False
    is_visible: bool = False
    is_mailed: bool = False

    @property
    def key(self):
        """What it is called among records that were set aside."""
        return get_note_key(self.order_ref, self.remote_id)


def get_note_key(order_ref, remote_id):
    return f"note:{order_ref}/{remote_id}"


def get_noted_order(key):
    """The number of the order that a note's key names."""
    return key.removeprefix("note:").partition("/")[0]


@dataclass(frozen=True)
class Gateway:
    """A shop's payment service. `can_refund`: whether it pays back on the shop's request, None
    where that is not told."""

    code: str
    title: str = ""
    can_refund: bool | None = None


@dataclass(frozen=True)
class Broken:
    """A record that the client could not read: kept raw, shown to a person, tried again."""

    remote_id: str
    error: str
    payload: str


def part_broken(found):
    """(records, Broken ones) of an iterable of both."""
    found = list(found)
    broken = [record for record in found if isinstance(record, Broken)]
    return [record for record in found if not isinstance(record, Broken)], broken


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
class File:
    """A downloaded file."""

    name: str
    content: bytes = field(repr=False, default=b"")
    mimetype: str = "application/octet-stream"


# Figures by which a marketplace judges its sellers. Rates are percent, delays hours.
INCIDENT_RATE = "incident_rate"
REFUND_RATE = "refund_rate"
RETURN_RATE = "return_rate"
LATE_SHIPMENT_RATE = "late_shipment_rate"
ACCEPTANCE_RATE = "acceptance_rate"
RESPONSE_HOURS = "response_hours"
FIGURES = (
    INCIDENT_RATE,
    REFUND_RATE,
    RETURN_RATE,
    LATE_SHIPMENT_RATE,
    ACCEPTANCE_RATE,
    RESPONSE_HOURS,
)


@dataclass(frozen=True)
class Figure:
    """One figure of the seller. `key`: of FIGURES; `value`: percent or hours; `period`: the
    marketplace's word for the time that it covers."""

    key: str
    value: float
    period: str = ""


@dataclass(frozen=True)
class Facts:
    """What a marketplace says about the seller account. None: not told, keep what is known.

    `reasons`: base.ReasonSpec; `problems`: sentences about what could not be read.
    """

    shop_name: str = ""
    shop_state: str = ""
    currency: str = ""
    reasons: tuple | None = None
    figures: tuple[Figure, ...] | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One step of *Test connection*. `ok`: True, False, or None where it was not tried."""

    name: str
    ok: bool | None
    message: str = ""
    seconds: float = 0.0
