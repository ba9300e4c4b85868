"""Messages: M10 to M14 and OR43."""

import base64
import hashlib
import hmac
import json
import mimetypes
from urllib.parse import quote

from ..web import Answer
from . import reasons
from .records import File, Thread
from .wire import MAX_LIST, Refused, View

ENTITY_TYPES = ("MMP_ORDER", "MMP_OFFER", "MPS_ORDER", "MPS_SERVICE", "SELLER_OPERATOR")
SHOWN_MESSAGES = 100
MAX_MESSAGES = 1000  # of a thread
MAX_ORDER_FILES = 50  # over all threads of an order
MAX_OPERATOR_FILES = 1000  # over all threads with the operator
MAX_BYTES = 30 * 1024 * 1024  # of a message with its files
BODY = (3, 50_000)  # characters
SENDER_TYPES = {"customer": "CUSTOMER_USER", "operator": "OPERATOR_USER", "shop": "SHOP_USER"}


# What threads look like


def participant(seller, thread, kind):
    if kind == "OPERATOR":
        return {"type": kind, "display_name": "Marktplatz"}
    if kind == "SHOP":
        return {"type": kind, "id": str(thread.shop_id), "display_name": seller.shop}
    order = seller.orders.get(thread.order_number)
    return {
        "type": kind,
        "id": order.customer["customer_id"] if order else "0",
        "display_name": seller.sender_name(thread, "customer"),
    }


def thread_json(seller, thread, view, messages=None):
    """A thread; `messages`: how many of the last ones, None = none, 0 = all."""
    taken = {m.sender.upper() for m in thread.messages}
    taken |= {kind for m in thread.messages for kind in m.to}
    last = thread.messages[-1] if thread.messages else None
    authorized = [participant(seller, thread, kind) for kind in thread.participants]
    if view.options["unknown_enums"] and not view.plain:
        authorized.append({"type": "MODERATOR", "display_name": "Moderation"})
    value = {
        "id": thread.id,
        "topic": thread.topic,
        "entities": [entity(thread)],
        "authorized_participants": authorized,
        "current_participants": [
            participant(seller, thread, kind) for kind in thread.participants if kind in taken
        ],
        "date_created": view.date(thread.created),
        "date_updated": view.date(thread.updated),
        "metadata": {
            "total_count": len(thread.messages),
            "last_message_date": view.date(last.at) if last else None,
            "last_sender": last and SENDER_TYPES[last.sender],
            "shop_reply_needed_since": view.date(thread.needed_since),
        },
    }
    if messages is not None:
        value["no_store_reply_needed"] = [
            {"date": view.date(at), "user_type": by} for at, by in thread.not_needed
        ]
        value["messages"] = [
            message_json(seller, thread, m, view) for m in thread.messages[-messages:]
        ]
    return view.clean(value)


def entity(thread):
    if thread.order_number:
        return {"type": "MMP_ORDER", "id": thread.order_number, "label": thread.order_number}
    return {"type": "SELLER_OPERATOR", "id": str(thread.shop_id), "label": "Marktplatz"}


def message_json(seller, thread, message, view):
    sender = {"type": SENDER_TYPES[message.sender], "display_name": message.sender_name}
    if message.sender == "shop":
        sender["organization_details"] = participant(seller, thread, "SHOP")
    elif message.sender == "operator":
        sender["organization_details"] = {"type": "OPERATOR", "display_name": "Marktplatz"}
    value = {
        "id": message.id,
        "body": message.body,
        "date_created": view.date(message.at),
        "from": sender,
        "to": [participant(seller, thread, kind) for kind in message.to],
    }
    if message.files:  # missing, not empty, when there are none
        value["attachments"] = [
            {"id": f.id, "name": f.name, "size": len(f.content)} for f in message.files
        ]
    return view.clean(value)


# Reading


