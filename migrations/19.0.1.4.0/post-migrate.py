"""Sites of WooCommerce and WCFM: what the version before knew in another form."""

import logging

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Run after the new columns are there. It may run twice."""
    if not version:
        return
    _keep_done_there(cr)
    _keep_wishes(cr)
    _keep_addresses(cr)
    _read_sellers_anew(cr)
    _keep_requests(cr)


def _keep_done_there(cr):
    """Entries were ended by date, and are by number now."""
    cr.execute(
        """
        UPDATE marketplace_case AS c SET dealt_id = entry.id
          FROM (SELECT m.case_id, max(m.id) AS id
                  FROM marketplace_message m
                  JOIN marketplace_case done ON done.id = m.case_id
                 WHERE m.sent_at <= done.done_there_at
              GROUP BY m.case_id) AS entry
         WHERE entry.case_id = c.id AND coalesce(c.dealt_id, 0) < entry.id
        """
    )
    cr.execute("UPDATE marketplace_case SET reopened_at = NULL WHERE reopened_at < done_there_at")


def _keep_wishes(cr):
    if column_exists(cr, "sale_order", "marketplace_notes_wanted"):
        cr.execute(
            "UPDATE sale_order SET marketplace_notes_wish = 'before'"
            " WHERE marketplace_notes_wanted AND marketplace_notes_wish IS NULL"
        )


def _keep_addresses(cr):
    """Customers of shops' sites had the order's address; of others, those that may still be
    written to are read once more."""
    cr.execute(
        """
        UPDATE sale_order AS o
           SET marketplace_customer_email = nullif(p.email, ''),
               marketplace_refresh = o.marketplace_refresh OR coalesce(p.email, '') = '' AND (
                   o.marketplace_state IN ('waiting', 'to_ship')
                   OR o.date_order > now() AT TIME ZONE 'UTC'
                                     - coalesce(nullif(a.contact_days, 0), 90) * interval '1 day')
          FROM res_partner p, marketplace_account a
         WHERE p.id = o.partner_id AND a.id = o.marketplace_account_id
           AND a.provider IN ('woocommerce', 'wcfm') AND o.marketplace_ref IS NOT NULL
           AND o.marketplace_customer_email IS NULL
        """
    )


def _read_sellers_anew(cr):
    """The marks of how far a seller's site was read have another form; what is known comes once."""
    cr.execute(
        """
        UPDATE marketplace_stream AS s SET cursor = NULL
          FROM marketplace_account a
         WHERE a.id = s.account_id AND a.provider = 'wcfm'
        """
    )


def _keep_requests(cr):
    """What somebody asked for in a back office stood on the order, and is a refund now."""
    if not column_exists(cr, "sale_order", "marketplace_asked_there"):
        return
    cr.execute(
        """
        SELECT o.id, o.marketplace_asked_there, o.marketplace_asked_there_by_id
          FROM sale_order o
         WHERE o.marketplace_asked_there > 0
           AND NOT EXISTS (SELECT FROM marketplace_refund r
                            WHERE r.sale_order_id = o.id AND r.is_there)
        """
    )
    env = api.Environment(cr, SUPERUSER_ID, {})
    for order_id, amount, user_id in cr.fetchall():
        order = env["sale.order"].browse(order_id)
        refunds = env["marketplace.refund"].with_company(order.company_id)
        try:
            with cr.savepoint():
                refunds.with_user(user_id or SUPERUSER_ID)._note_there(order, amount)
        except UserError as error:  # more than is left: the order's chatter still tells of it
            _logger.warning("%s: the refund asked for there is not taken over: %s", order, error)
