"""Messages of ours in the outbox: their files, their conversation, and correcting them."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import base, errors, records

# A message in these states can still be replaced by a better one.
CORRECTABLE = ("rejected", "pending", "waiting")


class MarketplaceOperation(models.Model):
    _inherit = "marketplace.operation"

    text = fields.Text("Message", compute="_compute_text", compute_sudo=True)
    step_name = fields.Char("Step", compute="_compute_step_name", help="Of solving an incident.")
    recipients = fields.Char(
        compute="_compute_text", compute_sudo=True, help="Of a message: customer, operator."
    )
    can_correct = fields.Boolean(compute="_compute_can_correct")

    def _compute_text(self):
        for operation in self:
            data = operation.payload or {}
            operation.text = data.get("text") or operation._get_reason_name()
            operation.recipients = ",".join(data.get("recipients") or ())

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_step_name(self):
        names = {
            base.RESOLVE_INCIDENT: self.env._("1. Mark as solved"),
            base.REPLY: self.env._("2. Tell the operator"),
        }
        for operation in self:
            operation.step_name = names.get(operation.kind)

    def _compute_can_correct(self):
        for operation in self:
            operation.can_correct = (
                operation.kind == base.REPLY
                and operation.state in CORRECTABLE
                and operation.case_id.can_answer
            )

    def _get_reason_name(self):
        """With which reason an incident is marked as solved."""
        code = self.kind == base.RESOLVE_INCIDENT and (self.payload or {}).get("reason_code")
        reasons = self.account_id.with_context(active_test=False).reason_ids.filtered(
            lambda r: r.usage == base.FOR_RESOLVING and r.code == code
        )
        return reasons[:1].name or code

    def _is_for(self, recipients):
        """Whether this message goes to these, and to nobody else."""
        return (self.payload or {}).get("recipients") == recipients

    def _is_for_operator(self):
        """Whether the customer is not among those who get this message."""
        return self._is_for([records.OPERATOR])

    # Files --------------------------------------------------------------------------------------

    def _keep_files(self, attachments):
        """Copies of their own: what the conversation shows may be deleted before this leaves."""
        own = {"res_model": self._name, "res_id": self.id}
        self.attachment_ids = self.attachment_ids.union(
            *(file.sudo().copy({**own, "name": file.name}) for file in attachments)
        )

    def _get_out_files(self):
        """The files as they leave."""
        files = []
        for file in self.attachment_ids:
            content = file.raw or b""
            if file.file_size and not content:
                env = self._get_reader_env()
                raise errors.RefusedError(
                    env._("The file “%s” is no longer there: attach it again.", file.name),
                    code="file_gone",
                )
            files.append(
                base.OutFile(
                    name=file.name,
                    content=content,
                    mimetype=file.mimetype or base.OutFile("").mimetype,
                )
            )
        return tuple(files)

    # The conversation ---------------------------------------------------------------------------

    def _adopt_conversation(self, outcome):
        """The marketplace says in which conversation this message stands, and its number."""
        if outcome.case_remote_id:
            self.case_id._take_remote_id(outcome.case_remote_id)
        if outcome.remote_id:
            self.case_id._drop_double(self, outcome.remote_id)

    # Correcting ---------------------------------------------------------------------------------

    def action_correct(self):
        """Open the answer dialog with a message that has not left, or was refused."""
        self.ensure_one()
        self._check_agent()
        if not self.can_correct:
            raise UserError(
                self.env._("“%s” has moved on meanwhile: look again.", self.display_name)
            )
        return self.case_id._get_answer_dialog(
            self.env._("Correct the message"),
            default_case_id=self.case_id.id,
            default_replaces_id=self.id,
        )

    def _get_step_before(self):
        """What a message waits for, and its correction too."""
        before = self.sudo().after_id
        return before if before.state not in ("done", "cancelled") else None

    def _replace_with(self, reply):
        """Given up for a better message; what waits for this one waits for that one."""
        self._check_agent()
        self._lock_in_state(*CORRECTABLE)
        followers = self.sudo().search([("after_id", "=", self.id), ("state", "=", "waiting")])
        followers.after_id = reply.id
        self.sudo()._set_state("cancelled", message=self.env._("Corrected: see the next message."))
