"""What is read of WooCommerce and WCFM, and how the login goes out."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest
import woo_wire as woo
from contract_cases import PASSWORD
from wire import HTML, Reply, WireServer, closed_port
from woo_wire import (
    KEY,
    NOW,
    ORDER,
    OperatorWire,
    Routes,
    SellerPasswordWire,
    SellerWire,
    answer,
    details,
    error,
    extra,
    line,
    note,
    order,
    refund,
    reply,
    ticket,
    vendor_note,
)

from connectors import base, errors, records
from connectors.woocommerce import amounts, checks, const, keys, mapper, site
from connectors.woocommerce.clock import SiteClock
from connectors.woocommerce.site import get_home

operator_wire, seller_wire, password_wire = OperatorWire(), SellerWire(), SellerPasswordWire()
SINCE = datetime(2026, 11, 1)
ORDERS = "GET wc/v3/orders"
INQUIRIES, NOTICES = "GET wcfmmp/v1/enquiries", "GET wcfmmp/v1/notifications"


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


def market(server, **more):
    return Routes(
        server,
        {
            "GET ": answer(woo.INDEX),
            "GET wcfmmp/v1": answer({"routes": {"/wcfmmp/v1/support": {}}}),
            "GET wcfmmp/v1/site-details": answer(woo.SITE_DETAILS),
            "GET wcfmmp/v1/user-profile": answer(woo.PROFILE),
            "GET wcfmmp/v1/settings/id/7": answer(woo.SETTINGS),
            NOTICES: answer([]),
            INQUIRIES: answer([]),
            **more,
        },
    )


def query(request):
    return dict(parse_qsl(urlsplit(request.path).query))


def pull(client, stream, cursor=None, since=SINCE):
    """(records, Broken ones, cursor) of one reading; cursors are kept as JSON."""
    pages = list(client.pull(stream, json.loads(json.dumps(cursor)), since))
    found = [record for page in pages for record in page.records]
    broken = [record for page in pages for record in page.broken]
    return found, broken, json.loads(json.dumps(pages[-1].cursor)) if pages else cursor


# Login ------------------------------------------------------------------------------------------


def sign(request, home, secret=PASSWORD):
    """The signature as the contract says that the shop works it out (2.1)."""
    path, _mark, text = request.path.partition("?")
    pairs = [(n, v) for n, v in parse_qsl(text, keep_blank_values=True) if n != "oauth_signature"]
    encoded = sorted((quote(n, safe="~"), quote(v, safe="~")) for n, v in pairs)
    joined = "%26".join(f"{quote(n, safe='~')}%3D{quote(v, safe='~')}" for n, v in encoded)
    text = "&".join((request.method, quote(f"{home}{path}", safe="~"), joined))
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def test_without_tls_calls_are_signed(server, client):
    """Basic is ignored there, and would show the secret (2.1, section 5)."""
    Routes(server, {ORDERS: answer([]), "POST wc/v3/orders/501/notes": answer(note(90), 201)})
    pull(client, "orders")
    client.perform(operator_wire.operations[2])
    for request in server.requests:
        found = query(request)
        assert found["oauth_signature"] == sign(request, server.url)
        assert found["oauth_signature_method"] == "HMAC-SHA256"
        assert found["oauth_consumer_key"] == KEY
        assert "Authorization" not in request.headers
        assert PASSWORD not in request.path
    nonces = {query(request)["oauth_nonce"] for request in server.requests}
    assert len(nonces) == 2, "each is good for one call"


def get_call(way, url="https://shop.example", method="GET"):
    """(address, headers) of a call."""
    client = operator_wire.make_client(url, login_way=way)
    return client.site.login.add_to(method, client.site.get_url("wc/v3/orders", {"page": 1}), {})


def test_over_tls_the_key_goes_in_the_header():
    url, headers = get_call("")
    packed = base64.b64encode(f"{KEY}:{PASSWORD}".encode()).decode()
    assert url == "https://shop.example/wp-json/wc/v3/orders?page=1"
    assert headers == {"Authorization": f"Basic {packed}"}


def test_the_key_can_go_in_the_address():
    """Web servers that lose headers (section 5)."""
    url, headers = get_call(const.BY_QUERY)
    assert parse_qs(urlsplit(url).query)["consumer_secret"] == [PASSWORD]
    assert not headers


def test_a_key_never_goes_in_the_address_without_tls():
    url, _headers = get_call(const.BY_QUERY, "http://shop.example")
    assert PASSWORD not in url and "oauth_signature" in url


def test_tls_that_wordpress_does_not_notice():
    """Behind a proxy: the shop signs its http address (section 5)."""
    url, headers = get_call(const.BY_SIGNATURE)
    assert url.startswith("https://shop.example/") and not headers
    parts = urlsplit(url)

    class Request:
        method = "GET"
        path = f"{parts.path}?{parts.query}"

    found = dict(parse_qsl(parts.query))
    assert found["oauth_signature"] == sign(Request, "http://shop.example")


@pytest.mark.parametrize(
    ("login", "password"), [("", "x"), ("x", ""), ("ck_ä", "x"), ("ck_1", "x\nHost: y")]
)
def test_keys_that_are_none(login, password, server):
    credentials = base.Credentials(login, password, service_url=server.url)
    with OperatorWire.client_class(credentials) as client:
        with pytest.raises(errors.LoginError):
            pull(client, "orders")
    assert not server.requests


@pytest.mark.parametrize("options", [{}, {"login_way": "application_password"}])
def test_a_password_needs_tls(options, server):
    credentials = base.Credentials("ada", PASSWORD, service_url=server.url, options=options)
    with SellerWire.client_class(credentials) as client:
        with pytest.raises(errors.LoginError) as caught:
            client.get_orders([ORDER])
    assert caught.value.code == "no_tls"
    assert not server.requests and not server.logins


def test_a_token_is_fetched_once_and_kept(server, seller):
    market(server, **{"GET wcfmmp/v1/orders/501": answer(order())})
    seller.get_orders([ORDER, ORDER])
    seller.get_orders([ORDER])
    (login,) = server.logins
    assert json.loads(login.body) == {"username": "ada", "password": PASSWORD}
    assert server.requests[0].headers["Authorization"] == f"Bearer {SellerWire.TOKEN}"
    token, expires = seller.token_state
    assert token == SellerWire.TOKEN
    assert expires == NOW + const.TOKEN_LIFE - const.TOKEN_MARGIN


def test_a_token_says_when_it_ends(server, seller):
    end = datetime(2026, 11, 20, 14)
    server.login = seller_wire.login_reply(woo.make_token(expires=int(end.timestamp())))
    market(server, **{"GET wcfmmp/v1/orders/501": answer(order())})
    seller.get_orders([ORDER])
    assert seller.token_state[1] <= NOW + const.TOKEN_LIFE


@pytest.mark.parametrize(
    ("password", "way"),
    [
        ("abcd EFGH 1234 ijkl MNOP 6789", const.BY_PASSWORD),
        ("correct horse battery", const.BY_TOKEN),
        ("abcdEFGH1234ijklMNOP6789", const.BY_PASSWORD),
        ("abcdEFGH1234ijklMNOP678", const.BY_TOKEN),
    ],
)
def test_an_application_password_is_seen_by_its_form(password, way):
    credentials = base.Credentials("ada", password, service_url="https://shop.example")
    client = SellerWire.client_class(credentials)
    assert client.site.login.way == way
    assert (client.token_state is None) == (way == const.BY_PASSWORD)


def test_application_password(server):
    market(server, **{"GET wcfmmp/v1/orders/501": answer(order())})
    with password_wire.make_client(server.url) as client:
        client.get_orders([ORDER])
    packed = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    assert server.requests[0].headers["Authorization"] == f"Basic {packed}"
    assert not server.logins


@pytest.mark.parametrize(
    ("entered", "home"),
    [
        ("shop.example", "https://shop.example"),
        (" https://shop.example/ ", "https://shop.example"),
        ("https://shop.example/wp-json/wc/v3/orders", "https://shop.example"),
        (
            "https://shop.example/fr/wp-admin/edit.php?post_type=shop_order",
            "https://shop.example/fr",
        ),
        ("HTTPS://Shop.example/store-manager/orders/", "https://Shop.example"),
        ("http://127.0.0.1:8080/a/b/", "http://127.0.0.1:8080/a/b"),
        ("", ""),
    ],
)
def test_addresses_as_people_copy_them(entered, home):
    assert get_home(entered) == home


def test_no_address():
    for wire in (operator_wire, seller_wire):
        client = wire.make_client("")
        with pytest.raises(errors.LoginError):
            wire.read(client)


# Orders -----------------------------------------------------------------------------------------


def test_an_order():
    given = refund(700, "15.40", ("11", 1, "8.82", "1.68"), shipping=[("21", "4.12", "0.78")])
    found = mapper.map_order(order(refunds=[given]), [given], can_refund=True)
    assert (found.remote_id, found.number, found.note) == ("501", "W-501", "Bitte klingeln.")
    assert (found.state, found.remote_state) == (records.LINE_SHIPPED, "completed")
    assert found.created_at == datetime(2026, 11, 9, 8)
    assert found.updated_at == datetime(2026, 11, 20, 11, 50)
    assert found.shipped_at == datetime(2026, 11, 11, 10)
    assert (found.charged, found.shipping) == (Decimal("128.94"), Decimal("4.90"))
    assert found.customer_name == "Lena Muster"
    assert found.contact_address == ""
    assert (found.delivery.company, found.delivery.city) == ("Muster GmbH", "Potsdam")
    assert (found.billing.street2, found.billing.country_code) == ("2. OG", "DE")
    first, second = found.lines
    assert (first.remote_id, first.sku, first.quantity) == ("11", "UP-11", 2)
    assert (first.amount, first.shipping) == (Decimal("98.14"), Decimal("4.90"))
    assert (first.refunded, first.refunded_shipping) == (Decimal("10.50"), Decimal("4.90"))
    assert (second.amount, second.shipping) == (Decimal("25.90"), Decimal(0))
    assert first.give_back == second.give_back == records.BY_REFUND
    assert sum(item.amount + item.shipping for item in found.lines) == found.charged


def test_refunds_of_an_order():
    """Parts by line, what no line tells of as a gesture; each with a number of its own."""
    both = refund(
        700,
        "20.00",
        ("11", 1, "8.82", "1.68"),
        ("12", 0, "3.00", "0"),
        shipping=[("21", "0.84", "0.16")],
    )
    noted = refund(701, "5.00", paid=False)
    found = mapper.map_order(order(refunds=[both, noted]), [both, noted]).refunds
    told = [(r.remote_id, r.line_remote_id, str(r.amount), str(r.shipping), r.kind) for r in found]
    assert told == [
        ("700-11", "11", "11.50", "1.00", records.GIVEN_REFUND),
        ("700-12", "12", "3.00", "0", records.GIVEN_REFUND),
        ("700", "", "5.50", "0", records.GIVEN_GESTURE),
        ("701", "", "5.00", "0", records.GIVEN_GESTURE),
    ]
    assert [r.quantity for r in found] == [1, 0, 0, 0]
    assert [r.group for r in found] == ["700", "700", "700", "701"]
    assert [r.is_paid for r in found] == [True, True, True, False]
    assert found[0].paid_at == found[0].created_at == datetime(2026, 11, 20, 11, 55)


def test_the_amount_wins_over_lines_that_disagree():
    odd = refund(700, "1.00", ("11", 1, "8.82", "1.68"))
    (found,) = mapper.map_order(order(refunds=[odd]), [odd]).refunds
    assert (found.kind, found.amount) == (records.GIVEN_GESTURE, Decimal("1.00"))


def test_refunded_lines_without_their_number():
    """By product, where just one line has it."""
    given = refund(700, "10.50", ("11", 1, "8.82", "1.68"))
    given["line_items"][0]["meta_data"] = []
    (found,) = mapper.map_order(order(refunds=[given]), [given]).refunds
    assert found.line_remote_id == "11"
    twins = order(line(), line(12, product_id=911), refunds=[given])
    (found,) = mapper.map_order(twins, [given]).refunds
    assert (found.kind, found.amount) == (records.GIVEN_GESTURE, Decimal("10.50"))


def test_fractions_of_cents_and_taxes_by_rate():
    """Prices with tax: net amounts have fractions, which the sum does not."""
    odd = line(
        total="8.264463",
        tax="1.735537",
        taxes=[{"id": 3, "total": "1.2"}, {"id": 4, "total": "0.535537"}, {"id": 5, "total": ""}],
    )
    found = mapper.map_order(order(odd, shipping_lines=[], total="10.00"))
    assert found.lines[0].amount == Decimal("10.00")
    assert amounts.get_money(odd).taxes == {"3": Decimal("1.2"), "4": Decimal("0.535537")}


def test_fees_stand_with_the_shipping_charges():
    found = mapper.map_order(order(fee_lines=[extra(31, "2.00", "0")], total="130.94"))
    assert found.lines[0].shipping == Decimal("6.90")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", records.LINE_WAITING),
        ("on-hold", records.LINE_WAITING),
        ("processing", records.LINE_TO_SHIP),
        ("completed", records.LINE_SHIPPED),
        ("cancelled", records.LINE_CANCELLED),
        ("refunded", records.LINE_REFUNDED),
        ("awaiting-pickup", records.LINE_OTHER),
        ("", records.LINE_OTHER),
    ],
)
def test_states(status, state):
    found = mapper.map_order(order(status=status))
    assert (found.state, found.lines[0].state) == (state, state)


def test_numbers_and_flags_as_texts():
    node = order(line(id="11", quantity="2"), id="501", status="completed")
    given = refund("700", "5.00", refunded_payment="1")
    found = mapper.map_order(node, [given])
    assert (found.remote_id, found.lines[0].quantity) == ("501", 2)
    assert found.refunds[0].is_paid


def test_one_bad_order_does_not_hide_the_others(server, client):
    bad = order(id=502, total="a lot")
    Routes(server, {ORDERS: answer([order(), bad, order(id=503)])})
    found, broken, _cursor = pull(client, "orders")
    assert [item.remote_id for item in found] == ["501", "503"]
    assert [item.remote_id for item in broken] == ["502"]


def test_changes_are_asked_for_in_gmt(server, client):
    """The filter takes the site's time for granted (section 5)."""
    Routes(server, {ORDERS: answer([order()])})
    _found, _broken, cursor = pull(client, "orders")
    assert cursor["until"] == "2026-11-20T11:50:00"
    pull(client, "orders", cursor)
    first, second = map(query, server.requests)
    assert first["modified_after"] == "2026-11-01T00:00:00"
    assert second["modified_after"] == "2026-11-20T11:45:00", "the last minutes again"
    for asked in (first, second):
        assert (asked["dates_are_gmt"], asked["orderby"], asked["order"]) == (
            "true",
            "modified",
            "asc",
        )


