"""Messages of ours on a ticket: the chatter's composer, bubbles, and doors that stay shut."""

from markupsafe import Markup

from odoo import Command, models

from ..connectors import records
from .html_tools import to_plain_text, to_safe_html


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    # Answers from the chatter -------------------------------------------------------------------

    def message_post(self, **kwargs):
        """On a ticket with a case, "Send message" by an internal user is an answer through the
        marketplace; "Log note" stays internal."""
        shown = kwargs.pop("marketplace_shown", None)
        if self._is_marketplace_answer(kwargs):
            return self._marketplace_post_from_chatter(kwargs, shown)
        if kwargs.get("message_type") == "email" and self.sudo().marketplace_case_ids:
            # An e-mail to the desk reaches no customer of a marketplace: shown as a note.
            kwargs.pop("subtype_id", None)
            kwargs["subtype_xmlid"] = "mail.mt_note"
        return super().message_post(**kwargs)

    def _is_marketplace_answer(self, kwargs):
        comment = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        subtype_id = kwargs.get("subtype_id")
        if kwargs.get("subtype_xmlid"):
            subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(kwargs["subtype_xmlid"])
        return (
            not self.env.context.get("marketplace_posting")
            and len(self) == 1
            and kwargs.get("message_type") == "comment"
            and subtype_id == comment
            and self.env.user._is_internal()
            and bool(self.sudo().marketplace_case_ids)
        )

    def _get_allowed_message_params(self):
        return super()._get_allowed_message_params() | {"marketplace_shown"}

    def _marketplace_post_from_chatter(self, kwargs, shown):
        """The chatter's composer knows no dialog: what needs a choice is refused with a way out.

        `shown`: see `marketplace_shown`.
        """
        self._check_marketplace_readable()
        self._check_marketplace_shown(shown)
        case = self.marketplace_case_id
        body = kwargs.get("body") or ""
        text = to_plain_text(body) if isinstance(body, Markup) else body
        case.account_id._check_answer_content(text, confirmed=False)
        seen = {} if not shown else {"recipients": shown["recipients"]}
        thread = case._get_thread()
        if thread and shown:
            seen["last_seen"] = thread._get_last_remote_message(shown["seen_id"])
        thread = thread or case._start_thread()
        uploads = self.env["ir.attachment"].browse(kwargs.get("attachment_ids") or ())
        made = self._marketplace_attach(kwargs.get("attachments") or ())
        message = thread._post_answer(
            text,
            close_after=thread._closes_after_answer(),
            attachments=uploads + made,
            **seen,
        )
        made.sudo().unlink()
        uploads._marketplace_drop_uploads()
        self._marketplace_tell_elsewhere(thread)
        return message

    def _marketplace_tell_elsewhere(self, case):
        """An answer written on this ticket that stands on another one: said here, and that one is
        open again."""
        other = case.ticket_id
        if not self or other == self:
            return
        other._marketplace_reopen()
        note = Markup("<p>%s</p>") % self.env._(
            "The answer written here is in the conversation on %s.",
            other._get_html_link(title=other.number),
        )
        self.message_post(body=note, subtype_xmlid="mail.mt_note")

    def _marketplace_attach(self, files):
        """Attachments of (name, content) pairs, as other programs hand them over."""
        return self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content.encode() if isinstance(content, str) else content,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for name, content, *_more in files
            ]
        )

    # Doors that stay shut: nobody outside is mailed by accident ---------------------------------

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not self.sudo().marketplace_case_ids:
            return recipients
        return [data for data in recipients if data["type"] == "user" and not data["share"]]

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        suggested = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        for ticket in self.sudo().filtered("marketplace_case_ids"):
            suggested[ticket.id] = []
        return suggested

    def _track_template(self, tracking):
        templates = super()._track_template(tracking)
        if self[:1].sudo().marketplace_case_ids:
            templates.pop("stage_id", None)
        return templates

    # Bubbles ------------------------------------------------------------------------------------

    def _get_message_create_valid_field_names(self):
        return super()._get_message_create_valid_field_names() | {
            "marketplace_sender",
            "marketplace_recipients",
        }

    def _marketplace_close_after_answer(self):
        """Its writer wanted the ticket closed once the answer is delivered."""
        for ticket in self:
            if ticket.marketplace_has_incident or ticket.marketplace_deadline:
                continue
            stages = ticket.team_id._get_applicable_stages().filtered("closed")
            if stages and not ticket.stage_id.closed:
                ticket.stage_id = stages[0]

    def _marketplace_post(self, case, text, message_id, attachments=None, recipients=()):
        """The bubble of an answer; it leaves with its operation, not from here.

        What goes to the operator alone is a note: the customer must not find it on a portal.
        """
        self.ensure_one()
        to_operator = list(recipients) == [records.OPERATOR]
        own = {"res_model": self._name, "res_id": self.id}
        # Copies: what leaves is kept as it was, whatever becomes of the invoice it was.
        files = [file.sudo().copy({**own, "name": file.name}) for file in attachments or ()]
        message = self.with_context(marketplace_posting=True).message_post(
            body=to_safe_html(text),
            message_type="marketplace",
            subtype_xmlid="mail.mt_note" if to_operator else "mail.mt_comment",
            is_internal=to_operator,
            message_id=message_id,
            reply_to=False,
            marketplace_sender="seller",
            marketplace_recipients=",".join(recipients) or False,
            email_add_signature=False,
        )
        message.sudo().attachment_ids = [Command.set([file.id for file in files])]
        self.env["mail.notification"].sudo().create(
            {
                "mail_message_id": message.id,
                "notification_type": "marketplace",
                "notification_status": "ready",
                "author_id": message.author_id.id,
                "is_read": True,
                "mail_email_address": case.sudo().contact_address or case.account_id.name,
            }
        )
        return message
