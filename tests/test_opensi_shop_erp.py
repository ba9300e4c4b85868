"""The sandbox's ERP feeds Odoo, as OpenSi does: again after lost answers, and whole days."""

from datetime import date, timedelta

from odoo.tests import tagged

from .opensi_shop_case import ADDED, KNOWN, UNKNOWN, OpensiShopCase

TODAY = date.today().isoformat()
YESTERDAY = (date.today() - timedelta(days=1)).isoformat()


@tagged("post_install", "-at_install")
class TestOpensiShopErp(OpensiShopCase):
    def setUp(self):
        super().setUp()
        self.seller.erp_target(
            url=self.shop.web_service_url,
            login=self.shop.login,
            password=self.shop.password,
            website_code="main",
        )

    def note(self, number, order=None, **values):
        values = {"text": f"Étape {number}", "date": TODAY, "mail": False, **values}
        return self.seller.erp_comment(
            web_order=(order or self.order).name,
            own_order="CC26110001",
            number=str(number),
            **values,
        )

    def push(self, method="erp_push", **values):
        """Let the ERP call; the codes that it read."""
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            found = getattr(self.seller, method)(**values)
        self._wait_remaining_requests()
        self.env.invalidate_all()
        self.found = found
        return [result["code"] for result in found["results"]]

    def test_comments_of_the_erp_arrive_in_both_versions(self):
        for number, version in enumerate(("1.1", "1.2")):
            self.note(number, visible=bool(number))
            self.assertEqual(self.push(version=version), [ADDED], self.found)
        comments = self.get_comments()
        self.assertEqual(comments.mapped("text"), ["Étape 0", "Étape 1"])
        self.assertEqual(comments.mapped("is_visible"), [False, True])
        self.assertEqual({c["state"] for c in self.seller.erp()["comments"]}, {"done"})

    def test_probes(self):
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            version = self.seller.erp_probe()
            moment = self.seller.erp_probe("getDatetime", version="1.2")
        self.assertIn(self.shop.name, version["text"])
        self.assertRegex(moment["text"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")

    def test_malformed_items_among_good_ones(self):
        self.note(1)
        self.note(2, raw={"CommentId": True})
        self.note(3, raw={"Comment": None})
        self.note(4, nil=True)
        self.note(5, raw={"SendMail": "perhaps"})
        self.note(6, raw={"WebOrderNumber": "X" * 21})
        self.note(7)
        self.assertEqual(self.push(), [ADDED] + [UNKNOWN] * 5 + [ADDED])
        self.assertEqual(self.get_comments().mapped("remote_id"), ["1", "7"])

    def test_answer_is_lost_and_the_batch_comes_again(self):
        for number in range(5):
            self.note(number, mail=True)
        self.assertEqual(self.push(lose_answer=2, pause=1), [KNOWN] * 5, self.found)
        self.assertEqual(len(self.get_comments()), 5)
        self.assertEqual(len(self.get_comments().customer_mail_id), 5)
        self.assertEqual(len(self.get_comments().mail_message_id), 5)

    def test_replay_of_a_whole_day(self):
        for number in range(30):
            self.note(number, date=TODAY if number % 2 else YESTERDAY, mail=number < 4)
        self.assertEqual(self.push(batch=7), [ADDED] * 30)
        before = self.get_comments()
        values = before.read()
        self.assertEqual(self.push("erp_replay", date=TODAY, batch=4), [KNOWN] * 15)
        self.assertEqual(self.push("erp_replay"), [KNOWN] * 30)
        self.assertEqual(self.get_comments(), before)
        self.assertEqual(before.read(), values)
        self.assertEqual(len(before.customer_mail_id), 4)

    def test_faults_reach_the_erp(self):
        self.note(1)
        for style, status in (("standard", 500), ("original", 200)):
            self.shop.fault_style = style
            self.assertEqual(self.push(password="wrong"), [])
            self.assertEqual(self.found["status"], status)
            self.assertIn("Authentification failed", self.found["fault"])
            self.push(website_code="other")
            self.assertEqual(self.found["status"], status)
            self.assertIn("code website", self.found["fault"])
        self.assertEqual(self.push(), [ADDED])

    def test_two_shops(self):
        other, order = self.make_shop_account(), self.make_sale_order()
        self.note(1)
        self.assertEqual(self.push(), [ADDED])
        self.seller.erp_target(
            url=other.web_service_url,
            login=other.login,
            password=other.password,
            website_code="main",
        )
        self.note(2, order)
        self.assertEqual(self.push("erp_replay"), [ADDED, ADDED])
        self.assertEqual(len(self.get_comments(order, other)), 1)

    def test_empty_call(self):
        self.assertEqual(self.push(empty=True), [])
        self.assertEqual((self.found["status"], self.found["fault"]), (200, ""))
