"""Odoo 19 and the virtual environment it runs in."""

import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import apt, cache
from .ui import Stop, run, say, step

HERE = Path(__file__).resolve().parent
REQUIREMENTS = (HERE / "requirements.txt", HERE / "requirements-oca.txt")
ODOO_PACKAGE = "odoo-19"
ODOO_VERSION = "19.0.0+dfsg-1"
# web files that Debian keeps in packages of their own; taken from the machine's own suite
WEB_PACKAGES = (
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
)
# scripts that Debian strips although the pages ask for them: without a file, browser tests fail
STRIPPED = ("mail/static/lib/selfie_segmentation/selfie_segmentation.js",)


@dataclass(frozen=True)
class Runtime:
    python: Path  # of the virtual environment
    odoo: Path  # the folder that holds the package `odoo`
    version: str  # of Odoo, as precise as known
    site_packages: Path

    @property
    def addons(self) -> list[Path]:
        """The addons folders, without ours."""
        folders = (
            self.odoo / "addons",
            self.odoo / "odoo/addons",
            self.site_packages / "odoo/addons",
        )
        return [folder for folder in folders if folder.is_dir()]

    @property
    def key(self) -> str:
        """Changes with everything that a database depends on, but not with the test tools."""
        return cache.digest(self.version, (HERE / "requirements-oca.txt").read_text())


def ensure(odoo: str | None = None) -> Runtime:
    """Odoo and its environment, built where missing. `odoo`: an Odoo 19 that is already there."""
    with ThreadPoolExecutor(2) as pool:
        environment = pool.submit(cache.built, f"venv/{environment_key()}", build_environment)
        if odoo:
            source, version = existing_odoo(Path(odoo).expanduser().resolve())
        else:
            source, version = debian_odoo()
        venv = environment.result()
    python = venv / "bin/python"
    site_packages = venv / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    return Runtime(python, source, version, site_packages)


def existing_odoo(path: Path) -> tuple[Path, str]:
    release = path / "odoo/release.py"
    if not release.exists() or "version_info = (19, 0" not in release.read_text():
        raise Stop(f"{path} is not an Odoo 19: odoo/release.py of version 19.0 was expected in it.")
    return path, f"19.0 in {path}"


def debian_odoo() -> tuple[Path, str]:
    path = cache.built(f"odoo/{cache.digest(ODOO_VERSION, WEB_PACKAGES, STRIPPED)}", build_odoo)
    return path / "usr/lib/python3/dist-packages", (path / "version").read_text()


def build_odoo(path: Path) -> None:
    with step("Odoo 19: Debian packages, 126 MB"), tempfile.TemporaryDirectory(dir=path) as work:
        archive = apt.Archive(Path(work), cache.logs() / "apt.log")
        archive.update()
        version = choose_version(archive.versions(ODOO_PACKAGE))
        own = [f"{name}/{archive.suite}" for name in WEB_PACKAGES]
        archive.unpack([f"{ODOO_PACKAGE}={version}", *own], path)
    for name in STRIPPED:
        script = path / "usr/lib/python3/dist-packages/odoo/addons" / name
        script.parent.mkdir(parents=True, exist_ok=True)
        script.touch()
    (path / "version").write_text(version)


def choose_version(offered: list[str]) -> str:
    if ODOO_VERSION in offered:
        return ODOO_VERSION
    newer = [version for version in offered if version.startswith("19.0")]
    if not newer:
        raise Stop(
            f"Debian no longer offers {ODOO_PACKAGE} {ODOO_VERSION} "
            f"(on offer: {', '.join(offered) or 'nothing'}). "
            "Name an Odoo 19 that is already here with --odoo FOLDER."
        )
    say(f"    {ODOO_PACKAGE} {ODOO_VERSION} has been replaced by {newer[0]}: taking that one.")
    return newer[0]


def environment_key() -> str:
    return cache.digest(sys.version, sys.base_prefix, *(path.read_text() for path in REQUIREMENTS))


def build_environment(path: Path) -> None:
    log = cache.logs() / "pip.log"
    with step("Python packages, 240 MB"):
        create_environment(path, log)
        # the list is complete: nothing has to be resolved (and "odoo" itself is no package of pip)
        files = [part for name in REQUIREMENTS for part in ("-r", name)]
        options = ["--no-input", "--disable-pip-version-check", "--no-deps"]
        command = [path / "bin/python", "-m", "pip", "install", *options, *files]
        run(command, log, "The Python packages could not be installed.", cwd=path)


def create_environment(path: Path, log: Path) -> None:
    failure = "No virtual environment could be made (on Debian: apt-get install python3-venv)."
    command = [sys.executable, "-m", "venv", "--clear", path]
    try:
        run(command, log, failure)
    except Stop:
        if not apt.install(["python3-venv"], cache.logs() / "apt-venv.log"):
            raise
        run(command, log, failure)


def environment(runtime: Runtime) -> dict[str, str]:
    """The variables with which the environment's Python finds Odoo."""
    return {
        **os.environ,
        "PYTHONPATH": str(runtime.odoo),
        "PYTHONDONTWRITEBYTECODE": "",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(cache.folder() / "hypothesis"),
    }
