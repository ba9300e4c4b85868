"""Calls of WooCommerce to us: is it from the shop, and what is it about (contract, 2.5).

They are only hints to read sooner: nothing in them is believed beyond the number of an order.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from .. import values


@dataclass(frozen=True)
class Hint:
    """`is_ping`: the unsigned call on creation, to be answered with 200 and forgotten."""

    topic: str = ""
    order_ref: str = ""
    delivery_id: str = ""
    is_ping: bool = False


def sign(secret, raw_body):
    """The signature of a body, as WooCommerce writes it."""
    digest = hmac.new(secret.encode(), raw_body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def check(secret, raw_body, signature):
    """Whether the body came from who knows the secret. Takes the same time for every answer."""
    if not secret:
        return False
    given = (signature or "").strip().encode("utf-8", "replace")
    return hmac.compare_digest(sign(secret, raw_body).encode(), given)


def read(headers, raw_body):
    """The Hint of a call. `headers`: a mapping; the case of names does not count."""
    found = {name.lower(): value for name, value in headers.items()}
    topic = values.text(found.get("x-wc-webhook-topic"))
    if not topic:
        return Hint(is_ping=raw_body.strip().startswith(b"webhook_id="))
    delivery_id = values.text(found.get("x-wc-webhook-delivery-id"))
    return Hint(topic, _get_order(topic, raw_body), delivery_id)


def _get_order(topic, raw_body):
    """The number of the order that a body is about; "" where it names none."""
    try:
        body = values.parse(raw_body)
        if topic.startswith("action."):
            ref = values.text(values.child(body, "arg").get("order_id"))
        else:
            ref = values.text(body.get("id")) if topic.startswith("order.") else ""
    except ValueError:
        return ""
    return ref if ref.isascii() and ref.isdigit() else ""
