"""From WooCommerce's JSON to records (contract, 2.2, 2.3; WCFM's orders have the same shape)."""

from decimal import Decimal

from .. import money, records, values
from ..values import child, date, items, required, text
from . import const, texts

ZERO = Decimal(0)
LINE, SHIPPING, FEE = "line", "shipping", "fee"
_LISTS = {LINE: "line_items", SHIPPING: "shipping_lines", FEE: "fee_lines"}


def map_each(nodes, map_one):
    """(records, Broken ones): one bad record never hides the others."""
    good, broken = [], []
    for node in nodes:
        try:
            good.append(map_one(node))
        except values.MAPPING_ERRORS as error:
            broken.append(get_broken(node, error))
    return good, broken


def get_broken(node, error, prefix="", name="id"):
    remote_id = text(node.get(name)) if isinstance(node, dict) else ""
    remote_id = f"{prefix}{remote_id}" if remote_id else ""
    return records.Broken(remote_id, str(error) or type(error).__name__, values.raw(node))


# Money ------------------------------------------------------------------------------------------


def get_items(node):
    """{item id: (kind, node)} of the lines, shipping lines and fees of an order or refund."""
    return {
        required(item, "id"): (kind, item)
        for kind, name in _LISTS.items()
        for item in items(node, name)
    }


def get_money(item):
    """The Money of a line, in the mode TAX_EXCLUDED; taxes by the id of their rate."""
    taxes = {}
    for tax in items(item, "taxes"):
        rate, amount = required(tax, "id"), values.decimal(tax.get("total"))
        if amount:
            taxes[rate] = taxes.get(rate, ZERO) + amount
    told = sum(taxes.values(), ZERO)
    # The sum is what counts; its parts may be rounded otherwise, or not be told at all.
    rest = values.decimal(item.get("total_tax", told)) - told
    if rest and taxes:
        rate = max(taxes, key=lambda rate: abs(taxes[rate]))
        taxes[rate] += rest
    elif rest:
        taxes[""] = rest
    return money.Money(values.decimal(item.get("total")), taxes)


def get_gross(item, step):
    return get_money(item).total(money.TAX_EXCLUDED).quantize(step)


def get_step(node):
    return money.get_step(text(node.get("currency")))


def get_refunded_item(kind, item, order_items):
    """The id of the order's item that an item of a refund gives back; "" where it is not told."""
    for meta in items(item, "meta_data"):
        if text(meta.get("key")) == const.REFUNDED_ITEM_KEY:
            found = text(meta.get("value"))
            return found if found in order_items else ""
    same = [
        item_id
        for item_id, (other_kind, node) in order_items.items()
        if other_kind == kind and (kind != LINE or _is_same_product(node, item))
    ]
    return same[0] if len(same) == 1 else ""


def _is_same_product(one, other):
    keys = ("product_id", "variation_id")
    return bool(text(one.get("product_id"))) and all(
        text(one.get(key)) == text(other.get(key)) for key in keys
    )


def get_shipping_line(order):
    """The line that shipping charges and fees stand with: the first one. "" without lines."""
    lines = items(order, "line_items")
    return required(lines[0], "id") if lines else ""


# Orders -----------------------------------------------------------------------------------------


def map_order(node, refunds=(), can_refund=False, dates=None, is_part=False):
    """An order. `refunds`: nodes of its refunds; `dates`: a function (node, name) -> naive UTC;
    `is_part`: a vendor's part of it, of which WooCommerce tells no total."""
    step = get_step(node)
    dates = dates or get_date
    state = const.STATES.get(text(node.get("status")), records.LINE_OTHER)
    parts = [part for refund in refunds for part in map_refund(refund, node)]
    shipping = _get_extra(node, step)
    lines = _map_lines(node, state, parts, shipping, can_refund and is_paid(node))
    billing = child(node, "billing")
    delivery = _map_address(child(node, "shipping"))
    total = values.decimal(node.get("total")).quantize(step)
    own = sum((line.amount + line.shipping for line in lines), ZERO)
    shipped = dates(node, "date_completed") if state == records.LINE_SHIPPED else None
    return records.Order(
        remote_id=required(node, "id"),
        number=text(node.get("number")),
        note=text(node.get("customer_note")),
        payment_code=text(node.get("payment_method")),
        payment_title=text(node.get("payment_method_title")),
        customer_email=text(billing.get("email")),
        by_guest=text(node.get("customer_id")) == "0",
        state=state,
        remote_state=text(node.get("status")),
        created_at=dates(node, "date_created"),
        updated_at=dates(node, "date_modified"),
        shipped_at=shipped,
        currency=text(node.get("currency")) or "EUR",
        charged=own if is_part else total,
        shipping=shipping,
        customer_name=_get_name(billing) or delivery.name,
        delivery=delivery if delivery.street or delivery.city else _map_address(billing),
        billing=_map_address(billing),
        lines=tuple(lines),
        refunds=tuple(parts),
    )


def get_date(node, name):
    """The GMT twin of a date (2)."""
    return date(node.get(f"{name}_gmt"))


def is_paid(node):
    paid = text(node.get("date_paid_gmt")) or text(node.get("date_paid"))
    return bool(paid) or text(node.get("status")) not in const.UNPAID