def test_a_poll_without_news_is_one_call_and_no_record(server, client):
    given = refund(700, "5.00")
    Routes(
        server,
        {
            ORDERS: answer([order(refunds=[given])]),
            "GET wc/v3/orders/501/refunds": answer([given]),
        },
    )
    found, _broken, cursor = pull(client, "orders")
    assert found[0].refunds
    server.requests.clear()
    found, _broken, cursor = pull(client, "orders", cursor)
    assert not found and len(server.requests) == 1


def test_what_changes_without_its_date_is_seen(server, client):
    """Lines that are edited leave the date (section 5)."""
    Routes(server, {ORDERS: answer([order()])})
    _found, _broken, cursor = pull(client, "orders")
    Routes(server, {ORDERS: answer([order(total="120.00")])})
    assert pull(client, "orders", cursor)[0]


class Shop:
    """A list of orders that moves while it is read."""

    def __init__(self, count, seconds=1, totals=True):
        self.orders = {
            number: datetime(2026, 11, 10) + timedelta(seconds=number * seconds)
            for number in range(1, count + 1)
        }
        self.totals = totals
        self.calls = 0
        self.after_call = lambda: None

    def __call__(self, request):
        asked = query(request)
        self.calls += 1
        begin = datetime.fromisoformat(asked["modified_after"])
        found = sorted((at, number) for number, at in self.orders.items() if at > begin)
        size, page = int(asked["per_page"]), int(asked["page"])
        rows = [
            order(id=number, date_modified_gmt=at.isoformat())
            for at, number in found[(page - 1) * size : page * size]
        ]
        self.after_call()
        pages = -(-len(found) // size)
        return answer(rows, **({"X_WP_TotalPages": str(pages)} if self.totals else {}))


@pytest.mark.parametrize("totals", [True, False])
@pytest.mark.parametrize("seconds", [1, 0])
def test_all_changes_are_read(seconds, totals, server, client):
    """Also where more than a page changed in one second, and the shop tells no totals."""
    shop = Shop(350, seconds, totals)
    Routes(server, {ORDERS: shop})
    found, _broken, cursor = pull(client, "orders")
    assert sorted(int(item.remote_id) for item in found) == list(range(1, 351))
    assert pull(client, "orders", cursor)[0] == []


@pytest.mark.parametrize("seconds", [1, 0])
def test_no_order_is_lost_while_the_list_moves(seconds, server, client):
    """One that is read already changes: those after it move up by one, over the edge of a page."""
    shop = Shop(350, seconds)
    Routes(server, {ORDERS: shop})

    def change():
        if shop.calls <= 5:
            shop.orders[shop.calls] = datetime(2026, 11, 12, 0, shop.calls)

    shop.after_call = change
    found, _broken, _cursor = pull(client, "orders")
    assert {int(item.remote_id) for item in found} == set(range(1, 351))


def test_an_interrupted_reading_loses_nothing(server, client):
    shop = Shop(350, 0)
    Routes(server, {ORDERS: shop})
    seen, cursor = set(), None
    for _turn in range(20):
        pages = client.pull("orders", cursor, SINCE)
        for page, _count in zip(pages, range(2), strict=False):
            seen |= {int(item.remote_id) for item in page.records}
            cursor = json.loads(json.dumps(page.cursor))
        shop.orders[1] += timedelta(hours=1)
    pages = client.pull("orders", cursor, SINCE)
    seen |= {int(item.remote_id) for page in pages for item in page.records}
    assert seen == set(range(1, 351))


def test_a_shop_that_does_not_know_the_filter(server, client):
    """WooCommerce before 5.8 would answer with all orders for ever (section 5)."""
    Routes(server, {ORDERS: answer([order(date_modified_gmt="2020-01-01T00:00:00")])})
    with pytest.raises(errors.RefusedError) as caught:
        pull(client, "orders")
    assert caught.value.code == "too_old"


def test_orders_by_number(server, client):
    Routes(server, {ORDERS: answer([order()])})
    found = client.get_orders([ORDER, ORDER, "W-9", "", *map(str, range(1000, 1150))])
    assert len(found) == 2
    asked = [query(request)["include"].split(",") for request in server.requests]
    assert [len(part) for part in asked] == [100, 51]
    assert "W-9" not in asked[0]


def test_unknown_stream(client, seller):
    for one in (client, seller):
        with pytest.raises(errors.NotSupportedError):
            list(one.pull("letters", None, SINCE))


def test_too_many_calls(server, client):
    Routes(server, {ORDERS: Reply(b"", 429)})
    with pytest.raises(errors.NotSentError) as caught:
        pull(client, "orders")
    assert caught.value.retry_after == 60


# Notes ------------------------------------------------------------------------------------------


def test_notes(server, client):
    rows = [
        note(35, "<b>Status</b> changed", author="WooCommerce"),
        note(34, "intern"),
        note(33, "Ist &amp; bleibt", customer=True),
        note(32, "Status", author="system"),
    ]
    Routes(
        server,
        {
            "GET wc/v3/orders/501/notes": answer(rows),
            "GET wc/v3/orders/502/notes": error("woocommerce_rest_shop_order_invalid_id", 404),
        },
    )
    found = list(client.get_notes([ORDER, "502", "", ORDER]))
    assert [item.remote_id for item in found] == ["32", "33", "34", "35"], "oldest first"
    senders = [item.sender_type for item in found]
    assert senders == [records.SYSTEM, records.SELLER, records.SELLER, records.SYSTEM]
    assert [item.is_visible for item in found] == [False, True, False, False]
    assert [item.is_mailed for item in found] == [False, True, False, False]
    assert [item.is_html for item in found] == [False, True, False, True]
    assert found[1].created_at == datetime(2026, 11, 20, 11, 33)
    assert {item.order_ref for item in found} == {ORDER}


def test_notes_of_a_vendor(server, seller):
    rows = [
        vendor_note(33, "intern", author="Marketplace team"),
        vendor_note(32, "Ist unterwegs", customer=True),
        vendor_note(31, "Status", author="system"),
    ]
    market(
        server,
        **{
            "GET wcfmmp/v1/orders/501": answer(order()),
            "GET wcfmmp/v1/orders/502": error("wcfmapi_rest_invalid_vendor", 404),
            "GET wcfmmp/v1/orders/note/501": answer(rows),
        },
    )
    found = list(seller.get_notes([ORDER, "502"]))
    senders = [item.sender_type for item in found]
    assert senders == [records.SYSTEM, records.SELLER, records.OPERATOR]
    assert found[1].created_at == datetime(2026, 11, 20, 11, 32)
    assert not [r for r in server.requests if r.path.endswith("note/502")]


# Time -------------------------------------------------------------------------------------------


def test_the_sites_time():
    berlin = SiteClock({"timezone_string": "Europe/Berlin", "gmt_offset": 1})
    assert berlin.to_utc("2026-11-20 11:00:00") == datetime(2026, 11, 20, 10)
    assert berlin.to_utc("2026-07-20 11:00:00") == datetime(2026, 7, 20, 9), "summer time"
    assert berlin.shifted_to_utc("2026-07-20T13:00:00") == datetime(2026, 7, 20, 9)
    assert berlin.to_utc("") is None
    india = SiteClock({"timezone_string": "", "gmt_offset": "5.5"})
    assert india.to_utc("2026-11-20 11:00:00") == datetime(2026, 11, 20, 5, 30)
    assert SiteClock({"timezone_string": "Moon/Crater"}).to_utc("2026-11-20") == datetime(
        2026, 11, 20
    )


# Inquiries --------------------------------------------------------------------------------------


def inquiries(server, *nodes, notices=(), **more):
    """A market with these inquiries (details)."""
    rows = [{k: v for k, v in node.items() if k != "all_replies"} for node in nodes]
    table = {f"GET wcfmmp/v1/enquiries/{node['ID']}": answer(node) for node in nodes}
    table[INQUIRIES] = answer(sorted(rows, key=lambda row: -int(row["ID"])))
    table[NOTICES] = answer([{"ID": str(number), "message_type": "enquiry"} for number in notices])
    return market(server, **table, **more)


def test_an_inquiry(server, seller):
    replies = [reply(1, "Segeltuch."), reply(2, "Danke!", by="9"), reply(3, "Gern.", by="1")]
    inquiries(server, details(41, *replies))
    (case,), broken, _cursor = pull(seller, "inquiries")
    assert not broken
    assert (case.remote_id, case.kind, case.subject) == ("inquiry:41", records.INQUIRY, "Tasche")
    assert (case.product_ref, case.order_ref, case.is_open) == ("Tasche", "", True)
    assert case.complete and not case.keeps_clock
    assert [message.remote_id for message in case.messages] == [
        "inquiry:41",
        "reply:1",
        "reply:2",
        "reply:3",
    ]
    senders = [message.sender_type for message in case.messages]
    assert senders == [records.CUSTOMER, records.SELLER, records.CUSTOMER, records.OPERATOR]
    assert case.messages[0].sent_at == case.created_at == datetime(2026, 11, 20, 10)
    assert case.messages[0].is_html
    assert case.messages[1].sender_name == "Upcycle Store"
    assert "people.example" not in repr(case), "an address is no part of a case"


@pytest.mark.parametrize("odd", [None, {}, "x", [None, {"key": "Phone"}], [{"value": ["x"]}]])
def test_what_is_given_beside_an_inquiry(odd, server, seller):
    rows = [{"ID": "1", "key": "Phone", "value": "030 1234567"}, {"key": "Size", "value": " "}]
    given = {41: rows, 42: odd}
    inquiries(server, *({**details(n), "additional_datas": told} for n, told in given.items()))
    found = {case.remote_id: case.details for case in pull(seller, "inquiries")[0]}
    assert found == {"inquiry:41": (("Phone", "030 1234567"),), "inquiry:42": ()}


def test_guests_and_nobody(server, seller):
    guest = details(41, reply(1, by="0", customer_id="0"), customer_id="0", product_id="0")
    del guest["product_title"]
    inquiries(server, guest)
    (case,), _broken, _cursor = pull(seller, "inquiries")
    assert [m.sender_type for m in case.messages] == [records.CUSTOMER, records.UNKNOWN]
    assert (case.product_ref, case.subject) == ("", "Aus welchem Tuch? Waschbar?")


def test_inquiries_are_read_when_they_change(server, seller):
    """A reply changes its row, wherever it stands; nothing else is asked for again."""
    nodes = [details(number) for number in range(1, 6)]
    inquiries(server, *nodes)
    found, _broken, cursor = pull(seller, "inquiries")
    assert len(found) == 5
    server.requests.clear()
    found, _broken, cursor = pull(seller, "inquiries", cursor)
    assert not found
    assert len(server.requests) == 2, "the newest notification, the newest page"
    nodes[1] = details(2, reply(9, "Danke!", by="9"))
    inquiries(server, *nodes)
    found, _broken, cursor = pull(seller, "inquiries", cursor)
    assert [case.remote_id for case in found] == ["inquiry:2"]


def test_a_first_import_has_a_start(server, seller):
    """Older inquiries are not imported; when they are answered to, they are."""
    old = details(40, posted="2026-10-01 10:00:00")
    inquiries(server, old, details(41))
    found, _broken, cursor = pull(seller, "inquiries")
    assert [case.remote_id for case in found] == ["inquiry:41"]
    inquiries(server, details(40, reply(5, by="9"), posted="2026-10-01 10:00:00"), details(41))
    found, _broken, _cursor = pull(seller, "inquiries", cursor)
    assert [case.remote_id for case in found] == ["inquiry:40"]


def test_inquiries_of_others_and_broken_ones(server, seller):
    foreign, broken = details(42, vendor_id="8"), details(43, posted="soon")
    inquiries(server, details(41), foreign, broken)
    found, bad, _cursor = pull(seller, "inquiries")
    assert [case.remote_id for case in found] == ["inquiry:41"]
    assert [record.remote_id for record in bad] == ["inquiry:43"]


def test_lists_that_are_none(server, seller):
    """HTTP 200, and yet no (3.3)."""
    market(server, **{INQUIRIES: answer({"success": False, "data": "No permission."})})
    with pytest.raises(errors.RefusedError, match="No permission"):
        pull(seller, "inquiries")
    market(server, **{INQUIRIES: answer({"hello": 1})})
    with pytest.raises(errors.UnknownOutcomeError):
        pull(seller, "inquiries")


# Support tickets --------------------------------------------------------------------------------


def tickets(server, opened, closed, **more):
    def choose(request):
        rows = {"open": opened, "close": closed}[query(request)["support_status"]]
        return answer(sorted(rows, key=lambda row: -int(row["support_id"])))

    return market(server, **{"GET wcfmmp/v1/support": choose, **more})


def test_a_ticket(server, seller):
    tickets(server, [ticket()], [])
    (case,), _broken, _cursor = pull(seller, "tickets")
    assert (case.remote_id, case.kind) == ("ticket:61", records.SUPPORT_TICKET)
    assert (case.order_ref, case.product_ref, case.topic) == ("501", "Tasche", "Lieferung")
    assert case.is_open and not case.complete, "the add-on shows no replies"
    (message,) = case.messages
    assert (message.remote_id, message.sender_type) == ("ticket:61", records.CUSTOMER)
    assert message.sent_at == datetime(2026, 11, 20, 10)


def test_the_state_of_a_ticket_is_the_list_that_it_is_in(server, seller):
    """Labels are translated (3.3)."""
    tickets(server, [ticket(61), ticket(62)], [ticket(60)])
    found, _broken, cursor = pull(seller, "tickets")
    states = {case.remote_id: case.is_open for case in found}
    assert states == {"ticket:60": False, "ticket:61": True, "ticket:62": True}
    assert pull(seller, "tickets", cursor)[0] == []
    tickets(server, [ticket(62)], [ticket(60), ticket(61)])
    (case,), _broken, cursor = pull(seller, "tickets", cursor)
    assert (case.remote_id, case.is_open) == ("ticket:61", False)
    tickets(server, [ticket(61), ticket(62)], [ticket(60)])
    (case,), _broken, _cursor = pull(seller, "tickets", cursor)
    assert (case.remote_id, case.is_open) == ("ticket:61", True), "opened again"


def told(number, message, created="2026-11-20 11:00:05"):
    return {"ID": str(number), "message": message, "message_type": "support", "created": created}


def test_an_entry_that_only_a_notification_tells_of(server, seller):
    table = tickets(server, [ticket(61)], [])
    opened = told(1, "New Support Ticket #000061 for Order #000501")
    rows = {"unread": [opened], "read": []}
    table.table[NOTICES] = lambda request: answer(rows[query(request)["notification_status"]])
    (case,), _broken, cursor = pull(seller, "tickets")
    assert case.unseen_at is None, "it tells of the ticket itself"
    assert seller.site_abilities[base.SITE_TICKET_NEWS] is True
    assert pull(seller, "tickets", cursor)[0] == []
    rows["read"] = [told(2, "Antwort zu Ticket #000061", "2026-11-21 09:00:00")]
    (case,), _broken, cursor = pull(seller, "tickets", cursor)
    assert (case.remote_id, case.unseen_at) == ("ticket:61", datetime(2026, 11, 21, 8))
    assert pull(seller, "tickets", cursor)[0] == [], "once"
    rows["read"] = []
    assert pull(seller, "tickets", cursor)[0] == [], "what is deleted there is no news"


def test_the_first_notification_may_be_gone(server, seller):
    table = tickets(server, [ticket(61)], [])
    rows = [told(9, "Antwort zu Ticket #000061", "2026-11-23 09:00:00"), told(10, "?", "never")]
    table.table[NOTICES] = answer(rows)
    (case,), _broken, _cursor = pull(seller, "tickets")
    assert case.unseen_at == datetime(2026, 11, 23, 8)


def test_a_full_page_of_notifications_hides_the_first_one(server, seller):
    """A reply on the same day is not taken for it."""
    table = tickets(server, [ticket(61)], [])
    answered = told(500, "Antwort zu Ticket #000061", "2026-11-20 13:00:00")
    others = [told(n, f"Ticket #{n:06}", "2026-11-20 14:00:00") for n in range(501, 600)]
    rows = {"unread": [*others[::-1], answered], "read": []}
    table.table[NOTICES] = lambda request: answer(rows[query(request)["notification_status"]])
    (case,), _broken, _cursor = pull(seller, "tickets")
    assert case.unseen_at == datetime(2026, 11, 20, 12)


def test_a_full_page_that_goes_back_far_enough(server, seller):
    table = tickets(server, [ticket(61)], [])
    opened = told(500, "Ticket #000061")
    others = [told(n, f"Ticket #{n:06}", "2026-11-18 09:00:00") for n in range(401, 500)]
    rows = {"unread": [opened, *others[::-1]], "read": []}
    table.table[NOTICES] = lambda request: answer(rows[query(request)["notification_status"]])
    (case,), _broken, _cursor = pull(seller, "tickets")
    assert case.unseen_at is None


def test_a_site_without_notifications(server, seller):
    table = tickets(server, [ticket(61)], [])
    for refusal in (error("rest_forbidden", 403), error("rest_no_route", 404)):
        table.table[NOTICES] = refusal
        (case,), _broken, _cursor = pull(seller, "tickets")
        assert case.unseen_at is None
    assert base.SITE_TICKET_NEWS not in seller.site_abilities


def test_no_tickets_without_ultimate(server, seller):
    """The route breaks down there (3.3): it is not asked."""
    table = market(server, **{"GET wcfmmp/v1/site-details": answer({"is_wcfm_ultimate": "0"})})
    assert list(seller.pull("tickets", None, SINCE)) == []
    assert seller.get_cases([ORDER]) == []
    assert not table.asked("support")


def test_tickets_of_orders(server, seller):
    other = ticket(62, support_order={"order_id": 502})
    tickets(server, [ticket(61), other], [ticket(60)])
    found = seller.get_cases([ORDER])
    assert [(case.remote_id, case.is_open) for case in found] == [
        ("ticket:61", True),
        ("ticket:60", False),
    ]


def test_routes_of_the_sites_own(server, seller):
    """Where a site shows single tickets, their replies are read (section 8)."""
    routes = {f"/wcfmmp/v1/support/(?P<id>[\\d]+){end}": {} for end in ("", "/reply")}
    shown = ticket(vendor_id="7", all_replies=[reply(5)])
    table = tickets(
        server,
        [ticket()],
        [],
        **{
            "GET wcfmmp/v1": answer({"routes": routes}),
            "GET wcfmmp/v1/support/61": answer(shown),
        },
    )
    (case,), _broken, cursor = pull(seller, "tickets")
    assert [message.remote_id for message in case.messages] == ["ticket:61", "ticket-reply:5"]
    assert case.messages[1].sender_type == records.SELLER
    assert case.complete
    assert pull(seller, "tickets", cursor)[0] == []
    more = ticket(vendor_id="7", all_replies=[reply(5), reply(6, by="9")])
    table.table["GET wcfmmp/v1/support/61"] = answer(more)
    (case,), _broken, _cursor = pull(seller, "tickets", cursor)
    assert len(case.messages) == 3


# Orders of vendors ------------------------------------------------------------------------------


class VendorShop:
    def __init__(self, count):
        self.orders = {number: {"status": "processing"} for number in range(1, count + 1)}

    def make(self, number):
        return order(id=number, vendor_order_details={"vendor_id": "7"}, **self.orders[number])

    def __call__(self, request):
        name = request.path.partition("?")[0].rpartition("/")[2]
        if name.isdigit():
            known = int(name) in self.orders
            return (
                answer(self.make(int(name))) if known else error("wcfmapi_rest_invalid_vendor", 404)
            )
        asked = query(request)
        size, page = int(asked["per_page"]), int(asked["page"])
        numbers = sorted(self.orders, reverse=True)[(page - 1) * size : page * size]
        return answer([self.make(number) for number in numbers])


def vendor_shop(server, count):
    shop = VendorShop(count)
    table = market(server, **{"GET wcfmmp/v1/orders": shop})
    table.table |= {f"GET wcfmmp/v1/orders/{n}": shop for n in range(1, count + 10)}
    return shop


def test_orders_of_a_vendor(server, seller):
    """Newest first, until known; older ones that are open are read again by number, in turn."""
    shop = vendor_shop(server, 120)
    found, _broken, cursor = pull(seller, "orders")
    assert len(found) == 120
    server.requests.clear()
    shop.orders[121] = {"status": "processing"}
    shop.orders[3] = {"status": "completed"}
    seen = []
    for _turn in range(5):
        found, _broken, cursor = pull(seller, "orders", cursor)
        seen += [item.remote_id for item in found]
    assert sorted(seen) == ["121", "3"]
    assert len(server.requests) <= 5 * (1 + const.REREAD_ORDERS)
    assert "3" not in cursor["open"]


def test_an_order_that_is_gone(server, seller):
    shop = vendor_shop(server, 70)
    _found, _broken, cursor = pull(seller, "orders")
    del shop.orders[1]
    _found, _broken, cursor = pull(seller, "orders", cursor)
    assert "1" not in cursor["open"]


def test_our_part_of_an_order(server, seller):
    """Fees, refunds and the total are of the whole order: not ours to tell."""
    whole = order(
        line(),
        refunds=[refund(700, "5.00")],
        total="500.00",
        fee_lines=[extra(31)],
        vendor_order_details={"vendor_id": "7", "is_refunded": "0"},
    )
    market(server, **{"GET wcfmmp/v1/orders/501": answer(whole)})
    (found,) = seller.get_orders([ORDER, "W-1"])
    assert found.charged == Decimal("103.04")
    assert not found.refunds
    assert not found.lines[0].give_back
    whole["vendor_order_details"]["is_refunded"] = "1"
    market(server, **{"GET wcfmmp/v1/orders/501": answer(whole)})
    assert seller.get_orders([ORDER])[0].state == records.LINE_REFUNDED


@pytest.mark.parametrize(
    ("row", "states", "told"),
    [
        ({"refunded_amount": "0", "is_refundeds": "0,0"}, "ss", "0"),
        ({"refunded_amount": "20.00", "is_refundeds": "0,0"}, "ss", "20"),
        # The row is one of the lines' in WCFM, whose flag says nothing of the others.
        ({"refunded_amount": "0", "is_refunded": "1", "is_refundeds": "0,1"}, "sr", "53.55"),
        ({"refunded_amount": "60", "is_refundeds": "0,1"}, "sr", "60"),
        ({"refunded_amount": "1", "is_refundeds": "1,1"}, "rr", "156.59"),
        ({"refunded_amount": "500", "is_refundeds": "0,0"}, "ss", "156.59"),
        ({"is_refunded": "1"}, "rr", "156.59"),
        ({}, "ss", "0"),
    ],
)
def test_what_wcfm_tells_as_given_back(row, states, told, server, seller):
    """In one sum, and which lines whole."""
    whole = order(line(12), line(13, total="45.00", tax="8.55"))
    row = {"order_item_ids": "12,13", **row}
    node = {**whole, "vendor_order_details": row}
    market(server, **{"GET wcfmmp/v1/orders/501": answer(node)})
    (found,) = seller.get_orders([ORDER])
    letters = {"s": records.LINE_SHIPPED, "r": records.LINE_REFUNDED}
    assert [item.state for item in found.lines] == [letters[letter] for letter in states]
    assert found.state == (records.LINE_REFUNDED if states == "rr" else records.LINE_SHIPPED)
    assert found.given_back == Decimal(told)


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (("12", 0, "10.00", "1.90"), "processing"),
        (("12", 2, "10.00", "1.90"), "refunded"),
        (("12", 0, "82.47", "15.67"), "refunded"),
    ],
)
def test_a_line_given_back_whole_is_not_to_be_shipped(given, state):
    """By its units or its money; WooCommerce leaves the order in its state."""
    node = order(line(12), line(13), status="processing")
    total = str(Decimal(given[2]) + Decimal(given[3]))
    found = mapper.map_order(node, [refund(700, total, given)])
    wanted = records.LINE_REFUNDED if state == "refunded" else records.LINE_TO_SHIP
    assert [item.state for item in found.lines] == [wanted, records.LINE_TO_SHIP]
    assert found.state == records.LINE_TO_SHIP


