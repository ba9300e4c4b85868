"""What a shop is sent (golden requests), what its answers mean, and the test of the connection."""

import hashlib
import logging
import random
from collections import Counter
from dataclasses import replace

import golden_tools
import pytest
from contract_cases import PASSWORD
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from opensi_wire import (
    DUPLICATE,
    KEY,
    SOAP12,
    OpensiWire,
    answer,
    batch,
    fault,
    make_comment,
    module_fault,
    value,
)
from wire import Reply, WireServer, closed_port, drop, silent

from connectors import base, errors
from connectors.opensi import CLIENT, comments, const, sending
from connectors.opensi.keys import make_key

wire = OpensiWire()
ADDED = ("1002", "")
TEXT = "Été : l'article <demo> n'est plus en stock & « épuisé » 😀.\r\nCordialement,\rle service"
TWO = batch(
    make_comment(1000001, "WEB-1", text=TEXT, mail=True),
    make_comment(1000002, "WEB-2", text="Interne", visible=False, own_ref="S00002"),
)


@pytest.fixture
def server():
    with WireServer() as server:
        yield server


@pytest.fixture
def client(server):
    with wire.make_client(server.url) as client:
        yield client


def added(*refs):
    return answer(*((ref, *ADDED) for ref in refs))


def codes(outcome):
    return [item.code for item in outcome.items]


# Requests


def test_key():
    """The vector of the contract, and letters that are no ASCII."""
    assert make_key("login", "pass") == "ef13a33b6eb82392c5ce0f31fb6c8eb4"
    assert make_key("é", "€") == hashlib.md5(b"\xc3\xa9-\xe2\x82\xac").hexdigest()


CALLS = {
    "comments": lambda client: client.perform(TWO),
    "no_comments": lambda client: client.service.set_comments([]),
    "version": lambda client: client.get_version(),
    "datetime": lambda client: client.get_datetime(),
}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("name", CALLS)
def test_golden_request(name, version, server):
    server.replies = [fault("only the request matters")]
    with wire.make_client(server.url, soap_version=version) as client:
        with pytest.raises(errors.UnknownOutcomeError):
            CALLS[name](client)
    (request,) = server.requests
    wanted = golden_tools.read("opensi", f"{name}.request.xml").decode()
    kind = "text/xml; charset=utf-8"
    if version == "1.2":
        wanted = wanted.replace("http://schemas.xmlsoap.org/soap/envelope/", SOAP12)
        kind = 'application/soap+xml; charset=utf-8; action=""'
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True)
    assert golden_tools.canonical(etree.fromstring(request.body)) == golden_tools.canonical(
        etree.fromstring(wanted.encode(), parser)
    )
    assert (request.method, request.path) == ("POST", "/opensi-connect/")
    assert request.headers["Content-Type"] == kind
    assert request.headers["SOAPAction"] == '""'


def test_writes_use_a_new_connection(server, client):
    server.replies = [value("getVersion", "Shop 1"), added("WEB-1", "WEB-2")]
    client.get_version()
    client.perform(TWO)
    first, second = server.requests
    assert first.port != second.port


def test_ten_thousand_comments_in_one_call(server, client):
    refs = [f"WEB-{n // 3}" for n in range(10_000)]
    server.replies = [added(*refs)]
    with wire.make_client(server.url, timeout=30) as client:
        outcome = client.perform(batch(*(make_comment(n + 1, r) for n, r in enumerate(refs))))
    assert outcome.ok and len(outcome.items) == 10_000 and len(server.requests) == 1


# Results


def test_all_added(server, client):
    server.replies = [added("WEB-1", "WEB-2")]
    outcome = client.perform(TWO)
    assert outcome.ok and outcome.code == ""
    assert [(item.item, item.ok, item.code) for item in outcome.items] == [
        ("1000001", True, "1002"),
        ("1000002", True, "1002"),
    ]


@pytest.mark.parametrize("namespace", [None, SOAP12])
def test_answers_of_either_version(namespace, server, client):
    reply = added("WEB-1", "WEB-2")
    if namespace:
        results = (("WEB-1", *ADDED), ("WEB-2", *ADDED))
        reply = answer(*results, namespace=namespace)
    server.replies = [reply]
    assert client.perform(TWO).ok


