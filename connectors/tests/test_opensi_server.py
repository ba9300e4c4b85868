"""The shop's side: what is read of OpenSi's calls, what is answered, and what is refused."""

import time
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from opensi_calls import (
    FIELDS,
    SOAP,
    SOAP12,
    make_body,
    make_call,
    make_record,
    parse,
    parse_records,
)
from wire import BOMB

from connectors.opensi import const, items, server

SAMPLE = """<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
    xmlns:open="http://www.opensi.fr" xmlns:xsd="http://www.opensi.fr/xsd">
   <soapenv:Header>
      <open:Header>
         <open:key>xxxxxxxxxxxxxxxxxxxxxxx</open:key>
      </open:Header>
   </soapenv:Header>
   <soapenv:Body>
      <open:setCommentsRequest>
         <open:Website_Code>xxx</open:Website_Code>
         <!--Zero or more repetitions:-->
         <open:Comment>
            <xsd:OrderNumber>CC20050001</xsd:OrderNumber>
            <xsd:WebOrderNumber>1</xsd:WebOrderNumber>
            <xsd:CommentId>1</xsd:CommentId>
            <xsd:Comment>L'article (couleur blanche) n'est plus en stock.</xsd:Comment>
            <xsd:CommentDate>2020-05-01</xsd:CommentDate>
            <xsd:SendMail>true</xsd:SendMail>
            <xsd:VisibleForCustomer>true</xsd:VisibleForCustomer>
         </open:Comment>
      </open:setCommentsRequest>
   </soapenv:Body>
</soapenv:Envelope>"""


# Reading


def test_the_documented_sample():
    call = parse(SAMPLE)
    assert (call.version, call.operation, call.website_code) == ("1.1", "setComments", "xxx")
    assert call.key == "x" * 23 and call.key not in repr(call)
    assert call.items == (
        items.Item(
            order_ref="1",
            own_ref="CC20050001",
            number="1",
            text="L'article (couleur blanche) n'est plus en stock.",
            date_text="2020-05-01",
            date=datetime(2020, 5, 1),
            is_date_only=True,
            mail=True,
            visible=True,
        ),
    )


def test_too_many_elements_are_not_parsed():
    flood = make_call("<open:Comment/>" * 1_000_000)
    with pytest.raises(server.BadCall, match="too many elements"):
        parse(flood)


@pytest.mark.parametrize(("version", "namespace"), server.ENVELOPES.items())
def test_versions(version, namespace):
    """By the envelope, whatever the content type says."""
    for content_type in ("text/xml", "application/soap+xml; action=x", "", "nonsense;;="):
        content = make_call(make_body(), namespace=namespace).encode()
        assert server.parse(content, content_type).version == version


@pytest.mark.parametrize("operation", ["getVersion", "getDatetime"])
def test_probes(operation):
    call = parse(make_call(f"<open:{operation}Request/>"))
    assert (call.operation, call.website_code, call.items) == (operation, "", ())


def test_no_header_is_an_empty_key():
    for header in ("", "<s:Header/>", "<s:Header><open:Header/></s:Header>"):
        assert parse(make_call(make_body(), header=header)).key == ""


def test_no_comments_one_and_many():
    for count in (0, 1, 50):
        records = [make_record(CommentId=str(n)) for n in range(count)]
        assert [item.number for item in parse_records(*records)] == [str(n) for n in range(count)]


def test_fields_in_any_order_with_strangers_between():
    names = list(FIELDS)
    raw = "".join(f"<xsd:{n}>{FIELDS[n]}</xsd:{n}>" for n in reversed(names))
    raw += "<xsd:Author>x</xsd:Author><open:Comment>not a field</open:Comment>"
    (item,) = parse_records(make_record(raw))
    assert item == parse_records(make_record())[0] and not item.problem


