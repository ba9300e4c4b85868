"""Presets: what each marketplace publishes, as data, and what an account makes of it."""

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

# What each marketplace publishes: rules, then (warning, limit) of figures.
PUBLISHED = {
    "MediaMarktSaturn": {"answer_hours": 48, "incident_hours": 0, "refund_days": 200},
    "Conrad": {
        "answer_hours": 48,
        "response_hours": (0, 48),
        "incident_rate": (0, 5),
        "acceptance_rate": (0, 92),
        "late_shipment_rate": (0, 15),
    },
    "PcComponentes": {
        "answer_hours": 24,
        "warn_hours": 4,
        "recipient_policy": "customer",
        "incident_rate": (8, 9),
    },
    "Alltricks": {"incident_rate": (0, 5), "refund_rate": (0, 8), "acceptance_rate": (0, 95)},
    "Best Buy": {"answer_hours": 24, "incident_hours": 96},
    "upXycled": {"contact_days": 90, "close_after_answer": 1},
}


class PresetCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.lang = "en_US"
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {"name": "Care", "company_id": cls.env.company.id}
        )
        cls.boss = cls._make_user("boss", "administrator")

    @classmethod
    def _make_user(cls, login, group):
        groups = f"marketplace_helpdesk.group_{group}"
        return new_test_user(cls.env, login=f"preset_{login}", groups=groups, lang="en_US")

    def _preset(self, name):
        preset = self.env["marketplace.preset"].search([("name", "=", name)])
        self.assertEqual(len(preset), 1, name)
        return preset

    def _account(self, preset=None, **values):
        return self.env["marketplace.account"].create(
            {
                "name": preset or "Another",
                "provider": preset and self._preset(preset).provider or "mirakl",
                "team_id": self.team.id,
                "preset_id": preset and self._preset(preset).id,
                **values,
            }
        )

    def _figure(self, account, key):
        return account.figure_ids.filtered(lambda figure: figure.key == key)

    def _tell(self, account, **values):
        """As if the marketplace had told these figures."""
        facts = [
            self.env["marketplace.account.figure"],
            [type("F", (), {"key": k, "value": v, "period": ""}) for k, v in values.items()],
        ]
        facts[0]._store_told(account, facts[1])


@tagged("post_install", "-at_install")
class TestPublished(PresetCase):
    def test_the_marketplaces(self):
        for name, published in PUBLISHED.items():
            lines = self._preset(name).rule_ids
            found = {
                line.key: (line.warn_at, line.limit) if line.is_figure else line._get_value()
                for line in lines
            }
            self.assertEqual(found, published, name)

    def test_each_line_names_a_public_page(self):
        lines = self.env["marketplace.preset"].search([]).rule_ids
        self.assertGreater(len(lines), 15)
        for line in lines:
            self.assertTrue(line.source, line.display_name)
            if line.preset_id.name != "upXycled":  # its guide was read in a copy
                self.assertRegex(line.source_url, r"^https://[a-z.-]+/.")

    def test_an_upgrade_leaves_them_to_their_readers(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "marketplace_helpdesk"), ("model", "=like", "marketplace.preset%")]
        )
        self.assertEqual(set(data.mapped("noupdate")), {True})
        self.assertEqual(
            len(data), len(PUBLISHED) + sum(len(rules) for rules in PUBLISHED.values())
        )

    def test_accounts_that_follow_them(self):
        for name, published in PUBLISHED.items():
            account = self._account(name)
            plain = self._account(provider=account.provider, name=f"Not {name}")
            defaults = plain.rule_defaults
            for key, value in published.items():
                if isinstance(value, tuple):
                    figure = self._figure(account, key)
                    self.assertEqual((figure.warn_at, figure.limit), value, (name, key))
                    self.assertTrue(figure.source)
                    self.assertEqual(figure.state, "untold")
                else:
                    self.assertEqual(account[key], value, (name, key))
                    self.assertIn(name, account.rule_sources[key]["text"])
            for key, value in defaults.items():  # what a marketplace does not publish
                if key not in published:
                    self.assertEqual(account[key], value, (name, key))
                    self.assertNotIn(key, account.rule_sources or {})
            self.assertEqual(account.changed_rule_count, 0)


