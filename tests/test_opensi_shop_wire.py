"""OpenSi's calls as they may look on the wire: what each vector of the contract gets."""

import zeep
from lxml import etree
from zeep.transports import Transport

from odoo.tests import tagged

from .opensi_shop_case import (
    ADDED,
    FIELDS,
    KNOWN,
    SERVICE,
    TYPES,
    UNKNOWN,
    OpensiShopCase,
    envelope,
    record,
    results,
)


@tagged("post_install", "-at_install")
class TestOpensiShopWire(OpensiShopCase):
    def check(self, *records, codes, **values):
        answer = self.set_comments(*records, **values)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual([code for _key, code in results(answer)], codes)
        return answer

    def test_both_versions_answer_in_kind(self):
        number = self.order.name
        for version, content_type in (("1.1", "text/xml"), ("1.2", "application/soap+xml")):
            answer = self.check(record(number, f"{version}1"), codes=[ADDED], version=version)
            self.assertTrue(answer.headers["Content-Type"].startswith(content_type))
            self.assertIn("2003/05" if version == "1.2" else "schemas.xmlsoap.org", answer.text)

    def test_many_in_the_order_of_the_request(self):
        other = self.make_sale_order()
        answer = self.set_comments(
            record(other.name, "11"),
            record("nowhere", "12"),
            record(self.order.name, "13"),
            record(other.name, "11"),
            record(other.name, "14"),
        )
        self.assertEqual(
            results(answer),
            [
                (other.name, ADDED),
                ("nowhere", UNKNOWN),
                (self.order.name, ADDED),
                (other.name, KNOWN),
                (other.name, ADDED),
            ],
        )
        self.assertEqual(self.get_comments(other).mapped("remote_id"), ["11", "14"])

    def test_message_is_empty_on_success_and_a_sentence_else(self):
        answer = self.set_comments(record(self.order.name, "1"), record("nowhere", "2"))
        messages = [
            element.text for element in etree.fromstring(answer.content).iter(f"{{{TYPES}}}Message")
        ]
        self.assertEqual(messages, [None, "This order is not in the shop."])

    def test_no_comments(self):
        answer = self.check(codes=[])
        self.assertIn("setCommentsResponse", answer.text)

    def test_numbers_of_comments_are_texts(self):
        self.check(
            record(self.order.name, "abc"),
            record(self.order.name, "12345678901"),
            record(self.order.name, "123456789012"),
            codes=[ADDED, ADDED, UNKNOWN],
        )
        self.assertEqual(self.get_comments().mapped("remote_id"), ["abc", "12345678901"])

    def test_text_arrives_as_it_was(self):
        text = "Été & Noël à <bientôt>\nœuf €\n  deux lignes"
        self.check(record(self.order.name, "1", text), codes=[ADDED])
        self.assertEqual(self.get_comments().text, text)

    def test_other_encoding(self):
        body = (
            "<s:setCommentsRequest><s:Website_Code>main</s:Website_Code>"
            f"{record(self.order.name, '1', 'Éléphant à côté')}</s:setCommentsRequest>"
        )
        content = '<?xml version="1.0" encoding="ISO-8859-1"?>' + envelope(
            body, self.get_key(self.shop)
        )
        answer = self.post(content.encode("iso-8859-1"), headers={"Content-Type": "text/xml"})
        self.assertEqual(results(answer), [(self.order.name, ADDED)])
        self.assertEqual(self.get_comments().text, "Éléphant à côté")

    def test_nil_record_keeps_its_place(self):
        nil = '<s:Comment xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'
        answer = self.set_comments(record(self.order.name, "1"), nil, record(self.order.name, "2"))
        self.assertEqual(
            results(answer),
            [(self.order.name, ADDED), ("", UNKNOWN), (self.order.name, ADDED)],
        )

    def test_booleans_of_both_spellings(self):
        values = {"SendMail": "0", "VisibleForCustomer": "1"}
        self.check(
            record(self.order.name, "1", **values),
            record(self.order.name, "2", SendMail="maybe"),
            codes=[ADDED, UNKNOWN],
        )
        comment = self.get_comments()
        self.assertTrue(comment.is_visible)
        self.assertFalse(comment.is_mailed)

    def test_fields_in_any_order(self):
        self.check(record(self.order.name, "1", names=FIELDS[::-1]), codes=[ADDED])
        self.assertEqual(self.get_comments().text, "Parti ce soir")

    def test_each_missing_field_costs_its_item_alone(self):
        for index, name in enumerate(FIELDS):
            answer = self.set_comments(
                record(self.order.name, f"{index}a", **{name: None}),
                record(self.order.name, f"{index}b"),
            )
            self.assertEqual([code for _key, code in results(answer)], [UNKNOWN, ADDED], name)
            self.assertIn(f"{name} is missing.", answer.text)
        self.assertEqual(len(self.get_comments()), len(FIELDS))

    def test_the_same_again_is_known(self):
        records = [record(self.order.name, str(number)) for number in range(3)]
        self.check(*records, codes=[ADDED] * 3)
        self.check(*records, record(self.order.name, "9"), codes=[KNOWN] * 3 + [ADDED])
        self.assertEqual(len(self.get_comments()), 4)

    def test_original_style_answers_as_xml(self):
        self.shop.fault_style = "original"
        answer = self.check(record(self.order.name, "1"), codes=[ADDED], version="1.2")
        self.assertTrue(answer.headers["Content-Type"].startswith("text/xml"))

    def test_probes(self):
        self.shop.user_id.tz = "Europe/Paris"
        for version in ("1.1", "1.2"):
            answer = self.call("<s:getVersionRequest/>", version=version)
            self.assertEqual(answer.status_code, 200, answer.text)
            self.assertIn(self.shop.name, answer.text)
            self.assertIn("Odoo 19.0", answer.text)
            answer = self.call("<s:getDatetimeRequest/>", version=version)
            self.assertRegex(answer.text, r">\d{4}-\d\d-\d\d \d\d:\d\d:\d\d<")
        self.assertTrue(self.shop.last_call_at)
        self.assertFault(
            self.call("<s:getVersionRequest/>", key="wrong"), "Authentification failed"
        )

    # The description ----------------------------------------------------------------------------

    def test_wsdl_has_the_address(self):
        answer = self.opener.get(f"{self.shop.web_service_url}?wsdl")
        self.assertEqual(answer.status_code, 200)
        self.assertIn(self.shop.web_service_url, answer.text)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/xml"))

    def test_wsdl_tells_nothing_about_accounts(self):
        known = self.shop.web_service_url
        unknown = known[:-4] + ("0000" if known[-4:] != "0000" else "1111")
        first, second = (self.opener.get(f"{url}?WSDL") for url in (known, unknown))
        self.assertEqual(first.text.replace(known, ""), second.text.replace(unknown, ""))

    def test_wsdl_of_a_nasty_address(self):
        root = self.shop.web_service_url.rpartition("/")[0]
        answer = self.opener.get(f"{root}/%22%3E%3Cx%3E?wsdl")
        etree.fromstring(answer.content)
        self.assertNotIn("<x>", answer.text)

    def test_get_is_empty(self):
        for url in (self.shop.web_service_url, f"{self.shop.web_service_url}x"):
            answer = self.opener.get(url)
            self.assertEqual((answer.status_code, answer.content), (200, b""))

    def test_zeep_reads_the_description_and_calls(self):
        client = zeep.Client(
            f"{self.shop.web_service_url}?wsdl", transport=Transport(session=self.opener)
        )
        header = client.get_element(f"{{{SERVICE}}}Header")(key=self.get_key(self.shop))
        for binding in ("opensiBinding", "opensiBinding12"):
            service = client.create_service(f"{{{SERVICE}}}{binding}", self.shop.web_service_url)
            comment = {
                "OrderNumber": "CC26110001",
                "WebOrderNumber": self.order.name,
                "CommentId": len(binding),
                "Comment": "Été\n<b>",
                "CommentDate": "2026-11-02",
                "SendMail": False,
                "VisibleForCustomer": True,
            }
            answer = service.setComments(
                "main", [comment, {**comment, "WebOrderNumber": "?"}], _soapheaders=[header]
            )
            self.assertEqual([item["Code"] for item in answer], [ADDED, UNKNOWN])
            self.assertIsNone(answer[0]["Message"])
            with self.assertRaises(zeep.exceptions.Fault) as caught:
                service.setComments("other", [comment], _soapheaders=[header])
            self.assertIn("this code website is not recognized", caught.exception.message)
        self.assertEqual(self.get_comments().mapped("text"), ["Été\n<b>"] * 2)
