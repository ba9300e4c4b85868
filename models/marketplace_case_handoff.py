"""Cases that are answered on the marketplace's own pages: opened there, noted as done here."""

from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..connectors import records


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
    is_done_there = fields.Boolean(compute="_compute_is_done_there")
    reopened_at = fields.Datetime(
        "Open Again Since",
        readonly=True,
        copy=False,
        help="First seen open again there; what was written shows only there.",
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

    @api.depends("done_there_at", "awaiting_since")
    def _compute_is_done_there(self):
        for case in self:
            case.is_done_there = bool(case.done_there_at) and not case.awaiting_since

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
        if not self.env.user.has_group("marketplace_helpdesk.group_agent"):
            raise AccessError(self.env._("Only marketplace agents may act at a marketplace."))
        for case in self:
            case.check_access("read")
            case.ticket_id.check_access("write")
            if not case.is_handoff:
                raise UserError(
                    self.env._("%s is answered from here: use the answer.", case.display_name)
                )
            case.sudo().write(
                {"done_there_at": case._get_done_moment(), "done_there_by_id": self.env.uid}
            )
            case.sudo()._refresh_clock()
            note = self.env._("Done there, at %s.", case.account_id.name)
            case.ticket_id.message_post(body=note, subtype_xmlid="mail.mt_note")

    def _get_done_moment(self):
        """Now, and after all that is known: whoever pressed the button has seen it."""
        known = [moment for moment in (self.last_message_at, self.reopened_at) if moment]
        return max([fields.Datetime.now(), *(moment + timedelta(seconds=1) for moment in known)])

    # What the marketplace shows -----------------------------------------------------------------

    def _note_reopened(self):
        """Seen open again, while replies show only there: somebody wrote. Returns the notes."""
        now = fields.Datetime.now()
        notes = []
        for case in self:
            case.reopened_at = now
            env = case.account_id._get_responsible_env()
            notes.append(
                case.ticket_id.message_post(
                    body=env._(
                        "Open again at %s. What the customer wrote is shown there only.",
                        case.account_id.name,
                    ),
                    subtype_xmlid="mail.mt_note",
                )
            )
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
