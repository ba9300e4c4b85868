"""Random orders, taxes, invoices and refunds: what must hold whatever happens."""

from collections import defaultdict
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .books_world import POLICIES, TAXES, BooksWorld, Line, Shop, Step

SETTINGS = settings(
    max_examples=14,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)

LINES = st.lists(
    st.builds(
        Line,
        taxes=st.integers(0, len(TAXES) - 1),
        policy=st.integers(0, len(POLICIES) - 1),
        quantity=st.integers(1, 9),
        price=st.one_of(st.integers(1, 200000), st.integers(1, 999)),
        odd=st.integers(0, 2),
        shipping=st.one_of(st.just(0), st.integers(1, 3000)),
    ),
    min_size=1,
    max_size=6,
)
SHOPS = st.builds(
    Shop,
    post=st.booleans(),
    by_document=st.booleans(),
    adjusts=st.booleans(),
    shipping_taxes=st.integers(0, len(TAXES) - 1),
    gesture_taxes=st.integers(0, len(TAXES) - 1),
)
GIVEN = ("order", "lines", "units", "amount", "shipping", "gesture")
STEPS = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(
            (
                *GIVEN,
                *GIVEN,
                "invoice",
                "invoice part",
                "invoice draft",
                "post",
                "ship",
                "notes",
                "back",
            )
        ),
        line=st.integers(0, 63),
        share=st.integers(1, 1000),
        units=st.integers(1, 9),
        returned=st.booleans(),
        refused=st.sampled_from((False, False, False, True)),
        elsewhere=st.sampled_from((False, False, False, True)),
        book=st.sampled_from((True, True, False)),
    ),
    min_size=1,
    max_size=7,
)


