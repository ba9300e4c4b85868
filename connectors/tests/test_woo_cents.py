"""Orders whose lines do not make their total by themselves: taxes rounded once for the whole order
(a setting of WooCommerce), fees below zero, totals that other plugins lowered."""

from decimal import ROUND_HALF_UP, Decimal
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_woo_money import CENT, ZERO, Shop, ask, rates, share_of, shares
from woo_wire import extra, line, order, refund

from connectors import base, records
from connectors.woocommerce import mapper
from connectors.woocommerce.shares import apportion

nets = st.integers(1, 9_999).map(lambda number: Decimal(number) / 100)
priced = st.tuples(nets, rates)
carts = st.lists(priced, min_size=1, max_size=8)
extras = st.lists(priced, max_size=2)
discounts = st.lists(st.tuples(shares, rates), max_size=2)


def with_tax(net, rate):
    return net, (net * rate / 100).quantize(Decimal("0.000001"))


def make_order(cart, charges, off, refunds=()):
    """Taxes keep their fractions; `off`: fees below zero, as shares of the goods."""
    goods = sum((net for net, _rate in cart), ZERO)
    fees = [with_tax(-goods * share / 4, rate) for share, rate in off]
    paid = [with_tax(*pair) for pair in charges]
    items = [with_tax(*pair) for pair in cart]
    total = sum((net + tax for net, tax in (*items, *paid, *fees)), ZERO)
    texts = [(str(net), str(tax)) for net, tax in items]
    return order(
        *[line(10 + position, 1, *text) for position, text in enumerate(texts)],
        shipping_lines=[extra(40 + n, str(net), str(tax)) for n, (net, tax) in enumerate(paid)],
        fee_lines=[extra(50 + n, str(net), str(tax)) for n, (net, tax) in enumerate(fees)],
        total=str(total.quantize(CENT, ROUND_HALF_UP)),
        refunds=refunds,
    )


def get_entry(item):
    """All of an item of an order, as a person gives it back in the shop."""
    return {
        "id": item["id"],
        "quantity": 1,
        "refund_total": item["total"],
        "refund_tax": [{"refund_total": item["total_tax"]}],
    }


def get_entries(node):
    return [get_entry(i) for name in ("line", "shipping", "fee") for i in _get(node, name)]


def _get(node, name):
    return node["line_items" if name == "line" else f"{name}_lines"]


def sum_of(lines, *names):
    return sum((getattr(item, name) for item in lines for name in names), ZERO)


def assert_over(found):
    """Nothing is left of any line, and nothing was a gesture."""
    for item in found.lines:
        assert (item.refunded, item.refunded_shipping) == (item.amount, item.shipping)
        assert not item.give_back
    assert not [r for r in found.refunds if r.kind == records.GIVEN_GESTURE]


def assert_sound(found, node):
    """What was given back is all told, and no line gave more than it was charged."""
    gestures = sum((r.amount for r in found.refunds if r.kind == records.GIVEN_GESTURE), ZERO)
    told = sum((Decimal(r["amount"]) for r in node), ZERO)
    assert sum_of(found.lines, "refunded", "refunded_shipping") + gestures == told
    for item in found.lines:
        assert ZERO <= item.refunded <= item.amount
        assert ZERO <= item.refunded_shipping <= item.shipping
    return gestures


anything = settings(deadline=None, max_examples=200)


@anything
@given(carts, extras, discounts)
def test_lines_make_the_total_and_all_of_it_goes_back(cart, charges, off):
    shop = Shop(partial(make_order, cart, charges, off))
    found = shop.read()
    assert found.charged == Decimal(shop.node["total"]) == sum_of(found.lines, "amount", "shipping")
    assert not found.difference
    assert all(item.amount >= 0 and item.shipping >= 0 for item in found.lines)
    if not found.charged:
        return
    body = shop.give(ask(*((item, item.amount, item.shipping) for item in found.lines)))
    assert Decimal(body["amount"]) == found.charged
    assert_over(shop.read())


@anything
@given(carts, extras, discounts)
def test_all_given_back_in_the_shop_is_all(cart, charges, off):
    shop = Shop(partial(make_order, cart, charges, off))
    shop.add({"amount": shop.node["total"], "line_items": get_entries(shop.node)})
    assert_over(shop.read())


@anything
@given(carts, extras, st.randoms(use_true_random=False))
def test_line_by_line_in_the_shop(cart, charges, chance):
    """Rounded each time, as far as the shop lets: the cents are never a gesture."""
    shop = Shop(partial(make_order, cart, charges, []))
    entries, left = get_entries(shop.node), Decimal(shop.node["total"])
    chance.shuffle(entries)
    while entries and left:
        bundle = [entries.pop() for _ in range(chance.randint(1, len(entries)))]
        exact = sum(Decimal(e["refund_total"]) for e in bundle)
        exact += sum(Decimal(e["refund_tax"][0]["refund_total"]) for e in bundle)
        amount = min(exact.quantize(CENT, ROUND_HALF_UP), left) if entries else left
        shop.add({"amount": str(amount), "line_items": bundle})
        left -= amount
        gestures = assert_sound(shop.read(), shop.refunds)
        assert not gestures
    if not left:
        assert_over(shop.read())


