"""A database of the version before becomes one of this version, and nothing is lost."""

import ast
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from conftest import LINES, copied, sandbox_api

HERE = Path(__file__).parent
ADDON = HERE.parents[1]
LIMIT = 120  # seconds for one process
# Older versions -> what became of them: refunds seen before, booking, bookings of what was
# accepted, imported refunds and their booking.
OLDER = {
    "19.0.1.3.0": {
        "refunds": 3,
        "booking": "draft",
        "accepted": [[7.0, True, "to_book"], [53.9, True, "to_book"]],
        "imported": [["lines", "to_book"]],
        # What was done and asked for at the marketplace is known; orders to be read are read.
        "dealt": [True],
        "there": [[2.0, "asked", True]],
        "wishes": 3,
    },
    "19.0.1.2.0": {
        "refunds": 3,
        "booking": "draft",
        "accepted": [[7.0, True, "to_book"], [53.9, True, "to_book"]],
        "imported": [["lines", "to_book"]],
    },
    # Booking is nobody's until somebody chooses; what was accepted before was booked by hand, and
    # what the older version saw of others is known now.
    "19.0.1.1.0": {
        "refunds": 2,
        "booking": "none",
        "accepted": [[7.0, True, "none"]],
        "imported": [["lines", "none"]],
    },
}


def git(*arguments):
    """The output of a git command; None where there is no repository, or not so much of it."""
    command = ["git", "-C", ADDON, "-c", f"safe.directory={ADDON}", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def get_version(manifest):
    return ast.literal_eval(manifest)["version"]


def find_last_commit(version):
    """The last commit whose manifest has this version."""
    last = "HEAD"
    for commit in (git("log", "--format=%H", "--", "__manifest__.py") or b"").decode().split():
        manifest = git("show", f"{commit}:__manifest__.py")
        if manifest and get_version(manifest.decode()) == version:
            return last
        last = f"{commit}^"
    return None


@pytest.fixture(params=OLDER)
def previous(request, tmp_path):
    """A folder with the addon in an older version."""
    commit = find_last_commit(request.param)
    if not commit:
        pytest.skip(f"git knows no version {request.param}")
    archive, folder = tmp_path / "previous.tar", tmp_path / "previous"
    archive.write_bytes(git("archive", commit))
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return request.param, folder


@pytest.fixture
def database():
    source = os.environ.get("MARKETPLACE_TEMPLATE")
    if not source:
        pytest.skip("MARKETPLACE_TEMPLATE names no database without the addon")
    with copied(source) as name:
        yield name


def run(database, data, addon, function, *arguments):
    command = [sys.executable, HERE / "upgrade.py", database, data, addon, function]
    output = subprocess.run(
        [*command, json.dumps(arguments)], stdout=subprocess.PIPE, text=True, timeout=LIMIT
    )
    assert output.returncode == 0, "the process failed, see above"
    return json.loads(output.stdout.splitlines()[-1])


def test_database_of_the_version_before(database, previous, tmp_path):
    seller = sandbox_api.Seller()
    order = seller.order(state="Shipped", lines=LINES)
    seller.order(state="WaitingForShipmentAcceptation", lines=LINES[:1])
    given = seller.order(state="Shipped", lines=LINES[:1])
    seller.refund(given["number"])
    seller.discussion(kind="claim", text="La lampe est cassée.", order_number=order["number"])
    credentials = {"login": seller.login, "password": seller.password}
    version, folder = previous
    wanted = OLDER[version]
    before = run(
        database, tmp_path, folder, "install", credentials, sandbox_api.URL, sandbox_api.SMTP
    )
    counts = [len(before[name]) for name in ("orders", "cases", "refunds")]
    assert counts == [3, 1, wanted["refunds"]]
    after, new, operations, imported = run(database, tmp_path, ADDON, "upgrade")
    assert after == before
    assert new == {
        "version": get_version((ADDON / "__manifest__.py").read_text()),
        "give_back": [
            ["refunded", False],
            ["shipped", "refund"],
            ["shipped", "refund"],
            ["to_ship", "cancellation"],
        ],
        "recipient_policy": "as_addressed",
        "intervals": [0],
        "allowed": True,
        "presets": 6,
        "booking": wanted["booking"],
        "accepted": wanted["accepted"],
        "dealt": wanted.get("dealt", [False]),
        "there": wanted.get("there", []),
        "wishes": wanted.get("wishes", 0),
        "own": [2, 2, 2],  # accounts, their web service addresses, their ranges of numbers
    }
    # What waited is sent now, once.
    assert operations == [["done", 1], ["done", 1]]
    assert seller.count("CreateRefundVoucher") == (2, 2)
    assert [[kind, state] for kind, _amount, state in imported] == wanted["imported"]
