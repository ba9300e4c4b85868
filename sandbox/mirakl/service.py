"""The end point: who calls, may he, what shall go wrong, and the call itself."""

import json
from urllib.parse import unquote

from ..web import MAX_BODY, Answer
from . import mishaps, multipart, routes
from .wire import Query, Refused, error

JSON_METHODS = ("PUT", "POST", "DELETE")


class Call:
    """One authenticated call. `summary` goes into the log."""

    def __init__(self, seller, request):
        self.seller = seller
        self.request = request
        self.query = Query(request.args)
        self.summary = ""
        self.shop_id = self._shop_id()

    def _shop_id(self):
        """The wanted shop. A wrong one is not found (reported by a user)."""
        wanted = self.request.args.get("shop_id")
        if not wanted:
            return self.seller.shop_id
        if not wanted.isdigit() or int(wanted) not in self.seller.shop_ids():
            raise Refused(404, f"The shop {wanted} does not exist.")
        return int(wanted)

    def json(self):
        """The JSON object of the body. Raises Refused."""
        data = self.request.get_data()
        if data and self.request.mimetype not in ("application/json", ""):
            raise Refused(415, f"Content-Type '{self.request.mimetype}' is not supported.")
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            raise Refused(400, "The body is not JSON.") from None
        if not isinstance(value, dict):
            raise Refused(400, "The body must be an object.")
        return value

    def multipart(self, name):
        """(JSON object of the part, file parts). Raises Refused."""
        return multipart.read(self.request, name, self.seller.options["strict_parts"])

    def order(self, number):
        order = self.seller.orders.get(number)
        if order is None or order.shop_id != self.shop_id:
            raise Refused(404, f"Order {number} not found.")
        return order

    def thread(self, identifier):
        thread = self.seller.threads.get(identifier)
        if thread is None or thread.shop_id != self.shop_id:
            raise Refused(404, f"Thread {identifier} not found.")
        return thread


def answer(hub, request, sellers):
    """A call below /api -> Answer. Raises HangUp where a fault says so."""
    path = request.path.removeprefix("/mirakl")
    route, ids = routes.find(request.method, unquote(path))
    authorization = request.headers.get("Authorization", "")
    seller = next((s for s in sellers if authorization and s.owns(authorization)), None)
    if seller is None:
        return error(401, "Unauthorized")
    if route is None:
        return error(405, "Method Not Allowed") if ids else error(404, "Not Found")
    entry = seller.calls.add(route.code, False)
    with seller.lock:
        problem = _problem(seller, route, authorization, request)
        fault = None if problem else seller.faults.take(route.code)
        if not problem and not fault and _quota_spent(seller, route.code):
            problem = mishaps.quota(3600)
    entry["fault"] = fault and fault.fault
    if problem:
        entry["summary"] = f"refused with {problem.status}"
        return problem
    return mishaps.with_fault(hub, fault, lambda: _execute(hub, seller, route, ids, request, entry))


def _problem(seller, route, authorization, request):
    """The answer to a caller who may not do this, or None."""
    known, roles = seller.roles_of(authorization)
    if not known:
        return error(401, "Unauthorized")
    if (request.content_length or 0) > MAX_BODY:
        return error(413, "The request is too large.")
    needed = route.roles
    if needed is None and seller.options["message_roles"]:
        needed = routes.MESSAGE_ROLES.get(route.code)
    if needed is None or roles is None or {routes.ADMIN, *needed} & set(roles):
        return None
    if seller.options["missing_role"] == "html":
        return Answer.html(mishaps.HTML_PAGE, 403)
    names = " or ".join((*needed, routes.ADMIN))
    return error(403, f"Access is denied: {names} is needed.")


def _quota_spent(seller, code):
    limit = int(seller.options["quota_per_hour"])
    if not limit:
        return False
    hour = seller.now().replace(minute=0, second=0, microsecond=0)
    seller.quota_used = {k: n for k, n in seller.quota_used.items() if k[1] == hour}
    key = (code, hour)
    seller.quota_used[key] = seller.quota_used.get(key, 0) + 1
    return seller.quota_used[key] > limit


def _execute(hub, seller, route, ids, request, entry):
    with seller.lock:
        seller.settle()
        try:
            call = Call(seller, request)
            result = route.handler(call, *ids)
        except Refused as refusal:
            entry["summary"] = refusal.message[:200]
            return error(refusal.status, refusal.message)
        entry["executed"] = True
        entry["summary"] = call.summary
    if request.method in JSON_METHODS:
        hub.touch(seller)
    return result


# OAuth


def token(hub, request, sellers):
    """Client credentials: client_id = login, client_secret = password."""
    form = request.form
    login = form.get("client_id") or (request.authorization and request.authorization.username)
    seller = next((s for s in sellers if s.login == login), None)
    if seller is None:
        return _no_token("invalid_client", 401)
    with seller.lock:
        fault = seller.faults.take("token")
        entry = seller.calls.add("token", False, fault and fault.fault)

    def execute():
        secret = form.get("client_secret") or (
            request.authorization and request.authorization.password
        )
        with seller.lock:
            if form.get("grant_type") != "client_credentials":
                return _no_token("unsupported_grant_type", 400)
            if secret != seller.password or seller.options["oauth"] == "off":
                return _no_token("invalid_client", 401)
            value = {"access_token": seller.new_token(), "token_type": "Bearer"}
            entry["executed"] = True
        hub.touch(seller)
        return Answer.json({**value, "expires_in": 3599})

    if fault and fault.fault in ("token_expired", "token_malformed", "not_authorised"):
        return _no_token("invalid_client", 401)
    return mishaps.with_fault(hub, fault, execute)


def _no_token(reason, status):
    return Answer.json({"error": reason, "error_description": "No token for this client."}, status)
