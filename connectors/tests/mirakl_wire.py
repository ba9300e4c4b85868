"""Mirakl for the wire server: credentials, one operation of every kind, answers."""

import json
from datetime import datetime
from decimal import Decimal

from contract_cases import PASSWORD
from wire import Reply

from connectors import base
from connectors.mirakl import CLIENT

ORDER = "M-1001-A"
LINE = "M-1001-A-1"
LINE_2 = "M-1001-A-2"
THREAD = "6f1d3b0a-0000-4000-8000-000000000001"
NOW = datetime(2026, 11, 20, 12, 0, 0)


def answer(body, status=200, **headers):
    """A Reply with JSON; floats are written as they are."""
    content = json.dumps(body).encode()
    return Reply(
        content, status, "application/json", {k.replace("_", "-"): v for k, v in headers.items()}
    )


def error(status, message="Something is wrong.", **more):
    return answer({"status": status, "message": message, **more}, status)


def line(number=1, state="SHIPPED", **more):
    return {
        "order_line_id": f"{ORDER}-{number}",
        "order_line_index": number,
        "order_line_state": state,
        "quantity": 2,
        "price": 49.9,
        "shipping_price": 4.0,
        "total_price": 53.9,
        "offer_id": 2000 + number,
        "offer_sku": f"REF-{number}",
        "product_title": f"Lamp {number}",
        "debited_date": "2026-11-10T09:00:00Z",
        "shipped_date": "2026-11-11T10:00:00.123Z",
        "refunds": [],
        "cancelations": [],
        **more,
    }


def order(*lines, **more):
    lines = list(lines) or [line(1), line(2, price=25.8, shipping_price=0, total_price=25.8)]
    return {
        "order_id": ORDER,
        "commercial_id": "M-1001",
        "order_state": "SHIPPED",
        "created_date": "2026-11-09T08:00:00Z",
        "last_updated_date": "2026-11-20T11:58:00Z",
        "customer_debited_date": "2026-11-10T09:00:00Z",
        "shipping_deadline": "2026-11-13T08:00:00Z",
        "has_incident": False,
        "fully_refunded": False,
        "can_cancel": False,
        "currency_iso_code": "EUR",
        "price": 75.7,
        "shipping_price": 4.0,
        "total_price": 79.7,
        "order_tax_mode": "TAX_INCLUDED",
        "payment_workflow": "PAY_ON_ACCEPTANCE",
        "customer": {
            "customer_id": "c-1",
            "firstname": "Hans",
            "lastname": "Meyer",
            "shipping_address": {
                "firstname": "Hans",
                "lastname": "Meyer",
                "street_1": "Gartenweg 3",
                "street_2": "2. OG",
                "zip_code": "10115",
                "city": "Berlin",
                "country": "Deutschland",
                "country_iso_code": "DEU",
                "phone": "+49 30 000",
            },
        },
        "customer_notification_email": "alias@notification.mirakl.net",
        "order_lines": lines,
        **more,
    }


def orders(*found, total=None):
    return answer({"orders": list(found), "total_count": len(found) if total is None else total})


def given(number, amount, shipping=0, reason="19", **more):
    return {
        "id": str(number),
        "amount": amount,
        "shipping_amount": shipping,
        "quantity": 0,
        "reason_code": reason,
        "created_date": "2026-11-20T11:59:00Z",
        **more,
    }


def message(number, text="Wo bleibt die Lampe?", sender="CUSTOMER_USER", to=("SHOP",), **more):
    return {
        "id": f"m{number}",
        "body": text,
        "date_created": f"2026-11-20T10:{number:02}:00Z",
        "from": {"type": sender, "display_name": "Hans M."},
        "to": [{"type": kind, "display_name": kind} for kind in to],
        **more,
    }


def thread(*messages, number=THREAD, **more):
    messages = list(messages) or [message(1)]
    people = [
        {"type": "CUSTOMER", "id": "c-1", "display_name": "Hans M."},
        {"type": "OPERATOR", "display_name": "Operator"},
        {"type": "SHOP", "id": "2000", "display_name": "Shop"},
    ]
    return {
        "id": number,
        "topic": {"type": "FREE_TEXT", "value": "Lieferung"},
        "entities": [{"type": "MMP_ORDER", "id": ORDER, "label": ORDER}],
        "authorized_participants": people,
        "current_participants": people[:1],
        "date_created": "2026-11-20T10:01:00Z",
        "date_updated": "2026-11-20T11:01:00.5Z",
        "metadata": {
            "total_count": len(messages),
            "last_message_date": messages[-1].get("date_created"),
            "shop_reply_needed_since": "2026-11-20T10:01:00Z",
        },
        "messages": messages,
        **more,
    }


def threads(*found, token=None):
    body = {"data": list(found)}
    return answer({**body, "next_page_token": token} if token else body)


REASONS = answer(
    {
        "reasons": [
            {
                "code": "1",
                "label": "Nicht erhalten",
                "type": "INCIDENT_OPEN",
                "is_shop_right": False,
            },
            {"code": "8", "label": "Einigung", "type": "INCIDENT_CLOSE", "is_shop_right": True},
            {"code": "19", "label": "Einigung gefunden", "type": "REFUND", "is_shop_right": True},
            {"code": "14", "label": "Keine Antwort", "type": "REFUND", "is_shop_right": False},
            {"code": "34", "label": "Storniert", "type": "CANCELATION", "is_shop_right": True},
            {"code": "26", "label": "Sonstiges", "type": "ORDER_MESSAGING", "is_shop_right": True},
            {"code": "X", "label": "Start", "type": "MMP_SELLER_MESSAGING", "is_shop_right": True},
            {"code": "99", "label": "Zukunft", "type": "FUTURE_REASON", "is_shop_right": True},
        ]
    }
)


class MiraklWire:
    """The hooks of ClientContract, with a key."""

    client_class = CLIENT
    operations = (
        base.Reply("op1", THREAD, "Sie ist unterwegs.", ("customer",)),
        base.Refund(
            "op2",
            ORDER,
            (base.RefundLine(LINE, amount=Decimal("10.50"), reason_code="19"),),
        ),
        base.RefuseLines(
            "op3",
            ORDER,
            (base.LineDecision(LINE, True, amount=Decimal("49.90"), reason_code="34"),),
        ),
        base.ResolveIncident("op4", ORDER, LINE, "8"),
    )

    def make_client(self, url, now=NOW, **options):
        return self.client_class(self.get_credentials(url, options), now=lambda: now)

    def get_credentials(self, url, options):
        return base.Credentials(password=PASSWORD, service_url=url, options=options)

    def is_login(self, request):
        return request.path.startswith("/oauth/")

    def login_reply(self):
        return Reply()

    def read(self, client):
        return list(client.pull("threads", None, NOW))


class MiraklTokenWire(MiraklWire):
    """The same with an OAuth client."""

    TOKEN = "t0k3n-of-the-operator.abc_def-123"

    def get_credentials(self, url, options):
        return base.Credentials(
            login="client-id",
            password=PASSWORD,
            service_url=url,
            token_url=f"{url}/oauth/token",
            options=options,
        )

    def login_reply(self, token=TOKEN):
        return answer({"access_token": token, "token_type": "Bearer", "expires_in": 3599})
