"""From WooCommerce's JSON to records (contract, 2.2, 2.3; WCFM's orders have the same shape)."""

from decimal import Decimal

from .. import records, texts, values
from ..values import child, date, items, required, text
from . import amounts, const
from .shares import CHARGES, Shares

ZERO = Decimal(0)


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


# Orders -----------------------------------------------------------------------------------------


def map_order(node, refunds=(), can_refund=False, dates=None, is_part=False):
    """An order. `refunds`: nodes of its refunds; `dates`: a function (node, name) -> naive UTC;
    `is_part`: see Shares."""
    shares = Shares(node, refunds, is_part)
    dates = dates or get_date
    state = const.STATES.get(text(node.get("status")), records.LINE_OTHER)
    parts = [part for given in shares.given.values() for part in map_refund(given, shares.first)]
    lines = _map_lines(node, state, parts, shares, can_refund and is_paid(node))
    billing = child(node, "billing")
    delivery = _map_address(child(node, "shipping"))
    shipped = dates(node, "date_completed") if state == records.LINE_SHIPPED else None
    return records.Order(
        remote_id=required(node, "id"),
        number=text(node.get("number")),
        note=text(node.get("customer_note")),
        payment_code=text(node.get("payment_method")),
        payment_title=text(node.get("payment_method_title")),
        customer_email=text(billing.get("email")),
        by_guest=text(node.get("customer_id")) == "0",
        state=_get_state(state, lines),
        remote_state=text(node.get("status")),
        created_at=dates(node, "date_created"),
        updated_at=dates(node, "date_modified"),
        shipped_at=shipped,
        currency=text(node.get("currency")) or "EUR",
        charged=shares.total,
        difference=shares.difference,
        shipping=shares.charged[CHARGES],
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


def _get_state(state, lines):
    """WooCommerce's own changes with the last cent, shipping charges too."""
    gone = [line.state == records.LINE_REFUNDED for line in lines]
    return records.LINE_REFUNDED if gone and all(gone) else state


def _map_lines(node, state, parts, shares, can_refund):
    """Shipping charges and fees stand with the first line."""
    found = []
    for item in items(node, "line_items"):
        line_id = required(item, "id")
        extra = shares.charged[CHARGES] if line_id == shares.first else ZERO
        found.append(_map_line(item, state, parts, shares.charged[line_id], extra, can_refund))
    return found


def _map_line(item, state, parts, amount, shipping, can_refund):
    line_id = required(item, "id")
    given = [part for part in parts if part.line_remote_id == line_id]
    refunded_shipping = sum((part.shipping for part in given), ZERO)
    refunded = sum((part.amount for part in given), ZERO) - refunded_shipping
    left = amount + shipping - refunded - refunded_shipping
    quantity, units = amounts.get_quantity(item), sum(part.quantity for part in given)
    is_gone = units >= quantity > 0 or refunded >= amount > 0
    if is_gone and state in (records.LINE_TO_SHIP, records.LINE_SHIPPED):
        state = records.LINE_REFUNDED  # nothing of it is to be shipped any more
    return records.OrderLine(
        remote_id=line_id,
        sku=text(item.get("sku")),
        name=text(item.get("name")),
        quantity=quantity,
        amount=amount,
        shipping=shipping,
        state=state,
        remote_state="",
        refunded=refunded,
        refunded_shipping=refunded_shipping,
        give_back=records.BY_REFUND if can_refund and left > 0 else "",
    )


# Refunds ----------------------------------------------------------------------------------------


def map_refund(given, first):
    """The OrderRefunds of a shares.Given: a part for each line, and what belongs to none as a
    gesture. Shipping charges and fees belong to the `first` line."""
    number = required(given.node, "id")
    shipping = given.parts.get(CHARGES, ZERO)
    goods = {line_id: amount for line_id, amount in given.parts.items() if line_id != CHARGES}
    if shipping:
        goods[first] = goods.get(first, ZERO) + shipping
    common = {
        "created_at": get_date(given.node, "date_created"),
        "is_paid": values.flag(given.node.get("refunded_payment")),
        "group": number,
    }
    if common["is_paid"]:
        common["paid_at"] = common["created_at"]
    found = [
        records.OrderRefund(
            amount=amount,
            remote_id=get_part_id(number, line_id),
            line_remote_id=line_id,
            shipping=shipping if line_id == first else ZERO,
            quantity=given.units.get(line_id, 0),
            **common,
        )
        for line_id, amount in goods.items()
    ]
    if given.rest > 0:
        found.append(
            records.OrderRefund(
                amount=given.rest, remote_id=number, kind=records.GIVEN_GESTURE, **common
            )
        )
    return found


def get_part_id(refund_id, line_id):
    """What the part of a refund that belongs to one line is called here."""
    return f"{refund_id}-{line_id}"


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
