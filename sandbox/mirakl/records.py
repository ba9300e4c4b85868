"""What the operator stores: orders, incidents, refunds, threads, documents. Dates are aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

CENT = Decimal("0.01")
ORDER_STATES = (
    "STAGING",
    "WAITING_ACCEPTANCE",
    "WAITING_DEBIT",
    "WAITING_DEBIT_PAYMENT",
    "SHIPPING",
    "SHIPPED",
    "TO_COLLECT",
    "RECEIVED",
    "CLOSED",
    "REFUSED",
    "CANCELED",
)
UNPAID_STATES = ("STAGING", "WAITING_ACCEPTANCE", "WAITING_DEBIT", "WAITING_DEBIT_PAYMENT")
SENT_STATES = ("SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED")
DEAD_STATES = ("REFUSED", "CANCELED")
TAX_MODES = ("TAX_INCLUDED", "TAX_EXCLUDED")
WAITING_REFUNDS = ("WAITING_REFUND_TAX_CONFIRMATION", "WAITING_REFUND", "WAITING_REFUND_PAYMENT")


@dataclass(slots=True)
class Tax:
    """`rate` in percent; `amount` of the whole line's goods or shipping."""

    code: str
    rate: Decimal
    amount: Decimal


@dataclass(slots=True)
class GiveBack:
    """A refund or a cancellation of a line, in the order's tax mode. `taxes`: code -> amount."""

    id: str
    group: str
    kind: str  # refund, cancelation
    amount: Decimal
    shipping: Decimal
    quantity: int
    reason: str
    created: datetime
    taxes: dict = field(default_factory=dict)
    shipping_taxes: dict = field(default_factory=dict)
    state: str = ""  # of a refund
    paid_at: datetime = None
    by: str = "shop"
    excluded_from_shipment: bool = None


@dataclass(slots=True)
class Incident:
    """`status`: NEW, RESOLVED, DISPUTED or CLOSED; the seller's API never shows it."""

    reason: str
    label: str
    by: str  # customer, operator
    opened: datetime
    status: str = "NEW"
    resolved_reason: str = None
    closed: datetime = None

    @property
    def is_open(self):
        return self.status != "CLOSED"


@dataclass(slots=True)
class Line:
    """Prices in the order's tax mode; `state` is the one without the incident."""

    id: str
    index: int
    sku: str
    name: str
    quantity: int
    unit: Decimal
    shipping: Decimal
    state: str
    created: datetime
    updated: datetime
    offer_id: int
    product_sku: str
    taxes: list = field(default_factory=list)
    shipping_taxes: list = field(default_factory=list)
    shipped: datetime = None
    received: datetime = None
    debited: datetime = None
    state_reason: str = None
    refunds: list = field(default_factory=list)
    cancelations: list = field(default_factory=list)
    incidents: list = field(default_factory=list)

    @property
    def price(self):
        return (self.unit * self.quantity).quantize(CENT)

    @property
    def incident(self):
        """The open incident, or None."""
        return next((i for i in self.incidents if i.is_open), None)

    @property
    def shown_state(self):
        return "INCIDENT_OPEN" if self.incident else self.state

    def given(self):
        return [*self.refunds, *self.cancelations]

    def left(self):
        """(goods, shipping, {code: tax}, {code: shipping tax}) not yet given back."""
        given = self.given()
        return (
            self.price - sum((g.amount for g in given), Decimal(0)),
            self.shipping - sum((g.shipping for g in given), Decimal(0)),
            _taxes_left(self.taxes, [g.taxes for g in given]),
            _taxes_left(self.shipping_taxes, [g.shipping_taxes for g in given]),
        )

    def all_given(self):
        goods, shipping, *_ = self.left()
        return goods <= 0 and shipping <= 0


def _taxes_left(taxes, given):
    return {
        tax.code: tax.amount - sum((g.get(tax.code, Decimal(0)) for g in given), Decimal(0))
        for tax in taxes
    }


@dataclass(slots=True)
class Order:
    number: str
    commercial_id: str
    state: str
    created: datetime
    updated: datetime
    customer: dict
    lines: list
    shop_id: int
    tax_mode: str = "TAX_INCLUDED"
    payment_workflow: str = "PAY_ON_ACCEPTANCE"
    currency: str = "EUR"
    debited: datetime = None
    shipped: datetime = None
    accepted: datetime = None
    sparse: bool = False
    channel: str = None
    carrier: str = None
    carrier_code: str = None
    tracking_number: str = None
    tracking_url: str = None
    seller_reference: str = None
    customer_reference: str = None
    alias: str = None

    def total(self):
        """What the customer agreed to pay, taxes on top included."""
        value = sum((line.price + line.shipping for line in self.lines), Decimal(0))
        if self.tax_mode == "TAX_EXCLUDED":
            value += sum(
                (tax.amount for line in self.lines for tax in (*line.taxes, *line.shipping_taxes)),
                Decimal(0),
            )
        return value

    @property
    def has_incident(self):
        return any(line.incident for line in self.lines)

    @property
    def fully_refunded(self):
        return (
            bool(self.lines)
            and all(
                line.refunds and line.all_given() or line.state in DEAD_STATES
                for line in self.lines
            )
            and any(line.refunds for line in self.lines)
        )

    @property
    def can_cancel(self):
        """Assumption: until the customer is debited and nothing was sent."""
        if self.debited or self.state in ("STAGING", *SENT_STATES, *DEAD_STATES):
            return False
        return all(line.state not in SENT_STATES for line in self.lines)


@dataclass(slots=True)
class File:
    """A file of a message."""

    id: str
    name: str
    content: bytes


@dataclass(slots=True)
class Message:
    """`sender`: customer, operator or shop; `to`: of CUSTOMER, OPERATOR, SHOP."""

    id: str
    body: str
    sender: str
    sender_name: str
    to: list
    at: datetime
    files: list = field(default_factory=list)


@dataclass(slots=True)
class Thread:
    """`order_number` None: with the operator only. `needed_since`: an answer is awaited."""

    id: str
    shop_id: int
    topic: dict
    created: datetime
    updated: datetime
    order_number: str = None
    participants: list = field(default_factory=list)
    messages: list = field(default_factory=list)
    needed_since: datetime = None
    not_needed: list = field(default_factory=list)  # [(date, OPERATOR or SHOP)]


@dataclass(slots=True)
class Document:
    """A file of an order (OR72 to OR76)."""

    id: int
    order_number: str
    type: str
    name: str
    content: bytes
    uploaded: datetime


def customer_name(customer):
    """Name under which a customer writes."""
    name = f"{customer.get('firstname') or ''} {customer.get('lastname') or ''}".strip()
    return name or "Kunde"
