"""Marketplace orders meet sale orders: found, linked, brought up to date, or created."""

import logging

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize

from ..connectors import records

_logger = logging.getLogger(__name__)

REFRESH_BATCH = 50


class MarketplaceOrders(models.AbstractModel):
    _name = "marketplace.orders"
    _description = "Marketplace Orders Service"

    # Finding ------------------------------------------------------------------------------------

    @api.model
    def _find(self, account, refs):
        """{marketplace number: sale order} of those that exist in the account's company.

        An order found by the account's order field is linked for good.
        """
        found = self._look_up(account, refs)
        for ref, order in found.items():
            if not order.marketplace_ref:
                self._try_link(account, order, ref)
        return found

    def _try_link(self, account, order, ref):
        """An order that other modules keep from being written keeps no case from coming in."""
        try:
            with self.env.cr.savepoint():
                self._link(account, order, ref)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.info("Order %s of account %s is not linked", ref, account.id, exc_info=True)

    def _look_up(self, account, refs):
        """The same, with nothing written."""
        refs = [ref for ref in refs if ref]
        if not refs:
            return {}
        Order = self.env["sale.order"].sudo()
        linked = Order.search_fetch(
            [("marketplace_account_id", "=", account.id), ("marketplace_ref", "in", refs)],
            ["marketplace_ref", "partner_id", "company_id"],
        )
        found = {order.marketplace_ref: order for order in linked}
        if not account.has_own_numbers:  # else no order of ours is known by this number
            names = {account._format_order_ref(ref): ref for ref in refs if ref not in found}
            found |= self._look_up_names(account, names)
        return found

    def _look_up_orders(self, account, orders):
        """{marketplace number: sale order} of these records.Orders: linked ones, and those that
        bear the number that the customer knows."""
        named = {o.number: o.remote_id for o in orders if o.number and o.number != o.remote_id}
        if named and not account.has_own_numbers:
            account.has_own_numbers = True
        found = self._look_up(account, [order.remote_id for order in orders])
        names = {
            account._format_order_ref(number): ref
            for number, ref in named.items()
            if ref not in found
        }
        return found | self._look_up_names(account, names)

    def _look_up_names(self, account, wanted):
        """`wanted`: {what our order says: the marketplace's number}."""
        Order, found = self.env["sale.order"].sudo(), {}
        if wanted:
            candidates = Order.search(
                [
                    ("company_id", "=", account.company_id.id),
                    ("marketplace_ref", "=", False),
                    (account.order_field, "in", list(wanted)),
                ],
                order="id desc",
            )
            for order in candidates:
                ref = wanted[order[account.order_field]]
                found.setdefault(ref, order)
        return found

    def _link(self, account, order, ref):
        order.write(
            {
                "marketplace_account_id": account.id,
                "marketplace_ref": ref,
                "marketplace_refresh": True,
            }
        )
        self._link_cases(account, order, ref)

    @api.model
    def _link_cases(self, account, order, ref):
        """Cases that came before their order are about it."""
        waiting = self._get_waiting_cases(account, [ref])
        if waiting:
            waiting._link_order(order)

    def _get_waiting_cases(self, accounts, refs):
        return (
            self.env["marketplace.case"]
            .sudo()
            .search(
                [
                    ("account_id", "in", accounts.ids),
                    ("sale_order_id", "=", False),
                    ("order_ref", "in", list(refs)),
                ]
            )
        )

    @api.model
    def _link_waiting_cases(self, accounts, orders):
        """Sale orders appeared or changed their number: cases that wait for them are linked."""
        by_ref = {}
        for account in accounts.filtered(lambda a: not a.has_own_numbers):
            for order in orders.filtered(lambda o, a=account: o.company_id == a.company_id):
                ref = self._parse_order_ref(account, order[account.order_field])
                if ref:
                    by_ref[account, ref] = order
        if not by_ref:
            return
        cases = self._get_waiting_cases(accounts, {ref for _account, ref in by_ref})
        for (account, ref), waiting in cases.grouped(lambda c: (c.account_id, c.order_ref)).items():
            order = by_ref.get((account, ref))
            if not order:
                continue
            holder = self._look_up(account, [ref]).get(ref)
            if holder and holder.marketplace_ref:  # another order is this one of the marketplace
                waiting._link_order(holder)
            else:
                self._link(account, order, ref)
            account._trigger_job()

    def _parse_order_ref(self, account, value):
        prefix, suffix = account.order_prefix or "", account.order_suffix or ""
        if not value or not value.startswith(prefix) or not value.endswith(suffix):
            return None
        return value[len(prefix) : len(value) - len(suffix)]

    # Storing ------------------------------------------------------------------------------------

    @api.model
    def _store(self, account, orders):
        """Bring sale orders up to date. `orders`: connectors.records.Order.

        Returns [(order, error)] of those that could not be stored.
        """
        found = self._look_up_orders(account, orders)
        return self._store_each(account, self._pick_changed(account, orders, found), found)

    def _pick_changed(self, account, orders, found):
        """The orders that storing would change something for: what is read again and again costs
        a few queries for a page, however many orders are on it."""
        known = self.env["sale.order"].concat(*found.values())
        self._prefetch(known)
        return [
            order
            for order in orders
            if self._has_news(account, order, found.get(order.remote_id) or known.browse())
        ]

    def _prefetch(self, sale_orders):
        """What comparing reads, for all of them at once."""
        loose = sale_orders.order_line.filtered(lambda line: not line.marketplace_ref)
        loose.product_id.fetch(["default_code", "barcode"])

    def _has_news(self, account, order, sale_order):
        if not sale_order:
            maker = self.env["marketplace.order.maker"]
            return account.order_policy == "create" and maker._is_wanted(order)
        if not sale_order.marketplace_ref:
            return True
        try:
            order = self.env["marketplace.refund.import"]._keep_parts(sale_order, order)
            changed, lines = self._get_changes(sale_order, order)
        except psycopg2.Error:
            raise
        except Exception:
            _logger.debug("Order %s cannot be compared", order.remote_id, exc_info=True)
            return True  # storing it says what is wrong with it
        return bool(changed or lines or self._has_new_refunds(sale_order, order))

    def _has_new_refunds(self, sale_order, order):
        """Whether the marketplace tells money given back, or paid out, that is not known here."""
        told = {
            key: refund.is_paid
            for key, refund in self.env["marketplace.refund.import"]
            ._get_told(sale_order, order)
            .items()
        }
        lines = sale_order.marketplace_refund_ids.line_ids if told else ()
        known = {
            (line.decision in ("cancel", "refuse"), line.remote_id): line.paid_at
            or line.state != "accepted"
            for line in lines
        }
        return any(key not in known or (paid and not known[key]) for key, paid in told.items())

    def _store_each(self, account, orders, found):
        """One order that cannot be stored takes no other one with it."""
        failed = []
        for order in orders:
            try:
                with self.env.cr.savepoint():
                    self._store_one(account, order, found.get(order.remote_id))
            except psycopg2.OperationalError:
                raise  # a conflict with another transaction: all of it is done again
            except Exception as error:
                _logger.info(
                    "Order %s of account %s set aside", order.remote_id, account.id, exc_info=True
                )
                failed.append((order, str(error)))
        return failed

    def _store_one(self, account, order, sale_order):
        if not sale_order and account.order_policy == "create":
            sale_order = self._make_wanted(account, order)
        if not sale_order:
            return
        if not sale_order.marketplace_ref:
            self._link(account, sale_order, order.remote_id)
        self._update(account, sale_order, order)

    def _make_wanted(self, account, order):
        maker = self.env["marketplace.order.maker"]
        return maker._is_wanted(order) and maker._make(account, order)

    def _update(self, account, sale_order, order):
        """Write what changed of the marketplace's picture onto a sale order."""
        order = self.env["marketplace.refund.import"]._keep_parts(sale_order, order)
        is_first = not sale_order.marketplace_state
        told_before = sale_order.marketplace_gestures
        changed, lines = self._get_changes(sale_order, order)
        for sale_line, values in lines.items():
            sale_line.with_context(mail_notrack=True).write(values)
        if changed:
            sale_order.with_context(mail_notrack=True).write(changed)
        if "marketplace_gateway" in changed:
            self.env["marketplace.gateway"]._note(account, order)
        if "marketplace_gestures" in changed:
            self.env["marketplace.refund"]._follow_told(sale_order, told_before)
        self.env["marketplace.refund.import"]._store(account, sale_order, order, is_first)

    def _get_changes(self, sale_order, order):
        """(values to write on the order, {sale line: values to write}): what is not so yet."""
        values = self._order_values(sale_order, order)
        changed = _pick_changed_values(sale_order, values)
        lines, unmatched = self._get_line_changes(sale_order, order)
        warning = self._get_warning(sale_order, order, unmatched)
        if (sale_order.marketplace_warning or False) != warning:
            changed["marketplace_warning"] = warning
        if order.contact_address and order.contact_address != (
            sale_order.marketplace_contact_address or ""
        ):
            changed["marketplace_contact_address"] = order.contact_address
            changed["marketplace_contact_date"] = fields.Datetime.now()
        return changed, lines

    def _get_warning(self, sale_order, order, unmatched):
        """What does not fit between the two orders, in a sentence; False where all does."""
        if sale_order.currency_id.name != order.currency:
            return self._get_currency_warning(sale_order, order)
        if unmatched:
            return self.env._(
                "Lines of the marketplace that this order does not have: %s", unmatched
            )
        if order.difference:
            return self._get_total_warning(sale_order, order)
        return False

    def _get_total_warning(self, sale_order, order):
        money = sale_order.currency_id.format
        return self.env._(
            "The marketplace's total is %(total)s, its lines make %(lines)s: a gift card there may "
            "be why. Compare this order with that one before it is invoiced. No more than the "
            "total can be given back.",
            total=money(float(order.charged)),
            lines=money(float(order.charged - order.difference)),
        )

    def _get_currency_warning(self, sale_order, order):
        values = {"theirs": order.currency, "ours": sale_order.currency_id.name}
        if order.refunds:
            return self.env._(
                "The marketplace charges in %(theirs)s, this order is in %(ours)s: nothing can be "
                "refunded from here, and what was given back there is not shown here. Look at it "
                "in the back office.",
                **values,
            )
        return self.env._(
            "The marketplace charges in %(theirs)s, this order is in %(ours)s: "
            "nothing can be refunded from here.",
            **values,
        )

    def _order_values(self, sale_order, order):
        lines = [line for line in order.lines if not line.is_fee]
        gestures = sum(
            refund.amount
            for refund in order.refunds
            if refund.by_seller and refund.kind == records.GIVEN_GESTURE
        )
        return {
            "marketplace_state": order.state,
            "marketplace_remote_state": order.remote_state or False,
            "marketplace_currency": order.currency,
            "marketplace_charged": float(
                sum(line.amount + line.shipping for line in lines) + order.difference
            ),
            # What was accepted may show late: never less than known already.
            "marketplace_gestures": max(
                float(max(gestures, order.given_back)), sale_order.marketplace_gestures
            ),
            "marketplace_has_claim": order.has_claim,
            "marketplace_has_incident": self._has_incident(sale_order, order),
            "marketplace_shipped_at": self._get_shipped_at(sale_order, order),
            "marketplace_ship_before": _seconds(order.ship_before),
            "marketplace_by_marketplace": order.fulfilled_by_marketplace,
            "marketplace_by_guest": order.by_guest,
            "marketplace_customer_email": email_normalize(order.customer_email)
            and order.customer_email,
            "marketplace_refresh": False,
            "marketplace_gateway": order.payment_code or False,
            "marketplace_gateway_name": order.payment_title or False,
        }

    def _has_incident(self, sale_order, order):
        """An answer that does not say so ends no incident that is known."""
        if any(line.incident for line in order.lines):
            return True
        return sale_order.marketplace_has_incident and not order.tells_incidents

    def _get_shipped_at(self, sale_order, order):
        """The date of shipment; where the marketplace gives none, the last change of the order
        when it was first seen shipped: it was not shipped later than that."""
        if order.shipped_at:
            return _seconds(order.shipped_at)
        if sale_order.marketplace_shipped_at or order.state not in _SHIPPED:
            return sale_order.marketplace_shipped_at
        return _seconds(order.updated_at)

    def _get_line_changes(self, sale_order, order):
        """Match by line reference, then by SKU or EAN; returns ({sale line: values to write}, the
        SKUs without a line)."""
        free = sale_order.order_line.filtered(lambda line: not line.display_type)
        changes, unmatched = {}, []
        for line in order.lines:
            if line.is_fee:
                continue
            sale_line = self._match_line(free, line)
            free -= sale_line
            if not sale_line:
                unmatched.append(line.sku or line.remote_id)
                continue
            values = self._line_values(line)
            if not (line.incident or line.incident_told):
                del values["marketplace_incident"]
            changed = _pick_changed_values(sale_line, values)
            if changed:
                changes[sale_line] = changed
        return changes, ", ".join(unmatched)

    def _match_line(self, sale_lines, line):
        for matches in (
            lambda s: s.marketplace_ref == line.remote_id,
            lambda s: not s.marketplace_ref and s.product_id.default_code == line.sku,
            lambda s: not s.marketplace_ref and line.ean and s.product_id.barcode == line.ean,
        ):
            found = sale_lines.filtered(matches)[:1]
            if found:
                return found
        return sale_lines.browse()

    def _line_values(self, line):
        return {
            "marketplace_ref": line.remote_id,
            "marketplace_state": line.state,
            "marketplace_remote_state": line.remote_state or False,
            "marketplace_ean": line.ean or False,
            "marketplace_condition": line.condition or False,
            "marketplace_quantity": line.quantity,
            "marketplace_amount": float(line.amount),
            "marketplace_shipping": float(line.shipping),
            "marketplace_seen_refunded": float(line.refunded + line.refunded_shipping),
            "marketplace_seen_refunded_shipping": float(line.refunded_shipping),
            "marketplace_give_back": line.give_back or False,
            "marketplace_line_shipped_at": _seconds(line.shipped_at),
            "marketplace_incident": _incident_text(line),
        }

    # Reading again ------------------------------------------------------------------------------

    @api.model
    def _get_wanted(self, account):
        """Orders that somebody asked to read again."""
        return (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("marketplace_account_id", "=", account.id),
                    ("marketplace_refresh", "=", True),
                ],
                limit=REFRESH_BATCH,
            )
        )

    @api.model
    def _store_wanted(self, account, wanted, orders, broken=()):
        """Bring them up to date. One unknown at the marketplace is not asked for again, and one
        that cannot be stored, or read (`broken`), is set aside."""
        by_ref = {order.marketplace_ref: order for order in wanted}
        known = [order for order in orders if order.remote_id in by_ref]
        failed = self._store_each(account, known, by_ref)
        failed += self.env["marketplace.incidents"]._store(account, known)
        stream = account.with_context(active_test=False).stream_ids
        self.env["marketplace.dead.letter"].sudo()._set_aside(
            account,
            stream.filtered(lambda s: s.records == "order")[:1],
            [
                *broken,
                *(records.Broken(order.remote_id, error, repr(order)) for order, error in failed),
            ],
        )
        self._forget_wanted(wanted)

    def _forget_wanted(self, wanted):
        """Not over `write`: an order that other modules keep from being written would be asked
        for for ever."""
        wanted.flush_recordset(["marketplace_refresh"])
        self.env.execute_query(
            SQL(
                "UPDATE sale_order SET marketplace_refresh = FALSE WHERE id = ANY(%s) RETURNING id",
                wanted.ids,
            )
        )
        wanted.invalidate_recordset(["marketplace_refresh"], flush=False)

    # Claims without cases -----------------------------------------------------------------------

    @api.model
    def _flagged_without_case(self, account, orders):
        """The numbers of orders flagged with a claim that no claim of ours is about."""
        refs = {
            order.remote_id
            for order in orders
            if order.has_claim or any(line.has_claim for line in order.lines)
        }
        if not refs:
            return []
        known = self.env.execute_query(
            SQL(
                "SELECT DISTINCT order_ref FROM marketplace_case"
                " WHERE account_id = %s AND order_ref = ANY(%s)"
                " AND kind = %s AND remote_id IS NOT NULL",
                account.id,
                list(refs),
                records.CLAIM,
            )
        )
        return sorted(refs - {ref for (ref,) in known})

    @api.model
    def _to_broken(self, refs):
        """Flagged orders as records to set aside."""
        message = self.env._("This order is flagged with a claim, but no discussion about it came.")
        return [records.Broken(ref, message, "") for ref in refs]


def _pick_changed_values(record, values):
    """The values that a record does not have yet; amounts as they would be rounded."""

    def stored(field, value):
        return field.convert_to_record(field.convert_to_cache(value, record), record)

    return {
        name: value
        for name, value in values.items()
        if record[name] != stored(record._fields[name], value)
    }


def _incident_text(line):
    """Why the marketplace holds this line; False where it does not."""
    incident = line.incident
    return (incident.reason or incident.reason_code or "?") if incident else False


_SHIPPED = (records.LINE_SHIPPED, records.LINE_REFUNDED)


def _seconds(value):
    return value.replace(microsecond=0) if value else False
