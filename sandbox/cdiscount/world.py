"""One seller's Cdiscount: the rules of orders, discussions and relay addresses."""

import random
import secrets
import string
from collections import defaultdict
from datetime import timedelta

from ..relay import Refused
from ..seller import Seller
from ..xmlin import clean_text
from . import texts
from .records import TRANSIT, Alias, Discussion, Message, customer_name
from .timeline import Timeline

KINDS = ("claim", "order_question", "offer_question")
TOKEN_LIFE = timedelta(hours=48)
ALIAS_LIFE = timedelta(days=28)
ALIAS_DOMAIN = "clemarche.com"
SENDERS = {"operator": "Service client Cdiscount", "system": "Cdiscount"}
NO_ALIAS = (
    "L'adresse e-mail cryptée du client n'est plus disponible : "
    "la commande a été expédiée il y a plus de quatre semaines."
)
OPTIONS = {
    "edition": "2019",  # "2020": answers also carry SenderType, TrackingList…
    "status_of_new": "Open",  # status of a thread opened by a customer (or NotProcessed)
    "payment_seconds": 60,  # world seconds from acceptance to WaitingForShipmentAcceptation
    "closed_mail": "append",  # mail to a closed thread: append, reopen or refuse
    "dedupe_mail": False,  # append a Message-ID only once
    "bad_login": "401",  # wrong password: 401 or html
    "late_seconds": 0,  # a change shows in date windows only after so long
    "recent_days": 0,  # empty filters give threads of the last N days only; 0 = all
    "quota_per_hour": 0,  # calls per operation and world hour; 0 = no quota
    "bounce_host": "127.0.0.1",  # where delivery failure notices go
    "bounce_port": 0,  # 0 = only recorded
}


