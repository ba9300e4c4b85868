"""The whole Mirakl client against the sandbox, over real HTTP. A fresh seller per test."""

import base64
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
import requests

from connectors import base, errors, records
from connectors.mirakl import CLIENT, const

NUMBERS = count(1)
KEY = "sandbox-k3y-of-a-user"
VAT = [{"code": "VAT", "rate": 19}, {"code": "ECO", "rate": "0.7"}]
ORDER_ROLES = ["ROLE_PARTNER_ORDER_READ"]


class Seller:
    """A shop of the sandbox's operator, steered by its control API."""

    def __init__(self, url, **more):
        self.url = url
        self.login = f"shop{next(NUMBERS)}"
        self.key = f"{KEY}-{self.login}"
        self._session = requests.Session()
        self._call(
            "sellers", {"platform": "mirakl", "login": self.login, "password": self.key, **more}
        )

    def _call(self, path, body, method="POST"):
        answer = self._session.request(method, f"{self.url}/control/{path}", json=body, timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    def control(self, path, body=None, method="POST"):
        return self._call(f"sellers/{self.login}/{path}".rstrip("/"), body or {}, method)

    def configure(self, **more):
        self.control("", more, "PATCH")

    def order(self, lines=2, state="SHIPPED", **more):
        specs = [
            {
                "sku": f"REF-{n}",
                "name": f"Lamp {n}",
                "quantity": 2,
                "price": "24.95",
                "shipping": "4.00",
            }
            for n in range(1, lines + 1)
        ]
        return self.control("orders", {"state": state, "lines": specs, **more})

    def get(self, number):
        return self.control(f"orders/{number}", method="GET")

    def get_thread(self, thread):
        return self.control(f"threads/{thread['id']}", method="GET")

    def thread(self, number=None, text="Wo bleibt die Lampe?", **more):
        sender = "customer" if number else "operator"
        return self.control(
            "threads", {"order_number": number, "sender": sender, "text": text, **more}
        )

    def say(self, thread, text, sender="customer", **more):
        path = f"threads/{thread['id']}/messages"
        return self.control(path, {"sender": sender, "text": text, **more})

    def fault(self, operation, fault, **more):
        self.control("faults", {"operation": operation, "fault": fault, **more})

    def calls(self, operation):
        """How often an operation was executed; waits a little, since slow faults log late."""
        until, found = time.monotonic() + 5, []
        while not found and time.monotonic() < until:
            calls = self.control("calls", method="GET")["calls"]
            found = [c for c in calls if c["operation"] == operation]
            time.sleep(0 if found else 0.05)
        return sum(bool(call["executed"]) for call in found)

    def credentials(self, **more):
        options = {"timeout": 0.7, "settle_minutes": 0, **more}
        return base.Credentials(
            password=self.key, service_url=f"{self.url}/mirakl/api/", options=options
        )


@pytest.fixture
def seller(sandbox_url):
    return Seller(sandbox_url)


@pytest.fixture
def client(seller):
    with CLIENT(seller.credentials()) as client:
        yield client


@pytest.fixture
def open_client(seller):
    """A function for clients with other options or credentials."""
    with ExitStack() as stack:
        yield lambda credentials=None, **more: stack.enter_context(
            CLIENT(credentials or seller.credentials(**more))
        )


def now():
    return {"until": base.utcnow().isoformat()}


def pull(client, stream, cursor=None):
    pages = list(client.pull(stream, cursor or now(), None))
    assert not any(page.broken for page in pages)
    return [record for page in pages for record in page.records]


def refund(order, *parts, reason="19"):
    """`parts`: (index of a line, goods, shipping)."""
    lines = tuple(
        base.RefundLine(
            order["lines"][index]["id"],
            amount=Decimal(goods),
            shipping=Decimal(shipping),
            with_shipping=bool(Decimal(shipping)),
            reason_code=reason,
        )
        for index, goods, shipping in parts
    )
    return base.Refund("r", order["number"], lines)


def cancel(order, *parts, whole=False):
    decisions = tuple(
        base.LineDecision(
            order["lines"][index]["id"],
            True,
            amount=Decimal(goods),
            shipping=Decimal(shipping),
            reason_code="34",
        )
        for index, goods, shipping in parts
    )
    return base.RefuseLines("c", order["number"], decisions, whole_order=whole)


def do(client, operation):
    before = client.picture(operation)
    return client.perform(operation, before)


def in_doubt(client, operation):
    """(picture before, moment) of an attempt whose answer got lost."""
    before, sent_at = client.picture(operation), base.utcnow()
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(operation, before)
    return before, sent_at


def line_of(client, order, index=0):
    (found,) = client.get_orders([order["number"]])
    return found.lines[index]


# Reading

QUIRKS = [
    {},
    {"amounts": "text", "dates": "plain", "empty": "null"},
    {"dates": "millis", "empty": "left_out", "extra_fields": True},
    {"unknown_enums": True, "extra_fields": True},
]


@pytest.mark.parametrize("options", QUIRKS)
def test_orders(options, seller, client):
    seller.configure(options=options)
    made = seller.order(tax_mode="TAX_EXCLUDED", lines=1)
    sparse = seller.order(sparse=True)
    orders = {order.remote_id: order for order in pull(client, "orders")}
    assert orders.keys() == {made["number"], sparse["number"]}
    order = orders[made["number"]]
    assert order.state == records.LINE_SHIPPED and order.lines[0].give_back == records.BY_REFUND
    assert order.charged == Decimal(str(made["total"]))
    assert order.charged == sum(line.amount + line.shipping for line in order.lines)
    assert order.delivery.country_code in ("DE", "FR") and order.contact_address == ""
    assert abs(order.created_at - base.utcnow()) < timedelta(minutes=1)


@pytest.mark.parametrize("options", QUIRKS)
def test_threads(options, seller, client):
    seller.configure(options=options)
    order = seller.order()
    content = base64.b64encode(b"\x89PNG").decode()
    thread = seller.thread(
        order["number"], "<p>Hallo</p>", files=[{"name": "ä b.png", "content": content}]
    )
    seller.say(thread, "Bitte antworten", "operator")
    own = seller.thread()
    cases = {case.remote_id: case for case in pull(client, "threads")}
    case, operator = cases[thread["id"]], cases[own["id"]]
    assert (case.kind, case.order_ref) == (records.ORDER_QUESTION, order["number"])
    assert [m.sender_type for m in case.messages] == [records.CUSTOMER, records.OPERATOR]
    assert case.messages[0].is_html and case.complete and case.reply_needed_since
    assert case.participants == (records.CUSTOMER, records.OPERATOR)
    assert (operator.kind, operator.participants) == (records.CONVERSATION, (records.OPERATOR,))
    (file,) = case.messages[0].attachments
    assert (file.name, file.size) == ("ä b.png", 4)
    assert client.get_file(file.remote_id).content == b"\x89PNG"
    assert client.get_cases([order["number"]]) == [case]


def test_an_answer_ends_the_clock(seller, client):
    thread = seller.thread(seller.order()["number"])
    seller.control(f"threads/{thread['id']}/no_reply_needed", {"by": "SHOP"})
    (case,) = pull(client, "threads")
    assert case.no_reply_needed_at and case.keeps_clock
    do(client, base.Reply("r", thread["id"], "Sie kommt."))
    (case,) = pull(client, "threads")
    assert case.reply_needed_since is None


def test_long_threads_are_whole(seller, client):
    thread = seller.thread(seller.order()["number"])
    for number in range(104):
        seller.say(thread, f"Nachricht {number}")
    (case,) = pull(client, "threads")
    assert len(case.messages) == 105 and case.complete and seller.calls("M10") == 1


def test_many_threads_are_walked(seller, client, monkeypatch):
    monkeypatch.setattr(const, "PAGE", 3)
    made = {seller.thread(text=f"Thema {n}")["id"] for n in range(8)}
    seen, cursor = [], now()
    while len(seen) < 20:
        page = next(client.pull("threads", cursor, None))  # a run that has time for one page
        seen += [case.remote_id for case in page.records]
        cursor = page.cursor
        if "walk" not in cursor:
            break
    assert len(seen) == 8 and set(seen) == made
    assert seller.calls("M11") == 3


def test_many_orders_are_windowed(seller, client, monkeypatch):
    monkeypatch.setattr(const, "PAGE", 3)
    monkeypatch.setattr(const, "WANTED_IN_WINDOW", 2)
    made = {seller.order(lines=1)["number"] for _n in range(11)}
    pages = list(client.pull("orders", None, base.utcnow() - timedelta(days=2)))
    assert {order.remote_id for page in pages for order in page.records} == made
    assert len(client.get_orders(sorted(made))) == 3  # the page that this test made small


def test_polls_without_news_cost_the_same(seller, client):
    for stream, operation in (("orders", "OR11"), ("threads", "M11"), ("incidents", "OR11")):
        before = seller.calls(operation) if stream == "incidents" else 0
        list(client.pull(stream, now(), None))
        assert seller.calls(operation) - before == 1


def test_incidents(seller, client):
    order = seller.order()
    number, line = order["number"], order["lines"][1]["id"]
    (page,) = client.pull("incidents", None, None)
    assert page.records == ()
    seller.control(f"orders/{number}/incidents", {"line": line, "reason_code": "3"})
    (page,) = client.pull("incidents", page.cursor, None)
    found = page.records[0].lines[1]
    assert found.incident == records.Incident("3", "Artikel defekt")
    assert found.state == records.LINE_SHIPPED and page.records[0].lines[0].incident is None
    do(client, base.ResolveIncident("i", number, line, "8"))
    (page,) = client.pull("incidents", page.cursor, None)
    assert page.records[0].lines[1].incident  # until the operator has looked at it
    seller.control(f"orders/{number}/incidents/close", {"line": line})
    (page,) = client.pull("incidents", page.cursor, None)
    assert page.records[0].lines[1].incident is None and page.cursor["open"] == []
    (page,) = client.pull("incidents", page.cursor, None)
    assert page.records == ()


def test_labels_in_our_language(seller, open_client):
    order = seller.order()
    seller.control(f"orders/{order['number']}/incidents", {"reason_code": "3"})
    reasons = {(s.usage, s.code): s.label for s in open_client(locale="fr_FR").get_reasons()}
    assert reasons["refund", "19"] == "Accord trouvé"
    reasons = {(s.usage, s.code): s.label for s in open_client(locale="xx_XX").get_reasons()}
    assert reasons["refund", "19"] == "Einigung gefunden"


def test_facts(seller, client):
    seller.control("figures", {"incident_rate": 0.081, "order_messages_response_delay": 7200})
    facts = client.get_facts()
    figures = {figure.key: figure.value for figure in reversed(facts.figures)}
    assert len(facts.figures) == 5 * len(figures)
    assert figures[records.INCIDENT_RATE] == 8.1 and figures[records.RESPONSE_HOURS] == 2
    assert facts.shop_name and facts.currency == "EUR" and not facts.problems
    assert {spec.usage for spec in facts.reasons} == set(base.USAGES) - {base.FOR_GESTURE}
    forbidden = [s.code for s in facts.reasons if s.usage == base.FOR_REFUND and not s.allowed]
    assert forbidden == ["14"]


def test_other_shops(seller, open_client):
    number = seller.order(shop_id=4711)["number"]
    assert not open_client().get_orders([number])
    assert open_client(shop="4711").get_orders([number])
    with pytest.raises(errors.RefusedError, match="Shop Number"):
        open_client(shop="12").get_orders([number])


# Messages


def test_reply_with_files(seller, client):
    seller.configure(options={"strict_parts": True})
    thread = seller.thread(seller.order()["number"])
    files = (
        base.OutFile('Rech"nung\r\nX: y № 1.pdf', b"%PDF\r\n--x", "application/pdf"),
        base.OutFile("leer.txt", b"", "text/plain; evil\r\nX: y"),
    )
    reply = base.Reply(
        "r", thread["id"], "Grüße,\nIhr Händler 😀 <b>", ("customer", "operator"), files=files
    )
    outcome = do(client, reply)
    last = seller.get_thread(thread)["messages"][-1]
    assert last["id"] == outcome.remote_id and last["body"] == reply.text
    assert [to["type"] for to in last["to"]] == ["CUSTOMER", "OPERATOR"]
    assert [(f["name"], f["size"]) for f in last["attachments"]] == [
        ("Rech_nung__X: y № 1.pdf", 9),
        ("leer.txt", 0),
    ]
    assert client.get_file(last["attachments"][0]["id"]).content == b"%PDF\r\n--x"


def test_news_stop_an_answer(seller, client):
    thread = seller.thread(seller.order()["number"])
    reply = base.Reply("r", thread["id"], "Sie kommt.", last_seen=thread["messages"][0]["id"])
    seller.say(thread, "Hat sich erledigt!")
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(reply)
    assert (
        caught.value.code == base.NEWS and seller.get_thread(thread)["metadata"]["total_count"] == 2
    )
    (case,) = pull(client, "threads")
    assert do(client, replace(reply, last_seen=case.messages[-1].remote_id)).ok


def test_conversations(seller, client):
    order = seller.order()
    outcome = do(
        client,
        base.Reply("r", "", "Passt die Farbe?", ("customer",), order["number"], topic="Farbe"),
    )
    (case,) = pull(client, "threads")
    assert (case.remote_id, case.subject) == (outcome.case_remote_id, "Farbe")
    assert case.messages[0].remote_id == outcome.remote_id
    assert case.messages[0].sender_type == records.SELLER
    outcome = do(client, base.Reply("r", "", "Eine Frage", topic_code="MMP_SELLER_MESSAGING_OTHER"))
    case = {case.remote_id: case for case in pull(client, "threads")}[outcome.case_remote_id]
    assert (case.kind, case.topic) == (records.CONVERSATION, "MMP_SELLER_MESSAGING_OTHER")
    assert case.subject == "Sonstiges"


LOST = ["timeout_after", "reset_after", "http500_after", "empty", "truncated"]
LOST_WITHOUT_BODY = LOST[:4]  # nothing of an answer 204 can be cut off
NEVER = ["timeout_before", "reset_before", "http500_before"]


@pytest.mark.parametrize("fault", LOST)
def test_lost_answers_of_messages(fault, seller, client):
    order = seller.order()
    thread = seller.thread(order["number"])
    messages = {
        "M12": base.Reply("r", thread["id"], "Sie kommt.\n\nGrüße"),
        "OR43": base.Reply("r", "", "Passt die Farbe?", order_ref=order["number"], topic="Farbe"),
        "M14": base.Reply("r", "", "Eine Frage an Sie", topic="Frage"),
    }
    for code, operation in messages.items():
        seller.fault(code, fault, seconds=1)
        before, sent_at = in_doubt(client, operation)
        finding = client.find(operation, before, sent_at)
        assert finding.verdict == base.FOUND and finding.outcome.remote_id
        assert seller.calls(code) == 1


@pytest.mark.parametrize("fault", NEVER)
def test_messages_that_never_arrived(fault, seller, client):
    operation = base.Reply("r", seller.thread(seller.order()["number"])["id"], "Sie kommt.")
    seller.fault("M12", fault, seconds=1)
    before, sent_at = in_doubt(client, operation)
    assert client.find(operation, before, sent_at).verdict == base.ABSENT
    assert do(client, operation).ok


# Refunds


@pytest.mark.parametrize("mode", ["TAX_INCLUDED", "TAX_EXCLUDED"])
def test_refunds_by_parts_leave_nothing(mode, seller, client):
    lines = [
        {"sku": "A", "name": "A", "quantity": 3, "price": "9.99", "shipping": "4.45", "taxes": VAT}
    ]
    order = seller.control("orders", {"state": "SHIPPED", "tax_mode": mode, "lines": lines})
    start = line_of(client, order)
    for goods, shipping in (("0.01", "0"), ("7.77", "1.11"), ("0", "0.05"), ("13.33", "2")):
        outcome = do(client, refund(order, (0, goods, shipping)))
        assert outcome.items[0].amount == Decimal(goods) + Decimal(shipping)
    line = line_of(client, order)
    assert line.refunded == Decimal("21.11") and line.refunded_shipping == Decimal("3.16")
    rest = start.amount - line.refunded, start.shipping - line.refunded_shipping
    do(client, refund(order, (0, *map(str, rest))))
    line = line_of(client, order)
    assert line.state == records.LINE_REFUNDED and line.give_back == ""
    assert (line.refunded, line.refunded_shipping) == (line.amount, line.shipping)
    left = seller.get(order["number"])["lines"][0]
    assert left["left"] == left["left_shipping"] == 0
    assert not any(tax["amount"] for tax in left["left_taxes"] + left["left_shipping_taxes"])


def test_refund_of_several_lines_in_one_call(seller, client):
    order = seller.order()
    outcome = do(client, refund(order, (0, "10", "4"), (1, "49.90", "4")))
    assert outcome.ok and seller.calls("OR28") == 1
    (shown,) = client.get_orders([order["number"]])
    numbers = {r.line_remote_id: (r.remote_id, r.amount) for r in shown.refunds}
    assert numbers == {i.item: (i.remote_id, i.amount) for i in outcome.items}
    assert not any(r.is_paid for r in shown.refunds)
    seller.control(f"orders/{order['number']}/payout")
    (shown,) = client.get_orders([order["number"]])
    assert all(r.is_paid and r.paid_at for r in shown.refunds)


def test_refunds_of_the_back_office_are_seen(seller, client):
    order = seller.order()
    line = order["lines"][0]["id"]
    seller.control(
        f"orders/{order['number']}/refunds", {"line": line, "amount": "12.50", "reason_code": "18"}
    )
    (shown,) = client.get_orders([order["number"]])
    assert (shown.refunds[0].amount, shown.refunds[0].reason_code) == (Decimal("12.50"), "18")
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(refund(order, (0, "40", "0")))
    assert (
        caught.value.code == "over_left" and seller.get(order["number"])["lines"][0]["left"] == 37.4
    )


REFUSED = [
    ({"payable_balance": 5}, "SHIPPED", "19", "balance"),
    ({"refund_closed_orders": False}, "CLOSED", "19", "closed"),
    ({}, "SHIPPED", "14", "may not use"),
    ({}, "SHIPPED", "34", "not of type"),
]


@pytest.mark.parametrize(("options", "state", "reason", "text"), REFUSED)
def test_refusals_are_shown(options, state, reason, text, seller, client):
    seller.configure(options=options)
    order = seller.order(state=state)
    with pytest.raises(errors.RefusedError, match=text) as caught:
        do(client, refund(order, (0, "10", "0"), reason=reason))
    assert str(caught.value).startswith("The marketplace refused it: “")


@pytest.mark.parametrize("fault", LOST)
def test_lost_answers_of_refunds(fault, seller, client):
    order = seller.order()
    first = refund(order, (0, "10", "4"), (1, "5", "0"))
    do(client, first)  # an equal refund of before is another one
    second = refund(order, (0, "10", "0"), (1, "5", "0"))
    do(client, second)
    seller.fault("OR28", fault, seconds=1)
    before, sent_at = in_doubt(client, second)
    finding = client.find(second, before, sent_at)
    assert finding.verdict == base.FOUND and finding.outcome.ok
    known = {i["id"] for line in before["lines"].values() for i in line["given"]}
    assert not known & {item.remote_id for item in finding.outcome.items}
    assert seller.calls("OR28") == 3
    assert (before["refunded"], finding.now["refunded"]) == ("34.00", "49.00")


@pytest.mark.parametrize("fault", NEVER)
def test_refunds_that_never_arrived(fault, seller, client, open_client):
    order = seller.order()
    operation = refund(order, (0, "10", "4"))
    do(client, operation)
    partial = refund(order, (0, "10", "0"))
    seller.fault("OR28", fault, seconds=1)
    before, sent_at = in_doubt(client, partial)
    assert open_client(settle_minutes=5).find(partial, before, sent_at).verdict == base.NOT_YET
    assert client.find(partial, before, sent_at).verdict == base.ABSENT
    assert do(client, partial).ok and line_of(client, order).refunded == 20


def test_doubt_with_a_refund_of_somebody_else(seller, client):
    order = seller.order()
    operation = refund(order, (0, "10", "0"))
    seller.fault("OR28", "timeout_before", seconds=1)
    before, sent_at = in_doubt(client, operation)
    body = {"line": order["lines"][0]["id"], "amount": "9", "reason_code": "19"}
    seller.control(f"orders/{order['number']}/refunds", body)
    assert client.find(operation, before, sent_at).verdict == base.UNDECIDABLE


# Cancellations


@pytest.mark.parametrize("state", ["WAITING_DEBIT", "WAITING_DEBIT_PAYMENT"])
def test_cancellation_before_the_debit(state, seller, client):
    order = seller.order(state=state)
    assert line_of(client, order).give_back == records.BY_CANCELLATION
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(refund(order, (0, "1", "0")))
    assert caught.value.code == "not_debited"
    outcome = do(client, cancel(order, (0, "24.95", "0")))
    assert outcome.items[0].remote_id and seller.calls("OR30") == 1
    assert line_of(client, order).refunded == Decimal("24.95")
    do(client, cancel(order, (0, "0", "0")))
    line = line_of(client, order)
    assert line.state == records.LINE_CANCELLED and line.refunded == line.amount


@pytest.mark.parametrize("mode", ["TAX_INCLUDED", "TAX_EXCLUDED"])
def test_cancellation_with_taxes(mode, seller, client):
    lines = [
        {"sku": "A", "name": "A", "quantity": 3, "price": "9.99", "shipping": "4.45", "taxes": VAT}
    ]
    order = seller.control("orders", {"state": "WAITING_DEBIT", "tax_mode": mode, "lines": lines})
    do(client, cancel(order, (0, "10", "1")))
    do(client, cancel(order, (0, "0", "0")))
    assert line_of(client, order).give_back == ""
    assert seller.get(order["number"])["lines"][0]["left"] == 0


def test_the_whole_order_by_one_call(seller, client):
    order = seller.order(state="WAITING_ACCEPTANCE")
    operation = cancel(order, (0, "49.90", "4"), (1, "49.90", "4"), whole=True)
    outcome = do(client, operation)
    assert outcome.ok and seller.calls("OR29") == 1
    (shown,) = client.get_orders([order["number"]])
    assert shown.state == records.LINE_CANCELLED


@pytest.mark.parametrize("fault", LOST)
def test_lost_answers_of_cancellations(fault, seller, client):
    order = seller.order(state="WAITING_DEBIT")
    part = cancel(order, (0, "5", "0"))
    seller.fault("OR30", fault, seconds=1)
    before, sent_at = in_doubt(client, part)
    assert client.find(part, before, sent_at).outcome.items[0].remote_id


@pytest.mark.parametrize("fault", LOST_WITHOUT_BODY)
def test_lost_answers_of_whole_cancellations(fault, seller, client):
    other = seller.order(state="WAITING_DEBIT")
    whole = cancel(other, (0, "0", "0"), (1, "0", "0"), whole=True)
    seller.fault("OR29", fault, seconds=1)
    before, sent_at = in_doubt(client, whole)
    assert client.find(whole, before, sent_at).outcome.ok


def test_debited_meanwhile(seller, client):
    order = seller.order(state="WAITING_DEBIT")
    operation = cancel(order, (0, "5", "0"))
    before = client.picture(operation)
    seller.control(f"orders/{order['number']}", {"state": "SHIPPING"}, "PATCH")
    with pytest.raises(errors.RefusedError, match="refund it instead"):
        client.perform(operation, before)
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(operation)
    assert caught.value.code == "debited"


# Incidents


@pytest.mark.parametrize("fault", LOST_WITHOUT_BODY)
def test_lost_answers_of_solutions(fault, seller, client):
    order = seller.order()
    seller.control(f"orders/{order['number']}/incidents")
    operation = base.ResolveIncident("i", order["number"], order["lines"][0]["id"], "8")
    seller.fault("OR64", fault, seconds=1)
    before, sent_at = in_doubt(client, operation)
    assert client.find(operation, before, sent_at).verdict == base.ABSENT
    assert do(client, operation).ok
    seller.control(f"orders/{order['number']}/incidents/close")
    assert client.find(operation, before, sent_at).verdict == base.FOUND


def test_reasons_of_others_do_not_solve(seller, client):
    order = seller.order()
    seller.control(f"orders/{order['number']}/incidents")
    line = order["lines"][0]["id"]
    with pytest.raises(errors.RefusedError, match="may not use"):
        do(client, base.ResolveIncident("i", order["number"], line, "10"))


# Rights, keys, faults


def test_every_right_on_its_own(seller, client):
    """A missing right fails its feature alone and names it."""
    order = seller.order()
    thread = seller.thread(order["number"])
    seller.control(f"orders/{order['number']}/incidents")
    seller.configure(roles=ORDER_ROLES)
    refused = {
        "ROLE_PARTNER_ORDER_REFUND": refund(order, (1, "1", "0")),
        "ROLE_PARTNER_ORDER_INCIDENT_RESOLVE": base.ResolveIncident(
            "i", order["number"], order["lines"][0]["id"], "8"
        ),
        "ROLE_PARTNER_MESSAGE_WRITE": base.Reply(
            "r", "", "Passt die Farbe?", order_ref=order["number"], topic="Farbe"
        ),
    }
    for role, operation in refused.items():
        with pytest.raises(errors.RefusedError, match=role) as caught:
            do(client, operation)
        assert caught.value.code == "role"
    assert do(client, base.Reply("r", thread["id"], "Sie kommt.")).ok
    facts = client.get_facts()
    assert facts.reasons is None and facts.figures is None and len(facts.problems) == 2
    checks = {check.name: check for check in client.test_connection()}
    assert {name for name, check in checks.items() if check.ok} == {
        "Connection",
        "Orders",
        "Messages",
    }
    assert {name for name, check in checks.items() if check.ok is False} == {
        "Shop",
        "Reasons",
        "Figures",
        "Documents",
    }
    assert "ROLE_PARTNER_ORDER_DOCUMENT_READ" in checks["Documents"].message


def test_a_page_in_place_of_a_refusal(seller, client):
    seller.configure(roles=[], options={"missing_role": "html"})
    with pytest.raises(errors.NotSentError):
        client.get_orders(["x"])


def test_connection(seller, client, open_client):
    checks = list(client.test_connection())
    assert not [check for check in checks if check.ok is False]
    wrong = replace(seller.credentials(), password="another-key")
    checks = list(open_client(wrong).test_connection())
    assert checks[0].ok is False and all(check.ok is None for check in checks[1:])
    address = replace(seller.credentials(), service_url=f"{seller.url}/nowhere")
    assert next(iter(open_client(address).test_connection())).ok is False


def oauth(seller, **more):
    return replace(
        seller.credentials(),
        login=seller.login,
        token_url=f"{seller.url}/mirakl/oauth/token",
        **more,
    )


def test_oauth(seller, open_client):
    seller.configure(options={"oauth": "only"})
    number = seller.order()["number"]
    with pytest.raises(errors.LoginError):
        open_client().get_orders([number])
    client = open_client(oauth(seller))
    assert client.get_orders([number])
    token, expires_at = client.token_state
    assert token and timedelta(minutes=55) < expires_at - base.utcnow() < timedelta(hours=1)
    kept = open_client(oauth(seller, token=token, token_expires_at=expires_at))
    seller.control("tokens/expire")
    with pytest.raises(errors.NotSentError):
        kept.get_orders([number])
    assert kept.token_state == ("", None) and kept.get_orders([number])
    with pytest.raises(errors.LoginError):
        open_client(replace(oauth(seller), password="wrong")).get_orders([number])


def test_quota(seller, client):
    seller.fault("OR11", "quota", seconds=13)
    with pytest.raises(errors.NotSentError) as caught:
        client.get_orders(["x"])
    assert caught.value.retry_after == 13
    seller.fault("M12", "quota", retry_after=False)
    operation = base.Reply("r", seller.thread(seller.order()["number"])["id"], "Sie kommt.")
    with pytest.raises(errors.NotSentError) as caught:
        client.perform(operation, {"to": ["CUSTOMER"]})
    assert caught.value.retry_after == 60 and seller.calls("M12") == 0


@pytest.mark.parametrize(
    "fault", ["html", "huge", "entity_bomb", "wrong_xml", "empty", "truncated"]
)
def test_strange_answers(fault, seller, open_client):
    client = open_client(max_bytes=1_000_000, timeout=5)
    seller.fault("OR11", fault, mb=3)
    with pytest.raises(errors.UnknownOutcomeError):
        client.get_orders(["x"])
    assert client.get_orders(["x"]) == []


def test_documents(seller, client):
    number = seller.order()["number"]
    file = base.OutFile("Facture n° 7 été.pdf", b"%PDF-1.4", "application/pdf")
    client.add_document(number, file)
    (document,) = client.get_documents(number)
    assert (document.name, document.type_code) == ("Facture n 7 ete.pdf", "CUSTOMER_INVOICE")
    assert client.get_document(document.remote_id).content == b"%PDF-1.4"
    client.delete_document(document.remote_id)
    assert client.get_documents(number) == []
    with pytest.raises(errors.RefusedError):
        client.add_document(number, file, "SYSTEM_DELIVERY_BILL")
