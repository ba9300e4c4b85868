"""One seller's Mirakl: the rules of orders, incidents, threads. Hold `lock`."""

import random
import secrets
import uuid
from datetime import timedelta
from decimal import Decimal

from ..relay import Refused as MailRefused
from ..seller import Seller
from . import reasons
from .records import (
    CENT,
    DEAD_STATES,
    SENT_STATES,
    UNPAID_STATES,
    WAITING_REFUNDS,
    Incident,
    Message,
    customer_name,
)
from .wire import cut

ALIAS_DOMAIN = "notification.mirakl.net"
TOKEN_LIFE = timedelta(seconds=3599)
OPERATOR_NAME = "Kundenservice Marktplatz"
LATE_WORKFLOWS = {"PAY_ON_SHIPMENT": SENT_STATES, "PAY_ON_DELIVERY": ("RECEIVED", "CLOSED")}
LATE_WORKFLOWS["PAY_ON_DUE_DATE"] = LATE_WORKFLOWS["PAY_ON_DELIVERY"]
NEEDED_BY = {"CUSTOMER": ("customer",), "ALL": ("customer", "operator")}
OPTIONS = {
    "amounts": "number",  # or text: amounts in answers
    "dates": "mixed",  # millis, plain (without milliseconds) or mixed
    "empty": "mixed",  # empty optional keys: left_out, null or mixed
    "extra_fields": False,  # every object has a key that nobody knows yet
    "unknown_enums": False,  # lists contain values that nobody knows yet
    "tax_mode": "TAX_INCLUDED",  # of new orders, and what the platform says
    "update_delta_seconds": 60,  # taken from start_update_date, so that nothing is lost
    "or12": "410",  # or 200: the call still works
    "oauth": "optional",  # off, optional or only (raw keys are refused)
    "missing_role": "json",  # a missing role: 403 as json or html
    "message_roles": False,  # M10 to M14 need a role too
    "strict_parts": False,  # multipart: only typed JSON parts and files named `files`
    "reply_needed_for": "CUSTOMER",  # whose messages await an answer: CUSTOMER or ALL
    "reply_needed_moves": True,  # a further message moves the date
    "no_reply_clears": False,  # "no reply needed" clears shop_reply_needed_since
    "refund_tax_confirmation": False,  # refunds begin with WAITING_REFUND_TAX_CONFIRMATION
    "refund_seconds": 0,  # world seconds until a refund is paid out; 0 = by POST payout
    "refund_while_waiting": True,  # False: one refund of a line at a time
    "refund_closed_orders": True,  # False: refused for orders in state CLOSED
    "payable_balance": None,  # refunds above it are refused; None = no limit
    "full_refund_closes_incident": False,
    "resolved_leaves_or11": False,  # True: a resolved incident no longer shows
    "tracking_needed": False,  # OR24 demands OR23 first
    "export_seconds": 0,  # world seconds that an order export takes
    "quota_per_hour": 0,  # calls per operation and world hour; 0 = no limit
    "shop_state": "OPEN",
}
FIGURES = {
    "incident_rate": 0.012,
    "refund_rate": 0.034,
    "return_rate": 0.021,
    "late_shipment_rate": 0.008,
    "approval_rate": 0.995,
    "cancelation_rate": 0.004,
    "order_messages_response_delay": 26400,  # seconds
    "orders_count": 512,
}


