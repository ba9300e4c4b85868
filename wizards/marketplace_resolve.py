"""The dialog that marks an incident as solved, and tells the operator what was done."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import base, records
from ..models.html_tools import find_contact_details


class MarketplaceResolve(models.TransientModel):
    _name = "marketplace.resolve"
    _inherit = ["marketplace.dialog"]
    _description = "Mark An Incident As Solved"

    case_id = fields.Many2one("marketplace.case", "Incident", required=True)
    account_id = fields.Many2one(related="case_id.account_id")
    order_ref = fields.Char(related="case_id.order_ref")
    line = fields.Char(compute="_compute_line")
    opened_for = fields.Char("Opened For", related="case_id.reason_name")
    opened_at = fields.Datetime("First Seen", related="case_id.remote_created_at")
    reason_id = fields.Many2one(
        "marketplace.reason", "Solved By", compute="_compute_reason_id", store=True, readonly=False
    )
    reason_ids = fields.Many2many("marketplace.reason", compute="_compute_reason_ids")
    body = fields.Text(
        "Message To The Operator", compute="_compute_body", store=True, readonly=False
    )
    thread = fields.Char("Goes To", compute="_compute_thread")
    max_text = fields.Integer(compute="_compute_limit_problem")
    limit_problem = fields.Char(compute="_compute_limit_problem")
    findings = fields.Char(compute="_compute_findings")
    content_policy = fields.Selection(related="account_id.content_policy")
    confirmed = fields.Boolean("Send it all the same")

    @api.depends("case_id")
    def _compute_line(self):
        for wizard in self:
            case = wizard.case_id.sudo()
            name = case.sale_line_id.name or case.product_ref or case.line_ref or ""
            wizard.line = name.split("\n")[0]

    @api.depends("case_id")
    def _compute_reason_ids(self):
        for wizard in self:
            wizard.reason_ids = wizard.account_id.reason_ids.filtered(
                lambda r: r.usage == base.FOR_RESOLVING and r.allowed
            )

    @api.depends("reason_ids")
    def _compute_reason_id(self):
        """The default one, or the only one."""
        for wizard in self:
            reasons = wizard.reason_ids
            only = reasons if len(reasons) == 1 else reasons.browse()
            wizard.reason_id = reasons.filtered("is_default")[:1] or only

    @api.depends("case_id")
    def _compute_body(self):
        for wizard in self:
            wizard.body = wizard.case_id and wizard.case_id._describe_solution()

    @api.depends("case_id")
    def _compute_thread(self):
        for wizard in self:
            thread = wizard.case_id and wizard.case_id._get_thread(records.OPERATOR)
            wizard.thread = (
                self.env._("the conversation “%s”", thread.subject or thread.remote_id)
                if thread
                else self.env._("a new conversation with the operator about this order")
            )

    @api.depends("body", "account_id")
    def _compute_limit_problem(self):
        for wizard in self:
            account, text = wizard.account_id, (wizard.body or "").strip()
            wizard.max_text = account and account._client_class().message_limits.max_text
            wizard.limit_problem = (
                bool(account)
                and bool(text)
                and account._get_message_problem(
                    text, self.env["ir.attachment"], self.env["marketplace.case"]
                )
            )

    @api.depends("body")
    def _compute_findings(self):
        for wizard in self:
            wizard.findings = ", ".join(find_contact_details(wizard.body))

    def action_confirm(self):
        """Write both steps; the marketplace is told by the job."""
        self.ensure_one()
        self.case_id._check_can_resolve()
        if not self.reason_id or self.reason_id not in self.reason_ids:
            raise UserError(self.env._("Choose how the incident was solved."))
        text = (self.body or "").strip()
        if not text:
            raise UserError(self.env._("Write to the operator what was done."))
        self._confirm_once()
        self.account_id._check_answer_content(text, self.confirmed)
        self.case_id._resolve(self.reason_id, text)
        return {"type": "ir.actions.act_window_close"}
