"""Conversations that we start: about an order, with the operator, and which number they get."""

import base64
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import Form, tagged

from .mirakl_case import MiraklCase
from .out_case import Killed

FIRST = "Guten Tag, Ihr Paket ist heute unterwegs zu Ihnen."
SECOND = "Und hier ist noch die Sendungsnummer dazu."
# What happens to the call, and whether the operator executed it all the same.
FAULTS = (
    ({"fault": "timeout_before", "seconds": 0.2}, False),
    ({"fault": "timeout_after", "seconds": 0.2}, True),
    ({"fault": "http500_before"}, False),
    ({"fault": "http500_after"}, True),
    ({"fault": "truncated"}, True),
)


@tagged("post_install", "-at_install")
class TestMiraklConversation(MiraklCase):
    def threads(self):
        return self.seller.state["threads"]

    def open_contact(self, order, recipient=None, **values):
        """The dialog as the order's buttons open it."""
        name = "action_marketplace_contact"
        name += "_operator" if recipient == "operator" else ""
        action = getattr(order.with_user(self.agent), name)()
        dialog = self.env["marketplace.answer"].with_user(self.agent)
        if recipient == "both":
            values["recipient"] = "both"
        return dialog.with_context(**action["context"]).create({"body": FIRST, **values})

    def start(self, order, recipient=None, **values):
        """Write first about an order; returns the new case."""
        known = order.marketplace_case_ids
        self.open_contact(order, recipient, **values).action_send()
        return order.marketplace_case_ids - known

    def write_operator(self, text=FIRST, user=None, **values):
        """Write to the operator from the account; returns the new case."""
        known = self.env["marketplace.case"].search([])
        action = self.account.with_user(user or self.agent).action_write_to_operator()
        dialog = self.env["marketplace.answer"].with_user(user or self.agent)
        dialog = dialog.with_context(**action["context"]).create({"body": text, **values})
        dialog.action_send()
        return self.env["marketplace.case"].search([]) - known

    def assertThread(self, thread, to, topic, order=None, texts=(FIRST,)):
        ours = [m for m in thread["messages"] if m["from"]["type"] == "SHOP_USER"]
        self.assertEqual([m["body"] for m in ours], list(texts))
        self.assertEqual(sorted(t["type"] for t in ours[0]["to"]), to)
        self.assertEqual(thread["topic"]["value"], topic)
        self.assertEqual(thread["order_number"], order)

    # About an order -----------------------------------------------------------------------------

    def test_to_customer_operator_or_both(self):
        order = self.read_order()
        ref = order.marketplace_ref
        for recipient, to in (
            (None, ["CUSTOMER"]),
            ("operator", ["OPERATOR"]),
            ("both", ["CUSTOMER", "OPERATOR"]),
        ):
            known = {thread["id"] for thread in self.threads()}
            case = self.start(order, recipient)
            self.assertEqual((case.remote_id, case.order_ref), (False, ref))
            self.turn()
            (thread,) = [t for t in self.threads() if t["id"] not in known]
            self.assertEqual(case.remote_id, thread["id"])
            self.assertEqual(case.operation_ids.state, "done")
            self.assertThread(thread, to, f"Order {ref}", ref)
            self.turn(pull=True)
            self.assertEqual(case.message_ids.operation_id, case.operation_ids)
        self.assertEqual(len(order.marketplace_case_ids), 3)

    def test_dialogs_as_they_open(self):
        """What the form shows before anything is saved, from the order and from the account."""
        order = self.read_order().with_user(self.agent)
        dialogs = self.env["marketplace.answer"].with_user(self.agent)
        for action, recipient, names in (
            (order.action_marketplace_contact(), "customer", 3),
            (order.action_marketplace_contact_operator(), "operator", 3),
            (self.account.with_user(self.agent).action_write_to_operator(), "operator", 1),
        ):
            form = Form(dialogs.with_context(**action["context"]))
            self.assertEqual((form.account_id, form.recipient), (self.account, recipient))
            self.assertEqual(len(form.recipient_choices), names)
            self.assertIn(self.account.name, form.seen_by)
            self.assertEqual(form.max_text, 50000)

    def test_topic_from_the_list_or_in_words(self):
        reason = self.get_reason("topic", "26")
        order = self.read_order()
        dialog = self.open_contact(order)
        self.assertIn(reason, dialog.topic_ids)
        self.assertEqual(set(dialog.topic_ids.mapped("usage")), {"topic"})
        dialog.topic_id = reason
        dialog.action_send()
        self.turn()
        (thread,) = self.threads()
        self.assertEqual(thread["topic"], {"type": "REASON_CODE", "value": "26"})
        self.start(order, subject="Lieferung am Montag")
        self.turn()
        topics = [t["topic"] for t in self.threads() if t["id"] != thread["id"]]
        self.assertEqual(topics, [{"type": "FREE_TEXT", "value": "Lieferung am Montag"}])

    def test_topic_of_another_account(self):
        """A reason that is not in this list is not sent."""
        order = self.read_order()
        foreign = self.env["marketplace.reason"].create(
            {"account_id": self.account.id, "usage": "refund", "code": "99", "name": "Other"}
        )
        self.start(order, topic_id=foreign.id)
        self.turn()
        (thread,) = self.threads()
        self.assertEqual(thread["topic"]["type"], "FREE_TEXT")

    def test_titles_say_to_whom(self):
        order = self.read_order().with_user(self.agent)
        self.assertEqual(
            order.action_marketplace_contact()["name"], f"Write to the customer of {order.name}"
        )
        self.assertEqual(
            order.action_marketplace_contact_operator()["name"],
            f"Write to {self.account.name} about {order.name}",
        )

    def test_customer_answers_in_it(self):
        order = self.read_order()
        case = self.start(order)
        self.turn()
        self.seller.say(case.remote_id, "Danke!")
        self.turn(pull=True)
        self.assertEqual(order.marketplace_case_ids, case)
        self.assertEqual((case.unread_count, bool(case.deadline)), (1, True))
        self.answer(case, SECOND)
        self.turn()
        self.assertSaid(case, FIRST, SECOND)

    def test_contact_window_is_for_the_customer_only(self):
        self.account.contact_days = 10
        order = self.read_order()
        self.wait(days=11)
        with self.time():
            dialog = self.open_contact(order)
            self.assertIn("only about current or recent orders", dialog.problem)
            with self.refused("only about current or recent orders"):
                dialog.action_send()
            with self.refused("only about current or recent orders"):
                self.open_contact(order, "both").action_send()
            self.assertFalse(order.marketplace_case_ids)
            case = self.start(order, "operator")
        self.turn()
        self.assertEqual(case.operation_ids.state, "done")

    # With the operator --------------------------------------------------------------------------

    def test_with_the_operator(self):
        reason = self.get_reason("operator_topic", "MMP_SELLER_MESSAGING_ONBOARDING")
        case = self.write_operator(topic_id=reason.id)
        self.assertEqual((case.order_ref, case.participants), (False, "operator"))
        self.assertIn(self.agent, case.ticket_id.user_id)
        self.turn()
        (thread,) = self.threads()
        self.assertEqual((case.remote_id, case.operation_ids.state), (thread["id"], "done"))
        self.assertThread(thread, ["OPERATOR"], reason.code)
        self.seller.say(case.remote_id, "Wir kümmern uns.", sender="operator")
        self.turn(pull=True)
        self.assertEqual(len(case.message_ids), 2)
        self.answer(case, SECOND)
        self.turn()
        self.assertSaid(case, FIRST, SECOND)

    def test_operator_thread_was_read_before_its_number_was_known(self):
        """Killed after the call, and the thread is read as somebody's: two cases become one."""
        case = self.write_operator()
        ticket = case.ticket_id
        self.die(self.wire("M14", after=Killed()))
        self.seller.say(self.threads()[0]["id"], "Wir kümmern uns.", sender="operator")
        self.turn(pull=True)
        remote_id = self.threads()[0]["id"]
        twin = self.env["marketplace.case"].search([("remote_id", "=", remote_id)])
        self.assertNotEqual(twin, case)
        spare = twin.ticket_id
        self.wait(minutes=6)
        self.turn()
        self.turn()
        self.assertEqual((case.remote_id, case.operation_ids.state), (remote_id, "done"))
        self.assertFalse(twin.exists())
        self.assertEqual((spare.active, spare.marketplace_case_count), (False, 0))
        self.assertEqual(case.ticket_id, ticket)
        self.assertEqual(case.message_ids.mapped("sender_type"), ["seller", "operator"])
        self.assertEqual(case.message_ids[0].operation_id, case.operation_ids)
        bubbles = ticket.message_ids.filtered(lambda m: m.message_type == "marketplace")
        self.assertEqual(bubbles, case.message_ids.mail_message_id, "each once")
        self.turn(pull=True)
        self.assertEqual(len(case.message_ids), 2)
        self.answer(case, SECOND)
        self.turn()
        self.assertEqual(len(self.threads()), 1)
        self.assertSaid(case, FIRST, SECOND)

    def test_nothing_of_the_twin_is_lost(self):
        """People worked on the ticket of the case that was read before its number was known."""
        order = self.read_order()
        case = self.start(order, "both")
        ticket = case.ticket_id
        ticket.user_id = False
        self.die(self.wire("OR43", after=Killed()))
        (thread,) = self.threads()
        content = base64.b64encode(b"Das ist kaputt.").decode()
        files = [{"name": name, "content": content} for name in ("eins.txt", "zwei.txt")]
        self.seller.say(thread["id"], "Siehe Anhang.", files=files)
        # As it is where its message cannot be known by its text.
        blind = patch.object(type(case), "_was_opened_by_us", lambda *args: False)
        with (
            blind,
            patch.object(type(self.env["marketplace.inbox"]), "_adopt_echoes", lambda *a: 0),
        ):
            self.turn(pull=True)
        twin = self.env["marketplace.case"].search([("remote_id", "=", thread["id"])])
        self.assertNotEqual(twin, case)
        spare = twin.ticket_id
        message = twin.message_ids.filtered("files")
        kept = self.env["ir.attachment"].create(
            {"name": "eins.txt", "res_model": spare._name, "res_id": spare.id}
        )
        message.mail_message_id.attachment_ids = kept
        queued = self.answer(twin, SECOND)
        queued.retry_at = fields.Datetime.now() + timedelta(days=1)
        twin.no_answer_at = noted = fields.Datetime.now()
        twin.warned = True
        spare.user_id = self.manager
        activity = spare.activity_schedule("mail.mail_activity_data_todo", summary="Anrufen")
        refunds = self.env["marketplace.refund"]
        values = {
            "account_id": self.account.id,
            "sale_order_id": order.id,
            "kind": "amount",
            "currency_id": order.currency_id.id,
            "ticket_id": spare.id,
        }
        by_case = refunds.create({**values, "case_id": twin.id})
        by_ticket = refunds.create(values)
        case._take_remote_id(thread["id"])
        self.assertFalse(twin.exists())
        self.assertFalse(spare.active)
        # Its links lead to files that can be had.
        url = f"/marketplace_helpdesk/file/{case.id}/"
        self.assertEqual(message.mail_message_id.body.count(url), 2)
        self.assertNotIn(f"/file/{twin.id}/", message.mail_message_id.body)
        self.assertEqual((kept.res_model, kept.res_id), ("helpdesk.ticket", ticket.id))
        # What was written there and has not been seen yet.
        bubble = queued.mail_message_id
        self.assertEqual((queued.case_id, queued.ticket_id), (case, ticket))
        self.assertEqual((bubble.model, bubble.res_id), ("helpdesk.ticket", ticket.id))
        self.assertEqual((by_case | by_ticket).ticket_id, ticket)
        self.assertEqual(by_case.case_id, case)
        self.assertEqual((activity.exists().res_id, ticket.activity_ids), (ticket.id, activity))
        self.assertEqual(ticket.user_id, self.manager)
        self.assertEqual(case.no_answer_at, noted)

    def test_clock_of_the_twin_goes_on(self):
        """Who was warned once is not warned again."""
        order = self.read_order()
        case = self.start(order)
        case.operation_ids.retry_at = fields.Datetime.now() + timedelta(days=1)
        thread = self.make_thread({"number": order.marketplace_ref})
        self.turn(pull=True)
        twin = self.get_case(thread)
        self.assertTrue(twin.awaiting_since)
        since, twin.warned = twin.awaiting_since, True
        closed = twin.closed_at = fields.Datetime.now() - timedelta(days=3)
        case._take_remote_id(thread["id"])
        self.assertEqual((case.awaiting_since, case.warned, case.closed_at), (since, True, closed))

    def test_ticket_of_the_operator_alone_is_no_customers(self):
        """A customer with a portal reads the tickets that are his."""
        for recipient, is_his in (("operator", False), ("both", True), (None, True)):
            with self.subTest(recipient):
                order = self.read_order()
                ticket = self.start(order, recipient).ticket_id
                partner = order.partner_id
                self.assertEqual(ticket.partner_id, partner if is_his else partner.browse())
                self.assertEqual(ticket.partner_name, partner.name)
                self.turn()
                self.turn(pull=True)
                self.assertEqual(bool(ticket.partner_id), is_his)

    def test_who_may_not(self):
        seller = self._make_user("seller", "sales_team.group_sale_salesman")
        with self.assertRaises(Exception) as caught:
            self.write_operator(user=seller)
        self.assertEqual(type(caught.exception).__name__, "AccessError")
        self.account.action_observe()
        with self.refused("nothing is sent"):
            self.write_operator()
        self.assertFalse(self.account.with_user(self.agent).can_write_to_operator)

    # Exactly once -------------------------------------------------------------------------------

    def test_whatever_becomes_of_the_call(self):
        for fault, executed in FAULTS:
            with self.subTest(**fault):
                order = self.read_order()
                self.seller.fault("OR43", **fault)
                case = self.start(order)
                self.turn()
                self.assertEqual(case.operation_ids.state, "unknown")
                self.turn()
                state = "done" if executed else "unknown"
                self.assertEqual(case.operation_ids.state, state)
                self.wait(minutes=11)
                self.turn()
                self.turn(pull=True)
                self.assertEqual(case.operation_ids.state, "done")
                self.assertTrue(case.remote_id)
                mine = [t for t in self.threads() if t["order_number"] == order.marketplace_ref]
                self.assertEqual(len(mine), 1)
                self.assertEqual(order.marketplace_case_ids, case)
                self.assertSaid(case, FIRST)

    def test_second_message_waits_for_the_number(self):
        """While the opening is in doubt nothing follows, then it goes into the same thread."""
        for executed in (True, False):
            with self.subTest(executed=executed):
                order = self.read_order()
                fault = "reset_after" if executed else "reset_before"
                self.seller.fault("OR43", fault)
                case = self.start(order)
                second = self.answer(case, SECOND)
                self.turn()
                first = case.operation_ids - second
                self.assertEqual((first.state, second.state), ("unknown", "pending"))
                self.wait(minutes=11)
                self.turn()
                self.turn()
                self.assertEqual(case.operation_ids.mapped("state"), ["done", "done"])
                mine = [t for t in self.threads() if t["order_number"] == order.marketplace_ref]
                self.assertEqual(len(mine), 1)
                self.assertSaid(case, FIRST, SECOND)

    def test_both_before_anything_left(self):
        case = self.start(self.read_order())
        second = self.answer(case, SECOND)
        self.turn()
        self.assertEqual(second.state, "done")
        self.assertSaid(case, FIRST, SECOND)

    def test_customer_came_between_the_two(self):
        """The second message was written before its thread was there; what came in it is news."""
        case = self.start(self.read_order())
        self.seller.fault("OR43", "reset_after")
        second = self.answer(case, SECOND)
        self.turn()
        self.seller.say(self.threads()[0]["id"], "Ich habe es schon!")
        self.wait(minutes=6)
        self.turn()
        self.turn()
        self.assertEqual((second.state, second.code), ("rejected", "news"))
        self.assertSaid(case, FIRST)

    def test_killed(self):
        for operation, moment, executed in (
            ("M11", "after", False),
            ("OR43", "before", False),
            ("OR43", "after", True),
        ):
            with self.subTest(f"{operation} {moment}"):
                order = self.read_order()
                case = self.start(order)
                self.die(self.wire(operation, **{moment: Killed()}))
                self.assertEqual(case.operation_ids.state, "sending")
                if executed:
                    self.turn(pull=True)  # the thread shows before the doubt is looked into
                self.wait(minutes=6)
                self.turn()
                self.wait(minutes=11)
                self.turn()
                self.turn(pull=True)
                self.assertEqual(case.operation_ids.state, "done")
                mine = [t for t in self.threads() if t["order_number"] == order.marketplace_ref]
                self.assertEqual([t["id"] for t in mine], [case.remote_id])
                self.assertEqual(order.marketplace_case_ids, case)
                self.assertSaid(case, FIRST)

    def test_double_click(self):
        dialog = self.open_contact(self.read_order())
        dialog.action_send()
        with self.refused("asked for already"):
            dialog.action_send()
        self.turn()
        self.assertEqual(len(self.threads()), 1)

    def test_other_company(self):
        order = self.read_order()
        company = self.env["res.company"].create({"name": "Another Shop"})
        stranger = self._make_user("stranger", "marketplace_helpdesk.group_agent", company)
        dialog = self.env["marketplace.answer"].with_user(stranger)
        with self.assertRaises(Exception) as caught:
            dialog.create({"sale_order_id": order.id, "body": FIRST}).action_send()
        self.assertEqual(type(caught.exception).__name__, "AccessError")
        self.assertFalse(order.marketplace_case_ids)
