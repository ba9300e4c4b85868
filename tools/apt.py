"""Debian packages: fetched and unpacked into the cache, or installed on the machine."""

import os
import re
import subprocess
from pathlib import Path

from .ui import Stop, as_root, run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def codename() -> str:
    try:
        text = Path("/etc/os-release").read_text()
    except FileNotFoundError:
        return ""
    found = re.search(r'^VERSION_CODENAME="?(\w+)', text, re.MULTILINE)
    return found[1] if found else ""


def mirror(etc: Path = Path("/etc/apt"), suite: str | None = None) -> str:
    """The address from which this machine takes its own Debian suite."""
    suite = suite or codename()
    one_line = re.compile(rf"^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+{re.escape(suite)}\s", re.MULTILINE)
    for path in (etc / "sources.list", *sorted(etc.glob("sources.list.d/*.list"))):
        if path.exists() and (found := one_line.search(path.read_text())):
            return found[1]
    for path in sorted(etc.glob("sources.list.d/*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text()):
            fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
            if (
                suite in fields.get("Suites", "").split()
                and "deb" in fields.get("Types", "deb").split()
            ):
                return fields["URIs"].split()[0]
    raise Stop(
        "No Debian package source was found in /etc/apt, so Odoo 19 cannot be fetched. "
        "Name an Odoo 19 that is already here with --odoo FOLDER."
    )


class Archive:
    """A package source of its own, apart from the machine's: its suite, and sid."""

    def __init__(self, work: Path, log: Path) -> None:
        self.work, self.log, self.suite = work, log, codename()
        for name in ("lists/partial", "cache/archives/partial", "parts", "debs"):
            (work / name).mkdir(parents=True, exist_ok=True)
        signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
        address = mirror()
        lines = [f"deb {signed}{address} {suite} main\n" for suite in (self.suite, "sid")]
        (work / "sources.list").write_text("".join(lines))
        settings = {
            "Dir::Etc::sourcelist": work / "sources.list",
            "Dir::Etc::sourceparts": work / "parts",
            "Dir::State::lists": work / "lists",
            "Dir::Cache": work / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        if os.geteuid() == 0:
            settings["APT::Sandbox::User"] = "root"
        self.options = [
            part for key, value in settings.items() for part in ("-o", f"{key}={value}")
        ]

    def update(self) -> None:
        # --error-on is apt's own way to fail when a source does not answer
        command = ["apt-get", *self.options, "update", "--error-on=any"]
        failure = "The list of Debian packages could not be fetched; --odoo FOLDER does without."
        run(command, self.log, failure)

    def versions(self, package: str) -> list[str]:
        """The versions on offer, newest first."""
        asked = subprocess.run(
            ["apt-cache", *self.options, "madison", package],
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("|")[1].strip() for line in asked.stdout.splitlines()]

    def unpack(self, packages: list[str], target: Path) -> None:
        command = ["apt-get", *self.options, "download", *packages]
        run(command, self.log, "The Debian packages could not be fetched.", cwd=self.work / "debs")
        for deb in sorted((self.work / "debs").glob("*.deb")):
            run(["dpkg", "-x", deb, target], self.log, f"{deb.name} could not be unpacked.")


def install(packages: list[str], log: Path) -> bool:
    """Install on the machine, if that is allowed without asking; False where it is not."""
    root = as_root()
    if root is None or not Path("/usr/bin/apt-get").exists():
        return False

    def apt_get(*arguments: str) -> bool:
        try:
            run([*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *arguments], log, "")
        except Stop:
            return False
        return True

    wanted = ("install", "-y", "--no-install-recommends", *packages)
    # the first failure mostly means that the lists were never fetched or are old; whether every
    # other source of the machine answers the update does not matter
    return apt_get(*wanted) or (apt_get("update"), apt_get(*wanted))[1]
