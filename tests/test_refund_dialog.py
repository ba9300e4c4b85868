"""The refund dialog: totals, numbers, returns, news, dead ends, drafts and approvals."""

from odoo.tests import tagged

from .approval_case import ApprovalCase
from .mirakl_refund_case import MiraklRefundCase
from .out_case import OutCase

LAMP, BRAKES = "REF-1", "REF-2"
NAN, HUGE, ENDLESS = float("nan"), 1e15, float("inf")


class Figures:
    """Reads what the dialog shows."""

    def assertTotals(self, dialog, **rows):
        """`rows`: the rows below the table by the start of their label, left to right."""
        found = {
            row["label"].split()[0].lower(): [round(sum_, 2) for sum_ in row["values"].values()]
            for row in dialog.totals
        }
        self.assertEqual(found, {name: list(sums) for name, sums in rows.items()})

    def plain(self, text):
        """A sentence as people read it."""
        return (text or "").replace("\xa0", " ")


@tagged("post_install", "-at_install")
class TestRefundDialog(Figures, MiraklRefundCase):
    def test_totals(self):
        order = self.read_order()
        dialog = self.open_dialog(order, lines=[LAMP])
        self.assertTotals(
            dialog,
            total=(79.7, 0, 0, 79.7, 53.9, 25.8),
            of=(4, 0, 0, 4, 4, 0),
        )
        dialog.with_shipping = False
        self.assertTotals(
            dialog,
            total=(79.7, 0, 0, 79.7, 49.9, 29.8),
            of=(4, 0, 0, 4, 0, 4),
        )
        self.confirm(dialog)
        dialog = self.open_dialog(order, "shipping", lines={LAMP: {"shipping_back": 1.5}})
        self.assertTotals(
            dialog,
            shipping=(4, 0, 0, 4, 1.5, 2.5),
            total=(79.7, 0, 49.9, 29.8, 1.5, 28.3),
        )

    def test_the_reason_given_last_comes_first(self):
        """Mirakl names no default: the second refund of a person needs no choice."""
        order = self.read_order()
        self.assertFalse(self.open_dialog(order, code=None).reason_id)
        refund = self.ask(order, "amount", lines={LAMP: {"goods": 1}}, code="17")
        self.assertEqual(self.open_dialog(order, code=None).reason_id, refund.reason_id)
        self.assertFalse(self.open_dialog(order, code=None, user=self.manager).reason_id)

    def test_totals_after_a_refund_of_shipping(self):
        order = self.read_order()
        self.ask(order, "shipping", lines={LAMP: {"shipping_back": 1.5}})
        self.turn()
        self.ask(order, "shipping", lines={LAMP: {"shipping_back": 1}})
        dialog = self.open_dialog(order)
        lamp = self.get_line(dialog, LAMP)
        self.assertEqual(
            (lamp.refunded_shipping, lamp.asked_shipping, lamp.left_shipping), (1.5, 1, 1.5)
        )
        self.assertTotals(
            dialog,
            total=(79.7, 1.5, 1, 77.2, 0, 77.2),
            of=(4, 1.5, 1, 1.5, 0, 1.5),
        )

    # Numbers ------------------------------------------------------------------------------------

    def test_numbers_that_are_none(self):
        order = self.read_order()
        for number in (NAN, HUGE, ENDLESS, -ENDLESS):
            for name in ("goods", "shipping_back"):
                with self.refused("is not a number that can be given back"):
                    self.open_dialog(order, "amount", lines={LAMP: {name: number}})
        with self.refused("is not a number that can be given back"):
            self.open_dialog(order, "units", lines={LAMP: {"units": 10**12}})
        self.assertFalse(order.marketplace_refund_ids)

    def test_numbers_that_cannot_be(self):
        order = self.read_order()
        for values, sentence in (
            ({"goods": -1}, "Nothing below zero"),
            ({"goods": 2, "shipping_back": -1}, "Nothing below zero"),
            ({"goods": 50}, "More than is left of a line"),
            ({"goods": 100}, "20.30 € more than is left of the order"),
        ):
            dialog = self.open_dialog(order, "amount", lines={LAMP: values})
            self.assertFalse(dialog.can_confirm)
            self.assertFalse(dialog.to_do)
            self.assertIn(sentence, self.plain(dialog.problem))
        dialog = self.open_dialog(order, "units", lines={LAMP: {"units": -1}})
        self.assertIn("Nothing below zero", dialog.problem)
        with self.refused("Less than that|Nothing would be given back"):
            dialog.action_confirm()
        dialog = self.open_dialog(order, "amount", lines={LAMP: {}})
        self.assertEqual((dialog.can_confirm, dialog.problem), (False, False))
        self.assertIn("Give the amounts", dialog.to_do)

    def test_cents(self):
        order = self.read_order()
        refund = self.ask(order, "amount", lines={LAMP: {"goods": 12.345}})
        self.assertEqual(refund.amount, 12.35)
        self.turn()
        self.assertEqual(self.get_given(order), [(LAMP, 12.35, 0, 0)])

    def test_what_is_missing(self):
        order = self.read_order()
        self.get_reason("refund", "17")
        dialog = self.open_dialog(order, code=None)
        self.assertEqual((dialog.can_confirm, dialog.to_do), (False, "Tick the lines."))
        self.fill(dialog, [LAMP])
        self.assertFalse(dialog.can_confirm)
        self.assertIn("Choose the reason", dialog.to_do)
        dialog.reason_id = self.get_reason("refund", "17")
        self.assertEqual((dialog.can_confirm, dialog.to_do), (True, False))
        self.wait(days=201)
        with self.time():
            dialog = self.open_dialog(order, "order", user=self.manager)
            self.assertIn("say why", dialog.to_do)
            dialog.override = "Goodwill"
            self.assertTrue(dialog.can_confirm)
            dialog = self.open_dialog(order, "lines")
            self.assertIn("no line here", dialog.to_do)

    # Goods that come back -----------------------------------------------------------------------

    def test_return(self):
        order = self.read_order(lines=[self.line(LAMP, 10, quantity=3)])
        self.assertFalse(self.open_dialog(order, "amount").offers_return, "money, not units")
        dialog = self.open_dialog(order, "units", lines={LAMP: {"units": 2}})
        self.assertTrue(dialog.offers_return)
        self.assertEqual(dialog.goods_return, "kept", "unless somebody says so")
        dialog.goods_return = "returned"
        line = self.confirm(dialog).line_ids
        self.assertEqual((line.returned, line.quantity), (True, 2))
        # What was chosen for units says nothing of money.
        dialog = self.open_dialog(order, "amount", lines={LAMP: {"goods": 1}})
        dialog.goods_return = "returned"
        self.assertFalse(self.confirm(dialog).line_ids.returned)

    def test_no_return_before_shipment(self):
        order = self.read_order(state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT")
        dialog = self.open_dialog(order, code="35", lines=[LAMP], goods_return="returned")
        self.assertFalse(dialog.offers_return)
        self.assertFalse(self.confirm(dialog).line_ids.returned)

    # Somebody else was there --------------------------------------------------------------------

    def test_news(self):
        """Figures that changed are shown first; confirmed once more they are what is asked."""
        order = self.read_order()
        dialog = self.open_dialog(order, lines=[LAMP])
        self.ask_amount(order, 10, user=self.manager)
        action = dialog.action_confirm()
        self.assertEqual((action["res_model"], action["res_id"]), (dialog._name, dialog.id))
        self.assertEqual(len(order.marketplace_refund_ids), 1, "nothing was asked")
        self.assertIn("Product REF-1", dialog.news)
        self.assertIn(self.manager.name, dialog.news)
        self.assertEqual(self.get_line(dialog, LAMP).changed, "asked,left")
        self.assertFalse(self.get_line(dialog, BRAKES).changed)
        self.assertEqual(self.confirm(dialog).amount, 43.9)
        self.turn()
        self.assertEqual(self.get_given(order), [(LAMP, 10, 0, 0), (LAMP, 39.9, 4, 1)])

    def test_news_of_a_line_that_is_gone(self):
        order = self.read_order()
        dialog = self.open_dialog(order, lines=[LAMP, BRAKES])
        self.ask(order, lines=[LAMP], user=self.manager)
        dialog.action_confirm()
        self.assertEqual(dialog._get_lines().mapped("sku"), [BRAKES], "the other one is unticked")
        self.assertEqual(self.confirm(dialog).amount, 25.8)

    def test_news_in_the_back_office(self):
        order = self.read_order()
        dialog = self.open_dialog(order, "order")
        self.seller.refund(order.marketplace_ref, line=BRAKES, amount=5.8, reason_code="17")
        self.turn(pull=True)
        dialog.action_confirm()
        self.assertEqual(self.get_line(dialog, BRAKES).changed, "refunded,left")
        self.assertEqual(self.confirm(dialog).amount, 73.9)

    def test_accepted_meanwhile_is_no_news(self):
        """What was asked and is refunded now leaves as much as before."""
        order = self.read_order()
        self.ask_amount(order, 10)
        dialog = self.open_dialog(order, lines=[BRAKES])
        self.turn()
        self.assertEqual(self.confirm(dialog).amount, 25.8)

    def test_confirmed_twice_after_news(self):
        order = self.read_order()
        dialog = self.open_dialog(order, lines=[BRAKES])
        self.ask_amount(order, 10)
        dialog.action_confirm()
        self.confirm(dialog)
        with self.refused("asked for already"):
            dialog.action_confirm()

    # What is said afterwards --------------------------------------------------------------------

    def test_toast(self):
        order = self.read_order()
        dialog = self.open_dialog(order, lines=[LAMP])
        params = dialog.action_confirm()["params"]
        refund = order.marketplace_refund_ids
        self.assertEqual(params["type"], "success")
        self.assertIn("%s: 53.90 € asked from", self.plain(params["message"]))
        [link] = params["links"]
        self.assertEqual(link["label"], refund.name)
        self.assertTrue(link["url"].endswith(f"/{refund.id}"))

    def test_draft(self):
        order = self.read_order()
        dialog = self.open_dialog(order, lines=[LAMP])
        params = dialog.action_save_draft()["params"]
        refund = order.marketplace_refund_ids
        self.assertEqual((refund.state, refund.amount), ("draft", 53.9))
        self.assertIn("kept as a draft: nothing is asked", params["message"])
        self.assertFalse(refund.operation_ids)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        with self.refused("Choose at least one line"):
            self.open_dialog(order).action_save_draft()


@tagged("post_install", "-at_install")
class TestRefundDialogOfWholeLines(Figures, OutCase):
    """Where lines are refunded only whole, and gestures give back the rest."""

    def test_totals_with_gestures(self):
        order = self.read_order()
        self.gesture(order, 5)
        self.turn()
        self.gesture(order, 2)
        dialog = self.open_refund(order, kind="gesture", gesture_amount=3)
        self.assertTotals(
            dialog,
            commercial=(5, 2, -7, 3, -10),
            total=(79.7, 5, 2, 72.7, 3, 69.7),
            of=(4, 0, 0, 4, 0, 4),
        )

    def test_dead_end_after_a_gesture(self):
        order = self.read_order()
        self.gesture(order, 35)
        dialog = self.open_refund(order, kind="lines")
        lamp, brakes = dialog.line_ids
        self.assertEqual((lamp.can_choose, brakes.can_choose), (False, True))
        self.assertIn("more than the 44.70 € left of the order", self.plain(lamp.hint))
        self.assertIn("refunds lines only whole", dialog.dead_end)
        self.assertIn("still give back up to 44.70 €", self.plain(dialog.dead_end))
        action = dialog.action_gesture_instead()
        self.assertEqual(action["res_id"], dialog.id)
        self.assertEqual((dialog.kind, dialog.gesture_amount), ("gesture", 44.7))
        self.assertFalse(dialog.dead_end)
        dialog.reason_id = self.account.reason_ids.filtered(
            lambda r: (r.usage, r.code) == ("gesture", "135")
        )
        self.confirm(dialog)
        self.turn()
        self.assertVouchers(order, 35.0, 44.7)
        self.assertAmounts(order, 79.7, 79.7, 0, 0)

    def test_whole_order_is_a_dead_end_sooner(self):
        order = self.read_order()
        self.gesture(order, 5)
        self.assertFalse(self.open_refund(order, kind="lines").dead_end)
        dialog = self.open_refund(order, kind="order")
        self.assertTrue(dialog.dead_end)
        self.assertFalse(dialog.can_confirm)
        self.assertIn("more than is left of the order", dialog.problem)

    def test_units_of_a_whole_line(self):
        """The call knows no units; the books give back all of the line's."""
        order = self.read_order(lines=[self.line(LAMP, 30, quantity=3)])
        dialog = self.open_refund(order, kind="lines", goods_return="returned")
        self.pick(dialog, LAMP)
        refund = self.confirm(dialog)
        self.assertEqual((refund.line_ids.quantity, refund.line_ids.returned), (3, True))
        [line] = refund.operation_ids.payload["lines"]
        self.assertIsNone(line["quantity"])

    def test_gestures_that_are_no_amount(self):
        order = self.read_order()
        for amount in (NAN, HUGE, ENDLESS):
            with self.refused("is not a number that can be given back"):
                self.open_refund(order, kind="gesture", gesture_amount=amount)
        dialog = self.open_refund(order, kind="gesture", gesture_amount=-3)
        self.assertFalse(dialog.can_confirm)
        self.assertIn("Nothing below zero", dialog.problem)

    def test_news_of_a_gesture(self):
        """Two people about to console one customer: the second one hears of the first."""
        order = self.read_order()
        dialog = self.open_refund(order, kind="gesture", gesture_amount=5)
        dialog.reason_id = dialog._get_reasons()[0]
        self.gesture(order, 5, user=self.manager)
        dialog.action_confirm()
        self.assertIn("79.70 € → 74.70 € left of the order", self.plain(dialog.news))
        self.assertEqual(len(order.marketplace_refund_ids), 1)
        self.confirm(dialog)
        self.turn()
        self.assertVouchers(order, 5.0, 5.0)


@tagged("post_install", "-at_install")
class TestRefundDialogLimits(Figures, ApprovalCase):
    def test_above_the_limit(self):
        self.limit(40)
        order = self.read_order()
        dialog = self.open_refund(order, kind="lines")
        self.pick(dialog, BRAKES)
        self.assertFalse(dialog.needs_approval)
        self.assertIn("Ask For the Refund of 25.80 €", self.plain(dialog.confirm_label))
        self.pick(dialog, LAMP)
        self.assertEqual(self.plain(dialog.limit_title), "Above your limit of 40.00 €.")
        self.assertEqual(
            dialog.limit_text,
            "Mary must approve; nothing is asked before. You cannot approve your own request.",
        )
        self.assertEqual(self.plain(dialog.confirm_label), "Ask for Approval of 53.90 €")
        params = dialog.action_confirm()["params"]
        refund = order.marketplace_refund_ids
        self.assertEqual(refund.state, "to_approve")
        self.assertIn("waits for Mary to approve", params["message"])
        self.assertEqual(params["links"][0]["label"], refund.name)
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)
        self.assertAmounts(order, 79.7, 0, 53.9, 25.8)

    def test_what_was_given_already(self):
        self.limit(40)
        order = self.read_order()
        self.refund(order, BRAKES)
        dialog = self.open_refund(order, kind="lines", with_shipping=False)
        self.pick(dialog, LAMP)
        self.assertIn(
            "You gave 25.80 € of this order alone already.", self.plain(dialog.limit_text)
        )

    def test_several_who_may(self):
        self._make_people()
        self.limit(40)
        self.limit(50, role="manager")
        order = self.read_order()
        dialog = self.open_refund(order, kind="lines")
        self.pick(dialog, LAMP)
        self.assertIn("Bo must approve", dialog.limit_text)
        dialog.with_shipping = False
        for name in ("Bo", "Mary", " or Sam"):
            self.assertIn(name, dialog.limit_text)

    def test_nobody_may(self):
        self.limit(40)
        self.limit(40, role="manager")
        order = self.read_order()
        dialog = self.open_refund(order, kind="lines")
        self.pick(dialog, LAMP)
        self.assertTrue(dialog.is_stuck)
        self.assertFalse(dialog.can_confirm)
        self.assertIn("ask an administrator", dialog.limit_text)
        with self.refused("Nobody in"):
            dialog.action_confirm()
        self.assertFalse(order.marketplace_refund_ids)

    def test_no_limit_for_a_manager(self):
        self.limit(40)
        dialog = self.open_refund(self.read_order(), self.manager, kind="order")
        self.assertEqual((dialog.needs_approval, dialog.can_confirm), (False, True))
        self.assertFalse(dialog.limit_text)

    def test_refusal_above_the_limit(self):
        self.limit(40, what="refusal")
        order = self.read_order(state="WaitingForShipmentAcceptation")
        dialog = self.open_refusal(order)
        self.assertFalse(dialog.needs_approval)
        dialog.action_refuse_all()
        self.assertTrue(dialog.needs_approval)
        self.assertIn("Ask for Approval: 0 shipped, 2 refused", dialog.confirm_label)
        params = dialog.action_confirm()["params"]
        self.assertIn("waits for Mary to approve", params["message"])
        self.assertEqual(order.marketplace_refund_ids.state, "to_approve")
        self.turn()
        self.assertExecuted("ValidateOrderList", 0)
