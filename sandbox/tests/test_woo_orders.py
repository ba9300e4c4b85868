"""wc/v3: orders and order notes."""

import pytest
from woo_world import refused


def ids(answer):
    return [row["id"] for row in answer]


def test_an_order_as_it_is_sent(woo):
    made = woo.order(
        lines=[{"sku": "UP-1002", "quantity": 2, "price": "32.50"}],
        shipping="4.90",
        fees=[{"name": "Wrapping", "total": "3.00"}],
        tax_rate=19,
        guest=True,
        customer={"first_name": "Aylin", "email": "a@customers.example"},
        customer_note="Please ring",
        payment_method="stripe",
        created_at="2026-11-20T10:00:00",
    )
    order = woo.get(f"orders/{made['id']}")
    assert order["status"] == "processing" and order["customer_id"] == 0
    assert (order["date_created"], order["date_created_gmt"]) == (
        "2026-11-20T11:00:00",
        "2026-11-20T10:00:00",
    )
    (line,) = order["line_items"]
    assert (line["quantity"], line["total"], line["total_tax"]) == (2, "65.00", "12.35")
    assert line["taxes"] == [{"id": 1, "total": "12.35", "subtotal": "12.35"}]
    assert order["shipping_lines"][0]["total_tax"] == "0.93"
    assert order["fee_lines"][0]["total"] == "3.00"
    assert (order["total"], order["total_tax"]) == ("86.75", "13.85")
    assert order["customer_note"] == "Please ring" and order["number"] == str(order["id"])
    assert order["billing"]["email"] == "a@customers.example" and "email" not in order["shipping"]
    assert woo.get(f"orders/{made['id']}", _fields="id,status").keys() == {"id", "status"}
    assert woo.get(f"orders/{made['id']}", dp=3)["total"] == "86.750"
    assert refused(woo.ask("GET", "orders/9"), 404, "woocommerce_rest_shop_order_invalid_id")


def test_paging(woo):
    made = [woo.order(created_at=f"2026-11-0{day}T12:00:00")["id"] for day in range(1, 6)]
    answer = woo.ask("GET", "orders", params={"per_page": 2, "page": 2})
    assert ids(answer.json()) == [made[2], made[1]]
    assert (answer.headers["X-WP-Total"], answer.headers["X-WP-TotalPages"]) == ("5", "3")
    links = answer.links
    assert set(links) == {"prev", "next"} and "page=3" in links["next"]["url"]
    beyond = woo.ask("GET", "orders", params={"per_page": 2, "page": 9})
    assert beyond.json() == [] and beyond.headers["X-WP-Total"] == "5"
    assert refused(woo.ask("GET", "orders", params={"per_page": 101}), 400, "rest_invalid_param")
    assert refused(woo.ask("GET", "orders", params={"page": 0}), 400, "rest_invalid_param")
    assert ids(woo.get("orders", offset=3, per_page=1)) == [made[1]]
    woo.options(hide_totals=True)
    hidden = woo.ask("GET", "orders", params={"per_page": 2})
    assert "X-WP-Total" not in hidden.headers and "Link" not in hidden.headers


def test_dates_are_of_the_site_unless_gmt(woo):
    """On a winter day at UTC+1."""
    order = woo.order(created_at="2026-11-20T10:00:00")
    for name in ("after", "modified_after"):
        assert ids(woo.get("orders", **{name: "2026-11-20T10:30:00"})) == [order["id"]]
        assert woo.get("orders", **{name: "2026-11-20T10:30:00"}, dates_are_gmt="true") == []
        assert woo.get("orders", **{name: "2026-11-20T11:00:00"}) == []  # exclusive
        gmt = {name: "2026-11-20T09:59:59", "dates_are_gmt": "true"}
        assert ids(woo.get("orders", **gmt)) == [order["id"]]
    assert ids(woo.get("orders", before="2026-11-20T11:00:01")) == [order["id"]]
    assert woo.get("orders", before="2026-11-20T11:00:00") == []
    # an offset is turned into site time first, which then passes for GMT
    assert woo.get("orders", after="2026-11-20T09:30:00Z", dates_are_gmt="true") == []
    assert refused(
        woo.ask("GET", "orders", params={"after": "1763632800"}), 400, "rest_invalid_param"
    )


def test_filters(woo):
    first = woo.order(status="on-hold", guest=True, customer={"last_name": "Würzburger"})
    second = woo.order(status="completed", lines=[{"sku": "UP-1002"}])
    third = woo.order(status="processing")
    assert ids(woo.get("orders", status="on-hold,completed", orderby="id", order="asc")) == [
        first["id"],
        second["id"],
    ]
    assert ids(woo.get("orders", **{"status[]": ["completed"]})) == [second["id"]]
    assert ids(woo.get("orders", search="würzburger")) == [first["id"]]
    assert ids(woo.get("orders", include=f"{third['id']},{first['id']}", orderby="include")) in (
        [third["id"], first["id"]],
        [first["id"], third["id"]],
    )
    assert first["id"] not in ids(woo.get("orders", exclude=first["id"]))
    product = second["line_items"][0]["product_id"]
    assert ids(woo.get("orders", product=product)) == [second["id"]]
    assert ids(woo.get("orders", customer=0)) == [first["id"]]
    refusal = woo.ask("GET", "orders", params={"status": "wc-completed"})
    assert refused(refusal, 400, "rest_invalid_param")
    statuses = woo.raw("GET", "/wp-json/wc/v3/orders/statuses").json()
    assert {"slug": "on-hold", "name": "On hold"} in statuses


