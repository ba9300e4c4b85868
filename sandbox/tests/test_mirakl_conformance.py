"""Two clients by other people: PyPI mirakl-lib (a strict parser) and mirakl-api-client.

The second speaks only https://HOST:PORT/api, so a small TLS front stands before the sandbox.
"""

import datetime
import http.client
import http.server
import ipaddress
import json
import ssl
import threading
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from mirakl_api_client.client import MirakleClient
from mirakl_lib import MiraklClient
from mirakl_world import give

# mirakl-lib: the shape of our orders


@pytest.fixture
def library(mirakl):
    return MiraklClient("sandbox", mirakl.base, mirakl.key)


def test_the_library_pages_through_orders(mirakl, library):
    made = [
        mirakl.order(created_at=f"2026-11-0{day}", lines=[{}, {}])["number"] for day in (1, 2, 3)
    ]
    found, offset, more = [], 0, True
    while more:
        page = library.get_orders(offset, 2)
        found += [order.order_id for order in page.orders]
        offset, more = page.next_order_start_offset, page.has_more
    assert found == made
    first = library.get_orders(0, 1).orders[0]
    assert first.customer.shipping_address.zipcode
    assert isinstance(first.order_lines[1].offer_id, int) and first.order_lines[1].product_title


def test_the_library_finds_orders(mirakl, library):
    made = [mirakl.order(state="SHIPPED")["number"] for _ in range(3)]
    sparse = mirakl.order(state="SHIPPING", sparse=True)["number"]
    assert len(library.get_bulk_order_ids([*made[:2], sparse]).orders) == 3
    (found,) = library.get_orders(0, 10, status="SHIPPING").orders
    assert found.order_id == sparse and found.customer.shipping_address is None


def test_the_library_reads_texts_as_amounts(mirakl, library):
    mirakl.options(amounts="text", dates="plain", extra_fields=True, unknown_enums=True)
    mirakl.order(lines=[{"price": "12.30", "quantity": 2}])
    (order,) = library.get_orders(0, 10).orders
    assert order.order_lines[0].total_price == 24.6


def test_the_library_accepts(mirakl, library):
    order = mirakl.order(state="WAITING_ACCEPTANCE", lines=[{}, {}])
    library.accept_order(order["number"], [line["id"] for line in order["lines"]])
    assert mirakl.read(order["number"])["order_state"] == "WAITING_DEBIT"


# mirakl-api-client: our paths, verbs and tolerance


