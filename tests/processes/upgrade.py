"""One Odoo process of the upgrade test: `upgrade.py DATABASE DATA_FOLDER ADDON FUNCTION ARGUMENTS`.

`ADDON`: the folder of the version to install, or to upgrade to.
"""

import json
import sys

import worker


def install(database, data, addon, credentials, url, smtp):
    """Install that version and let it live: an account whose rules, reasons and streams people
    have changed, with orders and a claim; returns what is worth keeping."""
    registry = worker.start(database, data, addon, install_modules=["marketplace_helpdesk"])
    account, _users = worker.in_transaction(
        registry, lambda env: worker._make_account(env, "old", credentials, url, smtp)
    )
    worker._run_job(registry, account)
    worker.in_transaction(registry, lambda env: _refund(env, account, 7))
    worker._run_job(registry, account)
    worker.in_transaction(registry, lambda env: _change(env, account))
    return worker.in_transaction(registry, lambda env: _look(env, account))


def _change(env, account):
    account = env["marketplace.account"].browse(account)
    account.write({"answer_hours": 36, "silence_hours": 3, "contact_days": 60})
    account.reason_ids.filtered(lambda reason: reason.code == "131").active = False
    account.stream_ids.filtered(lambda stream: stream.key == "offer_questions").active = False
    account.copy({"name": "another"})
    _refund(env, account.id, 5)
    # What only some of the older versions know.
    cases = env["marketplace.case"].search([("account_id", "=", account.id)])
    if "done_there_at" in cases:
        cases.done_there_at = env.cr.now()
    orders = env["sale.order"].search([("marketplace_account_id", "=", account.id)])
    if "marketplace_notes_wanted" in orders:
        orders.marketplace_notes_wanted = True
    if "marketplace_asked_there" in orders:
        shipped = orders.filtered(lambda order: order.marketplace_state == "shipped")[:1]
        shipped.write({"marketplace_asked_there": 2, "marketplace_asked_there_by_id": env.uid})


def _refund(env, account, amount):
    account = env["marketplace.account"].browse(account)
    order = env["sale.order"].search(
        [("marketplace_account_id", "=", account.id), ("marketplace_state", "=", "shipped")],
        limit=1,
    )
    dialog = env["marketplace.refund.ask"].with_context(default_order_id=order.id)
    dialog = dialog.create({"kind": "gesture", "gesture_amount": amount})
    dialog.reason_id = account.reason_ids.filtered(lambda reason: reason.code == "135")
    dialog.action_confirm()


def upgrade(database, data, addon):
    """Upgrade to that version; returns the same, and what is new."""
    registry = worker.start(database, data, addon, upgrade_modules=["marketplace_helpdesk"])
    account = worker.in_transaction(
        registry, lambda env: env["marketplace.account"].search([("name", "=", "old")]).id
    )
    kept = worker.in_transaction(registry, lambda env: _look(env, account))
    new = worker.in_transaction(registry, lambda env: _look_at_news(env, account))
    operations = worker._run_job(registry, account)
    imported = worker.in_transaction(registry, lambda env: _look_at_imported(env, account))
    return kept, new, operations, imported


def _look(env, account):
    account = env["marketplace.account"].browse(account).with_context(active_test=False)
    orders = env["sale.order"].search([("marketplace_account_id", "=", account.id)], order="id")
    cases = env["marketplace.case"].search([("account_id", "=", account.id)], order="id")
    refunds = env["marketplace.refund"].search([("account_id", "=", account.id)], order="id")
    there = refunds.filtered(_is_there)
    refunds -= there
    # What was asked for there is less left now.
    asked = {order: sum(there.mapped("amount")) for order in there.sale_order_id}
    return {
        "state": account.state,
        "rules": account.read(["answer_hours", "warn_hours", "silence_hours", "contact_days"]),
        "reasons": sorted([r.usage, r.code, r.name, r.active] for r in account.reason_ids),
        "streams": sorted([s.key, s.active, s.cursor] for s in account.stream_ids),
        "orders": [
            [order.marketplace_ref, order.marketplace_left + asked.get(order, 0)]
            for order in orders
        ],
        "cases": [[case.remote_id, case.kind, case.ticket_id.number] for case in cases],
        "refunds": [[refund.name, refund.kind, refund.state] for refund in refunds],
        "operations": worker._states(env, account.id),
    }


def _is_there(refund):
    """Whether it is a refund of the back office only: older versions know none."""
    return "is_there" in refund and refund.is_there


def _look_at_news(env, account):
    account = env["marketplace.account"].browse(account)
    lines = env["sale.order.line"].search(
        [("order_id.marketplace_account_id", "=", account.id), ("marketplace_ref", "!=", False)]
    )
    module = env["ir.module.module"].search([("name", "=", "marketplace_helpdesk")])
    return {
        "version": module.latest_version,
        "give_back": sorted([line.marketplace_state, line.marketplace_give_back] for line in lines),
        "recipient_policy": account.recipient_policy,
        "intervals": sorted(set(account.stream_ids.mapped("interval_minutes"))),
        "allowed": all(account.reason_ids.mapped("allowed")),
        "presets": env["marketplace.preset"].search_count([]),
        "booking": account.booking,
        "own": _count_own(env),
        "dealt": [
            case.dealt_id == max(case.message_ids.ids)
            for case in env["marketplace.case"].search([("account_id", "=", account.id)])
        ],
        "there": [
            [refund.amount, refund.state, refund.user_id.id == env.uid]
            for refund in env["marketplace.refund"].search([("is_there", "=", True)])
        ],
        "wishes": env["sale.order"].search_count([("marketplace_notes_wish", "!=", False)]),
        "accepted": [
            [line.amount, bool(line.accepted_at), line.refund_id.booking_state]
            for line in env["marketplace.refund.line"].search([("state", "=", "accepted")])
        ],
    }


def _count_own(env):
    accounts = env["marketplace.account"].sudo().search([])
    return [
        len(accounts),
        len(set(accounts.mapped("service_key")) - {False}),
        len(set(accounts.mapped("comment_first_id")) - {0}),
    ]


def _look_at_imported(env, account):
    refunds = env["marketplace.refund"].search(
        [("account_id", "=", account), ("is_imported", "=", True)]
    )
    return [[refund.kind, refund.amount, refund.booking_state] for refund in refunds]


def main():
    database, data, addon, function, arguments = sys.argv[1:]
    result = globals()[function](database, data, addon, *json.loads(arguments))
    worker.say(json.dumps(result, default=str))


if __name__ == "__main__":
    main()
