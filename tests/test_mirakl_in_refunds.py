"""Money that Mirakl shows as given back: ours is known again, what others gave comes in once."""

from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .mirakl_refund_case import MiraklRefundCase

LAMP, BRAKES = "REF-1", "REF-2"


class ImportCase(MiraklRefundCase):
    def notes(self, record):
        """Notes about money given back elsewhere."""
        return [m.preview for m in record.message_ids if "back office" in (m.body or "")]

    def get_imported(self, order):
        return order.marketplace_refund_ids.filtered("is_imported").sorted("id")


@tagged("post_install", "-at_install")
class TestMiraklRefundImport(ImportCase):
    def test_refund_of_the_back_office(self):
        case = self.make_case()
        order = case.sale_order_id
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=12, shipping=1)
        self.turn(pull=True)
        [refund] = order.marketplace_refund_ids
        self.assertTrue(refund.is_imported)
        self.assertEqual((refund.kind, refund.state), ("amount", "accepted"))
        self.assertFalse(refund.user_id or refund.operation_ids)
        [line] = refund.line_ids
        self.assertEqual((line.amount, line.shipping_amount), (13, 1))
        self.assertEqual(line.sale_line_id, self.line_of(order, LAMP))
        self.assertTrue(line.remote_id)
        self.assertAmounts(order, 79.7, 13, 0, 66.7)
        self.assertEqual(case.ticket_id.marketplace_refund_ids, refund)
        for record in (order, case.ticket_id):
            [note] = self.notes(record)
            self.assertIn(refund.name, note)
            self.assertIn("13.00", note)
        for _reading in range(2):
            self.turn(pull=True)
            self.refresh(order)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertEqual(len(self.notes(order)), 1)

    def test_reason_by_its_code(self):
        order = self.read_order()
        reason = self.get_reason("refund", "18")
        reason.active = False
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=5, reason_code="18")
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=6, reason_code="unheard")
        self.turn(pull=True)
        self.assertEqual(self.get_imported(order).mapped("reason_id"), reason)

    def test_two_equal_ones_are_two(self):
        order = self.read_order()
        for _time in range(2):
            self.seller.refund(order.marketplace_ref, line=LAMP, amount=10)
        self.turn(pull=True)
        self.assertEqual(self.get_imported(order).mapped("amount"), [10, 10])
        self.assertAmounts(order, 79.7, 20, 0, 59.7)

    def test_ours_is_not_imported(self):
        order = self.read_order()
        refund = self.ask_amount(order, 10)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=10)
        self.turn(pull=True)
        [imported] = order.marketplace_refund_ids - refund
        self.assertTrue(imported.is_imported)
        self.assertNotEqual(imported.line_ids.remote_id, refund.line_ids.remote_id)
        self.assertAmounts(order, 79.7, 20, 0, 59.7)
        self.assertFalse([n for n in self.notes(order) if refund.name in n])

    def test_ours_without_a_number_is_found_by_line_and_amount(self):
        """A manager saw that it happened: its number came with no answer."""
        order = self.read_order()
        self.seller.fault("OR28", "reset_after")
        refund = self.ask_amount(order, 10)
        self.turn()
        refund.operation_ids.with_user(self.manager).action_happened()
        self.assertEqual((refund.state, refund.line_ids.remote_id), ("accepted", False))
        self.turn(pull=True)
        self.assertTrue(refund.line_ids.remote_id)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=10)
        self.turn(pull=True)
        self.assertEqual(len(order.marketplace_refund_ids), 2, "the second one is not ours")

    def test_nothing_is_imported_while_ours_is_in_doubt(self):
        order = self.read_order()
        self.seller.fault("OR28", "reset_after")
        refund = self.ask_amount(order, 10)
        self.turn()
        self.assertEqual(refund.state, "doubt")
        # The answer to the question what happened is lost too, and the order is read.
        refund.operation_ids.retry_at = fields.Datetime.now() + timedelta(days=1)
        self.seller.refund(order.marketplace_ref, line=BRAKES, amount=3)
        self.turn(pull=True)
        self.assertEqual(order.marketplace_refund_ids, refund)
        refund.operation_ids.retry_at = False
        self.wait(minutes=11)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.turn()  # asked for with the end of the doubt
        [imported] = order.marketplace_refund_ids - refund
        self.assertEqual(imported.line_ids.sale_line_id, self.line_of(order, BRAKES))

    def test_doubt_that_ends_with_giving_up(self):
        """What came meanwhile is read then."""
        order = self.read_order()
        self.seller.fault("OR28", "reset_before")
        refund = self.ask_amount(order, 10)
        self.turn()
        self.assertEqual(refund.state, "doubt")
        refund.operation_ids.retry_at = fields.Datetime.now() + timedelta(days=1)
        self.seller.refund(order.marketplace_ref, line=BRAKES, amount=3)
        self.turn(pull=True)
        self.assertFalse(self.get_imported(order))
        refund.operation_ids.with_user(self.manager).action_not_happened()
        refund.operation_ids.with_user(self.agent).action_abandon()
        self.assertEqual(refund.state, "cancelled")
        self.turn()
        self.assertEqual(len(self.get_imported(order)), 1)

    def test_cancellation_of_the_back_office(self):
        order = self.read_order(state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT")
        self.seller.cancel(order.marketplace_ref, line=LAMP)
        self.turn(pull=True)
        [refund] = order.marketplace_refund_ids
        self.assertEqual((refund.kind, refund.state), ("refusal", "accepted"))
        self.assertEqual(refund.line_ids.decision, "cancel")
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        self.assertAmounts(self.line_of(order, LAMP), 53.9, 53.9, 0, 0)

    def test_cancelled_order_breaks_no_figure(self):
        order = self.read_order(state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT")
        self.seller.cancel(order.marketplace_ref, line=LAMP, amount=10)
        self.seller.change_order(order.marketplace_ref, state="CANCELED")
        self.turn(pull=True)
        self.assertTrue(self.get_imported(order))
        for record in (order, *order.marketplace_line_ids):
            self.assertEqual(round(record.marketplace_left, 2), 0)
        self.assertAmounts(order, 79.7, 79.7, 0, 0)

    def test_line_that_the_order_does_not_have(self):
        self.account.order_policy = "await"
        remote = self.make_order()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Karim"}).id,
                "client_order_ref": remote["number"],
                "order_line": [
                    fields.Command.create({"product_id": self.products[1].id}),
                ],
            }
        )
        self.seller.refund(remote["number"], line=LAMP, amount=10)
        self.turn(pull=True)
        self.turn(pull=True)
        [refund] = order.marketplace_refund_ids
        self.assertFalse(refund.line_ids.sale_line_id)
        self.assertEqual(order.marketplace_refunded, 10)

    def test_first_import_is_silent(self):
        """What was given back before the account began is history, not news."""
        self.account.import_start = fields.Datetime.now() - timedelta(days=40)
        old = (datetime.now(timezone.utc) - timedelta(days=30)).isoformat()
        remote = self.make_order(created_at=old, shipped_at=old)
        self.seller.refund(remote["number"], line=LAMP, amount=10)
        self.account.clock_start = fields.Datetime.now() + timedelta(minutes=1)
        order = self.read_orders(remote)
        [refund] = order.marketplace_refund_ids
        self.assertTrue(refund.is_imported)
        self.assertFalse(self.notes(order))
        self.account.clock_start = fields.Datetime.now() - timedelta(hours=1)
        self.seller.refund(remote["number"], line=LAMP, amount=5)
        self.turn(pull=True)
        self.assertEqual(len(self.notes(order)), 1)

    def test_another_currency_is_said(self):
        order = self.read_order()
        self.assertFalse(order.marketplace_warning)
        self.seller.change_order(order.marketplace_ref, currency="SEK")
        self.turn(pull=True)
        self.assertIn("nothing can be refunded from here", order.marketplace_warning)
        self.assertNotIn("given back there", order.marketplace_warning)
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=10)
        self.turn(pull=True)
        self.assertFalse(order.marketplace_refund_ids)
        self.assertIn("given back there is not shown here", order.marketplace_warning)

    def test_imported_one_that_was_ours_is_taken_back(self):
        """Another worker read the order while ours was being sent, and told people so."""
        case = self.make_case()
        order = case.sale_order_id
        self.seller.fault("OR28", "reset_after")
        refund = self.ask_amount(order, 10)
        self.turn()
        self.assertEqual(refund.state, "doubt")
        refund.operation_ids.retry_at = fields.Datetime.now() + timedelta(days=1)
        service = type(self.env["marketplace.refund.import"])
        with patch.object(service, "_is_unsettled", lambda *args: False):
            self.turn(pull=True)
        imported = self.get_imported(order)
        name = imported.name
        self.assertTrue(imported)
        refund.operation_ids.retry_at = False
        self.wait(minutes=11)
        self.turn()
        self.assertEqual(order.marketplace_refund_ids, refund)
        for record in (order, case.ticket_id):
            [told, taken_back] = [
                m.preview for m in record.message_ids.sorted("id") if name in (m.body or "")
            ]
            self.assertIn("not from here", told)
            self.assertIn(
                f"{name} was not given in the back office: it is {refund.name}", taken_back
            )

    def test_another_company_is_left_alone(self):
        company = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.company.currency_id.id}
        )
        far = self._make_user("far", "marketplace_helpdesk.group_agent", company)
        seller = self.seller_class()
        other = self._make_account(
            seller,
            company,
            self._make_team(company, far),
            order_policy="await",
            shipping_product_id=False,
        )
        order = self.read_order(number="SAME-A")
        seller.order(number="SAME-A", state="SHIPPED", lines=[self.line(LAMP, 49.9)])
        seller.refund("SAME-A", amount=10)
        self.turn(pull=True, account=other)
        self.turn(pull=True)
        self.assertFalse(order.marketplace_refund_ids)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        self.seller.refund("SAME-A", line=LAMP, amount=10)
        self.turn(pull=True)
        self.assertFalse(order.marketplace_refund_ids.with_user(far).has_access("read"))


