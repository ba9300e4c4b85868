"""What a vendor sees of an order: his own lines, and his commission as SQL gives it."""

from . import shapes
from .records import CENT, LINE, SHIPPING, ZERO, Decimal

COMMISSION = Decimal("0.80")
STATES = {"BE": "Berlin", "BY": "Bavaria", "CA": "California"}


def texts(row):
    """As SQL gives it: all values are texts, NULL stays."""
    return {
        key: value if value is None else str(int(value) if isinstance(value, bool) else value)
        for key, value in row.items()
    }


def own_items(order, user):
    return [i for i in order.items if not user.is_vendor or i.vendor_id == user.id]


def is_own(order, user):
    return not user.is_vendor or user.id in order.vendor_ids()


def order_json(call, order, user):
    """The order as wc/v3 has it, but only what is the vendor's own, with WCFM's additions."""
    seller = call.seller
    value = shapes.order(seller, order, call.home)
    del value["_links"]
    mine = {item.id for item in own_items(order, user)}
    for part in ("billing", "shipping"):
        value[part]["state"] = STATES.get(value[part]["state"], value[part]["state"])
    for name in ("line_items", "shipping_lines"):
        value[name] = [row for row in value[name] if row["id"] in mine]
    for row in value["line_items"]:
        vendor = order.item(row["id"]).vendor_id
        earned = str((order.item(row["id"]).total * COMMISSION).quantize(CENT))
        row.update(store_name=seller.user_name(vendor), commission_value=earned)
        row.update(thumbnail="", image_url="")
    value["commission_head"] = "Earning"
    value["user_delivery_location"] = ""
    value["shipment_tracking"] = dict(order.tracking)
    if user.is_vendor:
        value["vendor_order_details"] = commission_row(seller, order, user)
    return value


def commission_row(seller, order, user):
    lines = [i for i in order.of(LINE) if i.vendor_id == user.id]
    shipping = [i for i in order.of(SHIPPING) if i.vendor_id == user.id]
    total = sum((i.total for i in lines), ZERO)
    refunded = [_get_refunded(order, i) for i in lines]
    gone = [_is_given_back(order, i) for i in lines]
    status = order.commission_status.get(user.id, order.status)
    return texts(
        {
            "ID": order.id * 10 + user.id,
            "vendor_id": user.id,
            "order_id": order.id,
            "customer_id": order.customer_id,
            "payment_method": order.payment_method,
            "product_id": ",".join(str(i.product_id) for i in lines),
            "variation_id": ",".join("0" for _ in lines),
            "quantity": sum(i.quantity for i in lines),
            "product_price": lines[0].total if lines else ZERO,
            "item_id": ",".join(str(i.id) for i in lines),
            "item_sub_total": total,
            "item_total": total,
            "shipping": sum((i.total for i in shipping), ZERO),
            "tax": sum((i.tax for i in lines), ZERO),
            "shipping_tax_amount": sum((i.tax for i in shipping), ZERO),
            "commission_amount": (total * COMMISSION).quantize(CENT),
            "discount_amount": ZERO,
            "refunded_amount": sum(refunded, ZERO).quantize(CENT),
            "total_commission": (total * COMMISSION).quantize(CENT),
            "order_status": order.status,
            "shipping_status": "pending",
            "commission_status": status,
            "withdraw_status": "pending",
            "refund_status": _get_refund_status(refunded[0]) if lines else "pending",
            "is_refunded": bool(gone and gone[0]),
            "is_partially_refunded": bool(lines and refunded[0] and not gone[0]),
            "is_trashed": False,
            "created": seller.local(order.created),
            "commission_ids": order.id * 10 + user.id,
            "order_item_ids": ",".join(str(i.id) for i in lines),
            "order_item_count": len(lines),
            "is_refundeds": ",".join(str(int(is_gone)) for is_gone in gone),
            "refund_statuses": ",".join(_get_refund_status(amount) for amount in refunded),
        }
    )


def _get_refunded(order, item):
    """What WCFM notes: all of a request that was granted, the net amount of a line given back in
    the dashboard, nothing of what came by wc/v3."""
    rows = [(r, x) for r in order.refunds for x in r.lines if x.item_id == item.id]
    return sum(
        (x.total + x.tax if r.way == "request" else x.total for r, x in rows if r.way != "call"),
        ZERO,
    )


def _is_given_back(order, item):
    rows = [x for r in order.refunds if r.way == "request" for x in r.lines if x.item_id == item.id]
    return bool(rows) and sum(x.total for x in rows) >= item.total


def _get_refund_status(amount):
    return "completed" if amount else "pending"