@tagged("post_install", "-at_install")
class TestFollowing(PresetCase):
    def test_choosing_fills_the_form(self):
        form = Form(self.env["marketplace.account"].with_user(self.boss))
        form.provider = "mirakl"
        form.preset_id = self._preset("PcComponentes")
        self.assertEqual(form.name, "PcComponentes")
        self.assertEqual(form.service_url, "https://pccomponentes-prod.mirakl.net")
        self.assertEqual((form.answer_hours, form.warn_hours), (24, 4))
        form.answer_hours = 12
        form.team_id = self.team
        account = form.save()
        self.assertEqual((account.answer_hours, account.warn_hours), (12, 4))
        self.assertEqual(account.changed_rule_count, 1)
        self.assertEqual(self._figure(account, "incident_rate").limit, 9)

    def test_what_was_typed_stays(self):
        form = Form(self.env["marketplace.account"].with_user(self.boss))
        form.provider = "mirakl"
        form.name = "Our shop"
        form.service_url = "https://shop.mirakl.net"
        form.preset_id = self._preset("PcComponentes")
        self.assertEqual((form.name, form.service_url), ("Our shop", "https://shop.mirakl.net"))

    def test_back_to_what_the_marketplace_asks(self):
        account = self._account("PcComponentes")
        account.write({"answer_hours": 6, "recipient_policy": "both", "contact_days": 10})
        self.assertEqual(account.changed_rule_count, 3)
        account.with_user(self.boss).action_reset_rules()
        self.assertEqual((account.answer_hours, account.recipient_policy), (24, "customer"))
        self.assertEqual(account.changed_rule_count, 0)
        figure = self._figure(account, "incident_rate").with_user(self.boss)
        figure.write({"warn_at": 1, "limit": 2})
        self.assertTrue(figure.is_changed)
        figure.action_restore()
        self.assertEqual((figure.warn_at, figure.limit, figure.is_changed), (8, 9, False))

    def test_another_preset_replaces_rules_and_limits(self):
        account = self._account("PcComponentes")
        self._tell(account, incident_rate=4.0, refund_rate=1.0)
        account.preset_id = self._preset("Conrad")
        self.assertEqual((account.answer_hours, account.warn_hours), (48, 8))
        self.assertEqual(account.recipient_policy, "as_addressed")
        incident = self._figure(account, "incident_rate")
        self.assertEqual((incident.warn_at, incident.limit, incident.value), (0, 5, 4.0))
        self.assertEqual(self._figure(account, "acceptance_rate").limit, 92)
        account.preset_id = False
        self.assertEqual(account.answer_hours, 48)
        # What was told stays, limits without a figure go.
        told = account.figure_ids.mapped("key")
        self.assertEqual(sorted(told), ["incident_rate", "refund_rate"])
        self.assertEqual(incident.limit, 0)

    def test_changed_preset_shows_and_does_not_overwrite(self):
        account = self._account("PcComponentes")
        line = self._preset("PcComponentes")._get_rule("answer_hours")
        line.with_user(self.boss).value = 20
        self.assertEqual(account.answer_hours, 24)
        self.assertEqual(account.rule_defaults["answer_hours"], 20)
        self.assertEqual(account.changed_rule_count, 1)

    def test_rule_that_an_upgrade_adds_leaves_the_others(self):
        account = self._account("PcComponentes", answer_hours=5, warn_hours=1)
        self.env.add_to_compute(account._fields["incident_hours"], account)
        self.env.flush_all()
        self.assertEqual((account.answer_hours, account.warn_hours), (5, 1))

    def test_rules_of_a_provider(self):
        mirakl = set(self._account().rule_defaults)
        cdiscount = set(self._account(provider="cdiscount", name="C").rule_defaults)
        self.assertEqual(mirakl - cdiscount, {"incident_hours", "recipient_policy"})
        self.assertEqual(cdiscount - mirakl, {"relay_days", "confirm_minutes"})

    def test_preset_of_another_provider_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "no marketplace of the provider"):
            self._account("Conrad", provider="cdiscount")

    def test_followed_preset_cannot_change_its_provider(self):
        self._account("Conrad")
        with self.assertRaisesRegex(ValidationError, "another provider"):
            self._preset("Conrad").provider = "cdiscount"


