"""Orders, inquiries and tickets as tests and people make them. Hold the lock."""

import secrets
from decimal import Decimal

from . import acts, hooks
from .records import (
    CENT,
    FEE,
    FRACTION,
    LINE,
    PAID,
    SHIPPING,
    Item,
    Order,
    RefundLine,
)
from .wire import parse_date

ADDRESS = ("first_name", "last_name", "company", "address_1", "address_2")
ADDRESS += ("city", "state", "postcode", "country", "phone")
ORDER_FIELDS = {
    "number", "status", "lines", "shipping", "shipping_method", "fees", "tax_rate", "customer",
    "guest", "payment_method", "payment_title", "customer_note", "created_at", "modified_at",
    "currency", "vendor", "prices_include_tax", "transaction_id", "tracking", "shipping_address",
    "gift_card",
}  # fmt: skip
REFUND_FIELDS = (
    "amount", "line", "lines", "quantity", "shipping", "reason", "by", "paid", "restock", "request",
)  # fmt: skip


def moment(seller, spec, name="at"):
    """A date of a spec (UTC without offset), else now."""
    value = spec.get(name)
    return parse_date(value) if value else seller.now()


def check(spec, known, what):
    unknown = set(spec) - set(known)
    if unknown:
        raise ValueError(f"{what}: unknown {', '.join(sorted(unknown))}")


def create_order(seller, spec):
    """Raises ValueError on nonsense."""
    check(spec, ORDER_FIELDS, "order")
    status = spec.get("status", "processing")
    if status not in acts.known_statuses(seller):
        raise ValueError(f"status: one of {', '.join(acts.known_statuses(seller))}")
    created = moment(seller, spec, "created_at")
    identifier = seller.new_id()
    customer = spec.get("customer") or {}
    title = seller.gateways.get(spec.get("payment_method", "stripe"))
    order = Order(
        identifier,
        str(spec.get("number") or f"{seller.options['order_number_prefix']}{identifier}"),
        status,
        spec.get("currency", seller.currency),
        created,
        parse_date(spec["modified_at"]) if spec.get("modified_at") else created,
        make_items(seller, spec),
        address(customer, billing=True),
        address(spec.get("shipping_address") or customer),
        spec.get("payment_method", "stripe"),
        spec.get("payment_title") or (title.title if title else ""),
        f"wc_order_{secrets.token_urlsafe(9)}",
        Decimal(str(spec.get("tax_rate", 19))),
        bool(spec.get("prices_include_tax")),
        0 if spec.get("guest") else seller.customer.id,
        spec.get("customer_note", ""),
        spec.get("transaction_id", ""),
        paid=created if status in PAID else None,
        completed=created if status == "completed" else None,
        tracking=spec.get("tracking") or {},
        gift_card=Decimal(str(spec.get("gift_card", 0))).quantize(CENT),
    )
    seller.orders[order.id] = order
    if order.paid:
        text = f"{order.payment_title} charge complete."
        seller.add_note(order, text, at=created)
    for vendor_id in order.vendor_ids():
        text = f"You have received an Order #{order.number}"
        seller.notify(vendor_id, "order", text, created)
    hooks.order_changed(seller, order, "created")
    return order


def address(customer, billing=False):
    """A full address; what is not given is of a person who does not exist."""
    base = {"first_name": "Lena", "last_name": "Muster", "address_1": "Beispielweg 4"}
    base |= {"city": "Berlin", "postcode": "10115", "country": "DE", "phone": "030 1234567"}
    found = {name: str(customer.get(name, base.get(name, ""))) for name in ADDRESS}
    if billing:
        mail = f"{found['first_name']}.{found['last_name']}@customers.example".lower()
        found["email"] = customer.get("email", mail.replace(" ", "-"))
    return found


def make_items(seller, spec):
    rate = Decimal(str(spec.get("tax_rate", 19)))
    items = [make_line(seller, line, rate, spec) for line in spec.get("lines") or [{}]]
    shipping = Decimal(str(spec.get("shipping", "4.90")))
    if shipping or spec.get("shipping_method"):
        name = spec.get("shipping_method", "DHL Paket")
        vendor = items[0].vendor_id if items else 0
        items.append(_charge(seller, SHIPPING, name, shipping, rate, vendor))
    for fee in spec.get("fees") or ():
        items.append(_charge(seller, FEE, fee["name"], Decimal(str(fee["total"])), rate))
    return items


def get_step(seller):
    """What amounts of lines and their taxes are rounded to."""
    return FRACTION if seller.options["round_at_subtotal"] else CENT


def tax_of(seller, total, rate):
    return (total * rate / 100).quantize(get_step(seller))


