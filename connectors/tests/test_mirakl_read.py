"""Reading from Mirakl: windows, walks, records, oddities, facts, files."""

import gzip
import json
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import golden_tools
import pytest
from mirakl_wire import (
    LINE,
    LINE_2,
    NOW,
    ORDER,
    REASONS,
    THREAD,
    MiraklTokenWire,
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
from wire import HTML, Reply, WireServer

from connectors import base, errors, records, values
from connectors.mirakl import CLIENT, const, countries, mapper, windows
from connectors.mirakl.service import get_base

wire, token_wire = MiraklWire(), MiraklTokenWire()


@pytest.fixture
def server():
    with WireServer(wire.is_login) as server:
        server.login = token_wire.login_reply()
        yield server


@pytest.fixture
def client(server):
    with wire.make_client(server.url) as client:
        yield client


@pytest.fixture
def open_client(server):
    """A function for clients of another moment, with other options or a token."""
    with ExitStack() as stack:
        yield lambda maker=wire, **more: stack.enter_context(maker.make_client(server.url, **more))


def golden(name):
    return Reply(golden_tools.read("mirakl", f"{name}.response.json"), 200, "application/json")


def asked(request):
    """{parameter: value} of a request."""
    return {name: value for name, (value,) in parse_qs(urlsplit(request.path).query).items()}


def path(request):
    return urlsplit(request.path).path


def map_one(**more):
    """The first line of an order, and the order."""
    mapped = mapper.map_order(order(**more))
    return mapped.lines[0], mapped


# Orders


def test_golden_orders(server, client):
    server.replies = [golden("orders")]
    (page,) = client.pull("orders", {"until": "2026-11-20T11:55:00"}, None)
    assert not page.broken and page.cursor == {"until": NOW.isoformat()}
    full, sparse = page.records
    assert (full.remote_id, full.state, full.currency) == ("C-77-A", records.LINE_SHIPPED, "EUR")
    assert (full.charged, full.shipping) == (Decimal("53.90"), Decimal("4"))
    assert full.customer_name == "Ana Lima" and full.contact_address == ""
    assert full.delivery.country_code == "PT" and full.delivery.street2 == "Lda, 2.º, porta azul"
    assert full.created_at == datetime(2026, 11, 9, 8, 0)
    assert full.updated_at == datetime(2026, 11, 20, 11, 57, 30, 250000)
    assert full.ship_before == datetime(2026, 11, 12, 7, 0)
    item = full.lines[0]
    assert (item.sku, item.quantity, item.amount) == ("REF-1", 2, Decimal("49.90"))
    assert (item.refunded, item.refunded_shipping) == (Decimal("10.50"), Decimal("4"))
    assert item.shipped_at == full.shipped_at == datetime(2026, 11, 11, 9, 0, 0, 123000)
    refund, cancelation = full.refunds
    assert (refund.remote_id, refund.amount, refund.shipping) == (
        "501",
        Decimal("9.50"),
        Decimal("4"),
    )
    assert refund.is_paid and refund.paid_at == datetime(2026, 11, 19, 10, 0)
    assert (cancelation.kind, cancelation.amount) == (records.GIVEN_CANCELLATION, Decimal("5"))
    assert not cancelation.is_paid
    assert (sparse.state, sparse.lines[0].give_back) == (records.LINE_WAITING, "")
    assert sparse.delivery == records.Address() and sparse.charged == Decimal("12.40")


def test_windows_ask_for_changes(server, client):
    server.replies = [orders()]
    (page,) = client.pull("orders", {"until": "2026-11-20T11:30:00.5"}, None)
    request = server.requests[0]
    assert path(request) == "/api/orders"
    assert asked(request) == {
        "start_update_date": "2026-11-20T11:25:00Z",
        "end_update_date": "2026-11-20T12:00:00Z",
        "max": "100",
    }
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Authorization"] == client.credentials.password
    assert page.records == () and page.cursor == {"until": NOW.isoformat()}


def test_a_window_is_cut_until_it_fits_a_page(server, client):
    """Never a second page by offset: what changes meanwhile would move over the edge."""
    day = timedelta(days=1)
    full = [order(order_id=f"N{number}") for number in range(100)]
    server.replies = [orders(*full, total=800), orders(*full[:80]), orders(*full[:3])]
    pages = []
    for page in client.pull("orders", None, NOW - 10 * day):
        pages.append(page)
        if len(pages) == 2:
            break
    assert all("offset" not in asked(request) for request in server.requests)
    assert asked(server.requests[1])["end_update_date"] == "2026-11-11T12:00:00Z"
    assert pages[0].cursor == {"until": (NOW - 9 * day).isoformat()} and len(pages[0].records) == 80
    assert asked(server.requests[2])["start_update_date"] == "2026-11-11T12:00:00Z"


class MovingList:
    """An operator's orders; some change while they are read."""

    def __init__(self, moments):
        self.moments = dict(enumerate(moments))
        self.calls = 0
        self.change = lambda: None

    def read(self, begin, end, offset):
        self.calls += 1
        found = [n for n, moment in self.moments.items() if begin <= moment <= end]
        self.change()
        return found[offset : offset + const.PAGE], len(found)


def test_no_order_is_lost_while_the_list_moves():
    start = NOW - timedelta(days=30)
    changes = [start + timedelta(minutes=13 * number) for number in range(3000)]
    changes += [NOW - timedelta(days=2)] * 450  # all at once: no window holds them on a page
    moving = MovingList([moment for moment in changes if moment < NOW])
    seen, until = set(), start

    def change():
        # Orders of the running window change: they leave it for a later one.
        for number in list(moving.moments)[moving.calls % 7 :: 97]:
            moving.moments[number] = NOW + timedelta(hours=moving.calls)

    moving.change = change
    for nodes, done in windows.walk(moving.read, start, NOW):
        seen.update(nodes)
        until = done or until
    assert until == NOW
    assert {n for n, moment in moving.moments.items() if moment <= NOW} <= seen
    assert moving.calls < 200


def test_pages_within_a_window_do_not_move_the_mark(server, client):
    full = [order(order_id=f"N{number}") for number in range(100)]
    server.replies = [
        orders(*full, total=150),
        orders(*full, total=150),
        orders(*full[:50], total=150),
    ]
    begin = NOW - timedelta(seconds=2)
    parts = list(windows.walk(client._read_window, begin, NOW))
    assert [(len(nodes), done) for nodes, done in parts] == [(100, None), (50, NOW)]
    assert [asked(r).get("offset") for r in server.requests] == [None, "100", None]


def test_a_full_page_without_a_count_is_not_the_end(server, client):
    full = [order(order_id=f"N{number}") for number in range(100)]
    server.replies = [answer({"orders": full}), answer({"orders": full[:2]})]
    pages = list(client.pull("orders", {"until": (NOW - timedelta(hours=4)).isoformat()}, None))
    assert sum(len(page.records) for page in pages) < 100 and len(server.requests) > 2


def test_one_bad_order_is_set_aside(server, client):
    bad = [
        order(order_id=""),
        order(total_price="a lot"),
        order(line(price=True)),
        17,
        {"order_id": "Z"},
    ]
    server.replies = [orders(*bad, order(order_id="good"))]
    (page,) = client.pull("orders", {"until": NOW.isoformat()}, None)
    assert [item.remote_id for item in page.records] == ["Z", "good"]
    assert [item.remote_id for item in page.broken] == ["", ORDER, ORDER, ""]
    assert all(item.error and item.payload for item in page.broken)


@pytest.mark.parametrize(
    "body", [{}, {"orders": None}, {"orders": {}}, {"orders": [], "total_count": "many"}]
)
def test_an_absent_list_is_no_empty_list(body, server, client):
    server.replies = [answer(body)]
    with pytest.raises(errors.UnknownOutcomeError) as caught:
        list(client.pull("orders", {"until": NOW.isoformat()}, None))
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"orders": [NaN]}', b"[]", b"null", b'"x"', b"\xff\xfe{}"]
)
def test_hostile_json(content, server, client):
    server.replies = [Reply(content, 200, "application/json")]
    with pytest.raises(errors.UnknownOutcomeError):
        list(client.pull("orders", {"until": NOW.isoformat()}, None))


