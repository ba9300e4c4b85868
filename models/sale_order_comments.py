"""The follow-up comments of a sale order: where they go, and what the box on its form says."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..connectors import base
from .html_tools import to_bare_text

WRITERS = "marketplace_helpdesk.group_agent,sales_team.group_sale_salesman"
# What may be given with a new comment.
_ADDED = ("text", "is_visible", "is_mailed", "todo_user_id")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_comment_ids = fields.One2many(
        "sale.order.comment",
        "order_id",
        domain=[("is_system", "=", False)],
        copy=False,
        groups=WRITERS,
    )
    marketplace_comment_count = fields.Integer(
        compute="_compute_marketplace_comment_count", groups=WRITERS
    )
    marketplace_shop_name = fields.Char(
        "Shop",
        compute="_compute_marketplace_shop_name",
        compute_sudo=True,
        groups=WRITERS,
        help="The shop or marketplace, with its number of the order.",
    )
    marketplace_comment_box = fields.Json(
        compute="_compute_marketplace_comment_box",
        groups=WRITERS,
        help="What the box for a new comment shows: see _get_comment_box.",
    )

    def _compute_marketplace_comment_count(self):
        groups = self.env["sale.order.comment"]._read_group(
            [("order_id", "in", self.ids), ("is_system", "=", False)], ["order_id"], ["__count"]
        )
        counts = {order.id: count for order, count in groups}
        for order in self:
            order.marketplace_comment_count = counts.get(order.id, 0)

    @api.depends("marketplace_account_id", "marketplace_ref", "name", "client_order_ref", "origin")
    @api.depends_context("uid", "lang")
    def _compute_marketplace_comment_box(self):
        for order in self:
            order.marketplace_comment_box = order._origin and order._get_comment_box() or False

    @api.depends(
        "marketplace_account_id.name", "marketplace_ref", "name", "client_order_ref", "origin"
    )
    def _compute_marketplace_shop_name(self):
        for order in self:
            account = order.marketplace_account_id
            number = account and account._get_shop_order_ref(order)
            order.marketplace_shop_name = " · ".join(filter(None, [account.name, number])) or False

    # Where comments go --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._link_team_shop()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if "team_id" in vals:
            self._link_team_shop()
        return result

    def _link_team_shop(self):
        """Orders of a sales team that sells for one shop belong to that shop."""
        loose = self.sudo().filtered(lambda o: o.team_id and not o.marketplace_account_id)
        if not loose:
            return
        accounts = (
            self.env["marketplace.account"]
            .sudo()
            .search([("order_team_id", "in", loose.team_id.ids)], order="id")
        )
        for order in loose if accounts else ():
            order.marketplace_account_id = accounts.filtered(
                lambda a, o=order: a.order_team_id == o.team_id and a.company_id == o.company_id
            )[:1]

    def _get_comment_channel(self, is_visible):
        """How a comment reaches whom it is for: "shop", "message" or "odoo"."""
        account = self.sudo().marketplace_account_id
        if not account:
            return "odoo"
        if account._takes_comments():
            return "shop" if account._get_shop_order_ref(self.sudo()) else "odoo"
        writes = is_visible and account._can(base.OPEN_CONVERSATION) and self.marketplace_ref
        return "message" if writes else "odoo"

    def _get_comment_problem(self, is_visible, is_mailed):
        """Why such a comment cannot be written here now, in a sentence, or ""."""
        channel = self._get_comment_channel(is_visible=True)
        account = self.sudo().marketplace_account_id
        at_all, visible, mailed = self._get_comment_limits(channel, account)
        limits = at_all or (is_visible and visible) or (is_mailed and mailed)
        return limits or self._get_flags_problem(is_visible, is_mailed)

    # The box ------------------------------------------------------------------------------------

    def _get_comment_box(self):
        """What the box for a new comment shows, as a dict of plain values.

        `effects`: a sentence for each combination of the switches that there is, visible then
        mailed ("10");
        `waiting_count`: how many of this order wait; `next_at`: when they leave, or those of
        other orders that a new one would go along with, ISO in UTC, "" where nothing waits.
        """
        self.ensure_one()
        channel = self._get_comment_channel(is_visible=True)
        account = self.sudo().marketplace_account_id
        why_not, why_not_visible, why_not_mailed = self._get_comment_limits(channel, account)
        waiting, next_at = self._get_next_push(channel, account)
        return {
            "can_write": not why_not,
            "why_not": why_not,
            "channel": channel,
            "account": account.name or "",
            "can_show": not why_not_visible,
            "why_not_visible": why_not_visible,
            "can_mail": not why_not_mailed,
            "why_not_mailed": why_not_mailed,
            "effects": self._get_flag_effects(self._get_comment_effects(channel, account)),
            "next_at": f"{next_at.isoformat()}Z" if next_at else "",
            "next_text": self._get_push_state(channel, account, bool(next_at)),
            "waiting_count": len(waiting),
            "max_length": self._get_comment_length(channel, account),
            "templates": self._get_comment_templates(),
        }

    def _get_next_push(self, channel, account):
        """(comments of this order that wait, when they, or else those of others, leave)"""
        own = comments = self.env["sale.order.comment"].sudo()
        if channel == "shop":
            domain = [*comments._get_waiting_domain(account), ("order_id", "=", self.id)]
            own = comments.search(domain, order="due_at")
        next_at = own[:1].due_at or channel == "shop" and comments._get_next_push(account)
        return own, next_at

    def _get_comment_length(self, channel, account):
        limits = account._client_class().message_limits if channel == "message" else None
        return limits.max_text if limits else 0

    def _get_comment_templates(self):
        templates = self.env["marketplace.comment.template"].search(
            [("company_id", "in", [False, self.company_id.id])]
        )
        return [{"id": template.id, "name": template.name} for template in templates]

    def _get_comment_limits(self, channel, account):
        """(why nothing can be written, why nothing visible, why nothing mailed), "" where it can"""
        if not self.env["sale.order.comment"].has_access("create"):
            return self.env._("Salespeople and marketplace agents write comments."), "", ""
        if channel == "shop":
            return "", *self._get_site_limits()
        if account._takes_comments():
            problem = self._get_shop_problem(account)
            return "", problem, problem
        if channel == "message":
            mail = self.env._("%s tells the customer itself: Odoo mails nothing.", account.name)
            return "", self._get_message_problem(account), mail
        if account and not account._is_web_service():
            nothing = self.env._("%s has no way to show comments to the customer.", account.name)
            return "", nothing, nothing
        mail = "" if self.sudo().partner_id.email else self.env._("The customer has no e-mail.")
        return "", "", mail

    def _get_shop_problem(self, account):
        names = dict(account._fields["order_field"]._description_selection(self.env))
        return self.env._(
            "%(order)s has no number of %(account)s: give it as its %(field)s.",
            order=self.name,
            account=account.name,
            field=names[account.order_field],
        )

    def _get_message_problem(self, account):
        if not self.env.user.has_group("marketplace_helpdesk.group_agent"):
            return self.env._("Only marketplace agents write to customers of %s.", account.name)
        if account.state != "enabled":
            return self.env._("%s is not enabled: nothing can be sent.", account.name)
        return self._get_contact_problem() or ""

    def _get_comment_effects(self, channel, account):
        env, shop = self.env, account.name or ""
        colleagues = env._("Only colleagues read this. It stays in Odoo.")
        texts = {
            "shop": {
                "00": env._("Only colleagues read this, here and in the back office of %s.", shop),
                "10": env._(
                    "The customer reads this in the account at %s. No e-mail leaves.", shop
                ),
                "01": env._(
                    "%s mails this to the customer; it does not show in the account.", shop
                ),
                "11": env._(
                    "The customer reads this in the account at %s and gets it by mail.", shop
                ),
            },
            "message": {
                "00": colleagues,
                "10": env._("Leaves at once as a message to the customer through %s.", shop),
            },
            "odoo": {
                "00": colleagues,
                "10": env._(
                    "The customer reads this on the order's page in the portal. No e-mail."
                ),
                "01": env._("Odoo mails this to the customer; the portal does not show it."),
                "11": env._("The customer reads this in the portal and gets it by e-mail."),
            },
        }
        return texts[channel]

    def _get_push_state(self, channel, account, has_waiting):
        """Why waiting comments do not leave, or when the next one will, "" where that is shown."""
        if channel != "shop":
            return ""
        if account.state == "enabled" and account.active:
            if has_waiting:
                return ""
            if not account.comment_minutes:
                return self.env._("Leaves at once.")
            return self.env._("Leaves %s minutes after it was added.", account.comment_minutes)
        if not account.active:
            return self.env._("%s is archived: comments wait.", account.name)
        states = dict(account._fields["state"]._description_selection(self.env))
        return self.env._(
            "%(account)s is %(state)s: comments wait until it is enabled.",
            account=account.name,
            state=states[account.state].lower(),
        )

    # What people do -----------------------------------------------------------------------------

    def marketplace_add_comment(self, values):
        """Write a comment on this order; returns its id.

        `values`: text, is_visible, is_mailed, todo_user_id, and message_id, the message of the
        chatter that becomes the comment. UserError where it cannot be written.
        """
        self.ensure_one()
        self.check_access("read")
        message = self._get_comment_message(values.get("message_id"))
        comment = self.env["sale.order.comment"].with_context(marketplace_bubble=message)
        wanted = {name: values[name] for name in _ADDED if name in values}
        return comment.create({**wanted, "order_id": self.id}).id

    def _get_comment_message(self, message_id):
        """A message of this order's chatter that is no comment yet."""
        message = self.env["mail.message"].browse(message_id or ())
        if not message:
            return message
        message.check_access("read")
        if message.model != self._name or message.res_id != self.id:
            raise AccessError(self.env._("This message belongs to something else."))
        if self.env["sale.order.comment"].search_count([("mail_message_id", "=", message.id)]):
            raise UserError(self.env._("This message is a comment already."))
        return message

    def marketplace_get_comment_draft(self, message_id):
        """{text, is_visible, is_mailed} of a message of the chatter, for the box."""
        message = self._get_comment_message(message_id)
        text = to_bare_text(message.body)
        return {"text": text, "is_visible": False, "is_mailed": False}

    def marketplace_fill_template(self, template_id):
        """{text, is_visible, is_mailed} of a template, filled for this order."""
        self.ensure_one()
        self.check_access("read")
        return self.env["marketplace.comment.template"].browse(template_id)._fill(self)

    def action_marketplace_send_comments(self):
        """What waits of these orders leaves at the next turn of the scheduler, which is asked for
        at once. Others keep the time that they have to take theirs back."""
        self.check_access("read")
        if not self.env["sale.order.comment"].has_access("write"):
            raise AccessError(self.env._("Salespeople and marketplace agents write comments."))
        comments = self.env["sale.order.comment"].sudo()
        for account in self.sudo().marketplace_account_id:
            account._check_writes()
            waiting = comments.search(
                [*comments._get_waiting_domain(account), ("order_id", "in", self.ids)]
            )
            waiting.due_at = fields.Datetime.now()
            account._trigger_job()
            waiting._tell_screens()

    def action_view_marketplace_comments(self):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "marketplace_helpdesk.action_sale_order_comment"
        )
        action["domain"] = [("order_id", "in", self.ids)]
        action["context"] = {"search_default_people": 1}
        return action
