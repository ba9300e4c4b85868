"""What a message of ours may be at an account's marketplace, checked before it leaves."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import human_size

from ..connectors import base


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _check_message(self, text, attachments, case):
        """Raise UserError where text or files are more than the marketplace takes.

        `attachments`: ir.attachment to be sent; `case`: the case that it is about.
        """
        problem = self._get_message_problem(text, attachments, case)
        if problem:
            raise UserError(problem)

    def _get_message_problem(self, text, attachments, case):
        """Why a message cannot leave like this, in a sentence, or False."""
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
        return bool(attachments) and self._get_files_problem(text, attachments, case, limits)

    def _get_files_problem(self, text, attachments, case, limits):
        attachments.check_access("read")
        if not self._can(base.ATTACHMENTS):
            return self.env._("%s takes no files with an answer: remove them.", self.name)
        if limits.max_files and len(attachments) > limits.max_files:
            return self.env._(
                "%(account)s takes %(limit)s files at most with one message.",
                account=self.name,
                limit=limits.max_files,
            )
        known = self._count_files(case)
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

    def _count_files(self, case):
        """Files in all conversations about the order of a case, as far as we have read them."""
        cases = case
        if case.order_ref:
            cases = case.sudo().search(
                [("account_id", "=", self.id), ("order_ref", "=", case.order_ref)]
            )
        messages = cases.sudo().message_ids
        return sum(len(files) for files in messages.mapped("files") if files)
