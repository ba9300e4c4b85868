"""Incidents: seen on order lines, urgent at once, and over when the marketplace says so."""

import json
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..connectors import base, payload, records
from .mirakl_case import MiraklCase

LAMP, BRAKES = "REF-1", "REF-2"


class IncidentCase(MiraklCase):
    def texts(self, ticket):
        """What the chatter of a ticket says, the oldest first."""
        return [message.preview for message in ticket.message_ids.sorted("id")]

    def solve(self, case):
        """Tell the marketplace that it is solved."""
        operation = base.ResolveIncident(
            reference="",
            order_ref=case.order_ref,
            line_remote_id=case.line_ref,
            reason_code=self.get_reason("resolving", "8").code,
        )
        self.env["marketplace.operation"]._enqueue(
            self.account, operation.kind, payload.to_payload(operation), case=case
        )
        self.turn()
        self.assertEqual(case.incident_state, "solved")


@tagged("post_install", "-at_install")
class TestMiraklIncidents(IncidentCase):
    def test_opened(self):
        self.turn(pull=True)
        order = self.make_order()
        before = fields.Datetime.now()
        case = self.make_incident(order, line=BRAKES)
        self.assertEqual((case.kind, case.incident_state), ("incident", "open"))
        self.assertTrue(case.is_open)
        self.assertTrue(case.reason_name)
        self.assertIn(case.reason_name, case.subject)
        self.assertIn("Product REF-2", case.subject)
        self.assertEqual(case.line_ref, order["lines"][1]["id"])
        self.assertEqual(case.remote_id, f"{case.line_ref}#1")
        self.assertEqual(case.sale_line_id.product_id.default_code, BRAKES)
        self.assertEqual(case.sale_line_id.order_id, case.sale_order_id)
        self.assertFalse(case.message_ids)
        self.assertFalse(case.unread_count)
        # Mirakl tells no date: it counts from when it was first seen (contract 2, 32).
        self.assertGreaterEqual(case.remote_created_at, before)
        self.assertEqual(
            case.deadline, case.remote_created_at + timedelta(hours=self.account.incident_hours)
        )

    def test_ticket_is_urgent_and_agents_are_told(self):
        case = self.make_incident()
        ticket = case.ticket_id
        self.assertEqual(ticket.priority, "3")
        self.assertTrue(ticket.marketplace_has_incident)
        self.assertEqual(ticket.marketplace_incident_id, case)
        self.assertEqual(ticket.marketplace_kind, "incident")
        self.assertEqual(ticket.marketplace_deadline, case.deadline)
        self.assertEqual(ticket.sale_order_ids, case.sale_order_id)
        [line] = [text for text in self.texts(ticket) if text.startswith("Incident opened")]
        self.assertIn(case.reason_name, line)
        notice = self.env["mail.notification"].search(
            [
                ("res_partner_id", "=", self.agent.partner_id.id),
                ("mail_message_id.res_id", "=", ticket.id),
                ("mail_message_id.model", "=", "helpdesk.ticket"),
            ]
        )
        self.assertEqual(notice.notification_type, "inbox")

    def test_order_is_marked(self):
        case = self.make_incident()
        order, line = case.sale_order_id, case.sale_line_id
        self.assertTrue(order.marketplace_has_incident)
        self.assertEqual(line.marketplace_incident, case.reason_name)
        self.assertEqual(order.order_line.mapped("marketplace_incident").count(False), 2)
        self.seller.close_incident(case.order_ref)
        self.turn(pull=True)
        self.assertFalse(order.marketplace_has_incident)
        self.assertFalse(any(order.order_line.mapped("marketplace_incident")))

    def test_every_ticket_of_the_order_shows_it(self):
        order = self.make_order()
        thread = self.make_thread(order)
        self.turn(pull=True)
        ticket = self.get_case(thread).ticket_id
        ticket.stage_id = ticket.team_id._get_applicable_stages().filtered("closed")[:1]
        self.seller.open_incident(order["number"])
        self.turn(pull=True)
        [incident] = self.get_incidents(order)
        self.assertNotEqual(incident.ticket_id, ticket)
        self.assertTrue(ticket.marketplace_is_frozen and incident.ticket_id.marketplace_is_frozen)

    def test_reading_again_opens_nothing(self):
        case = self.make_incident()
        lines = len(case.ticket_id.message_ids)
        first_seen = case.remote_created_at
        self.wait(minutes=10)
        for _reading in range(2):
            self.turn(pull=True)
        self.refresh(case.sale_order_id)
        self.assertEqual(self.get_incidents({"number": case.order_ref}), case)
        self.assertEqual(len(case.ticket_id.message_ids), lines)
        self.assertEqual(case.remote_created_at, first_seen)

    def test_closed_by_the_marketplace(self):
        case = self.make_incident()
        ticket = case.ticket_id
        self.seller.close_incident(case.order_ref)
        self.turn(pull=True)
        self.assertEqual((case.incident_state, case.is_open), ("closed", False))
        self.assertTrue(case.closed_at)
        self.assertFalse(case.deadline)
        self.assertFalse(ticket.marketplace_has_incident)
        self.assertTrue(ticket.stage_id.closed, "nobody waits for anything")
        self.assertIn("Incident closed", self.texts(ticket)[-1])
        self.assertIn("no longer frozen", self.texts(ticket)[-1])

    def test_seen_over_the_order_alone(self):
        """Whatever stream the order comes in, or a person asks for it."""
        order = self.read_order()
        self.account.stream_ids.filtered(lambda s: s.key == "incidents").active = False
        self.seller.open_incident(order.marketplace_ref)
        self.refresh(order)
        [case] = order.marketplace_case_ids
        self.assertEqual(case.incident_state, "open")
        self.seller.close_incident(order.marketplace_ref)
        self.refresh(order)
        self.assertEqual(case.incident_state, "closed")

    def test_end_is_seen_although_the_order_is_old(self):
        """It leaves the list of incidents: the order is read by its number."""
        case = self.make_incident()
        self.account.stream_ids.filtered(lambda s: s.key == "orders").active = False
        self.seller.close_incident(case.order_ref)
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "closed")

    def test_second_incident_on_a_line_is_a_new_case(self):
        order = self.make_order()
        first = self.make_incident(order)
        self.seller.close_incident(order["number"])
        self.turn(pull=True)
        second = self.make_incident(order, reason_code="3")
        self.assertNotEqual(first, second)
        self.assertEqual(second.remote_id, f"{first.line_ref}#2")
        self.assertEqual((first.incident_state, second.incident_state), ("closed", "open"))
        self.assertNotEqual(first.reason_name, second.reason_name)
        self.assertFalse(second.ticket_id.stage_id.closed)

    def test_two_lines_of_one_order(self):
        order = self.make_order()
        for line in (LAMP, BRAKES):
            self.seller.open_incident(order["number"], line=line)
        self.turn(pull=True)
        first, second = self.get_incidents(order)
        self.assertEqual(first.ticket_id, second.ticket_id)
        self.assertEqual({first.line_ref, second.line_ref}, {li["id"] for li in order["lines"]})
        self.seller.close_incident(order["number"], line=LAMP)
        self.turn(pull=True)
        self.assertEqual(
            {case.line_ref: case.incident_state for case in first + second},
            {order["lines"][0]["id"]: "closed", order["lines"][1]["id"]: "open"},
        )
        ticket = first.ticket_id
        self.assertFalse(ticket.stage_id.closed)
        self.assertTrue(ticket.marketplace_has_incident)
        self.assertIn("another one of this order is still open", self.texts(ticket)[-1])
        self.assertTrue(first.sale_order_id.marketplace_has_incident)

    def test_joins_the_open_ticket_of_its_order(self):
        order = self.make_order()
        thread = self.make_case(order)
        self.assertEqual(thread.ticket_id.priority, "1")
        case = self.make_incident(order)
        self.assertEqual(case.ticket_id, thread.ticket_id)
        self.assertEqual(case.ticket_id.priority, "3")
        # Answers from the chatter go to the thread: an incident has none.
        self.assertEqual(case.ticket_id.marketplace_case_id, thread)
        self.seller.close_incident(order["number"])
        self.turn(pull=True)
        self.assertFalse(case.ticket_id.stage_id.closed, "the customer still waits")
        self.assertEqual(case.ticket_id.marketplace_deadline, thread.deadline)

    def test_closed_or_archived_ticket_is_left_alone(self):
        order = self.make_order()
        thread = self.make_case(order)
        ticket = thread.ticket_id
        ticket.stage_id = ticket.team_id._get_applicable_stages().filtered("closed")[:1]
        case = self.make_incident(order)
        self.assertNotEqual(case.ticket_id, ticket)
        self.seller.close_incident(order["number"])
        self.turn(pull=True)
        ticket.stage_id = ticket.team_id._get_applicable_stages().filtered(lambda s: not s.closed)[
            :1
        ]
        ticket.active = False
        second = self.make_incident(order)
        self.assertTrue(second.ticket_id.active)

    def test_thread_joins_the_ticket_of_the_incident(self):
        order = self.make_order()
        case = self.make_incident(order)
        thread = self.make_case(order)
        self.assertEqual(thread.ticket_id, case.ticket_id)
        other = self.make_case(self.make_order())
        self.assertNotEqual(other.ticket_id, case.ticket_id)

    def test_incident_with_a_text_is_one_ticket(self):
        """What the customer wrote when opening it comes as a thread of the order."""
        order = self.make_order()
        case = self.make_incident(order, text="Das Paket kam nie an.")
        thread = self.env["marketplace.case"].search(
            [("order_ref", "=", order["number"]), ("kind", "!=", "incident")]
        )
        self.assertEqual(len(thread), 1)
        self.assertEqual(thread.ticket_id, case.ticket_id)
        self.assertIn("nie an", thread.message_ids.body)

    def test_order_that_is_not_known(self):
        """A case all the same, linked when its order comes."""
        self.account.order_policy = "await"
        order = self.make_order(customer={"firstname": "Karim", "lastname": "Berger"})
        case = self.make_incident(order)
        self.assertEqual((case.order_ref, case.incident_state), (order["number"], "open"))
        self.assertFalse(case.sale_order_id or case.sale_line_id)
        self.assertEqual(case.ticket_id.partner_name, "Karim Berger")
        sale_order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Karim Berger"}).id,
                "client_order_ref": order["number"],
                "order_line": [
                    fields.Command.create({"product_id": product.id}) for product in self.products
                ],
            }
        )
        self.turn()
        self.assertEqual(case.sale_order_id, sale_order)
        self.assertEqual(case.sale_line_id.product_id.default_code, LAMP)
        self.assertTrue(sale_order.marketplace_has_incident)
        self.seller.close_incident(order["number"])
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "closed")

    def test_order_that_cannot_be_stored(self):
        """Its product does not exist here: the incident is not lost with it."""
        order = self.make_order(lines=[self.line("NOBODY", 10)])
        case = self.make_incident(order)
        self.assertEqual(case.incident_state, "open")
        self.assertFalse(case.sale_order_id)
        self.assertEqual(self.account.dead_letter_ids.mapped("remote_id"), [order["number"]])

    def test_one_bad_incident_stops_no_other(self):
        good, bad = self.make_order(), self.make_order()
        for order in (good, bad):
            self.seller.open_incident(order["number"])
        service = type(self.env["marketplace.incidents"])
        genuine = service._case_values

        def break_one(incidents, account, order, line, sale_order):
            if order.remote_id == bad["number"]:
                raise ValueError("cannot be stored")
            return genuine(incidents, account, order, line, sale_order)

        with patch.object(service, "_case_values", break_one):
            self.turn(pull=True)
        self.assertTrue(self.get_incidents(good))
        self.assertFalse(self.get_incidents(bad))
        self.assertEqual(self.account.dead_letter_ids.mapped("remote_id"), [bad["number"]])
        self.turn(pull=True)
        self.assertTrue(self.get_incidents(bad))
        self.assertEqual(self.account.dead_letter_ids.mapped("state"), ["solved"])

    def test_another_account_and_company_is_left_alone(self):
        company = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.company.currency_id.id}
        )
        far = self._make_user("far", "marketplace_helpdesk.group_agent", company)
        seller = self.seller_class()
        other = self._make_account(
            seller,
            company,
            self._make_team(company, far),
            order_policy="await",
            shipping_product_id=False,
        )
        for one in (self.seller, seller):
            lines = [self.line(LAMP, 49.9)]
            one.order(number="SAME-A", state="SHIPPED", lines=lines)
            one.open_incident("SAME-A")
        self.turn(pull=True)
        self.turn(pull=True, account=other)
        ours, theirs = self.get_incidents({"number": "SAME-A"})
        self.assertEqual((ours.account_id, theirs.account_id), (self.account, other))
        self.assertNotEqual(ours.ticket_id, theirs.ticket_id)
        seller.close_incident("SAME-A")
        self.turn(pull=True, account=other)
        self.assertEqual((ours.incident_state, theirs.incident_state), ("open", "closed"))
        self.assertFalse(ours.with_user(far).has_access("read"))
        self.assertFalse(theirs.with_user(self.agent).has_access("read"))

    def test_sparse_answer_closes_nothing(self):
        """Operators leave keys out: what an answer does not tell is not over."""

        def without_states(node):
            for line in node["order_lines"]:
                line.pop("order_line_state")
            node.pop("has_incident")

        def without_lines(node):
            node.pop("order_lines")
            node.pop("has_incident")

        def said_by_the_order_alone(node):
            for line in node["order_lines"]:
                line["order_line_state"] = "SHIPPED"
            node["has_incident"] = True

        case = self.make_incident()
        order, line = case.sale_order_id, case.sale_line_id
        notes = self.texts(case.ticket_id)
        for cut in (without_states, without_lines, said_by_the_order_alone):
            with self.subTest(cut.__name__):
                for read in (lambda: self.turn(pull=True), lambda: self.refresh(order)):
                    with self.wire("OR11", change=self.cut(cut)):
                        read()
                    self.assertEqual(case.incident_state, "open")
                    self.assertTrue(order.marketplace_has_incident)
                    self.assertTrue(line.marketplace_incident)
                self.turn(pull=True)
                self.assertEqual(self.get_incidents({"number": case.order_ref}), case)
                self.assertEqual(self.texts(case.ticket_id), notes)
        self.seller.close_incident(case.order_ref)
        with self.wire("OR11", change=self.cut(without_states)):
            self.turn(pull=True)
        self.account.stream_ids.filtered(lambda s: s.key == "orders").active = False
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "closed", "it was watched on")

    def cut(self, change):
        """For `wire`: change every order of the answers."""

        def change_answer(answer):
            content = json.loads(answer.content)
            for node in content["orders"]:
                change(node)
            return replace(answer, content=json.dumps(content).encode())

        return change_answer

    def test_read_again_forgets_no_open_incident(self):
        case = self.make_incident()
        streams = self.account.stream_ids
        streams.filtered(lambda s: s.key == "orders").active = False
        incidents = streams.filtered(lambda s: s.key == "incidents")
        self.seller.close_incident(case.order_ref)
        incidents._read_again(fields.Datetime.now() - timedelta(days=7))
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "closed")
        incidents._read_again(fields.Datetime.now() - timedelta(days=7))
        self.assertFalse(incidents.cursor, "nothing is watched")


