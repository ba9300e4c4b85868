"""Threads of Mirakl become cases: who speaks to whom, about what, and until when."""

from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.tests import tagged

from .mirakl_case import MiraklCase


def ago(**delta):
    """A moment of the past, as the sandbox takes it."""
    return (datetime.now(timezone.utc) - timedelta(**delta)).isoformat(timespec="seconds")


class ThreadCase(MiraklCase):
    def bodies(self, case):
        """(sender, text) of the thread as people read it, oldest first."""
        return [(m.sender_type, m.mail_message_id.preview) for m in case.message_ids]

    def inbox_of(self, user, ticket):
        """Unread notices that a user has about a ticket."""
        return self.env["mail.notification"].search(
            [
                ("res_partner_id", "=", user.partner_id.id),
                ("notification_type", "=", "inbox"),
                ("is_read", "=", False),
                ("mail_message_id.model", "=", "helpdesk.ticket"),
                ("mail_message_id.res_id", "=", ticket.id),
            ]
        )


@tagged("post_install", "-at_install")
class TestMiraklThreads(ThreadCase):
    def test_thread_about_an_order(self):
        order = self.make_order(customer={"firstname": "Karim", "lastname": "Berger"})
        case = self.make_case(order)
        self.assertEqual((case.kind, case.order_ref), ("order_question", order["number"]))
        self.assertEqual(case.sale_order_id.marketplace_ref, order["number"])
        self.assertTrue(case.keeps_clock)
        self.assertEqual(set(case.participants.split(",")), {"customer", "operator"})
        self.assertEqual(self.bodies(case), [("customer", "Hallo, die Lampe ist zerbrochen.")])
        ticket = case.ticket_id.with_user(self.agent)
        self.assertEqual(ticket.partner_name, "Karim Berger")
        self.assertFalse(ticket.partner_email or ticket.partner_id.email)
        self.assertEqual(ticket.sale_order_ids, case.sale_order_id)
        self.assertTrue(self.inbox_of(self.agent, ticket))

    def test_polling_again_doubles_nothing(self):
        case = self.make_case()
        count = len(case.ticket_id.message_ids)
        self.seller.say(case.remote_id, "Noch immer zerbrochen.")
        for _reading in range(3):
            self.turn(pull=True)
        self.assertEqual(len(case.message_ids), 2)
        self.assertEqual(len(case.ticket_id.message_ids), count + 1)

    def test_everybody_by_the_type_of_a_user(self):
        """Senders end in _USER, recipients do not (contract 2, 30)."""
        case = self.make_case()
        self.seller.say(case.remote_id, "Bitte antworten.", sender="operator", to=["SHOP"])
        self.seller.say(
            case.remote_id, "Wir sehen nach.", sender="shop", to=["CUSTOMER", "OPERATOR"]
        )
        self.turn(pull=True)
        self.assertEqual(case.message_ids.mapped("sender_type"), ["customer", "operator", "seller"])
        self.assertEqual(
            [
                set(recipients.split(",")) if recipients else set()
                for recipients in case.message_ids.mapped("recipients")
            ][1:],
            [set(), {"customer", "operator"}],
        )
        operator = case.message_ids[1].mail_message_id
        self.assertTrue(operator.is_internal)
        self.assertEqual(operator.marketplace_sender, "operator")

    def test_operator_who_writes_to_the_customer_too_stays_internal(self):
        case = self.make_case()
        self.seller.say(case.remote_id, "An beide.", sender="operator", to=["SHOP", "CUSTOMER"])
        self.turn(pull=True)
        message = case.message_ids[1]
        self.assertIn("customer", message.recipients)
        self.assertEqual(message.sender_type, "operator")
        self.assertTrue(message.mail_message_id.is_internal)

    def test_operator_alone(self):
        """No order: a ticket too, named after the marketplace."""
        thread = self.make_thread(text="Bitte erneuern Sie Ihre Unterlagen.")
        self.turn(pull=True)
        case = self.get_case(thread)
        self.assertEqual(case.kind, "conversation")
        self.assertFalse(case.order_ref or case.sale_order_id)
        self.assertEqual(case.participants, "operator")
        self.assertEqual(case.customer_name, self.account.name)
        self.assertEqual(case.ticket_id.partner_name, self.account.name)
        self.assertFalse(case.ticket_id.stage_id.closed)
        self.assertTrue(self.inbox_of(self.agent, case.ticket_id))

    def test_whole_history_of_a_first_import(self):
        """Not only the newest message of the customer (contract 2, 25)."""
        order = self.make_order()
        thread = self.make_thread(order, text="Nachricht 0", at=ago(hours=5))
        for index in range(1, 6):
            sender = "shop" if index % 2 else "customer"
            self.seller.say(
                thread["id"], f"Nachricht {index}", sender=sender, at=ago(hours=5 - index / 2)
            )
        self.turn(pull=True)
        case = self.get_case(thread)
        self.assertEqual(
            [text for _sender, text in self.bodies(case)], [f"Nachricht {i}" for i in range(6)]
        )
        dates = case.message_ids.mail_message_id.sorted("id").mapped("date")
        self.assertEqual(dates, sorted(dates), "the chatter sorts by id")

    def test_more_than_a_hundred_messages(self):
        """M11 cuts silently: the rest comes from M10 (contract 2, 26)."""
        thread = self.make_thread(self.make_order(), text="Nachricht 0")
        for index in range(1, 104):
            self.seller.say(thread["id"], f"Nachricht {index}")
        self.turn(pull=True)
        case = self.get_case(thread)
        self.assertEqual(len(case.message_ids), 104)
        self.assertEqual(case.message_ids[0].mail_message_id.preview, "Nachricht 0")

    def test_automatic_messages_alone_are_no_work(self):
        """Most threads may be the shop's own (contract 2, 22): kept, and nobody is told."""
        thread = self.make_thread(self.make_order(), sender="shop", text="Ihr Paket ist unterwegs.")
        self.turn(pull=True)
        case = self.get_case(thread)
        self.assertEqual(self.bodies(case), [("seller", "Ihr Paket ist unterwegs.")])
        self.assertFalse(case.awaiting_since or case.deadline or case.unread_count)
        self.assertTrue(case.ticket_id.stage_id.closed)
        self.assertFalse(self.inbox_of(self.agent, case.ticket_id))
        self.seller.say(thread["id"], "Es ist nicht angekommen!")
        self.turn(pull=True)
        self.assertFalse(case.ticket_id.stage_id.closed)
        self.assertTrue(case.deadline)
        self.assertTrue(self.inbox_of(self.agent, case.ticket_id))
        self.assertTrue(case.customer_name)

    def test_markup_of_mail_programs(self):
        """Harmless, and the preview is not what it quotes (contract 2, 21)."""
        body = (
            '<html><head><style>p{color:red}</style></head><body onload="alert(1)">'
            "<p>Die Lampe <b>flackert</b>.</p><script>alert(2)</script>"
            '<img src="https://tracker.example/pixel.png" alt="Logo">'
            "<blockquote><p>Guten Tag, wie geht es der Lampe?</p></blockquote></body></html>"
        )
        case = self.make_case(text=body)
        html = case.message_ids.body
        self.assertIn("<b>flackert</b>", html)
        for danger in ("script", "onload", "tracker.example", "alert("):
            self.assertNotIn(danger, html)
        self.assertIn("wie geht es der Lampe", html)
        self.assertIn("flackert", case.last_message_preview)
        self.assertNotIn("wie geht es", case.last_message_preview)
        self.assertNotIn("color:red", case.last_message_preview)

    def test_text_that_only_looks_like_markup(self):
        case = self.make_case(text="Preis < 10 & > 5 Euro?")
        self.assertEqual(case.last_message_preview, "Preis < 10 & > 5 Euro?")
        self.assertIn("&lt; 10 &amp; &gt; 5", case.message_ids.body)

    def test_unknown_values_and_sparse_threads(self):
        """A new enum value or a missing key is no reason to lose a message (contract 2, 16)."""
        self.seller.configure(
            options={"extra_fields": True, "unknown_enums": True, "empty": "left_out"}
        )
        case = self.make_case()
        self.assertEqual(self.bodies(case), [("customer", "Hallo, die Lampe ist zerbrochen.")])
        self.seller.configure(options={"empty": "null", "dates": "plain", "amounts": "text"})
        self.seller.say(case.remote_id, "Noch etwas.")
        self.turn(pull=True)
        self.assertEqual(len(case.message_ids), 2)
        self.assertFalse(self.account.dead_letter_ids)

    def test_topics(self):
        order = self.make_order()
        code = self.get_reason("topic", "26")
        by_code = self.make_case(order, topic={"type": "REASON_CODE", "value": "26"})
        self.assertEqual(by_code.topic_name, code.name)
        code.active = False
        by_code.invalidate_recordset(["topic_name"])
        self.assertEqual(by_code.topic_name, code.name)
        free = self.make_case(order, topic={"type": "FREE_TEXT", "value": "Meine Lampe"})
        self.assertEqual(free.topic_name, "Meine Lampe")
        self.assertEqual(free.subject, "Meine Lampe")
        unknown = self.make_case(order, topic={"type": "REASON_CODE", "value": "4711"})
        self.assertEqual(unknown.topic_name, "4711")

    def test_order_that_is_not_known(self):
        self.account.order_policy = "await"
        order = self.make_order()
        case = self.make_case(order)
        self.assertFalse(case.sale_order_id)
        self.assertEqual(case.order_ref, order["number"])
        sale_order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Karim"}).id,
                "client_order_ref": order["number"],
            }
        )
        self.assertEqual(case.sale_order_id, sale_order)
        self.assertEqual(case.ticket_id.sale_order_ids, sale_order)

    def test_two_companies(self):
        """The same key in two companies is a mistake; the same order number is none."""
        company = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.company.currency_id.id}
        )
        team = self._make_team(company, self._make_user("far", _AGENT, company))
        seller = self.seller_class()
        other = self._make_account(
            seller, company, team, order_policy="await", shipping_product_id=False
        )
        other.import_start = fields.Datetime.now() - timedelta(hours=6)
        ours = self.make_case(self.make_order(number="SAME-A"))
        seller.order(number="SAME-A", state="SHIPPED")
        seller.thread(order_number="SAME-A", sender="customer", text="Anderswo")
        self.turn(pull=True, account=other)
        theirs = self.env["marketplace.case"].search([("account_id", "=", other.id)])
        self.assertEqual((theirs.order_ref, theirs.company_id), ("SAME-A", company))
        self.assertFalse(theirs.sale_order_id)
        self.assertEqual(theirs.ticket_id.company_id, company)
        self.assertEqual(len(ours.message_ids), 1)
        seen = self.env["marketplace.case"].with_user(self.agent).search([])
        self.assertIn(ours, seen)
        self.assertNotIn(theirs, seen)


