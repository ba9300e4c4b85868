"""Incidents: opened and closed on the other side, resolved by the shop (OR64)."""

import pytest
from mirakl_world import give, refused


@pytest.fixture
def order(mirakl):
    return mirakl.order(state="RECEIVED", lines=[{"sku": "A", "price": 9}, {"sku": "B"}])


def path(order, line=0):
    return f"/orders/{order['number']}/lines/{order['lines'][line]['id']}/resolve_incident"


def open_incident(mirakl, order, **spec):
    return mirakl.control("POST", f"orders/{order['number']}/incidents", **spec)


def lines(mirakl, order):
    return mirakl.read(order["number"])["order_lines"]


def test_its_life(mirakl, order):
    state = open_incident(mirakl, order, line="A", reason_code="3", text="Sie ist kaputt.")
    assert state["lines"][0]["incident"]["status"] == "NEW"
    value = mirakl.read(order["number"])
    assert value["has_incident"] is True and value["has_customer_message"] is True
    line = value["order_lines"][0]
    assert line["order_line_state"] == "INCIDENT_OPEN"
    assert line["order_line_state_reason_code"] == "3"
    assert line["order_line_state_reason_label"] == "Artikel defekt"
    assert value["order_lines"][1]["order_line_state"] == "RECEIVED"
    assert mirakl.put(path(order), {"reason_code": "8"}).status_code == 204
    assert lines(mirakl, order)[0]["order_line_state"] == "INCIDENT_OPEN"  # assumption
    assert mirakl.put(path(order), {"reason_code": "9"}).status_code == 204  # again: harmless
    state = mirakl.control("POST", f"orders/{order['number']}/incidents/dispute")
    assert state["lines"][0]["incident"]["status"] == "DISPUTED"
    state = mirakl.control("POST", f"orders/{order['number']}/incidents/close")
    assert state["lines"][0]["incident"] is None and len(state["lines"][0]["incidents"]) == 1
    assert lines(mirakl, order)[0]["order_line_state"] == "RECEIVED"
    assert mirakl.get("/orders", has_incident="true")["orders"] == []
    open_incident(mirakl, order, line="A")
    assert len(mirakl.state()["orders"][0]["lines"][0]["incidents"]) == 2


def test_refused_resolutions(mirakl, order):
    assert refused(mirakl.put(path(order), {"reason_code": "8"}), 400, "no open incident")
    open_incident(mirakl, order)
    assert refused(mirakl.put(path(order), {}), 400, "reason_code")
    assert refused(mirakl.put(path(order), {"reason_code": "17"}), 400, "INCIDENT_CLOSE")
    assert refused(mirakl.put(path(order), {"reason_code": "10"}), 400, "may not use")
    wrong = f"/orders/{order['number']}/lines/x/resolve_incident"
    assert refused(mirakl.put(wrong, {"reason_code": "8"}), 404)
    assert refused(mirakl.ask("PUT", path(order)), 400, "JSON")


def test_switches(mirakl, order):
    mirakl.options(resolved_leaves_or11=True, full_refund_closes_incident=True)
    open_incident(mirakl, order, line="A")
    mirakl.put(path(order), {"reason_code": "8"})
    assert mirakl.read(order["number"])["has_incident"] is False
    open_incident(mirakl, order, line="B")
    mirakl.refund(give(order["lines"][1], 19.9))
    line = lines(mirakl, order)[1]
    assert line["order_line_state"] == "REFUNDED"


def test_incidents_and_partial_refunds(mirakl, order):
    open_incident(mirakl, order)
    assert mirakl.refund(give(order["lines"][0], 9)).status_code == 200
    assert lines(mirakl, order)[0]["order_line_state"] == "INCIDENT_OPEN"
    mirakl.control("POST", f"orders/{order['number']}/incidents/close")
    assert lines(mirakl, order)[0]["order_line_state"] == "REFUNDED"
