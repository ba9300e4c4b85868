"""Who may call, what goes wrong on demand, and the facts of platform and shop."""

import http.client
import smtplib
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
import requests
from conftest import Server, start, stop
from mirakl_world import MiraklWorld, give, refused

READ = "ROLE_PARTNER_ORDER_READ"


def test_keys(mirakl):
    assert refused(mirakl.ask("GET", "/version", key="nobody"), 401)
    assert refused(mirakl.ask("GET", "/version", key=f"Bearer {mirakl.key}"), 401)
    assert refused(requests.get(f"{mirakl.base}/api/version", timeout=10), 401)
    assert mirakl.get("/version")["version"]
    mirakl.control("PATCH", password="another")
    assert refused(mirakl.ask("GET", "/version"), 401)


def test_the_root_path_is_mirakl_too(mirakl, server):
    number = mirakl.order()["number"]
    headers = {"Authorization": mirakl.key}
    answer = requests.get(f"{server.url}/api/orders", headers=headers, timeout=10)
    assert answer.json()["orders"][0]["order_id"] == number
    assert requests.get(f"{server.url}/mirakl/elsewhere", timeout=10).status_code == 404


def test_unknown_paths_and_methods(mirakl):
    assert refused(mirakl.ask("GET", "/offers"), 404)
    assert refused(mirakl.ask("POST", "/orders/refund", json={}), 405)
    json_get = {"Content-Type": "application/json"}
    assert mirakl.ask("GET", "/reasons/", headers=json_get).status_code == 200


def test_roles(mirakl):
    order = mirakl.order(state="SHIPPED")
    mirakl.control("PATCH", roles=[READ], keys={"second": None, "third": []})
    assert mirakl.read(order["number"])
    refusal = mirakl.refund(give(order["lines"][0], 1))
    assert refused(refusal, 403, "ROLE_PARTNER_ORDER_REFUND")
    assert refused(mirakl.ask("GET", "/account"), 403, "ROLE_PARTNER_SHOP_READ")
    assert refused(mirakl.ask("GET", "/platform/configuration"), 403, "ROLE_SHOP_ADMIN")
    assert mirakl.ask("GET", "/inbox/threads").status_code == 200
    assert mirakl.ask("GET", "/account", key="second").status_code == 200
    assert mirakl.ask("GET", "/version", key="third").status_code == 200
    assert refused(mirakl.ask("GET", "/orders", key="third"), 403, READ)
    mirakl.options(message_roles=True, missing_role="html")
    page = mirakl.ask("GET", "/inbox/threads")
    assert page.status_code == 403 and page.text.startswith("<!DOCTYPE html>")
    calls = mirakl.control("GET", "calls")["calls"]
    assert [c["executed"] for c in calls if c["operation"] == "OR28"] == [False]


def get_token(mirakl, secret=None, **more):
    form = {
        "grant_type": "client_credentials",
        "client_id": mirakl.login,
        "client_secret": secret or mirakl.key,
        **more,
    }
    return requests.post(f"{mirakl.base}/oauth/token", data=form, timeout=10)


def test_oauth(mirakl):
    answer = get_token(mirakl).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    bearer = f"Bearer {answer['access_token']}"
    assert mirakl.ask("GET", "/version", key=bearer).status_code == 200
    assert get_token(mirakl, "wrong").status_code == 401
    assert get_token(mirakl, grant_type="password").status_code == 400
    mirakl.options(oauth="only")
    assert refused(mirakl.ask("GET", "/version"), 401)
    assert mirakl.ask("GET", "/version", key=bearer).status_code == 200
    mirakl.control("POST", "clock", offset_seconds=3600)
    assert refused(mirakl.ask("GET", "/version", key=bearer), 401)
    mirakl.options(oauth="off")
    assert get_token(mirakl).status_code == 401
    mirakl.fault("token", "http500_before")
    assert get_token(mirakl).status_code == 500


# Faults


@pytest.mark.parametrize(
    "fault, executed",
    [
        ("timeout_before", False),
        ("timeout_after", True),
        ("reset_before", False),
        ("reset_after", True),
        ("truncated", True),
    ],
)
def test_no_answer(mirakl, fault, executed):
    order = mirakl.order(state="SHIPPED")
    mirakl.fault("OR28", fault, seconds=0.2)
    lost = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    with pytest.raises(lost):
        mirakl.refund(give(order["lines"][0], 1))
    line = mirakl.state()["orders"][0]["lines"][0]
    assert len(line["refunds"]) == executed
    call = mirakl.control("GET", "calls")["calls"][-1]
    assert (call["operation"], call["fault"], call["executed"]) == ("OR28", fault, executed)
    assert mirakl.refund(give(order["lines"][0], 1)).status_code == 200


