"""Operations that give money back after shipment."""

from decimal import Decimal

from .answers import head
from .records import CANCELLED_STATES, UNPAID_STATES, Voucher

MOTIVE_IDS = range(131, 140)
CENT = Decimal("0.01")
INVALID = "Demande de remboursement invalide"
PARTIAL = "Certaines demandes de remboursement ont été refusées"
UNKNOWN_ORDER = "La commande {0} n'a pas été trouvée !"  # the real service forgets to fill it in


def create_refund_voucher(call):
    request = call.param or {}
    number = request.get("OrderNumber")
    gestures = request.get("CommercialGestureList") or []
    refunds = request.get("SellerRefundList") or []
    value = _empty_answer(call, number)
    order = call.seller.orders.get(number)
    if not number or not (gestures or refunds):
        value["OrderNumber"] = number or None
        return _fail(value, INVALID)
    if order is None:
        return _fail(value, UNKNOWN_ORDER)
    value["CommercialGestureList"] = _gestures(call, order, gestures)
    value["SellerRefundList"] = _refunds(call, order, refunds, first=len(gestures))
    results = value["CommercialGestureList"] + value["SellerRefundList"]
    return _conclude(call, order, value, results)


def create_refund_voucher_after_shipment(call):
    """The older operation: lines only, and a bare ServiceMessage around the results."""
    request = call.param or {}
    number = request.get("OrderNumber")
    refunds = request.get("SellerRefundRequestList") or []
    value = {
        "ErrorMessage": "",
        "OperationSuccess": True,
        "OrderNumber": number or None,
        "SellerRefundResultList": [],
    }
    order = call.seller.orders.get(number)
    if not number or not refunds:
        return _fail(value, INVALID)
    if order is None:
        return _fail(value, UNKNOWN_ORDER)
    value["SellerRefundResultList"] = _refunds(call, order, refunds)
    return _conclude(call, order, value, value["SellerRefundResultList"])


def _empty_answer(call, number):
    value = head(call.seller, call.token)
    value.update(CommercialGestureList=[], OrderNumber=number, SellerRefundList=[])
    return value


def _fail(value, text):
    value.update(OperationSuccess=False, ErrorMessage=text)
    return value, text


def _conclude(call, order, value, results):
    done = sum(result["OperationSuccess"] for result in results)
    if done:
        call.seller.touch_order(order)
    if done < len(results):
        _fail(value, PARTIAL)
    return value, f"{order.number}: {done} of {len(results)} items done"


# Lines


def _refunds(call, order, requests, first=0):
    return [
        _refund_line(order, request, call.refuses(first + position))
        for position, request in enumerate(requests)
    ]


def _refund_line(order, request, refusal):
    """Refund one line whole; the item's own success flag tells."""
    asked = request["RefundOrderLine"] or {}
    reference = asked.get("SellerProductId")
    line = _find_line(order, reference, asked.get("Ean"))
    text = refusal or _line_problem(line, reference)
    value = Decimal(0)
    if not text:
        shipping = bool(asked.get("RefundShippingCharges"))
        value = line.price + (line.shipping if shipping else 0)
        line.state = "RefundedAfterShipping"
        line.refunded_shipping = shipping
    return {
        "ErrorMessage": text or "",
        "OperationSuccess": not text,
        "Ean": asked.get("Ean"),
        "Motive": request["Motive"],
        "SellerProductId": reference,
        "Value": value,
    }


def _find_line(order, reference, ean):
    for line in order.goods:
        if line.seller_product_id == reference and (not ean or not line.ean or ean == line.ean):
            return line
    return None


def _line_problem(line, reference):
    if line is None:
        return f'La ligne "{reference}" n\'existe pas dans la commande.'
    if line.state == "RefundedAfterShipping":
        return f'La ligne "{reference}" a déjà été remboursée.'
    if line.state != "ShippedBySeller":
        return f'La ligne "{reference}" ne peut pas être remboursée à l\'état {line.state}.'
    return None


# Gestures


def _gestures(call, order, requests):
    return [
        _gesture(call, order, request, call.refuses(position))
        for position, request in enumerate(requests)
    ]


def _gesture(call, order, request, refusal):
    amount, motive = request["Amount"], request["MotiveId"]
    text = refusal or _gesture_problem(order, amount, motive)
    if not text:
        order.vouchers.append(Voucher(call.seller.now(), amount, motive))
    return {
        "ErrorMessage": text or "",
        "OperationSuccess": not text,
        "Amount": amount,
        "MotiveId": motive,
    }


def _gesture_problem(order, amount, motive):
    if amount <= 0 or amount != amount.quantize(CENT):
        return "Le montant du geste commercial est invalide."
    if motive not in MOTIVE_IDS:
        return f"Le motif {motive} du geste commercial est inconnu."
    if order.state in UNPAID_STATES or order.state in CANCELLED_STATES:
        return "Un geste commercial est impossible à ce stade de la commande."
    if order.fulfilment == "MKPFBC" and order.state != "Shipped":
        return "Un geste commercial est impossible avant l'expédition par Cdiscount."
    if order.gestures() + amount > order.total():
        return "Le montant des gestes commerciaux dépasse le montant de la commande."
    return None
