"""Files of messages: fetched when somebody opens them, once, and only by whoever may."""

import base64
from contextlib import closing

import psycopg2
import psycopg2.errorcodes

from odoo import api
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.test_cursor import TestCursor

from ..connectors import records
from ..models import marketplace_message_file
from .mirakl_case import MiraklCase
from .sandbox_api import URL

TEXT = b"Das ist kaputt."
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


class Conflict(psycopg2.errors.SerializationFailure):
    """What PostgreSQL says to the second of two who write the same row."""

    pgcode = psycopg2.errorcodes.SERIALIZATION_FAILURE


@tagged("post_install", "-at_install")
class TestMiraklFiles(HttpCase, MiraklCase):
    def make_files(self, *files, **values):
        """A case whose first message has these (name, content)."""
        files = [
            {"name": name, "content": base64.b64encode(content).decode()} for name, content in files
        ]
        return self.make_case(files=files, **values)

    def url_of(self, case, index=0):
        file = case.message_ids.files[index]
        return f"/marketplace_helpdesk/file/{case.id}/{file['remote_id']}"

    def open_file(self, url, user=None):
        user = user or self.agent
        self.authenticate(user.login, user.login)
        return self.url_open(url)

    def test_bubble_links_to_it_and_nothing_is_fetched_while_reading(self):
        case = self.make_files(("kaputt.png", PICTURE), ("notiz.txt", TEXT))
        self.assertEqual(
            [(f["name"], f["size"]) for f in case.message_ids.files],
            [("kaputt.png", len(PICTURE)), ("notiz.txt", len(TEXT))],
        )
        body = case.message_ids.body
        self.assertIn(self.url_of(case), body)
        self.assertIn(self.url_of(case, 1), body)
        self.assertIn("kaputt.png", body)
        self.assertExecuted("M13", 0)

    def test_opened_once_and_kept_on_the_ticket(self):
        case = self.make_files(("notiz.txt", TEXT))
        answer = self.open_file(self.url_of(case))
        self.assertEqual((answer.status_code, answer.content), (200, TEXT))
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("notiz.txt", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        kept = case.message_ids.mail_message_id.attachment_ids
        self.assertEqual((kept.name, kept.raw), ("notiz.txt", TEXT))
        self.assertEqual((kept.res_model, kept.res_id), ("helpdesk.ticket", case.ticket_id.id))
        again = self.open_file(self.url_of(case), self.manager)
        self.assertEqual(again.content, TEXT)
        self.assertExecuted("M13", 1)
        self.assertEqual(case.message_ids.mail_message_id.attachment_ids, kept)

    def test_kept_one_is_served_while_the_account_is_off(self):
        case = self.make_files(("notiz.txt", TEXT), ("zwei.txt", TEXT))
        self.open_file(self.url_of(case))
        self.account.action_disable()
        self.assertEqual(self.open_file(self.url_of(case)).status_code, 200)
        other = self.open_file(self.url_of(case, 1))
        self.assertEqual(other.status_code, 502)
        self.assertIn("is switched off", other.text)
        self.assertExecuted("M13", 1)

    def test_deleted_from_the_ticket_it_is_fetched_again(self):
        case = self.make_files(("notiz.txt", TEXT))
        self.open_file(self.url_of(case))
        case.message_ids.mail_message_id.attachment_ids.unlink()
        self.assertEqual(self.open_file(self.url_of(case)).content, TEXT)
        self.assertExecuted("M13", 2)

    def test_pages_and_drawings_are_never_shown(self):
        page = b"<html><script>alert(1)</script></html>"
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
        case = self.make_files(("rechnung.html", page), ("bild.svg", drawing))
        # Of this person Odoo itself would keep pages as they are.
        boss = self._make_user("boss", "base.group_system,marketplace_helpdesk.group_administrator")
        for index, content in enumerate((page, drawing)):
            answer = self.open_file(self.url_of(case, index), boss)
            self.assertEqual(answer.content, content)
            self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
            self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))
            self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
        kept = case.message_ids.mail_message_id.attachment_ids
        self.assertEqual(set(kept.mapped("mimetype")), {"text/plain"})

    def test_hostile_name(self):
        case = self.make_files(("../../etc/pass\r\nX-Evil: 1\u202egnp.exe", TEXT))
        answer = self.open_file(self.url_of(case))
        self.assertEqual(answer.content, TEXT)
        self.assertNotIn("X-Evil", answer.headers)
        [name] = case.message_ids.mail_message_id.attachment_ids.mapped("name")
        for character in "/\\\r\n\u202e":
            self.assertNotIn(character, name)

    def test_only_files_of_this_case(self):
        case = self.make_files(("notiz.txt", TEXT))
        other = self.make_files(("geheim.txt", b"nur fuer andere"))
        foreign = other.message_ids.files[0]["remote_id"]
        for remote_id in (foreign, "nothing", f"{foreign}/../..", "../../orders"):
            answer = self.open_file(f"/marketplace_helpdesk/file/{case.id}/{remote_id}")
            self.assertEqual(answer.status_code, 404, remote_id)
            self.assertNotIn(b"nur fuer andere", answer.content)
        self.assertExecuted("M13", 0)
        missing = self.open_file(f"/marketplace_helpdesk/file/{other.id + 1000}/{foreign}")
        self.assertEqual(missing.status_code, 404)

    def test_only_agents_of_the_company(self):
        case = self.make_files(("notiz.txt", TEXT))
        self.open_file(self.url_of(case))
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        people = (
            self._make_user("clerk", "base.group_user"),
            new_test_user(self.env, login="portal", groups="base.group_portal"),
            self._make_user("stranger", "marketplace_helpdesk.group_agent", elsewhere),
            self._make_user("chief", "marketplace_helpdesk.group_administrator", elsewhere),
        )
        for user in people:
            answer = self.open_file(self.url_of(case), user)
            self.assertEqual(answer.status_code, 404, user.login)
            self.assertNotIn(TEXT, answer.content)
        self.logout()
        answer = self.url_open(self.url_of(case), allow_redirects=False)
        self.assertIn(answer.status_code, (302, 303))
        self.assertIn("/web/login", answer.headers["Location"])

    def test_agent_of_another_team(self):
        """Whoever may not read the ticket may not read its files."""
        case = self.make_files(("notiz.txt", TEXT))
        outsider = self._make_user("outsider", "marketplace_helpdesk.group_agent")
        self.assertFalse(case.ticket_id.with_user(outsider).has_access("read"))
        self.assertEqual(self.open_file(self.url_of(case), outsider).status_code, 404)

    def test_too_large(self):
        case = self.make_files(("film.mp4", TEXT))
        self.patch(marketplace_message_file, "MAX_BYTES", 10)
        answer = self.open_file(self.url_of(case))
        self.assertEqual(answer.status_code, 502)
        self.assertIn("too large", answer.text)
        self.assertExecuted("M13", 0)
        # The marketplace may have told a smaller size than it sends.
        case.message_ids.files = [{**case.message_ids.files[0], "size": None}]
        self.assertIn("too large", self.open_file(self.url_of(case)).text)
        self.assertExecuted("M13", 1)
        self.assertFalse(case.message_ids.mail_message_id.attachment_ids)

    def test_marketplace_does_not_give_it(self):
        case = self.make_files(("notiz.txt", TEXT))
        for fault in ("http500_before", "reset_before", "quota"):
            self.seller.fault("M13", fault)
            answer = self.open_file(self.url_of(case))
            self.assertEqual(answer.status_code, 502, fault)
            self.assertIn("could not be opened", answer.text)
            self.assertNotIn("Traceback", answer.text)
            self.assertNotIn(self.seller.password, answer.text)
        self.assertEqual(self.open_file(self.url_of(case)).content, TEXT)

    def test_right_missing(self):
        case = self.make_files(("notiz.txt", TEXT))
        self.seller.configure(options={"message_roles": True}, roles=["ROLE_PARTNER_ORDER_READ"])
        answer = self.open_file(self.url_of(case))
        self.assertEqual(answer.status_code, 502)
        self.assertIn("ROLE_PARTNER_MESSAGE_READ", answer.text)
        self.assertEqual(self.account.state, "enabled")

    def test_files_of_everybody(self):
        """Of the operator, and of a colleague who answered in the back office."""
        case = self.make_case()
        content = base64.b64encode(TEXT).decode()
        for sender in ("operator", "shop"):
            self.seller.say(
                case.remote_id,
                f"Siehe Anhang ({sender})",
                sender=sender,
                files=[{"name": f"{sender}.txt", "content": content}],
            )
        self.turn(pull=True)
        for message in case.message_ids.filtered("files"):
            url = f"/marketplace_helpdesk/file/{case.id}/{message.files[0]['remote_id']}"
            self.assertIn(url, message.body)
            self.assertEqual(self.open_file(url).content, TEXT)
        self.assertExecuted("M13", 2)


