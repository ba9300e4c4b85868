"""From Cdiscount's answers to records (cdiscount_soap contract, sections 1.6 and 1.7)."""

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal

from .. import records
from . import const

# What a record that is not as expected may raise; anything else is our own bug.
MAPPING_ERRORS = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError)
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_TWIN = re.compile(r" \[line \d+\]$")


def map_each(nodes, map_one, id_name):
    """(records, Broken ones): one bad record never hides the others."""
    good, broken = [], []
    for node in nodes:
        try:
            good.append(map_one(node))
        except MAPPING_ERRORS as error:
            broken.append(records.Broken(node.text(id_name), str(error), node.raw()))
    return good, broken


def as_address(text):
    """The e-mail address, or "" (Cdiscount puts French sentences in its place)."""
    text = text.strip()
    return text if _ADDRESS.fullmatch(text) else ""


# Discussions -----------------------------------------------------------------------------------


def map_case(node, kind, seller_names):
    """A discussion. `seller_names`: names, normalised, under which the seller writes."""
    status = node.text("Status")
    messages = _map_messages(node, seller_names)
    needs_reply = status == "NotProcessed" and messages
    return records.Case(
        remote_id=str(int(node.required("Id"))),
        kind=kind,
        subject=node.text("Subject"),
        is_open=status != "Closed",
        order_ref=node.text("OrderNumber"),
        product_ref=node.text("ProductSellerReference"),
        product_ean=node.text("ProductEAN"),
        topic=node.text("ClaimType"),
        created_at=node.date("CreationDate", const.PARIS),
        updated_at=node.date("LastUpdatedDate", const.PARIS),
        closed_at=node.date("CloseDate", const.PARIS),
        # NotProcessed: opened by the customer and not yet answered.
        reply_needed_since=messages[0].sent_at if needs_reply else None,
        messages=messages,
    )


def _map_messages(node, seller_names):
    messages = []
    first_customer = None
    for item in node.items("Messages", "Message"):
        sender = item.text("Sender")
        sender_type = get_sender_type(
            item.text("SenderType"), sender, seller_names, first_customer, is_first=not messages
        )
        if sender_type == records.CUSTOMER:
            first_customer = first_customer or normalise(sender)
        messages.append(_map_message(item, sender, sender_type))
    return tuple(sorted(messages, key=lambda message: message.sent_at))


def _map_message(item, sender, sender_type):
    sent_at = item.date("Timestamp", const.PARIS)
    if sent_at is None:
        raise ValueError("Timestamp is missing")
    return records.Message(
        sent_at=sent_at, sender_type=sender_type, body=item.text("Content"), sender_name=sender
    )


def get_sender_type(remote_type, sender, seller_names, customer_name, is_first):
    """Who wrote. Before the schema of 2020 only a display name is given, hence the guesses.

    `customer_name`: normalised name of the customer as far as the thread showed it.
    """
    if remote_type:
        return const.SENDER_TYPES.get(remote_type, records.UNKNOWN)
    name = normalise(sender)
    if name in seller_names:
        return records.SELLER
    if const.AUTOMATIC_NAMES.search(name):
        return records.SYSTEM
    if const.OPERATOR_NAMES.search(name):
        return records.OPERATOR
    if is_first or (name and name == customer_name):
        return records.CUSTOMER
    return records.UNKNOWN


def normalise(name):
    """A name for comparisons."""
    return " ".join(name.casefold().split())


def get_seller_names(login, names):
    """Normalised names of the seller: the login with and without `-api`, and given ones."""
    candidates = (login, login.removesuffix("-api"), *names)
    return frozenset(normalise(name) for name in candidates if name and name.strip())


# Orders ----------------------------------------------------------------------------------------


