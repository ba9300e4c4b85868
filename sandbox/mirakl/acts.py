"""Steps of an order (OR21, OR23, OR24) and of an incident (OR64)."""

from ..web import Answer
from . import reasons
from .wire import Refused

# (code, label, standard code, address of the tracking page)
CARRIERS = (
    ("DHL", "DHL", "dhl", "https://tracking.example/dhl/{trackingId}"),
    ("DPD", "DPD", "dpd", "https://tracking.example/dpd/{trackingId}"),
    ("COLISSIMO", "Colissimo", "colissimo", "https://tracking.example/colissimo/{trackingId}"),
    ("OWN", "Eigene Lieferung", None, None),
)
DONE = 204


def accept(call, number):
    """OR21: every line is decided; only WAITING_ACCEPTANCE."""
    order = call.order(number)
    decisions = _decisions(call.json().get("order_lines"))
    if order.state != "WAITING_ACCEPTANCE":
        raise Refused(400, f"ORDER_INVALID_STATE: order {number} is in state {order.state}.")
    known = {line.id for line in order.lines}
    for identifier in decisions:
        if identifier not in known:
            raise Refused(400, f"ORDER_LINE_NOT_FOUND: {identifier}.")
    if known - set(decisions):
        raise Refused(400, "ORDER_LINE_ACCEPTANCE_DECISION_MISSING: decide every line.")
    for line in order.lines:
        line.state = "WAITING_DEBIT" if decisions[line.id] else "REFUSED"
    order.accepted = call.seller.now()
    call.seller.set_state(order, "WAITING_DEBIT" if any(decisions.values()) else "REFUSED")
    call.summary = number
    return Answer("", DONE)


def _decisions(rows):
    if not isinstance(rows, list) or not rows:
        raise Refused(400, "VALIDATION_ERROR: the field 'order_lines' is mandatory.")
    decisions = {}
    for row in rows:
        if not isinstance(row, dict):
            raise Refused(400, "ORDER_LINE_NULL_ELEMENT: an element of 'order_lines' is empty.")
        if row.get("id") in decisions:
            raise Refused(400, f"ORDER_LINE_DUPLICATE_ID: {row['id']}.")
        if not isinstance(row.get("accepted"), bool):
            raise Refused(400, "VALIDATION_ERROR: 'accepted' must be true or false.")
        decisions[row.get("id")] = row["accepted"]
    return decisions


def track(call, number):
    """OR23."""
    order = call.order(number)
    body = call.json()
    code = body.get("carrier_code")
    carrier = next((c for c in CARRIERS if c[0] == code), None)
    if code and carrier is None:
        raise Refused(400, f"The carrier {code} is not registered.")
    if not code and not body.get("carrier_name"):
        raise Refused(400, "A carrier_code or a carrier_name is mandatory.")
    if carrier and carrier[3] and not body.get("tracking_number"):
        raise Refused(400, f"The carrier {code} needs a tracking_number.")
    order.carrier_code = code
    order.carrier = carrier[1] if carrier else body["carrier_name"]
    order.tracking_number = body.get("tracking_number")
    order.tracking_url = body.get("carrier_url")
    if carrier and carrier[3]:
        order.tracking_url = carrier[3].format(trackingId=order.tracking_number)
    call.seller.touch_order(order)
    return Answer("", DONE)


def ship(call, number):
    """OR24: only SHIPPING."""
    order = call.order(number)
    if order.state != "SHIPPING":
        raise Refused(400, f"Order {number} cannot be shipped in its state {order.state}.")
    if call.seller.options["tracking_needed"] and not order.tracking_number:
        raise Refused(400, "Tracking information is mandatory for this shipping method.")
    call.seller.set_state(order, "SHIPPED")
    call.summary = number
    return Answer("", DONE)


def resolve_incident(call, number, line_id):
    """OR64. The checks of incident and reason are assumptions; so is that sending it again
    for a resolved incident is harmless."""
    order = call.order(number)
    line = next((one for one in order.lines if one.id == line_id), None)
    if line is None:
        raise Refused(404, f"Order line {line_id} not found.")
    code = call.json().get("reason_code")
    if code in (None, ""):
        raise Refused(400, "The field 'reason_code' is mandatory.")
    reason = reasons.find("INCIDENT_CLOSE", code)
    if reason is None:
        raise Refused(400, f"The reason {code} is not of type INCIDENT_CLOSE.")
    if not reason[4]:
        raise Refused(400, f"The shop may not use the reason {code}.")
    incident = line.incident
    if incident is None:
        raise Refused(400, f"Order line {line_id} has no open incident.")
    incident.status, incident.resolved_reason = "RESOLVED", str(code)
    call.seller.touch_order(order, line)
    call.summary = f"{line_id} reason {code}"
    return Answer("", DONE)