@tagged("post_install", "-at_install")
class TestMiraklIncidentEnds(IncidentCase):
    """Closed at the marketplace while our words to the operator wait for their step."""

    TEXT = "Ersatz <heute> zugestellt. Bitte schließen."

    def resolve(self, case):
        reason = self.get_reason("resolving", "8")
        dialog = self.env["marketplace.resolve"].with_user(self.agent)
        dialog.create(
            {"case_id": case.id, "reason_id": reason.id, "body": self.TEXT}
        ).action_confirm()
        return case._get_resolution_steps()

    def test_in_doubt_the_message_leaves_all_the_same(self):
        case = self.make_incident()
        self.seller.fault("OR64", "reset_after")
        steps = self.resolve(case)
        self.turn()
        self.assertEqual(steps.mapped("state"), ["unknown", "waiting"])
        # The end is read before the doubt is looked into.
        steps[0].retry_at = fields.Datetime.now() + timedelta(days=1)
        self.seller.close_incident(case.order_ref)
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "closed")
        self.assertEqual(steps.mapped("state"), ["unknown", "waiting"])
        steps[0].retry_at = False
        self.turn()
        self.turn()
        self.assertEqual(steps.mapped("state"), ["done", "done"])
        self.assertEqual(case.incident_state, "closed")
        self.assertSaid(steps[1].case_id, self.TEXT)
        self.assertExecuted("OR64", 1)

    def test_given_up_its_writer_gets_the_words_back(self):
        case = self.make_incident()
        self.seller.fault("OR64", "not_authorised")
        steps = self.resolve(case)
        self.turn()
        self.assertEqual(steps.mapped("state"), ["rejected", "waiting"])
        self.seller.close_incident(case.order_ref)
        self.turn(pull=True)
        self.assertEqual(steps.mapped("state"), ["cancelled", "cancelled"])
        [activity] = case.ticket_id.activity_ids
        self.assertIn("Message not sent", activity.summary)
        self.assertEqual(activity.user_id, self.agent)
        self.assertIn("Ersatz &lt;heute&gt; zugestellt", activity.note)


