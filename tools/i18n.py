"""./dev i18n: the addon's terms in i18n/*.pot, and i18n/fr.po with what is translated of them."""

import argparse
import subprocess
import sys
from pathlib import Path

from . import cache, databases, postgres, runtime
from .odoo import MODULE, Odoo
from .ui import Stop, run, step

MERGE = Path(__file__).with_name("i18n_merge.py")


def update(options: argparse.Namespace) -> None:
    found = runtime.ensure(options.odoo)
    with postgres.server(found) as server:
        odoo = Odoo(found, server, options.addon)
        with databases.scratch(odoo, databases.template(odoo, "test")) as database:
            with step("Addon: installation"):
                log = cache.logs() / "i18n-install.log"
                odoo.run(log, "The addon could not be installed.", "-d", database, "-i", MODULE)
            with step("Terms"):
                exported = export(odoo, database)
    folder = odoo.addon / "i18n"
    folder.mkdir(exist_ok=True)
    sys.stdout.flush()
    if subprocess.call([found.python, MERGE, exported, folder]):
        raise Stop("The terms could not be written.")


def export(odoo: Odoo, database: str) -> Path:
    """The file in which Odoo lists every term of the addon."""
    target = cache.logs() / f"{MODULE}.pot"
    wanted = ["-c", odoo.config("i18n"), "-d", database, "-l", "pot", "-o", target, MODULE]
    command = [odoo.runtime.python, "-m", "odoo", "i18n", "export", *wanted]
    log = cache.logs() / "i18n-export.log"
    failure = "The terms could not be exported."
    run(command, log, failure, env=odoo.environment, cwd=odoo.data)
    return target