@tagged("post_install", "-at_install")
class TestMiraklPortal(ThreadCase):
    """A customer with a portal reads his tickets: nothing that the operator and we say there."""

    SECRET = "Der Kunde lügt wohl, bitte prüfen."

    def shown(self, ticket):
        """What a customer with a portal could read on a ticket that is his."""
        public = ticket.message_ids.filtered(lambda m: not m.is_internal)
        return " ".join([ticket.description or "", *(m.body or "" for m in public)])

    def test_back_office_to_operator_is_a_note(self):
        for to, internal in ((["OPERATOR"], True), (["CUSTOMER", "OPERATOR"], False)):
            with self.subTest(to=to):
                case = self.make_case()
                self.seller.say(case.remote_id, self.SECRET, sender="shop", to=to)
                self.turn(pull=True)
                message = case.message_ids[-1:]
                bubble = message.mail_message_id
                self.assertEqual(message.sender_type, "seller")
                self.assertEqual(bubble.is_internal, internal)
                self.assertEqual(bubble.subtype_id.internal, internal)
                self.assertEqual(bubble.marketplace_recipients, ",".join(to).lower())
                self.assertEqual(self.SECRET in self.shown(case.ticket_id), not internal)

    def test_description_is_the_customers(self):
        order = self.make_order()
        thread = self.make_thread(order, sender="operator", text=self.SECRET, to=["SHOP"])
        self.seller.say(thread["id"], "Auch geheim.", sender="shop", to=["OPERATOR"])
        self.seller.say(thread["id"], "Wo ist meine Lampe?")
        self.turn(pull=True)
        ticket = self.get_case(thread).ticket_id
        self.assertIn("Wo ist meine Lampe?", ticket.description)
        self.assertTrue(ticket.partner_id)
        self.assertNotIn(self.SECRET, self.shown(ticket))
        self.assertNotIn("Auch geheim", self.shown(ticket))

    def test_ticket_of_the_operator_alone_is_no_customers(self):
        """Until the customer takes part."""
        order = self.make_order(customer={"firstname": "Karim", "lastname": "Berger"})
        thread = self.make_thread(order, sender="operator", text=self.SECRET, to=["SHOP"])
        self.turn(pull=True)
        case = self.get_case(thread)
        ticket = case.ticket_id
        self.assertFalse(ticket.partner_id)
        self.assertEqual(ticket.partner_name, "Karim Berger")
        self.assertNotIn(self.SECRET, self.shown(ticket))
        self.seller.say(thread["id"], "Wo ist meine Lampe?")
        self.turn(pull=True)
        self.assertEqual(ticket.partner_id, case.sale_order_id.partner_id)
        self.assertFalse(ticket.partner_email)
        self.assertNotIn(self.SECRET, self.shown(ticket))

    def test_order_that_comes_later_makes_it_no_customers(self):
        self.account.order_policy = "await"
        order = self.make_order()
        secret = self.make_thread(order, sender="operator", text=self.SECRET, to=["SHOP"])
        asked = self.make_thread(order)
        self.turn(pull=True)
        partner = self.env["res.partner"].create({"name": "Karim"})
        self.env["sale.order"].create(
            {"partner_id": partner.id, "client_order_ref": order["number"]}
        )
        self.assertFalse(self.get_case(secret).ticket_id.partner_id)
        self.assertEqual(self.get_case(asked).ticket_id.partner_id, partner)


