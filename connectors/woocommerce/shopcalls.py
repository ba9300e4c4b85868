"""Calls of wc/v3 beyond orders: pages of lists, notes, payment services, webhooks."""

import re

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


def get_notes(client, order_refs):
    """Yield the notes of orders, each order's oldest first; unknown orders are left out."""
    for part in get_chunks(order_refs):
        for ref in part:
            try:
                found = list(client.get_note_records(ref))
            except errors.RefusedError as error:
                if error.code != "no_order":
                    raise
                continue
            yield from sorted(found, key=lambda note: (note.created_at, int(note.remote_id)))


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


def create_webhooks(site, delivery_url, secret):
    """{topic: id}. Older ones of ours for the same address are replaced: their secret is not
    told, so nothing else makes sure of it."""
    if len(secret) < 16 or _BAD_SECRET.search(secret):
        raise errors.NotSupportedError("A webhook needs a secret that WordPress leaves as it is.")
    for node in read_all(site, f"{const.WC}/webhooks"):
        is_ours = values.text(node.get("topic")) in const.WEBHOOK_TOPICS
        if is_ours and values.text(node.get("delivery_url")) == delivery_url:
            delete_webhook(site, values.text(node.get("id")))
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
