"""Recorded answers of the real service, where they lie beside the checkout, become tickets."""

import os
import re
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from odoo import fields
from odoo.tests import freeze_time, tagged

from .inbound_common import InboundCase

CHECKOUT = Path(os.path.realpath(__file__)).parents[1]
RECORDED = CHECKOUT.parent / "shared" / "recorded" / "cdiscount"
TOKEN = (
    b'<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">'
    b"0123456789abcdef0123456789abcdef</string>"
)


class _Service(BaseHTTPRequestHandler):
    """Token service and service in one; `server.answers`: {operation: bytes}."""

    def do_GET(self):
        self._answer(TOKEN)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["SOAPAction"].strip('"').rpartition("/")[2]
        self.server.asked.append(operation)
        self._answer(self.server.answers[operation])

    def _answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quiet."""


def read(name):
    return (RECORDED / f"{name}.response.xml").read_bytes()


@unittest.skipUnless(RECORDED.is_dir(), "no recorded answers beside the checkout")
@tagged("post_install", "-at_install")
class TestRecorded(InboundCase):
    def setUp(self):
        super().setUp()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.server.asked = []
        empty = read("offer_questions_2")
        self.server.answers = {
            "GetOrderClaimList": read("claims_1"),
            "GetOfferQuestionList": read("offer_questions_1"),
            "GetOrderQuestionList": empty.replace(b"OfferQuestion", b"OrderQuestion"),
            "GetOrderList": read("orders_by_date_1"),
        }
        url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.account.write(
            {
                "service_url": f"{url}/MarketplaceAPIService.svc",
                "token_url": f"{url}/token",
                "import_start": fields.Datetime.to_datetime("2019-04-24 00:00:00"),
                "clock_start": fields.Datetime.to_datetime("2019-04-24 00:00:00"),
            }
        )

    def _get_case(self, number):
        return self.get_case({"id": number})

    def test_claim_and_question_become_tickets(self):
        with freeze_time("2019-04-26 12:00:00"):
            self.run_job()
        self.assertFalse(any(self.account.stream_ids.mapped("last_error")))
        claim = self._get_case(113323416)
        self.assertEqual((claim.kind, claim.is_open), ("claim", True))
        self.assertEqual(str(claim.awaiting_since), "2019-04-25 08:51:55")
        self.assertTrue(claim.subject.startswith("Je n'ai pas reçu ma com"))
        self.assertIn("CONTENT", claim.ticket_id.with_user(self.agent).message_ids[0].body)
        question = self._get_case(113157784)
        self.assertEqual((question.kind, question.is_open), ("offer_question", False))
        self.assertEqual(question.product_ean, "2009863600561")
        self.assertEqual(len(question.message_ids), 3)
        self.assertFalse(question.deadline)
        self.assertEqual(set(self.server.asked), set(self.server.answers))

    def test_again_nothing_is_doubled(self):
        with freeze_time("2019-04-26 12:00:00"):
            self.run_job()
            before = self.env["marketplace.message"].search_count([])
            self.run_job()
        self.assertEqual(self.env["marketplace.message"].search_count([]), before)

    def test_empty_answers_are_no_errors(self):
        self.server.answers["GetOrderClaimList"] = read("claims_2")
        self.server.answers["GetOfferQuestionList"] = read("offer_questions_2")
        with freeze_time("2019-04-26 12:00:00"):
            self.run_job()
        self.assertFalse(any(self.account.stream_ids.mapped("last_error")))
        self.assertFalse(self.account.case_count)

    def test_order_refused_before_shipment(self):
        number = re.search(rb"<OrderNumber>(\w+)<", read("orders_by_date_1")).group(1).decode()
        self.account.order_policy = "await"
        partner = self.env["res.partner"].create({"name": "Customer"})
        sale_order = self.env["sale.order"].create(
            {"partner_id": partner.id, "client_order_ref": number}
        )
        with freeze_time("2019-04-26 12:00:00"):
            self.run_job()
        self.assertEqual(sale_order.marketplace_ref, number)
        self.assertEqual(sale_order.marketplace_state, "refused")
        self.assertFalse(sale_order.with_user(self.agent).can_marketplace_refund)