def list_threads(call):
    """M11: newest first; a token carries all parameters of the first call."""
    query = call.query
    token = query.text("page_token")
    given = _read_token(call.seller, token) if token else _parameters(query, call.shop_id)
    threads = [t for t in call.seller.threads.values() if _matches(t, given)]
    threads.sort(key=_position, reverse=True)
    page, before, after = _cut(threads, given)
    view = View(call.seller.options)
    shown = SHOWN_MESSAGES if given["with_messages"] else None
    value = {"data": [thread_json(call.seller, t, view, shown) for t in page]}
    if page and after:
        value["next_page_token"] = _token(call.seller, given, "after", page[-1])
    if page and before:
        value["previous_page_token"] = _token(call.seller, given, "before", page[0])
    call.summary = f"{len(page)} of {len(threads)} threads"
    return Answer.json(value)


def _parameters(query, shop_id):
    kind, ids = query.choice("entity_type", ENTITY_TYPES), query.csv("entity_id")
    if ids and not kind:
        raise Refused(400, "The parameter 'entity_type' is mandatory with 'entity_id'.")
    since = query.date("updated_since")
    query.csv("channel_codes")
    return {
        "shop_id": shop_id,
        "kind": kind,
        "ids": ids,
        "since": since and since.timestamp(),
        "with_messages": bool(query.flag("with_messages")),
        "limit": query.number("limit", 50, 1, MAX_LIST),
    }


def _matches(thread, given):
    mine = entity(thread)
    return (
        thread.shop_id == given["shop_id"]
        and given["kind"] in (None, mine["type"])
        and (not given["ids"] or mine["id"] in given["ids"])
        and (given["since"] is None or thread.updated.timestamp() >= given["since"])
    )


def _position(thread):
    return [thread.updated.timestamp(), thread.id]


def _cut(threads, given):
    """(page, whether something stands before it, whether something stands after it)."""
    limit = given["limit"]
    if "before" in given:
        earlier = [t for t in threads if _position(t) > given["before"]]
        return earlier[-limit:], len(earlier) > limit, len(threads) > len(earlier)
    later = [t for t in threads if "after" not in given or _position(t) < given["after"]]
    return later[:limit], len(later) < len(threads), len(later) > limit


def _token(seller, given, side, thread):
    plain = {k: v for k, v in given.items() if k not in ("after", "before")}
    data = json.dumps({**plain, side: _position(thread)}).encode()
    signature = hmac.new(seller.secret, data, hashlib.sha256).digest()[:12]
    return base64.urlsafe_b64encode(signature + data).decode()


def _read_token(seller, token):
    try:
        raw = base64.urlsafe_b64decode(token)
    except ValueError:
        raw = b""
    signature = hmac.new(seller.secret, raw[12:], hashlib.sha256).digest()[:12]
    if not raw or not hmac.compare_digest(signature, raw[:12]):
        raise Refused(400, "The page token is not valid.")
    return json.loads(raw[12:])


def get_thread(call, identifier):
    """M10: the whole thread."""
    thread = call.thread(identifier)
    return Answer.json(thread_json(call.seller, thread, View(call.seller.options), 0))


def download(call, identifier):
    """M13: the attachment's id stands where the thread's does."""
    for thread in call.seller.threads.values():
        for message in thread.messages:
            for file in message.files:
                if file.id == identifier:
                    return send_file(file.name, file.content)
    raise Refused(404, f"Attachment {identifier} not found.")


def send_file(name, content, kind="application/octet-stream"):
    ascii_name = name.encode("ascii", "replace").decode().replace('"', "'").replace("?", "_")
    disposition = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}"
    return Answer(content, 200, kind, {"Content-Disposition": disposition})


def guess_type(name):
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


# Writing


def answer(call, identifier):
    """M12."""
    thread = call.thread(identifier)
    value, files = call.multipart("message_input")
    to = _recipients_m12(value.get("to"), thread)
    topic = value.get("topic")
    _check_message(call.seller, thread, value, files)
    if topic is not None:
        thread.topic = check_topic(topic, _topic_type(thread))
    return _write(call, thread, value["body"], to, files)


def open_on_order(call, number):
    """OR43."""
    order = call.order(number)
    value, files = call.multipart("thread_input")
    to = value.get("to")
    if not isinstance(to, list) or not to or not all(isinstance(kind, str) for kind in to):
        raise Refused(400, "There is an error with field 'to', please check the datatype.")
    topic = check_topic(value.get("topic"), "ORDER_MESSAGING")
    thread = new_thread(call.seller, topic, order)
    _check_recipients(to, thread)
    _check_message(call.seller, thread, value, files)
    call.seller.threads[thread.id] = thread
    return _write(call, thread, value["body"], [kind for kind in to if kind != "SHOP"], files)


