"""Messages of a thread arrive once, in order, harmless, and with their writer."""

from odoo.tests import tagged

from .inbound_common import InboundCase, hours_ago
from .sandbox_api import Seller


@tagged("post_install", "-at_install")
class TestMessages(InboundCase):
    def test_polling_again_doubles_nothing(self):
        claim, case = self.pull_claim()
        ticket = case.ticket_id
        before = len(ticket.message_ids)
        self.run_job()
        self.seller.say(claim["id"], "Toujours rien ?")
        self.run_job()
        self.run_job()
        self.assertEqual(self.get_case(claim), case)
        self.assertEqual(case.ticket_id, ticket)
        self.assertEqual(len(ticket.message_ids), before + 1)
        self.assertEqual(
            self.bodies(case),
            [("customer", "Bonjour, la lampe est fêlée."), ("customer", "Toujours rien ?")],
        )

    def test_overlapping_windows_read_late_changes(self):
        self.run_job()
        late = self.make_claim(timestamp=hours_ago(1))
        self.run_job()
        self.assertEqual(self.get_case(late).message_ids.sender_type, "customer")

    def test_reading_a_stream_again_doubles_nothing(self):
        claim, case = self.pull_claim()
        total = self.env["marketplace.message"].search_count([])
        self.get_stream("claims")._read_again(self.account.import_start)
        self.run_job()
        self.assertEqual(self.env["marketplace.message"].search_count([]), total)
        self.assertEqual(self.get_case(claim), case)

    def test_messages_out_of_order_stand_at_their_time(self):
        claim, case = self.pull_claim(text="Deuxième", timestamp=hours_ago(2))
        self.seller.say(claim["id"], "Premier", timestamp=hours_ago(3))
        self.touch(claim)
        self.run_job()
        self.assertEqual(self.bodies(case), [("customer", "Premier"), ("customer", "Deuxième")])
        first = case.message_ids.sorted("sent_at")[0]
        self.assertEqual(case.awaiting_since, first.sent_at)
        self.assertEqual(first.mail_message_id.date, first.sent_at)

    def test_equal_texts_at_other_times_are_two_messages(self):
        claim, case = self.pull_claim(text="Alors ?", timestamp=hours_ago(2))
        self.seller.say(claim["id"], "Alors ?", timestamp=hours_ago(1))
        self.touch(claim)
        self.run_job()
        self.assertEqual(len(case.message_ids), 2)

    def test_edited_message_keeps_the_old_text(self):
        claim, case = self.pull_claim(text="La lampe est verte", timestamp=hours_ago(2))
        self.seller.change_discussion(claim["id"], messages=[{"content": "La lampe est rouge"}])
        self.run_job()
        old, new = case.message_ids.sorted("id")
        self.assertTrue(old.is_superseded)
        self.assertFalse(new.is_superseded)
        self.assertIn("verte", old.body)
        self.assertIn("rouge", new.body)
        self.assertEqual(case.unread_count, 1)
        self.run_job()
        self.assertEqual(len(case.message_ids), 2)

    def test_question_becomes_a_claim(self):
        question = self.make_claim(self.make_order(), kind="order_question")
        self.run_job()
        case = self.get_case(question)
        self.assertEqual(case.kind, "order_question")
        self.seller.change_discussion(question["id"], kind="claim")
        self.run_job()
        self.assertEqual(self.get_case(question), case)
        self.assertEqual(case.kind, "claim")
        self.assertEqual(case.ticket_id.marketplace_kind, "claim")
        self.assertEqual(len(case.message_ids), 1)

    def test_customer_reopens_a_closed_ticket(self):
        claim, case = self.pull_claim()
        self.seller.say(claim["id"], "Voilà", sender="seller")
        self.seller.change_discussion(claim["id"], status="Closed")
        self.run_job()
        ticket = case.ticket_id
        self.assertTrue(ticket.stage_id.closed)
        self.assertFalse(case.is_open)
        self.assertFalse(case.deadline)
        self.seller.say(claim["id"], "Cela recommence")
        self.run_job()
        self.assertFalse(ticket.stage_id.closed)
        self.assertTrue(case.is_open)
        self.assertTrue(case.deadline)

    def test_own_answer_coming_back_is_recognised(self):
        _claim, case = self.pull_claim()
        bubble = case.with_user(self.agent)._post_answer("Bonjour, nous vous la remplaçons demain.")
        self.run_job()
        answer = case.message_ids.filtered(lambda m: m.sender_type == "seller")
        self.assertEqual(answer.mail_message_id.id, bubble.id)
        self.assertEqual(answer.operation_id.state, "done")
        self.assertEqual(case.answer_state, "seen")
        texts = [m for m in case.ticket_id.message_ids if "remplaçons" in (m.body or "")]
        self.assertEqual(len(texts), 1)

    def test_two_equal_answers_are_two_operations(self):
        _claim, case = self.pull_claim()
        text = "Bonjour, c'est noté, merci de votre patience."
        case.with_user(self.agent)._post_answer(text)
        case.with_user(self.agent)._post_answer(text)
        self.run_job()
        self.run_job()
        answers = case.message_ids.filtered(lambda m: m.sender_type == "seller")
        self.assertEqual(len(answers), 2)
        self.assertEqual(len(answers.operation_id), 2)
        self.assertEqual(len(answers.mail_message_id), 2)

    def test_a_stranger_who_quotes_our_answer_is_not_taken_for_it(self):
        claim, case = self.pull_claim()
        case.with_user(self.agent)._post_answer("Bonjour, nous vous la remplaçons demain.")
        self.seller.fault("smtp", "silent")
        self.run_job()
        self.seller.say(
            claim["id"],
            "Non merci ! > Bonjour, nous vous la remplaçons demain.",
            sender_name="Madame D.",
        )
        self.run_job()
        self.assertEqual(case.message_ids.sorted("id")[-1].sender_type, "unknown")
        self.assertFalse(case.message_ids.operation_id)
        self.assertEqual(case.answer_state, "sent")

    def test_answer_given_in_the_back_office_is_imported(self):
        claim, case = self.pull_claim()
        self.seller.say(claim["id"], "Répondu ailleurs", sender="seller")
        self.run_job()
        self.assertEqual(self.bodies(case)[-1], ("seller", "Répondu ailleurs"))
        self.assertFalse(case.awaiting_since)

    def test_two_accounts_with_the_same_discussion_number(self):
        other_seller = Seller()
        other = self._make_account(other_seller)
        mine = self.make_claim(self.make_order(), text="Chez moi", id=77_000_001)
        order = other_seller.order(lines=[self.line("REF-1", 10.0)])
        other_seller.discussion(
            text="Chez l'autre", kind="claim", id=77_000_001, order_number=order["number"]
        )
        self.run_job()
        self.run_job(other)
        case, twin = self.get_case(mine), self.get_case(mine, other)
        self.assertEqual(len(case | twin), 2)
        self.assertNotEqual(case.ticket_id, twin.ticket_id)
        self.assertEqual(self.bodies(case), [("customer", "Chez moi")])
        self.assertEqual(self.bodies(twin), [("customer", "Chez l'autre")])

    def test_markup_is_shown_and_never_run(self):
        text = 'Voyez <script>alert(1)</script> <img src="http://spy.example/p.png"/> & merci'
        _claim, case = self.pull_claim(text=text)
        message = case.message_ids.mail_message_id
        for html in (message.body, case.ticket_id.description):
            self.assertNotIn("<script", html)
            self.assertNotIn("<img", html)
            self.assertIn("&lt;script&gt;", html)
        self.assertIn("<script>", case.last_message_preview)

    def test_question_before_sale(self):
        question = self.seller.discussion(kind="offer_question", text="Existe-t-elle en bleu ?")
        self.run_job()
        case = self.get_case(question)
        self.assertEqual(case.kind, "offer_question")
        self.assertFalse(case.sale_order_id or case.order_ref)
        ticket = case.ticket_id.with_user(self.agent)
        self.assertFalse(ticket.sale_order_ids or ticket.partner_id)
        self.assertIn("bleu", ticket.message_ids[0].body)
        case.with_user(self.agent)._post_answer("Bonjour, oui, dès lundi.")
        self.run_job()
        self.assertEqual(case.answer_state, "seen")

    def test_operator_writes_internally(self):
        claim, case = self.pull_claim()
        self.seller.say(claim["id"], "Merci de répondre sous 24 h.", sender="operator")
        self.run_job()
        message = case.message_ids.sorted("id")[-1]
        self.assertEqual(message.sender_type, "operator")
        self.assertTrue(message.mail_message_id.is_internal)

    def test_senders_come_from_the_marketplace_where_it_names_them(self):
        self.seller.configure(options={"edition": "2020"})
        claim, case = self.pull_claim()
        for sender in ("system", "operator", "seller"):
            self.seller.say(claim["id"], f"de {sender}", sender=sender, sender_name="Dupont")
        self.run_job()
        self.assertEqual(
            case.message_ids.sorted("id").mapped("sender_type"),
            ["customer", "system", "operator", "seller"],
        )

    def test_ticket_shows_customer_order_and_no_address(self):
        order = self.make_order(customer={"first_name": "Ana", "last_name": "Petit"})
        claim = self.make_claim(order)
        self.run_job()
        ticket = self.get_case(claim).ticket_id.with_user(self.agent)
        self.assertEqual(ticket.partner_name, "Ana Petit")
        self.assertFalse(ticket.partner_email)
        self.assertFalse(ticket.partner_id.email)
        self.assertEqual(ticket.sale_order_ids.marketplace_ref, order["number"])
        self.assertEqual(ticket.team_id, self.team)
        self.assertRegex(ticket.number, r"^HT\d+$")
