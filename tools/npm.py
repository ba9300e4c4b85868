"""Packages of npm, for the tests with independent clients in JavaScript."""

import shutil
from pathlib import Path

from . import apt, cache
from .ui import Stop, run, say, step

DEBIAN = ["nodejs", "npm"]
PACKAGES = ("@woocommerce/woocommerce-rest-api@1.0.2",)
# a machine without a registry is told so soon
OPTIONS = ("--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1")
OPTIONS += ("--fetch-timeout=20000",)


def is_here() -> bool:
    return bool(shutil.which("node") and shutil.which("npm"))


def available() -> bool:
    """Whether node and npm are there; installed where they are missing and that is allowed."""
    if not is_here():
        with cache.lock("apt"), step("Node.js: apt-get install"):
            apt.install(DEBIAN, cache.logs() / "apt-npm.log")
    return is_here()


def variables() -> dict[str, str]:
    """What tells the tests where the packages are; nothing where they cannot be had."""
    missing = f"Node.js is missing and could not be installed (apt-get install {' '.join(DEBIAN)})."
    if available():
        try:
            folder = cache.built(f"npm/{cache.digest(*PACKAGES)}", build)
            return {"MARKETPLACE_NODE_MODULES": str(folder / "node_modules")}
        except Stop as stop:
            missing = str(stop)
    say(f"    {missing}")
    say("    The tests with packages of npm are skipped.")
    return {}


def build(path: Path) -> None:
    with step("npm packages, 3 MB"):
        command = ["npm", "install", "--prefix", path, *OPTIONS, *PACKAGES]
        log = cache.logs() / "npm.log"
        run(command, log, "The packages of npm could not be installed.", cwd=path)
