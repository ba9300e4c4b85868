"""Notes that colleagues write in a WooCommerce shop: each comes in once, and nobody is mailed."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..connectors import records
from .sandbox_api import WooSeller
from .woo_notes_case import WooNotesCase

HOSTILE = (
    '<p>Parcel <b>packed</b> &amp; ready</p><script>alert(1)</script><img src="https://spy.example/1"'
    ' onerror="alert(2)">by <a href="javascript:alert(3)">Anna</a>'
)


@tagged("post_install", "-at_install")
class TestWooNotesIn(WooNotesCase):
    def setUp(self):
        super().setUp()
        self.read_notes()

    def by_people(self, order=None):
        return self.get_comments(order).filtered(lambda c: not c.is_system)

    # What comes in ------------------------------------------------------------------------------

    def test_a_colleagues_note(self):
        number = self.note("Customer called: <b>no hurry</b>.")
        self.read_notes()
        comment = self.by_people()
        self.assertEqual((comment.direction, comment.state), ("in", "received"))
        self.assertEqual(comment.text, "Customer called: no hurry.")
        self.assertEqual(comment.note_id, number)
        self.assertEqual((comment.is_visible, comment.is_mailed), (False, False))
        self.assertEqual(comment.author_name, "Marketplace team")
        self.assertEqual((comment.account_id, comment.company_id), (self.account, self.company))
        bubble = comment.mail_message_id
        self.assertTrue(bubble.is_internal)
        self.assertEqual(bubble.marketplace_sender, "seller")
        self.assertIn("no hurry", bubble.body)
        self.assertFalse(bubble.author_id)

    def test_dated_by_the_shop(self):
        moment = fields.Datetime.now() - timedelta(days=3)
        self.note("Written on Thursday.", at=f"{moment.isoformat()}Z")
        self.read_notes()
        comment = self.by_people()
        self.assertEqual((comment.date, comment.mail_message_id.date), (moment, moment))

    def test_for_the_customer(self):
        self.note("Your parcel left.", customer=True)
        self.read_notes()
        comment = self.by_people()
        self.assertEqual((comment.is_visible, comment.is_mailed), (True, True))
        self.assertFalse(comment.mail_message_id.is_internal)
        self.assertEqual(len(self.seller.mails()), 1, "the shop mailed it, Odoo does not")

    def test_nobody_is_told(self):
        follower = self.env["res.partner"].create({"name": "F", "email": "f@client.example"})
        self.order.message_subscribe((follower | self.order.partner_id).ids)
        mails = self.env["mail.mail"].search([])
        notices = self.env["mail.notification"].search_count([])
        self.note("Your parcel left.", customer=True)
        self.note("Only for us.")
        self.read_notes()
        self.assertEqual(len(self.by_people()), 2)
        self.assertEqual(self.env["mail.mail"].search([]), mails)
        self.assertEqual(self.env["mail.notification"].search_count([]), notices)
        self.assertFalse(self.order.activity_ids)

    def test_automatic_notes_are_kept_apart(self):
        before = len(self.get_comments())
        messages = self.order.message_ids
        self.note("Payment complete.", by="system")
        self.note("Stock reduced: REF-1.", by="system")
        self.read_notes()
        system = self.get_comments().filtered("is_system")
        self.assertGreaterEqual(len(system), before + 1)
        self.assertFalse(system.mail_message_id)
        self.assertEqual(self.order.message_ids, messages, self.order.message_ids.mapped("body"))
        self.assertFalse(self.order.marketplace_comment_ids)
        self.assertEqual(self.order.marketplace_comment_count, 0)
        self.assertEqual(self.order.marketplace_system_note_count, len(system))

    def test_hostile_html(self):
        self.note(HOSTILE)
        self.read_notes()
        comment = self.by_people()
        self.assertEqual(comment.text, "Parcel packed & ready\nby Anna")
        for bad in ("script", "img", "onerror", "javascript", "spy.example"):
            self.assertNotIn(bad, str(comment.mail_message_id.body))

    def test_texts_that_a_database_does_not_take(self):
        shop = {"order_ref": self.order.marketplace_ref, "created_at": fields.Datetime.now()}
        notes = [
            records.OrderNote(remote_id="901", text="a\x00b\x1b", author="X\x00Y", **shop),
            records.OrderNote(remote_id="902", text="half \ud83d a sign", **shop),
            records.OrderNote(remote_id="903", text="<img src=x>", is_html=True, **shop),
            records.OrderNote(remote_id="904", text="é" * 200_000, author="n" * 500, **shop),
        ]
        comments = self.env["sale.order.comment"]._store_notes(self.account, notes)
        self.env.flush_all()
        texts = comments.sorted("note_id").mapped("text")
        self.assertEqual(texts[:3], ["ab", "half  a sign", "(no text)"])
        self.assertEqual(len(texts[3]), 50_000)

    def test_each_comes_once_however_often_it_is_read(self):
        numbers = [self.note(f"Note {index}") for index in range(3)]
        for _turn in range(3):
            self.read_notes()
        self.assertEqual(sorted(self.by_people().mapped("note_id")), sorted(numbers))
        self.assertEqual(self.by_people().mapped("text"), ["Note 0", "Note 1", "Note 2"])

    def test_one_that_cannot_be_stored_takes_no_other_with_it(self):
        for index in range(5):
            self.note(f"Note {index}")
        genuine = type(self.env["mail.message"]).create

        def create(messages, vals_list):
            if any("Note 3" in str(vals.get("body")) for vals in vals_list):
                raise ValueError("a module that does not like it")
            return genuine(messages, vals_list)

        self.patch(type(self.env["mail.message"]), "create", create)
        with self.assertLogs("odoo.addons.marketplace_helpdesk", "WARNING"):
            self.read_notes()
        self.assertEqual(len(self.by_people()), 4)
        self.patch(type(self.env["mail.message"]), "create", genuine)
        self.read_notes()
        self.assertEqual(len(self.by_people()), 5)

    # Our own ------------------------------------------------------------------------------------

    def test_own_note_is_not_anothers(self):
        comment = self.write_comment(text="Ours & <theirs>", to_customer=True)
        self.send_now()
        self.note("Theirs")
        self.read_notes()
        self.assertEqual(self.by_people().mapped("direction"), ["out", "in"])
        self.assertEqual(self.by_people()[0], comment)

    def test_own_note_is_seen_before_its_answer_is_known(self):
        """The answer is lost and the note is read: it waits until the doubt is over."""
        self.seller.fault("notes.create", "reset_after")
        comment = self.write_comment(text="Ours, answer lost")
        self.send_now()
        with self.time():
            self.read_notes()
        self.read_notes()
        self.assertEqual(self.by_people(), comment)
        self.assertEqual(comment.state, "sent")
        self.read_notes()
        self.assertEqual(self.by_people(), comment)

    def test_echo_that_came_first_is_taken_over(self):
        """Stored as somebody's before the shop told that it is ours."""
        comment = self.write_comment(text="Ours")
        self.order.with_user(self.salesman).action_marketplace_send_comments()
        echo = records.OrderNote("777", self.order.marketplace_ref, "Ours, changed", self.now())
        received = self.env["sale.order.comment"]._store_notes(self.account, [echo])
        bubble = received.mail_message_id
        comment._keep_note("777")
        self.assertFalse(received.exists())
        self.assertFalse(bubble.exists())
        self.assertEqual(comment.note_id, "777")

    def now(self):
        return fields.Datetime.now()

    # Whose orders -------------------------------------------------------------------------------

    def test_two_companies_with_the_same_numbers(self):
        """Two shops number their orders alike: a note goes to the order of its own account."""
        company = self.env["res.company"].create(
            {"name": "Second", "currency_id": self.company.currency_id.id}
        )
        user = self._make_user("second", "sales_team.group_sale_salesman", company)
        team = self._make_team(company, user)
        shipping = self.env["product.product"].create({"name": "S", "type": "service"})
        shop = WooSeller()
        other = self._make_account(
            shop, company, team, name="second shop", shipping_product_id=shipping.id
        )
        other.import_start = fields.Datetime.now() - timedelta(hours=6)
        remote = shop.order(status="completed", lines=[self.line("REF-1", 10)])
        self.turn(pull=True, account=other)
        theirs = self.find_order(remote, other)
        self.assertEqual(theirs.company_id, company)
        theirs.write({"marketplace_ref": self.order.marketplace_ref, "user_id": user.id})
        self.note("Read by one.")
        self.read_notes()
        self.assertEqual(len(self.by_people()), 1)
        self.assertFalse(self.by_people(theirs))
        # The same numbers of order and note in the other shop are something else.
        number = self.by_people().note_id
        note = records.OrderNote(number, theirs.marketplace_ref, "Read by the other.", self.now())
        self.env["sale.order.comment"]._store_notes(other, [note])
        self.assertEqual(self.by_people(theirs).company_id, company)
        self.assertEqual(len(self.by_people()), 1)
        seen = self.env["sale.order.comment"].with_user(user).search([("note_id", "!=", False)])
        self.assertEqual(seen.order_id, theirs)

    def test_note_of_an_order_that_is_not_here(self):
        note = records.OrderNote("55", "4711", "Whose?", fields.Datetime.now())
        self.assertFalse(self.env["sale.order.comment"]._store_notes(self.account, [note]))

    def test_as_seller_of_a_marketplace(self):
        account = self.make_vendor_account()
        order = self.read_vendor_order(account)
        self.note("From the marketplace", order, by="operator")
        self.note("From our store", order, by="vendor", customer=True)
        self.note("Automatic", order, by="system")
        self.read_notes(account)
        comments = self.get_comments(order)
        people = comments.filtered(lambda c: not c.is_system)
        self.assertEqual(people.mapped("is_visible"), [False, True])
        self.assertIn("From our store", people[1].text)
        self.assertIn("Automatic", comments.filtered("is_system").mapped("text"))
        near = [abs((c.date - fields.Datetime.now()).total_seconds()) < 120 for c in people]
        self.assertTrue(all(near), "the site's own time was counted")
