"""Facts about platform and shop: V01, A01, A21, PC01, SH21, L01, DO01, RE01, CH11."""

from ..web import Answer
from . import reasons
from .acts import CARRIERS
from .wire import Refused, View

PERIODS = ("ALL_SINCE_BEGINNING", "LAST_MONTH", "LAST_THREE_MONTHS", "LAST_SIX_MONTHS", "LAST_YEAR")
DOCUMENT_TYPES = (
    ("CUSTOMER_INVOICE", "Rechnung"),
    ("SHIPPING_LABEL", "Versandetikett"),
    ("SYSTEM_DELIVERY_BILL", "Lieferschein"),
    ("SYSTEM_MESSAGE_ATTACHMENT", "Anhang einer Nachricht"),
)
LOCALES = (("de_DE", "Deutsch (Deutschland)", True), ("fr_FR", "Français (France)", False))


def version(call):
    """V01: a client looks at the status only."""
    return Answer.json({"version": "3.1234"})


def account(call):
    """A01."""
    seller = call.seller
    view = View(seller.options)
    state = "ON_HOLIDAY" if seller.options["unknown_enums"] else seller.options["shop_state"]
    value = {
        "shop_id": call.shop_id,
        "shop_name": seller.shop,
        "shop_state": state,
        "currency_iso_code": seller.currency,
        "channels": ["DE"],
        "date_created": "2019-03-25T14:34:03Z",
        "description": None,
        "is_professional": True,
        "premium": False,
        "approval_rate": seller.figures.get("approval_rate"),
        "order_messages_response_delay": seller.figures.get("order_messages_response_delay"),
        "orders_count": len(seller.orders),
        "domains": ["PRODUCT"],
        "shipping_country": "DEU",
        "suspension_type": None,
    }
    return Answer.json(view.clean(value, ("suspension_type",)))


def statistics(call):
    """A21: figure -> [{period, value}]. That rates are shares of 1 is taken from A01's example."""
    figures = {}
    for name, value in call.seller.figures.items():
        if isinstance(value, dict):
            figures[name] = [{"period": p, "value": v} for p, v in value.items()]
        elif value is not None:
            figures[name] = [{"period": period, "value": value} for period in PERIODS]
    return Answer.json(figures)


def configuration(call):
    """PC01."""
    return Answer.json(
        {
            "features": {
                "order_tax_mode": call.seller.options["tax_mode"],
                "no_reply_needed": True,
                "returns": False,
                "multi_shipment": False,
                "multi_currency": False,
            }
        }
    )


def carriers(call):
    """SH21."""
    rows = [
        {"code": code, "label": label, "standard_code": standard, "tracking_url": url}
        for code, label, standard, url in CARRIERS
    ]
    return Answer.json({"carriers": rows})


def locales(call):
    """L01."""
    rows = [
        {"code": code, "label": label, "platform_default": default}
        for code, label, default in LOCALES
    ]
    return Answer.json({"locales": rows})


def document_types(call):
    """DO01."""
    kinds = call.query.csv("entities") or ["ORDER"]
    rows = [
        {"code": code, "label": label, "entity": "ORDER", "mime_types": []}
        for code, label in DOCUMENT_TYPES
        if "ORDER" in kinds
    ]
    return Answer.json({"documents": rows})


def channels(call):
    """CH11."""
    return Answer.json({"channels": [{"code": "DE", "label": "Deutschland", "description": ""}]})


def list_reasons(call):
    """RE01."""
    return _reasons(call, None)


def reasons_of_type(call, kind):
    """RE02 (deprecated, still asked by clients)."""
    if kind.upper() not in reasons.TYPES:
        raise Refused(404, f"The reason type {kind} does not exist.")
    return _reasons(call, kind.upper())


def _reasons(call, kind):
    locale = call.query.text("locale") or "de"
    known = {code for code, *_ in LOCALES} | {code[:2] for code, *_ in LOCALES}
    if locale not in known:
        raise Refused(400, f"The locale {locale} is not activated.")
    future = call.seller.options["unknown_enums"]
    return Answer.json({"reasons": reasons.as_json(kind, locale, future)})
