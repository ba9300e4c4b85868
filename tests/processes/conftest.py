"""A copy of a database with the addon in it, and Odoo processes that work on it.

MARKETPLACE_DATABASE    a database in which the addon is installed; it is copied, not changed
MARKETPLACE_TEMPLATE    one without the addon, for tests that install an older version of it
PGHOST, PGUSER, ...     how PostgreSQL is reached, as for Odoo
MARKETPLACE_SANDBOX_*   the running sandbox, as for the tests inside Odoo
"""

import importlib.util
import json
import os
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql

HERE = Path(__file__).parent
LIMIT = 60  # seconds for one process


def _load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sandbox_api = _load(HERE.parent / "sandbox_api.py")


class Process:
    """One Odoo process that runs a function of worker.py and prints its result."""

    def __init__(self, database, data, function, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, HERE / "worker.py", database, data, function, json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self):
        """Until it stands at its barrier."""
        assert self.process.stdout.readline().strip() == "ready"
        return self

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def result(self):
        output, _none = self.process.communicate(timeout=LIMIT)
        assert self.process.returncode == 0, "the process failed, see above"
        return json.loads(output.splitlines()[-1])

    def kill(self):
        """SIGKILL: nothing is tidied up."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class World:
    """The copied database, and the sellers whose accounts are in it."""

    def __init__(self, database, data):
        self.database = database
        self.data = str(data)
        self.started = []

    def start(self, function, *arguments):
        process = Process(self.database, self.data, function, *arguments)
        self.started.append(process)
        return process

    def run(self, function, *arguments, barriers=1):
        (result,) = self.at_once((function, *arguments), barriers=barriers)
        return result

    def at_once(self, *jobs, barriers=1):
        """Start (function, arguments...) tuples that meet at each barrier; their results."""
        processes = [self.start(*job) for job in jobs]
        for _index in range(barriers):
            for process in processes:
                process.wait_until_ready()
            for process in processes:
                process.go()
        return [process.result() for process in processes]


def _is_reachable():
    try:
        sandbox_api.call("GET", "/health")
    except (OSError, AssertionError):
        return False
    return True


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    source = os.environ.get("MARKETPLACE_DATABASE")
    if not source:
        pytest.skip("MARKETPLACE_DATABASE names no database with the addon in it")
    if not _is_reachable():
        pytest.skip(f"no sandbox answers at {sandbox_api.URL}")
    with copied(source) as name:
        made = World(name, tmp_path_factory.mktemp("data"))
        try:
            yield made
        finally:
            for process in made.started:
                if process.process.poll() is None:
                    process.kill()


@contextmanager
def copied(source):
    """A copy of a database, dropped at the end."""
    name = f"marketplace_processes_{uuid.uuid4().hex[:8]}"
    server = psycopg2.connect(dbname="postgres")
    server.autocommit = True
    try:
        with server.cursor() as cursor:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(source)
                )
            )
        yield name
    finally:
        with server.cursor() as cursor:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            cursor.execute(drop.format(sql.Identifier(name)))
        server.close()


class Shop:
    """One seller with orders, and its account in the database."""

    def __init__(self, orders, lines):
        self.seller = sandbox_api.Seller()
        self.numbers = [
            self.seller.order(state="Shipped", lines=lines)["number"] for _index in range(orders)
        ]

    @property
    def credentials(self):
        return {"login": self.seller.login, "password": self.seller.password}

    def line_states(self):
        orders = {order["number"]: order for order in self.seller.state["orders"]}
        return [[line["state"] for line in orders[number]["lines"]] for number in self.numbers]

    def wait_for(self, condition, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.02)


LINES = [
    {"seller_product_id": "REF-1", "sku": "SKU-1", "price": 49.9, "shipping": 4.0},
    {"seller_product_id": "REF-2", "sku": "SKU-2", "price": 25.8},
]
SHOPS = {
    "race": (3, LINES),
    "gestures": (2, LINES),
    "limits": (2, LINES),
    "approvals": (2, LINES),
    "windows": (2, LINES),
    "workers": (12, LINES[:1]),
    "kill_after": (1, LINES[:1]),
    "kill_before": (1, LINES[:1]),
    "kill_early": (1, LINES[:1]),
}


@pytest.fixture(scope="session")
def shops(world):
    """All shops, set up by one process. Each gains `account`, `orders` and `users`."""
    made = {name: Shop(*values) for name, values in SHOPS.items()}
    wanted = {name: [shop.credentials, shop.numbers] for name, shop in made.items()}
    found = world.run("set_up", wanted, sandbox_api.URL, sandbox_api.SMTP)
    for name, shop in made.items():
        shop.account, shop.orders, shop.users = found[name]
    return made
