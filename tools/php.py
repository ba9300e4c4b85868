"""PHP with its SOAP extension, for the tests with an independent client and server."""

import shutil
import subprocess

from . import apt, cache
from .ui import say, step

PACKAGES = ["php-cli", "php-soap", "php-xml"]  # on Debian 12: of PHP 8.2


def is_here() -> bool:
    if not shutil.which("php"):
        return False
    asked = subprocess.run(["php", "-m"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return {"soap", "dom"} <= set(asked.stdout.lower().split())


def available() -> bool:
    """Whether there is one; installed where it is missing and that is allowed."""
    if is_here():
        return True
    with cache.lock("apt"), step("PHP: apt-get install, 3 MB"):
        apt.install(PACKAGES, cache.logs() / "apt-php.log")
    if is_here():
        return True
    say(f"    PHP is missing and could not be installed (apt-get install {' '.join(PACKAGES)}).")
    say("    The tests with PHP are skipped.")
    return False