def test_orders_without_gmt_dates(server, seller):
    """WCFM may give its own objects: then the site's time counts."""
    node = order(date_created={"date": "2026-11-09 09:00:00.000000"}, date_completed="")
    for name in ("date_created_gmt", "date_modified_gmt", "date_completed_gmt"):
        del node[name]
    market(server, **{"GET wcfmmp/v1/orders/501": answer(node)})
    (found,) = seller.get_orders([ORDER])
    assert found.created_at == datetime(2026, 11, 9, 8)
    assert found.updated_at == datetime(2026, 11, 20, 11, 50)


# Webhooks ---------------------------------------------------------------------------------------

SECRET = "0123456789abcdefSECRET"


def test_webhooks_are_made_and_replaced(server, client):
    url = "https://odoo.example/hook"
    there = [
        {"id": 5, "topic": "order.updated", "delivery_url": url},
        {"id": 6, "topic": "order.updated", "delivery_url": "https://else.example/"},
        {"id": 7, "topic": "order.updated", "delivery_url": "https://before.example/hook"},
        {"id": 8, "topic": "order.updated", "delivery_url": "https://stranger.example/hook"},
        {"id": 9, "topic": "product.updated", "delivery_url": "https://else.example/"},
    ]
    numbers = iter(range(20, 30))
    Routes(
        server,
        {
            "GET wc/v3/webhooks": answer(there),
            "DELETE wc/v3/webhooks/5": answer({"id": 5}),
            "DELETE wc/v3/webhooks/7": answer({"id": 7}),
            "POST wc/v3/webhooks": lambda request: answer({"id": next(numbers)}, 201),
        },
    )
    made = client.create_webhooks(url, SECRET, ["7", "9", "404"])
    assert made == dict(zip(client.webhook_topics, ("20", "21", "22"), strict=True))
    bodies = [json.loads(r.body) for r in server.requests if r.method == "POST"]
    assert {body["secret"] for body in bodies} == {SECRET}, "else the shop makes one of its own"
    assert [body["topic"] for body in bodies] == list(client.webhook_topics)
    deleted = [r for r in server.requests if r.method == "DELETE"]
    numbers = {r.path.rpartition("/")[2].partition("?")[0] for r in deleted}
    assert numbers == {"5", "7"}, "ours by the address, or by number and path: no others"
    assert query(deleted[0])["force"] == "true"


