"""Conversations that we start: about an order, or with the operator alone."""

from markupsafe import Markup

from odoo import api, fields, models

from ..connectors import base, records
from .html_tools import is_same_text, is_short, to_plain_text
from .marketplace_inbox import FILE_ROUTE

# What the marketplace says of a conversation, kept when two rows of it become one.
TOLD = (
    "kind",
    "subject",
    "topic",
    "is_open",
    "participants",
    "keeps_clock",
    "reply_needed_since",
    "no_reply_needed_at",
    "closed_at",
    "awaiting_since",
    "warned",
    "remote_created_at",
    "remote_updated_at",
    "last_message_at",
    "last_message_preview",
)


class MarketplaceCase(models.Model):
    _inherit = "marketplace.case"

    @api.model
    def _open_for_order(self, order):
        """The case for a contact by relay mail: an open one about the order, else one of our own
        making."""
        account = order.marketplace_account_id
        known = self.search(
            [
                ("account_id", "=", account.id),
                ("sale_order_id", "=", order.id),
                ("kind", "=", records.ORDER_QUESTION),
                ("is_open", "=", True),
            ],
            limit=1,
        )
        return known or self._open_conversation(account, order, order.marketplace_ref)

    @api.model
    def _open_conversation(self, account, order=None, order_ref="", ticket=None, recipients=()):
        """A case of our own making. The marketplace numbers it once its first message is there.

        `order`: sale.order, empty where it is not known here; without `order_ref` the conversation
        is one with the operator alone. `ticket`: where it belongs, else a new one. `recipients`: of
        records.CUSTOMER and records.OPERATOR, where they are known.
        """
        order = self.env["sale.order"] if order is None else order
        if not ticket:
            ticket = self._make_conversation_ticket(account, order, order_ref, recipients)
        values = {
            "account_id": account.id,
            "kind": records.ORDER_QUESTION if order_ref else records.CONVERSATION,
            "subject": self._get_conversation_name(account, order, order_ref),
            "order_ref": order_ref or False,
            "sale_order_id": order.id,
            "ticket_id": ticket.id,
            "customer_name": order.partner_id.name,
        }
        if account._can(base.CHOOSE_RECIPIENT):
            names = (records.CUSTOMER, records.OPERATOR) if order_ref else (records.OPERATOR,)
            values["participants"] = ",".join(names)
        return self.sudo().create(values).with_env(self.env)

    def _start_thread(self):
        """A conversation about the order of an incident, on its ticket."""
        self.ensure_one()
        self._check_can_act(base.OPEN_CONVERSATION)
        return self._open_conversation(
            self.account_id, self.sale_order_id, self.order_ref, self.ticket_id
        )

    def _get_conversation_name(self, account, order, order_ref):
        if not order_ref:
            return self.env._("Message to %s", account.name)
        return self.env._("Message about %s", order.name or order_ref)

    def _make_conversation_ticket(self, account, order, order_ref, recipients=()):
        name = self._get_conversation_name(account, order, order_ref)
        # What the operator alone reads is nothing for the customer's portal.
        partner = order.partner_id if set(recipients) != {records.OPERATOR} else None
        ticket = (
            self.env["helpdesk.ticket"]
            .sudo()
            .with_context(mail_create_nosubscribe=True, mail_notrack=True)
            ._marketplace_create(
                account,
                [
                    {
                        "name": name,
                        "description": name,
                        "partner_id": partner.id if partner else False,
                        "partner_name": order.partner_id.name or False,
                        "sale_order_ids": [fields.Command.link(order.id)] if order else [],
                    }
                ],
            )
        )
        if self.env.user in account.team_id.user_ids:
            ticket.user_id = self.env.user
        return ticket

    def _are_operators_alone(self):
        """Whether these cases have messages, and none of them is the customer's to read."""
        bubbles = self.message_ids.mail_message_id
        return bool(bubbles) and all(bubbles.mapped("is_internal"))

    # Its number ---------------------------------------------------------------------------------

    def _was_opened_by_us(self, remote):
        """Whether the marketplace's case is the one that we opened: same order, our text."""
        self.ensure_one()
        if self.order_ref != remote.order_ref:
            return False
        texts = [
            o.payload["text"]
            for o in self.operation_ids
            if o.kind == base.REPLY and (o.has_left or o.sent_at)
        ]
        return any(_is_ours(text, message) for text in texts for message in remote.messages)

    def _take_remote_id(self, remote_id):
        """The conversation that we started has its number. If it was read before its number was
        known here, what was read joins this case."""
        self.ensure_one()
        if self.remote_id:  # an answer keeps its conversation
            return
        twin = self.search(
            [("account_id", "=", self.account_id.id), ("remote_id", "=", remote_id)], limit=1
        )
        if twin:
            self._take_over(twin)
        self.remote_id = remote_id
        self._refresh_clock()

    def _take_over(self, twin):
        """All of `twin` becomes part of this case; its ticket goes where nothing is left on it."""
        ticket = twin.ticket_id
        told = twin.read(TOLD, load=False)[0]
        moments = [m for m in (self.no_answer_at, twin.no_answer_at) if m]
        # Answers written there that the thread does not show yet have a bubble too.
        bubbles = twin.message_ids.mail_message_id | twin.operation_ids.mail_message_id
        self._move_bubbles(bubbles, twin)
        twin.message_ids.write({"case_id": self.id})
        self._get_refunds([("case_id", "=", twin.id)]).write(
            {"case_id": self.id, "ticket_id": self.ticket_id.id}
        )
        twin.operation_ids.write({"case_id": self.id, "ticket_id": self.ticket_id.id})
        self.env.flush_all()
        twin.unlink()
        self.write(
            {
                **{name: told[name] for name in TOLD},
                "no_answer_at": max(moments, default=False),
            }
        )
        if ticket != self.ticket_id and not ticket.marketplace_case_ids:
            self._leave_ticket(ticket)

    def _move_bubbles(self, bubbles, twin):
        """With their files, and links that name the case which they are part of now."""
        ticket, here = twin.ticket_id, self.ticket_id
        old, new = (f"{FILE_ROUTE}/{case.id}/" for case in (twin, self))
        for bubble in bubbles.filtered(lambda m: old in (m.body or "")):
            bubble.body = Markup(str(bubble.body).replace(old, new))
        moved = bubbles.filtered(lambda m: m.model == ticket._name and m.res_id == ticket.id)
        files = moved.sudo().attachment_ids
        files.filtered(lambda f: f.res_model == ticket._name and f.res_id == ticket.id).write(
            {"res_id": here.id}
        )
        moved.write({"res_id": here.id})

    def _get_refunds(self, domain):
        return self.env["marketplace.refund"].sudo().search(domain)

    def _leave_ticket(self, ticket):
        """The ticket of nothing any more: what people do and did on it goes on here."""
        here = self.ticket_id
        self._get_refunds([("ticket_id", "=", ticket.id)]).ticket_id = here
        ticket.sudo().marketplace_operation_ids.ticket_id = here
        ticket.sudo().activity_ids.write({"res_id": here.id})
        if ticket.user_id and not here.user_id:
            here.user_id = ticket.user_id
        note = self.env._("The same conversation is on %s.", here.number)
        ticket.message_post(body=note, subtype_xmlid="mail.mt_note")
        ticket.action_archive()

    def _drop_double(self, operation, remote_id):
        """The message that `operation` became was read as somebody's: its bubble is ours."""
        echo = self.message_ids.filtered(
            lambda m: m.remote_id and m.remote_id == remote_id and not m.operation_id
        )
        if echo and operation.mail_message_id:
            double = echo.mail_message_id
            echo.write(
                {"operation_id": operation.id, "mail_message_id": operation.mail_message_id.id}
            )
            double.filtered(lambda m: m.message_type == "marketplace").sudo().unlink()


def _is_ours(text, message):
    """Whether a records.Message is what we wrote; of an unknown writer it must be the whole."""
    if message.sender_type not in (records.SELLER, records.UNKNOWN):
        return False
    by_stranger = message.sender_type == records.UNKNOWN
    theirs = to_plain_text(message.body) if message.is_html else message.body
    return is_same_text(text, theirs, by_stranger) and not (by_stranger and is_short(text))
