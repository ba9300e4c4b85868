"""No dialog shows or takes a record that its user may not read: whatever dialogs there are."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tests import tagged

from .companies_case import CompaniesCase

SALESMAN = "sales_team.group_sale_salesman"  # sees his own documents only
AGENT = "marketplace_helpdesk.group_agent"


@tagged("post_install", "-at_install")
class TestDialogRights(CompaniesCase):
    """`self.own`, `self.hidden`: a record of each model that a dialog can be about, which the
    boss of the second company reads and does not read."""

    def setUp(self):
        super().setUp()
        order = self.seller_b.order(state="Shipped", lines=[self.line("REF-1", 20.0)])
        claim = self.seller_b.discussion(
            kind="claim", text="Bonjour B", order_number=order["number"]
        )
        self.run_job(self.account_b)
        case_b = self.get_case(claim, self.account_b)
        case_b.with_user(self.agent_b)._post_answer("Bonjour")
        self.ask_refund(case_b, self.agent_b)
        self.own = self.get_records(case_b, self.boss_b)
        self.hidden = self.get_records(self.case, self.agent)

    def get_records(self, case, user):
        order, account = case.sale_order_id, case.account_id
        ask = self.env["marketplace.refund.ask"].with_user(user).create({"order_id": order.id})
        refuse = self.env["marketplace.refuse"].with_user(user).create({"order_id": order.id})
        attachment = self.env["ir.attachment"].create(
            {"name": "Invoice", "raw": b"x", "res_model": order._name, "res_id": order.id}
        )
        records = (
            account,
            attachment,
            case,
            case.ticket_id,
            order,
            order.order_line[0],
            order.marketplace_refund_ids[0],
            order.marketplace_refund_ids.operation_ids[0],
            account.reason_ids[0],
            account.stream_ids[0],
            ask,
            refuse,
        )
        return {record._name: record for record in records}

    # The dialogs --------------------------------------------------------------------------------

    def get_dialogs(self):
        return [
            model.browse()
            for model in self.env.values()
            if model._transient and model._original_module == "marketplace_helpdesk"
        ]

    def get_about(self, dialog):
        """{field: model} of what a dialog is about."""
        return {
            name: field.comodel_name
            for name, field in dialog._fields.items()
            if field.store
            and field.type in ("many2one", "many2many")
            and name not in LOG_ACCESS_COLUMNS
        }

    def get_spec(self, dialog):
        """Of all that a page can ask for."""
        names = dialog.fields_get(attributes=["type"])
        return {
            name: {"fields": {"display_name": {}}} if dialog._fields[name].relational else {}
            for name in names
        }

    def fill(self, dialog, **records):
        """Values of what must be filled in, and of `records`."""
        values = {}
        for name, field in dialog._fields.items():
            if name in records or field.required and not field.default:
                record = records.get(name) or self.own.get(field.comodel_name)
                values[name] = self.make_value(dialog, field, record)
        return values

    def make_value(self, dialog, field, record):
        if field.type == "selection":
            return field.get_values(dialog.env)[0]
        if not field.relational:
            return 1.0
        return record.id if field.type == "many2one" else [Command.set(record.ids)]

    def open_doors(self, dialog, name, record):
        """Every way in which a person can bring a record into a dialog, by its name."""
        spec, about = self.get_spec(dialog), self.fill(dialog, **{name: record})
        value = about[name]
        given = dialog.with_context(**{f"default_{field}": about[field] for field in about})
        own = dialog.create(self.fill(dialog))
        others = {field: spec[field] for field in spec if field != name}
        return {
            "create": lambda: dialog.create(about).read(),
            "save new": lambda: dialog.web_save(about, spec),
            "page": lambda: dialog.onchange(dict(about), [], spec),
            "page of one field": lambda: dialog.onchange({name: value}, [name], {name: spec[name]}),
            "page without the field": lambda: dialog.onchange(dict(about), [], others),
            "default": lambda: given.default_get(list(spec)),
            "default without the field": lambda: given.default_get(list(others)),
            "new page": lambda: given.onchange({}, [], spec),
            "new page without the field": lambda: given.onchange({}, [], others),
            "write": lambda: own.write({name: value}),
            "save": lambda: own.web_save({name: value}, spec),
            "page of one that is there": lambda: own.onchange({name: value}, [name], spec),
        }

    def assertClosed(self, dialog, name, record):
        for door, enter in self.open_doors(dialog, name, record).items():
            with self.subTest(dialog=dialog._name, field=name, door=door):
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    enter()

    # The tests ----------------------------------------------------------------------------------

    def test_nothing_of_another_company(self):
        for dialog in self.get_dialogs():
            dialog = dialog.with_user(self.boss_b)
            for name, model in self.get_about(dialog).items():
                self.assertClosed(dialog, name, self.hidden[model])

    def test_what_one_may_read_gets_in(self):
        """Without that the other tests show nothing."""
        for dialog in self.get_dialogs():
            dialog = dialog.with_user(self.boss_b)
            for name, model in self.get_about(dialog).items():
                doors = self.open_doors(dialog, name, self.own[model])
                for door in ("create", "save new", "page", "new page", "write", "save"):
                    with self.subTest(dialog=dialog._name, field=name, door=door):
                        self.env.invalidate_all()
                        doors[door]()

    def test_nothing_of_others_in_the_own_company(self):
        """A salesman's own documents, beside the marketplace orders that agents read."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "A"}).id,
                "user_id": self.manager.id,
                "order_line": [Command.create({"product_id": self.products[0].id})],
            }
        )
        team = self.env["helpdesk.ticket.team"].create({"name": "Others"})
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "A", "description": "A", "team_id": team.id}
        )
        hidden = {record._name: record for record in (order, order.order_line, ticket)}
        user = self._make_user("seller", f"{AGENT},{SALESMAN}")
        self.own = self.get_records(self.case, user)
        for dialog in self.get_dialogs():
            dialog = dialog.with_user(user)
            for name, model in self.get_about(dialog).items():
                if model in hidden and dialog.has_access("create"):
                    self.assertClosed(dialog, name, hidden[model])

    def test_dialogs_of_others(self):
        """What somebody is writing is nobody else's, not even a colleague's."""
        colleague = self._make_user("colleague", "marketplace_helpdesk.group_administrator")
        for dialog in self.get_dialogs():
            own = dialog.with_user(self.boss_b).create(self.fill(dialog.with_user(self.boss_b)))
            for user in (colleague, self.agent_b):
                with self.subTest(dialog=dialog._name, user=user.login):
                    others = dialog.with_user(user)
                    if others.has_access("read"):
                        self.assertFalse(others.search([("id", "=", own.id)]))
                    with self.assertRaises(AccessError):
                        own.with_user(user).read()
