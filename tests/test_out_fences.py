"""What people and other workers do while the job is in the middle of something."""

from unittest.mock import patch

from odoo.addons.marketplace_helpdesk.connectors.cdiscount.client import CdiscountClient
from odoo.tests import tagged

from .out_case import OutCase


@tagged("post_install", "-at_install")
class TestFences(OutCase):
    def test_decision_while_the_job_asks(self):
        """A manager decides while the marketplace is being asked: the job leaves it alone."""
        case = self.make_case()
        self.seller.fault("CreateRefundVoucher", "reset_before")
        operation = self.refund(case.sale_order_id, "REF-1").operation_ids
        self.turn()
        self.assertEqual(operation.state, "unknown")
        find = CdiscountClient.find
        manager = operation.with_user(self.manager)

        def decide_meanwhile(client, *args):
            finding = find(client, *args)
            manager.action_happened()
            manager.env.flush_all()
            return finding

        self.wait(minutes=95)
        with patch.object(CdiscountClient, "find", decide_meanwhile):
            self.turn()
        self.turn()
        self.assertEqual(operation.state, "done")
        self.assertEqual(operation.decided_by_id, self.manager)
        self.assertEqual(self.seller.count("CreateRefundVoucher")[1], 0)

    def test_subject_with_line_ends(self):
        """Remote text in the subject stops neither the answer nor the job."""
        case = self.make_case(subject="Colis\nabîmé")
        operation = self.answer(case, "Nous vous renvoyons le colis demain.")
        self.turn(pull=True)
        self.turn(pull=True)
        self.assertEqual(operation.state, "done")
        self.assertEqual(self.seller.state["mails"][-1]["subject"], "Colis abîmé")

    def test_closing_waits_for_the_newest_answer(self):
        case = self.make_case()
        first = self.answer(case, "Nous cherchons votre colis auprès du transporteur.")
        second = self.answer(case, "Il est retrouvé et arrive demain chez vous.")
        case.with_user(self.agent).action_close()
        closing = case.operation_ids.filtered(lambda o: o.kind == "close")
        self.assertEqual(closing.after_id, second)
        third = self.answer(case, "Et voici encore le bon de retour promis.")
        case.with_user(self.agent).action_close()
        self.assertEqual(closing.after_id, third)
        for _turn in range(4):
            self.turn(pull=True)
        self.assertEqual((first + second + third + closing).mapped("state"), ["done"] * 4)
        thread = self.seller.get_discussion(int(case.remote_id))
        self.assertEqual(thread["status"], "Closed")
        self.assertEqual(len(thread["messages"]), 4)

    def test_echo_of_the_longer_answer(self):
        """Two answers that begin alike: each is confirmed by its own echo."""
        case = self.make_case()
        self.seller.fault("smtp", "silent")
        short = self.answer(case, "Bonjour, votre colis est parti ce matin.")
        long = self.answer(case, "Bonjour, votre colis est parti ce matin. Voici le suivi promis.")
        self.turn(pull=True)
        self.turn(pull=True)
        self.assertEqual((short.state, long.state), ("sent", "done"))

    def test_short_words_of_a_stranger(self):
        """An answer that never left is not confirmed by a stranger's equal word."""
        case = self.make_case()
        self.seller.fault("smtp", "temporary", times=9)
        operation = self.answer(case, "merci")
        self.turn(pull=True)
        self.seller.say(int(case.remote_id), "merci", sender="customer", sender_name="Une voisine")
        self.turn(pull=True)
        self.assertEqual(operation.state, "pending")

    def test_waiting_for_ever_is_loud(self):
        case = self.make_case()
        self.seller.fault("smtp", "temporary", times=99)
        operation = self.answer(case, "Nous vous répondons au plus vite, promis.")
        for _turn in range(5):
            self.turn(pull=True)
            self.wait(hours=1)
        self.assertEqual(operation.state, "pending")
        self.assertIn("Reply: still waiting to be sent", self.alarms(case.ticket_id))

    def test_partly_refused_is_loud(self):
        case = self.make_case()
        self.seller.fault("CreateRefundVoucher", "item_error", index=1)
        refund = self.refund(case.sale_order_id)
        self.turn(pull=True)
        self.assertEqual(refund.state, "partial")
        self.assertIn("Refund: refused in part", self.alarms(case.ticket_id))

    def test_ticket_reopened_by_an_agent_stays_open(self):
        case = self.make_case()
        self.answer(case, "Voilà, tout est réglé de notre côté.")
        case.with_user(self.agent).action_close()
        self.turn(pull=True)
        self.turn(pull=True)
        ticket = case.ticket_id.with_user(self.agent)
        self.assertTrue(ticket.stage_id.closed)
        ticket.stage_id = self.team._get_applicable_stages().filtered(lambda s: not s.closed)[:1]
        self.turn(pull=True)
        self.assertFalse(ticket.stage_id.closed)

    def test_bounce_of_one_answer(self):
        """A bounce marks its own answer, not the others to the same address."""
        case = self.make_case()
        self.seller.fault("smtp", "silent", times=2)
        first = self.answer(case, "Première réponse qui se perd en chemin.")
        second = self.answer(case, "Seconde réponse qui se perd aussi.")
        self.turn(pull=True)
        self.env["marketplace.operation"]._record_bounce(first.mail_message_id)
        self.assertEqual((first.state, second.state), ("rejected", "sent"))

    def test_texts_speak_the_language_of_whoever_asked(self):
        self.agent.lang = "fr_FR"
        case = self.make_case()
        self.seller.fault("smtp", "reject")
        operation = self.answer(case, "Bonjour, votre remboursement est en route.")
        self.turn()
        self.assertEqual(operation.state, "rejected")
        self.assertIn("serveur", operation.message)
        refund = self.refund(case.sale_order_id, "REF-1")
        self.turn()
        self.assertIn("accepté", case.ticket_id.message_ids.filtered("body")[0].body)
        self.assertEqual(refund.state, "accepted")

    def test_two_accounts_of_one_login(self):
        twin = self._make_twin()
        with self.refused("with the same login already"):
            twin.action_enable()
        self.account.action_disable()
        twin.action_enable()
        self.assertEqual(twin.state, "enabled")

    def _make_twin(self):
        return self.env["marketplace.account"].create(
            {
                "name": "Twin",
                "provider": "cdiscount",
                "team_id": self.team.id,
                "login": self.seller.login,
                "password_input": self.seller.password,
                "service_url": self.account.service_url,
                "token_url": self.account.token_url,
                "sender_email": "care@shop.example",
            }
        )

    def test_ticket_with_an_open_case_stays(self):
        case = self.make_case()
        with self.refused("close it first"):
            case.ticket_id.unlink()

    def test_sender_that_odoo_would_replace(self):
        """Without a server of its own the answer would leave from Odoo's notification address."""
        self.account.mail_server_id = False
        self.company.alias_domain_id = self.env["mail.alias.domain"].create(
            {"name": "odoo.example", "default_from": "notifications"}
        )
        case = self.make_case()
        operation = self.answer(case)
        self.turn()
        self.assertEqual((operation.state, operation.code), ("rejected", "mail_sender"))
        self.assertIn("notifications@odoo.example", operation.message)
        self.account.mail_server_id = self.mail_server
        operation.with_user(self.agent).action_retry()
        self.turn(pull=True)
        self.assertEqual(operation.state, "done")
        self.assertEqual(self.seller.state["mails"][-1]["from"], "care@shop.example")

    def test_warning_of_the_deadline_ends_with_the_answer(self):
        case = self.make_case()
        self.wait(hours=41)
        self.turn()
        self.assertIn("Answer before the marketplace's deadline", self.alarms(case.ticket_id))
        self.answer(case)
        self.turn(pull=True)
        self.turn(pull=True)
        self.assertFalse(case.deadline)
        self.assertEqual(self.alarms(case.ticket_id), [])
