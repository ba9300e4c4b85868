"""Reading from Cdiscount: windows, records, oddities, relay addresses."""

import re
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import golden_tools
import pytest
from cdiscount_wire import NOW, ORDER, CdiscountWire, answer, fault
from wire import Reply, WireServer

from connectors import base, errors, records
from connectors.cdiscount import client as client_module
from connectors.cdiscount import const

RECORDED = Path(__file__).parents[3] / "shared" / "recorded" / "cdiscount"
wire = CdiscountWire()


@pytest.fixture
def server():
    with WireServer(wire.is_login) as server:
        server.login = wire.login_reply()
        yield server


@pytest.fixture
def client(server):
    with wire.make_client(server.url) as client:
        yield client


@pytest.fixture
def client_at(server):
    """A function that gives a client of another moment."""
    with ExitStack() as stack:
        yield lambda now: stack.enter_context(wire.make_client(server.url, now))


def golden(name):
    return Reply(golden_tools.read("cdiscount", f"{name}.response.xml"))


def sent(request):
    """{member name: text} of the filter in a request."""
    body = golden_tools.soap_body(request.body)
    return {child.tag.rpartition("}")[2]: child.text for child in body[1]}


# Orders


ORDERS_READ = datetime(2024, 1, 16, 18)


def read_orders(server, client_at):
    server.replies = [golden("orders")]
    (page,) = client_at(ORDERS_READ).pull("orders", {"until": ORDERS_READ.isoformat()}, None)
    return page


def test_orders(server, client_at):
    page = read_orders(server, client_at)
    assert [order.remote_id for order in page.records] == [ORDER]
    (broken,) = page.broken
    assert broken.remote_id == "2401151001BROKE"
    assert "not a date" in broken.error and "<OrderNumber>" in broken.payload
    assert CdiscountWire.TOKEN not in broken.payload
    order = page.records[0]
    assert order.created_at == datetime(2024, 1, 15, 9, 0, 0, 123000)
    assert order.shipped_at == datetime(2024, 1, 16, 7, 0)
    assert (order.state, order.remote_state) == (records.LINE_SHIPPED, "Shipped")
    assert (order.charged, order.shipping) == (Decimal("76.79"), Decimal("9.99"))
    assert order.has_claim and order.customer_name == "Claire Exemple"
    assert order.contact_address == "c.0123456789abcdef01@clemarche.com"
    assert not order.fulfilled_by_marketplace
    assert order.billing == records.Address(
        name="Claire Exemple",
        street="1 rue du Test",
        street2="Bât. C",
        zip="33000",
        city="BORDEAUX",
        country_code="FR",
        phone="0600000000",
    )
    assert (order.delivery.name, order.delivery.street) == ("", "")


def test_order_lines(server, client_at):
    page = read_orders(server, client_at)
    first, second, twin, fee = page.records[0].lines
    assert first == records.OrderLine(
        remote_id="REF-1",
        sku="REF-1",
        name="Chaise de test",
        quantity=2,
        amount=Decimal("39.8"),
        shipping=Decimal("6.99"),
        state=records.LINE_SHIPPED,
        remote_state="ShippedBySeller",
        ean="2000000000001",
        condition="New",
        has_claim=True,
        give_back=records.BY_REFUND,
    )
    assert (second.state, second.refunded) == (records.LINE_REFUNDED, 25)
    assert second.refunded_shipping == 3
    assert twin.remote_id == "REF-1 [line 2]" and twin.sku == "REF-1"
    assert fee.is_fee and fee.state == records.LINE_OTHER
    assert [line.is_fee for line in (first, second, twin)] == [False] * 3


def test_order_vouchers(server, client_at):
    page = read_orders(server, client_at)
    ours, theirs, _line = page.records[0].refunds
    assert ours == records.OrderRefund(
        Decimal("10.50"),
        "135",
        datetime(2024, 1, 16, 9),
        "2024-01-16T09:00:00 10.5 135 Seller 1",
        kind=records.GIVEN_GESTURE,
    )
    assert not theirs.by_seller and theirs.created_at is None
    assert theirs.remote_id == "undated 5 139 CDiscount 1"


