"""What being a marketplace agent must neither add to a person's rights nor take from them."""

from odoo import models

AGENT_ACCESS = {
    "sale.order": "marketplace_helpdesk.access_sale_order_marketplace_agent",
    "sale.order.line": "marketplace_helpdesk.access_sale_order_line_marketplace_agent",
}
AGENT_RULES = {
    "sale.order": "marketplace_helpdesk.rule_sale_order_agent",
    "sale.order.line": "marketplace_helpdesk.rule_sale_order_line_agent",
}


class ResUsers(models.Model):
    _inherit = "res.users"

    def _marketplace_reads_all(self, model):
        """Whether this person reads every record of `model` by rights other than an agent's.

        Rules of groups widen each other, but the first one narrows: somebody who has access by a
        group without any rule, an accountant for instance, must not lose it by becoming an agent.
        """
        self.ensure_one()
        user = self.sudo()
        ref = self.env["ir.model.data"]._xmlid_to_res_id
        other_access = (
            self.env["ir.model.access"]
            .sudo()
            .search_count(
                [
                    ("model_id.model", "=", model),
                    ("perm_read", "=", True),
                    ("group_id", "in", [False, *user.all_group_ids.ids]),
                    ("id", "!=", ref(AGENT_ACCESS[model], raise_if_not_found=False)),
                ],
                limit=1,
            )
        )
        if not other_access:
            return False
        other_rules = (
            self.env["ir.rule"]
            .sudo()
            .search_count(
                [
                    ("model_id.model", "=", model),
                    ("perm_read", "=", True),
                    ("groups", "in", user.all_group_ids.ids),
                    ("id", "!=", ref(AGENT_RULES[model], raise_if_not_found=False)),
                ],
                limit=1,
            )
        )
        return not other_rules
