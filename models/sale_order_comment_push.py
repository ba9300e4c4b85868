"""Comments on their way to the shop: in batches, each with a number and a result of its own."""

import logging
from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import base, payload
from .connector_terms import translate_term
from .marketplace_operation import OPEN_STATES
from .sale_order_comment import KNOWN_CODE

_logger = logging.getLogger(__name__)

_WAITS = {"state": "waiting", "code": False, "reason": False}


class SaleOrderComment(models.Model):
    _inherit = "sale.order.comment"

    # Waiting ------------------------------------------------------------------------------------

    def _wait_for_shop(self, account):
        """They leave with those of the next minutes, each under a number of its own."""
        wait = timedelta(minutes=account.comment_minutes)
        due_at = self._get_next_push(account) or fields.Datetime.now() + wait
        numbers = account._draw_comment_numbers(len(self))
        client = account._client_class()
        for comment, number in zip(self, numbers, strict=True):
            comment.remote_id = number
            problem = client.get_comment_problem(comment._get_remote_comment())
            if problem:
                raise UserError(translate_term(self.env, problem))
        self.write({"state": "waiting", "due_at": due_at})
        self.order_id._watch_notes()
        account._trigger_job(at=due_at)

    def _get_next_push(self, account):
        """When comments that wait leave, False where none do: so many minutes after the first of
        them was written. Those that somebody had leave at once take no others along."""
        waiting = [*self._get_waiting_domain(account), ("due_at", ">", fields.Datetime.now())]
        return self.search(waiting, order="due_at", limit=1).due_at

    @api.model
    def _get_waiting_domain(self, account):
        return [
            ("account_id", "=", account.id),
            ("state", "=", "waiting"),
            ("channel", "=", "shop"),
            ("operation_id", "=", False),
            ("due_at", "!=", False),
        ]

    def _get_remote_comment(self):
        """This row as the connector's Comment."""
        order, account = self.order_id, self.account_id
        return base.Comment(
            number=self.remote_id,
            order_ref=account._get_shop_order_ref(order) or "",
            own_ref=order.name or "",
            text=self.text,
            date=self._get_day().isoformat(),
            visible=self.is_visible,
            mail=self.is_mailed,
            has_address=order._has_shop_mail(),
            may_be_there=self.has_left,
        )

    def _get_day(self):
        """The day on which it was written, where the shop's people are."""
        moment = self.date.replace(tzinfo=timezone.utc)
        return moment.astimezone(ZoneInfo(self.account_id._get_time_zone())).date()

    # Leaving ------------------------------------------------------------------------------------

    @api.model
    def _queue_due(self, account):
        """Make the next batch of comments one operation of the outbox, once they are due.

        Nothing overtakes what is in doubt: see `_get_next_domain`. Returns the operation.
        """
        operations = self.env["marketplace.operation"]
        domain = self._get_next_domain(account)
        if not domain:
            return operations
        limit = min(account.comment_batch, account._get_max_comments() or account.comment_batch)
        due = [*domain, ("due_at", "<=", fields.Datetime.now())]
        # Somebody who changes or withdraws one now is quicker than the job.
        batch = self.search(due, order="id", limit=limit).try_lock_for_update()
        return batch._queue(account) if batch else operations

    @api.model
    def _get_next_domain(self, account):
        """The comments that could leave next; None for none.

        While some are on their way, or in doubt, the others wait: of the same order, where they
        leave one by one, else all of them; but not for one comment alone that the shop has failed
        on for long.
        """
        domain = self._get_waiting_domain(account)
        under_way = self.env["marketplace.operation"].search(
            [
                ("account_id", "=", account.id),
                ("kind", "=", base.COMMENT),
                ("state", "in", OPEN_STATES),
            ]
        )
        under_way = under_way.filtered(lambda operation: not operation._has_stepped_aside())
        if under_way and account._get_max_comments() != 1:
            return None
        return [*domain, ("order_id", "not in", under_way.comment_ids.order_id.ids)]

    def _queue(self, account):
        """One operation that brings these comments."""
        order = self.order_id if account._get_max_comments() == 1 else self.order_id.browse()
        operation = self.env["marketplace.operation"]._enqueue(
            account, base.COMMENT, self._get_payload(), user_id=False, sale_order_id=order.id
        )
        self.operation_id = operation
        return operation

    def _get_payload(self):
        comments = tuple(comment._get_remote_comment() for comment in self)
        return payload.to_payload(base.Comments(reference="", comments=comments))

    @api.model
    def _has_due(self, account):
        """Whether a comment could leave now."""
        domain = self._get_next_domain(account)
        due = [*(domain or ()), ("due_at", "<=", fields.Datetime.now())]
        return bool(domain and self.search_count(due, limit=1))

    # Results ------------------------------------------------------------------------------------

    def _apply_items(self, items):
        """What the shop said of each. `items`: connectors.base.ItemResult, by number."""
        results = {item.item: item for item in items}
        unsettled = base.ItemResult("", ok=False, code=base.AGAIN)

        def get_answer(comment):
            result = results.get(comment.remote_id, unsettled)
            return result.ok, result.code, result.message

        # Those with the same answer together: a batch may be long.
        waiting = self.filtered(lambda c: c.state == "waiting")
        for (ok, code, message), comments in waiting.grouped(get_answer).items():
            if code == base.AGAIN:
                comments._wait_again()
            elif ok:
                comments._mark_sent(code)
            else:
                for comment in comments:
                    comment._refuse(message, code)
        for comment in waiting.filtered(lambda c: results.get(c.remote_id)):
            comment._keep_note(results[comment.remote_id].remote_id)
        self._tell_screens()

    def _mark_sent(self, code):
        self.write(
            {
                "state": "already" if code == KNOWN_CODE else "sent",
                "code": code,
                "reason": False,
                "sent_at": fields.Datetime.now(),
            }
        )
        self._withdraw_alert()

    def _wait_again(self):
        """Not settled: it goes with a later batch, and may be there already."""
        self.write({**_WAITS, "operation_id": False, "has_left": True})

    def _go_again(self):
        """A refused one that may be there. Under the same number it cannot come twice; a shop that
        does not know our numbers is looked at first, with what the operation saw before it left."""
        operation = self.operation_id
        if operation and not operation._is_known_by_number():
            self.write(_WAITS)
            operation.payload = self._get_payload()
            operation._set_state(
                "pending", retry_at=False, sent_at=False, message=False, code=False
            )
        else:
            self._wait_again()
        self.due_at = fields.Datetime.now()
        self.account_id._trigger_job()

    def _refuse(self, message, code):
        """The shop does not take it: its writer is told on the order."""
        env = self._get_reader_env()
        reason = translate_term(env, message or "")
        number = self.channel == "shop" and self.account_id._get_shop_order_ref(self.order_id)
        if number:
            reason = env._("Order %(number)s: %(reason)s", number=number, reason=reason)
        self.write({"state": "refused", "code": code, "reason": reason})
        writer = self.user_id or self.account_id.user_id or self.env.user
        self._alert(self._get_alert_summary(), reason, writer)

    def _alert(self, summary, note, user):
        """One open activity per person and subject on the order."""
        known = self.order_id.activity_ids.filtered(
            lambda a: a.summary == summary and a.user_id == user
        )
        if not known:
            self.order_id.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_warning", summary=summary, note=note, user_id=user.id
            )

    def _get_reader_env(self):
        """In the language of whoever wrote it."""
        lang = self.user_id.lang
        return self.with_context(lang=lang).env if lang else self.account_id._get_responsible_env()

    def _get_alert_summary(self):
        return self._get_reader_env()._("Order comment refused")

    def _withdraw_alert(self):
        """The to-do of a refusal goes with the last refused comment of its writer."""
        for (order, user), comments in self.grouped(lambda c: (c.order_id, c.user_id)).items():
            if not order.activity_ids:
                continue
            siblings = order.marketplace_comment_ids - comments
            if "refused" not in siblings.filtered(lambda c, u=user: c.user_id == u).mapped("state"):
                summary = comments[0]._get_alert_summary()
                order.activity_ids.filtered(
                    lambda a, s=summary, u=user: a.summary == s and a.user_id == u
                ).unlink()
