"""The ERP side: batches, results by position, lost answers, malformed items, its schedule."""

import http.server
import threading
import time

import pytest
import requests
from conftest import Server, start, stop
from opensi_world import OPENSI, SOAP, OpensiWorld


@pytest.fixture
def shop(opensi):
    for number in (1, 2):
        opensi.order(f"10000000{number}", own_number=f"CC2611000{number}")
    return opensi


@pytest.fixture
def erp(server, shop):
    """The ERP of another seller, aimed at `shop`."""
    world = OpensiWorld(server)
    world.aim(shop.url, login=shop.login, password=shop.password)
    return world


def test_without_a_target_nothing_goes(opensi):
    opensi.write()
    answer = requests.post(
        f"{opensi.server.url}/control/sellers/{opensi.login}/erp/push", json={}, timeout=5
    )
    assert (answer.status_code, "no target" in answer.text) == (400, True)


@pytest.mark.parametrize("version", SOAP)
@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_a_push(shop, erp, version, encoding):
    text = "Été : 12 € & <plus>\nsigné"
    written = erp.write(text=text, own_order="CC26110001", date="2026-11-20", mail=True)
    found = erp.push(version=version, encoding=encoding)
    assert (found["status"], found["fault"], found["problem"]) == (200, "", "")
    assert found["results"] == [
        {"key": "100000001", "code": "1002", "message": "", "number": written["number"]}
    ]
    (comment,) = shop.comments()
    assert (comment["text"], comment["date"]) == (text, "2026-11-20")
    assert (comment["own_ref"], comment["mailed"], comment["visible"]) == ("CC26110001", True, True)
    (kept,) = erp.erp()["comments"]
    assert (kept["state"], kept["code"], kept["tries"]) == ("done", "1002", 1)
    assert erp.push()["calls"] == 0


def test_batches_and_results_by_position(shop, erp):
    for web_order in ("100000001", "999", "100000002", "100000001", "100000001"):
        erp.write(web_order=web_order)
    found = erp.push(batch=2)
    assert (found["calls"], [r["code"] for r in found["results"]]) == (
        3,
        ["1002", "3002", "1002", "1002", "1002"],
    )
    assert erp.states() == ["done", "refused", "done", "done", "done"]
    assert erp.push()["calls"] == 0
    erp.aim(shop.url, login=shop.login, password=shop.password, retry_codes=["3002"])
    assert [r["code"] for r in erp.push()["results"]] == ["3002"]


def test_what_has_no_result_goes_again(shop, erp):
    shop.options(surplus_results=-1)
    erp.write(), erp.write()
    erp.push()
    assert erp.states() == ["done", "lost"]
    shop.options(surplus_results=0)
    assert [r["code"] for r in erp.push()["results"]] == ["2001"]
    assert erp.states() == ["done", "done"]
    assert [c["tries"] for c in erp.erp()["comments"]] == [1, 2]


def test_everything_again(shop, erp):
    erp.write(date="2026-11-20"), erp.write(date="2026-11-21")
    erp.push()
    found = erp.control("POST", "erp/replay")
    assert [r["code"] for r in found["results"]] == ["2001", "2001"]
    day = erp.control("POST", "erp/replay", date="2026-11-21")
    assert len(day["results"]) == 1
    assert len(shop.comments()) == 2


def test_a_lost_answer(shop, erp):
    erp.write()
    found = erp.push(lose_answer=1, pause=0.3)
    assert (found["calls"], [r["code"] for r in found["results"]]) == (2, ["2001"])
    erp.write()
    assert "hung up" in erp.push(give_up=True)["problem"]
    assert erp.states() == ["done", "lost"]
    deadline = time.monotonic() + 5
    while len(shop.comments()) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(shop.comments()) == 2


def test_its_own_patience(shop, erp):
    shop.fault("slow", seconds=2)
    erp.write()
    assert "Timeout" in erp.push(timeout=0.3)["problem"]
    assert erp.states() == ["lost"]


@pytest.mark.parametrize("style", ["original", "php"])
@pytest.mark.parametrize("version", SOAP)
def test_faults_are_read_in_both_versions(shop, erp, style, version):
    shop.options(fault_style=style)
    erp.write(), erp.write()
    found = erp.push(password="wrong", version=version, batch=1)
    assert "Authentification" in found["fault"] and found["calls"] == 1
    assert erp.states() == ["lost", "waiting"]
    assert "not recognized" in erp.push(website_code="x", version=version)["fault"]


@pytest.mark.parametrize(
    "spec, code",
    [
        ({"raw": {"OrderNumber": None, "CommentDate": "gestern"}}, "1002"),
        ({"raw": {"SendMail": "vielleicht"}}, "1002"),
        ({"raw": {"WebOrderNumber": True}}, "3002"),
        ({"nil": True}, "3002"),
        ({"xml": "<open:Comment><xsd:CommentId>1</xsd:CommentId></open:Comment>"}, "3002"),
    ],
)
def test_malformed_items(shop, erp, spec, code):
    erp.write(**spec), erp.write()
    assert [r["code"] for r in erp.push()["results"]] == [code, "1002"]


def test_an_item_that_spoils_the_call(shop, erp):
    erp.write(raw={"CommentId": "abc"}), erp.write()
    found = erp.push()
    assert (found["status"], "Violation" in found["fault"]) == (500, True)
    assert erp.states() == ["lost", "lost"]


