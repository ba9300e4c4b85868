"""One record that cannot be read stops no other, and a site that is away does."""

import json
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

import pytest
import woo_wire as woo
from wire import HTML, Reply, WireServer, silent
from woo_wire import (
    NOW,
    ORDER,
    OperatorWire,
    Routes,
    SellerWire,
    answer,
    error,
    note,
    order,
    refund,
    vendor_note,
)

from connectors import base, errors, records
from connectors.woocommerce import const

SINCE = datetime(2026, 11, 1)
BROKEN = error("internal_server_error", 500, "<p>There has been a critical error.</p>")
NOTES, VENDOR_NOTES = "GET wc/v3/orders/501/notes", "GET wcfmmp/v1/orders/note/501"


@pytest.fixture
def server():
    with WireServer(SellerWire().is_login) as server:
        server.login = SellerWire().login_reply()
        yield server


@pytest.fixture
def client(server):
    with OperatorWire().make_client(server.url) as client:
        yield client


@pytest.fixture
def seller(server):
    with SellerWire().make_client(server.url) as client:
        yield client


def shop(server, count, refunded, **more):
    """Orders 1 to `count`, a minute apart; those of `refunded` take a call for their refunds."""
    nodes = [
        order(
            id=number,
            refunds=[refund(700 + number, "5.00")] if number in refunded else [],
            date_modified_gmt=f"2026-11-10T{number // 60:02}:{number % 60:02}:00",
        )
        for number in range(1, count + 1)
    ]

    def get_list(request):
        wanted = woo_query(request).get("include", "").split(",")
        if wanted == [""]:
            begin = woo_query(request).get("modified_after", "")
            return answer([node for node in nodes if node["date_modified_gmt"] > begin][:100])
        return answer([node for node in nodes if str(node["id"]) in wanted])

    table = {"GET wc/v3/orders": get_list}
    for number in refunded:
        table[f"GET wc/v3/orders/{number}/refunds"] = answer([refund(700 + number, "5.00")])
    return Routes(server, {**table, **more})


def woo_query(request):
    return dict(parse_qsl(urlsplit(request.path).query))


def read(client, cursor=None):
    """(numbers of the orders, of the Broken ones, last cursor, the error that ended it)"""
    good, broken, caught = [], [], None
    try:
        for page in client.pull("orders", json.loads(json.dumps(cursor)), SINCE):
            good += [item.remote_id for item in page.records]
            broken += [item.remote_id for item in page.broken]
            cursor = page.cursor
    except errors.ConnectorError as failure:
        caught = failure
    return good, broken, cursor, caught


# Orders -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [BROKEN, Reply(HTML, 403, "text/html"), error("rest_odd", 400), answer({"no": "list"})],
    ids=["critical error", "firewall", "refused", "no list"],
)
def test_one_order_whose_refunds_cannot_be_read(bad, server, client):
    shop(server, 4, (1, 2, 3), **{"GET wc/v3/orders/2/refunds": bad})
    good, broken, cursor, caught = read(client)
    assert (good, broken, caught) == (["1", "3", "4"], ["2"], None)
    server.requests.clear()
    assert read(client, cursor)[:2] == ([], []), "it is set aside, not read for ever"
    found, unread = records.part_broken(client.get_orders(["1", "2", "3", "4"]))
    assert ([o.remote_id for o in found], [o.remote_id for o in unread]) == (good, broken)
    assert unread[0].error


def test_many_in_a_row_end_the_reading_which_goes_on_behind_them(server, client):
    more = {f"GET wc/v3/orders/{number}/refunds": BROKEN for number in range(3, 30)}
    table = shop(server, 34, range(1, 35), **more)
    good, broken, cursor, caught = read(client)
    assert isinstance(caught, errors.UnknownOutcomeError)
    assert good == ["1", "2"] and broken == ["3", "4", "5", "6", "7", "8"]
    asked = [request for request in table.server.requests if "refunds" in request.path]
    assert len(asked) == 5, "nothing more is asked after three"
    for _turn in range(5):
        more, _broken, cursor, caught = read(client, cursor)
        good += more
    assert good == ["1", "2", "33", "34"] and caught is None


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (Reply(b"", 429), errors.NotSentError),
        (error("woocommerce_rest_authentication_error", 401, "wrong"), errors.LoginError),
    ],
    ids=["quota", "login"],
)
def test_what_is_the_sites_stops_at_once(bad, kind, server, client):
    shop(server, 3, (1, 2, 3), **{"GET wc/v3/orders/2/refunds": bad})
    good, broken, _cursor, caught = read(client)
    assert isinstance(caught, kind) and not broken
    with pytest.raises(kind):
        client.get_orders(["1", "2", "3"])


