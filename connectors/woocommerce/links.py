"""Addresses that people open: orders in WordPress, pages of WCFM's store manager."""

import re
from urllib.parse import quote, urlsplit

from .. import records
from .site import get_home

# Kind of thread -> page of the store manager.
_PAGES = {"inquiry": "enquiry-manage", "ticket": "support-manage"}
# What notices by mail lead to; older sites name the pages with “wcfm-”.
_NUMBER = r"/([1-9][0-9]{0,17})/?"
_NOTICES = (
    (records.INQUIRY, "inquiry:", re.compile(r"/(?:wcfm-)?(?:enquiry|inquiry)-manage" + _NUMBER)),
    (records.SUPPORT_TICKET, "ticket:", re.compile(r"/(?:wcfm-)?support-manage" + _NUMBER)),
)


def get_admin_order(service_url, order_ref):
    """The order's page for the shop's operator; WooCommerce leads on to where it keeps orders."""
    home = get_home(service_url)
    if not home or not order_ref:
        return ""
    return f"{home}/wp-admin/post.php?post={quote(order_ref, safe='')}&action=edit"


def get_store_page(service_url, case_remote_id="", order_ref=""):
    """The page of a thread or an order in the store manager, where it has its usual address."""
    home = get_home(service_url)
    kind, _colon, number = case_remote_id.partition(":")
    if home and kind in _PAGES and number:
        return f"{home}/store-manager/{_PAGES[kind]}/{quote(number, safe='')}/"
    if home and order_ref:
        return f"{home}/store-manager/orders-details/{quote(order_ref, safe='')}/"
    return ""


def read_notice_link(service_url, url):
    """(kind, remote id) of the thread that a link of this site leads to; None for other links."""
    try:
        home, link = urlsplit(get_home(service_url)), urlsplit(url)
    except ValueError:
        return None
    if link.scheme not in ("http", "https") or not home.netloc:
        return None
    if _get_host(link) != _get_host(home) or not link.path.startswith(f"{home.path}/"):
        return None
    for kind, prefix, pattern in _NOTICES:
        found = pattern.search(link.path)
        if found and found.end() == len(link.path):
            return kind, f"{prefix}{found[1]}"
    return None


def _get_host(parts):
    return parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