def test_refunded_line(server, client_at):
    page = read_orders(server, client_at)
    assert page.records[0].refunds[2] == records.OrderRefund(
        Decimal(28),
        remote_id="refund 1 REF-2",
        line_remote_id="REF-2",
        shipping=Decimal(3),
        quantity=1,
        from_state=True,
    )


def test_orders_by_number(server, client):
    server.replies = [golden("orders")]
    found = client.get_orders([ORDER, ORDER, "2401150900ZZZZZ", ""])
    assert [order.remote_id for order in found] == [ORDER, "2401150900ZZZZZ"]
    cancelled = found[1]
    assert cancelled.state == cancelled.lines[0].state == records.LINE_CANCELLED
    assert cancelled.contact_address == "" and cancelled.fulfilled_by_marketplace
    (request,) = server.requests
    assert len(golden_tools.soap_body(request.body).findall(".//{*}string")) == 2
    assert "BeginModificationDate" not in sent(server.requests[0])


def test_no_orders_no_call(client, server):
    assert client.get_orders([]) == [] and client.get_cases([""]) == []
    assert not server.requests


# Discussions


def test_claims(server, client):
    server.replies = [golden("claims")]
    (page,) = client.pull("claims", None, NOW - timedelta(days=5))
    assert [case.remote_id for case in page.records] == ["900000001", "900000002"]
    assert [bad.remote_id for bad in page.broken] == ["900000003"]
    closed, case = page.records
    assert case.kind == records.CLAIM and case.is_open and case.order_ref == ORDER
    assert case.topic == "PackageNotReceived" and case.subject.startswith("Je n'ai pas")
    assert case.messages[0].body == "Bonjour,\noù est mon colis ?"
    assert case.messages[0].sent_at == datetime(2024, 1, 19, 9, 0, 0, 123000)
    assert case.updated_at == datetime(2024, 1, 19, 11, 0, 0, 500000)
    assert not closed.is_open and closed.closed_at == datetime(2024, 1, 18, 9)
    assert closed.topic == "SomethingNew"


def test_sender_roles_guessed(server, client):
    server.replies = [golden("claims")]
    (page,) = client.pull("claims", None, NOW - timedelta(days=5))
    assert [message.sender_type for message in page.records[1].messages] == [
        records.CUSTOMER,
        records.SELLER,
        records.CUSTOMER,
        records.OPERATOR,
        records.UNKNOWN,
    ]


def test_sender_roles_told(server, client):
    server.replies = [golden("claims")]
    (page,) = client.pull("claims", None, NOW - timedelta(days=5))
    assert [message.sender_type for message in page.records[0].messages] == [
        records.CUSTOMER,
        records.SELLER,
        records.OPERATOR,
        records.SYSTEM,
        records.UNKNOWN,
    ]


def test_seller_names(server):
    server.replies = [golden("claims")]
    with wire.make_client(server.url, seller_names=["Someone"]) as client:
        (page,) = client.pull("claims", None, NOW - timedelta(days=5))
    assert page.records[1].messages[-1].sender_type == records.SELLER


def test_not_processed_needs_a_reply(server, client):
    server.replies = [
        answer(
            "GetOrderQuestionList",
            "<OrderQuestionList><OrderQuestion><CreationDate>2024-01-19T10:00:00</CreationDate>"
            "<Id>5</Id><Messages><Message><Content>A</Content><Sender>B</Sender>"
            "<Timestamp>2024-01-19T10:00:01</Timestamp></Message></Messages>"
            "<Status>NotProcessed</Status></OrderQuestion></OrderQuestionList>",
        )
    ]
    (page,) = client.pull("order_questions", None, NOW - timedelta(days=5))
    (case,) = page.records
    assert case.kind == records.ORDER_QUESTION and case.is_open
    assert case.reply_needed_since == datetime(2024, 1, 19, 9, 0, 1)


