"""What agents press on a ticket."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..connectors import records


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    marketplace_credit_note_count = fields.Integer(
        "Marketplace Credit Notes",
        compute="_compute_marketplace_credit_note_count",
        compute_sudo=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    def _compute_marketplace_credit_note_count(self):
        counts = self.env["account.move"]._count_marketplace_notes("ticket_id", self)
        for ticket in self:
            ticket.marketplace_credit_note_count = counts[ticket]

    def action_marketplace_answer(self):
        self._check_marketplace_readable()
        return self.marketplace_case_id.action_answer()

    def action_marketplace_retry(self):
        """Send the answer that was refused once more."""
        self._get_marketplace_failed().action_retry()

    def action_marketplace_correct(self):
        """Open the dialog with the answer that was refused."""
        return self._get_marketplace_failed().action_correct()

    def action_marketplace_abandon(self):
        """Give up the answer that was refused."""
        self._get_marketplace_failed().action_abandon()

    def _check_marketplace_readable(self):
        """What a ticket shows of its cases is computed with sudo: buttons ask first."""
        self.ensure_one()
        self.check_access("read")

    def _get_marketplace_failed(self):
        self._check_marketplace_readable()
        if self.marketplace_failed_id.state != "rejected":
            raise UserError(self.env._("The answer has moved on meanwhile: look again."))
        return self.marketplace_failed_id

    def action_marketplace_close(self):
        """Close the open cases of this ticket at the marketplace."""
        self.ensure_one()
        self.marketplace_case_ids.filtered("can_close").action_close()

    def action_marketplace_no_answer(self):
        self.ensure_one()
        self._check_marketplace_seen(self.env.context.get("marketplace_seen"))
        threads = self.marketplace_case_ids.filtered(lambda case: case.kind != records.INCIDENT)
        threads.filtered("awaiting_since").action_no_answer_needed()

    def action_marketplace_refund(self):
        return self._marketplace_order_dialog("action_marketplace_refund")

    def action_marketplace_gesture(self):
        return self._marketplace_order_dialog("action_marketplace_gesture")

    def action_marketplace_refuse(self):
        return self._marketplace_order_dialog("action_marketplace_refuse")

    def _marketplace_order_dialog(self, method):
        self._check_marketplace_readable()
        if not self.marketplace_order_id:
            raise UserError(
                self.env._("The order of this case is not known yet; it is linked when it arrives.")
            )
        case = self.marketplace_case_id
        order = self.marketplace_order_id.with_context(default_case_id=case.id)
        return getattr(order, method)()

    def action_view_marketplace_order(self):
        """Open the order: all of it for salespeople, the marketplace's side for agents."""
        self._check_marketplace_readable()
        return self.marketplace_order_id._action_open_from_marketplace()

    def action_view_marketplace_cases(self):
        action = self.env["ir.actions.actions"]._for_xml_id("marketplace_helpdesk.action_case")
        action["domain"] = [("ticket_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_view_marketplace_refunds(self):
        action = self.env["ir.actions.actions"]._for_xml_id("marketplace_helpdesk.action_refund")
        action["domain"] = [("ticket_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_view_marketplace_credit_notes(self):
        """The credit notes of this ticket's refunds."""
        self.check_access("read")
        return self.env["account.move"]._action_view_marketplace_notes(
            [("marketplace_refund_id.ticket_id", "in", self.ids)]
        )
