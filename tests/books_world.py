"""Random shops, orders, invoices and refunds for property tests, without a marketplace."""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase

from ..connectors import records
from ..models import job_run

# Percentages and fixed sums of the taxes on one product, each included in the price or on top.
TAXES = (
    (),
    ((20, True),),
    ((20, False),),
    ((5.5, True),),
    ((5.5, False),),
    ((10, True),),
    ((10, False),),
    (("eco", True), (20, True)),
    (("eco", False), (20, False)),
    ((20, False), (5.5, False)),
    ((10, True), (5.5, True)),
    ((20, True), (5.5, False)),
)
ECO = 0.13
POLICIES = ("order", "delivery")
CANCEL, REFUND = records.BY_CANCELLATION, records.BY_REFUND


@dataclass(frozen=True)
class Line:
    """One line at the marketplace; `price` of a unit, `odd` and `shipping` in cents."""

    taxes: int = 0
    policy: int = 0
    quantity: int = 1
    price: int = 1000
    odd: int = 0
    shipping: int = 0

    @property
    def goods(self):
        """Cents, at least what a fixed tax makes out; a total need not be a multiple."""
        is_fixed = any(amount == "eco" for amount, _included in TAXES[self.taxes])
        price = max(self.price, 100 if is_fixed else 1)
        return price * self.quantity + self.odd % self.quantity


@dataclass(frozen=True)
class Shop:
    """How an account books, and its company rounds."""

    post: bool = True
    by_document: bool = False
    adjusts: bool = False
    shipping_taxes: int = 1
    gesture_taxes: int = 1


@dataclass(frozen=True)
class Step:
    """Something that happens; what the numbers mean depends on `kind`."""

    kind: str
    line: int = 0
    share: int = 1000  # of a thousand
    units: int = 1
    returned: bool = False
    refused: bool = False
    elsewhere: bool = False
    book: bool = True


@dataclass
class Desk:
    """A company with its account and its products."""

    company: object
    account: object
    products: dict
    shipping: list
    gestures: list
    adjustment: object