def test_one_that_never_answers_ends_the_reading_which_goes_on_behind_it(server):
    """Its page is set aside with it: a run has no time to wait for a second one."""
    hanging = {"GET wc/v3/orders/2/refunds": silent(2)}
    shop(server, 12, range(1, 13), **hanging)
    with OperatorWire().make_client(server.url, timeout=0.4) as client:
        good, broken, cursor, caught = read(client)
        assert caught.code == "timeout"
        assert good == ["1"] and broken == ["2", "3", "4", "5", "6", "7", "8"]
        more, broken, _cursor, caught = read(client, cursor)
        assert (more, broken, caught) == (["9", "10", "11", "12"], [], None)
        found, unread = records.part_broken(client.get_orders(["1", "2", "3"]))
    assert [o.remote_id for o in found] == ["1", "3"] and unread[0].remote_id == "2"


def test_a_site_that_never_answers_sets_nothing_aside(server):
    calls = []

    def get_list(request):
        calls.append(request)
        nodes = [order(refunds=[refund(7, "5.00")], date_modified_gmt="2026-11-10T00:00:00")]
        return answer(nodes) if len(calls) == 1 else silent(2)

    Routes(server, {"GET wc/v3/orders": get_list, "GET wc/v3/orders/501/refunds": silent(2)})
    with OperatorWire().make_client(server.url, timeout=0.4) as client:
        good, broken, _cursor, caught = read(client)
    assert (good, broken, caught.code) == ([], [], "timeout")


def test_few_calls_before_each_cursor(server, client):
    """A run may end after each page, and the next one goes on there."""
    shop(server, 100, range(1, 101))
    seen, cursor = [], None
    for _run in range(13):
        server.requests.clear()
        page = next(iter(client.pull("orders", cursor, SINCE)))
        assert len(server.requests) <= const.CALLS_PER_PAGE + 1
        seen += [int(item.remote_id) for item in page.records]
        cursor = json.loads(json.dumps(page.cursor))
    assert seen == list(range(1, 101))


@pytest.mark.parametrize("refunded", [(), range(31, 60)], ids=["without refunds", "with"])
def test_few_calls_where_many_changed_in_one_second(refunded, server, client):
    """Each run is cut after three pages: none begins again with those that were read."""
    rows = [
        order(
            id=number,
            refunds=[refund(700 + number, "5.00")] if number in refunded else [],
            date_modified_gmt="2026-11-10T00:00:01",
        )
        for number in range(1, 1001)
    ]
    later = order(id=1001, date_modified_gmt="2026-11-10T00:00:09")

    def get_list(request):
        asked = woo_query(request)
        page = int(asked["page"])
        if asked["modified_after"] >= "2026-11-10T00:00:01":
            return answer([later])
        return answer([*rows, later][(page - 1) * 100 : page * 100], X_WP_TotalPages="11")

    table = {
        f"GET wc/v3/orders/{number}/refunds": answer([refund(700 + number, "5.00")])
        for number in refunded
    }
    Routes(server, {"GET wc/v3/orders": get_list, **table})
    seen, cursor, runs = set(), None, 0
    while len(seen) < 1001 or "rest" in cursor:
        runs += 1
        assert runs <= 9
        for page in islice(client.pull("orders", cursor, SINCE), 3):
            seen |= {int(item.remote_id) for item in page.records}
        cursor = json.loads(json.dumps(page.cursor))


def test_orders_of_a_vendor_by_number(server, seller):
    Routes(
        server,
        {
            "GET wcfmmp/v1/orders/1": answer(order(id=1)),
            "GET wcfmmp/v1/orders/2": BROKEN,
            "GET wcfmmp/v1/orders/3": error("wcfmapi_rest_invalid_vendor", 404),
            "GET wcfmmp/v1/orders/4": answer(order(id=4)),
        },
    )
    found, unread = records.part_broken(seller.get_orders(["1", "2", "3", "4"]))
    assert [item.remote_id for item in found] == ["1", "4"]
    assert [item.remote_id for item in unread] == ["2"]


