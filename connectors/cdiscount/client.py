"""The client of Cdiscount's SOAP service (cdiscount_soap contract, section 1)."""

import logging
import time
from datetime import datetime, timedelta, timezone

from .. import base, errors, records
from . import actions, answers, const, mapper
from .service import Service

_logger = logging.getLogger(__name__)


class CdiscountClient(base.Client):
    """See `base.Client`. Options of the credentials, all optional:

    `seller_names`: list of names under which the seller writes; `refund_call`: "after_shipment"
    to refund with the older call; `settle_minutes`: when an invisible change counts as absent
    (90); `timeout`: seconds of a whole call (60); `max_bytes`: of an answer (32 MB);
    `integrator`: name shown to Cdiscount's support.
    """

    provider = "cdiscount"
    label = "Cdiscount (SOAP)"
    capabilities = frozenset(
        {
            base.REPLY,
            base.OPEN_CONVERSATION,
            base.REFUND_ORDER,
            base.REFUND_LINES,
            base.REFUND_LINE_SHIPPING,
            base.GESTURE,
            base.REFUSE_LINES,
            base.REFUSE_NEEDS_ALL_LINES,
            base.CLOSE,
            base.CLOSE_NEEDS_ANSWER,
        }
    )
    reply_channel = base.BY_RELAY_MAIL
    relay_domains = (const.RELAY_DOMAIN,)
    numbers_refunds = False
    streams = const.STREAMS
    reasons = const.REASONS
    topics = const.CLAIM_TYPES
    cannot = {
        base.CONTACT_OPERATOR: "Cdiscount has no call to write to its own staff.",
        base.REPLY_CLOSED: "A closed discussion still has a relay address, but what becomes of "
        "a mail to it is not documented.",
        base.ATTACHMENTS: "How the mail relay treats attachments is not documented.",
        base.CHOOSE_RECIPIENT: "A relay address leads to the customer only.",
        base.REFUND_UNITS: "A line is refunded whole: the call knows no quantity.",
        base.REFUND_AMOUNT: "A line is refunded whole: the call knows no amount. "
        "A commercial gesture gives back a free amount.",
        base.REFUND_SHIPPING: "Shipping charges are refunded only together with their line. "
        "A commercial gesture with the reason “Shipping fees” gives them back on their own.",
        base.RESOLVE_INCIDENT: "Cdiscount has no incidents, only discussions.",
        base.COMMENT: "Orders at Cdiscount have no comments: what the customer may see leaves "
        "as a message about the order.",
    }
    defaults = {
        "answer_hours": 48,
        "warn_hours": 8,
        "relay_days": const.RELAY_LIFE.days,
        "refund_days": 200,
        "contact_days": const.RELAY_LIFE.days,
    }
    default_urls = {"service_url": const.SERVICE_URL, "token_url": const.TOKEN_URL}

    def __init__(self, credentials, now=None):
        super().__init__(credentials, now)
        self.service = Service(credentials, self._now)

    def close_session(self):
        self.service.close()

    @property
    def token_state(self):
        return self.service.token, self.service.token_expires_at

    @property
    def settle_time(self):
        """How long a change may stay invisible (contract 1.6)."""
        minutes = self.credentials.options.get("settle_minutes", const.SETTLE_MINUTES)
        return timedelta(minutes=float(minutes))

    def now(self):
        """Naive UTC."""
        return self._now()

    # Reading

    def pull(self, stream, cursor, since):
        """See base. Cursor: {"until": ISO end of the last window read, naive UTC}."""
        if stream not in const.WINDOWS:
            raise errors.NotSupportedError(f"Cdiscount has no stream “{stream}”.")
        for begin, end in split_windows(cursor, since, self._now(), const.WINDOWS[stream]):
            if stream == const.ORDERS:
                good, broken = self._read_orders(window_filter(begin, end))
            else:
                source = const.CASE_SOURCES[stream]
                good, broken = self._read_cases(source, window_filter(begin, end))
            if stream == const.ORDERS:  # a case is never left out, whatever its date says
                oldest = begin - const.FILTER_SLACK
                good = [item for item in good if (item.updated_at or end) >= oldest]
            asked_for = sorted(good, key=lambda item: item.updated_at or item.created_at or end)
            yield records.Page(tuple(asked_for), {"until": end.isoformat()}, tuple(broken))

    def get_orders(self, refs):
        found = []
        for part in _chunks(refs):
            # Exclusive: beside a list of numbers the other filters are ignored (1.6).
            good, broken = self._read_orders({"OrderReferenceList": {"string": part}})
            found += good
            for record in broken:
                _logger.warning("Order %s cannot be read: %s", record.remote_id, record.error)
        return found

    def get_cases(self, order_refs):
        found = []
        for part in _chunks(order_refs):
            for stream in ("claims", "order_questions"):
                more = {"OrderNumberList": {"string": part}}
                good, broken = self._read_cases(const.CASE_SOURCES[stream], more)
                found += good
                for record in broken:
                    _logger.warning("Case %s cannot be read: %s", record.remote_id, record.error)
        return found

    def get_order_nodes(self, criteria):
        """Nodes of the orders; `criteria`: members of OrderFilter (1.6)."""
        result = self.service.read(
            "GetOrderList",
            orderFilter={
                "FetchOrderLines": True,
                "FetchParcels": True,
                # Dates are ignored without States.
                "States": {"OrderStateEnum": list(const.ORDER_STATES)},
                **criteria,
            },
        )
        return self._get_list(result, "OrderList", "Order")

    def _read_orders(self, criteria):
        nodes = self.get_order_nodes(criteria)
        return mapper.map_each(nodes, mapper.map_order, "OrderNumber")

    def _read_cases(self, source, criteria):
        """(cases, broken) of one list operation; `criteria`: members of its filter (1.7)."""
        discussions = {"StatusList": {"DiscussionStateFilter": ["All"]}, **criteria}
        result = self.service.read(source.operation, **{source.parameter: discussions})
        seller_names = mapper.get_seller_names(
            self.credentials.login,
            [result.text("SellerLogin"), *self.credentials.options.get("seller_names", ())],
        )

        def map_one(node):
            return mapper.map_case(node, source.kind, seller_names)

        nodes = self._get_list(result, source.result, source.item)
        return mapper.map_each(nodes, map_one, "Id")

    def _get_list(self, result, name, item):
        """An absent list is no empty list: the cursor must not pass over it."""
        if name not in result:
            raise answers.unreadable(f"{name} is missing", self.service.redact)
        return result.items(name, item)

    def get_carriers(self):
        result = self.service.read("GetGlobalConfiguration")
        return tuple(
            records.Carrier(item.text("CarrierId"), item.text("Name"))
            for item in self._get_list(result, "CarrierList", "Carrier")
        )

    # Relay addresses

    def get_contact_address(self, case_remote_id, order_ref):
        if case_remote_id:
            return self._get_case_address(case_remote_id)
        return self._get_order_address(order_ref)

    def _get_case_address(self, case_remote_id):
        """GetDiscussionMailList (1.7). A closed discussion keeps its address."""
        if not case_remote_id.isdigit():
            return records.ContactAddress(problem=base.ADDRESS_NOT_FOUND)
        result = self.service.read(
            "GetDiscussionMailList", request={"DiscussionIds": {"long": [int(case_remote_id)]}}
        )
        for item in result.items("DiscussionMailList", "DiscussionMail"):
            if item.text("DiscussionId") == case_remote_id:
                return _read_mail_status(item)
        return records.ContactAddress(problem=base.ADDRESS_UNKNOWN)

    def _get_order_address(self, order_ref):
        """`EncryptedEmail` of the order, else GenerateDiscussionMailGuid (1.6, 1.7)."""
        nodes = self.get_order_nodes({"OrderReferenceList": {"string": [order_ref]}})
        good, broken = mapper.map_each(nodes, mapper.map_order, "OrderNumber")
        if broken:
            raise answers.unreadable(broken[0].error, self.service.redact)
        if not good:
            return records.ContactAddress(problem=base.ADDRESS_NOT_FOUND)
        order, customer = good[0], nodes[0].child("Customer")
        if self._is_too_old(order):
            return records.ContactAddress(problem=base.ADDRESS_TOO_OLD)
        if customer is not None and customer.text("EncryptedEmail"):
            return _as_contact(customer.text("EncryptedEmail"))
        return self._generate_address(order_ref)

    def _is_too_old(self, order):
        """Shipped over four weeks ago; without a date of shipment, an order that has not changed
        since then surely was."""
        shipped = order.state in (records.LINE_SHIPPED, records.LINE_REFUNDED)
        moment = order.shipped_at or order.updated_at
        return bool(shipped and moment and moment < self._now() - const.RELAY_LIFE)

    def _generate_address(self, order_ref):
        result = self.service.read(
            "GenerateDiscussionMailGuid", check=False, request={"ScopusId": order_ref}
        )
        try:
            clean = answers.is_clean(result)
        except ValueError as error:
            raise answers.unreadable(error, self.service.redact) from None
        if clean:
            # The whole address, whatever the member is called.
            return _as_contact(result.text("MailGuid"))
        if not result.text("ErrorMessage") and not any(answers.get_errors(result)):
            # Failure without any text: an order number that Cdiscount does not know.
            return records.ContactAddress(problem=base.ADDRESS_NOT_FOUND)
        raise answers.refusal(result, self.service.redact, self._now())

    # Writing

    def picture(self, operation):
        """{} for a close; else the order: see `actions.get_picture`."""
        return self._get_action(operation).picture()

    def perform(self, operation, before=None):
        return self._get_action(operation).perform()

    def find(self, operation, before, sent_at):
        return self._get_action(operation).find(before, sent_at)

    def _get_action(self, operation):
        if operation.kind not in actions.ACTIONS:
            raise errors.NotSupportedError(f"Cdiscount cannot do “{operation.kind}” by a call.")
        return actions.ACTIONS[operation.kind](self, operation)

    # Test

    def test_connection(self):
        """See base. A failed token leaves the other steps untried; nothing is changed."""
        # A kept token would hide a wrong password.
        self.service.drop_token()
        token = _check("Token", lambda: self.service.get_token() and "A token was issued.")
        yield token
        recent = []
        steps = (
            ("Orders", lambda: self._check_orders(recent)),
            ("Claims and questions", self._check_cases),
            ("Relay address", lambda: self._check_address(recent)),
        )
        for name, step in steps:
            yield _check(name, step) if token.ok else records.Check(name, None, "Not tried.")
        yield records.Check("Refunds", None, "Not tested: a test would be a real refund.")

    def _check_orders(self, recent):
        now = self._now()
        good, broken = self._read_orders(window_filter(now - timedelta(days=7), now))
        recent += [order for order in good if not self._is_too_old(order)]
        if broken and not good:
            raise errors.RefusedError("No order of the last 7 days can be read.", "broken")
        return "The orders of the last 7 days were read."

    def _check_cases(self):
        now = self._now()
        for source in const.CASE_SOURCES.values():
            self._read_cases(source, window_filter(now - timedelta(days=7), now))
        return "The claims and questions of the last 7 days were read."

    def _check_address(self, recent):
        if not recent:
            return None
        contact = self._generate_address(recent[-1].remote_id)
        if contact.problem:
            raise errors.RefusedError(
                "Cdiscount gave no relay address for a recent order. Ask its support whether "
                "the account may write to customers.",
                contact.problem,
            )
        return "Cdiscount gave an address."