class BooksProperties(BooksWorld):
    """What the steps do, and what must hold after each of them."""

    def play(self, desk, order, steps):
        for step in steps:
            self.take(desk, order, step)
            self.check(order)
        self.book_all(order)
        self.check(order)
        self.check_end(order)

    def take(self, desk, order, step):
        if step.kind in GIVEN:
            before = self.get_to_invoice(order)
            waited = "to_book" in order.marketplace_refund_ids.mapped("booking_result")
            refund = self.give(order, step)
            if step.book:
                self.book_all(order)
            if refund and step.book and not waited:
                self.check_order_after(order, refund, before)
        elif step.kind == "post":
            self.post_drafts(order)
        elif step.kind == "notes":
            self.post_drafts(order, "out_refund")
        elif step.kind == "ship":
            self.ship(order)
        elif step.kind == "back":
            self.take_back(order)
        else:
            share = step.share if step.kind == "invoice part" else 1000
            self.invoice(order, share, post=step.kind != "invoice draft")
            if step.book:
                self.book_all(order)

    def book_all(self, order):
        """Book what waits: first in another order, which is forgotten, then as the job does."""
        waiting = order.marketplace_refund_ids.filtered(lambda r: r.booking_result == "to_book")
        other = None
        if len(waiting) > 1:
            with self.example():
                for refund in waiting.sorted("id", reverse=True):
                    refund._book()
                if not any(waiting.mapped("booking_message")):
                    other = self.get_picture(order)
        preview = None
        if len(waiting) == 1:
            books = order.env["marketplace.books"]
            preview = books._preview(order, waiting._get_booking_items())
        self.book()
        if other and not any(waiting.mapped("booking_message")):
            self.assertEqual(self.get_picture(order), other, "another order of booking")
        if preview:
            self.check_preview(waiting, preview)
        before = self.notes(order), self.get_to_invoice(order), self.get_picture(order)
        order.marketplace_refund_ids._want_booking(
            order.marketplace_refund_ids.filtered(lambda r: r.booking_state in ("draft", "posted"))
        )
        self.book()
        after = self.notes(order), self.get_to_invoice(order), self.get_picture(order)
        self.assertEqual(after, before, "booked twice")

    def get_picture(self, order):
        """What must be the same, in whatever order refunds are booked."""
        total = order.currency_id.round(sum(self.notes(order).mapped("amount_total")))
        if order.state == "cancel":
            return total, "cancel"
        return total, self.goods(order).mapped(lambda line: (line.id, line.product_uom_qty))

    def get_to_invoice(self, order):
        return {line.id: round(line.qty_to_invoice, 6) for line in order.order_line}

    # After each step ----------------------------------------------------------------------------

    def check(self, order):
        for refund in order.marketplace_refund_ids:
            self.check_refund(refund)
        self.check_totals(order)
        for line in order.order_line.filtered("marketplace_ref"):
            self.check_quantity(line)

    def check_refund(self, refund):
        state, currency = refund.booking_state, refund.currency_id
        notes = refund.credit_note_ids.filtered(lambda move: move.state != "cancel")
        lines = refund.line_ids.filtered(lambda line: line.state == "accepted")
        if not lines:
            self.assertEqual((state, len(notes)), ("none", 0))
            return
        if state == "failed":
            self.assertTrue(refund.booking_message)
            self.assertTrue(refund.activity_ids)
        if state in ("to_book", "no_invoice", "failed", "order", "none"):
            self.assertFalse(notes)
            self.assertNotEqual(state, "none")
            return
        for note in notes:
            self.check_note(refund, note)
        if "cancel" in lines.mapped("decision"):
            return
        difference = currency.round(refund.accepted_amount - sum(notes.mapped("amount_total")))
        if currency.is_zero(difference):
            self.assertFalse(refund.booking_message, refund.booking_message)
            return
        self.assertIn(currency.format(difference), refund.booking_message or "")
        self.assertTrue(refund.activity_ids)

    def check_note(self, refund, note):
        invoice, order = note.reversed_entry_id, refund.sale_order_id
        self.assertTrue(invoice)
        self.assertIn(invoice, order.invoice_ids)
        for name in ("company_id", "currency_id", "partner_id", "fiscal_position_id"):
            self.assertEqual(note[name], invoice[name], name)
        self.assertEqual(note.company_id, order.company_id)
        self.assertGreaterEqual(note.amount_total, 0)
        own = refund.account_id.gesture_product_id | refund.account_id.adjustment_product_id
        for line in note.invoice_line_ids:
            source = line.marketplace_credited_line_id
            if line.product_id in own:
                self.assertEqual(line.tax_ids, line.product_id.taxes_id)
            elif source:
                self.assertEqual(line.tax_ids, source.tax_ids)
                self.assertEqual(line.account_id, source.account_id)
            self.assertGreaterEqual(line.quantity, 0)
            if not source or source.price_total >= 0:
                self.assertGreaterEqual(line.price_total, 0)

    def check_totals(self, order):
        """Never more credited than invoiced; what goes beyond has its own product."""
        adjustment = order.marketplace_account_id.adjustment_product_id
        notes = self.notes(order)
        for invoice in notes.reversed_entry_id:
            lines = notes.filtered(lambda m, i=invoice: m.reversed_entry_id == i).invoice_line_ids
            lines = lines.filtered(lambda line: not adjustment or line.product_id != adjustment)
            credited = sum(lines.mapped("price_total"))
            cents = 0.005 + 0.01 * len(lines) * (
                order.company_id.tax_calculation_rounding_method == "round_globally"
            )
            self.assertLessEqual(credited, invoice.amount_total + cents)
            credited_by_line = defaultdict(float)
            for line in lines:
                credited_by_line[line.marketplace_credited_line_id] += line.price_total
            for source, amount in credited_by_line.items():
                if source:
                    room = 0.005 + 0.03 * len(order.order_line)
                    self.assertLessEqual(amount, max(source.price_total, 0) + room)

    def check_quantity(self, line):
        """Only what was cancelled lowers the order; nothing is invoiced once more."""
        if line.order_id.state == "cancel":
            return
        cancelled = line.marketplace_refund_line_ids.filtered(
            lambda row: row.state == "accepted" and row.decision == "cancel"
        )
        done = cancelled.filtered(
            lambda row: row.refund_id.booking_state in ("order", "draft", "posted")
        )
        self.assertAlmostEqual(
            line.product_uom_qty, line.marketplace_quantity - sum(done.mapped("quantity"))
        )
        refunds = line.order_id.marketplace_refund_ids
        if line.order_id.state != "sale" or any(refunds.mapped("booking_message")):
            return
        invoiced = sum(
            line.invoice_lines.filtered(
                lambda row: row.move_id.move_type == "out_invoice" and row.parent_state != "cancel"
            ).mapped("quantity")
        )
        wanted = (
            line.product_uom_qty
            if line.product_id.invoice_policy == "order"
            else min(line.qty_delivered + self.came_back[line], line.product_uom_qty)
        )
        self.assertAlmostEqual(line.qty_to_invoice, max(wanted - invoiced, 0), 6, line.name)
        if not cancelled:
            returned = sum(self.get_returned(line).mapped("quantity"))
            self.assertAlmostEqual(line.qty_invoiced, invoiced - returned, 6, line.name)

    def check_order_after(self, order, refund, before):
        """Money given back changes nothing of what is to be invoiced."""
        lines = refund.line_ids.filtered(lambda line: line.state == "accepted")
        if "cancel" not in lines.mapped("decision"):
            self.assertEqual(self.get_to_invoice(order), before)

    def check_mirror(self, order, invoice):
        """A whole order gives back the taxes of its invoice, tax by tax."""
        notes = self.notes(order)
        taxes = invoice.line_ids.tax_line_id
        self.assertEqual(notes.line_ids.tax_line_id, taxes)
        self.assertAlmostEqual(sum(notes.mapped("amount_total")), invoice.amount_total)
        for tax in taxes:
            charged, given = (self.get_tax(moves, tax) for moves in (invoice, notes))
            cents = 0.01 * len(invoice.invoice_line_ids)
            self.assertAlmostEqual(-charged, given, delta=cents + 0.001, msg=tax.name)

    def get_tax(self, moves, tax):
        rows = moves.line_ids.filtered(lambda row: row.tax_line_id == tax)
        return sum(rows.mapped("amount_currency"))

    def check_preview(self, refund, preview):
        notes = refund.credit_note_ids.sorted("id")
        found = [
            {
                "invoice": note.reversed_entry_id.name,
                "journal": note.journal_id.name,
                "untaxed": round(note.amount_untaxed, 2),
                "tax": round(note.amount_tax, 2),
                "total": round(note.amount_total, 2),
                "posted": note.state == "posted",
            }
            for note in notes
        ]
        told = [
            {k: round(v, 2) if isinstance(v, float) else v for k, v in note.items()}
            for note in preview["notes"]
        ]
        self.assertEqual(found, told if refund.booking_state != "failed" else [])
        outcome = {
            "no_invoice": "no_invoice",
            "order": "quantities",
            "draft": "credit",
            "posted": "credit",
        }
        if refund.booking_state in outcome:
            self.assertEqual(preview["outcome"], outcome[refund.booking_state])

    # In the end ---------------------------------------------------------------------------------

    def check_end(self, order):
        """Everything is shipped, invoiced and posted: what the customer paid is what is left."""
        self.ship(order)
        self.post_drafts(order)
        if order.state == "sale":
            self.invoice(order)
        self.book_all(order)
        self.check(order)
        self.post_drafts(order, "out_refund")
        refunds = order.marketplace_refund_ids
        if any(refund.booking_message or refund.booking_state == "failed" for refund in refunds):
            return
        self.assertFalse(refunds.filtered(lambda r: r.booking_state == "to_book"))
        self.assertFalse(refunds.filtered(lambda r: r.booking_state == "no_invoice"))
        with self.assertRaises(UserError):
            order._create_invoices(final=True)
        self.assertNotEqual(order.invoice_status, "to invoice")
        invoices = order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        paid = sum(invoices.mapped("amount_total")) - sum(self.notes(order).mapped("amount_total"))
        wanted = order.marketplace_charged - sum(refunds.mapped("accepted_amount"))
        cents = 0 if len(invoices) < 2 else 0.01 * len(invoices.invoice_line_ids)
        self.assertAlmostEqual(paid, wanted, delta=0.001 + cents)


