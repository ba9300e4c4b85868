"""What WooCommerce and WCFM are sent (golden requests), what their answers mean, how doubt ends."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode, urlsplit

import golden_rest
import pytest
import woo_wire as woo
from wire import Reply, WireServer, drop
from woo_wire import (
    LINE,
    LINE_2,
    NOW,
    ORDER,
    OperatorWire,
    Routes,
    SellerWire,
    answer,
    details,
    error,
    gateway,
    note,
    order,
    refund,
    reply,
    vendor_note,
)

from connectors import base, errors, payload, texts

operator_wire, seller_wire = OperatorWire(), SellerWire()
REFUND, GESTURE, NOTE = operator_wire.operations
REPLY, VENDOR_NOTE = seller_wire.operations
TICKET_REPLY = replace(REPLY, case_remote_id="ticket:61")
SENT = NOW - timedelta(minutes=30)
REFUNDS, NOTES = "POST wc/v3/orders/501/refunds", "POST wc/v3/orders/501/notes"
INQUIRY = "GET wcfmmp/v1/enquiries/41"


@pytest.fixture
def server():
    with WireServer(seller_wire.is_login) as server:
        server.login = seller_wire.login_reply()
        yield server


@pytest.fixture
def client(server):
    with operator_wire.make_client(server.url) as client:
        yield client


@pytest.fixture
def seller(server):
    with seller_wire.make_client(server.url) as client:
        yield client


def shop(server, *refunds, node=None, notes=(), **more):
    """A shop with one order."""
    node = node or order(refunds=refunds)
    return Routes(
        server,
        {
            "GET wc/v3/orders/501": answer(node),
            "GET wc/v3/orders/501/refunds": answer(list(refunds)),
            "GET wc/v3/orders/501/notes": answer(list(notes)),
            "GET wc/v3/payment_gateways/stripe": gateway(),
            REFUNDS: answer({"id": 801, "amount": "10.50", "refunded_payment": False}, 201),
            NOTES: answer(note(90), 201),
            **more,
        },
    )


def market(server, *replies, **more):
    """A marketplace with one order and one inquiry."""
    return Routes(
        server,
        {
            "GET ": answer(woo.INDEX),
            "GET wcfmmp/v1": answer({"namespace": "wcfmmp/v1", "routes": {}}),
            "GET wcfmmp/v1/site-details": answer(woo.SITE_DETAILS),
            "GET wcfmmp/v1/user-profile": answer(woo.PROFILE),
            "GET wcfmmp/v1/settings/id/7": answer(woo.SETTINGS),
            "GET wcfmmp/v1/orders/501": answer(order(vendor_order_details={"vendor_id": "7"})),
            "GET wcfmmp/v1/orders/note/501": answer([]),
            "POST wcfmmp/v1/orders/note/501": answer([vendor_note(90, customer=True)]),
            INQUIRY: answer(details(41, *replies)),
            "POST wcfmmp/v1/enquiries/41/reply": answer(details(41, *replies, reply(72))),
            **more,
        },
    )


TICKET_ROUTES = {
    "/wcfmmp/v1/support": {},
    "/wcfmmp/v1/support/(?P<id>[\\d]+)": {},
    "/wcfmmp/v1/support/(?P<id>[\\d]+)/reply": {},
}


def refund_of(*parts, **more):
    """`parts`: (line, goods, shipping or None, units or None)."""
    lines = tuple(
        base.RefundLine(
            line_id,
            amount=Decimal(goods),
            shipping=Decimal(shipping or 0),
            with_shipping=shipping is not None,
            quantity=units,
        )
        for line_id, goods, shipping, units in parts
    )
    return replace(REFUND, lines=lines, **more)


def plain(request):
    """A request without what is new in each signature."""
    parts = urlsplit(request.path)
    found = [(n, v) for n, v in parse_qsl(parts.query) if not n.startswith("oauth_")]
    query = f"?{urlencode(found)}" if found else ""
    return replace(request, path=f"{parts.path}{query}")


def sent(server):
    return json.loads(server.requests[-1].body)


# Golden requests

WHOLE = [(LINE, "98.14", "4.90", 2), (LINE_2, "25.90", None, 1)]
PAID = {"pay_back": True, "restock": True, "reason_text": "Riemen gerissen"}
OPERATOR_CALLS = {
    "refund_amount": REFUND,
    "refund_units": refund_of((LINE, "49.07", None, 1), restock=True),
    "refund_order": refund_of(*WHOLE, **PAID),
    "refund_shipping": refund_of((LINE, "0", "2.00", None)),
    "gesture": replace(GESTURE, pay_back=True, reason_text="Entschuldigung"),
    "note": NOTE,
    "private_note": replace(
        NOTE, comments=(base.Comment("70002", ORDER, text="a < b & c\nd", date="2026-11-20"),)
    ),
}
SELLER_CALLS = {
    "answer": replace(REPLY, text="Segeltuch <dick>,\nwaschbar & fest."),
    "ticket_answer": TICKET_REPLY,
    "vendor_note": VENDOR_NOTE,
    "vendor_private_note": replace(
        VENDOR_NOTE, comments=(base.Comment("70002", ORDER, text="intern", date="2026-11-20"),)
    ),
}


def check_golden(name, operation, client, table):
    before = client.picture(operation)
    assert json.loads(json.dumps(before)) == before, "a picture is kept as JSON"
    table.server.requests.clear()
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(operation, before)
    (request,) = table.server.requests
    golden_rest.assert_golden(plain(request), "woocommerce", name)


@pytest.mark.parametrize("name", OPERATOR_CALLS)
def test_golden_request(name, server, client):
    broken = {REFUNDS: Reply(b"", 500), NOTES: Reply(b"", 500)}
    check_golden(name, OPERATOR_CALLS[name], client, shop(server, **broken))


@pytest.mark.parametrize("name", SELLER_CALLS)
def test_golden_vendor_request(name, server, seller):
    table = market(
        server,
        **{
            "GET wcfmmp/v1": answer({"routes": TICKET_ROUTES}),
            "GET wcfmmp/v1/support/61": answer(woo.ticket(vendor_id="7", all_replies=[])),
            "POST wcfmmp/v1/support/61/reply": Reply(b"", 500),
            "POST wcfmmp/v1/enquiries/41/reply": Reply(b"", 500),
            "POST wcfmmp/v1/orders/note/501": Reply(b"", 500),
        },
    )
    check_golden(name, SELLER_CALLS[name], seller, table)


@pytest.mark.parametrize("name", {**OPERATOR_CALLS, **SELLER_CALLS})
def test_operations_are_kept_as_json(name):
    operation = {**OPERATOR_CALLS, **SELLER_CALLS}[name]
    kept = json.loads(json.dumps(payload.to_payload(operation)))
    assert payload.from_payload(operation.kind, operation.reference, kept) == operation


def test_a_write_uses_a_connection_of_its_own(server, client):
    shop(server)
    client.perform(NOTE, client.picture(NOTE))
    read, write = server.requests
    assert read.port != write.port


@pytest.mark.parametrize("ref", ["../1", "501?x", "5 01", "", "５０１", "W-501"])
def test_numbers_of_orders_are_digits(ref, server, client):
    """Ids cannot leave their place in an address."""
    table = shop(server)
    for operation in (replace(REFUND, order_ref=ref), replace(GESTURE, order_ref=ref)):
        with pytest.raises(errors.RefusedError):
            client.picture(operation)
    assert not table.server.requests


# Notes


def test_a_note_says_its_number(server, client):
    shop(server)
    outcome = client.perform(NOTE, client.picture(NOTE))
    (item,) = outcome.items
    assert outcome.ok
    assert (item.item, item.ok, item.remote_id) == ("70001", True, "90")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"visible": True, "mail": False}, "mails every note"),
        ({"visible": False, "mail": True}, "mails every note"),
        ({"text": "  "}, "empty"),
        ({"text": "x" * 50001}, "50,000"),
        ({"order_ref": ""}, "number"),
    ],
)
def test_notes_that_cannot_be_sent(changes, sentence, server, client, seller):
    comment = replace(NOTE.comments[0], **changes)
    assert sentence in client.get_comment_problem(comment)
    assert sentence in seller.get_comment_problem(comment)
    table = shop(server)
    with pytest.raises(errors.RefusedError, match=sentence):
        client.perform(replace(NOTE, comments=(comment,)))
    assert not table.server.requests


def test_a_note_on_an_order_without_an_address_is_only_shown(client):
    comment = base.Comment("1", order_ref="7", text="Hi", has_address=False)
    assert client.get_comment_problem(replace(comment, visible=True)) == ""
    assert "mails every note" in client.get_comment_problem(replace(comment, mail=True))


def test_one_comment_in_one_call(client, seller):
    assert client.max_comments == seller.max_comments == 1
    with pytest.raises(errors.NotSupportedError):
        client.perform(replace(NOTE, comments=NOTE.comments * 2))


def test_unknown_order(server, client):
    gone = error("woocommerce_rest_shop_order_invalid_id", 404)
    shop(server, **{"GET wc/v3/orders/501/notes": gone, "GET wc/v3/orders/501": gone})
    for operation in operator_wire.operations:
        with pytest.raises(errors.RefusedError) as caught:
            client.picture(operation)
        assert caught.value.code == "no_order"


LOST_NOTES = {
    "ours": ([note(91, customer=True)], base.FOUND),
    "with markup of WordPress": (
        [note(91, "<p>Ist&nbsp;unterwegs.</p>", customer=True)],
        base.FOUND,
    ),
    "nothing": ([], base.ABSENT),
    "the same, but private": ([note(91)], base.ABSENT),
    "automatic": ([note(91, customer=True, author="WooCommerce")], base.ABSENT),
    "another text": ([note(91, "Danke für Ihre Geduld!", customer=True)], base.ABSENT),
    "changed by the shop": ([note(91, "Ist unterwegs", customer=True)], base.UNDECIDABLE),
}


@pytest.mark.parametrize("name", LOST_NOTES)
def test_lost_note(name, server, client):
    """The same text was there before: it is not this note."""
    new, verdict = LOST_NOTES[name]
    old = note(80, customer=True)
    shop(server, notes=[old])
    before = client.picture(NOTE)
    shop(server, notes=[*new, old])
    finding = client.find(NOTE, before, SENT)
    assert finding.verdict == verdict
    if verdict == base.FOUND:
        assert finding.outcome.items[0].remote_id == "91"
    early = client.find(NOTE, before, NOW - timedelta(minutes=2))
    assert early.verdict == (verdict if verdict != base.ABSENT else base.NOT_YET)


def test_no_picture_is_for_a_person(server, client, seller):
    for operation in operator_wire.operations:
        assert client.find(operation, {}, SENT).verdict == base.UNDECIDABLE
    for operation in seller_wire.operations:
        assert seller.find(operation, {}, SENT).verdict == base.UNDECIDABLE
    assert not server.requests


# Giving money back


def test_a_refund_says_its_parts(server, client):
    shop(server)
    operation = refund_of((LINE, "10.00", "0.50", None))
    outcome = client.perform(operation, client.picture(operation))
    (item,) = outcome.items
    assert outcome.ok and not outcome.message
    assert (item.item, item.amount, item.remote_id) == (LINE, Decimal("10.50"), "801-11")


def test_a_gesture_says_its_number(server, client):
    shop(server)
    (item,) = client.perform(GESTURE, client.picture(GESTURE)).items
    assert (item.item, item.amount, item.remote_id) == (base.GESTURE, Decimal("5.00"), "801")


def test_both_flags_are_always_sent(server, client):
    """An absent flag would mean yes: the gateway pays, the units go back into stock."""
    shop(server)
    for operation in (REFUND, GESTURE):
        client.perform(operation, client.picture(operation))
        assert sent(server)["api_refund"] is False
        assert sent(server)["api_restock"] is False


@pytest.mark.parametrize(
    "operation",
    [
        replace(REFUND, pay_back=None),
        replace(GESTURE, pay_back=None),
        refund_of((LINE, "49.07", None, 1), restock=None),
        replace(GESTURE, amount=Decimal(0)),
        replace(GESTURE, amount=Decimal("-1")),
        refund_of((LINE, "10", "-4", None)),
    ],
)
def test_what_a_person_must_choose(operation, server, client):
    table = shop(server)
    for call in (client.picture, client.perform):
        with pytest.raises(errors.RefusedError):
            call(operation)
    assert not table.server.requests


def test_the_gateway_is_asked_first(server, client):
    operation = replace(REFUND, pay_back=True)
    table = shop(server, **{"GET wc/v3/payment_gateways/stripe": gateway(False)})
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(operation)
    assert caught.value.code == "no_gateway"
    client.picture(REFUND)  # only noted: no gateway is needed
    table.table["GET wc/v3/payment_gateways/stripe"] = error(
        "woocommerce_rest_payment_gateway_invalid", 404
    )
    with pytest.raises(errors.RefusedError):
        client.picture(operation)
    # Without the right to look, the shop will say it.
    table.table["GET wc/v3/payment_gateways/stripe"] = error("woocommerce_rest_cannot_view", 403)
    client.picture(operation)


def test_gateway(server, client):
    shop(server)
    found = client.get_gateway(ORDER)
    assert (found.code, found.title, found.can_refund) == ("stripe", "Stripe", True)
    shop(server, node=order(payment_method="", payment_method_title=""))
    assert client.get_gateway(ORDER).can_refund is False


REFUSED = error(
    "woocommerce_rest_cannot_create_order_refund",
    500,
    "The payment gateway for this order does not support automatic refunds.",
    data=400,
)


def test_refusals_come_with_http_500(server, client):
    """The code tells that nothing was done, whatever the status (2.4)."""
    shop(server, **{REFUNDS: REFUSED})
    with pytest.raises(errors.RefusedError, match="automatic refunds”\\.$") as caught:
        client.perform(REFUND, client.picture(REFUND))
    assert caught.value.code == "woocommerce_rest_cannot_create_order_refund"
    paid = replace(REFUND, pay_back=True)
    with pytest.raises(errors.RefusedError, match="automatic refunds"):
        client.perform(paid, client.picture(paid))


def test_payment_service_that_fails_is_doubt(server, client):
    """It may have paid all the same, and the shop takes its own record away."""
    failed = error("woocommerce_rest_cannot_create_order_refund", 500, "Card closed.", data=400)
    shop(server, **{REFUNDS: failed})
    paid = replace(REFUND, pay_back=True)
    with pytest.raises(errors.UnknownOutcomeError, match="may have paid all the same"):
        client.perform(paid, client.picture(paid))
    with pytest.raises(errors.RefusedError, match="Card closed"):
        client.perform(REFUND, client.picture(REFUND))


def test_php_that_dies_is_doubt(server, client):
    """WordPress tells of its own breakdown in JSON, too."""
    broken = error("internal_server_error", 500, "<p>There has been a critical error.</p>")
    shop(server, **{REFUNDS: broken, NOTES: broken})
    for operation in operator_wire.operations:
        with pytest.raises(errors.UnknownOutcomeError):
            client.perform(operation)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (refund_of((LINE, "98.15", None, None)), "over_left"),
        (refund_of((LINE, "50", None, None), (LINE, "50", None, None)), "over_left"),
        (refund_of((LINE, "1", "4.91", None)), "over_left"),
        (refund_of((LINE_2, "1", "0.01", None)), "over_left"),
        (refund_of(("99", "1", None, None)), "no_line"),
        (replace(GESTURE, amount=Decimal("128.95")), "over_left"),
    ],
)
def test_what_the_order_forbids(operation, code, server, client):
    shop(server)
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(operation)
    assert caught.value.code == code


def test_what_was_given_is_not_left(server, client):
    """A free amount lowers what is left of the order, not of its lines."""
    shop(server, refund(700, "100.00", paid=False))
    operation = refund_of((LINE, "29.00", None, None))
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(operation)
    assert caught.value.code == "over_left"
    before = client.picture(refund_of((LINE, "28.94", None, None)))
    assert (before["gestures"], before["left"]) == ("100.00", "28.94")


@pytest.mark.parametrize("status", ["pending", "on-hold", "failed", "cancelled"])
def test_nothing_was_paid(status, server, client):
    shop(server, node=order(status=status, date_paid=None, date_paid_gmt=None))
    for operation in (REFUND, GESTURE):
        with pytest.raises(errors.RefusedError) as caught:
            client.picture(operation)
        assert caught.value.code == "no_way"


OURS = refund(802, "10.50", ("11", 0, "8.82", "1.68"), paid=False, reference="op1")
LOST_REFUNDS = {
    "our reference": (REFUND, [OURS], base.FOUND),
    "our reference, another amount": (REFUND, [{**OURS, "amount": "10.49"}], base.FOUND),
    "same amount, no reference": (
        REFUND,
        [refund(802, "10.50", ("11", 0, "8.82", "1.68"), paid=False)],
        base.FOUND,
    ),
    "same amount, another's reference": (
        REFUND,
        [refund(802, "10.50", ("11", 0, "8.82", "1.68"), paid=False, reference="op9")],
        base.ABSENT,
    ),
    "same amount, no lines": (REFUND, [refund(802, "10.50", paid=False)], base.ABSENT),
    "same amount, another line": (
        REFUND,
        [refund(802, "10.50", ("12", 0, "10.50", "0"), paid=False)],
        base.ABSENT,
    ),
    "nothing": (REFUND, [], base.ABSENT),
    "gesture": (GESTURE, [refund(802, "5.00", paid=False)], base.FOUND),
    "gesture, another amount": (GESTURE, [refund(802, "5.01", paid=False)], base.ABSENT),
    "paid": (replace(REFUND, pay_back=True), [{**OURS, "refunded_payment": True}], base.FOUND),
    "not paid": (replace(REFUND, pay_back=True), [OURS], base.UNDECIDABLE),
    "not there, maybe paid": (replace(REFUND, pay_back=True), [], base.UNDECIDABLE),
}


@pytest.mark.parametrize("name", LOST_REFUNDS)
def test_lost_refund(name, server, client):
    """An equal one was there before: it is not this one."""
    operation, new, verdict = LOST_REFUNDS[name]
    old = refund(700, "10.50", ("11", 0, "8.82", "1.68"), paid=False)
    older = refund(699, "5.00", paid=False)
    shop(server, old, older)
    before = client.picture(operation)
    shop(server, *new, old, older)
    finding = client.find(operation, json.loads(json.dumps(before)), SENT)
    assert finding.verdict == verdict
    if verdict == base.FOUND:
        assert finding.outcome.items[0].remote_id.startswith("802")
    early = client.find(operation, before, NOW - timedelta(minutes=2))
    assert early.verdict == (verdict if verdict == base.FOUND else base.NOT_YET)


def test_refund_that_paid_nothing_says_so(server, client):
    shop(server)
    operation = replace(REFUND, pay_back=True)
    outcome = client.perform(operation, client.picture(operation))
    assert outcome.ok
    assert "does not say" in outcome.message


# Rights and login


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The API key provided does not have write permissions.", errors.RefusedError),
        ("Invalid nonce - nonce has already been used.", errors.UnknownOutcomeError),
        ("Invalid timestamp.", errors.NotSentError),
        ("Invalid signature - provided signature does not match.", errors.LoginError),
        ("Consumer key is invalid.", errors.LoginError),
    ],
)
def test_refused_keys(text, kind, server, client):
    refused = error("woocommerce_rest_authentication_error", 401, text)
    shop(server, **{NOTES: refused})
    with pytest.raises(kind):
        client.perform(NOTE)


def test_a_vendors_key(server, client):
    """A role without rights to orders: nothing stops, and the sentence says whose key it is."""
    shop(server, **{"GET wc/v3/orders/501": error("woocommerce_rest_cannot_view", 403)})
    with pytest.raises(errors.RefusedError, match="vendor") as caught:
        client.picture(REFUND)
    assert caught.value.code == "role"


# Answers of vendors


def test_an_answer_says_its_number(server, seller):
    market(server, reply(71))
    outcome = seller.perform(REPLY, seller.picture(REPLY))
    assert (outcome.ok, outcome.remote_id) == (True, "reply:72")


@pytest.mark.parametrize(
    "refused",
    [
        answer({"status": False, "message": "Please insert your reply before submit."}),
        answer({"success": False, "data": "You don't have permission to do this."}),
        error("rest_forbidden", 403),
        error("wcfmapi_rest_invalid_enquiry_id", 404),
    ],
)
def test_refusals_with_http_200(refused, server, seller):
    market(server, **{"POST wcfmmp/v1/enquiries/41/reply": refused})
    with pytest.raises(errors.RefusedError):
        seller.perform(REPLY, seller.picture(REPLY))


def test_an_inquiry_of_another_vendor(server, seller):
    """The route shows everybody's (3.3)."""
    table = market(server, **{INQUIRY: answer(details(41, vendor_id="8"))})
    with pytest.raises(errors.RefusedError) as caught:
        seller.picture(REPLY)
    assert caught.value.code == "no_case"
    assert not [r for r in table.server.requests if r.method == "POST"]


