"""Cases that are answered on the marketplace's own pages: opened there, noted as done here."""

from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..connectors import records

# A mail and a notification of the same entry leave the site together.
SAME_ENTRY = timedelta(minutes=2)  # What “Done There” changes.
_DONE_THERE = ("done_there_at", "done_there_by_id", "dealt_id", "reopened_at")


class MarketplaceCase(models.Model):
    _inherit = "marketplace.case"

    is_handoff = fields.Boolean(
        compute="_compute_is_handoff", help="No call answers it: people do that at the marketplace."
    )
    notice_url = fields.Char(
        readonly=True, copy=False, help="The direct link that the marketplace's mail told."
    )
    handoff_url = fields.Char(
        "Page At The Marketplace", compute="_compute_handoff_url", inverse="_inverse_handoff_url"
    )
    done_there_at = fields.Datetime("Done There On", readonly=True, copy=False)
    done_there_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    done_there_before = fields.Json(
        readonly=True, copy=False, help="What “Not Done” restores of before “Done There”."
    )
    is_done_there = fields.Boolean(compute="_compute_is_done_there")
    can_undo_done_there = fields.Boolean(compute="_compute_is_done_there")
    ticket_seen = fields.Char(
        related="ticket_id.marketplace_seen", groups="marketplace_helpdesk.group_agent"
    )
    hears_entries = fields.Boolean(related="account_id.hears_entries")
    dealt_id = fields.Integer(
        readonly=True,
        copy=False,
        help="The newest entry that was there when somebody pressed “Done There” or “No Answer "
        "Needed”, or closed the ticket. A date would end what was written before and read later, "
        "which nobody saw.",
    )
    reopened_at = fields.Datetime(
        "Open Again Since",
        readonly=True,
        copy=False,
        help="First seen open again there; what was written shows only there.",
    )
    unseen_at = fields.Datetime(
        "Newest Entry Known Of",
        readonly=True,
        copy=False,
        help="Told by the site's notifications; what was written shows only there.",
    )

    @api.depends("kind", "account_id.site_ticket_answers", "account_id.provider")
    def _compute_is_handoff(self):
        for case in self:
            account = case.account_id
            case.is_handoff = case.kind == records.SUPPORT_TICKET and not account._answers_kind(
                case.kind
            )

    @api.depends("notice_url", "remote_id", "order_ref", "account_id.service_url")
    def _compute_handoff_url(self):
        for case in self:
            told = case.notice_url
            case.handoff_url = told if case._is_own_site(told) else case.backoffice_url

    def _inverse_handoff_url(self):
        """Links of mails lead anywhere: only those to the account's own site are kept."""
        for case in self:
            case.notice_url = case.handoff_url if case._is_own_site(case.handoff_url) else False
        self.invalidate_recordset(["handoff_url"], flush=False)

    def _is_own_site(self, url):
        own = _get_place(self.account_id.sudo().service_url)
        return bool(own) and _get_place(url) == own

    @api.depends("done_there_at", "awaiting_since", "done_there_before", "is_open", "is_handoff")
    def _compute_is_done_there(self):
        for case in self:
            case.is_done_there = bool(case.done_there_at) and not case.awaiting_since
            case.can_undo_done_there = (
                case.is_done_there
                and bool(case.done_there_before)
                and case.is_open
                and case.is_handoff
            )

    # What people do -----------------------------------------------------------------------------

    def action_open_handoff(self):
        """Open the page at the marketplace where this case is answered."""
        self.ensure_one()
        self.check_access("read")
        if not self.handoff_url:
            raise UserError(self.env._("The address of this back office is not known."))
        return {"type": "ir.actions.act_url", "url": self.handoff_url, "target": "new"}

    def action_done_there(self):
        """Somebody answered or closed it at the marketplace: the clock stops until the customer's
        next entry."""
        self._check_can_hand_off()
        for case in self:
            case.ticket_id._check_marketplace_seen(self.env.context.get("marketplace_seen"))
            if not case.is_handoff:
                raise UserError(
                    self.env._("%s is answered from here: use the answer.", case.display_name)
                )
            before = case.sudo().read(_DONE_THERE, load=None)[0]
            case.sudo().write(
                {
                    "done_there_at": fields.Datetime.now(),
                    "done_there_by_id": self.env.uid,
                    "done_there_before": {
                        name: fields.Datetime.to_string(before[name])
                        if name.endswith("_at")
                        else before[name]
                        for name in _DONE_THERE
                    },
                }
            )
            case.sudo()._end_entries()
            note = self.env._("Done there, at %s.", case.account_id.name)
            case.ticket_id.message_post(body=note, subtype_xmlid="mail.mt_note")

    def action_undo_done_there(self):
        """“Done There” was pressed by mistake, and nothing has come since: the clock goes on."""
        self._check_can_hand_off()
        for case in self:
            if not case.can_undo_done_there:
                raise UserError(
                    self.env._("There is nothing to take back any more: look at the ticket again.")
                )
            case.sudo().write({**case.sudo().done_there_before, "done_there_before": False})
            case.sudo()._refresh_clock()
            note = self.env._("Taken back: not done there.")
            case.ticket_id.message_post(body=note, subtype_xmlid="mail.mt_note")

    def _check_can_hand_off(self):
        if not self.env.user.has_group("marketplace_helpdesk.group_agent"):
            raise AccessError(self.env._("Only marketplace agents may act at a marketplace."))
        self.check_access("read")
        self.ticket_id.check_access("write")

    def _end_entries(self):
        """Nobody waits for an answer to what is known here now."""
        for case in self:
            case.write({"dealt_id": max(case.message_ids.ids, default=0), "reopened_at": False})
        self._refresh_clock()

    # What the marketplace shows -----------------------------------------------------------------

    def _keep_entry(self, moment, is_reopened):
        """Whether there is an entry that shows only there, and that nobody was told of yet.

        `moment`: of the newest one, as far as the site tells; `is_reopened`: seen open again.
        """
        is_new = self._keep_unseen(moment)
        if not (is_new or is_reopened):
            return False
        known = [] if is_reopened else [self.reopened_at]
        known.append(self.unseen_at if is_new else fields.Datetime.now())
        self.reopened_at = min(filter(None, known))
        return True

    def _keep_unseen(self, moment):
        moment = moment and moment.replace(microsecond=0)
        if not moment or (self.unseen_at and moment <= self.unseen_at):
            return False
        self.unseen_at = moment
        is_mailed = self.message_ids.filtered(
            lambda m: m.sender_type in records.ASKING and abs(m.sent_at - moment) < SAME_ENTRY
        )
        return self.is_open and not is_mailed and self._is_news(moment, records.CUSTOMER)

    def _note_reopened(self, reopened):
        """Tell that the customer wrote what shows only there; returns the notes. `reopened`: {id:
        whether it was seen open again}."""
        notes = []
        for case in self:
            env, name = case.account_id._get_responsible_env(), case.account_id.name
            if reopened[case.id]:
                body = env._("Open again at %s. What the customer wrote is shown there only.", name)
            else:
                body = env._(
                    "The customer wrote again at %s. What he wrote is shown there only.", name
                )
            notes.append(case.ticket_id.message_post(body=body, subtype_xmlid="mail.mt_note"))
        return notes

    def _get_unseen_entries(self, stop):
        """Dates of entries that are known of and not shown, after `stop`."""
        is_unseen = self.is_open and self.reopened_at and self.reopened_at >= stop
        return [self.reopened_at] if is_unseen else []


def _get_place(url):
    """Host and port of an address of the web, "" for anything else."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    return parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