# Notes ------------------------------------------------------------------------------------------


def market(server, **more):
    return Routes(
        server,
        {
            "GET ": answer(woo.INDEX),
            "GET wcfmmp/v1": answer({"routes": {}}),
            "GET wcfmmp/v1/site-details": answer(woo.SITE_DETAILS),
            "GET wcfmmp/v1/user-profile": answer(woo.PROFILE),
            "GET wcfmmp/v1/settings/id/7": answer(woo.SETTINGS),
            "GET wcfmmp/v1/orders/501": answer(order()),
            **more,
        },
    )


def split(client):
    notes, broken = records.part_broken(client.get_notes([ORDER]))
    return [item.remote_id for item in notes], [item.remote_id for item in broken]


@pytest.mark.parametrize(
    "odd",
    [note(12, date_created_gmt=None), {**note(12), "note": None}],
    ids=["no date", "no text"],
)
def test_one_note_that_cannot_be_read(odd, server, client):
    Routes(server, {NOTES: answer([note(13), odd, note(11)])})
    assert split(client) == (["11", "13"], ["note:501/12"])


def test_a_vendors_note_that_cannot_be_read(server, seller):
    odd = {**vendor_note(12), "date_created": None}
    market(server, **{VENDOR_NOTES: answer([vendor_note(13), odd, vendor_note(11)])})
    assert split(seller) == (["11", "13"], ["note:501/12"])


def test_numbers_with_letters(server, client, seller):
    Routes(server, {NOTES: answer([note(13), {**note(12), "id": "n12"}, note(11)])})
    assert split(client) == (["11", "n12", "13"], [])
    rows = [vendor_note(13), {**vendor_note(12), "id": "n12"}]
    market(server, **{VENDOR_NOTES: answer(rows)})
    assert split(seller) == (["n12", "13"], [])


def test_an_order_whose_notes_a_firewall_hides(server, client):
    """Nobody is told that the shop is away."""
    Routes(server, {NOTES: Reply(HTML, 403, "text/html")})
    with pytest.raises(errors.UnknownOutcomeError):
        split(client)


OURS = OperatorWire.operations[2]
VENDORS = SellerWire.operations[1]


def test_a_note_leaves_beside_one_that_cannot_be_read(server, client):
    odd = note(12, date_created_gmt=None)
    Routes(server, {NOTES: answer([odd]), "POST wc/v3/orders/501/notes": answer(note(90), 201)})
    picture = client.picture(OURS)
    assert client.perform(OURS, picture).remote_id == "90"


def test_a_lost_note_may_be_the_one_that_cannot_be_read(server, client):
    """Sending it again would mail the customer twice."""
    Routes(server, {NOTES: answer([note(11)])})
    picture = client.picture(OURS)
    sent_at = NOW - timedelta(hours=1)
    Routes(server, {NOTES: answer([note(12, date_created_gmt=None), note(11)])})
    found = client.find(OURS, picture, sent_at)
    assert (found.verdict, found.now) == (base.UNDECIDABLE, {"notes": ["11", "12"]})
    # One that was there before is not it.
    assert client.find(OURS, found.now, sent_at).verdict == base.ABSENT


@pytest.mark.parametrize(
    ("rows", "remote_id"),
    [
        ([vendor_note(90, "Other words", True)], "90"),
        ([vendor_note(90, "Other words", True), vendor_note(91, "And others", True)], ""),
        ([vendor_note(90, "Other words", True), {**vendor_note(91), "date_created": None}], ""),
        ([{**vendor_note(91), "date_created": None}], ""),
        ([vendor_note(90, "Other words", True), vendor_note(91, customer=True)], "91"),
    ],
    ids=["one", "two", "one and one unread", "one unread", "two with ours"],
)
def test_which_note_is_ours(rows, remote_id, server, seller):
    """Of several that are new none is taken for ours, but by its text."""
    market(server, **{"POST wcfmmp/v1/orders/note/501": answer(rows)})
    assert seller.perform(VENDORS, {"notes": []}).remote_id == remote_id