def test_news_stop_an_answer(server, seller):
    market(server, reply(71, by="9"))
    with pytest.raises(errors.RefusedError) as caught:
        seller.picture(replace(REPLY, last_seen="inquiry:41"))
    assert caught.value.code == base.NEWS
    seller.picture(replace(REPLY, last_seen="inquiry:41", own=("reply:71",)))
    seller.picture(replace(REPLY, last_seen="reply:71"))


LOST_ANSWERS = {
    "ours": ([reply(72)], base.FOUND),
    "with line breaks": ([reply(72, "Segeltuch.<br />")], base.FOUND),
    "nothing": ([], base.ABSENT),
    "the customer's": ([reply(72, by="9")], base.ABSENT),
    "the marketplace's": ([reply(72, by="1")], base.ABSENT),
    "another text": ([reply(72, "Ja, gern!")], base.ABSENT),
    "changed there": ([reply(72, "Segeltuch")], base.UNDECIDABLE),
}


@pytest.mark.parametrize("name", LOST_ANSWERS)
def test_lost_answer(name, server, seller):
    new, verdict = LOST_ANSWERS[name]
    market(server, reply(71))
    before = seller.picture(REPLY)
    market(server, reply(71), *new)
    finding = seller.find(REPLY, before, SENT)
    assert finding.verdict == verdict
    assert verdict != base.FOUND or finding.outcome.remote_id == "reply:72"


