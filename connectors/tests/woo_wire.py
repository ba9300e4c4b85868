"""WooCommerce and WCFM for the wire server: credentials, operations, answers."""

import base64
import json
from datetime import datetime
from decimal import Decimal

from contract_cases import PASSWORD
from wire import Reply

from connectors import base
from connectors.woocommerce.operator import CLIENT as OPERATOR
from connectors.woocommerce.seller import CLIENT as SELLER

KEY = "ck_0123456789abcdef0123456789abcdef01234567"
VENDOR = "7"
ORDER, LINE, LINE_2, SHIPPING, FEE = "501", "11", "12", "21", "31"
NOW = datetime(2026, 11, 20, 12, 0, 0)


def answer(body, status=200, **headers):
    """A Reply with JSON."""
    content = json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(content, status, "application/json; charset=UTF-8", names)


def error(code, status=400, message="Something is wrong.", data=None):
    """An error of WordPress. `data`: a bare number makes HTTP 500 of whatever it is."""
    data = {"status": status} if data is None else data
    return answer({"code": code, "message": message, "data": data}, status)


# wc/v3


def line(number=11, quantity=2, total="82.47", tax="15.67", **more):
    """98.14 with tax."""
    return {
        "id": number,
        "name": f"Lampe {number}",
        "product_id": 900 + number,
        "variation_id": 0,
        "quantity": quantity,
        "tax_class": "",
        "subtotal": total,
        "subtotal_tax": tax,
        "total": total,
        "total_tax": tax,
        "taxes": [{"id": 3, "total": tax, "subtotal": tax}] if Decimal(tax) else [],
        "meta_data": [],
        "sku": f"UP-{number}",
        "price": 41.235,
        "image": {"id": "", "src": ""},
        "parent_name": None,
        **more,
    }


def extra(number=21, total="4.12", tax="0.78", **more):
    """A shipping line or a fee: 4.90 with tax."""
    return {
        "id": number,
        "method_title": "DHL",
        "method_id": "flat_rate",
        "total": total,
        "total_tax": tax,
        "taxes": [{"id": 3, "total": tax, "subtotal": tax}] if Decimal(tax) else [],
        "meta_data": [],
        **more,
    }


def order(*lines, refunds=(), **more):
    """128.94: 98.14 + 25.90 (untaxed) + 4.90."""
    lines = list(lines) or [line(), line(12, 1, "25.90", "0.00")]
    return {
        "id": 501,
        "parent_id": 0,
        "status": "completed",
        "currency": "EUR",
        "prices_include_tax": True,
        "date_created": "2026-11-09T09:00:00",
        "date_created_gmt": "2026-11-09T08:00:00",
        "date_modified": "2026-11-20T12:50:00",
        "date_modified_gmt": "2026-11-20T11:50:00",
        "date_completed": "2026-11-11T11:00:00",
        "date_completed_gmt": "2026-11-11T10:00:00",
        "date_paid": "2026-11-09T09:05:00",
        "date_paid_gmt": "2026-11-09T08:05:00",
        "shipping_total": "4.12",
        "shipping_tax": "0.78",
        "total": "128.94",
        "total_tax": "16.45",
        "customer_id": 0,
        "billing": {
            "first_name": "Lena",
            "last_name": "Muster",
            "company": "",
            "address_1": "Beispielweg 4",
            "address_2": "2. OG",
            "city": "Berlin",
            "state": "DE-BE",
            "postcode": "10115",
            "country": "DE",
            "email": "lena@people.example",
            "phone": "+49 30 000",
        },
        "shipping": {
            "first_name": "Lena",
            "last_name": "Muster",
            "company": "Muster GmbH",
            "address_1": "Hof 1",
            "address_2": "",
            "city": "Potsdam",
            "state": "",
            "postcode": "14467",
            "country": "DE",
            "phone": "",
        },
        "payment_method": "stripe",
        "payment_method_title": "Kreditkarte",
        "customer_note": "Bitte klingeln.",
        "number": "W-501",
        "meta_data": [],
        "line_items": lines,
        "tax_lines": [],
        "shipping_lines": [extra()],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [
            {"id": item["id"], "reason": "", "total": f"-{item['amount']}"} for item in refunds
        ],
        "needs_payment": False,
        **more,
    }


