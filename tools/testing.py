"""./dev test: all suites, one closing line."""

import argparse
import contextlib
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import (
    browser,
    cache,
    databases,
    lint,
    npm,
    php,
    postgres,
    results,
    runtime,
    sandbox,
    selection,
)
from .odoo import MODULE, Odoo, free_ports
from .results import Results
from .ui import Stop, say, step

# suites of pytest, and where they are
PYTEST = {"tools": "tools/tests", "connectors": "connectors/tests", "sandbox": "sandbox/tests"}
WITH_PHP = ("connectors", "sandbox")  # some of their tests have an independent client or server
PYTEST_LIMIT = 300  # seconds for one test
ODOO_LIMIT = 2400  # seconds for all tests of Odoo
PROCESSES = "tests/processes"  # also of pytest, on a database with the addon in it
SUITES = ("lint", *PYTEST, "odoo", "processes")


def test(options: argparse.Namespace) -> int:
    """Run what was asked for and print the one line that a CI reads."""
    total = Results()
    try:
        chosen = selection.Selection.of(options.words, SUITES)
        found = runtime.ensure(options.odoo)
        run_all(options, chosen, found, total)
    except Stop as stop:
        total.fail("the run could not be finished", str(stop))
    report(total)
    if not total.passed + total.failed:
        say(f"No test matches: {' '.join(options.words)}")
    print(total, flush=True)
    return int(bool(total.failed) or not total.passed)


def run_all(
    options: argparse.Namespace, chosen: selection.Selection, found: runtime.Runtime, total: Results
) -> None:
    """The suites without Odoo run while the database is prepared, and beside Odoo's own, which
    takes longer than all the others together and runs in parts, each with a database."""
    parts = selection.odoo_parts(options.addon, chosen) if "odoo" in chosen.suites else []
    processes = "processes" in chosen.suites and wants_processes(options.addon, chosen)
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(1 + len(parts)) as pool:
        if parts or processes:
            server = stack.enter_context(postgres.server(found))
            odoo = Odoo(found, server, options.addon)
            template = pool.submit(databases.template, odoo, "test", tuple(options.beside))
        tested = [
            pool.submit(lambda part=part, tags=tags: run_odoo(odoo, template.result(), tags, part))
            for part, tags in enumerate(parts, start=1)
        ]
        folders = [options.addon / PYTEST[suite] for suite in WITH_PHP if suite in chosen.suites]
        if selection.needs_php(folders, chosen):
            php.available()  # without it, its tests are skipped
        variables = {}
        if selection.needs_npm(folders, chosen):
            variables = npm.variables()  # the same
        for suite in chosen.suites:
            if suite == "lint":
                total.add(told(suite, lambda: lint.run(found, options.addon, chosen)))
            elif (options.addon / PYTEST.get(suite, "") / "pytest.ini").exists():
                total.add(
                    told(
                        suite,
                        lambda folder=suite: run_pytest(
                            found, options.addon, folder, chosen, variables
                        ),
                    )
                )
        if processes:
            name = template.result()
            total.add(told("processes", lambda: run_processes(odoo, name, chosen)))
        if parts:
            done = Results()
            for part in tested:
                done.add(part.result())
            say(f"    odoo: {done}")
            total.add(done)


def told(suite: str, run: Callable[[], Results]) -> Results:
    with step(f"Suite {suite}"):
        found = run()
    say(f"    {suite}: {found}")
    return found


def report(total: Results) -> None:
    for failure in total.failures:
        say(f"\n{'=' * 80}\n{failure}")
    say("")


def run_pytest(
    found: runtime.Runtime,
    addon: Path,
    suite: str,
    chosen: selection.Selection,
    variables: dict[str, str] | None = None,
) -> Results:
    folder = addon / PYTEST.get(suite, PROCESSES)
    with tempfile.TemporaryDirectory() as work:
        report_file = Path(work) / "junit.xml"
        command = [
            found.python,
            "-m",
            "pytest",
            "-q",
            "-c",
            folder / "pytest.ini",
            f"--junitxml={report_file}",
        ]
        command += ["-p", "no:cacheprovider", f"--timeout={PYTEST_LIMIT}", *chosen.pytest, folder]
        log = cache.logs() / f"test-{suite}.log"
        with log.open("wb") as output:
            code = subprocess.run(
                list(map(str, command)),
                cwd=addon,
                env={**runtime.environment(found), **(variables or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            ).returncode
        done = results.of_junit(report_file, suite) if report_file.exists() else Results()
    if code not in (0, 5) and not done.failed:  # 5: nothing was selected
        done.fail(f"{suite}: pytest ended with {code}", log.read_text(errors="replace")[-3000:])
    return done


def run_odoo(odoo: Odoo, template: str, tags: str, part: int) -> Results:
    """Install the addon in a copy of the template, with these of its tests."""
    with_browser = selection.needs_browser(odoo.addon)
    missing = with_browser and not browser.available()
    log = cache.logs() / f"test-odoo-{part}.log"
    with (
        sandbox.running(odoo.runtime, odoo.addon, f"test-{part}") as marketplaces,
        databases.scratch(odoo, template) as database,
        step(f"Odoo: installation and tests, part {part}") as current,
    ):
        port = free_ports(1)[0]
        config = odoo.config(f"test-{part}", http_port=port)
        arguments = [
            "-d",
            database,
            "-i",
            "marketplace_helpdesk",
            "--test-tags",
            tags,
            "--stop-after-init",
        ]
        environment = {**odoo.environment, **(marketplaces.variables if marketplaces else {})}
        code = run_logged(odoo.command(config, *arguments), environment, odoo.data, log, current)
    done = results.of_odoo(log.read_text(errors="replace"), code)
    say(f"    (log: {log})")
    if missing:
        say("    The browser tests were NOT run.")
        if os.environ.get("CI"):
            done.fail(
                "odoo: the browser tests were not run",
                "There is no Chromium (apt-get install chromium).",
            )
    return done


def wants_processes(addon: Path, chosen: selection.Selection) -> bool:
    """Whether a test of that suite may be meant: it costs an installation."""
    return any(
        chosen.matches(f"{path.name} {path.read_text()}")
        for path in (addon / PROCESSES).glob("test_*.py")
    )


def run_processes(odoo: Odoo, template: str, chosen: selection.Selection) -> Results:
    """Several Odoo processes at once, on a copy of a database with the addon in it."""
    with (
        sandbox.running(odoo.runtime, odoo.addon, "processes") as marketplaces,
        databases.scratch(odoo, template) as database,
    ):
        log = cache.logs() / "test-processes-install.log"
        odoo.run(log, "The addon could not be installed.", "-d", database, "-i", MODULE)
        variables = {
            **odoo.postgres.variables,
            **(marketplaces.variables if marketplaces else {}),
            "MARKETPLACE_DATABASE": database,
            "MARKETPLACE_TEMPLATE": template,
        }
        return run_pytest(odoo.runtime, odoo.addon, "processes", chosen, variables)


def run_logged(command: list[str], environment: dict, folder: Path, log: Path, current) -> int:
    """Run Odoo with its log in a file; the heartbeat tells which test it is at."""
    process = subprocess.Popen(
        [*sandbox.MORTAL, *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    watchdog = threading.Timer(ODOO_LIMIT, process.kill)
    watchdog.start()
    try:
        with log.open("w") as output:
            for line in process.stdout:
                output.write(line)
                if " Starting " in line and ".tests." in line:
                    current.note = line.split(" Starting ")[1].strip(" .\n")
        return process.wait()
    finally:
        watchdog.cancel()
        sandbox.stop(process)