@pytest.mark.parametrize("secret", ["", "short", "with & and ampersand 123", 'q"' * 10, "ä" * 20])
def test_secrets_that_wordpress_would_change(secret, server, client):
    with pytest.raises(errors.NotSupportedError):
        client.create_webhooks("https://odoo.example/hook", secret)
    assert not server.requests


OURS = [{"id": 5, "topic": "order.updated", "delivery_url": "https://odoo.example/hook"}]


def test_webhooks_that_are_gone(server, client):
    gone = error("woocommerce_rest_shop_webhook_invalid_id", 404)
    Routes(server, {"GET wc/v3/webhooks": answer(OURS), "DELETE wc/v3/webhooks/5": gone})
    client.delete_webhooks("https://odoo.example/hook")


def test_which_calls_are_active(server, client):
    hook = {"topic": "order.updated", "delivery_url": "https://odoo.example/hook"}
    there = [
        {"id": 5, **hook, "status": "disabled"},
        {"id": 6, **hook, "topic": "order.created", "status": "active"},
        {"id": 7, **hook, "delivery_url": "https://else.example/hook", "status": "active"},
    ]
    Routes(server, {"GET wc/v3/webhooks": answer(there)})
    found = client.get_webhooks("https://odoo.example/hook")
    assert found == {"order.updated": False, "order.created": True}