def test_a_number_that_the_shop_knows(server, client):
    """Ours after a lost answer; somebody else's where it never left from here."""
    ours = replace(TWO.comments[0], may_be_there=True)
    server.replies = [answer(("WEB-1", "2001", DUPLICATE), ("WEB-2", "2001", DUPLICATE))]
    outcome = client.perform(batch(ours, TWO.comments[1]))
    first, second = outcome.items
    assert first.ok and first.code == "2001" and not first.message
    assert not second.ok and second.code == "2001"
    assert second.message.startswith("The shop has another comment with this number")
    assert not outcome.ok and outcome.message == second.message


@pytest.mark.parametrize(
    ("code", "text", "ok", "message"),
    [
        ("1001", "", True, ""),
        ("3002", "x", False, comments.REFUSALS["3002"]),
        ("3005", "cannot\nship", False, "The shop refused it: “cannot ship”."),
        ("2999", "", False, "The shop refused it and gave no reason."),
        ("", "", False, "The shop refused it and gave no reason."),
    ],
)
def test_codes(code, text, ok, message, server, client):
    server.replies = [answer(("WEB-1", code, text))]
    (item,) = client.perform(batch(TWO.comments[0])).items
    assert (item.ok, item.code, item.message) == (ok, code or "refused", message)


def test_what_cannot_be_sent_stays_here(server, client):
    server.replies = [added("WEB-2")]
    broken = replace(TWO.comments[0], own_ref="S00001-LONGER")
    outcome = client.perform(batch(broken, TWO.comments[1]))
    assert codes(outcome) == ["invalid", "1002"]
    assert outcome.items[0].message == "The order's own number has more than 11 characters."
    assert server.requests[0].body.count(b"CommentId>") == 1


def test_nothing_to_send_is_no_call(server, client):
    assert client.perform(batch()).ok
    assert not client.perform(batch(replace(TWO.comments[0], text=" "))).ok
    assert not server.requests


# Answers that say less than was asked


def test_an_order_that_takes_no_comments(server, client):
    """It has no result at all; those of the others move up."""
    comments = [make_comment(n, ref) for n, ref in ((1, "A"), (2, "B"), (3, "B"), (4, "A"))]
    server.replies = [added("A", "A")]
    outcome = client.perform(batch(*comments))
    assert codes(outcome) == ["1002", base.NO_RESULT, base.NO_RESULT, "1002"]
    assert "takes no comments for this order" in outcome.message
    assert len(server.requests) == 1


def test_a_single_comment_without_a_result(server, client):
    server.replies = [answer()]
    assert codes(client.perform(batch(make_comment(1)))) == [base.NO_RESULT]


def test_results_of_one_order_keep_their_order(server, client):
    comments = [make_comment(n, ref) for n, ref in ((1, "A"), (2, "B"), (3, "A"), (4, "C"))]
    server.replies = [answer(("A", *ADDED), ("A", "2001", DUPLICATE), ("C", "3002", "?"))]
    assert codes(client.perform(batch(*comments))) == ["1002", base.NO_RESULT, "2001", "3002"]


def test_results_by_position_whatever_the_key(server, client):
    """Another module may name something else than the order."""
    server.replies = [answer(("1000001", *ADDED), ("1000002", "3002", "?"))]
    assert codes(client.perform(TWO)) == ["1002", "3002"]
    assert len(server.requests) == 1


def test_open_positions_are_settled_one_by_one(server, client):
    """One of two results of an order is missing: each is asked for alone, and 2001 is then ours."""
    comments = [make_comment(n, ref) for n, ref in ((1, "A"), (2, "A"), (3, "B"))]
    alone = [answer(("A", "2001", DUPLICATE)), added("A")]
    server.replies = [added("A", "B"), *alone, fault("not asked")]
    outcome = client.perform(batch(*comments))
    assert outcome.ok and codes(outcome) == ["2001", "1002", "1002"]
    assert [request.body.count(b"CommentId>") for request in server.requests] == [3, 1, 1]


def test_strange_keys_leave_the_silent_ones_open(server, client):
    comments = [make_comment(n, ref) for n, ref in ((1, "A"), (2, "B"), (3, "C"))]
    server.replies = [added("A", "?"), added("B"), answer(), fault("not asked")]
    assert codes(client.perform(batch(*comments))) == ["1002", "1002", base.NO_RESULT]


