"""One follow-up comment of an order: for colleagues or the customer, to the shop or from it."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import base

# The shop has a comment with this number.
KNOWN_CODE = "2001"
STATES = [
    ("refused", "Turned Down"),
    ("waiting", "Waiting"),
    ("sent", "Delivered"),
    ("already", "Already There"),
    ("received", "Received"),
    ("kept", "In Odoo Only"),
    ("withdrawn", "Withdrawn"),
]
CHANNELS = [
    ("shop", "To The Shop"),
    ("message", "Marketplace Message"),
    ("odoo", "Odoo"),
]
# What people may still change.
CHANGEABLE = ("waiting", "refused", "kept")
_WRITTEN_BY_PEOPLE = {"text", "is_visible", "is_mailed", "todo_user_id"}


class SaleOrderComment(models.Model):
    _name = "sale.order.comment"
    _inherit = ["marketplace.kept", "marketplace.readable"]
    _description = "Follow-up Comment Of An Order"
    _order = "date desc, id desc"
    _rec_name = "text"

    _marketplace_kept = frozenset(
        {
            "account_id",
            "direction",
            "channel",
            "date",
            "user_id",
            "author_name",
            "state",
            "code",
            "reason",
            "remote_id",
            "website_code",
            "remote_order_ref",
            "remote_date",
            "due_at",
            "sent_at",
            "has_left",
            "operation_id",
            "case_id",
            "mail_message_id",
            "activity_id",
        }
    )

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    account_id = fields.Many2one(
        "marketplace.account", "Shop", ondelete="restrict", readonly=True, index="btree_not_null"
    )
    direction = fields.Selection(
        [("out", "Written Here"), ("in", "From The Shop's Side")],
        default="out",
        required=True,
        readonly=True,
    )
    channel = fields.Selection(CHANNELS, default="odoo", required=True, readonly=True)
    text = fields.Text("Comment", required=True)
    date = fields.Datetime(default=fields.Datetime.now, required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Written By", readonly=True)
    author_name = fields.Char("Author", readonly=True)
    is_visible = fields.Boolean("Visible To The Customer")
    is_mailed = fields.Boolean("Sent By E-mail Too")
    state = fields.Selection(STATES, default="kept", required=True, readonly=True, index=True)
    code = fields.Char("Shop's Code", readonly=True)
    reason = fields.Char(readonly=True)
    remote_id = fields.Char("Comment Number", readonly=True, index="btree_not_null")
    website_code = fields.Char(readonly=True)
    remote_order_ref = fields.Char("Order Number Of The Sender", readonly=True)
    remote_date = fields.Char("Date As It Came", readonly=True)
    due_at = fields.Datetime("Leaves At", readonly=True)
    sent_at = fields.Datetime(readonly=True)
    has_left = fields.Boolean(
        readonly=True, help="An earlier attempt may have brought it: the shop may know its number."
    )
    operation_id = fields.Many2one(
        "marketplace.operation", ondelete="set null", readonly=True, index="btree_not_null"
    )
    case_id = fields.Many2one("marketplace.case", ondelete="set null", readonly=True)
    mail_message_id = fields.Many2one(
        "mail.message", ondelete="set null", readonly=True, index="btree_not_null"
    )
    todo_user_id = fields.Many2one(
        "res.users", "To Do For", domain=[("share", "=", False)], help="Gets an activity."
    )
    activity_id = fields.Many2one("mail.activity", ondelete="set null", readonly=True)
    todo_state = fields.Selection(
        [("open", "To Do"), ("done", "Done")], compute="_compute_todo_state"
    )
    can_change = fields.Boolean(compute="_compute_can_change")

    _received_uniq = models.UniqueIndex(
        "(account_id, website_code, remote_id) WHERE direction = 'in'",
        "This comment came in already.",
    )
    _sent_uniq = models.UniqueIndex(
        "(account_id, remote_id) WHERE direction = 'out' AND remote_id IS NOT NULL",
        "Another comment has this number.",
    )
    # What the job asks for at each run.
    _waiting_idx = models.Index("(account_id, id) WHERE state = 'waiting'")

    def _get_about_names(self):
        return ["order_id"]

    # Computes -----------------------------------------------------------------------------------

    @api.depends("text", "order_id.name")
    def _compute_display_name(self):
        for comment in self:
            first = " ".join((comment.text or "").split())[:40]
            comment.display_name = f"{comment.order_id.name or ''} · {first}"

    @api.depends("todo_user_id", "activity_id.active")
    def _compute_todo_state(self):
        for comment in self:
            activity = comment.sudo().activity_id
            is_open = bool(activity) and activity.active
            comment.todo_state = comment.todo_user_id and ("open" if is_open else "done")

    @api.depends("state", "direction", "operation_id", "channel")
    def _compute_can_change(self):
        for comment in self:
            comment.can_change = comment._is_changeable()

    def _is_changeable(self):
        """Not once it may be on its way, or at somebody's."""
        if self.direction == "in" or self.state not in CHANGEABLE:
            return False
        if self.state == "kept":
            return not self.is_visible and not self.is_mailed
        return self.state == "refused" or self._is_still_here()

    def _is_still_here(self):
        """Whether a comment that waits has surely not left, and is not leaving now."""
        operation = self.sudo().operation_id
        is_batch = not operation or operation.kind == base.COMMENT
        return is_batch and not self.has_left and operation.state in (False, "pending")

    # Writing ------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """By people: the text, its flags and who has something to do. The rest follows from the
        order's account."""
        for vals in vals_list:
            self._check_kept(vals)
        vals_list = [{**vals, "text": (vals.get("text") or "").strip()} for vals in vals_list]
        # The defaults of what nobody fills in by hand are filled in all the same, but not those
        # that come with the context.
        kept = {f"default_{name}" for name in self._get_kept()}
        context = {key: value for key, value in self.env.context.items() if key not in kept}
        quiet = self.sudo().with_context(context)  # pylint: disable=context-overridden
        maker = super(SaleOrderComment, quiet)
        comments = maker.create(vals_list).with_env(self.env)
        comments.check_access("create")
        written = comments.filtered(lambda c: c.direction == "out")
        written._check_text()
        written.sudo()._start(self.env.user)
        return comments

    def write(self, vals):
        changed = _WRITTEN_BY_PEOPLE & vals.keys()
        if changed and not self.env.su:
            self._check_changeable(changed)
        if "order_id" in vals and not self.env.su:
            raise UserError(self.env._("A comment stays with its order: write a new one."))
        if "text" in vals:
            vals = {**vals, "text": (vals["text"] or "").strip()}
        result = super().write(vals)
        if changed and not self.env.su:
            self._follow_change(changed)
        return result

    def _check_changeable(self, changed):
        if changed == {"todo_user_id"}:
            return
        # The batch first: the job takes it in this order, too.
        self.sudo().operation_id.lock_for_update()
        self.sudo().lock_for_update()
        self.invalidate_recordset(["state", "operation_id", "has_left"])
        self.sudo().operation_id.invalidate_recordset(["state"])
        for comment in self:
            if comment.state == "withdrawn":
                raise UserError(
                    self.env._("This comment was withdrawn meanwhile: it did not leave.")
                )
            if not comment._is_changeable():
                raise UserError(
                    self.env._(
                        "This comment has left, or is leaving: it cannot be changed any more. "
                        "Write another one."
                    )
                )

    def _follow_change(self, changed):
        if changed != {"todo_user_id"}:
            self._check_text()
            self.sudo()._restart()
        if "todo_user_id" in changed:
            self._set_to_do()

    def _check_text(self):
        if any(not (comment.text or "").strip() for comment in self):
            raise UserError(self.env._("The comment is empty."))
        for (order, visible, mailed), _comments in self.grouped(
            lambda c: (c.order_id, c.is_visible, c.is_mailed)
        ).items():
            problem = order._get_comment_problem(visible, mailed)
            if problem:
                raise UserError(problem)

    def _start(self, user):
        """What becomes of new comments. `user`: who wrote them."""
        self.write({"user_id": user.id, "author_name": user.name})
        self._choose_channel()
        self._take_bubble(self.env.context.get("marketplace_bubble"))
        self._post_bubble()
        self._go()
        self.filtered("todo_user_id").with_user(user)._set_to_do()

    def _choose_channel(self):
        """By the account of the order as it is now."""
        for (order, visible), comments in self.grouped(
            lambda c: (c.order_id, c.is_visible)
        ).items():
            comments.write(
                {
                    "account_id": order.marketplace_account_id.id,
                    "channel": order._get_comment_channel(visible),
                }
            )

    def _restart(self):
        """What becomes of changed comments: they are new ones for the shop."""
        self._choose_channel()
        self._update_bubble()
        self._go()

    def _go(self):
        """By their channel: they wait for the shop, leave as messages, or stay here."""
        for (channel, account), comments in self.grouped(
            lambda c: (c.channel, c.account_id)
        ).items():
            refused = {c: c.operation_id.filtered(lambda o: o.kind == base.REPLY) for c in comments}
            batches = comments.operation_id - self.env["marketplace.operation"].union(
                *refused.values()
            )
            comments.write(
                {"code": False, "reason": False, "has_left": False, "operation_id": False}
            )
            batches._drop_if_empty()
            if channel == "shop":
                comments._wait_for_shop(account)
            elif channel == "message":
                for comment in comments:
                    comment._leave_as_message(replaces=refused[comment])
            else:
                comments.state = "kept"
                comments.filtered("is_mailed")._mail_to_customer()
        self._tell_screens()

    def _tell_screens(self):
        self.order_id._marketplace_refresh_comment_screens()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        if not self.env.su:
            raise UserError(self.env._("Comments are kept: withdraw one that waits instead."))

    # Buttons ------------------------------------------------------------------------------------

    def action_withdraw(self):
        """Give up a comment that waits, or was refused."""
        self._check_writer()
        for comment in self:
            if comment.state not in ("waiting", "refused"):
                raise UserError(
                    self.env._("Only comments that wait or were turned down can be withdrawn.")
                )
            comment._check_changeable(_WRITTEN_BY_PEOPLE)
            comment.sudo()._take_back()
            comment._tell_screens()

    def _take_back(self):
        """Out of what carries it: the batch goes without it, a refused answer is given up."""
        operation = self.operation_id
        reason = self.env._("Withdrawn by %s.", self.env.user.name)
        self.write({"state": "withdrawn", "operation_id": False, "reason": reason})
        if operation.kind == base.REPLY and operation.state == "rejected":
            operation._set_state("cancelled", message=self.env._("The comment was withdrawn."))
        elif operation.kind == base.COMMENT:
            operation._drop_if_empty()
        self._withdraw_alert()

    def action_correct(self):
        """Open the comment to correct it; saving it sends it again."""
        self.ensure_one()
        self._check_writer()
        view = self.env.ref("marketplace_helpdesk.sale_order_comment_view_form_correct")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct the comment"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def action_send_again(self):
        """Send a refused comment again, as it is now; what may be there comes no second time."""
        self._check_writer()
        for comment in self:
            comment._check_changeable(_WRITTEN_BY_PEOPLE)
            if comment.state == "refused":
                comment._check_text()
                if comment._may_be_there():
                    comment.sudo()._go_again()
                else:
                    comment.sudo()._restart()
                comment.sudo()._withdraw_alert()
        return {"type": "ir.actions.act_window_close"}

    def _may_be_there(self):
        """Whether the shop may have it. Not where its number is known to be somebody else's."""
        is_left = self.has_left or self.code == base.NO_RESULT
        return self.channel == "shop" and is_left and self.code != KNOWN_CODE

    def _check_writer(self):
        self.check_access("write")

    # To do --------------------------------------------------------------------------------------

    def action_to_do(self):
        """Choose the colleague who has something to do; he gets an activity on the order."""
        self.ensure_one()
        self._check_writer()
        view = self.env.ref("marketplace_helpdesk.sale_order_comment_view_form_to_do")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("To do for a colleague"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def _set_to_do(self):
        """An activity on the order for the colleague; the one of before goes."""
        for comment in self:
            comment.sudo().activity_id.unlink()
            if not comment.todo_user_id:
                continue
            comment.sudo().activity_id = (
                comment.order_id.sudo()
                .with_context(mail_activity_quick_update=True)
                .activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=" ".join(comment.text.split())[:80],
                    note=comment._get_html(),
                    user_id=comment.todo_user_id.id,
                )
            )
