"""Lists of a WCFM marketplace, which have no filters: everything is read, whatever goes wrong with
one record, wherever a reading is cut, and a reading without news costs the same for all."""

import json
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import woo_wire as woo
from wire import Reply, WireServer
from woo_wire import NOW, Routes, SellerWire, answer, details, error, order, reply, ticket

from connectors import errors, records
from connectors.woocommerce import const, tickets, vendororders

SINCE = datetime(2026, 11, 1)
BROKEN = {
    "500": error("internal_server_error", 500),
    "success false": answer({"success": False, "data": "No."}),
    "another 404": error("rest_post_invalid_id", 404),
    "html": Reply(b"<html>cache", 200, "text/html"),
}
wire = SellerWire()


class Market:
    """A marketplace whose lists hold what the tests put there; `down`: ids whose own call fails
    with this answer; `calls`: paths that were asked for."""

    def __init__(self, server):
        self.inquiries, self.orders, self.open, self.closed = {}, {}, {}, {}
        self.notices, self.down, self.calls, self.hidden = {}, {}, [], set()
        self.routes = {}
        server.choose = self
        self.table = Routes(
            server,
            {
                "GET ": answer(woo.INDEX),
                "GET wcfmmp/v1/site-details": answer(woo.SITE_DETAILS),
                "GET wcfmmp/v1/user-profile": answer(woo.PROFILE),
            },
        )
        server.choose = self

    def __call__(self, request):
        url = urlsplit(request.path)
        path, asked = url.path.partition("/wp-json/wcfmmp/v1")[2], dict(parse_qsl(url.query))
        if not request.path.endswith("/token"):
            self.calls.append((path, asked))
        if path == "":
            found = self.table(request)
            return answer({"routes": self.routes}) if "wcfmmp" in url.path else found
        name, _slash, number = path[1:].partition("/")
        lists = {
            "enquiries": self._list_inquiries,
            "support": self._list_tickets,
            "orders": self._list_orders,
            "notifications": self._list_notices,
        }
        if name not in lists:
            return self.table(request)
        if not number:
            size, page = int(asked["per_page"]), int(asked.get("page", 1))
            return answer(lists[name](asked)[(page - 1) * size : page * size])
        if number in self.down:
            return self.down[number]
        nodes = {"enquiries": self.inquiries, "support": self.open, "orders": self.orders}[name]
        gone = {"enquiries": "wcfmapi_rest_invalid_enquiry_id"}.get(
            name, "wcfmapi_rest_invalid_vendor"
        )
        return answer(nodes[int(number)]) if int(number) in nodes else error(gone, 404)

    def _list_inquiries(self, asked):
        rows = [{k: v for k, v in n.items() if k != "all_replies"} for n in self.inquiries.values()]
        column = asked["orderby"]
        return sorted(
            sorted(rows, key=lambda row: int(row["ID"])),
            key=lambda row: int(row["ID"]) if column == "ID" else row[column],
            reverse=True,
        )

    def _list_tickets(self, asked):
        rows = self.open if asked["support_status"] == "open" else self.closed
        rows = [{k: v for k, v in row.items() if k != "all_replies"} for row in rows.values()]
        return sorted(rows, key=lambda row: -int(row["support_id"]))

    def _list_orders(self, asked):
        rows = [self.orders[n] for n in sorted(self.orders, reverse=True) if n not in self.hidden]
        if "after" in asked:
            assert asked["after"] == asked["before"]
            rows = [row for row in rows if row["date_created"][:10] == asked["after"]]
        return rows

    def _list_notices(self, asked):
        rows = [
            {"ID": str(number), "message_type": asked["notification_type"], "message": text}
            for number, text in self.notices.items()
        ]
        return rows[::-1]

    # What happens there

    def ask(self, *numbers, days=0, **more):
        for number in numbers:
            day = (NOW - timedelta(days=days)).date().isoformat()
            posted = {"posted": f"{day} 11:00:00", "replied": day, **more}
            self.inquiries[number] = details(number, **posted)

    def say(self, number, identifier, text, by="9", tell=True):
        node = self.inquiries[number]
        replies = [*node["all_replies"], reply(identifier, text, by=by)]
        day = NOW.date().isoformat()
        self.inquiries[number] = details(number, *replies, posted=node["posted"], replied=day)
        if tell:
            self.notices[len(self.notices) + 1] = f"Neue Antwort auf Anfrage #{number:06}"

    def order(self, number, days=0, status="processing", **more):
        moment = (NOW - timedelta(days=days)).isoformat()
        dates = {"date_created": moment, "date_created_gmt": moment, "date_modified_gmt": moment}
        row = {"vendor_id": "7", "is_refunded": "0"}
        self.orders[number] = order(
            id=number, status=status, vendor_order_details=row, **{**dates, **more}
        )


