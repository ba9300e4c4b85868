"""What differs from site to site: what is found out, and what is told because of it."""

import json
from dataclasses import replace

import pytest
import woo_wire as woo
from wire import WireServer
from woo_wire import OperatorWire, Routes, SellerWire, answer, order

from connectors import base
from connectors.woocommerce import mapper
from connectors.woocommerce.seller import CLIENT

seller_wire = SellerWire()
REPLY = replace(seller_wire.operations[0], case_remote_id="ticket:61")
ROUTES = {f"/wcfmmp/v1/support/(?P<id>[\\d]+){end}": {} for end in ("", "/reply")}


@pytest.fixture
def server():
    with WireServer(seller_wire.is_login) as server:
        server.login = seller_wire.login_reply()
        yield server


@pytest.fixture
def seller(server):
    with seller_wire.make_client(server.url) as client:
        yield client


def site(server, ultimate=True, routes=()):
    return Routes(
        server,
        {
            "GET ": answer(woo.INDEX),
            "GET wcfmmp/v1": answer({"routes": dict(routes)}),
            "GET wcfmmp/v1/site-details": answer({"is_wcfm_ultimate": ultimate}),
            "GET wcfmmp/v1/support": answer([woo.ticket(vendor_id="7", all_replies=[])]),
            "GET wcfmmp/v1/support/61": answer(woo.ticket(vendor_id="7", all_replies=[])),
            "POST wcfmmp/v1/support/61/reply": answer(woo.ticket(vendor_id="7", all_replies=[])),
        },
    )


def test_nothing_is_told_of_what_nobody_looked_at(server, seller):
    assert seller.site_abilities == {}
    with OperatorWire().make_client(server.url) as client:
        assert client.site_abilities == {}


def test_reading_tickets_finds_out_what_the_site_can(server, seller):
    site(server)
    list(seller.pull("tickets", None, woo.NOW.replace(year=2025)))
    assert seller.site_abilities == {
        base.SITE_TICKETS: True,
        base.SITE_NOTES: True,
        base.SITE_TICKET_ANSWERS: False,
    }


def test_routes_of_the_sites_own(server, seller):
    site(server, routes=ROUTES)
    list(seller.pull("tickets", None, woo.NOW.replace(year=2025)))
    assert seller.site_abilities[base.SITE_TICKET_ANSWERS]


def test_without_ultimate(server, seller):
    site(server, ultimate=False)
    assert list(seller.pull("tickets", None, None)) == []
    assert seller.site_abilities == {base.SITE_TICKETS: False, base.SITE_NOTES: False}


@pytest.mark.parametrize("close", [True, False])
def test_an_answer_closes_its_ticket_where_that_is_asked(server, seller, close):
    table = site(server, routes=ROUTES)
    seller.perform(replace(REPLY, close=close), {"messages": ["ticket:61"]})
    (request,) = table.asked("/support/61/reply")
    assert ("support_status" in json.loads(request.body)) == close


def test_the_pages_of_the_store_manager():
    home = "https://shop.example"
    assert CLIENT.backoffice_url(home, "inquiry:4") == f"{home}/store-manager/enquiry-manage/4/"
    assert CLIENT.backoffice_url(home, "ticket:5") == f"{home}/store-manager/support-manage/5/"


@pytest.mark.parametrize(("customer_id", "by_guest"), [(0, True), ("0", True), (9, False)])
def test_who_ordered(customer_id, by_guest):
    found = mapper.map_order(order(customer_id=customer_id))
    assert (found.by_guest, found.customer_email) == (by_guest, "lena@people.example")