@anything
@given(carts, extras, discounts, st.lists(st.lists(shares, min_size=9), min_size=1, max_size=4))
def test_parts_are_read_back_as_they_were_asked(cart, charges, off, turns):
    shop = Shop(partial(make_order, cart, charges, off))
    for turn in (*turns, [Decimal(1)] * 9):
        before = shop.read()
        parts = [
            (
                item,
                share_of(item.amount - item.refunded, share),
                share_of(item.shipping - item.refunded_shipping, turn[-1]),
            )
            for item, share in zip(before.lines, turn, strict=False)
        ]
        asked = sum((goods + more for _item, goods, more in parts), ZERO)
        if not asked:
            continue
        body = shop.give(ask(*parts))
        sent = sum(Decimal(e["refund_total"]) for e in body["line_items"])
        sent += sum(Decimal(t["refund_total"]) for e in body["line_items"] for t in e["refund_tax"])
        assert Decimal(body["amount"]) == asked == sent
        for old, (_item, goods, more), new in zip(before.lines, parts, shop.read().lines, strict=1):
            assert new.refunded == old.refunded + goods
            assert new.refunded_shipping == old.refunded_shipping + more
    assert_over(shop.read())


@anything
@given(carts, extras, discounts, st.randoms(use_true_random=False))
def test_whatever_the_shop_gave(cart, charges, off, chance):
    """Amounts and lines that have nothing to do with each other."""
    shop = Shop(partial(make_order, cart, charges, off))
    left = Decimal(shop.node["total"])
    for _turn in range(chance.randint(1, 5)):
        amount = share_of(left, Decimal(chance.randint(0, 100)) / 100)
        entries = get_entries(shop.node)
        chance.shuffle(entries)
        shop.add({"amount": str(amount), "line_items": entries[: chance.randint(0, 4)]})
        left -= amount
        assert_sound(shop.read(), shop.refunds)


@given(
    st.integers(0, 100_000).map(lambda number: Decimal(number) / 100),
    st.lists(st.decimals(0, 10_000, places=6), min_size=1, max_size=12),
)
def test_apportion(total, weights):
    named = dict(enumerate(weights))
    found = apportion(total, named, CENT)
    assert found == apportion(total, named, CENT)
    whole = sum(weights)
    assert sum(found.values()) == (total if whole else ZERO)
    for key, weight in named.items():
        exact = total * weight / whole if whole else ZERO
        assert abs(found[key] - exact) < CENT
        assert weight or not found[key]


# By hand ----------------------------------------------------------------------------------------


def test_three_times_a_fraction():
    """7.17 line by line, 7.16 at the shop."""
    three = [line(number, 1, "1.99", "0.398") for number in (11, 12, 13)]
    found = mapper.map_order(order(*three, shipping_lines=[], total="7.16"))
    assert [str(item.amount) for item in found.lines] == ["2.39", "2.39", "2.38"]
    last = refund(700, "2.39", ("13", 1, "1.99", "0.398"))
    found = mapper.map_order(order(*three, shipping_lines=[], total="7.16"), [last])
    assert [str(item.refunded) for item in found.lines] == ["0.01", "0", "2.38"]
    rest = refund(701, "4.77", *[(str(n), 1, "1.99", "0.398") for n in (11, 12)])
    for refunds in ([last, rest], [rest, last]):
        node = order(*three, shipping_lines=[], total="7.16")
        assert_over(mapper.map_order(node, refunds, can_refund=True))


def test_a_fee_below_zero_lowers_the_goods():
    """In proportion, as a coupon does; shipping charges stay as they are."""
    node = order(fee_lines=[extra(31, "-10.00", "-1.90")], total="117.04")
    found = mapper.map_order(node)
    assert [str(item.amount) for item in found.lines] == ["88.72", "23.42"]
    assert [str(item.shipping) for item in found.lines] == ["4.90", "0"]
    assert (found.charged, found.difference) == (Decimal("117.04"), 0)


def test_a_discount_beyond_the_goods_lowers_the_charges():
    node = order(line(11, 1, "5.00", "0"), fee_lines=[extra(31, "-6.00", "0")], total="3.90")
    (found,) = mapper.map_order(node).lines
    assert (found.amount, found.shipping) == (Decimal(0), Decimal("3.90"))


def test_a_discount_that_stays_there():
    """Somebody gave all of one line back, and kept the discount: what is more than the line's share
    belongs to no line."""
    node = order(
        line(11, 1, "60.00", "0"),
        line(12, 1, "40.00", "0"),
        shipping_lines=[],
        fee_lines=[extra(31, "-10.00", "0")],
        total="90.00",
    )
    given = refund(700, "60.00", ("11", 1, "60.00", "0"))
    found = mapper.map_order(node, [given], can_refund=True)
    assert [(str(r.amount), r.kind) for r in found.refunds] == [
        ("54.00", records.GIVEN_REFUND),
        ("6.00", records.GIVEN_GESTURE),
    ]
    assert [item.give_back for item in found.lines] == ["", records.BY_REFUND]