@pytest.mark.parametrize(
    "fault, more, status, text",
    [
        ("http500_before", {}, 500, "unexpected error"),
        ("http500_after", {"status": 502}, 502, "unexpected error"),
        ("quota", {}, 429, "Too many requests"),
        ("token_expired", {}, 401, "Unauthorized"),
        ("token_malformed", {}, 401, "Unauthorized"),
        ("not_authorised", {"text": "No."}, 403, "No."),
        ("sql_text", {}, 400, "could not execute query"),
        ("item_error", {"index": 1}, 400, "entry 1"),
    ],
)
def test_refusals_on_demand(mirakl, fault, more, status, text):
    mirakl.fault("*", fault, **more)
    assert refused(mirakl.ask("GET", "/orders"), status, text)
    assert mirakl.ask("GET", "/orders").status_code == 200


@pytest.mark.parametrize(
    "fault, more, status, text",
    [
        ("http500_before", {"bare": True}, 500, ""),
        ("html", {}, 200, "<!DOCTYPE html>"),
        ("html", {"status": 503}, 503, "<!DOCTYPE html>"),
        ("empty", {}, 200, ""),
        ("entity_bomb", {}, 200, "[" * 1000),
        ("wrong_xml", {}, 200, '[{"maintenance": true}]'),
        ("huge", {"mb": 1}, 200, '{"data": []'),
    ],
)
def test_strange_answers(mirakl, fault, more, status, text):
    mirakl.fault("OR11", fault, **more)
    answer = mirakl.ask("GET", "/orders")
    assert answer.status_code == status and answer.text.startswith(text)


def test_retry_after(mirakl):
    mirakl.fault("M11", "quota", seconds=7)
    assert mirakl.ask("GET", "/inbox/threads").headers["Retry-After"] == "7"
    mirakl.fault("M11", "quota", retry_after=False)
    answer = mirakl.ask("GET", "/inbox/threads")
    assert answer.status_code == 429 and "Retry-After" not in answer.headers
    mirakl.options(quota_per_hour=1)
    assert mirakl.ask("GET", "/orders").status_code == 200
    assert mirakl.ask("GET", "/orders").headers["Retry-After"] == "3600"
    mirakl.control("POST", "clock", offset_seconds=3601)
    assert mirakl.ask("GET", "/orders").status_code == 200


def test_slow(mirakl):
    mirakl.fault("OR11", "slow", seconds=0.3)
    assert mirakl.ask("GET", "/orders").elapsed.total_seconds() >= 0.3


def test_a_body_that_is_too_large(mirakl):
    parts = urlsplit(mirakl.base)
    wire = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    wire.putrequest("PUT", "/mirakl/api/orders/refund")
    wire.putheader("Authorization", mirakl.key)
    wire.putheader("Content-Length", str(10**9))
    wire.endheaders()
    assert wire.getresponse().status == 413
    wire.close()


def test_wrong_bodies(mirakl):
    assert refused(mirakl.ask("PUT", "/orders/refund", data="{"), 400, "JSON")
    assert refused(mirakl.ask("PUT", "/orders/refund", json=[]), 400, "object")
    plain = {"Content-Type": "text/plain"}
    assert refused(mirakl.ask("PUT", "/orders/refund", data="{}", headers=plain), 415)


# Facts


def test_facts(mirakl):
    account = mirakl.get("/account")
    assert account["shop_name"] == mirakl.login and account["shop_state"] == "OPEN"
    assert account["currency_iso_code"] == "EUR" and isinstance(account["shop_id"], int)
    mirakl.control("POST", "figures", incident_rate={"LAST_MONTH": 0.5}, refund_rate=None)
    figures = mirakl.get("/account/statistics")
    assert figures["incident_rate"] == [{"period": "LAST_MONTH", "value": 0.5}]
    assert "refund_rate" not in figures and len(figures["return_rate"]) == 5
    mirakl.options(unknown_enums=True, shop_state="SUSPENDED")
    assert mirakl.get("/account")["shop_state"] == "ON_HOLIDAY"
    mirakl.options(unknown_enums=False)
    assert mirakl.get("/account")["shop_state"] == "SUSPENDED"
    assert mirakl.get("/platform/configuration")["features"]["no_reply_needed"] is True
    assert mirakl.get("/shipping/carriers")["carriers"][0]["code"] == "DHL"
    assert mirakl.get("/locales")["locales"][0]["code"] == "de_DE"


def test_reasons(mirakl):
    rows = mirakl.get("/reasons")["reasons"]
    assert {"code", "label", "type", "is_shop_right"} == set(rows[0])
    close = {r["code"]: r["is_shop_right"] for r in rows if r["type"] == "INCIDENT_CLOSE"}
    assert close["8"] is True and close["10"] is False
    french = mirakl.get("/reasons/REFUND", locale="fr_FR")["reasons"]
    assert {r["type"] for r in french} == {"REFUND"}
    assert "Article retourné" in [r["label"] for r in french]
    assert refused(mirakl.ask("GET", "/reasons?locale=xx"), 400, "locale")
    assert refused(mirakl.ask("GET", "/reasons/NOTHING"), 404)