def test_a_lost_answer_is_not_its_twin(server, seller):
    """Another answer of ours with the same words, which has its own operation."""
    market(server, reply(71))
    before = seller.picture(REPLY)
    market(server, reply(71), reply(72))
    lost = replace(REPLY, own=("reply:71", "reply:72"))
    assert seller.find(lost, before, SENT).verdict == base.ABSENT
    market(server, reply(71), reply(72), reply(73))
    finding = seller.find(lost, before, SENT)
    assert (finding.verdict, finding.outcome.remote_id) == (base.FOUND, "reply:73")


def test_replies_that_are_not_shown(server, seller):
    """Without the right to see them, a lost answer is for a person."""
    hidden = {**details(41), "reply_count": None}
    del hidden["all_replies"]
    market(server, **{INQUIRY: answer(hidden), "POST wcfmmp/v1/enquiries/41/reply": answer(hidden)})
    before = seller.picture(REPLY)
    assert seller.perform(REPLY, before).remote_id == ""
    assert seller.find(REPLY, before, SENT).verdict == base.UNDECIDABLE


def test_tickets_are_answered_in_the_store_manager(server, seller):
    market(server)
    with pytest.raises(errors.RefusedError, match="store manager"):
        seller.picture(TICKET_REPLY)


def test_a_ticket_of_another_vendor(server, seller):
    market(
        server,
        **{
            "GET wcfmmp/v1": answer({"routes": TICKET_ROUTES}),
            "GET wcfmmp/v1/support/61": answer(woo.ticket(vendor_id="8", all_replies=[])),
        },
    )
    with pytest.raises(errors.RefusedError) as caught:
        seller.picture(TICKET_REPLY)
    assert caught.value.code == "no_case"


