"""A notice by mail: the marketplace says that a case has something new, with a link to it."""

import logging
import re
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from ..connectors import records
from .html_tools import is_same_text, preview, to_bare_text
from .marketplace_inbox import QUIET

_logger = logging.getLogger(__name__)

_NUMBER = re.compile(r"#\s?([\w./-]{1,40}\w)")
# A text that was read within this time of its notice is the one that the notice is about.
SAME_TIME = timedelta(days=1)
WAITING_BATCH = 50


class MarketplaceNotice(models.Model):
    _name = "marketplace.notice"
    _description = "Notice By Mail"
    _inherit = ["mail.thread"]
    _order = "id desc"

    name = fields.Char("Subject", readonly=True)
    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    sender = fields.Char("From", readonly=True)
    sender_name = fields.Char("Customer", readonly=True, help="Whom an answer would go to.")
    sent_at = fields.Datetime("Date", required=True, readonly=True)
    text = fields.Text(readonly=True)
    url = fields.Char("Link", readonly=True)
    kind = fields.Char(readonly=True)
    remote_id = fields.Char("Number", readonly=True)
    case_id = fields.Many2one(
        "marketplace.case", ondelete="set null", index="btree_not_null", readonly=True
    )
    ticket_id = fields.Many2one(related="case_id.ticket_id")
    marketplace_message_id = fields.Many2one(
        "marketplace.message",
        "Message",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        help="The message that it told of, or that was made of it.",
    )
    has_made_message = fields.Boolean(readonly=True)
    state = fields.Selection(
        [("new", "Waiting"), ("taken", "Taken"), ("strange", "Set Aside")],
        default="new",
        required=True,
        readonly=True,
    )

    # From the mail gateway ----------------------------------------------------------------------

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        """Nothing is answered, so nothing can go round: a busy site may mail as often as it
        likes."""
        return []

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A mail to an account's alias. Whatever becomes of it, its sender gets nothing."""
        values = custom_values or {}
        account = self.env["marketplace.account"].sudo().browse(values.get("account_id")).exists()
        notice = self.sudo().create(
            {
                "account_id": account.id,
                "name": (msg_dict.get("subject") or "")[:500],
                "sender": values.get("sender") or msg_dict.get("email_from"),
                "sender_name": values.get("sender_name"),
                "sent_at": _get_date(msg_dict.get("date")),
                **account._read_notice(msg_dict.get("body") or ""),
            }
        )
        notice._try_to_take()
        return notice

    def message_update(self, msg_dict, update_vals=None):
        """An answer to a notice is kept beside it."""
        return True

    def _try_to_take(self):
        """What does not work now is done by the job: no mail is sent back because of it. What came
        while the account is off waits until it runs."""
        if not self.account_id._is_running():
            return
        is_wanted = True
        try:
            with self.env.cr.savepoint():
                is_wanted = self._take()
        except Exception:
            _logger.warning("Notice %s is left to the job", self.id, exc_info=True)
        if is_wanted:
            self.account_id._wake_for_notices()

    @api.model
    def _take_waiting(self, account):
        """What could not be taken when it came; one after the other."""
        waiting = self.sudo().search(
            [("account_id", "=", account.id), ("state", "=", "new")],
            order="id",
            limit=WAITING_BATCH,
        )
        for notice in waiting:
            try:
                with self.env.cr.savepoint():
                    notice._take()
            except psycopg2.OperationalError:
                raise  # a conflict with another transaction: all of it is done again
            except Exception as error:
                _logger.warning("Notice %s cannot be taken", notice.id, exc_info=True)
                notice._set_aside(str(error))
            if notice.state == "new":
                return  # enough for today
        if len(waiting) == WAITING_BATCH:
            account._trigger_job()
        elif waiting:
            account._withdraw_alarm("notices")

    # What becomes of it -------------------------------------------------------------------------

    def _take(self):
        """Whether it was taken: others are set aside, or wait for another day."""
        notice = self.with_company(self.company_id).with_context(
            allowed_company_ids=self.company_id.ids, lang=self.account_id._get_language(), **QUIET
        )
        if notice._set_aside_if_strange() or not notice._has_room():
            return False
        case = notice._find_case()
        known = case and notice._find_message(case)
        if not known:
            case = notice._store_case(case)
            known = notice._find_message(case, made_now=True)
            notice.has_made_message = True
        notice._end("taken", case_id=case.id, marketplace_message_id=known.id)
        if case.notice_url != notice.url:
            case.notice_url = notice.url
        return True

    def _find_case(self):
        return self.env["marketplace.case"].search(
            [("account_id", "=", self.account_id.id), ("remote_id", "=", self.remote_id)]
        )

    def _find_message(self, case, made_now=False):
        """The message that the notice tells of; each is told of once."""
        messages = self.env["marketplace.message"].search(
            [
                ("case_id", "=", case.id),
                ("sender_type", "in", records.ASKING),
                ("sent_at", ">", self.sent_at - SAME_TIME),
                ("sent_at", "<", self.sent_at + SAME_TIME),
            ],
            order="id",
        )
        told = self.search([("marketplace_message_id", "in", messages.ids)])
        free = messages - told.marketplace_message_id
        if made_now:
            return free[-1:]
        return free.filtered(
            lambda m: is_same_text(to_bare_text(m.mail_message_id.body), self.text)
        )[:1]

    def _store_case(self, case):
        """Store it as a message of its case, which is made where it is not known yet."""
        message = records.Message(
            sent_at=self.sent_at,
            # Of a known case, nobody says whether the customer or the marketplace wrote.
            sender_type=records.UNKNOWN if case else records.CUSTOMER,
            sender_name=self.sender_name or "",
            body=self.text,
        )
        stored = self._get_record(case, message)
        inbox = self.env["marketplace.inbox"].with_context(marketplace_is_by_mail=True)
        failed, _count = inbox._store_cases(self.account_id, [stored])
        if failed:
            raise ValueError(failed[0].error)
        return self._find_case()

    def _get_record(self, case, message):
        """The connectors.records.Case: of a known one everything stays as it is."""
        common = {
            "remote_id": self.remote_id,
            "updated_at": self.sent_at,
            "complete": False,
            "messages": (message,),
        }
        if not case:
            return records.Case(
                kind=self.kind,
                subject=preview(self.text) or self.name,
                order_ref=self._find_order_ref(),
                created_at=self.sent_at,
                participants=(records.CUSTOMER,),
                **common,
            )
        return records.Case(
            kind=case.kind,
            subject=case.subject or "",
            topic=case.topic or "",
            order_ref=case.order_ref or "",
            product_ref=case.product_ref or "",
            product_ean=case.product_ean or "",
            created_at=case.remote_created_at or None,
            participants=tuple(filter(None, (case.participants or "").split(","))),
            **common,
        )

    def _find_order_ref(self):
        """The marketplace's number of an order that the mail names; "" where there is none."""
        if self.kind != records.SUPPORT_TICKET:
            return ""
        numbers = list(dict.fromkeys(_NUMBER.findall(f"{self.name or ''}\n{self.text or ''}")))
        return self.account_id._find_order_ref(numbers[:20]) if numbers else ""


def _get_date(text):
    """The date of the mail, never of tomorrow."""
    now = fields.Datetime.now()
    try:
        found = fields.Datetime.to_datetime(text) or now
    except (TypeError, ValueError):
        found = now
    return min(found.replace(tzinfo=None, microsecond=0), now)
