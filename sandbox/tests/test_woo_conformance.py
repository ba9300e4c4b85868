"""Clients by other people: PyPI woocommerce and wcfmclient, npm @woocommerce/woocommerce-rest-api.

Over HTTP they sign with OAuth 1.0a; for Basic a small TLS front stands before the sandbox.
"""

import http.server
import json
import os
import shutil
import ssl
import subprocess
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import wcfmclient.api
import wcfmclient.jwt_auth_service
import wcfmclient.session
import woocommerce
from test_mirakl_conformance import make_certificate, make_front

HERE = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def front(server, tmp_path_factory):
    """(address of a TLS front, its certificate)"""
    certificate = make_certificate(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), make_front(urlsplit(server.url)))
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
    yield f"https://127.0.0.1:{listener.server_port}", str(certificate)
    listener.shutdown()
    listener.server_close()


@pytest.fixture(params=["oauth", "basic", "query"])
def connect(woo, front, request, monkeypatch):
    """Makes a client of PyPI woocommerce. Without TLS only OAuth is looked at."""
    url, certificate = front
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    woo.options(tls=request.param != "oauth")
    base = woo.url if request.param == "oauth" else f"{url}/woocommerce/{woo.login}"

    def make(key=woo.key):
        more = {"query_string_auth": request.param == "query", "timeout": 10}
        return woocommerce.API(base, *key, version="wc/v3", **more)

    return make


# PyPI woocommerce


def test_python_reads_orders(woo, connect):
    made = [woo.order(created_at=f"2026-11-0{day}T12:00:00")["id"] for day in (1, 2, 3)]
    api, found, page = connect(), [], 1
    while True:
        params = {"per_page": 2, "page": page, "orderby": "id", "order": "asc"}
        answer = api.get("orders", params=params)
        assert answer.status_code == 200, answer.text
        found += [order["id"] for order in answer.json()]
        page += 1
        if page > int(answer.headers["X-WP-TotalPages"]):
            break
    assert found == made
    after = {"modified_after": "2026-11-02T00:00:00", "dates_are_gmt": "true"}
    assert len(api.get("orders", params=after).json()) == 2
    assert api.get(f"orders/{made[0]}").json()["date_created_gmt"] == "2026-11-01T12:00:00"
    assert api.get("orders", params={"status": "on-hold"}).json() == []


def test_python_writes(woo, connect):
    order = woo.order(payment_method="stripe")
    api, path = connect(), f"orders/{order['id']}"
    assert api.put(path, {"status": "completed"}).json()["status"] == "completed"
    note = api.post(f"{path}/notes", {"note": "Été & <b>fort</b>", "customer_note": True})
    assert note.status_code == 201 and note.json()["note"] == "Été & <b>fort</b>"
    assert api.get(f"{path}/notes", params={"type": "customer"}).json() == [note.json()]
    gone = api.delete(f"{path}/notes/{note.json()['id']}", params={"force": True})
    assert gone.status_code == 200  # it writes True, which is read as a flag
    refund = api.post(f"{path}/refunds", {"amount": "1.00", "api_refund": True})
    assert refund.status_code == 201 and refund.json()["refunded_payment"] is True
    refusal = api.post(f"{path}/refunds", {"amount": "9999"})
    assert refusal.status_code == 500
    assert refusal.json()["code"] == "woocommerce_rest_cannot_create_order_refund"
    hook = {"topic": "order.updated", "delivery_url": "https://odoo.example", "secret": "x"}
    assert api.post("webhooks", hook).status_code == 201


def test_python_with_a_wrong_secret(woo, connect):
    answer = connect((woo.key[0], "cs_wrong")).get("orders")
    assert answer.status_code == 401
    assert answer.json()["code"] == "woocommerce_rest_authentication_error"


# PyPI wcfmclient


def vendor(woo, password=None):
    api = wcfmclient.api.API(
        url=woo.url,
        username=woo.login,
        password=password or woo.password,
        session=wcfmclient.session.session,
    )
    wcfmclient.jwt_auth_service.JWTAuthService(api).authenticate()
    return api


