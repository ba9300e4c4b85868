"""French wording: subjects, and the seeded conversations."""

CLAIM_LABELS = {
    "PackageNotReceived": "Je n'ai pas reçu ma commande",
    "IncompletePackage": "Il manque un produit dans mon colis",
    "MissingAccessories": "Il manque un accessoire",
    "DamagedProduct": "Mon produit est arrivé abîmé",
    "WrongProductReference": "Je n'ai pas reçu le bon produit",
    "WrongRefundAmount": "Le montant de mon remboursement est incorrect",
    "RefundNotReceived": "Je n'ai pas reçu mon remboursement",
    "ProductNotWorking": "Mon produit ne fonctionne pas",
    "Other": "Autre demande",
    "ProductCanceling": "Je souhaite annuler un produit",
    "OrderCanceling": "Je souhaite annuler ma commande",
    "WishToWithdraw": "Je souhaite me rétracter",
    "OrderNotShipped": "Ma commande n'est pas expédiée",
}


def subject(thread, product):
    """Subject as Cdiscount composes it; `product` is (name, sku)."""
    name, sku = product
    tail = f" ({sku})" if sku else ""
    if thread.kind == "claim":
        return f"{CLAIM_LABELS.get(thread.claim_type, 'Réclamation')} - {name}{tail}"
    if thread.kind == "offer_question":
        return f"Détail produit {name}"
    return f"Question sur ma commande - {name}{tail}"