def map_order(node):
    """An order. `charged`: what the customer agreed to pay, shipping included."""
    remote_state = node.text("OrderState")
    state = const.ORDER_STATES.get(remote_state, records.LINE_OTHER)
    lines = _map_lines(node, state)
    goods = [line for line in lines if not line.is_fee]
    if goods and all(line.state == records.LINE_REFUNDED for line in goods):
        state = records.LINE_REFUNDED
    customer = node.child("Customer")
    return records.Order(
        remote_id=node.required("OrderNumber"),
        state=state,
        remote_state=remote_state,
        created_at=node.date("CreationDate", const.PARIS),
        updated_at=node.date("LastUpdatedDate", const.PARIS)
        or node.date("ModifiedDate", const.PARIS),
        shipped_at=_get_shipped_at(node),
        ship_before=node.date("ShippingDateMax", const.PARIS),
        charged=node.decimal("InitialTotalAmount"),
        shipping=node.decimal("InitialTotalShippingChargesAmount"),
        has_claim=bool(node.boolean("HasClaims")),
        customer_name=_full_name(customer),
        contact_address=as_address(customer.text("EncryptedEmail")) if customer else "",
        fulfilled_by_marketplace=node.text("ModGesLog") == const.LOGISTICS_OF_MARKETPLACE
        or bool(node.boolean("IsCLogistiqueOrder")),
        delivery=_map_address(node.child("ShippingAddress"), customer),
        billing=_map_address(node.child("BillingAddress"), customer),
        lines=tuple(lines),
        refunds=(*_map_vouchers(node), *_map_given_lines(lines)),
    )


def _get_shipped_at(node):
    """The first tracking event (schemas of 2020 and later); no other member dates a shipment."""
    dates = [
        tracking.date("InsertDate", const.PARIS)
        for parcel in node.items("ParcelList", "Parcel")
        if not parcel.boolean("IsCustomerReturn")
        for tracking in parcel.items("TrackingList", "Tracking")
    ]
    return min((date for date in dates if date), default=None)


def _map_lines(node, order_state):
    lines, seen = [], {}
    for item in node.items("OrderLineList", "OrderLine"):
        product = item.text("SellerProductId") or item.required("Sku")
        seen[product] = seen.get(product, 0) + 1
        remote_id = product if seen[product] == 1 else f"{product} [line {seen[product]}]"
        lines.append(_map_line(item, remote_id, product, order_state))
    return lines


def get_product(line_remote_id):
    """The SellerProductId of a line. Lines have no dependable number of their own: RowId was 0."""
    return _TWIN.sub("", line_remote_id)


def _map_line(item, remote_id, product, order_state):
    remote_state = item.text("AcceptationState")
    quantity = item.integer("Quantity")
    amount, shipping = item.decimal("PurchasePrice"), _get_line_shipping(item, quantity)
    repaid = remote_state in const.REPAID_STATES
    # Refused before shipment: nothing was delivered, so the shipping charges go back too.
    with_shipping = item.boolean("RefundShippingCharges") or (
        repaid and remote_state != "RefundedAfterShipping"
    )
    state = _get_line_state(remote_state, order_state)
    return records.OrderLine(
        remote_id=remote_id,
        sku=product,
        name=item.text("Name"),
        quantity=quantity,
        amount=amount,
        shipping=shipping,
        state=state,
        remote_state=remote_state,
        give_back=const.GIVE_BACK.get(state, ""),
        ean=item.text("ProductEan"),
        condition=item.text("ProductCondition"),
        refunded=amount if repaid else Decimal(0),
        refunded_shipping=shipping if repaid and with_shipping else Decimal(0),
        has_claim=bool(item.boolean("HasClaim")),
        is_fee=const.FEE_SKU in (product, item.text("Sku")),
    )


def _get_line_shipping(item, quantity):
    """Charges of the first unit and of each further one; a refused line has quantity 0."""
    further = max(quantity - 1, 0)
    return item.decimal("UnitShippingCharges") + further * item.decimal(
        "UnitAdditionalShippingCharges"
    )


