"""“Send message” on a ticket of Mirakl: what was on screen is what happens, or nothing is sent."""

from unittest.mock import patch

from odoo.addons.marketplace_helpdesk.models.helpdesk_ticket_shown import HelpdeskTicket
from odoo.tests import HttpCase, tagged

from .mirakl_case import MiraklCase

TEXT = "Guten Tag, der Ersatz geht morgen an Sie heraus."
SECOND = "Und hier ist noch die Sendungsnummer dazu."
SECRET = "Die Kundin hat schon dreimal reklamiert, bitte prüfen."


class ChatterCase(MiraklCase):
    def post_answer(self, ticket, text=TEXT, shown=None, **values):
        """As the composer does, with what it had on screen."""
        return ticket.with_user(self.agent).message_post(
            body=text,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **({"marketplace_shown": shown} if shown else {}),
            **values,
        )

    def look(self, ticket):
        """What the composer shows now."""
        return ticket.with_user(self.agent).marketplace_shown

    def get_to(self, case):
        """Whom our last message in the thread is addressed to."""
        message = self.seller.get_thread(case.remote_id)["messages"][-1]
        return sorted(to["type"] for to in message["to"])

    def close(self, ticket):
        ticket.stage_id = ticket.team_id._get_applicable_stages().filtered("closed")[:1]

    def upload(self, name="from-chatter.txt", user=None, **values):
        """A file as the composer uploads it."""
        return (
            self.env["ir.attachment"]
            .with_user(user or self.agent)
            .create({"name": name, "raw": b"hello", "res_model": "mail.compose.message", **values})
        )


