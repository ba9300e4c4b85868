"""A batch of comments in the outbox: sent again safely, cut in halves where the shop chokes."""

import dataclasses

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import base

# So often the shop may fail on the same comments before they are looked at one by one.
FAULTS_BEFORE_CUTTING = 2
# Orders of a batch that a list shows.
NAMED = 3


class MarketplaceOperation(models.Model):
    _inherit = "marketplace.operation"

    comment_ids = fields.One2many("sale.order.comment", "operation_id", readonly=True)

    def _get_remote_operation(self):
        operation = super()._get_remote_operation()
        return self._complete_comments(operation) if self.kind == base.COMMENT else operation

    def _complete_comments(self, operation):
        """Which of them an earlier attempt may have brought is known only when they leave."""
        left = set(self.comment_ids.filtered("has_left").mapped("remote_id"))
        return dataclasses.replace(
            operation,
            comments=tuple(
                dataclasses.replace(comment, may_be_there=comment.number in left)
                for comment in operation.comments
            ),
        )

    def _set_state(self, state, **values):
        result = super()._set_state(state, **values)
        comments = self.sudo().comment_ids
        if comments and self.kind == base.REPLY:
            comments._follow_answer(self)
        elif comments:
            self._follow_comments(comments)
        return result

    def _follow_comments(self, comments):
        """The batch as a whole moved; its results, if there are any, are with the comments."""
        waiting = comments.filtered(lambda c: c.state == "waiting")
        if self.state == "unknown":
            waiting.has_left = True
        elif self.state == "rejected":
            for comment in waiting:
                comment._refuse(self.message, self.code)
        elif self.state == "cancelled":
            waiting.write({"state": "withdrawn"})
        elif self.state == "done":
            waiting._mark_sent(False)  # as a person decided: those with a result wait no more
        elif self.state == "pending":
            waiting.filtered("reason").reason = False
        if self.state != "unknown":
            comments._withdraw_doubt()
        comments._tell_screens()

    def _tell_failure(self):
        """Where nobody but a person can end the doubt, he is told on the order."""
        result = super()._tell_failure()
        if self.kind == base.COMMENT and self.state == "unknown" and self.needs_decision:
            self.sudo().comment_ids._tell_doubt()
        return result

    @api.depends("before", "now")
    def _compute_pictures(self):
        """Of an order with notes people see how many there were, and are."""
        result = super()._compute_pictures()
        for operation in self.filtered(lambda o: o.kind == base.COMMENT):
            operation.before_text = operation._get_notes_text(operation.before)
            operation.now_text = operation._get_notes_text(operation.now)
        return result

    def _get_notes_text(self, picture):
        notes = (picture or {}).get("notes")
        return "" if notes is None else self.env._("%s notes", len(notes))

    def action_retry(self):
        """Refused comments go again one by one, from their orders."""
        if any(o.kind == base.COMMENT and o.state == "rejected" for o in self):
            raise UserError(self.env._("Send refused comments again from their orders."))
        return super().action_retry()

    @api.depends("comment_ids")
    def _compute_about(self):
        result = super()._compute_about()
        for operation in self.sudo().filtered(lambda o: o.kind == base.COMMENT):
            comments = (operation.payload or {}).get("comments") or ()
            names = dict.fromkeys(comment["own_ref"] for comment in comments)
            operation.about = ", ".join([*names][:NAMED]) + ("…" if len(names) > NAMED else "")
        return result

    def _is_to_be_cut(self):
        """Whether the shop has failed on this batch often enough to look for the reason in it."""
        return self.kind == base.COMMENT and self.attempts >= FAULTS_BEFORE_CUTTING

    def _cut_comments(self):
        """The shop answers a batch with a fault, again and again: halves tell which comment it is.

        One comment alone that it always fails on is refused.
        """
        self.ensure_one()
        comments, account = self.comment_ids.sorted("id"), self.account_id
        if len(comments) == 1:
            self._set_state(
                "rejected",
                code=self.code,
                message=self._get_reader_env()._(
                    "The shop fails on this comment each time. Change its text, then send it again."
                ),
            )
            return
        half = len(comments) // 2
        for part in (comments[:half], comments[half:]):
            part._queue(account)
        self._set_state(
            "cancelled",
            message=self._get_reader_env()._("The shop failed on it: sent again in two halves."),
        )