@tagged("post_install", "-at_install")
class TestBooksProperties(BooksProperties):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = cls._make_desk(cls.env.company)

    @SETTINGS
    @given(SHOPS, LINES, st.booleans(), STEPS)
    def test_after_the_invoice(self, shop, lines, shipped, steps):
        """One invoice, then whatever happens."""
        with self.example():
            self.open_shop(self.desk, shop)
            order = self.make_order(self.desk, lines, shipped)
            self.invoice(order)
            self.play(self.desk, order, steps)

    @SETTINGS
    @given(SHOPS, LINES, st.booleans(), STEPS)
    def test_whatever_comes_first(self, shop, lines, shipped, steps):
        """Invoices before, between and after the refunds, or never."""
        with self.example():
            self.open_shop(self.desk, shop)
            order = self.make_order(self.desk, lines, shipped)
            self.play(self.desk, order, steps)

    @SETTINGS
    @given(SHOPS, LINES, st.booleans())
    def test_whole_order_mirrors_its_invoice(self, shop, lines, shipped):
        with self.example():
            self.open_shop(self.desk, shop)
            lines = [replace(line, policy=0) for line in lines]
            order = self.make_order(self.desk, lines, shipped)
            invoice = self.invoice(order)
            self.take(self.desk, order, Step("order"))
            self.check(order)
            self.check_mirror(order, invoice)


