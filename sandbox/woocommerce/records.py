"""What a site's world is made of. Dates are aware UTC, money is Decimal, net of tax."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
FRACTION = Decimal("0.000001")
ZERO = Decimal("0.00")
STATUSES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}
DRAFTS = ("checkout-draft", "auto-draft")
PAID = ("processing", "completed", "refunded")
# A customer has no Support button at orders in these.
NO_TICKETS = ("failed", "cancelled", "refunded", "pending", "on-hold")
LINE, SHIPPING, FEE = "line", "shipping", "fee"
TAX_RATE_ID = 1
CATEGORIES = (
    "General query",
    "Suggestion",
    "Delivery issue",
    "Damage item received",
    "Wrong item received",
    "Other",
)
PRIORITIES = ("normal", "low", "medium", "high", "urgent", "critical")
ADMINISTRATOR, VENDOR, CUSTOMER = "administrator", "wcfm_vendor", "customer"


@dataclass
class User:
    """`application_passwords`: those valid, without spaces."""

    id: int
    login: str
    password: str
    name: str
    email: str
    role: str = CUSTOMER
    store: str = ""
    application_passwords: list = field(default_factory=list)

    @property
    def is_administrator(self):
        return self.role == ADMINISTRATOR

    @property
    def is_vendor(self):
        return self.role == VENDOR

    def as_json(self):
        return {
            "id": self.id,
            "login": self.login,
            "password": self.password,
            "name": self.name,
            "email": self.email,
            "role": self.role,
            "store": self.store,
            "application_password": next(iter(self.application_passwords), ""),
        }


@dataclass
class Key:
    """A consumer key of wc/v3. `nonces`: nonce -> time stamp."""

    consumer_key: str
    consumer_secret: str
    permissions: str
    user_id: int
    nonces: dict = field(default_factory=dict)

    def as_json(self):
        return {
            "consumer_key": self.consumer_key,
            "consumer_secret": self.consumer_secret,
            "permissions": self.permissions,
            "user_id": self.user_id,
        }


@dataclass
class Product:
    id: int
    sku: str
    name: str
    price: Decimal
    vendor_id: int
    stock: int = 50


@dataclass
class Gateway:
    """`failure`: what it says instead of paying back."""

    id: str
    title: str
    refunds: bool = False
    enabled: bool = True
    failure: str = ""

    def as_json(self):
        return dict(vars(self))


@dataclass
class Item:
    """A line, a shipping line or a fee of an order. `total` and `tax` are for all pieces."""

    id: int
    kind: str
    name: str
    total: Decimal
    tax: Decimal
    quantity: int = 1
    subtotal: Decimal = ZERO
    sku: str = ""
    product_id: int = 0
    vendor_id: int = 0
    method: str = ""


@dataclass
class Note:
    id: int
    author: str
    created: datetime
    text: str
    customer: bool = False
    by: str = "system"  # system, operator, vendor


@dataclass
class RefundLine:
    item_id: int
    quantity: int
    total: Decimal
    tax: Decimal


@dataclass
class Refund:
    id: int
    created: datetime
    amount: Decimal
    reason: str
    by: int
    paid: bool
    lines: list = field(default_factory=list)
    meta: list = field(default_factory=list)
    restocked: bool = False
    way: str = ""  # "request": of a vendor, granted; "call": by wc/v3; else in the dashboard


@dataclass
class Order:
    id: int
    number: str
    status: str
    currency: str
    created: datetime
    modified: datetime
    items: list
    billing: dict
    shipping: dict
    payment_method: str
    payment_title: str
    key: str
    tax_rate: Decimal = ZERO
    prices_include_tax: bool = False
    customer_id: int = 0
    customer_note: str = ""
    transaction_id: str = ""
    completed: datetime | None = None
    paid: datetime | None = None
    notes: list = field(default_factory=list)
    refunds: list = field(default_factory=list)
    meta: list = field(default_factory=list)
    tracking: dict = field(default_factory=dict)
    commission_status: dict = field(default_factory=dict)  # vendor id -> status
    gift_card: Decimal = ZERO  # lowers the total, and shows nowhere else

    def of(self, kind):
        return [item for item in self.items if item.kind == kind]

    def item(self, identifier):
        return next((item for item in self.items if item.id == identifier), None)

    @property
    def total(self):
        exact = sum((item.total + item.tax for item in self.items), ZERO)
        return exact.quantize(CENT, ROUND_HALF_UP) - self.gift_card

    @property
    def total_tax(self):
        return sum((item.tax for item in self.items), ZERO)

    @property
    def left(self):
        """What can still be refunded."""
        return self.total - sum((refund.amount for refund in self.refunds), ZERO)

    def refunded_of(self, item):
        """(quantity, net, tax) of an item that went back already."""
        lines = [x for refund in self.refunds for x in refund.lines if x.item_id == item.id]
        return (
            sum(line.quantity for line in lines),
            sum((line.total for line in lines), ZERO),
            sum((line.tax for line in lines), ZERO),
        )

    def vendor_ids(self):
        return {item.vendor_id for item in self.items if item.vendor_id}

    @property
    def customer_name(self):
        return f"{self.billing['first_name']} {self.billing['last_name']}".strip()


@dataclass
class Webhook:
    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    created: datetime
    modified: datetime
    owner: int
    status: str = "active"
    failures: int = 0


@dataclass
class Reply:
    """Of an inquiry or a ticket. `by`: a user's id, 0 = a guest."""

    id: int
    text: str
    by: int
    posted: datetime


@dataclass
class Inquiry:
    """`product_id` 0: about the store."""

    id: int
    text: str
    vendor_id: int
    customer_id: int
    customer_name: str
    customer_email: str
    posted: datetime
    product_id: int = 0
    is_private: bool = True
    replies: list = field(default_factory=list)
    extra: dict = field(default_factory=dict)


@dataclass
class Ticket:
    id: int
    order_id: int
    item_id: int
    vendor_id: int
    customer_id: int
    customer_name: str
    customer_email: str
    text: str
    category: str
    priority: str
    posted: datetime
    status: str = "open"
    replies: list = field(default_factory=list)


@dataclass
class Notification:
    id: int
    vendor_id: int
    kind: str
    message: str
    created: datetime
    is_read: bool = False
