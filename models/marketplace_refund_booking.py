"""A refund's way into the accounting, after the marketplace has accepted it."""

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .books_records import BookingImpossible, Item

_logger = logging.getLogger(__name__)

BATCH = 100
RESULTS = [
    ("none", "Not Booked"),
    ("to_book", "To Book"),
    ("no_invoice", "Waits For The Invoice"),
    ("order", "Order Lowered"),
    ("booked", "Credit Note"),
    ("failed", "To Look At"),
]
STATES = [
    *RESULTS[:4],
    ("draft", "Draft Credit Note"),
    ("posted", "Credited"),
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

    @api.depends("booking_result", "credit_note_ids.state")
    def _compute_booking_state(self):
        for refund in self:
            states = set(refund.sudo().credit_note_ids.mapped("state")) - {"cancel"}
            if states:
                refund.booking_state = "posted" if states == {"posted"} else "draft"
            elif refund.booking_result == "booked":
                refund.booking_state = "failed"  # deleted, or cancelled
            else:
                refund.booking_state = refund.booking_result

    @api.depends("credit_note_ids.name", "credit_note_ids.state")
    def _compute_credit_notes(self):
        for refund in self:
            notes = refund.credit_note_ids.filtered(lambda move: move.state != "cancel")
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
        domain = [("booking_result", "=", "to_book")]
        refunds = self.search(domain, order="id", limit=BATCH)
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=self.search_count(domain))
        for refund in refunds:
            refund = refund.try_lock_for_update(allow_referencing=True).filtered(
                lambda row: row.booking_result == "to_book"
            )
            if refund:
                refund._book()
            if not progress._commit_progress(1):
                break

    # Booking ------------------------------------------------------------------------------------

    def _book(self):
        """Book one refund; whatever happens, the refund itself stays as it is."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                problem = self.env["marketplace.books"]._book(self)
        except BookingImpossible as impossible:
            self._fail_booking(str(impossible), impossible.result)
        except UserError as error:
            self._fail_booking(str(error), "failed")
        except psycopg2.OperationalError:
            raise  # a conflict: the whole run starts again
        except Exception as error:
            _logger.exception("Refund %s could not be booked", self.name)
            self._fail_booking(self.env._("It could not be booked: %s", error), "failed")
        else:
            self._withdraw_booking_alarm()
            self.booking_message = problem or False
            if problem:
                self._tell_booking_problem(problem)
            self._tell_booked()

    def _fail_booking(self, message, result):
        self.env.invalidate_all()
        self.write({"booking_result": result, "booking_message": message})
        if result == "failed":
            self._tell_booking_problem(message)

    def _get_booking_items(self):
        """What was accepted, as `books_records.Item`s."""
        items = []
        for line in self.line_ids.filtered(lambda row: row.counts and row.state == "accepted"):
            if not line.sale_line_id and self.kind != "gesture":
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
                    is_lowered=line.is_lowered,
                )
            )
        return items

    def _note_lowered(self):
        """The order was lowered for what is cancelled: never once more."""
        cancelled = self.line_ids.filtered(
            lambda line: line.state == "accepted" and line.decision in ("cancel", "refuse")
        )
        cancelled.sudo().is_lowered = True

    def _drop_imported(self, item):
        """What was lowered for one that turns out to be ours is lowered for ours."""
        lowered = self.env["marketplace.refund.line"].search_count(
            [
                ("item", "=", item.item),
                ("remote_id", "=", item.remote_id),
                ("is_lowered", "=", True),
                ("refund_id.sale_order_id", "=", self.sale_order_id.id),
                ("refund_id.is_imported", "=", True),
            ]
        )
        result = super()._drop_imported(item)
        if item.remote_id and lowered:
            own = self.line_ids.filtered(
                lambda line: line.item == item.item and line.decision in ("cancel", "refuse")
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
        states = dict(self._fields["booking_state"]._description_selection(env))
        text = env._(
            "%(name)s: %(notes)s (%(state)s)",
            name=self.name,
            notes=self.credit_note_names,
            state=states[self.booking_state].lower(),
        )
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
        self.sudo().lock_for_update(allow_referencing=True)
        self.invalidate_recordset(["booking_result", "booking_state"])

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
            refund.write({"booking_result": "none", "booking_message": False})
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
