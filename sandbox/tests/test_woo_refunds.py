"""wc/v3: refunds and payment gateways."""

import pytest
from woo_world import refused, refused_bare

CANNOT = "woocommerce_rest_cannot_create_order_refund"


@pytest.fixture
def order(woo):
    """64.90 net and 12.33 tax: 77.23, of which the line has 71.40."""
    lines = [{"sku": "UP-1002", "quantity": 2, "price": "30.00"}]
    return woo.order(lines=lines, shipping="4.90", tax_rate=19, status="completed")


def line_of(order, total, tax, quantity=1, index=0):
    item = order["line_items"][index]["id"]
    return {
        "id": item,
        "quantity": quantity,
        "refund_total": total,
        "refund_tax": [{"id": 1, "refund_total": tax}],
    }


def stock(woo, sku="UP-1002"):
    return next(p["stock"] for p in woo.state()["products"] if p["sku"] == sku)


def test_lines(woo, order):
    before = stock(woo)
    answer = woo.refund(order, line_items=[line_of(order, 30.0, 5.7)], reason="Torn")
    assert answer.status_code == 201, answer.text
    refund = answer.json()
    assert refund["amount"] == "35.70" and refund["refunded_payment"] is True
    (line,) = refund["line_items"]
    assert (line["quantity"], line["total"], line["total_tax"]) == (-1, "-30.00", "-5.70")
    assert line["meta_data"][0]["key"] == "_refunded_item_id"
    assert stock(woo) == before + 1  # put back in stock unless told otherwise
    found = woo.get(f"orders/{order['id']}")
    assert found["refunds"] == [{"id": refund["id"], "reason": "Torn", "total": "-35.70"}]
    assert found["status"] == "completed" and found["total"] == order["total"]
    assert woo.get(f"orders/{order['id']}/refunds")[0]["id"] == refund["id"]
    assert woo.get("refunds")[0]["parent_id"] == order["id"]


def test_an_amount_alone(woo, order):
    before = stock(woo)
    refund = woo.refund(order, amount="5.00", api_refund=False).json()
    assert refund["line_items"] == [] and refund["refunded_payment"] is False
    assert stock(woo) == before


def test_the_amount_wins_over_the_lines(woo, order):
    refund = woo.refund(order, amount="1.00", line_items=[line_of(order, 30, 5.7)]).json()
    assert refund["amount"] == "1.00" and refund["line_items"][0]["total"] == "-30.00"


def test_the_map_of_old_servers(woo, order):
    item = str(order["line_items"][0]["id"])
    rows = {item: {"qty": 1, "refund_total": 30, "refund_tax": {"1": 5.7}}}
    assert woo.refund(order, line_items=rows).json()["amount"] == "35.70"
    woo.options(refund_lines="map")
    listed = woo.refund(order, amount="2.00", line_items=[line_of(order, 2, 0)]).json()
    assert listed["line_items"] == []


def test_lines_without_numbers_make_no_amount(woo, order):
    rows = [line_of(order, 30, 5.7), {"id": order["shipping_lines"][0]["id"], "quantity": 0}]
    assert woo.refund(order, line_items=rows).json()["amount"] == "0.00"


def test_restock_and_pay_only_where_told(woo, order):
    before = stock(woo)
    rows = [line_of(order, 30, 5.7)]
    answer = woo.refund(order, line_items=rows, api_refund=False, api_restock=False).json()
    assert answer["refunded_payment"] is False and stock(woo) == before
    answer = woo.refund(order, amount="1.00", api_refund="false").json()
    assert answer["refunded_payment"] is True  # not a boolean, so it counts as true


def test_everything_left(woo, order):
    woo.refund(order, amount="10.00")
    answer = woo.refund(order, amount="67.23")
    assert answer.status_code == 201, answer.text
    found = woo.get(f"orders/{order['id']}")
    assert found["status"] == "refunded" and len(found["refunds"]) == 2
    assert refused_bare(woo.refund(order, amount="0.01"), 500, CANNOT, "Invalid refund amount")


def test_too_much(woo, order):
    assert refused_bare(woo.refund(order, amount="77.24"), 500, CANNOT, "Invalid refund amount")
    code = "woocommerce_rest_invalid_order_refund"
    assert refused_bare(woo.refund(order, amount="-1"), 400, code)
    code = "woocommerce_rest_invalid_order_id"
    assert refused_bare(woo.refund({"id": 9}, amount="1"), 404, code)
    assert woo.get(f"orders/{order['id']}")["refunds"] == []


