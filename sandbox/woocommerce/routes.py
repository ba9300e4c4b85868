"""The table of routes: name (for faults and counts), method, path, who answers."""

import re
from dataclasses import dataclass

from . import facts, orders, refunds, shop, threads, webhooks

EDITABLE = ("POST", "PUT", "PATCH")
ID = r"(\d+)"


@dataclass(frozen=True)
class Route:
    """`shown`: the path as WordPress lists it."""

    name: str
    methods: tuple
    pattern: re.Pattern
    shown: str
    handler: object

    @property
    def is_wc(self):
        return self.shown.startswith("/wc/")


def _route(name, call, handler):
    verbs, _, path = call.partition(" ")
    methods = EDITABLE if verbs == "EDIT" else tuple(verbs.split("|"))
    pattern = path.replace("{}", ID).replace("{*}", r"([^/]+)")
    return Route(name, methods, re.compile(f"{pattern}/?"), pattern, handler)


V3, WCFM, JWT = "/wc/v3", "/wcfmmp/v1", "/jwt-auth/v1"
# The first match wins: fixed paths stand before those with an id.
ROUTES = (
    _route("root", "GET /", facts.root),
    _route("index", f"GET {V3}", facts.namespace_index),
    _route("index", f"GET {WCFM}", facts.namespace_index),
    _route("token", f"POST {JWT}/token", facts.log_in),
    _route("validate", f"POST {JWT}/token/validate", facts.validate),
    _route("orders.statuses", f"GET {V3}/orders/statuses", orders.statuses),
    _route("orders.batch", f"EDIT {V3}/orders/batch", orders.batch_orders),
    _route("orders.list", f"GET {V3}/orders", orders.list_orders),
    _route("orders.get", f"GET {V3}/orders/{{}}", orders.get_order),
    _route("orders.update", f"EDIT {V3}/orders/{{}}", orders.update_order),
    _route(
        "orders.send_details",
        f"POST {V3}/orders/{{}}/actions/send_order_details",
        orders.send_details,
    ),
    _route("notes.list", f"GET {V3}/orders/{{}}/notes", orders.list_notes),
    _route("notes.create", f"POST {V3}/orders/{{}}/notes", orders.create_note),
    _route("notes.get", f"GET {V3}/orders/{{}}/notes/{{}}", orders.get_note),
    _route("notes.delete", f"DELETE {V3}/orders/{{}}/notes/{{}}", orders.delete_note),
    _route("refunds.all", f"GET {V3}/refunds", refunds.all_refunds),
    _route("refunds.list", f"GET {V3}/orders/{{}}/refunds", refunds.list_refunds),
    _route("refunds.create", f"POST {V3}/orders/{{}}/refunds", refunds.create_refund),
    _route("refunds.get", f"GET {V3}/orders/{{}}/refunds/{{}}", refunds.get_refund),
    _route("refunds.delete", f"DELETE {V3}/orders/{{}}/refunds/{{}}", refunds.delete_refund),
    _route("gateways.list", f"GET {V3}/payment_gateways", refunds.list_gateways),
    _route("gateways.get", f"GET {V3}/payment_gateways/{{*}}", refunds.get_gateway),
    _route("webhooks.batch", f"EDIT {V3}/webhooks/batch", webhooks.batch_webhooks),
    _route("webhooks.list", f"GET {V3}/webhooks", webhooks.list_webhooks),
    _route("webhooks.create", f"POST {V3}/webhooks", webhooks.create_webhook),
    _route("webhooks.get", f"GET {V3}/webhooks/{{}}", webhooks.get_webhook),
    _route("webhooks.update", f"EDIT {V3}/webhooks/{{}}", webhooks.update_webhook),
    _route("webhooks.delete", f"DELETE {V3}/webhooks/{{}}", webhooks.delete_webhook),
    _route("system_status", f"GET {V3}/system_status", facts.system_status),
    _route("settings", f"GET {V3}/settings/general", facts.general_settings),
    _route("settings", f"GET {V3}/settings/general/{{*}}", facts.general_setting),
    _route("currency", f"GET {V3}/data/currencies/current", facts.current_currency),
    _route("wcfm.site", f"GET {WCFM}/site-details", shop.site_details),
    _route("wcfm.capabilities", f"GET {WCFM}/restricted-capabilities", shop.capabilities),
    _route("wcfm.settings", f"GET {WCFM}/settings/(id|email)/{{*}}", shop.settings),
    _route("wcfm.orders", f"GET {WCFM}/orders", shop.list_orders),
    _route("wcfm.tracking", f"EDIT {WCFM}/orders/shipment_tracking", shop.track),
    _route("wcfm.notes", f"GET {WCFM}/orders/note/{{}}", shop.list_notes),
    _route("wcfm.note_create", f"EDIT {WCFM}/orders/note/{{}}", shop.create_note),
    _route("wcfm.order", f"GET {WCFM}/orders/{{}}", shop.get_order),
    _route("wcfm.order_update", f"EDIT {WCFM}/orders/{{}}", shop.update_order),
    _route("wcfm.inquiries", f"GET {WCFM}/enquiries", threads.list_inquiries),
    _route("wcfm.inquiry", f"GET {WCFM}/enquiries/{{}}", threads.get_inquiry),
    _route("wcfm.reply", f"POST {WCFM}/enquiries/{{}}/reply", threads.reply_inquiry),
    _route("wcfm.tickets", f"GET {WCFM}/support", threads.list_tickets),
    _route("wcfm.ticket", f"GET {WCFM}/support/{{}}", threads.get_ticket),
    _route("wcfm.ticket_reply", f"POST {WCFM}/support/{{}}/reply", threads.reply_ticket),
    _route("wcfm.notifications", f"GET {WCFM}/notifications", threads.list_notifications),
    _route("wcfm.reviews", f"GET {WCFM}/reviews", shop.reviews),
    _route("wcfm.sales_stats", f"GET {WCFM}/sales-stats", shop.sales_stats),
    _route("wcfm.my_orders", f"GET {WCFM}/user-profile/my-orders", shop.my_orders),
    _route("wcfm.profile", f"GET {WCFM}/user-profile", shop.profile),
)
OPERATIONS = tuple(dict.fromkeys(route.name for route in ROUTES))


def is_there(seller, route):
    """Whether the plugin that brings this route is active."""
    if route.shown.startswith(WCFM):
        single = route.name in ("wcfm.ticket", "wcfm.ticket_reply")
        return bool(seller.options["rest_addon"]) and (
            not single or bool(seller.options["ticket_routes"])
        )
    return not route.shown.startswith(JWT) or bool(seller.options["jwt"])


def find(seller, method, path):
    """(route, ids of the path), or (None, ())."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and method in route.methods and is_there(seller, route):
            return route, match.groups()
    return None, ()


def below(seller, start):
    """pattern -> methods of the routes below a namespace."""
    found = {}
    for route in ROUTES:
        if route.shown.startswith(start) and is_there(seller, route):
            found.setdefault(route.shown, []).extend(route.methods)
    return found