def test_orders_by_number_in_bundles_of_100(server, client):
    server.replies = [orders(order()), orders()]
    found = client.get_orders([f"N{number}" for number in range(150)] + ["N1", ""])
    assert [item.remote_id for item in found] == [ORDER]
    first, second = (asked(request)["order_ids"].split(",") for request in server.requests)
    assert (len(first), len(second)) == (100, 50)
    assert client.get_orders([]) == [] and len(server.requests) == 2


# Lines


@pytest.mark.parametrize(
    ("remote", "state"),
    [
        ("STAGING", records.LINE_WAITING),
        ("WAITING_ACCEPTANCE", records.LINE_WAITING),
        ("WAITING_DEBIT_PAYMENT", records.LINE_WAITING),
        ("SHIPPING", records.LINE_TO_SHIP),
        ("TO_COLLECT", records.LINE_SHIPPED),
        ("CLOSED", records.LINE_SHIPPED),
        ("REFUSED", records.LINE_REFUSED),
        ("CANCELED", records.LINE_CANCELLED),
        ("REFUNDED", records.LINE_REFUNDED),
        ("INCIDENT_OPEN", records.LINE_SHIPPED),
        ("INCIDENT_CLOSED", records.LINE_SHIPPED),
        ("WAITING_REFUND", records.LINE_OTHER),
        ("TELEPORTED", records.LINE_OTHER),
        (None, records.LINE_OTHER),
    ],
)
def test_line_states(remote, state):
    item = mapper.map_order(order(line(state=remote))).lines[0]
    assert item.state == state and item.remote_state == (remote or "")
    assert (item.incident is not None) == (remote == "INCIDENT_OPEN")


def test_incident_before_shipment_keeps_the_line_to_ship():
    node = line(
        state="INCIDENT_OPEN",
        shipped_date=None,
        order_line_state_reason_code=3,
        order_line_state_reason_label="Artikel defekt",
    )
    item = mapper.map_order(order(node)).lines[0]
    assert item.state == records.LINE_TO_SHIP and item.give_back == records.BY_REFUND
    assert item.incident == records.Incident("3", "Artikel defekt")


