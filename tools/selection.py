"""Which tests `./dev test WORD...` runs."""

import ast
from dataclasses import dataclass
from pathlib import Path

from .odoo import MODULE

BROWSER = ("HttpCase", "start_tour", "browser_js")


@dataclass(frozen=True)
class Selection:
    """Suites, and words that a test's name has to contain one of. Nothing named: everything."""

    suites: tuple[str, ...]
    words: tuple[str, ...]

    @classmethod
    def of(cls, words: list[str], known: tuple[str, ...]) -> "Selection":
        suites = tuple(word for word in words if word in known)
        return cls(suites or known, tuple(word.lower() for word in words if word not in known))

    def matches(self, name: str) -> bool:
        return not self.words or any(word in name.lower() for word in self.words)

    @property
    def pytest(self) -> list[str]:
        return ["-k", " or ".join(self.words)] if self.words else []


def odoo_parts(addon: Path, selection: Selection) -> list[str]:
    """What to give to --test-tags, for each of the runs side by side: two of about the same
    length for everything, one for a choice, none where nothing matches."""
    if selection.words:
        return [",".join(tags)] if (tags := odoo_tags(addon, selection)) else []
    halves: list[tuple[int, list[str]]] = [(0, []), (0, [])]
    for path in sorted(test_files(addon), key=lambda path: -path.stat().st_size):
        size, tags = halves.pop(halves.index(min(halves, key=lambda half: half[0])))
        halves.append((size + path.stat().st_size, [*tags, tag_of(path)]))
    return [",".join(tags) for _size, tags in halves if tags]


def odoo_tags(addon: Path, selection: Selection) -> list[str]:
    """The tags of the files, classes and methods that match."""
    tags = []
    for path in test_files(addon):
        if selection.matches(path.stem):
            tags.append(tag_of(path))
            continue
        for kind, name in names(path):
            if selection.matches(name):
                tags.append(f"/{MODULE}:{name}" if kind == "class" else f"/{MODULE}.{name}")
    return list(dict.fromkeys(tags))


def tag_of(path: Path) -> str:
    return f"/{MODULE}/tests/{path.name}"


def test_files(addon: Path):
    """The files with Odoo tests, and those with the classes that they share."""
    return sorted((addon / "tests").glob("*.py"))


def names(path: Path):
    """Its test classes and test methods; a method counts for the classes that inherit it, too."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            yield "class", node.name
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test"):
                    yield "method", inner.name


def needs_browser(addon: Path) -> bool:
    return any(word in path.read_text() for path in test_files(addon) for word in BROWSER)


def needs_php(folders: list[Path], selection: Selection) -> bool:
    """Whether a test that may be meant is one with PHP."""
    return mentions("php", folders, selection)


def needs_npm(folders: list[Path], selection: Selection) -> bool:
    """Whether a test that may be meant is one with a package of npm."""
    return mentions("npm", folders, selection)


def mentions(word: str, folders: list[Path], selection: Selection) -> bool:
    paths = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    texts = [f"{path.name} {path.read_text()}" for path in paths]
    return any(word in text.lower() and selection.matches(text) for text in texts)
