"""A shop's payment service: whether it pays back by itself is asked beforehand, once a day."""

import logging
from datetime import timedelta

from odoo import api, fields, models

from ..connectors import errors

_logger = logging.getLogger(__name__)

CHECK_EVERY = timedelta(days=1)
RETRY_AFTER = timedelta(hours=1)
CHECKED_PER_RUN = 5
PAYS_BACK = [("yes", "Pays Back"), ("no", "Cannot Pay Back")]


class MarketplaceGateway(models.Model):
    _name = "marketplace.gateway"
    _description = "Payment Service Of A Shop"
    _order = "account_id, name, id"

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    code = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    can_refund = fields.Selection(
        PAYS_BACK, "Pays Back", readonly=True, help="Empty: the shop does not tell."
    )
    checked_at = fields.Datetime("Asked On", readonly=True)

    _code_uniq = models.Constraint(
        "unique(account_id, code)", "This payment service is known already."
    )

    @api.model
    def _note(self, account, order):
        """The payment service that an order names. `order`: connectors.records.Order."""
        if order.payment_code and not self._find(account, order.payment_code):
            self.sudo().create(
                {
                    "account_id": account.id,
                    "code": order.payment_code,
                    "name": order.payment_title or order.payment_code,
                }
            )

    @api.model
    def _find(self, account, code):
        """The row of a code, or none; all of an account's are read at once."""
        return account.sudo().gateway_ids.filtered(lambda gateway: gateway.code == code)

    # Asked by the job ---------------------------------------------------------------------------

    @api.model
    def _refresh(self, account, client, run):
        """Ask the shop what its payment services can, each by way of one of its orders."""
        if not client.asks_pay_back:
            return
        for gateway in self._get_due(account):
            if run.is_over:
                return
            order = gateway._get_order()
            try:
                found = client.get_gateway(order.marketplace_ref) if order else None
            except errors.LoginError:
                raise
            except errors.ConnectorError as error:
                _logger.info("Account %s: payment service not asked: %s", account.id, error)
                run.do(gateway._put_off)
            else:
                run.do(gateway._store, found)

    def _get_due(self, account):
        limit = fields.Datetime.now() - CHECK_EVERY
        return self.sudo().search(
            [
                ("account_id", "=", account.id),
                "|",
                ("checked_at", "=", False),
                ("checked_at", "<", limit),
            ],
            order="checked_at NULLS FIRST, id",
            limit=CHECKED_PER_RUN,
        )

    def _get_order(self):
        """The newest order that was paid by it. One that nobody uses any more costs a look through
        the account's orders, once a day: no reason for an index."""
        domain = [
            ("marketplace_account_id", "=", self.account_id.id),
            ("marketplace_gateway", "=", self.code),
            ("marketplace_ref", "!=", False),
        ]
        return self.env["sale.order"].sudo().search(domain, order="id desc", limit=1)

    def _store(self, found):
        """`found`: connectors.records.Gateway, or nothing where no order is left."""
        values = {"checked_at": fields.Datetime.now()}
        if found and found.code == self.code:
            values["can_refund"] = {True: "yes", False: "no"}.get(found.can_refund, False)
            values["name"] = found.title or self.name
        self.write(values)

    def _put_off(self):
        """Asked again in an hour; what was known stays."""
        self.checked_at = fields.Datetime.now() - CHECK_EVERY + RETRY_AFTER