WAY = [
    # line state, order state, workflow, debited on, can_cancel -> how money is given back
    ("SHIPPED", "SHIPPED", "PAY_ON_ACCEPTANCE", "line", False, records.BY_REFUND),
    ("RECEIVED", "RECEIVED", None, "order", False, records.BY_REFUND),
    ("CLOSED", "CLOSED", "PAY_ON_ACCEPTANCE", "", False, records.BY_REFUND),
    ("SHIPPING", "SHIPPING", "PAY_ON_ACCEPTANCE", "", False, records.BY_REFUND),
    ("SHIPPING", "SHIPPING", "PAY_ON_DELIVERY", "", False, records.BY_CANCELLATION),
    ("SHIPPING", "SHIPPING", "PAY_ON_SHIPMENT", "", False, records.BY_CANCELLATION),
    ("SHIPPING", "SHIPPING", "PAY_ON_SHIPMENT", "line", True, records.BY_REFUND),
    ("SHIPPED", "SHIPPED", "PAY_ON_SHIPMENT", "", False, records.BY_REFUND),
    ("SHIPPED", "SHIPPED", "PAY_ON_DUE_DATE", "", False, ""),
    ("WAITING_DEBIT", "WAITING_DEBIT", "PAY_ON_ACCEPTANCE", "", False, records.BY_CANCELLATION),
    ("WAITING_ACCEPTANCE", "WAITING_ACCEPTANCE", None, "", False, ""),
    ("WAITING_ACCEPTANCE", "WAITING_ACCEPTANCE", None, "", True, records.BY_CANCELLATION),
    ("CANCELED", "CANCELED", None, "", True, ""),
    ("REFUNDED", "SHIPPED", None, "order", False, ""),
    ("UNHEARD_OF", "SHIPPED", None, "order", False, ""),
]


@pytest.mark.parametrize(("state", "whole", "workflow", "debited", "cancel", "way"), WAY)
def test_give_back(state, whole, workflow, debited, cancel, way):
    date = "2026-11-10T09:00:00Z"
    item = line(state=state, debited_date=date if debited == "line" else None)
    node = order(
        item,
        order_state=whole,
        payment_workflow=workflow,
        customer_debited_date=date if debited == "order" else None,
        can_cancel=cancel,
    )
    assert mapper.map_order(node).lines[0].give_back == way


def test_nothing_is_left_to_give_back():
    refunds = [given(1, 40, 4), given(2, "9.90")]
    item = mapper.map_order(order(line(refunds=refunds))).lines[0]
    assert item.give_back == "" and item.refunded == item.amount
    part = mapper.map_order(order(line(refunds=refunds[:1]))).lines[0]
    assert part.give_back == records.BY_REFUND and part.amount - part.refunded == Decimal("9.9")


def test_taxes_on_top_are_part_of_every_amount():
    taxes = [{"code": "A", "amount": "9.48"}, {"code": "B", "amount": 1}]
    node = line(
        taxes=taxes,
        shipping_taxes=[{"code": "A", "amount": 0.76}],
        refunds=[given(1, 10, 1, taxes=[{"code": "A", "amount": "1.9"}], shipping_taxes=taxes[1:])],
    )
    full = mapper.map_order(order(node, order_tax_mode="TAX_EXCLUDED", total_price=53.9))
    item = full.lines[0]
    assert (item.amount, item.shipping) == (Decimal("60.38"), Decimal("4.76"))
    assert (item.refunded, item.refunded_shipping) == (Decimal("11.9"), Decimal("2"))
    assert full.charged == Decimal("65.14") and full.refunds[0].amount == Decimal("13.9")
    included = mapper.map_order(order(node))
    assert included.lines[0].amount == Decimal("49.9") and included.charged == Decimal("79.7")


def test_taxes_of_the_whole_order():
    more = {"order_tax_mode": "TAX_EXCLUDED", "order_taxes": [{"code": "A", "total_amount": "7.3"}]}
    assert mapper.map_order(order(**more)).charged == Decimal("87.0")


def test_a_refund_is_paid_by_either_name_of_its_state():
    def is_paid(**state):
        return mapper.map_order(order(line(refunds=[given(1, 5, **state)]))).refunds[0].is_paid

    assert is_paid(state="REFUNDED") and is_paid(refund_state="REFUNDED")
    assert not is_paid(state="WAITING_REFUND") and not is_paid() and not is_paid(state="NEVER")


def test_fully_refunded_orders():
    assert mapper.map_order(order(fully_refunded=True)).state == records.LINE_REFUNDED


def test_the_notification_alias_is_no_contact():
    assert mapper.map_order(order()).contact_address == ""


# Values


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T11:58:00Z", datetime(2026, 11, 20, 11, 58)),
        ("2026-11-20T11:58:00.1Z", datetime(2026, 11, 20, 11, 58, 0, 100000)),
        ("2026-11-20T11:58:00.123456789Z", datetime(2026, 11, 20, 11, 58, 0, 123456)),
        ("2026-11-20T11:58:00+01:00", datetime(2026, 11, 20, 10, 58)),
        ("2026-11-20T11:58:00.5-0330", datetime(2026, 11, 20, 15, 28, 0, 500000)),
        ("2026-11-20 11:58", datetime(2026, 11, 20, 11, 58)),
        ("2026-11-20", datetime(2026, 11, 20)),
        ("", None),
        (None, None),
    ],
)
def test_dates(text, moment):
    assert values.date(text) == moment


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "2026-11-20T25:00:00Z", "20/11/2026", 5]
)
def test_no_dates(text):
    with pytest.raises(ValueError):
        values.date(text)


