"""Comments in the chatter of their order, told to nobody, and comments that leave as messages."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import base, records
from .html_tools import to_safe_html

# How an answer's operation shows on the comment that it carries.
_FROM_OPERATION = {"done": "sent", "rejected": "refused", "cancelled": "withdrawn"}


class SaleOrderComment(models.Model):
    _inherit = "sale.order.comment"

    def _get_html(self):
        return to_safe_html(self.text)

    # Bubbles ------------------------------------------------------------------------------------

    def _post_bubble(self):
        """One message in the order's chatter for each comment that has none. Nobody is told."""
        bare = self.filtered(lambda c: not c.mail_message_id)
        bubbles = self.env["mail.message"].create([c._get_bubble_values() for c in bare])
        for comment, bubble in zip(bare, bubbles, strict=True):
            comment.mail_message_id = bubble

    def _get_bubble_values(self):
        return {
            "model": "sale.order",
            "res_id": self.order_id.id,
            "body": self._get_html(),
            "date": self.date,
            "message_type": "marketplace",
            "author_id": self.user_id.partner_id.id,
            "email_from": self.user_id.email_formatted or self.author_name,
            "reply_to": False,
            "marketplace_sender": records.SELLER if self._is_by_people() else records.SYSTEM,
            **self._get_bubble_audience(),
        }

    def _get_bubble_audience(self):
        """What the customer reads at the shop is no business of Odoo's own portal."""
        is_public = self.is_visible and self.channel == "odoo"
        xmlid = "mail.mt_comment" if is_public else "mail.mt_note"
        return {
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id(xmlid),
            "is_internal": not is_public,
        }

    def _take_bubble(self, message):
        """A message of the order that becomes this comment, and stays as it is. `message`: a
        mail.message, checked by whoever hands it over; what comes over RPC is never a record."""
        if not isinstance(message, models.BaseModel) or len(self) != 1:
            return
        is_public = not self._get_bubble_audience()["is_internal"]
        if not is_public or not (message.is_internal or message.subtype_id.internal):
            self.mail_message_id = message.sudo()

    def _update_bubble(self):
        """Its bubble says what a corrected comment says; a message of somebody's own stays."""
        for comment in self:
            bubble, order = comment.mail_message_id, comment.order_id
            is_own = (bubble.model, bubble.res_id) == (order._name, order.id)
            if is_own and bubble.message_type == "marketplace":
                bubble.write({"body": comment._get_html(), **comment._get_bubble_audience()})

    @api.model
    def _bulk_create_received(self, account, values_list):
        """Store comments that the shop's side sent. `values_list`: order_id, text, date, flags,
        remote_id … of each. Their bubbles come with them; nobody is told. Returns the records."""
        fixed = {
            "account_id": account.id,
            "direction": "in",
            "channel": "odoo",
            "state": "received",
            "author_name": account._get_sender_label(),
        }
        comments = self.sudo().create([{**fixed, **values} for values in values_list])
        comments.filtered(lambda c: not c.is_system)._post_bubble()
        comments._tell_screens()
        return comments

    # As a message of the marketplace ------------------------------------------------------------

    def _leave_as_message(self, replaces=None):
        """The customer gets it through the marketplace's own channel, as any answer.

        `replaces`: the operation of this comment as it was before it was corrected.
        """
        order = self.order_id.sudo(False)  # whoever writes or corrects it is who speaks
        account = order.marketplace_account_id
        account._check_answer_content(self.text, confirmed=False)
        case = order._get_conversation()
        topic = account.reason_ids.filtered(lambda r: r.usage == base.FOR_TOPIC and r.is_default)
        bubble = case._post_answer(
            self.text,
            self.env._("Order %s", order.marketplace_ref or order.name),
            replaces=replaces,
            recipients=[records.CUSTOMER] if account._can(base.CHOOSE_RECIPIENT) else None,
            topic_code=topic[:1].code or "",
        )
        operations = self.env["marketplace.operation"].sudo()
        self.write(
            {
                "state": "waiting",
                "case_id": case.id,
                "operation_id": operations.search([("mail_message_id", "=", bubble.id)]).id,
                "due_at": fields.Datetime.now(),
            }
        )

    def _follow_answer(self, operation):
        """The comment is as far as the answer that carries it."""
        state = _FROM_OPERATION.get(operation.state, "waiting")
        self.write(
            {
                "state": state,
                "code": operation.code,
                "reason": operation.message,
                "sent_at": operation.done_at if state == "sent" else False,
            }
        )
        self._tell_screens()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_conversation(self):
        """The open conversation with the customer about this order, else a new one."""
        problem = self._get_contact_problem()
        if problem:
            raise UserError(problem)
        account, cases = self.marketplace_account_id, self.env["marketplace.case"]
        if account.uses_relay_mail:
            return cases._open_for_order(self)
        known = cases.search(
            [("sale_order_id", "=", self.id), ("account_id", "=", account.id)], order="id desc"
        ).filtered(
            lambda case: (
                case.kind != records.INCIDENT
                and records.CUSTOMER in case._get_participants()
                and not case._get_answer_problem()
            )
        )
        return known[:1] or cases._open_conversation(account, self, self.marketplace_ref)
