"""The sandbox marketplaces, started outside of the process that is tested."""

import secrets
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import cache
from .odoo import free_ports
from .runtime import Runtime, environment
from .ui import Stop, step, tail

START_LIMIT = 30  # seconds
# what starts a server that ends even where ./dev is killed outright
MORTAL = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


@dataclass(frozen=True)
class Sandbox:
    port: int
    smtp_port: int
    token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        return {
            "MARKETPLACE_SANDBOX_URL": self.url,
            "MARKETPLACE_SANDBOX_SMTP": f"127.0.0.1:{self.smtp_port}",
            "MARKETPLACE_SANDBOX_TOKEN": self.token,
        }

    def answers(self) -> bool:
        asked = urllib.request.Request(
            f"{self.url}/control/health", headers={"X-Sandbox-Token": self.token}
        )
        try:
            with urllib.request.urlopen(asked, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False


@contextmanager
def running(
    runtime: Runtime,
    addon: Path,
    name: str,
    wanted: Sandbox | None = None,
    options: tuple = (),
):
    """The sandbox of that addon, on free ports or the wanted ones; None where it has none."""
    if not (addon / "sandbox/__main__.py").exists():
        yield None
        return
    sandbox = wanted or Sandbox(*free_ports(2), secrets.token_hex(8))
    log = cache.logs() / f"sandbox-{name}.log"
    command = [
        *MORTAL,
        runtime.python,
        "-m",
        "sandbox",
        "--host",
        "127.0.0.1",
        "--port",
        sandbox.port,
    ]
    command += ["--smtp-port", sandbox.smtp_port]
    if sandbox.token:
        command += ["--control-token", sandbox.token]
    command += options
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=addon,
            env=environment(runtime),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl+C is for ./dev, which stops it itself
        )
        try:
            with step("Sandbox marketplaces"):
                wait(process, sandbox, log)
            yield sandbox
        finally:
            stop(process)


def wait(process: subprocess.Popen, sandbox: Sandbox, log: Path) -> None:
    for _ in waiting(START_LIMIT):
        if process.poll() is not None:
            raise Stop(f"The sandbox marketplaces ended at once.\n{tail(log)}\n(all of it: {log})")
        if sandbox.answers():
            return
    raise Stop(
        f"The sandbox marketplaces do not answer after {START_LIMIT} s.\n"
        f"{tail(log)}\n(all of it: {log})"
    )


def waiting(limit: float) -> Iterator[None]:
    """Turns of a waiting loop, until the limit has passed."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        yield
        time.sleep(0.1)


def stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