@pytest.mark.parametrize(
    ("value", "amount"),
    [(None, 0), ("", 0), (4, 4), ("4.10", "4.1"), (" 4 ", 4), (Decimal("0.3"), "0.3"), ("-2", -2)],
)
def test_amounts(value, amount):
    assert values.decimal(value) == Decimal(amount)


@pytest.mark.parametrize("value", ["x", True, [], "NaN", "Infinity", "1e30", "1e-30", {}])
def test_no_amounts(value):
    with pytest.raises(ValueError):
        values.decimal(value)


def test_amounts_are_never_floats():
    assert values.parse(b'{"a": 0.1}') == {"a": Decimal("0.1")}
    assert values.dump({"a": Decimal("0.10"), "b": [Decimal("1E+2"), "é", None]}) == (
        '{"a": 0.10, "b": [100, "é", null]}'
    )


def test_countries():
    assert [countries.to_alpha_2(code) for code in ("DEU", "fra", "US", "XYZ", "", "D1")] == [
        "DE",
        "FR",
        "US",
        "",
        "",
        "",
    ]
    assert len(countries.ALPHA_2) == len(set(countries.ALPHA_2.values())) == 249


# Incidents


def incident(number=ORDER, **more):
    return order(line(state="INCIDENT_OPEN"), order_id=number, has_incident=True, **more)


def test_incidents_come_and_go(server, client):
    server.replies = [orders(incident("A"), incident("B"))]
    (page,) = client.pull("incidents", None, None)
    assert asked(server.requests[0]) == {"has_incident": "true", "max": "100"}
    assert page.cursor == {"until": NOW.isoformat(), "open": ["A", "B"]}
    assert all(item.lines[0].incident for item in page.records)
    server.replies = [orders(incident("A")), orders(order(order_id="B"))]
    (page,) = client.pull("incidents", page.cursor, None)
    assert asked(server.requests[2])["order_ids"] == "B"
    assert page.cursor["open"] == ["A"]
    assert {item.remote_id: bool(item.lines[0].incident) for item in page.records} == {
        "A": True,
        "B": False,
    }


def test_an_incident_that_slipped_between_pages_is_not_over(server, client):
    server.replies = [orders(), orders(incident("B"))]
    (page,) = client.pull("incidents", {"until": "", "open": ["B"]}, None)
    assert page.cursor["open"] == ["B"] and page.records[0].lines[0].incident


@pytest.mark.parametrize(
    ("node", "told"),
    [
        (order(line(state="SHIPPED")), [True]),
        (order(line(state=None)), [False]),
        (order(line(state="SHIPPED"), line(state=None, order_line_id="2")), [True, False]),
        # The order says that there is one, and no line shows it: no end of it either.
        (order(line(state="SHIPPED"), has_incident=True), [False]),
        (
            order(
                line(state="SHIPPED"),
                line(state="INCIDENT_OPEN", order_line_id="2"),
                has_incident=True,
            ),
            [True, True],
        ),
    ],
)
def test_what_tells_of_no_incident(node, told):
    item = mapper.map_order(node)
    assert [one.incident_told for one in item.lines] == told
    assert item.tells_incidents == all(told)


def test_an_order_without_lines_tells_nothing():
    assert not mapper.map_order(order(order_lines=None)).tells_incidents


def test_an_order_that_tells_nothing_is_watched_on(server, client):
    sparse = order(line(state=None), order_id="B"), order(order_id="C", order_lines=None)
    server.replies = [orders(), orders(*sparse)]
    (page,) = client.pull("incidents", {"until": "", "open": ["B", "C"]}, None)
    assert page.cursor["open"] == ["B", "C"]


def test_no_incident_costs_one_call(server, client):
    server.replies = [orders()]
    (page,) = client.pull("incidents", {"open": []}, None)
    assert page.records == () and len(server.requests) == 1


def test_many_incidents(server, client):
    found = [incident(f"N{number}") for number in range(130)]
    server.replies = [orders(*found[:100], total=130), orders(*found[100:], total=130)]
    (page,) = client.pull("incidents", None, None)
    assert len(page.records) == len(page.cursor["open"]) == 130


# Threads


def test_golden_threads(server, client):
    server.replies = [golden("threads")]
    (page,) = client.pull("threads", {"until": "2026-11-20T11:00:00"}, None)
    assert not page.broken
    operator, customer = page.records
    assert (operator.kind, operator.order_ref) == (records.CONVERSATION, "")
    assert operator.participants == (records.OPERATOR,) and operator.reply_needed_since is None
    assert (customer.kind, customer.order_ref) == (records.ORDER_QUESTION, "C-77-A")
    assert customer.keeps_clock and customer.is_open and customer.complete
    assert customer.reply_needed_since == datetime(2026, 11, 20, 10, 5)
    assert customer.no_reply_needed_at == datetime(2026, 11, 19, 9, 30)
    assert customer.participants == (records.CUSTOMER, records.OPERATOR)
    assert [m.sender_type for m in customer.messages] == [
        records.CUSTOMER,
        records.OPERATOR,
        records.SELLER,
        records.UNKNOWN,
        records.CUSTOMER,
    ]
    first, _second, ours, _unknown, last = customer.messages
    assert first.recipients == () and ours.recipients == (records.CUSTOMER, records.OPERATOR)
    assert not first.is_html and last.is_html
    assert last.attachments == (records.Attachment("bild (1).jpg", remote_id="att-9", size=2048),)


