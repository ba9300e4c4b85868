"""The ERP's job: it calls a shop with what was written, and reads the results by position."""

import http.client
import ssl
import threading
from html import escape
from urllib.parse import urlsplit

from ..xmlin import BadXml, clean_text, parse
from .const import DATA, ENVELOPES, FIELDS, OPENSI, VERSIONS, XSI
from .world import changed_target, make_key

TYPES = {"1.1": "text/xml", "1.2": "application/soap+xml"}
PUSH_OPTIONS = ("lose_answer", "give_up", "pause", "empty", "date")


class NoAnswer(Exception):
    """Nothing that could be read came back; the text says what happened instead."""


def push(hub, seller, spec, everything=False):
    """Send in batches -> {status, fault, problem, results, calls}. Do not hold the lock.

    The first batch without results ends it: the rest waits for the next time.
    """
    spec = dict(spec)
    ways = {name: spec.pop(name, None) for name in PUSH_OPTIONS}
    with seller.lock:
        target = changed_target(seller.target, spec)
        if not target.url:
            raise ValueError("the ERP has no target: POST erp/target first")
        comments = list(seller.erp_comments) if everything else seller.to_push()
        if ways["date"]:
            comments = [c for c in comments if c.date.startswith(ways["date"])]
    found = {"status": 0, "fault": "", "problem": "", "results": [], "calls": 0}
    batches = [comments[n : n + target.batch] for n in range(0, len(comments), target.batch)]
    if ways["empty"]:
        batches = [[]]
    for batch in batches:
        _push_batch(hub, seller, target, batch, ways, found)
        if found["fault"] or found["problem"]:
            break
    if batches:
        with seller.lock:
            seller.note_push(
                {
                    "operation": "replay" if everything else "push",
                    "comments": len(comments),
                    **{name: found[name] for name in ("status", "fault", "problem", "calls")},
                    "results": len(found["results"]),
                }
            )
        hub.touch(seller)
    return found


def _push_batch(hub, seller, target, batch, ways, found):
    lost = int(ways["lose_answer"] or 0)
    for turn in range(lost + 1):
        with seller.lock:
            body = comments_body(target, batch)
            seller.sent(batch)
        found["calls"] += 1
        if turn < lost or ways["give_up"]:
            _send_and_hang_up(target, body, found)
            hub.wait(float(ways["pause"] or 0) if turn < lost else 0)
        else:
            found["problem"] = ""
            results = ask(target, body, "setComments", found)
            with seller.lock:
                _settle(seller, batch, results, found)


def _send_and_hang_up(target, body, found):
    found["problem"] = "hung up without reading the answer"
    try:
        _post(target, body, hang_up=True)
    except NoAnswer as problem:
        found["problem"] = str(problem)


def _settle(seller, batch, results, found):
    """By position, as the number of the comment does not come back."""
    for position, element in enumerate(results):
        key, code, message = (
            element.findtext(f"{{{DATA}}}{name}") or "" for name in ("Key", "Code", "Message")
        )
        number = batch[position].number if position < len(batch) else ""
        found["results"].append({"key": key, "code": code, "message": message, "number": number})
        if position < len(batch):
            seller.settle(batch[position], code, message)


def probe(seller, operation, spec):
    """getVersion or getDatetime -> {status, fault, problem, text}."""
    with seller.lock:
        target = changed_target(seller.target, spec)
    found = {"status": 0, "fault": "", "problem": "", "text": ""}
    body = envelope(target, f"<open:{operation}Request/>")
    for element in ask(target, body, operation, found):
        found["text"] = element.text or ""
    return found


# The wire


def ask(target, body, operation, found):
    """The answer's elements `return`; none where something went wrong, `found` then says what."""
    try:
        found["status"], content = _post(target, body)
        root = parse(content)
        return _returns(root, operation, found)
    except BadXml as problem:
        found["problem"] = f"unreadable answer: {problem}"
    except NoAnswer as problem:
        found["problem"] = str(problem)
    return []


