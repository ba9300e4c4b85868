"""wcfmmp/v1: inquiries, tickets, notifications, and the mails about them."""

import email
import email.policy
import time

import pytest
import requests
from woo_world import refused


@pytest.fixture
def ids(woo):
    return {who: str(woo.access[who]["id"]) for who in ("vendor", "customer", "stranger")}


def ask(woo, text="Guten Tag", **spec):
    return woo.control("POST", "inquiries", text=text, **spec)


def answer(woo, inquiry, text, by="customer"):
    return woo.control("POST", f"inquiries/{inquiry['id']}/replies", text=text, by=by)


# Inquiries


def test_an_inquiry_is_all_texts(woo, ids):
    inquiry = ask(woo, "Guten Tag,\n2 < 3?", product="UP-1001", at="2026-11-20T10:00:00")
    (row,) = woo.fetch("enquiries")
    assert all(isinstance(value, str) for value in row.values())
    assert (row["ID"], row["reply"], row["reply_by"]) == (str(inquiry["id"]), "", "0")
    assert row["enquiry"] == "Guten Tag,\n2 &lt; 3?"
    assert (row["posted"], row["replied"]) == ("2026-11-20 11:00:00", "2026-11-20")
    assert (row["vendor_id"], row["customer_id"]) == (ids["vendor"], ids["customer"])
    assert row["is_private"] == "1" and row["product_title"]
    single = woo.fetch(f"enquiries/{inquiry['id']}")
    assert single["enquiry"] == "Guten Tag,<br/>2 &lt; 3?"
    assert single["all_replies"] == [] and single["reply_count"] == 0


def test_about_the_store_by_a_guest(woo):
    inquiry = ask(woo, guest=True, extra={"Phone": "030"})
    single = woo.fetch(f"enquiries/{inquiry['id']}")
    assert (single["customer_id"], single["product_id"]) == ("0", "0")
    assert "product_title" not in single
    assert single["additional_datas"][0]["key"] == "Phone"


def test_direction_of_replies(woo, ids):
    inquiry = ask(woo)
    answer(woo, inquiry, "Gern", "vendor")
    answer(woo, inquiry, "Danke")
    answer(woo, inquiry, "Wir lesen mit", "operator")
    single = woo.fetch(f"enquiries/{inquiry['id']}")
    rows = single["all_replies"]
    assert [row["reply_by"] for row in rows][:2] == [ids["vendor"], ids["customer"]]
    names = [row["reply_by_name"] for row in rows]
    assert names == [woo.access["vendor"]["store"], "Lena Muster", woo.login]
    assert (single["reply"], single["reply_count"]) == ("Wir lesen mit", 3)
    woo.options(reply_view=False)
    assert "all_replies" not in woo.fetch(f"enquiries/{inquiry['id']}")


def test_a_reply(woo, ids):
    inquiry = ask(woo)
    path = f"enquiries/{inquiry['id']}/reply"
    found = woo.call("POST", path, json={"enquiry_reply": "Gern<script>!</script>"}).json()
    assert found["reply"] == "Gern!" and found["reply_by"] == ids["vendor"]
    assert [row["reply"] for row in found["all_replies"]] == ["Gern!"]
    mail = woo.state()["mails"][-1]
    assert mail["to"].startswith("lena.muster") and mail["text"] == "Gern!"
    woo.call("POST", path, json={"enquiry_reply": "Gern!"})
    assert woo.fetch(f"enquiries/{inquiry['id']}")["reply_count"] == 2


def test_refusals_with_status_200(woo):
    inquiry = ask(woo)
    path = f"enquiries/{inquiry['id']}/reply"
    empty = woo.call("POST", path, json={"enquiry_reply": " "})
    assert empty.status_code == 200 and empty.json()["status"] is False
    nobody = woo.call("POST", path, "customer", json={"enquiry_reply": "x"})
    assert nobody.status_code == 200 and nobody.json()["success"] is False
    assert woo.fetch("enquiries", "customer")["success"] is False
    assert woo.fetch(f"enquiries/{inquiry['id']}")["reply_count"] == 0
    assert refused(woo.call("GET", "enquiries/99"), 404, "wcfmapi_rest_invalid_enquiry_id")
    raw = woo.raw("GET", "/wp-json/wcfmmp/v1/enquiries")
    assert refused(raw, 401, "rest_forbidden")


def test_nobody_checks_whose_inquiry_is_read(woo, ids):
    inquiry = ask(woo, vendor="stranger")
    assert woo.fetch("enquiries") == []
    assert woo.fetch(f"enquiries/{inquiry['id']}")["vendor_id"] == ids["stranger"]
    assert len(woo.fetch("enquiries", "stranger")) == 1
    assert len(woo.fetch("enquiries", "operator")) == 1


