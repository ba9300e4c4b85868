"""People, products and wording of seeded worlds, and the labels of tickets."""

# (SKU, name, price of one, net); the last two are the stranger's
PRODUCTS = (
    ("UP-1001", "Umhängetasche aus Segeltuch", "74.00"),
    ("UP-1002", "Portemonnaie aus Fahrradschlauch", "32.50"),
    ("UP-1003", "Lampe aus alter Weinkiste", "119.00"),
    ("UP-1004", "Kissenbezug aus Jeansresten 40 x 40", "24.90"),
    ("UP-1005", "Notizbuch mit Schallplattenhülle", "14.50"),
    ("UP-1006", "Brosse à vêtements en chutes de chêne", "18.00"),
    ("ST-2001", "Gürtel aus Feuerwehrschlauch", "45.00"),
    ("ST-2002", "Windlicht aus Flaschenglas", "16.00"),
)
# (first name, last name, street, postcode, city, country)
PEOPLE = (
    ("Lena", "Muster", "Beispielweg 4", "10115", "Berlin", "DE"),
    ("Jonas", "Probe", "Am Versuchsfeld 12", "80331", "München", "DE"),
    ("Aylin", "Vorlage", "Musterstraße 7", "50667", "Köln", "DE"),
    ("Camille", "Essai", "12 rue des Essais", "69003", "Lyon", "FR"),
    ("Théo", "Modèle", "7 impasse des Tilleuls", "44000", "Nantes", "FR"),
    ("Noémie", "Témoin", "25 place du Marché", "67000", "Strasbourg", "FR"),
)
QUESTIONS = (
    "Guten Tag, aus welchem Tuch ist die Tasche? Und lässt sie sich waschen?",
    "Bonjour, pouvez-vous me l'envoyer en Belgique ? Quel serait le délai ?",
    "Hallo,\nist die Lampe auch mit Schalter am Kabel zu haben?\nViele Grüße",
)
TICKETS = (
    "Guten Tag, das Paket kam an, aber ein Riemen ist eingerissen. Können Sie helfen?",
    "Bonjour, j'ai reçu un autre modèle que celui commandé. Que dois-je faire ?",
)
REPLIES = (
    "Danke für die schnelle Antwort!",
    "Merci, mais quand le recevrai-je ?",
    "Das hilft mir leider noch nicht weiter. Könnten Sie bitte nachsehen?",
)
ANSWERS = (
    "Guten Tag,\nvielen Dank für Ihre Anfrage. Ja, das ist möglich.",
    "Bonjour,\nnous expédions aussi en Belgique, sous cinq jours.",
)
TICKET_ANSWER = (
    "Bonjour,\nnous vous envoyons le bon modèle aujourd'hui. Gardez l'autre jusqu'à son arrivée."
)
NOTES = (
    "Ihr Paket ist heute mit DHL unterwegs, Sendungsnummer 00340434161094000001.",
    "Kundin hat angerufen: bitte nicht vor Freitag zustellen.",
)
LABELS = {
    "en": {"open": "Open", "close": "Closed"},
    "de": {"open": "Offen", "close": "Geschlossen"},
    "fr": {"open": "Ouvert", "close": "Fermé"},
}
PRIORITY_LABELS = {
    "en": ("Normal", "Low", "Medium", "High", "Urgent", "Critical"),
    "de": ("Normal", "Niedrig", "Mittel", "Hoch", "Dringend", "Kritisch"),
    "fr": ("Normale", "Basse", "Moyenne", "Haute", "Urgente", "Critique"),
}
CATEGORY_LABELS = {
    "de": {
        "General query": "Allgemeine Frage",
        "Suggestion": "Vorschlag",
        "Delivery issue": "Lieferproblem",
        "Damage item received": "Beschädigter Artikel",
        "Wrong item received": "Falscher Artikel",
        "Other": "Sonstiges",
    },
    "fr": {
        "General query": "Question générale",
        "Suggestion": "Suggestion",
        "Delivery issue": "Problème de livraison",
        "Damage item received": "Article endommagé",
        "Wrong item received": "Article erroné",
        "Other": "Autre",
    },
}
