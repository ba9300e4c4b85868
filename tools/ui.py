"""What the person in front of the terminal sees, and child processes.

Progress goes to stderr, so that stdout carries results only.
"""

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

HEARTBEAT = 15  # seconds
NO_NETWORK = (
    "Temporary failure resolving",
    "Could not resolve",
    "Could not connect",
    "Connection timed out",
    "Failed to establish a new connection",
    "Name or service not known",
    "Network is unreachable",
)
NO_SPACE = ("No space left on device",)


class Stop(Exception):
    """The command cannot go on; the message says why and what helps, in one sentence or two."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Step:
    """A long step. `note` may be set while it runs: the heartbeat shows it."""

    note = ""

    def __init__(self, title: str) -> None:
        self.title = title
        self.start = time.monotonic()

    @property
    def seconds(self) -> int:
        return round(time.monotonic() - self.start)


@contextmanager
def step(title: str):
    """Announce a step, say every HEARTBEAT seconds that it still runs, and how long it took."""
    current = Step(title)
    done = threading.Event()

    def heartbeat() -> None:
        while not done.wait(HEARTBEAT):
            say(f"    {title}: {current.seconds} s{', ' + current.note if current.note else ''}")

    say(f"  - {title} ...")
    threading.Thread(target=heartbeat, daemon=True).start()
    try:
        yield current
    except BaseException:
        say(f"  ! {title}: not finished, {current.seconds} s")
        raise
    finally:
        done.set()
    say(f"  + {title}: {current.seconds} s")


def tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def explain(output: str) -> str:
    """A sentence about the usual reasons why an installation step fails."""
    if any(sign in output for sign in NO_NETWORK):
        return " There is no network, or the package source does not answer."
    if any(sign in output for sign in NO_SPACE):
        return " The disk is full."
    return ""


def run(command: list, log: Path, failure: str, **options) -> None:
    """Run a command quietly, its output into `log`; raise Stop(`failure`) when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            code = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **options,
            ).returncode
        except FileNotFoundError:
            raise Stop(f"{failure} The program {command[0]} is not on this machine.") from None
    if code:
        raise Stop(
            f"{failure}{explain(log.read_text(errors='replace'))}\n{tail(log)}\n(all of it: {log})"
        )


def as_root() -> list[str] | None:
    """The prefix that runs a command as root without asking anything; None where there is none."""
    if os.geteuid() == 0:
        return []
    try:
        asked = subprocess.run(
            ["sudo", "-n", "true"], capture_output=True, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        return None
    return ["sudo", "-n"] if asked.returncode == 0 else None