def test_threads_ask_since_the_mark_with_overlap(server, client):
    server.replies = [threads()]
    (page,) = client.pull("threads", {"until": "2026-11-20T11:30:00"}, None)
    request = server.requests[0]
    assert path(request) == "/api/inbox/threads" and asked(request) == {
        "updated_since": "2026-11-20T11:25:00Z",
        "with_messages": "true",
        "limit": "100",
    }
    assert page.cursor == {"until": NOW.isoformat()}


def test_the_mark_moves_only_at_the_end_of_the_walk(server, client):
    server.replies = [
        threads(thread(), token="t1"),
        threads(thread(number="x"), token="t2"),
        threads(),
    ]
    start = {"until": "2026-11-20T11:30:00"}
    pages = list(client.pull("threads", start, None))
    walk = {"from": "2026-11-20T11:25:00", "started": NOW.isoformat()}
    assert [page.cursor for page in pages] == [
        {**start, "walk": {**walk, "token": "t1"}},
        {**start, "walk": {**walk, "token": "t2"}},
        {"until": NOW.isoformat()},
    ]
    assert [asked(r) for r in server.requests[1:]] == [{"page_token": "t1"}, {"page_token": "t2"}]


def test_a_walk_goes_on_where_it_stood_and_keeps_its_start(server, open_client):
    """A long first import takes several runs: the next mark is the start of the whole walk."""
    started = NOW - timedelta(minutes=30)
    walk = {"from": "2026-10-01T00:00:00", "started": started.isoformat(), "token": "t7"}
    server.replies = [threads(thread())]
    (page,) = open_client().pull("threads", {"walk": walk}, None)
    assert asked(server.requests[0]) == {"page_token": "t7"}
    assert page.cursor == {"until": started.isoformat()}


def test_a_token_that_is_no_longer_known_starts_the_walk_anew(server, client):
    walk = {"from": "2026-10-01T00:00:00", "started": NOW.isoformat(), "token": "old"}
    server.replies = [error(400, "Invalid token"), threads(thread())]
    (page,) = client.pull("threads", {"walk": walk}, None)
    assert asked(server.requests[1])["updated_since"] == "2026-10-01T00:00:00Z"
    assert len(page.records) == 1


def test_lists_without_an_end(server, client, monkeypatch):
    monkeypatch.setattr(const, "MAX_PAGES", 3)
    server.replies = [threads(thread(), token="t")]
    with pytest.raises(errors.UnknownOutcomeError):
        list(client.pull("threads", {"until": NOW.isoformat()}, None))
    with pytest.raises(errors.UnknownOutcomeError):
        client.get_cases([ORDER])
    server.replies = [orders(incident(), total=10**9)]
    with pytest.raises(errors.UnknownOutcomeError):
        list(client.pull("incidents", None, None))


def test_long_threads_are_completed(server, client):
    first = thread(message(2), metadata={"total_count": 2})
    server.replies = [threads(first), answer(thread(message(1), message(2)))]
    (page,) = client.pull("threads", {"until": NOW.isoformat()}, None)
    assert path(server.requests[1]) == f"/api/inbox/threads/{THREAD}"
    assert len(page.records[0].messages) == 2 and page.records[0].complete


def test_a_hundred_messages_without_a_count_are_not_the_whole_thread(server, client):
    hundred = [message(n % 60, "x") | {"id": f"m{n}"} for n in range(100)]
    server.replies = [threads(thread(*hundred, metadata=None)), answer(thread(message(1)))]
    list(client.pull("threads", {"until": NOW.isoformat()}, None))
    assert len(server.requests) == 2


@pytest.mark.parametrize("reply", [error(410, "gone"), error(404, "unknown")])
def test_a_thread_that_was_removed_keeps_what_came(reply, server, client):
    server.replies = [threads(thread(message(2), metadata={"total_count": 9})), reply]
    (page,) = client.pull("threads", {"until": NOW.isoformat()}, None)
    assert len(page.records[0].messages) == 1 and not page.records[0].complete


def test_one_thread_that_cannot_be_completed_stops_no_other(server, client):
    long = thread(message(2), metadata={"total_count": 9})
    server.replies = [threads(long, thread(number="other")), Reply(b"", 500)]
    (page,) = client.pull("threads", {"until": NOW.isoformat()}, None)
    assert [item.remote_id for item in page.records] == ["other"]
    assert [item.remote_id for item in page.broken] == [THREAD]


