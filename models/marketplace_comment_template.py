"""Ready-made order comments, with variables."""

from odoo import fields, models
from odoo.exceptions import UserError


class MarketplaceCommentTemplate(models.Model):
    _name = "marketplace.comment.template"
    _inherit = ["mail.render.mixin"]
    _description = "Template For Order Comments"
    _order = "sequence, name, id"
    _unrestricted_rendering = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    body = fields.Text(
        required=True,
        translate=True,
        help="Variables stand in double braces, for example {{ object.name }} for the number of "
        "the order or {{ object.partner_id.name }} for its customer.",
    )
    is_visible = fields.Boolean("Visible To The Customer", default=True)
    is_mailed = fields.Boolean("Sent By E-mail Too")
    company_id = fields.Many2one("res.company", help="Empty: for every company.")

    def _compute_render_model(self):
        self.render_model = "sale.order"

    def _fill(self, order):
        """{text, is_visible, is_mailed} for an order; what the customer reads in his language."""
        self.ensure_one()
        customer = order.sudo().partner_id
        lang = self.is_visible and customer.lang or self.env.user.lang
        template = self.with_context(lang=lang)
        try:
            text = template._render_field("body", order.ids, options={"preserve_comments": True})
        except UserError as error:
            raise UserError(
                self.env._("The template “%s” cannot be filled: correct it first.", self.name)
            ) from error
        return {
            "text": (text[order.id] or "").strip(),
            "is_visible": self.is_visible,
            "is_mailed": self.is_mailed,
        }
