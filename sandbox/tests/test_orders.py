"""State machine of orders, refunds, gestures."""

import pytest

LINES = [
    {"seller_product_id": "A", "ean": "2000000000008", "price": 20, "shipping": 5},
    {"seller_product_id": "B", "price": "10.50", "quantity": 2},
]


def validate(world, number, state, lines, carrier="Colissimo", tracking="6A1", url=""):
    items = "".join(
        f"<ValidateOrderLine><AcceptationState>{line_state}</AcceptationState><ProductCondition>"
        f"New</ProductCondition><SellerProductId>{reference}</SellerProductId>"
        "<TypeOfReturn></TypeOfReturn></ValidateOrderLine>"
        for reference, line_state in lines.items()
    )
    param = (
        "<validateOrderListMessage><OrderList><ValidateOrder>"
        f"<CarrierName>{carrier}</CarrierName><OrderLineList>{items}</OrderLineList>"
        f"<OrderNumber>{number}</OrderNumber><OrderState>{state}</OrderState>"
        f"<TrackingNumber>{tracking}</TrackingNumber><TrackingUrl>{url}</TrackingUrl>"
        "</ValidateOrder></OrderList></validateOrderListMessage>"
    )
    return world.call("ValidateOrderList", param)


def refund(world, number, lines=(), gestures=()):
    """`lines`: (reference, with shipping); `gestures`: (amount, motive)."""
    gestures = "".join(
        f"<RefundInformation><Amount>{a}</Amount><MotiveId>{m}</MotiveId></RefundInformation>"
        for a, m in gestures
    )
    refunds = "".join(
        "<SellerRefundRequest><Mode>Claim</Mode><Motive>ClientClaim</Motive><RefundOrderLine>"
        f"<RefundShippingCharges>{shipping}</RefundShippingCharges><SellerProductId>{reference}"
        "</SellerProductId></RefundOrderLine></SellerRefundRequest>"
        for reference, shipping in lines
    )
    number = f"<OrderNumber>{number}</OrderNumber>" if number else '<OrderNumber i:nil="true"/>'
    return world.call(
        "CreateRefundVoucher",
        f"<request><CommercialGestureList>{gestures}</CommercialGestureList>{number}"
        f"<SellerRefundList>{refunds}</SellerRefundList></request>",
    )


def read(world, number):
    param = (
        "<orderFilter><FetchOrderLines>true</FetchOrderLines><FetchParcels>true</FetchParcels>"
        f"<OrderReferenceList><arr:string>{number}</arr:string></OrderReferenceList>"
        "</orderFilter>"
    )
    return world.call("GetOrderList", param)


def item_flags(answer):
    return [e.text for e in answer.all("OperationSuccess")[1:]]


def test_accept_then_payment_then_ship(world):
    number = world.order(state="WaitingForSellerAcceptation", lines=LINES)["number"]
    lines = dict.fromkeys("AB", "AcceptedBySeller")
    assert validate(world, number, "AcceptedBySeller", lines).texts("Validated") == ["true"]
    seen = []
    for seconds in (0, 40, 70):
        world.control("POST", "clock", {"offset_seconds": seconds})
        seen.append(read(world, number).one("OrderState"))
    assert seen == ["AcceptedBySeller", "PaymentInProgress", "WaitingForShipmentAcceptation"]
    answer = validate(world, number, "Shipped", dict.fromkeys("AB", "ShippedBySeller"))
    assert answer.texts("Updated") == ["true", "true"]
    order = read(world, number)
    assert order.one("OrderState") == "Shipped"
    assert order.one("CustomerNum") == "6A1"
    assert order.one("InitialTotalAmount") == order.one("ShippedTotalAmount") == "35.5"


def test_refund_before_shipment(world):
    number = world.order(lines=LINES)["number"]
    lines = dict.fromkeys("AB", "ShipmentRefusedBySeller")
    assert validate(world, number, "ShipmentRefusedBySeller", lines).one("Validated") == "true"
    order = read(world, number)
    assert order.one("OrderState") == "ShipmentRefusedBySeller"
    assert order.texts("AcceptationState") == ["RefundedAfterShipmentRefused"] * 2
    assert order.texts("Quantity") == ["0", "0"]
    assert order.one("Status") == "Completed"
    assert order.one("ShippedTotalAmount") == "0"
    assert order.one("ValidatedTotalAmount") == "35.5"
    again = validate(world, number, "ShipmentRefusedBySeller", lines)
    assert again.ok and again.one("Validated") == "false"
    assert again.one("ErrorType") == "OrderStateIncoherent"
    assert again.one("ErrorMessage").startswith(f"{number} error: Le passage à l'état")