@pytest.mark.parametrize("broken", [drop, silent, lambda: fault("x"), lambda: Reply(b"", 404)])
def test_what_fails_one_by_one_is_sent_again_later(broken, server):
    comments = [make_comment(n, ref) for n, ref in ((1, "A"), (2, "A"), (3, "B"), (4, "A"))]
    server.replies = [added("A", "B"), added("A"), broken(), fault("not asked")]
    with wire.make_client(server.url, timeout=0.3) as client:
        outcome = client.perform(batch(*comments))
    assert codes(outcome) == ["1002", base.AGAIN, "1002", base.AGAIN]
    assert len(server.requests) == 3


def test_one_by_one_ends_in_time(server, client, monkeypatch):
    monkeypatch.setattr(const, "ONE_BY_ONE_SECONDS", 0)
    server.replies = [added("WEB-1")]
    outcome = client.perform(batch(make_comment(1), make_comment(2)))
    assert codes(outcome) == [base.AGAIN] * 2 and len(server.requests) == 1


@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.booleans()), max_size=12))
def test_matching_never_mistakes_one_comment_for_another(orders):
    """Whatever orders are blocked, before the call or in its midst: a position that is given is
    the right one."""
    refs = [ref for ref, _answered in orders]
    answered = [index for index, (_ref, yes) in enumerate(orders) if yes]
    found = sending.match(refs, [refs[index] for index in answered])
    for index, position in enumerate(found):
        if position is None:
            assert index not in answered
        elif position != sending.UNSETTLED:
            assert answered[position] == index


@given(st.lists(st.sampled_from("ABCD"), max_size=12), st.sets(st.sampled_from("ABCD")))
def test_matching_settles_blocked_orders(refs, blocked):
    answered = [index for index, ref in enumerate(refs) if ref not in blocked]
    wanted = [answered.index(i) if i in answered else None for i in range(len(refs))]
    assert sending.match(refs, [refs[index] for index in answered]) == wanted


# Faults


def test_faults_that_say_nothing_of_the_login(server, client):
    """A mail server's words in the middle of a batch are no reason to stop the account."""
    server.replies = [fault("SMTP Error: Authentication failed for the shop")]
    with pytest.raises(errors.UnknownOutcomeError) as caught:
        client.perform(TWO)
    assert "SMTP Error" in caught.value.detail


def test_a_wrong_key_and_a_wrong_website_code_differ(server, client):
    server.replies = [module_fault(const.BAD_KEY), module_fault(const.BAD_WEBSITE_CODE)]
    found = []
    for _time in range(2):
        with pytest.raises(errors.LoginError) as caught:
            client.perform(TWO)
        found.append(caught.value.code)
    assert found == ["login", "website_code"]


def test_the_key_is_hidden_wherever_the_shop_repeats_it(server, client, caplog):
    caplog.set_level(logging.DEBUG)
    server.replies = [answer(("WEB-1", "3002", f"{KEY} {PASSWORD}"), ("WEB-2", *ADDED))]
    assert KEY not in repr(client.perform(TWO)) and PASSWORD not in repr(client.perform(TWO))
    server.replies = [module_fault(f"no {KEY}")]
    with pytest.raises(errors.UnknownOutcomeError) as caught:
        client.perform(TWO)
    assert caught.value.detail == "no ***"
    assert KEY not in caplog.text and PASSWORD not in caplog.text


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "shop.example", "", "ftp://x", "http://[::1"]
)
def test_only_over_tls(url):
    with wire.make_client(url, allow_http=False) as client:
        with pytest.raises(errors.LoginError) as caught:
            client.perform(TWO)
        assert caught.value.code == "no_tls"
        assert [check.ok for check in client.test_connection()] == [False, None, None, None]


def test_tls_is_enough():
    url = closed_port().replace("http:", "https:")
    with wire.make_client(url, allow_http=False) as client:
        with pytest.raises(errors.NotSentError):
            client.perform(TWO)


def test_login_missing():
    with CLIENT(base.Credentials(service_url="https://shop.example")) as client:
        with pytest.raises(errors.LoginError) as caught:
            client.perform(TWO)
    assert caught.value.code == "no_login"


def test_doubt_ends_by_sending_again(client):
    finding = client.find(TWO, {}, None)
    assert finding.verdict == base.ABSENT and finding.reason.endswith("has already.")


