"""Files of messages: fetched from the marketplace when somebody opens them, once."""

import re
import time
from contextlib import contextmanager
from zlib import crc32

from odoo import Command, api, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.service.model import retrying
from odoo.tools import SQL, human_size

from ..connectors import errors
from .connector_terms import translate_term

MAX_BYTES = 30 * 1024 * 1024
# So many files of an account are fetched at a time; who comes later waits a little.
LANES = 3
LANE_SECONDS, LANE_PAUSE = 20.0, 0.2
# Not in names of files: what separates folders, and what cannot be seen.
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:\u202a-\u202e\u2066-\u2069]+")


class MarketplaceMessage(models.Model):
    _inherit = "marketplace.message"

    @api.model
    def _open_file(self, case, remote_id):
        """The `ir.attachment`, readable, that holds a file of a message of `case`.

        Commits: the database waits for no marketplace, so nothing may be written before. Raises
        AccessError or MissingError where there is nothing for this user, UserError with a
        sentence where the file cannot be had now.
        """
        message, file = self._find_file(case, remote_id)
        known = message._get_kept_file(remote_id)
        if known:
            return known
        client = message._get_file_client(file)
        with message._hold_lane(remote_id):
            # Whoever opened it just before has fetched it meanwhile.
            known = self._commit(lambda: message._get_kept_file(remote_id))
            if known:
                return known
            found = self._fetch_file(client, remote_id)
            return self._commit(lambda: message._keep_file(file, found))

    def _commit(self, function):
        """Run it and end the transaction; again where another one was in its way."""
        return retrying(function, self.env)

    def _get_kept_file(self, remote_id):
        """The attachment that holds it already; empty where nobody has opened it yet."""
        attachments = self.env["ir.attachment"].sudo()
        for file in self.sudo().files or ():
            if file["remote_id"] == remote_id:
                return attachments.browse(file.get("attachment_id") or ()).exists()
        return attachments

    @contextmanager
    def _hold_lane(self, remote_id):
        """Few files of an account are fetched at a time, and the same one never twice: each file
        has its lane, held over transactions. Outside of it nothing is left to commit."""
        lane = crc32(remote_id.encode()) % LANES
        key = f"marketplace.file:{self.account_id.id}:{lane}"
        busy = self.env._(
            "Other files of “%s” are being fetched just now. Try again in a moment.",
            self.account_id.sudo().name,
        )
        self._take_lane(key, busy)
        try:
            yield
        finally:
            # What failed is not kept, and a transaction that failed takes no more queries.
            self.env.cr.rollback()
            self._commit(lambda: self._steer_lane("pg_advisory_unlock", key))

    def _take_lane(self, key, busy):
        end = time.monotonic() + LANE_SECONDS
        while not self._commit(lambda: self._steer_lane("pg_try_advisory_lock", key)):
            if time.monotonic() >= end:
                raise UserError(busy)
            time.sleep(LANE_PAUSE)

    def _steer_lane(self, function, key):
        """Call a function of PostgreSQL about locks that outlive transactions."""
        query = SQL("SELECT %s(hashtextextended(%s, 0))", SQL(function), key)
        [[answer]] = self.env.execute_query(query)
        return answer

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

    def _get_file_client(self, file):
        """A client with all that it needs to fetch the file without the database."""
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
        return account._get_client()

    def _fetch_file(self, client, remote_id):
        """The connectors.records.File, read from the marketplace now.

        A token that the client draws for it is not kept: the account is the job's to write.
        """
        try:
            with client:
                found = client.get_file(remote_id)
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
        """Store a records.File on the ticket, in the message's bubble; returns its attachment.

        Of two who store it at once the second one fails at the write, starts again and finds it.
        """
        message = self.sudo()
        known = message._get_kept_file(file["remote_id"])
        if known:
            return known
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
