"""German and French wording, and the people of the seeded conversations."""

# (first name, last name, street, zip, city, country, alpha-3, locale)
PEOPLE = (
    ("Lena", "Muster", "Beispielweg 4", "10115", "Berlin", "Deutschland", "DEU", "de_DE"),
    ("Jonas", "Probe", "Am Versuchsfeld 12", "80331", "München", "Deutschland", "DEU", "de_DE"),
    ("Aylin", "Vorlage", "Musterstraße 7", "50667", "Köln", "Deutschland", "DEU", "de_DE"),
    ("Friederike", "Entwurf", "Große Gasse 1", "04109", "Leipzig", "Deutschland", "DEU", "de_DE"),
    ("Björn", "Beispiel", "Hafenkai 23", "20457", "Hamburg", "Deutschland", "DEU", "de_DE"),
    ("Camille", "Essai", "12 rue des Essais", "69003", "Lyon", "France", "FRA", "fr_FR"),
    ("Théo", "Modèle", "7 impasse des Tilleuls", "44000", "Nantes", "France", "FRA", "fr_FR"),
    ("Noémie", "Témoin", "25 place du Marché", "67000", "Strasbourg", "France", "FRA", "fr_FR"),
)


def make_customer(rng):
    """A fully filled customer."""
    first, last, street, code, city, country, iso, locale = rng.choice(PEOPLE)
    return {
        "customer_id": f"{rng.getrandbits(64):016x}",
        "civility": rng.choice(("Mr", "Mrs")),
        "firstname": first,
        "lastname": last,
        "locale": locale,
        "street_1": street,
        "street_2": "",
        "zip_code": code,
        "city": city,
        "state": "",
        "country": country,
        "country_iso_code": iso,
        "phone": f"0{rng.randrange(10**9):09}",
    }


# What the Cdiscount demo seller sells too, so that one set of products serves both.
# (SKU, name, price of one, shipping)
PRODUCTS = (
    ("REF-60306", "Montre connectée Sillage - Noir", "64.90", "0"),
    ("REF-70391", "Meuble TV chêne clair 140 cm", "189.00", "29.90"),
    ("REF-83860", "Chaise de jardin pliante Azur - Lot de 2", "79.99", "12.90"),
    ("REF-57001", "Poêle antiadhésive Ø 28 cm - Induction", "29.90", "3.99"),
    ("REF-44063", "Coque de protection & verre trempé", "12.90", "1.99"),
    ("REF-79083", "Tapis de salon berbère 160 x 230 cm", "119.90", "9.90"),
    ("REF-91706", "Casque audio sans fil Nuage | Réduction de bruit", "89.90", "0"),
    ("REF-61226", "Clavier mécanique AZERTY rétroéclairé", "54.90", "0"),
    ("REF-10633", "Perceuse visseuse 18 V + 2 batteries", "129.50", "5.90"),
    ("REF-85480", "Aspirateur balai Tornade 25 V", "179.00", "0"),
    ("REF-37709", "Lampe de bureau LED Éclat - Blanc", "24.99", "3.99"),
    ("REF-17280", "Jeu de société « Les Bâtisseurs »", "27.90", "2.99"),
)

# First messages of a customer, by language: (topic, text). {number} and {first} are filled in.
QUESTIONS = {
    "de": (
        (
            "Frage zur Lieferung",
            (
                "Guten Tag,\nmeine Bestellung {number} sollte gestern ankommen, die "
                "Sendungsverfolgung bewegt sich aber seit drei Tagen nicht. Können Sie bitte "
                "beim Paketdienst nachfragen?\nViele Grüße\n{first}"
            ),
        ),
        (
            "Rechnung",
            "Guten Tag, können Sie mir bitte eine Rechnung zur Bestellung {number} schicken?",
        ),
        (
            "Artikel defekt",
            (
                "Hallo,\ndas Gerät lässt sich seit heute Morgen nicht mehr einschalten. Eine "
                "andere Steckdose habe ich schon probiert. Was soll ich tun?\n{first}"
            ),
        ),
        (
            "Widerruf",
            "Ich möchte den Artikel zurückgeben. An welche Adresse soll ich ihn schicken?",
        ),
    ),
    "fr": (
        (
            "Question sur la livraison",
            (
                "Bonjour,\nma commande {number} devait arriver hier et le suivi n'avance plus. "
                "Pouvez-vous vérifier auprès du transporteur ?\nMerci, {first}"
            ),
        ),
        ("Facture", "Bonjour, pourriez-vous m'envoyer la facture de la commande {number} ?"),
        (
            "Article abîmé",
            (
                "Bonjour, le carton était enfoncé et l'article est rayé sur le côté. "
                "Je souhaite un échange ou un geste commercial."
            ),
        ),
    ),
}
REPLIES = {
    "de": (
        "Vielen Dank für die schnelle Antwort, dann warte ich noch bis Freitag.",
        "Das hilft mir leider nicht weiter. Wann bekomme ich mein Geld zurück?",
        "Anbei die gewünschten Angaben: Das Paket war an einer Ecke eingedrückt.",
    ),
    "fr": (
        "Merci pour votre retour, j'attends donc de vos nouvelles.",
        "Très bien, mais qui paie les frais de retour ?",
        "Cela fait maintenant plus d'une semaine… Merci de me répondre rapidement.",
    ),
}
INCIDENT_TEXTS = {
    "de": "Guten Tag, mit dem Artikel stimmt etwas nicht. Bitte helfen Sie mir.\n{first}",
    "fr": "Bonjour, l'article pose problème, merci de m'aider.\n{first}",
}
SHOP_ANSWERS = {
    "de": "Guten Tag {first},\nwir haben beim Paketdienst nachgefragt und melden uns morgen.",
    "fr": "Bonjour {first},\nnous ouvrons une enquête auprès du transporteur.",
}
OPERATOR_NOTE = (
    "Guten Tag, der Kunde hat sich telefonisch bei uns gemeldet. Bitte antworten Sie ihm innerhalb "
    "von 48 Stunden. Ihr Marktplatz"
)
OPERATOR_LETTER = (
    "Guten Tag,\nab Januar gelten neue Vorgaben für Produktbilder. Bitte prüfen Sie Ihr Sortiment "
    "bis zum Monatsende und melden Sie sich bei Fragen.\nIhr Händlerservice"
)
HTML_BODY = (
    '<html><head><style>p{{margin:0}}</style></head><body><div dir="ltr"><p>Bonjour,</p>'
    "<p>il manque une pièce dans le carton de la commande <b>{number}</b>.</p><p>Cordialement"
    "<br>{first}</p></div><blockquote>Le 3 novembre, Demo Shop a écrit :<br>&gt; Votre commande"
    ' est expédiée.</blockquote><img src="https://tracking.example/pixel.gif"></body></html>'
)


def language(customer):
    return "fr" if str(customer.get("locale", "")).startswith("fr") else "de"


def fill(text, order):
    return text.format(number=order.number, first=order.customer["firstname"])
