"""What is kept outside of the checkout: downloads, environments, databases, logs.

MARKETPLACE_CACHE names another folder. Everything here may be deleted while no ./dev runs.
"""

import fcntl
import functools
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from .ui import Stop, say

ROOT = Path(__file__).resolve().parent.parent
NEEDED_BYTES = 4 << 30
LOG_DAYS = 3


def folder() -> Path:
    named = os.environ.get("MARKETPLACE_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    path = Path(named) if named else base / "marketplace_helpdesk"
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:12]


@functools.cache
def logs() -> Path:
    """The folder of this run's logs and configuration files; those of earlier days go."""
    base = folder() / "logs"
    for old in base.glob("*"):
        if old.stat().st_mtime < time.time() - LOG_DAYS * 86400:
            shutil.rmtree(old, ignore_errors=True)
    path = base / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def lock(name: str):
    """Only one ./dev at a time may hold `name`. The kernel frees it when the process dies."""
    path = folder() / "locks" / name
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"    (waiting for another ./dev: {name})")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle


def built(name: str, build: Callable[[Path], None]) -> Path:
    """The folder `name` of the cache, made by `build` once.

    A folder counts only with the mark written last, so an interrupted build starts anew.
    """
    path = folder() / name
    mark = path / ".complete"
    if mark.exists():
        return path
    with lock(name.replace("/", "_")):
        if not mark.exists():
            check_space()
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
            build(path)
            mark.touch()
    return path


def check_space() -> None:
    free = shutil.disk_usage(folder()).free
    if free < NEEDED_BYTES:
        raise Stop(
            f"{folder()} has {free >> 20} MB free, {NEEDED_BYTES >> 20} MB are needed. "
            "Free some space or name another folder with MARKETPLACE_CACHE."
        )
