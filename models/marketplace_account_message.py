"""What a message of ours may be at an account's marketplace, checked before it leaves."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import human_size

from ..connectors import base


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    can_write_to_operator = fields.Boolean(compute="_compute_can_write_to_operator")

    @api.depends("provider", "state")
    def _compute_can_write_to_operator(self):
        for account in self:
            account.can_write_to_operator = account.state == "enabled" and account._can(
                base.CONTACT_OPERATOR
            )

    def _check_message(self, text, attachments, case):
        """Raise UserError where text or files are more than the marketplace takes.

        `attachments`: ir.attachment to be sent; `case`: the case that it is about.
        """
        problem = self._get_message_problem(text, attachments, case)
        if problem:
            raise UserError(problem)

    def _get_message_problem(self, text, attachments, case, order_ref=""):
        """Why a message cannot leave like this, in a sentence, or False.

        `order_ref`: what it is about, where there is no case yet.
        """
        limits = self._client_class().message_limits
        length = len((text or "").strip())
        if length < limits.min_text:
            return self.env._("Write at least %s characters.", limits.min_text)
        if limits.max_text and length > limits.max_text:
            return self.env._(
                "%(length)s characters are too many: %(account)s takes %(limit)s.",
                length=length,
                account=self.name,
                limit=limits.max_text,
            )
        if not attachments:
            return False
        known = self._count_files(case, order_ref)
        return self._get_files_problem(text, attachments, known, limits)

    def _get_files_problem(self, text, attachments, known, limits):
        attachments.check_access("read")
        if not self._can(base.ATTACHMENTS):
            return self.env._("%s takes no files with an answer: remove them.", self.name)
        if limits.max_files and len(attachments) > limits.max_files:
            return self.env._(
                "%(account)s takes %(limit)s files at most with one message.",
                account=self.name,
                limit=limits.max_files,
            )
        if limits.max_case_files and known + len(attachments) > limits.max_case_files:
            return self.env._(
                "%(account)s takes %(limit)s files about one order; there are %(known)s already.",
                account=self.name,
                limit=limits.max_case_files,
                known=known,
            )
        size = sum(attachments.mapped("file_size")) + len((text or "").encode())
        if limits.max_bytes and size > limits.max_bytes:
            return self.env._(
                "Text and files are %(size)s together: %(account)s takes %(limit)s.",
                size=human_size(size),
                account=self.name,
                limit=human_size(limits.max_bytes),
            )
        return False

    def _count_files(self, case, order_ref=""):
        """Files in all conversations about an order, as far as we have read them, with those that
        are on their way."""
        cases, order_ref = case.sudo(), case.order_ref or order_ref
        if order_ref:
            cases = cases.search([("account_id", "=", self.id), ("order_ref", "=", order_ref)])
        messages = cases.message_ids
        leaving = cases.operation_ids.filtered(lambda o: o.state != "cancelled")
        read = sum(len(files) for files in messages.mapped("files") if files)
        return read + len((leaving - messages.operation_id).attachment_ids)

    def _check_can_write_to_operator(self):
        self._check_writes()
        if not self._can(base.CONTACT_OPERATOR):
            raise UserError(self.env._("%s cannot do this.", self.name))

    def action_write_to_operator(self):
        """Open the dialog to write to the marketplace itself, about no order."""
        self.ensure_one()
        return self.env["marketplace.case"]._get_answer_dialog(
            self.env._("Write to %s", self.name), default_operator_account_id=self.id
        )
