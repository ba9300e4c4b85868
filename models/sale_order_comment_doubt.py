"""Comments of which the shop does not tell whether they arrived: a manager decides."""

from odoo import models


class SaleOrderComment(models.Model):
    _inherit = "sale.order.comment"

    def _tell_doubt(self):
        """Whoever looks after the account has a to-do on the order, and the comment says why it
        waits."""
        for comment in self.filtered(lambda c: c.state == "waiting"):
            env = comment._get_reader_env()
            comment.reason = env._(
                "The shop does not tell whether this arrived. A marketplace manager decides."
            )
            order, summary = comment.order_id, comment._get_doubt_summary()
            if summary not in order.activity_ids.mapped("summary"):
                account = comment.account_id
                order.with_context(mail_activity_quick_update=True).activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=summary,
                    note=account._get_responsible_env()._(
                        "Look at the order in the shop, then decide under “In Doubt” in the list "
                        "of operations: “%s”",
                        " ".join(comment.text.split())[:80],
                    ),
                    user_id=(account.user_id or account.create_uid).id,
                )
        self._tell_screens()

    def _withdraw_doubt(self):
        """The doubt is over."""
        for order, comments in self.grouped("order_id").items():
            if not order.activity_ids:
                continue
            in_doubt = order.marketplace_comment_ids.operation_id.filtered("needs_decision")
            if not in_doubt - comments.operation_id:
                summary = comments[0]._get_doubt_summary()
                order.activity_ids.filtered(lambda a, s=summary: a.summary == s).unlink()

    def _get_doubt_summary(self):
        return self.account_id._get_responsible_env()._("Order comment in doubt")
