"""The faults of `sandbox.faults` as a WordPress site shows them."""

import json

from ..mishaps import COMMON
from ..web import Answer
from .wire import critical, error

DEFAULT_RETRY = 60  # seconds in Retry-After
DEPTH = 100_000  # of the nested answer
HTML_PAGE = (
    '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body><h1>Site '
    "protection</h1><p>Your request looks automated. Please try again later.</p>"
    "<script>window.challenge=1</script></body></html>"
)
SQL_TEXT = (
    "WordPress database error Lock wait timeout exceeded; try restarting transaction for query "
    "INSERT INTO `wp_comments` (`comment_post_ID`, `comment_content`) VALUES (?, ?)"
)


def with_fault(hub, fault, execute):
    """Run `execute` the way the fault says. Without fault: plainly."""
    if fault is None:
        return execute()
    return SPECIAL[fault.fault](hub, fault, execute)


def blocked(status):
    """A page of the host's or a firewall's, where JSON was wanted."""
    found = Answer.html(HTML_PAGE, status)
    if status in (429, 503):
        found.headers["Retry-After"] = str(DEFAULT_RETRY)
    return found


def _http500_before(hub, fault, execute):
    if fault.params.get("bare"):
        return Answer("", 500, "text/html")
    status = int(fault.params.get("status", 500))
    return critical().answer() if status == 500 else blocked(status)


def _http500_after(hub, fault, execute):
    execute()
    return _http500_before(hub, fault, execute)


def _html(hub, fault, execute):
    """`after`: a filter between hides the answer to what was executed."""
    if fault.params.get("after"):
        execute()
    return Answer.html(HTML_PAGE, int(fault.params.get("status", 200)))


def _empty(hub, fault, execute):
    execute()
    return Answer("", 200, "application/json")


def _quota(hub, fault, execute):
    found = blocked(429)
    seconds = float(fault.params.get("seconds", DEFAULT_RETRY))
    found.headers["Retry-After"] = str(int(seconds))
    return found


def _expired(hub, fault, execute):
    return error("jwt_auth_invalid_token", "Expired token", 403)


def _malformed(hub, fault, execute):
    return error("woocommerce_rest_authentication_error", "Consumer key is invalid.", 401)


def _forbidden(hub, fault, execute):
    text = fault.params.get("text") or "Sorry, you are not allowed to do that."
    return error("rest_forbidden", text, 403)


def _huge(hub, fault, execute):
    return Answer(_filler(int(float(fault.params.get("mb", 100)))), 200, "application/json")


def _filler(megabytes):
    yield b'[{"id": 1, "padding": "'
    block = b"A" * 65536
    for _ in range(megabytes * 16):
        yield block
    yield b'"}]'


def _nested(hub, fault, execute):
    return Answer("[" * DEPTH + "]" * DEPTH, 200, "application/json")


def _refusal(hub, fault, execute):
    """`code` and `status` may be given; `bare`: as the errors of refunds."""
    params = fault.params
    code = params.get("code", "woocommerce_api_cannot_create_order_note")
    text = params.get("text") or SQL_TEXT
    return error(code, text, int(params.get("status", 500)), bool(params.get("bare")))


def _says_no(hub, fault, execute):
    """WCFM's way: status 200."""
    text = fault.params.get("text") or "This could not be done."
    return Answer.json({"status": False, "message": text})


def _other_shape(hub, fault, execute):
    return Answer(json.dumps({"maintenance": True}), 200, "application/json")


SPECIAL = {
    **COMMON,
    "http500_before": _http500_before,
    "http500_after": _http500_after,
    "html": _html,
    "empty": _empty,
    "quota": _quota,
    "token_expired": _expired,
    "token_malformed": _malformed,
    "not_authorised": _forbidden,
    "huge": _huge,
    "entity_bomb": _nested,
    "sql_text": _refusal,
    "item_error": _says_no,
    "wrong_xml": _other_shape,
}