def make_certificate(folder):
    """Path of a self-made certificate for 127.0.0.1, its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path = folder / "front.pem"
    path.write_bytes(key.private_bytes(pem, form, plain) + certificate.public_bytes(pem))
    return path


def make_front(target):
    """A handler class that hands every request on to `target` as it came."""

    class Front(http.server.BaseHTTPRequestHandler):
        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            wire = http.client.HTTPConnection(target.hostname, target.port, timeout=10)
            wire.request(self.command, self.path, body, dict(self.headers))
            answer = wire.getresponse()
            data = answer.read()
            self.send_response(answer.status)
            for name in ("Content-Type", "Link", "Retry-After", "X-WP-Total", "X-WP-TotalPages"):
                if answer.headers[name]:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            wire.close()

        do_GET = do_POST = do_PUT = do_DELETE = pass_on

        def log_message(self, *_):
            pass

    return Front


@pytest.fixture(scope="module")
def front(server, tmp_path_factory):
    """(HOST:PORT of the TLS front, its certificate)"""
    certificate = make_certificate(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), make_front(urlsplit(server.url)))
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
    yield f"127.0.0.1:{listener.server_port}", certificate
    listener.shutdown()
    listener.server_close()


@pytest.fixture
def connect(mirakl, front, monkeypatch):
    """Makes a new client: one object can upload only once."""
    host, certificate = front
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    return lambda: MirakleClient(host, mirakl.key)


@pytest.fixture
def order(mirakl):
    return mirakl.order(state="SHIPPED", lines=[{"price": 30, "shipping": 3}])


def test_the_client_reads(mirakl, connect, order):
    client = connect()
    found = client.orders.fetch_list({"order_ids": order["number"], "max": 1})
    assert found.status_code == 200 and found.json()["total_count"] == 1
    assert client.settings.version.fetch_list().status_code == 200
    assert client.settings.locales.fetch_list().json()["locales"]
    assert client.settings.documents.fetch_list({"entities": "ORDER"}).json()["documents"]
    assert client.settings.channels.fetch_list().status_code == 200
    assert client.shipping.carriers.fetch_list().json()["carriers"]
    assert client.resources["account"].fetch_list().json()["shop_state"] == "OPEN"
    assert client.orders.taxes.fetch_list().status_code == 200
    reasons = client.settings.reasons.fetch_item("")  # /api/reasons/
    assert {r["type"] for r in reasons.json()["reasons"]} >= {"REFUND", "INCIDENT_CLOSE"}
    refunds = client.settings.reasons.fetch_item("REFUND")  # RE02
    assert {r["type"] for r in refunds.json()["reasons"]} == {"REFUND"}


def test_the_client_refunds(mirakl, connect, order):
    entry = give(order["lines"][0], 10, 1)
    answer = connect().orders.refund.update_create_item({"refunds": [entry]})
    assert answer.status_code == 200 and answer.json()["refunds"][0]["refund_id"]
    early = mirakl.order(state="WAITING_DEBIT", lines=[{"price": 5}, {"price": 6}])
    entry = give(early["lines"][0], 5, quantity=1, reason="34")
    answer = connect().orders.cancel_lines.update_create_item({"cancelations": [entry]})
    assert answer.status_code == 200 and answer.json()["cancelations"][0]["cancelation_id"]
    assert connect().orders.cancel(early["number"]).update_create_item({}).status_code == 204


def test_the_client_moves_orders(mirakl, connect):
    order = mirakl.order(state="WAITING_ACCEPTANCE")
    client, number = connect(), order["number"]
    rows = {"order_lines": [{"id": order["lines"][0]["id"], "accepted": True}]}
    assert client.orders.accept(number).update_create_item(rows).status_code == 204
    mirakl.control("PATCH", f"orders/{number}", state="SHIPPING")
    tracking = {"carrier_name": "Kurier", "tracking_number": "1"}
    assert client.orders.tracking(number).update_create_item(tracking).status_code == 204
    assert client.orders.ship(number).update_create_item({}).status_code == 204
    assert client.orders.ship(number).update_create_item({}).status_code == 400


def test_the_client_resolves(mirakl, connect, order):
    mirakl.control("POST", f"orders/{order['number']}/incidents")
    pool = connect().orders.lines(order["number"]).resolve_incident(order["lines"][0]["id"])
    assert pool.update_create_item({"reason_code": "8"}).status_code == 204
    assert mirakl.state()["orders"][0]["lines"][0]["incident"]["status"] == "RESOLVED"


def test_the_client_writes(mirakl, connect, order):
    thread = mirakl.thread(order_number=order["number"], text="Hallo")
    value = json.dumps({"body": "Guten Tag", "to": [{"type": "CUSTOMER"}]})
    files = [("files", ("a.pdf", b"%PDF", "application/pdf"))]
    pool = connect().threads.message(thread["id"])
    sent = pool.create_item({"message_input": value}, files)  # JSON part without a type
    assert sent.status_code == 201, sent.text
    typed = [("message_input", (None, value, "application/json"))]
    assert connect().threads.message(thread["id"]).create_item({}, typed).status_code == 201
    plain = connect().threads.message(thread["id"]).create_item({"message_input": value})
    assert plain.status_code == 415 and plain.json()["status"] == 415
    client = connect()
    threads = client.threads.fetch_list({"with_messages": "true"}).json()["data"]
    assert [len(t["messages"]) for t in threads] == [3]
    messages = client.threads.fetch_item(thread["id"]).json()["messages"]
    file = messages[1]["attachments"][0]["id"]
    assert client.threads.attachment(file).fetch_item("").content == b"%PDF"


def test_the_client_opens_threads(mirakl, connect, order):
    topic = {"type": "FREE_TEXT", "value": "Ihre Bestellung"}
    value = json.dumps({"body": "Guten Tag", "to": ["CUSTOMER"], "topic": topic})
    files = [("files", ("a.pdf", b"%PDF", "application/pdf"))]
    sent = connect().orders.threads(order["number"]).create_item({"thread_input": value}, files)
    assert sent.status_code == 201 and sent.json()["thread_id"]


def test_the_client_and_documents(mirakl, connect, order):
    rows = {"order_documents": [{"file_name": "a.pdf", "type_code": "CUSTOMER_INVOICE"}]}
    files = [("files", ("a.pdf", b"%PDF", "application/pdf"))]
    pool = connect().orders.document_upload(order["number"])
    sent = pool.create_item({"order_documents": json.dumps(rows)}, files)
    assert sent.status_code == 200 and sent.json()["errors_count"] == 0
    client = connect()
    wanted = {"order_ids": order["number"]}
    (row,) = client.orders.documents.fetch_list(wanted).json()["order_documents"]
    single = client.orders.documents.download.fetch_list({"document_ids": row["id"]})
    assert single.content == b"%PDF"
    assert client.orders.documents.delete_item(str(row["id"])).status_code == 204
