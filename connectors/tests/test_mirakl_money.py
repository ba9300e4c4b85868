"""Parts of amounts with taxes: what was asked, never more than is left, nothing lost at the end."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors import money

CENT = Decimal("0.01")
MODES = (money.TAX_INCLUDED, money.TAX_EXCLUDED)
cents = st.integers(0, 500_000).map(lambda number: Decimal(number) / 100)
few = st.integers(0, 12).map(lambda number: Decimal(number) / 100)
# Operators' engines may leave fractions of a cent in taxes.
fractions = st.integers(0, 5_000_000).map(lambda number: Decimal(number) / 1000)


def lines(amounts=cents, taxes=cents):
    codes = st.dictionaries(st.sampled_from("ABCD"), taxes, max_size=4)
    return st.builds(money.Money, amounts, codes)


def is_part(part, left):
    return 0 <= part.amount <= left.amount and all(
        0 <= tax <= left.taxes[code] for code, tax in part.taxes.items()
    )


def check_sequence(left, mode, shares, step=CENT):
    """Give back shares of what is left, one after the other, and then all of the rest."""
    for share in shares:
        whole = left.total(mode)
        asked = (whole * share / 100).quantize(step)
        if not 0 < asked <= whole - step:
            continue
        part = money.split(asked, left, mode, step)
        assert part.total(mode) == asked
        assert is_part(part, left)
        left = left - part
    whole = left.total(mode)
    assume(whole.quantize(step) > 0)
    rest = money.split(whole.quantize(step), left, mode, step)
    assert rest == left
    nothing = left - rest
    assert nothing.amount == 0 and not any(nothing.taxes.values())


@settings(max_examples=300, deadline=None)
@given(lines(), st.sampled_from(MODES), st.lists(st.integers(1, 99), max_size=8))
def test_parts_sum_up(left, mode, shares):
    check_sequence(left, mode, shares)


@settings(max_examples=300, deadline=None)
@given(lines(few, few), st.sampled_from(MODES), st.lists(st.integers(1, 99), max_size=8))
def test_parts_of_a_few_cents_sum_up(left, mode, shares):
    check_sequence(left, mode, shares)


@settings(max_examples=200, deadline=None)
@given(lines(cents, fractions), st.lists(st.integers(1, 99), max_size=4))
def test_taxes_with_fractions_of_a_cent(left, shares):
    check_sequence(left, money.TAX_EXCLUDED, shares)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 9999), st.integers(0, 9999), st.lists(st.integers(1, 99), max_size=4))
def test_currencies_without_cents(amount, tax, shares):
    left = money.Money(Decimal(amount), {"A": Decimal(tax)})
    check_sequence(left, money.TAX_EXCLUDED, shares, money.get_step("JPY"))


@settings(max_examples=100, deadline=None)
@given(lines(), st.sampled_from(MODES))
def test_more_than_is_left_is_refused(left, mode):
    with pytest.raises(ValueError):
        money.split(left.total(mode) + CENT, left, mode, CENT)
    with pytest.raises(ValueError):
        money.split(-CENT, left, mode, CENT)


def test_taxes_follow_in_proportion():
    left = money.Money(Decimal("100"), {"A": Decimal("19"), "B": Decimal("1")})
    part = money.split(Decimal("60"), left, money.TAX_EXCLUDED, CENT)
    assert part == money.Money(Decimal("50.00"), {"A": Decimal("9.50"), "B": Decimal("0.50")})
    part = money.split(Decimal("50"), left, money.TAX_INCLUDED, CENT)
    assert part == money.Money(Decimal("50"), {"A": Decimal("9.50"), "B": Decimal("0.50")})


def test_a_tax_given_back_twice_elsewhere_takes_nothing_from_the_rest():
    """Somebody gave back more of a tax than there was: the rest is still given exactly."""
    left = money.Money(Decimal("10"), {"A": Decimal("-1")})
    part = money.split(Decimal("4"), left, money.TAX_EXCLUDED, CENT)
    assert part == money.Money(Decimal("4"), {"A": Decimal("0")})


def test_pictures_keep_amounts_exactly():
    full = money.Money(Decimal("0.10"), {"A": Decimal("0.013")})
    assert money.Money.from_json(full.to_json()) == full


@pytest.mark.parametrize(
    ("currency", "step"), [("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("", "0.01")]
)
def test_steps(currency, step):
    assert money.get_step(currency) == Decimal(step)
