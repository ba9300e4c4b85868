"""./dev bench: figures of the addon, one `name: value` a line on stdout."""

import argparse
import sys
from contextlib import contextmanager
from dataclasses import dataclass

from . import cache, databases, postgres, runtime, sandbox
from .odoo import MODULE, Odoo, free_ports
from .ui import Stop, step


@dataclass(frozen=True)
class Bed:
    """A fresh database with the addon in it, and the sandbox beside it."""

    odoo: Odoo
    database: str
    variables: dict[str, str]


@contextmanager
def bed(options: argparse.Namespace, name: str):
    found = runtime.ensure(options.odoo)
    with postgres.server(found) as server:
        odoo = Odoo(found, server, options.addon)
        template = databases.template(odoo, "test")
        with (
            sandbox.running(found, odoo.addon, name) as marketplaces,
            databases.scratch(odoo, template) as database,
        ):
            with step("Addon: installation"):
                log = cache.logs() / f"{name}-install.log"
                odoo.run(log, "The addon could not be installed.", "-d", database, "-i", MODULE)
            variables = marketplaces.variables if marketplaces else {}
            yield Bed(odoo, database, {**odoo.environment, **variables})


def bench(options: argparse.Namespace) -> int:
    script = options.addon / "bench/run.py"
    if not script.exists():
        raise Stop("There is no bench/run.py.")
    with bed(options, "bench") as made:
        config = made.odoo.config("bench", http_port=free_ports(1)[0], log_level="warn")
        sys.stdout.flush()
        with step("Measuring"):
            done = made.odoo.script(
                config, made.database, script, options.names, env=made.variables
            )
    return done.returncode