def _check(name, step):
    """Run one step; it returns a sentence, or None where there was nothing to try it with."""
    started = time.monotonic()
    try:
        message = step()
        ok = True if message else None
        message = message or "Not tested: there is no recent order to test with."
    except errors.ConnectorError as error:
        ok, message = False, str(error)
    return records.Check(name, ok, message, round(time.monotonic() - started, 3))


def split_windows(cursor, since, now, length):
    """(begin, end) pairs in naive UTC, oldest first, up to `now`."""
    if cursor:
        begin = datetime.fromisoformat(cursor["until"]) - const.OVERLAP
    else:
        begin = since or now - length
    begin = min(begin, now - const.OVERLAP)
    while begin < now:
        end = min(begin + length, now)
        yield begin, end
        begin = end


def window_filter(begin, end):
    """Modification dates as the filters want them: local, without zone, always in pairs.

    In the hour that exists twice a local time has two meanings: the window is widened by it.
    """
    begin, end = _to_local(begin), _to_local(end)
    hour = timedelta(hours=1)
    return {
        "BeginModificationDate": (begin - hour if _is_doubled(begin) else begin).replace(
            microsecond=0, tzinfo=None, fold=0
        ),
        "EndModificationDate": (end + hour if _is_doubled(end) else end).replace(
            microsecond=0, tzinfo=None, fold=0
        )
        + timedelta(seconds=1),
    }


