"""The outbox leaves: claimed with a lease, sent once, settled where the outcome is in doubt."""

import logging
from datetime import datetime, timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..connectors import base, errors
from .connector_terms import translate_term

_logger = logging.getLogger(__name__)

# Longer than the longest call of any client, with its preparation.
LEASE = timedelta(minutes=5)
SETTLE_AGAIN = timedelta(minutes=5)
MAX_CLOSE_TRIES = 6
# Two workers wrote the same thing: the database lets one of them.
CONFLICTS = (psycopg2.IntegrityError, ValidationError)


class LostClaim(Exception):
    """Somebody else has moved the operation meanwhile: this turn leaves it alone."""


class MarketplaceOutbox(models.AbstractModel):
    _name = "marketplace.outbox"
    _description = "Marketplace Outbox Service"

    # One turn -----------------------------------------------------------------------------------

    @api.model
    def _push(self, account, client, run):
        """Send what waits, one operation after the other, as long as time is left."""
        if account.state != "enabled":
            return
        while not run.is_over:
            operation = run.do(self._claim, account)
            if not operation:
                return
            self._send(operation, client, run)

    @api.model
    def _settle(self, account, client, run):
        """End doubts: leases of dead processes, lost answers, mails that nobody saw arrive."""
        if account.state != "enabled":
            return
        run.do(self._recover_leases, account)
        run.do(self._release_followers, account)
        run.do(self._doubt_unseen, account)
        for operation in self._get_doubtful(account):
            if run.is_over:
                return
            self._settle_one(operation, client, run)

    @api.model
    def _has_work(self, account):
        """Whether an operation could leave now."""
        return bool(
            self.env["marketplace.operation"]
            .sudo()
            .search_count(
                [
                    ("account_id", "=", account.id),
                    ("state", "=", "pending"),
                    "|",
                    ("retry_at", "=", False),
                    ("retry_at", "<=", fields.Datetime.now()),
                ],
                limit=1,
            )
        )

    # Claim --------------------------------------------------------------------------------------

    def _claim(self, account):
        """Take the oldest operation that may leave, in one statement; its lease starts.

        Answers of one case keep their order, and no closing overtakes them; the next one waits
        while one that went by a call is in doubt. Money of one order waits while other money of it
        is in doubt: a gesture seen there could not be told from an equal one of our own. The
        picture of an attempt that left no trace is kept: see `_is_still_absent`.
        """
        now = fields.Datetime.now()
        self.env["marketplace.account"].flush_model(["state"])
        self.env["marketplace.operation"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE marketplace_operation
                   SET state = 'sending', lease_until = %(lease)s, sent_at = NULL,
                       before = CASE WHEN doubted_at IS NULL THEN NULL ELSE before END,
                       attempts = COALESCE(attempts, 0) + 1
                 WHERE id = (SELECT o.id
                               FROM marketplace_operation o
                              WHERE o.account_id = %(account)s AND o.state = 'pending'
                                AND (o.retry_at IS NULL OR o.retry_at <= %(now)s)
                                AND EXISTS (
                                    SELECT FROM marketplace_account a
                                     WHERE a.id = o.account_id AND a.state = 'enabled')
                                AND NOT EXISTS (
                                    SELECT FROM marketplace_operation p
                                     WHERE p.kind = 'reply' AND o.kind = 'reply'
                                       AND p.case_id = o.case_id AND p.id < o.id
                                       AND (p.state IN ('pending', 'sending')
                                            OR p.state = 'unknown'
                                               AND p.payload->>'by_call' = 'true'))
                                AND NOT EXISTS (
                                    SELECT FROM marketplace_operation q
                                     WHERE q.kind = 'reply' AND o.kind = 'close'
                                       AND q.case_id = o.case_id
                                       AND q.state IN ('pending', 'sending', 'sent'))
                                AND NOT EXISTS (
                                    SELECT FROM marketplace_operation m
                                     WHERE m.refund_id IS NOT NULL AND o.refund_id IS NOT NULL
                                       AND m.sale_order_id = o.sale_order_id AND m.id != o.id
                                       AND m.state IN ('sending', 'unknown'))
                           ORDER BY o.id
                              LIMIT 1
                                FOR UPDATE OF o SKIP LOCKED)
             RETURNING id
                """,
                lease=now + LEASE,
                account=account.id,
                now=now,
            )
        )
        operation = self.env["marketplace.operation"].browse([row[0] for row in rows])
        operation.invalidate_recordset()
        if operation.refund_id:
            # Two workers must not take money of one order at once: the second one fails here.
            operation.sale_order_id._lock_refunds()
            operation.refund_id._note_claimed(operation)
        return operation

    def _fenced(self, operation, states, attempts, function, *args):
        """Run `function` only while the operation is where this turn left it.

        State and number of attempts name one claim: a person or another worker who moved it
        changed one of them. Raises LostClaim then.
        """
        operation.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                "SELECT state, attempts FROM marketplace_operation WHERE id = %s FOR UPDATE",
                operation.id,
            )
        )
        if not rows or rows[0][0] not in states or rows[0][1] != attempts:
            raise LostClaim(operation.reference)
        operation.invalidate_recordset()
        return function(*args)

    def _recover_leases(self, account):
        """A process died while sending: in doubt if the call had begun, else simply again."""
        stale = self.env["marketplace.operation"].search(
            [
                ("account_id", "=", account.id),
                ("state", "=", "sending"),
                ("lease_until", "<", fields.Datetime.now()),
            ]
        )
        for operation in stale:
            if operation.sent_at:
                self._set_unknown(
                    operation,
                    operation._get_reader_env()._("The server stopped while this was being sent."),
                )
            else:
                operation._set_state("pending", retry_at=False)

    def _release_followers(self, account):
        """Steps that were being asked for while the step before ended."""
        late = self.env["marketplace.operation"].search(
            [
                ("account_id", "=", account.id),
                ("state", "=", "waiting"),
                ("after_id.state", "in", ("done", "cancelled")),
            ]
        )
        for operation in late.after_id:
            operation._end_waiting()

    # Send ---------------------------------------------------------------------------------------

    def _send(self, operation, client, run):
        """Send one claimed operation once, and record what came of it."""
        attempts = operation.attempts

        def record(function, *args, expected=("sending",)):
            run.do(self._fenced, operation, expected, attempts, function, *args)

        try:
            self._send_claimed(operation, client, run, record)
        except LostClaim:
            _logger.info("Operation %s was moved by somebody else", operation.reference)

    def _send_claimed(self, operation, client, run, record):
        try:
            call = self._prepare(operation, client, run, record)
        except (LostClaim, psycopg2.Error):
            raise
        except errors.LoginError:
            record(operation._set_state, "pending")
            raise
        except (errors.RefusedError, errors.NotSupportedError) as error:
            record(self._record_error, operation, error)
            return
        except errors.ConnectorError as error:  # only read so far: nothing happened
            retry_after = getattr(error, "retry_after", None)
            record(operation._postpone, self._sentence(operation, error), retry_after)
            return
        except Exception as error:
            _logger.exception("Operation %s cannot be prepared", operation.reference)
            record(self._record_error, operation, _as_bug(error))
            return
        if call is None:
            return
        # Whatever the claim became meanwhile (its lease may have ended), the answer is true.
        after_call = ("sending", "unknown")
        try:
            outcome = call()
        except errors.LoginError:
            record(operation._set_state, "pending")
            raise
        except errors.ConnectorError as error:
            record(self._record_error, operation, error, expected=after_call)
            return
        try:
            record(self._record_outcome, operation, outcome, expected=after_call)
        except CONFLICTS:
            # It has left: what another worker wrote at the same moment is sorted out by asking.
            _logger.warning("The outcome of %s met another one", operation.reference, exc_info=True)
            record(self._doubt_conflict, operation, outcome, expected=after_call)

    def _prepare(self, operation, client, run, record):
        """Read what is needed, note the picture before, and return the call that sends; None
        where a look at the marketplace showed that it must not be sent again."""
        run.do(self._check_still_allowed, operation)
        if self._goes_by_mail(operation):
            mail = self.env["marketplace.relay.mail"]
            spoken = operation._for_reader()
            address = mail._get_address(spoken.case_id, client, run)
            message = mail._build(spoken, address)
            picture, call = {}, lambda: mail._send(spoken.account_id, message)
        else:
            remote = operation._get_remote_operation()
            if not self._is_still_absent(operation, remote, client, record):
                return None
            picture = client.picture(remote)

            def call():
                return client.perform(remote, picture)

        record(self._begin_call, operation, picture)
        return call

    def _is_still_absent(self, operation, remote, client, record):
        """Whether an attempt that had left no trace still has none: what shows late is not sent
        again. Records the finding where it has, or may have."""
        if not operation.doubted_at:
            return True
        finding = client.find(remote, operation.before or {}, operation.doubted_at)
        if finding.verdict == base.ABSENT:
            return True
        record(self._record_late_finding, operation, finding)
        return False

    def _record_late_finding(self, operation, finding):
        operation.sent_at = operation.doubted_at
        if finding.verdict == base.FOUND:
            operation.now = finding.now
            self._record_outcome(operation, finding.outcome)
            return
        decide = finding.verdict == base.UNDECIDABLE
        operation.now = finding.now
        self._set_unknown(
            operation,
            operation._get_reader_env()._(
                "Before it was sent again, something new showed at the marketplace: it may be "
                "this or not. Nothing was sent."
            ),
            needs_decision=decide,
        )

    def _doubt_conflict(self, operation, outcome):
        """Where its number stands for another answer of ours already, looking again is no help."""
        taken = outcome.remote_id and operation.search_count(
            [
                ("account_id", "=", operation.account_id.id),
                ("kind", "=", base.REPLY),
                ("remote_id", "=", outcome.remote_id),
            ]
        )
        self._set_unknown(
            operation,
            operation._get_reader_env()._(
                "It was sent, but what the marketplace answered could not be noted."
            ),
            needs_decision=bool(taken),
        )

    def _goes_by_mail(self, operation):
        return operation.kind == base.REPLY and operation.account_id.uses_relay_mail

    def _check_still_allowed(self, operation):
        """What was right when it was asked may not be now."""
        refund = operation.refund_id
        if not refund:
            return
        try:
            refund.sale_order_id._lock_refunds()
            refund._check_left()
        except UserError as error:
            raise errors.RefusedError(str(error), code="over_refund") from error

    def _begin_call(self, operation, picture):
        now = fields.Datetime.now()
        operation.write({"before": picture, "sent_at": now, "lease_until": now + LEASE})

    # Record -------------------------------------------------------------------------------------

    def _record_outcome(self, operation, outcome):
        """What the marketplace answered, item by item where it answers so."""
        if self._goes_by_mail(operation):
            operation._set_state("sent", message=False, retry_at=False, has_left=True)
            return
        if outcome.retry_when_answered:
            self._wait_for_answer(operation, outcome)
            return
        if operation.kind == base.COMMENT:
            operation.comment_ids._apply_items(outcome.items)
            operation._set_state("done", message=False, code=outcome.code or False, retry_at=False)
            return
        if operation.refund_id:
            operation.refund_id._apply_items(outcome.items)
        accepted = outcome.ok or any(item.ok for item in outcome.items)
        if accepted and operation.kind == base.REPLY:
            operation._adopt_conversation(outcome)
        message = self._outcome_sentence(operation, outcome)
        if operation.kind == base.RESOLVE_INCIDENT and operation.now:
            message = message or operation.message  # why it could be sent again
        operation._set_state(
            "done" if accepted else "rejected",
            message=message,
            code=outcome.code or self._item_codes(outcome) or False,
            remote_id=outcome.remote_id or False,
            retry_at=False,
        )
        if accepted and not outcome.ok:
            operation._tell_failure()

    def _outcome_sentence(self, operation, outcome):
        lang_env = operation._get_reader_env()
        texts = [outcome.message, *(item.message for item in outcome.items if not item.ok)]
        return " ".join(translate_term(lang_env, t) for t in dict.fromkeys(texts) if t) or False

    def _item_codes(self, outcome):
        return ", ".join(dict.fromkeys(item.code for item in outcome.items if item.code))

    def _record_error(self, operation, error):
        message = self._sentence(operation, error)
        if isinstance(error, errors.UnknownOutcomeError):
            self._set_unknown(operation, message, error)
            if operation.kind == base.COMMENT:
                operation._cut_comments()
        elif isinstance(error, errors.NotSentError):
            operation._postpone(message, error.retry_after)
        else:
            if self._goes_by_mail(operation):
                # The address may be dead: the next try asks for another.
                operation.case_id.contact_address_date = False
            operation._set_state(
                "rejected", message=message, code=error.code, detail=error.detail or False
            )
            if error.code == base.NEWS:
                # What is new must be on screen before somebody decides.
                streams = operation.account_id.stream_ids
                streams.filtered(lambda s: s.records == "case").next_pull = False
                operation.account_id._trigger_job()

    def _set_unknown(self, operation, message, error=None, needs_decision=False):
        operation._set_state(
            "unknown",
            message=message,
            code=error.code if error else False,
            detail=error and error.detail or False,
            needs_decision=needs_decision,
            retry_at=False,
            has_left=True,
        )

    def _sentence(self, operation, error):
        return translate_term(operation._get_reader_env(), str(error))

    def _wait_for_answer(self, operation, outcome):
        """The marketplace closes only after an answer: wait for ours, if there is one."""
        reply = operation.case_id.operation_ids.filtered(
            lambda o: o.kind == base.REPLY and o.state in ("pending", "sending", "sent", "unknown")
        )[:1]
        message = self._outcome_sentence(operation, outcome)
        if reply:
            operation._set_state("waiting", after_id=reply.id, message=message, code=outcome.code)
        elif not operation.case_id.awaiting_since and operation.attempts < MAX_CLOSE_TRIES:
            operation._postpone(message)  # answered, but the marketplace does not know yet
        else:
            operation._set_state("rejected", message=message, code=outcome.code)

    # Doubt --------------------------------------------------------------------------------------

    def _doubt_unseen(self, account):
        """Relay mail that was sent and not seen in the thread in time is in doubt."""
        limit = self._get_unseen_limit(account)
        unseen = self.env["marketplace.operation"].search(
            [("account_id", "=", account.id), ("state", "=", "sent"), ("sent_at", "<", limit)]
        )
        for operation in unseen:
            self._set_unknown(
                operation,
                operation._get_reader_env()._(
                    "The answer left by e-mail %(minutes)s minutes ago and does not show in the "
                    "discussion: the customer may not have it.",
                    minutes=account.confirm_minutes,
                ),
                needs_decision=True,
            )

    def _get_unseen_limit(self, account):
        """Answers sent before this moment should show in their threads by now.

        Time counts up to the last reading: an answer that nobody could look for is not missing.
        """
        streams = account.stream_ids.filtered(lambda s: s.active and s.records == "case")
        readings = streams.mapped("last_success")
        if not readings or not all(readings):
            return datetime.min
        return min(readings) - timedelta(minutes=account.confirm_minutes)

    def _get_doubtful(self, account):
        return self.env["marketplace.operation"].search(
            [
                ("account_id", "=", account.id),
                ("state", "=", "unknown"),
                ("needs_decision", "=", False),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", fields.Datetime.now()),
            ],
            order="id",
        )

    def _settle_one(self, operation, client, run):
        """Ask the marketplace; never send again blindly. A manager may decide meanwhile."""
        attempts = operation.attempts

        def record(function, *args):
            run.do(self._fenced, operation, ("unknown",), attempts, function, *args)

        try:
            if self._goes_by_mail(operation):
                record(self._settle_mail, operation)
            else:
                self._settle_call(operation, client, record)
        except LostClaim:
            _logger.info("Operation %s was settled by somebody else", operation.reference)

    def _settle_call(self, operation, client, record):
        remote = operation._get_remote_operation()
        try:
            finding = client.find(remote, operation.before or {}, operation.sent_at)
        except errors.LoginError:
            raise
        except errors.ConnectorError as error:
            _logger.info("Operation %s stays in doubt: %s", operation.reference, error)
            record(self._ask_later, operation, operation.now)
            return
        try:
            record(self._apply_finding, operation, finding)
        except CONFLICTS:
            _logger.warning("The finding of %s met another one", operation.reference, exc_info=True)
            undecidable = base.Finding(base.UNDECIDABLE, now=finding.now)
            record(self._apply_finding, operation, undecidable)

    def _settle_mail(self, operation):
        """Whether a mail left is seen in the thread; where it is not in time, a person decides."""
        if operation.sent_at < self._get_unseen_limit(operation.account_id):
            operation.write({"needs_decision": True, "retry_at": False})
        else:
            operation.retry_at = fields.Datetime.now() + SETTLE_AGAIN

    def _apply_finding(self, operation, finding):
        if finding.verdict == base.FOUND:
            operation.now = finding.now
            self._record_outcome(operation, finding.outcome)
        elif finding.verdict == base.NOT_YET:
            # The picture that a manager decided on is kept.
            self._ask_later(operation, operation.now if operation.is_dropped else finding.now)
        elif operation.is_dropped:
            operation._end_dropped(finding.now)
        elif finding.verdict == base.ABSENT:
            # Why sending again is safe is kept with the operation.
            operation._set_state(
                "pending",
                now=finding.now,
                doubted_at=operation.sent_at,
                retry_at=operation._get_pause(),
                message=translate_term(operation._get_reader_env(), finding.reason) or False,
            )
        else:
            values = {"now": finding.now, "needs_decision": True}
            if finding.reason:  # where a person looks before deciding, after what began the doubt
                reason = translate_term(operation._get_reader_env(), finding.reason)
                told = (operation.message, reason)
                values["message"] = " ".join(dict.fromkeys(filter(None, told)))
            operation.write(values)
            operation.refund_id.sudo().message = operation.message
            operation._tell_failure()

    def _ask_later(self, operation, picture):
        operation.write({"now": picture, "retry_at": fields.Datetime.now() + SETTLE_AGAIN})

    # Mail server --------------------------------------------------------------------------------

    @api.model
    def _test_mail_server(self, account):
        """Raise a ConnectorError where the outgoing server does not take the sender address."""
        self.env["marketplace.relay.mail"]._test(account)


def _as_bug(error):
    """A mistake of our own, as an error that is shown; the trace is in the log."""
    return errors.RefusedError(
        "It could not be sent because of a fault in Odoo. Tell your administrator.",
        code="bug",
        detail=repr(error),
    )
