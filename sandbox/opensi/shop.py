"""The shop's end point: what the module in the shop does with a call of OpenSi."""

import hmac

from ..web import Answer
from . import answers, mishaps, reader
from .const import BAD_CODE, BAD_KEY

VERSION = "Boutique de démonstration, connector 2.0.6.3, PHP 8.2"


def answer(hub, seller, request):
    """POST -> SOAP; everything else is answered with nothing. Raises HangUp where a fault says."""
    if request.method != "POST":
        return Answer("", 200, "text/html; charset=UTF-8")
    try:
        call = reader.read(request.get_data())
    except reader.Unreadable as problem:
        seller.calls.add("unreadable", False, summary=str(problem)[:200])
        return answers.fault(problem.version, str(problem), problem.blame)
    return _call(hub, seller, call)


def _call(hub, seller, call):
    summary = f"SOAP {call.version}, {len(call.comments)} comments"
    entry = seller.calls.add(call.operation, False, summary=summary)
    style = seller.options["fault_style"]
    with seller.lock:
        refusal = _refusal(seller, call)
        fault = None if refusal else seller.faults.take(call.operation)
    if refusal:
        entry["summary"] = refusal
        return answers.refusal(call.version, refusal, style)
    entry["fault"] = fault and fault.fault

    def execute(items=None, refused=None):
        return _execute(hub, seller, call, entry, items, refused)

    return mishaps.with_fault(hub, fault, call, style, execute)


def _refusal(seller, call):
    """The key comes first, then the website code."""
    if not hmac.compare_digest(call.key.encode(), seller.key.encode()):
        return BAD_KEY
    if call.operation == "setComments" and call.website_code not in seller.website_codes:
        return BAD_CODE
    return ""


def _execute(hub, seller, call, entry, items, refused):
    """`items`: only the first so many; `refused`: (index, code, message) of one of them."""
    entry["executed"] = True
    if call.operation == "getVersion":
        return answers.value(call.version, call.operation, VERSION)
    if call.operation == "getDatetime":
        now = seller.clock.now()
        return answers.value(call.version, call.operation, f"{now:%Y-%m-%d %H:%M:%S}")
    # without any comment the module sees one empty item
    received = call.comments or (reader.Received(),)
    found = []
    for position, comment in enumerate(received[:items]):
        if refused and refused[0] == position:
            found.append((comment.web_order, *refused[1:]))
            continue
        with seller.lock:  # each alone: other calls may come in between
            found.append(seller.take(comment, call.website_code))
    hub.touch(seller)
    return answers.results(call.version, _counted(seller, [one for one in found if one]))


def _counted(seller, found):
    """The results, or as many more or fewer as the option says."""
    surplus = int(seller.options["surplus_results"])
    if surplus < 0:
        return found[:surplus]
    return found + found[-1:] * surplus
