"""wcfmmp/v1: the site, orders and notes as vendors have them."""

import pytest
from woo_world import refused


def test_site_details(woo):
    details = woo.raw("GET", "/wp-json/wcfmmp/v1/site-details").json()
    assert details["is_wcfm_ultimate"] is True and details["wcfm_rest_api_version"] == "1.6.2"
    assert details["wcfm_url"] == f"{woo.url}/store-manager/"
    woo.options(ultimate=False)
    details = woo.raw("GET", "/wp-json/wcfmmp/v1/site-details").json()
    assert details["is_wcfm_ultimate"] is False


def test_who_may(woo):
    assert refused(woo.raw("GET", "/wp-json/wcfmmp/v1/orders"), 401, "rest_forbidden")
    assert refused(woo.call("GET", "orders", "customer"), 403, "rest_forbidden")
    vendor = woo.access["vendor"]
    assert woo.fetch(f"settings/id/{vendor['id']}")["store_email"] == vendor["email"]
    assert woo.fetch(f"settings/email/{vendor['email']}", "operator")["vendor_id"] == vendor["id"]
    other = woo.call("GET", f"settings/id/{vendor['id']}", "stranger")
    assert refused(other, 403, "rest_forbidden")
    assert woo.fetch("restricted-capabilities")
    assert woo.fetch("user-profile")["email"] == vendor["email"]


def test_only_own_orders_and_lines(woo):
    both = woo.order(lines=[{"sku": "UP-1001"}, {"sku": "ST-2001"}])
    mine = woo.order(lines=[{"sku": "UP-1002", "quantity": 2}])
    other = woo.order(vendor="stranger")
    found = woo.fetch("orders")
    assert [row["id"] for row in found] == [mine["id"], both["id"]]
    assert [line["sku"] for line in found[1]["line_items"]] == ["UP-1001"]
    assert found[1]["total"] == both["total"]  # the whole order's
    details = found[0]["vendor_order_details"]
    assert all(isinstance(value, str) for value in details.values())
    assert (details["vendor_id"], details["quantity"]) == (str(woo.access["vendor"]["id"]), "2")
    assert details["is_refunded"] == "0"
    stranger = woo.fetch("orders", "stranger")
    assert {row["id"] for row in stranger} == {both["id"], other["id"]}
    assert len(woo.fetch("orders", "operator")) == 3
    assert woo.fetch(f"orders/{both['id']}")["line_items"][0]["commission_value"] == "59.20"
    refusal = woo.call("GET", f"orders/{other['id']}")
    assert refused(refusal, 404, "wcfmapi_rest_invalid_vendor")
    assert refused(woo.call("GET", "orders/9"), 404, "wcfmapi_rest_invalid_shop_order_id")


def test_lists_have_no_totals(woo):
    for day in range(1, 4):
        woo.order(created_at=f"2026-11-0{day}T12:00:00")
    answer = woo.call("GET", "orders", params={"per_page": 2})
    assert len(answer.json()) == 2 and "X-WP-Total" not in answer.headers
    assert len(woo.fetch("orders", per_page=2, page=2)) == 1
    both = {"after": "2026-11-02", "before": "2026-11-02"}
    assert len(woo.fetch("orders", **both)) == 1
    assert len(woo.fetch("orders", after="2026-11-02")) == 3  # only together
    assert len(woo.fetch("orders", search="Lena", **both)) == 3


def test_the_status_of_a_vendor(woo):
    order = woo.order()
    path = f"orders/{order['id']}"
    answer = woo.call("PUT", path, json={"status": "completed"}).json()
    assert answer["status"] == "processing"
    assert answer["vendor_order_details"]["commission_status"] == "completed"
    bad = "wcfmapi_rest_invalid_shop_order_status"
    assert refused(woo.call("POST", path, json={"status": "wc-completed"}), 404, bad)
    assert refused(woo.call("POST", path, json={"status": "shipped"}), 404, bad)
    assert refused(woo.call("POST", path, json={}), 400, "rest_missing_callback_param")
    assert woo.call("POST", path, json={"status": "refunded"}).status_code == 200
    assert woo.read(order)["status"] == "processing"
    woo.options(order_sync=True)
    assert woo.call("PATCH", path, json={"status": "on-hold"}).status_code == 200
    assert woo.read(order)["commission_status"] == {str(woo.access["vendor"]["id"]): "completed"}
    woo.call("POST", path, "operator", json={"status": "completed"})
    assert woo.read(order)["status"] == "completed"


def test_notes(woo):
    order = woo.order(created_at="2026-11-20T10:00:00")
    path = f"orders/note/{order['id']}"
    (first,) = woo.fetch(path)
    assert first["added_by"] == "system" and first["customer_note"] is False
    assert first["date_created"] == {
        "date": "2026-11-20 11:00:00.000000",
        "timezone_type": 3,
        "timezone": "Europe/Berlin",
    }
    body = {"note": "Unterwegs<script src=x></script> <b>!</b>", "note_type": "customer"}
    found = woo.call("POST", path, json=body).json()
    assert found[0]["content"].endswith("has added the following note:<br/>Unterwegs <b>!</b>")
    assert found[0]["customer_note"] is True and found[0]["order_id"] == order["id"]
    assert len(woo.state()["mails"]) == 1
    woo.options(note_prefix=False)
    attached = {"attachmentText": "Beleg", "attachmentData": {"source_url": "https://x.example/b"}}
    found = woo.call("PUT", path, json={"note": "a", "attachments": [attached]}).json()
    assert found[0]["content"] == 'a<br/><a href="https://x.example/b">Beleg</a>'
    assert found[0]["customer_note"] is False
    assert len(woo.state()["mails"]) == 1


def test_nobody_checks_whose_order_a_note_is_about(woo):
    order = woo.order(vendor="stranger")
    assert woo.fetch(f"orders/note/{order['id']}")
    answer = woo.call("POST", f"orders/note/{order['id']}", json={"note": "x"})
    assert answer.status_code == 200
    assert refused(woo.call("GET", "orders/note/9"), 404, "wcfmapi_rest_invalid_shop_order_id")


def test_without_ultimate_a_vendor_writes_no_notes(woo):
    woo.options(ultimate=False)
    order = woo.order()
    path = f"orders/note/{order['id']}"
    assert refused(woo.call("POST", path, json={"note": "x"}), 500, "internal_server_error")
    assert woo.call("POST", path, "operator", json={"note": "x"}).status_code == 200
    assert woo.fetch(path)


def test_no_route_for_refunds(woo):
    order = woo.order()
    for method, path in (("GET", "refunds"), ("POST", f"orders/{order['id']}/refunds")):
        assert refused(woo.call(method, path), 404, "rest_no_route")


def test_sales(woo):
    woo.order(lines=[{"price": "100"}])
    stats = woo.fetch("sales-stats")
    assert stats["currency"] == "EUR" and stats["gross_sales"]["week"] == pytest.approx(104.9)
    assert woo.fetch("user-profile/my-orders", "customer")
    assert woo.fetch("reviews") == []


def test_shipment_tracking(woo):
    order = woo.order()
    body = {"order_id": order["id"], "tracking_url": "https://t.example", "tracking_code": "1"}
    answer = woo.call("POST", "orders/shipment_tracking", json=body).json()
    assert answer["tracking_data"]["tracking_code"] == "1"
    assert woo.fetch(f"orders/{order['id']}")["shipment_tracking"]["tracking_code"] == "1"
