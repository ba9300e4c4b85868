"""One Odoo process: `worker.py DATABASE DATA_FOLDER [MODULE.]FUNCTION JSON_ARGUMENTS`.

It prints "ready" when it stands at a barrier, goes on when a line comes on its input, and prints
its result as JSON.
"""

import importlib
import json
import sys
import tempfile
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

ADDON = Path(__file__).resolve().parents[2]


def start(database, data, addon=ADDON, **changes):
    """A registry of the database, with the addon's checkout in the addons path.

    `changes`: modules to install or to upgrade first, see Registry.new.
    """
    from odoo.modules.registry import Registry
    from odoo.tools import config

    folder = Path(tempfile.mkdtemp(dir=data))
    (folder / "marketplace_helpdesk").symlink_to(addon, target_is_directory=True)
    others = [Path(entry) / "odoo/addons" for entry in dict.fromkeys(sys.path) if entry]
    paths = [str(path) for path in (folder, *others) if path.is_dir()]
    config.parse_config(
        [
            f"--addons-path={','.join(paths)}",
            f"--database={database}",
            f"--data-dir={data}",
            "--log-level=error",
            "--no-http",
        ]
    )
    return Registry.new(database, update_module=True, **changes) if changes else Registry(database)


def barrier():
    say("ready")
    sys.stdin.readline()


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def in_transaction(registry, function, uid=1):
    """Run `function(env)` as a request does: again where another transaction was in its way."""
    from odoo.api import Environment
    from odoo.service.model import retrying

    with registry.cursor() as cr:
        env = Environment(cr, uid, {})
        return retrying(lambda: function(env), env)


# What processes do --------------------------------------------------------------------------------


def set_up(registry, shops, url, smtp):
    """{name: [account, orders, users]} of the shops {name: [credentials, order numbers]}."""
    barrier()
    found = {}
    for name, (credentials, _numbers) in shops.items():
        found[name] = in_transaction(
            registry, lambda env, n=name, c=credentials: _make_account(env, n, c, url, smtp)
        )
    for name, (_credentials, numbers) in shops.items():
        account, users = found[name]
        _run_job(registry, account)
        found[name] = [account, in_transaction(registry, _orders_of(numbers)), users]
    return found


def _make_account(env, name, credentials, url, smtp):
    from odoo import Command

    host, _colon, port = smtp.rpartition(":")
    for reference in ("REF-1", "REF-2"):
        if not env["product.product"].search_count([("default_code", "=", reference)]):
            env["product.product"].create({"name": reference, "default_code": reference})
    users = env["res.users"].create(
        [
            {
                "name": f"{name} {index}",
                "login": f"{name}-{index}",
                "group_ids": [Command.link(env.ref("marketplace_helpdesk.group_agent").id)],
            }
            for index in (1, 2)
        ]
    )
    team = env["helpdesk.ticket.team"].create(
        {"name": name, "company_id": env.company.id, "user_ids": [Command.set(users.ids)]}
    )
    server = env["ir.mail_server"].create({"name": name, "smtp_host": host, "smtp_port": int(port)})
    account = env["marketplace.account"].create(
        {
            "name": name,
            "team_id": team.id,
            "login": credentials["login"],
            "password_input": credentials["password"],
            "service_url": f"{url}/cdiscount/MarketplaceAPIService.svc",
            "token_url": f"{url}/cdiscount/users/httpIssue.svc/?realm=sandbox",
            "sender_email": "care@shop.example",
            "mail_server_id": server.id,
            "order_policy": "create",
            "shipping_product_id": env["product.product"]
            .create({"name": "Shipping", "type": "service"})
            .id,
            "import_start": datetime.utcnow().replace(microsecond=0) - timedelta(days=1),
        }
    )
    account.action_enable()
    return account.id, users.ids


def _orders_of(numbers):
    def read(env):
        orders = env["sale.order"].search([("marketplace_ref", "in", numbers)])
        return orders.sorted(lambda order: numbers.index(order.marketplace_ref)).ids

    return read