def test_wcfmclient(woo):
    order = woo.order()
    inquiry = woo.control("POST", "inquiries", text="Guten Tag")
    api, base = vendor(woo), "wp-json/wcfmmp/v1"
    service = wcfmclient.jwt_auth_service.JWTAuthService(api)
    assert service.validate_token(api._token).json()["code"] == "jwt_auth_valid_token"
    assert [row["id"] for row in api.get(f"{base}/orders").json()] == [order["id"]]
    assert api.get(f"{base}/orders", params={"per_page": 1, "page": 2}).json() == []
    body = {"note": "Unterwegs", "note_type": "customer"}
    notes = api.post(f"{base}/orders/note/{order['id']}", body).json()
    assert notes[0]["customer_note"] is True
    body = {"status": "completed"}
    assert api.put(f"{base}/orders/{order['id']}", body).status_code == 200
    body = {"enquiry_reply": "Gern"}
    answer = api.post(f"{base}/enquiries/{inquiry['id']}/reply", body)
    assert answer.json()["reply"] == "Gern"
    assert api.get(f"{base}/support").json() == []


def test_wcfmclient_and_wrong_passwords(woo):
    with pytest.raises(wcfmclient.jwt_auth_service.JWTAuthServiceError, match="incorrect"):
        vendor(woo, "wrong")


# npm


def no_npm():
    """Why the JavaScript client cannot run, or ""."""
    if not shutil.which("node"):
        return "Node.js is not here (apt-get install nodejs npm)"
    folder = os.environ.get("MARKETPLACE_NODE_MODULES", "")
    if not (Path(folder) / "@woocommerce").is_dir():
        return (
            "npm install @woocommerce/woocommerce-rest-api@1.0.2 was not done; ./dev test does it "
            "(MARKETPLACE_NODE_MODULES names the folder)"
        )
    return ""


needs_npm = pytest.mark.skipif(bool(no_npm()), reason=no_npm())


@pytest.fixture(params=["oauth", "basic", "query"])
def script(woo, front, request):
    """Runs calls with the JavaScript client: [{status, data, total}]."""
    url, certificate = front
    woo.options(tls=request.param != "oauth")
    base = woo.url if request.param == "oauth" else f"{url}/woocommerce/{woo.login}"
    options = {"url": base, "consumerKey": woo.key[0], "consumerSecret": woo.key[1]}
    options |= {"version": "wc/v3", "queryStringAuth": request.param == "query"}

    def run(*calls, **more):
        folder = os.environ["MARKETPLACE_NODE_MODULES"]
        done = subprocess.run(
            ["node", HERE / "client.js"],
            input=json.dumps({"options": {**options, **more}, "calls": calls}),
            env={**os.environ, "NODE_PATH": folder, "NODE_EXTRA_CA_CERTS": certificate},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@needs_npm
def test_npm_reads_and_writes(woo, script):
    made = [woo.order(status=status)["id"] for status in ("processing", "on-hold", "completed")]
    wanted = {"status": ["processing", "on-hold"], "per_page": 1, "search": "muster"}
    path = f"orders/{made[0]}"
    found = script(
        ["get", "orders", wanted],
        ["get", "orders", {"modified_after": "2026-11-01T00:00:00", "dates_are_gmt": True}],
        ["put", path, {"status": "completed"}],
        ["post", f"{path}/notes", {"note": "Été", "customer_note": True}],
        ["post", f"{path}/refunds", {"amount": "1.00", "api_refund": False}],
        ["post", f"{path}/refunds", {"amount": "9999"}],
        ["get", f"{path}/notes", {"type": "customer"}],
    )
    assert [row["status"] for row in found] == [200, 200, 200, 201, 201, 500, 200]
    assert found[0]["total"] == "2" and len(found[0]["data"]) == 1
    assert found[1]["total"] == "3"
    assert found[2]["data"]["status"] == "completed"
    assert [note["note"] for note in found[6]["data"]] == ["Été"]
    assert found[5]["data"]["data"] == 500


@needs_npm
def test_npm_with_a_wrong_secret(script):
    (found,) = script(["get", "orders"], consumerSecret="cs_wrong")
    assert found["status"] == 401