def minus(amount):
    return amount[1:] if amount.startswith("-") else f"-{amount}"


def refund(number, amount, *lines, shipping=(), paid=True, reference="", **more):
    """`lines`: (item, quantity, net, tax); `shipping`: (item, net, tax)."""

    def taxes(tax):
        return [{"id": 3, "total": minus(tax), "subtotal": ""}] if Decimal(tax) else []

    meta = [{"id": 1, "key": "marketplace_helpdesk_reference", "value": reference}]
    return {
        "id": number,
        "date_created": "2026-11-20T12:55:00",
        "date_created_gmt": "2026-11-20T11:55:00",
        "amount": amount,
        "reason": "",
        "refunded_by": 1,
        "refunded_payment": paid,
        "meta_data": meta if reference else [],
        "line_items": [
            {
                "id": number * 10 + position,
                "product_id": 900 + int(item),
                "variation_id": 0,
                "quantity": -quantity,
                "total": minus(net),
                "total_tax": minus(tax),
                "taxes": taxes(tax),
                "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": item}],
            }
            for position, (item, quantity, net, tax) in enumerate(lines)
        ],
        "shipping_lines": [
            {
                "id": number * 10 + 9,
                "total": minus(net),
                "total_tax": minus(tax),
                "taxes": taxes(tax),
                "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": item}],
            }
            for item, net, tax in shipping
        ],
        "fee_lines": [],
        **more,
    }


def note(number, text="Ist unterwegs.", customer=False, author="Shop team", **more):
    return {
        "id": number,
        "author": author,
        "date_created": f"2026-11-20T12:{number % 60:02}:00",
        "date_created_gmt": f"2026-11-20T11:{number % 60:02}:00",
        "note": text,
        "customer_note": customer,
        **more,
    }


def gateway(can_refund=True, code="stripe"):
    supports = ["products", "refunds"] if can_refund else ["products"]
    return answer({"id": code, "title": "Stripe", "method_supports": supports})


# wcfmmp/v1: all values are texts, dates are the site's


def inquiry(number=41, *replies, **more):
    """Written at 10:00 UTC; the site is in Berlin."""
    last = replies[-1] if replies else {}
    return {
        "ID": str(number),
        "enquiry": "Aus welchem Tuch?<br/>Waschbar?",
        "reply": last.get("reply", ""),
        "product_id": "911",
        "author_id": VENDOR,
        "vendor_id": VENDOR,
        "customer_id": "9",
        "customer_name": "Lena Muster",
        "customer_email": "lena@people.example",
        "reply_by": last.get("reply_by", "0"),
        "is_private": "1",
        "posted": "2026-11-20 11:00:00",
        "replied": "2026-11-20",
        "product_title": "Tasche",
        **more,
    }


def details(number=41, *replies, **more):
    found = inquiry(number, *replies, **more)
    return {
        **found,
        "additional_datas": [],
        "reply_count": len(replies),
        "all_replies": list(replies),
    }


def reply(number, text="Segeltuch.", by=VENDOR, **more):
    return {
        "ID": str(number),
        "enquiry_id": "41",
        "product_id": "911",
        "vendor_id": VENDOR,
        "customer_id": "9",
        "reply": text,
        "reply_by": by,
        "posted": f"2026-11-20 12:{number % 60:02}:00",
        "reply_by_name": {"7": "Upcycle Store", "9": "Lena"}.get(by, "Marketplace"),
        **more,
    }


def ticket(number=61, **more):
    """Written at 10:00 UTC: the site's hour is added twice."""
    return {
        "support_id": str(number),
        "support_id_to_display": f"{number:06}",
        "support_status": "Offen",
        "support_category": "Lieferung",
        "support_query": "Ein Riemen ist gerissen.",
        "support_order": {"order_id": 501, "product_id": 911, "product_title": "Tasche"},
        "support_customer": {"customer_name": "Lena Muster", "customer_email": "l@p.example"},
        "support_priority": "Normal",
        "support_vendor_name": "Upcycle Store",
        "support_date": "2026-11-20T12:00:00",
        **more,
    }


