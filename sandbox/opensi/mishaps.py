"""The faults of `sandbox.faults` as a PHP web shop shows them."""

from ..mishaps import COMMON
from ..web import Answer, HangUp
from . import answers
from .const import BAD_CODE, BAD_KEY, OPENSI
from .reader import SHOP

XML_TYPE = answers.XML_TYPE
DEFAULT_RETRY = 60  # seconds in Retry-After
UNKNOWN_CODE = "4711"
SQL_TEXT = (
    "SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded; try restarting transaction, "
    "query was: INSERT INTO `sales_order_status_history` (`parent_id`, `comment`) VALUES (?, ?)"
)
HTML_PAGE = (
    '<!DOCTYPE html><html lang="fr"><head><title>Maintenance</title></head><body><h1>Boutique en '
    "maintenance</h1><p>Nous revenons dans quelques minutes.</p></body></html>"
)


def with_fault(hub, fault, call, style, execute):
    """Run `execute(items=None, refused=None)` the way the fault says. Without fault: plainly."""
    if fault is None:
        return execute()
    if fault.fault in COMMON and fault.fault != "partial":
        return COMMON[fault.fault](hub, fault, execute)
    return SPECIAL[fault.fault](fault, call, style, execute)


def _partial(fault, call, style, execute):
    """The process is killed in the middle of a batch."""
    execute(items=int(fault.params.get("items", 1)))
    raise HangUp(reset=bool(fault.params.get("reset")))


def _item_error(fault, call, style, execute):
    code = str(fault.params.get("code", UNKNOWN_CODE))
    text = fault.params.get("text") or f"Result {code}"
    return execute(refused=(int(fault.params.get("index", 0)), code, text))


def _http500_before(fault, call, style, execute):
    if fault.params.get("bare"):
        return Answer("", int(fault.params.get("status", 500)), "text/html; charset=UTF-8")
    return answers.fault(call.version, "Internal Error", SHOP)


def _http500_after(fault, call, style, execute):
    execute()
    return _http500_before(fault, call, style, execute)


def _html(fault, call, style, execute):
    return Answer.html(HTML_PAGE, int(fault.params.get("status", 200)))


def _empty(fault, call, style, execute):
    execute()
    return Answer("", 200, XML_TYPE)


def _quota(fault, call, style, execute):
    answer = Answer.html("<html><body>Too many requests</body></html>", 429)
    answer.headers["Retry-After"] = str(int(float(fault.params.get("seconds", DEFAULT_RETRY))))
    return answer


def _bad_key(fault, call, style, execute):
    return answers.refusal(call.version, BAD_KEY, style)


def _bad_code(fault, call, style, execute):
    return answers.refusal(call.version, BAD_CODE, style)


def _sql_text(fault, call, style, execute):
    return answers.fault(call.version, fault.params.get("text") or SQL_TEXT, SHOP)


def _huge(fault, call, style, execute):
    megabytes = int(float(fault.params.get("mb", 100)))
    return Answer(_filler(call.version, megabytes), 200, XML_TYPE)


def _filler(version, megabytes):
    """A well-formed answer whose message never seems to end."""
    start, _, end = answers.results(version, [("@", "1002", "")]).body.partition(b"@")
    yield start
    block = b"A" * 65536
    for _ in range(megabytes * 16):
        yield block
    yield end


def _entity_bomb(fault, call, style, execute):
    lines = ['<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    text = answers.results(call.version, [("@", "1002", "")]).body.decode()
    text = text.partition("?>")[2].replace("@", "&a9;")
    doctype = f"<!DOCTYPE bomb [{''.join(lines)}]>"
    return Answer(f'<?xml version="1.0"?>{doctype}{text}', 200, XML_TYPE)


def _wrong_xml(fault, call, style, execute):
    body = f'<ns1:maintenanceResponse xmlns:ns1="{OPENSI}"/>'
    return answers.stripped(answers.envelope(call.version, body))


SPECIAL = {
    "partial": _partial,
    "item_error": _item_error,
    "http500_before": _http500_before,
    "http500_after": _http500_after,
    "html": _html,
    "empty": _empty,
    "quota": _quota,
    "token_expired": _bad_key,
    "token_malformed": _bad_key,
    "not_authorised": _bad_code,
    "sql_text": _sql_text,
    "huge": _huge,
    "entity_bomb": _entity_bomb,
    "wrong_xml": _wrong_xml,
}
