"""Who bears what of an order's total and of its refunds, to the cent.

Shops keep fractions of cents, enter discounts as fees, and make refunds whose lines disagree with
their amount. Here the lines of an order always make its total, the parts of a refund its amount,
and no line gives back more than it was charged.
"""

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from .. import values
from ..values import required
from . import amounts

ZERO = Decimal(0)
# Shipping charges and fees among the keys, which are ids of lines elsewhere.
CHARGES = ""


@dataclass
class Given:
    """One refund. `parts`: {line id, CHARGES: amount}; `rest`: what belongs to no line; `units`:
    {line id: units}."""

    node: dict
    rest: Decimal
    parts: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)


class Shares:
    """`total`: of the order; `charged`: {line id, CHARGES: amount}; `difference`: what the total is
    more than all of them, where no rounding explains it; `given`: {refund id: Given}, the oldest
    first.

    `is_part`: a vendor's part of an order, of which WooCommerce tells no total.
    """

    def __init__(self, node, refunds=(), is_part=False):
        self.step = amounts.get_step(node)
        self._items = amounts.get_items(node)
        # So much may roundings make, a cent for each item of the order.
        self._slack = self.step * len(self._items)
        self.first = amounts.get_shipping_line(node)
        pairs = [
            (item_id if kind == amounts.LINE else CHARGES, amounts.get_gross(item))
            for item_id, (kind, item) in self._items.items()
        ]
        told = _sum(pairs) if is_part else values.decimal(required(node, "total"))
        total = self._round(told)
        self.charged = self._share(total, pairs)
        if not self.first:  # nothing that charges could stand with
            self.charged[CHARGES] = ZERO
        made = sum(self.charged.values(), ZERO)
        self.total = made if is_part else total
        self.difference = self.total - made
        self._left = dict(self.charged)
        numbered = {required(refund, "id"): refund for refund in refunds}
        self.given = {number: self._give(numbered[number]) for number in _by_age(numbered)}

    def _round(self, amount):
        return amount.quantize(self.step, ROUND_HALF_UP)

    def _share(self, total, pairs):
        """{key: share}: of `total` where only roundings keep the items from making it, else of what
        they make themselves."""
        own = _sum(pairs)
        if abs(total - own) > self._slack:
            total = self._round(own)
        return apportion(max(total, ZERO), weigh(pairs), self.step)

    # Refunds

    def _give(self, refund):
        amount = amounts.get_amount(refund, self.step)
        pairs, units = self._read_items(refund)
        if _sum(pairs) - amount > self._slack:
            return Given(refund, amount)  # the amount wins over lines that disagree (2.4)
        parts = self._take(self._share(amount, pairs))
        return Given(refund, amount - sum(parts.values(), ZERO), parts, units)

    def _read_items(self, refund):
        """([(key, amount)], {line id: units}) of what a refund gives back, all positive but
        discounts that are taken back."""
        pairs, units = [], {}
        for kind, item in amounts.get_items(refund).values():
            key = CHARGES
            if kind == amounts.LINE:
                key = amounts.get_refunded_item(kind, item, self._items)
                if not key:
                    continue
                units[key] = units.get(key, 0) + abs(amounts.get_quantity(item))
            pairs.append((key, -amounts.get_gross(item)))
        return pairs, units

    def _take(self, wanted):
        """What is given of each key, as far as it has something left. The cents that a line lacks,
        since its share of the total was rounded otherwise, come from others."""
        parts = {key: min(amount, self._left.get(key, ZERO)) for key, amount in wanted.items()}
        over = sum(wanted.values(), ZERO) - sum(parts.values(), ZERO)
        for key in dict.fromkeys((*parts, *self._left)) if over <= self._slack else ():
            more = min(over, self._left.get(key, ZERO) - parts.get(key, ZERO))
            parts[key] = parts.get(key, ZERO) + more
            over -= more
        for key, amount in parts.items():
            if key in self._left:
                self._left[key] -= amount
        return {key: amount for key, amount in parts.items() if amount}


def apportion(total, weights, step):
    """{key: its share of `total`, in whole steps}. Shares are rounded down, and what is left goes
    to those that lost most, the first of equal ones."""
    whole = sum(weights.values(), ZERO)
    if not whole:
        return dict.fromkeys(weights, ZERO)
    exact = {key: weight * total / whole for key, weight in weights.items()}
    shares = {key: amount.quantize(step, ROUND_DOWN) for key, amount in exact.items()}
    rest = int((total - sum(shares.values(), ZERO)) / step)
    for key in sorted(exact, key=lambda key: shares[key] - exact[key])[:rest]:
        shares[key] += step
    return shares


def weigh(pairs):
    """{key: amount} of [(key, amount)]. What is below zero is a discount on the whole: it lowers
    the goods in proportion, then the charges, as the shop's own coupons do."""
    weights, discount = {}, ZERO
    for key, amount in pairs:
        weights[key] = weights.get(key, ZERO) + max(amount, ZERO)
        discount += max(-amount, ZERO)
    charges = weights.pop(CHARGES, ZERO)
    goods = sum(weights.values(), ZERO)
    less = min(discount, goods)
    if less:
        weights = {key: amount * (goods - less) / goods for key, amount in weights.items()}
    weights[CHARGES] = max(charges - (discount - less), ZERO)
    return weights


def _sum(pairs):
    return sum((amount for _key, amount in pairs), ZERO)


def _by_age(numbers):
    """Ids grow with time, so that what a later refund gives changes no earlier one."""
    return sorted(numbers, key=lambda number: (len(number), number))