def _charge(seller, kind, name, total, rate, vendor=0):
    total = total.quantize(get_step(seller))
    tax = tax_of(seller, total, rate)
    return Item(seller.new_id(), kind, name, total, tax, vendor_id=vendor)


def make_line(seller, line, rate, spec):
    known = ("sku", "name", "quantity", "price", "subtotal", "vendor", "product_id")
    check(line, known, "line")
    default = None if line.get("sku") or line.get("name") else next(iter(seller.products.values()))
    product = seller.product_of_sku(line.get("sku")) or default
    quantity = int(line.get("quantity", 1))
    price = Decimal(str(line.get("price", product.price if product else 10)))
    total = (price * quantity).quantize(get_step(seller))
    vendor = line.get("vendor") or spec.get("vendor")
    owner = product.vendor_id if product else seller.vendor.id
    if vendor:
        owner = seller.named_user(vendor).id
    return Item(
        seller.new_id(),
        LINE,
        line.get("name") or (product.name if product else line["sku"]),
        total,
        tax_of(seller, total, rate),
        quantity,
        Decimal(str(line.get("subtotal", total))).quantize(get_step(seller)),
        line.get("sku") or (product.sku if product else ""),
        product.id if product else 0,
        owner,
    )


def patch_order(seller, order, spec):
    """Changes at the dashboard. `quiet`: no date moves and no hook goes out."""
    spec = dict(spec)
    quiet = spec.pop("quiet", False)
    known = ("status", "customer_note", "customer", "payment_method", "transaction_id", "number")
    check(spec, (*known, "modified_at", "add_lines", "commission_status"), "order")
    if "customer" in spec:
        order.billing.update(spec["customer"])
    for name in ("customer_note", "payment_method", "transaction_id", "number"):
        if name in spec:
            setattr(order, name, spec[name])
    for line in spec.get("add_lines") or ():
        order.items.append(make_line(seller, line, order.tax_rate, {}))
    if "status" in spec:
        if spec["status"] not in acts.known_statuses(seller):
            raise ValueError(f"status: one of {', '.join(acts.known_statuses(seller))}")
        acts.set_status(seller, order, spec["status"], author=seller.operator.name)
    if not quiet:
        acts.changed(seller, order)
    if "modified_at" in spec:
        order.modified = parse_date(spec["modified_at"])


def find_order(seller, value):
    """By id or number. Raises ValueError."""
    for order in seller.orders.values():
        if str(value) in (str(order.id), order.number):
            return order
    raise ValueError(f"no order {value}")


def find_item(order, value):
    """By id, SKU, `shipping` or position. Raises ValueError."""
    if value == "shipping" and order.of(SHIPPING):
        return order.of(SHIPPING)[0]
    for position, item in enumerate(order.items):
        if value in (item.id, item.sku) or value == position:
            return item
    raise ValueError(f"no line {value}")


def back_office_refund(seller, order, spec):
    """`amount` alone, or of `line`, or `shipping` (true), or of all `lines` (true); without any all
    that is left. `request` (true): a vendor had asked for it."""
    check(spec, REFUND_FIELDS, "refund")
    lines = []
    if spec.get("line") is not None:
        lines.append(_refund_line(seller, order, find_item(order, spec["line"]), spec))
    if spec.get("lines"):
        lines += [_refund_line(seller, order, item, {}) for item in order.items]
    if spec.get("shipping"):
        lines.append(_refund_line(seller, order, find_item(order, "shipping"), {}))
    amount = min(acts.net_total(lines), order.left) if lines else order.left
    if spec.get("amount") is not None:
        amount = Decimal(str(spec["amount"])).quantize(CENT)
    by = seller.named_user(spec.get("by", "operator")).id
    paid, restock = bool(spec.get("paid")), bool(spec.get("restock"))
    reason = spec.get("reason", "")
    try:
        refund = acts.create_refund(seller, order, amount, reason, lines, by, paid, restock)
    except acts.CannotRefund as problem:
        raise ValueError(str(problem)) from problem
    refund.way = "request" if spec.get("request") else ""
    return refund


def _refund_line(seller, order, item, spec):
    """All that is left of an item, or `amount` (gross) of it."""
    step = get_step(seller)
    net, tax = acts.left_of(order, item)
    if spec.get("amount") is not None:
        gross = Decimal(str(spec["amount"]))
        net = (gross / (1 + order.tax_rate / 100)).quantize(step) if item.tax else gross
        tax = gross - net
    quantity = int(spec.get("quantity", item.quantity if item.kind == LINE else 0))
    return RefundLine(item.id, quantity, net.quantize(step), tax.quantize(step))
