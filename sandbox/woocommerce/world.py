"""One site's world: people, options, orders, inquiries, tickets. Hold `lock`."""

import hashlib
import random
import secrets
import threading
from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from ..seller import Seller
from . import records
from .records import Gateway, Key, Note, Notification, Product, User
from .texts import PRODUCTS

OPTIONS = {
    "tls": True,  # requests count as TLS: keys by Basic and query are taken
    "home_url": None,  # what the site takes for its address, where not as called
    "timezone": "Europe/Berlin",  # of the site; "" = only gmt_offset
    "gmt_offset": None,  # hours, where timezone is ""
    "language": "en",  # or de, fr: labels of tickets
    "ultimate": True,  # WCFM Ultimate: tickets, notes by vendors
    "rest_addon": True,  # wcfmmp/v1 is there
    "jwt": True,  # the JWT plugin: True, False or "bad_config"
    "application_passwords": True,
    "ticket_news": True,  # notifications tell our vendor of support tickets
    "ticket_routes": False,  # the site offers routes of its own for single tickets
    "clock_skew": 0,  # seconds that the server's clock is off, for OAuth
    "strip_authorization": False,  # the web server loses the header Authorization
    "refuse_verbs": False,  # PUT, PATCH and DELETE: 501 of a firewall
    "firewall": 0,  # HTML with this status (429, 403, 503) for every call
    "numbers_as_text": False,  # wc/v3: numbers and flags come as texts
    "hide_totals": False,  # X-WP-Total, X-WP-TotalPages and Link are lost
    "system_author": "WooCommerce",  # of automatic notes; "system", or a translated word
    "round_at_subtotal": False,  # taxes are rounded once for the whole order
    "customer_note_mail": True,  # the shop mails customer notes
    "note_prefix": True,  # notes by vendors begin with the store's name
    "order_number_prefix": "",  # a numbering plugin
    "extra_statuses": [],  # of plugins, without wc-
    "order_sync": False,  # WCFM: the status of vendors follows the order's
    "reply_view": True,  # WCFM: replies of an inquiry are shown
    "double_offset": True,  # WCFM: dates of tickets get the site's offset twice
    "refund_lines": "both",  # or "map": an old server that knows no list
    "webhook_delivery": "auto",  # or "manual": by POST deliveries/run only
    "webhook_hosts": "any",  # or "public": loopback and odd ports are refused
    "webhook_timeout": 60,
    "delivery_ids": "second",  # equal within a second for one webhook; or "unique"
    "duplicate_created": False,  # order.created is delivered twice
    "notice_host": "127.0.0.1",  # where notices to our vendor go by SMTP
    "notice_port": 0,  # 0 = nowhere
    "notice_to": "",  # else the vendor's address
}
GATEWAYS = (
    ("bacs", "Direct bank transfer", False),
    ("cheque", "Check payments", False),
    ("cod", "Cash on delivery", False),
    ("stripe", "Credit card (Stripe)", True),
    ("paypal", "PayPal", True),
)
OURS, STRANGER = "ours", "stranger"


