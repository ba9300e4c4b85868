"""OR11 and the steps of an order."""

import pytest
import requests
from mirakl_world import MiraklWorld, give, refused

LINES = [
    {"sku": "REF-1", "price": 49.9, "shipping": 4},
    {"sku": "REF-2", "price": 12.5, "quantity": 2},
]


def numbers(answer):
    return [order["order_id"] for order in answer["orders"]]


def test_an_order(mirakl):
    order = mirakl.order(state="SHIPPED", lines=LINES)
    value = mirakl.read(order["number"])
    assert order["number"] == value["commercial_id"] + "-A"
    assert (value["price"], value["shipping_price"], value["total_price"]) == (74.9, 4.0, 78.9)
    line = value["order_lines"][1]
    assert line["order_line_id"] == f"{order['number']}-2"
    assert (line["price_unit"], line["price"], line["quantity"]) == (12.5, 25.0, 2)
    assert line["can_refund"] is True and line["order_line_state"] == "SHIPPED"
    assert line["refunds"] == [] and line["cancelations"] == []
    assert value["has_incident"] is False and value["customer_debited_date"]
    assert value["customer_notification_email"].endswith("@notification.mirakl.net")
    assert value["customer"]["shipping_address"]["country_iso_code"] in ("DEU", "FRA")


def test_pages_and_links(mirakl):
    made = [mirakl.order(created_at=f"2026-11-0{day}T10:00:00Z")["number"] for day in range(1, 6)]
    first = mirakl.ask("GET", "/orders?max=2&nonsense=1")
    assert numbers(first.json()) == made[:2] and first.json()["total_count"] == 5
    assert set(first.links) == {"next"}
    key = {"Authorization": mirakl.key}
    second = requests.get(first.links["next"]["url"], headers=key, timeout=10)
    assert numbers(second.json()) == made[2:4] and set(second.links) == {"next", "previous"}
    last = mirakl.ask("GET", "/orders?max=2&offset=4")
    assert numbers(last.json()) == made[4:] and set(last.links) == {"previous"}
    assert numbers(mirakl.get("/orders", order="desc")) == made[::-1]
    assert refused(mirakl.ask("GET", "/orders?max=101"), 400, "max")


def test_filters(mirakl):
    first = mirakl.order(state="SHIPPED", created_at="2026-01-01", updated_at="2026-01-05")
    second = mirakl.order(state="WAITING_DEBIT", created_at="2026-02-01T00:00:00+02:00")
    mirakl.control("POST", f"orders/{first['number']}/incidents")

    def found(**params):
        return numbers(mirakl.get("/orders", **params))

    one, two = [first["number"]], [second["number"]]
    assert found(order_ids=",".join(one + two)) == one + two
    assert found(order_state_codes="SHIPPED,RECEIVED") == one
    assert found(end_date="2026-01-31T22:00:00Z") == one + two
    assert found(end_date="2026-01-31T21:59:59Z") == one
    assert found(start_date="2026-01-15") == two
    assert found(has_incident="true") == one and found(has_incident="false") == two
    assert found(customer_debited="true") == one and found(customer_debited="false") == two
    assert found(payment_workflow="PAY_ON_SHIPMENT") == []
    assert found(only_null_channel="true") == one + two
    assert found(order_references_for_seller="x") == []
    many = ",".join(f"C{n}" for n in range(101))
    assert refused(mirakl.ask("GET", f"/orders?order_ids={many}"), 400, "order_ids")
    assert refused(mirakl.ask("GET", "/orders?has_incident=yes"), 400, "has_incident")
    assert refused(mirakl.ask("GET", "/orders?start_date=soon"), 400, "start_date")


def test_the_update_window_begins_a_little_earlier(mirakl):
    number = mirakl.order(updated_at="2026-03-01T10:00:00Z")["number"]
    window = {"start_update_date": "2026-03-01T10:00:30Z"}
    assert numbers(mirakl.get("/orders", **window)) == [number]
    mirakl.options(update_delta_seconds=0)
    assert numbers(mirakl.get("/orders", **window)) == []


def test_how_values_look(mirakl):
    number = mirakl.order(created_at="2026-03-01T10:00:00.123Z", state="WAITING_ACCEPTANCE")[
        "number"
    ]
    value = mirakl.read(number)
    assert value["created_date"] == "2026-03-01T10:00:00Z" and "." in value["last_updated_date"]
    assert value["acceptance_decision_date"] is None and "customer_debited_date" not in value
    mirakl.options(dates="millis", amounts="text", empty="null", extra_fields=True)
    value = mirakl.read(number)
    assert value["created_date"] == "2026-03-01T10:00:00.123Z"
    assert value["price"] == "19.90" and value["customer_debited_date"] is None
    assert "future_field" in value and "future_field" in value["order_lines"][0]
    mirakl.options(unknown_enums=True, empty="left_out", dates="plain")
    value = mirakl.read(number)
    assert value["payment_workflow"] == "PAY_ON_THE_MOON"
    assert "acceptance_decision_date" not in value and "." not in value["last_updated_date"]