def test_a_firewall_without_delete(server, client):
    """501: the same as a POST (section 5)."""
    Routes(
        server,
        {
            "GET wc/v3/webhooks": answer(OURS),
            "DELETE wc/v3/webhooks/5": Reply(HTML, 501, "text/html"),
            "POST wc/v3/webhooks/5": answer({"id": 5}),
        },
    )
    client.delete_webhooks("https://odoo.example/hook")
    assert server.requests[-1].headers["X-HTTP-Method-Override"] == "DELETE"


# Links ------------------------------------------------------------------------------------------


def test_links():
    operator, vendor = OperatorWire.client_class, SellerWire.client_class
    url = "https://shop.example/wp-json/"
    found = operator.backoffice_url(url, order_ref="501")
    assert found == "https://shop.example/wp-admin/post.php?post=501&action=edit"
    home = "https://shop.example/store-manager"
    assert vendor.backoffice_url(url, "inquiry:41") == f"{home}/enquiry-manage/41/"
    assert vendor.backoffice_url(url, "ticket:61", "501") == f"{home}/support-manage/61/"
    assert vendor.backoffice_url(url, order_ref="5/1") == f"{home}/orders-details/5%2F1/"
    for client in (operator, vendor):
        assert client.backoffice_url("", order_ref="1") == client.backoffice_url(url) == ""


