"""Support tickets: read here, answered in the store manager, or from here where the site can."""

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..connectors.errors import NotSentError, RefusedError
from .sandbox_api import URL
from .woo_case import WooCase


class TicketCase(WooCase):
    def setUp(self):
        super().setUp()
        self.vendor = self.make_vendor_account()
        self.remote_order = self.make_order()

    def make_case(self, order=None, text="The lamp is broken.", **values):
        return self.read_ticket(self.vendor, order or self.remote_order, text, **values)

    def number(self, case):
        return case.remote_id.partition(":")[2]

    def as_agent(self, record):
        return record.with_user(self.agent)


@tagged("post_install", "-at_install")
class TestWooHandoff(TicketCase):
    def test_a_ticket_with_its_order_and_no_answer(self):
        case = self.make_case()
        order = self.find_order(self.remote_order, self.vendor)
        self.assertEqual((case.kind, case.sale_order_id), ("support_ticket", order))
        self.assertEqual(case.ticket_id.partner_id, order.partner_id)
        self.assertTrue(case.awaiting_since)
        ticket = self.as_agent(case.ticket_id)
        self.assertFalse(ticket.can_marketplace_answer)
        self.assertTrue(ticket.marketplace_is_handoff)
        with self.refused("Done There"):
            self.answer(case)
        with self.refused("Done There"):
            ticket.message_post(
                body="Sorry!", message_type="comment", subtype_xmlid="mail.mt_comment"
            )

    def test_it_opens_in_the_store_manager(self):
        case = self.make_case()
        action = self.as_agent(case.ticket_id).action_marketplace_open_handoff()
        link = f"{self.seller.url}/store-manager/support-manage/{self.number(case)}/"
        self.assertEqual((action["type"], action["url"]), ("ir.actions.act_url", link))

    def test_a_told_link_of_another_site_is_not_kept(self):
        case = self.make_case()
        usual = case.handoff_url
        for url in ("https://evil.example/store-manager/1/", "javascript:alert(1)", "//x"):
            case.handoff_url = url
            self.assertEqual(case.handoff_url, usual)
        case.handoff_url = f"{URL}/elsewhere/support-manage/7/"
        self.assertEqual(case.handoff_url, f"{URL}/elsewhere/support-manage/7/")

    def test_done_there_stops_the_clock_and_says_who(self):
        case = self.make_case()
        self.as_agent(case.ticket_id).action_marketplace_done_there()
        self.assertFalse(case.awaiting_since)
        self.assertTrue(case.is_done_there)
        self.assertEqual(case.done_there_by_id, self.agent)
        self.assertTrue(case.done_there_at)
        note = case.ticket_id.message_ids[:1]
        self.assertIn("Done there", note.body)
        self.assertTrue(note.is_internal or note.subtype_id.internal)
        self.assertEqual(self.seller.get_ticket(self.number(case))["replies"], [])
        self.turn(pull=True, account=self.vendor)
        self.assertFalse(case.awaiting_since)

    def test_done_there_is_for_agents(self):
        case = self.make_case()
        clerk = self._make_user("clerk", "base.group_user")
        with self.assertRaises(AccessError):
            case.with_user(clerk).action_done_there()
        with self.assertRaises(AccessError):
            self.as_agent(case).done_there_at = False

    def test_closed_there_closes_here(self):
        case = self.make_case()
        self.seller.change_ticket(self.number(case), status="close")
        self.turn(pull=True, account=self.vendor)
        self.assertFalse(case.is_open)
        self.assertFalse(case.awaiting_since)
        self.assertTrue(case.ticket_id.stage_id.closed)

    def test_reopened_by_the_customer_starts_the_clock_again(self):
        case = self.make_case()
        self.as_agent(case.ticket_id).action_marketplace_done_there()
        number = self.number(case)
        self.seller.reply_ticket(number, "We send a new one.", by="vendor", status="close")
        self.turn(pull=True, account=self.vendor)
        self.assertTrue(case.ticket_id.stage_id.closed)
        self.wait(minutes=2)
        self.seller.reply_ticket(number, "It did not come.", status="open")
        self.turn(pull=True, account=self.vendor)
        self.assertTrue(case.is_open)
        self.assertTrue(case.awaiting_since)
        self.assertFalse(case.is_done_there)
        self.assertFalse(case.ticket_id.stage_id.closed)
        self.assertIn("shown there only", case.ticket_id.message_ids[:1].body)
        with self.time():
            self.as_agent(case.ticket_id).action_marketplace_done_there()
        self.assertFalse(case.awaiting_since)

    def test_an_observing_account_can_be_done_there(self):
        case = self.make_case()
        self.vendor.action_observe()
        self.as_agent(case.ticket_id).action_marketplace_done_there()
        self.assertFalse(case.awaiting_since)

    def test_other_sellers_tickets_are_never_stored(self):
        order = self.make_order(lines=[self.line("REF-9", 5, vendor="stranger")])
        ticket = self.seller.ticket(order["id"], "For somebody else")
        self.turn(pull=True, account=self.vendor)
        self.assertFalse(self.find_case(self.vendor, "ticket", ticket))


