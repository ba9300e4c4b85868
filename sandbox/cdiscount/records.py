"""What the marketplace stores: orders, discussions, relay addresses."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

FEE_LINE = "INTERETBCA"  # pseudo line: fees of a payment in instalments
REFUSED_BEFORE = ("RefusedBySeller",)
UNPAID_STATES = (
    "WaitingForSellerAcceptation",
    "AcceptedBySeller",
    "PaymentInProgress",
    "PaymentRefused",
    "RefusedBySeller",
    "AutomaticCancellation",
    "CancelledByCustomer",
)
TRANSIT = ("AcceptedBySeller", "PaymentInProgress")  # left by themselves, in time
CANCELLED_STATES = ("CancelledByCustomer", "AutomaticCancellation", "PaymentRefused")
FINAL_STATES = (
    "Shipped",
    "RefusedBySeller",
    "AutomaticCancellation",
    "PaymentRefused",
    "CancelledByCustomer",
    "ShipmentRefusedBySeller",
    "PickedUp",
    "NonPickedUpByCustomer",
)


@dataclass(slots=True)
class Message:
    """`kind`: customer, seller, operator or system. `content` has plain line feeds."""

    content: str
    sender: str
    kind: str
    at: datetime


@dataclass(slots=True)
class Discussion:
    """`kind`: claim, order_question or offer_question; may change, the id stays."""

    id: int
    kind: str
    created: datetime
    updated: datetime
    status: str
    subject: str
    order_number: str = None
    claim_type: str = None
    product_ean: str = None
    seller_reference: str = None
    customer: str = "Client"
    closed_at: datetime = None
    cancel_pending: bool = False
    messages: list = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """`price` and `shipping` are totals of the line in euros; `state` an AcceptationState."""

    seller_product_id: str
    sku: str
    ean: str
    name: str
    quantity: int
    price: Decimal
    shipping: Decimal
    state: str = "None"
    condition: str = "New"
    category: str = "0R050A01"
    ordered: int = 0
    refunded_shipping: bool = None
    has_claim: bool = None

    def __post_init__(self):
        self.ordered = self.ordered or self.quantity

    @property
    def is_fee(self):
        return self.sku == FEE_LINE


@dataclass(slots=True)
class Voucher:
    """A commercial gesture, euros."""

    created: datetime
    amount: Decimal
    motive_id: int
    source: str = "Seller"


@dataclass(slots=True)
class Order:
    """`state_since` drives the transit states; `has_claims` None = derived from the claims."""

    number: str
    state: str
    created: datetime
    updated: datetime
    customer: dict
    lines: list
    fulfilment: str = "MKPCDS"
    shipping_code: str = "STD"
    country: str = "France"
    partner_ref: str = None
    state_since: datetime = None
    shipped_at: datetime = None
    carrier: str = None
    tracking_number: str = None
    tracking_url: str = None
    has_claims: bool = None
    vouchers: list = field(default_factory=list)
    alias: str = None

    @property
    def goods(self):
        """The lines that a seller validates: all but the instalment fees."""
        return [line for line in self.lines if not line.is_fee]

    def total(self):
        """What the customer agreed to pay, shipping included."""
        return sum((line.price + line.shipping for line in self.lines), Decimal(0))

    def gestures(self):
        return sum((v.amount for v in self.vouchers if v.source == "Seller"), Decimal(0))


@dataclass(slots=True)
class Alias:
    """A relay address of a discussion, or of an order until its first mail."""

    address: str
    expires: datetime
    order_number: str = None
    discussion_id: int = None


def customer_name(customer):
    """Name under which a customer writes."""
    return f"{customer.get('first_name', '')} {customer.get('last_name', '')}".strip() or "Client"
