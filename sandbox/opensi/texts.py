"""What a shop's people write about orders."""

CUSTOMERS = (
    ("Claire Fontaine", "claire.fontaine@example.com"),
    ("Julien Marchand", "julien.marchand@example.com"),
    ("Nadia Berthier", "nadia.berthier@example.com"),
    ("Hugo Delmas", "hugo.delmas@example.com"),
    ("Lucie Gauthier", "lucie.gauthier@example.com"),
    ("Marc Perrin", "marc.perrin@example.com"),
)
# (text, visible, mail)
COMMENTS = (
    ("Votre colis est prêt, il part ce soir.", True, True),
    ("Votre commande a été remise au transporteur.", True, True),
    ("Un article manque : nous l'attendons sous 48 heures.", True, True),
    ("Adresse vérifiée par téléphone.", False, False),
    ("Le client préfère une livraison le samedi.", False, False),
    ("Remboursement de la livraison accordé.", True, False),
)
