"""The commands of ./dev."""

import argparse
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from . import bench, cache, databases, demo, i18n, lint, postgres, runtime, testing
from .odoo import Odoo
from .ui import Stop, say


def main(arguments: list[str]) -> int:
    os.umask(0o022)  # another account runs PostgreSQL and has to read its programs
    parser = make_parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command not in PASS_ON:
        parser.error(f"unknown: {' '.join(rest)}")
    options.rest = rest
    # an exception, so that everything that was started is stopped
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return options.run(options) or 0
    except Stop as stop:
        say(f"\n{stop}")
    except KeyboardInterrupt:
        say("\nInterrupted.")
        return 130
    except OSError as error:
        if error.errno != 28:
            raise
        say("\nThe disk is full.")
    return 1


PASS_ON = ("odoo",)


def make_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--odoo",
        metavar="FOLDER",
        default=os.environ.get("MARKETPLACE_ODOO"),
        help="use the Odoo 19 in FOLDER instead of Debian's package (or set MARKETPLACE_ODOO)",
    )
    common.add_argument(
        "--addon",
        metavar="FOLDER",
        type=lambda name: Path(name).resolve(),
        default=cache.ROOT,
        help=argparse.SUPPRESS,
    )
    parser = argparse.ArgumentParser(
        prog="./dev", allow_abbrev=False, description="Everything is kept in " + str(cache.folder())
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=text, description=text, parents=[common], allow_abbrev=False
        )
        added.set_defaults(run=run)
        return added

    tested = command(
        "test",
        testing.test,
        "Run all tests, or those that match a WORD: a suite, a marketplace, a name",
    )
    tested.add_argument(
        "words", nargs="*", metavar="WORD", help=f"a suite ({', '.join(testing.SUITES)}) or a name"
    )
    tested.add_argument(
        "--beside", metavar="MODULE", action="append", default=[], help="with this module installed"
    )
    measured = command("bench", bench.bench, "Measure; figures as `name: value` on stdout")
    measured.add_argument("names", nargs="*", metavar="NAME", help="passed on to bench/run.py")
    shown = command("demo", demo.demo, "Odoo with sandbox marketplaces, until Ctrl+C")
    shown.add_argument("--port", type=int, default=8069, help="of Odoo (8069)")
    shown.add_argument("--fresh", action="store_true", help="with a new database")
    linted = command("lint", run_lint, "Static checks")
    linted.add_argument("--fix", nargs="+", metavar="PATH", help="first repair and format these")
    command("i18n", i18n.update, "Bring i18n/*.pot and i18n/*.po up to date with the addon's terms")
    command("setup", setup, "Install Odoo, its environment and the template database")
    made = command("db", make_database, "Make the database NAME anew, as a copy of the template")
    made.add_argument("name")
    made.add_argument("--demo", action="store_true", help="with Odoo's demo data")
    command("psql", psql, "Open a database").add_argument("name")
    command("postgres", hold_postgres, "Keep PostgreSQL running and print how to reach it")
    command(
        "odoo", run_odoo, "Run Odoo with our configuration: ./dev odoo [SUBCOMMAND] -d DATABASE ..."
    )
    return parser


@contextmanager
def prepared(options: argparse.Namespace):
    """Odoo and PostgreSQL, ready."""
    found = runtime.ensure(options.odoo)
    with postgres.server(found) as server:
        yield Odoo(found, server, options.addon)


def setup(options: argparse.Namespace) -> None:
    with prepared(options) as odoo:
        databases.template(odoo, "test")
        say(f"Python: {odoo.runtime.python}")
        say(f"Odoo {odoo.runtime.version}: {odoo.runtime.odoo}")


def run_lint(options: argparse.Namespace) -> int:
    if options.fix:
        lint.fix(runtime.ensure(options.odoo), Path.cwd(), options.fix)
    options.words = ["lint"]
    return testing.test(options)


def make_database(options: argparse.Namespace) -> None:
    with prepared(options) as odoo:
        odoo.copy(databases.template(odoo, "demo" if options.demo else "test"), options.name)


def psql(options: argparse.Namespace) -> int:
    with prepared(options) as odoo:
        return subprocess.call([odoo.postgres.psql, options.name], env=odoo.environment)


def hold_postgres(options: argparse.Namespace) -> None:
    with prepared(options) as odoo:
        for name, value in odoo.postgres.variables.items():
            print(f"export {name}={value}", flush=True)
        say(f"# psql: {odoo.postgres.psql}\n# Ctrl+C ends it")
        signal.pause()


def run_odoo(options: argparse.Namespace) -> int:
    rest = list(options.rest)
    subcommand = rest.pop(0) if rest and not rest[0].startswith("-") else "server"
    with prepared(options) as odoo:
        odoo.data.mkdir(exist_ok=True)
        command = odoo.command(odoo.config("odoo"), *rest, subcommand=subcommand)
        return subprocess.call(command, env=odoo.environment)
