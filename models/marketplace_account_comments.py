"""Order comments of an account: its role, the numbers of its comments, and its web service."""

import secrets
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..connectors import base
from .connector_terms import translate_term
from .marketplace_account_rules import rule
from .marketplace_operation import OPEN_STATES

# The shop's numbers are 32-bit integers; ours begin far above what an ERP has used up.
FIRST_RANGE, LAST_RANGE, RANGE_SIZE = 1_000, 2_146, 1_000_000
MAX_BATCH = 10_000
# OpenSi may have nothing to say over a long weekend.
SERVICE_SILENCE = timedelta(days=4)
FEED, SHOP = "feed", "shop"


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    has_comments = fields.Boolean(compute="_compute_has_comments")
    opensi_role = fields.Selection(
        [(FEED, "Odoo Feeds the Shop"), (SHOP, "Odoo Is the Shop")],
        "Role",
        default=FEED,
        required=True,
        help="Feeding, Odoo sends order comments to the shop, as OpenSi does. Being the shop, Odoo "
        "offers a web service that OpenSi sends its order comments to.",
    )
    website_code = fields.Char(
        help="Tells several shops with one login apart: the same text on both sides.", copy=False
    )
    soap_version = fields.Selection([("1.1", "1.1"), ("1.2", "1.2")], default="1.1", required=True)
    allow_http = fields.Boolean(
        "Also Without TLS",
        help="The key is a password that never changes: without TLS anybody on the way reads it.",
    )
    order_team_id = fields.Many2one(
        "crm.team",
        "Orders Of",
        check_company=True,
        help="New orders of this sales team belong to this shop. Others can be linked by hand.",
    )
    comment_minutes = rule(
        "comment_minutes",
        "Comments Leave After (minutes)",
        "The first comment waits so long; those written meanwhile go along. 0: at once.",
    )
    comment_batch = fields.Integer("Comments In One Call", default=100, required=True)
    comment_first_id = fields.Integer(
        "Comment Numbers From",
        copy=False,
        help="A range of a million numbers of our own: the shop drops a comment whose number it "
        "has seen before, from whomever it came.",
    )
    comment_sequence_id = fields.Many2one(
        "ir.sequence", ondelete="restrict", groups=fields.NO_ACCESS, copy=False
    )
    service_key = fields.Char(groups=fields.NO_ACCESS, copy=False)
    service_lock = fields.Integer(groups=fields.NO_ACCESS, copy=False)
    web_service_url = fields.Char(
        "Web Service Address",
        compute="_compute_web_service_url",
        compute_sudo=True,
        groups="marketplace_helpdesk.group_administrator",
        help="Where OpenSi sends to.",
    )
    fault_style = fields.Selection(
        [
            ("standard", "In the caller's version, with HTTP 500"),
            ("original", "As the original module: SOAP 1.2 with HTTP 200"),
        ],
        "Refusals Are Told",
        default="standard",
        required=True,
    )
    last_call_at = fields.Datetime("Last Call", readonly=True, copy=False)
    last_call_problem = fields.Char(readonly=True, copy=False)
    last_refused_at = fields.Datetime(
        "Last Wrong Key", readonly=True, copy=False, help="Somebody called with another key."
    )
    comment_count = fields.Integer(compute="_compute_comment_counts")
    comment_refused_count = fields.Integer(compute="_compute_comment_counts")

    _service_key_uniq = models.Constraint(
        "unique(service_key)", "Another account has this web service address."
    )

    # Computes -----------------------------------------------------------------------------------

    @api.depends("provider")
    def _compute_has_comments(self):
        for account in self:
            account.has_comments = account._can(base.COMMENT)

    @api.depends("service_key", "provider")
    def _compute_web_service_url(self):
        root = self.get_base_url() if self else ""
        for account in self:
            offers = account.provider == "opensi" and account.service_key
            account.web_service_url = (
                f"{root}/marketplace/opensi/{account.service_key}" if offers else False
            )

    def _compute_comment_counts(self):
        model = "sale.order.comment"
        all_of_them = self._count_by_account(model, [("is_system", "=", False)])
        refused = self._count_by_account(model, [("state", "=", "refused")])
        for account in self:
            account.comment_count = all_of_them.get(account.id, 0)
            account.comment_refused_count = refused.get(account.id, 0)

    # Checks -------------------------------------------------------------------------------------

    @api.constrains("comment_batch", "comment_first_id")
    def _check_comment_numbers(self):
        for account in self:
            if not 0 < account.comment_batch <= MAX_BATCH:
                raise ValidationError(
                    self.env._("Send between 1 and %s comments in one call.", MAX_BATCH)
                )
            first, last = account.comment_first_id, LAST_RANGE * RANGE_SIZE
            if not 0 <= first <= last:
                raise ValidationError(self.env._("Comment numbers begin between 1 and %s.", last))

    def _is_web_service(self):
        """Whether the other side calls us, so that there is nothing to call or to schedule."""
        return self.provider == "opensi" and self.opensi_role == SHOP

    def _get_required(self):
        """The fields of credentials that must be given before the account is switched on."""
        required = list(self._client_class().required)
        if self.provider == "opensi":
            required.append("website_code")
        if self._is_web_service():
            required.remove("service_url")
        return required

    def _get_service_identity(self):
        """What tells two logins at the same address apart here; a web service has its own."""
        return self.website_code or "", self.id if self._is_web_service() else 0

    def _client_options(self):
        return {
            **super()._client_options(),
            "role": self.opensi_role,
            "website_code": self.website_code or "",
            "soap_version": self.soap_version,
            "allow_http": self.allow_http,
        }

    def _get_max_comments(self):
        """How many comments one call may bring; 0: as many as the account allows."""
        return self._client_class().max_comments

    def _get_sender_label(self):
        """Who writes the comments that come in."""
        return translate_term(self._get_responsible_env(), self._client_class().label)

    def _get_time_zone(self):
        """Where the people of this shop are, for dates without a time."""
        return self.user_id.tz or self.company_id.partner_id.tz or "UTC"

    def _get_shop_order_ref(self, order):
        """The shop's number of a sale order, "" where it has none."""
        if order.marketplace_ref:
            return order.marketplace_ref
        if self.has_own_numbers:  # ours bears the number that customers know
            return ""
        orders = self.env["marketplace.orders"]
        return orders._parse_order_ref(self, order[self.order_field]) or ""

    # Numbers ------------------------------------------------------------------------------------

    def _give_own_numbers(self):
        """An address for the web service and a range of comment numbers, each account its own."""
        for account in self.with_context(active_test=False).sudo():
            if not account.service_key:
                account.service_key = uuid.uuid4().hex
            if not account.comment_first_id:
                account.comment_first_id = self._choose_comment_range()
            if not account.comment_sequence_id:
                account.comment_sequence_id = account._make_comment_sequence()

    def _make_comment_sequence(self):
        return self.env["ir.sequence"].create(
            {
                "name": f"Order comments: {self.name}",
                "company_id": self.company_id.id,
                "number_next": self.comment_first_id,
            }
        )

    @api.model
    def _choose_comment_range(self):
        """The first number of a range that no other account of this database uses."""
        rows = self.env.execute_query(
            SQL("SELECT comment_first_id FROM marketplace_account WHERE comment_first_id > 0")
        )
        used = {first for (first,) in rows}
        starts = [n * RANGE_SIZE + 1 for n in range(FIRST_RANGE, LAST_RANGE)]
        return secrets.choice([start for start in starts if start not in used] or starts)

    def _draw_comment_numbers(self, count):
        """The next numbers of our range, as texts; never drawn twice."""
        self.ensure_one()
        account = self.sudo()
        account._give_own_numbers()
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{account.comment_sequence_id.id:03d}",
                count,
            )
        )
        if rows[-1][0] >= account.comment_first_id + RANGE_SIZE:
            raise UserError(
                self.env._(
                    "The comment numbers of “%s” are used up: give it another range.", self.name
                )
            )
        return [str(number) for (number,) in rows]

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._give_own_numbers()
        accounts._link_team_orders()
        return accounts

    def write(self, vals):
        if vals.get("comment_first_id"):
            self._check_range_unused(vals["comment_first_id"])
        result = super().write(vals)
        if "comment_first_id" in vals:
            for account in self.sudo().filtered("comment_sequence_id"):
                account.comment_sequence_id.number_next = account.comment_first_id
        if "order_team_id" in vals:
            self._link_team_orders()
        return result

    def unlink(self):
        sequences = self.sudo().comment_sequence_id
        result = super().unlink()
        sequences.unlink()
        return result

    def _check_range_unused(self, first):
        """Numbers that left already would be drawn again."""
        self.env["sale.order.comment"].flush_model(["account_id", "direction", "remote_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 1 FROM sale_order_comment
                 WHERE account_id = ANY(%s) AND direction = 'out' AND remote_id ~ '^[0-9]+$'
                   AND remote_id::bigint >= %s AND remote_id::bigint < %s LIMIT 1
                """,
                self.ids,
                first,
                first + RANGE_SIZE,
            )
        )
        if rows and any(account.comment_first_id != first for account in self):
            raise ValidationError(
                self.env._("Comments with numbers of this range have left already: choose another.")
            )

    def _link_team_orders(self):
        """Orders of the team that are at work now belong to the shop from here on."""
        for account in self.filtered("order_team_id"):
            orders = (
                self.env["sale.order"]
                .sudo()
                .search(
                    [
                        ("company_id", "=", account.company_id.id),
                        ("team_id", "=", account.order_team_id.id),
                        ("marketplace_account_id", "=", False),
                        ("date_order", ">=", account.import_start),
                    ]
                )
            )
            orders.marketplace_account_id = account

    # Buttons ------------------------------------------------------------------------------------

    def action_new_service_address(self):
        """Another address for the web service; the one of before leads nowhere from now on."""
        self.check_access("write")
        for account in self:
            account.sudo().service_key = uuid.uuid4().hex

    def action_view_comments(self):
        return self._action_records("marketplace_helpdesk.action_sale_order_comment")

    # The job ------------------------------------------------------------------------------------

    def _push_comments(self, client, run):
        """Comments that are due leave, batch after batch."""
        comments = self.env["sale.order.comment"]
        if self.state != "enabled" or not self._can(base.COMMENT):
            return
        while not run.is_over:
            operation = run.do(comments._queue_due, self)
            if not operation:
                break
            self.env["marketplace.outbox"]._push(self, client, run)
            if operation.state in OPEN_STATES:
                break  # the shop is in trouble: the next run tries again
        if run.is_over and comments._has_due(self):
            self._trigger_job()

    def _watch_comments(self):
        """Comments that have been due for long, and an OpenSi that calls no more, are alarms."""
        now = fields.Datetime.now()
        late = self.env["sale.order.comment"].search_count(
            [
                ("account_id", "=", self.id),
                ("state", "=", "waiting"),
                ("channel", "=", "shop"),
                ("due_at", "<", now - timedelta(hours=self.silence_hours)),
            ],
            limit=1,
        )
        quiet = self._is_web_service() and self.last_call_at
        self._raise_or_withdraw("comments", late)
        self._raise_or_withdraw("no_call", quiet and quiet < now - SERVICE_SILENCE)

    def _raise_or_withdraw(self, kind, is_wrong):
        if is_wrong:
            self._alarm(self._get_alarm(kind))
        else:
            self._withdraw_alarm(kind)
