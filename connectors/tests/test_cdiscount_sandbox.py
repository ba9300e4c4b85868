"""The whole client against the sandbox, over real HTTP. One process, a fresh seller per test."""

import logging
import time
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
import requests

from connectors import base, errors, records
from connectors.cdiscount import CLIENT

NUMBERS = count(1)
PASSWORD = "sandbox-s3cret"


class Seller:
    """A seller of the sandbox, steered by its control API."""

    def __init__(self, url, **more):
        self.url = url
        self.login = f"seller{next(NUMBERS)}-api"
        self._session = requests.Session()
        self._post("sellers", {"login": self.login, "password": PASSWORD, **more})

    def _post(self, path, body, method="POST"):
        answer = self._session.request(method, f"{self.url}/control/{path}", json=body, timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    def control(self, path, body=None, method="POST"):
        return self._post(f"sellers/{self.login}/{path}", body or {}, method)

    def order(self, state="Shipped", lines=2, **more):
        specs = [
            {
                "seller_product_id": f"REF-{number}",
                "ean": f"200000000000{number}",
                "price": "19.90",
                "shipping": "3.50",
            }
            for number in range(1, lines + 1)
        ]
        body = {"state": state, "lines": specs, **more}
        return self.control("orders", body)["number"]

    def claim(self, order_number, **more):
        body = {"kind": "claim", "order_number": order_number, "text": "Où est-il ?", **more}
        return str(self.control("discussions", body)["id"])

    def fault(self, operation, fault, **more):
        self.control("faults", {"operation": operation, "fault": fault, **more})

    def calls(self, operation):
        """[(executed, fault)] of one operation; waits for one, since slow faults log late."""
        until, found = time.monotonic() + 10, []
        while not found and time.monotonic() < until:
            calls = self.control("calls", method="GET")["calls"]
            found = [(c["executed"], c["fault"]) for c in calls if c["operation"] == operation]
            time.sleep(0 if found else 0.05)
        return found

    def client(self, password=PASSWORD, **options):
        service = f"{self.url}/cdiscount/MarketplaceAPIService.svc"
        credentials = base.Credentials(
            login=self.login,
            password=password,
            service_url=service,
            token_url=f"{self.url}/cdiscount/users/httpIssue.svc/?realm={service}",
            options={"timeout": 0.7, **options},
        )
        return CLIENT(credentials)


@pytest.fixture
def seller(sandbox_url):
    return Seller(sandbox_url)


@pytest.fixture
def client(seller):
    with seller.client() as client:
        yield client


@pytest.fixture
def open_client(seller):
    """A function for clients with other options."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(seller.client(**options))


def pull(client, stream):
    (page,) = client.pull(stream, {"until": base.utcnow().isoformat()}, None)
    assert not page.broken
    return page.records


def refund(number, *products, **more):
    lines = tuple(base.RefundLine(product, **more) for product in products)
    return base.Refund("r", number, lines)


def in_doubt(client, operation):
    """(picture before, moment) of an attempt whose answer got lost."""
    before, sent_at = client.picture(operation), base.utcnow()
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(operation)
    return before, sent_at


# Reading


def test_orders(seller, client):
    number = seller.order(with_fee_line=True)
    (order,) = pull(client, "orders")
    assert order.remote_id == number and order.state == records.LINE_SHIPPED
    assert [line.is_fee for line in order.lines] == [False, False, True]
    assert order.charged == sum(line.amount + line.shipping for line in order.lines)
    assert [line.shipping for line in order.lines] == [Decimal("3.50")] * 2 + [0]
    assert abs(order.created_at - base.utcnow()) < timedelta(minutes=1)
    assert order.contact_address.endswith("@clemarche.com")


@pytest.mark.parametrize("edition", ["2019", "2020"])
def test_cases(edition, seller, client):
    seller.control("", {"options": {"edition": edition}}, "PATCH")
    claim = seller.claim(seller.order())
    path = f"discussions/{claim}/messages"
    for sender, text in (("seller", "Il arrive"), ("customer", "Merci"), ("operator", "Bien")):
        seller.control(path, {"sender": sender, "text": text})
    question = seller.control(
        "discussions", {"kind": "offer_question", "product_ean": "2000000000001", "text": "?"}
    )
    (case,) = pull(client, "claims")
    assert case.remote_id == claim and case.is_open
    assert [message.sender_type for message in case.messages] == [
        records.CUSTOMER,
        records.SELLER,
        records.CUSTOMER,
        records.OPERATOR,
    ]
    (asked,) = pull(client, "offer_questions")
    assert asked.remote_id == str(question["id"]) and asked.product_ean == "2000000000001"
    assert pull(client, "order_questions") == ()
    (found,) = client.get_cases([case.order_ref])
    assert found == case


def test_question_becomes_claim(seller, client):
    number = seller.order()
    question = str(
        seller.control("discussions", {"kind": "order_question", "order_number": number})["id"]
    )
    (case,) = pull(client, "order_questions")
    seller.control(f"discussions/{question}", {"kind": "claim"}, "PATCH")
    (claim,) = pull(client, "claims")
    assert case.remote_id == claim.remote_id == question
    assert [m.key(question) for m in case.messages] == [m.key(question) for m in claim.messages]


def test_first_import(seller):
    big = Seller(seller.url, orders=20, claims=200)
    with big.client(timeout=30) as client:
        pages = list(client.pull("claims", None, base.utcnow() - timedelta(days=400)))
    assert sum(len(page.records) for page in pages) == 200
    assert not any(page.broken for page in pages)
    moments = [case.updated_at for page in pages for case in page.records]
    assert moments == sorted(moments)


# Relay addresses


def test_addresses(seller, client):
    number = seller.order()
    claim = seller.claim(number)
    assert client.get_contact_address(claim, number).address.endswith("@clemarche.com")
    assert client.get_contact_address("", number).address.endswith("@clemarche.com")
    assert client.get_contact_address("1", "").problem == base.ADDRESS_NOT_FOUND
    assert client.get_contact_address("", "NOSUCHORDER").problem == base.ADDRESS_NOT_FOUND
    seller.control(f"discussions/{claim}", {"status": "Closed"}, "PATCH")
    closed = client.get_contact_address(claim, number)
    assert closed.address and closed.problem == base.ADDRESS_CLOSED


def test_address_of_an_old_order(seller, client):
    shipped = (base.utcnow() - timedelta(days=30)).isoformat()
    number = seller.order(created_at=shipped, shipped_at=shipped, updated_at=shipped)
    assert client.get_contact_address("", number) == records.ContactAddress(
        problem=base.ADDRESS_TOO_OLD
    )


# Writing


def test_refund(seller, client):
    number = seller.order()
    operation = refund(number, "REF-1", with_shipping=True)
    before = client.picture(operation)
    outcome = client.perform(operation)
    assert outcome.ok and outcome.items[0].amount > 0
    (order,) = client.get_orders([number])
    assert [line.state for line in order.lines] == [records.LINE_REFUNDED, records.LINE_SHIPPED]
    assert order.lines[0].refunded == Decimal("19.90")
    assert client.find(operation, before, base.utcnow()).verdict == base.FOUND
    again = client.perform(operation)
    assert not again.ok and again.message


def test_refund_with_the_older_call(seller, open_client):
    number = seller.order()
    client = open_client(refund_call="after_shipment")
    assert client.perform(refund(number, "REF-1", "REF-2")).ok
    assert len(seller.calls("CreateRefundVoucherAfterShipment")) == 1


def test_refund_one_item_refused(seller, client):
    number = seller.order()
    seller.fault("CreateRefundVoucher", "item_error", index=1, text="Ligne refusée")
    outcome = client.perform(refund(number, "REF-1", "REF-2"))
    assert [item.ok for item in outcome.items] == [True, False]


def test_gesture(seller, client):
    number = seller.order()
    operation = base.Gesture("g", number, Decimal("4.20"), "135")
    assert client.perform(operation).ok
    # The same once more is legitimate.
    before = client.picture(operation)
    assert client.perform(operation).ok
    assert client.find(operation, before, base.utcnow()).verdict == base.FOUND
    (order,) = client.get_orders([number])
    assert [(r.amount, r.reason_code) for r in order.refunds] == [(Decimal("4.20"), "135")] * 2


def test_given_elsewhere(seller, client):
    """Read twice, it has the same numbers."""
    number = seller.order(lines=3)
    seller.control(f"orders/{number}/refunds", {"line": "REF-2", "shipping": False})
    for source in ("Seller", "Seller", "CDiscount", "Customer"):
        body = {"amount": 5, "source": source, "created": "2026-01-05T10:00:00"}
        seller.control(f"orders/{number}/gestures", body)
    (order,), (again,) = client.get_orders([number]), client.get_orders([number])
    assert order.refunds == again.refunds
    assert [(r.kind, r.by_seller, r.amount) for r in order.refunds] == [
        (records.GIVEN_GESTURE, True, 5),
        (records.GIVEN_GESTURE, True, 5),
        (records.GIVEN_GESTURE, False, 5),
        (records.GIVEN_REFUND, True, Decimal("19.90")),
    ]
    assert len({refund.remote_id for refund in order.refunds}) == 4


@pytest.mark.parametrize("by", ["seller", "customer"])
def test_cancelled_elsewhere(by, seller, client):
    number = seller.order("WaitingForShipmentAcceptation")
    seller.control(f"orders/{number}/cancelations", {"line": "REF-1", "by": by})
    (order,) = client.get_orders([number])
    (cancelled,) = order.refunds
    assert (cancelled.kind, cancelled.line_remote_id) == (records.GIVEN_CANCELLATION, "REF-1")
    assert cancelled.amount == Decimal("23.40")


@pytest.mark.parametrize("ship", [False, True])
def test_refuse_lines(ship, seller, client):
    number = seller.order("WaitingForShipmentAcceptation", with_fee_line=True)
    (order,) = client.get_orders([number])
    assert order.lines[0].state == records.LINE_TO_SHIP
    decisions = tuple(
        base.LineDecision(line.remote_id, not ship or line.remote_id == "REF-1", line.condition)
        for line in order.lines
        if not line.is_fee
    )
    operation = base.RefuseLines("x", number, decisions, "Colissimo", "6A1")
    before = client.picture(operation)
    assert client.perform(operation).ok
    (order,) = client.get_orders([number])
    second = records.LINE_SHIPPED if ship else records.LINE_REFUSED
    assert [line.state for line in order.lines[:2]] == [records.LINE_REFUSED, second]
    assert client.find(operation, before, base.utcnow()).verdict == base.FOUND
    again = client.perform(operation)
    assert not again.ok and again.code == "OrderStateIncoherent"


def test_close(seller, client):
    claim = seller.claim(seller.order())
    outcome = client.perform(base.Close("c", claim))
    assert not outcome.ok and outcome.retry_when_answered
    seller.control(f"discussions/{claim}/messages", {"sender": "seller", "text": "Voilà"})
    assert client.perform(base.Close("c", claim)).code == "DiscussionClosed"
    assert client.perform(base.Close("c", claim)).code == "AlreadyClosed"
    (case,) = pull(client, "claims")
    assert not case.is_open and case.closed_at


# Faults

EXECUTED = ("timeout_after", "reset_after", "http500_after", "empty", "truncated")
LOST = ("timeout_before", "reset_before", "http500_before", "html", "entity_bomb", "wrong_xml")
REFUSED_UNSENT = ("quota", "token_expired", "token_malformed")


@pytest.mark.parametrize("fault", EXECUTED)
def test_refund_executed_but_answer_lost(fault, seller, client):
    operation = refund(seller.order(), "REF-1")
    seller.fault("CreateRefundVoucher", fault, seconds=1)
    before, sent_at = in_doubt(client, operation)
    assert seller.calls("CreateRefundVoucher") == [(True, fault)]
    finding = client.find(operation, before, sent_at)
    assert finding.verdict == base.FOUND and finding.outcome.ok


@pytest.mark.parametrize("fault", LOST)
def test_refund_lost_before(fault, seller, open_client):
    operation = refund(seller.order(), "REF-1")
    seller.fault("CreateRefundVoucher", fault, seconds=1)
    client = open_client(settle_minutes=30)
    before, sent_at = in_doubt(client, operation)
    assert seller.calls("CreateRefundVoucher") == [(False, fault)]
    assert client.find(operation, before, sent_at).verdict == base.NOT_YET
    settled = sent_at - timedelta(minutes=30)
    assert client.find(operation, before, settled).verdict == base.ABSENT


@pytest.mark.parametrize("fault", EXECUTED)
def test_gesture_executed_but_answer_lost(fault, seller, client):
    operation = base.Gesture("g", seller.order(), Decimal("5"), "139")
    seller.fault("CreateRefundVoucher", fault, seconds=1)
    before, sent_at = in_doubt(client, operation)
    assert client.find(operation, before, sent_at).verdict == base.FOUND


@pytest.mark.parametrize("fault", REFUSED_UNSENT)
def test_write_surely_not_executed(fault, seller, client):
    operation = refund(seller.order(), "REF-1")
    seller.fault("CreateRefundVoucher", fault)
    with pytest.raises(errors.NotSentError) as caught:
        client.perform(operation)
    assert seller.calls("CreateRefundVoucher") == [(False, fault)]
    assert (caught.value.retry_after is not None) is (fault == "quota")
    assert client.perform(operation).ok


def test_raw_sql_is_not_shown(seller, client):
    operation = refund(seller.order(), "REF-1")
    seller.fault("CreateRefundVoucher", "sql_text")
    with pytest.raises(errors.UnknownOutcomeError) as caught:
        client.perform(operation)
    assert caught.value.detail and caught.value.detail not in str(caught.value)


def test_huge_answer(seller, open_client):
    seller.fault("GetOrderClaimList", "huge", mb=50)
    with pytest.raises(errors.UnknownOutcomeError) as caught:
        pull(open_client(timeout=20, max_bytes=4_000_000), "claims")
    assert caught.value.code == "too_big"


@pytest.mark.parametrize("fault", [*LOST, "timeout_after", "empty", "truncated", "sql_text"])
def test_read_fails_then_works(fault, seller, client):
    seller.claim(seller.order())
    seller.fault("GetOrderClaimList", fault, seconds=1)
    with pytest.raises((errors.UnknownOutcomeError, errors.NotSentError)):
        pull(client, "claims")
    assert len(seller.calls("GetOrderClaimList")) == 1
    assert len(pull(client, "claims")) == 1


def test_read_with_an_expired_token(seller, client):
    pull(client, "claims")
    seller.control("tokens/expire")
    pull(client, "claims")
    assert [executed for executed, _ in seller.calls("GetOrderClaimList")] == [True, False, True]


def test_not_authorised(seller, client, caplog):
    caplog.set_level(logging.DEBUG)
    seller.fault("GetOrderList", "not_authorised")
    with pytest.raises(errors.RefusedError) as caught:
        pull(client, "orders")
    assert caught.value.code == "not_authorised"
    assert "***" in caught.value.detail
    assert not pull(client, "claims")
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("bad_login", ["401", "html"])
def test_wrong_password(bad_login, seller):
    seller.control("", {"options": {"bad_login": bad_login}}, "PATCH")
    expected = errors.LoginError if bad_login == "401" else errors.NotSentError
    with seller.client(password="wrong") as client:
        with pytest.raises(expected):
            pull(client, "claims")
        checks = list(client.test_connection())
    assert [check.ok for check in checks] == [False, None, None, None, None]


def test_connection(seller, client):
    seller.order()
    checks = list(client.test_connection())
    assert [check.ok for check in checks] == [True, True, True, True, None]


def test_late_modifications_are_seen(seller, client):
    """What becomes visible late lies in the overlap of the next poll."""
    seller.control("", {"options": {"late_seconds": 1}}, "PATCH")
    seller.claim(seller.order())
    assert pull(client, "claims") == ()
    time.sleep(1.1)
    assert len(pull(client, "claims")) == 1


def test_sandbox_has_our_signatures(seller):
    """The sandbox's own WSDL, written from the same contract, means the same calls."""
    zeep = pytest.importorskip("zeep")
    from connectors.cdiscount import const, service
    from connectors.soap import load_wsdl

    theirs = zeep.Client(f"{seller.url}/cdiscount/MarketplaceAPIService.svc?singleWsdl").wsdl
    ours = load_wsdl(str(service.WSDL))
    for name, operation in ours.bindings[const.BINDING]._operations.items():
        other = theirs.bindings[const.BINDING]._operations[name]
        assert operation.soapaction == other.soapaction
        ours_shape = shape(operation.input.body.type)
        assert ours_shape[0][2] and ours_shape == shape(other.input.body.type)


def shape(xsd_type, depth=0):
    """Nested [(name, namespace, shape)] of a type's members, in order."""
    members = getattr(xsd_type, "elements", [])
    return [
        (name, element.qname.namespace, shape(element.type, depth + 1))
        for name, element in members
        if depth < 8 and hasattr(element, "qname") and name != "GeoCoordinate"
    ]