# Test connection --------------------------------------------------------------------------------


def check(client):
    return {step.name: (step.ok, step.message) for step in client.test_connection()}


def shop(server, **more):
    return Routes(
        server,
        {
            "GET ": answer(woo.INDEX),
            ORDERS: answer([order()]),
            "GET wc/v3/orders/501/refunds": answer([]),
            "GET wc/v3/orders/501/notes": answer([]),
            "POST wc/v3/orders/0/notes": error("woocommerce_rest_order_invalid_id", 404),
            "GET wc/v3/payment_gateways": answer([]),
            "GET wc/v3/webhooks": answer([]),
            **more,
        },
    )


def test_connection_of_an_operator(server, client):
    shop(server)
    found = check(client)
    assert all(
        ok
        for name, (ok, _text) in found.items()
        if name not in ("Order comments", "Giving money back")
    )
    assert "operator (wc/v3)" in found["Login"][1]
    assert "no https" in found["Login"][1]
    assert "WCFM marketplace" in found["WCFM"][1]
    written = {request.path.partition("?")[0] for request in server.requests if request.body}
    assert {path.rpartition("wp-json/")[2] for path in written} == {"wc/v3/orders/0/notes"}


def test_connection_with_a_vendors_login(server):
    """A user's name at wc/v3: which of the two it belongs to is said."""
    shop(server)
    credentials = base.Credentials("ada", PASSWORD, service_url=server.url)
    with OperatorWire.client_class(credentials) as client:
        found = check(client)
    assert found["Login"][0] is False and "WCFM seller" in found["Login"][1]
    assert found["Refunds"] == (None, "Not tried.")


