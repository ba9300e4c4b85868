"""The answer dialog: how long a text may be, files, and the invoice in one click."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import human_size

from ..connectors import base


class MarketplaceAnswer(models.TransientModel):
    _inherit = "marketplace.answer"

    attachment_ids = fields.Many2many("ir.attachment", string="Files")
    takes_files = fields.Boolean(compute="_compute_limits")
    max_text = fields.Integer(compute="_compute_limits")
    limit_problem = fields.Char(compute="_compute_limit_problem")
    files_text = fields.Char(compute="_compute_limit_problem")
    invoice_name = fields.Char(compute="_compute_invoice_name")

    @api.model
    def default_get(self, fields_list):
        """A correction keeps its files."""
        values = super().default_get(fields_list)
        replaced = self.env["marketplace.operation"].browse(values.get("replaces_id"))
        if replaced.attachment_ids:
            values["attachment_ids"] = [Command.set(replaced.attachment_ids.ids)]
        return values

    @api.depends("account_id")
    def _compute_limits(self):
        for wizard in self:
            account = wizard.account_id
            wizard.takes_files = bool(account) and account._can(base.ATTACHMENTS)
            wizard.max_text = account and account._client_class().message_limits.max_text

    @api.depends("body", "attachment_ids", "account_id", "case_id", "order_ref")
    def _compute_limit_problem(self):
        for wizard in self:
            account, files = wizard.account_id, wizard.attachment_ids
            text = (wizard.body or "").strip()
            wizard.limit_problem = (
                bool(account)
                and bool(text)
                and account._get_message_problem(
                    text, files, wizard.case_id, wizard.order_ref or ""
                )
            )
            limit = account and account._client_class().message_limits.max_bytes
            size = human_size(sum(files.mapped("file_size")))
            wizard.files_text = bool(files) and (
                self.env._(
                    "%(count)s file(s), %(size)s of %(limit)s",
                    count=len(files),
                    size=size,
                    limit=human_size(limit),
                )
                if limit
                else self.env._("%(count)s file(s), %(size)s", count=len(files), size=size)
            )

    @api.depends("known_order_id")
    def _compute_invoice_name(self):
        for wizard in self:
            wizard.invoice_name = wizard.known_order_id.sudo()._get_marketplace_invoice().name

    def action_attach_invoice(self):
        """Add the order's newest posted customer invoice as PDF."""
        self.ensure_one()
        order = self.known_order_id.with_env(self.env)
        order.check_access("read")
        invoice = order.sudo()._get_marketplace_invoice()
        if not invoice:
            raise UserError(
                self.env._("%s has no posted customer invoice yet.", order.name or self.order_ref)
            )
        name, content = invoice._get_marketplace_pdf()
        if name not in self.attachment_ids.mapped("name"):
            self.attachment_ids += self.env["ir.attachment"].create(
                {
                    "name": name,
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        return self._show_again(self.env.context.get("dialog_title") or self._get_title())

    def _get_title(self):
        if self.recipient == "operator":
            return self.env._("Write to %s", self.account_id.name)
        if self.case_id:
            return self.env._("Answer through %s", self.account_id.name)
        return self.env._("Write to the customer of %s", self.known_order_id.name or self.order_ref)

    def _drop_attachments(self):
        """What was sent is kept with its message; the dialog's own files go."""
        own = self.attachment_ids.sudo().filtered(lambda a: a.res_model == self._name)
        own.unlink()
        self.attachment_ids._marketplace_drop_uploads()
