"""Amounts with their taxes: totals as customers see them, and a part of what is left of a line.

Records hold amounts with taxes. In the mode TAX_EXCLUDED a marketplace wants and gives amounts
without, and the taxes beside them; with TAX_INCLUDED the taxes are a part of the amount.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from . import values

ZERO = Decimal(0)
TAX_EXCLUDED = "TAX_EXCLUDED"
TAX_INCLUDED = "TAX_INCLUDED"
# Decimals of currencies that have not two.
DECIMALS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "MGA", "PYG", "UGX", "VND", "XAF", "XOF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


@dataclass(frozen=True)
class Money:
    """An amount in the order's tax mode, and its taxes by code."""

    amount: Decimal = ZERO
    taxes: dict = field(default_factory=dict)

    def total(self, mode):
        """With taxes."""
        taxes = sum(self.taxes.values(), ZERO) if mode == TAX_EXCLUDED else ZERO
        return self.amount + taxes

    def __sub__(self, other):
        codes = dict.fromkeys((*self.taxes, *other.taxes))
        taxes = {code: self.taxes.get(code, ZERO) - other.taxes.get(code, ZERO) for code in codes}
        return Money(self.amount - other.amount, taxes)

    def positive(self):
        """Without what more was given back than was charged."""
        taxes = {code: max(amount, ZERO) for code, amount in self.taxes.items()}
        return Money(max(self.amount, ZERO), taxes)

    def to_json(self):
        return {
            "amount": str(self.amount),
            "taxes": {code: str(amount) for code, amount in self.taxes.items()},
        }

    @classmethod
    def from_json(cls, data):
        taxes = {code: Decimal(amount) for code, amount in data.get("taxes", {}).items()}
        return cls(Decimal(data["amount"]), taxes)


def read(node, amount, taxes):
    """The Money of a line, a refund or a cancellation; `amount`, `taxes`: names of members."""
    found = {}
    for tax in values.items(node, taxes):
        code = values.required(tax, "code")
        found[code] = found.get(code, ZERO) + values.decimal(tax.get("amount"))
    return Money(values.decimal(node.get(amount)), found)


def get_step(currency):
    """The smallest amount of a currency."""
    return Decimal(1).scaleb(-DECIMALS.get(currency, 2))


def split(asked, left, mode, step):
    """The Money that gives back `asked`, taxes included, of what is `left`.

    All that is left gives exactly what is left, also where it has fractions of a step. A part
    takes each tax in proportion, rounded, and the rest from the amount. Raises ValueError where
    more is asked than is left.
    """
    whole = left.total(mode)
    if abs(whole - asked) < step and asked > 0:
        return left
    if asked < 0 or asked > whole:
        raise ValueError("more is asked than is left")
    parts = left.positive()
    base = parts.total(mode)
    share = asked / base if base else ZERO
    taxes = {
        code: min((amount * share).quantize(step, ROUND_HALF_UP), amount)
        for code, amount in parts.taxes.items()
    }
    if mode != TAX_EXCLUDED:
        return Money(asked, taxes)
    amount = asked - sum(taxes.values(), ZERO)
    return _within(Money(amount, taxes), parts)


def _within(money, parts):
    """Roundings may leave the amount below zero or above what is left: taxes make up for it."""
    amount, taxes = money.amount, dict(money.taxes)
    for code, tax in taxes.items():
        if amount < 0:
            moved = min(tax, -amount)
        elif amount > parts.amount:
            moved = -min(parts.taxes[code] - tax, amount - parts.amount)
        else:
            break
        taxes[code] -= moved
        amount += moved
    return Money(amount, taxes)


def to_wire(money):
    """[{code, amount}] of the taxes, as requests want them."""
    return [{"code": code, "amount": amount} for code, amount in money.taxes.items()]
