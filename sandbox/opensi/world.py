"""One seller's web shop and, beside it, the ERP that feeds some shop. Hold `lock`."""

import hashlib
import itertools
import random
from dataclasses import fields, replace

from ..seller import Seller
from .const import DUPLICATE, ENVELOPES, MESSAGES, NOT_FOUND
from .records import DONE, LOST, REFUSED, WAITING, ErpComment, Order, ShopComment, Target

FIRST_ORDER = 100000001
FIRST_COMMENT = 7001
PUSHES_KEPT = 200
OPTIONAL = {"mail", "visible", "raw", "nil", "xml"}  # values of a comment at the ERP
OPTIONS = {
    "website_code": "main",
    "stores": [],  # further website codes on the same installation
    "own_orders_only": False,  # a store finds only its own orders
    "fault_style": "original",  # or php: in the caller's version, with status 500
    "added_code": "1002",  # the result of a comment that was stored
    "surplus_results": 0,  # results too many; negative: the last so many are missing
}


def make_key(login, password):
    return hashlib.md5(f"{login}-{password}".encode(), usedforsecurity=False).hexdigest()


class OpensiSeller(Seller):
    """`orders`: number -> Order; `comment_ids`: the installation's table, CommentId -> when."""

    platform = "opensi"
    option_defaults = OPTIONS

    def __init__(self, login, password, **more):
        super().__init__(login, password, **more)
        self.rng = random.Random(login)
        self.orders = {}
        self.comment_ids = {}
        self.target = Target(login=login, password=password)
        self.erp_comments = []
        self.pushes = []

    @property
    def key(self):
        return make_key(self.login, self.password)

    @property
    def website_codes(self):
        return [self.options["website_code"], *self.options["stores"]]

    def configure(self, spec):
        super().configure(spec)
        if self.options["fault_style"] not in ("original", "php"):
            raise ValueError("fault_style: original or php")

    # The shop

    def add_order(self, spec):
        """A new order from the control API's values. Raises ValueError."""
        number = str(spec.get("number") or self._free_number())
        if number in self.orders:
            raise ValueError(f"order {number} exists already")
        now = self.clock.now()
        order = Order(number, str(spec.get("own_number") or self.own_number(number)), now)
        order.website_code = self.options["website_code"]
        self.orders[number] = order
        return self.change_order(order, spec)

    def change_order(self, order, spec):
        for name in ("own_number", "website_code", "state", "code", "customer", "email"):
            if name in spec:
                setattr(order, name, str(spec[name]))
        if "blocked" in spec:
            order.blocked = bool(spec["blocked"])
        return order

    def _free_number(self):
        numbers = map(str, itertools.count(FIRST_ORDER + len(self.orders)))
        return next(number for number in numbers if number not in self.orders)

    def own_number(self, web_order):
        """OpenSi's number of an order: CC, year, month, four digits."""
        order = self.orders.get(web_order)
        if order:
            return order.own_number
        last = sum(map(ord, web_order)) if not web_order.isdigit() else int(web_order)
        return f"CC{self.clock.now():%y%m}{last % 10000:04}"

    def find_order(self, number, website_code):
        order = self.orders.get(number)
        if order and self.options["own_orders_only"] and order.website_code != website_code:
            return None
        return order

    def take(self, received, website_code):
        """One record of setComments -> (key, code, message); None: the module says nothing."""
        key = received.web_order
        order = self.find_order(key, website_code)
        if order is None:
            return key, NOT_FOUND, MESSAGES[NOT_FOUND]
        if order.blocked:
            return None
        if order.code:
            return key, order.code, MESSAGES.get(order.code, f"Result {order.code}")
        if (received.number or "0") in self.comment_ids:
            return key, DUPLICATE, MESSAGES[DUPLICATE]
        self.store(order, received, website_code)
        return key, self.options["added_code"], ""

    def store(self, order, received, website_code):
        now = self.clock.now()
        number = received.number or "0"
        flags = (received.visible, received.mail)
        order.comments.append(
            ShopComment(
                number, received.text, received.date, *flags, received.own_order, website_code, now
            )
        )
        self.comment_ids[number] = now
        if received.mail:
            self.mails.append(
                {
                    "at": now.isoformat(timespec="milliseconds"),
                    "order": order.number,
                    "text": received.text,
                    "from": self.shop,
                    "to": order.email,
                    "subject": f"Commande {order.number}",
                    "status": "sent",
                }
            )

    # The ERP

    def set_target(self, spec):
        """Raises ValueError on unknown values."""
        self.target = changed_target(Target(login=self.login, password=self.password), spec)
        return self.target

    def add_erp_comment(self, spec):
        """Raises ValueError on unknown values."""
        spec = dict(spec)
        web_order = str(spec.pop("web_order", ""))
        values = {
            "number": str(spec.pop("number", "") or FIRST_COMMENT + len(self.erp_comments)),
            "own_order": str(spec.pop("own_order", "") or self.own_number(web_order)),
            "text": str(spec.pop("text", "")),
            "date": str(spec.pop("date", "") or self.clock.now().date()),
        }
        more = {name: spec.pop(name) for name in OPTIONAL & spec.keys()}
        if spec:
            raise ValueError(f"comment: unknown {', '.join(sorted(spec))}")
        comment = ErpComment(web_order=web_order, **values, **more)
        self.erp_comments.append(comment)
        return comment

    def to_push(self):
        """The comments without a result, and those whose code is to be tried again."""
        return [
            comment
            for comment in self.erp_comments
            if comment.state in (WAITING, LOST)
            or (comment.state == REFUSED and comment.code in self.target.retry_codes)
        ]

    def sent(self, comments):
        """They are on the wire: without a result they count as lost."""
        for comment in comments:
            comment.tries += 1
            comment.sent_at = self.clock.now().isoformat(timespec="seconds")
            if comment.state in (WAITING, LOST):
                comment.state = LOST

    def settle(self, comment, code, message):
        comment.code, comment.message = code, message
        comment.state = DONE if code[:1] in ("1", "2") else REFUSED

    def note_push(self, entry):
        self.pushes.append({"at": self.clock.now().isoformat(timespec="milliseconds"), **entry})
        del self.pushes[:-PUSHES_KEPT]


def changed_target(target, spec):
    """A Target with some values changed. Raises ValueError on nonsense."""
    unknown = set(spec) - {field.name for field in fields(Target)}
    if unknown:
        raise ValueError(f"target: unknown {', '.join(sorted(unknown))}")
    values = {name: value for name, value in spec.items() if value is not None}
    for name in ("every_seconds", "timeout"):
        if name in values:
            values[name] = float(values[name])
    if "retry_codes" in values:
        values["retry_codes"] = tuple(map(str, values["retry_codes"]))
    if "batch" in values:
        values["batch"] = max(1, int(values["batch"]))
    target = replace(target, **values)
    if target.version not in ENVELOPES:
        raise ValueError("version: 1.1 or 1.2")
    try:
        "".encode(target.encoding)
    except LookupError as problem:
        raise ValueError(str(problem)) from problem
    return target