def test_partly_refused(world):
    number = world.order(lines=LINES)["number"]
    lines = {"A": "ShippedBySeller", "B": "ShipmentRefusedBySeller"}
    assert validate(world, number, "Shipped", lines).one("Validated") == "true"
    states = read(world, number).texts("AcceptationState")
    assert states == ["ShippedBySeller", "RefundedAfterShipmentRefused"]


@pytest.mark.parametrize(
    "lines, more, error",
    [
        ({"A": "ShippedBySeller"}, {}, "OrderLineError"),
        ({"A": "ShippedBySeller", "C": "ShippedBySeller"}, {}, "OrderLineNotFound"),
        ({"A": "AcceptedBySeller", "B": "AcceptedBySeller"}, {}, "OrderLineIncoherentState"),
        ({"A": "ShippedBySeller"}, {"carrier": ""}, "OrderTrackingInformationError"),
        ({"A": "ShippedBySeller"}, {"tracking": ""}, "OrderTrackingInformationError"),
    ],
)
def test_refused_validations(world, lines, more, error):
    number = world.order(lines=LINES)["number"]
    answer = validate(world, number, "Shipped", lines, **more)
    assert answer.one("ErrorType") == error
    assert world.state()["orders"][0]["state"] == "WaitingForShipmentAcceptation"


def test_fee_line_stays_out(world):
    number = world.order(lines=LINES[:1], with_fee_line=True)["number"]
    assert len(read(world, number).all("OrderLine")) == 2
    both = {"A": "ShippedBySeller", "INTERETBCA": "ShippedBySeller"}
    assert validate(world, number, "Shipped", both).one("ErrorType") == "OrderLineNotFound"
    assert validate(world, number, "Shipped", {"A": "ShippedBySeller"}).one("Validated") == "true"


def test_unknown_order(world):
    answer = validate(world, "X", "Shipped", {"A": "ShippedBySeller"})
    assert answer.one("ErrorType") == "OrderNotFound"


def test_refund_after_shipment(world):
    number = world.order(state="Shipped", lines=LINES)["number"]
    answer = refund(world, number, [("A", "true"), ("B", "false")])
    assert answer.ok and answer.texts("Value") == ["25", "10.5"]
    assert set(read(world, number).texts("AcceptationState")) == {"RefundedAfterShipping"}
    again = refund(world, number, [("A", "true")])
    assert not again.ok
    assert item_flags(again) == ["false"]
    assert "déjà été remboursée" in again.texts("ErrorMessage")[1]


def test_refund_needs_a_shipped_line(world):
    number = world.order(lines=LINES)["number"]
    answer = refund(world, number, [("A", "false"), ("Z", "false")])
    assert item_flags(answer) == ["false", "false"]


def test_mixed_success(world):
    lines = [LINES[0], {**LINES[1], "state": "RefundedAfterShipping"}]
    number = world.order(state="Shipped", lines=lines)["number"]
    answer = refund(world, number, [("A", "false"), ("B", "false")], [(3, 135)])
    assert item_flags(answer) == ["true", "true", "false"]
    assert not answer.ok
    order = world.state()["orders"][0]
    assert [v["amount"] for v in order["vouchers"]] == [3.0]


def test_gestures(world):
    number = world.order(lines=LINES)["number"]
    assert refund(world, number, gestures=[(30, 131)]).ok
    for amount, motive in ((6, 135), (-1, 135), ("1.234", 135), (1, 7)):
        assert item_flags(refund(world, number, gestures=[(amount, motive)])) == ["false"]
    order = read(world, number)
    assert (order.one("Amount"), order.one("MotiveId"), order.one("Source")) == (
        "30",
        "131",
        "Seller",
    )


def test_gesture_of_fulfilled_orders(world):
    for state, flag in (("WaitingForShipmentAcceptation", "false"), ("Shipped", "true")):
        number = world.order(state=state, fulfilment="MKPFBC")["number"]
        assert item_flags(refund(world, number, gestures=[(1, 135)])) == [flag]


