"""Before shipment: every line of the order is refused, or declared shipped, in one call."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..connectors import base, records


class MarketplaceRefuse(models.TransientModel):
    _name = "marketplace.refuse"
    _inherit = ["marketplace.refund.dialog"]
    _description = "Refuse Lines Before Shipment"

    ship_before = fields.Datetime(related="order_id.marketplace_ship_before")
    line_ids = fields.One2many("marketplace.refuse.line", "wizard_id")
    carrier = fields.Char(help="As the marketplace names it, for instance Colissimo.")
    tracking_number = fields.Char()
    tracking_url = fields.Char("Tracking Link")
    ship_count = fields.Integer(compute="_compute_counts")
    refuse_count = fields.Integer(compute="_compute_counts")
    undecided_count = fields.Integer(compute="_compute_counts")
    amount = fields.Monetary("Refunded By The Refusal", compute="_compute_counts")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        order = self.env["sale.order"].browse(
            values.get("order_id") or self.env.context.get("default_order_id")
        )
        if "line_ids" in fields_list and order:
            values["line_ids"] = [
                Command.create({"sale_line_id": line.id})
                for line in order.order_line
                if line.marketplace_state == records.LINE_TO_SHIP
            ]
        return values

    @api.depends("line_ids.decision")
    def _compute_counts(self):
        for wizard in self:
            refused = wizard.line_ids.filtered(lambda line: line.decision == "refuse")
            shipped = wizard.line_ids.filtered(lambda line: line.decision == "ship")
            wizard.refuse_count = len(refused)
            wizard.ship_count = len(shipped)
            wizard.undecided_count = len(wizard.line_ids) - len(refused) - len(shipped)
            wizard.amount = sum(refused.mapped("charged"))

    def action_refuse_all(self):
        return self._decide_all("refuse")

    def action_ship_all(self):
        return self._decide_all("ship")

    def _decide_all(self, decision):
        self.line_ids.decision = decision
        return self._reopen()

    def action_confirm(self):
        """Write the decision and its operation; the marketplace is told by the job."""
        return self._ask()

    def action_save_draft(self):
        """Keep the decisions for later; nothing is told."""
        return self._ask(draft=True)

    def _ask(self, **options):
        self.ensure_one()
        order = self.order_id
        order._check_marketplace_can_act(base.REFUSE_LINES)
        self._confirm_once()
        self._check_decisions()
        limit = self._find_limit()
        refund = self.env["marketplace.refund"]._ask(
            order,
            self._get_kind(),
            self._get_values(),
            self._get_operation(),
            case=self._get_case_about(order),
            **options,
        )
        return self._tell(refund, limit["approvers"] if limit else self.env["res.users"])

    def _get_title(self):
        return self.env._("Refuse lines of %s before shipment", self.order_id.name)

    def _get_kind(self):
        return "refusal"

    def _get_values(self):
        return [line._get_refund_values() for line in self.line_ids if line.decision]

    def _describe_asked(self, values):
        return self.env._(
            "%(name)s: %(refused)s refused, %(shipped)s declared shipped; %(account)s is told.",
            refused=self.refuse_count,
            shipped=self.ship_count,
            **values,
        )

    # What it will do ----------------------------------------------------------------------------

    @api.depends("line_ids.decision")
    @api.depends_context("lang")
    def _compute_asked_rows(self):
        for wizard in self:
            wizard.asked_rows = [line._make_asked_row() for line in wizard.line_ids]

    @api.depends("line_ids.decision")
    @api.depends_context("lang")
    def _compute_booked_rows(self):
        for wizard in self:
            rows = wizard._get_booked_rows() if wizard.refuse_count else []
            wizard.booked_rows = rows

    @api.depends("ship_count", "refuse_count", "needs_approval")
    @api.depends_context("lang")
    def _compute_confirm_label(self):
        for wizard in self:
            values = {"shipped": wizard.ship_count, "refused": wizard.refuse_count}
            if wizard.needs_approval:
                label = self.env._(
                    "Ask for Approval: %(shipped)s shipped, %(refused)s refused", **values
                )
            else:
                label = self.env._("Confirm: %(shipped)s shipped, %(refused)s refused", **values)
            wizard.confirm_label = label

    # Checks -------------------------------------------------------------------------------------

    def _check_decisions(self):
        if not self.line_ids:
            raise UserError(self.env._("No line of this order waits for shipment any more."))
        waiting = self.order_id.order_line.filtered(
            lambda line: line.marketplace_state == records.LINE_TO_SHIP
        )
        if self.line_ids.sale_line_id != waiting:
            raise UserError(
                self.env._("The lines of this order have changed meanwhile: open the dialog again.")
            )
        if self.undecided_count:
            raise UserError(self.env._("%s line(s) are still to be decided.", self.undecided_count))
        if not self.refuse_count:
            raise UserError(
                self.env._("Nothing is refused here: declare shipments where you ship orders.")
            )
        if self.ship_count and not (self.carrier and (self.tracking_number or self.tracking_url)):
            raise UserError(
                self.env._("A line is declared shipped: give the carrier and the tracking number.")
            )
        if self.order_id.marketplace_warning:
            raise UserError(
                self.env._(
                    "The marketplace wants every line of the order at once. %s",
                    self.order_id.marketplace_warning,
                )
            )

    def _get_operation(self):
        return base.RefuseLines(
            reference="",
            order_ref=self.order_id.marketplace_ref,
            decisions=tuple(line._get_decision() for line in self.line_ids),
            carrier=(self.ship_count and self.carrier) or "",
            tracking_number=(self.ship_count and self.tracking_number) or "",
            tracking_url=(self.ship_count and self.tracking_url) or "",
        )