def test_2000_claims_with_6000_messages_are_read_quickly(server, client):
    body = golden_tools.read("cdiscount", "claims.response.xml").decode()
    claim = re.search(r"<OrderClaim>.*?</OrderClaim>", body, re.DOTALL).group()
    message = re.search(r"<Message>.*?</Message>", claim, re.DOTALL).group()
    claim = re.sub(r"<Messages>.*</Messages>", f"<Messages>{message * 3}</Messages>", claim,
                   flags=re.DOTALL)  # fmt: skip
    server.replies = [
        answer("GetOrderClaimList", f"<OrderClaimList>{claim * 2000}</OrderClaimList>")
    ]
    started = time.process_time()
    (page,) = client.pull("claims", {"until": NOW.isoformat()}, None)
    # About 0.3 s where this was written.
    assert time.process_time() - started < 2
    assert len(page.records) == 2000
    assert sum(len(case.messages) for case in page.records) == 6000


@pytest.mark.parametrize("empty", ["<OrderClaimList/>", '<OrderClaimList i:nil="true"/>'])
def test_both_empty_lists(empty, server, client):
    server.replies = [answer("GetOrderClaimList", empty)]
    (page,) = client.pull("claims", {"until": NOW.isoformat()}, None)
    assert page.records == page.broken == ()
    assert page.cursor == {"until": NOW.isoformat()}


@pytest.mark.parametrize(
    "reply",
    [
        answer("GetOrderClaimList", ""),
        answer("GetOrderClaimList", "<OrderClaimList/>", "true", "Execution Timeout Expired. SQL"),
        answer("GetOrderClaimList", "<OrderClaimList/>", "false"),
        answer("GetOrderClaimList", "<OrderClaimList/>", "maybe"),
        answer(
            "GetOrderClaimList",
            "<OrderClaimList/>",
            errors="<ErrorList><Error><ErrorType>NoDataError</ErrorType><Message>x</Message>"
            "</Error></ErrorList>",
        ),
        answer("GetOrderQuestionList", "<OrderClaimList/>"),
    ],
    ids=["no list", "flag lies", "false", "no flag", "errors", "other operation"],
)
def test_doubtful_empty_answer_keeps_the_cursor(reply, server, client):
    server.replies = [reply]
    with pytest.raises(errors.ConnectorError) as caught:
        list(client.pull("claims", None, NOW))
    assert "SQL" not in str(caught.value)


def test_cases_far_outside_the_window_are_kept(server, client):
    """The filter was ignored, or a date lags behind: no case is thrown away for its date."""
    server.replies = [golden("claims")]
    (page,) = client.pull("claims", {"until": NOW.isoformat()}, None)
    assert [case.remote_id for case in page.records] == ["900000001", "900000002"]


def test_orders_far_outside_the_window_are_left_out(server, client_at):
    """The filter was ignored: years come back."""
    server.replies = [golden("orders")]
    late = NOW + timedelta(days=3650)
    (page,) = client_at(late).pull("orders", {"until": late.isoformat()}, None)
    assert not page.records


def test_cases_by_order(server, client):
    server.replies = [
        golden("claims"),
        answer("GetOrderQuestionList", "<OrderQuestionList/>"),
    ]
    found = client.get_cases([ORDER])
    assert {case.remote_id for case in found} == {"900000001", "900000002"}
    assert [list(sent(request)) for request in server.requests] == [
        ["StatusList", "OrderNumberList"]
    ] * 2


# Windows


