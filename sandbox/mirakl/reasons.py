"""The operator's reason codes (RE01). Codes are an operator's own: these are plausible ones."""

# (type, code, German label, French label, whether the shop may use it)
REASONS = (
    ("INCIDENT_OPEN", "1", "Artikel nicht erhalten", "Article non reçu", False),
    ("INCIDENT_OPEN", "2", "Artikel entspricht nicht der Bestellung", "Non conforme", False),
    ("INCIDENT_OPEN", "3", "Artikel defekt", "Article défectueux", False),
    ("INCIDENT_OPEN", "4", "Widerruf", "Rétractation", False),
    ("INCIDENT_OPEN", "5", "Fälschung", "Contrefaçon", False),
    ("INCIDENT_CLOSE", "8", "Einigung mit dem Kunden", "Accord trouvé avec le client", True),
    ("INCIDENT_CLOSE", "9", "Ersatz versendet", "Article remplacé", True),
    ("INCIDENT_CLOSE", "10", "Ersatz erhalten", "Remplacement reçu", False),
    ("INCIDENT_CLOSE", "11", "Erstattet", "Remboursé", True),
    ("REFUND", "14", "Keine Antwort des Händlers", "Pas de réponse du vendeur", False),
    ("REFUND", "15", "Nicht auf Lager", "Rupture de stock", True),
    ("REFUND", "16", "Vom Kunden storniert", "Annulé par le client", True),
    ("REFUND", "17", "Artikel zurückgesendet", "Article retourné", True),
    ("REFUND", "18", "Artikel nicht erhalten", "Article non reçu", True),
    ("REFUND", "19", "Einigung gefunden", "Accord trouvé", True),
    ("ORDER_MESSAGING", "24", "Frage zur Lieferung", "Question sur la livraison", True),
    ("ORDER_MESSAGING", "25", "Rechnung", "Facture", True),
    ("ORDER_MESSAGING", "26", "Sonstiges", "Autre", True),
    ("OFFER_MESSAGING", "33", "Sonstiges", "Autre", True),
    ("CANCELATION", "34", "Vom Kunden vor Versand storniert", "Annulé avant expédition", True),
    ("CANCELATION", "35", "Nicht mehr lieferbar", "Plus disponible", True),
    (
        "CANCELATION",
        "SYSTEM_LATE_SHIPMENT_CANCELATION",
        "Zu spät versendet",
        "Expédition en retard",
        False,
    ),
    (
        "MMP_SELLER_MESSAGING",
        "MMP_SELLER_MESSAGING_ONBOARDING",
        "Fragen zum Start",
        "Questions sur le démarrage",
        True,
    ),
    ("MMP_SELLER_MESSAGING", "MMP_SELLER_MESSAGING_OTHER", "Sonstiges", "Autre", True),
)
FUTURE = {"code": "99", "label": "Zukunft", "type": "FUTURE_REASON", "is_shop_right": True}
TYPES = tuple(dict.fromkeys(reason[0] for reason in REASONS))


def find(kind, code):
    """The reason of a type by its code, or None."""
    return next((r for r in REASONS if (r[0], r[1]) == (kind, str(code))), None)


def label(kind, code, locale="de"):
    reason = find(kind, code)
    return reason and (reason[3] if locale.startswith("fr") else reason[2])


def as_json(kind=None, locale="de", future=False):
    """[{code, label, type, is_shop_right}], of one type or all."""
    rows = [
        {"code": r[1], "label": label(r[0], r[1], locale), "type": r[0], "is_shop_right": r[4]}
        for r in REASONS
        if kind in (None, r[0])
    ]
    return rows + ([FUTURE] if future and kind is None else [])
