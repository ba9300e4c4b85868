"""The end point: tokens, dispatch, strict and lenient reading, oddities of the lists."""

import re

import pytest
import requests
from conftest import CDS, Answer

WINDOW = "<{f}><BeginModificationDate>{b}</BeginModificationDate></{f}>"


def test_token(world):
    response = world.get_token()
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain"
    assert len(response.text) == 109
    assert re.fullmatch("[0-9a-f]{32}", world.token)
    assert world.get_token("wrong").status_code == 401


def test_bad_login_may_be_html(server):
    world = server.world(options={"bad_login": "html"})
    response = world.get_token("wrong")
    assert response.status_code == 200
    assert "<html" in response.text


@pytest.mark.parametrize(
    "token, text",
    [
        ("0" * 32, "Your token does not exist, please renew your token id."),
        ("{oops}", "Token id is not correctly formatted."),
        ("", "Token id is not correctly formatted."),
    ],
)
def test_token_faults(world, token, text):
    answer = world.call("GetOrderList", token=token)
    assert answer.status == 500
    assert answer.one("faultcode") == "s:RequestTokenValidationError"
    assert answer.one("faultstring") == text


def test_tokens_live_48_hours(world):
    assert world.call("GetOrderList").ok
    world.control("POST", "clock", {"offset_seconds": 47.9 * 3600})
    assert world.call("GetOrderList").ok
    world.control("POST", "clock", {"offset_seconds": 48.1 * 3600})
    assert world.call("GetOrderList").status == 500
    world.control("POST", "clock", {"offset_seconds": 0})
    world.control("POST", "tokens/expire")
    assert world.call("GetOrderList").status == 500


def test_unknown_action(world):
    answer = world.call("GetOrderList", action=f'"{CDS}/IMarketplaceAPIService/GetSomething"')
    assert answer.status == 500
    assert answer.one("faultcode") == "a:ActionNotSupported"


def test_unquoted_action(world):
    assert world.call("GetOrderList", action=f"{CDS}/IMarketplaceAPIService/GetOrderList").ok


