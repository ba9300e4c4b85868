"""Money given back elsewhere: vouchers and line states have no number, so one is made up."""

from datetime import datetime
from decimal import Decimal

import pytest
from cdiscount_wire import ORDER, CdiscountWire, answer
from wire import WireServer

from connectors import records

wire = CdiscountWire()

TEN, TWENTY = ("2024-01-16T10:00:00", "10", 135), ("2024-01-16T11:00:00", "20", 135)


def line(
    product="REF-1", state="ShippedBySeller", price="19.90", quantity=1, shipping="4", more=""
):
    return (
        f"<OrderLine><AcceptationState>{state}</AcceptationState><PurchasePrice>{price}"
        f"</PurchasePrice><Quantity>{quantity}</Quantity>{more}<SellerProductId>{product}"
        f"</SellerProductId><UnitShippingCharges>{shipping}</UnitShippingCharges></OrderLine>"
    )


def voucher(date="", amount="5", motive=139, source="<Source>Seller</Source>"):
    date = f"<CreateDate>{date}</CreateDate>" if date else ""
    return (
        f"<Voucher>{date}<RefundInformation><Amount>{amount}</Amount><MotiveId>{motive}</MotiveId>"
        f"</RefundInformation>{source}</Voucher>"
    )


@pytest.fixture
def server():
    with WireServer(wire.is_login) as server:
        server.login = wire.login_reply()
        yield server


@pytest.fixture
def client(server):
    with wire.make_client(server.url) as client:
        yield client


@pytest.fixture
def read(server, client):
    """A function that gives what an order of such lines and vouchers shows as given back."""

    def read(lines=(), vouchers=(), state="Shipped"):
        order = (
            f"<OrderList><Order><OrderLineList>{''.join(lines)}</OrderLineList><OrderNumber>"
            f"{ORDER}</OrderNumber><OrderState>{state}</OrderState><VoucherList>"
            f"{''.join(vouchers)}</VoucherList></Order></OrderList>"
        )
        server.replies = [answer("GetOrderList", order)]
        (found,) = client.get_orders([ORDER])
        return found.refunds

    return read


def ids(refunds):
    return {refund.remote_id: refund.amount for refund in refunds}


# Vouchers


def test_vouchers_in_any_order(read):
    forth = read(vouchers=[voucher(*TEN), voucher(*TWENTY)])
    back = read(vouchers=[voucher(*TWENTY), voucher(*TEN)])
    assert (
        ids(forth)
        == ids(back)
        == {
            "2024-01-16T09:00:00 10 135 Seller 1": 10,
            "2024-01-16T10:00:00 20 135 Seller 1": 20,
        }
    )


def test_equal_vouchers_of_one_second_are_two(read):
    refunds = read(vouchers=[voucher(*TEN), voucher(*TWENTY), voucher(*TEN)])
    assert len(ids(refunds)) == 3
    assert "2024-01-16T09:00:00 10 135 Seller 2" in ids(refunds)


def test_voucher_told_with_other_digits_is_the_same(read):
    once = read(vouchers=[voucher("2024-01-16T10:00:00", "10")])
    again = read(vouchers=[voucher("2024-01-16T10:00:00.123", "10.00")])
    assert list(ids(once)) == list(ids(again))
    assert once[0].created_at == datetime(2024, 1, 16, 9)


def test_payers_are_counted_apart(read):
    marketplace = voucher(*TEN, source="<Source>CDiscount</Source>")
    forth = read(vouchers=[voucher(*TEN), marketplace])
    back = read(vouchers=[marketplace, voucher(*TEN)])
    assert {r.remote_id: r.by_seller for r in forth} == {r.remote_id: r.by_seller for r in back}
    assert sorted(r.by_seller for r in forth) == [False, True]


def test_what_the_customer_used_is_no_refund(read):
    assert read(vouchers=[voucher(*TEN, source="<Source>Customer</Source>")]) == ()


def test_voucher_of_nobody_is_not_told_apart(read):
    """Nobody knows who paid: it is neither the seller's nor imported."""
    (refund,) = read(vouchers=[voucher(*TEN, source="")])
    assert (refund.remote_id, refund.by_seller) == ("", False)


# Lines


def test_refunded_with_and_without_shipping(read):
    told = "<RefundShippingCharges>true</RefundShippingCharges>"
    gone = "RefundedAfterShipping"
    refunds = read([line(state=gone), line("REF-2", gone, more=told), line("REF-3")])
    assert [(r.line_remote_id, r.amount, r.shipping) for r in refunds] == [
        ("REF-1", Decimal("19.90"), 0),
        ("REF-2", Decimal("23.90"), 4),
    ]
    assert all(r.from_state and r.kind == records.GIVEN_REFUND for r in refunds)
    assert [r.remote_id for r in refunds] == ["refund 1 REF-1", "refund 1 REF-2"]


def test_lines_of_one_product_swap_places(read):
    gone = "RefundedAfterShipping"
    forth = read([line(state=gone), line(price="10")])
    back = read([line(price="10"), line(state=gone)])
    assert ids(forth) == ids(back) == {"refund 1 REF-1": Decimal("19.90")}
    both = read([line(state=gone), line(state=gone, price="10")])
    assert list(ids(both)) == ["refund 1 REF-1", "refund 2 REF-1"]


@pytest.mark.parametrize(
    "states",
    [
        ("RefusedBySeller",),
        ("ShipmentRefusedBySeller", "RefundedAfterShipmentRefused"),
        ("CancelledAfterPaymentByCustomer", "RefundedAfterCustomerCancellation"),
    ],
)
def test_cancelled_line_is_one_cancellation_whatever_follows(read, states):
    for state in states:
        (refund,) = read([line(state=state, quantity=0), line("REF-2")])
        assert refund.kind == records.GIVEN_CANCELLATION and refund.from_state
        assert refund.remote_id == "cancellation 1 REF-1"
        assert (refund.amount, refund.shipping) == (Decimal("23.90"), 4)


def test_line_follows_its_cancelled_order(read):
    accepted = line(state="AcceptedBySeller")
    assert read([accepted], state="WaitingForShipmentAcceptation") == ()
    (refund,) = read([accepted], state="CancelledByCustomer")
    assert refund.kind == records.GIVEN_CANCELLATION
    assert read([line(state="CancellationRequestPending")]) == ()


def test_fees_and_gifts(read):
    """Fees are never refunded; a gift has no money to give back, but may be cancelled."""
    gone, refused = "RefundedAfterShipping", "RefundedAfterShipmentRefused"
    gift = {"price": "0.0", "shipping": "0"}
    refunds = read(
        [
            line("INTERETBCA", gone),
            line("INTERETBCA", refused),
            line("GIFT-1", gone, **gift),
            line("GIFT-2", refused, **gift),
        ]
    )
    assert [(r.line_remote_id, r.amount) for r in refunds] == [("GIFT-2", 0)]