def test_gateways(woo):
    assert "refunds" in woo.get("payment_gateways/stripe")["method_supports"]
    assert "refunds" not in woo.get("payment_gateways/bacs")["method_supports"]
    unknown = woo.ask("GET", "payment_gateways/x")
    assert refused(unknown, 404, "woocommerce_rest_payment_gateway_invalid")
    order = woo.order(payment_method="bacs")
    refusal = woo.refund(order, amount="1.00")
    assert refused_bare(refusal, 500, CANNOT, "does not support automatic refunds")
    assert woo.get(f"orders/{order['id']}/refunds") == []
    assert woo.refund(order, amount="1.00", api_refund=False).status_code == 201
    order = woo.order(payment_method="exotic")
    assert refused_bare(woo.refund(order, amount="1.00"), 500, CANNOT, "does not exist")
    woo.control("POST", "gateways/stripe", failure="Card expired")
    order = woo.order(payment_method="stripe")
    assert refused_bare(woo.refund(order, amount="1.00"), 500, CANNOT, "Card expired")
    woo.control("POST", "gateways/cod", refunds=True)
    assert "refunds" in woo.get("payment_gateways/cod")["method_supports"]


def test_a_refund_moves_the_date_and_is_deleted(woo, order):
    before = woo.read(order)["date_modified_gmt"]
    woo.control("POST", "clock", offset_seconds=60)
    refund = woo.refund(order, amount="1.00").json()
    assert woo.read(order)["date_modified_gmt"] > before
    path = f"orders/{order['id']}/refunds/{refund['id']}"
    assert woo.ask("DELETE", path).status_code == 501
    assert woo.ask("DELETE", path, params={"force": True}).status_code == 200
    assert woo.read(order)["left"] == order["total"]


def test_a_refund_in_the_dashboard(woo, order):
    made = woo.control("POST", f"orders/{order['id']}/refunds", line=0, quantity=1, reason="Lost")
    (refund,) = made["refund_details"]
    assert (refund["amount"], refund["reason"]) == ("71.40", "Lost")
    made = woo.control("POST", f"orders/{order['id']}/refunds", shipping=True)
    assert made["status"] == "refunded" and made["left"] == "0.00"


def test_two_equal_refunds_are_two(woo, order):
    for _ in range(2):
        woo.refund(order, amount="1.00")
    assert len(woo.get(f"orders/{order['id']}/refunds")) == 2


# Fractions of cents, and what lies between


def test_taxes_rounded_once_for_the_order(woo):
    woo.options(round_at_subtotal=True)
    lines = [{"sku": "UP-1002", "price": "1.99"} for _ in range(3)]
    order = woo.order(lines=lines, shipping="0", tax_rate=20, status="completed")
    assert order["total"] == "7.16"
    told = woo.get(f"orders/{order['id']}?dp=6")
    assert [row["total_tax"] for row in told["line_items"]] == ["0.398000"] * 3
    refund = woo.refund(order, amount="2.39", line_items=[line_of(order, "1.992", "0.398")])
    assert refund.status_code == 201, refund.text
    (line,) = woo.get(f"orders/{order['id']}/refunds?dp=6")[0]["line_items"]
    assert (line["total"], line["total_tax"]) == ("-1.992000", "-0.398000")


def test_all_lines_in_the_dashboard(woo):
    woo.options(round_at_subtotal=True)
    lines = [{"sku": "UP-1002", "price": "1.99"} for _ in range(3)]
    fees = [{"name": "Loyalty", "total": "-1.00"}]
    order = woo.order(lines=lines, shipping="0", fees=fees, tax_rate=20, status="completed")
    assert order["total"] == "5.96"
    woo.control("POST", f"orders/{order['id']}/refunds", lines=True)
    (refund,) = woo.get(f"orders/{order['id']}/refunds")
    assert refund["amount"] == "5.96" and len(refund["line_items"]) == 3
    assert refund["fee_lines"][0]["total"] == "1.00"
    assert woo.get(f"orders/{order['id']}")["status"] == "refunded"


def test_a_gift_card_lowers_the_total_only(woo):
    order = woo.order(lines=[{"sku": "UP-1002", "price": "30"}], shipping="0", gift_card="5.70")
    assert (order["total"], order["line_items"][0]["total"]) == ("30.00", "30.00")


def test_a_call_that_is_repeated(woo, order):
    woo.fault("refunds.create", "repeated")
    answer = woo.refund(order, amount="77.23", api_refund=False)
    assert refused_bare(answer, 500, CANNOT, "Invalid refund amount")
    assert len(woo.get(f"orders/{order['id']}/refunds")) == 1


def test_an_answer_that_a_firewall_hides(woo, order):
    woo.fault("refunds.create", "html", status=403, after=True)
    answer = woo.refund(order, amount="5.00", api_refund=False)
    assert answer.status_code == 403 and answer.text.startswith("<!DOCTYPE")
    assert len(woo.get(f"orders/{order['id']}/refunds")) == 1
