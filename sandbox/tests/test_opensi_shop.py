"""The shop side: order of checks, results, duplicates, what it takes and how it answers."""

import re

import pytest
import requests
from lxml import etree
from opensi_world import DATA, OPENSI, SOAP, OpensiWorld, fault_of, record, results

BAD_KEY = "Authentification failed"
BAD_CODE = "this code website is not recognized"
NIL = '<o:Comment i:nil="true"/>'


@pytest.fixture
def shop(opensi):
    opensi.order("100000001", own_number="CC26110001", email="claire@example.com")
    return opensi


def test_a_comment_is_stored_by_the_shops_own_clock(shop):
    shop.control("POST", "clock", frozen="2026-11-22T09:30:00")
    text = "Ligne 1\nLigne 2 & <suite>"
    sent = record(Comment=text, CommentDate="2020-01-31", SendMail="1")
    assert shop.call(sent) == [("100000001", "1002", "")]
    (comment,) = shop.comments()
    assert comment == {
        "number": "5001",
        "text": text,
        "date": "2020-01-31",
        "visible": True,
        "mailed": True,
        "own_ref": "CC26110001",
        "website_code": "main",
        "at": "2026-11-22T09:30:00",
    }
    state = shop.state()
    assert state["comment_ids"] == ["5001"]
    (mail,) = state["mails"]
    assert (mail["order"], mail["text"], mail["to"]) == ("100000001", text, "claire@example.com")


def test_the_flags_are_independent(shop):
    shop.call(record(SendMail="true", VisibleForCustomer="false"))
    (comment,) = shop.comments()
    assert (comment["mailed"], comment["visible"]) == (True, False)
    assert len(shop.state()["mails"]) == 1


def test_every_item_is_handled_alone_and_in_order(shop):
    shop.order("100000002")
    answer = shop.call(
        record(WebOrderNumber="999", CommentId="1"),
        record(CommentId="2"),
        record(CommentId="2"),
        record(WebOrderNumber="100000002", CommentId="3"),
    )
    assert [result[:2] for result in answer] == [
        ("999", "3002"),
        ("100000001", "1002"),
        ("100000001", "2001"),
        ("100000002", "1002"),
    ]
    assert all(message for _, code, message in answer if code != "1002")
    assert shop.call(record(WebOrderNumber="100000002", CommentId="2"))[0][1] == "2001"


def test_an_order_that_takes_no_comments_has_no_result(shop):
    shop.order("100000002", blocked=True)
    answer = shop.call(
        record(WebOrderNumber="100000002", CommentId="1"),
        record(CommentId="2"),
        record(CommentId="3"),
    )
    assert [key for key, *_ in answer] == ["100000001", "100000001"]
    only = shop.post(record(WebOrderNumber="100000002", CommentId="4"))
    assert results(only) == []
    assert not shop.comments("100000002") and shop.state()["comment_ids"] == ["2", "3"]
    shop.control("PATCH", "orders/100000002", blocked=False)
    assert shop.call(record(WebOrderNumber="100000002", CommentId="4"))[0][1] == "1002"


def test_one_table_of_numbers_for_all_stores(shop):
    shop.options(stores=["belgium"])
    shop.order("200000001", website_code="belgium")
    assert shop.call(record(), code="belgium")[0][1] == "1002"
    there = record(WebOrderNumber="200000001")
    assert shop.call(there, code="belgium")[0][1] == "2001"
    shop.options(own_orders_only=True)
    assert shop.call(there, code="main")[0][1] == "3002"


@pytest.mark.parametrize("version", SOAP)
@pytest.mark.parametrize("key, code, text", [("0" * 32, "nowhere", BAD_KEY), (None, "b", BAD_CODE)])
def test_refusals_of_the_module(shop, version, key, code, text):
    """The key first, then the website code; always SOAP 1.2 with status 200."""
    answer = shop.post(record(), version=version, key=key, code=code)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml")
    assert fault_of(answer)[0] == "1.2" and text in fault_of(answer)[1]
    assert "<env:Value>ns1:server</env:Value>" in answer.text and "<ns1:fault/>" in answer.text
    assert not shop.comments()


