"""Messages of ours in a case: who they go to, what they carry, what they start."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..connectors import base, payload, records


class MarketplaceCase(models.Model):
    _inherit = "marketplace.case"

    # Who they go to -----------------------------------------------------------------------------

    def _get_participants(self):
        """Who may be written to in this case, of records.CUSTOMER and records.OPERATOR."""
        self.ensure_one()
        names = (self.participants or "").split(",") if self.participants else []
        if not names:
            names = [records.CUSTOMER] if self.order_ref else [records.OPERATOR]
        return [name for name in (records.CUSTOMER, records.OPERATOR) if name in names]

    def _get_default_recipients(self):
        """Whom an answer goes to where its writer does not choose: the account's policy."""
        self.ensure_one()
        if not self.account_id._can(base.CHOOSE_RECIPIENT):
            return []
        allowed = self._get_participants()
        policy = self.account_id.recipient_policy
        if policy == "as_addressed":
            wanted = self._get_addressed()
        else:
            wanted = {"customer": [records.CUSTOMER]}.get(policy, allowed)
        return [name for name in allowed if name in wanted] or allowed[:1]

    def _get_addressed(self):
        """Whoever wrote last, and those who were copied."""
        message = self.sudo().message_ids.filtered(lambda m: m.sender_type != records.SELLER)
        last = message.sorted(lambda m: (m.sent_at, m.id))[-1:]
        sender = records.CUSTOMER if last.sender_type == records.UNKNOWN else last.sender_type
        return [sender, *(last.recipients or "").split(",")]

    def _check_recipients(self, recipients):
        account = self.account_id
        if not account._can(base.CHOOSE_RECIPIENT):
            return
        if not recipients:
            raise UserError(self.env._("Choose who shall get it."))
        if set(recipients) - set(self._get_participants()):
            raise UserError(
                self.env._("%s does not let you write to this recipient here.", account.name)
            )

    # Writing ------------------------------------------------------------------------------------

    def _post_answer(self, text, subject=None, close_after=False, **more):
        """Write the answer on the ticket and enqueue it, in one transaction. Returns the bubble.

        `text`: plain text. `close_after`: close the case, or the ticket where cases are never
        closed, once the answer is delivered. `more`: see `_enqueue_answer`.
        """
        self.ensure_one()
        self._check_can_act(base.REPLY)
        problem = self._get_answer_problem()
        if problem:
            raise UserError(problem)
        closes_there = self.account_id._can(base.CLOSE)
        reply = self._enqueue_answer(
            text, subject=subject, close_ticket=close_after and not closes_there, **more
        )
        self._get_open_operations(base.CLOSE)._wait_for(reply)
        if close_after and closes_there:
            self._ask_close(after=reply)
        return reply.mail_message_id

    def _enqueue_answer(
        self,
        text,
        subject=None,
        recipients=None,
        attachments=None,
        topic_code="",
        last_seen=None,
        close_ticket=False,
        after=None,
    ):
        """The bubble and its operation; returns the operation.

        `recipients`: of records.CUSTOMER and records.OPERATOR, None = the account's policy.
        `attachments`: ir.attachment, copied. `topic_code`: of a conversation that is started;
        `subject` is its topic in words. `last_seen`: number of the newest message that the writer
        saw, None = the newest we have. `after`: the operation that it waits for.
        """
        account = self.account_id
        attachments = attachments or self.env["ir.attachment"]
        if recipients is None:
            recipients = self._get_default_recipients()
        self._check_recipients(recipients)
        account._check_message(text, attachments, self)
        reference = self.env["marketplace.operation"]._new_reference()
        message = self.ticket_id._marketplace_post(
            self, text, self._make_message_id(reference), attachments
        )
        seen = self._get_last_remote_message() if last_seen is None else last_seen
        extra = {
            "by_call": not account.uses_relay_mail,
            "subject": subject,
            "close_ticket": close_ticket,
        }
        return self.env["marketplace.operation"]._enqueue(
            account,
            base.REPLY,
            {
                **payload.to_payload(
                    self._get_reply(text, recipients, topic_code, subject or "", seen)
                ),
                **{key: value for key, value in extra.items() if value},
            },
            case=self,
            after=after,
            reference=reference,
            mail_message_id=message.id,
            attachment_ids=[fields.Command.set(message.sudo().attachment_ids.ids)],
        )

    def _get_reply(self, text, recipients, topic_code, topic, last_seen):
        """The connector's operation. Only a first message names its order and topic."""
        if self.remote_id:
            return base.Reply(
                reference="",
                case_remote_id=self.remote_id,
                text=text,
                recipients=tuple(recipients),
                last_seen=last_seen,
            )
        return base.Reply(
            reference="",
            text=text,
            recipients=tuple(recipients),
            order_ref=self.order_ref or "",
            topic_code=topic_code,
            topic=topic,
        )

    def _get_last_remote_message(self):
        """The marketplace's number of the newest message that we have of this case, "" for none."""
        numbered = self.sudo().message_ids.filtered("remote_id")
        return numbered.sorted(lambda m: (m.sent_at, m.id))[-1:].remote_id or ""

    # A conversation that we started -------------------------------------------------------------

    def _take_remote_id(self, remote_id):
        """The conversation that we started has its number. If it was read before its number was
        known here, what was read joins this case."""
        self.ensure_one()
        if self.remote_id:  # an answer keeps its conversation
            return
        twin = self.search(
            [("account_id", "=", self.account_id.id), ("remote_id", "=", remote_id)], limit=1
        )
        if twin:
            self._take_over(twin)
        self.remote_id = remote_id

    def _take_over(self, twin):
        """All of `twin` becomes part of this case; its ticket goes where nothing is left on it."""
        ticket = twin.ticket_id
        twin.message_ids.write({"case_id": self.id})
        twin.operation_ids.write({"case_id": self.id, "ticket_id": self.ticket_id.id})
        mails = self.message_ids.mail_message_id.filtered(
            lambda m: m.model == ticket._name and m.res_id == ticket.id
        )
        mails.write({"res_id": self.ticket_id.id})
        self.env.flush_all()
        twin.unlink()
        if ticket != self.ticket_id and not ticket.marketplace_case_ids:
            ticket.action_archive()