@tagged("post_install", "-at_install")
class TestMiraklFileFetching(HttpCase, MiraklCase):
    """The call may last a minute: neither the database nor other people wait for it."""

    def setUp(self):
        super().setUp()
        content = base64.b64encode(TEXT).decode()
        self.case = self.make_case(files=[{"name": "notiz.txt", "content": content}])
        self.message = self.case.message_ids
        self.remote_id = self.message.files[0]["remote_id"]

    def open_file(self):
        self.authenticate(self.agent.login, self.agent.login)
        return self.url_open(f"/marketplace_helpdesk/file/{self.case.id}/{self.remote_id}")

    def store_elsewhere(self):
        """Another request stores the same file, in a transaction of its own."""
        with self.registry.cursor() as cursor:
            message = api.Environment(cursor, self.env.uid, {})[self.message._name].browse(
                self.message.id
            )
            found = records.File("notiz.txt", TEXT)
            return message._keep_file(message.files[0], found).id

    def take_lanes(self, cursor):
        """What three downloads of the account hold while they are fetching."""
        for lane in range(marketplace_message_file.LANES):
            key = f"marketplace.file:{self.account.id}:{lane}"
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
            self.assertTrue(cursor.fetchone()[0], "a download has not given its lane back")

    def give_lanes_back(self, cursor):
        cursor.execute("SELECT pg_advisory_unlock_all()")

    def other_connection(self):
        return closing(db_connect(self.env.cr.dbname).cursor())

    def test_no_transaction_is_open_while_it_is_fetched(self):
        seen = []

        def look(answer):
            # A cursor of a test has a savepoint where a real one has a transaction.
            seen.append([bool(cursor._savepoint) for cursor in TestCursor._cursors_stack])
            return answer

        with self.wire("M13", change=look):
            self.assertEqual(self.open_file().content, TEXT)
        self.assertEqual(seen, [[False]])

    def test_token_is_the_jobs_to_keep(self):
        self.seller.configure(options={"oauth": "only"})
        token_url = f"{URL}/mirakl/oauth/token"
        self.account.write({"login": self.seller.login, "token_url": token_url, "token": False})
        self.assertEqual(self.open_file().content, TEXT)
        self.assertExecuted("token", 1)
        self.assertFalse(self.account.token)

    def test_opened_twice_at_once_is_stored_once(self):
        stored = []

        def overtake(answer):
            stored.append(self.store_elsewhere())
            return answer

        with self.wire("M13", change=overtake):
            self.assertEqual(self.open_file().content, TEXT)
        self.env.invalidate_all()
        self.assertEqual(self.message.files[0]["attachment_id"], stored[0])
        self.assertEqual(self.message.mail_message_id.attachment_ids.ids, stored)

    def test_opened_again_while_it_is_fetched_waits_for_it(self):
        with self.other_connection() as cursor:
            self.take_lanes(cursor)

            def pause(_seconds):
                self.store_elsewhere()
                self.give_lanes_back(cursor)

            self.patch(marketplace_message_file.time, "sleep", pause)
            self.assertEqual(self.open_file().content, TEXT)
        self.assertExecuted("M13", 0)

    def test_few_at_a_time(self):
        self.patch(marketplace_message_file, "LANE_SECONDS", 0)
        with self.other_connection() as cursor:
            self.take_lanes(cursor)
            answer = self.open_file()
            self.assertEqual(answer.status_code, 502)
            self.assertIn("being fetched just now", answer.text)
            self.assertExecuted("M13", 0)
            self.give_lanes_back(cursor)
        self.assertEqual(self.open_file().content, TEXT)

    def test_lanes_are_given_back(self):
        with self.other_connection() as cursor:
            for fault in ("http500_before", None):
                if fault:
                    self.seller.fault("M13", fault)
                self.assertEqual(self.open_file().status_code, 502 if fault else 200)
                self.take_lanes(cursor)
                self.give_lanes_back(cursor)

    def test_storing_that_meets_another_one_asks_only_once(self):
        """A conflict in the database repeats the storing, not the call."""
        service = type(self.env["marketplace.message"])
        genuine, tries = service._keep_file, []

        def conflict_once(message, file, found):
            tries.append(found)
            if len(tries) == 1:
                raise Conflict
            return genuine(message, file, found)

        self.patch(service, "_keep_file", conflict_once)
        self.patch(marketplace_message_file.time, "sleep", lambda _seconds: None)
        self.assertEqual(self.open_file().content, TEXT)
        self.assertEqual(len(tries), 2)
        self.assertExecuted("M13", 1)
