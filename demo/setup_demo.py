"""Connects the demo database to the sandbox marketplaces. Runs in Odoo's shell at each start.

What it prints is shown to the person who started the demo.
"""

import os

from odoo import Command, fields
from odoo.addons.marketplace_helpdesk.tests.sandbox_api import SMTP, URL, call

LOGIN, PASSWORD = "demo-seller-api", "demo-seller"
MIRAKL_LOGIN, MIRAKL_KEY = "demo-mirakl", "demo-mirakl-key"
OPENSI_LOGIN = "demo-opensi"  # its password too
WOO_LOGIN = "demo-woo"  # the vendor's, and his password
WOO_KEY, WOO_SECRET = "ck_demo_woo", "cs_demo_woo"

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
    """The articles that the sandbox sellers sell."""
    known = set(env["product.product"].search([]).mapped("default_code"))
    wanted = {}
    for login in (LOGIN, MIRAKL_LOGIN):
        for order in call("GET", f"/sellers/{login}")["orders"]:
            for line in order["lines"]:
                wanted.setdefault(line.get("seller_product_id") or line["offer_sku"], line)
    for product in call("GET", f"/sellers/{WOO_LOGIN}")["products"]:
        wanted.setdefault(product["sku"], {**product, "quantity": 1})
    env["product.product"].create(
        [
            {
                "name": line.get("name") or line["product_title"],
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


def make_gesture():
    name = "Commercial Gesture"
    product = env["product.product"].search([("name", "=", name)], limit=1)
    return product or product.create({"name": name, "type": "service", "default_code": "MKPGEST"})


def make_invoices():
    """Shipped orders are invoiced, most of them, so that refunds reach the books."""
    shipped = env["sale.order"].search(
        [("marketplace_state", "=", "shipped"), ("invoice_status", "=", "to invoice")], order="id"
    )
    for order in shipped:
        if order.id % 4:
            order._create_invoices().action_post()


def make_mail_server():
    host, _colon, port = SMTP.rpartition(":")
    server = env["ir.mail_server"].search([("name", "=", "Sandbox relay")], limit=1)
    values = {"name": "Sandbox relay", "smtp_host": host, "smtp_port": int(port)}
    if server:
        server.write(values)
        return server
    return server.create(values)


def make_account(provider, addresses, values):
    """The account of a provider, brought to the sandbox's present address."""
    known = [("provider", "=", provider), ("name", "=", values["name"])]
    account = env["marketplace.account"].search(known, limit=1)
    if account:
        account.write(addresses)
        return account
    account = account.create(
        {
            "provider": provider,
            "order_policy": "create",
            "interval_minutes": 1,
            "import_start": fields.Datetime.subtract(fields.Datetime.now(), days=30),
            **addresses,
            **values,
        }
    )
    # Four days of questions are open, so that there is something to do from the start.
    account.clock_start = fields.Datetime.subtract(fields.Datetime.now(), days=4)
    account.refund_limit_ids = [
        Command.create({"role": "agent", "what": "refund", "amount": to_limit(60)}),
        Command.create({"role": "agent", "what": "gesture", "amount": to_limit(15)}),
    ]
    account.action_enable()
    return account


def make_cdiscount(**values):
    return make_account(
        "cdiscount",
        {
            "service_url": f"{URL}/cdiscount/MarketplaceAPIService.svc",
            "token_url": f"{URL}/cdiscount/users/httpIssue.svc/?realm=sandbox",
            "mail_server_id": make_mail_server().id,
        },
        {
            "name": "Cdiscount",
            "code": "C",
            "color": 10,
            "login": LOGIN,
            "password_input": PASSWORD,
            "sender_email": "care@shop.example",
            "confirm_minutes": 15,
            **values,
        },
    )


def make_mirakl(**values):
    return make_account(
        "mirakl",
        {"service_url": f"{URL}/mirakl"},
        {
            "name": "MediaMarkt DE",
            "code": "M",
            "color": 2,
            "password_input": MIRAKL_KEY,
            **values,
        },
    )


def make_woo(**values):
    """One site twice: its operator with a consumer key, and a seller of its marketplace."""
    site = {"service_url": f"{URL}/woocommerce/{WOO_LOGIN}"}
    operator = make_account(
        "woocommerce",
        site,
        {
            "name": "Woo Shop",
            "code": "S",
            "color": 6,
            "login": WOO_KEY,
            "password_input": WOO_SECRET,
            "allow_http": True,
            **values,
        },
    )
    preset = env.ref("marketplace_helpdesk.preset_upxycled", raise_if_not_found=False)
    return operator | make_account(
        "wcfm",
        site,
        {
            "name": "upXycled",
            "code": "U",
            "color": 3,
            "preset_id": preset and preset.id,
            "login": WOO_LOGIN,
            "password_input": WOO_LOGIN,
            "allow_http": True,
            **values,
        },
    )


def make_web_shop(**values):
    """Odoo feeds this shop with order comments, as OpenSi does."""
    return make_account(
        "opensi",
        {"service_url": f"{URL}/opensi/shop/{OPENSI_LOGIN}/"},
        {
            "name": "Web Shop",
            "code": "W",
            "color": 4,
            "login": OPENSI_LOGIN,
            "password_input": OPENSI_LOGIN,
            "website_code": "main",
            "allow_http": True,
            "comment_minutes": 2,
            **values,
        },
    )


def make_erp(**values):
    """Odoo is the shop, and the sandbox's OpenSi sends its comments."""
    account = make_account(
        "opensi",
        {},
        {
            "name": "OpenSi",
            "code": "O",
            "color": 8,
            "opensi_role": "shop",
            "login": OPENSI_LOGIN,
            "password_input": OPENSI_LOGIN,
            "website_code": "main",
            "order_field": "name",
            "allow_http": True,
            **values,
        },
    )
    path = account.web_service_url.partition("/marketplace/")[2]
    call(
        "POST",
        f"/sellers/{OPENSI_LOGIN}/erp/target",
        url=f"{os.environ['MARKETPLACE_DEMO_URL']}/marketplace/{path}",
        login=OPENSI_LOGIN,
        password=OPENSI_LOGIN,
        website_code="main",
        every_seconds=60,
    )
    return account


def make_web_orders(account, seller):
    """The web shop's orders as Odoo has them."""
    for remote in call("GET", f"/sellers/{OPENSI_LOGIN}")["orders"]:
        make_sale_order(account, seller, remote["number"], remote.get("customer"))


def make_own_orders(account, seller):
    """Orders of Odoo as the shop, with comments that OpenSi brings within a minute."""
    orders = [make_sale_order(account, seller, f"OWN-{index}") for index in (1, 2)]
    comments = (("Préparation terminée, remis au transporteur.", True), ("Colis en deux.", False))
    for number, (order, (text, visible)) in enumerate(zip(orders, comments, strict=True), 1):
        if order:
            call(
                "POST",
                f"/sellers/{OPENSI_LOGIN}/erp/comments",
                web_order=order.name,
                number=str(number),
                text=text,
                mail=visible,
                visible=visible,
            )


def make_sale_order(account, seller, number, customer=None):
    """A confirmed order; nothing where it is there already."""
    orders, products = env["sale.order"], env["product.product"]
    if orders.search_count([("client_order_ref", "=", number)], limit=1):
        return orders
    partner = env["res.partner"].create(
        {
            "name": customer or f"Customer {number}",
            "email": f"customer-{number.lower()}@client.example",
            "lang": "fr_FR",
        }
    )
    product = products.search([("default_code", "!=", False)], limit=1)
    order = orders.create(
        {
            "partner_id": partner.id,
            "user_id": seller.id,
            "client_order_ref": number,
            "marketplace_account_id": account.id,
            "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 1})],
        }
    )
    order.action_confirm()
    return order


def make_comment_templates():
    templates = env["marketplace.comment.template"]
    if templates.search_count([], limit=1):
        return
    for name, french, body, body_french in (
        (
            "Leaves today",
            "Part aujourd'hui",
            "Your order {{ object.client_order_ref }} leaves today.",
            "Votre commande {{ object.client_order_ref }} part aujourd'hui.",
        ),
        (
            "Sold out",
            "Épuisé",
            "An article of your order is sold out. May we replace it?",
            "Un article de votre commande est épuisé. Pouvons-nous le remplacer ?",
        ),
    ):
        template = templates.create({"name": name, "body": body})
        template.with_context(lang="fr_FR").write({"name": french, "body": body_french})


def to_limit(euros):
    """Limits are in the company's currency; the sandbox marketplaces pay in euros."""
    euro, company = env.ref("base.EUR"), env.company
    return euro._convert(euros, company.currency_id, company, fields.Date.today())


def main():
    agent = make_user("agent", "Marketplace Agent", "marketplace_helpdesk.group_agent", "fr_FR")
    manager = make_user(
        "manager", "Marketplace Manager", "marketplace_helpdesk.group_manager", "en_US"
    )
    team = make_team(agent + manager)
    make_products()
    values = {
        "team_id": team.id,
        "user_id": manager.id,
        "shipping_product_id": make_shipping().id,
        "gesture_product_id": make_gesture().id,
    }
    accounts = make_cdiscount(**values) | make_mirakl(**values) | make_woo(**values)
    env.cr.commit()
    for account in accounts.filtered(lambda account: account.state == "enabled"):
        account.cron_id.method_direct_trigger()
    make_invoices()
    seller = make_user("seller", "Web Shop Seller", "sales_team.group_sale_salesman", "fr_FR")
    shop = {"team_id": team.id, "user_id": manager.id}
    make_web_orders(make_web_shop(**shop), seller)
    make_own_orders(make_erp(**shop), seller)
    make_comment_templates()
    env.cr.commit()
    print("               agent / agent (French), manager / manager (English)")
    print("               seller / seller (French): sale orders with comments")
    print("Tickets are in the app “Marketplaces”; more arrive every minute.")


if os.environ.get("MARKETPLACE_SANDBOX_URL"):
    main()
