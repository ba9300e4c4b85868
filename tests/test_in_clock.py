"""The reply clock, who is told of what, and what an account's first day brings."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .inbound_common import InboundCase, hours_ago


@tagged("post_install", "-at_install")
class TestClock(InboundCase):
    def test_starts_at_the_marketplaces_date_of_the_message(self):
        claim, case = self.pull_claim(timestamp=hours_ago(10))
        sent = case.message_ids.sent_at
        self.assertEqual(case.awaiting_since, sent)
        self.assertEqual(case.deadline, sent + timedelta(hours=48))
        self.assertEqual(case.ticket_id.marketplace_deadline, case.deadline)
        self.seller.say(claim["id"], "Et alors ?")
        self.run_job()
        self.assertEqual(case.awaiting_since, sent)  # the first one without an answer
        self.assertEqual(case.ticket_id.marketplace_unread, 2)

    def test_follows_the_accounts_hours(self):
        _claim, case = self.pull_claim()
        self.account.answer_hours = 24
        self.assertEqual(case.deadline, case.awaiting_since + timedelta(hours=24))

    def test_runs_until_the_answer_is_delivered(self):
        _claim, case = self.pull_claim()
        started = case.awaiting_since
        self.seller.fault("smtp", "silent")  # accepted, and never seen in the thread
        case.with_user(self.agent)._post_answer("Bonjour, nous regardons.")
        self.assertEqual(case.awaiting_since, started)
        self.run_job()
        self.assertEqual(case.answer_state, "sent")
        self.assertEqual(case.awaiting_since, started)

    def test_stops_at_the_answer_and_starts_again_at_the_next_message(self):
        claim, case = self.pull_claim(timestamp=hours_ago(3))
        case.with_user(self.agent)._post_answer("Bonjour, elle part demain.")
        self.run_job()
        self.assertFalse(case.awaiting_since or case.deadline or case.unread_count)
        self.seller.say(claim["id"], "Toujours rien")
        self.run_job()
        self.assertEqual(case.awaiting_since, case.message_ids.sorted("id")[-1].sent_at)

    def test_stops_where_a_manager_says_that_the_answer_arrived(self):
        _claim, case = self.pull_claim(timestamp=hours_ago(3))
        self.seller.fault("smtp", "silent")
        case.with_user(self.agent)._post_answer("Bonjour, elle part demain.")
        self.run_job()
        reply = case.operation_ids
        reply.sent_at = fields.Datetime.now() - timedelta(hours=2)
        self.run_job()
        self.assertEqual(reply.state, "unknown")
        self.assertTrue(case.deadline)
        reply.with_user(self.manager).action_happened()
        self.assertFalse(case.deadline)

    def test_automatic_acknowledgement_never_stops_it(self):
        self.seller.configure(options={"edition": "2020"})
        claim, case = self.pull_claim(timestamp=hours_ago(3))
        started = case.awaiting_since
        self.seller.say(claim["id"], "Votre message a bien été reçu.", sender="system")
        self.seller.say(claim["id"], "Nous suivons ce dossier.", sender="operator")
        self.run_job()
        self.assertEqual(len(case.message_ids), 3)
        self.assertEqual(case.awaiting_since, started)

    def test_no_answer_needed(self):
        claim, case = self.pull_claim(timestamp=hours_ago(3))
        case.ticket_id.with_user(self.agent).action_marketplace_no_answer()
        self.assertFalse(case.awaiting_since)
        self.assertIn("No answer needed", case.ticket_id.message_ids[0].body)
        self.seller.say(claim["id"], "Merci", timestamp=hours_ago(2.5))
        self.touch(claim)
        self.run_job()
        self.assertFalse(case.awaiting_since)  # written before the agent decided
        case.no_answer_at -= timedelta(minutes=5)
        self.seller.say(claim["id"], "Finalement si !")
        self.run_job()
        self.assertTrue(case.awaiting_since)

    def test_unknown_writer_counts_as_the_customer(self):
        claim, case = self.pull_claim()
        self.seller.say(claim["id"], "Répondu", sender="seller")
        self.run_job()
        self.assertFalse(case.awaiting_since)
        self.seller.say(claim["id"], "C'est moi, son mari.", sender_name="Monsieur X.")
        self.run_job()
        self.assertEqual(case.message_ids.sorted("id")[-1].sender_type, "unknown")
        self.assertTrue(case.awaiting_since)

    def test_closed_at_the_marketplace_asks_for_nothing(self):
        claim, case = self.pull_claim()
        self.seller.change_discussion(claim["id"], status="Closed")
        self.run_job()
        self.assertFalse(case.awaiting_since)
        self.assertTrue(case.closed_at)

    def test_reopened_case_asks_for_what_came_after_its_closing(self):
        claim, case = self.pull_claim(timestamp=hours_ago(40))
        self.seller.change_discussion(claim["id"], status="Closed")  # by the operator
        self.run_job()
        self.seller.say(claim["id"], "Je rouvre")
        self.run_job()
        self.assertTrue(case.is_open)
        self.assertEqual(case.unread_count, 1)
        self.assertEqual(case.awaiting_since, case.message_ids.sorted("id")[-1].sent_at)

    def test_old_messages_of_a_first_import_start_no_clock(self):
        self.account.import_start = fields.Datetime.now() - timedelta(days=10)
        old = self.make_claim(timestamp=hours_ago(24 * 6))
        new = self.make_claim(timestamp=hours_ago(24))
        self.run_job()
        old_case, new_case = self.get_case(old), self.get_case(new)
        self.assertFalse(old_case.deadline or old_case.unread_count)
        self.assertTrue(new_case.deadline)
        self.assertFalse(self.inbox_of(self.agent, old_case.ticket_id))
        self.assertTrue(self.inbox_of(self.agent, new_case.ticket_id))
        self.seller.say(old["id"], "Je reviens vers vous")
        self.run_job()
        self.assertTrue(old_case.deadline)
        self.assertEqual(old_case.unread_count, 1)

    def test_warning_once_per_clock(self):
        claim, case = self.pull_claim(timestamp=hours_ago(41))
        ticket = case.ticket_id
        self.assertEqual(len(ticket.activity_ids), 1)
        self.assertIn("deadline", ticket.activity_ids.summary)
        self.run_job()
        self.assertEqual(len(ticket.activity_ids), 1)
        ticket.activity_ids.unlink()
        self.run_job()
        self.assertFalse(ticket.activity_ids)  # done by hand: said once is enough
        case.with_user(self.agent)._post_answer("Bonjour, elle part demain.")
        self.run_job()
        self.seller.say(claim["id"], "Merci, et la suite ?")
        self.run_job()
        self.assertFalse(case.warned)

    def test_no_warning_while_time_is_left(self):
        _claim, case = self.pull_claim(timestamp=hours_ago(30))
        self.assertFalse(case.warned or case.ticket_id.activity_ids)


@tagged("post_install", "-at_install")
class TestNotices(InboundCase):
    def test_team_is_told_once_until_it_has_read(self):
        claim, case = self.pull_claim()
        ticket = case.ticket_id
        for user in (self.agent, self.manager):
            self.assertEqual(len(self.inbox_of(user, ticket)), 1)
        self.seller.say(claim["id"], "Alors ?")
        self.run_job()
        self.assertEqual(len(self.inbox_of(self.agent, ticket)), 1)
        self.inbox_of(self.agent, ticket).is_read = True
        self.seller.say(claim["id"], "Répondez !")
        self.run_job()
        self.assertEqual(len(self.inbox_of(self.agent, ticket)), 2)

    def test_assigned_agent_alone_is_told(self):
        claim, case = self.pull_claim()
        ticket = case.ticket_id
        ticket.user_id = self.agent
        self.inbox_of(self.agent + self.manager, ticket).unlink()
        self.seller.say(claim["id"], "Alors ?")
        self.run_job()
        self.assertTrue(self.inbox_of(self.agent, ticket))
        self.assertFalse(self.inbox_of(self.manager, ticket))

    def test_many_tickets_at_once_are_told_too(self):
        claims = [self.make_claim(text=f"Bonjour {n}") for n in range(15)]
        self.run_job()
        tickets = (
            self.env["marketplace.case"]
            .search([("remote_id", "in", [str(c["id"]) for c in claims])])
            .ticket_id
        )
        self.assertEqual(len(tickets), 15)
        self.assertEqual(len(self.inbox_of(self.agent, tickets)), 15)

    def test_operators_word_is_told_without_a_clock(self):
        claim, case = self.pull_claim()
        self.seller.say(claim["id"], "Répondu", sender="seller")
        self.run_job()
        self.inbox_of(self.agent, case.ticket_id).is_read = True
        self.seller.say(claim["id"], "Merci de rembourser.", sender="operator")
        self.run_job()
        unread = self.inbox_of(self.agent, case.ticket_id).filtered(lambda n: not n.is_read)
        self.assertEqual(len(unread), 1)
        self.assertFalse(case.awaiting_since)

    def test_own_words_tell_nobody(self):
        claim, case = self.pull_claim()
        self.inbox_of(self.agent, case.ticket_id).is_read = True
        self.seller.say(claim["id"], "Répondu ailleurs", sender="seller")
        self.run_job()
        self.assertFalse(
            self.inbox_of(self.agent, case.ticket_id).filtered(lambda n: not n.is_read)
        )

    def test_nobody_is_mailed_by_what_comes_in(self):
        last = self.env["mail.mail"].search([], order="id desc", limit=1).id
        self.agent.notification_type = "email"
        claim, _case = self.pull_claim(timestamp=hours_ago(41))
        self.seller.say(claim["id"], "Alors ?")
        self.run_job()
        mailed = self.mails_since(last).recipient_ids
        self.assertFalse(mailed - (self.agent + self.manager).partner_id)
        self.assertFalse(self.mails_since(last).filtered("email_to"))
