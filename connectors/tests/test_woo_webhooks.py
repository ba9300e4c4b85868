"""Calls of WooCommerce to us: signatures, and what they hint at (contract, 2.5)."""

import json

import pytest

from connectors.woocommerce import webhooks

SECRET, BODY = "s3cret", b'{"id":1}'
SIGNATURE = "Y92rNNpYOOODVF6ckLQPdKTj2qvF3ZqNSaUYda1LJBg="


def test_the_vector_of_the_contract():
    assert webhooks.sign(SECRET, BODY) == SIGNATURE
    assert webhooks.check(SECRET, BODY, SIGNATURE)


@pytest.mark.parametrize(
    ("secret", "body", "signature"),
    [
        ("", BODY, webhooks.sign("", BODY)),
        ("other", BODY, SIGNATURE),
        (SECRET, b'{"id": 1}', SIGNATURE),
        (SECRET, BODY, ""),
        (SECRET, BODY, None),
        (SECRET, BODY, SIGNATURE[:-1]),
        (SECRET, BODY, "ÄÖÜ"),
    ],
)
def test_what_is_not_from_the_shop(secret, body, signature):
    """The raw bytes count: JSON that is written anew does not match."""
    assert webhooks.check(secret, body, signature) is False


def read(topic, body, **headers):
    names = {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Delivery-ID": "d1", **headers}
    return webhooks.read(names, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("topic", "body", "order_ref"),
    [
        ("order.updated", {"id": 501, "status": "completed"}, "501"),
        ("order.deleted", {"id": 501}, "501"),
        (
            "action.woocommerce_new_customer_note",
            {"action": "woocommerce_new_customer_note", "arg": {"order_id": 501}},
            "501",
        ),
        ("action.woocommerce_order_note_added", {"action": "x", "arg": 77}, ""),
        ("product.updated", {"id": 501}, ""),
        ("order.updated", [501], ""),
        ("order.updated", {"id": "501; DROP"}, ""),
        ("order.updated", {}, ""),
    ],
)
def test_hints(topic, body, order_ref):
    hint = read(topic, body)
    assert (hint.topic, hint.order_ref, hint.delivery_id) == (topic, order_ref, "d1")
    assert not hint.is_ping


def test_the_case_of_headers_does_not_count():
    hint = webhooks.read({"x-wc-webhook-TOPIC": "order.updated"}, BODY)
    assert (hint.topic, hint.order_ref) == ("order.updated", "1")


def test_a_ping():
    """On creation: a form, unsigned, without a topic."""
    assert webhooks.read({}, b"webhook_id=7").is_ping
    assert not webhooks.read({}, BODY).is_ping
    assert not webhooks.read({"X-WC-Webhook-Topic": "order.updated"}, b"webhook_id=7").is_ping


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 100_000, b'{"id": NaN}', b"null"])
def test_nonsense(body):
    hint = webhooks.read({"X-WC-Webhook-Topic": "order.updated"}, body)
    assert hint.order_ref == ""
