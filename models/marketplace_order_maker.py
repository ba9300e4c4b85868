"""A sale order made from a marketplace's order, for accounts that want it so."""

from odoo import SUPERUSER_ID, Command, api, fields, models
from odoo.tools import email_normalize

from ..connectors import records

TINY = 1e-6  # of what floats leave over
SOLD = (records.LINE_TO_SHIP, records.LINE_SHIPPED, records.LINE_REFUNDED)


class MarketplaceOrderMaker(models.AbstractModel):
    _name = "marketplace.order.maker"
    _description = "Marketplace Order Maker Service"

    @api.model
    def _is_wanted(self, order):
        """Only orders that were sold become sale orders: paid, and not refused or cancelled."""
        return order.state in SOLD

    @api.model
    def _make(self, account, order):
        """Create and confirm a sale order.

        Raises ValueError, with a sentence for people, where a product is missing.
        """
        lines = [line for line in order.lines if not line.is_fee and line.quantity]
        if not lines:
            raise ValueError(self.env._("The order has no line that could be sold."))
        products = self._find_products(account, lines)
        partner = self._get_partner(account, order)
        sale_order = (
            self.env["sale.order"]
            .with_context(
                mail_create_nosubscribe=True, mail_create_nolog=True, tracking_disable=True
            )
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": account.company_id.id,
                    "pricelist_id": self._get_pricelist(account, order.currency).id,
                    "date_order": (order.created_at or fields.Datetime.now()).replace(
                        microsecond=0
                    ),
                    account.order_field: account._format_order_ref(order.number or order.remote_id),
                    "marketplace_account_id": account.id,
                    "marketplace_ref": order.remote_id,
                    "order_line": [
                        Command.create(self._line_values(line, products[line.sku]))
                        for line in lines
                    ],
                }
            )
        )
        self._add_shipping(account, sale_order, sum(line.shipping for line in lines))
        self._set_prices(sale_order, lines)
        self._settle_cents(account, sale_order, lines)
        sale_order.with_context(mail_notrack=True).action_confirm()
        if order.created_at:  # confirming dates an order today
            sale_order.date_order = order.created_at.replace(microsecond=0)
        self.env["marketplace.orders"]._link_cases(account, sale_order, order.remote_id)
        return sale_order

    def _find_products(self, account, lines):
        skus = {line.sku for line in lines}
        products = self.env["product.product"].search(
            [
                ("default_code", "in", list(skus)),
                ("company_id", "in", [False, account.company_id.id]),
            ]
        )
        found = {product.default_code: product for product in products}
        missing = sorted(skus - found.keys())
        if missing:
            raise ValueError(
                self.env._("No product has the internal reference %s.", ", ".join(missing))
            )
        return found

    def _get_pricelist(self, account, currency_code):
        """A price list in the order's currency; none where it is the company's own."""
        Pricelist = self.env["product.pricelist"]
        if account.company_id.currency_id.name == currency_code:
            return Pricelist
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", currency_code)])
        )
        if not currency:
            raise ValueError(self.env._("The currency %s is not known.", currency_code))
        currency.active = True
        known = Pricelist.search(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", [False, account.company_id.id]),
            ],
            limit=1,
        )
        return known or Pricelist.create(
            {
                "name": self.env._("Marketplaces (%s)", currency_code),
                "currency_id": currency.id,
                "company_id": account.company_id.id,
            }
        )

    def _get_partner(self, account, order):
        """The customer: known by name and address, and by the e-mail address where it is told."""
        address = order.delivery
        email = email_normalize(order.customer_email)
        name = order.customer_name or address.name or self.env._("Customer of %s", account.name)
        country = self.env["res.country"].search([("code", "=", address.country_code or "FR")])
        values = {
            "name": name,
            "street": address.street or False,
            "street2": address.street2 or False,
            "zip": address.zip or False,
            "city": address.city or False,
            "country_id": country[:1].id,
            "phone": address.phone or False,
            "email": email and order.customer_email,
        }
        same = [(key, "=", values[key]) for key in ("name", "street", "zip", "city")]
        same.append(("company_id", "in", [False, account.company_id.id]))
        Partner = self.env["res.partner"]
        if email:
            known = Partner.search([*same, ("email_normalized", "=", email)], limit=1)
            known = known or Partner.search([*same, *self._only_of(account)], limit=1)
        else:
            known = Partner.search(same, limit=1)
        if not known:
            return known.create({**values, "company_id": account.company_id.id})
        if email and not known.email:
            known.email = order.customer_email
        return known

    def _only_of(self, account):
        """The domain of contacts without an address that were made for orders of this account and
        have no other: others belong to people, or to marketplaces whose customers are not to be
        mailed."""
        return [
            ("email", "=", False),
            ("create_uid", "=", SUPERUSER_ID),
            ("sale_order_ids", "any", [("marketplace_account_id", "=", account.id)]),
            ("sale_order_ids", "not any", [("marketplace_account_id", "!=", account.id)]),
        ]

    def _line_values(self, line, product):
        return {
            "product_id": product.id,
            "name": line.name or product.display_name,
            "product_uom_qty": line.quantity,
            "marketplace_ref": line.remote_id,
        }

    def _add_shipping(self, account, sale_order, amount):
        if not amount:
            return
        product = account.shipping_product_id
        if not product:
            raise ValueError(
                self.env._("Choose a shipping product on the account “%s”.", account.name)
            )
        sale_order.order_line = [
            Command.create({"product_id": product.id, "price_unit": float(amount)})
        ]
        line = sale_order.order_line[-1]
        line.price_unit = self._get_unit_price(line, float(amount))

    def _set_prices(self, sale_order, lines):
        """Prices as charged; taxes are taken out where the product's taxes are added on top."""
        by_ref = {line.remote_id: line for line in lines}
        for sale_line in sale_order.order_line:
            line = by_ref.get(sale_line.marketplace_ref)
            if line:
                sale_line.price_unit = self._get_unit_price(
                    sale_line, float(line.amount), line.quantity
                )

    def _get_unit_price(self, sale_line, gross, quantity=1):
        """The price of one unit of which `quantity` cost `gross`, taxes included."""
        taxes = sale_line.tax_ids
        if taxes and not all(tax.price_include for tax in taxes):
            details = taxes._get_tax_details(
                gross / quantity, quantity, special_mode="total_included"
            )
            # Taxes within the price stay there, those on top are taken out.
            gross = details["total_excluded"] + sum(
                data["tax_amount"]
                for data in details["taxes_data"]
                if data["tax"].price_include and not data["is_reverse_charge"]
            )
        return gross / quantity

    def _settle_cents(self, account, sale_order, lines):
        charged = float(sum(line.amount + line.shipping for line in lines))
        self._settle_total(account, sale_order, charged)

    @api.model
    def _settle_total(self, account, sale_order, charged):
        """With taxes on top some totals cannot be met: no net amount yields them. The cents that
        are missing get a line of their own, so that what is invoiced is what was charged."""
        currency = sale_order.currency_id
        difference = currency.round(charged - sale_order.amount_total)
        # Of each line, and of each of its taxes.
        count = sum(1 + len(line.tax_ids) for line in sale_order.order_line)
        cents = currency.rounding * count
        product = account.shipping_product_id
        if not product or currency.is_zero(difference) or abs(difference) > cents + TINY:
            return
        known = sale_order.order_line.filtered(
            lambda line: (
                line.product_id == product
                and not line.marketplace_ref
                and not line.tax_ids
                and abs(line.price_unit) <= cents + TINY
            )
        )[:1]
        if known:
            known.write({"price_unit": known.price_unit + difference, "product_uom_qty": 1})
            return
        sale_order.order_line = [
            Command.create(
                {
                    "product_id": product.id,
                    "name": account._get_responsible_env()._("Rounding of taxes"),
                    "price_unit": difference,
                    "tax_ids": [Command.clear()],
                }
            )
        ]
