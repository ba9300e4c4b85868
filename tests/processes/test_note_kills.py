"""Notes to customers while processes are killed, or two work at once: each is mailed once."""

import time

from conftest import sandbox_api

TEXTS = ["Your parcel left.", "It arrives tomorrow."]


class Shop:
    """A shop with one order, its account in the copied database, and comments that are due."""

    def __init__(self, world, texts=TEXTS):
        self.world, self.texts = world, texts
        self.seller = sandbox_api.WooSeller()
        line = {"sku": "REF-1", "name": "Lamp", "quantity": 1, "price": 10}
        self.number = str(self.seller.order(status="completed", lines=[line])["id"])
        access = self.seller.access
        self.account, self.order = world.run(
            "notes_worker.set_up_notes",
            self.seller.url,
            access["consumer_key"],
            access["consumer_secret"],
            self.number,
            texts,
        )

    def turn(self, minutes=0):
        self.seller.configure(options={"clock_skew": minutes * 60})
        self.seller.clock(offset_seconds=minutes * 60)
        return self.world.run("notes_worker.run_notes", self.account, minutes)

    def kill_while(self, operation, fault, condition):
        self.seller.fault(operation, fault, seconds=3)
        worker = self.world.start("notes_worker.run_notes", self.account).wait_until_ready()
        worker.go()
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.02)
        worker.kill()

    def has_hit(self):
        return any(fault["hits"] for fault in self.seller._call("GET", "/faults"))

    def get_notes(self):
        notes = self.seller.get_order(self.number)["notes"]
        rows = sorted((row for row in notes if row["by"] != "system"), key=lambda row: row["id"])
        return {str(row["id"]): row["note"] for row in rows}

    def check(self):
        """Everything is there once, was mailed once, and is known here once under its number."""
        notes = self.get_notes()
        assert list(notes.values()) == self.texts
        assert [mail["text"] for mail in self.seller.mails()] == self.texts
        found = self.world.run("notes_worker.read_comments", self.order)
        assert found == [
            [text, "out", "sent", number] for text, number in zip(self.texts, notes, strict=True)
        ]


def test_killed_after_the_shop_wrote_the_note(world):
    shop = Shop(world)
    shop.kill_while("notes.create", "timeout_after", shop.get_notes)
    for minutes in (0, 6, 12, 18):
        shop.turn(minutes)
    shop.check()


def test_killed_before_the_shop_wrote_the_note(world):
    shop = Shop(world)
    shop.kill_while("notes.create", "timeout_before", shop.has_hit)
    for minutes in (6, 12, 18, 24):
        shop.turn(minutes)
    shop.check()


def test_killed_while_notes_are_read(world):
    shop = Shop(world, [])
    shop.seller.note(shop.number, "Written at the shop.")
    shop.kill_while("notes.list", "timeout_after", shop.has_hit)
    shop.turn()
    shop.turn(6)
    found = world.run("notes_worker.read_comments", shop.order)
    assert [row[:3] for row in found] == [["Written at the shop.", "in", "received"]]


def test_two_workers(world):
    shop = Shop(world, [f"Note {index}" for index in range(8)])
    shop.seller.fault("notes.create", "slow", seconds=0.1, times=99)
    job = ("notes_worker.run_notes", shop.account)
    world.at_once(job, job)
    shop.turn()
    shop.check()