def test_tickets_are_answered_where_the_site_can(server, seller):
    fresh = woo.ticket(vendor_id="7", all_replies=[reply(5, "Segeltuch.")])
    market(
        server,
        **{
            "GET wcfmmp/v1": answer({"routes": TICKET_ROUTES}),
            "GET wcfmmp/v1/support/61": answer(woo.ticket(vendor_id="7", all_replies=[])),
            "POST wcfmmp/v1/support/61/reply": answer(fresh),
        },
    )
    outcome = seller.perform(TICKET_REPLY, seller.picture(TICKET_REPLY))
    assert outcome.remote_id == "ticket-reply:5"


# Notes of vendors


def test_a_vendors_note(server, seller):
    """WCFM puts the store's name above it."""
    text = "Upcycle Store has added the following note:<br/>Ist unterwegs."
    answered = [vendor_note(91, "Mail sent", author="system"), vendor_note(90, text, True)]
    table = market(server, **{"POST wcfmmp/v1/orders/note/501": answer(answered)})
    outcome = seller.perform(VENDOR_NOTE, seller.picture(VENDOR_NOTE))
    assert outcome.items[0].remote_id == "90"
    assert table.asked("orders/501"), "the routes of notes do not ask whose order it is"


def test_a_note_on_an_order_of_another_vendor(server, seller):
    table = market(
        server, **{"GET wcfmmp/v1/orders/501": error("wcfmapi_rest_invalid_vendor", 404)}
    )
    with pytest.raises(errors.RefusedError) as caught:
        seller.picture(VENDOR_NOTE)
    assert caught.value.code == "no_order"
    assert not table.asked("orders/note/501")


