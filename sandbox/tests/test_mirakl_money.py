"""OR28 to OR30: what may be given back, and what it looks like afterwards."""

import pytest
from mirakl_world import give, refused


@pytest.fixture
def order(mirakl):
    lines = [{"price": 50, "shipping": 5}, {"price": 20, "quantity": 2}]
    return mirakl.order(state="SHIPPED", lines=lines)


def test_a_refund(mirakl, order):
    first, second = order["lines"]
    answer = mirakl.refund(give(first, 10.5, "2.00", quantity=1), give(second, 5))
    assert answer.status_code == 200
    body = answer.json()
    assert body["order_tax_mode"] == "TAX_INCLUDED"
    one, two = body["refunds"]
    assert one["order_refund_id"] == two["order_refund_id"] and one["refund_id"] != two["refund_id"]
    assert (one["amount"], one["shipping_amount"], one["quantity"]) == (10.5, 2.0, 1)
    line = mirakl.read(order["number"])["order_lines"][0]
    (refund,) = line["refunds"]
    assert refund["id"] == one["refund_id"]
    assert refund["refund_state"] == refund["state"] == "WAITING_REFUND"
    assert line["can_refund"] is False and line["order_line_state"] == "SHIPPED"
    mirakl.control("POST", f"orders/{order['number']}/payout")
    (refund,) = mirakl.read(order["number"])["order_lines"][0]["refunds"]
    assert refund["refund_state"] == "REFUNDED" and refund["transaction_date"]


def test_no_more_than_is_left(mirakl, order):
    line = order["lines"][0]
    assert refused(mirakl.refund(give(line, 50.01)), 400, "exceeds what is left")
    assert refused(mirakl.refund(give(line, 0, 5.01)), 400, "exceeds what is left")
    assert refused(mirakl.refund(give(line, 30), give(line, 30)), 400, "exceeds what is left")
    assert mirakl.read(order["number"])["order_lines"][0]["refunds"] == []
    assert mirakl.refund(give(line, 30)).status_code == 200
    assert mirakl.refund(give(line, 10)).status_code == 200  # two equal ones are two
    assert mirakl.refund(give(line, 10)).status_code == 200
    assert refused(mirakl.refund(give(line, "0.01")), 400, "exceeds what is left")


def test_all_of_it(mirakl, order):
    first, second = order["lines"]
    assert mirakl.refund(give(first, 50, 5)).status_code == 200
    value = mirakl.read(order["number"])
    assert value["order_lines"][0]["order_line_state"] == "REFUNDED"
    assert value["fully_refunded"] is False
    assert mirakl.refund(give(second, 40)).status_code == 200
    assert mirakl.read(order["number"])["fully_refunded"] is True


@pytest.mark.parametrize(
    "change, status, text",
    [
        ({"order_line_id": "nobody"}, 404, "nobody"),
        ({"amount": "much"}, 400, "field 'amount'"),
        ({"amount": True}, 400, "field 'amount'"),
        ({"amount": 1.005}, 400, "two decimals"),
        ({"amount": -1}, 400, "positive"),
        ({"amount": 0}, 400, "greater than 0"),
        ({"amount": None}, 400, "mandatory"),
        ({"shipping_amount": None}, 400, "mandatory"),
        ({"reason_code": "14"}, 400, "may not use"),
        ({"reason_code": "34"}, 400, "not of type REFUND"),
        ({"currency_iso_code": "USD"}, 400, "currency"),
        ({"quantity": "1"}, 400, "quantity"),
        ({"taxes": [{"code": "X", "amount": 1}]}, 400, "tax X"),
    ],
)
def test_refused_refunds(mirakl, order, change, status, text):
    assert refused(mirakl.refund({**give(order["lines"][0], 1), **change}), status, text)


@pytest.mark.parametrize("body", [{}, {"refunds": {}}, {"refunds": []}, {"refunds": ["x"]}])
def test_wrong_wrappers(mirakl, body):
    assert refused(mirakl.put("/orders/refund", body), 400, "'refunds'")