# First messages of a claim, by type. {product}, {number}, {first}, {date}, {city} are filled in.
CLAIMS = {
    "PackageNotReceived": (
        (
            "Bonjour,\nma commande {number} devait arriver le {date} et je n'ai toujours rien reçu."
            " Le suivi n'avance plus depuis plusieurs jours. Pouvez-vous vérifier auprès du"
            " transporteur ?\nMerci d'avance\n{first}"
        ),
        (
            "Le livreur indique « colis remis en main propre » alors que personne n'était chez moi."
            " Je n'ai aucun avis de passage et mes voisins n'ont rien. Que fait-on ?"
        ),
        (
            "Toujours pas de colis à {city}… Est-il bien parti de chez vous ? C'était un cadeau, je"
            " commence à m'inquiéter."
        ),
    ),
    "IncompletePackage": (
        (
            "Bonjour, j'ai bien reçu le colis mais il manque une pièce : {product} était prévu en"
            " deux cartons et un seul est arrivé."
        ),
        (
            "Le carton était ouvert et il n'y avait que la moitié de ma commande {number} dedans."
            " J'ai pris des photos si besoin."
        ),
    ),
    "MissingAccessories": (
        (
            "Bonjour,\nle produit « {product} » est arrivé sans son câble d'alimentation ni la"
            " notice. Pouvez-vous me les envoyer ?\nCordialement, {first}"
        ),
        "Il manque les vis de montage dans la boîte, impossible de terminer l'installation.",
    ),
    "DamagedProduct": (
        (
            "Bonjour, à l'ouverture du carton j'ai constaté que {product} était fissuré sur le"
            " côté. L'emballage était pourtant intact. Je souhaite un échange ou un remboursement."
        ),
        (
            "Produit reçu cassé !! Le carton était tout écrasé, j'ai émis des réserves auprès du"
            " livreur. Merci de faire le nécessaire rapidement."
        ),
        (
            "Le produit présente une grosse rayure sur la façade. Je veux bien le garder si vous me"
            " proposez un geste commercial."
        ),
    ),
    "WrongProductReference": (
        (
            "J'ai commandé {product} et j'ai reçu un tout autre modèle. Comment procéder pour"
            " l'échange ? Les frais de retour sont-ils à votre charge ?"
        ),
        "Bonjour, la couleur ne correspond pas : j'avais choisi gris et j'ai reçu noir.",
    ),
    "WrongRefundAmount": (
        (
            "Bonjour, vous m'avez remboursé sans les frais de port alors que l'erreur vient de"
            " vous. Merci de compléter le remboursement de la commande {number}."
        ),
    ),
    "RefundNotReceived": (
        (
            "Bonjour, j'ai renvoyé l'article il y a trois semaines et je ne vois toujours rien sur"
            " mon compte. Où en est mon remboursement ?"
        ),
        "Vous m'aviez annoncé un remboursement sous 5 jours. Nous sommes le {date} et rien…",
    ),
    "ProductNotWorking": (
        (
            "Bonjour,\nl'appareil ne s'allume plus après deux jours d'utilisation. J'ai essayé une"
            " autre prise, sans succès. Que me conseillez-vous ?\n{first}"
        ),
        (
            "{product} fait un bruit anormal et s'arrête au bout de cinq minutes. Je pense qu'il"
            " est défectueux, est-il sous garantie ?"
        ),
    ),
    "Other": (
        (
            "Bonjour, pourriez-vous m'envoyer la facture de la commande {number} à mon nom ? J'en"
            " ai besoin pour la garantie."
        ),
        "Bonjour, je me suis trompé d'adresse de livraison, est-il possible de la modifier ?",
    ),
    "ProductCanceling": (
        (
            "Je voudrais annuler un seul article de ma commande ({product}), je l'ai commandé en"
            " double par erreur. Gardez le reste s'il vous plaît."
        ),
    ),
    "OrderCanceling": (
        (
            "Bonjour, je souhaite annuler la commande {number} avant son expédition, j'ai trouvé"
            " moins cher ailleurs. Merci."
        ),
    ),
    "WishToWithdraw": (
        (
            "Bonjour,\nle produit ne me convient pas (trop grand pour mon salon). Je souhaite"
            " exercer mon droit de rétractation. À quelle adresse dois-je le renvoyer ?\n"
            "Bien à vous"
        ),
    ),
    "OrderNotShipped": (
        (
            "Ma commande {number} est toujours « en préparation » alors que l'annonce promettait"
            " une expédition sous 24 h. Quand part-elle ?"
        ),
    ),
}
ORDER_QUESTIONS = (
    "Bonjour, pouvez-vous me donner le numéro de suivi de la commande {number} ? Merci !",
    "Est-il possible d'être livré plutôt le samedi ? Je travaille en semaine à {city}.",
    "Bonjour, mon numéro de téléphone a changé, comment prévenir le transporteur ?",
    "La notice de {product} est en allemand, auriez-vous une version française ?",
    "Bonjour, je n'ai pas reçu de facture avec le colis. Pouvez-vous la joindre ?",
    "Combien de temps ai-je pour renvoyer l'article si la taille ne convient pas à ma mère ?",
)
OFFER_QUESTIONS = (
    "Bonjour, {product} est-il compatible avec une installation de 2015 ?",
    "Bonjour\nl'article est-il neuf ou reconditionné ? Et quelle est la durée de la garantie ?",
    "Livrez-vous en Corse, et à quel prix ? Merci d'avance pour votre réponse.",
    "Quelles sont les dimensions exactes de l'emballage de {product} ? Je viens en citadine…",
    "Pourriez-vous me faire un prix pour 3 exemplaires ?",
    "Est-ce que les piles sont fournies avec le produit ? C'est pour offrir à Noël.",
)
SELLER_ANSWERS = (
    (
        "Bonjour {first},\n\nnous sommes désolés de ce désagrément. Nous ouvrons une enquête auprès"
        " du transporteur et revenons vers vous sous 48 h.\n\nBien cordialement,\nLe service client"
    ),
    (
        "Bonjour,\nmerci pour votre message. Pouvez-vous nous faire parvenir une photo du produit"
        " et de l'emballage ?\nCordialement"
    ),
    (
        "Bonjour {first},\nle remboursement a été effectué ce jour, il apparaîtra sur votre compte"
        " d'ici 3 à 5 jours ouvrés.\nBonne journée"
    ),
    (
        "Bonjour,\nun nouvel article part aujourd'hui. Vous recevrez le numéro de suivi par"
        " courriel.\nÀ votre disposition,\nLe service client"
    ),
    (
        "Bonjour,\noui, le produit est neuf et garanti deux ans. N'hésitez pas si vous avez"
        " d'autres questions.\nCordialement"
    ),
)
CUSTOMER_REPLIES = (
    "Merci pour votre retour, j'attends donc de vos nouvelles.",
    (
        "Voici les informations demandées : le carton était abîmé sur un angle, je vous ai envoyé"
        " les photos. Merci de me répondre rapidement."
    ),
    "Très bien, merci beaucoup pour votre réactivité !",
    (
        "Cela fait maintenant plus d'une semaine… Sans réponse de votre part je demanderai"
        " l'intervention de Cdiscount."
    ),
    "D'accord, mais qui paie les frais de retour ? L'article pèse plus de 12 kg.",
    "Je confirme, je préfère un remboursement plutôt qu'un échange.",
)
OPERATOR_NOTES = (
    (
        "Bonjour, le client nous a contactés par téléphone. Merci de lui apporter une réponse sous"
        " 48 h. Le service client Cdiscount"
    ),
    "Sans réponse de votre part, la réclamation sera traitée par Cdiscount en faveur du client.",
)

