"""The steps of *Test connection*: which of the two web services was reached, what the login may
do, which plugins are there, and what is therefore not offered. Nothing is changed."""

import time
from dataclasses import replace

from .. import errors, records, values
from . import const
from .keys import KeyLogin
from .site import Site, path_of
from .ticketnews import TicketNews

NOT_TRIED = "Not tried."
WAYS = {
    const.BY_QUERY: "The shop's web server loses the login of calls. It works with the key in the "
    "address: choose that on the account.",
    const.BY_SIGNATURE: "WordPress does not notice that it is called over https. It works with "
    "signed calls: choose that on the account.",
}


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
    except values.MAPPING_ERRORS:
        ok, message = False, "The shop's answer cannot be read."
    return records.Check(name, ok, message, round(time.monotonic() - started, 3))


def _run(client, first, steps):
    """The steps one after the other; where one of the `first` fails, the others stay untried."""
    ok = True
    for name, step in (*first.items(), *steps.items()):
        if not ok:
            yield records.Check(name, None, NOT_TRIED)
            continue
        check = _check(name, lambda step=step: step(client))
        ok = ok and (name not in first or check.ok is not False)
        yield check


def _get_namespaces(client):
    try:
        index = client.site.get_object("", {"_fields": "name,namespaces"}, login=False)
    except (errors.LoginError, errors.RefusedError):
        raise _NotTested("The site shows strangers nothing of what it has.") from None
    found = index.get("namespaces")
    if not isinstance(found, list):
        raise errors.RefusedError(
            "What answers at this address is no WordPress site. Check the address.", "no_site"
        )
    return found


# The operator of a shop -------------------------------------------------------------------------


def run_operator(client):
    """Yield a records.Check for each step."""
    yield from _run(client, OPERATOR_FIRST, OPERATOR_STEPS)
    yield records.Check("Order comments", None, "Not tested: a test would be a real comment.")
    yield records.Check("Giving money back", None, "Not tested: a test would be a real refund.")


def _check_shop(client):
    if const.WC not in _get_namespaces(client):
        raise errors.RefusedError(
            "The site answers, but WooCommerce's web service is not there. Check the address, and "
            "whether WooCommerce is active.",
            "no_route",
        )
    return "The site answers and has WooCommerce."


def _check_key(client):
    if not client.credentials.login.strip().startswith("ck_"):
        raise errors.LoginError(
            "This is no consumer key: it begins with ck_. The user name of a marketplace's vendor "
            "belongs to an account of the provider “WCFM seller”.",
            "login",
        )
    try:
        client.read_orders({"per_page": 1})
    except errors.LoginError as error:
        message = _find_way(client)
        if message:
            raise errors.LoginError(message, "login_way") from None
        raise error
    if client.site.is_encrypted:
        return "Reached as the shop's operator (wc/v3), with all its orders."
    return (
        "Reached as the shop's operator (wc/v3), with all its orders. Calls are signed, but orders "
        "and customers can be read on the way: the address has no https://."
    )


def _find_way(client):
    """The sentence about a way to log in that works where the chosen one does not; "" for none."""
    if not client.site.is_encrypted:
        return ""
    for way, message in WAYS.items():
        options = {**client.credentials.options, "login_way": way}
        site = Site(replace(client.credentials, options=options), KeyLogin, client.now)
        try:
            site.get_list(f"{const.WC}/orders", {"per_page": 1})
        except errors.ConnectorError:
            continue
        else:
            return message
        finally:
            site.close()
    return ""


def _get_some_order(client):
    nodes, _pages = client.read_orders({"per_page": 1})
    if not nodes:
        raise _NotTested("Not tested: there is no order to test with.")
    return values.required(nodes[0], "id")


def _check_refunds(client):
    client.read_refunds(_get_some_order(client))
    return "Refunds of orders can be read."


def _check_notes(client):
    _notes, broken = client.read_notes(_get_some_order(client))
    if broken:
        raise client.site.unreadable(broken[0].error)
    return "Notes of orders can be read."


def _check_gateways(client):
    """Not needed: without it the shop itself says whether it can pay back."""
    try:
        client.site.get_list(f"{const.WC}/payment_gateways")
    except errors.RefusedError:
        raise _NotTested(
            "The key may not read which payment services can pay back: that shows when a refund is "
            "asked for."
        ) from None
    return "It can be asked beforehand whether a payment service pays back."


def _check_writing(client):
    """A note on an order that there cannot be: who may not write is refused before that is seen."""
    path = f"{const.WC}/{path_of('orders', 0, 'notes')}"
    try:
        client.site.send(path, {"note": "Test of the connection"})
    except errors.RefusedError as error:
        if error.code != "no_order":
            raise
    return "The key may write. Nothing was written."