def test_pages_of_inquiries(woo):
    for number in range(3):
        ask(woo, f"Frage {number}")
    found = woo.call("GET", "enquiries", params={"per_page": 2})
    assert [row["enquiry"] for row in found.json()] == ["Frage 2", "Frage 1"]
    assert "X-WP-Total" not in found.headers
    assert len(woo.fetch("enquiries", per_page=2, page=2)) == 1
    assert woo.fetch("enquiries", per_page=1, order="asc")[0]["enquiry"] == "Frage 0"


def test_inquiries_by_the_day_of_their_last_entry(woo):
    old = ask(woo, "Alt", at="2026-10-01T10:00:00")
    ask(woo, "Neuer", at="2026-11-01T10:00:00")
    assert [row["enquiry"] for row in woo.fetch("enquiries", orderby="replied")] == ["Neuer", "Alt"]
    answer(woo, old, "Noch da?")
    assert woo.fetch("enquiries", orderby="replied")[0]["ID"] == str(old["id"])
    assert woo.fetch("enquiries", orderby="ID")[0]["ID"] != str(old["id"])


# Tickets


@pytest.fixture
def ticket(woo):
    order = woo.order(lines=[{"sku": "UP-1001"}], status="completed")
    spec = {"order": order["id"], "text": "Riemen gerissen", "at": "2026-07-01T10:00:00"}
    more = {"category": "Damage item received", "priority": "high"}
    return woo.control("POST", "tickets", **spec, **more)


def test_a_ticket(woo, ticket):
    (row,) = woo.fetch("support")
    assert row["support_id_to_display"] == "000001" and row["support_status"] == "Open"
    assert row["support_order"]["order_id"] == ticket["order_id"]
    assert row["support_category"] == "Damage item received" and row["support_priority"] == "High"
    assert row["support_date"] == "2026-07-01T14:00:00"  # UTC+2, twice
    woo.options(double_offset=False, language="fr")
    (row,) = woo.fetch("support")
    assert row["support_date"] == "2026-07-01T12:00:00"
    assert (row["support_status"], row["support_category"]) == ("Ouvert", "Article endommagé")


def test_filters_of_tickets(woo, ticket):
    assert woo.fetch("support", support_status="close") == []
    assert len(woo.fetch("support", support_status="open")) == 1
    assert woo.fetch("support", support_status="Open") == []  # the value, not the label
    assert woo.fetch("support", support_priority="low") == []
    assert woo.fetch("support", "stranger") == []


def test_the_life_of_a_ticket(woo, ticket):
    path = f"tickets/{ticket['id']}"
    reply = {"text": "Ersatz ist unterwegs", "by": "vendor", "status": "close"}
    found = woo.control("POST", f"{path}/replies", **reply)
    assert found["status"] == "close" and len(found["replies"]) == 1
    assert woo.fetch("support")[0]["support_status"] == "Closed"
    found = woo.control("POST", f"{path}/replies", text="Noch ein Riss")
    assert found["status"] == "open"
    assert woo.control("PATCH", path, status="close", priority="low")["priority"] == "low"


def test_no_route_answers_a_ticket(woo, ticket):
    for method, path in (("GET", "support/1"), ("POST", "support/1/reply"), ("POST", "support")):
        assert refused(woo.call(method, path), 404, "rest_no_route")


def test_a_site_with_routes_of_its_own(woo, ticket):
    index = woo.raw("GET", "/wp-json/wcfmmp/v1").json()
    assert r"/wcfmmp/v1/support/(\d+)" not in index["routes"]
    woo.options(ticket_routes=True)
    index = woo.raw("GET", "/wp-json/wcfmmp/v1").json()
    assert index["routes"][r"/wcfmmp/v1/support/(\d+)/reply"]["methods"] == ["POST"]
    body = {"support_reply": "Ersatz", "support_status": "close"}
    found = woo.call("POST", f"support/{ticket['id']}/reply", json=body).json()
    assert found["support_status"] == "Closed" and found["all_replies"][0]["reply"] == "Ersatz"
    refusal = woo.call("GET", f"support/{ticket['id']}", "stranger")
    assert refused(refusal, 404, "wcfmapi_rest_invalid_support_id")


def test_without_ultimate(woo, ticket):
    woo.options(ultimate=False)
    assert refused(woo.call("GET", "support"), 500, "internal_server_error")