@tagged("post_install", "-at_install")
class TestWooTicketRoutes(TicketCase):
    """The site offers calls of its own for single tickets."""

    options = {"ticket_routes": True}

    def test_it_is_answered_from_here_and_closed_with_the_answer(self):
        case = self.make_case()
        ticket = self.as_agent(case.ticket_id)
        self.assertTrue(ticket.can_marketplace_answer)
        self.assertFalse(ticket.marketplace_is_handoff)
        dialog = self.env["marketplace.answer"].with_user(self.agent)
        dialog = dialog.create({"case_id": case.id, "body": "We send a new one."})
        self.assertTrue(dialog.close_after)
        dialog.action_send()
        self.turn(account=self.vendor)
        remote = self.seller.get_ticket(self.number(case))
        self.assertEqual([reply["text"] for reply in remote["replies"]], ["We send a new one."])
        self.assertEqual(remote["status"], "close")
        self.turn(pull=True, account=self.vendor)
        self.assertFalse(case.is_open)
        self.assertTrue(case.ticket_id.stage_id.closed)
        self.assertFalse(case.awaiting_since)

    def test_it_stays_open_where_an_answer_is_awaited(self):
        case = self.make_case()
        self.wait(minutes=2)
        self.answer(case, "Which lamp is it?", close_after=False)
        self.turn(account=self.vendor)
        self.assertEqual(self.seller.get_ticket(self.number(case))["status"], "open")
        self.assertFalse(case.awaiting_since)
        self.wait(minutes=2)
        self.seller.reply_ticket(self.number(case), "The big one.")
        self.turn(pull=True, account=self.vendor)
        self.assertTrue(case.awaiting_since)
        senders = case.message_ids.sorted("sent_at").mapped("sender_type")
        self.assertEqual(senders, ["customer", "seller", "customer"])

    def test_done_there_is_not_for_these(self):
        case = self.make_case()
        with self.refused("answered from here"):
            self.as_agent(case).action_done_there()

    def test_the_account_may_choose_not_to_close(self):
        self.vendor.close_after_answer = False
        case = self.make_case()
        dialog = self.env["marketplace.answer"].with_user(self.agent).create({"case_id": case.id})
        self.assertFalse(dialog.close_after)

    def test_a_site_that_loses_its_calls_hands_off_again(self):
        case = self.make_case()
        self.seller.configure(options={"ticket_routes": False})
        self.seller.ticket(self.remote_order["id"], "A second one", line=1)
        self.turn(pull=True, account=self.vendor)
        self.assertFalse(case.can_answer)
        self.assertTrue(case.is_handoff)

    def say_in_chatter(self, case, text):
        ticket = self.as_agent(case.ticket_id)
        ticket.message_post(
            body=text,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            marketplace_shown=ticket.marketplace_shown,
        )

    def test_an_answer_from_the_chatter_closes_too_and_says_so(self):
        case = self.make_case()
        shown = self.as_agent(case.ticket_id).marketplace_shown
        self.assertIn("closes the support ticket", shown["seen_by"])
        self.say_in_chatter(case, "We send a new one.")
        self.turn(account=self.vendor)
        self.assertEqual(self.seller.get_ticket(self.number(case))["status"], "close")
        self.turn(pull=True, account=self.vendor)
        self.assertTrue(case.ticket_id.stage_id.closed)

    def test_the_chatter_closes_nothing_where_the_account_does_not(self):
        self.vendor.close_after_answer = False
        case = self.make_case()
        self.assertNotIn("closes", self.as_agent(case.ticket_id).marketplace_shown["seen_by"])
        self.say_in_chatter(case, "Which lamp is it?")
        self.turn(account=self.vendor)
        self.assertEqual(self.seller.get_ticket(self.number(case))["status"], "open")

    def test_the_dialog_waits_for_another_where_its_writer_says_so(self):
        case = self.make_case()
        action = self.as_agent(case.ticket_id).action_marketplace_answer()
        wizard = self.env["marketplace.answer"].with_user(self.agent)
        form = Form(wizard.with_context(**action["context"]))
        self.assertTrue(form.close_after)
        form.body = "Which lamp is it?"
        form.close_after = False
        form.save().action_send()
        self.turn(account=self.vendor)
        self.assertEqual(self.seller.get_ticket(self.number(case))["status"], "open")

    def test_a_corrected_answer_closes_as_the_first_one_would_have(self):
        case = self.make_case()
        operation = self.answer(case, "We send a new one.", close_after=True)
        with self.wire("wcfm.ticket_reply", before=RefusedError("No.", "no")):
            self.turn(account=self.vendor)
        self.assertEqual(operation.state, "rejected")
        action = operation.with_user(self.agent).action_correct()
        dialog = self.env["marketplace.answer"].with_user(self.agent)
        dialog.with_context(**action["context"]).create({"body": "A new one."}).action_send()
        self.turn(account=self.vendor)
        self.assertEqual(self.seller.get_ticket(self.number(case))["status"], "close")

    def test_a_passing_failure_is_no_answer_about_the_routes(self):
        case = self.make_case()
        operation = self.answer(case, "We send a new one.")
        for code in ("no_connection", "quota"):
            with self.wire("wcfm.routes", before=NotSentError("Later.", code)):
                self.turn(account=self.vendor)
                self.turn(pull=True, account=self.vendor)
            self.assertEqual(operation.state, "pending")
            self.assertFalse(case.is_handoff)
        self.wait(hours=1)
        self.turn(account=self.vendor)
        self.assertEqual(operation.state, "done")


@tagged("post_install", "-at_install")
class TestWooTicketRoutesLater(TicketCase):
    def test_a_site_that_gains_its_calls_is_answered_from_here(self):
        """Nobody presses anything: the next reading finds them, and what was written before."""
        case = self.make_case()
        number = self.number(case)
        self.seller.reply_ticket(number, "The big one, I mean.")
        self.turn(pull=True, account=self.vendor)
        self.assertTrue(case.is_handoff)
        self.assertEqual(len(case.message_ids), 1)
        self.seller.configure(options={"ticket_routes": True})
        self.turn(pull=True, account=self.vendor)
        self.assertFalse(case.is_handoff)
        self.assertTrue(self.as_agent(case.ticket_id).can_marketplace_answer)
        self.assertEqual(len(case.message_ids), 2)
        self.answer(case, "We send a new one.")
        self.turn(account=self.vendor)
        replies = [reply["text"] for reply in self.seller.get_ticket(number)["replies"]]
        self.assertEqual(replies, ["The big one, I mean.", "We send a new one."])
