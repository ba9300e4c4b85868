"""Refunds by whole order, lines, units, amount and shipping charges at Mirakl."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .inbound_common import hours_ago
from .mirakl_refund_case import MiraklRefundCase
from .out_case import OutCase

LAMP, BRAKES = "REF-1", "REF-2"


@tagged("post_install", "-at_install")
class TestMiraklRefundKinds(MiraklRefundCase):
    def test_only_what_the_account_can(self):
        dialog = self.open_refund(self.read_order())
        self.assertEqual(dialog.kinds, "order,lines,units,amount,shipping")
        self.assertTrue(dialog.explanation, "it says why there is no gesture")
        self.assertTrue(dialog.takes_shipping)
        self.assertEqual(dialog.way, "refund")

    def test_lines_take_what_is_left(self):
        order = self.read_order()
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        first = self.ask_amount(order, 10)
        self.assertEqual((first.kind, first.amount, first.state), ("amount", 10, "asked"))
        lamp = self.line_of(order, LAMP)
        self.assertAmounts(lamp, 53.9, 0, 10, 43.9)
        self.assertEqual((lamp.marketplace_left_goods, lamp.marketplace_left_shipping), (39.9, 4))
        self.turn()
        self.assertEqual((first.state, first.accepted_amount), ("accepted", 10))
        rest = self.ask(order, lines=[LAMP])
        self.assertEqual(rest.amount, 43.9)
        self.turn()
        self.assertEqual((rest.state, rest.accepted_amount), ("accepted", 43.9))
        self.assertEqual(self.get_given(order), [(LAMP, 10, 0, 0), (LAMP, 39.9, 4, 1)])
        self.assertAmounts(lamp, 53.9, 53.9, 0, 0)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        self.turn(pull=True)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        self.assertEqual(lamp.marketplace_state, "refunded")
        self.assertExecuted("OR28", 2)

    def test_lines_without_shipping(self):
        order = self.read_order()
        refund = self.ask(order, lines=[LAMP], with_shipping=False)
        self.turn()
        self.assertEqual((refund.state, refund.amount), ("accepted", 49.9))
        self.assertEqual(self.get_given(order), [(LAMP, 49.9, 0, 1)])
        self.assertAmounts(order, 79.7, 49.9, 0, 29.8)

    def test_whole_order_is_one_call(self):
        order = self.read_order()
        self.ask_amount(order, 5.8, BRAKES)
        self.turn()
        refund = self.ask(order, "order")
        self.assertEqual(refund.amount, 73.9)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertEqual(self.get_given(order)[1:], [(LAMP, 49.9, 4, 1), (BRAKES, 20, 0, 1)])
        self.assertExecuted("OR28", 2)
        self.turn(pull=True)
        self.assertAmounts(order, 79.7, 79.7, 0, 0)
        self.assertFalse(order.with_user(self.agent).can_marketplace_refund)

    def test_units(self):
        order = self.read_order(lines=[self.line(LAMP, 10.01, quantity=3, shipping=2)])
        lamp = self.line_of(order, LAMP)
        dialog = self.open_dialog(order, "units", lines={LAMP: {"units": 2}})
        self.assertEqual((dialog.amount, dialog.left_after), (20.02, 12.01))
        refund = self.confirm(dialog)
        self.assertEqual((refund.kind, refund.line_ids.quantity), ("units", 2))
        self.assertEqual(lamp.marketplace_units_left, 1)
        with self.refused("Less than that can be given back: Product REF-1"):
            self.ask(order, "units", lines={LAMP: {"units": 2}})
        self.turn()
        self.ask(order, "units", lines={LAMP: {"units": 1}})
        self.turn()
        self.assertEqual(self.get_given(order), [(LAMP, 20.02, 0, 2), (LAMP, 10.01, 0, 1)])
        self.assertAmounts(order, 32.03, 30.03, 0, 2)
        self.assertFalse(self.get_line(self.open_refund(order, kind="units"), LAMP).is_refundable)

    def test_last_unit_takes_the_rest(self):
        """11.89 of three units: 3.96, 3.96 and 3.97."""
        lines = [self.line(LAMP, 3.33, quantity=3, taxes=[{"code": "VAT", "rate": 19}])]
        order = self.read_order(lines=lines, tax_mode="TAX_EXCLUDED")
        self.assertAmounts(order, 11.89, 0, 0, 11.89)
        amounts = []
        for _unit in range(3):
            refund = self.ask(order, "units", lines={LAMP: {"units": 1}})
            self.turn()
            self.assertEqual(refund.state, "accepted", refund.message)
            amounts.append(refund.accepted_amount)
        self.assertEqual(amounts, [3.96, 3.96, 3.97])
        self.assertAmounts(order, 11.89, 11.89, 0, 0)
        [line] = self.seller.get_order(order.marketplace_ref)["lines"]
        self.assertEqual((line["left"], line["state"]), (0, "REFUNDED"))
        self.assertEqual([tax["amount"] for tax in line["left_taxes"]], [0])

    def test_unit_never_more_than_is_left(self):
        order = self.read_order(lines=[self.line(LAMP, 10, quantity=2)])
        self.ask_amount(order, 15)
        self.turn()
        refund = self.ask(order, "units", lines={LAMP: {"units": 1}})
        self.assertEqual(refund.amount, 5)
        self.turn()
        self.assertEqual(refund.state, "accepted")

    def test_amounts_of_several_lines_in_one_call(self):
        order = self.read_order()
        lines = {LAMP: {"goods": 12.5, "shipping_back": 1.5}, BRAKES: {"goods": 0.8}}
        refund = self.ask(order, "amount", lines=lines)
        self.assertEqual(refund.amount, 14.8)
        self.turn()
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 14.8))
        self.assertEqual(self.get_given(order), [(LAMP, 12.5, 1.5, 0), (BRAKES, 0.8, 0, 0)])
        self.assertExecuted("OR28", 1)
        lamp = self.line_of(order, LAMP)
        self.assertEqual((lamp.marketplace_left_goods, lamp.marketplace_left_shipping), (37.4, 2.5))
        self.turn(pull=True)
        lamp.invalidate_recordset()
        self.assertEqual((lamp.marketplace_left_goods, lamp.marketplace_left_shipping), (37.4, 2.5))

    def test_amounts_that_cannot_be(self):
        order = self.read_order()
        for values, sentence in (
            ({"goods": 49.91}, "Less than that"),
            # Left of the line in all, but not of its goods.
            ({"goods": 53.9}, "Less than that"),
            ({"goods": 1, "shipping_back": 4.01}, "Less than that"),
            ({"goods": -1}, "Nothing would be given back"),
            ({"goods": 2, "shipping_back": -1}, "Less than that"),
            ({"goods": 0.001}, "Choose at least one line"),
            ({}, "Choose at least one line"),
        ):
            with self.refused(sentence):
                self.ask(order, "amount", lines={LAMP: values})
        self.assertFalse(order.marketplace_refund_ids)

    def test_shipping_charges(self):
        order = self.read_order()
        dialog = self.open_dialog(order, "shipping")
        self.assertEqual(dialog.line_ids.mapped("is_refundable"), [True, False])
        self.assertEqual(dialog.amount, 4, "all of it, unless less is typed")
        self.fill(dialog, {LAMP: {"shipping_back": 1.5}})
        refund = self.confirm(dialog)
        self.assertEqual((refund.kind, refund.amount), ("shipping", 1.5))
        self.assertEqual(refund.line_ids.shipping_amount, 1.5)
        self.turn()
        self.ask(order, "shipping")
        self.turn()
        self.assertEqual(self.get_given(order), [(LAMP, 0, 1.5, 0), (LAMP, 0, 2.5, 0)])
        self.assertAmounts(order, 79.7, 4, 0, 75.7)
        with self.refused("Choose at least one line"):
            self.ask(order, "shipping")

    def test_taxes_on_top(self):
        """Amounts hold the taxes here, whatever the order's tax mode says."""
        taxes = [{"code": "VAT", "rate": 19}]
        lines = [self.line(LAMP, 41.93, shipping=3.36, taxes=taxes)]
        order = self.read_order(lines=lines, tax_mode="TAX_EXCLUDED")
        self.assertAmounts(order, 53.9, 0, 0, 53.9)
        refund = self.ask(order, "amount", lines={LAMP: {"goods": 11.9, "shipping_back": 1}})
        self.turn()
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 12.9))
        self.assertEqual(self.get_given(order), [(LAMP, 10, 0.84, 0)])
        self.ask(order, lines=[LAMP])
        self.turn(pull=True)
        self.assertAmounts(order, 53.9, 53.9, 0, 0)
        [line] = self.seller.get_order(order.marketplace_ref)["lines"]
        self.assertEqual((line["left"], line["left_shipping"]), (0, 0))

    # Reasons ------------------------------------------------------------------------------------

    def test_reasons_are_chosen_among_the_allowed(self):
        order = self.read_order()
        self.get_reason("refund", "17")
        dialog = self.open_dialog(order, code=None, lines=[LAMP])
        self.assertFalse(dialog.reason_id, "Mirakl names no default")
        codes = dialog._get_reasons().mapped("code")
        self.assertEqual(sorted(codes), ["15", "16", "17", "18", "19"])
        with self.refused("Choose the reason"):
            dialog.action_confirm()
        for usage, code in (("refund", "14"), ("refusal", "34")):
            with self.refused("is no reason for this"):
                dialog = self.open_dialog(order, code=None, lines=[LAMP])
                dialog.reason_id = self.get_reason(usage, code)
                dialog.action_confirm()
        self.get_reason("refund", "18").active = False
        with self.refused("is no reason for this"):
            dialog = self.open_dialog(order, code=None, lines=[LAMP])
            dialog.reason_id = self.account.with_context(active_test=False).reason_ids.filtered(
                lambda r: (r.usage, r.code) == ("refund", "18")
            )
            dialog.action_confirm()

    def test_no_reasons_known(self):
        order = self.read_order()
        self.account.reason_ids.unlink()
        with self.refused("not known yet"):
            self.ask(order, lines=[LAMP], code=None)

    # The window ---------------------------------------------------------------------------------

    def make_long_order(self):
        """Two lines, of which the lamp was shipped too long ago."""
        lines = [
            self.line(LAMP, 49.9, shipped_at=hours_ago(201 * 24)),
            self.line(BRAKES, 25.8, shipped_at=hours_ago(10 * 24)),
        ]
        return self.read_order(lines=lines)

    def test_window_counts_from_the_line(self):
        order = self.make_long_order()
        dialog = self.open_dialog(order)
        self.assertFalse(dialog.is_window_over)
        self.assertEqual(dialog.days_left, 190)
        self.assertEqual(dialog.line_ids.mapped("can_choose"), [False, True])
        self.assertEqual(self.line_of(order, BRAKES).marketplace_refund_until, self.day(190))
        self.assertEqual(order.marketplace_refund_until, self.day(190), "of what can be refunded")
        self.assertIn("window over since", self.get_line(dialog, LAMP).hint)
        with self.refused("window of 200 days is over. Ask a manager"):
            self.ask(order, lines=[LAMP])
        with self.refused("Ask a manager"):
            self.ask(order, "order")
        refund = self.ask(order, lines=[BRAKES])
        self.turn()
        self.assertEqual(refund.state, "accepted")

    def test_window_over_needs_a_manager_with_a_reason(self):
        order = self.make_long_order()
        with self.refused("say why"):
            self.ask(order, lines=[LAMP], user=self.manager)
        refund = self.ask(order, "order", user=self.manager, override="Goodwill")
        self.assertEqual(refund.note, "Goodwill")
        self.turn()
        self.assertEqual(refund.state, "accepted")

    def day(self, days):
        return (fields.Datetime.now() + timedelta(days=days)).date()

    # Two people ---------------------------------------------------------------------------------

    def test_two_people_at_once(self):
        """What a person saw is what is asked, or nothing."""
        order = self.read_order()
        first = self.open_dialog(order, "amount", lines={LAMP: {"goods": 30}})
        second = self.open_dialog(order, "amount", lines={LAMP: {"goods": 30}})
        whole = self.open_dialog(order, "order", user=self.manager)
        self.confirm(first)
        self.env.invalidate_all()
        for dialog in (second, whole):
            self.assertEqual(dialog.action_confirm()["res_id"], dialog.id, "shown once more")
            self.assertIn("Product REF-1: 53.90€ → 23.90€ left", dialog.news.replace("\xa0", ""))
        self.assertEqual(order.marketplace_refund_ids.mapped("amount"), [30])
        with self.refused("Less than that"):
            second.action_confirm()
        with self.refused("Less than that"):
            self.ask_amount(order, 30)
        self.turn()
        self.assertEqual(self.get_given(order), [(LAMP, 30, 0, 0)])

    def test_double_click(self):
        order = self.read_order()
        dialog = self.open_dialog(order, "amount", lines={LAMP: {"goods": 5}})
        self.confirm(dialog)
        with self.refused("already"):
            dialog.action_confirm()
        self.turn()
        self.assertExecuted("OR28", 1)

    def test_other_currency(self):
        """An order in another currency than its sale order: nothing leaves."""
        remote = self.make_order(currency="CHF")
        partner = self.env["res.partner"].create({"name": "Lena"})
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                self.account.order_field: self.account._format_order_ref(remote["number"]),
                "order_line": [
                    fields.Command.create({"product_id": product.id}) for product in self.products
                ],
            }
        )
        self.turn(pull=True)
        self.assertEqual((order.marketplace_ref, order.currency_id.name), (remote["number"], "EUR"))
        self.assertFalse(order.with_user(self.agent).can_marketplace_refund)
        with self.refused("charges in CHF"):
            self.ask(order, lines=[LAMP])