def test_who_can_open_no_ticket(woo):
    guest, pending = woo.order(guest=True), woo.order(status="pending")
    for order in (guest, pending):
        url = f"{woo.server.url}/control/sellers/{woo.login}/tickets"
        found = requests.post(url, json={"order": order["id"], "text": "x"}, timeout=10)
        assert found.status_code == 400


# Notifications and mails


def test_notifications(woo, ticket):
    inquiry = ask(woo)
    answer(woo, inquiry, "Noch etwas")
    found = woo.fetch("notifications")
    assert [row["message_type"] for row in found] == ["enquiry", "enquiry", "support", "order"]
    assert all(isinstance(value, str) for row in found for value in row.values())
    assert f"#{inquiry['id']:06}" in found[0]["message"], "it names what it is about"
    assert len(woo.fetch("notifications", notification_type="support")) == 1
    assert woo.fetch("notifications", notification_status="read") == []


def test_notices_lead_to_the_record(woo, ticket):
    inquiry = ask(woo, "Noch da?\n<b>", product="UP-1001")
    first, second = woo.state()["mails"]
    assert f"{woo.url}/store-manager/support-manage/{ticket['id']}/" in first["raw"].replace(
        "=\n", ""
    )
    message = email.message_from_string(second["raw"], policy=email.policy.default)
    content = message.get_content()
    assert f"{woo.url}/store-manager/enquiry-manage/{inquiry['id']}/" in content
    assert "Noch da?<br/>&lt;b&gt;" in content and message["Reply-To"]
    link = woo.raw("GET", f"/store-manager/enquiry-manage/{inquiry['id']}/", allow_redirects=False)
    assert link.headers["Location"] == f"/seller/{woo.login}?inquiry={inquiry['id']}"


def test_notices_leave_by_smtp(woo, server):
    subject = f"notice-{woo.login}"
    woo.options(notice_port=server.smtp_port, notice_to="shop@odoo.example")
    woo.control("PATCH", shop=subject)
    ask(woo)
    ask(woo, vendor="stranger")  # of another store
    for _ in range(100):
        found = [m for m in server.control("GET", "outside") if subject in m["subject"]]
        if found:
            break
        time.sleep(0.05)
    time.sleep(0.2)
    found = [m for m in server.control("GET", "outside") if subject in m["subject"]]
    assert [m["to"] for m in found] == ["shop@odoo.example"]


# The page


def test_the_page(woo, ticket):
    inquiry = ask(woo)
    page = f"{woo.server.url}/seller/{woo.login}"

    def press(**form):
        found = requests.post(page, data=form, timeout=10)
        assert found.status_code == 200 and "class=note" not in found.text

    press(do="reply", kind="inquiry", number=inquiry["id"], by="vendor", text="Gern")
    reply = {"kind": "ticket", "number": ticket["id"], "by": "customer", "status": "close"}
    press(do="reply", text="Danke", **reply)
    press(do="note", order=ticket["order_id"], text="x", by="vendor", customer="1")
    press(do="status", order=ticket["order_id"], status="processing")
    press(do="refund", order=ticket["order_id"], amount="1.00", reason="r")
    press(do="inquiry", text="Hallo", product="")
    press(do="order")
    state = woo.state()
    assert state["tickets"][0]["status"] == "close" and len(state["inquiries"]) == 2
    (order,) = [o for o in state["orders"] if o["id"] == ticket["order_id"]]
    assert order["status"] == "processing" and order["refunds"]
    for query in (f"inquiry={inquiry['id']}", f"ticket={ticket['id']}", f"order={order['id']}"):
        assert requests.get(f"{page}?{query}", timeout=10).status_code == 200


def test_life_and_state(woo, ticket):
    ask(woo)
    events = woo.control("POST", "life", events=30)["events"]
    assert len(events) == 30 and all(events)
    assert woo.state()["counts"]["orders"] > 1


def test_seeded_worlds_are_equal(server):
    texts = []
    for login in ("woo-seed-1", "woo-seed-2"):
        spec = {"platform": "woocommerce", "login": login, "password": "x", "seed": 7}
        counts = {"orders": 20, "inquiries": 5, "tickets": 3, "notes": 1}
        clock = {"frozen": "2026-11-20T12:00:00Z"}
        server.control("POST", "sellers", {**spec, **counts, "clock": clock})
        state = server.control("GET", f"sellers/{login}")
        texts.append([(o["status"], o["total"], o["date_created"]) for o in state["orders"]])
        assert state["counts"]["inquiries"] == 5 and state["counts"]["tickets"] == 3
    assert texts[0] == texts[1]