def _check_webhooks(client):
    try:
        client.site.get_list(f"{const.WC}/webhooks", {"per_page": 1})
        _check_writing(client)
    except errors.RefusedError:
        raise _NotTested("The key may not manage webhooks: orders are read by the clock.") from None
    return "The shop can be asked to tell of changes at once."


def _check_marketplace(client):
    if const.WCFM in _get_namespaces(client):
        return (
            "The shop is a WCFM marketplace. This key sees the orders of all sellers; inquiries "
            "and support tickets need an account of the provider “WCFM seller”."
        )
    raise _NotTested("The shop has no WCFM: there are no inquiries or support tickets.")


OPERATOR_FIRST = {"Site": _check_shop, "Login": _check_key}
OPERATOR_STEPS = {
    "Writing": _check_writing,
    "Refunds": _check_refunds,
    "Order notes": _check_notes,
    "Payment services": _check_gateways,
    "Webhooks": _check_webhooks,
    "WCFM": _check_marketplace,
}


# A seller at a marketplace ----------------------------------------------------------------------


def run_seller(client):
    """Yield a records.Check for each step."""
    if client.site.login.uses_token:
        client.site.login.drop_token()  # a kept one would hide a wrong password
    yield from _run(client, SELLER_FIRST, SELLER_STEPS)
    yield records.Check("Answers", None, "Not tested: a test would be a real message.")
    yield records.Check(
        "Giving money back",
        None,
        "Not offered: WCFM has no call for refunds of its sellers. Ask for them in the store "
        "manager.",
    )


def _check_addon(client):
    found = _get_namespaces(client)
    if const.WCFM in found:
        return "The site answers and has WCFM's web service."
    if const.WC in found:
        raise errors.RefusedError(
            "The site answers, but WCFM's web service is not there: the marketplace lacks the "
            "plugin “WCFM Marketplace REST API”.",
            "no_route",
        )
    raise errors.RefusedError(
        "The site answers, but it is no WCFM marketplace. Check the address.", "no_route"
    )


def _check_vendor(client):
    if client.credentials.login.strip().startswith("ck_"):
        raise errors.LoginError(
            "This is a consumer key: it belongs to an account of the provider “WooCommerce”. Give "
            "the name of your user at the marketplace.",
            "login",
        )
    client.vendor.check_role()
    client.site.get_list(f"{const.WCFM}/orders", {"per_page": 1})
    if not client.vendor.vendor_id:
        raise _NotTested("Not known.")
    if client.site.is_encrypted:
        return "Reached as a seller (wcfmmp/v1), with the seller's own orders only."
    return (
        "Reached as a seller (wcfmmp/v1), with the seller's own orders only. Everybody on the way "
        "can read the password, and what customers write: the address has no https://."
    )


def _check_inquiries(client):
    client.site.get_list(f"{const.WCFM}/enquiries", {"per_page": 1})
    return "Inquiries can be read."


def _check_tickets(client):
    if not client.vendor.has_ultimate:
        raise _NotTested(
            "The marketplace does not have WCFM Ultimate: there are no support tickets, and "
            "sellers cannot write notes on orders."
        )
    client.site.get_list(f"{const.WCFM}/support", {"per_page": 1})
    if client.vendor.has_ticket_routes:
        return (
            "The marketplace has WCFM Ultimate. Support tickets can be read and answered: the "
            "marketplace added calls for that."
        )
    TicketNews(client)
    if client.vendor.tells_entries:
        return (
            "The marketplace has WCFM Ultimate. The beginning and the state of support tickets can "
            "be read, and its notifications tell when a customer writes again. They are answered "
            "and closed in the store manager."
        )
    return (
        "The marketplace has WCFM Ultimate. The beginning and the state of support tickets can be "
        "read; no notification about one is there yet. They are answered and closed in the store "
        "manager."
    )


def _check_vendor_notes(client):
    nodes = client.site.get_list(f"{const.WCFM}/orders", {"per_page": 1})
    if not nodes:
        raise _NotTested("Not tested: there is no order to test with.")
    client.site.get_list(f"{const.WCFM}/{path_of('orders', 'note', nodes[0].get('id'))}")
    return "Notes of orders can be read."


SELLER_FIRST = {"Site": _check_addon, "Login": _check_vendor}
SELLER_STEPS = {
    "Order notes": _check_vendor_notes,
    "Inquiries": _check_inquiries,
    "Support tickets": _check_tickets,
}