def _get_line_state(remote_state, order_state):
    if remote_state in const.FOLLOW_ORDER:
        # A line that was only accepted cannot be shipped, whatever the order says.
        shipped = (records.LINE_SHIPPED, records.LINE_REFUNDED)
        return records.LINE_OTHER if order_state in shipped else order_state
    return const.LINE_STATES.get(remote_state, records.LINE_OTHER)


# Money given back --------------------------------------------------------------------------------


def _map_given_lines(lines):
    """What the states of lines say was given back, or never charged. A line is given back whole
    and once, so its product and its rank among given lines of that product are its number: lines
    of one product may swap places."""
    given, count = [], Counter()
    for line in lines:
        kind = const.GIVEN_BY_STATE.get(line.state)
        cancelled = kind == records.GIVEN_CANCELLATION
        goods, shipping = (
            (line.amount, line.shipping) if cancelled else (line.refunded, line.refunded_shipping)
        )
        if not kind or line.is_fee or not (cancelled or goods + shipping):
            continue
        count[kind, line.sku] += 1
        given.append(
            records.OrderRefund(
                amount=goods + shipping,
                remote_id=f"{kind} {count[kind, line.sku]} {line.sku}",
                kind=kind,
                line_remote_id=line.remote_id,
                shipping=shipping,
                quantity=line.quantity,
                from_state=True,
            )
        )
    return given


def _map_vouchers(node):
    """Gestures of the seller and of Cdiscount. They have no number: their second, amount, reason
    and payer are one, with the rank among equal ones."""
    vouchers, count = [], Counter()
    for item in node.items("VoucherList", "Voucher"):
        source, voucher = item.text("Source"), _map_voucher(item)
        if source == const.FROM_CUSTOMER:
            continue
        if source in (const.FROM_SELLER, const.FROM_MARKETPLACE) and voucher.amount > 0:
            key = _get_voucher_key(voucher, source)
            count[key] += 1
            voucher = replace(voucher, remote_id=f"{key} {count[key]}")
        vouchers.append(voucher)
    return vouchers


def _get_voucher_key(voucher, source):
    """However many digits the date and the amount are told with."""
    second = voucher.created_at.isoformat(timespec="seconds") if voucher.created_at else "undated"
    return f"{second} {voucher.amount.normalize():f} {voucher.reason_code} {source}"


def _map_voucher(item):
    information = item.child("RefundInformation")
    if information is None:
        raise ValueError("RefundInformation is missing")
    return records.OrderRefund(
        amount=information.decimal("Amount"),
        reason_code=information.text("MotiveId"),
        created_at=item.date("CreateDate", const.PARIS),
        by_seller=item.text("Source") == const.FROM_SELLER,
        kind=records.GIVEN_GESTURE,
    )


# Names and addresses -----------------------------------------------------------------------------


def _full_name(node, prefix=""):
    if node is None:
        return ""
    return f"{_plain(node, prefix + 'FirstName')} {_plain(node, prefix + 'LastName')}".strip()


def _plain(node, name):
    text = node.text(name)
    return "" if text == "N/A" else text


def _map_address(node, customer):
    """Masked members are nil: they become empty texts."""
    if node is None:
        return records.Address()
    street = [_plain(node, name) for name in ("Street", "Address1", "Address2")]
    place = [_plain(node, name) for name in ("Building", "ApartmentNumber", "PlaceName")]
    first, *more = [part for part in (*street, *place) if part] or [""]
    phones = [customer.text(name) for name in ("MobilePhone", "Phone")] if customer else []
    return records.Address(
        name=_full_name(node),
        company=_plain(node, "CompanyName"),
        street=first,
        street2=", ".join(more),
        zip=_plain(node, "ZipCode"),
        city=_plain(node, "City"),
        country_code=_get_country_code(_plain(node, "Country")),
        phone=next((phone for phone in phones if phone), ""),
    )


def _get_country_code(country):
    if re.fullmatch(r"[A-Za-z]{2}", country):
        return country.upper()
    return const.COUNTRY_CODES.get(country.casefold(), "")
