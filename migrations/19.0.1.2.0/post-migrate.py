"""Refunds in the books: what was accepted before has been booked by hand, and stays as it is."""

from odoo import SUPERUSER_ID, api

# The day of acceptance, which the report of costs counts by.
ACCEPTED_AT = """
    UPDATE marketplace_refund_line AS line
       SET accepted_at = COALESCE(
               (SELECT max(operation.done_at)
                  FROM marketplace_operation AS operation
                 WHERE operation.refund_id = line.refund_id),
               line.create_date)
     WHERE line.state = 'accepted'
       AND line.accepted_at IS NULL
"""

# Cdiscount numbers no refund; what its orders show already is imported as history. They are read
# at once, before something new can be taken for old.
HISTORY_UNTIL = """
    UPDATE sale_order AS sale
       SET marketplace_history_until = now() AT TIME ZONE 'UTC', marketplace_refresh = TRUE
      FROM marketplace_account AS account
     WHERE account.id = sale.marketplace_account_id
       AND account.provider = 'cdiscount'
       AND sale.marketplace_history_until IS NULL
       AND (sale.marketplace_gestures > 0
            OR EXISTS (
                SELECT
                  FROM sale_order_line AS line
                 WHERE line.order_id = sale.id
                   AND (line.marketplace_seen_refunded > 0
                        OR line.marketplace_state IN ('refused', 'cancelled'))))
"""

# Whoever books refunds today goes on until the account says otherwise.
BOOKING = "UPDATE marketplace_account SET booking = 'none' RETURNING id"


def migrate(cr, version):
    """Run after the new columns are there. It may run twice."""
    if not version:
        return
    cr.execute(ACCEPTED_AT)
    cr.execute(HISTORY_UNTIL)
    cr.execute(BOOKING)
    env = api.Environment(cr, SUPERUSER_ID, {})
    for account in env["marketplace.account"].browse(row[0] for row in cr.fetchall()):
        user = account.user_id or env.ref("base.user_admin")
        words = account._get_responsible_env()
        account.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=words._("Choose how refunds are booked"),
            note=words._("Accepted refunds can become credit notes: see the page Accounting."),
        )
