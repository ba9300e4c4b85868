"""The answer dialog: who sees it and how it travels, checked before it leaves."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..connectors import base
from ..models.html_tools import find_contact_details


class MarketplaceAnswer(models.TransientModel):
    _name = "marketplace.answer"
    _inherit = ["marketplace.dialog"]
    _description = "Answer Through A Marketplace"

    case_id = fields.Many2one("marketplace.case")
    sale_order_id = fields.Many2one("sale.order", "Order")
    ticket_id = fields.Many2one(related="case_id.ticket_id")
    case_ids = fields.Many2many(
        "marketplace.case", string="Cases Of The Ticket", compute="_compute_case_ids"
    )
    case_count = fields.Integer(compute="_compute_case_ids")
    account_id = fields.Many2one("marketplace.account", compute="_compute_account_id")
    customer_name = fields.Char("To", compute="_compute_account_id")
    channel = fields.Char(compute="_compute_channel")
    sender = fields.Char("From", compute="_compute_channel")
    deadline = fields.Datetime(related="case_id.deadline")
    warn_hours = fields.Integer(related="case_id.warn_hours")
    subject = fields.Char("Topic", compute="_compute_subject", store=True, readonly=False)
    body = fields.Text("Text")
    length = fields.Integer(compute="_compute_findings")
    findings = fields.Char(compute="_compute_findings")
    content_policy = fields.Selection(related="account_id.content_policy")
    confirmed = fields.Boolean("Send it all the same")
    close_after = fields.Boolean("Close afterwards")
    can_close = fields.Boolean(compute="_compute_channel")
    close_explanation = fields.Char(compute="_compute_channel")
    problem = fields.Char(compute="_compute_problem")
    news = fields.Char(compute="_compute_news")
    seen_id = fields.Integer(
        "Last Message Seen",
        compute="_compute_seen_id",
        store=True,
        readonly=False,
        help="The thread's last message when the dialog was opened.",
    )

    @api.depends("case_id", "sale_order_id")
    def _compute_account_id(self):
        for wizard in self:
            case, order = wizard.case_id, wizard.sale_order_id
            wizard.account_id = case.account_id or order.marketplace_account_id
            wizard.customer_name = (
                case.customer_name
                or (case.sale_order_id or order).partner_id.name
                or self.env._("the customer")
            )

    @api.depends("case_id")
    def _compute_case_ids(self):
        for wizard in self:
            cases = wizard.case_id.ticket_id.marketplace_case_ids or wizard.case_id
            wizard.case_ids = cases
            wizard.case_count = len(cases)

    @api.depends("case_id", "account_id")
    def _compute_channel(self):
        for wizard in self:
            account = wizard.account_id
            wizard.sender = account.sender_email if account.uses_relay_mail else account.name
            wizard.channel = (
                wizard._describe_relay()
                if account.uses_relay_mail
                else self.env._("message in %s", account.name)
            )
            wizard.can_close = bool(wizard.case_id) and bool(account) and account._can(base.CLOSE)
            needs_answer = account and account._can(base.CLOSE_NEEDS_ANSWER)
            wizard.close_explanation = (
                self.env._(
                    "%s closes only once the answer is seen in the discussion; Odoo waits for "
                    "that, then closes.",
                    account.name,
                )
                if needs_answer
                else self.env._("The case is closed once the answer is delivered.")
            )

    def _describe_relay(self):
        case = self.case_id.sudo()
        if case.contact_address and case.contact_address_date and not case.contact_problem:
            until = case.contact_address_date + timedelta(days=self.account_id.relay_days)
            if until > fields.Datetime.now():
                return self.env._(
                    "relay e-mail, address valid until %s",
                    format_date(self.env, until.date()),
                )
        return self.env._("relay e-mail; the address is asked for when it leaves")

    @api.depends("case_id", "sale_order_id")
    def _compute_subject(self):
        for wizard in self:
            order = wizard.sale_order_id
            wizard.subject = wizard.case_id.subject or (
                order and self.env._("Your order %s", order.marketplace_ref)
            )

    @api.depends("body")
    def _compute_findings(self):
        for wizard in self:
            wizard.length = len(wizard.body or "")
            wizard.findings = ", ".join(find_contact_details(wizard.body))

    @api.depends("case_id", "sale_order_id")
    def _compute_problem(self):
        for wizard in self:
            if wizard.case_id:
                wizard.problem = wizard.case_id._get_answer_problem()
            else:
                wizard.problem = wizard.sale_order_id and (
                    wizard.sale_order_id._get_contact_problem()
                )

    @api.depends("case_id")
    def _compute_seen_id(self):
        for wizard in self:
            wizard.seen_id = wizard._get_last_message_id()

    def _get_last_message_id(self):
        return max(self.case_id.message_ids.ids, default=0)

    @api.depends("case_id", "seen_id")
    def _compute_news(self):
        """What the customer wrote while the agent was writing."""
        for wizard in self:
            messages = wizard.case_id.message_ids.filtered(
                lambda m, w=wizard: m.sender_type == "customer" and m.id > w.seen_id
            )
            wizard.news = messages[-1:].case_id.last_message_preview if messages else False

    def action_send(self):
        """Write the answer on the ticket; it leaves with the job's next turn."""
        self.ensure_one()
        if self.case_id and self.sale_order_id:
            self._get_case_about(self.sale_order_id)
        if self.news and not self.env.context.get("marketplace_news_seen"):
            return self._show_news()
        self._confirm_once()
        case = self.case_id or self._open_case()
        case.account_id._check_answer_content(self.body, self.confirmed)
        case._post_answer(self.body.strip(), self.subject, self.close_after)
        if self.case_id:
            return {"type": "ir.actions.act_window_close"}
        return case.action_view_ticket()

    def _show_news(self):
        """Something came meanwhile: show it once, then let the agent decide."""
        news = self.news
        self.seen_id = self._get_last_message_id()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The customer wrote meanwhile: %s", news),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _open_case(self):
        order = self.sale_order_id
        if not order:
            raise UserError(self.env._("Choose a case or an order to write about."))
        order._check_marketplace_can_act(base.OPEN_CONVERSATION)
        problem = order._get_contact_problem()
        if problem:
            raise UserError(problem)
        self.account_id._check_answer_content(self.body, self.confirmed)
        return self.env["marketplace.case"]._open_for_order(order)
