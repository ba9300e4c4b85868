"""Refunds in the books: what was accepted before has been booked by hand, and stays as it is."""

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

# Cdiscount numbers no refund; what its orders show already is imported as history.
HISTORY_UNTIL = """
    UPDATE sale_order AS sale
       SET marketplace_history_until = now() AT TIME ZONE 'UTC'
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


def migrate(cr, version):
    """Run after the new columns are there. It may run twice."""
    if version:
        cr.execute(ACCEPTED_AT)
        cr.execute(HISTORY_UNTIL)
