"""Relay addresses: where they come from, when they are renewed, and what is said without one."""

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from odoo.tests import tagged

from .out_case import OutCase

TEXT = "Bonjour, la pièce part demain matin."
FIRST = "Bonjour, votre colis est en route."


@tagged("post_install", "-at_install")
class TestContact(OutCase):
    def ago(self, **delta):
        """A moment before now, as the marketplace writes it (in UTC, with zone)."""
        return (datetime.now(timezone.utc) - timedelta(**delta)).isoformat()

    def test_address_of_the_discussion(self):
        case = self.make_case()
        self.answer(case)
        self.turn()
        address = self.seller.get_discussion(int(case.remote_id))["mail_address"]
        self.assertEqual(case.contact_address, address)
        self.answer(case, "Et voici le suivi de la pièce.")
        self.turn(pull=True)
        self.turn(pull=True)
        self.assertSaid(case, TEXT, "Et voici le suivi de la pièce.")
        self.assertEqual(self.seller.count("GetDiscussionMailList")[0], 1, "it is kept")
        self.assertNotIn("clemarche", (case.ticket_id.partner_email or ""))
        self.assertNotIn("clemarche", (case.sale_order_id.partner_id.email or ""))

    def test_renewed_after_four_weeks(self):
        case = self.make_case()
        self.answer(case)
        self.turn()
        self.turn(pull=True)
        first = case.contact_address
        self.wait(days=29)
        self.seller.say(int(case.remote_id), "Toujours rien !")
        with self.time():
            self.answer(case, "Le transporteur confirme la livraison.")
        self.turn()
        self.assertNotEqual(case.contact_address, first)
        self.assertSaid(case, TEXT, "Le transporteur confirme la livraison.")
        self.assertEqual(self.seller.count("GetDiscussionMailList")[0], 2)

    def test_expired_before_its_time(self):
        """The relay refuses a dead address: the retry asks for a new one."""
        case = self.make_case()
        self.answer(case)
        self.turn()
        self.turn(pull=True)
        first = case.contact_address
        self.seller._call("POST", "/mail_addresses/expire")
        reply = self.answer(case, "Le transporteur confirme la livraison.")
        self.turn()
        self.assertEqual((reply.state, reply.code), ("rejected", "smtp_550"))
        self.assertIn("may have expired", reply.message)
        reply.with_user(self.agent).action_retry()
        self.turn()
        self.turn(pull=True)
        self.assertEqual(reply.state, "done")
        self.assertNotEqual(case.contact_address, first)
        self.assertSaid(case, TEXT, "Le transporteur confirme la livraison.")

    def test_closed_meanwhile(self):
        """The discussion was closed at the marketplace and Odoo has not read it yet."""
        case = self.make_case()
        self.seller.change_discussion(int(case.remote_id), status="Closed")
        reply = self.answer(case)
        self.turn()
        self.assertEqual((reply.state, reply.code), ("rejected", "address_closed"))
        self.assertIn("The discussion is closed", reply.message)
        self.assertEqual(self.alarms(case.ticket_id), ["Reply: refused"])
        self.assertExecuted("smtp", 0)
        self.turn(pull=True)
        with self.refused("closed at .*: it takes no answer any more"):
            self.answer(case)
        self.assertFalse(case.with_user(self.agent).can_answer)

    def test_unknown_at_the_marketplace(self):
        case = self.make_case()
        self.seller.fault("GetDiscussionMailList", "item_error")
        reply = self.answer(case)
        self.turn()
        self.assertEqual((reply.state, reply.code), ("rejected", "address_not_found"))
        self.assertIn("does not know this discussion", reply.message)
        reply.with_user(self.agent).action_retry()
        self.turn()
        self.assertSaid(case, TEXT)

    def test_address_cannot_be_asked_for(self):
        case = self.make_case()
        for fault in ("reset_before", "html", "quota", "http500_after"):
            self.seller.fault("GetDiscussionMailList", fault)
        reply = self.answer(case)
        for _index in range(4):
            self.turn()
            self.assertEqual(reply.state, "pending")
            self.wait(hours=1)
        self.turn()
        self.assertEqual(reply.state, "sent")
        self.assertSaid(case, TEXT)

    # Contacts that we start ---------------------------------------------------------------------

    def test_we_start_with_the_address_of_the_order(self):
        """The discussion that the marketplace makes of it adopts our case: no second ticket."""
        order = self.read_order()
        address = self.seller.get_order(order.marketplace_ref)["relay_address"]
        case = self.contact(order)
        ticket = case.ticket_id
        self.assertEqual((case.remote_id, ticket.user_id), (False, self.agent))
        self.turn()
        self.assertEqual(case.contact_address, address)
        self.assertExecuted("GenerateDiscussionMailGuid", 0)
        (discussion,) = self.seller.state["discussions"]
        self.turn(pull=True)
        self.assertEqual(case.remote_id, str(discussion["id"]))
        self.assertEqual(case.operation_ids.state, "done")
        self.assertEqual(order.marketplace_case_ids, case)
        self.assertEqual(order.ticket_ids, ticket)
        self.assertSaid(case, FIRST)
        self.seller.say(discussion["id"], "Merci !")
        self.turn(pull=True)
        self.assertEqual(order.marketplace_case_ids, case)
        self.assertEqual((case.unread_count, bool(case.deadline)), (1, True))
        self.answer(case)
        self.turn()
        self.assertSaid(case, FIRST, TEXT)

    def test_we_start_with_a_generated_address(self):
        order = self.read_order()
        case = self.contact(order)

        def without_alias(answer):
            content = re.sub(rb"(<EncryptedEmail>)[^<]*", rb"\1", answer.content)
            return replace(answer, content=content)

        with self.wire("GetOrderList", change=without_alias):
            self.turn()
        self.assertExecuted("GenerateDiscussionMailGuid", 1)
        self.turn(pull=True)
        self.assertEqual(case.operation_ids.state, "done")
        self.assertSaid(case, FIRST)
        self.assertEqual(order.marketplace_case_ids, case)

    def test_second_contact_goes_on_in_the_open_discussion(self):
        order = self.read_order()
        case = self.contact(order)
        self.turn()
        self.turn(pull=True)
        self.assertEqual(self.contact(order, "Une question sur votre adresse."), case)
        self.turn()
        self.turn(pull=True)
        self.assertEqual(case.operation_ids.mapped("state"), ["done", "done"])
        self.assertSaid(case, FIRST, "Une question sur votre adresse.")
        self.assertEqual(order.ticket_ids, case.ticket_id)

    def test_new_contact_ends_in_the_closed_discussion(self):
        """The relay puts it into the thread of before: it is seen there, and not sent again."""
        order = self.read_order()
        case = self.contact(order)
        self.turn()
        self.turn(pull=True)
        case.with_user(self.agent).action_close()
        self.turn()
        self.assertFalse(case.is_open)
        second = self.contact(order, "Une question sur votre adresse.")
        self.assertNotEqual(second, case)
        self.turn()
        self.turn(pull=True)
        self.assertEqual(second.operation_ids.state, "done")
        self.assertSaid(case, FIRST, "Une question sur votre adresse.")
        self.wait(minutes=70)
        self.turn(pull=True)
        self.turn(pull=True)
        self.assertEqual(self.alarms(second.ticket_id), [])

    def test_order_shipped_over_four_weeks_ago(self):
        """Said before anything is written."""
        order = self.read_order()
        self.wait(days=29)
        with self.time():
            # Contacts may be allowed for longer than the relay gives addresses.
            self.account.contact_days = 90
            dialog = self.env["marketplace.answer"].with_user(self.agent)
            dialog = dialog.create({"sale_order_id": order.id, "body": FIRST})
            self.assertIn("shipped over 28 days ago", dialog.problem)
            with self.refused("shipped over 28 days ago"):
                dialog.action_send()
        self.assertFalse(order.marketplace_case_ids)
        self.turn()
        self.assertExecuted("smtp", 0)

    def test_too_old_only_for_the_marketplace(self):
        """Odoo does not know the date of shipment: the marketplace's own words are explained."""
        order = self.read_order(shipped_at=self.ago(days=29))
        case = self.contact(order)
        self.turn()
        reply = case.operation_ids
        self.assertEqual((reply.state, reply.code), ("rejected", "address_too_old"))
        self.assertIn("shipped over 28 days ago", reply.message)
        self.assertEqual(self.alarms(case.ticket_id), ["Reply: refused"])
        self.assertExecuted("smtp", 0)

    def test_contact_window(self):
        order = self.read_order(state="WaitingForShipmentAcceptation")
        self.assertEqual(self.account.contact_days, 28)
        self.wait(days=27)
        with self.time():
            case = self.contact(order)
        self.turn()
        self.assertEqual(case.operation_ids.state, "sent")
        self.wait(days=2)
        with self.time(), self.refused("only about current or recent orders"):
            self.contact(order, "Une seconde question.")
        self.assertEqual(order.marketplace_case_ids, case)

    def test_answers_know_no_contact_window(self):
        case = self.make_case()
        self.wait(days=100)
        self.seller.say(int(case.remote_id), "Encore moi.")
        with self.time():
            self.answer(case)
        self.turn()
        self.assertSaid(case, TEXT)

    def test_policy_counts_for_contacts_too(self):
        order = self.read_order()
        with self.refused("Marketplaces refuse"):
            self.contact(order, "Écrivez à moi@shop.example.")
        self.assertFalse(order.marketplace_case_ids)
        self.assertFalse(order.ticket_ids)