def open_with_operator(call):
    """M14."""
    value, files = call.multipart("thread_input")
    kind = (value.get("entity") or {}).get("type")
    if kind != "SELLER_OPERATOR":
        raise Refused(400, "The field 'entity.type' must be SELLER_OPERATOR.")
    topic = check_topic(value.get("topic"), "MMP_SELLER_MESSAGING")
    thread = new_thread(call.seller, topic, shop_id=call.shop_id)
    _check_message(call.seller, thread, value, files)
    call.seller.threads[thread.id] = thread
    return _write(call, thread, value["body"], ["OPERATOR"], files)


def new_thread(seller, topic, order=None, shop_id=None, participants=None):
    """A thread without messages, not yet stored."""
    default = ["CUSTOMER", "SHOP", "OPERATOR"] if order else ["SHOP", "OPERATOR"]
    now = seller.now()
    return Thread(
        seller.new_uuid(),
        order.shop_id if order else shop_id or seller.shop_id,
        topic,
        now,
        now,
        order.number if order else None,
        participants or default,
    )


def _topic_type(thread):
    return "ORDER_MESSAGING" if thread.order_number else "MMP_SELLER_MESSAGING"


def check_topic(topic, kind):
    """A topic as it is stored. That a reason must exist is our assumption."""
    if not isinstance(topic, dict) or topic.get("type") not in ("FREE_TEXT", "REASON_CODE"):
        raise Refused(400, "The field 'topic' needs a type FREE_TEXT or REASON_CODE, and a value.")
    value = topic.get("value")
    if not isinstance(value, str) or not value:
        raise Refused(400, "The field 'topic.value' is mandatory.")
    if topic["type"] == "REASON_CODE" and reasons.find(kind, value) is None:
        raise Refused(400, f"The reason {value} is not of type {kind}.")
    return {"type": topic["type"], "value": value}


def _recipients_m12(to, thread):
    """Objects {type, id}; the id is optional."""
    if not isinstance(to, list) or not to or not all(isinstance(one, dict) for one in to):
        raise Refused(400, "There is an error with field 'to', please check the datatype.")
    kinds = [one.get("type") for one in to]
    _check_recipients(kinds, thread)
    return list(dict.fromkeys(kinds))


def _check_recipients(kinds, thread):
    """Assumption: 400 for somebody who is not authorised."""
    for kind in kinds:
        if kind not in thread.participants:
            raise Refused(400, f"The recipient {kind} is not an authorized participant.")
    if not set(kinds) - {"SHOP"}:
        raise Refused(400, "A recipient other than the shop is needed.")


def _check_message(seller, thread, value, files):
    body = value.get("body")
    if not isinstance(body, str):
        raise Refused(400, "The field 'body' is mandatory.")
    if not BODY[0] <= len(body) <= BODY[1]:
        raise Refused(400, f"The length of 'body' must be between {BODY[0]} and {BODY[1]}.")
    if len(thread.messages) >= MAX_MESSAGES:
        raise Refused(400, f"A thread may have {MAX_MESSAGES} messages at most.")
    if sum(len(f.content) for f in files) + len(body.encode()) > MAX_BYTES:
        raise Refused(400, "A message may have 30 MB at most, attachments included.")
    limit = MAX_ORDER_FILES if thread.order_number else MAX_OPERATOR_FILES
    there = sum(len(m.files) for t in seller.threads_of(thread) for m in t.messages)
    if files and there + len(files) > limit:
        raise Refused(400, f"There may be {limit} attachments at most, {there} are there.")


def _write(call, thread, body, to, files):
    stored = [File(call.seller.new_uuid(), f.name, f.content) for f in files]
    message = call.seller.add_message(thread, "shop", body, to, files=stored)
    call.summary = f"{thread.id} to {', '.join(to)}, {len(stored)} files"
    return Answer.json({"message_id": message.id, "thread_id": thread.id}, 201)
