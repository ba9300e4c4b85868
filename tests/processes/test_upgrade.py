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


def find_previous():
    """The last commit before the manifest had its present version."""
    present = get_version((ADDON / "__manifest__.py").read_text())
    last = "HEAD"
    for commit in (git("log", "--format=%H", "--", "__manifest__.py") or b"").decode().split():
        manifest = git("show", f"{commit}:__manifest__.py")
        if manifest and get_version(manifest.decode()) != present:
            return last
        last = f"{commit}^"
    return None


@pytest.fixture
def previous(tmp_path):
    """A folder with the addon in its version before."""
    commit = find_previous()
    if not commit:
        pytest.skip("git knows no version before this one")
    archive, folder = tmp_path / "previous.tar", tmp_path / "previous"
    archive.write_bytes(git("archive", commit))
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder


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
    before = run(
        database, tmp_path, previous, "install", credentials, sandbox_api.URL, sandbox_api.SMTP
    )
    assert [len(before[name]) for name in ("orders", "cases", "refunds")] == [3, 1, 2]
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
        "presets": 5,
        "booking": "none",  # until somebody chooses
        # What was accepted before was booked by hand.
        "accepted": [[7.0, True, "none"]],
    }
    # What waited is sent now, once.
    assert operations == [["done", 1], ["done", 1]]
    assert seller.count("CreateRefundVoucher") == (2, 2)
    # What the older version saw of others is known now, and was booked by hand.
    assert [[kind, state] for kind, _amount, state in imported] == [["lines", "none"]]
