"""What tests of refunds at Mirakl share: the dialog filled in, and what became of it there."""

from .mirakl_case import MiraklCase


class MiraklRefundCase(MiraklCase):
    def open_dialog(self, order, kind="lines", code="17", user=None, lines=None, **values):
        """The dialog as a person fills it in.

        `lines`: {SKU: {field: value}}, or SKUs that are ticked; `code`: of the reason.
        """
        dialog = self.open_refund(order, user, kind=kind, **values)
        self.fill(dialog, lines or {})
        if code:
            usage = dialog.reason_usage
            dialog.reason_id = self.get_reason(usage, code)
        return dialog

    def fill(self, dialog, lines):
        if not isinstance(lines, dict):
            lines = {sku: {"selected": True} for sku in lines}
        for sku, values in lines.items():
            self.get_line(dialog, sku).write(values)

    def get_line(self, dialog, sku):
        """A line of the dialog."""
        return dialog.line_ids.filtered(lambda line: line.sku == sku)

    def ask(self, order, kind="lines", **values):
        """Ask for a refund over the dialog; returns it."""
        return self.confirm(self.open_dialog(order, kind, **values))

    def ask_amount(self, order, amount, sku="REF-1", **values):
        return self.ask(order, "amount", lines={sku: {"goods": amount}}, **values)

    def get_given(self, order, kind="refunds"):
        """[(SKU, goods, shipping, quantity)] given back at the operator, the oldest first."""
        remote = self.seller.get_order(order.marketplace_ref)
        given = [(item, line["sku"]) for line in remote["lines"] for item in line[kind]]
        given.sort(key=lambda pair: int(pair[0]["id"]))
        return [
            (sku, float(item["amount"]), float(item["shipping_amount"]), item["quantity"])
            for item, sku in given
        ]

    def line_of(self, order, sku):
        return order.order_line.filtered(
            lambda line: line.marketplace_ref and line.product_id.default_code == sku
        )
