"""Thread and incident in a real browser, with the account's job running in between."""

from odoo.tests import HttpCase, tagged

from .mirakl_case import MiraklCase


@tagged("post_install", "-at_install")
class TestMiraklIncidentTour(HttpCase, MiraklCase):
    def test_incident_from_opening_to_closing(self):
        order = self.make_order()
        self.seller.open_incident(order["number"])
        self.run_job()
        thread = self.make_thread(order)
        self.run_job()
        [incident] = self.get_incidents(order)
        ticket = incident.ticket_id
        self.assertEqual(self.get_case(thread).ticket_id, ticket)
        self.get_reason("resolving", "8")
        self.play(ticket, "marketplace_mirakl_incident")
        self.run_job()
        self.run_job()
        self.assertEqual(incident.incident_state, "solved")
        self.play(ticket, "marketplace_mirakl_incident_solved")
        said = self.seller.get_thread(thread["id"])["messages"][1:]
        self.assertEqual(
            [sorted(to["type"] for to in message["to"]) for message in said],
            [["CUSTOMER", "OPERATOR"], ["OPERATOR"]],
        )
        self.seller.close_incident(order["number"])
        self.run_job()
        self.assertEqual(incident.incident_state, "closed")
        self.play(ticket, "marketplace_mirakl_incident_closed")

    def play(self, ticket, tour):
        self.start_tour(f"/odoo/helpdesk.ticket/{ticket.id}", tour, login=self.agent.login)
