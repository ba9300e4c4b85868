"""The account form of a shop's operator and of a seller, and its connection test."""

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .woo_case import WooCase


@tagged("post_install", "-at_install")
class TestWooAccount(WooCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._make_user("boss", "marketplace_helpdesk.group_administrator")

    def checks(self, account):
        account.with_user(self.boss).action_test_connection()
        return {line.name: (line.result, line.message) for line in account.check_ids}

    def test_the_operator_is_reached(self):
        checks = self.checks(self.account)
        self.assertEqual(checks["Login"][0], "ok")
        self.assertIn("operator (wc/v3)", checks["Login"][1])
        self.assertEqual(checks["WCFM"][0], "ok")

    def test_the_seller_is_reached_and_what_is_not_offered_is_said(self):
        account = self.make_vendor_account()
        checks = self.checks(account)
        self.assertIn("seller (wcfmmp/v1)", checks["Login"][1])
        self.assertEqual(checks["Support tickets"][0], "ok")
        self.assertIn("in the store manager", checks["Support tickets"][1])
        self.assertEqual(checks["Giving money back"][0], "skipped")
        self.assertIn("Not offered", checks["Giving money back"][1])
        self.assertEqual((account.site_tickets, account.site_notes), ("yes", "yes"))
        self.assertEqual(account.site_ticket_answers, "no")

    def test_without_ultimate_there_are_no_tickets_and_no_notes(self):
        self.seller.configure(options={"ultimate": False})
        account = self.make_vendor_account()
        checks = self.checks(account)
        self.assertEqual(checks["Support tickets"][0], "skipped")
        self.assertEqual((account.site_tickets, account.site_notes), ("no", "no"))

    def test_a_sellers_login_is_no_key(self):
        self.account.with_user(self.boss).write(
            {"login": self.seller.login, "password_input": self.seller.password}
        )
        checks = self.checks(self.account)
        self.assertEqual(checks["Login"][0], "failed")
        self.assertIn("WCFM seller", checks["Login"][1])

    def test_an_application_password_logs_in(self):
        person = self.seller.access["vendor"]
        account = self.make_vendor_account(
            login=person["login"], password_input=person["application_password"]
        )
        account.login_way = "application_password"
        self.assertEqual(self.checks(account)["Login"][0], "ok")

    def test_a_key_that_gets_lost_goes_in_the_address(self):
        self.seller.configure(options={"strip_authorization": True})
        self.account.key_way = "query"
        self.assertEqual(self.checks(self.account)["Login"][0], "ok")

    def test_a_key_for_reading_only_is_found(self):
        key = self.seller.key("read")
        self.account.with_user(self.boss).write(
            {"login": key["consumer_key"], "password_input": key["consumer_secret"]}
        )
        checks = self.checks(self.account)
        self.assertEqual((checks["Login"][0], checks["Writing"][0]), ("ok", "failed"))
        self.assertIn("Read/Write", checks["Writing"][1])
        self.assertEqual(checks["Webhooks"][0], "skipped")
        self.assertEqual(self.account.with_user(self.boss).failed_check_count, 1)

    def test_who_runs_the_site_is_no_seller(self):
        person = self.seller.access["operator"]
        account = self.make_vendor_account(login=person["login"], password_input=person["password"])
        self.assertEqual(self.checks(account)["Login"][0], "failed")
        self.make_order()
        self.turn(pull=True, account=account)
        self.assertEqual(account.state, "stopped")
        self.assertIn("all sellers", account.last_error)
        orders = self.env["sale.order"].search([("marketplace_account_id", "=", account.id)])
        self.assertFalse(orders)

    def test_a_seller_without_tls_is_warned(self):
        checks = self.checks(self.make_vendor_account())
        self.assertIn("no https", checks["Login"][1])
        self.assertIn("Ultimate", checks["Support tickets"][1])

    def test_changes_of_the_login_stay_in_the_chatter(self):
        account = self.account.with_user(self.boss).with_context(tracking_disable=False)
        secret = "cs_" + "0" * 40
        self.env.cr.precommit.run()
        account.write({"login": "ck_new", "service_url": "https://new.example"})
        account.password_input = secret
        self.env.flush_all()
        self.env.cr.precommit.run()
        messages = account.message_ids
        fields = messages.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertLessEqual({"login", "service_url"}, set(fields))
        self.assertTrue(messages.filtered(lambda m: "secret was changed" in (m.body or "")))
        self.assertNotIn(secret, str(messages.sudo().mapped("body")))

    def test_what_it_cannot_do_is_said_once_with_what_is_absent(self):
        limits = self.make_vendor_account().limits
        self.assertEqual(limits.count("ask for the refund in the store manager"), 1)
        self.assertIn("Refunding lines, Refunding single units", limits)

    def test_what_is_missing_is_named(self):
        values = {"team_id": self.team.id}
        shop = self.env["marketplace.account"].create(
            {"name": "A", "provider": "woocommerce", **values}
        )
        with self.refused("the consumer key, the consumer secret, the site's address"):
            shop.action_enable()
        seller = self.env["marketplace.account"].create({"name": "B", "provider": "wcfm", **values})
        with self.refused("the user name, the password, the site's address"):
            seller.action_enable()

    def test_the_form_of_a_seller(self):
        form = Form(self.env["marketplace.account"].with_user(self.boss))
        form.provider = "wcfm"
        form.name = "The market"
        form.preset_id = self.env.ref("marketplace_helpdesk.preset_upxycled")
        self.assertEqual((form.name, form.service_url), ("The market", "https://www.upxycled.com"))
        self.assertTrue(form.close_after_answer)
        for name in ("key_way", "website_code", "sender_email", "seller_names", "shop_ref"):
            with self.subTest(name), self.assertRaises(AssertionError):
                setattr(form, name, "x")
        form.login = "atelier"
        form.password_input = "secret"
        form.team_id = self.team
        form.platform_email = "sellers@platform.example"
        account = form.save()
        self.assertEqual(account.platform_email, "sellers@platform.example")
        self.assertEqual(account.changed_rule_count, 0)
        with self.assertRaises(ValidationError):
            account.platform_email = "nobody"

    def test_the_form_of_an_operator(self):
        form = Form(self.account.with_user(self.boss))
        for name in ("login_way", "close_after_answer", "allow_http"):
            with self.subTest(name), self.assertRaises(AssertionError):
                setattr(form, name, False)
        form.key_way = "oauth"
        form.save()
        self.assertEqual(self.account.key_way, "oauth")
