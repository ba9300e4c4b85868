"""Operations on orders: list, validate, parcels, carriers."""

from dataclasses import dataclass
from datetime import timedelta

from . import answers
from .answers import error, head
from .records import FEE_LINE

CARRIERS = (
    (1, "Relais Colis"),
    (2, "UPS"),
    (3, "TNT"),
    (5, "PostNL"),
    (6, "Mondial Relay"),
    (7, "La Poste - Courrier"),
    (8, "GLS"),
    (9, "DPD"),
    (10, "DHL Express"),
    (11, "DHL Deutsche Post"),
    (12, "China Post"),
    (13, "Chronopost"),
    (14, "Colissimo"),
    (15, "Colis Privé"),
    (16, "Bpost"),
    (18, "FedEx"),
    (27, "GEODIS"),
    (31, "DB Schenker"),
    (99, "Other"),
)


@dataclass
class Call:
    """One authenticated call. `item_error`: the planned refusal of one item, or None."""

    seller: object
    token: str
    param: dict
    item_error: dict = None

    def refuses(self, position):
        """French refusal text when the planned fault hits the item at `position`."""
        if self.item_error is None or int(self.item_error.get("index", 0)) != position:
            return None
        return self.item_error.get("text") or "Une erreur technique est survenue, réessayez."


# GetOrderList


def get_order_list(call):
    seller = call.seller
    wanted = call.param or {}
    seller.settle_all()
    orders = _select(seller, wanted)
    lines = bool(wanted.get("FetchOrderLines"))
    parcels = bool(wanted.get("FetchParcels"))
    value = head(seller, call.token)
    value["OrderList"] = [answers.order(seller, order, lines, parcels) for order in orders]
    return value, f"{len(orders)} orders"


def _select(seller, wanted):
    """Orders that match. References exclude all else; dates count only beside States."""
    references = wanted.get("OrderReferenceList")
    if references:
        return [seller.orders[n] for n in dict.fromkeys(references) if n in seller.orders]
    states = wanted.get("States")
    numbers = _window(seller, wanted) if states else seller.orders_updated.window()
    orders = (seller.orders[number] for number in reversed(numbers))
    return [o for o in orders if _matches(o, wanted, states)]


def _window(seller, wanted):
    numbers = seller.orders_updated.window(
        wanted.get("BeginModificationDate"), visible_end(seller, wanted)
    )
    begin, end = wanted.get("BeginCreationDate"), wanted.get("EndCreationDate")
    if begin or end:
        numbers = [n for n in numbers if between(seller.orders[n].created, begin, end)]
    return numbers


def visible_end(seller, wanted):
    """End of the modification window; changes may show late."""
    late = float(seller.options["late_seconds"])
    end = wanted.get("EndModificationDate")
    if not late:
        return end
    limit = seller.now() - timedelta(seconds=late)
    return min(end, limit) if end else limit


def between(moment, begin, end):
    return (begin is None or moment >= begin) and (end is None or moment <= end)


def _matches(order, wanted, states):
    if states and order.state not in states:
        return False
    if (wanted.get("CorporationCode") or "CDSB2C") != "CDSB2C":
        return False
    if wanted.get("Country", "All") not in ("All", order.country):
        return False
    kind = wanted.get("OrderType")
    if kind in ("MKPFBC", "IsFulfillment") and order.fulfilment != "MKPFBC":
        return False
    if kind == "EXTFBC":
        return False
    partner = wanted.get("PartnerOrderRef")
    return not partner or order.partner_ref in partner.split(";")


# ValidateOrderList

# order state -> {asked state: allowed line states}; at least one line has the first of them.
TRANSITIONS = {
    "WaitingForSellerAcceptation": {
        "AcceptedBySeller": ("AcceptedBySeller", "RefusedBySeller"),
        "RefusedBySeller": ("RefusedBySeller",),
    },
    "WaitingForShipmentAcceptation": {
        "Shipped": ("ShippedBySeller", "ShipmentRefusedBySeller"),
        "ShipmentRefusedBySeller": ("ShipmentRefusedBySeller",),
        "AvailableOnStore": ("ShippedBySeller", "ShipmentRefusedBySeller"),
    },
    "AvailableOnStore": {
        "PickedUp": ("ShippedBySeller",),
        "NonPickedUpByCustomer": ("ShippedBySeller", "ShipmentRefusedBySeller"),
    },
}


