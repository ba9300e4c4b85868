"""Webhooks: what is queued when, and the deliveries themselves."""

import base64
import hashlib
import hmac
import html
import http.client
import ipaddress
import json
import ssl
import threading
import time
import uuid
from urllib.parse import urlencode, urlsplit

from . import shapes
from .records import DRAFTS
from .version import AGENT

KEPT = 500  # deliveries
PORTS = (80, 443, 8080)
MAX_FAILURES = 5
NOT_PUBLIC = "A valid URL was not provided."
FAILING = ("timeout_before", "reset_before", "http500_before", "html", "empty", "quota")


def valid_topic(topic):
    resource, _, event = topic.partition(".")
    if resource == "action":
        return event.startswith(("woocommerce_", "wc_")) and len(event) > 3
    events = ("created", "updated", "deleted", "restored")
    return resource in ("coupon", "customer", "order", "product") and event in events


def fire(seller, topic, argument):
    """Queue a topic for the webhooks that want it. Hold the lock.

    `argument`: an order's id, or the first argument of an action. What waits already with the
    same argument is not queued twice.
    """
    for webhook in seller.webhooks.values():
        if webhook.status == "active" and webhook.topic == topic:
            entry = {"webhook_id": webhook.id, "topic": topic, "argument": argument}
            if entry not in seller.queue:
                seller.queue.append(entry)
                if topic == "order.created" and seller.options["duplicate_created"]:
                    seller.queue.append(dict(entry))
    seller.dirty = True


def order_changed(seller, order, event="updated"):
    """order.created or order.updated; drafts say nothing."""
    if order.status not in DRAFTS:
        fire(seller, f"order.{event}", order.id)


def ping(seller, webhook):
    """The call on creation, unsigned and without a topic."""
    if webhook.status == "active":
        seller.queue.append({"webhook_id": webhook.id, "topic": "", "argument": webhook.id})


# Delivery


def kick(hub, seller):
    """Deliver in the background, where deliveries are not asked for by hand."""
    if seller.queue and seller.options["webhook_delivery"] == "auto":
        threading.Thread(target=run, args=(hub, seller, {}), daemon=True).start()


def run(hub, seller, ways):
    """Deliver what is queued -> those made. Do not hold the lock.

    `ways`: fail (the first so many are not sent), lose_answer (sent, answer lost), tamper
    ("signature" or "body").
    """
    made = []
    ways = {**ways, **{name: int(ways.get(name) or 0) for name in ("fail", "lose_answer")}}
    with seller.delivery_lock:
        while not hub.stopping.is_set():
            with seller.lock:
                if not seller.queue:
                    break
                delivery = _prepare(hub, seller, seller.queue.pop(0), ways)
            if delivery:
                _carry_out(hub, seller, delivery, ways)
                made.append(delivery)
    hub.touch(seller)
    return made


def replay(hub, seller, identifier):
    """The last delivery with that id (or number of its place) once more, byte for byte."""
    with seller.lock:
        found = [d for d in seller.done if identifier in (d["id"], str(d["position"]))]
        if not found:
            raise ValueError(f"no delivery {identifier}")
        delivery = {**found[-1], "position": _next_position(seller), "replay": True}
    with seller.delivery_lock:
        _carry_out(hub, seller, delivery, {"fail": 0, "lose_answer": 0}, counts=False)
    hub.touch(seller)
    return delivery


def _next_position(seller):
    return seller.done[-1]["position"] + 1 if seller.done else 1


def _prepare(hub, seller, entry, ways):
    """A delivery as it will be sent, rendered now; None where the webhook wants none."""
    webhook = seller.webhooks.get(entry["webhook_id"])
    if webhook is None or webhook.status != "active":
        return None
    if entry["topic"]:
        value = _payload(seller, entry)
        body = json.dumps(value, ensure_ascii=False, default=str)
        headers = _headers(seller, webhook, body.encode(), ways)
        if ways.get("tamper") == "body":
            body = body.replace("{", '{"tampered":1,', 1)
    else:
        body = urlencode({"webhook_id": webhook.id})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return {
        "position": _next_position(seller),
        "id": headers.get("X-WC-Webhook-Delivery-ID", ""),
        "webhook_id": webhook.id,
        "topic": entry["topic"],
        "url": webhook.delivery_url,
        "headers": {"User-Agent": AGENT, **headers},
        "body": body,
    }


