"""The demo seller, life, seeds and the page."""

import re

import pytest
import requests
from conftest import start, stop
from mirakl_world import MiraklWorld

from sandbox.mirakl import seed


@pytest.fixture(scope="module")
def demo():
    process, url, _ = start("--demo", "--life", "0")
    yield url
    stop(process)


def control(url, method, path, **body):
    url = f"{url}/control/sellers/{path}"
    return requests.request(method, url, json=body or None, timeout=10).json()


def test_the_demo_seller(demo):
    state = control(demo, "GET", "demo-mirakl")
    orders = state["orders"]
    assert len(orders) >= 8 and state["lives"] is True
    assert {"SHIPPED", "RECEIVED", "SHIPPING", "WAITING_DEBIT", "CLOSED"} <= {
        order["state"] for order in orders
    }
    assert [o["debited"] for o in orders if o["state"] == "WAITING_DEBIT"] == [False]
    assert sum(order["has_incident"] for order in orders) == 1
    (net,) = [order for order in orders if order["tax_mode"] == "TAX_EXCLUDED"]
    assert all(line["taxes"] for line in net["lines"])
    threads = state["threads"]
    assert any("<html>" in m["body"] for t in threads for m in t["messages"])
    files = [f for t in threads for m in t["messages"] for f in m.get("attachments", ())]
    assert [f["name"] for f in files] == ["Widerrufsformular.pdf"]
    key = {"Authorization": "demo-mirakl-key"}
    path = f"{demo}/mirakl/api/inbox/threads/{files[0]['id']}/download"
    assert requests.get(path, headers=key, timeout=5).content.startswith(b"%PDF-1.4")
    assert any(not t["order_number"] for t in threads)
    operator = [t for t in threads if t["order_number"] and len(t["authorized_participants"]) == 2]
    assert len(operator) == 1


def test_it_sells_what_the_cdiscount_demo_sells(demo):
    """One set of products in the demo database serves both."""
    known = {
        line["seller_product_id"]
        for order in control(demo, "GET", "demo-seller-api")["orders"]
        for line in order["lines"]
    }
    orders = control(demo, "GET", "demo-mirakl")["orders"]
    assert {line["sku"] for order in orders for line in order["lines"]} <= known


def test_life(demo):
    before = control(demo, "GET", "demo-mirakl")["counts"]
    events = control(demo, "POST", "demo-mirakl/life", events=60)["events"]
    assert len(events) == 60 and all(events)
    said = " ".join(events)
    for text in ("new order", "new thread", "customer wrote", "incident on order", "paid out"):
        assert text in said
    after = control(demo, "GET", "demo-mirakl")["counts"]
    assert after["orders"] > before["orders"] and after["messages"] > before["messages"]


def test_life_from_nothing(mirakl):
    assert all(mirakl.control("POST", "life", events=30)["events"])


def test_the_operator_closes_what_is_resolved(mirakl):
    order = mirakl.order(state="RECEIVED")
    mirakl.control("POST", f"orders/{order['number']}/incidents")
    line = order["lines"][0]["id"]
    path = f"/orders/{order['number']}/lines/{line}/resolve_incident"
    assert mirakl.put(path, {"reason_code": "8"}).status_code == 204
    events = mirakl.control("POST", "life", events=60)["events"]
    assert any(f"incident on {line}" in event for event in events)


def test_seeds_repeat(server):
    worlds = [
        MiraklWorld(server, seed=3, orders=4, threads=6, messages_per_thread=3) for _ in range(2)
    ]
    first, second = (world.state() for world in worlds)
    assert first["counts"]["messages"] == 18 and first["counts"]["orders"] == 4
    texts = [
        [m["body"][:20] for t in state["threads"] for m in t["messages"]]
        for state in (first, second)
    ]
    assert texts[0] == texts[1]


def test_the_pdf_is_one():
    data = seed.pdf("Test")
    start_of_table = int(re.search(rb"startxref\n(\d+)", data)[1])
    assert data[start_of_table:].startswith(b"xref\n0 7\n")
    offsets = [int(row) for row in re.findall(rb"(\d{10}) 00000 n", data)]
    assert all(data[o:].startswith(b"%d 0 obj" % n) for n, o in enumerate(offsets, 1))


# The page


def press(mirakl, query="", **form):
    url = f"{mirakl.server.url}/seller/{mirakl.login}{query}"
    answer = requests.post(url, data=form, timeout=5, allow_redirects=False)
    return None if answer.status_code == 303 else answer.text


def test_pages(mirakl):
    order = mirakl.order(state="SHIPPING", lines=[{"name": "Lampe <b>", "price": 10}, {}])
    thread = mirakl.thread(order_number=order["number"], text="<script>alert(1)</script>")
    page = f"{mirakl.server.url}/seller/{mirakl.login}"
    for query in ("", f"?thread={thread['id']}", f"?order={order['number']}", "?thread=x&order=y"):
        answer = requests.get(page + query, timeout=5)
        assert answer.status_code == 200 and "<script>alert" not in answer.text
    assert "Lampe &lt;b&gt;" in requests.get(f"{page}?order={order['number']}", timeout=5).text


def test_buttons(mirakl):
    order = mirakl.order(state="SHIPPING", lines=[{"price": 10, "shipping": 2}])
    number, line = order["number"], order["lines"][0]["id"]
    assert press(mirakl, do="thread", order_number=number, text="Hallo", topic="Frage") is None
    (thread,) = mirakl.state()["threads"]
    assert press(mirakl, do="message", thread=thread["id"], sender="operator", text="Bitte") is None
    assert press(mirakl, do="no_reply", thread=thread["id"], by="SHOP") is None
    incident = {"order": number, "line": line}
    assert press(mirakl, do="incident", reason_code="2", by="operator", text="", **incident) is None
    path = f"/orders/{number}/lines/{line}/resolve_incident"
    assert "no resolved incident" in press(mirakl, do="dispute_incident", **incident)
    mirakl.put(path, {"reason_code": "8"})
    assert press(mirakl, do="dispute_incident", **incident) is None
    assert press(mirakl, do="close_incident", **incident) is None
    assert press(mirakl, do="state", order=number, state="SHIPPED") is None
    refund = {"do": "refund", "order": number, "line": line, "reason_code": "17"}
    assert "only 10.00" in press(mirakl, amount="11", shipping="", **refund)
    assert "check the datatype" in press(mirakl, amount="x", shipping="", **refund)
    assert press(mirakl, amount="3", shipping="1", **refund) is None
    assert press(mirakl, do="payout", order=number) is None
    assert press(mirakl, do="expire_tokens") is None
    assert "unknown button" in press(mirakl, do="nothing")
    assert "gone" in press(mirakl, do="message", thread="x", text="y")
    state = mirakl.state()
    (refunded,) = state["orders"][0]["lines"][0]["refunds"]
    assert (refunded["state"], refunded["amount"]) == ("REFUNDED", 3.0)
    assert state["orders"][0]["lines"][0]["incidents"][0]["status"] == "CLOSED"
    (thread,) = state["threads"]
    assert (
        len(thread["messages"]) == 2 and thread["no_store_reply_needed"][0]["user_type"] == "SHOP"
    )