@tagged("post_install", "-at_install")
class TestBooksFound(BooksProperties):
    """What the property tests have found, in its smallest form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = cls._make_desk(cls.env.company)

    def setUp(self):
        super().setUp()
        self.open_shop(self.desk, Shop(shipping_taxes=0, gesture_taxes=0))

    def start(self, *lines, shipped=False, invoiced=True):
        order = self.make_order(self.desk, lines, shipped)
        if invoiced:
            self.invoice(order)
        return order

    def test_shipping_charges_that_are_kept(self):
        """All units are cancelled, the shipping charges are not: they stay invoiced."""
        order = self.start(Line(price=3958, shipping=338))
        self.play(self.desk, order, [Step("units")])
        self.assertAlmostEqual(self.notes(order).amount_total, 39.58)

    def test_shipping_charges_wait_for_their_invoice(self):
        """They are not taken from an invoice that does not hold them."""
        order = self.start(Line(quantity=2, shipping=400), shipped=True, invoiced=False)
        self.invoice(order, share=500)
        refund = self.give(order, Step("shipping"))
        self.book()
        self.assertEqual(refund.booking_state, "no_invoice")
        self.invoice(order)
        self.book()
        self.check_end(order)
        self.assertEqual(self.notes(order).reversed_entry_id, order.invoice_ids.sorted("id")[1])

    def test_units_are_cancelled_though_their_money_is_given_back(self):
        """Somebody has credited most of the invoice by hand: the units count all the same."""
        order = self.start(Line(quantity=4, price=1000))
        self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": order.partner_id.id,
                "reversed_entry_id": order.invoice_ids.id,
                "invoice_date": "2026-11-02",
                "invoice_line_ids": [
                    Command.create({"name": "By hand", "price_unit": 39, "tax_ids": False})
                ],
            }
        ).action_post()
        refund = self.give(order, Step("units", units=2))
        self.book()
        self.assertAlmostEqual(refund.credit_note_ids.amount_total, 1)
        self.assertIn("19.00", refund.booking_message)
        line = self.goods(order)
        self.assertEqual((line.product_uom_qty, line.qty_invoiced), (2, 2))
        self.assertNotEqual(order.invoice_status, "to invoice")

    def test_drafted_shipping_charges_are_lowered(self):
        """The draft invoice follows the order."""
        order = self.start(Line(shipping=400), Line(price=500, shipping=300), invoiced=False)
        draft = self.invoice(order, post=False)
        self.play(self.desk, order, [Step("lines", line=1)])
        self.assertAlmostEqual(draft.amount_total, 8)

    def test_rest_of_a_price_that_cannot_be_divided(self):
        """10.00 for 3 units, of which 2 are cancelled for 6.66: 3.34 are invoiced."""
        order = self.start(Line(quantity=3, price=333, odd=1), invoiced=False)
        self.play(self.desk, order, [Step("units", units=2)])
        self.assertAlmostEqual(order.invoice_ids.amount_total, 3.34)

    def test_rest_that_no_net_price_meets(self):
        """Charges with two taxes on top are lowered: a cent of rounding has its own line."""
        self.open_shop(self.desk, Shop(shipping_taxes=9))
        line = Line(taxes=3, quantity=6, price=66, odd=1, shipping=147)
        order = self.start(line, line, invoiced=False)
        self.play(self.desk, order, [Step("lines", line=1)])
        self.assertAlmostEqual(order.invoice_ids.amount_total, 5.44)

    def test_cancelled_invoice_with_a_line_of_rounding(self):
        """The cent that the rounding took off is given back with the whole order only once."""
        order = self.start(Line(price=3), Line(taxes=6, quantity=8, price=2))
        self.assertAlmostEqual(order.invoice_ids.amount_total, 0.19)
        self.play(self.desk, order, [Step("order")])
        self.assertAlmostEqual(self.notes(order).amount_total, 0.19)

    def test_fixed_taxes_are_given_back_in_proportion(self):
        """A tax of 0.13 for each of 5 units: 0.65 with the line, 0.13 with a fifth of its money."""
        order = self.start(Line(taxes=8, quantity=5, price=600), shipped=True)
        eco = order.order_line.tax_ids.filtered(lambda tax: tax.amount_type == "fixed")
        for share, tax in ((200, 0.13), (1000, 0.52)):
            refund = self.give(order, Step("amount", share=share))
            self.book()
            rows = refund.credit_note_ids.line_ids.filtered(lambda r: r.tax_line_id == eco)
            self.assertAlmostEqual(sum(rows.mapped("balance")), tax)

    def test_prices_hold_the_taxes_of_every_unit(self):
        """Fixed taxes on top are taken out once a unit; those within the price stay in it."""
        for taxes in (8, 11):
            order = self.start(Line(taxes=taxes, quantity=6, price=710))
            self.assertAlmostEqual(order.invoice_ids.amount_total, 42.6)

    def test_orders_with_several_taxes_are_met(self):
        """Two taxes on top of two lines are off by four cents, which get their line of rounding."""
        line = Line(taxes=9, quantity=7, price=220, odd=1)
        order = self.start(line, line)
        self.assertAlmostEqual(order.invoice_ids.amount_total, 30.82)

    def test_cancelled_units_are_taken_off_once(self):
        """A deleted draft is made again; the ordered quantity does not fall once more."""
        self.open_shop(self.desk, Shop(post=False))
        order = self.start(Line(quantity=3, price=1000))
        refund = self.give(order, Step("units", units=1))
        self.book()
        refund.credit_note_ids.unlink()
        self.assertEqual(refund.booking_state, "failed")
        refund.action_book_again()
        self.assertAlmostEqual(refund.credit_note_ids.amount_total, 10)
        line = self.goods(order)
        self.assertEqual((line.product_uom_qty, line.qty_invoiced), (2, 2))
        self.check_end(order)

    def test_cancelled_order_is_credited_again(self):
        self.open_shop(self.desk, Shop(post=False))
        order = self.start(Line(quantity=3, price=1000, shipping=400), Line())
        refund = self.give(order, Step("order"))
        self.book()
        refund.credit_note_ids.unlink()
        refund.action_book_again()
        self.assertAlmostEqual(refund.credit_note_ids.amount_total, 44)
        self.check_end(order)

    def test_cancelled_order_that_is_partly_invoiced(self):
        """Some products wait for their delivery: exactly what was invoiced is credited."""
        self.open_shop(self.desk, Shop(adjusts=True, shipping_taxes=5, gesture_taxes=9))
        order = self.start(
            Line(taxes=1, quantity=9, price=132, odd=2, shipping=413),
            Line(taxes=2, quantity=5, price=551, odd=1),
            Line(taxes=6, quantity=6, price=50),
            Line(taxes=8, policy=1, price=456, shipping=111),
            Line(taxes=4, policy=1, quantity=2, price=22879, shipping=1641),
            Line(taxes=9, quantity=3, price=179),
        )
        self.play(self.desk, order, [Step("order")])
        notes = self.notes(order)
        self.assertAlmostEqual(notes.reversed_entry_id.amount_total, notes.amount_total)

    def test_two_invoices_of_cancelled_units(self):
        """Units are shared by the invoices without a remainder."""
        order = self.start(Line(quantity=7, price=333, odd=2), invoiced=False)
        self.invoice(order, share=500)
        self.invoice(order)
        self.play(self.desk, order, [Step("units", units=5)])
        line = self.goods(order)
        self.assertEqual((line.product_uom_qty, line.qty_invoiced), (2, 2))


@tagged("post_install", "-at_install")
class TestBooksTwoCompanies(BooksProperties):
    """Two companies with two currencies, whose refunds are booked by the same job."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        francs = cls.env.ref("base.CHF")
        francs.active = True
        company = cls.env["res.company"].create(
            {
                "name": "Swiss company",
                "currency_id": francs.id,
                "country_id": cls.env.ref("base.ch").id,
            }
        )
        cls.env.user.company_ids += company
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        company.currency_id = francs
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.euro.id,
                "name": "2026-01-01",
                "rate": 1.0637,
                "company_id": company.id,
            }
        )
        cls.desks = [cls._make_desk(cls.env.company), cls._make_desk(company)]

    @SETTINGS
    @given(
        SHOPS,
        st.tuples(LINES, LINES),
        st.sampled_from(("EUR", "CHF")),
        st.lists(st.tuples(st.integers(0, 1), STEPS.map(lambda steps: steps[0])), max_size=6),
    )
    def test_interleaved(self, shop, lines, currency, steps):
        with self.example():
            orders = []
            for desk, own, name in zip(self.desks, lines, ("EUR", currency), strict=True):
                self.open_shop(desk, shop)
                order = self.make_order(desk, own, currency=name)
                self.invoice(order)
                orders.append(order)
            for index, step in steps:
                if step.book:
                    self.book()  # what waits in the other company
                other = self.get_all(orders[1 - index])
                self.take(self.desks[index], orders[index], step)
                self.check(orders[index])
                self.assertEqual(self.get_all(orders[1 - index]), other)
            self.book()
            for order in orders:
                self.check(order)
                self.assertLessEqual(self.notes(order).company_id, order.company_id)
                self.assertEqual(order.currency_id, order.invoice_ids.currency_id)

    def get_all(self, order):
        moves = order.invoice_ids | self.notes(order)
        return (
            order.read(["state", "invoice_status", "amount_total"]),
            order.order_line.read(["product_uom_qty", "price_unit", "qty_invoiced"]),
            moves.read(["state", "amount_total", "amount_residual", "name"]),
            moves.line_ids.read(["balance", "quantity", "amount_currency", "account_id"]),
        )