def ask(registry, uid, order_ids, kind, amount=0):
    """Ask for the whole order, or for a gesture, on each order; {order: sentence or "asked"}.

    Everybody reads an order before its barrier and asks after it.
    """
    from odoo.exceptions import UserError

    results, waited = {}, set()

    def ask_one(env, order_id):
        dialog = env["marketplace.refund.ask"].with_context(default_order_id=order_id)
        dialog = dialog.create({"kind": kind, "gesture_amount": amount})
        dialog.reason_id = env["marketplace.reason"].search(
            [("account_id", "=", dialog.account_id.id), ("usage", "=", dialog.reason_usage)],
            limit=1,
        )
        if order_id not in waited:
            waited.add(order_id)
            assert dialog.left > 0
            barrier()
        dialog.action_confirm()

    for order_id in order_ids:
        try:
            in_transaction(registry, lambda env, o=order_id: ask_one(env, o), uid)
            results[order_id] = "asked"
        except UserError as error:
            results[order_id] = str(error)
    return results


def set_limit(registry, account_id, amount, manager_id=None, role="agent"):
    """Up to what people of a role make gestures alone; `manager_id` becomes a manager."""

    def write(env):
        from odoo import Command

        env["marketplace.refund.limit"].create(
            {"account_id": account_id, "role": role, "what": "gesture", "amount": amount}
        )
        group = env.ref("marketplace_helpdesk.group_manager")
        env["res.users"].browse(manager_id).group_ids = [Command.link(group.id)]

    barrier()
    in_transaction(registry, write)


def approve(registry, uid, order_ids, index=0):
    """Approve a request of each order, opened before its barrier; {order: sentence}.

    `index`: which one, the oldest is 0.
    """
    from odoo.exceptions import UserError

    results, waited = {}, set()

    def approve_one(env, order_id):
        refunds = env["marketplace.refund"].search([("sale_order_id", "=", order_id)], order="id")
        refund = refunds[index]
        if order_id not in waited:
            waited.add(order_id)
            assert refund.can_decide
            barrier()
        dialog = env["marketplace.refund.decision"]
        dialog.create({"refund_id": refund.id, "verdict": "approve"}).action_confirm()

    for order_id in order_ids:
        try:
            in_transaction(registry, lambda env, o=order_id: approve_one(env, o), uid)
            results[order_id] = "approved"
        except UserError as error:
            results[order_id] = str(error)
    return results


def read_refunds(registry, order_ids):
    """The states of the refunds of each order, in alphabetical order."""

    def read(env):
        orders = env["sale.order"].browse(order_ids)
        return [sorted(order.marketplace_refund_ids.mapped("state")) for order in orders]

    barrier()
    return in_transaction(registry, read)


def run_job(registry, account_id, ahead=0):
    """One turn of an account's job, `ahead` minutes from now; the states of its operations."""
    barrier()
    return _run_job(registry, account_id, ahead)


def _run_job(registry, account_id, ahead=0):
    from freezegun import freeze_time

    from odoo.api import Environment

    time = freeze_time(datetime.utcnow() + timedelta(minutes=ahead), tick=True) if ahead else None
    with time or nullcontext(), registry.cursor() as cr:
        env = Environment(cr, 1, {})
        env["marketplace.account"].browse(account_id)._cron_run()
    return in_transaction(registry, lambda env: _states(env, account_id))


def _states(env, account_id):
    operations = env["marketplace.operation"].search([("account_id", "=", account_id)], order="id")
    return [[operation.state, operation.attempts] for operation in operations]


def main():
    database, data, function, arguments = sys.argv[1:]
    registry = start(database, data)
    module, _dot, name = function.rpartition(".")
    there = vars(importlib.import_module(module)) if module else globals()
    result = there[name](registry, *json.loads(arguments))
    say(json.dumps(result))


if __name__ == "__main__":
    main()
