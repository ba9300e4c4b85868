"""Addresses that people open: orders in WordPress, pages of WCFM's store manager."""

from urllib.parse import quote

from .site import get_home

# Kind of thread -> page of the store manager.
_PAGES = {"inquiry": "enquiry-manage", "ticket": "support-manage"}


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