@pytest.mark.parametrize("total", ["78.94", "130.00"])
def test_a_total_that_nobody_explains(total):
    """A gift card, for one: the lines stay as they are, and the order says that it does not fit."""
    found = mapper.map_order(order(total=total))
    assert sum_of(found.lines, "amount", "shipping") == Decimal("128.94")
    assert found.charged == Decimal(total)
    assert found.difference == Decimal(total) - Decimal("128.94")


def test_an_order_without_a_total_is_broken():
    for node in (order(total=None), order(total="")):
        with pytest.raises(ValueError, match="total is missing"):
            mapper.map_order(node)


def test_a_refund_without_an_amount_breaks_its_order():
    for amount in (None, "", "?"):
        with pytest.raises(ValueError, match="amount"):
            mapper.map_order(order(), [refund(700, amount)])


def test_taxes_whose_rates_are_not_told():
    """Only their sum: it is charged, and given back with the amount."""
    bare = line(11, 1, "10.00", "1.90", taxes=[])
    make = partial(order, bare, shipping_lines=[extra(40, "5.00", "0.95", taxes=[])], total="17.85")
    shop = Shop(make)
    (found,) = shop.read().lines
    assert (found.amount, found.shipping) == (Decimal("11.90"), Decimal("5.95"))
    body = shop.give(ask((found, Decimal("11.90"), Decimal("5.95"))))
    assert [entry["refund_total"] for entry in body["line_items"]] == ["11.90", "5.95"]
    assert_over(shop.read())
    half = line(11, 1, "10.00", "1.90", taxes=[{"id": 3, "total": "1.00"}])
    assert mapper.map_order(order(half, total="16.80")).lines[0].amount == Decimal("11.90")


def test_charges_come_from_one_item_after_the_other():
    """What one shipping line gives is not given by the next one, nor by a fee."""
    charges = [extra(40, "3.00", "0"), extra(41, "2.00", "0")]
    make = partial(order, shipping_lines=charges, fee_lines=[extra(50, "1.00", "0")])
    shop = Shop(partial(make, total="130.04"))
    first = shop.read().lines[0]
    assert first.shipping == 6
    sent = []
    for amount in ("3.50", "2.00", "0.50"):
        body = shop.give(ask((first, ZERO, Decimal(amount))))
        sent.append([(e["id"], Decimal(e["refund_total"])) for e in body["line_items"]])
    assert [[(number, str(amount)) for number, amount in part] for part in sent] == [
        [(40, "3.00"), (41, "0.50")],
        [(41, "1.50"), (50, "0.50")],
        [(50, "0.50")],
    ]


def test_a_vendors_part_has_no_total_of_its_own():
    three = [line(number, 1, "1.99", "0.398") for number in (11, 12, 13)]
    node = order(*three, shipping_lines=[], total="99.00")
    found = mapper.map_order(node, is_part=True)
    assert found.charged == sum_of(found.lines, "amount", "shipping") == Decimal("7.16")
    assert not found.difference


def test_what_is_asked_is_never_refused_for_cents():
    """One unit after the other."""
    three = [line(number, 1, "1.97", "0.394") for number in (11, 12, 13)]
    shop = Shop(partial(order, *three, shipping_lines=[], total="7.09"))
    for item in shop.read().lines:
        shop.give(
            base.Refund(
                "op",
                "501",
                (base.RefundLine(item.remote_id, amount=item.amount, quantity=1),),
                pay_back=False,
                restock=False,
            )
        )
    assert_over(shop.read())


def test_cents_of_charges_that_the_shop_has_not():
    """It gave back the whole shipping line, and a cent less than it cost here."""
    make = partial(
        order,
        line(11, 1, "1.99", "0.398"),
        shipping_lines=[extra(40, "1.99", "0.398")],
        total="4.78",
    )
    shop = Shop(make)
    entry = {"id": 40, "refund_total": "1.99", "refund_tax": [{"refund_total": "0.398"}]}
    shop.add({"amount": "2.38", "line_items": [entry]})
    (found,) = shop.read().lines
    assert (found.shipping, found.refunded_shipping) == (Decimal("2.39"), Decimal("2.38"))
    body = shop.give(ask((found, found.amount, CENT)))
    assert [(e["id"], e["refund_total"]) for e in body["line_items"][1:]] == [(40, "0.010")]
    assert_over(shop.read())


def test_older_refunds_take_first():
    """By their numbers, in whatever order they come."""
    node = order(line(11, 1, "10.00", "0"), shipping_lines=[], total="10.00")
    first, last = (refund(number, "6.00", ("11", 1, "6.00", "0")) for number in (999, 1000))
    for refunds in ([first, last], [last, first]):
        told = mapper.map_order(node, refunds).refunds
        assert [(r.remote_id, str(r.amount)) for r in told] == [
            ("999-11", "6.00"),
            ("1000-11", "4.00"),
            ("1000", "2.00"),
        ]


def test_charges_without_a_line():
    found = mapper.map_order(order(line_items=[], total="4.90"))
    assert not found.lines
    assert (found.charged, found.difference) == (Decimal("4.90"), Decimal("4.90"))
