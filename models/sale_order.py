"""The marketplace's side of a sale order."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..connectors import base, records

LINE_STATES = [
    (records.LINE_WAITING, "Not Paid Yet"),
    (records.LINE_TO_SHIP, "To Ship"),
    (records.LINE_SHIPPED, "Shipped"),
    (records.LINE_REFUSED, "Refused"),
    (records.LINE_REFUNDED, "Refunded"),
    (records.LINE_CANCELLED, "Cancelled"),
    (records.LINE_OTHER, "Other"),
]


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "marketplace.kept"]

    _marketplace_kept = frozenset(
        {
            "marketplace_ref",
            "marketplace_state",
            "marketplace_remote_state",
            "marketplace_currency",
            "marketplace_charged",
            "marketplace_gestures",
            "marketplace_has_claim",
            "marketplace_has_incident",
            "marketplace_shipped_at",
            "marketplace_ship_before",
            "marketplace_by_marketplace",
            "marketplace_contact_address",
            "marketplace_contact_date",
            "marketplace_refresh",
            "marketplace_history_until",
            "marketplace_warning",
            "marketplace_lock",
        }
    )

    marketplace_account_id = fields.Many2one(
        "marketplace.account",
        "Marketplace",
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        check_company=True,
    )
    marketplace_ref = fields.Char("Marketplace Order", copy=False, readonly=True)
    marketplace_state = fields.Selection(
        LINE_STATES, "State At The Marketplace", copy=False, readonly=True
    )
    marketplace_remote_state = fields.Char(
        "Marketplace's Own State", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_currency = fields.Char(
        "Currency At The Marketplace", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_charged = fields.Monetary(
        "Charged", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_gestures = fields.Monetary(
        "Gestures Seen At The Marketplace", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_refunded = fields.Monetary(
        "Refunded",
        compute="_compute_marketplace_amounts",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_unpaid = fields.Monetary(
        "Of Which Not Paid Out Yet",
        compute="_compute_marketplace_unpaid",
        compute_sudo=True,
        groups="base.group_user",
        help="Accepted by the marketplace, which has not given it to the customer yet.",
    )
    marketplace_asked = fields.Monetary(
        "Refund Asked",
        compute="_compute_marketplace_amounts",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_left = fields.Monetary(
        "Left To Refund",
        compute="_compute_marketplace_amounts",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_has_claim = fields.Boolean(
        "Open Claim", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_has_incident = fields.Boolean(
        "Frozen By An Incident", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_shipped_at = fields.Datetime("Shipped On", copy=False, readonly=True)
    marketplace_ship_before = fields.Datetime("Ship Before", copy=False, readonly=True)
    marketplace_refund_until = fields.Date(
        "Refundable Until",
        compute="_compute_marketplace_refund_until",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_by_marketplace = fields.Boolean(
        "Shipped By The Marketplace", copy=False, readonly=True
    )
    marketplace_contact_address = fields.Char(
        copy=False, readonly=True, groups="marketplace_helpdesk.group_agent"
    )
    marketplace_contact_date = fields.Datetime(copy=False, readonly=True, groups="base.group_user")
    marketplace_refresh = fields.Boolean(copy=False, readonly=True, groups="base.group_user")
    marketplace_history_until = fields.Datetime(
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="What was given back before is not imported as news: an older version showed it.",
    )
    marketplace_warning = fields.Char(copy=False, readonly=True, groups="base.group_user")
    marketplace_lock = fields.Integer(copy=False, readonly=True, groups=fields.NO_ACCESS)
    marketplace_case_ids = fields.One2many(
        "marketplace.case", "sale_order_id", "Cases", groups="marketplace_helpdesk.group_agent"
    )
    marketplace_refund_ids = fields.One2many(
        "marketplace.refund", "sale_order_id", "Refunds", groups="marketplace_helpdesk.group_agent"
    )
    marketplace_line_ids = fields.One2many(
        "sale.order.line",
        compute="_compute_marketplace_lines",
        string="Marketplace Lines",
        groups="base.group_user",
    )
    marketplace_case_count = fields.Integer(
        compute="_compute_marketplace_counts", groups="base.group_user"
    )
    marketplace_refund_count = fields.Integer(
        compute="_compute_marketplace_counts", groups="base.group_user"
    )
    can_marketplace_refund = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )
    can_marketplace_gesture = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )
    can_marketplace_refuse = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )
    can_marketplace_cancel = fields.Boolean(
        compute="_compute_marketplace_abilities",
        compute_sudo=True,
        groups="base.group_user",
        help="Refusing is cancelling here, line by line, before the customer is charged.",
    )
    can_marketplace_contact = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )
    can_marketplace_contact_operator = fields.Boolean(
        compute="_compute_marketplace_abilities", compute_sudo=True, groups="base.group_user"
    )

    _marketplace_ref_uniq = models.UniqueIndex(
        "(marketplace_account_id, marketplace_ref) WHERE marketplace_ref IS NOT NULL",
        "This marketplace order is linked to another sale order.",
    )
    _marketplace_refresh_idx = models.Index(
        "(marketplace_account_id) WHERE marketplace_refresh IS TRUE"
    )
    # Orders are looked for by what the accounts' order field says.
    _marketplace_client_ref_idx = models.Index(
        "(client_order_ref) WHERE client_order_ref IS NOT NULL"
    )
    _marketplace_origin_idx = models.Index("(origin) WHERE origin IS NOT NULL")

    # Computes -----------------------------------------------------------------------------------

    @api.depends(
        "marketplace_charged",
        "marketplace_gestures",
        "order_line.marketplace_refunded",
        "order_line.marketplace_asked",
        "marketplace_refund_ids.line_ids.state",
        "marketplace_refund_ids.line_ids.amount",
        "marketplace_refund_ids.paid_by",
    )
    def _compute_marketplace_amounts(self):
        for order in self:
            # What the marketplace pays itself leaves as much of the seller's money as before.
            refunds = order._origin.sudo().marketplace_refund_ids.filtered(
                lambda r: r.paid_by == "seller"
            )
            gestures = refunds.line_ids.filtered(lambda line: not line.sale_line_id and line.counts)
            given = sum(gestures.mapped("accepted_amount"))
            asked = sum(gestures.filtered(lambda g: g.state in ("asked", "doubt")).mapped("amount"))
            lines = order.order_line
            order.marketplace_refunded = sum(lines.mapped("marketplace_refunded")) + max(
                given, order.marketplace_gestures
            )
            order.marketplace_asked = sum(lines.mapped("marketplace_asked")) + asked
            order.marketplace_left = (
                order.marketplace_charged - order.marketplace_refunded - order.marketplace_asked
            )

    @api.depends("marketplace_refund_ids.line_ids.state", "marketplace_refund_ids.line_ids.paid_at")
    def _compute_marketplace_unpaid(self):
        """Only where the marketplace tells when money is paid out, and for money that is."""
        for order in self:
            refunds = order._origin.sudo().marketplace_refund_ids.filtered("tells_payout")
            waiting = refunds.line_ids.filtered(
                lambda line: (
                    line.state == "accepted" and line.decision == "refund" and not line.paid_at
                )
            )
            order.marketplace_unpaid = sum(waiting.mapped("accepted_amount"))

    @api.depends(
        "marketplace_shipped_at",
        "marketplace_account_id.refund_days",
        "order_line.marketplace_refund_until",
        "order_line.marketplace_give_back",
    )
    def _compute_marketplace_refund_until(self):
        """The next day on which something that can be refunded cannot be any more."""
        today = fields.Date.today()
        for order in self:
            lines = order.order_line.filtered(
                lambda line: line.marketplace_give_back == records.BY_REFUND
            )
            dates = [date for date in lines.mapped("marketplace_refund_until") if date]
            coming = [date for date in dates if date >= today]
            order.marketplace_refund_until = (
                min(coming) if coming else max(dates) if dates else order._get_refund_limit()
            )

    def _get_refund_limit(self):
        """The last day for refunds, counted from the shipment of the order."""
        shipped, days = self.marketplace_shipped_at, self.marketplace_account_id.refund_days
        return (shipped + timedelta(days=days)).date() if shipped and days else False

    def _compute_marketplace_counts(self):
        cases = dict(
            self.env["marketplace.case"]
            .sudo()
            ._read_group([("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"])
        )
        refunds = dict(
            self.env["marketplace.refund"]
            .sudo()
            ._read_group([("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"])
        )
        for order in self:
            order.marketplace_case_count = cases.get(order, 0)
            order.marketplace_refund_count = refunds.get(order, 0)

    @api.depends(
        "marketplace_account_id.state",
        "order_line.marketplace_state",
        "order_line.marketplace_give_back",
    )
    @api.depends_context("uid")
    def _compute_marketplace_abilities(self):
        is_agent = self.env.user.has_group("marketplace_helpdesk.group_agent")
        for order in self:
            account = order.marketplace_account_id
            writes = is_agent and account.state == "enabled" and bool(order.marketplace_ref)
            order.can_marketplace_contact = writes and account._can(base.OPEN_CONVERSATION)
            order.can_marketplace_contact_operator = order.can_marketplace_contact and account._can(
                base.CHOOSE_RECIPIENT
            )
            writes = writes and order.marketplace_currency == order.currency_id.name
            states = set(order.order_line.mapped("marketplace_state"))
            shipped = records.LINE_SHIPPED in states
            ways = set(order.order_line.mapped("marketplace_give_back"))
            order.can_marketplace_refund = (
                writes and records.BY_REFUND in ways and account._can(base.REFUND_LINES)
            )
            order.can_marketplace_refuse = (
                writes and records.BY_CANCELLATION in ways and account._can(base.REFUSE_LINES)
            )
            order.can_marketplace_cancel = order.can_marketplace_refuse and not account._can(
                base.REFUSE_NEEDS_ALL_LINES
            )
            order.can_marketplace_gesture = (
                writes
                and account._can(base.GESTURE)
                and order.marketplace_state in (records.LINE_SHIPPED, records.LINE_TO_SHIP)
                and (shipped or not order.marketplace_by_marketplace)
            )

    @api.depends("order_line.marketplace_ref")
    def _compute_marketplace_lines(self):
        for order in self:
            order.marketplace_line_ids = order.order_line.filtered("marketplace_ref")

    # Linking ------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._marketplace_link_waiting()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if {"client_order_ref", "name", "origin"} & vals.keys():
            self._marketplace_link_waiting()
        return result

    def _get_kept(self):
        # Another account has other limits and another refund window.
        linked = any(order.marketplace_ref for order in self.sudo())
        return super()._get_kept() | ({"marketplace_account_id"} if linked else set())

    def _marketplace_link_waiting(self):
        """Cases that came before their order find it here."""
        orders = self.sudo().filtered(lambda o: not o.marketplace_ref)
        if not orders:
            return
        accounts = (
            self.env["marketplace.account"]
            .sudo()
            .search([("company_id", "in", orders.company_id.ids)])
        )
        if accounts:
            self.env["marketplace.orders"]._link_waiting_cases(accounts, orders)

    def _marketplace_refresh_wanted(self):
        """Ask the job to read these orders again from the marketplace."""
        # Those of an earlier wish, too: its notes may be being read just now.
        self.filtered("marketplace_ref").sudo().marketplace_refresh = True

    def _lock_refunds(self):
        """Serialise everybody who decides about money of this order.

        The row is changed, not only locked: under repeatable read the second one must fail and
        start again, or it would decide on figures from before the first.
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order SET marketplace_lock = COALESCE(marketplace_lock, 0) + 1"
                " WHERE id = %s",
                self.id,
            )
        )

    def _get_contact_problem(self):
        """Why we may not, or cannot, write to this customer first; False where we can."""
        self.ensure_one()
        account = self.marketplace_account_id
        now = fields.Datetime.now()
        is_old = self.date_order < now - timedelta(days=account.contact_days)
        if account.contact_days and is_old and not self._is_current():
            return self.env._(
                "%(account)s allows messages only about current or recent orders; this one is "
                "older than %(days)s days.",
                account=account.name,
                days=account.contact_days,
            )
        shipped = self.marketplace_shipped_at
        if (
            account.uses_relay_mail
            and shipped
            and shipped < now - timedelta(days=account.relay_days)
        ):
            return self.env._(
                "%(account)s gives no address for orders shipped over %(days)s days ago.",
                account=account.name,
                days=account.relay_days,
            )
        return False

    # Buttons ------------------------------------------------------------------------------------

    def _check_marketplace_can_act(self, capability):
        self.ensure_one()
        if not self.env.user.has_group("marketplace_helpdesk.group_agent"):
            raise UserError(self.env._("Only marketplace agents may act at a marketplace."))
        self.check_access("read")
        account = self.marketplace_account_id
        if not account or not self.marketplace_ref:
            raise UserError(self.env._("%s is not linked to a marketplace order.", self.name))
        account._check_writes()
        if not account._can(capability):
            raise UserError(self.env._("%s cannot do this.", account.name))

    def action_marketplace_refund(self):
        """Open the refund dialog on this order."""
        return self._action_marketplace_dialog(
            "marketplace.refund.ask", self._get_marketplace_refund_title(), default_kind="lines"
        )

    def _get_marketplace_refund_title(self):
        return self.env._(
            "Refund %(order)s · %(customer)s", order=self.name, customer=self.partner_id.sudo().name
        )

    def action_marketplace_gesture(self):
        """Open the dialog for a commercial gesture."""
        return self._action_marketplace_dialog(
            "marketplace.refund.ask",
            self.env._(
                "Commercial gesture on %(order)s · %(customer)s",
                order=self.name,
                customer=self.partner_id.sudo().name,
            ),
            default_kind="gesture",
        )

    def action_marketplace_refuse(self):
        """Open the dialog that refuses or cancels lines: every line at once where that is asked."""
        if not self.marketplace_account_id._can(base.REFUSE_NEEDS_ALL_LINES):
            return self._action_marketplace_dialog(
                "marketplace.refund.ask",
                self.env._(
                    "Cancel lines of %(order)s · %(customer)s",
                    order=self.name,
                    customer=self.partner_id.sudo().name,
                ),
                default_kind="lines",
            )
        return self._action_marketplace_dialog(
            "marketplace.refuse", self.env._("Refuse lines of %s before shipment", self.name)
        )

    def action_marketplace_contact(self):
        """Open the dialog to write to the customer first."""
        return self._action_marketplace_dialog(
            "marketplace.answer",
            self.env._("Write to the customer of %s", self.name),
        )

    def action_marketplace_contact_operator(self):
        """Open the dialog to write to the marketplace about this order."""
        return self._action_marketplace_dialog(
            "marketplace.answer",
            self.env._(
                "Write to %(account)s about %(order)s",
                account=self.marketplace_account_id.name,
                order=self.name,
            ),
            default_recipient="operator",
        )

    def _get_marketplace_invoice(self):
        """The newest posted customer invoice, or none."""
        posted = self.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        return posted.sorted(lambda move: (move.invoice_date or move.date, move.id))[-1:]

    def _action_marketplace_dialog(self, model, name, **context):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_order_id": self.id,
                "default_sale_order_id": self.id,
                **{key: self.env.context[key] for key in _PASSED if key in self.env.context},
                **context,
            },
        }

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """Agents who are no salespeople open orders, from an activity for instance, with the form
        that needs no more than their rights."""
        if view_type == "form" and not view_id and self._is_marketplace_agent_only():
            view_id = self.env.ref("marketplace_helpdesk.sale_order_view_form_agent").id
        return super().get_view(view_id, view_type, **options)

    @api.model
    def _is_marketplace_agent_only(self):
        has_group = self.env.user.has_group
        return has_group("marketplace_helpdesk.group_agent") and not has_group(
            "sales_team.group_sale_salesman"
        )

    def _action_open_from_marketplace(self):
        """This order: all of it for salespeople, the marketplace's side for agents."""
        self.ensure_one()
        action = {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }
        if self._is_marketplace_agent_only():
            view = self.env.ref("marketplace_helpdesk.sale_order_view_form_agent")
            action["views"] = [(view.id, "form")]
        return action

    def action_marketplace_refresh(self):
        """Have this order read again from the marketplace."""
        self._marketplace_refresh_wanted()
        # Salesmen do not read accounts.
        account = self.sudo().marketplace_account_id
        account._trigger_job()
        return account._notify_client(self.env._("The order is read again within seconds."))

    def action_view_marketplace_cases(self):
        action = self.env["ir.actions.actions"]._for_xml_id("marketplace_helpdesk.action_case")
        action["domain"] = [("sale_order_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_view_marketplace_refunds(self):
        action = self.env["ir.actions.actions"]._for_xml_id("marketplace_helpdesk.action_refund")
        action["domain"] = [("sale_order_id", "in", self.ids)]
        action["context"] = {}
        return action


# Context keys that a dialog opened from a ticket hands on to the next.
_PASSED = ("default_case_id",)
