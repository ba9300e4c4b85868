"""The client of a Mirakl operator's seller API (mirakl_rest contract, section 1)."""

from datetime import datetime, timedelta
from email.message import Message as HeaderMessage
from urllib.parse import quote

from .. import base, errors, records, values
from ..action_client import ActionClient
from . import actions, checks, const, documents, facts, mapper, windows
from .service import Service, get_base, path_of


class MiraklClient(ActionClient):
    """See `base.Client`. Options of the credentials, all optional:

    `shop`: number of the shop, where a key has several; `locale`: language of labels, "fr_FR";
    `settle_minutes`: when an invisible change counts as absent (10); `timeout`: seconds of a
    whole call (60); `max_bytes`: of an answer (32 MB).
    """

    provider = "mirakl"
    label = "Mirakl"
    actions = actions.ACTIONS
    capabilities = frozenset(
        {
            base.REPLY,
            base.OPEN_CONVERSATION,
            base.CONTACT_OPERATOR,
            base.REPLY_CLOSED,
            base.ATTACHMENTS,
            base.CHOOSE_RECIPIENT,
            base.REFUND_ORDER,
            base.REFUND_LINES,
            base.REFUND_UNITS,
            base.REFUND_AMOUNT,
            base.REFUND_SHIPPING,
            base.REFUND_LINE_SHIPPING,
            base.REFUSE_LINES,
            base.RESOLVE_INCIDENT,
        }
    )
    streams = const.STREAMS
    cannot = {
        base.GESTURE: "Mirakl knows no gesture of its own: refund an amount with the reason that "
        "fits.",
        base.REFUSE_NEEDS_ALL_LINES: "Each line is cancelled on its own.",
        base.CLOSE: "Threads at Mirakl are never closed; an incident is marked as solved.",
        base.CLOSE_NEEDS_ANSWER: "Threads at Mirakl are never closed.",
        base.COMMENT: "Orders at Mirakl have no comments: what the customer may see leaves as a "
        "message about the order.",
    }
    defaults = {
        "answer_hours": 48,
        "warn_hours": 8,
        "refund_days": 200,
        "contact_days": 90,
        "incident_hours": 24,
        "settle_minutes": const.SETTLE_MINUTES,
    }
    default_urls = {"token_url": const.TOKEN_URL}
    required = ("password", "service_url")
    message_limits = const.LIMITS
    has_facts = True
    tells_payout = True

    def __init__(self, credentials, now=None):
        super().__init__(credentials, now)
        self.service = Service(credentials, self._now)
        self._topics = None

    def close_session(self):
        self.service.close()

    @property
    def token_state(self):
        """None with a key, which needs no token."""
        if not self.service.uses_token:
            return None
        return self.service.token, self.service.token_expires_at

    @property
    def settle_time(self):
        """How long a change may stay invisible."""
        minutes = self.credentials.options.get("settle_minutes")
        return timedelta(minutes=float(const.SETTLE_MINUTES if minutes is None else minutes))

    def now(self):
        """Naive UTC."""
        return self._now()

    # Reading

    def pull(self, stream, cursor, since):
        """See base. Cursors: orders {"until"}; incidents {"until", "open": order numbers};
        threads {"until", "walk": {"from", "started", "token"}}, the walk while it lasts."""
        if stream == const.ORDERS:
            return self._pull_orders(cursor, since)
        if stream == const.INCIDENTS:
            return self._pull_incidents(cursor or {})
        if stream == const.THREADS:
            return self._pull_threads(cursor or {}, since)
        raise errors.NotSupportedError(f"Mirakl has no stream “{stream}”.")

    def _pull_orders(self, cursor, since):
        """Windows of changes that fit a page: lists move while pages of them are read."""
        now = self._now()
        begin = windows.get_begin(cursor, since, now)
        for nodes, done_until in windows.walk(self._read_window, begin, now):
            mark = {"until": done_until.isoformat()} if done_until else cursor
            yield self._page(nodes, mapper.map_order, "order_id", mark)

    def _read_window(self, begin, end, offset):
        """(nodes, total) of the orders changed in a window, oldest creation first."""
        return self.read_orders(
            {
                "start_update_date": values.format_date(begin),
                "end_update_date": values.format_date(end, up=True),
                "max": const.PAGE,
                "offset": offset or None,
            }
        )

    def read_orders(self, parameters):
        """(nodes, total) of OR11."""
        answer = self.service.get("OR11", "orders", parameters, with_locale=True)
        nodes = self._get_list(answer, "orders")
        try:
            total = values.integer(answer.get("total_count"))
        except ValueError as error:
            raise self.service.unreadable(error) from None
        # Without a count, a full page means that there may be more.
        return nodes, max(total, len(nodes) + (len(nodes) == const.PAGE and not total))

    def _get_list(self, answer, name):
        """An absent list is no empty list: the mark must not pass over it."""
        if not isinstance(answer.get(name), list):
            raise self.service.unreadable(f"{name} is missing")
        return answer[name]

    def _page(self, nodes, map_one, id_name, mark, broken=()):
        good, bad = mapper.map_each(nodes, map_one, id_name)
        good.sort(key=lambda item: item.updated_at or item.created_at or datetime.min)
        return records.Page(tuple(good), mark, (*broken, *bad))

    def _pull_incidents(self, cursor):
        """Orders with an open incident now, and those that had one before, as they are now.

        All in one page: Mirakl numbers and dates no incident, only its being there tells.
        """
        now = self._now()
        nodes = self._read_with_incident()
        numbers = [values.text(node.get("order_id")) for node in nodes if isinstance(node, dict)]
        gone = [ref for ref in cursor.get("open") or () if ref not in numbers]
        fresh = self.get_order_nodes(gone)
        # An order that only slipped between two pages still has its incident.
        still = [values.text(node.get("order_id")) for node in fresh if may_have_incident(node)]
        mark = {"until": now.isoformat(), "open": [ref for ref in (*numbers, *still) if ref]}
        yield self._page([*nodes, *fresh], mapper.map_order, "order_id", mark)

    def _read_with_incident(self):
        found, offset = {}, 0
        for _page in range(const.MAX_PAGES):
            parameters = {"has_incident": "true", "max": const.PAGE, "offset": offset or None}
            nodes, total = self.read_orders(parameters)
            for node in nodes:
                key = values.text(node.get("order_id")) if isinstance(node, dict) else ""
                found[key or len(found)] = node
            offset += len(nodes)
            if not nodes or offset >= total:
                return list(found.values())
        raise self.service.unreadable("the list of incidents does not end")

    def get_orders(self, refs):
        good, broken = mapper.map_each(self.get_order_nodes(refs), mapper.map_order, "order_id")
        windows.log_broken(broken)
        return good

    def get_order_nodes(self, refs):
        """Nodes of the orders with these numbers (OR11; OR12 is gone)."""
        found = []
        for part in _chunks(refs):
            nodes, _total = self.read_orders({"order_ids": ",".join(part), "max": const.PAGE})
            found += [node for node in nodes if isinstance(node, dict)]
        return found

    # Threads

    def _pull_threads(self, cursor, since):
        """Newest first, so the mark moves only with the last page; until then the cursor keeps
        where the walk stands. What changes meanwhile moves to the front, and the next walk,
        which reads from the start of this one, finds it there."""
        walk = cursor.get("walk") or {}
        if not walk.get("token"):
            begin = windows.get_begin(cursor, since, self._now())
            walk = {"from": begin.isoformat(), "started": self._now().isoformat()}
        until = {"until": cursor["until"]} if cursor.get("until") else {}
        while True:
            nodes, token = self._read_walk(walk)
            if token and token == walk.get("token"):
                raise self.service.unreadable("the page token repeats itself")
            if token:
                walk = {**walk, "token": token}
                yield self._thread_page(nodes, {**until, "walk": walk})
            else:
                yield self._thread_page(nodes, {"until": walk["started"]})
                return

    def _read_walk(self, walk):
        """(nodes, token of the next page). A token that is no longer known starts anew."""
        if walk.get("token"):
            try:
                return self._read_threads({"page_token": walk["token"]})
            except errors.RefusedError as error:
                if error.code == "role":
                    raise
        begin = values.format_date(datetime.fromisoformat(walk["from"]))
        return self._read_threads({"updated_since": begin, "with_messages": "true"})

    def _read_threads(self, parameters):
        """(nodes, token or ""). A token holds the parameters of the first call (1.1)."""
        if "page_token" not in parameters:
            parameters = {**parameters, "limit": const.PAGE}
        answer = self.service.get("M11", "inbox/threads", parameters)
        return self._get_list(answer, "data"), values.text(answer.get("next_page_token"))

    def walk_threads(self, parameters):
        """The nodes of all threads that M11 shows for these parameters, with their messages."""
        parameters = {**parameters, "with_messages": "true"}
        for _page in range(const.MAX_PAGES):
            nodes, token = self._read_threads(parameters)
            yield from (node for node in nodes if isinstance(node, dict))
            if not token:
                return
            parameters = {"page_token": token}
        raise self.service.unreadable("the list of threads does not end")

    def _thread_page(self, nodes, mark):
        whole, broken = self._complete(nodes)
        return self._page(whole, self._map_thread, "id", mark, broken)

    def _complete(self, nodes):
        """(nodes with all their messages, Broken ones): M11 gives the last 100 of each."""
        whole, broken = [], []
        for node in nodes:
            try:
                whole.append(self._with_all_messages(node))
            except values.MAPPING_ERRORS as error:
                broken.append(mapper.get_broken(node, error, "id"))
            except errors.UnknownOutcomeError as error:
                if error.code in ("timeout", "network"):
                    raise
                # One thread that cannot be read must not stop the others.
                broken.append(mapper.get_broken(node, error, "id"))
        return whole, broken

    def _with_all_messages(self, node):
        count = len(values.items(node, "messages"))
        total = mapper.count_messages(node)
        if total <= count and (total or count < const.PAGE):
            return node
        try:
            return self.get_thread_node(values.required(node, "id"))
        except errors.RefusedError as error:
            if error.code == "role":
                raise
            return node  # removed meanwhile: what came is kept, as an incomplete thread

    def _map_thread(self, node):
        return mapper.map_thread(node, self._get_topics(node))

    def _get_topics(self, node):
        """{code: label} where the thread's topic is a code; asked for once and only then."""
        if values.text(values.child(node, "topic").get("type")) != "REASON_CODE":
            return {}
        if self._topics is None:
            self._topics = {}
            try:
                self._topics = facts.map_topics(self._read_reasons())
            except errors.LoginError:
                raise
            except (errors.ConnectorError, *values.MAPPING_ERRORS):
                pass  # a thread without the label of its topic is better than none
        return self._topics

    def get_thread_node(self, thread_id):
        """The node of a thread with all its messages (M10)."""
        return self.service.get("M10", path_of("inbox", "threads", thread_id))

    def get_cases(self, order_refs):
        nodes = []
        for part in _chunks(order_refs):
            parameters = {"entity_type": const.ENTITY_ORDER, "entity_id": ",".join(part)}
            nodes += self.walk_threads({**parameters, "limit": const.PAGE})
        page = self._thread_page(nodes, None)
        windows.log_broken(page.broken)
        return list(page.records)

    def get_file(self, remote_id):
        """See base (M13): the attachment's id stands where a thread's would."""
        path = path_of("inbox", "threads", remote_id, "download")
        return _get_file(self.service.get_bytes("M13", path), remote_id)

    # Facts

    def get_facts(self):
        return facts.read(self)

    def get_account(self):
        """{"shop_name", "shop_state", "currency"} (A01)."""
        return self._map(facts.map_account, self.service.get("A01", "account"))

    def get_reasons(self):
        """base.ReasonSpecs of the operator (RE01)."""
        answer = self._read_reasons()
        self._get_list(answer, "reasons")
        return self._map(facts.map_reasons, answer)

    def _read_reasons(self):
        return self.service.get("RE01", "reasons", with_locale=True)

    def get_figures(self):
        """records.Figures of the shop (A21)."""
        return self._map(facts.map_figures, self.service.get("A21", "account/statistics"))

    def _map(self, function, answer):
        try:
            return function(answer)
        except values.MAPPING_ERRORS as error:
            raise self.service.unreadable(error) from None

    # Documents

    def get_documents(self, order_ref):
        """The documents.Documents of an order (OR72)."""
        answer = self.service.get("OR72", "orders/documents", {"order_ids": order_ref})
        nodes = self._get_list(answer, "order_documents")
        return self._map(lambda _answer: [documents.map_document(node) for node in nodes], answer)

    def get_document(self, document_id):
        """The records.File of one document (OR73)."""
        parameters = {"document_ids": document_id}
        answer = self.service.get_bytes("OR73", "orders/documents/download", parameters)
        return _get_file(answer, document_id)

    def add_document(self, order_ref, file, type_code="CUSTOMER_INVOICE"):
        """Put a base.OutFile to an order's documents (OR74). Its name becomes plain ASCII."""
        name = documents.get_name(file.name)
        body = {"order_documents": [{"file_name": name, "type_code": type_code}]}
        plain = base.OutFile(name, file.content, file.mimetype)
        path = path_of("orders", order_ref, "documents")
        answer = self.service.send_form("OR74", path, "order_documents", body, (plain,))
        self._map(documents.check_answer, answer)

    def delete_document(self, document_id):
        """Remove a document (OR76)."""
        path = path_of("orders", "documents", document_id)
        self.service.send_json("OR76", "DELETE", path, expected=(204,))

    # Links

    @classmethod
    def backoffice_url(cls, service_url="", case_remote_id="", order_ref=""):
        """The order's page; threads have no known address of their own."""
        address = get_base(service_url or "")
        if not address or not order_ref:
            return ""
        return f"{address}/mmp/shop/order/{quote(order_ref, safe='')}"

    def test_connection(self):
        return checks.run(self)


def may_have_incident(node):
    """Whether an order of OR11 says, or one of its lines shows, that an incident is open; or does
    not say enough to know that none is."""
    try:
        lines = values.items(node, "order_lines")
    except ValueError:
        lines = []
    states = [values.text(line.get("order_line_state")) for line in lines]
    is_told = bool(states) and all(states)
    return not is_told or node.get("has_incident") is True or any(map(mapper.is_held, states))


def _get_file(answer, remote_id):
    """The records.File of a download; its name is in Content-Disposition."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    parsed = HeaderMessage()
    try:
        parsed["Content-Disposition"] = headers.get("content-disposition", "")
        name = parsed.get_filename() or ""
    except (ValueError, LookupError):
        name = ""
    mimetype = headers.get("content-type", "").partition(";")[0].strip()
    mimetype = mimetype or records.File("").mimetype
    return records.File(name or str(remote_id), answer.content, mimetype)


def _chunks(refs):
    """Unique references in bundles that one call may hold."""
    refs = [ref for ref in dict.fromkeys(refs) if ref]
    for start in range(0, len(refs), const.REFS_PER_CALL):
        yield refs[start : start + const.REFS_PER_CALL]
