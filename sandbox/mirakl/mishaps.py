"""The faults of `sandbox.faults` as this API shows them: error bodies are Mirakl's JSON."""

import json

from ..mishaps import COMMON
from ..web import Answer
from .wire import error

DEFAULT_RETRY = 60  # seconds in Retry-After
INTERNAL = "An unexpected error occurred, please contact your operator."
TOO_MANY = "Too many requests have been sent in the last hour."
HTML_PAGE = (
    '<!DOCTYPE html><html lang="de"><head><title>Wartung</title></head><body>'
    "<h1>Zugriff zurzeit nicht möglich</h1><p>Bitte versuchen Sie es in einigen Minuten erneut."
    "</p><script>window.challenge=1</script></body></html>"
)
SQL_TEXT = (
    "could not execute query; SQL [select o.id from mmp_order o where o.shop_id=?]; nested "
    "exception is org.hibernate.exception.LockTimeoutException"
)
DEPTH = 100_000  # of the nested answer


def with_fault(hub, fault, execute):
    """Run `execute` the way the fault says. Without fault: plainly."""
    if fault is None:
        return execute()
    return SPECIAL[fault.fault](hub, fault, execute)


def _http500_before(hub, fault, execute):
    if fault.params.get("bare"):
        return Answer("", 500, "text/html")
    return error(int(fault.params.get("status", 500)), INTERNAL)


def _http500_after(hub, fault, execute):
    execute()
    return _http500_before(hub, fault, execute)


def _html(hub, fault, execute):
    return Answer.html(HTML_PAGE, int(fault.params.get("status", 200)))


def _empty(hub, fault, execute):
    execute()
    return Answer("", 200, "application/json")


def quota(seconds=DEFAULT_RETRY):
    """429; `seconds` None: without Retry-After."""
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return error(429, TOO_MANY, headers)


def _quota(hub, fault, execute):
    if fault.params.get("retry_after", True) in (None, False):
        return quota(None)
    seconds = float(fault.params.get("seconds", DEFAULT_RETRY))
    return quota(int(seconds) if seconds == int(seconds) else seconds)


def _unauthorized(hub, fault, execute):
    return error(401, "Unauthorized")


def _forbidden(hub, fault, execute):
    return error(403, fault.params.get("text") or "Access is denied")


def _huge(hub, fault, execute):
    return Answer(_filler(int(float(fault.params.get("mb", 100)))), 200, "application/json")


def _filler(megabytes):
    yield b'{"data": [], "orders": [], "total_count": 0, "padding": "'
    block = b"A" * 65536
    for _ in range(megabytes * 16):
        yield block
    yield b'"}'


def _nested(hub, fault, execute):
    return Answer("[" * DEPTH + "]" * DEPTH, 200, "application/json")


def _refusal(hub, fault, execute):
    return error(int(fault.params.get("status", 400)), fault.params.get("text") or SQL_TEXT)


def _item(hub, fault, execute):
    index = int(fault.params.get("index", 0))
    return error(400, fault.params.get("text") or f"The entry {index} of the call is refused.")


def _other_shape(hub, fault, execute):
    return Answer(json.dumps([{"maintenance": True}]), 200, "application/json")


SPECIAL = {
    **COMMON,
    "http500_before": _http500_before,
    "http500_after": _http500_after,
    "html": _html,
    "empty": _empty,
    "quota": _quota,
    "token_expired": _unauthorized,
    "token_malformed": _unauthorized,
    "not_authorised": _forbidden,
    "huge": _huge,
    "entity_bomb": _nested,
    "sql_text": _refusal,
    "item_error": _item,
    "wrong_xml": _other_shape,
}
