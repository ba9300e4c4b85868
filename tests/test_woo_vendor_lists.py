"""What lists without filters hide: the same words again, old inquiries, records that fail."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..connectors.transport import Answer
from ..connectors.woocommerce import const
from .test_woo_inquiries import InquiryCase

BROKEN = Answer(500, b'{"code":"internal_server_error","message":"Critical."}', {})


@tagged("post_install", "-at_install")
class TestWooVendorLists(InquiryCase):
    def pull(self, times=1):
        for _turn in range(times):
            self.turn(pull=True, account=self.vendor)

    def test_the_same_words_again_start_the_clock(self):
        case = self.read_inquiry(self.vendor)
        number = case.remote_id.partition(":")[2]
        self.wait(minutes=6)
        self.reply(case, "Any news?")
        self.wait(minutes=6)
        with self.time():
            self.answer(case, "We look into it and come back to you.")
        self.turn(account=self.vendor)
        self.assertFalse(case.awaiting_since)
        self.wait(minutes=6)
        self.seller.reply_inquiry(number, "Any news?")
        self.pull()
        self.assertEqual(len(case.message_ids), 4)
        self.assertTrue(case.awaiting_since)

    def test_a_reply_to_an_old_inquiry(self):
        first = self.seller.inquiry("Is it dimmable?")
        for number in range(const.CALLS_PER_PAGE + 2):
            self.seller.inquiry(f"Question {number}")
        self.pull(3)
        case = self.find_case(self.vendor, "inquiry", first)
        self.wait(days=20)
        self.pull()
        self.reply(case, "It broke. I want my money back.")
        self.assertEqual(len(case.message_ids), 2)

    def test_one_that_fails_is_set_aside_and_comes_by_its_number(self):
        bad = self.seller.inquiry("This one fails")
        good = self.seller.inquiry("This one does not")
        with self.wire("wcfm.inquiry", change=self._fail_once()):
            self.pull()
        cases = [self.find_case(self.vendor, "inquiry", row) for row in (bad, good)]
        self.assertEqual(sorted(map(len, cases)), [0, 1])
        letter = self.env["marketplace.dead.letter"].search([("account_id", "=", self.vendor.id)])
        self.assertEqual((len(letter), letter.state), (1, "open"))
        stream = letter.stream_id
        self.assertFalse(stream.last_error)
        letter.tried_at = fields.Datetime.now() - timedelta(hours=2)
        self.turn(account=self.vendor)
        self.assertEqual(letter.state, "solved")
        self.assertTrue(all(self.find_case(self.vendor, "inquiry", row) for row in (bad, good)))

    def _fail_once(self):
        answers = [BROKEN]
        return lambda answer: answers.pop() if answers else answer