def test_the_two_comments_differ_by_namespace():
    """A record in the fields' namespace is none, and a field in the records' is missing."""
    record = (
        make_record()
        .replace("<xsd:Comment>", "<open:Comment>")
        .replace("</xsd:Comment>", "</open:Comment>")
    )
    (item,) = parse_records(record)
    assert item.problem == "Comment is missing."
    assert parse_records(make_record().replace("open:Comment>", "xsd:Comment>")) == ()


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False), (" 1 ", True)]
)
def test_booleans(text, value):
    (item,) = parse_records(make_record(SendMail=text, VisibleForCustomer=text))
    assert (item.mail, item.visible, item.problem) == (value, value, "")


@pytest.mark.parametrize("number", ["abc", "12345678901", "-2147483648", "00001"])
def test_numbers_are_texts(number):
    (item,) = parse_records(make_record(CommentId=number))
    assert (item.number, item.problem) == (number, "")


@pytest.mark.parametrize(
    "record",
    [
        '<open:Comment xsi:nil="true"/>',
        '<open:Comment xsi:nil="1"></open:Comment>',
        "<open:Comment/>",
        "<open:Comment>text</open:Comment>",
    ],
)
def test_empty_records_keep_their_position(record):
    first, empty, last = parse_records(make_record(), record, make_record(CommentId="2"))
    assert (first.problem, last.problem, last.number) == ("", "", "2")
    assert (empty.order_ref, empty.problem) == ("", "The comment is empty.")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        *(({name: None}, f"{name} is missing.") for name in FIELDS),
        *(({name: " \n"}, f"{name} is empty.") for name in FIELDS),
        ({"OrderNumber": "C" * 12}, "OrderNumber has more than 11 characters."),
        ({"WebOrderNumber": "W" * 21}, "WebOrderNumber has more than 20 characters."),
        ({"CommentId": "1" * 12}, "CommentId has more than 11 characters."),
        ({"SendMail": "yes"}, "SendMail is not true or false."),
        ({"VisibleForCustomer": "True"}, "VisibleForCustomer is not true or false."),
        ({"CommentDate": "01/05/2020"}, "CommentDate is not a date of the form YYYY-MM-DD."),
        ({"SendMail": None, "Comment": ""}, "Comment is empty. SendMail is missing."),
    ],
)
def test_what_cannot_be_stored(fields, problem):
    good, bad = parse_records(make_record(), make_record(**fields))
    assert (good.problem, bad.problem) == ("", problem)


def test_limits_count_characters():
    fields = {"OrderNumber": "É" * 11, "WebOrderNumber": "😀" * 20, "CommentId": "9" * 11}
    assert parse_records(make_record(**fields))[0].problem == ""


def test_nil_fields_are_missing():
    raw = make_record().replace("<xsd:SendMail>true", '<xsd:SendMail xsi:nil="true">')
    assert parse_records(raw)[0].problem == "SendMail is missing."


def test_markup_that_was_not_escaped():
    """A part of the text would be lost silently."""
    raw = make_record().replace("Bonjour", "Bon<b>jour</b>")
    assert parse_records(raw)[0].problem == "Comment is not a text."


@pytest.mark.parametrize(
    ("text", "date", "is_date_only"),
    [
        ("2020-05-01", datetime(2020, 5, 1), True),
        ("2020-05-01Z", datetime(2020, 5, 1), True),
        ("2020-05-01+02:00", datetime(2020, 5, 1), True),
        ("2020-05-01 23:59", datetime(2020, 5, 1, 23, 59), False),
        ("2020-05-01 23:59:58", datetime(2020, 5, 1, 23, 59, 58), False),
        ("2020-05-01T00:00:00", datetime(2020, 5, 1), False),
        (
            "2020-05-01T23:59:58.123456789Z",
            datetime(2020, 5, 1, 23, 59, 58, tzinfo=timezone.utc),
            False,
        ),
        ("2020-05-01T23:59:58+02:00", datetime(2020, 5, 1, 21, 59, 58, tzinfo=timezone.utc), False),
        ("2020-05-01T23:59:58 -0500", datetime(2020, 5, 2, 4, 59, 58, tzinfo=timezone.utc), False),
    ],
)
def test_dates(text, date, is_date_only):
    (item,) = parse_records(make_record(CommentDate=text))
    assert (item.date_text, item.date, item.is_date_only, item.problem) == (
        text,
        date,
        is_date_only,
        "",
    )