class CdiscountSeller(Seller):
    """Orders by number, discussions by id, sorted views by date. Hold `lock`."""

    platform = "cdiscount"
    option_defaults = OPTIONS

    def __init__(self, login, password, **more):
        self.display_login = login[:-4] if login.endswith("-api") else login
        super().__init__(
            login, password, **{**more, "shop": more.get("shop") or self.display_login}
        )
        self.orders = {}
        self.discussions = {}
        self.tokens = {}  # token -> naive Paris date of expiry
        self.aliases = {}  # address -> Alias
        self.alias_of_discussion = {}  # id -> address now handed out
        self.hub_addresses = {}  # the registry of all relay addresses, set by the platform
        self.seen_message_ids = set()
        self.quota_used = {}
        self.next_id = 110_000_000 + random.Random(login).randrange(80_000_000)
        self.rng = random.Random(login)
        self.index()

    def __getstate__(self):
        state = super().__getstate__()
        for name in (
            "updated",
            "created",
            "orders_updated",
            "in_transit",
            "claims_by_order",
            "hub_addresses",
        ):
            state.pop(name, None)
        return state

    def __setstate__(self, state):
        super().__setstate__(state)
        self.index()

    def index(self):
        """Build the sorted views anew; for many records at once this beats single adds."""
        threads = self.discussions.values()
        self.updated = {
            kind: Timeline((d.updated, d.id) for d in threads if d.kind == kind) for kind in KINDS
        }
        self.created = {
            kind: Timeline((d.created, d.id) for d in threads if d.kind == kind) for kind in KINDS
        }
        self.orders_updated = Timeline((o.updated, o.number) for o in self.orders.values())
        self.in_transit = {o.number for o in self.orders.values() if o.state in TRANSIT}
        self.claims_by_order = defaultdict(set)
        for thread in threads:
            self.note_claim(thread)

    def now(self):
        return self.clock.now()

    # Tokens

    def new_token(self):
        token = secrets.token_hex(16)
        self.tokens[token] = self.now() + TOKEN_LIFE
        self.dirty = True
        return token

    def token_lives(self, token):
        return self.tokens.get(token, self.now()) > self.now()

    # Orders

    def new_order_number(self, created):
        """YYMMDDhhmm and five characters, unique in this world."""
        alphabet = string.digits + string.ascii_uppercase
        while True:
            number = created.strftime("%y%m%d%H%M") + "".join(self.rng.choices(alphabet, k=5))
            if number not in self.orders:
                return number

    def add_order(self, order):
        if order.number in self.orders:
            raise ValueError(f"order {order.number} exists already")
        order.state_since = order.state_since or order.updated
        self.orders[order.number] = order
        self.orders_updated.add(order.updated, order.number)
        self._note_transit(order)
        self.dirty = True

    def _note_transit(self, order):
        change = self.in_transit.add if order.state in TRANSIT else self.in_transit.discard
        change(order.number)

    def touch_order(self, order, moment=None):
        self.dirty = True
        self.orders_updated.remove(order.updated, order.number)
        order.updated = moment or max(self.now(), order.updated)
        self.orders_updated.add(order.updated, order.number)

    def set_state(self, order, state):
        order.state = state
        order.state_since = self.now()
        self._note_transit(order)
        if state in ("Shipped", "AvailableOnStore") and not order.shipped_at:
            order.shipped_at = order.state_since
        self.touch_order(order)

    def settle(self, order):
        """Let the transit states pass: accepted -> payment -> waiting for shipment."""
        if order.state not in TRANSIT:
            return
        waited = (self.now() - order.state_since).total_seconds()
        limit = float(self.options["payment_seconds"])
        if waited >= limit:
            self.set_state(order, "WaitingForShipmentAcceptation")
        elif order.state == "AcceptedBySeller" and waited >= limit / 2:
            since = order.state_since
            self.set_state(order, "PaymentInProgress")
            order.state_since = since

    def settle_all(self):
        for number in list(self.in_transit):
            self.settle(self.orders[number])

    def has_claims(self, order):
        if order.has_claims is not None:
            return order.has_claims
        return bool(self.claims_by_order.get(order.number))

    # Discussions

    def add_discussion(self, kind, text, sender="customer", moment=None, **more):
        """Open a thread with its first message. `more`: fields of `records.Discussion`.

        Raises ValueError on an unknown kind, a used id or an unknown order.
        """
        if kind not in KINDS:
            raise ValueError(f"kind: one of {', '.join(KINDS)}")
        moment = moment or self.now()
        number = more.get("order_number")
        if number and number not in self.orders:
            raise ValueError(f"no order {number}")
        identifier = int(more.pop("id", None) or self.new_id())
        if identifier in self.discussions:
            raise ValueError(f"discussion {identifier} exists already")
        thread = Discussion(
            identifier,
            kind,
            moment,
            moment,
            self._first_status(sender),
            more.pop("subject", None) or "",
            **more,
        )
        self._complete(thread)
        self.discussions[identifier] = thread
        self.created[kind].add(thread.created, identifier)
        self.updated[kind].add(thread.updated, identifier)
        self.note_claim(thread)
        self.add_message(thread, sender, text, moment)
        return thread

    def _first_status(self, sender):
        return self.options["status_of_new"] if sender == "customer" else "Open"

    def new_id(self):
        self.next_id += 1
        while self.next_id in self.discussions:
            self.next_id += 1
        return self.next_id

    def _complete(self, thread):
        """Subject, claim type and customer that the caller left open."""
        order = self.orders.get(thread.order_number)
        line = order and order.goods and order.goods[0]
        if thread.kind == "claim" and not thread.claim_type:
            thread.claim_type = "Other"
        if order and thread.customer == "Client":
            thread.customer = customer_name(order.customer)
        if line and not thread.product_ean:
            thread.product_ean = line.ean
            thread.seller_reference = thread.seller_reference or line.seller_product_id
        if not thread.subject:
            thread.subject = texts.subject(thread, self.find_product(thread))

    def find_product(self, thread):
        """(name, sku) of what the thread is about; the first match in the orders."""
        order = self.orders.get(thread.order_number)
        for line in order.goods if order else ():
            if thread.seller_reference in (None, line.seller_product_id):
                return line.name, line.sku
        return thread.seller_reference or thread.product_ean or "produit", ""

    def note_claim(self, thread):
        if thread.kind == "claim" and thread.order_number:
            self.claims_by_order[thread.order_number].add(thread.id)
        else:
            self.forget_claim(thread)

    def forget_claim(self, thread):
        self.claims_by_order.get(thread.order_number, set()).discard(thread.id)

    def touch(self, thread, moment=None):
        self.dirty = True
        self.updated[thread.kind].remove(thread.updated, thread.id)
        thread.updated = moment or max(self.now(), thread.updated)
        self.updated[thread.kind].add(thread.updated, thread.id)

    def change_kind(self, thread, kind):
        """A question becomes a claim (or anything else) and keeps its number."""
        if kind not in KINDS:
            raise ValueError(f"kind: one of {', '.join(KINDS)}")
        self.created[thread.kind].remove(thread.created, thread.id)
        self.updated[thread.kind].remove(thread.updated, thread.id)
        thread.kind = kind
        self.created[kind].add(thread.created, thread.id)
        self.updated[kind].add(thread.updated, thread.id)
        self._complete(thread)
        self.note_claim(thread)
        self.touch(thread)

    def add_message(self, thread, kind, text, moment=None, sender=None):
        """Append (or, with an old `moment`, insert) a message; a customer reopens.

        Raises ValueError on an unknown `kind`.
        """
        name = sender or self.sender_name(thread, kind)
        moment = moment or self.now()
        text = clean_text(text).replace("\r\n", "\n").replace("\r", "\n")
        message = Message(text, name, kind, moment)
        thread.messages.append(message)
        if len(thread.messages) > 1 and thread.messages[-2].at > moment:
            thread.messages.sort(key=lambda m: m.at)
        self.touch(thread, max(moment, thread.updated))
        if kind == "customer" and thread.status == "Closed":
            thread.status, thread.closed_at = "Open", None
        elif kind == "seller" and thread.status == "NotProcessed":
            thread.status = "Open"
        return message

    def sender_name(self, thread, kind):
        if kind == "customer":
            return thread.customer
        if kind == "seller":
            return self.shop
        if kind not in SENDERS:
            raise ValueError("sender: customer, seller, operator or system")
        return SENDERS[kind]

    def set_status(self, thread, status):
        """Open, Closed or NotProcessed, with the dates that go with it."""
        self.touch(thread)
        thread.status = status
        thread.closed_at = thread.updated if status == "Closed" else None

    def close(self, thread):
        """The seller closes; returns a CloseDiscussionStatus."""
        if thread.status == "Closed":
            return "AlreadyClosed"
        if thread.cancel_pending:
            return "UnauthorizedCancelPending"
        if thread.messages and thread.messages[-1].kind == "customer":
            return "UnauthorizedLastAnswer"
        self.set_status(thread, "Closed")
        return "DiscussionClosed"

    # Relay addresses

    def _new_alias(self, **owner):
        address = f"c.{secrets.token_hex(9)}@{ALIAS_DOMAIN}"
        self.aliases[address] = Alias(address, self.now() + ALIAS_LIFE, **owner)
        self.hub_addresses[address] = self.login
        self.dirty = True
        return address

    def alias_lives(self, address):
        alias = self.aliases.get(address)
        return alias is not None and alias.expires > self.now()

    def alias_for_discussion(self, thread):
        """The thread's address, a new one when the old is over."""
        address = self.alias_of_discussion.get(thread.id)
        if not self.alias_lives(address):
            address = self._new_alias(order_number=thread.order_number, discussion_id=thread.id)
            self.alias_of_discussion[thread.id] = address
        return address

    def alias_for_order(self, order):
        """What stands in EncryptedEmail: an address, or a sentence when it is too late."""
        if order.shipped_at and self.now() - order.shipped_at > ALIAS_LIFE:
            return NO_ALIAS
        if not self.alias_lives(order.alias):
            order.alias = self._new_alias(order_number=order.number)
        return order.alias

    def generate_alias(self, order):
        """A further address of an order; every call gives a new one."""
        return self._new_alias(order_number=order.number)

    def expire_aliases(self):
        for alias in self.aliases.values():
            alias.expires = self.now()

    # Mail (see sandbox.relay)

    def relay_addresses(self):
        return list(self.aliases)

    def check_recipient(self, address):
        alias = self.aliases.get(address)
        if alias is None:
            raise Refused("550 5.1.1 Unknown recipient")
        if alias.expires <= self.now():
            raise Refused("550 5.1.6 This address has expired")
        thread = self.discussions.get(alias.discussion_id)
        if thread and thread.status == "Closed" and self.options["closed_mail"] == "refuse":
            raise Refused("550 5.7.1 This discussion is closed")

    def receive(self, address, mail):
        """Append the mail to its thread, or open one; returns {status, discussion_id}."""
        if mail.message_id and mail.message_id in self.seen_message_ids:
            if self.options["dedupe_mail"]:
                return {"status": "duplicate", "discussion_id": None}
        self.seen_message_ids.add(mail.message_id)
        alias = self.aliases[address]
        thread = self.discussions.get(alias.discussion_id)
        if thread is None:
            thread = self.add_discussion(
                "order_question",
                mail.text,
                "seller",
                order_number=alias.order_number,
                subject=mail.subject,
            )
            alias.discussion_id = thread.id
            self.alias_of_discussion.setdefault(thread.id, address)
        else:
            self.add_message(thread, "seller", mail.text)
            if thread.status == "Closed" and self.options["closed_mail"] == "reopen":
                self.set_status(thread, "Open")
        return {"status": "appended", "discussion_id": thread.id}
