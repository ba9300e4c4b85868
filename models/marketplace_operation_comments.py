"""A batch of comments in the outbox: sent again safely, cut in halves where the shop chokes."""

import dataclasses
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import base

# So often the shop may fail on a batch before it is cut, and on one comment alone before it lets
# others pass.
FAULTS_BEFORE_CUTTING = 2
ATTEMPTS_ALONE = 4
LONGEST_PAUSE = 60  # minutes
# Orders of a batch that a list shows.
NAMED = 3


class MarketplaceOperation(models.Model):
    _inherit = "marketplace.operation"

    comment_ids = fields.One2many("sale.order.comment", "operation_id", readonly=True)

    def _get_remote_operation(self):
        operation = super()._get_remote_operation()
        return self._complete_comments(operation) if self.kind == base.COMMENT else operation

    def _complete_comments(self, operation):
        """What is still to leave with it, and which of it an earlier attempt may have brought:
        known only when it leaves."""
        rows = {c.remote_id: c for c in self.comment_ids if c.state == "waiting"}
        return dataclasses.replace(
            operation,
            comments=tuple(
                dataclasses.replace(comment, may_be_there=rows[comment.number].has_left)
                for comment in operation.comments
                if comment.number in rows
            ),
        )

    def _drop_if_empty(self):
        """Batches whose comments were all taken back or changed."""
        for operation in self.filtered(lambda o: o.state == "pending" and not o.comment_ids):
            operation._set_state("cancelled", message=self.env._("Its comments were taken back."))

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
        elif self.state == "done":  # a person saw them at the shop
            waiting._mark_sent(False)
        elif self.state == "cancelled":
            waiting.write({"state": "withdrawn"})
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

    def action_abandon(self):
        """Comments are withdrawn one by one, by those who wrote them."""
        if any(operation.kind == base.COMMENT for operation in self):
            raise UserError(self.env._("Withdraw the comments on their orders instead."))
        return super().action_abandon()

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

    # A shop that fails --------------------------------------------------------------------------

    def _get_pause(self):
        """When a batch that is in doubt is sent again: later and later, up to an hour."""
        if self.kind != base.COMMENT or self.attempts < 2 or not self._is_known_by_number():
            return False
        minutes = min(2**self.attempts, LONGEST_PAUSE)
        return fields.Datetime.now() + timedelta(minutes=minutes)

    def _has_stepped_aside(self):
        """Whether this is one comment alone that the shop has failed on for long: others pass."""
        is_alone = self.attempts >= ATTEMPTS_ALONE and len(self.comment_ids) <= 1
        return is_alone and self._is_known_by_number()

    def _is_known_by_number(self):
        """Whether the shop knows comments by our numbers, so that sending again is harmless; where
        it takes them one by one it does not, and doubt is settled by looking."""
        return self.account_id._get_max_comments() != 1

    def _cut_comments(self):
        """A batch whose outcome is unknown again and again goes in halves, until the comment that
        the shop fails on stands alone.

        That one is refused once others were delivered since; as long as none is, the shop itself
        has a problem, and it goes on waiting.
        """
        self.ensure_one()
        if not self._is_known_by_number():
            return
        comments = self.comment_ids.sorted("id")
        env = self._get_reader_env()
        if len(comments) == 1:
            if self.attempts >= ATTEMPTS_ALONE and self._has_shop_worked_since():
                message = env._(
                    "The shop fails on this comment each time. Look whether it is there; change "
                    "its text, then send it again."
                )
                self._set_state("rejected", code=self.code, message=message)
        elif self.attempts >= FAULTS_BEFORE_CUTTING:
            half = len(comments) // 2
            for part in (comments[:half], comments[half:]):
                part._queue(self.account_id)
            self._set_state(
                "cancelled", message=env._("The shop failed on it: sent again in two halves.")
            )

    def _has_shop_worked_since(self):
        """Whether the shop took another comment after this one was first tried."""
        comments = self.env["sale.order.comment"]
        return bool(
            comments.search_count(
                [("account_id", "=", self.account_id.id), ("sent_at", ">", self.create_date)],
                limit=1,
            )
        )