class WooSeller(Seller):
    """A site. Login and password are those of our vendor.

    users, products, orders, inquiries, tickets, webhooks: id -> record; `keys`: by consumer key.
    `queue`: hooks that wait for delivery, `done`: deliveries.
    """

    platform = "woocommerce"
    option_defaults = OPTIONS

    def __init__(self, login, password, **more):
        super().__init__(login, password, **more)
        self.rng = random.Random(login)
        self.currency = "EUR"
        self.counter = 100 + self.rng.randrange(800)
        self.users, self.products, self.keys = {}, {}, {}
        self.orders, self.inquiries, self.tickets = {}, {}, {}
        self.notifications, self.webhooks = [], {}
        self.queue, self.done = [], []
        self.gateways = {name: Gateway(name, *rest) for name, *rest in GATEWAYS}
        self.jwt_secret = secrets.token_hex(16)
        self.home = ""  # the site's address as it was called last
        self._add_people()
        self._add_products()
        self.add_key("read_write", self.operator.id, *self._first_key())

    def _make_transient(self):
        super()._make_transient()
        self.delivery_lock = threading.Lock()  # whoever sends webhooks holds it

    def __getstate__(self):
        state = super().__getstate__()
        del state["delivery_lock"]
        return state

    def configure(self, spec):
        """As the core's, and `consumer_key`, `consumer_secret`, `currency`."""
        super().configure(spec)
        self.currency = spec.get("currency", self.currency)
        if "password" in spec and self.users:
            self.vendor.password = spec["password"]
        if "consumer_key" in spec:
            self.keys.clear()
            names = (spec["consumer_key"], spec["consumer_secret"])
            self.add_key("read_write", self.operator.id, *names)
        _ = self.zone  # a wrong time zone is told at once

    # Time

    def now(self):
        return self.clock.utc().replace(microsecond=0)

    @property
    def zone(self):
        """The site's time zone. Raises ValueError on an unknown one."""
        name = self.options["timezone"]
        if not name:
            return timezone(timedelta(hours=float(self.options["gmt_offset"] or 0)))
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError) as problem:
            raise ValueError(f"timezone: {problem}") from problem

    def local(self, moment):
        """Naive site-local text as MySQL has it."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    # People

    def new_id(self):
        self.counter += 1
        return self.counter

    def _add_people(self):
        self.operator = self.add_user(
            "operator", f"operator-{self.password}", "Marketplace team", records.ADMINISTRATOR
        )
        self.vendor = self.add_user(
            self.login, self.password, "Ada Vendeuse", records.VENDOR, self.shop
        )
        self.stranger = self.add_user(
            "stranger", f"stranger-{self.password}", "Stran Ger", records.VENDOR, "Other Store"
        )
        self.customer = self.add_user(
            "customer", f"customer-{self.password}", "Lena Muster", records.CUSTOMER
        )

    def add_user(self, login, password, name, role, store=""):
        number = len(self.users) + 1
        email = f"{login}@{'stores' if store else 'people'}.example"
        word = hashlib.sha256(f"{login} {password}".encode()).hexdigest()[:24]
        user = User(number, login, password, name, email, role, store, [word])
        self.users[number] = user
        return user

    def named_user(self, name):
        """operator, vendor (or ours), stranger, customer, or a login. Raises ValueError."""
        known = {"operator": self.operator, "vendor": self.vendor, OURS: self.vendor}
        known |= {STRANGER: self.stranger, "customer": self.customer}
        found = known.get(name) or next((u for u in self.users.values() if u.login == name), None)
        if found is None:
            raise ValueError(f"no user {name}")
        return found

    def user_name(self, number):
        user = self.users.get(number)
        return (user.store or user.name) if user else ""

    # Keys and products

    def _first_key(self):
        words = [f"{self.login} {self.password} {kind}" for kind in ("key", "secret")]
        hashes = [hashlib.sha1(word.encode()).hexdigest() for word in words]
        return f"ck_{hashes[0]}", f"cs_{hashes[1]}"

    def add_key(self, permissions, user_id, consumer_key=None, consumer_secret=None):
        if permissions not in ("read", "write", "read_write"):
            raise ValueError("permissions: read, write or read_write")
        key = Key(
            consumer_key or f"ck_{secrets.token_hex(20)}",
            consumer_secret or f"cs_{secrets.token_hex(20)}",
            permissions,
            user_id,
        )
        self.keys[key.consumer_key] = key
        return key

    def _add_products(self):
        for position, (sku, name, price) in enumerate(PRODUCTS):
            owner = self.stranger if position >= len(PRODUCTS) - 2 else self.vendor
            self.add_product(sku, name, price, owner.id)

    def add_product(self, sku, name, price, vendor_id):
        product = Product(self.new_id(), sku, name, records.Decimal(price), vendor_id)
        self.products[product.id] = product
        return product

    def product_of_sku(self, sku):
        return next((p for p in self.products.values() if p.sku == sku), None)

    # What several parts write

    def touch_order(self, order):
        """The modification date moves on; never back."""
        order.modified = max(self.now(), order.modified)
        self.dirty = True

    def add_note(self, order, text, customer=False, author=None, by="system", at=None):
        """A note changes no modification date and fires no order.updated."""
        author = author or self.options["system_author"]
        note = Note(self.new_id(), author, at or self.now(), text, customer, by)
        order.notes.append(note)
        self.dirty = True
        return note

    def notify(self, vendor_id, kind, message, at=None):
        number = self.notifications[-1].id + 1 if self.notifications else 1
        self.notifications.append(Notification(number, vendor_id, kind, message, at or self.now()))
