"""Connects the demo database to the sandbox marketplace. Runs in Odoo's shell at each start.

What it prints is shown to the person who started the demo.
"""

import os

from odoo import Command, fields
from odoo.addons.marketplace_helpdesk.tests.sandbox_api import SMTP, URL, call

LOGIN, PASSWORD = "demo-seller-api", "demo-seller"

env = globals()["env"]


def make_user(login, name, group, lang):
    """A person of the desk, with the login as password."""
    user = env["res.users"].search([("login", "=", login)])
    if not user:
        user = (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": name,
                    "login": login,
                    "password": login,
                    "email": f"{login}@shop.example",
                    "lang": lang,
                    "notification_type": "inbox",
                    "group_ids": [Command.link(env.ref(group).id)],
                }
            )
        )
    return user


def make_team(users):
    team = env["helpdesk.ticket.team"].search([("name", "=", "Marketplace Care")], limit=1)
    values = {"user_ids": [Command.set(users.ids)], "user_id": users[-1].id}
    if team:
        team.write(values)
        return team
    return team.create({"name": "Marketplace Care", "alias_name": "marketplace-care", **values})


def make_products():
    """The articles that the sandbox seller sells."""
    lines = [
        line for order in call("GET", f"/sellers/{LOGIN}")["orders"] for line in order["lines"]
    ]
    known = set(env["product.product"].search([]).mapped("default_code"))
    wanted = {line["seller_product_id"]: line for line in lines}
    env["product.product"].create(
        [
            {
                "name": line["name"],
                "default_code": sku,
                "list_price": float(line["price"]) / max(line["quantity"], 1),
                "type": "consu",
            }
            for sku, line in wanted.items()
            if sku not in known
        ]
    )


def make_shipping():
    name = "Marketplace Shipping"
    product = env["product.product"].search([("name", "=", name)], limit=1)
    return product or product.create({"name": name, "type": "service", "default_code": "MKPSHIP"})


def make_account(team, manager, shipping):
    host, _colon, port = SMTP.rpartition(":")
    server = env["ir.mail_server"].search([("name", "=", "Sandbox relay")], limit=1)
    values = {"name": "Sandbox relay", "smtp_host": host, "smtp_port": int(port)}
    if server:
        server.write(values)
    else:
        server = server.create(values)
    addresses = {
        "service_url": f"{URL}/cdiscount/MarketplaceAPIService.svc",
        "token_url": f"{URL}/cdiscount/users/httpIssue.svc/?realm=sandbox",
        "mail_server_id": server.id,
    }
    account = env["marketplace.account"].search([("login", "=", LOGIN)], limit=1)
    if account:
        account.write(addresses)
        return account
    account = account.create(
        {
            "name": "Cdiscount",
            "code": "C",
            "color": 10,
            "provider": "cdiscount",
            "team_id": team.id,
            "user_id": manager.id,
            "login": LOGIN,
            "password_input": PASSWORD,
            "sender_email": "care@shop.example",
            "order_policy": "create",
            "shipping_product_id": shipping.id,
            "interval_minutes": 1,
            "confirm_minutes": 15,
            "import_start": fields.Datetime.subtract(fields.Datetime.now(), days=30),
            **addresses,
        }
    )
    # Four days of questions are open, so that there is something to do from the start.
    account.clock_start = fields.Datetime.subtract(fields.Datetime.now(), days=4)
    account.action_enable()
    return account


def main():
    agent = make_user("agent", "Marketplace Agent", "marketplace_helpdesk.group_agent", "fr_FR")
    manager = make_user(
        "manager", "Marketplace Manager", "marketplace_helpdesk.group_manager", "en_US"
    )
    team = make_team(agent + manager)
    make_products()
    account = make_account(team, manager, make_shipping())
    if account.state == "enabled":
        account.action_read_now()
    env.cr.commit()
    print("               agent / agent (French), manager / manager (English)")
    print("First tickets arrive within a minute, in the app “Marketplaces”.")


if os.environ.get("MARKETPLACE_SANDBOX_URL"):
    main()