@pytest.mark.parametrize("version", SOAP)
def test_refusals_in_the_callers_version(shop, version):
    shop.options(fault_style="php")
    answer = shop.post(record(), version=version, key="0" * 32)
    assert answer.status_code == 500
    assert fault_of(answer)[0] == version and BAD_KEY in fault_of(answer)[1]
    (detail,) = etree.fromstring(answer.content).iter(f"{{{OPENSI}}}fault")
    assert detail is not None


def test_no_header_is_a_bad_key(shop):
    content = (
        shop.body(record()).replace("<o:Header>", "<o:Other>").replace("</o:Header>", "</o:Other>")
    )
    assert BAD_KEY in fault_of(shop.post(content=content.encode()))[1]


@pytest.mark.parametrize("version", SOAP)
@pytest.mark.parametrize(
    "field, value",
    [("CommentId", "abc"), ("CommentId", "12 a"), ("Comment", None)],
)
def test_malformed_values(shop, version, field, value):
    bad = record(**{field: value})
    if value is None:
        bad = bad.replace("</o:Comment>", "<x:Comment><b>x</b></x:Comment></o:Comment>")
    answer = shop.post(record(CommentId="1") + bad, version=version)
    assert answer.status_code == 500
    assert fault_of(answer) == (version, "SOAP-ERROR: Encoding: Violation of encoding rules")
    assert not shop.comments()


@pytest.mark.parametrize(
    "content, text",
    [
        (b"<a", "Bad Request"),
        (b"", "Bad Request"),
        (b"<!DOCTYPE a><a/>", "DTD are not supported by SOAP"),
        (b"<a/>", "Wrong Version"),
        (
            f'<e:Envelope xmlns:e="{SOAP["1.1"]}"><e:Body/></e:Envelope>'.encode(),
            "without function",
        ),
        (
            f'<e:Envelope xmlns:e="{SOAP["1.1"]}"><e:Body><x/></e:Body></e:Envelope>'.encode(),
            "Procedure 'x' not present",
        ),
    ],
)
def test_what_is_no_call(shop, content, text):
    answer = shop.post(content=content)
    assert answer.status_code == 500
    assert text in fault_of(answer)[1]


def test_no_comments_are_one_empty_item(shop):
    assert [result[:2] for result in shop.call()] == [("", "3002")]
    assert [result[:2] for result in shop.call(NIL, record())] == [
        ("", "3002"),
        ("100000001", "1002"),
    ]


def test_what_a_forgiving_reader_takes(shop):
    shuffled = re.sub(
        r"(<x:OrderNumber>.*?</x:OrderNumber>)(.*)(</o:Comment>)", r"\2\1\3", record()
    )
    assert shop.call(shuffled)[0][1] == "1002"
    more = record(CommentId=" 12 ", SendMail="0", VisibleForCustomer="1", Zusatz="x")
    assert shop.call(more)[0][1] == "1002"
    bare = record(CommentId="13", Comment=None, CommentDate=None, OrderNumber=None, SendMail=None)
    assert shop.call(bare)[0][1] == "1002"
    assert shop.call(record(CommentId="12345678901"))[0][1] == "1002"
    assert [c["number"] for c in shop.comments()] == ["5001", "12", "13", "12345678901"]
    assert [c["visible"] for c in shop.comments()] == [True] * 4
    latin = '<?xml version="1.0" encoding="ISO-8859-1"?>' + shop.body(
        record(CommentId="14", Comment="Été")
    )
    shop.post(content=latin.encode("iso-8859-1"))
    assert shop.comments()[-1]["text"] == "Été"
    assert shop.call(record(WebOrderNumber=None))[0][:2] == ("", "3002")


def test_names_count_with_their_namespaces(shop):
    answer = shop.post(
        record()
        .replace("<x:WebOrderNumber>", "<o:WebOrderNumber>")
        .replace("</x:WebOrderNumber>", "</o:WebOrderNumber>")
    )
    assert results(answer)[0][:2] == ("", "3002")


@pytest.mark.parametrize("version", SOAP)
def test_answers_in_the_callers_version_without_control_characters(shop, version):
    answer = shop.post(record(WebOrderNumber="a\tb\nc"), version=version)
    assert answer.headers["Content-Type"] == "text/xml; charset=UTF-8"
    assert etree.fromstring(answer.content).tag == f"{{{SOAP[version]}}}Envelope"
    assert results(answer)[0][0] == "abc"
    assert not re.search(r"[\x00-\x1f]", answer.text)