def vendor_note(number, text="Ist unterwegs.", customer=False, author="Upcycle Store"):
    return {
        "id": number,
        "date_created": {
            "date": f"2026-11-20 12:{number % 60:02}:00.000000",
            "timezone_type": 3,
            "timezone": "Europe/Berlin",
        },
        "content": text,
        "customer_note": customer,
        "added_by": author,
        "order_id": 501,
    }


INDEX = {
    "name": "Shop",
    "gmt_offset": 1,
    "timezone_string": "Europe/Berlin",
    "namespaces": ["wp/v2", "wc/v3", "jwt-auth/v1", "wcfmmp/v1"],
    "routes": {},
}
SITE_DETAILS = {"is_wcfm_ultimate": True, "wcfm_rest_api_version": "1.6.2"}
PROFILE = {"id": 7, "first_name": "Ada", "last_name": "Vendeuse", "username": "ada"}
SETTINGS = {"store_name": "Upcycle Store", "vendor_id": 7}


class Routes:
    """Answers by method and path: `table` = {"GET wc/v3/orders": reply, list of replies or
    function(request)}. Put into a WireServer as its `choose`."""

    def __init__(self, server, table):
        self.server = server
        self.table = dict(table)
        server.choose = self

    def __call__(self, request):
        if self.server.is_login(request):
            self.server.logins.append(request)
            return self.server.login
        self.server.requests.append(request)
        path = request.path.partition("?")[0].partition("/wp-json/")[2]
        found = self.table.get(f"{request.method} {path}")
        if found is None:
            return error("rest_no_route", 404)
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found(request) if callable(found) else found

    def asked(self, path):
        """The requests of one path."""
        return [r for r in self.server.requests if r.path.partition("?")[0].endswith(path)]


class OperatorWire:
    """The hooks of ClientContract for a shop's operator."""

    client_class = OPERATOR
    operations = (
        base.Refund(
            "op1",
            ORDER,
            (base.RefundLine(LINE, amount=Decimal("10.50")),),
            pay_back=False,
            restock=False,
        ),
        base.Gesture("op2", ORDER, Decimal("5.00"), pay_back=False),
        base.Comments(
            "op3", (base.Comment("70001", ORDER, "S1", "Ist unterwegs.", "2026-11-20", True, True),)
        ),
    )

    def make_client(self, url, now=NOW, **options):
        credentials = base.Credentials(KEY, PASSWORD, service_url=url, options=options)
        return self.client_class(credentials, now=lambda: now)

    def is_login(self, request):
        return False

    def login_reply(self):
        return Reply()

    def read(self, client):
        return list(client.pull("orders", None, NOW))


def make_token(user=VENDOR, expires=None):
    """A token as the JWT plugin makes it; nobody checks its signature here."""

    def pack(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"iss": "https://shop.example", "data": {"user": {"id": user}}}
    if expires:
        claims["exp"] = expires
    return f"{pack({'typ': 'JWT'})}.{pack(claims)}.s1gnatur3-of-the-site"


class SellerWire:
    """The hooks of ClientContract for a vendor with the JWT plugin."""

    client_class = SELLER
    TOKEN = make_token()
    operations = (
        base.Reply("op1", "inquiry:41", "Segeltuch."),
        base.Comments(
            "op2", (base.Comment("70001", ORDER, "S1", "Ist unterwegs.", "2026-11-20", True, True),)
        ),
    )

    def make_client(self, url, now=NOW, **options):
        options = {"allow_http": True, **options}
        credentials = base.Credentials("ada", PASSWORD, service_url=url, options=options)
        return self.client_class(credentials, now=lambda: now)

    def is_login(self, request):
        return request.path.endswith("/jwt-auth/v1/token")

    def login_reply(self, token=TOKEN):
        return answer({"token": token, "user_nicename": "ada", "store_id": 7})

    def read(self, client):
        return list(client.get_notes([ORDER]))


class SellerPasswordWire(SellerWire):
    """The same with an application password."""

    def make_client(self, url, now=NOW, **options):
        return super().make_client(url, now, login_way="application_password", **options)