@pytest.fixture
def server():
    with WireServer(wire.is_login) as server:
        server.login = wire.login_reply()
        yield server


@pytest.fixture
def market(server):
    return Market(server)


@pytest.fixture
def short_pages(monkeypatch):
    monkeypatch.setattr(const, "PAGE", 20)


class Reader:
    """Readings of one stream, each by a client of its own, as the job has them."""

    def __init__(self, server, stream, since=SINCE):
        self.url, self.stream, self.since = server.url, stream, since
        self.cursor, self.now = None, NOW
        self.found, self.broken = [], []

    def read(self, pages=None):
        """What one reading brings; `pages`: it is cut after so many."""
        self.found, self.broken = [], []
        with wire.make_client(self.url, self.now) as client:
            walk = client.pull(self.stream, json.loads(json.dumps(self.cursor)), self.since)
            for number, page in enumerate(walk, 1):
                self.found += page.records
                self.broken += page.broken
                self.cursor = json.loads(json.dumps(page.cursor, sort_keys=True))
                if number == pages:
                    break
        return [record.remote_id for record in self.found]

    def read_to_end(self, pages=1, limit=200):
        """All that readings bring which are cut after so many pages."""
        found = []
        for _turn in range(limit):
            new = self.read(pages)
            found += new
            if not new and self.cursor.get("whole") and not self.cursor.get("due"):
                return found
        raise AssertionError("it does not end")


# One bad record ---------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", BROKEN)
def test_a_bad_inquiry_stops_no_other(bad, server, market):
    market.ask(41, 42, 43)
    market.down["42"] = BROKEN[bad]
    reader = Reader(server, "inquiries")
    assert sorted(reader.read()) == ["inquiry:41", "inquiry:43"]
    assert [item.remote_id for item in reader.broken] == ["inquiry:42"]
    assert reader.read() == [] and not reader.broken, "it is tried again by its number"
    with wire.make_client(server.url) as client:
        assert client.read_cases(["inquiry:42"]) == []
        market.down.clear()
        assert [case.remote_id for case in client.read_cases(["inquiry:42"])] == ["inquiry:42"]


def test_a_site_that_fails_sets_few_aside(server, market):
    """A reading stops where several in a row fail, and the next one goes on behind them."""
    market.ask(*range(1, 31))
    market.down = {str(number): BROKEN["500"] for number in range(1, 31)}
    reader = Reader(server, "inquiries")
    with pytest.raises(errors.UnknownOutcomeError):
        reader.read()
    assert len(reader.broken) == const.CALLS_PER_PAGE
    assert len([call for call in market.calls if call[0].startswith("/enquiries/")]) == 3
    market.down.clear()
    assert len(reader.read()) == 30 - const.CALLS_PER_PAGE


@pytest.mark.parametrize("bad", BROKEN)
def test_a_bad_ticket_stops_no_other(bad, server, market):
    market.routes = {f"/wcfmmp/v1/support/(?P<id>[\\d]+){end}": {} for end in ("", "/reply")}
    market.open = {n: ticket(n, vendor_id="7", all_replies=[]) for n in (61, 62, 63)}
    market.down["62"] = BROKEN[bad]
    reader = Reader(server, "tickets")
    assert sorted(reader.read()) == ["ticket:61", "ticket:63"]
    assert [item.remote_id for item in reader.broken] == ["ticket:62"]
    market.down.clear()
    with wire.make_client(server.url) as client:
        assert [case.remote_id for case in client.read_cases(["ticket:62"])] == ["ticket:62"]


