"""One line of the last connection test of an account."""

from odoo import api, fields, models

from ..connectors import errors
from .connector_terms import translate_term


class MarketplaceAccountCheck(models.Model):
    _name = "marketplace.account.check"
    _description = "Marketplace Connection Test"
    _order = "account_id, sequence, id"

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer()
    name = fields.Char(required=True)
    result = fields.Selection([("ok", "Works"), ("failed", "Fails"), ("skipped", "Not Tested")])
    message = fields.Char()

    @api.model
    def _run_checks(self, account):
        """Replace the account's lines by the result of a fresh test."""
        account.check_access("write")
        lines = [self._line(check) for check in self._get_checks(account)]
        if account.uses_relay_mail:
            lines.append(self._check_mail_server(account))
        for sequence, line in enumerate(lines):
            line.update(account_id=account.id, sequence=sequence)
        account.sudo().check_ids.unlink()
        self.sudo().create(lines)
        account.sudo().checked_at = fields.Datetime.now()
        passed = all(line["result"] != "failed" for line in lines)
        if passed and account.state == "stopped":
            account.sudo().write({"state": "disabled", "last_error": False})

    def _get_checks(self, account):
        with account._get_client() as client:
            checks = list(client.test_connection())
            account._keep_token(client)
            account._keep_site_abilities(client)
        return checks

    def _line(self, check):
        result = {True: "ok", False: "failed", None: "skipped"}[check.ok]
        return {
            "name": translate_term(self.env, check.name),
            "result": result,
            "message": translate_term(self.env, check.message),
        }

    def _check_mail_server(self, account):
        """Whether the outgoing server takes mail from the account's sender address."""
        line = {"name": self.env._("Mail server"), "result": "ok", "message": ""}
        try:
            self.env["marketplace.outbox"]._test_mail_server(account)
            line["message"] = self.env._("takes mail from %s", account.sender_email)
        except errors.ConnectorError as error:
            line.update(result="failed", message=str(error))
        return line