class Refusal(Exception):
    """An order as a whole is refused: ErrorType and French text."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


def validate_order_list(call):
    results, texts = [], []
    for request in (call.param or {}).get("OrderList") or []:
        result = _validate_one(call, request)
        results.append(result)
        texts += [
            f"{result['OrderNumber']} error: {problem['Message']}" for problem in result["Errors"]
        ]
    value = head(call.seller, call.token, text="\n".join(texts))
    value["ValidateOrderResults"] = results
    done = sum(result["Validated"] for result in results)
    return value, f"{done} of {len(results)} orders validated"


def _validate_one(call, request):
    number = request["OrderNumber"]
    result = {
        "Errors": [],
        "OrderNumber": number,
        "ValidateOrderLineResults": [],
        "Validated": False,
        "Warnings": [],
    }
    try:
        order = call.seller.orders.get(number)
        if order is None:
            raise Refusal("OrderNotFound", f'La commande "{number}" n\'a pas été trouvée.')
        call.seller.settle(order)
        _check_order(order, request)
        pairs = _pair_lines(order, request)
    except Refusal as refusal:
        result["Errors"] = [error(refusal.kind, str(refusal))]
        return result
    _apply(call, order, request, pairs, result)
    return result


def _check_order(order, request):
    state = request["OrderState"]
    if order.fulfilment == "MKPFBC":
        raise Refusal(
            "OrderUpdateNotAuthorized", f'La commande "{order.number}" est expédiée par Cdiscount.'
        )
    if state not in TRANSITIONS.get(order.state, {}):
        raise Refusal(
            "OrderStateIncoherent",
            f"Le passage à l'état {state} est impossible à ce "
            f'stade de la commande "{order.number}".',
        )
    if state == "Shipped":
        _check_tracking(request)


def _check_tracking(request):
    names = {name.lower() for _, name in CARRIERS}
    carrier = (request["CarrierName"] or "").strip().lower()
    if request["TrackingUrl"]:
        return
    if carrier not in names:
        raise Refusal(
            "OrderTrackingInformationError",
            "Le transporteur est inconnu ou l'URL de suivi est manquante.",
        )
    if not request["TrackingNumber"]:
        raise Refusal("OrderTrackingInformationError", "Le numéro de suivi est manquant.")


def _pair_lines(order, request):
    """[(line, requested line)], all lines of the order exactly once."""
    allowed = TRANSITIONS[order.state][request["OrderState"]]
    asked = request["OrderLineList"] or []
    open_lines = {line.seller_product_id: line for line in order.goods}
    pairs = []
    for item in asked:
        reference = item["SellerProductId"]
        line = open_lines.pop(reference, None)
        if line is None or reference == FEE_LINE:
            raise Refusal(
                "OrderLineNotFound",
                f'La ligne "{reference}" n\'existe pas dans la commande "{order.number}".',
            )
        if item["AcceptationState"] not in allowed:
            raise Refusal(
                "OrderLineIncoherentState",
                f'L\'état {item["AcceptationState"]} de la ligne "{reference}" est '
                f"incohérent avec l'état {request['OrderState']}.",
            )
        pairs.append((line, item))
    if open_lines:
        raise Refusal(
            "OrderLineError",
            "Toutes les lignes de la commande doivent être présentes, "
            f"ligne(s) manquante(s) : {', '.join(open_lines)}.",
        )
    if not any(item["AcceptationState"] == allowed[0] for _, item in pairs):
        raise Refusal("OrderLineIncoherentState", f"Aucune ligne n'est à l'état {allowed[0]}.")
    return pairs


def _apply(call, order, request, pairs, result):
    refused = 0
    for position, (line, item) in enumerate(pairs):
        text = call.refuses(position)
        errors = [error("OrderLineError", text)] if text else []
        refused += bool(text)
        if not text:
            _set_line(line, item["AcceptationState"])
        result["ValidateOrderLineResults"].append(
            {"Errors": errors, "SellerProductId": line.seller_product_id, "Updated": not text}
        )
    result["Validated"] = not refused
    if refused:
        call.seller.touch_order(order)
        return
    if request["OrderState"] == "Shipped":
        order.carrier = request["CarrierName"]
        order.tracking_number = request["TrackingNumber"]
        order.tracking_url = request["TrackingUrl"]
    call.seller.set_state(order, request["OrderState"])


def _set_line(line, state):
    """A line refused before shipment is refunded at once and counts no more."""
    if state == "ShipmentRefusedBySeller":
        line.state, line.quantity = "RefundedAfterShipmentRefused", 0
    else:
        line.state = state


# The rest


def get_global_configuration(call):
    value = head(call.seller, call.token)
    value["CarrierList"] = [
        {"CarrierId": number, "DefaultURL": "", "Name": name} for number, name in CARRIERS
    ]
    return value, f"{len(CARRIERS)} carriers"


def manage_parcel(call):
    request = call.param or {}
    infos = request.get("ParcelActionsList")
    order = call.seller.orders.get(request.get("ScopusId"))
    if not infos:
        text = "Le champ ParcelInfo du message est manquant !"
        value = head(call.seller, call.token, ok=False, text=text)
        value["ErrorList"] = [error("UnexpectedException", text)]
        value["ParcelActionResultList"] = []
        return value, "refused"
    ok = order is not None
    text = "" if ok else "La commande {0} n'a pas été trouvée !"
    value = head(call.seller, call.token, ok=ok, text=text)
    value["ParcelActionResultList"] = [_parcel_result(order, info) for info in infos] if ok else []
    return value, f"{len(infos)} parcels"


def _parcel_result(order, info):
    known = info["ParcelNumber"] == order.tracking_number and bool(order.tracking_number)
    return {
        "ErrorMessage": "" if known else "Le colis n'a pas été trouvé.",
        "OperationSuccess": known,
        "ActionType": info["ManageParcel"],
        "IsActionCreated": known,
        "ParcelNumber": info["ParcelNumber"],
    }


def get_seller_information(call):
    seller = call.seller
    value = head(seller, call.token)
    value["Seller"] = {
        "Email": f"contact@{seller.display_login}.example",
        "Login": seller.display_login,
        "MobileNumber": "",
        "PhoneNumber": "",
        "SellerAddress": None,
        "ShopName": seller.shop,
        "ShopUrl": f"http://www.cdiscount.com/mpv-0-{seller.display_login}.html",
        "SiretNumber": "",
    }
    return value, seller.shop
