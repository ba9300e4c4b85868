"""Requests as OpenSi may send them, and a shop in memory behind `connectors.opensi.server`."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from xml.sax.saxutils import escape

from connectors.opensi import const, server

SOAP = server.ENVELOPES["1.1"]
SOAP12 = server.ENVELOPES["1.2"]
FIELDS = {
    "OrderNumber": "CC20050001",
    "WebOrderNumber": "WEB-1",
    "CommentId": "1",
    "Comment": "Bonjour",
    "CommentDate": "2020-05-01",
    "SendMail": "true",
    "VisibleForCustomer": "false",
}


def make_record(raw="", **fields):
    """A record; a field that is None is left out. `raw`: in place of the fields."""
    members = "".join(
        f"<xsd:{name}>{escape(text)}</xsd:{name}>"
        for name, text in {**FIELDS, **fields}.items()
        if text is not None
    )
    return f"<open:Comment>{raw or members}</open:Comment>"


def make_body(*records, website_code="main"):
    return (
        f"<open:setCommentsRequest><open:Website_Code>{website_code}</open:Website_Code>"
        f"{''.join(records)}</open:setCommentsRequest>"
    )


def make_call(body, key="k3y", namespace=SOAP, header=None, declaration=""):
    """The text of a whole request."""
    if header is None:
        header = f"<s:Header><open:Header><open:key>{key}</open:key></open:Header></s:Header>"
    return (
        f'{declaration}<s:Envelope xmlns:s="{namespace}" xmlns:open="{const.SERVICE}" '
        f'xmlns:xsd="{const.TYPES}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{header}<s:Body>{body}</s:Body></s:Envelope>"
    )


def parse(text, content_type="text/xml; charset=utf-8"):
    return server.parse(text.encode(), content_type)


def parse_records(*records):
    return parse(make_call(make_body(*records))).items


class MemoryShop:
    """A shop over HTTP: orders and comments in memory, reading and writing in `server`.

    `original_style`: faults as the original module gives them.
    """

    def __init__(self, key, orders=("WEB-1", "WEB-2"), original_style=False):
        self.key = key
        self.orders = set(orders)
        self.blocked = set()
        self.original_style = original_style
        self.items = {}
        self.calls = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.shop = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, content, content_type):
        try:
            call = server.parse(content, content_type)
        except server.BadCall as error:
            return server.write_fault(error.version, error.message, self.original_style)
        self.calls.append(call)
        if call.key != self.key:
            return server.write_fault(call.version, const.BAD_KEY, self.original_style)
        if call.operation != "setComments":
            return server.write_value(call, f"{call.operation} of the memory shop")
        if call.website_code != "main":
            return server.write_fault(call.version, const.BAD_WEBSITE_CODE, self.original_style)
        results = [self.store(item) for item in call.items if item.order_ref not in self.blocked]
        return server.write_results(call, results)

    def store(self, item):
        if item.problem or item.order_ref not in self.orders:
            return item.order_ref, const.NOT_FOUND, item.problem or "no such order"
        if item.number in self.items:
            return item.order_ref, const.DUPLICATE, "there already"
        self.items[item.number] = item
        return item.order_ref, const.ADDED, ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send(200, "text/xml", server.write_wsdl(f"{self.server.shop.url}/"))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        written = self.server.shop.answer(body, self.headers.get("Content-Type", ""))
        self.send(written.status, written.content_type, written.content)

    def send(self, status, content_type, content):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *args):
        """Quiet."""