def test_taxes_on_top(mirakl):
    taxes = [{"code": "VAT", "rate": 19}]
    lines = [{"price": 100, "shipping": 10, "taxes": taxes}]
    order = mirakl.order(tax_mode="TAX_EXCLUDED", state="SHIPPED", lines=lines)
    line = order["lines"][0]
    assert refused(mirakl.refund(give(line, 50)), 400, "'taxes' is mandatory")
    too_much = give(line, 50, taxes=[{"code": "VAT", "amount": 19.01}])
    assert refused(mirakl.refund(too_much), 400, "exceeds what is left")
    half = give(line, 50, taxes=[{"code": "VAT", "amount": "9.50"}])
    assert mirakl.refund(half, order_tax_mode="TAX_EXCLUDED").status_code == 200
    rest = give(line, 59.5, taxes=[{"code": "VAT", "amount": 9.5}])  # taxes included
    answer = mirakl.refund(rest, order_tax_mode="TAX_INCLUDED")
    assert answer.json()["refunds"][0]["amount"] == 59.5
    first, second = mirakl.read(order["number"])["order_lines"][0]["refunds"]
    assert (first["amount"], second["amount"]) == (50.0, 50.0)
    assert second["taxes"] == [{"code": "VAT", "amount": 9.5}]


def test_switches(mirakl, order):
    line = order["lines"][0]
    mirakl.options(refund_while_waiting=False, payable_balance=8)
    assert refused(mirakl.refund(give(line, 8.01)), 400, "payable balance")
    assert mirakl.refund(give(line, 5)).status_code == 200
    assert refused(mirakl.refund(give(line, 3)), 400, "in progress")
    mirakl.control("POST", f"orders/{order['number']}/payout")
    assert refused(mirakl.refund(give(line, 3.01)), 400, "payable balance")
    mirakl.options(refund_closed_orders=False, payable_balance=None)
    mirakl.control("PATCH", f"orders/{order['number']}", state="CLOSED")
    assert refused(mirakl.refund(give(line, 3)), 400, "closed")


def test_refunds_pay_themselves_out(mirakl, order):
    mirakl.options(refund_seconds=3600)
    mirakl.refund(give(order["lines"][0], 1))
    assert mirakl.read(order["number"])["order_lines"][0]["refunds"][0]["state"] == "WAITING_REFUND"
    mirakl.control("POST", "clock", offset_seconds=3601)
    assert mirakl.read(order["number"])["order_lines"][0]["refunds"][0]["state"] == "REFUNDED"


def test_cancellation_before_the_debit(mirakl, order):
    assert refused(
        mirakl.cancel(give(order["lines"][0], 1, quantity=0, reason="34")), 400, "debited"
    )
    early = mirakl.order(state="WAITING_DEBIT", lines=[{"price": 30}, {"price": 10}])
    first, second = early["lines"]
    assert refused(mirakl.refund(give(first, 1)), 400, "not debited")
    assert refused(mirakl.cancel(give(first, 1, reason="34")), 400, "'quantity' is mandatory")
    answer = mirakl.cancel(give(first, 30, quantity=1, reason="34"))
    (row,) = answer.json()["cancelations"]
    value = mirakl.read(early["number"])
    assert value["order_lines"][0]["cancelations"][0]["id"] == row["cancelation_id"]
    assert value["order_lines"][0]["order_line_state"] == "CANCELED"
    assert value["can_cancel"] is True and value["order_state"] == "WAITING_DEBIT"
    assert mirakl.put(f"/orders/{early['number']}/cancel", {}).status_code == 204
    value = mirakl.read(early["number"])
    assert value["order_state"] == "CANCELED" and value["can_cancel"] is False
    assert value["order_lines"][1]["cancelations"][0]["amount"] == 10.0
    assert refused(mirakl.ask("PUT", f"/orders/{early['number']}/cancel"), 400)
    assert refused(mirakl.put(f"/orders/{order['number']}/cancel", {}), 400)


def test_the_back_office_refunds(mirakl, order):
    path = f"orders/{order['number']}/refunds"
    mirakl.control("POST", path, amount=12, shipping=1, reason_code="18")
    state = mirakl.control("POST", path, line=2)
    assert state["lines"][0]["left"] == 38.0 and state["lines"][1]["left"] == 0.0
    shown = mirakl.read(order["number"])["order_lines"]
    assert shown[0]["refunds"][0]["amount"] == 12.0 and shown[1]["order_line_state"] == "REFUNDED"
