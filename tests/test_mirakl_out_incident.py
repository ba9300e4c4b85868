"""Incidents: marked as solved in two steps that fail and are tried again each on its own."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .mirakl_case import MiraklCase
from .out_case import Killed

TEXT = "Ersatz am Montag verschickt, heute zugestellt. Bitte den Vorfall schließen."
BETTER = "Ersatz am Montag verschickt und zugestellt. Bitte schließen."
ANSWER = "Guten Tag, der Ersatz ist unterwegs zu Ihnen."
FAULTS = (
    {"fault": "timeout_before", "seconds": 0.2},
    {"fault": "timeout_after", "seconds": 0.2},
    {"fault": "reset_before"},
    {"fault": "http500_before"},
    {"fault": "http500_after"},
)


@tagged("post_install", "-at_install")
class TestMiraklIncidentOut(MiraklCase):
    def setUp(self):
        super().setUp()
        self.reason = self.get_reason("resolving", "8")

    def open_resolve(self, case, user=None, **values):
        dialog = self.env["marketplace.resolve"].with_user(user or self.agent)
        return dialog.create({"case_id": case.id, "reason_id": self.reason.id, **values})

    def resolve(self, case, text=TEXT):
        """Mark as solved; returns (the resolution, the message)."""
        self.open_resolve(case, body=text).action_confirm()
        steps = case._get_resolution_steps()
        self.assertEqual(len(steps), 2)
        return steps[0], steps[1]

    def incident(self, case):
        """The incident as the operator has it."""
        order = self.seller.get_order(case.order_ref)
        return next(line["incident"] for line in order["lines"] if line["id"] == case.line_ref)

    def said_to_operator(self, case):
        threads = [t for t in self.seller.state["threads"] if t["order_number"] == case.order_ref]
        return [
            message["body"]
            for thread in threads
            for message in thread["messages"]
            if message["from"]["type"] == "SHOP_USER"
            and {to["type"] for to in message["to"]} == {"OPERATOR"}
        ]

    def test_two_people_at_once(self):
        """The second one's transaction saw no step of the first."""
        case = self.make_incident()
        self.resolve(case)
        blind = patch.object(type(case), "_get_open_resolution", lambda self: False)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), blind:
            with self.env.cr.savepoint():
                self.open_resolve(case, user=self.manager, body=BETTER).action_confirm()
                self.env.flush_all()
        self.turn()
        self.assertExecuted("OR64", 1)

    # The dialog ---------------------------------------------------------------------------------

    def test_only_reasons_that_are_ours(self):
        dialog = self.open_resolve(self.make_incident())
        self.assertIn(self.reason, dialog.reason_ids)
        self.assertEqual(set(dialog.reason_ids.mapped("usage")), {"resolving"})
        self.assertTrue(all(dialog.reason_ids.mapped("allowed")))
        theirs = self.account.reason_ids.filtered(
            lambda r: r.usage == "resolving" and not r.allowed
        )
        self.assertTrue(theirs, "the operator has reasons of its own")
        dialog.reason_id = theirs[:1]
        with self.refused("Choose how the incident was solved"):
            dialog.action_confirm()

    def test_message_is_needed(self):
        case = self.make_incident()
        with self.refused("what was done"):
            self.open_resolve(case, body="  ").action_confirm()
        with self.refused("at least 3 characters"):
            self.open_resolve(case, body="ok").action_confirm()
        with self.refused("Marketplaces refuse"):
            self.open_resolve(case, body="Mail an shop@shop.example").action_confirm()
        self.assertFalse(case.operation_ids)

    def test_prefilled_with_what_was_done(self):
        case = self.make_incident()
        order = case.sale_order_id
        self.assertIn(case.order_ref, self.open_resolve(case).body)
        reason = self.get_reason("refund", "18")
        self.refund(order, "REF-2", reason_id=reason.id)
        # Everything of a test happens at one moment: the incident was earlier, or is later.
        now = fields.Datetime.now()
        case.remote_created_at = now - timedelta(hours=1)
        self.assertRegex(self.open_resolve(case).body, r"Refund of .*25\.80.* asked for")
        case.remote_created_at = now + timedelta(hours=1)
        self.assertNotIn("Refund", self.open_resolve(case).body)
        case.remote_created_at = now - timedelta(hours=1)
        self.turn()
        self.assertRegex(self.open_resolve(case).body, r"Refund of .*25\.80.*accepted")
        self.assertNotIn("Answered", self.open_resolve(case).body)
        action = case.with_user(self.agent).action_answer()
        answer = self.env["marketplace.answer"].with_user(self.agent)
        answer.with_context(**action["context"]).create({"body": ANSWER}).action_send()
        self.turn()
        self.assertIn("Answered the customer on", self.open_resolve(case).body)

    # Two steps ----------------------------------------------------------------------------------

    def test_solved_then_told_then_closed(self):
        case = self.make_incident()
        ticket = case.ticket_id.with_user(self.agent)
        self.assertTrue(ticket.can_marketplace_resolve)
        self.assertEqual(ticket.marketplace_incident_status, "open")
        resolution, message = self.resolve(case)
        self.assertEqual((resolution.state, message.state), ("pending", "waiting"))
        self.assertEqual(message.after_id, resolution)
        self.assertEqual(ticket.marketplace_step_ids, resolution + message)
        self.assertFalse(ticket.can_marketplace_resolve)
        self.turn()
        self.assertEqual((resolution.state, message.state), ("done", "done"))
        self.assertEqual((case.incident_state, bool(case.solved_at)), ("solved", True))
        self.assertTrue(ticket.marketplace_is_told)
        self.assertEqual(self.incident(case)["resolved_reason"], "8")
        self.assertEqual(self.said_to_operator(case), [TEXT])
        self.assertFalse(ticket.marketplace_deadline, "awaits the operator: nothing to do")
        self.assertTrue(ticket.marketplace_has_incident)
        notes = ticket.message_ids.filtered(lambda m: m.marketplace_sender == "system")
        self.assertTrue(any("marked as solved" in note.body for note in notes))
        self.seller.close_incident(case.order_ref)
        self.turn(pull=True)
        self.assertEqual(case.incident_state, "closed")
        self.assertFalse(ticket.marketplace_has_incident)
        with self.refused("is closed"):
            ticket.action_marketplace_resolve()

    def test_goes_into_the_thread_of_the_operator(self):
        order = self.make_order()
        self.make_thread(order)  # with the customer, the operator may be written to
        customers = self.make_thread(order, participants=["CUSTOMER", "SHOP"])
        self.wait(minutes=1)
        case = self.make_incident(order)
        _resolution, message = self.resolve(case)
        self.turn()
        self.assertEqual(len(self.seller.state["threads"]), 2)
        self.assertNotEqual(message.case_id.remote_id, customers["id"])
        self.assertEqual(self.said_to_operator(case), [TEXT])

    def test_starts_a_thread_where_there_is_none(self):
        case = self.make_incident()
        _resolution, message = self.resolve(case)
        self.assertEqual(message.case_id.ticket_id, case.ticket_id)
        self.assertFalse(message.case_id.remote_id)
        self.turn()
        (thread,) = self.seller.state["threads"]
        self.assertEqual(thread["order_number"], case.order_ref)
        self.assertEqual(message.case_id.remote_id, thread["id"])
        self.assertIn("Incident solved", thread["topic"]["value"])

    def test_asked_twice(self):
        case = self.make_incident()
        dialogs = [self.open_resolve(case, body=TEXT) for _index in range(2)]
        dialogs[0].action_confirm()
        for dialog in dialogs:
            with self.refused("already"):
                dialog.action_confirm()
        self.turn()
        with self.refused("marked as solved already"):
            self.open_resolve(case, body=TEXT).action_confirm()
        self.assertExecuted("OR64", 1)

    def test_closed_meanwhile(self):
        case = self.make_incident()
        dialog = self.open_resolve(case, body=TEXT)
        self.seller.close_incident(case.order_ref)
        self.turn(pull=True)
        with self.refused("is closed"):
            dialog.action_confirm()

    def test_closed_while_it_waits(self):
        """The operator was faster: nothing is sent any more."""
        case = self.make_incident()
        resolution, message = self.resolve(case)
        self.seller.close_incident(case.order_ref)
        self.turn()
        self.assertEqual((resolution.state, resolution.code), ("rejected", "no_incident"))
        self.turn(pull=True)
        self.assertEqual((resolution.state, message.state), ("cancelled", "cancelled"))
        self.assertEqual(
            self.alarms(case.ticket_id), ["Message not sent: the incident was closed meanwhile"]
        )
        self.assertEqual(self.said_to_operator(case), [])

    # Each fails alone ---------------------------------------------------------------------------

    def test_first_step_refused(self):
        case = self.make_incident()
        self.seller.fault("OR64", "not_authorised")
        resolution, message = self.resolve(case)
        self.turn()
        self.assertEqual((resolution.state, message.state), ("rejected", "waiting"))
        self.assertEqual(case.incident_state, "open")
        self.assertEqual(self.alarms(case.ticket_id), ["Incident Resolution: refused"])
        self.assertEqual(self.said_to_operator(case), [])
        resolution.with_user(self.agent).action_retry()
        self.turn()
        self.assertEqual((resolution.state, message.state), ("done", "done"))
        self.assertEqual(self.alarms(case.ticket_id), [])
        self.assertEqual(self.said_to_operator(case), [TEXT])
        self.assertExecuted("OR64", 1)

    def test_first_step_given_up(self):
        case = self.make_incident()
        self.seller.fault("OR64", "not_authorised")
        resolution, message = self.resolve(case)
        self.turn()
        resolution.with_user(self.agent).action_abandon()
        self.assertEqual((resolution.state, message.state), ("cancelled", "cancelled"))
        self.assertTrue(case.with_user(self.agent).can_resolve)
        self.turn()
        self.assertEqual(self.said_to_operator(case), [])

    def test_second_step_waits_and_is_corrected(self):
        """The operator limits the calls: the message waits, and its text may still change."""
        case = self.make_incident()
        self.seller.fault("OR43", "quota", seconds=600)
        resolution, message = self.resolve(case)
        self.turn()
        self.assertEqual((resolution.state, message.state), ("done", "pending"))
        self.assertTrue(message.retry_at)
        self.assertEqual(case.incident_state, "solved")
        action = message.with_user(self.agent).action_correct()
        dialog = self.env["marketplace.answer"].with_user(self.agent)
        dialog = dialog.with_context(**action["context"]).create({})
        self.assertEqual((dialog.body, dialog.recipient), (TEXT, "operator"))
        dialog.body = BETTER
        dialog.action_send()
        self.turn()
        self.assertEqual(message.state, "cancelled")
        self.assertEqual(self.said_to_operator(case), [BETTER])
        self.assertExecuted("OR64", 1)

    def test_corrected_before_the_first_step_left(self):
        """The correction waits for the resolution too, and is shown as its step."""
        case = self.make_incident()
        resolution, message = self.resolve(case)
        action = message.with_user(self.agent).action_correct()
        dialog = self.env["marketplace.answer"].with_user(self.agent)
        dialog = dialog.with_context(**action["context"]).create({"body": BETTER})
        dialog.action_send()
        better = case._get_resolution_steps() - resolution
        self.assertEqual((better.state, better.after_id), ("waiting", resolution))
        self.turn()
        self.assertEqual(self.said_to_operator(case), [BETTER])

    def test_second_step_refused(self):
        case = self.make_incident()
        self.seller.fault("OR43", "item_error", text="Topic fehlt")
        resolution, message = self.resolve(case)
        self.turn()
        self.assertEqual((resolution.state, message.state), ("done", "rejected"))
        ticket = case.ticket_id.with_user(self.agent)
        self.assertEqual(ticket.marketplace_failed_id, message)
        self.assertNotIn("customer", ticket.marketplace_failure_harm)
        ticket.action_marketplace_retry()
        self.turn()
        self.assertEqual((message.state, self.alarms(case.ticket_id)), ("done", []))
        self.assertEqual(self.said_to_operator(case), [TEXT])
        self.assertExecuted("OR64", 1)

    # Doubt --------------------------------------------------------------------------------------

    def test_whatever_becomes_of_the_call(self):
        """Sent again by itself, which is taken as harmless, and says so."""
        for fault in FAULTS:
            with self.subTest(**fault):
                case = self.make_incident()
                self.seller.fault("OR64", **fault)
                resolution, message = self.resolve(case)
                self.turn()
                self.assertEqual((resolution.state, message.state), ("unknown", "waiting"))
                self.turn()
                self.assertEqual((resolution.state, message.state), ("done", "done"))
                self.assertIn("taken as harmless", resolution.message)
                self.assertEqual(self.said_to_operator(case), [TEXT])
                self.assertEqual((case.incident_state, self.alarms(case.ticket_id)), ("solved", []))

    def test_closed_while_in_doubt(self):
        """The incident is gone: it was found, and is not sent again."""
        case = self.make_incident()
        self.seller.fault("OR64", "reset_after")
        resolution, message = self.resolve(case)
        self.turn()
        self.seller.close_incident(case.order_ref)
        self.turn()
        self.assertEqual((resolution.state, message.state), ("done", "done"))
        self.assertExecuted("OR64", 1)

    def test_killed(self):
        for operation, moment in (
            ("OR11", "after"),
            ("OR64", "before"),
            ("OR64", "after"),
            ("OR43", "before"),
            ("OR43", "after"),
        ):
            with self.subTest(f"{operation} {moment}"):
                case = self.make_incident()
                resolution, message = self.resolve(case)
                self.die(self.wire(operation, **{moment: Killed()}))
                self.wait(minutes=6)
                self.turn()
                self.wait(minutes=11)
                self.turn()
                self.turn(pull=True)
                self.assertEqual((resolution.state, message.state), ("done", "done"))
                self.assertEqual(case.incident_state, "solved")
                self.assertEqual(self.said_to_operator(case), [TEXT])

    # What people decide -------------------------------------------------------------------------

    def test_disputed_and_back(self):
        case = self.make_incident()
        self.resolve(case)
        self.turn()
        ticket = case.ticket_id.with_user(self.agent)
        self.assertTrue(ticket.can_marketplace_dispute)
        ticket.action_marketplace_dispute()
        self.assertEqual(case.incident_state, "disputed")
        self.assertEqual(ticket.marketplace_incident_state, "disputed")
        self.assertTrue(ticket.marketplace_deadline, "it asks for something again")
        self.assertTrue(ticket.can_marketplace_resolve, "solved a second time, if it must be")
        ticket.action_marketplace_reopen()
        self.assertEqual(case.incident_state, "open")
        with self.refused("moved on meanwhile"):
            ticket.action_marketplace_reopen()
        self.resolve(case, BETTER)
        self.turn()
        self.assertEqual(self.said_to_operator(case), [TEXT, BETTER])
        self.assertEqual(case.incident_state, "solved")

    def test_answering_goes_to_the_customers_thread(self):
        order = self.make_order()
        thread = self.make_thread(order)
        case = self.make_incident(order)
        action = case.with_user(self.agent).action_answer()
        talk = self.env["marketplace.case"].browse(action["context"]["default_case_id"])
        self.assertEqual(talk.remote_id, thread["id"])
        self.answer(talk, ANSWER)
        self.turn()
        self.assertSaid(talk, ANSWER)
        self.assertEqual(case.incident_state, "open", "an answer never ends an incident")

    def test_answering_starts_a_thread(self):
        """From the dialog and from the chatter, on the incident's own ticket."""
        for by_chatter in (False, True):
            case = self.make_incident()
            ticket = case.ticket_id.with_user(self.agent)
            self.assertTrue(ticket.can_marketplace_answer)
            if by_chatter:
                ticket.message_post(
                    body=ANSWER,
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                    marketplace_shown=ticket.marketplace_shown,
                )
            else:
                action = ticket.action_marketplace_answer()
                dialog = self.env["marketplace.answer"].with_user(self.agent)
                dialog = dialog.with_context(**action["context"]).create({"body": ANSWER})
                self.assertEqual(dialog.recipient, "customer")
                dialog.action_send()
            talk = ticket.sudo().marketplace_case_ids - case
            self.assertEqual(len(talk), 1)
            self.turn()
            self.assertSaid(talk, ANSWER)
            self.turn(pull=True)
            self.assertEqual(case.ticket_id.marketplace_case_ids, case + talk)

    def test_write_to_the_operator(self):
        case = self.make_incident()
        action = case.ticket_id.with_user(self.agent).action_marketplace_write_operator()
        self.assertIn(self.account.name, action["name"])
        dialog = self.env["marketplace.answer"].with_user(self.agent)
        dialog = dialog.with_context(**action["context"]).create({"body": TEXT})
        self.assertEqual(dialog.recipient, "operator")
        dialog.action_send()
        self.turn()
        self.assertEqual(self.said_to_operator(case), [TEXT])
        self.assertEqual(case.incident_state, "open")

    def test_open_incidents_come_first(self):
        """In the list to answer, before what is due earlier."""
        case = self.make_case()
        self.wait(hours=1)
        incident = self.make_incident()
        tickets = self.env["helpdesk.ticket"].search(
            [
                ("marketplace_account_id", "=", self.account.id),
                ("marketplace_deadline", "!=", False),
            ],
            order="marketplace_has_incident desc, marketplace_deadline, id",
        )
        self.assertEqual(tickets, incident.ticket_id + case.ticket_id)

    def test_other_company(self):
        case = self.make_incident()
        company = self.env["res.company"].create({"name": "Another Shop"})
        stranger = self._make_user("stranger", "marketplace_helpdesk.group_agent", company)
        with self.assertRaises(Exception) as caught:
            self.open_resolve(case, user=stranger, body=TEXT).action_confirm()
        self.assertEqual(type(caught.exception).__name__, "AccessError")
        self.assertFalse(case.operation_ids)
