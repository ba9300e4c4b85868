"""Webhooks: made through wc/v3, delivered to a listener of ours."""

import base64
import hashlib
import hmac
import http.server
import json
import threading

import pytest
from conftest import Server, start, stop
from woo_world import WooWorld, refused

SECRET = "s3cret"


class Listener(http.server.ThreadingHTTPServer):
    """Keeps what comes; answers with `status`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Keeper)
        self.calls, self.status, self.came = [], 200, threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/hook?x=1"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Keeper(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.request_version, self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", self.server.url)
        self.end_headers()
        self.server.came.set()

    def log_message(self, *_):
        pass


@pytest.fixture
def listener():
    found = Listener()
    yield found
    found.shutdown()
    found.server_close()


@pytest.fixture
def hook(woo, listener):
    """Makes a webhook and takes its ping away."""

    def make(topic="order.updated", **more):
        body = {"topic": topic, "delivery_url": listener.url, "secret": SECRET, **more}
        made = woo.post("webhooks", **body)
        run(woo)
        listener.calls.clear()
        return made

    return make


def run(woo, **ways):
    return woo.control("POST", "deliveries/run", **ways)


def update(woo, order, status="completed"):
    return woo.ask("PUT", f"orders/{order['id']}", json={"status": status})


def test_ping(woo, listener):
    made = woo.post("webhooks", topic="order.created", delivery_url=listener.url, secret=SECRET)
    assert (made["status"], made["resource"], made["event"]) == ("active", "order", "created")
    assert "secret" not in made
    run(woo)
    ((version, path, headers, body),) = listener.calls
    assert (version, path, body) == ("HTTP/1.0", "/hook?x=1", f"webhook_id={made['id']}".encode())
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not [name for name in headers if name.startswith("X-WC")]
    assert headers["User-Agent"] == "WooCommerce/9.6.1 Hookshot (WordPress/6.7.1)"


def test_delivery(woo, listener, hook):
    made = hook(secret="s3&cret")  # the server unescapes what it stored
    order = woo.order(customer={"last_name": "Würzburger"})
    update(woo, order)
    woo.refund(order, amount="1.00")
    (delivery,) = run(woo)  # the same waited already
    assert delivery["ok"] and delivery["status"] == 200
    ((_version, _path, headers, body),) = listener.calls
    value = json.loads(body)
    assert value == woo.get(f"orders/{order['id']}")
    assert value["status"] == "completed" and len(value["refunds"]) == 1
    signature = base64.b64encode(hmac.new(b"s3&cret", body, hashlib.sha256).digest()).decode()
    assert headers["X-WC-Webhook-Signature"] == signature
    assert headers["X-WC-Webhook-Source"] == f"{woo.url}/"
    assert headers["X-WC-Webhook-Topic"] == "order.updated"
    assert (headers["X-WC-Webhook-Resource"], headers["X-WC-Webhook-Event"]) == ("order", "updated")
    assert headers["X-WC-Webhook-ID"] == str(made["id"])
    assert headers["X-WC-Webhook-Delivery-ID"] == delivery["id"]
    assert headers["Content-Type"] == "application/json"


def test_the_vector_of_the_signature():
    found = hmac.new(SECRET.encode(), b'{"id":1}', hashlib.sha256).digest()
    assert base64.b64encode(found) == b"Y92rNNpYOOODVF6ckLQPdKTj2qvF3ZqNSaUYda1LJBg="


def test_the_secret_is_unescaped(woo, listener, hook):
    hook(secret="a&amp;b")
    update(woo, woo.order())
    run(woo)
    ((_version, _path, headers, body),) = listener.calls
    signature = base64.b64encode(hmac.new(b"a&b", body, hashlib.sha256).digest()).decode()
    assert headers["X-WC-Webhook-Signature"] == signature


def test_topics(woo, listener, hook):
    hook("order.created")
    hook("order.deleted")
    hook("action.woocommerce_new_customer_note")
    hook("action.woocommerce_order_note_added")
    order = woo.order()
    woo.order(status="checkout-draft")
    assert [d["topic"] for d in run(woo)] == ["order.created"]
    note = woo.post(f"orders/{order['id']}/notes", note="Hallo", customer_note=True)
    bodies = {d["topic"]: json.loads(d["body"]) for d in run(woo)}
    arg = {"order_id": order["id"], "customer_note": "Hallo"}
    assert bodies == {
        "action.woocommerce_new_customer_note": {
            "action": "woocommerce_new_customer_note",
            "arg": arg,
        },
        "action.woocommerce_order_note_added": {
            "action": "woocommerce_order_note_added",
            "arg": note["id"],
        },
    }
    woo.control("DELETE", f"orders/{order['id']}")
    assert [json.loads(d["body"]) for d in run(woo)] == [{"id": order["id"]}]


def test_a_note_is_no_update_of_the_order(woo, hook):
    hook()
    order = woo.order()
    woo.post(f"orders/{order['id']}/notes", note="x", customer_note=True)
    assert run(woo) == []


def test_failures_disable(woo, listener, hook):
    made = hook()
    order = woo.order()
    listener.status = 500
    for turn in range(1, 8):
        update(woo, order, "completed" if turn % 2 else "processing")
        run(woo)
        state = woo.get(f"webhooks/{made['id']}")["status"]
        assert state == ("disabled" if turn == 7 else "active"), turn
    update(woo, order, "on-hold")
    assert run(woo) == [] and len(listener.calls) == 7  # never tried again
    listener.status = 302  # counts as taken
    woo.ask("PUT", f"webhooks/{made['id']}", json={"status": "active"})
    update(woo, order, "processing")
    assert run(woo)[0]["ok"]
    assert woo.control("GET", "webhooks")[0]["failure_count"] == 0
    assert len(listener.calls) == 8  # the redirect was not followed


def test_deliveries_that_fail_on_demand(woo, listener, hook):
    hook()
    order = woo.order()
    update(woo, order)
    (lost,) = run(woo, fail=1)
    assert not lost["ok"] and not listener.calls
    update(woo, order, "processing")
    (unanswered,) = run(woo, lose_answer=1)
    assert not unanswered["ok"] and len(listener.calls) == 1
    update(woo, order)
    woo.fault("*", "reset_before")  # of calls, not of deliveries
    woo.fault("delivery", "reset_before")
    (reset,) = run(woo)
    assert reset["problem"] == "reset_before" and len(listener.calls) == 1


def test_replay_and_tampering(woo, listener, hook):
    hook()
    update(woo, woo.order())
    (delivery,) = run(woo)
    again = woo.control("POST", f"deliveries/{delivery['id']}/replay")
    assert again["ok"] and listener.calls[0] == listener.calls[1]
    woo.control("POST", "hooks", topic="order.updated", order=woo.order()["id"])
    run(woo, tamper="signature")
    _version, _path, headers, body = listener.calls[-1]
    signature = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest())
    assert headers["X-WC-Webhook-Signature"].encode() != signature


def test_created_may_come_twice(woo, hook):
    woo.options(duplicate_created=True)
    hook("order.created")
    woo.order()
    assert [d["topic"] for d in run(woo)] == ["order.created"] * 2


def test_crud(woo, listener):
    topic = "woocommerce_rest_shop_webhook_invalid_topic"
    url = "woocommerce_rest_shop_webhook_invalid_delivery_url"
    for bad in ("order.noted", "action.wcfm_reply", "", "note.created"):
        answer = woo.ask("POST", "webhooks", json={"topic": bad, "delivery_url": listener.url})
        assert refused(answer, 400, topic)
    answer = woo.ask("POST", "webhooks", json={"topic": "order.updated", "delivery_url": "x"})
    assert refused(answer, 400, url)
    made = woo.post("webhooks", topic="order.updated", delivery_url=listener.url)
    assert len(woo.control("GET", "webhooks")[0]["secret"]) == 50
    path = f"webhooks/{made['id']}"
    assert woo.ask("PUT", path, json={"status": "paused"}).json()["status"] == "paused"
    assert [row["id"] for row in woo.get("webhooks", status="paused")] == [made["id"]]
    assert refused(woo.ask("DELETE", path), 501, "woocommerce_rest_trash_not_supported")
    assert woo.ask("DELETE", path, params={"force": "true"}).json()["id"] == made["id"]
    gone = "woocommerce_rest_shop_webhook_invalid_id"
    assert refused(woo.ask("GET", path), 404, gone)
    rows = [{"topic": "order.updated", "delivery_url": listener.url}, {"topic": "x"}]
    answer = woo.post("webhooks/batch", 200, create=rows)["create"]
    assert answer[0]["id"] and answer[1]["error"]["code"] == topic


def test_wordpress_calls_no_loopback(woo, listener, hook):
    woo.options(webhook_hosts="public")
    hook()
    update(woo, woo.order())
    (delivery,) = run(woo)
    assert delivery["problem"] == "A valid URL was not provided." and not listener.calls


def test_by_itself(woo, listener, hook):
    hook()
    woo.options(webhook_delivery="auto")
    listener.came.clear()
    update(woo, woo.order())
    assert listener.came.wait(5)


def test_a_site_survives_a_restart(tmp_path):
    arguments = ("--state", str(tmp_path / "state"), "--life", "0")
    process, url, smtp_port = start(*arguments)
    woo = WooWorld(Server(url, smtp_port))
    order = woo.order()
    woo.control("POST", "tickets", order=order["id"], text="x")
    woo.control("POST", "inquiries", text="y")
    woo.post("webhooks", topic="order.updated", delivery_url="http://127.0.0.1:9/", secret=SECRET)
    token = woo.token("vendor")
    before = woo.state()
    stop(process)
    process, woo.server.url, _ = start(*arguments)
    try:
        after = woo.state()
        for name in ("inquiries", "tickets", "orders", "webhooks", "access"):
            links = (url, woo.server.url)
            assert json.dumps(after[name]).replace(*links[::-1]) == json.dumps(before[name])
        assert woo.tokens["vendor"] == token
        assert [d["ok"] for d in run(woo)] == [False]
    finally:
        stop(process)
