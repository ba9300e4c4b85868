"""Up to what people give back alone: by role, account and kind, together on one order."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .approval_case import ApprovalCase


@tagged("post_install", "-at_install")
class TestRefundLimits(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_people()

    def find(self, order, amount, kind="gesture", user=None):
        """What stands against a refund of this person, or None."""
        refunds = self.env["marketplace.refund"].with_user(user or self.agent)
        return refunds._get_limit_problem(order, kind, amount)

    def test_no_row_is_no_limit(self):
        order = self.read_order()
        self.assertIsNone(self.find(order, 10**6))
        self.assertEqual(self.refund(order).state, "asked")

    def test_equal_to_the_limit_is_alone(self):
        self.limit(10, what="gesture")
        first, second = self.read_orders(self.make_order(), self.make_order())
        self.assertEqual(self.gesture(first, 10).state, "asked")
        above = self.gesture(second, 10.01)
        self.assertEqual(above.state, "to_approve")
        self.assertFalse(above.operation_ids)
        self.turn()
        self.assertVouchers(first, 10.0)
        self.assertVouchers(second)
        self.assertExecuted("CreateRefundVoucher", 1)

    def test_shipping_charges_count(self):
        """The lamp costs 49.90, with its shipping charges 53.90."""
        self.limit(53.89)
        order = self.read_order()
        self.assertEqual(self.refund(order, "REF-1").state, "to_approve")
        self.assertEqual(self.refund(order, "REF-2").state, "asked")

    def test_by_kind(self):
        self.limit(20, what="refund")
        order, before = self.read_orders(
            self.make_order(), self.make_order(state="WaitingForShipmentAcceptation")
        )
        self.assertEqual(self.gesture(order, 21).state, "asked")
        self.assertEqual(self.refund(order, "REF-2").state, "to_approve")
        self.limit(0, what="refusal")
        dialog = self.open_refusal(before)
        dialog.action_refuse_all()
        refusal = self.confirm(dialog)
        self.assertEqual((refusal.kind, refusal.state), ("refusal", "to_approve"))
        self.turn()
        self.assertExecuted("ValidateOrderList", 0)
        self.decide(refusal)
        self.turn()
        self.assertEqual(refusal.state, "accepted")
        self.assertExecuted("ValidateOrderList", 1)

    def test_by_role(self):
        self.limit(10, what="gesture")
        self.limit(30, "manager", "gesture")
        order = self.read_order()
        cases = (
            (self.agent, 10, None),
            (self.agent, 11, "Bo,Mary,Sam"),
            (self.agent, 31, "Bo"),
            (self.manager, 30, None),
            (self.manager, 31, "Bo"),
            (self.boss, 79, None),
        )
        for user, amount, approvers in cases:
            with self.subTest(user=user.name, amount=amount):
                problem = self.find(order, amount, user=user)
                names = problem and ",".join(sorted(problem["approvers"].mapped("name")))
                self.assertEqual(names, approvers)

    def test_by_account(self):
        seller = self.seller_class()
        other = self._make_account(seller)
        self.limit(5, what="gesture", account=other)
        self.assertEqual(self.gesture(self.read_order(), 6).state, "asked")
        remote = seller.order(state="Shipped", lines=[self.line("REF-1", 49.9)])
        self.turn(pull=True, account=other)
        order = self.env["sale.order"].search([("marketplace_ref", "=", remote["number"])])
        self.assertEqual(self.find(order, 6)["limit"], 5)

    def test_small_ones_add_up_on_one_order(self):
        self.limit(20, what="gesture")
        order, another = self.read_orders(self.make_order(), self.make_order())
        self.assertEqual(self.gesture(order, 12).state, "asked")
        problem = self.find(order, 9)
        self.assertEqual((problem["limit"], problem["already"]), (20, 12))
        self.assertEqual(self.gesture(order, 9).state, "to_approve")
        self.turn()
        # What waits for somebody else was not given alone; what is accepted counts on.
        self.assertEqual(self.gesture(order, 8).state, "asked")
        self.assertEqual(self.gesture(order, 0.01).state, "to_approve")
        self.assertEqual(self.gesture(another, 20).state, "asked")
        self.assertEqual(self.gesture(order, 20, user=self.colleague).state, "asked")

    def test_what_others_approved_or_refused_does_not_add_up(self):
        self.limit(20, what="gesture")
        order = self.read_order()
        self.decide(self.gesture(order, 21))
        self.decide(self.gesture(order, 22), "refuse", reason="Too much")
        self.assertEqual(self.find(order, 21)["already"], 0)
        self.seller.fault("CreateRefundVoucher", "item_error", times=2, text="Non.")
        lost = self.gesture(order, 20)
        self.turn()
        self.assertEqual(lost.state, "refused")
        self.assertEqual(self.gesture(order, 20).state, "asked")

    def test_refused_and_tried_again_counts_again(self):
        self.limit(20, what="gesture")
        order = self.read_order()
        self.seller.fault("CreateRefundVoucher", "item_error", text="Non.")
        first = self.gesture(order, 15)
        self.turn()
        self.gesture(order, 15)
        for user in (self.agent, self.colleague):
            with self.refused("above what Anna may give alone"):
                first.with_user(user).action_retry()
        self.turn()
        self.assertVouchers(order, 15.0)

    def test_a_manager_does_not_approve_beyond_the_own_limit_in_slices(self):
        self.limit(5, what="gesture")
        self.limit(20, "manager", "gesture")
        order = self.read_order()
        first, second = self.gesture(order, 12), self.gesture(order, 12)
        self.decide(first)
        self.assertFalse(second.with_user(self.manager).can_decide)
        with self.refused("above your own limit. Sam or Bo|Bo or Sam", AccessError):
            self.decide(second)
        self.decide(second, user=self.second)
        self.turn()
        self.assertVouchers(order, 12.0, 12.0)

    def test_limit_is_in_the_currency_of_the_company(self):
        """A dollar is worth half a euro: 10 euros are 20 dollars."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        dollar.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": 2.0, "currency_id": dollar.id}
        )
        self.limit(10, what="gesture")
        order = self.read_order()
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": dollar.id}
        )
        order.state = "draft"
        order.pricelist_id = pricelist
        order.write({"state": "sale", "marketplace_currency": "USD"})
        self.assertEqual(order.currency_id, dollar)
        self.assertIsNone(self.find(order, 20))
        self.assertEqual(self.find(order, 20.01)["limit"], 20)
        self.assertEqual(self.gesture(order, 20).state, "asked")
        self.assertEqual(self.gesture(order, 0.01).state, "to_approve")

    def test_two_companies(self):
        """Managers of another company are asked nothing and see nothing."""
        other = self.env["res.company"].create(
            {"name": "Other", "currency_id": self.company.currency_id.id}
        )
        stranger = self._make_user("stranger", "marketplace_helpdesk.group_manager", other)
        both = self._make_user("both", "marketplace_helpdesk.group_manager", other)
        both.write({"company_ids": [Command.link(self.company.id)], "name": "Both"})
        limit = self.limit(5, what="gesture")
        order = self.read_order()
        refund = self.gesture(order, 6)
        self.assertEqual(self.waiting(refund), ["Bo", "Both", "Mary", "Sam"])
        with self.assertRaises(AccessError):
            self.decide(refund, user=stranger)
        dialog = self.env["marketplace.refund.decision"].with_user(stranger)
        with self.assertRaises(AccessError):
            dialog.create({"refund_id": refund.id, "verdict": "approve"}).action_confirm()
        with self.assertRaises(AccessError):
            limit.with_user(stranger).read(["amount"])
        mine = self.env["marketplace.refund"].with_user(stranger).search([("can_decide", "=", 1)])
        self.assertFalse(mine)
        away = refund.with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            self.decide(away, user=both)
        self.assertEqual(refund.state, "to_approve")

    def test_nobody_may_approve(self):
        self.limit(5, what="gesture")
        self.limit(5, "manager", "gesture")
        self.boss.active = False
        order = self.read_order()
        with self.refused("Nobody in .* may approve it. Ask an administrator"):
            self.gesture(order, 6)
        self.assertEqual(self.find(order, 6)["approvers"], self.env["res.users"])
        self.assertFalse(order.marketplace_refund_ids)

    def test_more_than_is_left_is_said_before_the_limit(self):
        self.limit(5, what="gesture")
        order = self.read_order()
        with self.refused("left to refund"):
            self.gesture(order, 79.71)

    # The rows -----------------------------------------------------------------------------------

    def test_one_limit_for_each(self):
        self.limit(5)
        self.limit(5, "manager")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.limit(6)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.limit(-1, what="gesture")

    def test_only_administrators_set_limits(self):
        limit = self.limit(5)
        for user in (self.agent, self.manager):
            self.assertEqual(limit.with_user(user).amount, 5)
            row = self.env["marketplace.refund.limit"].with_user(user)
            with self.assertRaises(AccessError):
                row.create({"account_id": self.account.id, "what": "gesture", "amount": 10**6})
            with self.assertRaises(AccessError):
                limit.with_user(user).amount = 10**6
            with self.assertRaises(AccessError):
                limit.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.account.with_user(user).write(
                    {"refund_limit_ids": [Command.update(limit.id, {"amount": 10**6})]}
                )
        self.assertEqual(limit.amount, 5)

    def test_who_changed_a_limit_stands_on_the_account(self):
        row = self.env["marketplace.refund.limit"].with_user(self.boss)
        limit = row.create({"account_id": self.account.id, "what": "gesture", "amount": 5})
        limit.amount = 50
        limit.unlink()
        notes = self.account.message_ids.filtered(
            lambda m: m.author_id == self.boss.partner_id
        ).sorted("id")
        texts = [str(body).replace("\xa0", " ") for body in notes.mapped("body")]
        self.assertEqual(len(texts), 3, texts)
        self.assertRegex(texts[0], r"New limit: Agents, Commercial Gestures: .*5.00")
        self.assertRegex(texts[1], r"changed: Agents, .*5.00.*→ Agents, .*50.00")
        self.assertRegex(texts[2], r"removed: Agents, .*50.00")
