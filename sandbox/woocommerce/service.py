"""The site's end point: quirks of the server, who calls, what shall go wrong, the call itself."""

from urllib.parse import parse_qsl, quote, unquote

from ..web import Answer
from . import auth, mishaps, routes
from .wire import Params, Refused, nested, no_route, read_body

LOGIN = ("token", "validate")  # a dead token in the header does not matter there
WRITING = ("POST", "PUT", "PATCH", "DELETE")


class Call:
    """One call. Handlers give JSON-able values, or (value, headers). `summary` is for the log."""

    def __init__(self, seller, request, caller, params, home):
        self.seller = seller
        self.request = request
        self.caller = caller
        self.params = params
        self.home = home
        self.summary = ""
        self.status = 200
        self.headers = {}

    def created(self, value):
        """Answer 201 with the address of what was made."""
        self.status = 201
        self.headers["Location"] = value["_links"]["self"][0]["href"]

    def inner(self, values):
        """The same call with other parameters, for a batch."""
        return Call(self.seller, self.request, self.caller, Params({}, values), self.home)

    def known_routes(self, start):
        return routes.below(self.seller, start)


def answer(hub, seller, request, path):
    """A call below the site's home -> Answer. Raises HangUp where a fault says so.

    `path`: behind the home, as `/wp-json/wc/v3/orders`.
    """
    home = seller.options["home_url"] or f"{request.base}/woocommerce/{quote(seller.login)}"
    seller.home = home
    wall = _firewall(seller, request)
    if wall:
        return wall
    query = nested(parse_qsl(request.query_string.decode(), keep_blank_values=True))
    if path.startswith("/wp-json"):
        route_path, is_wc = path.removeprefix("/wp-json") or "/", "wp-json/wc/" in path
    elif isinstance(query.get("rest_route"), str):
        # keys count only where the address itself has the prefix
        route_path, is_wc = query["rest_route"], False
    else:
        return _page(seller, path)
    return _rest(hub, seller, request, unquote(route_path), is_wc, query, home)


def _firewall(seller, request):
    if seller.options["firewall"]:
        return mishaps.blocked(int(seller.options["firewall"]))
    if seller.options["refuse_verbs"] and request.method in ("PUT", "PATCH", "DELETE"):
        return mishaps.blocked(501)
    return None


def _page(seller, path):
    """The store manager's pages lead to the sandbox's own page."""
    parts = path.strip("/").split("/")
    where = f"/seller/{quote(seller.login)}"
    if parts[0] == "store-manager" and len(parts) == 3:
        kind = {"enquiry-manage": "inquiry", "support-manage": "ticket"}
        kind |= {"orders-details": "order"}
        if parts[1] in kind:
            where += f"?{kind[parts[1]]}={quote(parts[2])}"
    return Answer("", 302, "text/html", {"Location": where})


def _method(request, query):
    """The verb, also where a POST says that it means another one."""
    if request.method == "POST":
        wanted = query.get("_method") or request.headers.get("X-HTTP-Method-Override")
        return str(wanted or "POST").upper()
    return "GET" if request.method == "HEAD" else request.method


def _rest(hub, seller, request, path, is_wc, query, home):
    method = _method(request, query)
    with seller.lock:
        route, ids = routes.find(seller, method, path)
        try:
            caller = auth.Caller(home=home)
            if not (route and route.name in LOGIN):
                caller = auth.identify(seller, request, is_wc, home)
            if route is None:
                raise no_route()
            auth.check_permissions(caller, method)
            fault = _fault(seller, route, caller)
        except Refused as refusal:
            name = route.name if route else "none"
            seller.calls.add(name, False, None, f"refused: {refusal.code}")
            return refusal.answer()
        entry = seller.calls.add(route.name, False, fault and fault.fault)

    def execute():
        return _execute(hub, seller, request, route, ids, caller, query, home, entry)

    if fault and fault.fault == "repeated":
        execute()
        return _rest(hub, seller, request, path, is_wc, query, home)
    return mishaps.with_fault(hub, fault, execute)


def _fault(seller, route, caller):
    """Taken only by a call whose login is in order, or by the login itself."""
    is_open = route.name in ("root", "index", "wcfm.site", "orders.statuses", *LOGIN)
    return seller.faults.take(route.name) if caller.user or is_open else None


def _execute(hub, seller, request, route, ids, caller, query, home, entry):
    with seller.lock:
        try:
            params = Params(query, read_body(request))
            call = Call(seller, request, caller, params, home)
            value = route.handler(call, *ids)
        except Refused as refusal:
            entry["summary"] = f"{refusal.code} {refusal.message}"[:200]
            return refusal.answer()
        headers = dict(call.headers)
        if isinstance(value, tuple):
            value, more = value
            headers.update(more)
        entry["executed"] = True
        entry["summary"] = call.summary
        result = _answer(seller, route, params, value, call.status, headers)
    if request.method in WRITING:
        hub.touch(seller)
    return result


def _answer(seller, route, params, value, status, headers):
    wanted = params.listed("_fields")
    if wanted:
        value = _only(value, {name.split(".")[0] for name in wanted})
    if route.is_wc:
        if seller.options["numbers_as_text"]:
            value = _as_text(value)
        if seller.options["hide_totals"]:
            for name in ("X-WP-Total", "X-WP-TotalPages", "Link"):
                headers.pop(name, None)
    found = Answer.json(value, status)
    found.content_type = "application/json; charset=UTF-8"
    found.headers.update(headers)
    return found


def _only(value, names):
    if isinstance(value, list):
        return [_only(row, names) for row in value]
    if isinstance(value, dict):
        return {key: row for key, row in value.items() if key in names}
    return value


def _as_text(value):
    """Numbers and flags as some plugins send them."""
    if isinstance(value, dict):
        return {key: _as_text(row) for key, row in value.items()}
    if isinstance(value, list):
        return [_as_text(row) for row in value]
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value) if isinstance(value, (int, float)) else value
