"""A refund's way into the accounting, after the marketplace has accepted it."""

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .books_records import BookingImpossible, Item
from .job_run import JobRun

_logger = logging.getLogger(__name__)

BATCH = 500
BOOKING_SECONDS = 60
RESULTS = [
    ("none", "Not Booked"),
    ("to_book", "To Book"),
    ("no_invoice", "Waits For The Invoice"),
    ("order", "Order Lowered"),
    ("booked", "Credit Note"),
    ("hand", "Booked By Hand"),
    ("failed", "To Look At"),
]
STATES = [
    *RESULTS[:4],
    ("draft", "Draft Credit Note"),
    ("posted", "Credited"),
    ("hand", "Booked By Hand"),
    ("failed", "To Look At"),
]


class MarketplaceRefund(models.Model):
    _inherit = "marketplace.refund"

    paid_by = fields.Selection(
        [("seller", "Seller"), ("marketplace", "Marketplace")],
        default="seller",
        required=True,
        readonly=True,
        help="What the marketplace pays itself costs nothing here and is not booked.",
    )
    booking_result = fields.Selection(
        RESULTS, default="none", required=True, readonly=True, copy=False
    )
    booking_state = fields.Selection(
        STATES, "In The Books", compute="_compute_booking_state", store=True
    )
    booked_count = fields.Integer(
        readonly=True, copy=False, help="How many credit notes were made; all of them have to live."
    )
    booking_message = fields.Char("About The Booking", readonly=True, copy=False)
    credit_note_ids = fields.One2many(
        "account.move",
        "marketplace_refund_id",
        "Credit Notes",
        readonly=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    credit_note_names = fields.Char(
        "Credit Note", compute="_compute_credit_notes", compute_sudo=True
    )
    credit_note_count = fields.Integer(compute="_compute_credit_notes", compute_sudo=True)
    can_book = fields.Boolean(compute="_compute_can_book")

    _to_book_idx = models.Index("(id) WHERE booking_result = 'to_book'")

    @api.depends("booking_result", "booked_count", "credit_note_ids.state")
    def _compute_booking_state(self):
        for refund in self:
            if refund.booking_result != "booked":
                refund.booking_state = refund.booking_result
                continue
            notes = refund._get_live_notes()
            if len(notes) < refund.booked_count or not notes:
                refund.booking_state = "failed"  # deleted, or cancelled
            else:
                drafts = notes.filtered(lambda move: move.state == "draft")
                refund.booking_state = "draft" if drafts else "posted"

    def _get_live_notes(self):
        return self.sudo().credit_note_ids.filtered(lambda move: move.state != "cancel")

    @api.depends("credit_note_ids.name", "credit_note_ids.state")
    def _compute_credit_notes(self):
        for refund in self:
            notes = refund._get_live_notes()
            refund.credit_note_names = ", ".join(notes.mapped("display_name"))
            refund.credit_note_count = len(refund.credit_note_ids)

    @api.depends("booking_state", "account_id.booking")
    @api.depends_context("uid")
    def _compute_can_book(self):
        may = self._may_book()
        for refund in self:
            refund.can_book = may and refund.booking_state in ("failed", "no_invoice", "to_book")

    # When ---------------------------------------------------------------------------------------

    def _follow_operation(self, operation):
        result = super()._follow_operation(operation)
        self._note_accepted()
        return result

    def _note_accepted(self, accepted_at=None):
        """Lines that were accepted just now are to be booked."""
        fresh = self.line_ids.filtered(
            lambda line: line.state == "accepted" and line.counts and not line.accepted_at
        )
        if not fresh:
            return
        fresh.accepted_at = accepted_at or fields.Datetime.now()
        self._want_booking(fresh.refund_id)

    @api.model
    def _want_booking(self, refunds):
        """Have accepted refunds booked by their own job, at once."""
        wanted = refunds.filtered(
            lambda refund: (
                refund.account_id.booking != "none"
                and refund.paid_by == "seller"
                and refund.booking_state in ("none", "no_invoice", "failed")
            )
        )
        if wanted:
            wanted.sudo().write({"booking_result": "to_book", "booking_message": False})
            self.env.ref("marketplace_helpdesk.cron_book").sudo()._trigger()

    @api.model
    def _cron_book(self):
        """Book what waits. One that fails is noted on itself and stops no other."""
        run = JobRun(self.env, BOOKING_SECONDS)
        for refund in self.search([("booking_result", "=", "to_book")], order="id", limit=BATCH):
            if run.is_over:
                break
            run.do(refund._book_waiting)
        if self.search_count([("booking_result", "=", "to_book")], limit=1):
            self.env.ref("marketplace_helpdesk.cron_book").sudo()._trigger()

    # Booking ------------------------------------------------------------------------------------

    def _book_waiting(self):
        """Book one refund, unless somebody else has meanwhile."""
        self._lock_booking()
        if self.booking_result == "to_book":
            self._book()

    def _lock_booking(self):
        """One booking of an order at a time: they draw from the same invoices."""
        self.sale_order_id._lock_refunds()
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()

    def _book(self):
        """Book one refund; whatever happens, the refund itself stays as it is."""
        self.ensure_one()
        account = self.account_id
        if account.booking == "none":
            self.booking_result = "none"
            return
        # Whoever looks after the account reads what is said about it.
        zone = account.user_id.tz or self.company_id.partner_id.tz
        self = self.with_context(lang=account._get_language(), tz=zone)
        try:
            with self.env.cr.savepoint():
                problem = self._book_once()
        except BookingImpossible as impossible:
            self._fail_booking(str(impossible), impossible.result)
        except UserError as error:
            self._fail_booking(str(error), "failed")
        except psycopg2.OperationalError:
            raise  # a conflict: this refund is booked again from the start
        except Exception as error:
            _logger.exception("Refund %s could not be booked", self.name)
            self._fail_booking(self.env._("It could not be booked: %s", error), "failed")
        else:
            self._withdraw_booking_alarm()
            self.booking_message = problem or False
            if problem:
                self._tell_booking_problem(problem)
            self._tell_booked()

    def _book_once(self):
        """Book it where it is not booked yet: credit notes that live stand, or are made anew."""
        notes = self._get_live_notes()
        total = sum(notes.mapped("amount_total"))
        if notes and self.currency_id.compare_amounts(total, self.accepted_amount) == 0:
            self.write({"booking_result": "booked", "booked_count": len(notes)})
            return ""
        drafts = notes.filtered(lambda move: move.state == "draft" and not move.posted_before)
        if notes - drafts:
            raise BookingImpossible(
                self.env._(
                    "%(total)s is credited already by %(notes)s, %(given)s was given back: book "
                    "the rest by hand.",
                    total=self.currency_id.format(sum((notes - drafts).mapped("amount_total"))),
                    notes=", ".join((notes - drafts).mapped("display_name")),
                    given=self.currency_id.format(self.accepted_amount),
                )
            )
        self.booking_result = "to_book"
        drafts.unlink()
        return self.env["marketplace.books"]._book(self)

    def _note_lost(self):
        """A credit note was deleted or cancelled by somebody: the refund is not in the books."""
        for refund in self.exists():
            if refund.booking_state == "failed" and refund.booking_result == "booked":
                env = refund.account_id._get_responsible_env()
                message = env._("Its credit note was deleted or cancelled.")
                refund.booking_message = message
                refund._tell_booking_problem(message)

    def _fail_booking(self, message, result):
        self.env.invalidate_all()
        self.write({"booking_result": result, "booking_message": message})
        if result == "failed":
            self._tell_booking_problem(message)

    def _get_booking_items(self):
        """What was accepted, as `books_records.Item`s."""
        items = []
        for line in self.line_ids.filtered(lambda row: row.counts and row.state == "accepted"):
            if not line.sale_line_id and self.kind != "gesture" and not self.is_there:
                raise BookingImpossible(
                    self.env._(
                        "“%(line)s” is no line of %(order)s: book it by hand.",
                        line=line.name,
                        order=self.sale_order_id.name,
                    )
                )
            shipping = min(line.shipping_amount, line.accepted_amount)
            items.append(
                Item(
                    sale_line=line.sale_line_id.sudo(),
                    name=line.name,
                    goods=self.currency_id.round(line.accepted_amount - shipping),
                    shipping=shipping,
                    units=line.quantity,
                    decision=line.decision,
                    returned=line.returned,
                    is_unshipped=line.is_unshipped,
                    is_lowered=line.is_lowered,
                )
            )
        return items

    def _note_lowered(self, sale_lines):
        """The order was lowered for what is not to be shipped: never once more."""
        cancelled = self.line_ids.filtered(
            lambda line: (
                line.state == "accepted"
                and line.sale_line_id in sale_lines
                and (line.decision in ("cancel", "refuse") or line.is_unshipped)
            )
        )
        cancelled.sudo().is_lowered = True

    def _drop_double(self, double):
        """What was lowered for one that turns out to be ours is lowered for ours."""
        items = set(double.filtered("is_lowered").mapped("item"))
        result = super()._drop_double(double)
        own = self.line_ids.filtered(
            lambda line: (
                line.item in items and (line.decision in ("cancel", "refuse") or line.is_unshipped)
            )
        )
        own.sudo().is_lowered = True
        return result

    def _get_booking_date(self):
        accepted = [date for date in self.line_ids.mapped("accepted_at") if date]
        return fields.Date.context_today(self, max(accepted, default=fields.Datetime.now()))

    def _tell_booked(self):
        """One line on ticket and order; the credit note tells of its refund itself."""
        if not self.credit_note_ids:
            return
        env = self.account_id._get_responsible_env()
        text = env._("%(name)s is booked: %(notes)s", name=self.name, notes=self.credit_note_names)
        for record in (self.ticket_id, self.sale_order_id):
            if record:
                record.sudo().message_post(body=text, subtype_xmlid="mail.mt_note")

    def _get_booking_summary(self):
        return self.account_id._get_responsible_env()._("%s: credit note to look at", self.name)

    def _tell_booking_problem(self, message):
        """One to-do for whoever looks after the account."""
        summary = self._get_booking_summary()
        if summary in self.activity_ids.mapped("summary"):
            return
        responsible = self.account_id.user_id or self.env.ref("base.user_admin")
        self.sudo().activity_schedule(
            "mail.mail_activity_data_todo", summary=summary, note=message, user_id=responsible.id
        )

    def _withdraw_booking_alarm(self):
        summary = self._get_booking_summary()
        self.sudo().activity_ids.filtered(lambda activity: activity.summary == summary).unlink()

    # Decisions of people ------------------------------------------------------------------------

    @api.model
    def _may_book(self):
        user = self.env.user
        return user.has_group("marketplace_helpdesk.group_manager") or user.has_group(
            "account.group_account_invoice"
        )

    def _check_may_book(self):
        self.check_access("read")
        if not self._may_book():
            raise AccessError(
                self.env._("Only marketplace managers and accountants decide what is booked.")
            )
        for refund in self.sudo():
            refund._lock_booking()

    def action_book_again(self):
        """Book what could not be booked, once its cause is mended."""
        self._check_may_book()
        waiting = self.filtered(lambda refund: refund.can_book)
        for refund in waiting.sudo():
            refund._book()

    def action_booked_by_hand(self):
        """Somebody has credited this already, or it needs no credit note."""
        self._check_may_book()
        for refund in self.sudo():
            if refund.booking_state not in ("failed", "no_invoice", "to_book"):
                raise UserError(self.env._("%s is booked already.", refund.name))
            refund.write({"booking_result": "hand", "booking_message": False})
            refund._withdraw_booking_alarm()
            refund.message_post(
                body=self.env._("%s: booked by hand, no credit note from here.", self.env.user.name)
            )

    def action_view_credit_notes(self):
        """The credit notes of these refunds."""
        self.check_access("read")
        return self.env["account.move"]._action_view_marketplace_notes(
            [("marketplace_refund_id", "in", self.ids)]
        )
