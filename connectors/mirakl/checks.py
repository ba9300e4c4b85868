"""The steps of *Test connection*: each right on its own, and nothing is changed there."""

import time
from contextlib import suppress

from .. import errors, records, values

NOT_TRIED = "Not tried."


def run(client):
    """Yield a records.Check for each step; without a key that works the others stay untried."""
    client.service.drop_token()  # a kept one would hide a wrong secret
    connection = _check("Connection", lambda: _check_version(client))
    yield connection
    for name, step in STEPS.items():
        if connection.ok:
            yield _check(name, lambda step=step: step(client))
        else:
            yield records.Check(name, None, NOT_TRIED)
    yield records.Check("Answers", None, "Not tested: a test would be a real message.")
    yield records.Check(
        "Refunds and cancellations", None, "Not tested: a test would be a real refund."
    )
    yield records.Check("Solving incidents", None, "Not tested: a test would be a real solution.")


class _NotTested(Exception):
    """Why a step says nothing."""


def _check(name, step):
    started = time.monotonic()
    try:
        ok, message = True, step()
    except _NotTested as reason:
        ok, message = None, str(reason)
    except errors.ConnectorError as error:
        ok, message = False, str(error)
    return records.Check(name, ok, message, round(time.monotonic() - started, 3))


def _check_version(client):
    """V01 needs no right and has no fixed answer, so A01 tells whether the key is known."""
    client.service.get_bytes("V01", "version")
    with suppress(errors.RefusedError):  # known, but without the right
        client.get_account()
    return "The marketplace answers and knows the key."


def _check_shop(client):
    client.get_account()
    return "The shop's name and state can be read."


def _check_orders(client):
    client.read_orders({"max": 1})
    return "Orders and incidents can be read."


def _check_messages(client):
    client.service.get("M11", "inbox/threads", {"limit": 1})
    return "Messages can be read."


def _check_reasons(client):
    client.get_reasons()
    return "The marketplace's reasons can be read."


def _check_figures(client):
    client.get_figures()
    return "Incident, refund and response figures can be read."


def _check_documents(client):
    try:
        nodes, _total = client.read_orders({"max": 1})
    except errors.RefusedError:
        nodes = []
    refs = [values.text(node.get("order_id")) for node in nodes if isinstance(node, dict)]
    if not refs:
        raise _NotTested("Not tested: there is no order to test with.")
    client.get_documents(refs[0])
    return "Documents of orders can be read."


def _check_settings(client):
    """PC01 is for administrators: nothing is missing without it."""
    try:
        client.service.get("PC01", "platform/configuration")
    except errors.RefusedError:
        raise _NotTested("Only an administrator's key may read them; not needed.") from None
    return "The marketplace's settings can be read."


STEPS = {
    "Shop": _check_shop,
    "Orders": _check_orders,
    "Messages": _check_messages,
    "Reasons": _check_reasons,
    "Figures": _check_figures,
    "Documents": _check_documents,
    "Settings of the marketplace": _check_settings,
}
