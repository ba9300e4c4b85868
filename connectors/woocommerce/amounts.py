"""Money as an order and its refunds tell it: items with their taxes (contract, 2.2, 2.4)."""

from decimal import Decimal

from .. import money, values
from ..values import items, required, text
from . import const

ZERO = Decimal(0)
LINE, SHIPPING, FEE = "line", "shipping", "fee"
_LISTS = {LINE: "line_items", SHIPPING: "shipping_lines", FEE: "fee_lines"}


def get_step(node):
    return money.get_step(text(node.get("currency")))


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


def get_gross(item):
    """With taxes and fractions of cents."""
    return get_money(item).total(money.TAX_EXCLUDED)


def get_shipping_line(order):
    """The line that shipping charges and fees stand with: the first one. "" without lines."""
    lines = items(order, "line_items")
    return required(lines[0], "id") if lines else ""


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


def get_quantity(item):
    """Units; one where a plugin sells by weight."""
    number = values.decimal(item.get("quantity"))
    return int(number) if number == number.to_integral_value() else 1


def get_amount(refund, step):
    """What a refund gives back; one that does not say it is none that can be read."""
    return values.decimal(required(refund, "amount")).quantize(step)