# (name, category, price in cents, shipping in cents)
PRODUCTS = (
    ("Lampe de bureau LED Éclat - Blanc", "0R050A01", 2499, 399),
    ("Bouilloire électrique inox 1,7 L", "110A0302", 3290, 0),
    ("Chaise de jardin pliante Azur - Lot de 2", "0C020511", 7999, 1290),
    ("Casque audio sans fil Nuage | Réduction de bruit", "07030F02", 8990, 0),
    ("Tapis de salon berbère 160 x 230 cm", "0R100703", 11990, 990),
    ("Perceuse visseuse 18 V + 2 batteries", "0B070201", 12950, 590),
    ("Housse de couette 220 x 240 « Forêt »", "0R120402", 4490, 399),
    ("Aspirateur balai Tornade 25 V", "110B0103", 17900, 0),
    ("Poêle antiadhésive Ø 28 cm - Induction", "0R080109", 2990, 399),
    ("Montre connectée Sillage - Noir", "0A060B01", 6490, 0),
    ("Coque de protection & verre trempé", "07010404", 1290, 199),
    ("Meuble TV chêne clair 140 cm", "0R030205", 18900, 2990),
    ("Cafetière à piston 1 L", "110A0405", 1999, 399),
    ("Jeu de société « Les Bâtisseurs »", "12010302", 2790, 299),
    ("Sac à dos randonnée 45 L Crête", "1F040101", 5990, 499),
    ("Ventilateur colonne 90 cm <silence>", "110D0201", 4990, 590),
    ("Trottinette enfant 3 roues - Corail", "12060103", 3990, 690),
    ("Set de 6 verres à pied 35 cl", "0R080210", 2190, 499),
    ("Radiateur bain d'huile 2000 W", "110D0105", 6990, 890),
    ("Clavier mécanique AZERTY rétroéclairé", "07040301", 5490, 0),
    ("Matelas gonflable 2 places + pompe", "1F040203", 3490, 590),
    ("Tondeuse à barbe Précision", "1B020401", 2990, 0),
    ("Étagère murale bambou 3 niveaux", "0R030710", 3590, 599),
    ("Copeaux de chêne 20 g - Chauffe forte", "13380D05", 590, 199),
)
FIRST_NAMES = (
    "Camille",
    "Léa",
    "Théo",
    "Inès",
    "Hugo",
    "Zoé",
    "Noémie",
    "Loïc",
    "Gaëlle",
    "Rémi",
    "Anaïs",
    "Bastien",
    "Chloé",
    "Driss",
    "Élodie",
    "Fabien",
    "Hélène",
    "Jérôme",
    "Maël",
    "Salomé",
)
LAST_NAMES = (
    "Testard",
    "Essai",
    "Exemplaire",
    "Démont",
    "Fictif",
    "Modèle",
    "Prototype",
    "Échantillon",
    "Gabarit",
    "Maquette",
    "Patron",
    "Spécimen",
    "Témoin",
    "Canevas",
    "Ébauche",
)
CITIES = (
    ("69003", "Lyon"),
    ("33000", "Bordeaux"),
    ("44000", "Nantes"),
    ("59800", "Lille"),
    ("67000", "Strasbourg"),
    ("13006", "Marseille"),
    ("35000", "Rennes"),
    ("31000", "Toulouse"),
    ("06000", "Nice"),
    ("34000", "Montpellier"),
    ("38000", "Grenoble"),
    ("76600", "Le Havre"),
)
STREETS = (
    "12 rue des Essais",
    "3 bis avenue du Modèle",
    "48 boulevard de l'Exemple",
    "7 impasse des Tilleuls",
    "101 chemin de la Fontaine",
    "25 place du Marché",
)
