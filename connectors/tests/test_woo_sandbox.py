"""Both clients against the sandbox's site, over real HTTP. A fresh site per test."""

import json
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import count

import pytest
import requests

from connectors import base, errors, records
from connectors.woocommerce import webhooks
from connectors.woocommerce.operator import CLIENT as OPERATOR
from connectors.woocommerce.seller import CLIENT as SELLER

NUMBERS = count(1)
PASSWORD = "sandbox-p4ssword"
TEXT = "Été : l'article <demo> n'est plus en stock & « épuisé » 😀.\nCordialement"
SINCE = datetime(2020, 1, 1)
# How a call may go wrong after it was executed, and before.
LOST = ("timeout_after", "reset_after", "http500_after", "empty", "truncated")
NOT_EXECUTED = ("timeout_before", "reset_before", "http500_before")


class Shop:
    """A site of the sandbox, steered by its control API."""

    def __init__(self, url, **options):
        self.url = url
        self.login = f"woo{next(NUMBERS)}"
        self._session = requests.Session()
        options = {"webhook_delivery": "manual", **options}
        values = {"platform": "woocommerce", "login": self.login, "password": PASSWORD}
        self._call("sellers", {**values, "options": options})
        self.access = self.control("access", method="GET")

    def _call(self, path, body, method="POST"):
        answer = self._session.request(method, f"{self.url}/control/{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def control(self, path, method="POST", **body):
        return self._call(f"sellers/{self.login}/{path}".rstrip("/"), body, method)

    def configure(self, **options):
        self.control("", "PATCH", options=options)

    def fault(self, operation, fault, **more):
        self.control("faults", operation=operation, fault=fault, **more)

    def order(self, **values):
        return self.control("orders", **values)

    def get_order(self, number):
        return self.control(f"orders/{number}", "GET")

    @property
    def home(self):
        return f"{self.url}/woocommerce/{self.login}"

    def operator(self, **more):
        values = {
            "login": self.access["consumer_key"],
            "password": self.access["consumer_secret"],
            "service_url": self.home,
            **more,
        }
        options = {"timeout": 1.5, "settle_minutes": 0, **values.pop("options", {})}
        return base.Credentials(options=options, **values)

    def vendor(self, user="vendor", **more):
        who = self.access[user]
        values = {"login": who["login"], "password": who["password"], **more}
        options = {
            "timeout": 1.5,
            "settle_minutes": 0,
            "allow_http": True,
            **values.pop("options", {}),
        }
        return base.Credentials(service_url=self.home, options=options, **values)


@pytest.fixture
def shop(sandbox_url):
    return Shop(sandbox_url)


@pytest.fixture
def stack():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def client(shop, stack):
    return stack.enter_context(OPERATOR(shop.operator()))


@pytest.fixture
def seller(shop, stack):
    return stack.enter_context(SELLER(shop.vendor()))


def pull(client, stream, cursor=None):
    pages = list(client.pull(stream, cursor, SINCE))
    assert not [record for page in pages for record in page.broken]
    found = [record for page in pages for record in page.records]
    return found, json.loads(json.dumps(pages[-1].cursor)) if pages else cursor


def comment(order_ref, text=TEXT, visible=True):
    found = base.Comment("70001", str(order_ref), "S1", text, "2026-11-20", visible, visible)
    return base.Comments("op", (found,))


def make_refund(order, *parts, **more):
    """`parts`: (line of the records.Order, goods, shipping, units)."""
    lines = tuple(
        base.RefundLine(
            line.remote_id,
            amount=Decimal(goods),
            shipping=Decimal(shipping),
            with_shipping=bool(Decimal(shipping)),
            quantity=units,
        )
        for line, goods, shipping, units in parts
    )
    values = {"pay_back": False, "restock": False, "reference": f"op-{next(NUMBERS)}", **more}
    return base.Refund(order_ref=order.remote_id, lines=lines, **values)


def do(client, operation):
    return client.perform(operation, client.picture(operation))


def now():
    return datetime.now(timezone.utc).replace(tzinfo=None)


# Login ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", [True, False])
def test_signed_calls(tls, shop, client):
    """OAuth 1.0a works whether the site takes the call for encrypted or not."""
    shop.configure(tls=tls)
    made = shop.order()
    assert [order.remote_id for order in client.get_orders([str(made["id"])])]
    assert do(client, comment(made["id"])).ok


def test_wrong_secret(shop, stack):
    client = stack.enter_context(OPERATOR(shop.operator(password="cs_wrong")))
    with pytest.raises(errors.LoginError) as caught:
        pull(client, "orders")
    assert caught.value.code == "signature"


def test_wrong_key(shop, stack):
    client = stack.enter_context(OPERATOR(shop.operator(login="ck_wrong")))
    with pytest.raises(errors.LoginError):
        pull(client, "orders")


def test_a_key_for_reading_only(shop, stack):
    key = shop.control("keys", permissions="read")
    values = {"login": key["consumer_key"], "password": key["consumer_secret"]}
    client = stack.enter_context(OPERATOR(shop.operator(**values)))
    made = shop.order()
    before = client.picture(comment(made["id"]))
    with pytest.raises(errors.RefusedError, match="Read/Write"):
        client.perform(comment(made["id"]), before)


def test_the_test_finds_a_key_for_reading_only(shop, client, stack):
    key = shop.control("keys", permissions="read")
    values = {"login": key["consumer_key"], "password": key["consumer_secret"]}
    reader = stack.enter_context(OPERATOR(shop.operator(**values)))
    made = shop.order()
    found = {check.name: check for check in reader.test_connection()}
    assert found["Login"].ok is True and found["Order notes"].ok is True
    assert found["Writing"].ok is False and "Read/Write" in found["Writing"].message
    assert found["Webhooks"].ok is None
    assert {check.name: check.ok for check in client.test_connection()}["Writing"] is True
    assert shop.get_order(made["id"])["notes"] == made["notes"]


@pytest.mark.parametrize("way", ["jwt", "application_password"])
def test_who_runs_the_site_is_no_seller(way, shop, stack):
    word = shop.access["operator"]["password" if way == "jwt" else way]
    credentials = shop.vendor("operator", password=word, options={"login_way": way})
    client = stack.enter_context(SELLER(credentials))
    shop.control("inquiries", text="Waschbar?")
    with pytest.raises(errors.LoginError, match="no vendor"):
        pull(client, "inquiries")
    found = {check.name: check for check in client.test_connection()}
    assert found["Login"].ok is False and "all sellers" in found["Login"].message


def test_a_vendors_key(shop, stack):
    key = shop.control("keys", user="vendor")
    values = {"login": key["consumer_key"], "password": key["consumer_secret"]}
    client = stack.enter_context(OPERATOR(shop.operator(**values)))
    checks = {check.name: check for check in client.test_connection()}
    assert checks["Login"].ok is False and "WCFM seller" in checks["Login"].message


def test_wrong_password_of_a_vendor(shop, stack):
    client = stack.enter_context(SELLER(shop.vendor(password="wrong")))
    with pytest.raises(errors.LoginError):
        pull(client, "inquiries")


def test_application_password(shop, stack):
    word = shop.access["vendor"]["application_password"]
    options = {"login_way": "application_password"}
    client = stack.enter_context(SELLER(shop.vendor(password=word, options=options)))
    inquiry = shop.control("inquiries", text="Waschbar?")
    found, _cursor = pull(client, "inquiries")
    assert do(client, base.Reply("op", found[0].remote_id, TEXT)).ok
    assert shop.control(f"inquiries/{inquiry['id']}", "GET")["replies"]


def test_tokens_end(shop, seller):
    pull(seller, "inquiries")
    shop.control("tokens/expire")
    with pytest.raises(errors.LoginError):
        pull(seller, "inquiries")  # a new one was just refused


def test_a_kept_token_ends(shop, seller, stack):
    pull(seller, "inquiries")
    token, expires = seller.token_state
    shop.control("tokens/expire")
    kept = shop.vendor(token=token, token_expires_at=expires)
    client = stack.enter_context(SELLER(kept))
    with pytest.raises(errors.NotSentError):
        pull(client, "inquiries")
    assert pull(client, "inquiries")[0] is not None


def test_connections(shop, client, seller):
    shop.order()
    operator = {check.name: check for check in client.test_connection()}
    vendor = {check.name: check for check in seller.test_connection()}
    assert all(check.ok is not False for check in (*operator.values(), *vendor.values()))
    assert "operator (wc/v3)" in operator["Login"].message
    assert "seller (wcfmmp/v1)" in vendor["Login"].message
    shop.configure(ultimate=False)
    vendor = {check.name: check for check in SELLER(shop.vendor()).test_connection()}
    assert vendor["Support tickets"].ok is None


@pytest.mark.parametrize("status", [403, 429, 503])
def test_firewalls(status, shop, client, seller):
    shop.configure(firewall=status)
    for one, stream in ((client, "orders"), (seller, "inquiries")):
        with pytest.raises((errors.NotSentError, errors.UnknownOutcomeError)):
            pull(one, stream)


# Orders -----------------------------------------------------------------------------------------


ORDER = {
    "lines": [
        {"sku": "UP-1001", "quantity": 2, "price": "41.235"},
        {"sku": "UP-1002", "quantity": 1},
    ],
    "shipping": "4.12",
    "tax_rate": 19,
    "status": "completed",
}


@pytest.mark.parametrize("odd", [{}, {"numbers_as_text": True, "hide_totals": True}])
def test_orders(odd, shop, client):
    made = shop.order(**ORDER, customer_note="Bitte klingeln.", number="W-77")
    shop.configure(**odd)
    found, cursor = pull(client, "orders")
    order = next(item for item in found if item.remote_id == str(made["id"]))
    assert order.charged == Decimal(made["total"])
    assert sum(line.amount + line.shipping for line in order.lines) == order.charged
    assert (order.number, order.note) == ("W-77", "Bitte klingeln.")
    assert order.state == records.LINE_SHIPPED
    assert pull(client, "orders", cursor)[0] == []


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
def test_changes_whatever_the_sites_time(zone, shop, client):
    shop.configure(timezone=zone)
    _found, cursor = pull(client, "orders")
    made = shop.order()
    found, cursor = pull(client, "orders", cursor)
    assert [order.remote_id for order in found] == [str(made["id"])]
    assert abs(found[0].created_at - now()) < timedelta(minutes=1)


def test_more_orders_than_a_page(shop, client):
    known, _cursor = pull(client, "orders")
    made = {str(shop.order()["id"]) for _number in range(120)}
    found, _cursor = pull(client, "orders")
    assert {order.remote_id for order in found} == made | {order.remote_id for order in known}


# Notes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("author", ["WooCommerce", "system"])
def test_notes(author, shop, client):
    shop.configure(system_author=author)
    made = shop.order()
    ref = str(made["id"])
    shop.control(f"orders/{ref}/notes", text="Danke!", by="operator", customer=True)
    shop.control(f"orders/{ref}/notes", text="Status geändert", by="system")
    found = list(client.get_notes([ref]))
    by_text = {note.text: note for note in found}
    assert by_text["Danke!"].sender_type == records.SELLER
    assert by_text["Danke!"].is_visible and by_text["Danke!"].is_mailed
    assert by_text["Status geändert"].sender_type == records.SYSTEM
    assert abs(by_text["Danke!"].created_at - now()) < timedelta(minutes=1)


@pytest.mark.parametrize("visible", [True, False])
def test_a_note_arrives_as_it_was_typed(visible, shop, client):
    ref = str(shop.order()["id"])
    outcome = do(client, comment(ref, visible=visible))
    note = next(n for n in client.get_notes([ref]) if n.remote_id == outcome.remote_id)
    assert note.is_visible is visible
    assert note.sender_type == records.SELLER, "not taken for an automatic one"
    assert "&lt;demo&gt;" in note.text and "😀" in note.text
    mails = shop.control("mails", "GET")
    assert len(mails) == visible


@pytest.mark.parametrize("fault", [*LOST, *NOT_EXECUTED])
def test_lost_answers_of_notes(fault, shop, client):
    """Whatever goes wrong, the note is there once."""
    ref = str(shop.order()["id"])
    operation = comment(ref)
    shop.fault("notes.create", fault)
    before = client.picture(operation)
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(operation, before)
    settle_and_send_again(client, operation, before)
    assert len([n for n in shop.get_order(ref)["notes"] if n["customer_note"]]) == 1


def settle_and_send_again(client, operation, before):
    """As the outbox does: found = done, absent = again."""
    time.sleep(0.1)
    finding = client.find(operation, before, now() - timedelta(minutes=1))
    assert finding.verdict in (base.FOUND, base.ABSENT), finding
    if finding.verdict == base.ABSENT:
        assert do(client, operation).ok


def test_refusals_of_notes(shop, client):
    """HTTP 500 with the code of a refusal: nothing was stored (2.3)."""
    ref = str(shop.order()["id"])
    shop.fault("notes.create", "sql_text")
    with pytest.raises(errors.RefusedError):
        do(client, comment(ref))


# Refunds ----------------------------------------------------------------------------------------


def get_order(client, made):
    (order,) = client.get_orders([str(made["id"])])
    return order


def test_a_whole_order_in_parts(shop, client):
    """Units, a free amount, shipping, a gesture, and then all that is left: to the cent."""
    made = shop.order(**ORDER)
    order = get_order(client, made)
    first, second = order.lines
    half = (first.amount / 2).quantize(Decimal("0.01"))
    assert do(client, make_refund(order, (first, half, "0", 1), restock=True)).ok
    assert do(client, make_refund(order, (second, "5.55", "0", None))).ok
    assert do(client, make_refund(order, (first, "0", "1.01", None))).ok
    order = get_order(client, made)
    assert [refund.kind for refund in order.refunds].count(records.GIVEN_REFUND) == 3
    assert order.lines[0].refunded == half
    assert order.lines[0].refunded_shipping == Decimal("1.01")
    assert order.lines[1].refunded == Decimal("5.55")
    rest = [
        (line, line.amount - line.refunded, line.shipping - line.refunded_shipping, None)
        for line in order.lines
    ]
    assert do(client, make_refund(order, *rest)).ok
    order = get_order(client, made)
    assert order.state == records.LINE_REFUNDED
    assert sum(refund.amount for refund in order.refunds) == order.charged
    assert shop.get_order(made["id"])["left"] == "0.00"
    with pytest.raises(errors.RefusedError):
        client.picture(make_refund(order, (order.lines[0], "0.01", "0", None)))


def test_gesture(shop, client):
    made = shop.order(**ORDER)
    outcome = do(client, base.Gesture("op", str(made["id"]), Decimal("7.77"), pay_back=False))
    (refund,) = get_order(client, made).refunds
    assert (refund.kind, refund.amount) == (records.GIVEN_GESTURE, Decimal("7.77"))
    assert refund.remote_id == outcome.items[0].remote_id
    assert not refund.is_paid


def test_numbers_of_what_was_given(shop, client):
    """What is told when it is given is what is read afterwards."""
    made = shop.order(**ORDER)
    order = get_order(client, made)
    first, second = order.lines
    outcome = do(client, make_refund(order, (first, "10", "2.00", None), (second, "3", "0", None)))
    told = {item.remote_id: item.amount for item in outcome.items}
    assert told == {r.remote_id: r.amount for r in get_order(client, made).refunds}


def test_refunds_of_the_dashboard(shop, client):
    made = shop.order(**ORDER)
    shop.control(f"orders/{made['id']}/refunds", line="UP-1001", shipping=True, paid=True)
    shop.control(f"orders/{made['id']}/refunds", amount="1.50")
    order = get_order(client, made)
    gesture = next(r for r in order.refunds if r.kind == records.GIVEN_GESTURE)
    line = next(r for r in order.refunds if r.kind == records.GIVEN_REFUND)
    assert (gesture.amount, gesture.is_paid) == (Decimal("1.50"), False)
    assert line.line_remote_id == order.lines[0].remote_id and line.is_paid
    assert line.amount == order.lines[0].amount + order.lines[0].shipping
    assert order.lines[0].give_back == ""


def test_payment_services(shop, client):
    made = shop.order(**ORDER, payment_method="stripe")
    gesture = base.Gesture("op", str(made["id"]), Decimal("1.00"), pay_back=True)
    outcome = do(client, gesture)
    assert outcome.ok and not outcome.message
    assert get_order(client, made).refunds[0].is_paid
    transfer = shop.order(**ORDER, payment_method="bacs")
    assert client.get_gateway(str(transfer["id"])).can_refund is False
    with pytest.raises(errors.RefusedError) as caught:
        client.picture(replace(gesture, order_ref=str(transfer["id"])))
    assert caught.value.code == "no_gateway"
    with pytest.raises(errors.RefusedError, match="payment gateway"):
        client.perform(replace(gesture, order_ref=str(transfer["id"])))
    assert not shop.get_order(transfer["id"])["refunds"]


def test_a_payment_service_that_fails(shop, client):
    made = shop.order(**ORDER)
    shop.control("gateways/stripe", failure="Your card issuer is not answering.")
    with pytest.raises(errors.UnknownOutcomeError, match="may have paid"):
        do(client, base.Gesture("op", str(made["id"]), Decimal("1.00"), pay_back=True))


@pytest.mark.parametrize("fault", [*LOST, *NOT_EXECUTED])
@pytest.mark.parametrize("kind", ["refund", "gesture"])
def test_lost_answers_of_refunds(kind, fault, shop, client):
    """Whatever goes wrong, the money is given once; an equal refund from before is not it."""
    made = shop.order(**ORDER)
    order = get_order(client, made)
    operation = make_refund(order, (order.lines[0], "5.00", "0", None))
    if kind == "gesture":
        operation = base.Gesture("op-9", order.remote_id, Decimal("5.00"), pay_back=False)
    assert do(client, replace(operation, reference="op-0")).ok
    before = client.picture(operation)
    shop.fault("refunds.create", fault)
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(operation, before)
    settle_and_send_again(client, operation, before)
    assert len(shop.get_order(order.remote_id)["refunds"]) == 2


@pytest.mark.parametrize("way", ["header", "oauth"])
def test_a_proxy_that_repeats(way, shop):
    """Signed, the second copy is refused for its nonce; by the header, since nothing is left."""
    made = shop.order(**ORDER)
    with OPERATOR(shop.operator(options={"login_way": way})) as client:
        operation = base.Gesture("op-9", str(made["id"]), Decimal(made["total"]), pay_back=False)
        before = client.picture(operation)
        shop.fault("refunds.create", "repeated")
        try:
            outcome = client.perform(operation, before)
        except errors.UnknownOutcomeError:
            finding = client.find(operation, before, now() - timedelta(minutes=1))
            assert finding.verdict == base.FOUND
            outcome = finding.outcome
        assert outcome.ok
        assert client.perform(operation, client.picture(operation)).items == outcome.items
    assert len(shop.get_order(made["id"])["refunds"]) == 1


def test_a_note_that_a_proxy_repeats(shop):
    ref = str(shop.order()["id"])
    with OPERATOR(shop.operator(options={"login_way": "oauth"})) as client:
        before = client.picture(comment(ref))
        shop.fault("notes.create", "repeated")
        with pytest.raises(errors.UnknownOutcomeError):
            client.perform(comment(ref), before)
        assert client.find(comment(ref), before, SINCE).verdict == base.FOUND


def test_an_answer_that_a_firewall_hides(shop, client, seller):
    """Its page says nothing of what was done: refunds, notes and answers are looked for."""
    made = shop.order(**ORDER)
    ref, inquiry = str(made["id"]), shop.control("inquiries", text="Waschbar?")
    for one, call, operation in (
        (client, "refunds.create", base.Gesture("op-9", ref, Decimal("5.00"), pay_back=False)),
        (client, "notes.create", comment(ref)),
        (seller, "wcfm.reply", base.Reply("op", f"inquiry:{inquiry['id']}", TEXT)),
    ):
        before = one.picture(operation)
        shop.fault(call, "html", status=403, after=True)
        with pytest.raises(errors.UnknownOutcomeError, match="instead of the shop"):
            one.perform(operation, before)
        assert one.find(operation, before, SINCE).verdict == base.FOUND
        shop.fault(call, "html", status=429)
        with pytest.raises(errors.NotSentError):
            one.perform(operation, before)


def test_cents_and_discounts(shop, client):
    """Taxes are rounded once for the order, and a fee lowers it: all goes back in two refunds, and
    so does all of another one in the dashboard."""
    shop.configure(round_at_subtotal=True)
    lines = [{"sku": "UP-1001", "price": price} for price in ("1.99", "1.99", "1.99", "17.33")]
    fees = [{"name": "Loyalty", "total": "-3.10"}, {"name": "Gift wrap", "total": "1.00"}]
    spec = {**ORDER, "lines": lines, "fees": fees, "tax_rate": 20}
    made, other = shop.order(**spec), shop.order(**spec)
    order = get_order(client, made)
    assert (
        order.charged == Decimal(made["total"]) == sum(i.amount + i.shipping for i in order.lines)
    )
    first, *more = [(line, line.amount, line.shipping, 1) for line in order.lines]
    assert do(client, make_refund(order, first)).ok
    assert do(client, make_refund(order, *more)).ok
    shop.control(f"orders/{other['id']}/refunds", lines=True)
    for number in (made, other):
        order = get_order(client, number)
        assert order.state == records.LINE_REFUNDED
        assert all(line.amount == line.refunded for line in order.lines)
        assert {refund.kind for refund in order.refunds} == {records.GIVEN_REFUND}


def test_a_refund_of_a_colleague_meanwhile(shop, client):
    """The same amount, given in the dashboard while ours was lost: lines tell them apart."""
    made = shop.order(**ORDER)
    order = get_order(client, made)
    operation = make_refund(order, (order.lines[0], "5.00", "0", None))
    before = client.picture(operation)
    shop.control(f"orders/{made['id']}/refunds", amount="5.00")
    finding = client.find(operation, before, now() - timedelta(minutes=1))
    assert finding.verdict == base.ABSENT


# Inquiries, tickets, orders of a vendor ---------------------------------------------------------


def test_inquiries(shop, seller):
    _known, cursor = pull(seller, "inquiries")
    made = shop.control("inquiries", text="Aus welchem Tuch?\nWaschbar?", product="UP-1001")
    shop.control("inquiries", text="Fremd", vendor="stranger")
    (case,), cursor = pull(seller, "inquiries", cursor)
    assert case.remote_id == f"inquiry:{made['id']}"
    assert abs(case.created_at - now()) < timedelta(minutes=1), "the site's time"
    outcome = do(seller, base.Reply("op", case.remote_id, TEXT, last_seen=case.remote_id))
    (case,), cursor = pull(seller, "inquiries", cursor)
    assert case.messages[-1].remote_id == outcome.remote_id
    assert case.messages[-1].sender_type == records.SELLER
    shop.control(f"inquiries/{made['id']}/replies", text="Danke!", by="customer")
    with pytest.raises(errors.RefusedError) as caught:
        seller.picture(base.Reply("op2", case.remote_id, "Gern.", last_seen=outcome.remote_id))
    assert caught.value.code == base.NEWS
    (case,), cursor = pull(seller, "inquiries", cursor)
    assert case.messages[-1].sender_type == records.CUSTOMER
    assert pull(seller, "inquiries", cursor)[0] == []


def test_an_inquiry_of_another_vendor(shop, seller):
    made = shop.control("inquiries", text="Fremd", vendor="stranger")
    operation = base.Reply("op", f"inquiry:{made['id']}", TEXT)
    with pytest.raises(errors.RefusedError) as caught:
        seller.picture(operation)
    assert caught.value.code == "no_case"


@pytest.mark.parametrize("fault", [*LOST, *NOT_EXECUTED])
def test_lost_answers_of_replies(fault, shop, seller):
    made = shop.control("inquiries", text="Waschbar?")
    operation = base.Reply("op", f"inquiry:{made['id']}", TEXT)
    before = seller.picture(operation)
    shop.fault("wcfm.reply", fault)
    with pytest.raises(errors.UnknownOutcomeError):
        seller.perform(operation, before)
    settle_and_send_again(seller, operation, before)
    assert len(shop.control(f"inquiries/{made['id']}", "GET")["replies"]) == 1


def test_inquiries_without_replies_shown(shop, seller):
    made = shop.control("inquiries", text="Waschbar?")
    shop.configure(reply_view=False)
    operation = base.Reply("op", f"inquiry:{made['id']}", TEXT)
    before = seller.picture(operation)
    assert seller.perform(operation, before).ok
    assert seller.find(operation, before, SINCE).verdict == base.UNDECIDABLE


def test_wcfm_says_no_with_http_200(shop, seller):
    made = shop.control("inquiries", text="Waschbar?")
    shop.fault("wcfm.reply", "item_error")
    with pytest.raises(errors.RefusedError):
        do(seller, base.Reply("op", f"inquiry:{made['id']}", TEXT))


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_tickets(language, shop, seller):
    shop.configure(language=language)
    _known, cursor = pull(seller, "tickets")
    order = shop.order()
    made = shop.control("tickets", order=order["id"], text="Ein Riemen ist gerissen.")
    (case,), cursor = pull(seller, "tickets", cursor)
    assert (case.remote_id, case.is_open) == (f"ticket:{made['id']}", True)
    assert case.order_ref == str(order["id"])
    assert abs(case.created_at - now()) < timedelta(minutes=1), "the offset is added twice"
    shop.control(f"tickets/{made['id']}", "PATCH", status="close")
    (case,), cursor = pull(seller, "tickets", cursor)
    assert not case.is_open
    assert [c.remote_id for c in seller.get_cases([str(order["id"])])] == [case.remote_id]
    with pytest.raises(errors.RefusedError, match="store manager"):
        seller.picture(base.Reply("op", case.remote_id, TEXT))


@pytest.mark.parametrize("news", [True, False])
def test_an_entry_of_which_only_its_date_is_told(news, shop, seller):
    shop.configure(ticket_news=news)
    made = shop.control("tickets", order=shop.order()["id"], text="Kaputt")
    (case,), cursor = pull(seller, "tickets")
    assert case.unseen_at is None
    shop.control(f"tickets/{made['id']}/replies", text="Noch da?")
    found, cursor = pull(seller, "tickets", cursor)
    assert [abs(case.unseen_at - now()) < timedelta(minutes=1) for case in found] == [True] * news
    shop.control(f"tickets/{made['id']}/replies", text="Ja.", by="vendor")
    assert pull(seller, "tickets", cursor)[0] == []
    assert seller.site_abilities.get(base.SITE_TICKET_NEWS, False) is news


def test_tickets_with_routes_of_the_site(shop, seller):
    shop.configure(ticket_routes=True)
    order = shop.order()
    made = shop.control("tickets", order=order["id"], text="Ein Riemen ist gerissen.")
    _found, cursor = pull(seller, "tickets")
    outcome = do(seller, base.Reply("op", f"ticket:{made['id']}", TEXT))
    shop.control(f"tickets/{made['id']}/replies", text="Danke!", by="customer")
    (case,), cursor = pull(seller, "tickets", cursor)
    assert [message.sender_type for message in case.messages] == [
        records.CUSTOMER,
        records.SELLER,
        records.CUSTOMER,
    ]
    assert case.messages[1].remote_id == outcome.remote_id
    assert pull(seller, "tickets", cursor)[0] == []


def test_no_tickets_without_ultimate(shop, seller):
    shop.configure(ultimate=False)
    assert pull(seller, "tickets", None)[0] == []
    order = shop.order()
    with pytest.raises(errors.RefusedError) as caught:
        seller.picture(comment(order["id"]))
    assert caught.value.code == "no_ultimate"


@pytest.mark.parametrize("prefix", [True, False])
@pytest.mark.parametrize("visible", [True, False])
def test_notes_of_a_vendor(visible, prefix, shop, seller):
    shop.configure(note_prefix=prefix)
    ref = str(shop.order()["id"])
    shop.control(f"orders/{ref}/notes", text="Vom Marktplatz", by="operator")
    outcome = do(seller, comment(ref, visible=visible))
    notes = {note.remote_id: note for note in seller.get_notes([ref])}
    ours = notes[outcome.remote_id]
    assert (ours.sender_type, ours.is_visible) == (records.SELLER, visible)
    theirs = next(note for note in notes.values() if note.text == "Vom Marktplatz")
    assert theirs.sender_type == records.OPERATOR
    assert abs(ours.created_at - now()) < timedelta(minutes=1)


@pytest.mark.parametrize("fault", [*LOST, *NOT_EXECUTED])
def test_lost_answers_of_a_vendors_notes(fault, shop, seller):
    ref = str(shop.order()["id"])
    operation = comment(ref)
    before = seller.picture(operation)
    shop.fault("wcfm.note_create", fault)
    with pytest.raises(errors.UnknownOutcomeError):
        seller.perform(operation, before)
    settle_and_send_again(seller, operation, before)
    assert len([n for n in shop.get_order(ref)["notes"] if n["customer_note"]]) == 1


def test_orders_of_a_vendor(shop, seller):
    """Our lines only; those of others are not ours to see."""
    mixed = shop.order(
        lines=[{"sku": "UP-1001"}, {"sku": "ST-2001"}], fees=[{"name": "Fee", "total": "1"}]
    )
    foreign = shop.order(lines=[{"sku": "ST-2001"}])
    found, cursor = pull(seller, "orders")
    by_ref = {order.remote_id: order for order in found}
    assert str(foreign["id"]) not in by_ref
    order = by_ref[str(mixed["id"])]
    assert [line.sku for line in order.lines] == ["UP-1001"]
    assert order.charged == sum(line.amount + line.shipping for line in order.lines)
    assert seller.get_orders([str(foreign["id"])]) == []
    assert pull(seller, "orders", cursor)[0] == []
    shop.control(f"orders/{mixed['id']}", "PATCH", status="completed")
    (order,), _cursor = pull(seller, "orders", cursor)
    assert order.state == records.LINE_SHIPPED
    with pytest.raises(errors.RefusedError):
        seller.picture(comment(foreign["id"]))


# Webhooks ---------------------------------------------------------------------------------------

SECRET = "5tr0ng-and-l0ng-enough"


@pytest.mark.parametrize("firewall", [False, True])
def test_webhooks(firewall, shop, client):
    shop.configure(refuse_verbs=firewall)
    url = "http://127.0.0.1:9/marketplace/woocommerce/x"
    client.create_webhooks(url, "an-older-secret-0123456789")
    made = client.create_webhooks(url, SECRET)
    assert set(made) == set(client.webhook_topics)
    there = {str(row["id"]): row for row in shop.control("webhooks", "GET")}
    assert set(there) == set(made.values())
    assert {row["secret"] for row in there.values()} == {SECRET}
    assert client.get_webhooks(url) == dict.fromkeys(made, True)
    client.create_webhooks("http://127.0.0.1:9/else", SECRET)
    client.delete_webhooks(url)
    client.delete_webhooks(url)
    assert len(shop.control("webhooks", "GET")) == len(made), "another's"
    client.delete_webhooks("http://127.0.0.1:9/else")
    assert shop.control("webhooks", "GET") == []


@pytest.mark.parametrize("secret", ["", None])
def test_without_a_secret_nobody_is_let_in(secret):
    body = b'{"id": 7}'
    assert not webhooks.check(secret, body, webhooks.sign("", body))
    assert not webhooks.check(secret, body, "")


def test_what_the_shop_sends_is_read(shop, client):
    client.create_webhooks("http://127.0.0.1:9/x", SECRET)
    shop.control("deliveries/run")
    made = shop.order()
    do(client, comment(made["id"]))
    sent = shop.control("deliveries/run")
    topics = set()
    for delivery in sent:
        body = delivery["body"].encode()
        hint = webhooks.read(delivery["headers"], body)
        assert webhooks.check(SECRET, body, delivery["headers"]["X-WC-Webhook-Signature"])
        assert hint.order_ref == str(made["id"]) and hint.delivery_id
        topics.add(hint.topic)
    assert {"order.created", "action.woocommerce_new_customer_note"} <= topics


def test_a_changed_body_is_not_from_the_shop(shop, client):
    client.create_webhooks("http://127.0.0.1:9/x", SECRET)
    pings = shop.control("deliveries/run")
    assert all(webhooks.read(p["headers"], p["body"].encode()).is_ping for p in pings)
    shop.order()
    for tamper in ("body", "signature"):
        shop.order()
        for delivery in shop.control("deliveries/run", tamper=tamper):
            signature = delivery["headers"]["X-WC-Webhook-Signature"]
            assert not webhooks.check(SECRET, delivery["body"].encode(), signature)
