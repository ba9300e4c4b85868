"""What is no call of OpenSi, or too much of one: refused before it costs anything."""

import http.client
import logging
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo.tests import tagged

from ..controllers.opensi import MAX_BYTES
from .opensi_shop_case import ADDED, OpensiShopCase, envelope, fault, record, results

_logger = logging.getLogger(__name__)

BOMB = """<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>"""
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


@tagged("post_install", "-at_install")
class TestOpensiShopHostile(OpensiShopCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 0)

    def try_it(self, **values):
        return self.set_comments(record(self.order.name, "1"), **values)

    def test_document_types_are_refused(self):
        body = (
            "<s:setCommentsRequest><s:Website_Code>main</s:Website_Code>"
            f"{record(self.order.name, '1', 'TEXT')}</s:setCommentsRequest>"
        )
        content = envelope(body, self.get_key(self.shop)).replace("TEXT", "&e;")
        for prolog in (BOMB, EXTERNAL):
            for encoding in ("utf-8", "utf-16"):
                answer = self.post((prolog + content).encode(encoding))
                self.assertFault(answer, "document type")
        self.assertFalse(self.get_comments())

    def test_what_is_no_call(self):
        other = "<s:setStocksRequest/>"
        key = self.get_key(self.shop)
        for content, version in (
            (b"", "1.1"),
            (b"hello", "1.1"),
            (b"<a/>", "1.1"),
            (b"\xff\xfe\x00", "1.1"),
            (envelope(other, key).encode(), "1.1"),
            (envelope(other, key, "1.2").encode(), "1.2"),
            (envelope("", key, "1.2").encode(), "1.2"),
        ):
            answer = self.post(content)
            self.assertEqual((answer.status_code, fault(answer)[0]), (500, version), content)

    def test_forms_are_no_calls(self):
        for headers in (
            {"Content-Type": "application/x-www-form-urlencoded"},
            {"Content-Type": "multipart/form-data; boundary=x"},
        ):
            self.assertEqual(self.post(b"service_key=x&a=b", headers=headers).status_code, 500)

    def test_compressed_is_refused(self):
        answer = self.try_it(headers={"Content-Encoding": "gzip"})
        self.assertEqual(answer.status_code, 415)
        self.assertFalse(self.get_comments())

    def send_raw(self, pieces, headers):
        """The status of a POST whose body comes in pieces."""
        address = urlsplit(self.shop.web_service_url)
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
            connection.putrequest("POST", address.path)
            for name, value in {"Content-Type": "text/xml", **headers}.items():
                connection.putheader(name, value)
            connection.endheaders()
            try:
                for piece in pieces:
                    connection.send(piece)
            except OSError as error:  # it does not read what it does not want
                _logger.info("Not all was read: %s", error)
            try:
                return connection.getresponse().status
            except OSError:
                return "hung up"
            finally:
                connection.close()

    def test_too_large_is_refused_by_its_length(self):
        self.assertEqual(self.send_raw([b"<a/>"], {"Content-Length": str(MAX_BYTES + 1)}), 413)

    def test_too_large_is_refused_while_reading(self):
        chunk = b"%x\r\n%s\r\n" % (2**20, b"x" * 2**20)
        pieces = [chunk] * (MAX_BYTES // 2**20 + 2) + [b"0\r\n\r\n"]
        status = self.send_raw(pieces, {"Transfer-Encoding": "chunked"})
        self.assertEqual(status, 413)
        small = [b"4\r\n<a/>\r\n", b"0\r\n\r\n"]
        self.assertEqual(self.send_raw(small, {"Transfer-Encoding": "chunked"}), 500)

    def test_a_bug_is_a_fault_in_the_callers_version(self):
        comments = self.registry["sale.order.comment"]
        with (
            patch.object(comments, "_judge", side_effect=ZeroDivisionError("inside")),
            self.assertLogs("odoo.http", "ERROR"),
        ):
            for version in ("1.1", "1.2"):
                answer = self.try_it(version=version)
                self.assertFault(answer, "send it again", version)
                self.assertNotIn("inside", answer.text)
        self.assertEqual(results(self.try_it()), [(self.order.name, ADDED)])
