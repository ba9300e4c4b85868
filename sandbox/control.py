"""The control API: what tests and people use to steer the worlds. Documented in README.md."""

import hmac
import json

from .web import Answer, Problem


class Control:
    def __init__(self, hub, token=None):
        self.hub = hub
        self.token = token

    def answer(self, request):
        """Request below /control -> JSON answer; problems as {error: sentence}."""
        try:
            self._authenticate(request)
            parts = [part for part in request.path.split("/")[2:] if part]
            return Answer.json(self._route(request, parts))
        except Problem as problem:
            return Answer.json({"error": problem.text}, problem.status)
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            return Answer.json({"error": f"{type(error).__name__}: {error}"}, 400)

    def _authenticate(self, request):
        if request.is_foreign:
            raise Problem(403, "not from the page of another site")
        given = request.headers.get("X-Sandbox-Token", "")
        if self.token and not hmac.compare_digest(given.encode(), self.token.encode()):
            raise Problem(401, "X-Sandbox-Token is missing or wrong")

    def _body(self, request):
        data = request.get_data()
        value = json.loads(data) if data else {}
        if not isinstance(value, dict):
            raise Problem(400, "a JSON object is expected")
        return value

    def _route(self, request, parts):
        body = self._body(request)
        match request.method, parts:
            case "GET", ["health"]:
                return {"status": "ok", "sellers": len(self.hub.sellers)}
            case "GET", ["outside"]:
                return list(self.hub.outside)
            case "GET", ["sellers"]:
                return [
                    {"login": s.login, "platform": s.platform, "shop": s.shop}
                    for s in list(self.hub.sellers.values())
                ]
            case "POST", ["sellers"]:
                return self._create(body)
            case _, ["sellers", login, *rest]:
                return self._seller_call(request, login, rest, body)
        raise Problem(404, "no such control path")

    def _create(self, body):
        platform = self.hub.platforms.get(body.pop("platform", "cdiscount"))
        if platform is None:
            raise Problem(400, f"platform: one of {', '.join(self.hub.platforms)}")
        if not (isinstance(body.get("login"), str) and body["login"] and body.get("password")):
            raise Problem(400, "login and password are needed")
        seller = platform.new_seller(body)
        self.hub.put(seller)
        return (
            platform.state(seller, messages=False)
            if body.get("verbose")
            else {
                "login": seller.login,
                "platform": seller.platform,
                "shop": seller.shop,
            }
        )

    def _seller_call(self, request, login, rest, body):
        seller = self.hub.sellers.get(login)
        if seller is None:
            raise Problem(404, f"no seller {login}")
        platform = self.hub.platforms[seller.platform]
        method = request.method
        if not rest:
            return self._seller(request, seller, platform, body)
        with seller.lock:
            value = _common(self.hub, seller, platform, method, rest, body)
        if value is None:
            value = platform.control(seller, method, rest, body)
        if method != "GET":
            self.hub.touch(seller)
        return value

    def _seller(self, request, seller, platform, body):
        if request.method == "DELETE":
            self.hub.drop(seller.login)
            return {"deleted": seller.login}
        if request.method == "PATCH":
            with seller.lock:
                seller.configure(body)
            self.hub.touch(seller)
        elif request.method != "GET":
            raise Problem(405, "GET, PATCH or DELETE")
        return platform.state(seller, request.args.get("messages", "1") != "0")


def _common(hub, seller, platform, method, rest, body):
    """Calls that every marketplace's seller knows; None when it is none of them."""
    match method, rest:
        case "GET", ["faults"]:
            return seller.faults.as_json()
        case "POST", ["faults"]:
            return seller.faults.add(body).as_json()
        case "DELETE", ["faults"]:
            seller.faults.clear(body.get("operation"))
            return seller.faults.as_json()
        case "GET", ["clock"]:
            return seller.clock.as_json()
        case "POST", ["clock"]:
            seller.clock.set(body)
            return seller.clock.as_json()
        case "GET", ["calls"]:
            return seller.calls.as_json()
        case "DELETE", ["calls"]:
            seller.calls.reset()
            return seller.calls.as_json()
        case "GET", ["mails"]:
            return list(seller.mails)
        case "POST", ["life"]:
            events = [platform.live(seller) for _ in range(int(body.get("events", 1)))]
            return {"events": events}
    return None
