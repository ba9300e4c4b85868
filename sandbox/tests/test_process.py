"""The process: state file, signals, control token, demo, sizes."""

import time

import requests
from conftest import Server, start, stop
from test_discussions import send


def test_state_survives(tmp_path):
    path = tmp_path / "state"
    process, url, smtp_port = start("--state", str(path), "--life", "0")
    world = Server(url, smtp_port).world(orders=3, claims=2)
    thread = world.state()["discussions"][0]
    token = world.token
    [(address, _)] = world.mail_addresses(thread["id"])
    before = world.state()
    assert stop(process) == 0
    process, url, smtp_port = start("--state", str(path), "--life", "0")
    try:
        world.server = Server(url, smtp_port)
        after = world.state()
        assert after["discussions"] == before["discussions"]
        assert after["orders"] == before["orders"]
        assert world.call("GetOrderClaimList", token=token).ok
        assert world.mail_addresses(thread["id"])[0][0] == address
        assert [p.name for p in tmp_path.iterdir()] == ["state"]
    finally:
        stop(process)


def test_state_is_written_while_running(tmp_path):
    path = tmp_path / "state"
    process, url, smtp_port = start("--state", str(path), "--life", "0")
    try:
        Server(url, smtp_port).world(orders=1)
        deadline = time.monotonic() + 5
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert path.exists()
    finally:
        process.kill()
        stop(process)


def test_control_token():
    process, url, _ = start("--control-token", "a-secret", "--life", "0")
    try:
        assert requests.get(url + "/control/health", timeout=5).status_code == 401
        headers = {"X-Sandbox-Token": "a-secret"}
        assert requests.get(url + "/control/health", headers=headers, timeout=5).ok
    finally:
        stop(process)


def test_demo_lives():
    process, url, _ = start("--demo", "--life", "0.2")
    try:
        state = requests.get(url + "/control/sellers/demo-seller-api", timeout=5).json()
        kinds = [d["kind"] for d in state["discussions"]]
        assert len(state["orders"]) >= 30
        assert kinds.count("claim") >= 12 and kinds.count("offer_question") >= 5
        time.sleep(1)
        later = requests.get(url + "/control/sellers/demo-seller-api", timeout=5).json()
        assert later["counts"] != state["counts"]
    finally:
        stop(process)


def test_a_demo_gets_the_marketplaces_that_its_state_lacks(tmp_path):
    arguments = ("--state", str(tmp_path / "state"), "--life", "0")
    process, url, smtp_port = start(*arguments)
    Server(url, smtp_port).world()
    stop(process)
    process, url, _ = start(*arguments, "--demo")
    try:
        found = requests.get(url + "/control/sellers", timeout=5).json()
        expected = ["cdiscount", "mirakl", "opensi", "woocommerce"]
        assert sorted(s["platform"] for s in found) == expected
        state = requests.get(url + "/control/sellers/demo-opensi", timeout=5).json()
        assert len(state["orders"]) == 6 and state["erp"]["target"]["url"] == ""
    finally:
        stop(process)


def test_seeds_are_stable(server):
    spec = {"orders": 5, "claims": 4, "seed": 9, "clock": {"frozen": "2026-01-01T12:00:00"}}
    worlds = [server.world(**spec) for _ in range(2)]
    texts = [
        [m["content"] for d in w.state()["discussions"] for m in d["messages"]] for w in worlds
    ]
    assert texts[0] == texts[1]


def test_big_world(server):
    began = time.monotonic()
    world = server.world(orders=200, claims=2000, messages_per_discussion=3)
    response = world.post("GetOrderClaimList")
    assert response.text.count("<Message>") == 6000
    assert time.monotonic() - began < 5
    empty = "<orderClaimFilter><BeginModificationDate>2077-01-01T00:00:00</BeginModificationDate>"
    response = world.post("GetOrderClaimList", empty + "</orderClaimFilter>")
    assert response.elapsed.total_seconds() < 0.2
    server.control("DELETE", f"sellers/{world.login}")


def test_pages(server):
    world = server.world(orders=2, claims=1)
    text = '<script>alert("x")</script>'
    thread = world.discussion(kind="offer_question", text=text)
    home = requests.get(server.url, timeout=5)
    assert world.login in home.text
    page = f"{server.url}/seller/{world.login}"
    for query in ("", f"?thread={thread['id']}", f"?order={world.state()['orders'][0]['number']}"):
        response = requests.get(page + query, timeout=5)
        assert response.status_code == 200
        assert text not in response.text
    form = {"do": "message", "thread": thread["id"], "sender": "customer", "text": "Merci"}
    response = requests.post(page, data=form, timeout=5)
    assert response.status_code == 200
    assert "Merci" in response.text


def test_deleting_a_seller_leaves_the_relay_of_others(server):
    gone, world = server.world(), server.world()
    server.control("DELETE", f"sellers/{gone.login}")
    thread = world.discussion(kind="offer_question", text="?")
    [(address, _)] = world.mail_addresses(thread["id"])
    send(server, address)
    assert world.state()["counts"]["messages"] == 2


def test_pages_of_other_sites_are_refused(server):
    headers = {"Origin": "http://evil.test"}
    response = requests.delete(server.url + "/control/sellers/x", headers=headers, timeout=5)
    assert response.status_code == 403
