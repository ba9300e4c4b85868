"""What the chatter's composer shows of an answer: where it goes, who gets it, what was read."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import base, records


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    marketplace_shown = fields.Json(
        compute="_compute_marketplace_shown",
        compute_sudo=True,
        help="What the composer shows; it comes back with the answer and must still be true then.",
        groups="marketplace_helpdesk.group_agent",
    )

    @api.depends(
        "marketplace_case_id",
        "marketplace_case_ids.message_ids",
        "marketplace_account_id.recipient_policy",
    )
    def _compute_marketplace_shown(self):
        for ticket in self:
            shown = ticket.marketplace_case_id and ticket._get_marketplace_shown()
            ticket.marketplace_shown = shown and {
                **shown,
                "seen_by": ticket.marketplace_seen_by,
                "to": ticket._get_marketplace_names(shown["recipients"]),
            }

    def _get_marketplace_shown(self):
        """{"ticket_id", "case_id", "thread_id": 0 for a new conversation, "recipients": names of
        records, empty where there is no choice, "seen_id": the newest marketplace.message}"""
        self.ensure_one()
        case = self.marketplace_case_id
        thread = case._get_thread()
        recipients = thread._get_default_recipients() if thread else self._get_first_recipients()
        return {
            "ticket_id": self.id,
            "case_id": case.id,
            "thread_id": thread.id or 0,
            "recipients": recipients,
            "seen_id": max(thread.sudo().message_ids.ids, default=0),
        }

    def _get_first_recipients(self):
        """Who gets the first message of a new conversation about the current case."""
        account = self.marketplace_case_id.account_id
        if not account or not account._can(base.CHOOSE_RECIPIENT):
            return []
        both = [records.CUSTOMER, records.OPERATOR]
        return both if account.recipient_policy == "both" else both[:1]

    def _get_marketplace_names(self, recipients):
        """Who gets it, in words."""
        case = self.marketplace_case_id
        operator = case.account_id.name
        customer = case.customer_name or self.env._("the customer")
        if list(recipients) == [records.OPERATOR]:
            return operator
        if records.OPERATOR in recipients:
            return self.env._("%(customer)s and %(operator)s", customer=customer, operator=operator)
        return customer

    def _check_marketplace_shown(self, shown):
        """Raise UserError where the answer would not do what its writer had on screen.

        `shown`: what `marketplace_shown` held then; None where a program posts without one.
        """
        now = self._get_marketplace_shown()
        if not shown:
            self._check_marketplace_no_choice(now)
            return
        if any(shown.get(key) != now[key] for key in ("ticket_id", "case_id", "thread_id")):
            raise UserError(
                self.env._(
                    "This ticket answers another conversation now than the one on your screen. "
                    "Nothing was sent: look at it, then send again."
                )
            )
        news = self._get_marketplace_news(now["thread_id"], shown.get("seen_id") or 0)
        if news:
            raise UserError(
                self.env._(
                    "A new message came while you were writing: “%s”. Nothing was sent: read it, "
                    "look who gets your answer, then send again.",
                    news[-1:].case_id.last_message_preview or "",
                )
            )
        if shown.get("recipients") != now["recipients"]:
            raise UserError(
                self.env._(
                    "Your answer would go to %(now)s now; your screen showed %(shown)s. Nothing "
                    "was sent: look who gets it, then send again.",
                    now=self._get_marketplace_names(now["recipients"]),
                    shown=self._get_marketplace_names(shown.get("recipients") or ()),
                )
            )

    def _check_marketplace_no_choice(self, now):
        """Nobody saw who gets it: fine where only one can."""
        case = self.marketplace_case_id
        if not case.account_id._can(base.CHOOSE_RECIPIENT):
            return
        thread = case.browse(now["thread_id"] or ())
        if not thread or len(thread._get_participants()) > 1:
            raise UserError(
                self.env._(
                    "This message could go to the customer, to %s, or to both. Press “Answer” on "
                    "the ticket and choose who gets it.",
                    case.account_id.name,
                )
            )

    def _get_marketplace_news(self, thread_id, seen_id):
        """What others wrote after the message that was on screen."""
        thread = self.env["marketplace.case"].sudo().browse(thread_id or ())
        return thread.message_ids.filtered(lambda m: m.id > seen_id and not m.operation_id).sorted(
            "id"
        )