def test_windows_of_a_first_import(server, client):
    server.replies = [answer("GetOrderClaimList", '<OrderClaimList i:nil="true"/>')]
    pages = list(client.pull("claims", None, NOW - timedelta(days=16)))
    assert [page.cursor["until"] for page in pages] == [
        "2024-01-11T12:00:00",
        "2024-01-18T12:00:00",
        "2024-01-20T12:00:00",
    ]
    assert sent(server.requests[0])["BeginModificationDate"] == "2024-01-04T13:00:00"
    assert sent(server.requests[0])["EndModificationDate"] == "2024-01-11T13:00:01"
    # A killed run goes on from the last stored page, ninety minutes earlier.
    list(client.pull("claims", pages[0].cursor, NOW - timedelta(days=16)))
    assert sent(server.requests[3])["BeginModificationDate"] == "2024-01-11T11:30:00"


def test_next_poll_overlaps(server, client):
    server.replies = [answer("GetOrderList", "<OrderList/>")]
    (page,) = client.pull("orders", {"until": "2024-01-20T11:55:00"}, None)
    asked = sent(server.requests[0])
    assert asked["BeginModificationDate"] == "2024-01-20T11:25:00"
    assert asked["EndModificationDate"] == "2024-01-20T13:00:01"
    assert asked["FetchOrderLines"] == "true" and "States" in asked
    assert page.cursor == {"until": NOW.isoformat()}


def test_window_in_the_doubled_hour():
    """2023-10-29 01:00 UTC: clocks go from 03:00 back to 02:00."""
    asked = client_module.window_filter(
        datetime(2023, 10, 29, 0, 40), datetime(2023, 10, 29, 1, 20)
    )
    assert asked["BeginModificationDate"] == datetime(2023, 10, 29, 1, 40)
    assert asked["EndModificationDate"] == datetime(2023, 10, 29, 3, 20, 1)


def test_unknown_stream(client):
    with pytest.raises(errors.NotSupportedError):
        list(client.pull("reviews", None, NOW))


# Relay addresses


def mails(members):
    return answer("GetDiscussionMailList", f"<DiscussionMailList>{members}</DiscussionMailList>")


def mail(status, address="<MailAddress>c.1@clemarche.com</MailAddress>"):
    return mails(
        f"<DiscussionMail><DiscussionId>7</DiscussionId>{address}"
        f"<OperationStatus>{status}</OperationStatus></DiscussionMail>"
    )


@pytest.mark.parametrize(
    ("reply", "address", "problem"),
    [
        (mail("Success"), "c.1@clemarche.com", ""),
        (mail("DiscussionClosed"), "c.1@clemarche.com", base.ADDRESS_CLOSED),
        (mail("UnknownError", '<MailAddress i:nil="true"/>'), "", base.ADDRESS_NOT_FOUND),
        (mail("DiscussionNotFound", ""), "", base.ADDRESS_NOT_FOUND),
        (mail("Success", "<MailAddress>Adresse échue</MailAddress>"), "", base.ADDRESS_TOO_OLD),
        (mail("Success", ""), "", base.ADDRESS_UNKNOWN),
        (mail("Brand new"), "", base.ADDRESS_UNKNOWN),
        (mails(""), "", base.ADDRESS_UNKNOWN),
    ],
)
def test_address_of_a_case(reply, address, problem, server, client):
    server.replies = [reply]
    assert client.get_contact_address("7", ORDER) == records.ContactAddress(address, problem)


def order(email, state="Shipped", updated="2024-01-19T10:00:00"):
    return answer(
        "GetOrderList",
        f"<OrderList><Order><Customer><EncryptedEmail>{email}</EncryptedEmail></Customer>"
        f"<LastUpdatedDate>{updated}</LastUpdatedDate><OrderNumber>{ORDER}</OrderNumber>"
        f"<OrderState>{state}</OrderState></Order></OrderList>",
    )


def guid(text, **more):
    ns = (
        "http://schemas.datacontract.org/2004/07/"
        "Cdiscount.Service.Marketplace.API.External.Contract.Data.Mail"
    )
    return answer("GenerateDiscussionMailGuid", f'<MailGuid xmlns="{ns}">{text}</MailGuid>', **more)


