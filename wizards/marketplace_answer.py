"""The answer dialog: who sees it and how it travels, checked before it leaves."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..connectors import base, records
from ..models.html_tools import find_contact_details

RECIPIENTS = {
    "customer": [records.CUSTOMER],
    "both": [records.CUSTOMER, records.OPERATOR],
    "operator": [records.OPERATOR],
}


class MarketplaceAnswer(models.TransientModel):
    _name = "marketplace.answer"
    _inherit = ["marketplace.dialog"]
    _description = "Answer Through A Marketplace"

    # What it is about: a conversation, or what starts one
    case_id = fields.Many2one("marketplace.case")
    sale_order_id = fields.Many2one("sale.order", "Order")
    about_id = fields.Many2one("marketplace.case", "Incident")
    operator_account_id = fields.Many2one("marketplace.account", "Account Of The Operator")
    from_ticket_id = fields.Many2one(
        "helpdesk.ticket", help="Where it was asked for, if that is not the conversation's ticket."
    )
    replaces_id = fields.Many2one("marketplace.operation", "Message To Correct")
    ticket_id = fields.Many2one("helpdesk.ticket", compute="_compute_account_id")
    known_order_id = fields.Many2one("sale.order", "Sale Order", compute="_compute_account_id")
    order_ref = fields.Char("About Order", compute="_compute_account_id")
    case_ids = fields.Many2many(
        "marketplace.case", string="Cases Of The Ticket", compute="_compute_case_ids"
    )
    case_count = fields.Integer(compute="_compute_case_ids")
    account_id = fields.Many2one("marketplace.account", compute="_compute_account_id")
    customer_name = fields.Char("To", compute="_compute_account_id")
    # To whom, and how
    recipient = fields.Selection(
        [
            ("customer", "Customer"),
            ("both", "Customer And Operator"),
            ("operator", "Operator"),
        ],
        compute="_compute_recipient",
        store=True,
        readonly=False,
    )
    recipient_choices = fields.Json(
        compute="_compute_recipient_choices", help="[[value, label]] of those who may be chosen."
    )
    seen_by = fields.Char(compute="_compute_seen_by")
    is_seen_by_customer = fields.Boolean(compute="_compute_seen_by")
    channel = fields.Char(compute="_compute_channel")
    sender = fields.Char("From", compute="_compute_channel")
    deadline = fields.Datetime(related="case_id.deadline")
    warn_hours = fields.Integer(related="case_id.warn_hours")
    subject = fields.Char("Topic", compute="_compute_subject", store=True, readonly=False)
    topic_id = fields.Many2one(
        "marketplace.reason",
        "Topic From The List",
        compute="_compute_topic_id",
        store=True,
        readonly=False,
    )
    topic_ids = fields.Many2many(
        "marketplace.reason", string="Topics To Choose From", compute="_compute_topic_ids"
    )
    body = fields.Text("Text")
    findings = fields.Char(compute="_compute_findings")
    content_policy = fields.Selection(related="account_id.content_policy")
    confirmed = fields.Boolean("Send it all the same")
    close_after = fields.Boolean(
        "Close afterwards", compute="_compute_close_after", store=True, readonly=False
    )
    can_close = fields.Boolean(compute="_compute_closing")
    close_explanation = fields.Char(compute="_compute_closing")
    problem = fields.Char(compute="_compute_problem")
    news = fields.Char(compute="_compute_news")
    seen_id = fields.Integer(
        "Last Message Seen",
        compute="_compute_seen_id",
        store=True,
        readonly=False,
        help="The thread's last message when the dialog was opened.",
    )

    @api.model
    def default_get(self, fields_list):
        """A correction begins with what was written."""
        values = super().default_get(fields_list)
        replaced = self.env["marketplace.operation"].browse(values.get("replaces_id"))
        if replaced:
            values["body"] = replaced.text
            chosen = [key for key, names in RECIPIENTS.items() if replaced._is_for(names)]
            if chosen:
                values["recipient"] = chosen[0]
        return values

    # What it is about ---------------------------------------------------------------------------

    @api.depends("case_id", "sale_order_id", "about_id", "operator_account_id")
    def _compute_account_id(self):
        for wizard in self:
            case, order = wizard.case_id or wizard.about_id, wizard.sale_order_id
            order = order or case.sale_order_id
            wizard.account_id = (
                case.account_id or order.marketplace_account_id or wizard.operator_account_id
            )
            wizard.ticket_id = case.ticket_id
            wizard.known_order_id = order
            wizard.order_ref = case.order_ref or order.marketplace_ref
            wizard.customer_name = (
                case.customer_name or order.sudo().partner_id.name or self.env._("the customer")
            )

    @api.depends("case_id")
    def _compute_case_ids(self):
        for wizard in self:
            cases = wizard.case_id.ticket_id.marketplace_case_ids or wizard.case_id
            # Nobody can be written to in an incident.
            wizard.case_ids = cases.filtered(lambda c: c.kind != records.INCIDENT)
            wizard.case_count = len(wizard.case_ids)

    # To whom ------------------------------------------------------------------------------------

    def _get_participants(self):
        """Who may be written to."""
        if self.case_id:
            return self.case_id._get_participants()
        return RECIPIENTS["both"] if self.order_ref else RECIPIENTS["operator"]

    @api.depends("account_id", "case_id", "order_ref")
    def _compute_recipient(self):
        for wizard in self:
            if not wizard.account_id or not wizard.account_id._can(base.CHOOSE_RECIPIENT):
                wizard.recipient = False
                continue
            names = wizard._get_default_recipients()
            wizard.recipient = next((k for k, v in RECIPIENTS.items() if v == names), False)

    def _get_default_recipients(self):
        if self.case_id:
            return self.case_id._get_default_recipients()
        allowed = self._get_participants()
        both = self.account_id.recipient_policy == "both"
        return allowed if both else allowed[:1]

    def _get_recipients(self):
        """Who gets it: what is on screen; nobody where nobody was chosen. None = no choice."""
        if not self.account_id._can(base.CHOOSE_RECIPIENT):
            return None
        return RECIPIENTS.get(self.recipient, [])

    @api.depends("account_id", "case_id", "customer_name", "order_ref")
    def _compute_recipient_choices(self):
        for wizard in self:
            if not wizard.account_id or not wizard.account_id._can(base.CHOOSE_RECIPIENT):
                wizard.recipient_choices = []
                continue
            values = {"customer": wizard.customer_name, "account": wizard.account_id.name}
            labels = {
                "customer": self.env._("%(customer)s (customer)", **values),
                "both": self.env._("Customer and %(account)s", **values),
                "operator": self.env._("%(account)s (operator)", **values),
            }
            allowed = wizard._get_participants()
            wizard.recipient_choices = [
                [key, labels[key]] for key, names in RECIPIENTS.items() if set(names) <= {*allowed}
            ]

    @api.depends("recipient", "account_id")
    def _compute_seen_by(self):
        for wizard in self:
            operator = wizard.account_id.name
            wizard.is_seen_by_customer = wizard.recipient != "operator"
            wizard.seen_by = {
                "both": self.env._("Seen by the customer and %s, which is told.", operator),
                "operator": self.env._("Seen by %s only, not by the customer.", operator),
                "customer": self.env._("Seen by the customer; %s can read it.", operator),
            }.get(wizard.recipient) or self.env._("Seen by the customer.")

    @api.depends("account_id", "case_id")
    def _compute_channel(self):
        for wizard in self:
            account = wizard.account_id
            shop = account.shop_name or account.name
            wizard.sender = account.sender_email if account.uses_relay_mail else shop
            wizard.channel = (
                wizard._describe_relay()
                if account.uses_relay_mail
                else self.env._("message in %s", account.name)
            )

    def _describe_relay(self):
        case = self.case_id.sudo()
        if case.contact_address and case.contact_address_date and not case.contact_problem:
            until = case.contact_address_date + timedelta(days=self.account_id.relay_days)
            if until > fields.Datetime.now():
                return self.env._(
                    "relay e-mail, address valid until %s",
                    format_date(self.env, until.date()),
                )
        return self.env._("relay e-mail; the address is asked for when it leaves")

    # The topic ----------------------------------------------------------------------------------

    @api.depends("account_id", "case_id", "order_ref")
    def _compute_topic_ids(self):
        """The operator's list, where a conversation is started."""
        for wizard in self:
            usage = base.FOR_TOPIC if wizard.order_ref else base.FOR_OPERATOR_TOPIC
            wizard.topic_ids = not wizard.case_id and wizard.account_id.reason_ids.filtered(
                lambda r, usage=usage: r.usage == usage and r.allowed
            )

    @api.depends("topic_ids")
    def _compute_topic_id(self):
        for wizard in self:
            wizard.topic_id = wizard.topic_ids.filtered("is_default")[:1]

    @api.depends("case_id", "order_ref", "about_id", "account_id")
    def _compute_subject(self):
        for wizard in self:
            ref = wizard.order_ref
            # What the customer alone reads may speak to him.
            by_mail = wizard.account_id.uses_relay_mail
            about = self.env._("Your order %s", ref) if by_mail else self.env._("Order %s", ref)
            wizard.subject = (
                wizard.case_id.subject or wizard.about_id.reason_name or (ref and about)
            )

    # Checks -------------------------------------------------------------------------------------

    @api.depends("body")
    def _compute_findings(self):
        for wizard in self:
            wizard.findings = ", ".join(find_contact_details(wizard.body))

    @api.depends("case_id")
    def _compute_close_after(self):
        for wizard in self:
            wizard.close_after = wizard.case_id._closes_after_answer() and not wizard.replaces_id

    @api.depends("account_id", "case_id", "ticket_id")
    def _compute_closing(self):
        for wizard in self:
            account, explanation = wizard.account_id, False
            closes_there = bool(account) and account._can(base.CLOSE)
            if wizard.case_id.kind == records.SUPPORT_TICKET and not closes_there:
                explanation = self.env._(
                    "Your answer closes the support ticket at %s. Not if you wait for another "
                    "answer; the customer may open it again.",
                    account.name,
                )
            elif not closes_there:
                explanation = self.env._(
                    "The ticket, here in Odoo, once the answer is delivered: %s closes no "
                    "conversations.",
                    account.name,
                )
            elif account._can(base.CLOSE_NEEDS_ANSWER):
                explanation = self.env._(
                    "%s closes only once the answer is seen in the discussion; Odoo waits for "
                    "that, then closes.",
                    account.name,
                )
            else:
                explanation = self.env._("The case is closed once the answer is delivered.")
            wizard.close_explanation = explanation
            frozen = wizard.ticket_id.marketplace_has_incident and not closes_there
            wizard.can_close = bool(wizard.case_id) and not frozen and not wizard.replaces_id

    @api.depends("case_id", "known_order_id", "recipient")
    def _compute_problem(self):
        for wizard in self:
            names = RECIPIENTS.get(wizard.recipient, RECIPIENTS["customer"])
            if wizard.case_id:
                wizard.problem = wizard.case_id._get_answer_problem(names)
            elif wizard.known_order_id and wizard.recipient != "operator":
                wizard.problem = wizard.known_order_id._get_contact_problem()
            else:
                wizard.problem = False

    @api.depends("case_id")
    def _compute_seen_id(self):
        for wizard in self:
            wizard.seen_id = wizard._get_last_message_id()

    def _get_last_message_id(self):
        return max(self.case_id.message_ids.ids, default=0)

    @api.depends("case_id", "seen_id")
    def _compute_news(self):
        """What came while the agent was writing."""
        for wizard in self:
            messages = wizard.case_id.message_ids.filtered(
                lambda m, w=wizard: m.sender_type != records.SELLER and m.id > w.seen_id
            )
            wizard.news = messages[-1:].case_id.last_message_preview if messages else False

    def _get_last_seen(self):
        """The marketplace's number of the newest message that was there when it was written."""
        return self.case_id._get_last_remote_message(self.seen_id)

    # Sending ------------------------------------------------------------------------------------

    def action_send(self):
        """Write the answer on the ticket; it leaves with the job's next turn."""
        self.ensure_one()
        if self.case_id and self.sale_order_id:
            self._get_case_about(self.sale_order_id)
        if self.news and not self.env.context.get("marketplace_news_seen"):
            return self._show_news()
        self._confirm_once()
        text = (self.body or "").strip()
        self.account_id._check_answer_content(text, self.confirmed)
        case = self.case_id or self._open_case()
        case._post_answer(
            text,
            self.subject,
            self.close_after and self.can_close,
            replaces=self.replaces_id,
            recipients=self._get_recipients(),
            attachments=self.attachment_ids,
            topic_code=(self.topic_id & self.topic_ids).code or "",
            last_seen=self._get_last_seen(),
        )
        self._drop_attachments()
        self.from_ticket_id._marketplace_tell_elsewhere(case)
        if self.ticket_id:
            return {"type": "ir.actions.act_window_close"}
        return case.action_view_ticket()

    def _show_news(self):
        """Something came meanwhile: show it once, then let the agent decide."""
        news = self.news
        self.seen_id = self._get_last_message_id()
        return self._show_again(self.env._("New message meanwhile: %s", news))

    def _show_again(self, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _open_case(self):
        """A conversation of our own."""
        cases, account = self.env["marketplace.case"], self.account_id
        if self.about_id:
            return self.about_id._start_thread()
        if self.operator_account_id:
            account._check_can_write_to_operator()
            return cases._open_conversation(account)
        order = self.sale_order_id
        if not order:
            raise UserError(self.env._("Choose a case or an order to write about."))
        order._check_marketplace_can_act(base.OPEN_CONVERSATION)
        if self.problem:
            raise UserError(self.problem)
        if account.uses_relay_mail:
            return cases._open_for_order(order)
        names = RECIPIENTS.get(self.recipient) or ()
        return cases._open_conversation(account, order, order.marketplace_ref, recipients=names)
