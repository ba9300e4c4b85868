"""Comments that the customer gets by e-mail, through Odoo's mail queue."""

import logging

from odoo import fields, models
from odoo.tools import email_normalize

from .mail_mail import relay_domains

_logger = logging.getLogger(__name__)

TEMPLATE = "marketplace_helpdesk.mail_template_order_comment"


class SaleOrderComment(models.Model):
    _inherit = "sale.order.comment"

    customer_mail_id = fields.Many2one(
        "mail.mail",
        ondelete="set null",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=fields.NO_ACCESS,
    )
    order_number = fields.Char(
        compute="_compute_order_number", help="Under which the customer knows the order."
    )

    def _get_kept(self):
        return super()._get_kept() | {"customer_mail_id"}

    def _compute_order_number(self):
        for comment in self:
            account, order = comment.account_id, comment.order_id
            shown = account and account._get_shop_order_ref(order)
            comment.order_number = shown or order.name

    def _mail_to_customer(self):
        """Put a mail into Odoo's queue for each comment that is to be mailed; what keeps one from
        being mailed becomes its reason."""
        wanted = self.filtered("is_mailed")
        reasons = {comment: comment._get_mail_problem() for comment in wanted}
        for comment, reason in reasons.items():
            if reason:
                comment.reason = reason
        ready = wanted.filtered(lambda c: not reasons[c])
        if not ready:
            return
        _done, failed = self._do_apart(ready, lambda comments: comments._queue_mails())
        for comment, error in failed:
            _logger.warning("Comment %s is not mailed: %r", comment.id, error)
            comment.reason = comment._get_reader_env()._(
                "Not mailed: the e-mail template for order comments fails (%s).", str(error)[:200]
            )
        if len(failed) < len(ready):
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _get_mail_problem(self):
        """Why this comment cannot be mailed, in a sentence, or False."""
        env = self._get_reader_env()
        if self.account_id.state == "observing":
            return env._("Not mailed: the account is only observing.")
        address = email_normalize(self.order_id.partner_id.email or "")
        if not address:
            return env._("Not mailed: the customer has no e-mail address.")
        if any(f"@{domain}" in address for domain in relay_domains()):
            return env._("Not mailed: the customer's address is a marketplace's own.")
        if not self.env.ref(TEMPLATE, raise_if_not_found=False):
            return env._("Not mailed: the e-mail template for order comments was deleted.")
        return False

    def _queue_mails(self):
        """One mail for each comment. What the customer answers arrives at the order, whose
        chatter does not show the mail beside the comment."""
        template = self.env.ref(TEMPLATE).sudo()
        mails = template.send_mail_batch(
            self.ids, email_values={"message_type": "user_notification", "is_notification": True}
        )
        for comment, mail in zip(self, mails, strict=True):
            mail.mail_message_id.write({"model": "sale.order", "res_id": comment.order_id.id})
            comment.customer_mail_id = mail

    def _note_mail_failure(self):
        """Their mails were not delivered to the mail server."""
        for comment in self:
            reason = comment.customer_mail_id.failure_reason or ""
            comment.reason = comment._get_reader_env()._(
                "Not mailed: the mail server refused it (%s).", " ".join(reason.split())[:200]
            )
        self._tell_screens()