def test_not_xml(server):
    headers = {"Content-Type": "text/xml"}
    for data in (b"nonsense", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        assert requests.post(server.service, data, headers=headers, timeout=5).status_code == 400


def test_keep_alive(server):
    with requests.Session() as session:
        for _ in range(3):
            response = session.get(server.url + "/control/health", timeout=5)
            assert response.headers.get("Connection") != "close"


ORDER_STATES = (
    "<orderFilter><FetchOrderLines>true</FetchOrderLines><States>"
    "<OrderStateEnum>{}</OrderStateEnum></States></orderFilter>"
)


def test_unknown_enum_strict_and_lenient(server):
    param = ORDER_STATES.format("ShippedBySeller")
    answer = server.world().call("GetOrderList", param)
    assert answer.status == 500
    assert answer.one("faultcode") == "a:DeserializationFailed"
    assert "http://www.cdiscount.com:orderFilter" in answer.one("faultstring")
    assert server.world(mode="lenient").call("GetOrderList", param).ok


def test_members_out_of_order(server):
    param = (
        "<orderFilter><States><OrderStateEnum>Shipped</OrderStateEnum></States>"
        "<FetchOrderLines>true</FetchOrderLines></orderFilter>"
    )
    for mode, lines in (("strict", 0), ("lenient", 1)):
        world = server.world(mode=mode)
        world.order(state="Shipped")
        answer = world.call("GetOrderList", param)
        assert len(answer.all("Order")) == 1
        assert len(answer.all("OrderLine")) == lines


def test_wrong_namespace(server):
    """ScopusId belongs to the MAIL namespace; only the lenient reader takes any."""
    for mode, found in (("strict", False), ("lenient", True)):
        world = server.world(mode=mode)
        number = world.order()["number"]
        param = f"<request><ScopusId>{number}</ScopusId></request>"
        assert world.call("GenerateDiscussionMailGuid", param).ok is found


def test_lists_of_old_clients(server):
    world = server.world(mode="lenient")
    numbers = [world.order()["number"] for _ in range(3)]
    for number in numbers:
        world.discussion(order_number=number, text="x")
    lists = "".join(f"<OrderNumberList><string>{n}</string></OrderNumberList>" for n in numbers[:2])
    answer = world.call("GetOrderClaimList", f"<orderClaimFilter>{lists}</orderClaimFilter>")
    assert len(answer.all("OrderClaim")) == 2


def test_empty_lists(world):
    nil = "{http://www.w3.org/2001/XMLSchema-instance}nil"
    claims = world.call("GetOrderClaimList").all("OrderClaimList")[0]
    assert claims.get(nil) == "true"
    for name in ("OrderQuestionList", "OfferQuestionList"):
        element = world.call("Get" + name).all(name)[0]
        assert element.get(nil) is None and len(element) == 0
    assert world.call("GetOrderList").all("OrderList")[0].get(nil) is None


def test_echo_of_login_and_token(world):
    login = world.login.removesuffix("-api")
    for operation, expected in (
        ("GetOrderList", (login, world.token)),
        ("GetOrderClaimList", (login, None)),
        ("GetDiscussionMailList", (None, None)),
    ):
        answer = world.call(operation)
        assert (answer.one("SellerLogin"), answer.one("TokenId")) == expected


def test_dates(world):
    """Local, without zone, zeros of the fraction dropped."""
    for at in ("2024-05-02T10:00:00.12", "2024-05-02T10:00:00", "2024-05-02T08:00:00.007Z"):
        world.discussion(kind="offer_question", text="?", timestamp=at)
    stamps = world.call("GetOfferQuestionList").texts("CreationDate")
    assert sorted(stamps) == [
        "2024-05-02T10:00:00",
        "2024-05-02T10:00:00.007",
        "2024-05-02T10:00:00.12",
    ]


def test_windows(world):
    for day in (1, 2, 3):
        world.discussion(kind="offer_question", text="?", timestamp=f"2024-05-0{day}T10:00:00")
    window = WINDOW.format(f="offerQuestionFilter", b="2024-05-02T10:00:00")
    answer = world.call("GetOfferQuestionList", window)
    assert answer.texts("CreationDate") == ["2024-05-03T10:00:00", "2024-05-02T10:00:00"]
    window = WINDOW.format(f="offerQuestionFilter", b="2077-01-01T00:00:00")
    assert not world.call("GetOfferQuestionList", window).all("OfferQuestion")


def test_order_filters(world):
    """Dates count only beside States; references exclude everything else."""
    old = world.order(state="Shipped", updated_at="2020-01-01T00:00:00")["number"]
    new = world.order(state="Shipped")["number"]
    date = "<BeginModificationDate>2023-01-01T00:00:00</BeginModificationDate>"
    states = "<States><OrderStateEnum>Shipped</OrderStateEnum></States>"
    reference = f"<OrderReferenceList><arr:string>{old}</arr:string></OrderReferenceList>"

    def numbers(inside):
        answer = world.call("GetOrderList", f"<orderFilter>{inside}</orderFilter>")
        return set(answer.texts("OrderNumber"))

    assert numbers(date) == {old, new}
    assert numbers(date + states) == {new}
    assert numbers(date + reference + states) == {old}
    assert numbers("<OrderReferenceList><arr:string>X</arr:string></OrderReferenceList>") == set()


def test_escaping_and_line_ends(world):
    text = "a < b & c > d\n« é » 😀\x00\x0b]]>"
    world.discussion(kind="offer_question", text=text)
    response = world.post("GetOfferQuestionList")
    assert "&#xD;\n" in response.text
    assert Answer(response).one("Content") == "a < b & c > d\r\n« é » 😀]]>"


def test_edition_2020(server):
    world = server.world(options={"edition": "2020"})
    world.discussion(kind="offer_question", text="?")
    assert world.call("GetOfferQuestionList").one("SenderType") == "Customer"
    assert world.call("GetDiscussionList").one("ClaimType") == "Other"


def test_quota(server):
    world = server.world(options={"quota_per_hour": 2})
    assert [world.call("GetOrderList").ok for _ in range(3)] == [True, True, False]
    assert world.call("GetOrderList").one("ErrorType") == "Quota"
    world.control("POST", "clock", {"offset_seconds": 3600})
    assert world.call("GetOrderList").ok