@pytest.mark.parametrize(
    "text", ["0000-00-00", "2020-02-30", "2020-05-01T25:00", "20200501", "1588284000", "٢٠٢٠-٠٥-٠١"]
)
def test_dates_that_cannot_be_read(text):
    (item,) = parse_records(make_record(CommentDate=text))
    assert item.date is None and item.problem.startswith("CommentDate") and item.date_text == text


# Texts and encodings

TEXT = "Été « épuisé » & <b>œuvre</b>"


@pytest.mark.parametrize(
    ("declared", "header", "used"),
    [
        ("", "", "utf-8"),
        ("", "text/xml; charset=utf-8", "utf-8"),
        ("", 'text/xml; charset="ISO-8859-15"', "iso-8859-15"),
        ("utf-8", "text/xml", "utf-8"),
        ("ISO-8859-15", "text/xml; charset=utf-8", "iso-8859-15"),
        ("windows-1252", "text/xml", "cp1252"),
        ("utf-8", "text/xml; charset=iso-8859-1", "utf-8"),
        ("", "", "utf-8-sig"),
        ("utf-8", "text/xml; charset=iso-8859-1", "utf-8-sig"),
        ("utf-16", "text/xml; charset=utf-8", "utf-16"),
    ],
)
def test_accents(declared, header, used):
    declaration = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    text = make_call(make_body(make_record(Comment=TEXT)), declaration=declaration)
    assert server.parse(text.encode(used), header).items[0].text == TEXT


def test_latin_1_without_any_notice_is_a_fault():
    with pytest.raises(server.BadCall):
        server.parse(make_call(make_body(make_record(Comment=TEXT[:5]))).encode("latin-1"))


def test_line_breaks():
    raw = make_record().replace("Bonjour", " a\r\nb\rc&#13;\nd&#13;e ")
    assert parse_records(raw)[0].text == "a\nb\nc\nd\ne"


def test_character_data_may_look_like_a_document():
    raw = make_record().replace("Bonjour", "<![CDATA[<!DOCTYPE html><b>]]><!-- no -->!")
    assert parse_records(raw)[0].text == "<!DOCTYPE html><b>!"


LETTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")


@given(st.text(LETTERS))
def test_any_text_arrives(text):
    (item,) = parse_records(make_record(Comment=f"x{text}x"))
    assert item.text == f"x{text}x"


# Hostile requests


def with_doctype(name):
    entities = f'<!ENTITY e {name} "file:///etc/hostname">' if name else '<!ENTITY e "x">'
    return f"<!DOCTYPE s [{entities}]>" + make_call(make_body(make_record(Comment="x")))


