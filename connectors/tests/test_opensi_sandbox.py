"""Client and server module against the sandbox, over real HTTP: its shop, and its ERP.

A fresh seller per test.
"""

from contextlib import ExitStack
from dataclasses import replace
from itertools import count

import pytest
import requests
from opensi_calls import MemoryShop
from opensi_wire import batch, make_comment

from connectors import base, errors
from connectors.opensi import CLIENT, const
from connectors.opensi.keys import make_key

NUMBERS = count(1)
PASSWORD = "sandbox-p4ssword"
TEXT = "Été : l'article <demo> n'est plus en stock & « épuisé » 😀.\nCordialement"
# How a call may go wrong after some or all of it was executed.
LOST = ("timeout_after", "reset_after", "http500_after", "empty", "truncated")
NOT_EXECUTED = ("timeout_before", "reset_before", "http500_before", "html", "sql_text", "wrong_xml")


class Seller:
    """A shop of the sandbox with an ERP beside it, steered by its control API."""

    def __init__(self, url, **options):
        self.url = url
        self.login = f"opensi{next(NUMBERS)}"
        self._session = requests.Session()
        values = {"platform": "opensi", "login": self.login, "password": PASSWORD}
        self._call("sellers", {**values, "options": options})
        for number in ("A-1", "A-2", "A-3"):
            self.control("orders", {"number": number})

    def _call(self, path, body, method="POST"):
        answer = self._session.request(method, f"{self.url}/control/{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def control(self, path, body=None, method="POST"):
        return self._call(f"sellers/{self.login}/{path}".rstrip("/"), body or {}, method)

    def configure(self, **options):
        self.control("", {"options": options}, "PATCH")

    def fault(self, fault, operation="setComments", **more):
        self.control("faults", {"operation": operation, "fault": fault, **more})

    def comments(self, number):
        return self.control(f"orders/{number}", method="GET")["comments"]

    def credentials(self, **more):
        options = {"timeout": 0.7, "website_code": "main", "allow_http": True}
        values = {
            "login": self.login,
            "password": PASSWORD,
            "service_url": f"{self.url}/opensi/shop/{self.login}/",
            **more,
        }
        return base.Credentials(options=options | values.pop("options", {}), **values)


@pytest.fixture
def seller(sandbox_url):
    return Seller(sandbox_url)


@pytest.fixture
def open_client(seller):
    """A function for clients with other options or credentials."""
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(CLIENT(seller.credentials(**more)))


@pytest.fixture(params=["1.1", "1.2"])
def client(request, open_client):
    return open_client(options={"soap_version": request.param})


def codes(outcome):
    return [item.code for item in outcome.items]


def three(**more):
    return [make_comment(100 + n, f"A-{n}", text=f"{TEXT} {n}", **more) for n in (1, 2, 3)]


# Odoo feeds the shop


def test_comments_of_every_kind(client, seller):
    flags = [(visible, mail) for visible in (True, False) for mail in (True, False)]
    comments = [
        make_comment(n, "A-1", text=f"{TEXT} {n}", visible=visible, mail=mail)
        for n, (visible, mail) in enumerate(flags, 1)
    ]
    assert client.perform(batch(*comments)).ok
    shown = seller.comments("A-1")
    assert [(c["number"], c["visible"], c["mailed"]) for c in shown] == [
        (str(n), *pair) for n, pair in enumerate(flags, 1)
    ]
    assert [c["text"] for c in shown] == [c.text for c in comments]
    assert {(c["own_ref"], c["date"]) for c in shown} == {("S00001", "2026-11-22")}


def test_each_comment_has_its_result(client, seller):
    seller.control("orders/A-2", {"blocked": True}, "PATCH")
    seller.control("orders/A-3/comments", {"number": "7"})
    orders = {1: "A-1", 2: "A-2", 3: "NONE", 4: "A-2", 7: "A-3", 9: "A-1"}
    outcome = client.perform(batch(*(make_comment(n, ref) for n, ref in orders.items())))
    silent = base.NO_RESULT
    assert codes(outcome) == ["1002", silent, "3002", silent, "2001", "1002"]
    assert [item.ok for item in outcome.items] == [True, False, False, False, False, True]
    assert len(seller.comments("A-1")) == 2 and not seller.comments("A-2")


def test_numbers_count_for_the_whole_installation(seller, open_client):
    seller.configure(stores=["second"])
    first, second = open_client(), open_client(options={"website_code": "second"})
    assert first.perform(batch(make_comment(1, "A-1"))).ok
    assert codes(second.perform(batch(make_comment(1, "A-2")))) == ["2001"]


@pytest.mark.parametrize("style", ["original", "php"])
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"password": PASSWORD[:-1] + "D"}, "login"),
        ({"options": {"website_code": "second"}}, "website_code"),
    ],
)
def test_refused_logins(more, code, style, client, seller, open_client):
    seller.configure(fault_style=style)
    options = {**client.credentials.options, **more.get("options", {})}
    wrong = open_client(**{**more, "options": options})
    with pytest.raises(errors.LoginError) as caught:
        wrong.perform(batch(*three()))
    assert caught.value.code == code and not seller.comments("A-1")
    checks = {check.name: check.ok for check in wrong.test_connection()}
    assert (checks["Login"], checks["Website code"]) == (
        (False, None) if code == "login" else (True, False)
    )


def test_test_of_the_connection_changes_nothing(client, seller):
    assert [check.ok for check in client.test_connection()] == [True, True, True, None]
    assert seller.control("", method="GET")["comment_ids"] == []


