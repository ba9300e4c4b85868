"""Chromium, for the tests that click."""

import shutil

from . import apt, cache
from .ui import say, step

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)  # where Odoo looks


def available() -> bool:
    """Whether there is one; installed where it is missing and that is allowed."""
    if any(map(shutil.which, NAMES)):
        return True
    with cache.lock("apt"), step("Chromium: apt-get install, 110 MB"):
        # without any font a browser draws nothing
        apt.install(["chromium", "fonts-dejavu-core"], cache.logs() / "apt-chromium.log")
    if any(map(shutil.which, NAMES)):
        return True
    say("    Chromium is missing and could not be installed (apt-get install chromium).")
    return False