def _returns(root, operation, found):
    namespace = root.tag[1:].partition("}")[0]
    if namespace not in VERSIONS:
        raise NoAnswer(f"no SOAP answer but {root.tag}")
    fault = root.find(f"{{{namespace}}}Body/{{{namespace}}}Fault")
    if fault is not None:
        text = fault.findtext(f"{{{namespace}}}Reason/{{{namespace}}}Text")
        found["fault"] = text or fault.findtext("faultstring") or "fault without text"
        return []
    answer = root.find(f"{{{namespace}}}Body/{{{OPENSI}}}{operation}Response")
    if answer is None:
        raise NoAnswer("an answer of another shape")
    return answer.findall(f"{{{OPENSI}}}return")


def _post(target, body, hang_up=False):
    """(status, content). Raises NoAnswer."""
    parts = urlsplit(target.url)
    path = parts.path or "/"
    headers = {"Content-Type": f"{TYPES[target.version]}; charset={target.encoding.lower()}"}
    if target.version == "1.1":
        headers["SOAPAction"] = '""'
    connection = _connection(parts, target.timeout)
    try:
        connection.request("POST", f"{path}?{parts.query}".rstrip("?"), body, headers)
        if hang_up:
            return 0, b""
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as problem:
        raise NoAnswer(f"{type(problem).__name__}: {problem}") from problem
    finally:
        connection.close()


def _connection(parts, timeout):
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(parts.netloc, timeout=timeout, context=context)
    return http.client.HTTPConnection(parts.netloc, timeout=timeout)


def envelope(target, body):
    """bytes in the target's version and encoding."""
    key = make_key(target.login, target.password)
    text = (
        f'<?xml version="1.0" encoding="{target.encoding}"?>\n'
        f'<soapenv:Envelope xmlns:soapenv="{ENVELOPES[target.version]}" xmlns:open="{OPENSI}" '
        f'xmlns:xsd="{DATA}" xmlns:xsi="{XSI}"><soapenv:Header><open:Header><open:key>{key}'
        f"</open:key></open:Header></soapenv:Header><soapenv:Body>{body}</soapenv:Body>"
        "</soapenv:Envelope>"
    )
    return text.encode(target.encoding, "xmlcharrefreplace")


def comments_body(target, comments):
    """The whole call for these comments, bytes."""
    records = "".join(map(_record, comments))
    code = escape(clean_text(target.website_code), quote=False)
    return envelope(
        target,
        f"<open:setCommentsRequest><open:Website_Code>{code}</open:Website_Code>{records}"
        "</open:setCommentsRequest>",
    )


def _record(comment):
    if comment.xml:
        return comment.xml
    if comment.nil:
        return '<open:Comment xsi:nil="true"/>'
    values = {
        "OrderNumber": comment.own_order,
        "WebOrderNumber": comment.web_order,
        "CommentId": comment.number,
        "Comment": comment.text,
        "CommentDate": comment.date,
        "SendMail": str(bool(comment.mail)).lower(),
        "VisibleForCustomer": str(bool(comment.visible)).lower(),
        **comment.raw,
    }
    names = (*FIELDS, *(name for name in values if name not in FIELDS))
    return f"<open:Comment>{''.join(_field(name, values[name]) for name in names)}</open:Comment>"


def _field(name, value):
    if value is None:
        return ""
    if value is True:
        return f'<xsd:{name} xsi:nil="true"/>'
    return f"<xsd:{name}>{escape(clean_text(value), quote=False)}</xsd:{name}>"


# The schedule


def schedule(hub, seller):
    """Push by itself, where the target says so."""
    target = seller.target
    if target.url and target.every_seconds > 0:
        threading.Thread(target=_keep_pushing, args=(hub, seller, target), daemon=True).start()


def _keep_pushing(hub, seller, target):
    """Until another target is set or the seller is gone."""
    while not hub.stopping.wait(target.every_seconds):
        if seller.target is not target or hub.sellers.get(seller.login) is not seller:
            return
        push(hub, seller, {})
