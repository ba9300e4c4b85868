"""Dialogs are about records that their user may read: none shows anything of others."""

from odoo import Command, api, models
from odoo.models import LOG_ACCESS_COLUMNS


class MarketplaceReadable(models.AbstractModel):
    """What every dialog is, and every line of one; what they show is computed with sudo. Records
    get into a dialog by its defaults, from the page that is filled in, and as it is saved."""

    _name = "marketplace.readable"
    _description = "Dialog About Records That Its User May Read"

    def _get_about_names(self):
        """The fields that hold what it is about."""
        return [
            name
            for name, field in self._fields.items()
            if field.store
            and field.type in ("many2one", "many2many")
            and name not in LOG_ACCESS_COLUMNS
        ]

    @api.model
    def default_get(self, fields_list):
        """The context may name any record, and dialogs look at it whatever is asked for."""
        about = self._get_about_names()
        values = super().default_get([*fields_list, *about])
        self.new({name: values[name] for name in about if name in values})
        return {name: values[name] for name in fields_list if name in values}

    def _update_cache(self, values, validate=True):
        self._check_lines_readable(values)
        result = super()._update_cache(values, validate)
        self._check_readable(values)
        return result

    def _check_lines_readable(self, values):
        """What the lines of a page are about, all at once: one by one they cost a query each."""
        for name, commands in values.items():
            field = self._fields[name]
            if field.type != "one2many" or field.related or not isinstance(commands, list):
                continue
            lines = self.env[field.comodel_name]
            given = [c[2] for c in commands if c[0] in (Command.CREATE, Command.UPDATE)]
            for about in lines._get_about_names():
                found = {vals[about] for vals in given if isinstance(vals.get(about), int)}
                lines[about].browse(filter(None, found)).check_access("read")

    @api.constrains(lambda self: self._get_about_names())
    def _check_saved(self):
        # Constraints run as the system.
        self.sudo(False)._check_readable(self._fields)

    def _check_readable(self, names):
        for name in self._get_about_names():
            if name in names:
                self[name]._origin.check_access("read")