# What a comment may be

GOOD = make_comment(2147483647, "0" * 20, own_ref="S" * 11)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("number", ["", "0", "01", "-1", "abc", "2147483648", "12345678901", "1٢", "1 "]),
        ("order_ref", ["", " ", "0" * 21, "A\nB", "A\x00"]),
        ("own_ref", ["", " ", "S" * 12, "A\tB"]),
        ("text", ["", " \n", "a\x0bb", "a\x9bb", "a\ud800b", "\ufffe"]),
        ("date", ["", "22/11/2026", "2026-02-30", "soon"]),
    ],
)
def test_comments_that_cannot_be_sent(field, values):
    assert CLIENT.get_comment_problem(GOOD) == ""
    for wrong in values:
        problem = CLIENT.get_comment_problem(replace(GOOD, **{field: wrong}))
        assert problem.endswith("."), repr(wrong)


def test_comments_that_can_be_sent():
    for text in ("a", TEXT, "1\t2\n3", "𝒳" * 10_000):
        assert CLIENT.get_comment_problem(replace(GOOD, text=text)) == ""


# Test of the connection


def check(client):
    return {check.name: check.ok for check in client.test_connection()}


def test_connection_is_good(server, client):
    server.replies = [value("getVersion", "Shop 1.0"), answer()]
    assert check(client) == {"Address": True, "Login": True, "Website code": True, "Comments": None}
    assert b"CommentId" not in server.requests[1].body


def test_connection_as_the_module_answers_an_empty_call(server, client):
    server.replies = [value("getVersion", "Shop 1.0"), answer(("", "3002", "no order"))]
    assert check(client)["Website code"] is True


@pytest.mark.parametrize(
    ("replies", "login", "website_code"),
    [
        ([module_fault(const.BAD_KEY)], False, None),
        ([Reply(b"", 401)], False, None),
        ([value("getVersion", "1"), module_fault(const.BAD_WEBSITE_CODE)], True, False),
        ([fault("unknown function"), answer()], True, True),
        ([fault("unknown function"), module_fault(const.BAD_KEY)], False, None),
        ([fault("unknown function"), module_fault(const.BAD_WEBSITE_CODE)], True, False),
        ([fault("unknown function"), fault("oops")], None, None),
        ([value("getVersion", "1"), fault("oops")], True, None),
        ([module_fault(const.BAD_WEBSITE_CODE)], True, False),
    ],
)
def test_connection_is_refused(replies, login, website_code, server, client):
    server.replies = replies
    found = check(client)
    assert (found["Address"], found["Login"], found["Website code"]) == (True, login, website_code)


@pytest.mark.parametrize("reply", [Reply(b"", 404), Reply(b"<html></html>"), drop()])
def test_connection_leads_elsewhere(reply, server, client):
    server.replies = [reply]
    assert check(client) == {
        "Address": False,
        "Login": None,
        "Website code": None,
        "Comments": None,
    }
    assert len(server.requests) == 1


def test_without_tls_the_test_says_so(server, client):
    server.replies = [value("getVersion", "Shop 1.0"), answer()]
    address = next(client.test_connection())
    assert address.ok and "can be read on the way" in address.message


# The other role


def test_where_odoo_is_the_shop_nothing_is_sent(server):
    with wire.make_client(server.url, role="shop") as client:
        for call in (client.perform, lambda c: client.pull("orders", None, None)):
            with pytest.raises(errors.NotSupportedError):
                call(TWO)
        with pytest.raises(errors.NotSupportedError):
            client.get_version()
        with pytest.raises(errors.NotSupportedError):
            client.get_datetime()
        (only,) = client.test_connection()
    assert only.ok is None and "OpenSi calls it" in only.message
    assert not server.requests


def test_results_are_one_for_each_comment(server, client):
    """Whatever comes back, in random order, doubled or made up."""
    generator = random.Random(5)
    for _round in range(30):
        refs = [generator.choice("AB") for _ in range(4)]
        keys = [generator.choice("ABX") for _ in range(generator.randrange(6))]
        server.replies = [added(*keys), *(added(r) for r in refs), answer()]
        outcome = client.perform(batch(*(make_comment(n + 1, r) for n, r in enumerate(refs))))
        assert Counter(item.item for item in outcome.items) == Counter("1234")
