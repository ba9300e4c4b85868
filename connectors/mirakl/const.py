"""Mirakl's vocabulary and what it means here (mirakl_rest contract, section 1)."""

from datetime import timedelta

from .. import base, records

TOKEN_URL = "https://auth.mirakl.net/oauth/token"
# Asked for before it ends, so that no call meets a token that just died.
TOKEN_MARGIN = timedelta(seconds=60)
# Pause where a 429 names none (1.1).
QUOTA_SECONDS = 60
# Lists and pages hold at most 100 (1.1).
PAGE = 100
REFS_PER_CALL = 100
# Of a list that is read as a whole; a longer one is none that a shop has.
MAX_PAGES = 100
# Changes of the last minutes are read again (1.6).
OVERLAP = timedelta(minutes=5)
# Clocks of servers differ by less than this.
SKEW = timedelta(hours=1)
# How long a change may stay invisible; no source says that it does at all.
SETTLE_MINUTES = 10
# A shorter window of changes is not cut any more.
SHORTEST_WINDOW = timedelta(seconds=2)
# Aimed at when a window is cut, so that the next one fits a page.
WANTED_IN_WINDOW = 80

ORDERS = "orders"
INCIDENTS = "incidents"
THREADS = "threads"
_OVERLAP_SECONDS = int(OVERLAP.total_seconds())
STREAMS = (
    base.StreamSpec(ORDERS, "Orders", "order", _OVERLAP_SECONDS, every=5),
    base.StreamSpec(INCIDENTS, "Incidents", "order", 0, every=5),
    base.StreamSpec(THREADS, "Messages", "case", _OVERLAP_SECONDS),
)

# Limits of a message (1.6).
MAX_MESSAGES = 1000
LIMITS = base.MessageLimits(
    min_text=3, max_text=50000, max_files=50, max_case_files=50, max_bytes=30 * 1024 * 1024
)
MAX_TOPIC = 100

# States of orders and of lines -> state of a line here (1.2). INCIDENT_OPEN and the old
# INCIDENT_CLOSED say nothing of the shipment: see the mapper.
LINE_STATES = {
    "STAGING": records.LINE_WAITING,
    "WAITING_ACCEPTANCE": records.LINE_WAITING,
    "WAITING_DEBIT": records.LINE_WAITING,
    "WAITING_DEBIT_PAYMENT": records.LINE_WAITING,
    "SHIPPING": records.LINE_TO_SHIP,
    "SHIPPED": records.LINE_SHIPPED,
    "TO_COLLECT": records.LINE_SHIPPED,
    "RECEIVED": records.LINE_SHIPPED,
    "CLOSED": records.LINE_SHIPPED,
    "REFUSED": records.LINE_REFUSED,
    "CANCELED": records.LINE_CANCELLED,
    "REFUNDED": records.LINE_REFUNDED,
}
INCIDENT_OPEN = "INCIDENT_OPEN"
HELD_STATES = (INCIDENT_OPEN, "INCIDENT_CLOSED")
ACCEPTED_STATES = ("WAITING_DEBIT", "WAITING_DEBIT_PAYMENT", "SHIPPING")
REFUNDABLE_STATES = ("SHIPPING", "SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED", *HELD_STATES)
# Order states in which the customer was charged, by payment workflow, where no date tells.
_DELIVERED = ("RECEIVED", "CLOSED")
_SENT = ("SHIPPED", "TO_COLLECT", *_DELIVERED)
DEBITED_STATES = {
    "PAY_ON_SHIPMENT": _SENT,
    "PAY_ON_DELIVERY": _DELIVERED,
    "PAY_ON_DUE_DATE": _DELIVERED,
}
DEBITED_ON_ACCEPTANCE = ("SHIPPING", *_SENT)
REFUNDED = "REFUNDED"

