"""Answers that travel as ordinary e-mails to a relay address of the marketplace."""

import contextlib
import smtplib
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..connectors import base, errors

# A server that says no for good: sending the same again changes nothing.
FIRST_PERMANENT_CODE = 500
# For each word of the server once the session stands: a mail must leave within its lease.
ANSWER_SECONDS = 30


class MarketplaceRelayMail(models.AbstractModel):
    _name = "marketplace.relay.mail"
    _description = "Marketplace Relay Mail Service"

    # Address ------------------------------------------------------------------------------------

    @api.model
    def _get_address(self, case, client, run):
        """A valid relay address of a case, asked for again where the known one is too old.

        Raises errors.RefusedError, with a sentence for people, where there is none.
        """
        if not self._is_fresh(case):
            found = client.get_contact_address(case.remote_id or "", case.order_ref or "")
            run.do(self._keep_address, case, found)
        if not case.contact_address or case.contact_problem:
            raise errors.RefusedError(
                self._explain(case), code=f"address_{case.contact_problem or 'unknown'}"
            )
        return case.contact_address

    def _is_fresh(self, case):
        limit = fields.Datetime.now() - timedelta(days=case.account_id.relay_days)
        known = case.contact_address and not case.contact_problem and case.contact_address_date
        return bool(known and case.contact_address_date > limit)

    def _keep_address(self, case, found):
        problem = found.problem or (False if found.address else base.ADDRESS_UNKNOWN)
        case.write(
            {
                "contact_address": found.address or False,
                "contact_address_date": fields.Datetime.now(),
                "contact_problem": problem,
            }
        )

    @api.model
    def _explain(self, case):
        """Why there is no address, and what to do."""
        env = case.account_id._get_responsible_env()
        texts = {
            base.ADDRESS_CLOSED: env._(
                "The discussion is closed at %(account)s: it takes no answer any more. "
                "Write to the customer from the order, or in the back office."
            ),
            base.ADDRESS_TOO_OLD: env._(
                "%(account)s gives no address for orders shipped over %(days)s days ago. "
                "Answer in the back office."
            ),
            base.ADDRESS_NOT_FOUND: env._(
                "%(account)s does not know this discussion or order (any more). "
                "Look it up in the back office."
            ),
            base.ADDRESS_UNKNOWN: env._(
                "%(account)s gave no address for this discussion. Try again later, or answer "
                "in the back office."
            ),
        }
        text = texts[case.contact_problem or base.ADDRESS_UNKNOWN]
        return text % {"account": case.account_id.name, "days": case.account_id.relay_days}

    # Mail ---------------------------------------------------------------------------------------

    def _build(self, operation, address):
        """The e-mail of an answer. Its Message-ID belongs to the operation: however often it
        leaves, it is the same mail."""
        account = operation.account_id
        data = operation.payload
        subject = data.get("subject") or operation.case_id.subject or account.name
        try:
            return self._get_server_env(account)._build_email__(
                email_from=account.sender_email,
                email_to=[address],
                subject=" ".join(subject.split()),  # remote text may hold line ends
                body=data["text"],
                reply_to=account.sender_email,
                message_id=operation.mail_message_id.message_id,
                headers={"X-Auto-Response-Suppress": "OOF"},
            )
        except (AssertionError, ValueError, UnicodeError) as error:
            raise errors.RefusedError(
                account._get_responsible_env()._(
                    "No e-mail can be made of this answer: check the account's sender address."
                ),
                code="mail_address",
                detail=repr(error),
            ) from error

    def _get_server_env(self, account):
        return self.env["ir.mail_server"].sudo().with_company(account.company_id)

    def _send(self, account, message):
        """Hand one mail to the outgoing server. Raises connector errors, see `errors`."""
        server = self._get_server_env(account)
        session = self._connect(account)
        try:
            server.send_email(
                message, mail_server_id=account.sudo().mail_server_id.id, smtp_session=session
            )
        except (MailDeliveryException, smtplib.SMTPException, OSError) as error:
            raise self._explain_failure(account, error) from error
        except AssertionError as error:
            raise errors.RefusedError(
                self.env._("The e-mail has no valid sender or recipient."), code="mail_address"
            ) from error
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                if session:
                    session.quit()
        return base.Outcome(ok=True)

    def _connect(self, account):
        """An open session with the outgoing server; whatever fails here, nothing was sent."""
        try:
            session = self._get_server_env(account)._connect__(
                mail_server_id=account.sudo().mail_server_id.id or None,
                smtp_from=account.sender_email,
            )
            if session and session.sock:
                session.sock.settimeout(ANSWER_SECONDS)
        except (UserError, smtplib.SMTPException, OSError) as error:
            raise errors.NotSentError(
                account._get_responsible_env()._(
                    "The outgoing mail server cannot be reached; the answer waits."
                ),
                code="mail_server",
                detail=str(error),
            ) from error
        self._check_sender(account, session)
        return session

    def _check_sender(self, account, session):
        """Odoo may put its notification address in place of the sender, whom the marketplace
        knows: refused before anything leaves."""
        used = getattr(session, "smtp_from", None) or account.sender_email
        if email_normalize(used) == email_normalize(account.sender_email):
            return
        session.close()
        raise errors.RefusedError(
            account._get_responsible_env()._(
                "Odoo would send this answer from %(used)s, which the marketplace does not know. "
                "Choose an outgoing mail server on the account that may use %(wanted)s.",
                used=used,
                wanted=account.sender_email,
            ),
            code="mail_sender",
        )

    def _explain_failure(self, account, error):
        """The connector error of an SMTP failure: refused, not sent, or unknown."""
        env = account._get_responsible_env()
        cause = error.__context__ if isinstance(error, MailDeliveryException) else error
        code = _smtp_code(cause)
        if code is None:
            return errors.UnknownOutcomeError(
                env._("The connection to the mail server broke while the answer was leaving."),
                code="mail_connection",
                detail=str(cause),
            )
        if code >= FIRST_PERMANENT_CODE:
            return errors.RefusedError(
                env._(
                    "The mail server refuses this answer: the relay address may have expired, "
                    "or the sender address %s is not known to the marketplace.",
                    account.sender_email,
                ),
                code=f"smtp_{code}",
                detail=str(cause),
            )
        return errors.NotSentError(
            env._("The mail server asks to try again later; the answer waits."),
            code=f"smtp_{code}",
            detail=str(cause),
        )

    @api.model
    def _test(self, account):
        """Open a session and offer the sender address, without sending anything."""
        if not account.sender_email:
            raise errors.RefusedError(
                self.env._("Give the sender address first: answers leave from it.")
            )
        session = self._connect(account)
        if session is None:  # mails are switched off on this server
            return
        try:
            session.ehlo_or_helo_if_needed()
            code, answer = session.mail(account.sender_email)
            session.rset()
        except (smtplib.SMTPException, OSError) as error:
            raise self._explain_failure(account, error) from error
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                session.quit()
        if code >= FIRST_PERMANENT_CODE:
            raise errors.RefusedError(
                self.env._(
                    "The server refuses the sender %(sender)s (%(code)s). Allow this address "
                    "there, or change “Sender Email”.",
                    sender=account.sender_email,
                    code=code,
                ),
                detail=str(answer),
            )


def _smtp_code(error):
    """The SMTP status of an exception, None where the outcome is open."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    return None
