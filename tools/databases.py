"""Template databases, built once, and their short-lived copies."""

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path

from . import cache
from .odoo import Odoo
from .ui import step

RECIPE = 1  # raise it to have every template built again
MODULES = ("helpdesk_mgmt_sale", "sale_management")
# users are French; tests run in a company without demo data, as customers have
OPTIONS = {
    "test": ("--load-language=en_US,fr_FR",),
    "demo": ("--load-language=en_US,fr_FR", "--with-demo"),
}


def template(odoo: Odoo, kind: str, extra: tuple[str, ...] = ()) -> str:
    """The name of the template database of that kind, built if it is not there."""
    modules = (*MODULES, *extra)
    key = cache.digest(RECIPE, odoo.runtime.key, modules, OPTIONS[kind])
    name = f"marketplace_template_{kind}_{key}"
    if odoo.has(name):
        return name
    with cache.lock(f"{name}-{odoo.postgres.key}"):
        if not odoo.has(name):
            build(odoo, name, modules, OPTIONS[kind], kind)
    return name


def build(
    odoo: Odoo, name: str, modules: tuple[str, ...], options: tuple[str, ...], kind: str
) -> None:
    draft = f"{name}_draft"
    for database in (name, draft):
        odoo.drop(database)
    cache.check_space()
    with step(f"Template database for {kind}: {', '.join(modules)}"):
        log = cache.logs() / f"template-{kind}.log"
        odoo.data.mkdir(exist_ok=True)
        failure = "The template database could not be built."
        odoo.run(log, failure, "-d", draft, "-i", ",".join(modules), *options)
    odoo.filestore(draft).rename(odoo.filestore(name))
    odoo.postgres.rename(draft, name)


@contextmanager
def scratch(odoo: Odoo, source: str):
    """A copy of the template for one run; dropped afterwards."""
    name = f"marketplace_run_{os.getpid()}_{os.urandom(3).hex()}"
    mark = marks(odoo) / name
    with cache.lock(f"sweep-{odoo.postgres.key}"):  # nobody sweeps a mark before it is locked
        sweep(odoo)
        handle = mark.open("w")
        fcntl.flock(handle, fcntl.LOCK_SH)
    with handle:
        odoo.copy(source, name)
        try:
            yield name
        finally:
            odoo.drop(name)
            mark.unlink()


def sweep(odoo: Odoo) -> None:
    """Drop what killed runs left behind: their marks are no longer locked."""
    for mark in marks(odoo).iterdir():
        with mark.open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            odoo.drop(mark.name)
            mark.unlink(missing_ok=True)


def marks(odoo: Odoo) -> Path:
    path = cache.folder() / "runs" / odoo.postgres.key
    path.mkdir(parents=True, exist_ok=True)
    return path