@pytest.mark.parametrize("way", [const.BY_QUERY, const.BY_SIGNATURE])
def test_a_way_that_works_is_found(way, server, client, monkeypatch):
    """A shop behind TLS whose server loses headers, or that does not notice TLS (section 5)."""
    monkeypatch.setattr(site.Site, "is_encrypted", True)
    monkeypatch.setattr(keys.KeyLogin, "get_way", lambda login: login.way or const.BY_HEADER)
    sign_of = {const.BY_QUERY: "consumer_secret", const.BY_SIGNATURE: "oauth_signature"}[way]

    def answer_to(request):
        known = sign_of in query(request)
        return answer([order()]) if known else error("woocommerce_rest_cannot_view", 401)

    shop(server, **{ORDERS: answer_to})
    assert check(client)["Login"] == (False, checks.WAYS[way])


def test_connection_with_a_vendors_key(server, client):
    shop(server, **{ORDERS: error("woocommerce_rest_cannot_view", 403)})
    ok, message = check(client)["Login"]
    assert ok is False and "WCFM seller" in message


def test_connection_with_few_rights(server, client):
    denied = error("woocommerce_rest_cannot_view", 403)
    shop(
        server,
        **{
            "GET wc/v3/webhooks": denied,
            "GET wc/v3/payment_gateways": denied,
            "GET ": answer({**woo.INDEX, "namespaces": ["wc/v3"]}),
        },
    )
    found = check(client)
    for name in ("Webhooks", "Payment services", "WCFM"):
        assert found[name][0] is None and found[name][1]


