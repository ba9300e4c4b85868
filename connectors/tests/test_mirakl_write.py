"""What Mirakl is sent (golden requests), what its answers mean, and how doubt ends."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import golden_rest
import pytest
from mirakl_wire import (
    LINE,
    LINE_2,
    NOW,
    ORDER,
    THREAD,
    MiraklWire,
    answer,
    error,
    given,
    line,
    message,
    order,
    orders,
    thread,
    threads,
)
from wire import Reply, WireServer

from connectors import base, errors, records
from connectors.mirakl import const

wire = MiraklWire()
REPLY, REFUND, REFUSAL, RESOLVE = wire.operations
FILE = base.OutFile('Räch"nung\n№ 1.pdf', b"%PDF-1", "application/pdf")
QUESTION = base.Reply(
    "op5", "", "Haben Sie die Lampe?", ("customer", "operator"), ORDER, topic="Lieferung"
)
TO_OPERATOR = base.Reply("op6", "", "Wir haben erstattet.", topic_code="X")
TAXED = line(
    taxes=[{"code": "VAT", "amount": "9.48"}],
    shipping_taxes=[{"code": "VAT", "amount": "0.76"}],
)
EXCLUDED = order(TAXED, line(2, price=25.8, shipping_price=0), order_tax_mode="TAX_EXCLUDED")
WAITING = order(
    line(state="WAITING_DEBIT", debited_date=None, shipped_date=None),
    line(2, state="WAITING_DEBIT", debited_date=None, shipped_date=None),
    order_state="WAITING_DEBIT",
    customer_debited_date=None,
    can_cancel=True,
)
FROZEN = order(line(state="INCIDENT_OPEN", order_line_state_reason_code="3"), line(2))
SENT = NOW - timedelta(minutes=30)


@pytest.fixture
def server():
    with WireServer(wire.is_login) as server:
        yield server


@pytest.fixture
def client(server):
    with wire.make_client(server.url) as client:
        yield client


def refund(*parts, **more):
    """`parts`: (line, goods, shipping or None)."""
    lines = tuple(
        base.RefundLine(
            line_id,
            amount=Decimal(goods),
            shipping=Decimal(shipping or 0),
            with_shipping=shipping is not None,
            reason_code="19",
            **more,
        )
        for line_id, goods, shipping in parts
    )
    return replace(REFUND, lines=lines)


def refuse(*decisions, **more):
    found = tuple(
        base.LineDecision(
            line_id, True, amount=Decimal(goods), shipping=Decimal(shipping), reason_code="34"
        )
        for line_id, goods, shipping in decisions
    )
    return replace(REFUSAL, decisions=found, **more)


def take(client, server, operation, reply):
    """The picture of an operation; afterwards the server is as new."""
    server.replies = [reply]
    before = client.picture(operation)
    server.requests.clear()
    return before


def picture_of(client, server, operation, node):
    return take(client, server, operation, orders(node))


def refunds(*items):
    return answer({"order_tax_mode": "TAX_INCLUDED", "refunds": list(items)})


def done(number, line_id=LINE, amount="10.50"):
    return {
        "refund_id": str(number),
        "order_refund_id": "u",
        "order_line_id": line_id,
        "amount": amount,
        "shipping_amount": 0,
        "quantity": 0,
        "reason_code": "19",
    }


def sent(server):
    return json.loads(server.requests[-1].body)


# Golden requests

CALLS = {
    "reply": (replace(REPLY, recipients=()), answer(thread())),
    "reply_with_files": (
        replace(
            REPLY, recipients=("customer", "operator"), files=(FILE, base.OutFile("b.bin", b"\0"))
        ),
        answer(thread()),
    ),
    "conversation": (QUESTION, threads()),
    "to_operator": (TO_OPERATOR, threads()),
    "refund": (refund((LINE, "10.50", "4.00"), (LINE_2, "25.80", None)), orders(order())),
    "refund_units": (refund((LINE, "24.95", None), quantity=1), orders(order())),
    "refund_tax_excluded": (refund((LINE, "20", "4.76")), orders(EXCLUDED)),
    "refund_shipping": (refund((LINE, "0", "1.50")), orders(order())),
    "cancel_lines": (refuse((LINE, "49.90", "4"), (LINE_2, "10", "0")), orders(WAITING)),
    "cancel_order": (
        refuse((LINE, "0", "0"), (LINE_2, "0", "0"), whole_order=True),
        orders(WAITING),
    ),
    "resolve": (RESOLVE, orders(FROZEN)),
}


@pytest.mark.parametrize("name", CALLS)
def test_golden_request(name, server, client):
    operation, seen = CALLS[name]
    before = take(client, server, operation, seen)
    assert json.loads(json.dumps(before)) == before, "a picture is kept as JSON"
    server.replies = [Reply(b"", 500)]
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(operation, before)
    (request,) = server.requests
    golden_rest.assert_golden(request, "mirakl", name)


def test_golden_document(server, client):
    server.replies = [answer({"errors_count": 0})]
    client.add_document(ORDER, replace(FILE, name="Facture n° 7 été.pdf"))
    golden_rest.assert_golden(server.requests[0], "mirakl", "document")


def test_documents_are_refused(server, client):
    with pytest.raises(errors.RefusedError, match="type"):
        client.add_document(ORDER, base.OutFile("x.exe", b"x"))
    assert not server.requests
    failed = {"file_name": "r.pdf", "errors": [{"code": "TOO_BIG", "message": "zu groß"}]}
    server.replies = [answer({"errors_count": 1, "order_documents": [failed]})]
    with pytest.raises(errors.RefusedError) as caught:
        client.add_document(ORDER, base.OutFile("r.pdf", b"x"))
    assert (caught.value.code, caught.value.detail) == ("TOO_BIG", "zu groß")


def test_document_is_deleted(server, client):
    server.replies = [Reply(b"", 204)]
    client.delete_document("7")
    assert (server.requests[0].method, server.requests[0].path) == (
        "DELETE",
        "/api/orders/documents/7",
    )


def test_ids_cannot_leave_their_place(server, client):
    server.replies = [Reply(b"", 204)]
    client.perform(replace(RESOLVE, order_ref="../a?b", line_remote_id="x/y#z"))
    assert server.requests[0].path == "/api/orders/..%2Fa%3Fb/lines/x%2Fy%23z/resolve_incident"


def test_a_write_uses_a_connection_of_its_own(server, client):
    """A kept connection may have died: the write would be in doubt for nothing."""
    ports = []
    server.replies = [answer(thread()), answer({"message_id": "m7"}, 201)]
    choose = server.choose
    server.choose = lambda request: ports.append(request.port) or choose(request)
    client.perform(REPLY, client.picture(REPLY))
    assert len(set(ports)) == 2


# Replies


def test_reply_done(server, client):
    server.replies = [answer({"message_id": "m7", "thread_id": THREAD}, 201)]
    outcome = client.perform(REPLY, {"messages": [], "to": ["CUSTOMER"]})
    assert outcome == base.Outcome(True, remote_id="m7", case_remote_id=THREAD)


def test_reply_without_a_number_is_in_doubt(server, client):
    server.replies = [answer({"thread_id": THREAD}, 201)]
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(REPLY, {"messages": [], "to": ["CUSTOMER"]})


def test_reply_refused(server, client):
    server.replies = [error(400, "Recipient not allowed")]
    with pytest.raises(errors.RefusedError, match="Recipient not allowed"):
        client.perform(REPLY)
    server.replies = [error(403, "no")]
    with pytest.raises(errors.RefusedError, match="ROLE_PARTNER_MESSAGE_WRITE") as caught:
        client.perform(QUESTION)
    assert caught.value.code == "role"


NEWS = [
    # (last seen, own) and whether the thread m1 … m4 holds news
    ("m4", (), False),
    ("m3", (), True),
    ("m3", ("m4",), False),
    ("m2", ("m4",), True),
    ("m2", ("m3", "m4"), False),
    ("", (), False),
    ("deleted", (), False),
]


@pytest.mark.parametrize(("seen", "own", "is_news"), NEWS)
def test_news_stop_an_answer(seen, own, is_news, server, client):
    ours = message(4, "Von uns", "SHOP_USER")
    server.replies = [answer(thread(message(2), message(1), ours, message(3)))]
    operation = replace(REPLY, last_seen=seen, own=own)
    if is_news:
        with pytest.raises(errors.RefusedError) as caught:
            client.picture(operation)
        assert caught.value.code == base.NEWS
    else:
        assert client.picture(operation)["messages"] == ["m1", "m2", "m3", "m4"]
    assert [request.method for request in server.requests] == ["GET"]


OPERATOR = message(2, "Bitte prüfen", "OPERATOR_USER", to=("SHOP",))
COPIED = message(2, "Bitte prüfen", "OPERATOR_USER", to=("SHOP", "CUSTOMER"))
OURS = message(3, "Erledigt", "SHOP_USER", to=("OPERATOR",))


@pytest.mark.parametrize(
    ("found", "to"),
    [
        ([message(1)], ["CUSTOMER"]),
        ([message(1), OPERATOR], ["OPERATOR"]),
        ([message(1), COPIED, OURS], ["OPERATOR", "CUSTOMER"]),
        ([message(1, to=("SHOP", "OPERATOR"))], ["CUSTOMER", "OPERATOR"]),
        ([OURS], ["CUSTOMER"]),
        ([message(1, sender="ROBOT_USER", to=())], ["CUSTOMER"]),
    ],
)
def test_an_answer_goes_to_whoever_wrote(found, to, server, client):
    server.replies = [answer(thread(*found))]
    assert client.picture(replace(REPLY, recipients=()))["to"] == to


def test_recipients_are_authorised(server, client):
    people = [{"type": "OPERATOR", "display_name": "x"}, {"type": "SHOP", "id": "1"}]
    server.replies = [answer(thread(OPERATOR, authorized_participants=people))]
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(REPLY)
    assert caught.value.code == "recipient"
    assert client.picture(replace(REPLY, recipients=("operator",)))["to"] == ["OPERATOR"]
    server.replies = [answer(thread(authorized_participants=people[1:]))]
    with pytest.raises(errors.RefusedError, match="nobody"):
        client.picture(replace(REPLY, recipients=()))


def test_a_full_thread_takes_no_answer(server, client):
    full = [message(n % 60) | {"id": f"m{n}"} for n in range(const.MAX_MESSAGES)]
    server.replies = [answer(thread(*full))]
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(REPLY)
    assert caught.value.code == "thread_full"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"text": "ab"}, "text_length"),
        ({"text": "a" * 50001}, "text_length"),
        ({"files": (base.OutFile("a", b"x"),) * 51}, "too_many_files"),
        ({"files": (base.OutFile("a", b"x" * (30 * 1024 * 1024)),)}, "too_big"),
    ],
)
def test_limits_are_checked_before_sending(more, code, server, client):
    for call in (client.picture, client.perform):
        with pytest.raises(errors.RefusedError) as caught:
            call(replace(REPLY, **more))
        assert caught.value.code == code
    assert not server.requests


def test_topics(server, client):
    server.replies = [answer({"message_id": "m", "thread_id": "t"}, 201)]

    def topic(**more):
        client.perform(replace(QUESTION, **more))
        (part,) = golden_rest.describe(server.requests[-1])["body"]
        return part["body"]["topic"]

    assert topic() == {"type": "FREE_TEXT", "value": "Lieferung"}
    assert topic(topic_code="26") == {"type": "REASON_CODE", "value": "26"}
    assert topic(topic=" ", text="Guten\nTag") == {"type": "FREE_TEXT", "value": "Guten Tag"}
    assert len(topic(topic="x" * 500)["value"]) == 100


def find_reply(client, server, *found, before=("m1",), sent_at=SENT, operation=REPLY):
    server.replies = [answer(thread(*found))]
    return client.find(operation, {"messages": list(before), "to": ["CUSTOMER"]}, sent_at)


def ours(number, text="Sie ist  unterwegs.\r\n", minute=35, **more):
    return message(1, text, "SHOP_USER", **more) | {
        "id": f"m{number}",
        "date_created": f"2026-11-20T11:{minute}:00Z",
    }


def test_a_lost_reply_is_found(server, client):
    finding = find_reply(client, server, message(1), ours(2))
    assert finding.verdict == base.FOUND
    assert finding.outcome == base.Outcome(True, remote_id="m2", case_remote_id=THREAD)


def test_of_several_equal_replies_the_first_new_one_counts(server, client):
    found = [ours(4, minute=40), ours(3, minute=36), ours(2, minute=35)]
    finding = find_reply(client, server, *found, before=("m2",))
    assert finding.outcome.remote_id == "m3"


@pytest.mark.parametrize(
    "other",
    [
        ours(2, "Etwas anderes"),
        ours(2) | {"from": {"type": "CUSTOMER_USER"}},
        ours(2) | {"from": None},
    ],
)
def test_what_is_not_our_reply(other, server, client):
    assert find_reply(client, server, other).verdict == base.ABSENT


def test_another_reply_of_ours_is_not_this_one(server, client):
    operation = replace(REPLY, own=("m2",))
    finding = find_reply(client, server, message(1), ours(2), operation=operation)
    assert finding.verdict == base.ABSENT


def test_the_same_text_to_somebody_else_is_not_taken(server, client):
    """A person decides; where both are there, the one to the same people is ours."""
    other = ours(2, to=("OPERATOR",))
    assert find_reply(client, server, other).verdict == base.UNDECIDABLE
    finding = find_reply(client, server, other, ours(3, minute=40, to=("CUSTOMER",)))
    assert finding.outcome.remote_id == "m3"


def test_clocks_do_not_decide_about_a_reply(server, client):
    early = ours(2) | {"date_created": "2026-11-19T11:20:00Z"}
    assert find_reply(client, server, message(1), early).verdict == base.FOUND


def test_an_old_message_to_the_operator_is_not_ours(server, client):
    """It was not in the picture because its thread had been silent for long."""
    old = ours(9, TO_OPERATOR.text) | {"date_created": "2026-11-20T10:20:00Z"}
    server.replies = [threads(thread(old))]
    assert client.find(TO_OPERATOR, {"messages": []}, SENT).verdict == base.ABSENT


def test_a_reply_may_come_late(server, client):
    assert find_reply(client, server, message(1), sent_at=NOW).verdict == base.NOT_YET
    finding = find_reply(client, server, message(1), ours(2, minute=59), sent_at=NOW)
    assert finding.verdict == base.FOUND
    assert client.find(REPLY, {}, SENT).verdict == base.UNDECIDABLE


def test_a_lost_conversation_is_found(server, client):
    before = take(client, server, QUESTION, threads(thread(ours(2, QUESTION.text))))
    assert before == {"messages": ["m2"]}
    new = thread(ours(9, QUESTION.text), number="new")
    server.replies = [threads(thread(ours(2, QUESTION.text)), new)]
    finding = client.find(QUESTION, before, SENT)
    assert finding.outcome == base.Outcome(True, remote_id="m9", case_remote_id="new")
    assert "entity_type=MMP_ORDER" in server.requests[0].path
    server.replies = [threads(thread(ours(2, QUESTION.text)))]
    assert client.find(QUESTION, before, SENT).verdict == base.ABSENT


def test_a_lost_message_to_the_operator_is_found(server, client):
    before = take(client, server, TO_OPERATOR, threads())
    server.replies = [threads(thread(ours(9, TO_OPERATOR.text), number="new"))]
    assert client.find(TO_OPERATOR, before, SENT).outcome.case_remote_id == "new"
    path = server.requests[0].path
    assert (
        "entity_type=SELLER_OPERATOR" in path and "updated_since=2026-11-20T10%3A30%3A00Z" in path
    )


# Refunds


def test_refund_done(server, client):
    operation = refund((LINE, "10.50", None), (LINE_2, "5", None))
    server.replies = [refunds(done(8, LINE_2, "5"), done(7))]
    outcome = client.perform(operation)
    assert outcome.ok and [(i.item, i.remote_id) for i in outcome.items] == [
        (LINE, "7"),
        (LINE_2, "8"),
    ]
    assert outcome.items[0].amount == Decimal("10.50")


@pytest.mark.parametrize(
    "reply",
    [
        refunds(),
        refunds(done(7, LINE_2)),
        refunds(done(7), done(8)),
        refunds({**done(7), "refund_id": None}),
        answer({}),
        answer({"refunds": "7"}),
        answer({"refunds": [done(7)]}, 202),
    ],
)
def test_partial_answers_are_in_doubt(reply, server, client):
    server.replies = [reply]
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(REFUND)
    assert len(server.requests) == 1


def test_refund_refused(server, client):
    server.replies = [error(400, "The payable balance of the shop is too small.")]
    with pytest.raises(errors.RefusedError, match="payable balance"):
        client.perform(REFUND)
    server.replies = [error(403)]
    with pytest.raises(errors.RefusedError) as caught:
        client.perform(REFUND)
    assert "ROLE_PARTNER_ORDER_REFUND_REQUEST / ROLE_PARTNER_ORDER_REFUND" in str(caught.value)


def test_picture_of_an_order(server, client):
    node = order(line(refunds=[given(1, 10, 1)]))
    before = picture_of(client, server, REFUND, node)
    assert (before["charged"], before["refunded"], before["tax_mode"]) == (
        "79.70",
        "11.00",
        "TAX_INCLUDED",
    )
    assert before["lines"][LINE]["left"] == "39.9"
    assert before["lines"][LINE]["left_shipping"] == "3.0"


@pytest.mark.parametrize(
    ("operation", "node", "code"),
    [
        (refund((LINE, "49.91", None)), order(), "over_left"),
        (refund((LINE, "30", None), (LINE, "20", None)), order(), "over_left"),
        (refund((LINE, "1", "4.01")), order(), "over_left"),
        (refund((LINE, "40", None)), order(line(refunds=[given(1, 10)])), "over_left"),
        (refund((LINE, "40", None)), order(line(cancelations=[given(1, 10)])), "over_left"),
        (refund((LINE, "0", None)), order(), "no_amount"),
        (refund((LINE, "-1", "4")), order(), "no_amount"),
        (refund(("nothing", "1", None)), order(), "no_line"),
        (replace(REFUND, lines=(base.RefundLine(LINE, amount=Decimal(1)),)), order(), "no_reason"),
        (refund((LINE, "1", None)), WAITING, "not_debited"),
        (refuse((LINE, "1", "0")), order(), "debited"),
        (refund((LINE, "1", None)), order(line(state="REFUSED")), "no_way"),
        (refuse((LINE, "1", "0")), order(line(state="CANCELED")), "no_way"),
        (replace(REFUND, order_ref="other"), order(), "no_order"),
        (replace(RESOLVE, reason_code=""), FROZEN, "no_reason"),
        (replace(RESOLVE, line_remote_id=LINE_2), FROZEN, "no_incident"),
        (replace(RESOLVE, line_remote_id="nothing"), FROZEN, "no_line"),
    ],
)
def test_the_picture_stops_what_would_be_wrong(operation, node, code, server, client):
    server.replies = [orders(node)]
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(operation)
    assert caught.value.code == code
    assert [request.method for request in server.requests] == ["GET"]


def test_empty_operations(client):
    for operation in (replace(REFUND, lines=()), replace(REFUSAL, decisions=())):
        with pytest.raises(errors.NotSupportedError):
            client.perform(operation)


def test_more_than_is_left_is_not_sent_either(server, client):
    before = picture_of(client, server, REFUND, order())
    with pytest.raises(errors.RefusedError):
        client.perform(refund((LINE, "60", None)), before)
    assert not server.requests


def find(client, server, operation, before, now, sent_at=SENT):
    server.replies = [orders(now)]
    return client.find(operation, before, sent_at)


def test_a_lost_refund_is_found(server, client):
    old = given(1, "10.50")
    before = picture_of(client, server, REFUND, order(line(refunds=[old])))
    finding = find(client, server, REFUND, before, order(line(refunds=[old, given(2, 10.5)])))
    assert finding.verdict == base.FOUND and finding.outcome.ok
    assert [item.remote_id for item in finding.outcome.items] == ["2"]


def test_an_equal_refund_of_before_is_not_ours(server, client):
    """Two equal partial refunds are legitimate: only what is new counts."""
    node = order(line(refunds=[given(1, "10.50")]))
    before = picture_of(client, server, REFUND, node)
    assert find(client, server, REFUND, before, node).verdict == base.ABSENT
    assert find(client, server, REFUND, before, node, sent_at=NOW).verdict == base.NOT_YET


def test_two_equal_parts_need_two_refunds(server, client):
    operation = refund((LINE, "5", None), (LINE, "5", None))
    before = picture_of(client, server, operation, order())
    two = order(line(refunds=[given(1, 5), given(2, 5)]))
    finding = find(client, server, operation, before, two)
    assert [item.remote_id for item in finding.outcome.items] == ["1", "2"]
    one = order(line(refunds=[given(1, 5)]))
    finding = find(client, server, operation, before, one)
    assert not finding.outcome.ok and [item.ok for item in finding.outcome.items] == [True, False]


@pytest.mark.parametrize("other", [given(2, 9), given(2, "10.50", reason="15"), given(2, 10.5, 1)])
def test_another_new_refund_of_the_line_is_for_a_person(other, server, client):
    before = picture_of(client, server, REFUND, order())
    finding = find(client, server, REFUND, before, order(line(refunds=[other])))
    assert finding.verdict == base.UNDECIDABLE and finding.now["refunded"] != before["refunded"]


def test_a_refund_of_another_line_is_not_ours(server, client):
    before = picture_of(client, server, REFUND, order())
    now = order(line(), line(2, refunds=[given(2, "10.50")]))
    assert find(client, server, REFUND, before, now).verdict == base.ABSENT


def test_part_of_a_call_may_have_happened(server, client):
    operation = refund((LINE, "10.50", None), (LINE_2, "5", None))
    before = picture_of(client, server, operation, order())
    now = order(line(refunds=[given(2, "10.50")]), line(2))
    assert find(client, server, operation, before, now, sent_at=NOW).verdict == base.NOT_YET
    finding = find(client, server, operation, before, now)
    assert finding.verdict == base.FOUND and not finding.outcome.ok
    assert [item.ok for item in finding.outcome.items] == [True, False]


def test_doubt_without_a_picture_or_an_order(server, client):
    assert find(client, server, REFUND, {}, order()).verdict == base.UNDECIDABLE
    server.replies = [orders()]
    assert client.find(REFUND, {"lines": {LINE: {}}}, SENT).verdict == base.UNDECIDABLE


def test_unreadable_orders_leave_the_doubt(server, client):
    server.replies = [orders(order(line(price="much")))]
    for call in (lambda: client.picture(REFUND), lambda: client.find(REFUND, {"lines": {}}, SENT)):
        with pytest.raises(errors.UnknownOutcomeError):
            call()


# Cancellations


def test_cancel_lines_done(server, client):
    operation = refuse((LINE, "49.90", "4"))
    before = picture_of(client, server, operation, WAITING)
    row = {"cancelation_id": 5, "order_line_id": LINE, "amount": 49.9, "shipping_amount": 4}
    server.replies = [answer({"cancelations": [row]})]
    outcome = client.perform(operation, before)
    assert outcome.ok and outcome.items[0].remote_id == "5"
    assert outcome.items[0].amount == Decimal("53.90")


def whole(**more):
    return refuse((LINE, "0", "0"), (LINE_2, "0", "0"), whole_order=True, **more)


def test_a_whole_order_is_cancelled_by_one_call(server, client):
    before = picture_of(client, server, whole(), WAITING)
    server.replies = [Reply(b"", 204)]
    outcome = client.perform(whole(), before)
    assert outcome.ok and [item.amount for item in outcome.items] == [Decimal("53.9")] * 2
    assert server.requests[0].path == f"/api/orders/{ORDER}/cancel" and not server.requests[0].body


@pytest.mark.parametrize(
    ("operation", "node"),
    [
        (whole(), {**WAITING, "can_cancel": False}),
        (
            whole(),
            {
                **WAITING,
                "order_lines": [
                    {**WAITING["order_lines"][0], "cancelations": [given(1, 5)]},
                    WAITING["order_lines"][1],
                ],
            },
        ),
        (refuse((LINE, "0", "0"), whole_order=True), WAITING),
        (replace(whole(), whole_order=False), WAITING),
    ],
)
def test_otherwise_lines_are_cancelled(operation, node, server, client):
    before = picture_of(client, server, operation, node)
    server.replies = [Reply(b"", 500)]
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(operation, before)
    assert server.requests[0].path == "/api/orders/cancel"
    first = sent(server)["cancelations"][0]
    expected = 44.9 if node["order_lines"][0]["cancelations"] else 49.9
    assert (first["amount"], first["shipping_amount"]) == (expected, 4.0)


@pytest.mark.parametrize(
    "parts",
    [
        (("24.95", "4"), ("49.90", "4")),
        (("49.90", "0"), ("49.90", "4")),
        (("49.90", "4"), ("49.89", "4")),
    ],
)
def test_a_part_is_never_the_whole_order(parts, server, client):
    """Other requests may wait for the rest: what one asks is all that it gives."""
    rows = [(line_id, *part) for line_id, part in zip((LINE, LINE_2), parts, strict=True)]
    operation = refuse(*rows, whole_order=True)
    before = picture_of(client, server, operation, WAITING)
    server.replies = [Reply(b"", 500)]
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(operation, before)
    assert server.requests[0].path == "/api/orders/cancel"
    entries = sent(server)["cancelations"]
    asked = [(Decimal(str(e["amount"])), Decimal(str(e["shipping_amount"]))) for e in entries]
    assert asked == [(Decimal(goods), Decimal(shipping)) for goods, shipping in parts]


def test_all_of_every_line_is_the_whole_order(server, client):
    operation = refuse((LINE, "49.90", "4"), (LINE_2, "49.90", "4"), whole_order=True)
    before = picture_of(client, server, operation, WAITING)
    server.replies = [Reply(b"", 204)]
    assert client.perform(operation, before).ok
    assert server.requests[0].path == f"/api/orders/{ORDER}/cancel"


def test_units_left_to_cancel(server, client):
    part = {**WAITING["order_lines"][0], "cancelations": [given(1, "24.95", quantity=1)]}
    node = {**WAITING, "order_lines": [part]}
    for amount, units in (("24.95", 1), ("3", 0)):
        operation = refuse((LINE, amount, "0"))
        before = picture_of(client, server, operation, node)
        server.replies = [Reply(b"", 500)]
        with pytest.raises(errors.UnknownOutcomeError):
            client.perform(operation, before)
        assert sent(server)["cancelations"][0]["quantity"] == units


def test_kept_lines_are_not_cancelled(server, client):
    operation = replace(
        refuse((LINE, "1", "0")),
        decisions=(*refuse((LINE, "1", "0")).decisions, base.LineDecision(LINE_2, False)),
    )
    before = picture_of(client, server, operation, WAITING)
    server.replies = [Reply(b"", 500)]
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(operation, before)
    assert [item["order_line_id"] for item in sent(server)["cancelations"]] == [LINE]


def test_a_lost_cancellation_is_found(server, client):
    operation = refuse((LINE, "5", "0"))
    before = picture_of(client, server, operation, WAITING)
    first, second = WAITING["order_lines"]
    now = {
        **WAITING,
        "order_lines": [{**first, "cancelations": [given(9, 5, reason="34")]}, second],
    }
    finding = find(client, server, operation, before, now)
    assert finding.outcome.items[0].remote_id == "9"
    assert find(client, server, operation, before, WAITING).verdict == base.ABSENT


def test_a_lost_whole_cancellation_is_found(server, client):
    before = picture_of(client, server, whole(), WAITING)
    lines = [{**item, "order_line_state": "CANCELED"} for item in WAITING["order_lines"]]
    for now in ({**WAITING, "order_state": "CANCELED"}, {**WAITING, "order_lines": lines}):
        finding = find(client, server, whole(), before, now)
        assert finding.verdict == base.FOUND and len(finding.outcome.items) == 2
    assert find(client, server, whole(), before, WAITING).verdict == base.ABSENT


# Incidents


def test_resolve_done(server, client):
    before = picture_of(client, server, RESOLVE, FROZEN)
    server.replies = [Reply(b"", 204)]
    assert client.perform(RESOLVE, before) == base.Outcome(True)


def test_resolve_in_doubt(server, client):
    before = picture_of(client, server, RESOLVE, FROZEN)
    finding = find(client, server, RESOLVE, before, FROZEN, sent_at=NOW)
    assert finding.verdict == base.ABSENT and "harmless" in finding.reason
    assert find(client, server, RESOLVE, before, order()).outcome == base.Outcome(True)


def test_resolve_where_the_line_has_no_state(server, client):
    """A sparse answer proves no end: Mirakl itself decides, and a doubt is not taken as done."""
    sparse = order(line(state=None), line(2))
    before = picture_of(client, server, RESOLVE, sparse)
    finding = find(client, server, RESOLVE, before, sparse, sent_at=NOW)
    assert finding.verdict == base.ABSENT


def test_resolve_refused(server, client):
    server.replies = [error(400, "The shop may not use the reason 10.")]
    with pytest.raises(errors.RefusedError, match="may not use"):
        client.perform(RESOLVE)


def test_lines_in_an_incident_can_be_refunded(server, client):
    before = picture_of(client, server, REFUND, FROZEN)
    assert before["lines"][LINE]["give_back"] == records.BY_REFUND
