"""How Odoo is started: configuration, addons folder, ports."""

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import cache, runtime
from .postgres import Server
from .ui import Stop, run, tail

MODULE = "marketplace_helpdesk"


@dataclass(frozen=True)
class Odoo:
    runtime: runtime.Runtime
    postgres: Server
    addon: Path  # the folder of our addon, whatever its name

    @property
    def data(self) -> Path:
        return cache.folder() / "data"

    def config(self, name: str, **options: object) -> Path:
        """Write a configuration file. Its folder is this checkout's own."""
        values = {
            "addons_path": ",".join(map(str, [linked(self.addon), *self.runtime.addons])),
            "data_dir": self.data,
            "http_interface": "127.0.0.1",
            "workers": 0,
            "max_cron_threads": 0,
            "limit_time_real": 0,
            "list_db": False,
            "server_wide_modules": "base,rpc,web",
            **{
                key: self.postgres.variables[variable]
                for key, variable in (
                    ("db_host", "PGHOST"),
                    ("db_port", "PGPORT"),
                    ("db_user", "PGUSER"),
                )
                if variable in self.postgres.variables
            },
            **options,
        }
        path = cache.logs() / f"{name}.conf"
        path.write_text(
            "[options]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())
        )
        return path

    def command(self, config: Path, *arguments: object, subcommand: str = "server") -> list[str]:
        return [
            str(self.runtime.python),
            "-m",
            "odoo",
            subcommand,
            "-c",
            str(config),
            *map(str, arguments),
        ]

    @property
    def environment(self) -> dict[str, str]:
        return {**runtime.environment(self.runtime), **self.postgres.variables}

    def run(self, log: Path, failure: str, *arguments: object) -> None:
        """One Odoo command that ends by itself; Stop(`failure`) where it fails."""
        command = self.command(self.config(log.stem), *arguments, "--no-http", "--stop-after-init")
        run(command, log, failure, env=self.environment, cwd=self.data)
        if " CRITICAL " in log.read_text(errors="replace"):
            raise Stop(f"{failure}\n{tail(log)}\n(all of it: {log})")

    def script(self, config: Path, database: str, path: Path, arguments: list[str], **options):
        """Run a Python file as in `odoo shell`: with `env`, and the arguments in sys.argv."""
        prelude = (
            f"import sys; __file__ = {str(path)!r}; sys.argv = {[str(path), *arguments]!r}\n"
            "exec(compile(open(__file__).read(), __file__, 'exec'))\n"
        )
        command = self.command(config, "-d", database, "--no-http", subcommand="shell")
        return subprocess.run(command, input=prelude, text=True, cwd=self.data, **options)

    # databases and their files

    def filestore(self, database: str) -> Path:
        return self.data / "filestore" / database

    def copy(self, source: str, target: str) -> None:
        """Copy a database. Odoo never changes a stored file, so links are enough."""
        self.drop(target)
        shutil.copytree(self.filestore(source), self.filestore(target), copy_function=os.link)
        self.postgres.copy(source, target)

    def drop(self, database: str) -> None:
        self.postgres.drop(database)
        shutil.rmtree(self.filestore(database), ignore_errors=True)

    def has(self, database: str) -> bool:
        return self.filestore(database).exists() and self.postgres.exists(database)


def linked(addon: Path) -> Path:
    """An addons folder in which `addon` has its module's name."""
    folder = cache.folder() / "addons" / cache.digest(addon)
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / MODULE
    if not link.exists():
        link.unlink(missing_ok=True)
        try:
            link.symlink_to(addon, target_is_directory=True)
        except FileExistsError:
            pass  # another ./dev was faster
    return folder


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
