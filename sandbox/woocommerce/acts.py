"""What can happen to an order: a status, a note, a refund. Hold the lock."""

from decimal import ROUND_HALF_UP

from . import hooks, mailing
from .records import CENT, LINE, STATUSES, ZERO, Refund
from .wire import html

NO_GATEWAY = "The payment gateway for this order does not exist."
NO_REFUNDS = "The payment gateway for this order does not support automatic refunds."


class CannotRefund(Exception):
    """A refund that WooCommerce refuses, with its sentence."""


def status_name(status):
    return STATUSES.get(status, status.replace("-", " ").capitalize())


def known_statuses(seller):
    return (*STATUSES, *seller.options["extra_statuses"])


def set_status(seller, order, status, author=None, at=None):
    """A new status with its note, dates, mails and hooks. The same one again does nothing."""
    if status == order.status:
        return
    former, order.status = order.status, status
    moment = at or seller.now()
    if status in ("processing", "completed") and not order.paid:
        order.paid = moment
    if status == "completed":
        order.completed = moment
    text = f"Order status changed from {status_name(former)} to {status_name(status)}."
    seller.add_note(order, text, author=author, by="operator" if author else "system", at=at)
    if status == "refunded" and order.left > 0:
        amount = order.left
        _record(seller, order, amount, "Order fully refunded.", False, [], seller.operator.id)
    if status in ("completed", "refunded"):
        subject = f"Your order #{order.number} is now {status_name(status).lower()}"
        mailing.to_customer(seller, order.billing["email"], subject, subject)
    hooks.fire(seller, f"action.woocommerce_order_status_{status}", order.id)
    hooks.fire(seller, "action.woocommerce_order_status_changed", order.id)


def changed(seller, order):
    """The order was saved: its modification date moves and order.updated goes out."""
    seller.touch_order(order)
    hooks.order_changed(seller, order)


def write_note(seller, order, text, customer=False, author=None, by="system", at=None):
    """A note; one to the customer is mailed at once. No date moves, no order.updated."""
    note = seller.add_note(order, text, customer, author, by, at)
    if customer:
        if seller.options["customer_note_mail"] and order.billing["email"]:
            subject = f"A note has been added to your order #{order.number}"
            mailing.to_customer(seller, order.billing["email"], subject, text)
        argument = {"order_id": order.id, "customer_note": text}
        hooks.fire(seller, "action.woocommerce_new_customer_note", argument)
    hooks.fire(seller, "action.woocommerce_order_note_added", note.id)
    return note


def vendor_note(seller, order, user, text, customer=False):
    """A note written by a vendor through WCFM."""
    if seller.options["note_prefix"] and user.is_vendor:
        text = f"{html(user.store)} has added the following note:<br/>{text}"
    by = "vendor" if user.is_vendor else "operator"
    return write_note(seller, order, text, customer, user.store or user.name, by)


def create_refund(seller, order, amount, reason, lines=(), by=0, pay=False, restock=False, meta=()):
    """Raises CannotRefund. A gateway that does not pay leaves no trace of the refund."""
    if amount < 0 or amount > order.left:
        raise CannotRefund("Invalid refund amount.")
    if pay:
        _pay_back(seller, order)
    refund = _record(seller, order, amount, reason, pay, list(lines), by)
    refund.meta = [
        {"id": position, "key": str(row["key"]), "value": row.get("value")}
        for position, row in enumerate(meta, 1)
    ]
    if restock:
        _restock(seller, order, refund)
    if order.left <= 0 and order.status != "refunded":
        set_status(seller, order, "refunded")
    seller.touch_order(order)
    hooks.order_changed(seller, order)
    hooks.fire(seller, "action.woocommerce_order_refunded", order.id)
    return refund


def _pay_back(seller, order):
    gateway = seller.gateways.get(order.payment_method)
    if gateway is None:
        raise CannotRefund(NO_GATEWAY)
    if not gateway.refunds:
        raise CannotRefund(NO_REFUNDS)
    if gateway.failure:
        raise CannotRefund(gateway.failure)


def _record(seller, order, amount, reason, paid, lines, by):
    refund = Refund(seller.new_id(), seller.now(), amount, reason, by, paid, lines)
    order.refunds.append(refund)
    return refund


def _restock(seller, order, refund):
    for row in refund.lines:
        item = order.item(row.item_id)
        product = seller.products.get(item.product_id)
        if item.kind == LINE and product and row.quantity > 0:
            former, product.stock = product.stock, product.stock + row.quantity
            refund.restocked = True
            text = f"Item #{product.id} stock increased from {former} to {product.stock}."
            seller.add_note(order, text)


def delete_refund(seller, order, refund):
    order.refunds.remove(refund)
    seller.touch_order(order)
    hooks.order_changed(seller, order)


def left_of(order, item):
    """(net, tax) of an item that has not gone back."""
    _quantity, total, tax = order.refunded_of(item)
    return item.total - total, item.tax - tax


def net_total(lines):
    """With taxes, in whole cents."""
    return sum((row.total + row.tax for row in lines), ZERO).quantize(CENT, ROUND_HALF_UP)
