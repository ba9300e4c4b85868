"""Money that must not be paid twice: what the shop shows of a refund wins over whatever was thought
of it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from test_woo_write import (
    GESTURE,
    LINE,
    NOTES,
    OURS,
    REFUND,
    REFUNDS,
    SENT,
    operator_wire,
    refund_of,
    shop,
)
from wire import HTML, Reply, WireServer, drop
from woo_wire import NOW, error, order, refund

from connectors import base, errors

PAID_OURS = {**OURS, "refunded_payment": True}
NOTE = operator_wire.operations[2]
TOO_MUCH = error(
    "woocommerce_rest_cannot_create_order_refund", 500, "Invalid refund amount.", data=400
)


@pytest.fixture
def server():
    with WireServer() as server:
        yield server


@pytest.fixture
def client(server):
    with operator_wire.make_client(server.url) as client:
        yield client


def posts(server):
    return [request for request in server.requests if request.method == "POST"]


@pytest.mark.parametrize(
    ("operation", "ours"),
    [(REFUND, OURS), (replace(REFUND, pay_back=True), PAID_OURS), (REFUND, PAID_OURS)],
)
def test_what_is_there_is_not_sent_again(operation, ours, server, client):
    """A manager was wrong, or Odoo was restored from a copy: our reference is there already."""
    shop(server, ours)
    before = json.loads(json.dumps(client.picture(operation)))
    outcome = client.perform(operation, before)
    assert outcome.ok
    assert outcome.items[0].remote_id == "802-11"
    assert not posts(server)


def test_all_was_given_already(server, client):
    """Nothing is left of the order since it happened: that is no refusal."""
    whole = refund_of((LINE, "98.14", "4.90", 2), ("12", "25.90", None, 1))
    lines = (("11", 2, "82.47", "15.67"), ("12", 1, "25.90", "0"))
    ours = refund(802, "128.94", *lines, shipping=[("21", "4.12", "0.78")], reference="op1")
    shop(server, ours, node=order(status="refunded", refunds=[ours]))
    assert client.perform(whole, client.picture(whole)).ok
    assert not posts(server)


def test_what_is_there_and_maybe_not_paid_is_doubt(server, client):
    """However often a manager has it sent again."""
    shop(server, OURS)
    operation = replace(REFUND, pay_back=True)
    before = client.picture(operation)
    with pytest.raises(errors.UnknownOutcomeError, match="deleted in the shop"):
        client.perform(operation, before)
    assert client.find(operation, before, SENT).verdict == base.UNDECIDABLE
    early = client.find(operation, before, NOW - timedelta(minutes=2))
    assert early.verdict == base.NOT_YET
    shop(server, PAID_OURS)
    assert client.find(operation, before, SENT).verdict == base.FOUND
    assert not posts(server)


def test_others_do_not_count(server, client):
    """Equal ones of other operations, and of people."""
    shop(server, {**OURS, "meta_data": []}, {**refund(803, "10.50", reference="op9")})
    assert client.perform(REFUND, client.picture(REFUND)).ok
    assert len(posts(server)) == 1


@pytest.mark.parametrize("operation", [REFUND, GESTURE, NOTE])
def test_a_used_nonce_means_that_a_copy_came_first(operation, server, client):
    used = error(
        "woocommerce_rest_authentication_error", 401, "Invalid nonce - nonce has already been used."
    )
    shop(server, **{REFUNDS: used, NOTES: used})
    with pytest.raises(errors.UnknownOutcomeError) as caught:
        client.perform(operation, client.picture(operation))
    assert caught.value.code == "nonce"


@pytest.mark.parametrize("operation", [REFUND, GESTURE, NOTE])
@pytest.mark.parametrize("status", [400, 403, 404, 405, 406, 409, 410, 413, 418, 451])
def test_a_page_instead_of_wordpress_is_doubt(status, operation, server, client):
    page = Reply(HTML, status, "text/html")
    shop(server, **{REFUNDS: page, NOTES: page})
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(operation, client.picture(operation))


def test_pages_that_come_before_wordpress(server, client):
    """Too many calls, and a login that the web server refuses: nothing was executed."""
    for status, kind in ((429, errors.NotSentError), (401, errors.LoginError)):
        page = Reply(HTML, status, "text/html", {"Retry-After": "9"})
        shop(server, **{REFUNDS: page})
        with pytest.raises(kind):
            client.perform(REFUND, client.picture(REFUND))
    page = Reply(HTML, 503, "text/html", {"Retry-After": "9"})
    shop(server, **{REFUNDS: page})
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(REFUND, client.picture(REFUND))


# A refusal that a first copy of the call brought about


def refused_after(server, *refunds, refusal=TOO_MUCH):
    """A shop that shows these refunds once it was asked for one."""

    def refuse(_request):
        shop(server, *refunds)
        return refusal

    shop(server, **{REFUNDS: refuse})


def test_a_refusal_after_it_was_done(server, client):
    refused_after(server, OURS)
    assert client.perform(REFUND, client.picture(REFUND)).items[0].remote_id == "802-11"
    refused_after(server, OURS)
    with pytest.raises(errors.UnknownOutcomeError):
        operation = replace(REFUND, pay_back=True)
        client.perform(operation, client.picture(operation))


def test_a_refusal_while_it_is_being_done(server, client):
    """The shop writes our reference last: a new refund of the same amount may be ours."""
    refused_after(server, {**OURS, "meta_data": []})
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(REFUND, client.picture(REFUND))


def test_a_refusal_that_is_one(server, client):
    """Somebody gave something else meanwhile."""
    refused_after(server, refund(803, "120.00"))
    with pytest.raises(errors.RefusedError, match="Invalid refund amount"):
        client.perform(REFUND, client.picture(REFUND))
    gone = error("woocommerce_rest_invalid_order_id", 404)

    def delete(_request):
        shop(server, **{"GET wc/v3/orders/501": gone})
        return gone

    shop(server, **{REFUNDS: delete})
    with pytest.raises(errors.RefusedError):
        client.perform(REFUND, client.picture(REFUND))


def test_a_refusal_and_then_silence(server, client):
    def refuse(_request):
        shop(server, **{"GET wc/v3/orders/501": drop()})
        return TOO_MUCH

    shop(server, **{REFUNDS: refuse})
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(REFUND, client.picture(REFUND))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Invalid refund amount.", errors.RefusedError),
        ("The payment gateway for this order does not exist.", errors.RefusedError),
        ("Timeout; a second try does not support automatic refunds", errors.UnknownOutcomeError),
        ("Gateway: invalid refund amount, see transaction 7", errors.UnknownOutcomeError),
    ],
)
def test_only_the_shops_own_words_are_sure(text, kind, server, client):
    """What a payment service says may quote them after it has paid."""
    shop(server, **{REFUNDS: error("woocommerce_rest_cannot_create_order_refund", 500, text)})
    operation = replace(REFUND, pay_back=True)
    with pytest.raises(kind):
        client.perform(operation, client.picture(operation))


def test_amounts_are_plain_numbers(server, client):
    shop(server)
    operation = refund_of((LINE, "1E+1", None, None))
    client.perform(operation, client.picture(operation))
    assert json.loads(posts(server)[0].body)["amount"] == "10"
