"""Accepted refunds reach the accounting: credit notes to the cent, or lower ordered quantities.

Nothing here talks to a marketplace, and no call to a marketplace waits for it.
"""

from odoo import Command, api, models
from odoo.exceptions import UserError

from .books_records import BookingImpossible


class MarketplaceBooks(models.AbstractModel):
    _name = "marketplace.books"
    _description = "Marketplace Bookkeeping Service"

    @api.model
    def _preview(self, order, items):
        """What booking `items` (books_records.Item) would do; nothing is written.

        Returns {"outcome": "credit", "no_invoice", "quantities", "off" or "impossible";
        "message": a sentence or ""; "notes": [{"invoice", "journal", "untaxed", "tax", "total",
        "posted"}]; "difference": what no invoice has left}.
        """
        account = order.sudo().marketplace_account_id
        result = {"outcome": "off", "message": "", "notes": [], "difference": 0.0}
        if account.booking == "none":
            message = self.env._("Refunds of this account are not booked from here.")
            return {**result, "message": message}
        try:
            plan = self._plan(order, items)
        except BookingImpossible as problem:
            waits = problem.result == "no_invoice"
            outcome = "no_invoice" if waits else "impossible"
            return {**result, "outcome": outcome, "message": str(problem)}
        return {
            "outcome": "credit" if plan.parts else "quantities",
            "message": self._describe_quantities(plan),
            "notes": [self._preview_note(plan, invoice) for invoice in plan.invoices],
            "difference": plan.missing,
        }

    def _describe_quantities(self, plan):
        changes = [
            self.env._(
                "%(name)s: quantity %(before)g → %(after)g",
                name=(line.name or "").split("\n")[0],
                before=line.product_uom_qty,
                after=quantity,
            )
            for line, quantity in plan.quantities.items()
            if line.marketplace_ref
        ]
        if plan.cancels_order and not plan.parts:
            changes.append(self.env._("the order is cancelled"))
        return ", ".join(changes)

    def _preview_note(self, plan, invoice):
        parts = [part for part in plan.parts if part.source.move_id == invoice]
        tax = self.env["account.tax"]
        lines = [self._get_base_line(part) for part in parts]
        tax._add_tax_details_in_base_lines(lines, invoice.company_id)
        tax._round_base_lines_tax_details(lines, invoice.company_id)
        totals = tax._get_tax_totals_summary(lines, invoice.currency_id, invoice.company_id)
        currency = invoice.currency_id
        return {
            "invoice": invoice.name,
            "journal": self._get_journal(plan, invoice).name,
            "untaxed": currency.round(totals["base_amount_currency"]),
            "tax": currency.round(totals["tax_amount_currency"]),
            "total": currency.round(totals["total_amount_currency"]),
            "posted": self._may_post(plan),
        }

    # Writing ------------------------------------------------------------------------------------

    @api.model
    def _book(self, refund):
        """Bring one accepted refund into the books; returns a sentence where a person has to look
        at the result, else "". Raises BookingImpossible where nothing can be written.
        """
        books = self.sudo().with_company(refund.company_id)
        plan = books._plan(refund.sale_order_id, refund._get_booking_items())
        books._change_order(plan)
        refund._note_lowered(list(plan.quantities))
        if not plan.parts:
            return books._settle_without_note(refund, plan)
        moves = self.env["account.move"].sudo()
        books._mark_delivered(plan)
        for invoice in plan.invoices:
            moves += books._make_note(refund, plan, invoice)
        refund.write({"booking_result": "booked", "booked_count": len(moves)})
        return books._finish(refund, plan, moves)

    def _mark_delivered(self, plan):
        """How much was delivered when returned goods were credited: what is back shows by it."""
        for part in plan.parts:
            line = part.sale_line
            if part.is_return and line and not line.marketplace_delivered_mark:
                line.marketplace_delivered_mark = line.qty_delivered

    def _settle_without_note(self, refund, plan):
        if not refund.currency_id.is_zero(plan.missing):
            raise BookingImpossible(
                self.env._(
                    "Nothing of the invoice is left to credit: %(amount)s of %(name)s is booked by "
                    "hand, or has been already.",
                    amount=refund.currency_id.format(plan.missing),
                    name=refund.name,
                )
            )
        refund.booking_result = "order"
        return ""

    def _change_order(self, plan):
        """Lower what is ordered, and not shipped any more."""
        order = plan.order.with_context(mail_notrack=True)
        was_locked = order.locked
        if not plan.quantities or order.state == "cancel":
            return
        if was_locked:
            order.action_unlock()
        if plan.cancels_order and not self._get_sources(order.order_line):
            order._action_cancel()
            order.locked = was_locked
            return
        self._lower_drafts(plan)
        is_free = not order.order_line.invoice_lines
        charged = order.amount_total - plan.cancelled
        for line, quantity in plan.quantities.items():
            self._align_deliveries(line)
            line.product_uom_qty = quantity
        for line, total in plan.totals.items():
            self._set_total(line, max(total, 0))
        self._lower_shipping(plan)
        if is_free:
            self.env["marketplace.order.maker"]._settle_total(plan.account, order, charged)
        if was_locked:
            order.action_lock()

    def _lower_drafts(self, plan):
        """Draft invoices bill less; one that bills nothing any more goes."""
        moves = self.env["account.move"]
        for line, quantity in plan.draft_quantities.items():
            moves |= line.move_id
            if quantity:
                line.quantity = quantity
            else:
                line.unlink()
        empty = moves.filtered(lambda move: not move.invoice_line_ids and not move.posted_before)
        empty.unlink()

    def _align_deliveries(self, line):
        """Where stock is installed, less is delivered only of moves whose deadline is the order's:
        the job dates orders back after their confirmation."""
        if "move_ids" not in line._fields or line.display_type:
            return
        moves = line.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        if moves:
            moves.date_deadline = line._prepare_procurement_values()["date_deadline"]

    def _lower_shipping(self, plan):
        """Shipping charges that are not invoiced yet are invoiced for less."""
        rest = plan.uninvoiced_shipping
        for line in self._get_shipping_lines(plan.order) if rest else ():
            taken = min(max(line.price_total, 0), rest)
            self._set_total(line, line.price_total - taken)
            rest -= taken

    def _set_total(self, line, total):
        """Have an order line, and what is drafted of it, cost `total`, taxes included."""
        if line.currency_id.compare_amounts(line.price_total, total) and line.price_total:
            factor = total / line.price_total
            for row in (line, *self._get_draft_lines(line)):
                row.price_unit *= factor

    def _make_note(self, refund, plan, invoice):
        parts = [part for part in plan.parts if part.source.move_id == invoice]
        move = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "company_id": invoice.company_id.id,
                "journal_id": self._get_journal(plan, invoice).id,
                "partner_id": invoice.partner_id.id,
                "partner_shipping_id": invoice.partner_shipping_id.id,
                "currency_id": invoice.currency_id.id,
                "fiscal_position_id": invoice.fiscal_position_id.id,
                "invoice_payment_term_id": False,  # a cash discount would change the total
                # The invoice may have come later than the refund.
                "invoice_date": max(refund._get_booking_date(), invoice.invoice_date),
                "reversed_entry_id": invoice.id,
                "invoice_origin": plan.order.name,
                "invoice_user_id": invoice.invoice_user_id.id,
                "team_id": invoice.team_id.id,
                "ref": " · ".join(filter(None, (refund.name, plan.order.marketplace_ref))),
                "marketplace_refund_id": refund.id,
                "invoice_line_ids": [Command.create(self._line_values(part)) for part in parts],
            }
        )
        move.message_post_with_source(
            "mail.message_origin_link",
            render_values={"self": move, "origin": refund},
            subtype_xmlid="mail.mt_note",
        )
        return move

    def _get_journal(self, plan, invoice):
        return plan.account.refund_journal_id or invoice.journal_id

    def _line_values(self, part):
        base = self._get_base_line(part)
        values = {
            "name": part.name,
            "product_id": part.product.id,
            "quantity": base["quantity"],
            "price_unit": base["price_unit"],
            "discount": base["discount"],
            "tax_ids": [Command.set(part.taxes.ids)],
            "extra_tax_data": self.env["account.tax"]._export_base_line_extra_tax_data(base),
            "marketplace_credited_line_id": part.source.id if part.is_own_line else False,
        }
        if part.is_own_line:
            values["account_id"] = part.source.account_id.id
            values["analytic_distribution"] = part.source.analytic_distribution
            values["product_uom_id"] = part.source.product_uom_id.id
        if part.is_return:
            values["marketplace_is_return"] = True
        if part.sale_line:
            values["sale_line_ids"] = [Command.link(part.sale_line.id)]
        return values

    def _get_base_line(self, part):
        """The line for Odoo's tax engine, whose total with taxes is exactly `part.gross`.

        Some totals cannot be met by any net amount; Odoo keeps what they are made of beside the
        line (extra_tax_data), as it does for down payments.
        """
        source, tax = part.source, self.env["account.tax"]
        values = {
            "tax_ids": part.taxes,
            "product_id": part.product,
            "currency_id": source.currency_id,
            "partner_id": source.partner_id,
            "is_refund": True,
            "computation_key": f"marketplace_refund,{source.id},{part.number}",
        }
        units = self._get_units_of_gross(part)
        base = tax._prepare_base_line_for_taxes_computation(
            {},
            price_unit=part.gross / units,
            quantity=units,
            special_mode="total_included",
            **values,
        )
        tax._add_tax_details_in_base_lines([base], source.company_id)
        tax._round_base_lines_tax_details([base], source.company_id)
        tax._fix_base_lines_tax_details_on_manual_tax_amounts([base], source.company_id)
        exact = {key: base[key] for key in _EXACT if base[key]}
        return tax._prepare_base_line_for_taxes_computation(
            {}, **values, **exact, **self._get_price(part, base)
        )

    def _get_units_of_gross(self, part):
        """How many units of the invoice line the money stands for: taxes that are fixed per unit
        are given back in proportion."""
        source = part.source
        if part.is_own_line and part.gross > 0 and source.price_total > 0 and source.quantity > 0:
            return source.quantity * part.gross / source.price_total
        return 1.0

    def _get_price(self, part, base):
        """Units at the price of the invoice where that is what was given back."""
        source = part.source
        if part.is_own_line and self._is_price_of(source, part.quantity, part.gross):
            return {
                "quantity": part.quantity,
                "price_unit": source.price_unit,
                "discount": source.discount,
            }
        details = base["tax_details"]
        included = sum(
            data["tax_amount_currency"]
            for data in details["taxes_data"]
            if data["tax"].price_include and not data["is_reverse_charge"]
        )
        price = details["total_excluded_currency"] + included if part.taxes else part.gross
        return {"quantity": part.quantity, "price_unit": price / part.quantity, "discount": 0.0}

    # What becomes of the credit notes -----------------------------------------------------------

    def _may_post(self, plan):
        return plan.account.booking == "post" and plan.order.currency_id.is_zero(plan.missing)

    def _finish(self, refund, plan, moves):
        """Post where the account says so and the totals match to the cent. Returns a sentence
        where a person has to look at the credit notes, else ""."""
        currency = refund.currency_id
        total = sum(moves.mapped("amount_total"))
        difference = currency.round(plan.expected - total)
        if not currency.is_zero(difference):
            return self.env._(
                "%(notes)s: %(total)s can be credited, %(given)s was given back. Correct the draft "
                "by %(difference)s and post it.",
                notes=", ".join(moves.mapped("display_name")),
                total=currency.format(total),
                given=currency.format(plan.expected),
                difference=currency.format(difference),
            )
        return self._post(moves) if self._may_post(plan) else ""

    def _post(self, moves):
        """A posting that fails leaves the drafts and its reason."""
        try:
            with self.env.cr.savepoint():
                moves.action_post()
        except UserError as problem:
            self.env.invalidate_all()
            return self.env._(
                "The credit note stays a draft, it could not be posted: %s", str(problem)
            )
        return ""


# What makes the total of a line exact, in Odoo's words.
_EXACT = ("manual_total_excluded_currency", "manual_total_excluded", "manual_tax_amounts")
