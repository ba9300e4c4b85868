"""What the books say of a refund, worked out without writing anything.

Each mapping follows one rule: money goes back at the taxes, the fiscal position and the account of
the invoice line that charged it; only goods that are cancelled or come back lower what the order
counts as invoiced.
"""

from collections import defaultdict

from odoo import api, models

from .books_records import BookingImpossible, Part, Plan


class MarketplaceBooks(models.AbstractModel):
    _inherit = "marketplace.books"

    @api.model
    def _plan(self, order, items):
        """The Plan for `items` of an order. Raises BookingImpossible."""
        order = order.sudo().with_company(order.company_id)
        self._read_ahead(order)
        plan = Plan(order, order.marketplace_account_id)
        plan.taken.update(self._spread_loose(order))
        items = [item for item in items if item.decision != "ship"]
        cancelled = [item for item in items if item.is_cancelled]
        if cancelled:
            self._plan_cancellation(plan, cancelled)
        for item in items:
            if item not in cancelled:
                self._plan_item(plan, item)
        self._plan_missing(plan)
        self._check_currency(plan)
        for number, part in enumerate(plan.parts, 1):
            part.number = number
        return plan

    def _read_ahead(self, order):
        """What is looked at line by line, for all lines at once: a long order stays quick."""
        invoiced = order.order_line.invoice_lines
        for name in ("marketplace_credit_line_ids", "sale_line_ids", "tax_ids"):
            invoiced.mapped(name)

    # Money given back ---------------------------------------------------------------------------

    def _plan_item(self, plan, item):
        if not item.sale_line:
            self._plan_gesture(plan, item)
            return
        currency = plan.order.currency_id
        if not currency.is_zero(item.goods):
            self._plan_goods(plan, item)
        if not currency.is_zero(item.shipping):
            self._plan_shipping(plan, item.shipping)

    def _plan_goods(self, plan, item):
        sources = self._get_sources(item.sale_line)
        if not sources:
            raise self._no_invoice(plan.order)
        units = item.units or item.sale_line.marketplace_quantity or 1
        drawn = self._draw(plan, sources, item.goods)
        parts = [self._make_part(source, gross, name=item.name) for source, gross in drawn]
        if item.returned:
            self._give_units_back(item.sale_line, parts, units)
        for part in parts:
            part.is_return = item.returned
            if not part.sale_line and self._is_price_of(part.source, units, part.gross):
                part.quantity = units
        plan.parts += parts
        self._count(plan, item.goods, drawn)

    def _give_units_back(self, sale_line, parts, units):
        """Units that do not count as invoiced any more, shared by what the parts amount to: all of
        them, also where the invoices have less money left."""
        total, left = sum(part.gross for part in parts), units
        for part in parts:
            share = part.gross / total if total else 0
            quantity = left if part is parts[-1] else sale_line.product_uom_id.round(units * share)
            left -= quantity
            if not sale_line.product_uom_id.is_zero(quantity):
                part.sale_line, part.quantity = sale_line, quantity

    def _plan_shipping(self, plan, amount):
        lines = self._get_shipping_lines(plan.order)
        sources = self._get_sources(lines)
        if not sources and any(line.product_uom_qty and line.price_total > 0 for line in lines):
            raise self._no_invoice(plan.order)
        if sources:
            parts = self._draw(plan, sources, amount)
            plan.parts += [self._make_part(source, gross) for source, gross in parts]
        else:
            parts = self._draw_shipping_of_goods(plan, amount)
        self._count(plan, amount, parts)

    def _draw_shipping_of_goods(self, plan, amount):
        """Shipping charges that were invoiced with the goods: at their taxes."""
        name = self._get_customer_env(plan.order)._("Shipping")
        drawn = self._draw_from_order(plan, amount)
        for source, gross in drawn:
            product = plan.account.shipping_product_id or source.product_id
            plan.parts.append(self._make_part(source, gross, name=name, product=product))
        return drawn

    def _plan_gesture(self, plan, item):
        product = plan.account.gesture_product_id
        drawn = self._draw_from_order(plan, item.goods)
        if not product:
            raise BookingImpossible(
                self.env._(
                    "Choose a product for commercial gestures on the account “%s”; the gesture is "
                    "booked then.",
                    plan.account.name,
                )
            )
        name = product.with_context(lang=plan.order.partner_id.lang).name
        for source, gross in drawn:
            taxes = self._get_product_taxes(source, product)
            part = self._make_part(source, gross, name=name, product=product, taxes=taxes)
            plan.parts.append(part)
        self._count(plan, item.goods, drawn)

    def _draw_from_order(self, plan, amount):
        """[(largest line of an invoice, amount)] of money that is about the order as a whole: the
        invoice of its largest line gives back first."""
        sources = self._get_sources(plan.order.order_line)
        if not sources:
            raise self._no_invoice(plan.order)
        currency, drawn, rest, seen = plan.order.currency_id, [], amount, set()
        for source in sources.sorted(lambda line: (-line.price_total, line.id)):
            gross = currency.round(min(rest, self._get_invoice_left(plan, source.move_id)))
            if source.move_id in seen or currency.compare_amounts(gross, 0) <= 0:
                continue
            seen.add(source.move_id)
            drawn.append((source, gross))
            plan.taken[source.move_id] += gross
            rest = currency.round(rest - gross)
        return drawn

    def _plan_missing(self, plan):
        """What no invoice has left goes to the product for differences, where there is one."""
        product, invoices = plan.account.adjustment_product_id, plan.invoices
        if plan.order.currency_id.is_zero(plan.missing) or not product or not invoices:
            return
        source = next(part.source for part in plan.parts if part.source.move_id == invoices[-1])
        plan.parts.append(
            self._make_part(
                source,
                plan.missing,
                name=self._get_customer_env(plan.order)._("Difference to the refund"),
                product=product,
                taxes=self._get_product_taxes(source, product),
            )
        )
        plan.missing = 0.0

    def _make_part(self, source, gross, name=None, product=None, taxes=None):
        own = not product or product == source.product_id
        return Part(
            name=name or source.name or "",
            gross=gross,
            source=source,
            product=product or source.product_id,
            taxes=source.tax_ids if taxes is None else taxes,
            is_own_line=own and taxes is None,
        )

    def _count(self, plan, expected, parts):
        currency = plan.order.currency_id
        placed = sum(gross for _source, gross in parts)
        plan.expected = currency.round(plan.expected + expected)
        plan.missing = currency.round(plan.missing + expected - placed)

    # Refused or cancelled before shipment -------------------------------------------------------

    def _plan_cancellation(self, plan, items):
        """Ordered quantities fall; what was invoiced of them is credited by quantity, so that the
        order is neither invoiced again nor to be credited once more."""
        plan.cancels_order = self._is_rest_of_order(plan, items)
        fresh = [item for item in items if not item.is_lowered]
        plan.cancelled = sum(item.goods + item.shipping for item in fresh)
        for item in items:
            self._plan_cancelled_goods(plan, item)
            if not plan.order.currency_id.is_zero(item.shipping):
                self._plan_cancelled_shipping(plan, item)
        if not plan.cancels_order:
            return
        others = plan.order.order_line.filtered(
            lambda line: not line.marketplace_ref and not line.display_type
        )
        for line in others:
            own = self._get_sources(line)
            left = sum(self._get_left(plan, source) for source in own)
            self._plan_quantity(plan, line, 0, left, line.product_uom_qty or line.qty_invoiced)
        self._settle_cents(plan, items)

    def _settle_cents(self, plan, items):
        """What is given back of whole invoices differs from the sum of their lines by roundings."""
        if not plan.parts:
            return
        currency = plan.order.currency_id
        placed = currency.round(plan.expected - plan.missing)
        wanted = sum(item.goods + item.shipping for item in items)
        if plan.is_partly_invoiced:  # then all that is left of the invoices
            moves = self._get_sources(plan.order.order_line).move_id
            wanted = placed + sum(self._get_invoice_left(plan, move) for move in moves)
        if currency.compare_amounts(abs(wanted - plan.expected), self._get_cents(plan)) > 0:
            return
        part = max(plan.parts, key=lambda part: part.gross)
        room = self._get_invoice_left(plan, part.source.move_id)
        rest = currency.round(min(wanted - placed, room))
        part.gross = currency.round(part.gross + rest)
        self._take(plan, part.source, rest)
        plan.expected = currency.round(wanted)
        plan.missing = currency.round(wanted - placed - rest)

    def _plan_cancelled_goods(self, plan, item):
        line, ordered = item.sale_line, item.sale_line.product_uom_qty
        if item.is_lowered:  # once already; only its credit note is made again
            gone = item.units or line.qty_invoiced - ordered
            self._plan_quantity(plan, line, ordered, item.goods, gone)
            return
        gone = item.units or ordered
        quantity = max(ordered - gone, 0)
        if line.qty_delivered > quantity:
            raise BookingImpossible(
                self.env._(
                    "“%(line)s” was cancelled at the marketplace but %(units)g of it are delivered "
                    "here: take them back, then book it again.",
                    line=item.name,
                    units=line.qty_delivered,
                )
            )
        if quantity and not line.invoice_lines.filtered(lambda row: row.parent_state == "posted"):
            plan.totals[line] = line.price_total - item.goods
        self._plan_quantity(plan, line, quantity, item.goods, gone)

    def _is_rest_of_order(self, plan, items):
        """Whether nothing is left to deliver, and no shipping charges are kept."""
        gone = {
            item.sale_line
            for item in items
            if not item.is_lowered
            and (not item.units or item.units >= item.sale_line.product_uom_qty)
        }
        goods = plan.order.order_line.filtered(
            lambda line: line.marketplace_ref and line.product_uom_qty
        )
        if set(goods) - gone or self._get_own_lines(plan):
            return False
        shipping = sum(item.shipping for item in items)
        kept = self._get_shipping_left(plan) - shipping
        return plan.order.currency_id.compare_amounts(kept, self._get_cents(plan)) <= 0

    def _get_own_lines(self, plan):
        """What the order holds beside what the marketplace charged: it stays ordered."""
        shipping, limit = self._get_shipping_lines(plan.order), self._get_cents(plan)
        return plan.order.order_line.filtered(
            lambda line: (
                not line.marketplace_ref
                and not line.display_type
                and line not in shipping
                and line.product_uom_qty
                and abs(line.price_total) > limit
            )
        )

    def _get_shipping_left(self, plan):
        """Shipping charges that are neither credited nor taken off the order."""
        left = 0.0
        for line in self._get_shipping_lines(plan.order):
            sources = self._get_sources(line)
            left += sum(self._get_left(plan, source) for source in sources)
            if not sources and line.product_uom_qty:
                left += line.price_total
        return left

    def _get_cents(self, plan):
        """What the rounding of taxes may make out in an order."""
        count = sum(1 + len(line.tax_ids) for line in plan.order.order_line)
        return plan.order.currency_id.rounding * count

    def _plan_quantity(self, plan, line, quantity, gross, gone):
        plan.quantities[line] = quantity
        over = line.qty_invoiced - quantity
        for draft in self._get_draft_lines(line):
            taken = min(over, draft.quantity)
            if taken > 0:
                plan.draft_quantities[draft] = draft.quantity - taken
                over -= taken
        sources = self._get_sources(line)
        if gone and over < gone:
            plan.is_partly_invoiced = True
        if over <= 0 or not sources or not gone:
            return
        currency = plan.order.currency_id
        gross = currency.round(gross * min(over / gone, 1))
        if gross > 0:
            drawn = self._draw(plan, sources, gross)
        else:
            drawn = [(sources[-1], gross)]
            self._take(plan, *drawn[0])
        # Where all its money is given back already, the units still are not.
        parts = [self._make_part(*pair) for pair in drawn or [(sources[-1], 0.0)]]
        self._give_units_back(line, parts, over)
        plan.parts += parts
        self._count(plan, gross, drawn)

    def _plan_cancelled_shipping(self, plan, item):
        lines = self._get_shipping_lines(plan.order)
        if self._get_sources(lines or plan.order.order_line):
            if not plan.cancels_order or not lines:
                self._plan_shipping(plan, item.shipping)
        elif not plan.cancels_order and not item.is_lowered:
            plan.uninvoiced_shipping += item.shipping

    def _get_draft_lines(self, sale_line):
        return sale_line.invoice_lines.filtered(
            lambda line: line.move_id.move_type == "out_invoice" and line.parent_state == "draft"
        )

    # What the invoices hold ---------------------------------------------------------------------

    def _get_sources(self, sale_lines):
        """Posted invoice lines of order lines, the oldest first."""
        lines = sale_lines.invoice_lines.filtered(
            lambda line: (
                line.move_id.move_type == "out_invoice"
                and line.parent_state == "posted"
                and line.display_type == "product"
            )
        )
        return lines.sorted(lambda line: (line.move_id.invoice_date or line.date, line.id))

    def _get_shipping_lines(self, order):
        product = order.marketplace_account_id.shipping_product_id
        return order.order_line.filtered(
            lambda line: (
                not line.marketplace_ref
                and not line.display_type
                and (line._is_delivery() or (product and line.product_id == product))
            )
        )

    def _draw(self, plan, sources, gross):
        """[(invoice line, amount)]: each gives back what it has left, the oldest first. Cents of
        rounding that no line holds may be drawn from what the last invoice has left."""
        currency, found, rest = plan.order.currency_id, [], gross
        for source in sources:
            left = min(self._get_left(plan, source), self._get_invoice_left(plan, source.move_id))
            amount = currency.round(min(rest, left))
            if currency.compare_amounts(amount, 0) > 0:
                found.append((source, amount))
                self._take(plan, source, amount)
                rest = currency.round(rest - amount)
        is_rounding = currency.compare_amounts(rest, self._get_cents(plan)) <= 0
        if found and is_rounding and not currency.is_zero(rest):
            source, amount = found.pop()
            more = currency.round(min(rest, self._get_invoice_left(plan, source.move_id)))
            self._take(plan, source, more)
            found.append((source, currency.round(amount + more)))
        return found

    def _take(self, plan, source, amount):
        plan.taken[source] += amount
        plan.taken[source.move_id] += amount

    def _spread_loose(self, order):
        """{invoice line, or invoice: amount} that credit notes made from the order have taken: they
        name no invoice, so the oldest gives back first."""
        taken = defaultdict(float)
        for sale_line in order.order_line:
            loose = sale_line.invoice_lines.filtered(
                lambda line: (
                    line.move_id.move_type == "out_refund"
                    and line.parent_state != "cancel"
                    and not line.marketplace_credited_line_id
                    and not line.move_id.reversed_entry_id
                )
            )
            rest = sum(loose.mapped("price_total"))
            for source in self._get_sources(sale_line) if rest > 0 else ():
                amount = min(rest, max(source.price_total - self._get_credited(source), 0))
                taken[source] += amount
                taken[source.move_id] += amount
                rest -= amount
        return taken

    def _get_left(self, plan, source):
        """What is not credited of an invoice line."""
        return source.price_total - self._get_credited(source) - plan.taken[source]

    def _get_credited(self, source):
        """What credit notes of its invoice give back of an invoice line."""
        reversals = source.move_id.reversal_move_ids.invoice_line_ids.filtered(
            lambda line: (
                not line.marketplace_credited_line_id
                and (
                    line.sale_line_ids & source.sale_line_ids
                    or (not line.sale_line_ids and line.product_id == source.product_id)
                )
            )
        )
        credited = source.marketplace_credit_line_ids | reversals
        live = credited.filtered(lambda line: line.parent_state != "cancel")
        return sum(live.mapped("price_total"))

    def _get_invoice_left(self, plan, invoice):
        live = invoice.reversal_move_ids.filtered(lambda move: move.state != "cancel")
        return invoice.amount_total - sum(live.mapped("amount_total")) - plan.taken[invoice]

    def _get_product_taxes(self, source, product):
        """The taxes of a product of our own, in the fiscal position of the invoice."""
        taxes = product.taxes_id._filter_taxes_by_company(source.company_id)
        position = source.move_id.fiscal_position_id
        return position.map_tax(taxes) if position else taxes

    def _is_price_of(self, source, units, gross):
        """Whether `gross` is what so many units cost on the invoice."""
        if not units or not source.quantity:
            return False
        price = source.currency_id.round(source.price_total / source.quantity * units)
        return source.currency_id.compare_amounts(price, gross) == 0

    def _check_currency(self, plan):
        for invoice in plan.invoices:
            if invoice.currency_id != plan.order.currency_id:
                raise BookingImpossible(
                    self.env._(
                        "%(invoice)s is in %(other)s, the refund in %(own)s: book it by hand.",
                        invoice=invoice.name,
                        other=invoice.currency_id.name,
                        own=plan.order.currency_id.name,
                    )
                )

    def _no_invoice(self, order):
        return BookingImpossible(
            self.env._(
                "%s has no posted invoice yet: the credit note follows once it has one.", order.name
            ),
            "no_invoice",
        )

    def _get_customer_env(self, order):
        """Texts of credit notes are in the customer's language."""
        return self.with_context(lang=order.partner_id.lang or self.env.lang).env
