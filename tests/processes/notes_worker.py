"""Notes on orders of a WooCommerce shop, in a process of worker.py."""

from datetime import datetime, timedelta

from worker import _run_job, barrier, in_transaction


def set_up_notes(registry, url, key, secret, number, texts):
    """An account with one order of the shop, and comments on it that are due; [account, order]."""
    barrier()
    account = in_transaction(registry, lambda env: _make_account(env, url, key, secret))
    _run_job(registry, account)
    order = in_transaction(registry, lambda env: _write_comments(env, account, number, texts))
    return [account, order]


def _make_account(env, url, key, secret):
    team = env["helpdesk.ticket.team"].create({"name": url, "company_id": env.company.id})
    if not env["product.product"].search_count([("default_code", "=", "REF-1")]):
        env["product.product"].create({"name": "REF-1", "default_code": "REF-1"})
    account = env["marketplace.account"].create(
        {
            "name": url,
            "provider": "woocommerce",
            "team_id": team.id,
            "login": key,
            "password_input": secret,
            "service_url": url,
            "allow_http": True,
            "order_policy": "create",
            "comment_minutes": 0,
            "shipping_product_id": env["product.product"].create({"name": "S"}).id,
            "import_start": datetime.utcnow().replace(microsecond=0) - timedelta(days=1),
        }
    )
    account.action_enable()
    return account.id


def _write_comments(env, account, number, texts):
    order = env["sale.order"].search(
        [("marketplace_account_id", "=", account), ("marketplace_ref", "=", number)]
    )
    for text in texts:
        order.marketplace_add_comment({"text": text, "is_visible": True, "is_mailed": True})
    return order.id


def run_notes(registry, account, ahead=0):
    """One turn, `ahead` minutes from now, in which notes are due."""

    def make_due(env):
        env["marketplace.account"].browse(account).stream_ids.next_pull = False

    in_transaction(registry, make_due)
    barrier()
    return _run_job(registry, account, ahead)


def read_comments(registry, order):
    """[[text, direction, state, number of the note]] of what people wrote, the oldest first."""

    def read(env):
        found = env["sale.order.comment"].search(
            [("order_id", "=", order), ("is_system", "=", False)], order="id"
        )
        return [[c.text, c.direction, c.state, c.note_id] for c in found]

    barrier()
    return in_transaction(registry, read)