@tagged("post_install", "-at_install")
class TestMiraklIncidentClock(IncidentCase):
    def test_hours_are_the_accounts(self):
        case = self.make_incident()
        self.account.incident_hours = 4
        self.assertEqual(case.deadline, case.remote_created_at + timedelta(hours=4))
        self.account.incident_hours = 0  # at once
        self.assertEqual(case.deadline, case.remote_created_at)
        self.assertEqual(case.ticket_id.marketplace_deadline, case.deadline)

    def test_warned_of_in_its_own_words(self):
        self.account.incident_hours = 0
        case = self.make_incident()
        [summary] = self.alarms(case.ticket_id)
        self.assertIn("Solve the incident", summary)
        self.seller.close_incident(case.order_ref)
        self.turn(pull=True)
        self.assertEqual(self.alarms(case.ticket_id), [])

    def test_warning_ends_with_the_incident_though_a_customer_waits(self):
        self.account.incident_hours = 0
        self.account.warn_hours = 48
        case = self.make_incident()
        self.make_thread({"number": case.order_ref})
        self.turn(pull=True)
        self.assertEqual(len(self.alarms(case.ticket_id)), 2)
        self.solve(case)
        [summary] = self.alarms(case.ticket_id)
        self.assertIn("Answer before", summary)

    def test_none_while_others_act(self):
        case = self.make_incident()
        self.solve(case)
        self.assertFalse(case.deadline)
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "solved", "it is still there at the marketplace")
        self.assertFalse(case.ticket_id.stage_id.closed)
        case.with_user(self.agent).action_incident_disputed()
        self.assertEqual(case.incident_state, "disputed")
        self.assertTrue(case.deadline)
        self.seller.close_incident(case.order_ref)
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "closed")

    def test_answering_the_customer_does_not_stop_it(self):
        order = self.make_order()
        thread = self.make_case(order)
        case = self.make_incident(order)
        self.answer(thread)
        self.turn()
        self.turn(pull=True)
        self.assertFalse(thread.deadline)
        self.assertTrue(case.deadline)
        case.ticket_id.with_user(self.agent).action_marketplace_no_answer()
        self.assertTrue(case.deadline)

    def test_message_after_solving_brings_it_back(self):
        for sender in ("customer", "operator"):
            with self.subTest(sender):
                order = self.make_order()
                thread = self.make_case(order)
                case = self.make_incident(order)
                ticket = case.ticket_id
                self.solve(case)
                self.answer(thread)
                self.turn()
                self.turn(pull=True)
                self.assertEqual(case.incident_state, "solved", "our own words change nothing")
                ticket.stage_id = ticket.team_id._get_applicable_stages().filtered("closed")[:1]
                self.seller.say(thread.remote_id, "Das stimmt nicht.", sender=sender)
                self.turn(pull=True)
                self.assertEqual(case.incident_state, "open")
                self.assertTrue(case.deadline)
                self.assertFalse(ticket.stage_id.closed)
                self.assertIn("Look whether it is disputed", " ".join(self.texts(ticket)))

    def test_message_after_solving_starts_the_clock_anew(self):
        """Also a mere "thanks" brings it back: not with a deadline that is long over."""
        order = self.make_order()
        thread = self.make_case(order)
        case = self.make_incident(order)
        self.solve(case)
        self.answer(thread)
        self.turn()
        self.wait(hours=self.account.incident_hours + 5)
        self.seller.say(thread.remote_id, "Danke, wir schließen.", sender="operator")
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "open")
        written = thread.message_ids.sorted("sent_at")[-1:].sent_at
        self.assertEqual(case.awaiting_since, written)
        self.assertEqual(case.deadline, written + timedelta(hours=self.account.incident_hours))
        self.assertNotIn("Solve the incident", " ".join(self.alarms(case.ticket_id)))

    def test_message_in_a_thread_with_another_ticket(self):
        order = self.make_order()
        thread = self.make_case(order)
        first = thread.ticket_id
        first.stage_id = first.team_id._get_applicable_stages().filtered("closed")[:1]
        case = self.make_incident(order)
        self.solve(case)
        self.seller.say(thread.remote_id, "Das stimmt nicht.")
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "open")
        self.assertFalse(case.ticket_id.stage_id.closed)

    def test_message_about_another_order_changes_nothing(self):
        case = self.make_incident()
        self.solve(case)
        self.make_case(self.make_order(), text="Ganz etwas anderes.")
        self.assertEqual(case.incident_state, "solved")

    def test_dispute_does_not_show(self):
        """Mirakl tells sellers nothing of it: only what is written, or a person, brings it back."""
        order = self.make_order()
        case = self.make_incident(order)
        self.solve(case)
        self.seller.dispute_incident(order["number"])
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "solved")
        case.with_user(self.agent).action_incident_disputed()
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "disputed")
        self.assertTrue(case.deadline)
        self.assertEqual(self.get_incidents(order), case)

    def test_resolved_one_that_no_longer_shows(self):
        """Operators differ: where a resolved one leaves the list, a dispute is a new incident."""
        self.seller.configure(options={"resolved_leaves_or11": True})
        order = self.make_order()
        case = self.make_incident(order)
        self.solve(case)
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "closed")
        self.seller.dispute_incident(order["number"])
        self.turn(pull=True)
        again = self.get_incidents(order) - case
        self.assertEqual((again.incident_state, again.remote_id), ("open", f"{case.line_ref}#2"))


