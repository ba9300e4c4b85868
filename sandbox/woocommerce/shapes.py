"""Objects of wc/v3 as JSON-able dicts."""

from decimal import ROUND_HALF_UP, Decimal

from .records import FEE, LINE, SHIPPING, TAX_RATE_ID, ZERO
from .version import WOOCOMMERCE
from .wire import iso

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF"}


def amount(value, places=2):
    return str(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def dates(seller, **moments):
    """Each date in site time, and its _gmt twin."""
    zone, found = seller.zone, {}
    for name, moment in moments.items():
        found[name] = iso(moment, zone)
        found[f"{name}_gmt"] = iso(moment)
    return found


def links(home, path, collection, **more):
    base = f"{home}/wp-json/wc/v3"
    found = {"self": path, "collection": collection, **more}
    return {name: [{"href": f"{base}/{where}"}] for name, where in found.items()}


def order(seller, order, home="", places=2):
    def total(*kinds):
        return sum((i.total for i in order.items if i.kind in kinds), ZERO)

    def tax(*kinds):
        return sum((i.tax for i in order.items if i.kind in kinds), ZERO)

    def price(value):
        return amount(value, places)

    discount = sum((i.subtotal - i.total for i in order.of(LINE)), ZERO)
    return {
        "id": order.id,
        "parent_id": 0,
        "status": order.status,
        "currency": order.currency,
        "version": WOOCOMMERCE,
        "prices_include_tax": order.prices_include_tax,
        "discount_total": price(discount),
        "discount_tax": price(ZERO),
        "shipping_total": price(total(SHIPPING)),
        "shipping_tax": price(tax(SHIPPING)),
        "cart_tax": price(tax(LINE, FEE)),
        "total": price(order.total),
        "total_tax": price(order.total_tax),
        "customer_id": order.customer_id,
        "order_key": order.key,
        "billing": dict(order.billing),
        "shipping": dict(order.shipping),
        "payment_method": order.payment_method,
        "payment_method_title": order.payment_title,
        "transaction_id": order.transaction_id,
        "customer_ip_address": "192.0.2.17",
        "customer_user_agent": "Mozilla/5.0",
        "created_via": "checkout",
        "customer_note": order.customer_note,
        "cart_hash": "",
        "number": order.number,
        "meta_data": list(order.meta),
        "line_items": [line(seller, order, item, price) for item in order.of(LINE)],
        "tax_lines": tax_lines(order, price),
        "shipping_lines": [shipping_line(item, price) for item in order.of(SHIPPING)],
        "fee_lines": [fee_line(item, price) for item in order.of(FEE)],
        "coupon_lines": [],
        "refunds": [
            {"id": refund.id, "reason": refund.reason, "total": f"-{price(refund.amount)}"}
            for refund in reversed(order.refunds)
        ],
        "payment_url": f"{home}/checkout/order-pay/{order.id}/?pay_for_order=true&key={order.key}",
        "is_editable": order.status in ("pending", "on-hold", "auto-draft"),
        "needs_payment": order.status in ("pending", "failed"),
        "needs_processing": order.status in ("pending", "processing", "on-hold"),
        "currency_symbol": SYMBOLS.get(order.currency, order.currency),
        **dates(
            seller,
            date_created=order.created,
            date_modified=order.modified,
            date_completed=order.completed,
            date_paid=order.paid,
        ),
        "_links": links(home, f"orders/{order.id}", "orders"),
    }


def taxes(value, price, subtotal=None):
    if not value:
        return []
    return [{"id": TAX_RATE_ID, "total": price(value), "subtotal": price(subtotal or value)}]


def line(seller, order, item, price):
    image = {"id": item.product_id + 5000, "src": ""} if item.product_id else {"id": "", "src": ""}
    return {
        "id": item.id,
        "name": item.name,
        "product_id": item.product_id,
        "variation_id": 0,
        "quantity": item.quantity,
        "tax_class": "",
        "subtotal": price(item.subtotal),
        "subtotal_tax": price(item.tax),
        "total": price(item.total),
        "total_tax": price(item.tax),
        "taxes": taxes(item.tax, price),
        "meta_data": _vendor_meta(seller, item),
        "sku": item.sku,
        "price": float(item.total / item.quantity) if item.quantity else 0,
        "image": image,
        "parent_name": None,
    }


def _vendor_meta(seller, item):
    """WCFM notes the vendor at each line."""
    if not item.vendor_id:
        return []
    store = seller.user_name(item.vendor_id)
    return [
        {
            "id": item.id * 10,
            "key": "_vendor_id",
            "value": str(item.vendor_id),
            "display_key": "Store",
            "display_value": store,
        }
    ]


def tax_lines(order, price):
    if not order.total_tax:
        return []
    goods = sum((i.tax for i in order.items if i.kind != SHIPPING), ZERO)
    shipping = sum((i.tax for i in order.of(SHIPPING)), ZERO)
    return [
        {
            "id": order.id * 10 + 9,
            "rate_code": "EU-TAX-1",
            "rate_id": TAX_RATE_ID,
            "label": "Tax",
            "compound": False,
            "tax_total": price(goods),
            "shipping_tax_total": price(shipping),
            "rate_percent": float(order.tax_rate),
            "meta_data": [],
        }
    ]


def shipping_line(item, price):
    return {
        "id": item.id,
        "method_title": item.name,
        "method_id": item.method or "flat_rate",
        "instance_id": "1",
        "total": price(item.total),
        "total_tax": price(item.tax),
        "taxes": taxes(item.tax, price),
        "tax_status": "taxable",
        "meta_data": [],
    }


def fee_line(item, price):
    return {
        "id": item.id,
        "name": item.name,
        "tax_class": "",
        "tax_status": "taxable",
        "amount": price(item.total),
        "total": price(item.total),
        "total_tax": price(item.tax),
        "taxes": taxes(item.tax, price),
        "meta_data": [],
    }


def note(seller, order, note, home=""):
    path = f"orders/{order.id}/notes"
    return {
        "id": note.id,
        "author": note.author,
        **dates(seller, date_created=note.created),
        "note": note.text,
        "customer_note": note.customer,
        "_links": links(home, f"{path}/{note.id}", path, up=f"orders/{order.id}"),
    }


def refund(seller, order, refund, home="", places=2):
    """Lines are negative."""

    def price(value):
        return amount(value, places)

    found = {LINE: [], SHIPPING: [], FEE: []}
    builders = {LINE: lambda i: line(seller, order, i, price), FEE: lambda i: fee_line(i, price)}
    builders[SHIPPING] = lambda i: shipping_line(i, price)
    for position, row in enumerate(refund.lines):
        item = order.item(row.item_id)
        value = builders[item.kind](item)
        value.update(
            id=refund.id * 10 + position,
            total=price(-row.total),
            total_tax=price(-row.tax),
            taxes=taxes(-row.tax, price),
            meta_data=[{"id": 1, "key": "_refunded_item_id", "value": str(item.id)}],
        )
        if item.kind == LINE:
            value.update(quantity=-row.quantity, subtotal=price(-row.total))
            value["subtotal_tax"] = price(-row.tax)
        found[item.kind].append(value)
    path = f"orders/{order.id}/refunds"
    return {
        "id": refund.id,
        "parent_id": order.id,
        **dates(seller, date_created=refund.created),
        "amount": price(refund.amount),
        "reason": refund.reason,
        "refunded_by": refund.by,
        "refunded_payment": refund.paid,
        "meta_data": list(refund.meta),
        "line_items": found[LINE],
        "shipping_lines": found[SHIPPING],
        "tax_lines": [],
        "fee_lines": found[FEE],
        "_links": links(home, f"{path}/{refund.id}", path, up=f"orders/{order.id}"),
    }


def webhook(seller, webhook, home=""):
    resource, _, event = webhook.topic.partition(".")
    hooks = {
        "order.created": ["woocommerce_new_order"],
        "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    }
    return {
        "id": webhook.id,
        "name": webhook.name,
        "status": webhook.status,
        "topic": webhook.topic,
        "resource": resource,
        "event": event,
        "hooks": [event] if resource == "action" else hooks.get(webhook.topic, []),
        "delivery_url": webhook.delivery_url,
        **dates(seller, date_created=webhook.created, date_modified=webhook.modified),
        "_links": links(home, f"webhooks/{webhook.id}", "webhooks"),
    }


def gateway(gateway, position, home=""):
    supports = ["products", *(["refunds"] if gateway.refunds else [])]
    return {
        "id": gateway.id,
        "title": gateway.title,
        "description": "",
        "order": position,
        "enabled": gateway.enabled,
        "method_title": gateway.title,
        "method_description": "",
        "method_supports": supports,
        "settings": {},
        "needs_setup": False,
        "post_install_scripts": [],
        "settings_url": f"{home}/wp-admin/admin.php?page=wc-settings&tab=checkout",
        "connection_url": None,
        "setup_help_text": None,
        "required_settings_keys": [],
        "_links": links(home, f"payment_gateways/{gateway.id}", "payment_gateways"),
    }