@pytest.mark.parametrize(
    ("replies", "address", "problem"),
    [
        ([order("c.2@clemarche.com")], "c.2@clemarche.com", ""),
        ([order("Adresse non disponible")], "", base.ADDRESS_TOO_OLD),
        ([order("c.2@clemarche.com", updated="2023-12-01T10:00:00")], "", base.ADDRESS_TOO_OLD),
        ([order(""), guid("c.3@clemarche.com")], "c.3@clemarche.com", ""),
        ([order(""), guid("Adresse non disponible")], "", base.ADDRESS_TOO_OLD),
        ([order(""), guid("", success="false")], "", base.ADDRESS_NOT_FOUND),
        ([answer("GetOrderList", "<OrderList/>")], "", base.ADDRESS_NOT_FOUND),
    ],
)
def test_address_of_an_order(replies, address, problem, server, client):
    count = len(replies)
    server.replies = replies
    assert client.get_contact_address("", ORDER) == records.ContactAddress(address, problem)
    assert len(server.requests) == count


def test_address_request_invalid(server, client):
    text = "Demande de création de discussion invalide"
    server.replies = [order(""), guid("", success="false", message=text)]
    with pytest.raises(errors.RefusedError):
        client.get_contact_address("", ORDER)


# Token

UNKNOWN_TOKEN = fault(
    "s:RequestTokenValidationError", "Your token does not exist, please renew your token id."
)
NOT_AUTHORIZED = fault(
    "s:RequestTokenValidationError",
    "User is not authorized to access to this resource "
    f"[{CdiscountWire.TOKEN}][marketplaceapiservice.svc][GetOrderList]",
)
NO_CLAIMS = answer("GetOrderClaimList", "<OrderClaimList/>")


def test_token_is_kept(server, client):
    server.replies = [NO_CLAIMS]
    wire.read(client)
    wire.read(client)
    assert len(server.logins) == 1
    assert client.token_state == (CdiscountWire.TOKEN, NOW + timedelta(hours=46))
    assert server.logins[0].headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(("hours", "logins"), [(1, 0), (0, 1), (-1, 1)])
def test_token_of_the_account(hours, logins, server):
    server.replies = [NO_CLAIMS]
    credentials = replace(
        wire.make_client(server.url).credentials,
        token="fedcba98" * 4,
        token_expires_at=NOW + timedelta(hours=hours),
    )
    with wire.client_class(credentials, now=lambda: NOW) as client:
        wire.read(client)
    assert len(server.logins) == logins


def test_read_renews_the_token_once(server, client):
    server.replies = [UNKNOWN_TOKEN, NO_CLAIMS]
    wire.read(client)
    assert len(server.logins) == len(server.requests) == 2


def test_read_gives_up_after_one_renewal(server, client):
    server.replies = [UNKNOWN_TOKEN]
    with pytest.raises(errors.NotSentError):
        wire.read(client)
    assert len(server.logins) == len(server.requests) == 2


def test_not_authorized(server, client):
    """One operation is refused: no reason to take the login as refused."""
    server.replies = [NOT_AUTHORIZED]
    with pytest.raises(errors.RefusedError) as caught:
        wire.read(client)
    assert caught.value.code == "not_authorised"
    assert len(server.requests) == 1
    assert CdiscountWire.TOKEN not in caught.value.detail and "***" in caught.value.detail


def test_quota(server, client_at):
    server.replies = [fault("s:Client", "Not enough quota available (1 requested and 0 available)")]
    with pytest.raises(errors.NotSentError) as caught:
        wire.read(client_at(datetime(2024, 1, 20, 12, 50, 30)))
    assert caught.value.retry_after == 570
    assert caught.value.code == "quota"


# Carriers and test of the connection