def test_one_bad_thread_is_set_aside(server, client):
    bad = [
        thread(message(1, date_created=None)),
        thread(message(1) | {"id": None}),
        thread(messages="none"),
        {"topic": 1},
        None,
    ]
    server.replies = [threads(*bad, thread(number="good"))]
    (page,) = client.pull("threads", {"until": NOW.isoformat()}, None)
    assert [item.remote_id for item in page.records] == ["good"] and len(page.broken) == 5


def test_messages_are_sorted_and_counted_once(server, client):
    server.replies = [threads(thread(message(9), message(3), message(3)))]
    (page,) = client.pull("threads", {"until": NOW.isoformat()}, None)
    assert [m.remote_id for m in page.records[0].messages] == ["m3", "m9"]


@pytest.mark.parametrize(
    ("kind", "sender"),
    [
        ("CUSTOMER_USER", records.CUSTOMER),
        ("SHOP_USER", records.SELLER),
        ("OPERATOR_USER", records.OPERATOR),
        ("SHOP", records.SELLER),
        ("ROBOT_USER", records.UNKNOWN),
        (None, records.UNKNOWN),
    ],
)
def test_senders(kind, sender):
    assert mapper.get_sender(message(1, sender=kind)) == sender


@pytest.mark.parametrize(
    ("body", "is_html"),
    [
        ("a < b and c > d", False),
        ("Preis <50 €", False),
        ("Gruß<br>Hans", True),
        ("<div style='x'>Hallo</div>", True),
        ("<hans@example.com> schrieb", False),
    ],
)
def test_html_bodies(body, is_html):
    assert mapper.map_thread(thread(message(1, body))).messages[0].is_html == is_html


def coded(number=THREAD):
    return thread(number=number, topic={"type": "REASON_CODE", "value": "26"})


def test_the_label_of_a_topic_is_asked_for_once(server, client):
    server.replies = [threads(coded(), coded("b")), REASONS]
    (page,) = client.pull("threads", {"until": NOW.isoformat()}, None)
    assert {(item.subject, item.topic) for item in page.records} == {("Sonstiges", "26")}
    assert len(server.requests) == 2


@pytest.mark.parametrize("reply", [error(403), Reply(b"", 500), answer({"reasons": 5})])
def test_a_topic_without_its_label(reply, server, client):
    server.replies = [threads(coded()), reply]
    (page,) = client.pull("threads", {"until": NOW.isoformat()}, None)
    assert (page.records[0].subject, page.records[0].topic) == (ORDER, "26")


def test_cases_by_order(server, client):
    server.replies = [threads(thread(), token="t"), threads(thread(number="b"))]
    found = client.get_cases([ORDER, "", ORDER])
    assert {item.remote_id for item in found} == {THREAD, "b"}
    assert asked(server.requests[0]) == {
        "entity_type": "MMP_ORDER",
        "entity_id": ORDER,
        "limit": "100",
        "with_messages": "true",
    }


def test_unknown_stream(client):
    with pytest.raises(errors.NotSupportedError):
        client.pull("parcels", None, None)


# Options


def test_shop_and_locale(server, open_client):
    client = open_client(shop="2007", locale="fr_FR")
    server.replies = [orders(), threads()]
    client.get_orders(["A"])
    assert asked(server.requests[0])["shop_id"] == "2007"
    assert asked(server.requests[0])["locale"] == "fr_FR"
    list(client.pull("threads", {"until": NOW.isoformat()}, None))
    assert asked(server.requests[1])["shop_id"] == "2007" and "locale" not in asked(
        server.requests[1]
    )


def test_a_language_that_is_not_active_is_left_out(server, open_client):
    client = open_client(locale="xx_XX")
    server.replies = [error(400, "The locale xx_XX is not activated."), orders(order()), orders()]
    assert client.get_orders(["A"])
    client.get_orders(["B"])
    assert [asked(request).get("locale") for request in server.requests] == ["xx_XX", None, None]


def test_wrong_shop(server, open_client):
    server.replies = [error(404, "Shop not found")]
    with pytest.raises(errors.RefusedError, match="Shop Number"):
        open_client(shop="1").get_orders(["A"])


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("https://x.mirakl.net", "https://x.mirakl.net"),
        (" https://x.mirakl.net/api/ ", "https://x.mirakl.net"),
        ("x.mirakl.net", "https://x.mirakl.net"),
        ("https://x.mirakl.net/mmp/shop/order/1?a=b#c", "https://x.mirakl.net"),
        ("http://127.0.0.1:8100/mirakl", "http://127.0.0.1:8100/mirakl"),
        ("http://127.0.0.1:8100/mirakl/api", "http://127.0.0.1:8100/mirakl"),
        ("", ""),
    ],
)
def test_addresses(address, wanted):
    assert get_base(address) == wanted


def test_links():
    link = CLIENT.backoffice_url("https://x.mirakl.net/api", THREAD, ORDER)
    assert link == f"https://x.mirakl.net/mmp/shop/order/{ORDER}"
    assert CLIENT.backoffice_url("https://x.mirakl.net", THREAD, "") == ""
    assert CLIENT.backoffice_url("", "", ORDER) == ""


# Errors


