"""Money of WooCommerce: random orders and sequences of refunds, to the cent."""

import json
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from woo_wire import extra, line, order, refund

from connectors import base, errors, records
from connectors.woocommerce import mapper, pictures
from connectors.woocommerce.refunds import RefundAction

CENT = Decimal("0.01")
ZERO = Decimal(0)
gross = st.integers(1, 50_000).map(lambda number: Decimal(number) / 100)
rates = st.sampled_from([Decimal(0), Decimal("5.5"), Decimal(19), Decimal(20)])
shares = st.decimals(0, 1, places=4)


def make_amounts(total, rate, places):
    """(net, tax) of a price with tax, as WooCommerce keeps it: with fractions or rounded."""
    step = Decimal(1).scaleb(-places)
    net = (total * 100 / (100 + rate)).quantize(step, ROUND_HALF_UP)
    return str(net), str(total - net)


def make_order(prices, shipping, places, refunds=()):
    lines = [
        line(10 + position, 3, *make_amounts(total, rate, places))
        for position, (total, rate) in enumerate(prices)
    ]
    extras = [extra(40, *make_amounts(*shipping, places))] if shipping[0] else []
    total = sum((total for total, _rate in prices), shipping[0])
    return order(*lines, shipping_lines=extras, total=str(total), refunds=refunds)


def to_refund(number, body):
    """What the shop shows of a refund that was asked for."""
    lines, shipping = [], []
    for entry in body["line_items"]:
        tax = sum((Decimal(tax["refund_total"]) for tax in entry["refund_tax"]), ZERO)
        item = str(entry["id"])
        if entry["id"] >= 40:
            shipping.append((item, entry["refund_total"], str(tax)))
        else:
            lines.append((item, entry.get("quantity", 0), entry["refund_total"], str(tax)))
    found = refund(number, body["amount"], *lines, shipping=shipping)
    for position, node in enumerate(found["shipping_lines"]):
        node["id"] = number * 100 + position
    return found


class Shop:
    """Takes refunds as the client writes them. `make`: an order with these refunds."""

    def __init__(self, make):
        self.make = make
        self.refunds = []

    @property
    def node(self):
        return self.make(refunds=self.refunds)

    def give(self, operation):
        picture = json.loads(json.dumps(pictures.take(self.node, self.refunds)))
        action = RefundAction.__new__(RefundAction)
        action.operation = operation
        action.check(picture)
        body = {
            "amount": str(action.get_total()),
            "line_items": list(action.get_lines(picture)),
        }
        self.add(body)
        return body

    def add(self, body):
        """As WooCommerce: never more than is left of the order; the lines are not looked at."""
        given = sum((Decimal(refund["amount"]) for refund in self.refunds), ZERO)
        assert Decimal(body["amount"]) <= Decimal(self.node["total"]) - given
        self.refunds.insert(0, to_refund(800 + len(self.refunds), body))

    def read(self):
        return mapper.map_order(self.node, self.refunds, can_refund=True)


def ask(*parts):
    """`parts`: (records.OrderLine, goods, shipping)."""
    lines = tuple(
        base.RefundLine(item.remote_id, amount=goods, shipping=shipping, with_shipping=True)
        for item, goods, shipping in parts
    )
    return base.Refund("op", "501", lines, pay_back=False, restock=False)


def share_of(amount, share):
    return (amount * share).quantize(CENT)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(gross, rates), min_size=1, max_size=4),
    st.tuples(st.one_of(st.just(ZERO), gross), rates),
    st.sampled_from([2, 6]),
    st.lists(st.tuples(shares, shares), min_size=1, max_size=4),
)
def test_parts_never_exceed_and_nothing_is_lost(prices, shipping, places, turns):
    """Each refund gives what was asked, the last one all that is left and not a cent more."""
    shop = Shop(partial(make_order, prices, shipping, places))
    charged = sum((total for total, _rate in prices), shipping[0])
    found = shop.read()
    assert sum(item.amount + item.shipping for item in found.lines) == charged == found.charged
    for goods, more in [*turns, (Decimal(1), Decimal(1))]:
        parts = [
            (
                item,
                share_of(item.amount - item.refunded, goods),
                share_of(item.shipping - item.refunded_shipping, more),
            )
            for item in shop.read().lines
        ]
        asked = sum((g + s for _item, g, s in parts), ZERO)
        if not asked:
            continue
        before = shop.read()
        body = shop.give(ask(*parts))
        assert Decimal(body["amount"]) == asked
        after = shop.read()
        given = {item.remote_id: (g, s) for item, g, s in parts}
        for old, new in zip(before.lines, after.lines, strict=True):
            g, s = given[old.remote_id]
            assert new.refunded == old.refunded + g
            assert new.refunded_shipping == old.refunded_shipping + s
    last = shop.read()
    assert sum(item.refunded + item.refunded_shipping for item in last.lines) == charged
    assert not any(item.give_back for item in last.lines)
    assert not [r for r in last.refunds if r.kind == records.GIVEN_GESTURE]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(gross, rates), min_size=1, max_size=3),
    st.sampled_from([2, 6]),
    st.integers(1, 500).map(lambda number: Decimal(number) / 100),
)
def test_more_than_is_left_is_refused(prices, places, over):
    shop = Shop(partial(make_order, prices, (ZERO, ZERO), places))
    first = shop.read().lines[0]
    try:
        shop.give(ask((first, first.amount + over, ZERO)))
    except errors.RefusedError as error:
        assert error.code == "over_left"
    else:
        raise AssertionError("more was given back than was charged")
