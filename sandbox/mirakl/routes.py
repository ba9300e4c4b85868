"""The table of operations: method, path, Mirakl's code, the roles that may call it."""

import re
from dataclasses import dataclass

from . import acts, documents, exports, facts, giving, reading, threads

ADMIN = "ROLE_SHOP_ADMIN"
READ = ("ROLE_PARTNER_ORDER_READ",)
CANCEL = ("ROLE_PARTNER_ORDER_CANCEL",)
REFUND = ("ROLE_PARTNER_ORDER_REFUND_REQUEST", "ROLE_PARTNER_ORDER_REFUND")
SETTINGS = ("ROLE_PARTNER_ORDER_SETTINGS_READ",)
SHOP = ("ROLE_PARTNER_SHOP_READ",)
DOCUMENT_READ = ("ROLE_PARTNER_ORDER_DOCUMENT_READ",)
ONLY_ADMIN = ()
ANYBODY = None


@dataclass(frozen=True)
class Route:
    """`roles`: one of them is needed, None = none; the shop admin may do all."""

    code: str
    method: str
    pattern: re.Pattern
    roles: tuple
    handler: object


def _route(code, call, roles, handler):
    method, _, path = call.partition(" ")
    pattern = re.sub(r"\{\}", r"([^/]+)", path)
    return Route(code, method, re.compile(f"/api{pattern}/?"), roles, handler)


# The first match wins: fixed paths stand before those with an id.
ROUTES = (
    _route("V01", "GET /version", ANYBODY, facts.version),
    _route("A01", "GET /account", SHOP, facts.account),
    _route("A21", "GET /account/statistics", SHOP, facts.statistics),
    _route("PC01", "GET /platform/configuration", ONLY_ADMIN, facts.configuration),
    _route("SH21", "GET /shipping/carriers", SETTINGS, facts.carriers),
    _route("L01", "GET /locales", ANYBODY, facts.locales),
    _route("CH11", "GET /channels", ANYBODY, facts.channels),
    _route("DO01", "GET /documents", SETTINGS, facts.document_types),
    _route("RE01", "GET /reasons", SETTINGS, facts.list_reasons),
    _route("RE02", "GET /reasons/{}", SETTINGS, facts.reasons_of_type),
    _route("OR72", "GET /orders/documents", DOCUMENT_READ, documents.list_documents),
    _route("OR73", "GET /orders/documents/download", DOCUMENT_READ, documents.download),
    _route(
        "OR74",
        "POST /orders/{}/documents",
        ("ROLE_PARTNER_ORDER_DOCUMENT_WRITE",),
        documents.upload,
    ),
    _route(
        "OR76",
        "DELETE /orders/documents/{}",
        ("ROLE_PARTNER_ORDER_DOCUMENT_DELETE",),
        documents.delete,
    ),
    _route("OR75", "GET /orders/taxes", SETTINGS, exports.taxes),
    _route("OR13", "POST /orders/async-export", READ, exports.start),
    _route("OR14", "GET /orders/async-export/status/{}", READ, exports.status),
    _route("OR15", "GET /exported/{}/{}", ANYBODY, exports.fetch),
    _route("OR11", "GET /orders", READ, reading.list_orders),
    _route("OR12", "GET /orders/{}", READ, reading.get_order),
    _route("OR28", "PUT /orders/refund", REFUND, giving.create_refunds),
    _route("OR30", "PUT /orders/cancel", CANCEL, giving.create_cancelations),
    _route("OR29", "PUT /orders/{}/cancel", CANCEL, giving.cancel_order),
    _route("OR21", "PUT /orders/{}/accept", ("ROLE_PARTNER_ORDER_ACCEPT",), acts.accept),
    _route("OR23", "PUT /orders/{}/tracking", ("ROLE_PARTNER_ORDER_TRACKING_WRITE",), acts.track),
    _route("OR24", "PUT /orders/{}/ship", ("ROLE_PARTNER_ORDER_SHIP",), acts.ship),
    _route(
        "OR64",
        "PUT /orders/{}/lines/{}/resolve_incident",
        ("ROLE_PARTNER_ORDER_INCIDENT_RESOLVE",),
        acts.resolve_incident,
    ),
    _route(
        "OR43",
        "POST /orders/{}/threads",
        ("ROLE_PARTNER_MESSAGE_WRITE",),
        threads.open_on_order,
    ),
    _route("M11", "GET /inbox/threads", ANYBODY, threads.list_threads),
    _route("M14", "POST /inbox/threads", ANYBODY, threads.open_with_operator),
    _route("M12", "POST /inbox/threads/{}/message", ANYBODY, threads.answer),
    _route("M13", "GET /inbox/threads/{}/download", ANYBODY, threads.download),
    _route("M10", "GET /inbox/threads/{}", ANYBODY, threads.get_thread),
)
# What M10 to M14 need where the option `message_roles` says so.
MESSAGE_ROLES = {
    **dict.fromkeys(("M10", "M11", "M13"), ("ROLE_PARTNER_MESSAGE_READ",)),
    **dict.fromkeys(("M12", "M14"), ("ROLE_PARTNER_MESSAGE_WRITE",)),
}
OPERATIONS = tuple(dict.fromkeys(route.code for route in ROUTES))


def find(method, path):
    """(route, ids of the path), or (None, whether the path is known by another method)."""
    known = False
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and route.method == method:
            return route, match.groups()
        known = known or bool(match)
    return None, known