def test_carriers(server, client):
    server.replies = [
        answer(
            "GetGlobalConfiguration",
            '<CarrierList><Carrier><CarrierId>15</CarrierId><DefaultURL i:nil="true"/>'
            "<Name>Colis Privé</Name></Carrier></CarrierList>",
        )
    ]
    assert client.get_carriers() == (records.Carrier("15", "Colis Privé"),)


def no_discussions(name):
    source = const.CASE_SOURCES[name]
    return answer(source.operation, f"<{source.result}/>")


LISTS = [no_discussions(name) for name in const.CASE_SOURCES]


def test_connection_good(server, client):
    server.replies = [order("c.2@clemarche.com"), *LISTS, guid("c.3@clemarche.com")]
    checks = list(client.test_connection())
    assert [check.ok for check in checks] == [True, True, True, True, None]


def test_connection_without_orders(server, client):
    server.replies = [answer("GetOrderList", "<OrderList/>"), *LISTS]
    assert [check.ok for check in client.test_connection()] == [True, True, True, None, None]


def test_connection_wrong_login(server, client):
    server.login = Reply(b"", 401)
    checks = list(client.test_connection())
    assert [check.ok for check in checks] == [False, None, None, None, None]
    assert "password" in checks[0].message
    assert not server.requests


# Real answers of 2019, where they lie beside the checkout


@pytest.mark.skipif(not RECORDED.exists(), reason="no recorded answers")
class TestRecorded:
    def reply(self, name, status=200):
        return Reply((RECORDED / f"{name}.response.xml").read_bytes(), status)

    def test_claims(self, server, client_at):
        server.replies = [self.reply("claims_1"), self.reply("claims_2")]
        since = datetime(2019, 4, 20)
        client = client_at(datetime(2019, 4, 26))
        (page,) = client.pull("claims", None, since)
        assert page.records[0].remote_id == "113323416"
        assert page.records[0].created_at == datetime(2019, 4, 25, 8, 51, 55, 177000)
        (page,) = client.pull("claims", None, since)
        assert page.records == ()

    def test_offer_questions(self, server, client_at):
        server.replies = [self.reply("offer_questions_1"), self.reply("offer_questions_2")]
        client = client_at(datetime(2019, 4, 24))
        (page,) = client.pull("offer_questions", None, datetime(2019, 4, 20))
        (case,) = page.records
        assert len(case.messages) == 3 and not case.is_open
        assert (case.product_ean, case.product_ref) == ("2009863600561", "PRES1")

    def test_orders(self, server, client):
        server.replies = [self.reply("orders_by_date_1")]
        (found,) = client.get_orders(["1904240959CN8HI"])
        assert found.state == found.lines[0].state == records.LINE_REFUSED
        assert found.lines[0].quantity == 0 and found.lines[0].refunded == 1
        assert found.contact_address == "c.000000000000000001@clemarche.com"

    def test_unknown_order(self, server, client):
        server.replies = [
            order(""),
            self.reply("mail_guid_unknown_order_1"),
            order(""),
            self.reply("mail_guid_unknown_order_2", 500),
        ]
        found = client.get_contact_address("", ORDER)
        assert found.problem == base.ADDRESS_NOT_FOUND
        with pytest.raises(errors.NotSentError):
            client.get_contact_address("", ORDER)

    def test_refusals(self, server, client):
        server.replies = [self.reply("refund_invalid_1")]
        with pytest.raises(errors.RefusedError) as caught:
            client.perform(wire.operations[0])
        assert caught.value.detail == "Demande de remboursement invalide"
        server.replies = [self.reply("validate_refused_1")]
        operation = base.RefuseLines(
            "x", "1904240959CN8HI", (base.LineDecision("PRES1", True, "AverageState"),)
        )
        outcome = client.perform(operation)
        assert not outcome.ok and outcome.code == "OrderStateIncoherent"
        assert "passage" not in outcome.message and "passage" in outcome.detail
