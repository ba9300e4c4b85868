"""Messages of ours in a case: who they go to, what they carry."""

from odoo import models
from odoo.exceptions import UserError

from ..connectors import base, payload, records


class MarketplaceCase(models.Model):
    _inherit = "marketplace.case"

    # The dialog ---------------------------------------------------------------------------------

    def action_answer(self):
        """Open the answer dialog. An incident is answered in its order's newest conversation with
        the customer, else in a new one."""
        self.ensure_one()
        thread = self._get_thread()
        if thread:
            name = self.env._("Answer through %s", self.account_id.name)
            elsewhere = thread.ticket_id != self.ticket_id
            origin = {"default_from_ticket_id": self.ticket_id.id} if elsewhere else {}
            return self._get_answer_dialog(name, default_case_id=thread.id, **origin)
        name = self.env._("Write to the customer of %s", self._get_order_name())
        return self._get_answer_dialog(name, default_about_id=self.id)

    def _get_answer_dialog(self, name, **context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "marketplace.answer",
            "view_mode": "form",
            "target": "new",
            "context": context,
        }

    def _get_thread(self, recipient=records.CUSTOMER):
        """The conversation that a message goes to: the case itself; for an incident the newest one
        about its order in which `recipient` may be written to, or none."""
        self.ensure_one()
        if self.kind != records.INCIDENT or not self.order_ref:
            return self.filtered(lambda c: c.kind != records.INCIDENT)
        threads = self.search(
            [
                ("account_id", "=", self.account_id.id),
                ("order_ref", "=", self.order_ref),
                ("kind", "!=", records.INCIDENT),
            ]
        )
        fitting = threads.filtered(
            lambda c: recipient in c._get_participants() and not c._get_answer_problem()
        )
        if recipient == records.OPERATOR:
            # Not into whatever the customer asked besides.
            fitting = fitting.filtered(
                lambda c: (
                    c.ticket_id == self.ticket_id or c._get_participants() == [records.OPERATOR]
                )
            )
        return fitting.sorted(lambda c: (c.last_message_at or c.create_date, c.id))[-1:]

    def _get_order_name(self):
        return self.sudo().sale_order_id.name or self.order_ref or self.display_name

    def _get_answer_problem(self, recipients=(records.CUSTOMER,)):
        """Why no answer to `recipients` can be written now, in a sentence, or False."""
        self.ensure_one()
        account = self.account_id
        if account.state != "enabled":
            return self.env._("%s is not enabled: nothing can be sent.", account.name)
        if not self.is_open and not account._can(base.REPLY_CLOSED):
            return self.env._(
                "This discussion is closed at %s: it takes no answer any more.", account.name
            )
        if account._can(base.REPLY) and not account._answers_kind(self.kind):
            return self.env._(
                "%s has no call that answers support tickets. Open this one in the store manager, "
                "answer it there, then press “Done There”.",
                account.name,
            )
        to_operator = set(recipients) == {records.OPERATOR}
        if not self.remote_id and self.sale_order_id and not to_operator:
            return self.sale_order_id._get_contact_problem()
        return False

    def _closes_after_answer(self):
        """Whether an answer closes it, unless its writer waits for another: support tickets, where
        the marketplace asks for that."""
        return self.kind == records.SUPPORT_TICKET and self.account_id.close_after_answer

    def _make_message_id(self, reference):
        """The Message-ID of an answer belongs to its operation, also when it is sent again."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid") or ""
        domain = (self.account_id.sender_email or "").rpartition("@")[2] or "marketplace.invalid"
        return f"<{reference}.{database[:8]}@{domain}>"

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
        """Whoever wrote last, and those who were copied; where nobody wrote, whom we wrote to."""
        asking = (*records.ASKING, records.OPERATOR)
        messages = self.sudo().message_ids.filtered(lambda m: m.sender_type in asking)
        last = messages.sorted(lambda m: (m.sent_at, m.id))[-1:]
        if not last:
            ours = self.sudo().operation_ids.filtered(lambda o: o.kind == base.REPLY)
            return (ours.sorted("id")[-1:].payload or {}).get("recipients") or []
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

    def _post_answer(self, text, subject=None, close_after=False, replaces=None, **more):
        """Write the answer on the ticket and enqueue it, in one transaction. Returns the bubble.

        `text`: plain text. `close_after`: close the case, or the ticket where cases are never
        closed, once the answer is delivered. `replaces`: the operation of a message that has not
        left, or was refused, and is corrected by this one. `more`: see `_enqueue_answer`.
        """
        self.ensure_one()
        self._check_can_act(base.REPLY)
        recipients = more.get("recipients")
        problem = self._get_answer_problem(
            self._get_default_recipients() if recipients is None else recipients
        )
        if problem:
            raise UserError(problem)
        if replaces:
            more["after"] = replaces._get_step_before()
            close_after = bool((replaces.payload or {}).get("close_ticket"))
        closes_there = self.account_id._can(base.CLOSE)
        reply = self._enqueue_answer(
            text,
            subject=subject,
            close_ticket=close_after and not closes_there,
            close_case=close_after and self.kind == records.SUPPORT_TICKET,
            **more,
        )
        self._get_open_operations(base.CLOSE)._wait_for(reply)
        if replaces:
            replaces._replace_with(reply)
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
        close_case=False,
        after=None,
    ):
        """The bubble and its operation; returns the operation.

        `recipients`: of records.CUSTOMER and records.OPERATOR, None = the account's policy.
        `attachments`: ir.attachment, copied. `topic_code`: of a conversation that is started;
        `subject` is its topic in words. `last_seen`: number of the newest message that the writer
        saw, None = the newest we have. `close_case`: the answer itself closes the case there.
        `after`: the operation that it waits for.
        """
        account = self.account_id
        attachments = attachments or self.env["ir.attachment"]
        if recipients is None:
            recipients = self._get_default_recipients()
        self._check_recipients(recipients)
        account._check_message(text, attachments, self)
        reference = self.env["marketplace.operation"]._new_reference()
        message = self.ticket_id._marketplace_post(
            self, text, self._make_message_id(reference), attachments, recipients
        )
        seen = self._get_last_remote_message() if last_seen is None else last_seen
        extra = {
            "by_call": not account.uses_relay_mail,
            "subject": subject,
            "close_ticket": close_ticket,
        }
        operation = self.env["marketplace.operation"]._enqueue(
            account,
            base.REPLY,
            {
                **payload.to_payload(
                    self._get_reply(text, recipients, topic_code, subject or "", seen, close_case)
                ),
                **{key: value for key, value in extra.items() if value},
            },
            case=self,
            after=after,
            reference=reference,
            mail_message_id=message.id,
        )
        operation._keep_files(message.sudo().attachment_ids)
        return operation

    def _get_reply(self, text, recipients, topic_code, topic, last_seen, close_case=False):
        """The connector's operation. Only a first message names its order and topic."""
        if self.remote_id:
            return base.Reply(
                reference="",
                case_remote_id=self.remote_id,
                text=text,
                recipients=tuple(recipients),
                last_seen=last_seen,
                close=close_case,
            )
        return base.Reply(
            reference="",
            text=text,
            recipients=tuple(recipients),
            order_ref=self.order_ref or "",
            topic_code=topic_code,
            topic=topic,
        )

    def _get_last_remote_message(self, up_to=None):
        """The marketplace's number of the newest message that we have of this case, "" for none.

        `up_to`: number of the newest marketplace.message that counts, None = all.
        """
        numbered = self.sudo().message_ids.filtered(
            lambda m: m.remote_id and (up_to is None or m.id <= up_to)
        )
        return numbered.sorted(lambda m: (m.sent_at, m.id))[-1:].remote_id or ""