def test_modified_order_of_lists(woo):
    old = woo.order(created_at="2026-11-01T10:00:00")
    new = woo.order(created_at="2026-11-10T10:00:00")
    woo.control("PATCH", f"orders/{old['id']}", status="completed")
    found = woo.get("orders", orderby="modified", order="asc")
    assert ids(found) == [new["id"], old["id"]]
    assert found[1]["date_modified_gmt"] > found[0]["date_modified_gmt"]


def test_update(woo):
    order = woo.order()
    answer = woo.ask("PUT", f"orders/{order['id']}", json={"status": "completed"}).json()
    assert answer["status"] == "completed" and answer["date_completed"]
    body = {"status": "processing", "manual_update": True}
    woo.ask("PUT", f"orders/{order['id']}", json=body)
    notes = woo.get(f"orders/{order['id']}/notes")
    assert [note["author"] for note in notes[:2]] == ["Marketplace team", "WooCommerce"]
    bad = woo.ask("PUT", f"orders/{order['id']}", json={"status": "gone"})
    assert refused(bad, 400, "rest_invalid_param")
    answer = woo.ask("PUT", f"orders/{order['id']}", json={"status": "refunded"}).json()
    assert [row["total"] for row in answer["refunds"]] == [f"-{answer['total']}"]


def test_batch(woo):
    order = woo.order()
    rows = [{"id": order["id"], "status": "completed"}, {"id": 9, "status": "completed"}]
    answer = woo.post("orders/batch", 200, update=rows)
    assert answer["update"][0]["status"] == "completed"
    assert answer["update"][1]["error"]["code"] == "woocommerce_rest_shop_order_invalid_id"
    assert woo.ask("POST", "orders/batch", json={"update": [{"id": 1}] * 101}).status_code == 413


# Notes


def test_notes(woo):
    order = woo.order(customer={"email": "kunde@customers.example"})
    path = f"orders/{order['id']}/notes"
    before = woo.read(order)["date_modified_gmt"]
    woo.control("POST", "clock", offset_seconds=3600)
    private = woo.post(path, note="<b>Only us</b>")
    public = woo.post(path, note="Unterwegs!", customer_note=True, added_by_user=True)
    assert private["author"] == "WooCommerce" and public["author"] == "Marketplace team"
    assert private["note"] == "<b>Only us</b>" and public["customer_note"] is True
    assert woo.read(order)["date_modified_gmt"] == before
    (mail,) = woo.state()["mails"]
    assert (mail["to"], mail["text"]) == ("kunde@customers.example", "Unterwegs!")
    assert ids(woo.get(path))[:2] == [public["id"], private["id"]]
    assert ids(woo.get(path, type="customer")) == [public["id"]]
    assert public["id"] not in ids(woo.get(path, type="internal"))
    answer = woo.ask("GET", path)
    assert "X-WP-Total" not in answer.headers
    made = woo.ask("POST", path, json={"note": "x"})
    assert made.headers["Location"].endswith(f"/{path}/{made.json()['id']}")


def test_a_note_twice_is_two_notes(woo):
    order = woo.order()
    for _ in range(2):
        woo.post(f"orders/{order['id']}/notes", note="same", customer_note=True)
    assert len(woo.get(f"orders/{order['id']}/notes", type="customer")) == 2
    assert len(woo.state()["mails"]) == 2


def test_notes_refused(woo):
    order = woo.order()
    path = f"orders/{order['id']}/notes"
    assert refused(woo.ask("POST", path, json={}), 400, "rest_missing_callback_param")
    assert refused(woo.ask("GET", "orders/9/notes"), 404, "woocommerce_rest_shop_order_invalid_id")
    late = woo.ask("POST", "orders/9/notes", json={"note": "x"})
    assert refused(late, 404, "woocommerce_rest_order_invalid_id")
    note = woo.post(path, note="x")["id"]
    assert refused(woo.ask("DELETE", f"{path}/{note}"), 501, "woocommerce_rest_trash_not_supported")
    assert woo.ask("DELETE", f"{path}/{note}", params={"force": "true"}).json()["id"] == note
    assert refused(woo.ask("GET", f"{path}/{note}"), 404, "woocommerce_rest_invalid_id")
    assert refused(woo.ask("PUT", f"{path}/{note}", json={"note": "y"}), 404, "rest_no_route")


@pytest.mark.parametrize("author", ["system", "Système"])
def test_the_author_of_automatic_notes(woo, author):
    woo.options(system_author=author)
    order = woo.order()
    assert woo.get(f"orders/{order['id']}/notes")[0]["author"] == author


def test_numbers_as_text(woo):
    order = woo.order()
    woo.options(numbers_as_text=True)
    found = woo.get(f"orders/{order['id']}")
    assert found["id"] == str(order["id"]) and found["prices_include_tax"] == ""


def test_status_and_settings(woo):
    found = woo.get("system_status")
    assert found["environment"]["version"] == "9.6.1"
    assert found["settings"]["currency"] == "EUR"
    assert woo.get("settings/general/woocommerce_currency")["value"] == "EUR"
    answer = woo.post(f"orders/{woo.order()['id']}/actions/send_order_details", 200)
    assert "sent" in answer["message"]