@tagged("post_install", "-at_install")
class TestMiraklClock(ThreadCase):
    def test_starts_and_stops_with_the_marketplace(self):
        case = self.make_case(at=ago(hours=3))
        sent = case.message_ids.sent_at
        self.assertEqual(case.reply_needed_since, sent)
        self.assertEqual(case.awaiting_since, sent)
        self.assertEqual(case.deadline, sent + timedelta(hours=self.account.answer_hours))
        self.assertEqual(case.unread_count, 1)
        self.seller.say(case.remote_id, "In der Zentrale beantwortet.", sender="shop")
        self.turn(pull=True)
        self.assertFalse(case.reply_needed_since)
        self.assertFalse(case.awaiting_since or case.deadline or case.unread_count)

    def test_counts_from_the_first_message(self):
        """Where the marketplace moves its date with every further message, and where not."""
        for moves in (True, False):
            with self.subTest(moves=moves):
                self.seller.configure(options={"reply_needed_moves": moves})
                case = self.make_case()
                first = case.awaiting_since
                self.wait(hours=1)
                self.seller.say(case.remote_id, "Und?")
                self.turn(pull=True)
                self.assertEqual(case.reply_needed_since != first, moves)
                self.assertEqual((case.awaiting_since, case.unread_count), (first, 2))

    def test_answer_of_ours_stops_it_before_it_is_read_again(self):
        case = self.make_case(at=ago(hours=3))
        self.answer(case)
        self.assertTrue(case.awaiting_since, "until it is delivered")
        self.turn()
        self.assertEqual(case.operation_ids.state, "done")
        self.assertTrue(case.reply_needed_since, "the thread was not read since")
        self.assertFalse(case.awaiting_since or case.deadline)
        self.turn(pull=True)
        self.assertFalse(case.reply_needed_since or case.awaiting_since)
        self.seller.say(case.remote_id, "Danke, aber …")
        self.turn(pull=True)
        self.assertTrue(case.awaiting_since)

    def test_no_answer_needed_here(self):
        case = self.make_case(at=ago(hours=3))
        case.ticket_id.with_user(self.agent).action_marketplace_no_answer()
        self.assertFalse(case.awaiting_since)
        self.turn(pull=True)
        self.assertTrue(case.reply_needed_since, "the marketplace is not told: it has no call")
        self.assertFalse(case.awaiting_since)
        self.wait(minutes=5)
        self.seller.say(case.remote_id, "Doch!")
        self.turn(pull=True)
        self.assertEqual(case.awaiting_since, case.message_ids[-1].sent_at)
        self.assertEqual(case.unread_count, 1)

    def test_no_answer_needed_in_the_back_office(self):
        """Also where the marketplace goes on to say that it awaits one; no message is new."""
        for clears in (False, True):
            for who in ("SHOP", "OPERATOR"):
                with self.subTest(clears=clears, who=who):
                    self.seller.configure(options={"no_reply_clears": clears})
                    case = self.make_case()
                    self.assertTrue(case.awaiting_since)
                    self.wait(minutes=5)
                    self.seller.no_reply_needed(case.remote_id, by=who)
                    self.turn(pull=True)
                    self.assertEqual(bool(case.reply_needed_since), not clears)
                    self.assertFalse(case.awaiting_since or case.deadline)
                    self.assertEqual(len(case.message_ids), 1)

    def test_operator_starts_it_where_the_marketplace_says_so(self):
        thread = self.make_thread(self.make_order(), sender="operator", text="Bitte prüfen.")
        self.turn(pull=True)
        case = self.get_case(thread)
        self.assertFalse(case.awaiting_since)
        self.assertTrue(self.inbox_of(self.agent, case.ticket_id))
        self.seller.configure(options={"reply_needed_for": "ALL"})
        self.seller.say(thread["id"], "Bitte jetzt.", sender="operator")
        self.turn(pull=True)
        self.assertEqual(case.awaiting_since, case.reply_needed_since)
        self.assertTrue(case.deadline)
        self.assertEqual(case.unread_count, 1)

    def test_old_messages_of_a_first_import_start_none(self):
        self.account.import_start = fields.Datetime.now() - timedelta(days=30)
        self.account.clock_start = fields.Datetime.now() - timedelta(hours=48)
        case = self.make_case(at=ago(days=9))
        self.assertTrue(case.reply_needed_since)
        self.assertFalse(case.awaiting_since or case.deadline)
        self.assertFalse(self.inbox_of(self.agent, case.ticket_id))
        self.seller.say(case.remote_id, "Hallo?")
        self.turn(pull=True)
        self.assertEqual(case.awaiting_since, case.message_ids[-1].sent_at)

    def test_our_message_to_the_operator_leaves_the_clock_running(self):
        case = self.make_case(at=ago(hours=1))
        since = case.awaiting_since
        operation = self.answer(case, "Bitte prüfen Sie den Fall.", recipient="operator")
        self.turn()
        self.assertEqual(operation.state, "done")
        self.assertEqual(case.awaiting_since, since)
        self.answer(case, "Guten Tag, wir prüfen das.", recipient="customer")
        self.turn()
        self.assertFalse(case.awaiting_since)

    def test_message_to_the_operator_is_no_answer_to_the_customer(self):
        """As long as the marketplace still awaits one, so do we."""
        case = self.make_case(at=ago(hours=3))
        self.seller.say(case.remote_id, "Nur an Sie.", sender="shop", to=["OPERATOR"])
        self.turn(pull=True)
        self.assertEqual(bool(case.awaiting_since), bool(case.reply_needed_since))

    def test_closed_by_hand_and_written_to_again(self):
        case = self.make_case()
        self.seller.say(case.remote_id, "Erledigt.", sender="shop")
        self.turn(pull=True)
        ticket = case.ticket_id
        ticket.stage_id = ticket.team_id._get_applicable_stages().filtered("closed")[:1]
        self.seller.say(case.remote_id, "Es geht wieder los.")
        self.turn(pull=True)
        self.assertFalse(ticket.stage_id.closed)
        self.assertTrue(case.deadline)

    def test_ticket_without_work_may_be_deleted(self):
        """Threads are never closed at Mirakl: only one that waits keeps its ticket."""
        case = self.make_case()
        with self.refused("has an open case"):
            case.ticket_id.unlink()
        self.seller.say(case.remote_id, "Erledigt.", sender="shop")
        self.turn(pull=True)
        case.ticket_id.unlink()
        self.assertTrue(case.exists())
        self.seller.say(case.remote_id, "Noch eine Frage.")
        self.turn(pull=True)
        self.assertTrue(case.ticket_id)
        self.assertIn("Noch eine Frage", case.ticket_id.message_ids[0].body)


