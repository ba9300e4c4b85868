"""The web service that OpenSi calls, in a process of worker.py."""

from worker import barrier, in_transaction


def set_up_service(registry, name, orders):
    """An account that is called, and its orders; [account, path, key, order numbers]."""
    barrier()
    return in_transaction(registry, lambda env: _make_service(env, name, orders))


def _make_service(env, name, orders):
    from odoo.addons.marketplace_helpdesk.connectors.opensi import keys

    team = env["helpdesk.ticket.team"].create({"name": name, "company_id": env.company.id})
    account = env["marketplace.account"].create(
        {
            "name": name,
            "provider": "opensi",
            "opensi_role": "shop",
            "team_id": team.id,
            "login": name,
            "password_input": "secret",
            "website_code": "main",
            "order_field": "name",
            "allow_http": True,
        }
    )
    account.action_enable()
    partner = env["res.partner"].create({"name": "Camille", "email": "camille@client.example"})
    made = env["sale.order"].create([{"partner_id": partner.id} for _order in range(orders)])
    path = f"/marketplace/opensi/{account.service_key}"
    return [account.id, path, keys.make_key(name, "secret"), made.mapped("name")]


def call_service(registry, path, content, moment=""):
    """POST to the web service through all of Odoo's HTTP layer; [status, answer].

    `moment`: where it stands at a second barrier: a method of _MOMENTS, or "answer", when all is
    done and nothing is sent yet.
    """
    from werkzeug.test import Client

    from odoo.http import root

    if moment in _MOMENTS:
        _stop_once_in(registry[_MOMENTS[moment]], moment)
    barrier()
    answer = Client(root).post(
        path,
        data=content.encode(),
        content_type="text/xml; charset=utf-8",
        headers={"X-Odoo-Database": registry.db_name},
    )
    if moment == "answer":
        barrier()
    return [answer.status_code, answer.get_data(as_text=True)]


_MOMENTS = {
    "_lock_service": "marketplace.account",
    "_post_bubble": "sale.order.comment",
    "_mail_to_customer": "sale.order.comment",
}


def _stop_once_in(model, name):
    """Stand at a barrier when the method is called first, with everything before it in SQL."""
    method, stopped = getattr(model, name), []

    def stop(records, *args, **kwargs):
        if not stopped:
            stopped.append(name)
            records.env.flush_all()
            barrier()
        return method(records, *args, **kwargs)

    setattr(model, name, stop)


def read_comments(registry, account_id):
    """[number, has a bubble, has a mail] of each comment of an account, and how many bubbles."""

    def read(env):
        comments = env["sale.order.comment"].search([("account_id", "=", account_id)], order="id")
        bubbles = env["mail.message"].search_count(
            [
                ("model", "=", "sale.order"),
                ("res_id", "in", comments.order_id.ids),
                ("message_type", "=", "marketplace"),
            ]
        )
        found = [[c.remote_id, bool(c.mail_message_id), bool(c.customer_mail_id)] for c in comments]
        return [found, bubbles]

    barrier()
    return in_transaction(registry, read)
