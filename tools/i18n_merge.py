"""Run by ./dev i18n with Odoo's Python: terms that Odoo exported into our .pot and .po files.

usage: i18n_merge.py EXPORTED FOLDER
"""

import re
import sys
from pathlib import Path

import polib


def read(path: Path, module: str) -> polib.POFile:
    """What Odoo exported, with a header that only a new series of Odoo changes."""
    terms = polib.pofile(str(path))
    product, series = re.match(r"(.*?) (\d+\.\d+)", terms.metadata["Project-Id-Version"]).groups()
    terms.header = f"Translation of {product}.\nThis file contains the translation of {module}."
    terms.metadata = {
        "Project-Id-Version": f"{product} {series}",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    return terms


def translate(terms: polib.POFile, path: Path) -> None:
    """Give every term the translation that the file has for it."""
    known = (
        {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))} if path.exists() else {}
    )
    terms.metadata["Language"] = path.stem
    terms.metadata["Plural-Forms"] = "nplurals=2; plural=(n > 1);"
    for entry in terms:
        entry.msgstr = known.get(entry.msgid, "")
    missing = [entry.msgid for entry in terms if not entry.msgstr]
    print(f"{path.name}: {len(terms)} terms, {len(missing)} not translated")
    for term in missing:
        print(f"    {term!r}")


def write(terms: polib.POFile, path: Path) -> None:
    path.write_text(f"{str(terms).rstrip()}\n", encoding="utf-8")


if __name__ == "__main__":
    exported, folder = map(Path, sys.argv[1:])
    found = read(exported, exported.stem)
    write(found, folder / exported.name)
    translate(found, folder / "fr.po")
    write(found, folder / "fr.po")
