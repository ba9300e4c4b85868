"""What can go wrong goes wrong on demand, once, and says whether it was executed."""

import pytest
import requests
from test_orders import LINES, item_flags, refund


def gesture(world, number, **more):
    return refund(world, number, gestures=[(1, 135)], **more)


@pytest.mark.parametrize(
    "fault, executed, error",
    [
        ("timeout_before", False, requests.ConnectionError),
        ("timeout_after", True, requests.ConnectionError),
        ("reset_before", False, requests.ConnectionError),
        ("reset_after", True, requests.ConnectionError),
        ("truncated", True, (requests.exceptions.ChunkedEncodingError, requests.ConnectionError)),
    ],
)
def test_no_answer(world, fault, executed, error):
    number = world.order(lines=LINES)["number"]
    world.fault("CreateRefundVoucher", fault, seconds=0.2)
    with pytest.raises(error) as caught:
        gesture(world, number)
    if fault.startswith("reset"):
        assert "reset" in str(caught.value).lower()
    assert bool(world.state()["orders"][0]["vouchers"]) is executed
    call = world.control("GET", "calls")["calls"][-1]
    assert (call["fault"], call["executed"]) == (fault, executed)
    assert gesture(world, number).ok


def test_a_caller_gives_up_first(world):
    world.fault("GetOrderList", "timeout_after", seconds=3)
    with pytest.raises(requests.ReadTimeout):
        world.post("GetOrderList", timeout=0.2)


@pytest.mark.parametrize(
    "fault, more, status, text",
    [
        ("http500_before", {}, 500, "InternalServiceFault"),
        ("http500_after", {}, 500, "InternalServiceFault"),
        ("http500_before", {"bare": True}, 500, ""),
        ("html", {}, 200, "<!DOCTYPE html>"),
        ("html", {"status": 500}, 500, "<!DOCTYPE html>"),
        ("empty", {}, 200, ""),
        ("quota", {}, 200, "Not enough quota available (1 requested and 0 available)"),
        ("token_expired", {}, 500, "Your token does not exist"),
        ("token_malformed", {}, 500, "Token id is not correctly formatted."),
        ("not_authorised", {}, 500, "User is not authorized to access to this resource"),
        ("entity_bomb", {}, 200, "<!DOCTYPE bomb"),
        ("sql_text", {}, 200, "SELECT TOP 500"),
        ("wrong_xml", {}, 200, "MaintenanceResponse"),
    ],
)
def test_strange_answers(world, fault, more, status, text):
    world.fault("*", fault, **more)
    response = world.post("GetOrderList")
    assert response.status_code == status
    assert text in response.text
    assert bool(response.text) is bool(text)
    assert world.call("GetOrderList").ok


def test_slow(world):
    world.fault("GetOrderList", "slow", seconds=0.3)
    response = world.post("GetOrderList")
    assert response.elapsed.total_seconds() >= 0.3


def test_huge(world):
    world.fault("GetOrderList", "huge", mb=3)
    response = world.post("GetOrderList")
    assert len(response.content) > 3 * 1024 * 1024
    assert response.headers["Transfer-Encoding"] == "chunked"


def test_times_and_skip(world):
    world.fault("GetOrderList", "html", times=2, skip=1)
    seen = ["html" in world.post("GetOrderList").text for _ in range(4)]
    assert seen == [False, True, True, False]
    world.fault("GetOrderList", "html", times=9)
    world.control("DELETE", "faults")
    assert world.call("GetOrderList").ok


def test_one_item_refused(world):
    number = world.order(state="Shipped", lines=LINES)["number"]
    world.fault("CreateRefundVoucher", "item_error", index=1, text="Refusé pour l'essai")
    answer = refund(world, number, [("A", "false"), ("B", "false")])
    assert item_flags(answer) == ["true", "false"]
    assert answer.texts("ErrorMessage")[2] == "Refusé pour l'essai"


def test_token_and_wsdl_faults(server, world):
    world.fault("token", "html")
    assert "<html" in world.get_token().text
    assert world.get_token().text.startswith("<string")
    world.fault("wsdl", "http500_before", bare=True)
    assert requests.get(server.service + "?wsdl", timeout=5).status_code == 500


def test_sellers_do_not_disturb_each_other(server):
    one, two = server.world(), server.world()
    one.fault("*", "html", times=5)
    one.control("POST", "clock", {"frozen": "2020-01-01T00:00:00"})
    assert two.call("GetOrderList").ok
    assert two.state()["clock"]["frozen"] is False


def test_unknown_fault(server, world):
    url = f"{server.url}/control/sellers/{world.login}/faults"
    assert requests.post(url, json={"fault": "nonsense"}, timeout=5).status_code == 400