def test_no_notes_without_ultimate(server, seller):
    market(server, **{"GET wcfmmp/v1/site-details": answer({"is_wcfm_ultimate": False})})
    with pytest.raises(errors.RefusedError) as caught:
        seller.picture(VENDOR_NOTE)
    assert caught.value.code == "no_ultimate"


def test_a_lost_note_of_a_vendor(server, seller):
    market(server)
    before = seller.picture(VENDOR_NOTE)
    assert seller.find(VENDOR_NOTE, before, SENT).verdict == base.ABSENT
    text = "Upcycle Store a ajouté une note :<br/>Ist unterwegs."
    market(server, **{"GET wcfmmp/v1/orders/note/501": answer([vendor_note(90, text, True)])})
    finding = seller.find(VENDOR_NOTE, before, SENT)
    assert (finding.verdict, finding.outcome.remote_id) == (base.FOUND, "90")


@pytest.mark.parametrize(
    "text",
    [
        "Merci de me confirmer ceci : Ist unterwegs.",
        "Upcycle Store has added the following note:<br/>Merci de confirmer ceci : Ist unterwegs.",
        "Other Store has added the following note:<br/>Ist unterwegs.",
    ],
)
def test_a_colleagues_note_is_not_the_lost_one(text, server, seller):
    market(server)
    before = seller.picture(VENDOR_NOTE)
    market(server, **{"GET wcfmmp/v1/orders/note/501": answer([vendor_note(90, text, True)])})
    assert seller.find(VENDOR_NOTE, before, SENT).verdict == base.UNDECIDABLE