@tagged("post_install", "-at_install")
class TestCdiscountRefundKinds(OutCase):
    """What the wider dialog leaves as it was for a marketplace that refunds lines whole."""

    def test_only_what_the_account_can(self):
        dialog = self.open_refund(self.read_order())
        self.assertEqual(dialog.kinds, "order,lines,gesture")
        self.assertIn("A line is refunded whole", dialog.explanation)
        self.assertTrue(dialog.reason_id.is_default)

    def test_kinds_that_it_cannot_are_refused(self):
        order = self.read_order()
        for kind, values in (("units", {"units": 1}), ("amount", {"goods": 5})):
            dialog = self.open_refund(order, kind=kind)
            dialog.line_ids[0].write(values)
            with self.refused("cannot do this"):
                dialog.action_confirm()
        self.assertFalse(order.marketplace_refund_ids)

    def test_lines_to_ship_are_for_the_other_dialog(self):
        order = self.read_order(state="WaitingForShipmentAcceptation").with_user(self.agent)
        ways = set(order.marketplace_line_ids.mapped("marketplace_give_back"))
        self.assertEqual(ways, {"cancellation"})
        self.assertTrue(order.can_marketplace_refuse)
        self.assertFalse(order.can_marketplace_cancel)
        self.assertFalse(order.can_marketplace_refund)
        self.assertEqual(order.action_marketplace_refuse()["res_model"], "marketplace.refuse")
        with self.refused("Choose at least one line"):
            self.refund(order)
