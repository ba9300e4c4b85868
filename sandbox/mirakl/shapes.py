"""Orders, refunds and lines as OR11 shows them."""

from datetime import timedelta
from decimal import Decimal

from .records import CENT

COMMISSION = Decimal("0.12")
NULLABLE = ("acceptance_decision_date", "shipping_company", "quote_id", "description", "state")


def order(seller, order, view):
    """One order of OR11; `view.tax_mode` converts amounts, None leaves the order's own."""
    mode = view.tax_mode or order.tax_mode
    lines = [line_json(seller, order, line, view) for line in order.lines]
    full = {
        "order_id": order.number,
        "commercial_id": order.commercial_id,
        "order_state": order.state,
        "order_state_reason_code": None,
        "order_state_reason_label": None,
        "created_date": view.date(order.created, False),
        "last_updated_date": view.date(order.updated),
        "acceptance_decision_date": view.date(order.accepted),
        "customer_debited_date": view.date(order.debited),
        "shipping_deadline": view.date(order.created + timedelta(days=3), False),
        "transaction_date": view.date(order.debited),
        "transaction_number": f"TR-{order.commercial_id}" if order.debited else None,
        "has_incident": shows_incident(seller, order),
        "has_customer_message": order.number in seller.customer_wrote,
        "has_invoice": any(
            d.order_number == order.number and d.type == "CUSTOMER_INVOICE"
            for d in seller.documents.values()
        ),
        "fully_refunded": order.fully_refunded,
        "can_cancel": order.can_cancel,
        "can_shop_ship": order.state == "SHIPPING",
        "customer_directly_pays_seller": False,
        "currency_iso_code": order.currency,
        **_totals(order, view, mode),
        "order_tax_mode": mode,
        "payment_type": "CARD",
        "paymentType": "CARD",
        "payment_workflow": order.payment_workflow,
        "promotions": {"applied_promotions": [], "total_deduced_amount": 0},
        "shipping_type_code": "STD",
        "shipping_type_label": "Standardversand",
        "shipping_zone_code": "DE",
        "shipping_zone_label": "Deutschland",
        "shipping_carrier_code": order.carrier_code,
        "shipping_company": order.carrier,
        "shipping_tracking": order.tracking_number,
        "shipping_tracking_url": order.tracking_url,
        "fulfillment": {"center": {"code": "DEFAULT"}},
        "leadtime_to_ship": 2,
        "channel": order.channel and {"code": order.channel, "label": order.channel},
        "references": _references(order, view),
        "order_additional_fields": [],
        "customer": customer(order, view),
        "customer_notification_email": None if order.sparse else order.alias,
        "order_lines": lines,
    }
    if view.options["unknown_enums"] and not view.plain:
        full["payment_workflow"] = "PAY_ON_THE_MOON"
    if order.sparse:
        return {key: value for key, value in full.items() if key in REQUIRED and value is not None}
    return view.clean(full, NULLABLE)


REQUIRED = (
    "order_id commercial_id order_state created_date last_updated_date has_incident "
    "has_customer_message has_invoice fully_refunded can_cancel can_shop_ship currency_iso_code "
    "price shipping_price total_price total_commission order_tax_mode shipping_type_label "
    "shipping_zone_label fulfillment customer order_lines customer_debited_date"
).split()


def shows_incident(seller, order):
    return any(shown_incident(seller, line) for line in order.lines)


def shown_incident(seller, line):
    """The incident that OR11 shows; what it shows after "resolved" is an option."""
    incident = line.incident
    if incident and incident.status == "RESOLVED" and seller.options["resolved_leaves_or11"]:
        return None
    return incident


def _references(order, view):
    value = {
        "order_reference_for_customer": order.customer_reference,
        "order_reference_for_seller": order.seller_reference,
    }
    return view.clean(value) if any(value.values()) else None


def _totals(order, view, mode):
    price = sum((line_price(order, line, mode) for line in order.lines), Decimal(0))
    shipping = sum((line_shipping(order, line, mode) for line in order.lines), Decimal(0))
    return {
        "price": view.money(price),
        "shipping_price": view.money(shipping),
        "total_price": view.money(price + shipping),
        "total_commission": view.money((price * COMMISSION).quantize(CENT)),
    }


def converted(order, amount, taxes, mode):
    """An amount of the order's tax mode in another one."""
    if mode == order.tax_mode:
        return amount
    total = sum(taxes, Decimal(0))
    return amount + total if mode == "TAX_INCLUDED" else amount - total


def line_price(order, line, mode):
    return converted(order, line.price, [tax.amount for tax in line.taxes], mode)


def line_shipping(order, line, mode):
    return converted(order, line.shipping, [tax.amount for tax in line.shipping_taxes], mode)


