"""Calls of a shop that say that something is new: they are remembered, and believed no further."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# A delivery that comes again within this time may be news: shops give one id to all of a second.
DOUBLE_SECONDS = 60
# A hint that waits for less than this has woken the job.
AWAKE_SECONDS = 30
KEPT_DAYS = 7
# Of an account that is off: by then all of it is read by the clock anyway.
WAITING_DAYS = 30
GC_BATCH = 10_000
BATCH = 500
MAX_TEXT = 100


class MarketplaceHint(models.Model):
    _name = "marketplace.hint"
    _description = "Call Of A Shop"
    _order = "called_at desc, id desc"
    _rec_name = "topic"

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id")
    topic = fields.Char(required=True, readonly=True)
    order_ref = fields.Char("Order", required=True, readonly=True, default="")
    delivery_id = fields.Char(required=True, readonly=True, default="")
    called_at = fields.Datetime("Called On", readonly=True, required=True)
    times = fields.Integer(readonly=True, default=1)
    is_taken = fields.Boolean("Taken By The Job", readonly=True)

    _delivery_uniq = models.UniqueIndex(
        "(account_id, delivery_id, topic, order_ref)", "This call is known already."
    )
    _waiting_idx = models.Index("(account_id, called_at) WHERE is_taken IS NOT TRUE")
    _old_idx = models.Index("(create_date)")

    @api.model
    def _note(self, account, hint):
        """Remember a call and wake the job. `hint`: what the client's `read` gave.

        Nothing else is touched: the answer waits for nobody who works on the account's orders.
        """
        is_awake = self._is_awake(account)
        if self._remember(account, hint) and not is_awake:
            account._trigger_job()

    def _is_awake(self, account):
        """Whether a call of a moment ago has woken the job, which has not taken it yet."""
        since = fields.Datetime.now() - timedelta(seconds=AWAKE_SECONDS)
        waiting = self._get_waiting_domain(account)
        return bool(self.sudo().search_count([*waiting, ("called_at", ">", since)], limit=1))

    def _get_waiting_domain(self, account):
        return [("account_id", "=", account.id), ("is_taken", "=", False)]

    def _remember(self, account, hint):
        """Whether it may be news: not what came before a while ago, word for word."""
        now = fields.Datetime.now()
        [(is_taken,)] = self.env.execute_query(
            SQL(
                "INSERT INTO marketplace_hint AS hint (account_id, topic, order_ref, delivery_id,"
                " called_at, times, is_taken, create_date, write_date)"
                " VALUES (%(account)s, %(topic)s, %(order)s, %(delivery)s, %(now)s, 1, FALSE,"
                " %(now)s, %(now)s)"
                " ON CONFLICT (account_id, delivery_id, topic, order_ref) DO UPDATE SET"
                " times = hint.times + 1, write_date = %(now)s,"
                " is_taken = hint.is_taken AND hint.delivery_id <> '' AND hint.called_at < %(then)s"
                " RETURNING is_taken",
                account=account.id,
                topic=hint.topic[:MAX_TEXT],
                order=hint.order_ref[:MAX_TEXT],
                delivery=hint.delivery_id[:MAX_TEXT],
                now=now,
                then=now - timedelta(seconds=DOUBLE_SECONDS),
            )
        )
        return not is_taken

    # Taken by the job ---------------------------------------------------------------------------

    @api.model
    def _take(self, account):
        """What the shop has called about is read in this run: known orders by their numbers, new
        ones with the next page of orders."""
        hints = self.sudo().search(self._get_waiting_domain(account), limit=BATCH)
        if not hints:
            return
        refs = {hint.order_ref for hint in hints} - {""}
        orders = self.env["sale.order"].sudo()
        known = orders.search(
            [("marketplace_account_id", "=", account.id), ("marketplace_ref", "in", list(refs))]
        )
        known._marketplace_refresh_wanted()
        if refs - set(known.mapped("marketplace_ref")):
            account.stream_ids.filtered(lambda s: s.records == "order").next_pull = False
        hints.is_taken = True

    @api.model
    def _has_waiting(self, account):
        return bool(self.sudo().search_count(self._get_waiting_domain(account), limit=1))

    @api.autovacuum
    def _gc_hints(self):
        """Returns (number deleted, whether there may be more): Odoo calls it until none is left."""
        now = fields.Datetime.now()
        old = self.sudo().search(
            [
                ("create_date", "<", now - timedelta(days=KEPT_DAYS)),
                "|",
                ("is_taken", "=", True),
                ("create_date", "<", now - timedelta(days=WAITING_DAYS)),
            ],
            order="create_date",
            limit=GC_BATCH,
        )
        old.unlink()
        return len(old), len(old) == GC_BATCH