@tagged("post_install", "-at_install")
class TestMiraklEchoes(ThreadCase):
    def test_own_answer_is_known_by_its_number(self):
        case = self.make_case()
        reply = self.answer(case)
        self.turn()
        self.assertTrue(reply.remote_id)
        self.turn(pull=True)
        ours = case.message_ids.filtered(lambda m: m.sender_type == "seller")
        self.assertEqual((ours.operation_id, ours.remote_id), (reply, reply.remote_id))
        self.assertEqual(ours.mail_message_id, reply.mail_message_id)
        self.assertEqual(self.bubble(reply), "sent")
        self.assertEqual(case.answer_state, "seen")

    def test_same_text_of_a_colleague_in_the_back_office(self):
        """Two messages with one text: the number tells which one is ours."""
        case = self.make_case()
        text = "Guten Tag, der Ersatz geht morgen raus."
        self.seller.say(case.remote_id, text, sender="shop", at=ago(minutes=1))
        case.with_user(self.agent)._post_answer(text, last_seen="")
        self.turn()
        self.turn(pull=True)
        ours = case.message_ids.filtered(lambda m: m.sender_type == "seller")
        self.assertEqual(len(ours), 2)
        self.assertEqual(len(ours.mail_message_id), 2)
        [echo] = ours.filtered("operation_id")
        self.assertEqual(echo.remote_id, case.operation_ids.remote_id)

    def test_lost_answer_is_known_by_its_text(self):
        """The number never came: what the thread shows settles the operation."""
        case = self.make_case()
        self.seller.fault("M12", "reset_after")
        reply = self.answer(case)
        self.turn()
        self.assertEqual(reply.state, "unknown")
        self.turn(pull=True)
        self.assertEqual(reply.state, "done")
        ours = case.message_ids.filtered(lambda m: m.sender_type == "seller")
        self.assertEqual((ours.operation_id, ours.remote_id), (reply, reply.remote_id))
        self.assertExecuted("M12", 1)
        self.assertEqual(len(case.message_ids), 2)

    def test_customer_who_quotes_us_is_not_us(self):
        case = self.make_case()
        text = "Guten Tag, der Ersatz geht morgen raus."
        self.answer(case, text)
        self.turn()
        self.turn(pull=True)
        self.seller.say(case.remote_id, text)
        self.turn(pull=True)
        self.assertEqual(case.message_ids.mapped("sender_type"), ["customer", "seller", "customer"])
        self.assertTrue(case.awaiting_since)

    def test_only_what_left_and_only_ours_is_adopted(self):
        """A thread with our words is ours where ours may have left, and where we said them."""
        text = "Guten Tag, eine Frage zu Ihrer Bestellung."
        for sender, left in (("shop", False), ("customer", True)):
            with self.subTest(sender):
                order = self.read_order()
                self.seller.fault("OR43", "reset_before")
                case = self.contact(order, text)
                if left:
                    self.turn()
                    case.operation_ids.retry_at = fields.Datetime.now() + timedelta(days=1)
                else:
                    case.operation_ids.with_user(self.agent).action_abandon()
                thread = self.make_thread(
                    {"number": order.marketplace_ref}, text=text, sender=sender
                )
                self.turn(pull=True)
                self.assertFalse(case.remote_id)
                self.assertNotEqual(self.get_case(thread), case)

    def test_conversation_that_we_started(self):
        order = self.read_order()
        case = self.contact(order, "Guten Tag, eine Frage zu Ihrer Bestellung.")
        self.turn()
        self.assertTrue(case.remote_id)
        self.turn(pull=True)
        self.assertEqual(order.marketplace_case_ids, case)
        self.assertEqual(len(order.ticket_ids), 1)
        self.assertEqual(case.message_ids.operation_id, case.operation_ids)
        self.assertFalse(case.ticket_id.stage_id.closed)


_AGENT = "marketplace_helpdesk.group_agent"
