"""WooCommerce's and WCFM's vocabulary and what it means here (woocommerce_wcfm_rest contract)."""

import re
from datetime import timedelta

from .. import base, records

WC = "wc/v3"
WCFM = "wcfmmp/v1"
TOKEN = "jwt-auth/v1/token"

# Lists hold at most 100 (2.2).
PAGE = 100
REFS_PER_CALL = 100
# Of records that take a call each, on the way to the next cursor: a call may take a second.
CALLS_PER_PAGE = 8
# Decimals that are asked for: lines of prices with tax have fractions of a cent.
DECIMALS = 6
# Of a list that is read as a whole; a longer one is none that a shop has.
MAX_PAGES = 100
OVERLAP = timedelta(minutes=5)
# Orders that are older than the window by more than this were not asked for: WooCommerce before
# 5.8 does not know the filter (section 5).
FILTER_SLACK = timedelta(hours=26)
# How long a call that was given up may still be running there.
SETTLE_MINUTES = 10
# Pause where a 429 names none.
QUOTA_SECONDS = 60

# Ways to log in: option `login_way`. Empty = chosen by address or password.
BY_HEADER = "header"
BY_QUERY = "query"
BY_SIGNATURE = "oauth"
BY_TOKEN = "jwt"
BY_PASSWORD = "application_password"

# Tokens of the JWT plugin live seven days (3.1); asked for before they end.
TOKEN_LIFE = timedelta(days=7)
TOKEN_MARGIN = timedelta(minutes=5)

ORDERS = "orders"
INQUIRIES = "inquiries"
TICKETS = "tickets"
NOTES = "notes"
_NOTES_STREAM = base.StreamSpec(NOTES, "Order notes", "comment")
OPERATOR_STREAMS = (
    base.StreamSpec(ORDERS, "Orders", "order", int(OVERLAP.total_seconds())),
    _NOTES_STREAM,
)
SELLER_STREAMS = (
    base.StreamSpec(ORDERS, "Orders", "order", 0, every=5),
    base.StreamSpec(INQUIRIES, "Inquiries", "case", 0),
    base.StreamSpec(TICKETS, "Support tickets", "case", 0, every=5),
    _NOTES_STREAM,
)

# State of an order -> of it and its lines here. States of plugins are "other".
STATES = {
    "pending": records.LINE_WAITING,
    "on-hold": records.LINE_WAITING,
    "failed": records.LINE_WAITING,
    "checkout-draft": records.LINE_WAITING,
    "auto-draft": records.LINE_WAITING,
    "processing": records.LINE_TO_SHIP,
    "completed": records.LINE_SHIPPED,
    "shipped": records.LINE_SHIPPED,
    "delivered": records.LINE_SHIPPED,
    "cancelled": records.LINE_CANCELLED,
    "trash": records.LINE_CANCELLED,
    "refunded": records.LINE_REFUNDED,
}
# Nothing was paid yet in these, unless a date of payment says so.
UNPAID = ("pending", "on-hold", "failed", "checkout-draft", "auto-draft", "cancelled", "trash")
# Nothing changes any more in these: not read again where an order has to be asked for by number.
FINAL = ("completed", "cancelled", "refunded", "trash")

# Authors of automatic notes, in any case (2.3). A translated site may use another word.
SYSTEM_AUTHORS = ("system", "woocommerce", "wcfm")

# WooCommerce knows no codes of reasons: these stay here.
_REASONS = {
    "withdrawal": "Customer withdraws from the purchase",
    "damaged": "Product or accessory delivered damaged or missing",
    "wrong": "Wrong reference, colour or size",
    "late": "Late delivery",
    "stock": "Compensation for missing stock",
    "shipping": "Shipping fees",
    "other": "Others",
}
REASONS = tuple(
    base.ReasonSpec(usage, code, label, code == "other")
    for usage in (base.FOR_REFUND, base.FOR_GESTURE)
    for code, label in _REASONS.items()
)

# Errors, by code (2.1, 2.3, 2.4, 3.1). Their HTTP status may be anything: bare numbers in `data`
# become HTTP 500.
KNOWN_PREFIXES = ("woocommerce_rest_", "woocommerce_api_", "rest_", "wcfmapi_")
KEY_ERRORS = (
    "woocommerce_rest_authentication_error",
    "woocommerce_rest_authentication_missing_parameter",
)
# Of WordPress itself, where the key was taken for a user, or the application password is wrong.
USER_ERRORS = ("invalid_username", "invalid_email", "incorrect_password", "invalid_application")
# 401 with any other code may be a security plugin's, and pass.
LOGIN_CODES = (*KEY_ERRORS, *USER_ERRORS, "jwt_auth", "[jwt_auth]")
# Users of these see and change everything.
OPERATOR_ROLES = {"administrator", "shop_manager"}
NO_ROUTE = "rest_no_route"
NO_ORDER = (
    "woocommerce_rest_shop_order_invalid_id",
    "woocommerce_rest_order_invalid_id",
    "woocommerce_rest_invalid_order",
    "wcfmapi_rest_invalid_vendor",
    "wcfmapi_rest_invalid_shop_order_id",
)
NO_INQUIRY = "wcfmapi_rest_invalid_enquiry_id"
NO_GATEWAY = "woocommerce_rest_payment_gateway_invalid"
NO_REFUND = "woocommerce_rest_cannot_create_order_refund"
# Said before the payment service is asked; in another language nobody can be sure.
NO_AUTOMATIC_REFUND = re.compile(
    r"(The payment gateway for this order does not (support automatic refunds|exist)"
    r"|Invalid refund amount)\.?",
    re.IGNORECASE,
)
# 401: nobody is logged in; 403: somebody without the right.
NO_RIGHT = re.compile(
    r"rest_forbidden(_context)?|(woocommerce_|wcfmapi_)?rest_cannot_(view|read|create|edit|delete|list)"
)

# Codes of NotSentError that say nothing of the site: it is asked again.
PASSING = ("no_connection", "quota", "token", "moved")

# What the refund is known again by, whatever its amount.
REFERENCE_KEY = "marketplace_helpdesk_reference"
REFUNDED_ITEM_KEY = "_refunded_item_id"

# Inquiries of the last days are read again so often, whether or not something tells of news.
SWEEP_EVERY = timedelta(hours=6)
# Calls by which open orders of a seller are read again in one reading, about so many.
REREAD_ORDERS = 10

WEBHOOK_TOPICS = (
    "order.created",
    "order.updated",
    "action.woocommerce_new_customer_note",
)