def test_invalid_refunds(world):
    number = world.order(state="Shipped")["number"]
    for answer in (refund(world, None, gestures=[(1, 135)]), refund(world, number)):
        assert not answer.ok
        assert answer.one("ErrorMessage") == "Demande de remboursement invalide"
    assert "{0}" in refund(world, "X", gestures=[(1, 135)]).one("ErrorMessage")


def test_older_refund_operation(world):
    number = world.order(state="Shipped", lines=LINES)["number"]
    param = (
        f"<request><OrderNumber>{number}</OrderNumber><SellerRefundRequestList>"
        "<SellerRefundRequest><Mode>Claim</Mode><Motive>ClientClaim</Motive><RefundOrderLine>"
        "<SellerProductId>A</SellerProductId></RefundOrderLine></SellerRefundRequest>"
        "</SellerRefundRequestList></request>"
    )
    answer = world.call("CreateRefundVoucherAfterShipment", param)
    assert answer.ok and answer.one("Value") == "20"
    assert not answer.all("ErrorList")


def test_back_office_refund(world):
    number = world.order(state="Shipped", lines=LINES)["number"]
    world.control("POST", f"orders/{number}/refunds", {"line": "B", "shipping": False})
    world.control("POST", f"orders/{number}/refunds", {})
    answer = read(world, number)
    assert answer.texts("AcceptationState") == ["RefundedAfterShipping"] * 2
    assert answer.texts("RefundShippingCharges") == ["true", "false"]
    with pytest.raises(AssertionError):
        world.control("POST", f"orders/{number}/refunds", {})


def test_back_office_gesture(world):
    number = world.order(state="Shipped", lines=LINES)["number"]
    world.control("POST", f"orders/{number}/gestures", {"amount": 7, "motive_id": 132})
    world.control("POST", f"orders/{number}/gestures", {"source": "CDiscount"})
    answer = read(world, number)
    assert answer.texts("Amount") == ["7", "5"]
    assert answer.texts("Source") == ["Seller", "CDiscount"]
    assert world.state()["orders"][0]["gestures"] == 7
    with pytest.raises(AssertionError):
        world.control("POST", f"orders/{number}/gestures", {"source": "Nobody"})


@pytest.mark.parametrize(
    "by, line_state, order_state, quantity",
    [
        ("seller", "RefundedAfterShipmentRefused", "ShipmentRefusedBySeller", "0"),
        ("customer", "RefundedAfterCustomerCancellation", "CancelledByCustomer", "2"),
    ],
)
def test_back_office_cancellation(world, by, line_state, order_state, quantity):
    number = world.order(lines=LINES)["number"]
    path = f"orders/{number}/cancelations"
    world.control("POST", path, {"line": "B", "by": by})
    answer = read(world, number)
    assert answer.texts("AcceptationState") == ["AcceptedBySeller", line_state]
    assert answer.texts("Quantity") == ["1", quantity]
    assert answer.one("OrderState") == "WaitingForShipmentAcceptation"
    world.control("POST", path, {"line": "A", "by": by})
    assert read(world, number).one("OrderState") == order_state


def test_aliases_end_four_weeks_after_shipping(world):
    old = world.order(state="Shipped", shipped_at="2020-01-01T00:00:00")["number"]
    new = world.order(state="Shipped")["number"]
    assert "n'est plus disponible" in read(world, old).one("EncryptedEmail")
    address = read(world, new).one("EncryptedEmail")
    assert address.startswith("c.") and address.endswith("@clemarche.com")
    assert address == read(world, new).one("EncryptedEmail")


def test_parcels(world):
    answer = world.call("ManageParcel", "<manageParcelRequest/>")
    assert answer.one("ErrorMessage") == "Le champ ParcelInfo du message est manquant !"
    infos = (
        "<manageParcelRequest><ParcelActionsList><ParcelInfos><ManageParcel>"
        "AskingForInvestigation</ManageParcel></ParcelInfos></ParcelActionsList>"
        "<ScopusId>X</ScopusId></manageParcelRequest>"
    )
    answer = world.call("ManageParcel", infos)
    assert answer.one("ErrorMessage") == "La commande {0} n'a pas été trouvée !"