class MiraklSeller(Seller):
    """A shop at one operator. The password is the API key; `roles` None = shop admin."""

    platform = "mirakl"
    option_defaults = OPTIONS

    def __init__(self, login, password, **more):
        super().__init__(login, password, **more)
        self.rng = random.Random(login)
        self.shop_id = 2000 + self.rng.randrange(7000)
        self.currency = "EUR"
        self.roles = None
        self.keys = {}  # further API keys -> roles
        self.orders = {}
        self.threads = {}
        self.customer_wrote = set()  # numbers of orders
        self.documents = {}
        self.exports = {}
        self.figures = dict(FIGURES)
        self.tokens = {}  # OAuth token -> aware UTC date of expiry
        self.hub_addresses = {}  # the registry of all relay addresses, set by the platform
        self.quota_used = {}
        self.counter = 10_000 + self.rng.randrange(80_000)
        self.secret = secrets.token_bytes(16)  # signs page tokens

    def __getstate__(self):
        state = super().__getstate__()
        state.pop("hub_addresses", None)
        return state

    def __setstate__(self, state):
        super().__setstate__(state)
        self.hub_addresses = {}

    def configure(self, spec):
        """As the core's, and `roles` (null = admin), `keys` {key: roles}, `currency`."""
        super().configure(spec)
        for name in ("roles", "keys", "currency"):
            if name in spec:
                setattr(self, name, spec[name])

    def now(self):
        return cut(self.clock.utc())

    def new_number(self):
        self.counter += 1
        return self.counter

    def new_uuid(self):
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    # Keys and tokens

    def roles_of(self, authorization):
        """(known, roles) of an Authorization header; roles None = admin."""
        how = self.options["oauth"]
        if authorization.startswith("Bearer "):
            expiry = self.tokens.get(authorization[7:])
            return (how != "off" and expiry is not None and expiry > self.now()), self.roles
        if how == "only":
            return False, None
        if authorization in self.keys:
            return True, self.keys[authorization]
        return secrets.compare_digest(authorization.encode(), self.password.encode()), self.roles

    def owns(self, authorization):
        """Whether a key or token, dead ones included, is this seller's."""
        if authorization.startswith("Bearer "):
            return authorization[7:] in self.tokens
        return authorization == self.password or authorization in self.keys

    def new_token(self):
        token = secrets.token_urlsafe(32)
        self.tokens[token] = self.now() + TOKEN_LIFE
        self.dirty = True
        return token

    def shop_ids(self):
        things = (*self.orders.values(), *self.threads.values())
        return {self.shop_id, *(thing.shop_id for thing in things)}

    # Orders

    def add_order(self, order):
        if order.number in self.orders:
            raise ValueError(f"order {order.number} exists already")
        order.alias = order.alias or self._alias()
        self.hub_addresses[order.alias] = self.login
        self.orders[order.number] = order
        self.dirty = True

    def _alias(self):
        return f"{secrets.token_hex(10)}@{ALIAS_DOMAIN}"

    def find_line(self, identifier):
        """(order, line) of a line's id, or (None, None)."""
        for order in self.orders.values():
            for line in order.lines:
                if line.id == identifier:
                    return order, line
        return None, None

    def touch_order(self, order, *lines):
        now = self.now()
        order.updated = max(now, order.updated)
        for line in lines:
            line.updated = max(now, line.updated)
        self.dirty = True

    def is_debited(self, workflow, state):
        """Whether an order in this state has been debited, unless told otherwise."""
        if workflow in LATE_WORKFLOWS:
            return state in LATE_WORKFLOWS[workflow]
        return state not in (*UNPAID_STATES, *DEAD_STATES)

    def set_debited(self, order, moment):
        order.debited = moment
        for line in order.lines:
            line.debited = moment

    def set_state(self, order, state):
        """The lines follow, but for those that are over."""
        now = self.now()
        order.state = state
        for line in order.lines:
            if line.state not in (*DEAD_STATES, "REFUNDED"):
                line.state = state
                if state in SENT_STATES:
                    line.shipped = line.shipped or now
                if state in ("RECEIVED", "CLOSED"):
                    line.received = line.received or now
        if state in SENT_STATES:
            order.shipped = order.shipped or now
        if not order.debited and self.is_debited(order.payment_workflow, state):
            self.set_debited(order, now)
        self.touch_order(order, *order.lines)

    def settle(self):
        """Let refunds be paid out by themselves, where the options say so."""
        seconds = float(self.options["refund_seconds"])
        if not seconds:
            return
        limit = self.now() - timedelta(seconds=seconds)
        for order in self.orders.values():
            for line in order.lines:
                due = [r for r in line.refunds if r.state in WAITING_REFUNDS and r.created <= limit]
                self.pay_out(order, line, due)

    def pay_out(self, order, line, refunds):
        for refund in refunds:
            refund.state, refund.paid_at = "REFUNDED", self.now()
            self.touch_order(order, line)

    # Incidents

    def open_incident(self, order, line, code, by):
        """Raises ValueError when one is open already or the reason is unknown."""
        if by not in ("customer", "operator"):
            raise ValueError("by: customer or operator")
        if line.incident:
            raise ValueError(f"line {line.id} has an open incident already")
        label = reasons.label("INCIDENT_OPEN", code)
        if label is None:
            raise ValueError(f"no reason {code} of type INCIDENT_OPEN")
        line.incidents.append(Incident(code, label, by, self.now()))
        self.touch_order(order, line)

    def close_incident(self, order, line):
        """The line returns to the state that it had before (assumption)."""
        incident = line.incident
        if incident is None:
            raise ValueError(f"line {line.id} has no open incident")
        incident.status, incident.closed = "CLOSED", self.now()
        self.touch_order(order, line)

    def dispute_incident(self, order, line):
        """The customer or operator rejects the seller's resolution."""
        incident = line.incident
        if incident is None or incident.status != "RESOLVED":
            raise ValueError(f"line {line.id} has no resolved incident")
        incident.status = "DISPUTED"
        self.touch_order(order, line)

    # Threads

    def sender_name(self, thread, sender):
        if sender == "operator":
            return OPERATOR_NAME
        if sender == "shop":
            return self.shop
        order = self.orders.get(thread.order_number)
        return customer_name(order.customer) if order else "Kunde"

    def add_message(self, thread, sender, body, to, moment=None, files=()):
        """Append a message; it sets or ends what awaits the shop's answer."""
        if sender not in ("customer", "operator", "shop"):
            raise ValueError("sender: customer, operator or shop")
        moment = moment or self.now()
        message = Message(
            self.new_uuid(), body, sender, self.sender_name(thread, sender), list(to), moment
        )
        message.files = list(files)
        thread.messages.append(message)
        thread.messages.sort(key=lambda m: m.at)
        thread.updated = max(moment, self.now(), thread.updated)
        self._note_needed(thread, message)
        if sender == "customer":
            self.customer_wrote.add(thread.order_number)
        self.dirty = True
        return message

    def _note_needed(self, thread, message):
        if message.sender == "shop":
            thread.needed_since = None
        elif message.sender in NEEDED_BY[self.options["reply_needed_for"]]:
            if "SHOP" not in message.to:
                return
            if thread.needed_since is None or self.options["reply_needed_moves"]:
                thread.needed_since = message.at

    def no_reply_needed(self, thread, by):
        if by not in ("SHOP", "OPERATOR"):
            raise ValueError("by: SHOP or OPERATOR")
        thread.not_needed.append((self.now(), by))
        thread.updated = max(self.now(), thread.updated)
        if self.options["no_reply_clears"]:
            thread.needed_since = None
        self.dirty = True

    def threads_of(self, thread):
        """All threads of the same entity, this one included: they share the file limit."""
        number = thread.order_number
        return [t for t in self.threads.values() if t.order_number == number]

    # Mail (see sandbox.relay): the alias is for notifications, an answer never arrives.

    def relay_addresses(self):
        return [order.alias for order in self.orders.values() if order.alias]

    def check_recipient(self, address):
        if address not in self.relay_addresses():
            raise MailRefused("550 5.1.1 Unknown recipient")

    def receive(self, address, mail):
        """Taken and thrown away: no thread ever shows it."""
        return {"status": "lost"}


def split(value, share):
    """A share (0 to 1) of an amount, to the cent."""
    return (value * Decimal(share)).quantize(CENT)