class BooksWorld(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.env.user.lang = "en_US"
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.env.company.currency_id = cls.euro
        cls.env["product.pricelist"].search([("currency_id", "!=", cls.euro.id)]).active = False
        cls.partner = cls.env["res.partner"].create({"name": "Customer"})
        cls.number = 0

    # The world ----------------------------------------------------------------------------------

    @classmethod
    def _make_desk(cls, company):
        """A company's account, and a product for each set of taxes and each policy."""
        env = cls.env(context={**cls.env.context, "allowed_company_ids": company.ids})
        known = {}

        def taxes(index):
            return [Command.set([_make_tax(env, known, *tax).id for tax in TAXES[index]])]

        def product(name, index, policy="order", code=False):
            return env["product.product"].create(
                {
                    "name": name,
                    "type": "service",
                    "default_code": code,
                    "invoice_policy": policy,
                    "company_id": company.id,
                    "taxes_id": taxes(index),
                }
            )

        products = {
            (index, policy): product(
                f"Product {index}", index, policy, f"C{company.id}-{index}-{policy}"
            )
            for index in range(len(TAXES))
            for policy in POLICIES
        }
        team = env["helpdesk.ticket.team"].create({"name": "Care", "company_id": company.id})
        account = env["marketplace.account"].create(
            {
                "name": f"Account of {company.name}",
                "provider": "mirakl",
                "company_id": company.id,
                "team_id": team.id,
                "user_id": cls.env.ref("base.user_admin").id,
                "password_input": "secret",
                "order_policy": "create",
            }
        )
        count = range(len(TAXES))
        return Desk(
            company,
            account,
            products,
            [product("Shipping", index) for index in count],
            [product("Gesture", index) for index in count],
            product("Difference", 0),
        )

    @contextmanager
    def example(self):
        """What happens in the block is forgotten after it."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            self.env.cr.precommit.clear()
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def open_shop(self, desk, shop):
        self.came_back = defaultdict(float)
        desk.company.tax_calculation_rounding_method = (
            "round_globally" if shop.by_document else "round_per_line"
        )
        desk.account.write(
            {
                "booking": "post" if shop.post else "draft",
                "shipping_product_id": desk.shipping[shop.shipping_taxes].id,
                "gesture_product_id": desk.gestures[shop.gesture_taxes].id,
                "adjustment_product_id": desk.adjustment.id if shop.adjusts else False,
            }
        )

    def make_order(self, desk, lines, shipped=True, currency=None):
        """The sale order of an order at the marketplace, as the job makes it."""
        type(self).number += 1
        state = records.LINE_SHIPPED if shipped else records.LINE_TO_SHIP
        told = tuple(
            records.OrderLine(
                remote_id=f"{self.number}-{index}",
                sku=desk.products[line.taxes, POLICIES[line.policy]].default_code,
                name=f"Line {index}",
                quantity=line.quantity,
                amount=Decimal(line.goods) / 100,
                shipping=Decimal(line.shipping) / 100,
                state=state,
                give_back=REFUND if shipped else CANCEL,
            )
            for index, line in enumerate(lines)
        )
        remote = records.Order(
            remote_id=f"T{self.number}",
            state=state,
            currency=currency or desk.company.currency_id.name,
            customer_name="Customer",
            created_at=datetime(2026, 10, 30, 12),
            lines=told,
        )
        account = desk.account.with_context(allowed_company_ids=desk.company.ids)
        order = account.env["marketplace.order.maker"]._make(account, remote)
        account.env["marketplace.orders"]._update(account, order, remote)
        if shipped:
            self.deliver(order)
        return order

    def goods(self, order):
        return order.order_line.filtered("marketplace_ref")

    def deliver(self, order):
        for line in self.goods(order).filtered(
            lambda line: line.marketplace_state == records.LINE_SHIPPED
        ):
            cancelled = line.marketplace_refund_line_ids.filtered(
                lambda row: row.state == "accepted" and row.decision == "cancel"
            )
            units = line.marketplace_quantity - sum(cancelled.mapped("quantity"))
            line.qty_delivered = units - self.came_back[line]

    def take_back(self, order):
        """What is returned arrives, where its credit note is there."""
        for line in self.goods(order).filtered("qty_delivered"):
            units = sum(self.get_returned(line).mapped("quantity"))
            line.qty_delivered -= units - self.came_back[line]
            self.came_back[line] = units

    def get_returned(self, line):
        """Refund lines whose goods come back, and that are in the books."""
        return line.marketplace_refund_line_ids.filtered(
            lambda row: (
                row.state == "accepted"
                and row.returned
                and row.refund_id.booking_state in ("draft", "posted")
                and not row.refund_id.booking_message
            )
        )

    def ship(self, order):
        """What is not cancelled leaves."""
        for line in self.goods(order).filtered(lambda line: line.marketplace_give_back == CANCEL):
            line.write({"marketplace_state": records.LINE_SHIPPED, "marketplace_give_back": REFUND})
        self.deliver(order)

    # Invoices

    def invoice(self, order, share=1000, post=True):
        """Invoice what is to invoice, or a share of its units; empty where there is nothing."""
        try:
            move = order._create_invoices()
        except UserError:
            return order.env["account.move"]
        if share < 1000:
            for line in move.invoice_line_ids:
                units = line.quantity * share // 1000
                if units:
                    line.quantity = units
                else:
                    line.unlink()
        if not move.invoice_line_ids:
            move.unlink()
            return move.exists()
        move.invoice_date = "2026-11-01"
        if post:
            move.action_post()
        return move

    def post_drafts(self, order, kind="out_invoice"):
        moves = order.invoice_ids | order.env["account.move"].search(
            [("marketplace_refund_id.sale_order_id", "=", order.id)]
        )
        drafts = moves.filtered(lambda m: m.state == "draft" and m.move_type == kind)
        for move in drafts:
            if move.invoice_line_ids:
                move.invoice_date = move.invoice_date or "2026-11-01"
                move.action_post()

    # Refunds

    def give(self, order, step):
        """A refund that the marketplace has decided about; empty where nothing is left."""
        Refund = order.env["marketplace.refund"]
        order.invalidate_recordset()
        values = self._get_gesture(order, step) if step.kind == "gesture" else []
        for line in self._pick(order, step):
            values += self._get_values(line, step)
        asked = sum(value["amount"] for value in values)
        # Gestures leave less of the order than of its lines.
        if not values or order.currency_id.compare_amounts(asked, order.marketplace_left) > 0:
            return Refund
        if step.elsewhere and values[0].get("sale_line_id"):
            return self._give_elsewhere(order, values[:1])
        refund = Refund.create(
            {
                "account_id": order.marketplace_account_id.id,
                "sale_order_id": order.id,
                "kind": step.kind,
                "currency_id": order.currency_id.id,
                "line_ids": [Command.create({**value, "state": "asked"}) for value in values],
            }
        )
        refund._check_left()
        # One of several lines may be turned down alone.
        turned_down = refund.line_ids[: max(len(refund.line_ids) - 1, 1)] if step.refused else ()
        for line in refund.line_ids:
            line.state = "refused" if line in turned_down else "accepted"
        refund.state = refund._state_from_lines()
        refund._note_accepted()
        self._close_lines(order)
        return refund

    def _give_elsewhere(self, order, values):
        imports = order.env["marketplace.refund.import"]
        for value in values:
            type(self).number += 1
            cancels = value["decision"] == "cancel"
            imports._import(
                order.marketplace_account_id,
                order,
                records.OrderRefund(
                    amount=Decimal(str(round(value["amount"], 2))),
                    shipping=Decimal(str(round(value["shipping_amount"], 2))),
                    quantity=value["quantity"],
                    kind=records.GIVEN_CANCELLATION if cancels else records.GIVEN_REFUND,
                    line_remote_id=value["item"],
                    remote_id=str(self.number),
                    created_at=fields.Datetime.now(),
                ),
            )
        self._close_lines(order)
        return order.env["marketplace.refund"].search([], order="id desc", limit=1)

    def _close_lines(self, order):
        """Lines that are cancelled to the last unit."""
        order.order_line.invalidate_recordset()
        for line in self.goods(order):
            if line.marketplace_give_back == CANCEL and not line.marketplace_units_left:
                line.write(
                    {"marketplace_state": records.LINE_CANCELLED, "marketplace_give_back": False}
                )

    def _pick(self, order, step):
        lines = self.goods(order).filtered("marketplace_give_back")
        if step.kind == "gesture" or not lines:
            return lines.browse()
        if step.kind == "order":
            return lines
        if step.kind == "lines":
            return lines.filtered(lambda line: (step.line >> lines.ids.index(line.id)) & 1)
        line = lines[step.line % len(lines)]
        if step.kind in ("amount", "shipping") and line.marketplace_give_back == CANCEL:
            return lines.browse()
        return line

    def _get_gesture(self, order, step):
        amount = order.currency_id.round(order.marketplace_left * step.share / 1000)
        if order.currency_id.compare_amounts(amount, 0) <= 0:
            return []
        return [{"item": "gesture", "name": "Gesture", "amount": amount}]

    def _get_values(self, line, step):
        """As the dialog writes them."""
        cancels = line.marketplace_give_back == CANCEL
        goods, shipping, units = self._get_parts(line, step)
        if line.currency_id.compare_amounts(goods + shipping, 0) <= 0:
            return []
        return [
            {
                "sale_line_id": line.id,
                "item": line.marketplace_ref,
                "name": line.name,
                "decision": "cancel" if cancels else "refund",
                "quantity": units,
                "amount": goods + shipping,
                "shipping_amount": shipping,
                "returned": step.returned and units > 0 and not cancels,
            }
        ]

    def _get_parts(self, line, step):
        """(goods, shipping charges, units)"""
        currency = line.currency_id
        goods, shipping = line.marketplace_left_goods, line.marketplace_left_shipping
        units = line.marketplace_units_left
        if step.kind == "units":
            units = min(step.units, units)
            return line._get_marketplace_units_amount(units), 0, units
        if step.kind == "amount":
            return currency.round(goods * step.share / 1000), 0, 0
        if step.kind == "shipping":
            return 0, currency.round(shipping * step.share / 1000), 0
        return goods, shipping, units

    # Booking

    def book(self):
        """The job that books, without its commits."""
        progress = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_values: float("inf")
        )
        once = patch.object(job_run, "retrying", lambda function, _env: function())
        with progress, once:
            self.env["marketplace.refund"]._cron_book()

    def notes(self, order):
        """Live credit notes of an order's refunds."""
        return order.env["account.move"].search(
            [
                ("marketplace_refund_id.sale_order_id", "=", order.id),
                ("state", "!=", "cancel"),
            ],
            order="id",
        )


def _make_tax(env, known, amount, included):
    """One tax of each kind in a company."""
    key = amount, included
    if key not in known:
        values = {"amount": amount}
        if amount == "eco":
            values = {"amount": ECO, "amount_type": "fixed", "include_base_amount": True}
        known[key] = env["account.tax"].create(
            {
                "name": f"{amount} {'included' if included else 'on top'}",
                "type_tax_use": "sale",
                "price_include_override": "tax_included" if included else "tax_excluded",
                "sequence": 1 if amount == "eco" else 2,
                "company_id": env.company.id,
                **values,
            }
        )
    return known[key]
