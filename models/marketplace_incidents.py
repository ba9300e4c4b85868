"""Incidents that marketplaces show on order lines become urgent cases, and end with them."""

import logging

import psycopg2

from odoo import Command, api, fields, models

from ..connectors import base, records
from .html_tools import to_safe_html
from .marketplace_inbox import QUIET

_logger = logging.getLogger(__name__)


class MarketplaceIncidents(models.AbstractModel):
    _name = "marketplace.incidents"
    _description = "Marketplace Incidents Service"

    # What orders show ---------------------------------------------------------------------------

    @api.model
    def _store(self, account, orders):
        """Open and close incident cases as these `connectors.records.Order`s show them now.

        Returns [(order, error)] of those whose incidents could not be stored; the others are.
        """
        if not orders or not account._can(base.RESOLVE_INCIDENT):
            return []
        try:
            with self.env.cr.savepoint():
                self.with_context(**QUIET)._store_all(account, orders)
        except psycopg2.OperationalError:
            raise  # a conflict with another transaction: all of it is done again
        except Exception as error:
            _logger.info("Incidents of account %s are not stored", account.id, exc_info=True)
            if len(orders) == 1:
                return [(orders[0], str(error))]
            return [failure for order in orders for failure in self._store(account, [order])]
        return []

    def _store_all(self, account, orders):
        shown = {
            (order.remote_id, line.remote_id): (order, line)
            for order in orders
            for line in order.lines
            if line.incident
        }
        known = self.env["marketplace.case"].search(
            [
                ("account_id", "=", account.id),
                ("kind", "=", records.INCIDENT),
                ("incident_state", "!=", "closed"),
                ("order_ref", "in", [order.remote_id for order in orders]),
            ]
        )
        # What an answer does not tell is not over.
        over = {
            (order.remote_id, line.remote_id)
            for order in orders
            for line in order.lines
            if line.incident_told and not line.incident
        }
        known.filtered(lambda c: (c.order_ref, c.line_ref) in over)._end_incident()
        self._find_sale_lines(known)
        seen = {(case.order_ref, case.line_ref) for case in known}
        self._open(account, [pair for key, pair in shown.items() if key not in seen])

    def _find_sale_lines(self, cases):
        """The order came after its incident: now its line is known."""
        for case in cases.filtered(lambda c: c.sale_order_id and not c.sale_line_id):
            lines = case.sale_order_id.order_line
            case.sale_line_id = lines.filtered(
                lambda line, case=case: line.marketplace_ref == case.line_ref
            )[:1]

    def _open(self, account, pairs):
        """New cases for these (order, line) pairs. A second incident on a line is a new case."""
        if not pairs:
            return
        found = self.env["marketplace.orders"]._find(account, [o.remote_id for o, _line in pairs])
        tickets = self._get_tickets(account, pairs, found)
        counts = self._count_earlier(account, [line.remote_id for _order, line in pairs])
        empty = self.env["sale.order"]
        self.env["marketplace.case"].create(
            [
                {
                    **self._case_values(account, order, line, found.get(order.remote_id) or empty),
                    "remote_id": line.incident.remote_id
                    or f"{line.remote_id}#{counts.get(line.remote_id, 0) + 1}",
                    "ticket_id": tickets[order.remote_id].id,
                }
                for order, line in pairs
            ]
        )._begin_incident()

    def _count_earlier(self, account, line_refs):
        groups = self.env["marketplace.case"]._read_group(
            [
                ("account_id", "=", account.id),
                ("kind", "=", records.INCIDENT),
                ("line_ref", "in", line_refs),
            ],
            ["line_ref"],
            ["__count"],
        )
        return dict(groups)

    def _case_values(self, account, order, line, sale_order):
        reason = self._get_reason(account, line.incident)
        sale_line = sale_order.order_line.filtered(lambda s: s.marketplace_ref == line.remote_id)
        return {
            "account_id": account.id,
            "kind": records.INCIDENT,
            "incident_state": "open",
            "subject": self._get_subject(account, order, line),
            "reason_name": reason,
            "order_ref": order.remote_id,
            "sale_order_id": sale_order.id,
            "line_ref": line.remote_id,
            "sale_line_id": sale_line[:1].id,
            "product_ref": line.sku or False,
            "product_ean": line.ean or False,
            "customer_name": order.customer_name or False,
            "remote_created_at": _seconds(line.incident.opened_at) or fields.Datetime.now(),
            "remote_updated_at": _seconds(order.updated_at),
        }

    def _get_reason(self, account, incident):
        """The label that came with it, else that of its code."""
        reason = account.reason_ids.filtered(
            lambda r: r.usage == base.FOR_INCIDENT and r.code == incident.reason_code
        )
        return incident.reason or reason[:1].name or incident.reason_code or False

    def _get_subject(self, account, order, line):
        env = account._get_responsible_env()
        reason = self._get_reason(account, line.incident)
        parts = (env._("Incident"), reason, line.name or line.sku)
        return " · ".join(part for part in parts if part)

    # Tickets ------------------------------------------------------------------------------------

    @api.model
    def _get_open_tickets(self, account, refs, with_incident=False):
        """{order number: newest ticket of it that is not closed}; `with_incident`: only tickets
        with an incident that is open."""
        domain = [
            ("account_id", "=", account.id),
            ("order_ref", "in", list(refs)),
            ("ticket_id.stage_id.closed", "=", False),
        ]
        if with_incident:
            domain += [("kind", "=", records.INCIDENT), ("incident_state", "!=", "closed")]
        cases = self.env["marketplace.case"].search(domain, order="id")
        return {case.order_ref: case.ticket_id for case in cases if case.ticket_id}

    def _get_tickets(self, account, pairs, found):
        """{order number: ticket}: one that is open already, else a new one for all its lines."""
        tickets = self._get_open_tickets(account, [order.remote_id for order, _line in pairs])
        first = {order.remote_id: (order, line) for order, line in reversed(pairs)}
        alone = {ref: pair for ref, pair in first.items() if ref not in tickets}
        empty = self.env["sale.order"]
        made = self.env["helpdesk.ticket"]._marketplace_create(
            account,
            [
                self._ticket_values(account, order, line, found.get(ref) or empty)
                for ref, (order, line) in alone.items()
            ],
        )
        return {**tickets, **dict(zip(alone, made, strict=True))}

    def _ticket_values(self, account, order, line, sale_order):
        subject = self._get_subject(account, order, line)
        partner = sale_order.partner_id
        return {
            "name": subject,
            "description": to_safe_html(subject),
            "partner_id": partner.id,
            "partner_name": partner.name or order.customer_name or False,
            "sale_order_ids": [Command.link(sale_order.id)] if sale_order else [],
            "priority": "3",
        }

    # Messages about them ------------------------------------------------------------------------

    @api.model
    def _wake(self, account, moments):
        """Somebody wrote about these orders: an incident that we called solved may not be.

        `moments`: {order number: when the first of these messages was sent}.
        """
        refs = [ref for ref in moments if ref]
        if not refs or not account._can(base.RESOLVE_INCIDENT):
            return
        solved = self.env["marketplace.case"].search(
            [
                ("account_id", "=", account.id),
                ("kind", "=", records.INCIDENT),
                ("incident_state", "=", "solved"),
                ("order_ref", "in", refs),
            ]
        )
        solved._wake_incident(moments)


def _seconds(value):
    return value.replace(microsecond=0) if value else False