def test_a_missing_right_names_the_roles(server, client):
    server.replies = [error(403, "Access denied")]
    with pytest.raises(errors.RefusedError) as caught:
        client.get_orders(["A"])
    assert caught.value.code == "role" and "ROLE_PARTNER_ORDER_READ" in str(caught.value)
    with pytest.raises(errors.RefusedError) as caught:
        client.service.get("PC01", "platform/configuration")
    assert "administrator" in str(caught.value) and "ROLE" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 404, 405, 406, 410, 415])
def test_refusals(status, server, client):
    server.replies = [error(status, "Nein, weil  es so ist.", code="ORDER_INVALID_STATE")]
    with pytest.raises(errors.RefusedError) as caught:
        client.get_orders(["A"])
    assert str(caught.value) == "The marketplace refused it: “Nein, weil es so ist”."
    assert caught.value.code == "ORDER_INVALID_STATE"
    server.replies = [Reply(HTML, status, "text/html")]
    with pytest.raises(errors.NotSentError):
        client.get_orders(["A"])


def test_refusals_tell_what_they_can(server, client):
    server.replies = [
        answer(
            {
                "errors": [
                    {"code": "X", "field": "a", "message": "Erstens"},
                    {"message": "Zweitens"},
                ]
            },
            400,
        ),
        answer({}, 400),
    ]
    with pytest.raises(errors.RefusedError, match="Erstens Zweitens") as caught:
        client.get_orders(["A"])
    assert caught.value.code == "X"
    with pytest.raises(errors.RefusedError, match="no reason") as caught:
        client.get_orders(["A"])
    assert caught.value.code == "http_400"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({}, 60), ({"Retry_After": "7"}, 7), ({"Retry_After": "Fri, 20 Nov 2026 12:10:00 GMT"}, 60)],
)
def test_too_many_calls(headers, seconds, server, client):
    server.replies = [answer({"status": 429, "message": "Too many"}, 429, **headers)]
    with pytest.raises(errors.NotSentError) as caught:
        client.get_orders(["A"])
    assert (caught.value.code, caught.value.retry_after) == ("quota", seconds)


@pytest.mark.parametrize("key", ["", "  ", "schlüssel", "two\nlines"])
def test_keys_that_are_none(key, server, client):
    with CLIENT(replace(client.credentials, password=key)) as other:
        with pytest.raises(errors.LoginError):
            other.get_orders(["A"])
    assert not server.requests


def test_no_address(client):
    with CLIENT(replace(client.credentials, service_url=" ")) as other:
        with pytest.raises(errors.LoginError):
            other.get_orders(["A"])


def test_a_login_of_netrc_does_not_replace_the_key(server, client, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login x password y\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.replies = [orders()]
    client.get_orders(["A"])
    assert server.requests[0].headers["Authorization"] == client.credentials.password


# Tokens


def test_a_token_is_drawn_and_kept(server, open_client):
    client = open_client(token_wire)
    server.replies = [orders()]
    client.get_orders(["A"])
    body = parse_qs(server.logins[0].body.decode())
    assert body == {
        "grant_type": ["client_credentials"],
        "client_id": ["client-id"],
        "client_secret": [client.credentials.password],
    }
    assert server.requests[0].headers["Authorization"] == f"Bearer {token_wire.TOKEN}"
    assert client.token_state == (token_wire.TOKEN, NOW + timedelta(seconds=3539))
    kept = replace(client.credentials, token="kept", token_expires_at=NOW + timedelta(minutes=1))
    with CLIENT(kept, now=lambda: NOW) as other:
        other.get_orders(["A"])
    assert server.requests[1].headers["Authorization"] == "Bearer kept" and len(server.logins) == 1


def test_a_token_that_died_is_dropped_once(server, open_client):
    made = open_client(token_wire)
    kept = replace(made.credentials, token="kept", token_expires_at=NOW + timedelta(hours=1))
    with CLIENT(kept, now=lambda: NOW) as client:
        server.replies = [error(401), orders(), error(401)]
        with pytest.raises(errors.NotSentError) as caught:
            client.get_orders(["A"])
        assert caught.value.code == "token" and client.token_state == ("", None)
        client.get_orders(["A"])
        assert client.token_state[0] == token_wire.TOKEN
        # A fresh token that is refused too will not get better by another.
        with pytest.raises(errors.LoginError):
            client.get_orders(["A"])


def test_a_key_needs_no_token(client):
    assert client.token_state is None


# Facts, files, test of the connection


def test_facts(server, client):
    figures = {
        "incident_rate": [
            {"period": "LAST_MONTH", "value": 0.5},
            {"period": "LAST_THREE_MONTHS", "value": 0.012},
        ],
        "refund_rate": [{"period": "ALL_SINCE_BEGINNING", "value": "0.034"}],
        "return_rate": [{"period": "LAST_THREE_MONTHS", "value": None}],
        "late_shipment_rate": None,
        "order_messages_response_delay": [{"period": "A_NEW_ONE", "value": 9000}],
    }
    shop = {
        "shop_id": 7,
        "shop_name": "Lampen",
        "shop_state": "ON_HOLIDAY",
        "currency_iso_code": "PLN",
    }
    server.replies = [answer(shop), REASONS, answer(figures)]
    facts = client.get_facts()
    assert (facts.shop_name, facts.shop_state, facts.currency) == ("Lampen", "ON_HOLIDAY", "PLN")
    assert [(spec.usage, spec.code, spec.allowed) for spec in facts.reasons] == [
        ("incident", "1", False),
        ("resolving", "8", True),
        ("refund", "19", True),
        ("refund", "14", False),
        ("refusal", "34", True),
        ("topic", "26", True),
        ("operator_topic", "X", True),
    ]
    assert facts.figures == (
        records.Figure("incident_rate", 1.2, "LAST_THREE_MONTHS"),
        records.Figure("incident_rate", 50.0, "LAST_MONTH"),
        records.Figure("refund_rate", 3.4, "ALL_SINCE_BEGINNING"),
        records.Figure("response_hours", 2.5, "A_NEW_ONE"),
    )
    assert facts.problems == ()


def test_rates_above_one_are_percent(server, client):
    rate = [{"period": "LAST_MONTH", "value": 0.8}]
    server.replies = [
        answer({"incident_rate": rate, "refund_rate": [{"period": "LAST_MONTH", "value": 3}]})
    ]
    assert [figure.value for figure in client.get_figures()] == [0.8, 3.0]


def test_facts_without_rights(server, client):
    server.replies = [error(403), error(403), error(403)]
    facts = client.get_facts()
    assert facts.reasons is None and facts.figures is None
    assert ["ROLE_PARTNER_SHOP_READ" in text for text in facts.problems] == [True, False]
    assert "ROLE_PARTNER_ORDER_SETTINGS_READ" in facts.problems[1]


def test_facts_of_a_server_that_fails_are_no_facts(server, client):
    server.replies = [Reply(b"", 500)]
    with pytest.raises(errors.UnknownOutcomeError):
        client.get_facts()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="bild.jpg"', "bild.jpg"),
        ("attachment; filename*=UTF-8''r%C3%A4.pdf", "rä.pdf"),
        ("", "att 1/2"),
    ],
)
def test_files(header, name, server, client):
    headers = {"Content-Disposition": header} if header else {}
    server.replies = [Reply(b"\x00\x01", 200, "image/jpeg; x=y", headers)]
    assert client.get_file("att 1/2") == records.File(name, b"\x00\x01", "image/jpeg")
    assert path(server.requests[0]) == "/api/inbox/threads/att%201%2F2/download"


