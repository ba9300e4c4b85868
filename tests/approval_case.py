"""What tests of limits and approvals share: limits, people who may decide, decisions."""

from odoo import Command
from odoo.tools import html2plaintext

from .out_case import OutCase


class ApprovalCase(OutCase):
    """Only the people named here may decide: Odoo's own administrator has no marketplace rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        administrators = cls.env.ref("marketplace_helpdesk.group_administrator")
        cls.env.ref("base.user_admin").group_ids = [Command.unlink(administrators.id)]
        cls.agent.name, cls.manager.name = "Anna", "Mary"

    @classmethod
    def _make_people(cls):
        """A second agent, a second manager and an administrator."""
        cls.colleague = cls._make_user("colleague", "marketplace_helpdesk.group_agent")
        cls.second = cls._make_user("second", "marketplace_helpdesk.group_manager")
        cls.boss = cls._make_user("boss", "marketplace_helpdesk.group_administrator")
        cls.colleague.name, cls.second.name, cls.boss.name = "Carl", "Sam", "Bo"

    def limit(self, amount, role="agent", what="refund", account=None):
        return self.env["marketplace.refund.limit"].create(
            {
                "account_id": (account or self.account).id,
                "role": role,
                "what": what,
                "amount": amount,
            }
        )

    def decide(self, refund, verdict="approve", user=None, reason=False):
        """Open the dialog as a manager does, and press its button."""
        refund = refund.with_user(user or self.manager)
        action = getattr(refund, f"action_{verdict}")()
        dialog = self.env[action["res_model"]].with_user(user or self.manager)
        dialog.with_context(**action["context"]).create({"reason": reason}).action_confirm()

    def draft(self, order, *skus, user=None, **values):
        """Save a draft in the dialog; returns it."""
        dialog = self.open_refund(order, user, kind="lines", **values)
        self.pick(dialog, *skus)
        before = order.marketplace_refund_ids
        dialog.action_save_draft()
        return order.marketplace_refund_ids - before

    def waiting(self, refund):
        """Who has a to-do about it."""
        return sorted(refund.activity_ids.mapped("user_id.name"))

    def notes(self, record):
        """All that a record's chatter says, as plain text."""
        texts = [html2plaintext(body) for body in record.message_ids.mapped("body")]
        return "\n".join(texts).replace("\xa0", " ")