def test_a_call_without_comments(shop, erp):
    assert erp.push()["calls"] == 0
    (result,) = erp.push(empty=True)["results"]
    assert (result["key"], result["code"], result["number"]) == ("", "3002", "")


@pytest.mark.parametrize("version", SOAP)
def test_probes(shop, erp, version):
    shop.control("POST", "clock", frozen="2026-11-22T09:30:00")
    found = erp.control("POST", "erp/probe", operation="getDatetime", version=version)
    assert found == {"status": 200, "fault": "", "problem": "", "text": "2026-11-22 09:30:00"}
    found = erp.control("POST", "erp/probe", password="wrong")
    assert "Authentification" in found["fault"]


@pytest.mark.parametrize("fault, text", [("html", "unreadable"), ("wrong_xml", "another shape")])
def test_unreadable_answers(shop, erp, fault, text):
    shop.fault(fault)
    erp.write()
    assert text in erp.push()["problem"]
    assert erp.states() == ["lost"]
    assert text in erp.erp()["pushes"][-1]["problem"]


def test_nobody_is_there(erp):
    erp.aim("http://127.0.0.1:9/")
    erp.write()
    assert "refused" in erp.push()["problem"]


def test_the_schedule(shop, erp):
    target = {"login": shop.login, "password": shop.password}
    erp.aim(shop.url, every_seconds=0.1, **target)
    erp.write()
    deadline = time.monotonic() + 5
    while erp.states() != ["done"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert erp.states() == ["done"]
    erp.aim(shop.url, every_seconds=0, **target)
    time.sleep(0.3)
    erp.write()
    time.sleep(0.4)
    assert erp.states() == ["done", "waiting"]


def test_the_same_seller_may_feed_its_own_shop(shop):
    shop.aim(shop.url)
    assert shop.write()["own_order"] == "CC26110001"
    assert shop.push()["results"][0]["code"] == "1002"
    page = f"{shop.server.url}/seller/{shop.login}"
    form = {"do": "write", "web_order": "100000002", "text": "Par la page", "visible": 1, "now": 1}
    assert "Par la page" in requests.post(page, data=form, timeout=10).text
    assert [c["text"] for c in shop.comments("100000002")] == ["Par la page"]
    requests.post(page, data={"do": "replay", "lose_answer": 1}, timeout=10)
    assert shop.erp()["pushes"][-1]["operation"] == "replay"


def test_the_page(shop):
    text = '<script>alert("x")</script>'
    shop.write(text=text)
    shop.aim(shop.url)
    shop.push()
    page = f"{shop.server.url}/seller/{shop.login}"
    shown = requests.get(page, params={"order": "100000001"}, timeout=5).text
    assert text not in shown and shown.count("&lt;script&gt;") == 2
    requests.post(page, data={"do": "block", "order": "100000001"}, timeout=5)
    assert shop.control("GET", "orders/100000001")["blocked"] is True
    requests.post(page, data={"do": "order", "number": "100000077"}, timeout=5)
    assert shop.control("GET", "orders/100000077")["comments"] == []
    target = {"url": "http://127.0.0.1:9/", "login": "a", "password": "b", "website_code": "c"}
    form = {"do": "target", "version": "1.2", "every_seconds": "0", **target}
    requests.post(page, data=form, timeout=5)
    assert shop.erp()["target"]["version"] == "1.2"
    assert "unknown button" in requests.post(page, data={"do": "?"}, timeout=5).text


class _Recorder(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((dict(self.headers), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.mark.parametrize(
    "version, kind, action", [("1.1", "text/xml", '""'), ("1.2", "application/soap+xml", None)]
)
def test_what_is_on_the_wire(erp, version, kind, action):
    recorder = http.server.HTTPServer(("127.0.0.1", 0), _Recorder)
    recorder.seen = []
    threading.Thread(target=recorder.serve_forever, args=(0.05,), daemon=True).start()
    erp.aim(f"http://127.0.0.1:{recorder.server_port}/x?y=1", login="login", password="pass")
    erp.write()
    assert "unreadable" in erp.push(version=version)["problem"]
    recorder.shutdown()
    ((headers, body),) = recorder.seen
    assert headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert headers.get("SOAPAction") == action
    assert b"<open:key>ef13a33b6eb82392c5ce0f31fb6c8eb4</open:key>" in body
    assert OPENSI.encode() in body and SOAP[version].encode() in body


def test_many_at_once(server):
    world = OpensiWorld(server, orders=50, erp_comments=2000)
    world.aim(world.url)
    began = time.monotonic()
    assert len(world.push(batch=500)["results"]) == 2000
    assert time.monotonic() - began < 10
    assert len(world.state()["comment_ids"]) == 2000


def test_state_survives(tmp_path):
    arguments = ("--state", str(tmp_path / "state"), "--life", "0")
    process, url, smtp_port = start(*arguments)
    world = OpensiWorld(Server(url, smtp_port), orders=1)
    world.write()
    stop(process)
    process, url, smtp_port = start(*arguments)
    try:
        world.server = Server(url, smtp_port)
        assert world.states() == ["waiting"]
        world.aim(f"{url}/opensi/shop/{world.login}/", every_seconds=0.1)
        deadline = time.monotonic() + 5
        while world.states() != ["done"] and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(world.comments()) == 1
    finally:
        stop(process)


def test_life(opensi):
    found = opensi.control("POST", "life", events=20)["events"]
    assert len(found) == 20 and opensi.state()["counts"]["orders"]