# Documents and exports


def upload(mirakl, order, *names, kind="CUSTOMER_INVOICE"):
    rows = [{"file_name": name, "type_code": kind} for name in names]
    files = [(name, b"%PDF " + name.encode()) for name in names]
    path = f"/orders/{order['number']}/documents"
    return mirakl.write(path, "order_documents", {"order_documents": rows}, files)


def test_documents(mirakl):
    order = mirakl.order()
    assert upload(mirakl, order, "a.pdf", "b.pdf").json()["errors_count"] == 0
    assert upload(mirakl, order, "a.pdf").json()["errors_count"] == 0
    failed = upload(mirakl, order, "c.exe").json()
    assert failed["errors_count"] == 1
    assert failed["order_documents"][0]["errors"][0]["field"] == "file_name"
    bill = upload(mirakl, order, "d.pdf", kind="SYSTEM_DELIVERY_BILL").json()
    assert "uploaded" in bill["order_documents"][0]["errors"][0]["message"]
    rows = mirakl.get("/orders/documents", order_ids=order["number"])["order_documents"]
    assert [row["file_name"] for row in rows] == ["a.pdf", "b.pdf", "a.pdf"]
    assert mirakl.read(order["number"])["has_invoice"] is True
    path = "/orders/documents/download"
    single = mirakl.ask("GET", path, params={"document_ids": rows[0]["id"]})
    assert single.content == b"%PDF a.pdf" and single.headers["Content-Type"] == "application/pdf"
    archive = mirakl.ask("GET", path, params={"order_ids": order["number"]})
    assert archive.content[:2] == b"PK" and b"a(1).pdf" in archive.content
    assert mirakl.ask("DELETE", f"/orders/documents/{rows[0]['id']}").status_code == 204
    assert refused(mirakl.ask("DELETE", f"/orders/documents/{rows[0]['id']}"), 404)
    assert refused(mirakl.ask("GET", "/orders/documents"), 400, "order_ids")
    codes = [row["code"] for row in mirakl.get("/documents", entities="ORDER")["documents"]]
    assert "CUSTOMER_INVOICE" in codes


def test_exports(mirakl):
    number = mirakl.order(created_at="2026-02-01")["number"]
    mirakl.order(created_at="2025-02-01")
    path = "/orders/async-export"
    assert refused(mirakl.ask("POST", path, json={}), 400, "date range")
    wide = {"start_date": "2024-01-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}
    assert refused(mirakl.ask("POST", path, json=wide), 400, "one year")
    mirakl.options(export_seconds=60)
    window = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-12-01T00:00:00Z"}
    tracking = mirakl.ask("POST", path, json=window).json()["tracking_id"]
    assert refused(mirakl.ask("POST", path, json=window), 400, "running")
    assert mirakl.get(f"{path}/status/{tracking}") == {"status": "PENDING"}
    mirakl.control("POST", "clock", offset_seconds=61)
    status = mirakl.get(f"{path}/status/{tracking}")
    assert status["status"] == "COMPLETED"
    headers = {"Authorization": mirakl.key}
    file = requests.get(status["urls"][0], headers=headers, timeout=10)
    assert [order["order_id"] for order in file.json()] == [number]
    assert refused(mirakl.ask("GET", f"{path}/status/nothing"), 404)


# The rest


def test_mail_to_the_alias_is_lost(mirakl, server):
    order = mirakl.order()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@shop.example", order["notification_email"], "Re"
    mail.set_content("Guten Tag")
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=10) as relay:
        relay.send_message(mail)
        mail.replace_header("To", "nobody@notification.mirakl.net")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            relay.send_message(mail)
    state = mirakl.state()
    assert [m["status"] for m in state["mails"]] == ["lost"] and state["threads"] == []


def test_the_state_file(tmp_path):
    arguments = ("--life", "0", "--state", str(tmp_path / "state"))
    process, url, smtp_port = start(*arguments)
    world = MiraklWorld(Server(url, smtp_port), roles=[READ])
    order = world.order(state="SHIPPED")
    world.thread(order_number=order["number"], text="Hallo", files=[{"name": "a.txt", "size": 3}])
    before = world.state()
    assert stop(process) == 0
    process, url, smtp_port = start(*arguments)
    try:
        world.server, world.base = Server(url, smtp_port), f"{url}/mirakl"
        after = world.state()
        for volatile in ("clock", "counts"):
            before.pop(volatile), after.pop(volatile)
        assert after == before
        assert world.read(order["number"])["order_id"] == order["number"]
    finally:
        stop(process)