def test_a_ticket_is_looked_for_in_few_pages(server, market, short_pages):
    """Nobody can stop one call for tickets that were set aside."""
    market.open = {n: ticket(n) for n in range(1001, 1031)}
    market.closed = {n: ticket(n) for n in range(1, 1001)}

    def read(*numbers):
        market.calls.clear()
        with wire.make_client(server.url) as client:
            found = client.read_cases([f"ticket:{number}" for number in numbers])
        asked = [call for call in market.calls if call[0] == "/support"]
        return [case.remote_id for case in found], len(asked)

    assert read(1030) == (["ticket:1030"], 1)
    assert read(1030, 1001) == (["ticket:1030", "ticket:1001"], 2)
    assert read(975) == (["ticket:975"], 4)
    assert read(3) == ([], 2 + tickets.FOUND_PAGES), "it stays set aside"


@pytest.mark.parametrize("bad", BROKEN)
def test_a_bad_order_stops_no_other(bad, server, market):
    for number in range(1, 61):
        market.order(number, days=10)
    reader = Reader(server, "orders")
    reader.read()
    market.hidden = {3, 4}  # not in its day's list: asked for by number
    for number in (3, 4):
        market.order(number, days=10, status="completed")
    market.down["4"] = BROKEN[bad]
    assert reader.read() == ["3"]
    assert [item.remote_id for item in reader.broken] == ["4"]


# Inquiries --------------------------------------------------------------------------------------


def test_a_reply_is_read_however_old_its_inquiry_is(server, market, short_pages):
    market.ask(*range(1, 51), days=10)
    reader = Reader(server, "inquiries")
    assert len(reader.read()) == 50
    market.say(3, 900, "Noch da?", tell=False)
    market.calls.clear()
    assert reader.read() == ["inquiry:3"]
    assert reader.read() == []
    assert len(market.calls) <= 8


def test_an_idle_reading_costs_the_same_for_all(server, market, short_pages):
    cost = set()
    for count in (3, 50):
        market.ask(*range(1, count + 1), days=10)
        reader = Reader(server, "inquiries")
        reader.read()
        market.calls.clear()
        assert reader.read() == []
        cost.add((len(market.calls), len(json.dumps(reader.cursor)) < 200))
    assert cost == {(2, True)}


def test_the_same_words_on_the_same_day(server, market):
    """The row is what it was; the notification names the inquiry."""
    market.ask(41, 42)
    reader = Reader(server, "inquiries")
    market.say(41, 1, "Any news?")
    reader.read()
    market.say(41, 2, "We look into it.", by="7", tell=False)
    market.say(41, 3, "Any news?")
    assert reader.read() == ["inquiry:41"]
    assert len(reader.found[0].messages) == 4
    assert reader.read() == []


@pytest.mark.parametrize("notice", ["", "Neue Antwort auf eine Anfrage"])
def test_the_same_words_where_no_notification_names_them(notice, server, market):
    """Read again at once where a notification says so little, else after some hours."""
    market.ask(41, 42)
    market.say(41, 1, "Any news?", tell=False)
    reader = Reader(server, "inquiries")
    reader.read()
    market.say(41, 2, "We look into it.", by="7", tell=False)
    market.say(41, 3, "Any news?", tell=False)
    if notice:
        market.notices[1] = notice
    else:
        assert reader.read() == []
        reader.now += const.SWEEP_EVERY + timedelta(minutes=1)
    assert reader.read() == ["inquiry:41"], "42 has no answer that could hide another"
    assert len(reader.found[0].messages) == 4


def test_a_notification_of_somebody_elses_inquiry(server, market):
    """A product may be called like a number."""
    reader = Reader(server, "inquiries")
    reader.read()
    market.inquiries[7] = details(7, vendor_id="8", replied="2026-01-01")
    market.notices[1] = "New Inquiry #000041 received for #000007 and #123456"
    market.ask(41)
    assert reader.read() == ["inquiry:41"]
    assert not reader.broken


def test_inquiries_that_are_cut_go_on(server, market, short_pages):
    """A run ends after a few calls; the next one goes on, with a list that has moved."""
    market.ask(*range(1, 51))
    reader = Reader(server, "inquiries")
    first = reader.read(pages=1)
    assert len(market.calls) <= const.CALLS_PER_PAGE + 4, "calls before the first cursor"
    market.ask(51)
    for number in range(38, 42):
        del market.inquiries[number]
    found = first + reader.read_to_end()
    assert sorted(found) == sorted({*found}), "each once"
    assert set(found) >= {f"inquiry:{n}" for n in range(1, 52) if n not in range(38, 42)}