@tagged("post_install", "-at_install")
class TestFigureState(PresetCase):
    def test_the_lower_the_better(self):
        account = self._account("PcComponentes")
        states = []
        for value in (0.0, 7.99, 8.0, 8.99, 9.0):
            self._tell(account, incident_rate=value)
            states.append(self._figure(account, "incident_rate").state)
        self.assertEqual(states, ["ok", "ok", "warn", "warn", "over"])

    def test_the_higher_the_better(self):
        account = self._account("Alltricks")
        figure = self._figure(account, "acceptance_rate")
        figure.warn_at = 97
        states = []
        for value in (100.0, 97.0, 96.9, 95.0, 94.9):
            self._tell(account, acceptance_rate=value)
            states.append(figure.state)
        self.assertEqual(states, ["ok", "ok", "warn", "warn", "over"])

    def test_period_that_the_limit_speaks_of(self):
        account = self._account("PcComponentes")
        told = [
            type("F", (), {"key": "incident_rate", "value": value, "period": period})
            for period, value in (("LAST_THREE_MONTHS", 3.0), ("LAST_MONTH", 8.5))
        ]
        self.env["marketplace.account.figure"]._store_told(account, told)
        figure = self._figure(account, "incident_rate")
        self.assertEqual((figure.value, figure.period_name), (8.5, "Last month"))
        other = self._account("Alltricks")
        self.env["marketplace.account.figure"]._store_told(other, told)
        self.assertEqual(self._figure(other, "incident_rate").value, 3.0)


@tagged("post_install", "-at_install")
class TestPresetPeople(PresetCase):
    def test_administrator_adds_one(self):
        form = Form(self.env["marketplace.preset"].with_user(self.boss))
        form.name = "Nordlicht"
        form.provider = "mirakl"
        for key, values in (
            ("answer_hours", {"value": 12}),
            ("recipient_policy", {"recipient_policy": "both"}),
            ("refund_rate", {"limit": 3, "period": "LAST_YEAR"}),
        ):
            with form.rule_ids.new() as line:
                line.key = key
                line.source = "Nordlicht, terms for sellers"
                for name, value in values.items():
                    setattr(line, name, value)
        preset = form.save()
        account = self._account(preset_id=preset.id)
        self.assertEqual((account.answer_hours, account.recipient_policy), (12, "both"))
        self.assertEqual(self._figure(account, "refund_rate").limit, 3)

    def test_others_read(self):
        for login in ("agent", "manager"):
            user = self._make_user(login, login)
            preset = self._preset("Conrad").with_user(user)
            self.assertTrue(preset.rule_ids.mapped("source"))
            for deed in (
                lambda p=preset: p.write({"name": "x"}),
                lambda p=preset: p.rule_ids[0].write({"value": 1}),
                lambda p=preset: p.copy(),
                lambda p=preset: p.unlink(),
            ):
                with self.assertRaises(AccessError):
                    deed()
            account = self._account("Conrad", name=login).with_user(user)
            self.assertTrue(account.rule_sources)
            self.assertTrue(account.figure_ids.mapped("limit"))

    def test_nonsense_is_refused(self):
        line = {"source": "x"}
        for values in (
            {"key": "answer_hours", "value": 0},
            {"key": "refund_days", "value": -1},
            {"key": "recipient_policy"},
            {"key": "incident_rate"},
            {"key": "incident_rate", "limit": -1},
            {"key": "relay_days", "value": 3},  # no relay mail there
            {"key": "refund_days", "value": 3, "source_url": "javascript:alert(1)"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.env["marketplace.preset"].create(
                    {"name": "X", "provider": "mirakl", "rule_ids": [Command.create(line | values)]}
                )

    def test_each_marketplace_and_each_rule_once(self):
        conrad = self._preset("Conrad")
        with self.assertRaises(ValidationError):
            self.env["marketplace.preset"].create({"name": "Conrad", "provider": "mirakl"})
        for deed in (
            lambda: conrad.rule_ids[0].copy(),
            lambda: self._account("Conrad").figure_ids[0].copy(),
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
                with self.env.cr.savepoint():
                    deed()
                    self.env.flush_all()

    def test_one_that_a_release_brings_stops_no_upgrade(self):
        """Somebody wrote it down before: both are there, nothing fails."""
        presets = self.env["marketplace.preset"]
        own = presets.create({"name": "Fresh Market", "provider": "mirakl"})
        brought = presets.with_context(install_mode=True).create(
            {"name": "Fresh Market", "provider": "mirakl"}
        )
        self.env.flush_all()
        self.assertNotEqual(own, brought)

    def test_figures_of_another_company_are_not_seen(self):
        company = self.env["res.company"].create({"name": "B"})
        stranger = new_test_user(
            self.env,
            login="preset_stranger",
            groups="marketplace_helpdesk.group_administrator",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        figures = self._account("Conrad").figure_ids
        self.assertFalse(figures.with_user(stranger).search([("id", "in", figures.ids)]))
        with self.assertRaises(AccessError):
            figures.with_user(stranger).read(["value"])
