"""Static checks. Each counts as one test."""

import ast
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from . import runtime
from .cache import ROOT
from .odoo import MODULE
from .results import Results
from .selection import Selection

# What Odoo 19 no longer knows and pylint-odoo 10.0.12 does not tell: suffixes, pattern, instead.
TRAPS = (
    (
        (".py",),
        r"\b_sql_constraints\b",
        "models.Constraint, models.UniqueIndex: this one is ignored",
    ),
    ((".py",), r"\.read_group\(", "_read_group or formatted_read_group"),
    ((".py",), r"\bcheck_access_(rights|rule)\b", "check_access, has_access"),
    ((".py",), r"\b(self|env|record|records)\._(cr|uid|context)\b", "self.env.cr, .uid, .context"),
    ((".py", ".xml"), r"\btoggle_active\b", "action_archive, action_unarchive"),
    ((".py",), r"\bodoo\.osv\b", "odoo.fields.Domain"),
    ((".py",), r"\bgroup_operator\b", "aggregator"),
    ((".py",), r"\bauto_join\b", "bypass_search_access"),
    ((".py",), r"\bdef name_get\(", "_compute_display_name"),
    ((".py", ".xml"), r"\bgroups_id\b", "group_ids"),
    ((".py",), r"type=['\"]json['\"]", "type='jsonrpc'"),
    ((".py", ".xml"), r"view_mode.{1,40}\btree\b", "list"),
    ((".xml",), r"<tree\b|\bview_type\b", "<list>"),
    ((".xml",), r"['\"](numbercall|doall)['\"]", "nothing: the fields are gone"),
    ((".xml",), r"<group\b[^>]*\bexpand=", "a plain <group>"),
    ((".xml",), r"oe_chatter", "<chatter/>"),
    ((".xml",), r"kanban-box", 't-name="card"'),
    ((".xml",), r"\b(attrs|states)=['\"]", "invisible, readonly, required"),
)
SETTINGS = ROOT / "pyproject.toml"
RUFF = ("--no-cache", "--config", SETTINGS)
# folders that never import these
LAYERS = {
    "connectors": ("odoo", "sandbox", "models"),
    "sandbox": ("odoo", "connectors", "models"),
    "tools": ("odoo", "connectors", "sandbox"),
}
# folders of the repository that Odoo never loads
OUTSIDE = ("tools", "sandbox", "bench", "docs")


def run(found: runtime.Runtime, addon: Path, chosen: Selection) -> Results:
    results = Results()
    for name, check in CHECKS.items():
        if chosen.matches(f"lint {name}") or not chosen.words:
            results.check(f"lint: {name}", check(found, addon))
    return results


def files(addon: Path, *suffixes: str) -> list[Path]:
    """The checkout's files: those git knows, and new ones that it does not ignore."""
    command = ["git", "-C", addon, "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split(
            "\0"
        )
        found = [addon / name for name in sorted(set(listed)) if name]
    except (FileNotFoundError, subprocess.CalledProcessError):
        found = [path for path in sorted(addon.rglob("*")) if ".git" not in path.parts]
    return [path for path in found if path.is_file() and (not suffixes or path.suffix in suffixes)]


def tool(found: runtime.Runtime, folder: Path, *command: object) -> str:
    """What a linter has to say; nothing when it is content."""
    done = subprocess.run(
        [found.python, "-m", *map(str, command)],
        cwd=folder,
        env=runtime.environment(found),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return (
        (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"
        if done.returncode
        else ""
    )


def ruff(found: runtime.Runtime, addon: Path) -> str:
    return tool(found, addon, "ruff", "check", *RUFF, "--quiet", "--output-format=concise", ".")


def ruff_format(found: runtime.Runtime, addon: Path) -> str:
    return tool(found, addon, "ruff", "format", *RUFF, "--check", "--output-format=concise", ".")


def fix(found: runtime.Runtime, folder: Path, paths: list[str]) -> None:
    tool(found, folder, "ruff", "check", *RUFF, "--quiet", "--fix", *paths)
    tool(found, folder, "ruff", "format", *RUFF, "--quiet", *paths)


def pylint(found: runtime.Runtime, addon: Path) -> str:
    """On an export, since the module's name is its folder's name; without what is not Odoo's."""
    if not (addon / "__manifest__.py").exists():
        return ""
    with tempfile.TemporaryDirectory() as work:
        export = Path(work) / MODULE
        for path in files(addon):
            target = export / path.relative_to(addon)
            if target.relative_to(export).parts[0] not in (*OUTSIDE, "connectors"):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
        return tool(found, Path(work), "pylint", "--score=n", f"--rcfile={SETTINGS}", MODULE)


def traps(found: runtime.Runtime, addon: Path) -> str:
    return "\n".join(
        f"{path.relative_to(addon)}:{number}: {line.strip()[:80]}  -- use: {instead}"
        for path in files(addon, ".py", ".xml")
        if path.relative_to(addon).parts[0] not in (*OUTSIDE, "static")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for suffixes, pattern, instead in TRAPS
        if path.suffix in suffixes and re.search(pattern, line)
    )


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and module name of each import, with the dots of a relative one."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def layers(found: runtime.Runtime, addon: Path) -> str:
    problems = []
    for path in files(addon, ".py"):
        inside = path.relative_to(addon).parts
        for line, name in imports(path):
            dots = len(name) - len(name.lstrip("."))
            # from ..x import y, so many dots that it leaves the folder
            target = name.lstrip(".") if not dots or dots > len(inside) - 1 else ""
            if target.split(".")[0] in LAYERS.get(inside[0], ()):
                problems.append(f"{'/'.join(inside)}:{line}: {inside[0]} never imports {target}")
    return "\n".join(problems)


def tests_loaded(found: runtime.Runtime, addon: Path) -> str:
    """Odoo runs only what tests/__init__.py imports, and only classes of its own."""
    folder = addon / "tests"
    start = folder / "__init__.py"
    loaded = start.read_text() if start.exists() else ""
    problems = [
        f"tests/{path.name} is not imported in tests/__init__.py: Odoo never runs it"
        for path in sorted(folder.glob("test_*.py"))
        if not re.search(rf"\b{path.stem}\b", loaded)
    ]
    problems += [
        f"{path.relative_to(addon)}: Odoo never runs a plain unittest.TestCase"
        for path in sorted(folder.glob("*.py"))
        if re.search(r"^class \w+\((unittest\.)?TestCase\)", path.read_text(), re.MULTILINE)
    ]
    return "\n".join(problems)


CHECKS: dict[str, Callable[[runtime.Runtime, Path], str]] = {
    "ruff": ruff,
    "format": ruff_format,
    "pylint-odoo": pylint,
    "odoo 19 traps": traps,
    "layers": layers,
    "tests are loaded": tests_loaded,
}
