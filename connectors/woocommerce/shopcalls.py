"""Calls of wc/v3 beyond orders: pages of lists, notes, payment services, webhooks."""

import re
from urllib.parse import urlsplit

from .. import errors, records, values
from . import const
from .site import path_of

_BAD_SECRET = re.compile(r"[&<>\"'\s]|[^\x21-\x7e]")


def read_page(site, path, parameters):
    """(nodes, number of pages, 0 where the shop does not tell) of one page of a list."""
    answer = site.call("GET", path, parameters)
    nodes = site.as_nodes(answer)
    headers = {name.lower(): value.strip() for name, value in answer.headers.items()}
    pages = headers.get("x-wp-totalpages", "")
    return nodes, min(int(pages), const.MAX_PAGES) if pages.isdecimal() else 0


def read_all(site, path, parameters=None):
    """The nodes of all pages of a list; no totals are needed."""
    found = []
    for page in range(1, const.MAX_PAGES + 1):
        more = {**(parameters or {}), "per_page": const.PAGE, "page": page}
        nodes, _pages = read_page(site, path, more)
        found += nodes
        if len(nodes) < const.PAGE:
            return found
    raise site.unreadable("the list does not end")


def get_chunks(refs):
    """Unique numbers of orders in bundles that one call may hold; others are no numbers here."""
    refs = [ref for ref in dict.fromkeys(refs) if ref and ref.isascii() and ref.isdigit()]
    for start in range(0, len(refs), const.REFS_PER_CALL):
        yield refs[start : start + const.REFS_PER_CALL]


def read_gateway(site, code, title=""):
    """The records.Gateway of a payment method."""
    if not code:
        return records.Gateway("", title, can_refund=False)
    try:
        node = site.get_object(f"{const.WC}/{path_of('payment_gateways', code)}")
    except errors.RefusedError as error:
        # A service that is gone cannot; where we may not look, the shop itself will say it.
        is_gone = error.code == const.NO_GATEWAY
        return records.Gateway(code, title, False if is_gone else None)
    supports = node.get("method_supports")
    can_refund = "refunds" in supports if isinstance(supports, list) else None
    return records.Gateway(code, values.text(node.get("title")) or title, can_refund)


# Webhooks ---------------------------------------------------------------------------------------


def create_webhooks(site, delivery_url, secret, ids=()):
    """{topic: id}. Older ones of ours are replaced: their secret is not told, so nothing else makes
    sure of it; and none is left of an attempt that ended half-way."""
    if len(secret) < 16 or _BAD_SECRET.search(secret):
        raise errors.NotSupportedError("A webhook needs a secret that WordPress leaves as it is.")
    delete_webhooks(site, delivery_url, ids)
    made = {}
    for topic in const.WEBHOOK_TOPICS:
        body = {
            "name": f"Odoo {topic}",
            "topic": topic,
            "delivery_url": delivery_url,
            "secret": secret,
            "status": "active",
        }
        made[topic] = site.required_id(site.send_for_object(f"{const.WC}/webhooks", body))
    return made


def delete_webhooks(site, delivery_url, ids=()):
    """End those that are ours, by what the shop lists: an answer may have been lost. A number alone
    is not believed, since the account may have moved to another shop."""
    path, known = urlsplit(delivery_url).path, {str(webhook_id) for webhook_id in ids}
    for node in read_all(site, f"{const.WC}/webhooks"):
        number, url = values.text(node.get("id")), values.text(node.get("delivery_url"))
        if url == delivery_url or (number in known and url.endswith(path)):
            delete_webhook(site, number)


def get_webhooks(site, delivery_url):
    """{topic: whether it is active} of those for our address."""
    found = {}
    for node in read_all(site, f"{const.WC}/webhooks"):
        if values.text(node.get("delivery_url")) == delivery_url:
            topic = values.text(node.get("topic"))
            found[topic] = found.get(topic, False) or values.text(node.get("status")) == "active"
    return found


def delete_webhook(site, webhook_id):
    """End a webhook. A firewall that knows no DELETE (501) gets a POST that means the same."""
    path, forced = f"{const.WC}/{path_of('webhooks', webhook_id)}", {"force": "true"}
    try:
        answer = site.request("DELETE", site.get_url(path, forced))
        if answer.status == 501:
            headers = {"X-HTTP-Method-Override": "DELETE"}
            site.call("POST", path, forced, headers=headers)
        else:
            site.check(answer)
    except errors.RefusedError as error:
        if "invalid_id" not in error.code:
            raise
