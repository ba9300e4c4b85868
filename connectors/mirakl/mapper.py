"""From Mirakl's JSON to records (mirakl_rest contract, sections 1.2, 1.4 to 1.6)."""

import re
from decimal import Decimal

from .. import money, records, values
from ..values import child, date, items, required, text
from . import const, countries

# A tag that mail programs write; "a < b" is none.
_HTML = re.compile(
    r"<(p|br|div|span|html|body|table|tr|td|a|b|i|u|ul|ol|li|h[1-6]|img|font|style|strong|em|hr|"
    r"blockquote|pre|meta|head)(\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def map_each(nodes, map_one, id_name):
    """(records, Broken ones): one bad record never hides the others."""
    good, broken = [], []
    for node in nodes:
        try:
            good.append(map_one(node))
        except values.MAPPING_ERRORS as error:
            broken.append(get_broken(node, error, id_name))
    return good, broken


def get_broken(node, error, id_name):
    remote_id = text(node.get(id_name)) if isinstance(node, dict) else ""
    return records.Broken(remote_id, str(error) or type(error).__name__, values.raw(node))


# Orders -----------------------------------------------------------------------------------------


def map_order(node):
    """An order. `charged`: what the customer agreed to pay, shipping and taxes included."""
    remote_state = text(node.get("order_state"))
    nodes = items(node, "order_lines")
    state = const.LINE_STATES.get(remote_state, records.LINE_OTHER)
    if node.get("fully_refunded") is True:
        state = records.LINE_REFUNDED
    lines = [_map_line(node, line) for line in nodes]
    customer = child(node, "customer")
    delivery = _map_address(child(customer, "shipping_address"))
    shipped = [line.shipped_at for line in lines if line.shipped_at]
    return records.Order(
        remote_id=required(node, "order_id"),
        state=state,
        remote_state=remote_state,
        created_at=date(node.get("created_date")),
        updated_at=date(node.get("last_updated_date")),
        shipped_at=min(shipped, default=None),
        ship_before=date(node.get("shipping_deadline")),
        currency=text(node.get("currency_iso_code")) or "EUR",
        charged=_get_charged(node, nodes),
        shipping=sum((line.shipping for line in lines), Decimal(0)),
        customer_name=_get_name(customer) or delivery.name,
        delivery=delivery,
        billing=_map_address(child(customer, "billing_address")),
        lines=tuple(lines),
        refunds=tuple(refund for line in nodes for refund in _map_refunds(line, get_mode(node))),
    )


def get_mode(node):
    """Whether the amounts of an order hold their taxes; every operator shows it."""
    excluded = text(node.get("order_tax_mode")) == money.TAX_EXCLUDED
    return money.TAX_EXCLUDED if excluded else money.TAX_INCLUDED


def _get_charged(node, lines):
    """`total_price` with the taxes on top: of lines or, at some operators, of the order."""
    total = values.decimal(node.get("total_price"))
    if get_mode(node) == money.TAX_INCLUDED:
        return total
    taxes = [
        tax.get("amount")
        for line in lines
        for name in ("taxes", "shipping_taxes")
        for tax in items(line, name)
    ]
    taxes = taxes or [tax.get("total_amount") for tax in items(node, "order_taxes")]
    return total + sum(map(values.decimal, taxes), Decimal(0))


def get_goods(line):
    """Money of the goods of a line, a refund or a cancellation."""
    return money.read(line, "price" if "price" in line else "amount", "taxes")


def get_shipping(line):
    name = "shipping_price" if "shipping_price" in line else "shipping_amount"
    return money.read(line, name, "shipping_taxes")


def get_given(line):
    """[(kind, node)] of all refunds and cancellations of a line."""
    return [
        *((records.GIVEN_REFUND, node) for node in items(line, "refunds")),
        *((records.GIVEN_CANCELLATION, node) for node in items(line, "cancelations")),
    ]


def get_left(line):
    """(goods, shipping): the Money of a line that was not given back."""
    goods, shipping = get_goods(line), get_shipping(line)
    for _kind, node in get_given(line):
        goods, shipping = goods - get_goods(node), shipping - get_shipping(node)
    return goods, shipping


def _map_line(order, line):
    mode = get_mode(order)
    goods, shipping = get_goods(line).total(mode), get_shipping(line).total(mode)
    goods_left, shipping_left = (part.total(mode) for part in get_left(line))
    remote_state = text(line.get("order_line_state"))
    return records.OrderLine(
        remote_id=required(line, "order_line_id"),
        sku=text(line.get("offer_sku")) or text(line.get("product_shop_sku")),
        name=text(line.get("product_title")),
        quantity=values.integer(line.get("quantity")),
        amount=goods,
        shipping=shipping,
        state=get_line_state(line),
        remote_state=remote_state,
        refunded=goods - goods_left,
        refunded_shipping=shipping - shipping_left,
        give_back=get_give_back(order, line) if goods_left + shipping_left > 0 else "",
        shipped_at=date(line.get("shipped_date")),
        incident=_map_incident(line) if is_held(remote_state) else None,
        incident_told=bool(remote_state) and not is_contradicted(order),
    )


def get_line_state(line):
    remote_state = text(line.get("order_line_state"))
    if remote_state in const.HELD_STATES:
        shipped = date(line.get("shipped_date")) or date(line.get("received_date"))
        return records.LINE_SHIPPED if shipped else records.LINE_TO_SHIP
    return const.LINE_STATES.get(remote_state, records.LINE_OTHER)


def _map_incident(line):
    """No date, text or number of it is shown (1.5)."""
    return records.Incident(
        reason_code=text(line.get("order_line_state_reason_code")),
        reason=text(line.get("order_line_state_reason_label")),
    )


def is_held(remote_state):
    """Whether an incident is open on a line in this state."""
    return remote_state == const.INCIDENT_OPEN


def is_contradicted(order):
    """Whether the order says that an incident is open, and no line shows it."""
    states = [text(line.get("order_line_state")) for line in items(order, "order_lines")]
    return order.get("has_incident") is True and not any(map(is_held, states))


def is_debited(order, line):
    """Whether the customer was charged: by a date, else by state and payment workflow."""
    if date(line.get("debited_date")) or date(order.get("customer_debited_date")):
        return True
    workflow = text(order.get("payment_workflow"))
    states = const.DEBITED_STATES.get(workflow, const.DEBITED_ON_ACCEPTANCE)
    return text(order.get("order_state")) in states


def get_give_back(order, line):
    """How money of a line can be given back now: see records.OrderLine."""
    remote_state = text(line.get("order_line_state"))
    if is_debited(order, line):
        return records.BY_REFUND if remote_state in const.REFUNDABLE_STATES else ""
    if remote_state in const.ACCEPTED_STATES:
        return records.BY_CANCELLATION
    can_cancel = order.get("can_cancel") is True
    over = const.LINE_STATES.get(remote_state) in (
        records.LINE_REFUSED,
        records.LINE_CANCELLED,
        records.LINE_REFUNDED,
    )
    return records.BY_CANCELLATION if can_cancel and not over else ""


def _map_refunds(line, mode):
    for kind, node in get_given(line):
        goods, shipping = get_goods(node).total(mode), get_shipping(node).total(mode)
        # `state` is the old name of the same.
        is_paid = const.REFUNDED in (text(node.get("refund_state")), text(node.get("state")))
        yield records.OrderRefund(
            amount=goods + shipping,
            reason_code=text(node.get("reason_code")),
            created_at=date(node.get("created_date")),
            remote_id=required(node, "id"),
            kind=kind,
            line_remote_id=required(line, "order_line_id"),
            shipping=shipping,
            quantity=values.integer(node.get("quantity")),
            is_paid=is_paid,
            paid_at=date(node.get("transaction_date")) if is_paid else None,
        )


def _get_name(node):
    return f"{text(node.get('firstname'))} {text(node.get('lastname'))}".strip()


def _map_address(node):
    lines = [text(node.get(f"street_{number}")) for number in (1, 2)]
    more = [text(node.get("company_2")), lines[1], text(node.get("additional_info"))]
    country = text(node.get("country_iso_code"))
    return records.Address(
        name=_get_name(node),
        company=text(node.get("company")),
        street=lines[0],
        street2=", ".join(part for part in more if part),
        zip=text(node.get("zip_code")),
        city=text(node.get("city")),
        country_code=countries.to_alpha_2(country),
        phone=text(node.get("phone")) or text(node.get("phone_secondary")),
    )


# Threads ----------------------------------------------------------------------------------------


def map_thread(node, topics=None):
    """A thread as a case. `topics`: {code: label} of reasons."""
    entity = _get_entity(node)
    kind = text(entity.get("type"))
    topic = child(node, "topic")
    value = text(topic.get("value"))
    label = value if text(topic.get("type")) != "REASON_CODE" else (topics or {}).get(value, "")
    metadata = child(node, "metadata")
    messages = _map_messages(node)
    return records.Case(
        remote_id=required(node, "id"),
        kind=const.KINDS.get(kind, records.CONVERSATION),
        subject=label or text(entity.get("label")),
        order_ref=text(entity.get("id")) if kind == const.ENTITY_ORDER else "",
        topic=value,
        created_at=date(node.get("date_created")),
        updated_at=date(node.get("date_updated")),
        keeps_clock=True,
        reply_needed_since=date(metadata.get("shop_reply_needed_since")),
        no_reply_needed_at=_get_no_reply_needed(node),
        participants=get_participants(node),
        complete=len(messages) >= count_messages(node),
        messages=messages,
    )


def _get_entity(node):
    """What the thread is about: its order, if there is one."""
    found = items(node, "entities")
    orders = [entity for entity in found if text(entity.get("type")) == const.ENTITY_ORDER]
    return (orders or found or [{}])[0]


def count_messages(node):
    """How many messages the thread has, as far as Mirakl tells."""
    return values.integer(child(node, "metadata").get("total_count"))


def _get_no_reply_needed(node):
    """When somebody last said in the back office that no answer is needed."""
    moments = [date(item.get("date")) for item in items(node, "no_store_reply_needed")]
    return max((moment for moment in moments if moment), default=None)


def get_participants(node):
    """Whom the shop may write to."""
    return _get_people(items(node, "authorized_participants"))


def _get_people(nodes):
    found = (const.RECIPIENTS.get(_get_type(node)) for node in nodes)
    return tuple(dict.fromkeys(name for name in found if name))


def _get_type(node):
    """Senders end in _USER, others do not; what other clients stumbled over (section 2, 30)."""
    return text(node.get("type")).upper().removesuffix("_USER")


def get_messages(node):
    """The message nodes, oldest first."""
    dated = [(required_date(item, "date_created"), item) for item in items(node, "messages")]
    return [item for _moment, item in sorted(dated, key=lambda pair: pair[0])]


def required_date(node, name):
    moment = date(node.get(name))
    if moment is None:
        raise ValueError(f"{name} is missing")
    return moment


def _map_messages(node):
    found = {}
    for item in get_messages(node):
        message = _map_message(item)
        found.setdefault(message.remote_id, message)
    return tuple(found.values())


def _map_message(item):
    body = item.get("body")
    body = body if isinstance(body, str) else text(body)
    sender = child(item, "from")
    return records.Message(
        sent_at=required_date(item, "date_created"),
        sender_type=get_sender(item),
        body=body,
        sender_name=text(sender.get("display_name")),
        remote_id=required(item, "id"),
        is_html=bool(_HTML.search(body)),
        attachments=tuple(_map_attachment(file) for file in items(item, "attachments")),
        recipients=_get_people(items(item, "to")),
    )


def get_sender(item):
    return const.SENDERS.get(_get_type(child(item, "from")), records.UNKNOWN)


def get_recipients(item):
    return _get_people(items(item, "to"))


def _map_attachment(node):
    size = node.get("size")
    return records.Attachment(
        name=text(node.get("name")),
        remote_id=text(node.get("id")),
        size=None if size is None else values.integer(size),
    )