@tagged("post_install", "-at_install")
class TestMiraklChatter(ChatterCase):
    # Who gets it --------------------------------------------------------------------------------

    def test_policy_is_shown_and_followed(self):
        self.account.recipient_policy = "both"
        case = self.make_case()
        shown = self.look(case.ticket_id)
        self.assertIn("Seen by the customer and", shown["seen_by"])
        self.assertEqual(shown["to"], f"{case.customer_name} and {self.account.name}")
        self.post_answer(case.ticket_id, shown=shown)
        self.turn()
        self.assertEqual(self.get_to(case), ["CUSTOMER", "OPERATOR"])

    def test_customer_writes_while_the_operator_is_answered(self):
        """The words for the operator never reach the customer."""
        case = self.make_case()
        self.seller.say(case.remote_id, "Was ist da los?", sender="operator", to=["SHOP"])
        self.turn(pull=True)
        shown = self.look(case.ticket_id)
        self.assertEqual((shown["recipients"], shown["to"]), (["operator"], self.account.name))
        self.assertIn("not by the customer", shown["seen_by"])
        self.seller.say(case.remote_id, "Hat sich erledigt, ist gefunden!")
        self.turn(pull=True)
        with self.refused("A new message came while you were writing: “Hat sich erledigt"):
            self.post_answer(case.ticket_id, SECRET, shown)
        self.assertFalse(case.operation_ids)
        shown = self.look(case.ticket_id)
        self.assertEqual(shown["recipients"], ["customer"], "after the refusal it is shown")
        self.post_answer(case.ticket_id, TEXT, shown)
        self.turn()
        self.assertSaid(case, TEXT)

    def test_policy_changes_meanwhile(self):
        case = self.make_case()
        shown = self.look(case.ticket_id)
        self.account.recipient_policy = "both"
        with self.refused(f"would go to .* and {self.account.name} now; your screen showed"):
            self.post_answer(case.ticket_id, TEXT, shown)
        self.assertFalse(case.operation_ids)

    def test_other_conversation_meanwhile(self):
        """A second thread about the order of an incident: the answer does not change over."""
        order = self.make_order()
        first = self.make_case(order)
        self.close(first.ticket_id)
        ticket = self.make_incident(order).ticket_id
        shown = self.look(ticket)
        self.assertEqual(shown["thread_id"], first.id)
        self.wait(minutes=1)
        self.make_thread(order, text="Noch etwas anderes.")
        self.turn(pull=True)
        with self.refused("answers another conversation now"):
            self.post_answer(ticket, TEXT, shown)
        self.assertFalse(self.env["marketplace.operation"].search([("kind", "=", "reply")]))

    def test_news_that_odoo_has_not_read(self):
        """What was on screen goes along, so that the client sees what came since."""
        case = self.make_case()
        shown = self.look(case.ticket_id)
        self.post_answer(case.ticket_id, TEXT, shown)
        self.seller.say(case.remote_id, "Hat sich erledigt, ist gefunden!")
        self.turn()
        self.assertEqual(case.operation_ids.code, "news")
        self.assertSaid(case)

    def test_own_answer_is_no_news(self):
        case = self.make_case()
        shown = self.look(case.ticket_id)
        self.post_answer(case.ticket_id, TEXT, shown)
        self.turn()
        self.turn(pull=True)
        self.post_answer(case.ticket_id, SECOND, shown)
        self.turn()
        self.assertSaid(case, TEXT, SECOND)

    def test_nothing_shown(self):
        """A program that posts without a screen cannot choose: people do, in the dialog."""
        case = self.make_case()
        with self.refused("Press “Answer” on the ticket and choose"):
            self.post_answer(case.ticket_id)
        self.assertFalse(case.operation_ids)
        incident = self.make_incident()
        with self.refused("Press “Answer” on the ticket and choose"):
            self.post_answer(incident.ticket_id)

    def test_only_one_can_get_it(self):
        """No choice, no question."""
        thread = self.make_thread(sender="operator", text="Bitte melden Sie sich.")
        self.turn(pull=True)
        talk = self.get_case(thread)
        self.assertEqual(talk._get_participants(), ["operator"])
        self.post_answer(talk.ticket_id)
        self.turn()
        self.assertSaid(talk, TEXT)

    # On another ticket --------------------------------------------------------------------------

    def test_incident_answered_on_another_ticket(self):
        """The thread's ticket is open again, and the incident's one says where the answer is."""
        for by_dialog in (False, True):
            order = self.make_order()
            talk = self.make_case(order)
            other = talk.ticket_id
            self.close(other)
            ticket = self.make_incident(order).ticket_id
            self.assertNotEqual(ticket, other)
            self.assertTrue(other.stage_id.closed)
            if by_dialog:
                action = ticket.with_user(self.agent).action_marketplace_answer()
                dialog = self.env["marketplace.answer"].with_user(self.agent)
                dialog.with_context(**action["context"]).create({"body": TEXT}).action_send()
            else:
                self.post_answer(ticket, TEXT, self.look(ticket))
            note = ticket.message_ids.sorted("id")[-1:]
            self.assertIn(f"conversation on {other.number}", note.preview)
            self.assertIn(f'data-oe-id="{other.id}"', note.body)
            self.assertFalse(other.stage_id.closed)
            self.turn()
            self.assertSaid(talk, TEXT)

    # Files --------------------------------------------------------------------------------------

    def test_files(self):
        """They leave, and what was uploaded for it does not stay behind."""
        case = self.make_case()
        pending = self.upload()
        self.post_answer(
            case.ticket_id,
            shown=self.look(case.ticket_id),
            attachment_ids=pending.ids,
            attachments=[("by-program.txt", b"content")],
        )
        self.assertFalse(pending.exists())
        shown = self.env["ir.attachment"].search(
            [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", case.ticket_id.id)]
        )
        self.assertEqual(sorted(shown.mapped("name")), ["by-program.txt", "from-chatter.txt"])
        self.turn()
        remote = self.seller.get_thread(case.remote_id)["messages"][-1]
        names = sorted(file["name"] for file in remote["attachments"])
        self.assertEqual(names, ["by-program.txt", "from-chatter.txt"])

    def test_files_of_others_stay(self):
        """What belongs to a record, or was uploaded by somebody else, is copied and stays."""
        case = self.make_case()
        foreign = self.upload("foreign.txt", user=self.manager).sudo()
        ticket = case.ticket_id
        files = self.upload("kept.txt", res_model=ticket._name, res_id=ticket.id).sudo() + foreign
        self.post_answer(ticket, shown=self.look(ticket), attachment_ids=files[:1].ids)
        files.with_user(self.agent)._marketplace_drop_uploads()
        self.assertEqual(len(files.exists()), 2)


@tagged("post_install", "-at_install")
class TestMiraklComposer(ChatterCase, HttpCase):
    def post(self, ticket, **values):
        """The request of the browser's composer."""
        self.authenticate(self.agent.login, self.agent.login)
        data = {"body": f"<p>{TEXT}</p>", "message_type": "comment", **values}
        data["subtype_xmlid"] = "mail.mt_comment"
        return self.make_jsonrpc_request(
            "/mail/message/post",
            {"thread_model": "helpdesk.ticket", "thread_id": ticket.id, "post_data": data},
        )

    def test_what_was_shown_arrives(self):
        case = self.make_case()
        self.post(case.ticket_id, marketplace_shown=self.look(case.ticket_id))
        self.turn()
        self.assertSaid(case, TEXT)

    def test_in_the_browser(self):
        """What the operator asked is answered to the operator, after one refusal."""
        thread = self.make_thread(self.make_order())
        self.run_job()
        case = self.get_case(thread)
        self.seller.say(case.remote_id, "Was ist da los?", sender="operator", to=["SHOP"])
        self.run_job()
        genuine, seen = HelpdeskTicket._check_marketplace_shown, []

        def check(ticket, shown):
            seen.append(shown)
            # As if the operator had written after the first look.
            return genuine(ticket, {**shown, "seen_id": 0} if len(seen) == 1 else shown)

        with patch.object(HelpdeskTicket, "_check_marketplace_shown", check):
            self.start_tour(
                f"/odoo/helpdesk.ticket/{case.ticket_id.id}",
                "marketplace_mirakl_chatter",
                login=self.agent.login,
            )
        self.assertEqual([shown["recipients"] for shown in seen], [["operator"]] * 2)
        self.run_job()
        self.assertSaid(case, "Wir haben den Kunden erreicht.")
        self.assertEqual(self.get_to(case), ["OPERATOR"])