def test_a_token_that_ended(server, seller):
    """A kept token is dropped, and nothing is sent twice."""
    ended = error("jwt_auth_invalid_token", 403, "Expired token")
    market(server, **{"POST wcfmmp/v1/enquiries/41/reply": ended})
    seller.site.login.token = woo.make_token("7")
    with pytest.raises(errors.NotSentError):
        seller.perform(REPLY)
    assert seller.token_state == ("", None)
    assert not server.logins
    with pytest.raises(errors.LoginError):
        seller.perform(REPLY)
    assert len(server.logins) == 1


def test_the_connection_breaks(server, client):
    shop(server, **{NOTES: drop()})
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(NOTE, client.picture(NOTE))


# Texts


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        ("Größe: a < b & c", True),
        ("Größe: a < b", False),
        ("Größe: a &lt; b &amp; c", True),
        ("<p>Größe:\n a &lt;  b &amp; c</p>", True),
        ("Gro\u0308ße: a &lt; b &amp; c", True),
        ("My Store has added the following note: Größe: a &lt; b &amp; c", True),
        ("<b>My Store</b> a ajouté une note :<br/>Größe: a &lt; b &amp; c", True),
        ("Store has added the following note: Größe: a &lt; b &amp; c", False),
        ("My Store has added the following note: Is it so: Größe: a &lt; b &amp; c", False),
        ("My Store: hm. Größe: a &lt; b &amp; c", False),
        ("", False),
    ],
)
def test_texts_are_compared_as_people_see_them(shown, same):
    assert texts.is_same(shown, "Größe: a < b & c", "My Store") is same
