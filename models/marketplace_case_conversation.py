"""Conversations that we start: about an order, or with the operator alone."""

from odoo import api, fields, models

from ..connectors import base, records
from .html_tools import is_same_text, to_plain_text

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
    def _open_conversation(self, account, order=None, order_ref="", ticket=None):
        """A case of our own making. The marketplace numbers it once its first message is there.

        `order`: sale.order, empty where it is not known here; without `order_ref` the conversation
        is one with the operator alone. `ticket`: where it belongs, else a new one.
        """
        order = self.env["sale.order"] if order is None else order
        ticket = ticket or self._make_conversation_ticket(account, order, order_ref)
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

    def _make_conversation_ticket(self, account, order, order_ref):
        name = self._get_conversation_name(account, order, order_ref)
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
                        "partner_id": order.partner_id.id,
                        "partner_name": order.partner_id.name or False,
                        "sale_order_ids": [fields.Command.link(order.id)] if order else [],
                    }
                ],
            )
        )
        if self.env.user in account.team_id.user_ids:
            ticket.user_id = self.env.user
        return ticket

    # Its number ---------------------------------------------------------------------------------

    def _was_opened_by_us(self, remote):
        """Whether the marketplace's case is the one that we opened: same order, our text."""
        self.ensure_one()
        if self.order_ref != remote.order_ref:
            return False
        texts = [o.payload["text"] for o in self.operation_ids if o.kind == base.REPLY]
        return any(
            is_same_text(ours, to_plain_text(m.body) if m.is_html else m.body)
            for ours in texts
            for m in remote.messages
        )

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
        moved = twin.message_ids
        moved.write({"case_id": self.id})
        twin.operation_ids.write({"case_id": self.id, "ticket_id": self.ticket_id.id})
        moved.mail_message_id.filtered(
            lambda m: m.model == ticket._name and m.res_id == ticket.id
        ).write({"res_id": self.ticket_id.id})
        self.env.flush_all()
        twin.unlink()
        self.write({name: told[name] for name in TOLD})
        if ticket != self.ticket_id and not ticket.marketplace_case_ids:
            note = self.env._("The same conversation is on %s.", self.ticket_id.number)
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