def _payload(seller, entry):
    topic, argument = entry["topic"], entry["argument"]
    resource, _, event = topic.partition(".")
    if resource == "action":
        return {"action": event, "arg": argument}
    order = seller.orders.get(argument)
    if event == "deleted" or order is None:
        return {"id": argument}
    return shapes.order(seller, order, seller_home(seller))


def seller_home(seller):
    return seller.options["home_url"] or getattr(seller, "home", "")


def _headers(seller, webhook, body, ways):
    resource, _, event = webhook.topic.partition(".")
    secret = html.unescape(webhook.secret).encode()
    signature = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    if ways.get("tamper") == "signature":
        signature = base64.b64encode(bytes(32)).decode()
    return {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{seller_home(seller)}/",
        "X-WC-Webhook-Topic": webhook.topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": signature,
        "X-WC-Webhook-ID": str(webhook.id),
        "X-WC-Webhook-Delivery-ID": _delivery_id(seller, webhook),
    }


def _delivery_id(seller, webhook):
    if seller.options["delivery_ids"] == "unique":
        return uuid.uuid4().hex
    return hashlib.md5(f"{webhook.id}{int(time.time())}{seller.jwt_secret}".encode()).hexdigest()


def _carry_out(hub, seller, delivery, ways, counts=True):
    """Send, note what came back, count failures."""
    fault = None
    with seller.lock:
        entry = seller.calls.add("delivery", False, None, delivery["topic"] or "ping")
        if ways["fail"]:
            ways["fail"] -= 1
            problem = "not sent"
        else:
            fault = seller.faults.take("delivery")
            problem = _not_public(seller, delivery["url"])
    if fault and fault.fault in FAILING:
        problem = fault.fault
    status = 0
    if not problem:
        status, problem = _send(seller, delivery)
        if ways["lose_answer"] or fault:
            ways["lose_answer"] = max(0, ways["lose_answer"] - 1)
            status, problem = 0, "the answer was lost"
    with seller.lock:
        delivery.update(status=status, problem=problem, ok=200 <= status <= 302)
        delivery["at"] = seller.now().isoformat()
        entry.update(executed=delivery["ok"], fault=fault and fault.fault)
        seller.done.append(delivery)
        del seller.done[:-KEPT]
        if counts and delivery["topic"]:
            _count(seller, delivery)


def _count(seller, delivery):
    webhook = seller.webhooks.get(delivery["webhook_id"])
    if webhook is None:
        return
    if delivery["ok"]:
        webhook.failures = 0
    elif webhook.failures > MAX_FAILURES:
        webhook.status = "disabled"
    else:
        webhook.failures += 1


def _not_public(seller, url):
    """Why WordPress would not call this address, or ""."""
    if seller.options["webhook_hosts"] != "public":
        return ""
    parts = urlsplit(url)
    try:
        private = not ipaddress.ip_address(parts.hostname).is_global
    except ValueError:
        private = parts.hostname == "localhost"
    return NOT_PUBLIC if private or (parts.port or 443) not in PORTS else ""


def _send(seller, delivery):
    """(status, problem) of one POST in HTTP/1.0; redirects are not followed."""
    parts = urlsplit(delivery["url"])
    timeout = float(seller.options["webhook_timeout"])
    if parts.scheme == "https":
        context = ssl.create_default_context()
        wire = http.client.HTTPSConnection(parts.netloc, timeout=timeout, context=context)
    else:
        wire = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    wire._http_vsn, wire._http_vsn_str = 10, "HTTP/1.0"
    headers = {"Host": parts.netloc, **delivery["headers"], "Connection": "close"}
    try:
        path = f"{parts.path or '/'}?{parts.query}".rstrip("?")
        wire.request("POST", path, delivery["body"].encode(), headers)
        return wire.getresponse().status, ""
    except (OSError, http.client.HTTPException) as problem:
        return 0, f"{type(problem).__name__}: {problem}"
    finally:
        wire.close()