def test_probes_need_the_key_only(shop):
    shop.control("POST", "clock", frozen="2026-11-22T09:30:00")
    answer = shop.post(operation="getDatetime", code="nowhere")
    assert "<ns1:return>2026-11-22 09:30:00</ns1:return>" in answer.text
    assert "getVersionResponse" in shop.post(operation="getVersion").text
    assert BAD_KEY in shop.post(operation="getVersion", key="0").text


def test_get_is_answered_with_nothing(shop):
    for query in ("", "?wsdl"):
        answer = requests.get(shop.url + query, timeout=5)
        assert (answer.status_code, answer.text) == (200, "")
    assert requests.post(f"{shop.server.url}/opensi/shop/nobody/", timeout=5).status_code == 404


def test_results_that_do_not_fit(shop):
    shop.options(surplus_results=-1)
    assert len(shop.call(record(CommentId="1"), record(CommentId="2"))) == 1
    shop.options(surplus_results=2, added_code="4711")
    assert [code for _, code, _ in shop.call(record(CommentId="3"))] == ["4711"] * 3
    assert len(shop.comments()) == 3
    shop.order("100000002", code="3005")
    shop.options(surplus_results=0)
    assert shop.call(record(WebOrderNumber="100000002", CommentId="4"))[0][1] == "3005"
    assert not shop.comments("100000002")


def test_a_comment_from_elsewhere_takes_its_number(shop):
    shop.control("POST", "orders/100000001/comments", number="5001", text="Déjà là")
    assert shop.call(record())[0][1] == "2001"
    assert [c["text"] for c in shop.comments()] == ["Déjà là"]


@pytest.mark.parametrize(
    "fault, executed", [("reset_before", 0), ("reset_after", 1), ("timeout_after", 1)]
)
def test_no_answer(shop, fault, executed):
    shop.fault(fault, seconds=0.2)
    with pytest.raises(requests.ConnectionError):
        shop.post(record())
    assert len(shop.comments()) == executed
    call = shop.control("GET", "calls")["calls"][-1]
    assert (call["operation"], call["fault"]) == ("setComments", fault)
    assert call["executed"] is bool(executed)
    assert shop.call(record())[0][1] == ("2001" if executed else "1002")


def test_killed_in_the_middle_of_a_batch(shop):
    shop.fault("partial", items=2)
    batch = [record(CommentId=str(number)) for number in range(1, 5)]
    with pytest.raises(requests.ConnectionError):
        shop.post("".join(batch))
    assert [c["number"] for c in shop.comments()] == ["1", "2"]
    assert [code for _, code, _ in shop.call(*batch)] == ["2001", "2001", "1002", "1002"]


@pytest.mark.parametrize(
    "fault, more, status, text",
    [
        ("http500_before", {}, 500, "Internal Error"),
        ("http500_after", {"bare": True}, 500, ""),
        ("html", {"status": 503}, 503, "maintenance"),
        ("empty", {}, 200, ""),
        ("quota", {}, 429, "Too many"),
        ("token_expired", {}, 200, BAD_KEY),
        ("not_authorised", {}, 200, BAD_CODE),
        ("sql_text", {}, 500, "SQLSTATE"),
        ("entity_bomb", {}, 200, "<!DOCTYPE bomb"),
        ("wrong_xml", {}, 200, "maintenanceResponse"),
    ],
)
def test_strange_answers(shop, fault, more, status, text):
    shop.fault(fault, **more)
    answer = shop.post(record())
    assert answer.status_code == status
    assert text in answer.text and bool(answer.text) is bool(text)
    assert shop.call(record())


def test_an_item_with_a_code_nobody_knows(shop):
    shop.fault("item_error", index=1, text="?")
    answer = shop.call(record(CommentId="1"), record(CommentId="2"), record(CommentId="3"))
    assert [code for _, code, _ in answer] == ["1002", "4711", "1002"]
    assert [c["number"] for c in shop.comments()] == ["1", "3"]


def test_worlds_do_not_disturb_each_other(server, shop):
    other = OpensiWorld(server)
    other.order("100000001")
    shop.call(record())
    assert other.call(record())[0][1] == "1002"


def test_response_names(shop):
    (one,) = etree.fromstring(shop.post(record()).content).iter(f"{{{OPENSI}}}return")
    assert [child.tag for child in one] == [f"{{{DATA}}}{n}" for n in ("Key", "Code", "Message")]