@pytest.mark.parametrize("fault", [*LOST, *NOT_EXECUTED])
def test_a_lost_answer_is_sent_again(fault, client, seller):
    """Whatever had happened: afterwards each comment is there once."""
    seller.fault(fault, seconds=1)
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(batch(*three()))
    assert client.find(batch(*three()), {}, None).verdict == base.ABSENT
    outcome = client.perform(batch(*three(may_be_there=True)))
    assert outcome.ok
    assert set(codes(outcome)) == {"2001" if fault in LOST else "1002"}
    for number in ("A-1", "A-2", "A-3"):
        assert len(seller.comments(number)) == 1


@pytest.mark.parametrize("items", [0, 1, 2, 3])
def test_a_shop_that_dies_in_the_midst(items, client, seller):
    seller.fault("partial", items=items, reset=True)
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(batch(*three()))
    outcome = client.perform(batch(*three(may_be_there=True)))
    assert outcome.ok and codes(outcome) == ["2001"] * items + ["1002"] * (3 - items)


@pytest.mark.parametrize("fault", ["huge", "entity_bomb"])
def test_hostile_answers(fault, seller, open_client):
    client = open_client(options={"max_bytes": 1_000_000, "timeout": 5})
    seller.fault(fault)
    with pytest.raises(errors.UnknownOutcomeError):
        client.perform(batch(*three()))


def test_too_many_calls(client, seller):
    seller.fault("quota", seconds=9)
    with pytest.raises(errors.NotSentError) as caught:
        client.perform(batch(*three()))
    assert caught.value.retry_after == 9


def test_unknown_codes(client, seller):
    seller.fault("item_error", index=1, code="4711", text="Ça ne va pas")
    outcome = client.perform(batch(*three()))
    assert codes(outcome) == ["1002", "4711", "1002"]
    assert outcome.items[1].message == "The shop refused it: “Ça ne va pas”."


def test_results_too_many(client, seller):
    """The doubled one cannot be told apart, so its comment is asked for alone."""
    seller.configure(surplus_results=1)
    outcome = client.perform(batch(*three()))
    assert outcome.ok and codes(outcome) == ["1002", "1002", "2001"]


def test_results_too_few(client, seller):
    seller.configure(surplus_results=-1)
    comments = [replace(comment, order_ref="A-1") for comment in three()]
    outcome = client.perform(batch(*comments))
    # Alone they get no result either, as from a shop that keeps silent about the order.
    assert codes(outcome) == [base.NO_RESULT] * 3
    seller.configure(surplus_results=0)
    assert codes(client.perform(batch(*comments))) == ["2001"] * 3
    assert len(seller.comments("A-1")) == 3


# OpenSi feeds Odoo


@pytest.fixture
def shop(seller):
    with MemoryShop(make_key(seller.login, PASSWORD), ("A-1", "A-2")) as shop:
        yield shop


@pytest.fixture(params=["1.1", "1.2"])
def erp(request, seller, shop):
    """The sandbox's ERP, aimed at our server module."""
    seller.control(
        "erp/target",
        {
            "url": f"{shop.url}/",
            "login": seller.login,
            "password": PASSWORD,
            "website_code": "main",
            "version": request.param,
            "batch": 10,
        },
    )
    return seller


def test_the_erp_is_understood(erp, shop):
    for number, order in ((1, "A-1"), (2, "NONE"), (3, "A-2")):
        erp.control(
            "erp/comments",
            {"number": str(number), "web_order": order, "text": TEXT, "visible": True},
        )
    pushed = erp.control("erp/push")
    assert (pushed["status"], pushed["fault"], pushed["problem"]) == (200, "", "")
    assert [r["code"] for r in pushed["results"]] == ["1002", "3002", "1002"]
    assert shop.items["1"].text == TEXT and shop.items["1"].visible
    again = erp.control("erp/replay")
    assert [r["code"] for r in again["results"]] == ["2001", "3002", "2001"]
    assert len(shop.items) == 2


def test_malformed_items_of_the_erp(erp, shop):
    broken = [
        {"nil": True},
        {"raw": {"CommentId": None}},
        {"raw": {"Comment": True}},
        {"raw": {"SendMail": "oui"}},
        {"raw": {"CommentDate": "01/05/2020"}},
        {"raw": {"OrderNumber": "C" * 12}},
    ]
    for number, more in enumerate([*broken, {}], 1):
        values = {"number": str(number), "web_order": "A-1", "text": TEXT}
        erp.control("erp/comments", {**values, **more})
    pushed = erp.control("erp/push")
    assert [r["code"] for r in pushed["results"]] == ["3002"] * len(broken) + ["1002"]
    assert list(shop.items) == [str(len(broken) + 1)]


def test_faults_are_read_by_the_erp(erp, shop):
    erp.control("erp/comments", {"number": "1", "web_order": "A-1"})
    for more, fault in (
        ({"password": "x"}, const.BAD_KEY),
        ({"website_code": "x"}, const.BAD_WEBSITE_CODE),
    ):
        for shop.original_style in (False, True):
            pushed = erp.control("erp/push", more)
            assert pushed["fault"] == fault
            assert pushed["status"] == (200 if shop.original_style else 500)
    assert not shop.items


def test_probes_and_encodings_of_the_erp(erp, shop):
    for operation in ("getVersion", "getDatetime"):
        probed = erp.control("erp/probe", {"operation": operation})
        assert probed["text"] == f"{operation} of the memory shop"
    for number, encoding in enumerate(("ISO-8859-1", "windows-1252", "UTF-16"), 1):
        erp.control("erp/comments", {"number": str(number), "web_order": "A-1", "text": TEXT})
        assert erp.control("erp/push", {"encoding": encoding})["problem"] == ""
        assert shop.items[str(number)].text == TEXT
    assert erp.control("erp/push", {"empty": True})["results"] == []
