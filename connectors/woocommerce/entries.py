"""What the call of a refund says of one item (contract, 2.4)."""

from decimal import Decimal

from .. import money

ZERO = Decimal(0)


def get_whole(left):
    return left.positive().total(money.TAX_EXCLUDED)


def split(asked, left, step):
    """The Money that gives back just `asked`, taxes included, of what is `left` of an item. Cents
    that the item does not have, since ours are shares of the order's total, bear no taxes."""
    if not asked:
        return money.Money()
    left, whole = left.positive(), get_whole(left)
    if asked > whole - step:
        return money.Money(left.amount + asked - whole, left.taxes)
    return money.split(asked, left, money.TAX_EXCLUDED, step)


def get_entry(item_id, part):
    """One entry of `line_items`; amounts are texts. Taxes whose rate the shop does not tell stay
    with the amount."""
    named = {rate: amount for rate, amount in part.taxes.items() if rate.isdecimal() and amount}
    taxes = [
        {"id": int(rate), "refund_total": format(amount, "f")} for rate, amount in named.items()
    ]
    amount = part.total(money.TAX_EXCLUDED) - sum(named.values(), ZERO)
    return {
        "id": int(item_id),
        "refund_total": format(amount, "f"),
        "refund_tax": taxes,
    }