def test_what_is_asked_after_a_note_left_is_no_proof_that_it_did_not(server, seller):
    left = answer([vendor_note(90, customer=True)])
    market(server, **{"POST wcfmmp/v1/orders/note/501": left, "GET ": Reply(b"", 429)})
    with pytest.raises(errors.UnknownOutcomeError):
        seller.perform(VENDORS, {"notes": []})


# What the site says of itself -------------------------------------------------------------------

HIDDEN = {
    "firewall": Reply(HTML, 403, "text/html"),
    "security plugin": error("rest_cannot_access", 403),
    "no list": answer({"namespace": "wcfmmp/v1"}),
}
TICKET_REPLY = base.Reply("op9", "ticket:61", "Segeltuch.")


@pytest.mark.parametrize("name", HIDDEN)
def test_routes_that_are_hidden_leave_the_question_open(name, server, seller):
    market(
        server,
        **{"GET wcfmmp/v1": HIDDEN[name], "GET wcfmmp/v1/support": answer([woo.ticket()])},
    )
    assert [len(page.records) for page in seller.pull("tickets", None, SINCE)], "still read"
    assert base.SITE_TICKET_ANSWERS not in seller.site_abilities
    with pytest.raises(errors.NotSentError):
        seller.picture(TICKET_REPLY)


def test_routes_while_the_site_asks_to_wait(server, seller):
    market(server, **{"GET wcfmmp/v1": Reply(b"", 429)})
    with pytest.raises(errors.NotSentError):
        seller.picture(TICKET_REPLY)
    assert base.SITE_TICKET_ANSWERS not in seller.site_abilities


def test_a_site_without_the_routes(server, seller):
    market(server, **{"GET wcfmmp/v1": error("rest_no_route", 404)})
    with pytest.raises(errors.RefusedError):
        seller.picture(TICKET_REPLY)
    assert seller.site_abilities[base.SITE_TICKET_ANSWERS] is False


@pytest.mark.parametrize("bad", [Reply(b"", 429), Reply(HTML, 403, "text/html")])
def test_the_stores_name_is_hidden(bad, server, seller):
    """Our own notes would be taken for the marketplace's."""
    market(
        server,
        **{"GET wcfmmp/v1/settings/id/7": bad, VENDOR_NOTES: answer([vendor_note(11)])},
    )
    with pytest.raises(errors.ConnectorError):
        split(seller)


# Login and address ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "may_pass"),
    [
        (error("rest_not_logged_in", 401), True),
        (Reply(HTML, 401, "text/html"), True),
        (error("woocommerce_rest_authentication_error", 401, "Consumer key is invalid."), False),
        (error("invalid_username", 401), False),
    ],
)
def test_refusals_in_other_words_may_pass(reply, may_pass, server, client):
    Routes(server, {"GET wc/v3/orders": reply})
    caught = read(client)[3]
    assert isinstance(caught, errors.LoginError) and caught.may_pass == may_pass


@pytest.mark.parametrize(
    ("status", "location", "is_moved"),
    [
        (301, "https://shop.example/wp-json/wc/v3/orders?consumer_secret=s3cret", True),
        (308, "https://shop.example/", True),
        (302, "https://shop.example/wp-json/wc/v3/orders", True),
        (302, "https://shop.example/wp-login.php", False),
        (302, "/elsewhere", False),
        (301, "http://[", False),
        (301, "", False),
    ],
)
def test_an_address_that_has_moved(status, location, is_moved, server, client):
    """Nothing follows: the login would go along."""
    server.replies = [Reply(b"", status, headers={"Location": location})]
    for operation in client.actions:
        wanted = next(o for o in OperatorWire.operations if o.kind == operation)
        with pytest.raises(errors.NotSentError if is_moved else errors.UnknownOutcomeError) as no:
            client.perform(wanted)
        if is_moved:
            assert "“https://shop.example”" in str(no.value)
        assert "s3cret" not in f"{no.value}{no.value.detail}"
    assert len(server.requests) == len(client.actions)


def test_a_token_where_the_address_has_moved(server, seller):
    server.login = Reply(b"", 301, headers={"Location": "https://shop.example/wp-json/jwt-auth"})
    with pytest.raises(errors.NotSentError, match="has moved"):
        seller.get_orders([ORDER])
    assert not server.requests
