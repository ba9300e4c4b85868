"""Mirakl beside Cdiscount: how money goes back is kept by line, streams have paces of their own."""

from odoo import SUPERUSER_ID, api

# What a client tells since this version, of the lines that were read before it.
GIVE_BACK = """
    UPDATE sale_order_line AS line
       SET marketplace_give_back = CASE line.marketplace_state
               WHEN 'shipped' THEN 'refund'
               WHEN 'to_ship' THEN 'cancellation'
           END
      FROM sale_order AS sale
     WHERE sale.id = line.order_id
       AND sale.marketplace_account_id IS NOT NULL
       AND line.marketplace_give_back IS NULL
       AND line.marketplace_state IN ('shipped', 'to_ship')
"""


# Incidents have states since this version.
INCIDENT_STATE = """
    UPDATE marketplace_case
       SET incident_state = CASE WHEN is_open THEN 'open' ELSE 'closed' END
     WHERE kind = 'incident' AND incident_state IS NULL
"""


def migrate(cr, version):
    """Run after the new columns are there. It may run twice."""
    if not version:
        return
    cr.execute(GIVE_BACK)
    cr.execute(INCIDENT_STATE)
    env = api.Environment(cr, SUPERUSER_ID, {})
    accounts = env["marketplace.account"].with_context(active_test=False).search([])
    accounts._add_declared()
