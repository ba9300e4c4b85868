"""The steps of *Test connection*. Nothing is changed at the shop."""

import time

from .. import errors, records
from ..soap import SoapFault

NOT_TRIED = "Not tried."
ENCRYPTED = "The shop answers, and the key is protected on the way."
OPEN = "The shop answers, but the key can be read on the way: http:// is allowed for this account."
SILENT = "Not known: the shop answers a call without comments with an error."


def run(client):
    """Yield a records.Check for each step."""
    if client.is_shop:
        yield records.Check(
            "Web service",
            None,
            "Nothing to test from here: with this account Odoo is the shop, and OpenSi calls it.",
        )
        return
    started = time.monotonic()
    version = _try(lambda: client.service.ask("getVersion"))
    # Answered by the service itself, be it with a fault; wrong settings never get that far.
    reached = version is None or isinstance(version, SoapFault) or _names_login(version)
    message = ENCRYPTED if client.service.is_encrypted else OPEN
    yield _check("Address", reached, message if reached else str(version), started)
    if reached:
        yield from _check_login(client, version)
    else:
        yield records.Check("Login", None, NOT_TRIED)
        yield records.Check("Website code", None, NOT_TRIED)
    yield records.Check("Comments", None, "Not tested: a test would be a real comment.")


def _check_login(client, version):
    """The shop looks at the key first, then at the website code, then at the comments: none.

    Not every shop knows getVersion, so the second call tells of the key, too.
    """
    started = time.monotonic()
    empty = version if _has(version, "login") else _try(lambda: client.service.set_comments([]))
    if _has(empty, "login"):
        yield _check("Login", False, str(empty), started)
        yield records.Check("Website code", None, NOT_TRIED)
    elif empty is None or _has(empty, "website_code"):
        yield _check("Login", True, "The shop knows login and password.", started)
        message = "The shop knows the website code."
        yield _check("Website code", empty is None, str(empty or message), started)
    else:
        login = "The shop knows login and password." if version is None else SILENT
        yield _check("Login", True if version is None else None, login, started)
        yield _check("Website code", None, SILENT, started)


def _names_login(error):
    return _has(error, "login") or _has(error, "website_code")


def _has(error, code):
    """Whether the shop refused the call for this reason; HTTP 401 speaks of the login."""
    found = {"http_401": "login"}.get(error.code, error.code) if error else ""
    return isinstance(error, errors.LoginError) and found == code


def _try(step):
    """The ConnectorError that it raises, else None."""
    try:
        step()
    except errors.ConnectorError as error:
        return error
    return None


def _check(name, ok, message, started):
    return records.Check(name, ok, message, round(time.monotonic() - started, 3))
