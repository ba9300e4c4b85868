"""Files of messages: fetched from the marketplace when somebody opens them, once."""

import re

from odoo import Command, api, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tools import human_size

from ..connectors import errors
from .connector_terms import translate_term

MAX_BYTES = 30 * 1024 * 1024
# Not in names of files: what separates folders, and what cannot be seen.
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:\u202a-\u202e\u2066-\u2069]+")


class MarketplaceMessage(models.Model):
    _inherit = "marketplace.message"

    @api.model
    def _open_file(self, case, remote_id):
        """The `ir.attachment`, readable, that holds a file of a message of `case`.

        Raises AccessError or MissingError where there is nothing for this user, UserError with a
        sentence where the file cannot be had now.
        """
        message, file = self._find_file(case, remote_id)
        attachment = self.env["ir.attachment"].sudo()
        known = attachment.browse(file.get("attachment_id") or ()).exists()
        return known or message._keep_file(file, message._fetch_file(file))

    def _find_file(self, case, remote_id):
        """(message, its entry in `files`), with the rights of the user."""
        if not self.env.user.has_group("marketplace_helpdesk.group_agent"):
            raise AccessError(self.env._("Only marketplace agents may open these files."))
        if not case.exists():
            raise MissingError(self.env._("This case does not exist any more."))
        case.check_access("read")
        case.ticket_id.check_access("read")
        for message in case.message_ids:
            for file in message.files or ():
                if file["remote_id"] == remote_id:
                    return message, file
        raise MissingError(self.env._("No message of this case has this file."))

    def _fetch_file(self, file):
        """The connectors.records.File, read from the marketplace now."""
        account = self.account_id.sudo()
        if not account._is_running():
            raise UserError(
                self.env._(
                    "“%s” is switched off: its files cannot be fetched. Look at them in the "
                    "marketplace's back office.",
                    account.name,
                )
            )
        self._check_file_size(file.get("size") or 0)
        try:
            with account._get_client() as client:
                found = client.get_file(file["remote_id"])
                account._keep_token(client)
        except errors.ConnectorError as error:
            raise UserError(translate_term(self.env, str(error))) from error
        self._check_file_size(len(found.content))
        return found

    def _check_file_size(self, size):
        if size > MAX_BYTES:
            raise UserError(
                self.env._(
                    "This file is too large to open here: it has %(size)s, at most %(limit)s are "
                    "fetched. Open it in the marketplace's back office.",
                    size=human_size(size),
                    limit=human_size(MAX_BYTES),
                )
            )

    def _keep_file(self, file, found):
        """Store a records.File on the ticket, in the message's bubble.

        Of two who open it at once the second one fails at the write, starts again and finds it.
        """
        message = self.sudo()
        ticket = message.case_id.ticket_id
        name = _NOT_IN_NAMES.sub("_", file.get("name") or found.name).strip(" .")
        # Pages and drawings could run scripts where Odoo shows them: kept as plain text.
        attachments = self.env["ir.attachment"].sudo().with_context(attachments_mime_plainxml=True)
        attachment = attachments.create(
            {
                "name": name or self.env._("File"),
                "raw": found.content,
                "res_model": ticket._name,
                "res_id": ticket.id,
            }
        )
        message.files = [
            {**known, "attachment_id": attachment.id}
            if known["remote_id"] == file["remote_id"]
            else known
            for known in message.files
        ]
        message.mail_message_id.attachment_ids = [Command.link(attachment.id)]
        return attachment
