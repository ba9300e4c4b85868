"""What tests of the outbox share: time that passes, a wire that breaks, dialogs as in use."""

import smtplib
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import UserError

from ..connectors.transport import HttpSession
from .common import MarketplaceCase

FAR = timedelta(days=3650)
GONE = "RefundedAfterShipping"
SHIPPED = "ShippedBySeller"
REFUSED = "RefundedAfterShipmentRefused"


class Killed(BaseException):
    """The process dies here: nothing catches it, nothing after it runs."""


class OutCase(MarketplaceCase):
    """Time is real until `wait` is called; then Odoo's and the marketplace's clocks run ahead."""

    def setUp(self):
        super().setUp()
        self.account.import_start = fields.Datetime.now() - timedelta(hours=6)
        self.ahead = timedelta()

    # Time and turns

    def wait(self, **delta):
        """Let time pass on both sides."""
        self.ahead += timedelta(**delta)
        self.seller.clock(offset_seconds=self.ahead.total_seconds())

    @contextmanager
    def time(self):
        """The block happens at the time that `wait` has led to."""
        if not self.ahead:
            yield
            return
        with freeze_time(datetime.utcnow() + self.ahead, tick=True):
            yield

    def turn(self, pull=False, account=None):
        """One turn of the account's scheduled action; with `pull`, every stream is due."""
        account = account or self.account
        account.stream_ids.next_pull = False if pull else fields.Datetime.now() + FAR
        # Odoo switches mails off while tests run; this job mails for real.
        mails_on = patch.object(IrMail_Server, "_disable_send", lambda self: False)
        try:
            # Browser tests are in test mode already.
            entered = nullcontext() if self._registry_patched else self.enter_registry_test_mode()
            with self.time(), entered, mails_on:
                result = account.cron_id.method_direct_trigger()
        finally:
            self.env.invalidate_all()
        self.assertIs(result, True, "the job ended with a bug")

    def die(self, where, **values):
        """One turn whose process dies at `where`: a context manager such as `wire`."""
        # Not assertRaises, which would roll back what the job had committed.
        try:
            with where:
                self.turn(**values)
        except Killed:
            return
        self.fail("the process lived on")

    @contextmanager
    def wire(self, operation, before=None, after=None, change=None):
        """Meddle with calls of one SOAP operation: raise `before` it leaves or `after` its answer
        came, or give `change`(answer)."""
        genuine = HttpSession.request

        def request(session, method, url, **options):
            action = str((options.get("headers") or {}).get("SOAPAction", "")).strip('"')
            if action.rpartition("/")[2] != operation:
                return genuine(session, method, url, **options)
            if before:
                raise before
            answer = genuine(session, method, url, **options)
            if after:
                raise after
            return change(answer) if change else answer

        with patch.object(HttpSession, "request", request):
            yield

    @contextmanager
    def smtp(self, before=None, after=None):
        """Raise `before` a mail leaves, or `after` the server took it."""
        genuine = smtplib.SMTP.send_message

        def send_message(session, *args, **options):
            if before:
                raise before
            result = genuine(session, *args, **options)
            if after:
                raise after
            return result

        with patch.object(smtplib.SMTP, "send_message", send_message):
            yield

    # The world

    def make_case(self, order=None, **values):
        """A claim about an order, read by Odoo."""
        order = order or self.make_order()
        claim = self.make_claim(order, **values)
        self.turn(pull=True)
        return self.get_case(claim)

    def read_order(self, **values):
        """An order at the marketplace, read by Odoo as a sale order."""
        return self.read_orders(self.make_order(**values))

    def read_orders(self, *remote):
        """Sale orders of orders at the marketplace."""
        self.turn(pull=True)
        numbers = [order["number"] for order in remote]
        orders = self.env["sale.order"].search([("marketplace_ref", "in", numbers)])
        self.assertEqual(len(orders), len(numbers))
        return orders.sorted(lambda order: numbers.index(order.marketplace_ref))

    def refresh(self, order):
        """Have an order read again."""
        order.with_user(self.agent).action_marketplace_refresh()
        self.turn()

    # Dialogs

    def open_refund(self, order, user=None, **values):
        dialog = (
            self.env["marketplace.refund.ask"]
            .with_user(user or self.agent)
            .with_context(default_order_id=order.id)
        )
        return dialog.create(values)

    def refund(self, order, *skus, user=None, **values):
        """Ask for the refund of these lines, or of the whole order; returns the refund."""
        kind = "lines" if skus else "order"
        dialog = self.open_refund(order, user, kind=kind, **values)
        self.pick(dialog, *skus)
        return self.confirm(dialog)

    def pick(self, dialog, *skus):
        for line in dialog.line_ids:
            line.selected = line.sku in skus

    def gesture(self, order, amount, code="135", user=None):
        dialog = self.open_refund(order, user, kind="gesture", gesture_amount=amount)
        dialog.reason_id = self.account.reason_ids.filtered(
            lambda r: r.usage == "gesture" and r.code == code
        )
        return self.confirm(dialog)

    def open_refusal(self, order, user=None, **values):
        dialog = (
            self.env["marketplace.refuse"]
            .with_user(user or self.agent)
            .with_context(default_order_id=order.id)
        )
        return dialog.create(values)

    def confirm(self, dialog):
        """Press the dialog's button; returns the refund that it wrote."""
        before = self.env["marketplace.refund"].search([("sale_order_id", "=", dialog.order_id.id)])
        dialog.action_confirm()
        after = self.env["marketplace.refund"].search([("sale_order_id", "=", dialog.order_id.id)])
        self.assertEqual(len(after - before), 1)
        return after - before

    def answer(self, case, text="Bonjour, la pièce part demain matin.", user=None, **values):
        """Answer a case over the dialog; returns its operation."""
        dialog = self.env["marketplace.answer"].with_user(user or self.agent)
        dialog.create({"case_id": case.id, "body": text, **values}).action_send()
        return case.operation_ids.filtered(lambda o: o.kind == "reply").sorted("id")[-1:]

    def contact(self, order, text="Bonjour, votre colis est en route.", user=None, **values):
        """Write first about an order; returns the new case."""
        dialog = self.env["marketplace.answer"].with_user(user or self.agent)
        dialog.create({"sale_order_id": order.id, "body": text, **values}).action_send()
        return order.marketplace_case_ids.sorted("id")[-1:]

    @contextmanager
    def refused(self, text, error=UserError):
        """A person is refused with a sentence, and nothing of it stays in the database."""
        with self.assertRaises(error) as caught:
            yield
        self.assertRegex(str(caught.exception), text)

    # What is so at the marketplace, and here

    def assertLines(self, order, *states):
        """The states of an order's lines at the marketplace."""
        remote = self.seller.get_order(order.marketplace_ref)
        self.assertEqual([line["state"] for line in remote["lines"]], list(states))

    def assertVouchers(self, order, *amounts):
        """The gestures at the marketplace."""
        remote = self.seller.get_order(order.marketplace_ref)
        self.assertEqual([voucher["amount"] for voucher in remote["vouchers"]], list(amounts))

    def assertExecuted(self, operation, count):
        """How often the marketplace executed an operation."""
        self.assertEqual(self.seller.count(operation)[1], count, operation)

    def assertAmounts(self, record, charged, refunded, asked, left):
        """The four figures that people see on an order or a line."""
        record.invalidate_recordset()
        names = ("charged", "refunded", "asked", "left")
        found = [round(record[f"marketplace_{name}"], 2) for name in names]
        self.assertEqual(found, [charged, refunded, asked, left])

    def assertSaid(self, case, *texts):
        """What the seller said in the discussion at the marketplace."""
        remote = self.seller.get_discussion(int(case.remote_id))
        said = [m["content"] for m in remote["messages"] if m["sender"] == "seller"]
        self.assertEqual(said, list(texts))

    def alarms(self, ticket):
        """Summaries of a ticket's open to-dos."""
        return sorted(ticket.activity_ids.mapped("summary"))

    def bubble(self, operation):
        """The state of an answer's bubble in the chatter."""
        notifications = operation.mail_message_id.notification_ids
        return notifications.filtered(
            lambda n: n.notification_type == "marketplace"
        ).notification_status
