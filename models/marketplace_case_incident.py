"""The life of a case that is an incident: open, solved, disputed, closed."""

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from ..connectors import base, records
from .html_tools import to_safe_html
from .marketplace_case import INCIDENT_WAITS


class MarketplaceCase(models.Model):
    _inherit = "marketplace.case"

    woken_at = fields.Datetime(
        "Asked About Again On", readonly=True, copy=False, help="After it was marked as solved."
    )

    def _is_open_incident(self):
        return self.kind == records.INCIDENT and self.incident_state != "closed"

    def _get_awaiting_since(self, unanswered, stop):
        """One that we called solved waits anew since somebody wrote about it."""
        since = super()._get_awaiting_since(unanswered, stop)
        if self.kind == records.INCIDENT and since and self.woken_at:
            return max(since, self.woken_at)
        return since

    # What the marketplace shows -----------------------------------------------------------------

    def _begin_incident(self):
        """New incidents are loud: their tickets are urgent, open again, and agents are told."""
        self._refresh_clock()
        calm = self.ticket_id.filtered(lambda ticket: ticket.priority != "3")
        calm.with_context(mail_notrack=True).priority = "3"
        env = self.account_id._get_responsible_env()
        notes = self._note_on_tickets(
            lambda case: env._(
                "Incident opened at %(account)s: %(reason)s. The order is frozen until the "
                "marketplace closes it.",
                account=case.account_id.name,
                reason=case.reason_name or env._("no reason given"),
            )
        )
        self.ticket_id._marketplace_reopen()
        self._tell_agents(notes)

    def _end_incident(self):
        """The marketplace shows these incidents no more: closed there, and the order is free."""
        if not self:
            return
        self._set_incident_state("closed")
        env = self.account_id._get_responsible_env()
        frozen = self._get_frozen_refs()
        self._note_on_tickets(
            lambda case: (
                env._(
                    "Incident closed at %s; another one of this order is still open.",
                    case.account_id.name,
                )
                if case.order_ref in frozen
                else env._(
                    "Incident closed at %s: the order is no longer frozen.", case.account_id.name
                )
            )
        )
        self.ticket_id._marketplace_close_if_done()
        self._drop_resolutions()

    def _drop_resolutions(self):
        """Steps that would mark these closed ones as solved are given up, and their writers told
        what they wrote. One in doubt is left: it is found to have happened, and its message goes.
        """
        steps = self.sudo().operation_ids.filtered(
            lambda o: (
                o.kind == base.RESOLVE_INCIDENT and o.state in ("pending", "waiting", "rejected")
            )
        )
        for step in steps:
            messages = step.search([("after_id", "=", step.id), ("state", "=", "waiting")])
            env = step._get_reader_env()
            step._set_state("cancelled", message=env._("The incident was closed meanwhile."))
            for message in messages.filtered(lambda o: o.kind == base.REPLY):
                self._tell_unsent(message)

    def _tell_unsent(self, message):
        """The words that its writer had for the operator did not leave: they are handed back."""
        env = message._get_reader_env()
        message.ticket_id._marketplace_alert(
            env._("Message not sent: the incident was closed meanwhile"),
            Markup("<p>%s</p>%s")
            % (
                env._("Nobody has got this message. Send it with “Answer” if it is still needed:"),
                to_safe_html(message.payload["text"]),
            ),
            users=message.user_id,
        )

    def _get_frozen_refs(self):
        """Order numbers among these cases' that have an incident which is open."""
        opened = self.search(
            [
                ("account_id", "in", self.account_id.ids),
                ("order_ref", "in", self.mapped("order_ref")),
                ("kind", "=", records.INCIDENT),
                ("incident_state", "!=", "closed"),
            ]
        )
        return set(opened.mapped("order_ref"))

    def _wake_incident(self, moments):
        """Somebody wrote after we called these solved: whoever has the ticket looks again.

        `moments`: {order number: when}; the clock starts anew then.
        """
        if not self:
            return
        for case in self:
            case.woken_at = moments[case.order_ref].replace(microsecond=0)
        self._set_incident_state("open")
        env = self.account_id._get_responsible_env()
        notes = self._note_on_tickets(
            lambda case: env._(
                "Somebody wrote about this order after its incident was marked as solved: it is "
                "open again here. Look whether it is disputed."
            )
        )
        self.ticket_id._marketplace_reopen()
        self._tell_agents(notes)

    def _tell_agents(self, notes):
        """`notes`: of these cases, in their order."""
        last = {case.ticket_id: note for case, note in zip(self, notes, strict=True)}
        last.pop(self.env["helpdesk.ticket"], None)
        self.env["helpdesk.ticket"]._marketplace_tell_agents(last)

    def _mark_solved(self, operation):
        """The marketplace took our word; the operator checks it and closes the incident."""
        self.ensure_one()
        if self.incident_state not in INCIDENT_WAITS:
            return
        self._set_incident_state("solved")
        env = operation._get_reader_env()
        self._note_on_tickets(
            lambda case: env._(
                "Incident marked as solved; %s checks and closes it.", case.account_id.name
            )
        )

    def _note_on_tickets(self, get_text):
        """A line of the marketplace itself in the chatter of each ticket, which mails nobody.

        `get_text`: the text for a case. Returns the messages in the order of the cases.
        """
        subtype_id = self.env["marketplace.inbox"]._get_subtype_id(internal=True)
        return (
            self.env["mail.message"]
            .sudo()
            .create(
                [
                    {
                        "model": "helpdesk.ticket",
                        "res_id": case.ticket_id.id,
                        "body": get_text(case),
                        "message_type": "marketplace",
                        "subtype_id": subtype_id,
                        "is_internal": True,
                        "author_id": False,
                        "email_from": case.account_id.name,
                        "reply_to": False,
                        "marketplace_sender": records.SYSTEM,
                    }
                    for case in self
                ]
            )
        )

    def _set_incident_state(self, state):
        values = {"incident_state": state}
        if state == "solved":
            values["solved_at"] = fields.Datetime.now()
        elif state == "closed":
            values.update(is_open=False, closed_at=fields.Datetime.now())
        self.sudo().write(values)
        self.sudo()._refresh_clock()
        self.ticket_id._marketplace_refresh_screens(self.ticket_id)

    # What people decide -------------------------------------------------------------------------

    def action_incident_disputed(self):
        """The operator or the customer does not accept our solution: a person saw it."""
        self._move_incident(("open", "solved"), "disputed", self.env._("Incident disputed."))

    def action_incident_reopen(self):
        """Back from disputed, or from solved where more is to be done."""
        self._move_incident(("disputed", "solved"), "open", self.env._("Incident open again."))

    def _move_incident(self, states, state, note):
        for case in self:
            case._check_can_act(base.RESOLVE_INCIDENT)
            if case.incident_state not in states:
                raise UserError(
                    self.env._("“%s” has moved on meanwhile: look again.", case.display_name)
                )
            case._set_incident_state(state)
            case.ticket_id.message_post(body=note, subtype_xmlid="mail.mt_note")
