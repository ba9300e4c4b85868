"""./dev demo: Odoo and the sandbox marketplaces, ready to be played with."""

import argparse
import fcntl
import json
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from . import cache, databases, postgres, runtime, sandbox
from .lint import files
from .odoo import MODULE, Odoo, free_ports, is_free
from .ui import Stop, say, step, tail

START_LIMIT = 90  # seconds
DATABASE = "marketplace_demo"
# folders whose change does not ask for an update of the module in the database
NOT_IN_DATABASE = (".ci", "bench", "connectors", "docs", "sandbox", "tests", "tools")


def demo(options: argparse.Namespace) -> None:
    if not is_free(options.port):
        raise Stop(
            f"Port {options.port} is taken by another program: choose one with --port NUMBER."
        )
    found = runtime.ensure(options.odoo)
    with only_one(), postgres.server(found) as server:
        odoo = Odoo(found, server, options.addon)
        state = State()
        prepare(odoo, state, options.fresh)
        kept = ("--state", state.folder / "sandbox.json", "--demo")
        with sandbox.running(found, odoo.addon, "demo", state.sandbox(), kept) as marketplaces:
            serve(odoo, marketplaces, options.port)


class State:
    """What lasts from one demo to the next."""

    def __init__(self) -> None:
        self.folder = cache.folder() / "demo"
        self.path = self.folder / "state.json"
        self.values = json.loads(self.path.read_text()) if self.path.exists() else {}

    def keep(self, **values: object) -> None:
        self.values.update(values)
        self.folder.mkdir(exist_ok=True)
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps(self.values, indent=1))
        draft.rename(self.path)

    def forget(self) -> None:
        self.values = {}
        shutil.rmtree(self.folder, ignore_errors=True)

    def sandbox(self) -> sandbox.Sandbox:
        """The ports of last time where they are free, since the accounts in Odoo know them."""
        ports = self.values.get("ports", [])
        if not ports or not all(map(is_free, ports)):
            ports = free_ports(2)
        self.keep(ports=ports)
        # No token: whoever plays the demo plays the customer too, on this machine only.
        return sandbox.Sandbox(*ports, "")


@contextmanager
def only_one():
    path = cache.folder() / "locks/demo"
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop("The demo runs already, in another terminal: end it there.") from None
        yield


def prepare(odoo: Odoo, state: State, fresh: bool) -> None:
    """The database with the addon of this checkout in it."""
    template = databases.template(odoo, "demo")
    if fresh or state.values.get("template") != template or not odoo.has(DATABASE):
        state.forget()
        odoo.copy(template, DATABASE)
        state.keep(template=template)
    sources = fingerprint(odoo.addon)
    if state.values.get("sources") == sources:
        return
    option = "-u" if "sources" in state.values else "-i"
    with step("Addon: " + ("update" if option == "-u" else "installation, with demo data")):
        log = cache.logs() / "demo-install.log"
        failure = (
            "The addon could not be installed (./dev demo --fresh starts with a new database)."
        )
        odoo.run(log, failure, "-d", DATABASE, option, MODULE, "--with-demo")
    state.keep(sources=sources)


def fingerprint(addon: Path) -> str:
    """Changes with the files that the database was made from."""
    used = (
        path for path in files(addon) if path.relative_to(addon).parts[0] not in NOT_IN_DATABASE
    )
    return cache.digest(addon, *(f"{path.name}{path.read_bytes()}" for path in used))


def serve(odoo: Odoo, marketplaces: sandbox.Sandbox | None, port: int) -> None:
    # Workers would need a proxy in front, which joins the websocket's port with the other one:
    # without workers, one port serves both.
    mail = {"smtp_server": "127.0.0.1", "smtp_port": marketplaces.smtp_port} if marketplaces else {}
    config = odoo.config(
        "demo",
        http_port=port,
        max_cron_threads=2,
        db_name=DATABASE,
        dbfilter=f"^{DATABASE}$",
        **mail,
    )
    variables = {**odoo.environment, **(marketplaces.variables if marketplaces else {})}
    variables["MARKETPLACE_DEMO_URL"] = f"http://127.0.0.1:{port}"
    told = set_up(odoo, config, variables)
    log = cache.logs() / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*sandbox.MORTAL, *odoo.command(config)],
            cwd=odoo.data,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl+C is for ./dev, which stops it itself
        )
        try:
            with step("Odoo"):
                wait(process, variables["MARKETPLACE_DEMO_URL"], log)
            announce(variables["MARKETPLACE_DEMO_URL"], marketplaces, told, log)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            process.wait()
            raise Stop(f"Odoo ended.\n{tail(log)}\n(all of it: {log})")
        except KeyboardInterrupt:
            say("\nStopping ...")
        finally:
            sandbox.stop(process)


def set_up(odoo: Odoo, config: Path, variables: dict[str, str]) -> str:
    """Run demo/setup_demo.py at each start: it may find the sandbox at a new address."""
    script = odoo.addon / "demo/setup_demo.py"
    if not script.exists():
        return ""
    log = cache.logs() / "demo-setup.log"
    with step("Demo accounts"), log.open("w") as output:
        done = odoo.script(
            config, DATABASE, script, [], env=variables, stdout=subprocess.PIPE, stderr=output
        )
    if done.returncode:
        raise Stop(f"demo/setup_demo.py failed.\n{tail(log)}\n(all of it: {log})")
    return done.stdout


def wait(process: subprocess.Popen, url: str, log: Path) -> None:
    for _ in sandbox.waiting(START_LIMIT):
        if process.poll() is not None:
            raise Stop(f"Odoo ended at once.\n{tail(log)}\n(all of it: {log})")
        try:
            with urllib.request.urlopen(f"{url}/web/login", timeout=30):
                return
        except urllib.error.HTTPError as error:
            raise Stop(f"Odoo answers with error {error.code}.\n{tail(log)}\n({log})") from None
        except OSError:
            continue
    raise Stop(f"Odoo does not answer after {START_LIMIT} s.\n{tail(log)}\n(all of it: {log})")


def announce(url: str, marketplaces: sandbox.Sandbox | None, told: str, log: Path) -> None:
    print(f"\nOdoo:          {url}   login admin, password admin")
    if marketplaces:
        print(f"Marketplaces:  {marketplaces.url}   (play the customer and the operator)")
    if told.strip():
        print(told.rstrip())
    print(f"Log:           {log}\nCtrl+C ends it; ./dev demo --fresh starts anew.", flush=True)