def test_news_are_read_although_a_reading_is_cut(server, market):
    market.ask(*range(1, 21))
    reader = Reader(server, "inquiries")
    reader.read()
    for number in range(1, 21):
        market.say(number, 900 + number, "Und?")
    assert len(set(reader.read_to_end())) == 20


# Dates ------------------------------------------------------------------------------------------


def test_the_sites_time_falls_at_the_end_of_summer(server, market):
    replies = [
        reply(1, "Morgen.", posted="2026-10-25 02:50:00"),
        reply(2, "Wann?", by="9", posted="2026-10-25 02:10:00"),
    ]
    market.inquiries[41] = details(41, *replies, posted="2026-10-25 01:00:00")
    reader = Reader(server, "inquiries", datetime(2026, 10, 1))
    reader.read()
    messages = reader.found[0].messages
    assert [m.sender_type for m in messages] == [
        records.CUSTOMER,
        records.SELLER,
        records.CUSTOMER,
    ]
    assert messages[2].sent_at > messages[1].sent_at


def test_a_ticket_is_not_behind_its_replies(server, market):
    """Its date is worked out: where a site does not shift it, it may be too late."""
    market.routes = {f"/wcfmmp/v1/support/(?P<id>[\\d]+){end}": {} for end in ("", "/reply")}
    answered = reply(5, posted="2026-11-20 09:00:00")
    market.open[61] = ticket(61, vendor_id="7", all_replies=[answered])
    reader = Reader(server, "tickets")
    reader.read()
    (case,) = reader.found
    assert [m.remote_id for m in case.messages] == ["ticket:61", "ticket-reply:5"]
    assert case.messages[0].sent_at <= case.messages[1].sent_at == datetime(2026, 11, 20, 8)


# Tickets ----------------------------------------------------------------------------------------


def with_routes(market, count):
    market.routes = {f"/wcfmmp/v1/support/(?P<id>[\\d]+){end}": {} for end in ("", "/reply")}
    for number in range(1, count + 1):
        market.open[number] = ticket(number, vendor_id="7", all_replies=[])


def test_tickets_that_are_cut_go_on(server, market, short_pages):
    with_routes(market, 15)
    market.closed = {n: ticket(n) for n in range(1001, 1051)}
    reader = Reader(server, "tickets")
    found = set(reader.read(pages=1))
    assert len(market.calls) <= const.CALLS_PER_PAGE + 4
    found |= set(reader.read_to_end())
    assert found == {f"ticket:{n}" for n in (*range(1, 16), *range(1001, 1051))}


