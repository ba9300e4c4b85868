"""What Cdiscount is sent (golden requests), what its answers mean, and how doubt ends."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import golden_tools
import pytest
from cdiscount_wire import NOW, ORDER, CdiscountWire, answer, fault, status
from lxml import etree
from wire import WireServer

from connectors import base, errors
from connectors.cdiscount import const, service

wire = CdiscountWire()
REFUND, GESTURE, REFUSAL, CLOSE = wire.operations
TWO_LINES = replace(
    REFUND,
    lines=(
        base.RefundLine("REF-1", ean="2000000000001", with_shipping=True),
        base.RefundLine("REF-2", reason_code="ClientRetraction"),
    ),
)
MIXED = base.RefuseLines(
    "op5",
    ORDER,
    (base.LineDecision("REF-1", True, "New"), base.LineDecision("REF-2", False, "LikeNew")),
    carrier="Colissimo",
    tracking_number="6A1",
    tracking_url="https://track.example/6A1",
)


@pytest.fixture
def server():
    with WireServer(wire.is_login) as server:
        server.login = wire.login_reply()
        yield server


@pytest.fixture
def client(server):
    with wire.make_client(server.url) as client:
        yield client


def refund_results(*items, name="SellerRefundList"):
    members = "".join(
        f"<SellerRefundResult>{status(ok, message)}<Ean/><Motive>ClientClaim</Motive>"
        f"<SellerProductId>{product}</SellerProductId><Value>19.90</Value></SellerRefundResult>"
        for product, ok, message in items
    )
    return f"<OrderNumber>{ORDER}</OrderNumber><{name}>{members}</{name}>"


def refund_answer(*items, **more):
    gestures = "<CommercialGestureList/>"
    return answer("CreateRefundVoucher", gestures + refund_results(*items), **more)


def gesture_answer(ok="true", message="", count=1, **more):
    item = (
        f"<RefundInformationMessage>{status(ok, message)}<Amount>10.50</Amount>"
        "<MotiveId>135</MotiveId></RefundInformationMessage>"
    )
    members = f"<CommercialGestureList>{item * count}</CommercialGestureList>"
    return answer("CreateRefundVoucher", members + "<SellerRefundList/>", **more)


def validate_answer(validated, lines=(), errors="", number=ORDER, **more):
    members = "".join(
        f"<ValidateOrderLineResult><Errors>{line_errors}</Errors>"
        f"<SellerProductId>{product}</SellerProductId><Updated>{updated}</Updated>"
        "</ValidateOrderLineResult>"
        for product, updated, line_errors in lines
    )
    return answer(
        "ValidateOrderList",
        f"<ValidateOrderResults><ValidateOrderResult><Errors>{errors}</Errors>"
        f"<OrderNumber>{number}</OrderNumber>"
        f"<ValidateOrderLineResults>{members}</ValidateOrderLineResults>"
        f"<Validated>{validated}</Validated><Warnings/></ValidateOrderResult>"
        "</ValidateOrderResults>",
        **more,
    )


def close_answer(*items, **more):
    members = "".join(
        f"<CloseDiscussionResult><DiscussionId>{number}</DiscussionId>"
        f"<OperationStatus>{close_status}</OperationStatus></CloseDiscussionResult>"
        for number, close_status in items
    )
    members = f"<CloseDiscussionResultList>{members}</CloseDiscussionResultList>"
    return answer("CloseDiscussionList", members, **more)


def error(error_type, text):
    return f"<Error><ErrorType>{error_type}</ErrorType><Message>{text}</Message></Error>"


# Golden requests


def read_two(client):
    list(client.pull("orders", {"until": "2024-01-20T11:00:00"}, None))


CALLS = {
    "refund": lambda client: client.perform(TWO_LINES),
    "gesture": lambda client: client.perform(GESTURE),
    "refuse_all": lambda client: client.perform(REFUSAL),
    "refuse_some": lambda client: client.perform(MIXED),
    "close": lambda client: client.perform(CLOSE),
    "orders": read_two,
    "orders_by_number": lambda client: client.get_orders([ORDER]),
    "claims": lambda client: list(client.pull("claims", {"until": NOW.isoformat()}, None)),
    "claims_by_order": lambda client: client.get_cases([ORDER]),
    "order_questions": lambda client: list(
        client.pull("order_questions", {"until": NOW.isoformat()}, None)
    ),
    "offer_questions": lambda client: list(
        client.pull("offer_questions", {"until": NOW.isoformat()}, None)
    ),
    "mail_list": lambda client: client.get_contact_address("900000001", ""),
    "mail_guid": lambda client: client._generate_address(ORDER),
    "carriers": lambda client: client.get_carriers(),
}


def send(call, client, server):
    server.replies = [fault("s:Server", "only the request matters")]
    with pytest.raises(errors.UnknownOutcomeError):
        call(client)
    return server.requests[0]


@pytest.mark.parametrize("name", CALLS)
def test_golden_request(name, server, client):
    request = send(CALLS[name], client, server)
    golden = golden_tools.read("cdiscount", f"{name}.request.xml")
    golden_tools.assert_same(request.body, golden)
    operation = etree.QName(golden_tools.soap_body(request.body)).localname
    action = f"http://www.cdiscount.com/IMarketplaceAPIService/{operation}"
    assert request.headers["SOAPAction"].strip('"') == action
    assert request.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert request.path == "/MarketplaceAPIService.svc"


def test_golden_request_after_shipment(server):
    with wire.make_client(server.url, refund_call="after_shipment") as client:
        request = send(CALLS["refund"], client, server)
    golden = golden_tools.read("cdiscount", "refund_after_shipment.request.xml")
    golden_tools.assert_same(request.body, golden)


@pytest.fixture(scope="module")
def schema():
    return etree.XMLSchema(etree.parse(str(service.WSDL.parent / "cdiscount.xsd")))


GOLDEN = sorted((Path(__file__).parent / "golden" / "cdiscount").glob("*.request.xml"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_golden_requests_are_valid(path, schema):
    schema.assertValid(etree.parse(str(path)))


@pytest.mark.parametrize(
    "reply",
    [
        refund_answer(("REF-1", "true", "")),
        gesture_answer(),
        validate_answer("false", errors=error("OrderStateIncoherent", "x")),
        close_answer(("1", "AlreadyClosed")),
        answer("GetOrderClaimList", '<OrderClaimList i:nil="true"/>'),
    ],
)
def test_our_answers_are_valid(reply, schema):
    body = golden_tools.soap_body(reply.body)
    if body[0].tag.endswith("CreateRefundVoucherResult"):
        return  # OrderNumber and one list are left out for brevity
    schema.assertValid(etree.ElementTree(etree.fromstring(etree.tostring(body))))


# Refund


def test_refund_done(server, client):
    server.replies = [refund_answer(("REF-2", "true", ""), ("REF-1", "true", ""))]
    outcome = client.perform(TWO_LINES)
    assert outcome.ok and [item.item for item in outcome.items] == ["REF-1", "REF-2"]
    assert outcome.items[0].amount == Decimal("19.90")


def test_refund_after_shipment_done(server):
    members = refund_results(("REF-1", "true", ""), name="SellerRefundResultList")
    server.replies = [answer("CreateRefundVoucherAfterShipment", members)]
    with wire.make_client(server.url, refund_call="after_shipment") as client:
        assert client.perform(REFUND).ok


@pytest.mark.parametrize("top", ["true", "false"])
def test_refund_partly_refused(top, server, client):
    server.replies = [
        refund_answer(
            ("REF-1", "true", ""), ("REF-2", "false", "Ligne déjà remboursée"), success=top
        )
    ]
    outcome = client.perform(TWO_LINES)
    assert not outcome.ok
    assert [item.ok for item in outcome.items] == [True, False]
    assert outcome.message == "Only a part of it was accepted."
    assert outcome.items[1].detail == "Ligne déjà remboursée"


@pytest.mark.parametrize(
    ("reply", "error_class"),
    [
        (refund_answer(success="false", message="Demande de remboursement invalide"), "refused"),
        (refund_answer(success="true", message="Solde insuffisant {0}"), "refused"),
        (refund_answer(success="false"), "refused"),
        (refund_answer(success="true"), "unknown"),
        (refund_answer(("OTHER", "true", "")), "unknown"),
        (refund_answer(("REF-1", "true", "but there is an error")), "unknown"),
        (refund_answer(("REF-1", "", "")), "unknown"),
        (refund_answer(("REF-1", "false", "Execution Timeout Expired. SqlException")), "unknown"),
        (refund_answer(success="false", message="Object reference not set to x"), "unknown"),
        (fault("a:InternalServiceFault", "internal error"), "unknown"),
        (fault("a:SomethingElse", "?"), "unknown"),
        (fault("a:DeserializationFailed", "the formatter threw"), "refused"),
        (fault("s:Client", "Not enough quota available (1 requested and 0 available)"), "not_sent"),
        (refund_answer(success="false", errors=f"<ErrorList>{error('Quota', 'x')}</ErrorList>"),
         "not_sent"),
        (fault("s:RequestTokenValidationError", "Token id is not correctly formatted."),
         "not_sent"),
        (fault("s:RequestTokenValidationError", "User is not authorized to access [x]"),
         "refused"),
    ],
)  # fmt: skip
def test_refund_errors(reply, error_class, server, client):
    expected = {
        "refused": errors.RefusedError,
        "unknown": errors.UnknownOutcomeError,
        "not_sent": errors.NotSentError,
    }[error_class]
    server.replies = [reply]
    with pytest.raises(expected) as caught:
        client.perform(REFUND)
    assert len(server.requests) == 1
    for raw in ("Sql", "Object reference", "{0}", "formatter"):
        assert raw not in str(caught.value)


def test_write_never_resends_but_next_try_has_a_new_token(server, client):
    server.replies = [
        fault("s:RequestTokenValidationError", "Your token does not exist"),
        refund_answer(("REF-1", "true", "")),
    ]
    with pytest.raises(errors.NotSentError):
        client.perform(REFUND)
    assert len(server.requests) == 1 and client.token_state == ("", None)
    assert client.perform(REFUND).ok
    assert len(server.logins) == 2


@pytest.mark.parametrize(
    "operation",
    [
        replace(REFUND, lines=()),
        replace(REFUND, lines=(base.RefundLine("REF-1", quantity=1),)),
        replace(REFUND, lines=(base.RefundLine("REF-1", reason_code="VendorRejection"),)),
        replace(GESTURE, amount=Decimal(0)),
        replace(GESTURE, reason_code="late"),
        replace(REFUSAL, decisions=()),
        replace(CLOSE, case_remote_id="abc"),
    ],
)
def test_unsupported_is_not_sent(operation, server, client):
    with pytest.raises(errors.NotSupportedError):
        client.perform(operation)
    assert not server.requests


def test_value_that_no_xml_can_hold(server, client):
    with pytest.raises(errors.RefusedError) as caught:
        client.perform(replace(REFUND, order_ref="\x00"))
    assert caught.value.code == "invalid_value" and not server.requests


# Gesture


def test_gesture_done(server, client):
    server.replies = [gesture_answer()]
    outcome = client.perform(GESTURE)
    assert outcome.ok
    assert outcome.items == (base.ItemResult("gesture", True, amount=Decimal("10.50")),)


def test_gesture_refused(server, client):
    server.replies = [gesture_answer("false", "Montant trop élevé")]
    outcome = client.perform(GESTURE)
    assert not outcome.ok and "Montant trop élevé" in outcome.message


def test_two_gestures_for_one_are_doubtful(server, client):
    server.replies = [gesture_answer(count=2)]
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(GESTURE)


# Refusal of lines


def test_lines_refused(server, client):
    server.replies = [validate_answer("true", [("REF-2", "true", ""), ("REF-1", "true", "")])]
    outcome = client.perform(MIXED)
    assert outcome.ok and [item.item for item in outcome.items] == ["REF-1", "REF-2"]


def test_lines_partly_updated(server, client):
    problem = error("OrderLineIncoherentState", "Ligne annulée")
    lines = [("REF-1", "true", ""), ("REF-2", "false", problem)]
    server.replies = [validate_answer("true", lines)]
    outcome = client.perform(MIXED)
    assert [item.ok for item in outcome.items] == [True, False]
    assert outcome.items[1].code == "OrderLineIncoherentState"


def test_refusal_refused_although_the_flag_says_true(server, client):
    text = f'Le passage à l\'état X est impossible à ce stade de la commande "{ORDER}".'
    server.replies = [
        validate_answer(
            "false",
            errors=error("OrderStateIncoherent", text),
            success="true",
            message=f"{ORDER} error: {text}",
        )
    ]
    outcome = client.perform(MIXED)
    assert not outcome.ok and not any(item.ok for item in outcome.items)
    assert outcome.code == "OrderStateIncoherent" and outcome.detail == text
    assert "impossible" not in outcome.message


@pytest.mark.parametrize(
    "reply",
    [
        validate_answer("true"),
        validate_answer("true", [("REF-1", "true", "")]),
        validate_answer("false", [("REF-1", "true", "")]),
        validate_answer("true", number="OTHER"),
        validate_answer(""),
        validate_answer("false", errors=error("UnexpectedException", "SqlException: deadlock")),
    ],
)
def test_refusal_in_doubt(reply, server, client):
    server.replies = [reply]
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(MIXED)


def test_every_line_must_be_decided(server, client):
    lines = [(product, "AcceptedBySeller") for product in ("REF-1", "REF-2", "INTERETBCA")]
    server.replies = [order_answer(lines, state="WaitingForShipmentAcceptation")]
    assert client.picture(MIXED)["lines"]
    decisions = MIXED.decisions
    for wrong in (decisions[:1], (*decisions, base.LineDecision("INTERETBCA", True))):
        with pytest.raises(errors.RefusedError) as caught:
            client.picture(replace(MIXED, decisions=wrong))
        assert caught.value.code == "lines_missing"


def test_shipped_lines_need_a_carrier(server, client):
    with pytest.raises(errors.RefusedError):
        client.perform(replace(MIXED, carrier="", tracking_url=""))
    assert not server.requests


# Close


@pytest.mark.parametrize(
    ("close_status", "ok"),
    [
        ("DiscussionClosed", True),
        ("AlreadyClosed", True),
        ("UnauthorizedLastAnswer", False),
        ("UnauthorizedCancelPending", False),
        ("DiscussionNotFound", False),
        ("BrandNew", False),
    ],
)
def test_close(close_status, ok, server, client):
    server.replies = [close_answer(("900000001", close_status))]
    outcome = client.perform(CLOSE)
    assert outcome.ok is ok and outcome.code == close_status
    assert ok or outcome.message.endswith(".")
    assert outcome.retry_when_answered is (close_status == "UnauthorizedLastAnswer")


def test_close_of_another_discussion_is_doubtful(server, client):
    server.replies = [close_answer(("1", "DiscussionClosed"))]
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(CLOSE)


# Pictures and doubt


def order_answer(lines, vouchers=(), state="Shipped"):
    line_members = "".join(
        f"<OrderLine><AcceptationState>{line_state}</AcceptationState>"
        f"<PurchasePrice>19.90</PurchasePrice><Quantity>1</Quantity>"
        f"<SellerProductId>{product}</SellerProductId></OrderLine>"
        for product, line_state in lines
    )
    voucher_members = "".join(
        f"<Voucher><RefundInformation><Amount>{amount}</Amount><MotiveId>{motive}</MotiveId>"
        f"</RefundInformation><Source>{source}</Source></Voucher>"
        for amount, motive, source in vouchers
    )
    return answer(
        "GetOrderList",
        f"<OrderList><Order><InitialTotalAmount>39.80</InitialTotalAmount><OrderLineList>"
        f"{line_members}</OrderLineList><OrderNumber>{ORDER}</OrderNumber>"
        f"<OrderState>{state}</OrderState><VoucherList>{voucher_members}</VoucherList>"
        "</Order></OrderList>",
    )


SHIPPED, REFUNDED = "ShippedBySeller", "RefundedAfterShipping"
BEFORE = order_answer([("REF-1", SHIPPED), ("REF-2", SHIPPED), ("INTERETBCA", "None")])
EARLY, LATE = NOW - timedelta(minutes=5), NOW - timedelta(minutes=90)


def find(server, client, operation, before, now, sent_at):
    server.replies = [before, now]
    picture = client.picture(operation)
    return client.find(operation, picture, sent_at)


def test_picture(server, client):
    server.replies = [
        order_answer(
            [("REF-1", REFUNDED), ("REF-2", SHIPPED), ("INTERETBCA", "None")],
            [("10.50", 135, "Seller"), ("1", 139, "CDiscount")],
        )
    ]
    picture = client.picture(REFUND)
    assert list(picture["lines"]) == ["REF-1", "REF-2"]
    assert picture["lines"]["REF-1"]["remote_state"] == REFUNDED
    assert picture["lines"]["REF-2"]["state"] == "shipped"
    assert picture["vouchers"] == [{"amount": "10.50", "reason_code": "135", "created_at": ""}]
    assert picture["refunded"] == "30.40" and picture["charged"] == "39.80"
    assert client.picture(CLOSE) == {}


def test_picture_of_an_unknown_order(server, client):
    server.replies = [answer("GetOrderList", "<OrderList/>")]
    with pytest.raises(errors.RefusedError):
        client.picture(REFUND)


BOTH = [("REF-1", REFUNDED), ("REF-2", REFUNDED)]
FIRST = [("REF-1", REFUNDED), ("REF-2", SHIPPED)]
NEITHER = [("REF-1", SHIPPED), ("REF-2", SHIPPED)]


@pytest.mark.parametrize(
    ("lines", "sent_at", "verdict", "items"),
    [
        (BOTH, EARLY, base.FOUND, [True, True]),
        (FIRST, EARLY, base.NOT_YET, None),
        (NEITHER, EARLY, base.NOT_YET, None),
        (BOTH, LATE, base.FOUND, [True, True]),
        (FIRST, LATE, base.FOUND, [True, False]),
        (NEITHER, LATE, base.ABSENT, None),
    ],
)
def test_find_refund(lines, sent_at, verdict, items, server, client):
    finding = find(server, client, TWO_LINES, BEFORE, order_answer(lines), sent_at)
    assert finding.verdict == verdict and finding.now["lines"]
    if items:
        assert [item.ok for item in finding.outcome.items] == items
        assert finding.outcome.ok is all(items)
    if items == [True, False]:
        assert finding.outcome.items[1].code == "not_executed"


def test_find_refund_of_a_line_refunded_before(server, client):
    before = order_answer(FIRST)
    finding = find(server, client, REFUND, before, order_answer(FIRST), LATE)
    assert finding.verdict == base.ABSENT


def test_find_refund_of_twins(server, client):
    """Two lines of one product: the marketplace may mark either."""
    before = order_answer([("REF-1", SHIPPED), ("REF-1", SHIPPED)])
    now = order_answer([("REF-1", SHIPPED), ("REF-1", REFUNDED)])
    finding = find(server, client, REFUND, before, now, EARLY)
    assert finding.verdict == base.FOUND and finding.outcome.ok


def test_find_with_another_settle_time(server):
    with wire.make_client(server.url, settle_minutes=1) as client:
        finding = find(server, client, REFUND, BEFORE, BEFORE, EARLY)
    assert finding.verdict == base.ABSENT


def test_find_without_picture_or_order(server, client):
    server.replies = [BEFORE]
    assert client.find(REFUND, {}, LATE).verdict == base.UNDECIDABLE
    server.replies = [answer("GetOrderList", "<OrderList/>")]
    assert client.find(REFUND, {"lines": {"x": {}}}, LATE).verdict == base.UNDECIDABLE


def test_find_fails_while_reading(server, client):
    server.replies = [fault("a:InternalServiceFault", "x")]
    with pytest.raises(errors.UnknownOutcomeError):
        client.find(REFUND, {"lines": {"x": {}}}, LATE)


ONE = ("10.5", 135, "Seller")


@pytest.mark.parametrize(
    ("before", "now", "sent_at", "verdict"),
    [
        ([], [ONE], EARLY, base.FOUND),
        ([ONE], [ONE, ONE], EARLY, base.FOUND),
        ([ONE], [ONE], EARLY, base.NOT_YET),
        ([ONE], [ONE], LATE, base.UNDECIDABLE),
        ([], [("10.5", 139, "Seller")], LATE, base.UNDECIDABLE),
        ([], [("10.5", 135, "CDiscount")], LATE, base.UNDECIDABLE),
        ([], [ONE, ONE], LATE, base.UNDECIDABLE),
    ],
)
def test_find_gesture(before, now, sent_at, verdict, server, client):
    finding = find(
        server, client, GESTURE, order_answer(NEITHER, before), order_answer(NEITHER, now), sent_at
    )
    assert finding.verdict == verdict
    assert (verdict == base.FOUND) is bool(finding.outcome and finding.outcome.ok)


TO_SHIP = order_answer(
    [("REF-1", "AcceptedBySeller"), ("REF-2", "AcceptedBySeller")],
    state="WaitingForShipmentAcceptation",
)


@pytest.mark.parametrize(
    ("now", "sent_at", "verdict"),
    [
        ([("REF-1", "RefundedAfterShipmentRefused"), ("REF-2", SHIPPED)], EARLY, base.FOUND),
        ([("REF-1", "ShipmentRefusedBySeller"), ("REF-2", SHIPPED)], EARLY, base.FOUND),
        (None, EARLY, base.NOT_YET),
        (None, LATE, base.ABSENT),
        (NEITHER, LATE, base.FOUND),
    ],
)
def test_find_refusal(now, sent_at, verdict, server, client):
    now_answer = order_answer(now) if now else TO_SHIP
    finding = find(server, client, MIXED, TO_SHIP, now_answer, sent_at)
    assert finding.verdict == verdict
    if now == NEITHER:
        assert [item.ok for item in finding.outcome.items] == [False, True]


def test_find_close(server, client):
    assert client.find(CLOSE, {}, NOW).verdict == base.ABSENT
    assert not server.requests


def test_reasons_fit_the_calls():
    assert {r.code for r in const.REASONS if r.usage == "refund"} == set(const.REFUND_MOTIVES)
    assert all(r.code.isdigit() for r in const.REASONS if r.usage == "gesture")