HOSTILE = {
    "bomb": BOMB,
    "bomb in the body": make_call(make_body(make_record()))
    .encode()
    .replace(b"<s:Envelope", BOMB.split(b"?>")[1].replace(b"<x>&j;</x>", b"") + b"<s:Envelope"),
    "external entity": with_doctype("SYSTEM").encode(),
    "internal entity": with_doctype("").encode(),
    "hidden doctype": b"<!--<a--><?b c?>\n" + with_doctype("").encode(),
    "doctype in utf-16": with_doctype("SYSTEM").encode("utf-16"),
    "doctype in utf-7": b'<?xml version="1.0" encoding="utf-7"?>+ADw-!DOCTYPE x><x/>',
    "encoding that is none": b'<?xml version="1.0" encoding="hex"?><x/>',
    "wrong encoding": make_call(make_body()).encode("utf-16-le"),
    "cut off in a character": make_call(make_body(make_record(Comment="é"))).encode()[:-200],
    "undefined entity": make_call(make_body(make_record("&e;"))).encode(),
    "deep": b"<x>" * 100_000,
    "deep and whole": make_call("<x>" * 5000 + "</x>" * 5000).encode(),
    "empty": b"",
    "blanks": b" \n",
    "not XML": b'{"a": 1}',
    "form": b"a=1&b=2",
    "nul": make_call(make_body()).encode() + b"\x00",
    "no envelope": b"<x/>",
    "other envelope": make_call(make_body(), namespace="urn:x").encode(),
    "no body": make_call("").replace("<s:Body></s:Body>", "").encode(),
    "empty body": make_call("").encode(),
    "two operations": make_call(make_body() * 2).encode(),
    "unknown operation": make_call("<open:getOrdersRequest/>").encode(),
    "operation without a namespace": make_call("<setCommentsRequest/>").encode(),
    "operation of another namespace": make_call("<xsd:setCommentsRequest/>").encode(),
    "answer": make_call("<open:setCommentsResponse/>").encode(),
    "open comment": b"<!--" * 50_000,
    "open instructions": b"<?a " * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_requests(name):
    started = time.monotonic()
    with pytest.raises(server.BadCall) as caught:
        server.parse(HOSTILE[name], "text/xml")
    assert time.monotonic() - started < 1
    assert caught.value.message.endswith(".") and "hostname" not in caught.value.message


def test_huge_requests():
    with pytest.raises(server.BadCall):
        server.parse(b" " * (const.MAX_CALL_BYTES + 1))


@pytest.mark.parametrize("content_type", ["text/xml; charset=é", "; charset=", "text/xml;\r\nX: y"])
def test_strange_content_types(content_type):
    try:
        server.parse(make_call(make_body()).encode(), content_type)
    except server.BadCall as error:
        assert "encoding" in error.message


def test_a_bad_call_knows_its_version():
    for version, namespace in server.ENVELOPES.items():
        with pytest.raises(server.BadCall) as caught:
            parse(make_call("<open:getOrdersRequest/>", namespace=namespace))
        assert caught.value.version == version


@given(st.binary(max_size=300))
def test_any_bytes(content):
    for whole in (content, make_call(make_body(make_record())).encode()[:400] + content):
        with pytest.raises(server.BadCall):
            server.parse(whole, "text/xml")


# Writing


def read(written):
    return etree.fromstring(written.content)


def call_of(namespace=SOAP, operation="setComments"):
    return parse(make_call(f"<open:{operation}Request/>", namespace=namespace))


@pytest.mark.parametrize(
    ("namespace", "original", "content_type"),
    [
        (SOAP, False, "text/xml; charset=utf-8"),
        (SOAP12, False, "application/soap+xml; charset=utf-8"),
        (SOAP, True, "text/xml; charset=utf-8"),
        (SOAP12, True, "text/xml; charset=utf-8"),
    ],
)
def test_results(namespace, original, content_type):
    results = [("WEB-1", "1002", ""), ("", "3002", "no <order>"), ("WEB-1", "2001", "é")]
    written = server.write_results(call_of(namespace), results, original)
    assert (written.status, written.content_type) == (200, content_type)
    root = read(written)
    assert root.tag == f"{{{namespace}}}Envelope"
    (wrapper,) = root.find(f"{{{namespace}}}Body")
    assert wrapper.tag == f"{{{const.SERVICE}}}setCommentsResponse"
    assert [[(child.tag, child.text or "") for child in result] for result in wrapper] == [
        [
            (f"{{{const.TYPES}}}{name}", text)
            for name, text in zip(("Key", "Code", "Message"), result, strict=True)
        ]
        for result in results
    ]
    assert {result.tag for result in wrapper} == {f"{{{const.SERVICE}}}return"}


def test_no_results_are_an_empty_answer():
    (wrapper,) = read(server.write_results(call_of(), []))[0]
    assert len(wrapper) == 0 and not wrapper.text


@pytest.mark.parametrize("operation", ["getVersion", "getDatetime"])
def test_values(operation):
    (wrapper,) = read(server.write_value(call_of(SOAP12, operation), "Odoo 19"))[0]
    assert wrapper.tag == f"{{{const.SERVICE}}}{operation}Response"
    assert [(child.tag, child.text) for child in wrapper] == [
        (f"{{{const.SERVICE}}}return", "Odoo 19")
    ]


def test_answers_have_no_control_characters():
    nasty = "a\x00b\x0bc\nd\re\tf\x9bg\ud800h\ufffei\u2028j"
    for written in (
        server.write_results(call_of(), [(nasty, nasty, nasty)]),
        server.write_value(call_of(), nasty),
        server.write_fault("1.1", nasty),
        server.write_fault("1.2", nasty),
    ):
        texts = [text for text in read(written).itertext() if text.startswith("a")]
        assert texts and set(texts) == {"a b c d e f g h i j"}


def test_fault_of_1_1():
    written = server.write_fault("1.1", const.BAD_KEY)
    assert (written.status, written.content_type) == (500, "text/xml; charset=utf-8")
    fault = read(written).find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
    assert fault.findtext("faultcode").endswith(":Client")
    assert fault.findtext("faultstring") == const.BAD_KEY
    assert fault.find("detail")[0].tag == f"{{{const.SERVICE}}}fault"


@pytest.mark.parametrize(
    ("version", "original", "status", "content_type", "code"),
    [
        ("1.2", False, 500, "application/soap+xml; charset=utf-8", "env:Sender"),
        ("1.1", True, 200, "text/xml; charset=utf-8", "open:server"),
        ("1.2", True, 200, "text/xml; charset=utf-8", "open:server"),
    ],
)
def test_fault_of_1_2(version, original, status, content_type, code):
    written = server.write_fault(version, const.BAD_WEBSITE_CODE, original)
    assert (written.status, written.content_type) == (status, content_type)
    fault = read(written).find(f"{{{SOAP12}}}Body/{{{SOAP12}}}Fault")
    value = fault.find(f"{{{SOAP12}}}Code/{{{SOAP12}}}Value")
    prefix, _colon, _name = code.partition(":")
    assert value.text == code and value.nsmap[prefix] == (const.SERVICE if original else SOAP12)
    assert fault.findtext(f"{{{SOAP12}}}Reason/{{{SOAP12}}}Text") == const.BAD_WEBSITE_CODE
    assert fault.find(f"{{{SOAP12}}}Detail")[0].tag == f"{{{const.SERVICE}}}fault"


def test_faults_of_our_own():
    for version, code in (("1.1", b">env:Server<"), ("1.2", b">env:Receiver<")):
        assert code in server.write_fault(version, "Broken.", by_caller=False).content


def test_wsdl_names_the_real_address():
    address = "https://odoo.example/marketplace/opensi/a&b"
    root = etree.fromstring(server.write_wsdl(address))
    found = [element.get("location") for element in root.iter() if "location" in element.attrib]
    assert found == [address, address]


def test_ten_thousand_comments():
    records = [make_record(CommentId=str(n), Comment=f"{TEXT} {n}" * 5) for n in range(10_000)]
    content = make_call(make_body(*records)).encode()
    started = time.monotonic()
    call = server.parse(content, "text/xml")
    written = server.write_results(call, [(i.order_ref, "1002", "") for i in call.items])
    seconds = time.monotonic() - started
    assert len(call.items) == 10_000 and written.content.count(b":return>") == 20_000
    assert not any(item.problem for item in call.items)
    assert seconds < 3, seconds
