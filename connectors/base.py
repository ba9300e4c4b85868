"""What a marketplace client can be asked for, and what it answers.

A client declares what it can do (`capabilities`, `streams`, `reasons`); buttons, jobs and the
table in docs/ follow these declarations. It knows nothing of Odoo.
"""

from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal

from . import errors


def utcnow():
    """Now as naive UTC, the only kind of date-time that crosses the boundary."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


# Capabilities ---------------------------------------------------------------------------------

REPLY = "reply"
OPEN_CONVERSATION = "open_conversation"  # about an order
CONTACT_OPERATOR = "contact_operator"  # write to the marketplace itself, without an order
REPLY_CLOSED = "reply_closed"  # a closed case can still be answered
ATTACHMENTS = "attachments"
CHOOSE_RECIPIENT = "choose_recipient"
REFUND_ORDER = "refund_order"
REFUND_LINES = "refund_lines"
REFUND_UNITS = "refund_units"
REFUND_AMOUNT = "refund_amount"
REFUND_SHIPPING = "refund_shipping"  # shipping charges on their own
REFUND_LINE_SHIPPING = "refund_line_shipping"  # shipping charges together with their line
GESTURE = "gesture"
REFUSE_LINES = "refuse_lines"  # before shipment
REFUSE_NEEDS_ALL_LINES = "refuse_needs_all_lines"  # kept lines are declared shipped in one call
CLOSE = "close"
CLOSE_NEEDS_ANSWER = "close_needs_answer"  # refused while the last message is the customer's
RESOLVE_INCIDENT = "resolve_incident"
COMMENT = "comment"
CAPABILITIES = (
    REPLY,
    OPEN_CONVERSATION,
    CONTACT_OPERATOR,
    REPLY_CLOSED,
    ATTACHMENTS,
    CHOOSE_RECIPIENT,
    REFUND_ORDER,
    REFUND_LINES,
    REFUND_UNITS,
    REFUND_AMOUNT,
    REFUND_SHIPPING,
    REFUND_LINE_SHIPPING,
    GESTURE,
    REFUSE_LINES,
    REFUSE_NEEDS_ALL_LINES,
    CLOSE,
    CLOSE_NEEDS_ANSWER,
    RESOLVE_INCIDENT,
    COMMENT,
)

# How an answer travels.
BY_API = "api"  # the client sends it
BY_RELAY_MAIL = "relay_mail"  # an e-mail to `contact_address`, seen later in the thread

# Why there is no relay address.
ADDRESS_CLOSED = "closed"
ADDRESS_TOO_OLD = "too_old"
ADDRESS_NOT_FOUND = "not_found"
ADDRESS_UNKNOWN = "unknown"
ADDRESS_PROBLEMS = (ADDRESS_CLOSED, ADDRESS_TOO_OLD, ADDRESS_NOT_FOUND, ADDRESS_UNKNOWN)


# What differs from site to site of one kind of marketplace: see `Client.site_abilities`.
SITE_TICKETS = "tickets"  # there are support tickets
SITE_TICKET_ANSWERS = "ticket_answers"  # they are answered by a call
SITE_TICKET_NEWS = "ticket_news"  # a call tells that somebody wrote in one
SITE_NOTES = "notes"  # sellers write notes on orders


# Which switches of a comment a shop knows: (visible to the customer, mailed to him).
ANY_FLAGS = frozenset({(False, False), (True, False), (False, True), (True, True)})
MAILED_IF_VISIBLE = frozenset({(False, False), (True, True)})
NEVER_MAILED = frozenset({(False, False), (True, False)})


# What a reason is for.
FOR_REFUND = "refund"
FOR_GESTURE = "gesture"
FOR_REFUSAL = "refusal"  # or a cancellation before the customer is charged
FOR_INCIDENT = "incident"  # why an incident was opened
FOR_RESOLVING = "resolving"  # how an incident was resolved
FOR_TOPIC = "topic"  # what a conversation about an order is about
FOR_OPERATOR_TOPIC = "operator_topic"  # what a conversation with the operator is about
USAGES = (
    FOR_REFUND,
    FOR_GESTURE,
    FOR_REFUSAL,
    FOR_INCIDENT,
    FOR_RESOLVING,
    FOR_TOPIC,
    FOR_OPERATOR_TOPIC,
)


@dataclass(frozen=True)
class StreamSpec:
    """One kind of inbound data. `records`: "case", "order" or "comment" (read by `get_notes`, not
    by `pull`); `overlap`: seconds read again; `every`: minutes between two readings, 0 = as often
    as the account reads."""

    key: str
    label: str
    records: str
    overlap: int = 0
    every: int = 0


@dataclass(frozen=True)
class ReasonSpec:
    """A code that the marketplace accepts. `usage`: one of USAGES; `allowed`: whether the seller
    may use it, else it only gives a label to what others did."""

    usage: str
    code: str
    label: str
    is_default: bool = False
    allowed: bool = True


@dataclass(frozen=True)
class MessageLimits:
    """What a message may be. 0 = no limit known.

    `max_bytes`: text and files of one message; `max_files`: of one message; `max_case_files`: of
    all messages about one order.
    """

    min_text: int = 1
    max_text: int = 0
    max_files: int = 0
    max_case_files: int = 0
    max_bytes: int = 0


@dataclass(frozen=True)
class Credentials:
    """What the account form holds.

    `token`, `token_expires_at`: kept by the account between runs.
    """

    login: str = ""
    password: str = field(default="", repr=False)
    service_url: str = ""
    token_url: str = ""
    token: str = field(default="", repr=False)
    token_expires_at: datetime | None = None
    options: dict = field(default_factory=dict)


# Operations: what must happen at the marketplace exactly once ----------------------------------


@dataclass(frozen=True)
class Operation:
    """Base. `reference`: our own stable id of the operation."""

    reference: str
    kind = ""


@dataclass(frozen=True)
class OutFile:
    """A file that leaves with a message. `content`: bytes, never in a payload."""

    name: str
    content: bytes = field(repr=False, default=b"")
    mimetype: str = "application/octet-stream"


@dataclass(frozen=True)
class Reply(Operation):
    """A message of ours: an answer in a case or, with an empty `case_remote_id`, the first one of
    a new conversation about `order_ref`, or with the operator where that is empty too.

    `recipients`: of records.CUSTOMER and records.OPERATOR; empty = as the marketplace does.
    `topic_code`: a reason of usage "topic" or "operator_topic", else `topic` is free text; both
    only for a new conversation. `last_seen`: remote id of the newest message that its writer had
    seen, "" = do not compare; `own`: remote ids of messages that left from here since then.
    `close`: the answer closes its case, where an answer says so there.
    """

    case_remote_id: str = ""
    text: str = ""
    recipients: tuple[str, ...] = ()
    order_ref: str = ""
    topic_code: str = ""
    topic: str = ""
    last_seen: str = ""
    own: tuple[str, ...] = ()
    files: tuple[OutFile, ...] = ()
    close: bool = False
    kind = REPLY


@dataclass(frozen=True)
class RefundLine:
    """One line to refund, or a part of it.

    `amount`: of its goods, `shipping`: of its shipping charges, given back only `with_shipping`;
    both as `records.OrderLine` counts them, taxes included. Where lines are refunded whole they
    say what is expected. `quantity`: units, None where money is meant; `reason_code`: of usage
    "refund".
    """

    line_remote_id: str
    sku: str = ""
    ean: str = ""
    amount: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    with_shipping: bool = False
    quantity: int | None = None
    reason_code: str = ""


@dataclass(frozen=True)
class Refund(Operation):
    """Refund lines of an order whose `give_back` is records.BY_REFUND.

    For marketplaces that ask so: `pay_back`: the shop's payment service pays, else it is only
    noted there; `restock`: the units are for sale again. None: nobody decided. `reason_text`: what
    somebody wrote for the customer, who may see it.
    """

    order_ref: str = ""
    lines: tuple[RefundLine, ...] = ()
    pay_back: bool | None = None
    restock: bool | None = None
    reason_text: str = ""
    kind = "refund"


@dataclass(frozen=True)
class Gesture(Operation):
    """Give back a free amount of an order. `pay_back`, `restock`, `reason_text`: see
    Refund."""

    order_ref: str = ""
    amount: Decimal = Decimal(0)
    reason_code: str = ""
    pay_back: bool | None = None
    restock: bool | None = None
    reason_text: str = ""
    kind = GESTURE


@dataclass(frozen=True)
class LineDecision:
    """Refuse or cancel one line, or (refuse False) declare it shipped.

    `amount`, `shipping`, `quantity`: what is cancelled of it, where parts can be; taxes included.
    """

    line_remote_id: str
    refuse: bool
    condition: str = ""
    amount: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    quantity: int | None = None
    reason_code: str = ""


@dataclass(frozen=True)
class RefuseLines(Operation):
    """Refuse lines before shipment, or cancel them before the customer is charged.

    With REFUSE_NEEDS_ALL_LINES every line is given. `whole_order`: all that is left of it.
    """

    order_ref: str = ""
    decisions: tuple[LineDecision, ...] = ()
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    whole_order: bool = False
    kind = REFUSE_LINES


@dataclass(frozen=True)
class Close(Operation):
    """Close one case."""

    case_remote_id: str = ""
    kind = CLOSE


@dataclass(frozen=True)
class ResolveIncident(Operation):
    """Tell the marketplace that the incident of a line is solved; others close it.

    `reason_code`: of usage "resolving".
    """

    order_ref: str = ""
    line_remote_id: str = ""
    reason_code: str = ""
    kind = RESOLVE_INCIDENT


@dataclass(frozen=True)
class Comment:
    """One follow-up comment of an order. `number`: ours, which the shop knows it by.

    `order_ref`: the shop's number of the order, `own_ref`: ours; `date`: ISO date; `visible`: the
    customer sees it in the shop; `mail`: the shop mails it to the customer; `has_address`: the
    shop has an address to mail it to, or may have. `may_be_there`: an earlier call whose outcome is
    unknown may have brought it.
    """

    number: str
    order_ref: str = ""
    own_ref: str = ""
    text: str = ""
    date: str = ""
    visible: bool = False
    mail: bool = False
    has_address: bool = True
    may_be_there: bool = False


@dataclass(frozen=True)
class Comments(Operation):
    """Bring comments to the shop, in this order; each has a result of its own."""

    comments: tuple[Comment, ...] = ()
    kind = COMMENT


OPERATION_TYPES = {
    cls.kind: cls for cls in (Reply, Refund, Gesture, RefuseLines, Close, ResolveIncident, Comments)
}

# Codes of an item's result that are our own.
NO_RESULT = "no_result"  # the shop said nothing about this item
AGAIN = "again"  # not settled: the item is to be sent again


@dataclass(frozen=True)
class ItemResult:
    """The answer for one item: a line's remote id, "gesture", or a comment's number.
    `amount`: as the marketplace says.

    `message`: a plain sentence; `detail`: the marketplace's raw text, redacted, for the log;
    `remote_id`: the marketplace's number of the refund that it made for this item.
    """

    item: str
    ok: bool
    code: str = ""
    message: str = ""
    amount: Decimal | None = None
    detail: str = ""
    remote_id: str = ""


@dataclass(frozen=True)
class Outcome:
    """What the marketplace answered to an operation that it executed or refused.

    `ok` False with all items refused is a refusal; with some accepted it is a partial one.
    `retry_when_answered`: refused only because our answer is not in the thread yet.
    `remote_id`: of the message that a reply became; `case_remote_id`: of its conversation.
    """

    ok: bool
    code: str = ""
    message: str = ""
    remote_id: str = ""
    items: tuple[ItemResult, ...] = ()
    retry_when_answered: bool = False
    detail: str = ""
    case_remote_id: str = ""


# Code of the refusal of a reply: something new came that its writer has not seen.
NEWS = "news"

# How doubt ends.
FOUND = "found"
ABSENT = "absent"
NOT_YET = "not_yet"  # ask again later
UNDECIDABLE = "undecidable"  # a person decides


@dataclass(frozen=True)
class Finding:
    """What the marketplace shows of an operation whose outcome is unknown.

    `outcome`: with FOUND, what to record. `now`: the picture read now, as `picture` gives it.
    """

    verdict: str
    outcome: Outcome | None = None
    now: dict = field(default_factory=dict)
    reason: str = ""


class Client:
    """A marketplace client. Use as a context manager: the session is closed at the end.

    Every remote call has hard time-outs and raises only the errors of `connectors.errors`.
    """

    provider = ""
    label = ""
    capabilities = frozenset()
    reply_channel = BY_API
    streams: tuple[StreamSpec, ...] = ()
    reasons: tuple[ReasonSpec, ...] = ()
    topics: dict[str, str] = {}  # the marketplace's code of a case's topic -> a label
    cannot: dict[str, str] = {}  # capability -> one sentence why it is absent
    defaults: dict[str, object] = {}  # the provider's default for the account's rules
    default_urls: dict[str, str] = {}
    required: tuple[str, ...] = ("login", "password")  # fields of Credentials that must be given
    message_limits = MessageLimits()
    has_facts = False  # `get_facts` tells something
    tells_payout = False  # `records.OrderRefund.is_paid` follows the money
    numbers_refunds = True  # what is given back has a number there, told when it is accepted
    tells_refunds = True  # all that is given back shows in the order, whoever gave it
    asks_pay_back = False  # a person chooses `pay_back` of every refund and gesture
    asks_restock = False  # a person chooses `restock` of every refund of units
    relay_domains: tuple[str, ...] = ()  # mail to these goes through the outbox only
    orders_at_once = 0  # that `get_orders` is asked for, where each takes a call; 0 = no limit
    cases_at_once = 0  # that `read_cases` is asked for; 0 = cases are not read by number
    max_comments = 0  # in one Comments operation; 0 = no limit
    comment_flags = ANY_FLAGS
    webhook_topics: tuple[str, ...] = ()  # what `create_webhooks` asks to be told of
    takes_notices = False  # the marketplace mails when something new is in a case

    def __init__(self, credentials, now=None):
        """`credentials`: Credentials. `now`: callable giving naive UTC, for tests."""
        self.credentials = credentials
        self._now = now or utcnow

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close_session()

    def close_session(self):
        """Give back sockets."""

    @property
    def token_state(self):
        """(token, expires_at) to keep on the account after use, or None where there is none.

        ("", None) after a token was refused: the next use asks for a new one.
        """
        return None

    @property
    def site_abilities(self):
        """{ability: bool} of what was found out about this site up to now; see SITE_TICKETS. What
        nobody looked at is left out."""
        return {}

    # Reading

    def test_connection(self):
        """Yield a `records.Check` for every right, without changing anything there."""
        raise errors.NotSupportedError("This client cannot test its connection.")

    def pull(self, stream, cursor, since):
        """Yield `records.Page`s of one stream, oldest window first.

        `cursor`: the value of the last stored page or None; `since`: naive UTC start of a
        first read.
        """
        raise errors.NotSupportedError("This client reads nothing.")

    def get_orders(self, refs):
        """The `records.Order`s of these numbers, in any order; unknown ones are left out. Of one
        that cannot be read a `records.Broken`."""
        raise errors.NotSupportedError("This client cannot read orders by number.")

    def get_cases(self, order_refs):
        """The `records.Case`s about these orders, whatever their date."""
        raise errors.NotSupportedError("This client cannot search cases by order.")

    def read_cases(self, remote_ids):
        """The `records.Case`s of these ids, as far as they can be read: those that were set aside
        are tried again."""
        raise errors.NotSupportedError("This client cannot read cases by number.")

    def get_facts(self):
        """The `records.Facts` about the seller account, asked for once a day.

        A part that the login may not read is named in `problems` and left out.
        """
        raise errors.NotSupportedError("This marketplace tells nothing about the account.")

    def get_file(self, remote_id):
        """The `records.File` of a message's attachment."""
        raise errors.NotSupportedError("This marketplace gives no files.")

    def get_notes(self, order_refs):
        """Yield the `records.OrderNote`s of these orders: for shops whose orders do not change
        when a note is added. Orders that the shop does not show are left out; of a note that
        cannot be read a `records.Broken` (see `records.get_note_key`)."""
        raise errors.NotSupportedError("This marketplace has no notes on orders.")

    def get_gateway(self, order_ref):
        """The `records.Gateway` that an order was paid by."""
        raise errors.NotSupportedError("This marketplace does not name its payment services.")

    def get_contact_address(self, case_remote_id, order_ref):
        """A fresh relay `records.ContactAddress` of a case, or of an order (case id "")."""
        raise errors.NotSupportedError("This marketplace has no relay addresses.")

    def get_carriers(self):
        """The `records.Carrier`s that a shipment may name."""
        return ()

    @classmethod
    def backoffice_url(cls, service_url="", case_remote_id="", order_ref=""):
        """A link into the seller's back office, "" where none is known. Needs no login."""
        return ""

    @classmethod
    def read_notice_link(cls, service_url, url):
        """(kind, remote id) of the case that a link in a notice by mail leads to; None for links
        to elsewhere. Needs no login."""

    # Writing

    @classmethod
    def get_comment_problem(cls, comment):
        """Why the shop cannot take this Comment as it is, in a sentence; "" where it can."""
        return ""

    def picture(self, operation):
        """What the marketplace shows just before sending: a JSON-able dict kept with the operation.

        For a gesture "gestures" is the sum, as text, of those that the order shows already.
        It only reads: whatever it raises, nothing was sent. RefusedError with the code NEWS: the
        conversation holds something that the writer of a reply has not seen.
        """
        return {}

    def perform(self, operation, before=None):
        """Send it once; returns an Outcome. `before`: what `picture` gave just now.

        Raises NotSentError, UnknownOutcomeError, RefusedError, LoginError, NotSupportedError.
        """
        raise errors.NotSupportedError(f"This marketplace cannot do “{operation.kind}”.")

    def create_webhooks(self, delivery_url, secret, ids=()):
        """Ask the shop to call `delivery_url`; returns {topic: remote id}. Those of ours that are
        there already are replaced, see `delete_webhooks`."""
        raise errors.NotSupportedError("This marketplace calls nobody.")

    def delete_webhooks(self, delivery_url, ids=()):
        """End the webhooks that the shop lists for `delivery_url`, known to us or not; of those
        with these remote ids also what calls its path at another host: ours of before a move."""
        raise errors.NotSupportedError("This marketplace calls nobody.")

    def get_webhooks(self, delivery_url):
        """{topic: whether the shop calls} of the webhooks that it lists for `delivery_url`."""
        raise errors.NotSupportedError("This marketplace calls nobody.")

    def find(self, operation, before, sent_at):
        """Ask the marketplace whether a doubtful operation happened; returns a Finding.

        `before`: what `picture` gave; `sent_at`: naive UTC of the attempt. Whatever it raises,
        the outcome stays unknown.
        """
        return Finding(UNDECIDABLE)
