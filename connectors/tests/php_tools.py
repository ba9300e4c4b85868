"""Debian's PHP with its SOAP extension, where it is installed."""

import json
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).parent / "php"
START_SECONDS = 10


def why_not():
    """Why PHP cannot be used, "" where it can."""
    if not shutil.which("php"):
        return "there is no php here (apt-get install php8.2-cli php8.2-soap php8.2-xml)"
    found = subprocess.run(["php", "-m"], capture_output=True, text=True, check=False).stdout
    return "" if "soap" in found.lower().split() else "php has no SOAP extension here (php8.2-soap)"


@contextmanager
def serve(script, **environment):
    """The address of `php -S` with a script of ours."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    with subprocess.Popen(
        ["php", "-S", f"127.0.0.1:{port}", str(FOLDER / script)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(port):
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < until, "php -S did not start"
            time.sleep(0.02)


def run(script, **asked):
    """What a script of ours prints for these values, both as JSON."""
    done = subprocess.run(
        ["php", str(FOLDER / script)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise AssertionError(done.stdout + done.stderr) from None