def test_a_sparse_order(mirakl):
    value = mirakl.read(mirakl.order(sparse=True)["number"])
    assert value["customer"]["shipping_address"] is None
    assert "customer_notification_email" not in value and "references" not in value


def test_tax_modes(mirakl):
    taxes = [{"code": "VAT", "rate": 20}]
    order = mirakl.order(
        tax_mode="TAX_EXCLUDED", lines=[{"price": 100, "shipping": 10, "taxes": taxes}]
    )
    value = mirakl.read(order["number"])
    line = value["order_lines"][0]
    assert (value["order_tax_mode"], line["price"]) == ("TAX_EXCLUDED", 100.0)
    assert (line["taxes"][0]["amount"], line["shipping_taxes"][0]["amount"]) == (20.0, 2.0)
    assert order["total"] == 132.0
    gross = mirakl.read(order["number"], order_tax_mode="TAX_INCLUDED")
    assert (gross["order_tax_mode"], gross["total_price"]) == ("TAX_INCLUDED", 132.0)


def test_accept_track_ship(mirakl):
    order = mirakl.order(state="WAITING_ACCEPTANCE", lines=LINES)
    path = f"/orders/{order['number']}"
    ids = [line["id"] for line in order["lines"]]
    rows = [{"id": identifier, "accepted": True} for identifier in ids]
    assert refused(mirakl.put(f"{path}/ship", {}), 400)
    half = {"order_lines": rows[:1]}
    assert refused(mirakl.put(f"{path}/accept", half), 400, "ACCEPTANCE_DECISION_MISSING")
    rows[1]["accepted"] = False
    assert mirakl.put(f"{path}/accept", {"order_lines": rows}).status_code == 204
    value = mirakl.read(order["number"])
    assert value["order_state"] == "WAITING_DEBIT"
    assert [line["order_line_state"] for line in value["order_lines"]] == [
        "WAITING_DEBIT",
        "REFUSED",
    ]
    mirakl.control("PATCH", f"orders/{order['number']}", state="SHIPPING")
    assert refused(mirakl.put(f"{path}/tracking", {"carrier_code": "DHL"}), 400, "tracking_number")
    tracking = {"carrier_code": "DHL", "tracking_number": "1Z9"}
    assert mirakl.put(f"{path}/tracking", tracking).status_code == 204
    assert mirakl.ask("PUT", f"{path}/ship").status_code == 204
    value = mirakl.read(order["number"])
    assert value["order_state"] == "SHIPPED" and value["shipping_tracking"] == "1Z9"
    assert value["order_lines"][0]["shipped_date"] and value["customer_debited_date"]


def test_or12_is_gone(mirakl):
    number = mirakl.order()["number"]
    assert refused(mirakl.ask("GET", f"/orders/{number}"), 410)
    mirakl.options(or12="200")
    assert mirakl.get(f"/orders/{number}")["order_id"] == number


def test_shops(mirakl):
    other = mirakl.order(shop_id=7)["number"]
    mine = mirakl.order()["number"]
    assert numbers(mirakl.get("/orders")) == [mine]
    assert numbers(mirakl.get("/orders", shop_id=7)) == [other]
    assert refused(mirakl.ask("GET", "/orders?shop_id=12345678"), 404)
    assert refused(mirakl.put(f"/orders/{other}/ship", {}), 404)


@pytest.mark.parametrize(
    "workflow, state, debited",
    [
        ("PAY_ON_ACCEPTANCE", "WAITING_DEBIT", False),
        ("PAY_ON_ACCEPTANCE", "SHIPPING", True),
        ("PAY_ON_SHIPMENT", "SHIPPING", False),
        ("PAY_ON_SHIPMENT", "SHIPPED", True),
        ("PAY_ON_DELIVERY", "SHIPPED", False),
    ],
)
def test_when_orders_are_debited(mirakl, workflow, state, debited):
    order = mirakl.order(payment_workflow=workflow, state=state)
    assert order["debited"] is debited
    answer = mirakl.refund(give(order["lines"][0], 1))
    assert (answer.status_code == 200) is debited
    assert mirakl.order(state=state, debited=not debited)["debited"] is not debited


def test_two_sellers_do_not_meet(server, mirakl):
    other = MiraklWorld(server)
    number = other.order()["number"]
    assert mirakl.get("/orders", order_ids=number)["total_count"] == 0
