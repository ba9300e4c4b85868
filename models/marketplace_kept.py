"""What the marketplace says of a record: the job writes it down, and nobody else."""

from odoo import api, models
from odoo.exceptions import AccessError


class MarketplaceKept(models.AbstractModel):
    _name = "marketplace.kept"
    _description = "Record With Figures Of A Marketplace"

    # Names of fields; what may be given back, and until when, is counted from them.
    _marketplace_kept = frozenset()

    @api.model
    def default_get(self, fields_list):
        """Neither the context nor somebody's own defaults fill them in."""
        values = super().default_get(fields_list)
        if self.env.su:
            return values
        kept = self._get_kept()
        return {name: values[name] for name in values if name not in kept}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_kept(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_kept(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        """Pages say nothing of it either: they would be shown the records that they name."""
        kept = self._get_kept()
        names = [name for name in field_names if name not in kept]
        if field_names and not names:
            return {}
        values = {name: values[name] for name in values if name not in kept}
        return super().onchange(values, names, fields_spec)

    def _check_kept(self, vals):
        kept = self._get_kept() & vals.keys()
        if kept and not self.env.su:
            raise AccessError(
                self.env._(
                    "%s: this is read from the marketplace, and nobody changes it by hand.",
                    ", ".join(sorted(kept)),
                )
            )

    def _get_kept(self):
        """The names of fields of these records that nobody changes by hand."""
        return self._marketplace_kept