@pytest.mark.parametrize(
    "index",
    [
        answer({"namespaces": ["wp/v2"]}),
        answer({"hello": 1}),
        Reply(HTML, content_type="text/html"),
        Reply(HTML, 404, "text/html"),
    ],
)
def test_no_shop_there(index, server, client, seller):
    """Also without pretty permalinks, which leave no wp-json at all."""
    for one, wire in ((client, shop), (seller, market)):
        wire(server, **{"GET ": index})
        found = check(one)
        assert found["Site"][0] is False
        assert found["Login"] == (None, "Not tried.")


def test_a_site_that_hides_its_index(server, client, seller):
    """Some plugins show it to nobody without a login: the other steps tell all the same."""
    hidden = error("rest_login_required", 401)
    shop(server, **{"GET ": hidden})
    found = check(client)
    assert found["Site"][0] is None and found["Login"][0] is True
    market(server, **{"GET ": hidden, "GET wcfmmp/v1/orders": answer([])})
    found = check(seller)
    assert found["Site"][0] is None and found["Login"][0] is True


def test_a_path_that_is_none_there(server, client, seller):
    for one, wire in ((client, shop), (seller, market)):
        wire(server, **{"GET ": Reply(HTML, 404, "text/html")})
        assert "its path" in check(one)["Site"][1]


def test_a_port_without_tls(server):
    address = server.url.replace("http:", "https:")
    with operator_wire.make_client(address, timeout=2) as client:
        assert "TLS" in check(client)["Site"][1]


def test_nobody_there():
    with operator_wire.make_client(closed_port(), timeout=0.3) as client:
        assert check(client)["Site"][0] is False


def test_connection_of_a_vendor(server, seller):
    market(
        server,
        **{
            "GET wcfmmp/v1/orders": answer([order()]),
            "GET wcfmmp/v1/orders/note/501": answer([]),
            "GET wcfmmp/v1/support": answer([]),
        },
    )
    found = check(seller)
    assert "seller (wcfmmp/v1)" in found["Login"][1]
    for name in ("Site", "Login", "Order notes", "Inquiries", "Support tickets"):
        assert found[name][0] is True
    assert "store manager" in found["Support tickets"][1]
    assert found["Giving money back"][0] is None
    assert {request.method for request in server.requests} == {"GET"}


def test_connection_without_ultimate(server, seller):
    market(
        server,
        **{
            "GET wcfmmp/v1/orders": answer([]),
            "GET wcfmmp/v1/site-details": answer({"is_wcfm_ultimate": False}),
        },
    )
    found = check(seller)
    ok, message = found["Support tickets"]
    assert ok is None and "Ultimate" in message
    assert found["Order notes"][0] is None


def test_connection_with_a_consumer_key_at_wcfm(server):
    market(server)
    options = {"allow_http": True}
    credentials = base.Credentials(KEY, PASSWORD, service_url=server.url, options=options)
    with SellerWire.client_class(credentials) as client:
        ok, message = check(client)["Login"]
    assert ok is False and "consumer key" in message


def test_connection_without_the_add_on(server, seller):
    market(server, **{"GET ": answer({**woo.INDEX, "namespaces": ["wc/v3"]})})
    ok, message = check(seller)["Site"]
    assert ok is False and "WCFM Marketplace REST API" in message