def _get_extra(node, step):
    """Shipping charges and fees; discounts that are entered as fees never make it negative."""
    extra = [*items(node, "shipping_lines"), *items(node, "fee_lines")]
    return max(sum((get_gross(item, step) for item in extra), ZERO), ZERO)


def _map_lines(node, state, parts, shipping, can_refund):
    step, first = get_step(node), get_shipping_line(node)
    found = []
    for item in items(node, "line_items"):
        extra = shipping if required(item, "id") == first else ZERO
        found.append(_map_line(item, state, parts, step, extra, can_refund))
    return found


def _map_line(item, state, parts, step, shipping, can_refund):
    line_id, amount = required(item, "id"), get_gross(item, step)
    given = [part for part in parts if part.line_remote_id == line_id]
    refunded_shipping = sum((part.shipping for part in given), ZERO)
    refunded = sum((part.amount for part in given), ZERO) - refunded_shipping
    left = amount + shipping - refunded - refunded_shipping
    return records.OrderLine(
        remote_id=line_id,
        sku=text(item.get("sku")),
        name=text(item.get("name")),
        quantity=get_quantity(item),
        amount=amount,
        shipping=shipping,
        state=state,
        remote_state="",
        refunded=refunded,
        refunded_shipping=refunded_shipping,
        give_back=records.BY_REFUND if can_refund and left > 0 else "",
    )


def get_quantity(item):
    """Units; one where a plugin sells by weight."""
    number = values.decimal(item.get("quantity"))
    return int(number) if number == number.to_integral_value() else 1


# Refunds ----------------------------------------------------------------------------------------


def map_refund(refund, order):
    """The OrderRefunds of one refund: a part for each line, and what is left of its amount as a
    gesture. Shipping charges and fees belong to the line that they stand with."""
    step = get_step(order)
    number, total = required(refund, "id"), values.decimal(refund.get("amount")).quantize(step)
    goods, shipping, units = _sum_by_line(refund, order, step)
    parts = sum(goods.values(), ZERO) + shipping
    first = get_shipping_line(order)
    if parts - total >= step or (shipping and not first):
        goods, shipping = {}, ZERO  # the amount wins over lines that disagree (2.4)
        parts = ZERO
    if shipping:
        goods[first] = goods.get(first, ZERO) + shipping
    common = {
        "created_at": get_date(refund, "date_created"),
        "is_paid": values.flag(refund.get("refunded_payment")),
    }
    if common["is_paid"]:
        common["paid_at"] = common["created_at"]
    found = [
        records.OrderRefund(
            amount=amount,
            remote_id=get_part_id(number, line_id),
            line_remote_id=line_id,
            shipping=shipping if line_id == first else ZERO,
            quantity=units.get(line_id, 0),
            **common,
        )
        for line_id, amount in goods.items()
        if amount >= step
    ]
    rest = total - parts
    if rest >= step:
        found.append(
            records.OrderRefund(amount=rest, remote_id=number, kind=records.GIVEN_GESTURE, **common)
        )
    return found


def get_part_id(refund_id, line_id):
    """What the part of a refund that belongs to one line is called here."""
    return f"{refund_id}-{line_id}"


def _sum_by_line(refund, order, step):
    """({line id: amount}, shipping charges and fees, {line id: units}), all positive."""
    goods, shipping, units, order_items = {}, ZERO, {}, get_items(order)
    for kind, item in get_items(refund).values():
        amount = -get_gross(item, step)
        if kind != LINE:
            shipping += amount
            continue
        line_id = get_refunded_item(kind, item, order_items)
        if line_id:
            goods[line_id] = goods.get(line_id, ZERO) + amount
            units[line_id] = units.get(line_id, 0) + abs(get_quantity(item))
    return goods, shipping, units


def get_reference(refund):
    """Our operation that a refund was made by; "" for others."""
    for meta in items(refund, "meta_data"):
        if text(meta.get("key")) == const.REFERENCE_KEY:
            return text(meta.get("value"))
    return ""


# People -----------------------------------------------------------------------------------------


def _get_name(node):
    return f"{text(node.get('first_name'))} {text(node.get('last_name'))}".strip()


def _map_address(node):
    return records.Address(
        name=_get_name(node),
        company=text(node.get("company")),
        street=text(node.get("address_1")),
        street2=text(node.get("address_2")),
        zip=text(node.get("postcode")),
        city=text(node.get("city")),
        country_code=text(node.get("country")).upper(),
        phone=text(node.get("phone")),
    )


# Notes ------------------------------------------------------------------------------------------


def map_note(node, order_ref):
    """A note of wc/v3. Customers write none: what is not automatic is the shop's."""
    body = node.get("note")
    if not isinstance(body, str):
        raise ValueError("note is missing")
    created_at = get_date(node, "date_created")
    if created_at is None:
        raise ValueError("date_created_gmt is missing")
    author = text(node.get("author"))
    is_visible = values.flag(node.get("customer_note"))
    return records.OrderNote(
        remote_id=required(node, "id"),
        order_ref=str(order_ref),
        text=body,
        created_at=created_at,
        sender_type=get_note_sender(author),
        author=author,
        is_html=texts.has_markup(body),
        is_visible=is_visible,
        is_mailed=is_visible,
    )


def get_note_sender(author):
    is_system = author.lower() in const.SYSTEM_AUTHORS
    return records.SYSTEM if is_system else records.SELLER