def test_documents(server, client):
    node = {"id": 7, "order_id": ORDER, "type": "CUSTOMER_INVOICE", "file_name": "r.pdf"}
    server.replies = [answer({"order_documents": [{**node, "file_size": 12}]})]
    (found,) = client.get_documents(ORDER)
    assert (found.remote_id, found.type_code, found.size) == ("7", "CUSTOMER_INVOICE", 12)
    server.replies = [Reply(b"%PDF", 200, "application/pdf")]
    assert client.get_document("7").content == b"%PDF"
    assert asked(server.requests[1]) == {"document_ids": "7"}


def checks(client):
    return {check.name: check for check in client.test_connection()}


def test_connection_works(server, client):
    shop = answer({"shop_name": "x"})
    found = orders(order())
    documents = answer({"order_documents": []})
    settings = answer({"features": {}})
    server.replies = [
        Reply(b"ok"),
        shop,
        shop,
        found,
        threads(),
        REASONS,
        answer({}),
        found,
        documents,
        settings,
    ]
    result = checks(client)
    assert [check.ok for check in result.values()] == [True] * 8 + [None] * 3
    assert all(check.message for check in result.values())
    assert len(server.requests) == 10 and {r.method for r in server.requests} == {"GET"}


def test_connection_without_rights(server, client):
    server.replies = [Reply(b"ok"), error(403)]
    result = checks(client)
    failed = {name for name, check in result.items() if check.ok is False}
    assert result["Connection"].ok
    assert failed == {"Shop", "Orders", "Messages", "Reasons", "Figures"}
    assert "ROLE_PARTNER_SHOP_READ" in result["Figures"].message
    assert "ROLE_PARTNER_MESSAGE_READ" in result["Messages"].message
    assert result["Settings of the marketplace"].ok is None and result["Documents"].ok is None


def test_connection_with_a_wrong_key(server, client):
    server.replies = [Reply(b"ok"), error(401)]
    result = checks(client)
    assert result["Connection"].ok is False and "key" in result["Connection"].message
    assert {check.ok for name, check in result.items() if name != "Connection"} == {None}
    assert len(server.requests) == 2


def test_compressed_answers(server, client):
    body = json.dumps({"orders": [order()], "total_count": 1}).encode()
    headers = {"Content-Encoding": "gzip"}
    server.replies = [Reply(gzip.compress(body), 200, "application/json", headers)]
    assert client.get_orders([ORDER])[0].lines[1].remote_id == LINE_2


def test_lines_have_numbers_of_their_own():
    assert mapper.map_order(order()).lines[0].remote_id == LINE
    with pytest.raises(ValueError):
        mapper.map_order(order(line(order_line_id=None)))


def test_streams():
    assert {spec.key: (spec.records, spec.every) for spec in CLIENT.streams} == {
        "orders": ("order", 5),
        "incidents": ("order", 5),
        "threads": ("case", 0),
    }
    assert isinstance(CLIENT.message_limits, base.MessageLimits)
