"""Every term of the addon is French too, and Odoo loads the French."""

import re

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from odoo.tools.translate import TranslationModuleReader, code_translations

MODULE = "marketplace_helpdesk"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|\{\w*\}")
TAG = re.compile(r"</?\w+")
# What Odoo evaluates: a no-break space in it breaks the whole view.
CODE = re.compile(r"\{\{.*?\}\}|\s(?:invisible|name|t-[\w-]+)=\"[^\"]*\"")
UNSPACED = re.compile(r"(?<![\u00a0:/])[:;!?](?=\s|$)|«(?!\u00a0)|(?<!\u00a0)»")


@tagged("post_install", "-at_install")
class TestFrench(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"]._load_module_terms([MODULE], ["fr_FR"], overwrite=True)
        with file_open(f"{MODULE}/i18n/fr.po", "rb") as file:
            entries = polib.pofile(file.read().decode())
        cls.french = {entry.msgid: entry.msgstr for entry in entries}
        # (module, type, name, record, term, its French in the database or the code, comments)
        cls.rows = list(TranslationModuleReader(cls.env.cr, [MODULE], lang="fr_FR"))
        cls.terms = {row[4] for row in cls.rows}

    def test_every_term_is_translated(self):
        self.assertGreater(len(self.terms), 500)
        missing = sorted(term for term in self.terms if not self.french.get(term))
        self.assertEqual(missing, [], "./dev i18n, then translate what is empty in i18n/fr.po")

    def test_no_term_is_obsolete(self):
        self.assertEqual(sorted(set(self.french) - self.terms), [], "./dev i18n drops them")

    def test_placeholders_and_tags_stay(self):
        for pattern in (PLACEHOLDER, TAG, CODE):
            for term, french in self.french.items():
                if not french:
                    continue  # reported above
                with self.subTest(term=term):
                    found = sorted(pattern.findall(french))
                    self.assertEqual(found, sorted(pattern.findall(term)))

    def test_french_punctuation(self):
        for term in self.terms & set(self.french):
            text = re.sub(r"<[^>]*>|&\w+;", "", self.french[term])
            with self.subTest(term=term):
                self.assertNotRegex(text, UNSPACED)

    def test_every_term_is_loaded(self):
        for _module, _type, name, record, term, value, _comments in self.rows:
            with self.subTest(name=name, record=record, term=term):
                french = self.french.get(term, "")
                self.assertEqual((value or term).split(" "), french.split(" "))

    def test_models(self):
        names = self.env["marketplace.case"].with_context(lang="fr_FR").fields_get()
        self.assertEqual(names["deadline"]["string"], "Répondre avant")
        self.assertIn(("claim", "Réclamation"), names["kind"]["selection"])
        menu = self.env.ref(f"{MODULE}.menu_to_answer").with_context(lang="fr_FR")
        self.assertEqual(menu.name, "À répondre")

    def test_labels_of_providers(self):
        for model in ("marketplace.account", "marketplace.preset"):
            fields = self.env[model].with_context(lang="fr_FR").fields_get(["provider"])
            labels = dict(fields["provider"]["selection"])
            self.assertEqual(labels["wcfm"], "Vendeur WCFM")
            self.assertEqual(labels["mirakl"], "Mirakl")

    def test_views(self):
        case = self.env["marketplace.case"].with_context(lang="fr_FR")
        arch = case.get_view(view_type="form")["arch"]
        self.assertIn("Pas de réponse nécessaire", arch)
        self.assertNotIn("No Answer Needed", arch)

    def test_code(self):
        python = code_translations.get_python_translations(MODULE, "fr_FR")
        self.assertEqual(python["The answer is empty."], "La réponse est vide.")
        self.assertEqual(python["Late delivery"], "Retard de livraison")
        messages = code_translations.get_web_translations(MODULE, "fr_FR")["messages"]
        browser = {message["id"]: message["string"] for message in messages}
        self.assertEqual(browser["It happened"], "C'est passé")
        self.assertEqual(browser["Only colleagues see it."], "Seuls les collègues la voient.")