def _to_local(moment):
    return moment.replace(tzinfo=timezone.utc).astimezone(const.PARIS)


def _is_doubled(local):
    return local.replace(fold=0).utcoffset() > local.replace(fold=1).utcoffset()


def _read_mail_status(item):
    status, text = item.text("OperationStatus"), item.text("MailAddress")
    if status == "Success":
        return _as_contact(text)
    if status == "DiscussionClosed":
        return records.ContactAddress(mapper.as_address(text), base.ADDRESS_CLOSED)
    # Unknown ids give UnknownError on the wire, not DiscussionNotFound.
    if status in ("UnknownError", "DiscussionNotFound"):
        return records.ContactAddress(problem=base.ADDRESS_NOT_FOUND)
    return records.ContactAddress(problem=base.ADDRESS_UNKNOWN)


def _as_contact(text):
    """A French sentence in place of an address says that the order is too old."""
    address = mapper.as_address(text)
    if address:
        return records.ContactAddress(address)
    return records.ContactAddress(problem=base.ADDRESS_TOO_OLD if text else base.ADDRESS_UNKNOWN)


def _chunks(refs):
    """Unique references in bundles that one call may hold."""
    refs = [ref for ref in dict.fromkeys(refs) if ref]
    for start in range(0, len(refs), const.REFS_PER_CALL):
        yield refs[start : start + const.REFS_PER_CALL]
