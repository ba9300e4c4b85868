"""What refunds cost, beside what was sold: by account, reason, product and month."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..connectors import records
from ..models.marketplace_refund import KINDS

# Lines that were never sold in the end.
_UNSOLD = (records.LINE_WAITING, records.LINE_REFUSED, records.LINE_CANCELLED)


class MarketplaceRefundReport(models.Model):
    """One row for each accepted refund line that the seller pays, and for each line sold.

    Amounts are in the currency of the present company, at the rate of the order. What was refused
    or cancelled before shipment is neither cost nor turnover.
    """

    _name = "marketplace.refund.report"
    _description = "Marketplace Refund Costs"
    _auto = False
    _rec_name = "order_id"
    _order = "date desc, id"

    row = fields.Selection([("refund", "Refund"), ("sale", "Sale")], readonly=True)
    date = fields.Datetime(
        readonly=True, help="Of a refund when it was accepted, of a sale when it was ordered."
    )
    account_id = fields.Many2one("marketplace.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    refund_id = fields.Many2one("marketplace.refund", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    reason_id = fields.Many2one("marketplace.reason", readonly=True)
    user_id = fields.Many2one("res.users", "Asked By", readonly=True)
    given_back = fields.Monetary(readonly=True, help="Taxes included.")
    turnover = fields.Monetary(readonly=True, help="Charged to customers, taxes included.")
    refund_share = fields.Float(
        "Share Of Turnover",
        readonly=True,
        aggregator="avg",
        help="What was given back, as a share of what was charged in the same time.",
    )
    order_share = fields.Float(
        "Orders With A Refund",
        readonly=True,
        aggregator="avg",
        help="Orders refunded in this time, for each order placed in it.",
    )
    threshold = fields.Float(
        "Marketplace's Limit",
        readonly=True,
        aggregator="min",
        help="The refund rate beyond which the marketplace takes measures, the strictest of the "
        "group; empty where none is known. We take it to count orders: marketplaces do not say.",
    )

    _depends = {
        "marketplace.account.figure": ["account_id", "key", "limit"],
        "marketplace.refund": ["account_id", "kind", "paid_by", "reason_id", "sale_order_id"],
        "marketplace.refund.line": ["accepted_amount", "accepted_at", "decision", "state"],
        "sale.order": ["company_id", "currency_rate", "date_order", "marketplace_account_id"],
        "sale.order.line": [
            "marketplace_amount",
            "marketplace_ref",
            "marketplace_shipping",
            "marketplace_state",
            "order_id",
            "product_id",
        ],
    }

    @property
    def _table_query(self):
        pieces = self._get_pieces()
        return SQL("%s UNION ALL %s", self._select_refunds(pieces), self._select_sales(pieces))

    def _select_refunds(self, pieces):
        return SQL(
            """
            SELECT line.id * 2 AS id,
                   'refund' AS row,
                   COALESCE(line.accepted_at, line.create_date) AS date,
                   refund.account_id, sale.company_id, %(currency)s AS currency_id,
                   sale.id AS order_id, sold.product_id, template.categ_id,
                   refund.id AS refund_id, refund.kind, refund.reason_id, refund.user_id,
                   line.accepted_amount * %(rate)s AS given_back, 0.0 AS turnover,
                   NULL::float AS refund_share, NULL::float AS order_share,
                   NULLIF(figure.limit, 0) / 100 AS threshold
              FROM marketplace_refund_line AS line
              JOIN marketplace_refund AS refund ON refund.id = line.refund_id
              JOIN sale_order AS sale ON sale.id = refund.sale_order_id
              JOIN %(currencies)s ON account_currency_table.company_id = sale.company_id
              LEFT JOIN sale_order_line AS sold ON sold.id = line.sale_line_id
              %(details)s
             WHERE line.state = 'accepted'
               AND line.decision = 'refund'
               AND refund.paid_by = 'seller'
            """,
            **pieces,
        )

    def _select_sales(self, pieces):
        return SQL(
            """
            SELECT sold.id * 2 + 1 AS id,
                   'sale' AS row,
                   sale.date_order AS date,
                   sale.marketplace_account_id, sale.company_id, %(currency)s AS currency_id,
                   sale.id AS order_id, sold.product_id, template.categ_id,
                   NULL::int AS refund_id, NULL AS kind, NULL::int AS reason_id,
                   NULL::int AS user_id, 0.0 AS given_back,
                   GREATEST(
                       COALESCE(sold.marketplace_amount, 0)
                       + COALESCE(sold.marketplace_shipping, 0)
                       - COALESCE(cancelled.amount, 0),
                       0
                   ) * %(rate)s AS turnover,
                   NULL::float AS refund_share, NULL::float AS order_share,
                   NULLIF(figure.limit, 0) / 100 AS threshold
              FROM sale_order_line AS sold
              JOIN sale_order AS sale ON sale.id = sold.order_id
              JOIN %(currencies)s ON account_currency_table.company_id = sale.company_id
              LEFT JOIN (
                       SELECT sale_line_id, SUM(accepted_amount) AS amount
                         FROM marketplace_refund_line
                        WHERE state = 'accepted'
                          AND decision IN ('cancel', 'refuse')
                     GROUP BY sale_line_id
                   ) AS cancelled ON cancelled.sale_line_id = sold.id
              %(details)s
             WHERE sale.marketplace_account_id IS NOT NULL
               AND sold.marketplace_ref IS NOT NULL
               AND COALESCE(sold.marketplace_state, '') NOT IN %(unsold)s
            """,
            **pieces,
            unsold=_UNSOLD,
        )

    def _get_pieces(self):
        """What both halves share: amounts in the currency of the company that is looked from."""
        return {
            "currency": self.env.company.currency_id.id,
            "currencies": self.env["res.currency"]._get_simple_currency_table(self.env.companies),
            "rate": SQL("account_currency_table.rate / COALESCE(NULLIF(sale.currency_rate, 0), 1)"),
            "details": SQL(
                """
              LEFT JOIN product_product AS product ON product.id = sold.product_id
              LEFT JOIN product_template AS template ON template.id = product.product_tmpl_id
              LEFT JOIN marketplace_account_figure AS figure
                     ON figure.account_id = sale.marketplace_account_id
                    AND figure.key = %s""",
                records.REFUND_RATE,
            ),
        }

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Shares of a group are those of its sums, not averages of its rows."""

        def column(name):
            return self._field_to_sql(self._table, name, query)

        if aggregate_spec == "refund_share:avg":
            return SQL("SUM(%s) / NULLIF(SUM(%s), 0)", column("given_back"), column("turnover"))
        if aggregate_spec == "order_share:avg":
            return SQL(
                "COUNT(DISTINCT %(order)s) FILTER (WHERE %(row)s = 'refund')::float"
                " / NULLIF(COUNT(DISTINCT %(order)s) FILTER (WHERE %(row)s = 'sale'), 0)",
                order=column("order_id"),
                row=column("row"),
            )
        return super()._read_group_select(aggregate_spec, query)

    def action_open(self):
        """The refund, or the order that was sold."""
        self.ensure_one()
        if self.refund_id:
            return {
                "type": "ir.actions.act_window",
                "res_model": "marketplace.refund",
                "res_id": self.refund_id.id,
                "view_mode": "form",
            }
        return self.order_id._action_open_from_marketplace()