@tagged("post_install", "-at_install")
class TestMiraklPayout(ImportCase):
    def test_paid_ours_and_theirs(self):
        order = self.read_order()
        ours = self.ask_amount(order, 10)
        self.turn()
        self.seller.refund(order.marketplace_ref, line=BRAKES, amount=5)
        self.turn(pull=True)
        theirs = self.get_imported(order)
        self.assertEqual((ours.state, theirs.state), ("accepted", "accepted"))
        self.seller.payout(order.marketplace_ref)
        self.turn(pull=True)
        for refund in (ours, theirs):
            self.assertEqual(refund.state, "paid")
            self.assertTrue(refund.line_ids.paid_at)
        paid_at = ours.line_ids.paid_at
        self.wait(hours=1)
        self.refresh(order)
        self.assertEqual(ours.line_ids.paid_at, paid_at)
        self.assertAmounts(order, 79.7, 15, 0, 64.7)

    def test_paid_already_when_it_is_seen(self):
        order = self.read_order()
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=10)
        self.seller.payout(order.marketplace_ref)
        self.turn(pull=True)
        self.assertEqual(order.marketplace_refund_ids.state, "paid")
        self.assertEqual(order.marketplace_refund_ids.accepted_amount, 10)

    def test_followed_once_a_day_for_sixty_days(self):
        order = self.read_order()
        refund = self.ask_amount(order, 10)
        self.turn()
        self.turn()
        self.assertEqual(refund.state, "accepted")
        watch = self.env["marketplace.account"]._cron_watch
        watch()
        self.assertTrue(order.marketplace_refresh)
        self.turn()
        self.assertFalse(order.marketplace_refresh)
        watch()
        self.assertFalse(order.marketplace_refresh, "once a day is enough")
        for days, wanted in ((1, True), (58, True), (61, False)):
            self.turn()
            with self.subTest(days=days):
                self.ahead = timedelta(days=days, minutes=5)
                with self.time():
                    watch()
                self.assertEqual(bool(order.marketplace_refresh), wanted)

    def test_what_is_paid_or_cancelled_is_not_followed(self):
        paid = self.read_order()
        self.seller.refund(paid.marketplace_ref, line=LAMP, amount=10)
        self.seller.payout(paid.marketplace_ref)
        cancelled = self.read_order(state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT")
        self.seller.cancel(cancelled.marketplace_ref, line=LAMP)
        self.turn(pull=True)
        self.assertTrue(self.get_imported(paid) and self.get_imported(cancelled))
        self.env["marketplace.account"]._cron_watch()
        self.assertFalse(any((paid | cancelled).mapped("marketplace_refresh")))

    def test_account_that_is_off_is_not_followed(self):
        order = self.read_order()
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=10)
        self.turn(pull=True)
        self.account.action_disable()
        self.env["marketplace.account"]._cron_watch()
        self.assertFalse(order.marketplace_refresh)