def customer(order, view):
    person = order.customer
    value = {
        "customer_id": person["customer_id"],
        "firstname": person["firstname"],
        "lastname": person["lastname"],
        "civility": person.get("civility"),
        "locale": person.get("locale"),
        "billing_address": person.get("billing_address") or _address(person, view),
        "shipping_address": person.get("shipping_address") or _address(person, view, True),
    }
    if order.sparse:
        # As before the acceptance: no addresses yet.
        return {**value, "civility": None, "billing_address": None, "shipping_address": None}
    return view.clean(value, ("civility",))


def _address(person, view, shipping=False):
    value = {
        "civility": person.get("civility"),
        "company": person.get("company"),
        "firstname": person["firstname"],
        "lastname": person["lastname"],
        "street_1": person.get("street_1", ""),
        "street_2": person.get("street_2", ""),
        "zip_code": person.get("zip_code", ""),
        "city": person.get("city", ""),
        "state": person.get("state", ""),
        "country": person.get("country", "Deutschland"),
        "country_iso_code": person.get("country_iso_code", "DEU"),
        "phone": person.get("phone", ""),
        "additional_info": person.get("additional_info") if shipping else None,
    }
    return view.clean(value, ("company",))


def line_json(seller, order, line, view):
    mode = view.tax_mode or order.tax_mode
    price, shipping = line_price(order, line, mode), line_shipping(order, line, mode)
    incident = shown_incident(seller, line)
    state = "INCIDENT_OPEN" if incident else line.state
    value = {
        "order_line_id": line.id,
        "order_line_index": line.index,
        "order_line_state": state,
        "order_line_state_reason_code": incident.reason if incident else line.state_reason,
        "order_line_state_reason_label": incident.label if incident else None,
        "can_refund": bool(line.debited) and not line.given() and line.state != "REFUNDED",
        "quantity": line.quantity,
        "price_unit": view.money(price / (line.quantity or 1)),
        "origin_unit_price": view.money(price / (line.quantity or 1)),
        "price": view.money(price),
        "shipping_price": view.money(shipping),
        "total_price": view.money(price + shipping),
        "price_amount_breakdown": None,
        "offer_id": line.offer_id,
        "offer_sku": line.sku,
        "offer_state_code": "11",
        "product_sku": line.product_sku,
        "product_shop_sku": line.sku,
        "product_title": line.name,
        "product_medias": [],
        "category_code": "GARTEN",
        "category_label": "Haus & Garten",
        "description": None,
        "created_date": view.date(line.created, False),
        "last_updated_date": view.date(line.updated),
        "debited_date": view.date(line.debited),
        "shipped_date": view.date(line.shipped, False),
        "received_date": view.date(line.received),
        "commission_fee": view.money((price * COMMISSION).quantize(CENT)),
        "commission_taxes": [],
        "total_commission": view.money((price * COMMISSION).quantize(CENT)),
        "taxes": [_tax(tax, view) for tax in line.taxes],
        "shipping_taxes": [_tax(tax, view) for tax in line.shipping_taxes],
        "order_line_additional_fields": [],
        "promotions": [],
        "refunds": [refund(order, line, item, view) for item in line.refunds],
        "cancelations": [cancelation(order, line, item, view) for item in line.cancelations],
    }
    return view.clean(value, NULLABLE)


def _tax(tax, view):
    return {
        "code": tax.code,
        "rate": float(tax.rate),
        "amount": view.money(tax.amount),
        "tax_calculation_rule": "PROPORTIONAL_TO_AMOUNT",
    }


def tax_amounts(taxes, view):
    return [{"code": code, "amount": view.money(amount)} for code, amount in taxes.items()]


def _given(order, item, view):
    mode = view.tax_mode or order.tax_mode
    amount = converted(order, item.amount, item.taxes.values(), mode)
    shipping = converted(order, item.shipping, item.shipping_taxes.values(), mode)
    return {
        "id": item.id,
        "amount": view.money(amount),
        "shipping_amount": view.money(shipping),
        "quantity": item.quantity,
        "reason_code": item.reason,
        "created_date": view.date(item.created),
        "taxes": tax_amounts(item.taxes, view),
        "shipping_taxes": tax_amounts(item.shipping_taxes, view),
        "fees": [],
        "commission_amount": view.money((amount * COMMISSION).quantize(CENT)),
        "commission_taxes": [],
        "commission_total_amount": view.money((amount * COMMISSION).quantize(CENT)),
    }


def refund(order, line, item, view):
    return view.clean(
        {
            **_given(order, item, view),
            "order_refund_id": item.group,
            "refund_state": item.state,
            "state": item.state,
            "transaction_date": view.date(item.paid_at),
            "transaction_number": f"RF-{item.id}" if item.paid_at else None,
        }
    )


def cancelation(order, line, item, view):
    return view.clean(_given(order, item, view))