def test_every_open_ticket_is_read_again_in_turn(server, market, monkeypatch):
    monkeypatch.setattr(tickets, "REREAD", 5)
    with_routes(market, 18)
    reader = Reader(server, "tickets")
    reader.read()
    market.open[5]["all_replies"] = [reply(900, "Und?", by="9")]
    found = []
    for _turn in range(18 // tickets.REREAD + 1):
        market.calls.clear()
        found += reader.read()
        assert len(market.calls) <= tickets.REREAD + 6
    assert found == ["ticket:5"]


def test_closed_tickets_are_found_although_a_reading_is_cut(server, market):
    market.open = {n: ticket(n) for n in (5, 6)}
    market.closed = {n: ticket(n) for n in range(100, 400)}
    reader = Reader(server, "tickets")
    reader.read()
    market.closed[5] = market.open.pop(5)
    states = {}
    for _turn in range(8):
        reader.read(pages=1)
        states |= {case.remote_id: case.is_open for case in reader.found}
        if _turn == 1:
            market.closed[6] = market.open.pop(6)
    assert states == {"ticket:5": False, "ticket:6": False}


def test_the_first_import_of_tickets_ends_at_its_start(server, market):
    market.closed = {
        n: ticket(n, support_date="2026-11-20T12:00:00" if n > 700 else "2026-10-01T12:00:00")
        for n in range(1, 801)
    }
    reader = Reader(server, "tickets")
    assert len(reader.read()) == 100
    pages = [
        asked["page"] for path, asked in market.calls if asked.get("support_status") == "close"
    ]
    assert pages == ["1", "2"], "the second one begins before the start"


# Orders -----------------------------------------------------------------------------------------


def test_a_first_import_of_orders_that_is_cut_goes_on(server, market):
    for number in range(1, 1001):
        market.order(number, days=(1000 - number) / 24, status="completed")
    reader = Reader(server, "orders", NOW - timedelta(days=365))
    found = reader.read(pages=3)
    market.hidden = set(range(800, 830))  # cancelled meanwhile: the others move
    market.order(1001)
    found += reader.read_to_end(pages=3)
    assert set(found) >= {str(n) for n in range(1, 1001) if n not in market.hidden}
    assert len(market.calls) < 40
    assert len(json.dumps(reader.cursor)) < 3000
    assert reader.read() == []
    assert "1001" in found


def test_many_orders_at_once_are_read_although_a_reading_is_cut(server, market):
    for number in range(1, 61):
        market.order(number, days=3, status="completed")
    reader = Reader(server, "orders")
    reader.read()
    for number in range(61, 261):
        market.order(number, status="completed")
    assert sorted(map(int, reader.read_to_end())) == list(range(61, 261))


def test_a_list_that_does_not_end(server, market):
    for number in range(1, 51):
        market.order(number)
    market._list_orders = lambda asked: [*market.orders.values()] * 3
    with pytest.raises(errors.UnknownOutcomeError):
        Reader(server, "orders").read()


def test_open_orders_are_read_again_by_their_day(server, market):
    """Few calls for many; what has not changed is nothing new."""
    for number in range(1, 401):
        market.order(number, days=(400 - number) / 40)
    reader = Reader(server, "orders")
    assert len(reader.read()) == 400
    market.order(7, days=393 / 40, status="completed")
    found = []
    for _turn in range(3):
        market.calls.clear()
        found += reader.read()
        assert len(market.calls) <= const.REREAD_ORDERS + 5
    assert found == ["7"]
    assert not any("7" in numbers for numbers in reader.cursor["open"].values())


def test_orders_that_nobody_ends_are_forgotten(server, market):
    """An idle reading costs the same with thousands of them."""
    for number in range(1, 2001):
        status = "processing" if number in (5, 1990) else "failed"
        market.order(number, days=(2000 - number) / 10, status=status)
    reader = Reader(server, "orders", NOW - timedelta(days=400))
    reader.read()
    watched = {number for numbers in reader.cursor["open"].values() for number in numbers}
    assert "5" in watched, "somebody waits for it"
    assert len(watched) <= vendororders.LONGEST_IDLE.days * 10 + 11
    for _turn in range(3):
        market.calls.clear()
        assert reader.read() == []
        assert len(market.calls) <= const.REREAD_ORDERS + 5
    reader.now += vendororders.LONGEST
    for _turn in range(20):
        reader.read()
    assert reader.cursor["open"] == {}
    assert len(json.dumps(reader.cursor)) < 3000


def test_no_more_open_orders_than_a_cursor_holds(server, market, monkeypatch):
    monkeypatch.setattr(vendororders, "MAX_OPEN", 100)
    for number in range(1, 301):
        market.order(number, days=(300 - number) / 10)
    reader = Reader(server, "orders")
    reader.read()
    watched = [number for numbers in reader.cursor["open"].values() for number in numbers]
    assert 90 <= len(watched) <= 100 and "300" in watched


def test_open_orders_where_the_list_takes_no_days(server, market):
    """Then they are asked for by number, some in each reading."""
    for number in range(1, 71):
        market.order(number, days=5)
    plain = market._list_orders
    market._list_orders = lambda asked: plain({})
    reader = Reader(server, "orders")
    reader.read()
    market.order(4, days=5, status="completed")
    found = []
    for _turn in range(4):
        market.calls.clear()
        found += reader.read()
        assert len(market.calls) <= const.REREAD_ORDERS + 5
    assert found == ["4"]


def test_what_is_watched_is_read_after_a_new_start(server, market):
    """“Read again” keeps what is watched: its changes are seen, however old it is."""
    for number in range(1, 61):
        market.order(number, days=30)
    reader = Reader(server, "orders", NOW - timedelta(days=60))
    reader.read()
    reader.cursor = {"open": reader.cursor["open"]}
    reader.since = NOW - timedelta(days=2)
    market.order(1, days=30, status="completed")
    assert "1" in reader.read()