@tagged("post_install", "-at_install")
class TestIncidentPages(IncidentCase):
    def make_orders(self, count):
        """Orders as a client gives them, each with an incident on its only line."""
        line = records.OrderLine(
            remote_id="",
            sku=LAMP,
            name="Lamp",
            quantity=1,
            amount=records.Decimal(10),
            incident=records.Incident("1", "Not received"),
        )
        return [
            records.Order(
                remote_id=f"PAGE-{count}-{index}",
                state=records.LINE_SHIPPED,
                lines=(replace(line, remote_id=f"PAGE-{count}-{index}-1"),),
            )
            for index in range(count)
        ]

    def count_queries(self, orders):
        service = self.env["marketplace.incidents"]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(service._store(self.account, orders), [])
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_page_costs_the_same_however_long_it_is(self):
        self.account.order_policy = "await"
        self.count_queries(self.make_orders(3))
        few, many = self.make_orders(25), self.make_orders(100)
        opened = self.count_queries(few), self.count_queries(many)
        seen = self.count_queries(few), self.count_queries(many)
        over = [
            [replace(o, lines=(replace(o.lines[0], incident=None),)) for o in orders]
            for orders in (few, many)
        ]
        closed = self.count_queries(over[0]), self.count_queries(over[1])
        cases = self.env["marketplace.case"].search([("order_ref", "like", "PAGE-100-")])
        self.assertEqual(len(cases), 100)
        self.assertEqual(set(cases.mapped("incident_state")), {"closed"})
        for what, (less, more) in {"opened": opened, "seen": seen, "closed": closed}.items():
            with self.subTest(what, less=less, more=more):
                self.assertLessEqual(more, less + 30)
        self.assertLessEqual(seen[1], 6)

    def test_orders_without_incidents_cost_one_query(self):
        orders = [replace(order, lines=()) for order in self.make_orders(100)]
        # A savepoint and one search.
        self.assertLessEqual(self.count_queries(orders), 6)
        self.assertEqual(self.count_queries([]), 0)