# Senders end in _USER, recipients and participants do not (1.6).
SENDERS = {
    "CUSTOMER": records.CUSTOMER,
    "SHOP": records.SELLER,
    "OPERATOR": records.OPERATOR,
}
RECIPIENTS = {"CUSTOMER": records.CUSTOMER, "OPERATOR": records.OPERATOR}
REMOTE_RECIPIENTS = {name: remote for remote, name in RECIPIENTS.items()}
ENTITY_ORDER = "MMP_ORDER"
ENTITY_OFFER = "MMP_OFFER"
ENTITY_OPERATOR = "SELLER_OPERATOR"
# What a thread is about -> kind of case.
KINDS = {
    ENTITY_ORDER: records.ORDER_QUESTION,
    ENTITY_OFFER: records.OFFER_QUESTION,
}

# Type of a reason -> what it is for here (1.7).
USAGES = {
    "REFUND": base.FOR_REFUND,
    "CANCELATION": base.FOR_REFUSAL,
    "INCIDENT_OPEN": base.FOR_INCIDENT,
    "INCIDENT_CLOSE": base.FOR_RESOLVING,
    "ORDER_MESSAGING": base.FOR_TOPIC,
    "MESSAGING": base.FOR_TOPIC,
    "MMP_SELLER_MESSAGING": base.FOR_OPERATOR_TOPIC,
}
TOPIC_TYPES = ("ORDER_MESSAGING", "MESSAGING", "OFFER_MESSAGING", "MMP_SELLER_MESSAGING")

# A21 -> figures here; delays are seconds there.
RATES = {
    "incident_rate": records.INCIDENT_RATE,
    "refund_rate": records.REFUND_RATE,
    "return_rate": records.RETURN_RATE,
    "late_shipment_rate": records.LATE_SHIPMENT_RATE,
    "approval_rate": records.ACCEPTANCE_RATE,
}
DELAYS = {"order_messages_response_delay": records.RESPONSE_HOURS}
# Best first: what most operators judge by.
PERIODS = ("LAST_THREE_MONTHS", "LAST_MONTH", "LAST_SIX_MONTHS", "LAST_YEAR", "ALL_SINCE_BEGINNING")

# Operation -> rights that allow it, besides the administrator's (1.1).
ROLES = {
    "OR11": ("ROLE_PARTNER_ORDER_READ",),
    "OR28": ("ROLE_PARTNER_ORDER_REFUND_REQUEST", "ROLE_PARTNER_ORDER_REFUND"),
    "OR29": ("ROLE_PARTNER_ORDER_CANCEL",),
    "OR30": ("ROLE_PARTNER_ORDER_CANCEL",),
    "OR43": ("ROLE_PARTNER_MESSAGE_WRITE",),
    "OR64": ("ROLE_PARTNER_ORDER_INCIDENT_RESOLVE",),
    "OR72": ("ROLE_PARTNER_ORDER_DOCUMENT_READ",),
    "OR73": ("ROLE_PARTNER_ORDER_DOCUMENT_READ",),
    "OR74": ("ROLE_PARTNER_ORDER_DOCUMENT_WRITE",),
    "OR76": ("ROLE_PARTNER_ORDER_DOCUMENT_DELETE",),
    "M10": ("ROLE_PARTNER_MESSAGE_READ",),
    "M11": ("ROLE_PARTNER_MESSAGE_READ",),
    "M12": ("ROLE_PARTNER_MESSAGE_WRITE",),
    "M13": ("ROLE_PARTNER_MESSAGE_READ",),
    "M14": ("ROLE_PARTNER_MESSAGE_WRITE",),
    "RE01": ("ROLE_PARTNER_ORDER_SETTINGS_READ",),
    "A01": ("ROLE_PARTNER_SHOP_READ",),
    "A21": ("ROLE_PARTNER_SHOP_READ",),
}
ADMIN_ROLE = "ROLE_SHOP_ADMIN"

# Lists that every key has: where they are not found, the shop's number is wrong (section 2, 29).
LISTS = ("OR11", "M11", "RE01", "A01", "A21")
