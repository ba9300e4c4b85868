"""What the test runners said, in numbers."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from . import cache
from .odoo import MODULE

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ "
    r"(?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<text>.*)$"
)
STARTED = re.compile(r"^Starting (\S+) \.\.\.")
SKIPPED = re.compile(r"^skipped (\w+ \([^)]*\)|\S+) : ")
FAILED = re.compile(r"^(?:FAIL|ERROR): (?:Subtest )?(\w+Class \([^)]*\)|\S+)")
REPORT = re.compile(r"^(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database")
BAD = ("WARNING", "ERROR", "CRITICAL")
# lines that say nothing about the addon
HARMLESS = (re.compile(r"^Running as user"), re.compile(r"pg_trgm"))


@dataclass
class Results:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)  # name and text of each

    def add(self, other: "Results") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures

    def fail(self, name: str, text: str = "") -> None:
        self.failed += 1
        self.failures.append(f"{name}\n{text.rstrip()}" if text else name)

    def check(self, name: str, problems: str) -> None:
        """One check that passes when it has nothing to tell."""
        if problems.strip():
            self.fail(name, problems)
        else:
            self.passed += 1

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed" + (
            f", {self.skipped} skipped" if self.skipped else ""
        )


def of_junit(path: Path, suite: str) -> Results:
    """Results of a pytest run. A test that fails and then fails to clean up counts once."""
    results = Results()
    failed = set()
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"{suite}: {case.get('classname')}.{case.get('name')}"
        wrong = [found for kind in ("failure", "error") for found in case.findall(kind)]
        if wrong and name not in failed:
            failed.add(name)
            results.fail(name, "\n".join(found.text or found.get("message", "") for found in wrong))
        elif case.find("skipped") is not None:
            results.skipped += 1
        elif not wrong:
            results.passed += 1
    return results


@dataclass
class Entry:
    """One entry of Odoo's log: its first line and what follows."""

    level: str
    logger: str
    text: str


def entries(log: str) -> list[Entry]:
    found: list[Entry] = []
    for line in log.splitlines():
        if match := LINE.match(line):
            found.append(Entry(**match.groupdict()))
        elif found:
            found[-1].text += f"\n{line}"
    return found


def of_odoo(log: str, code: int) -> Results:
    """Results of an Odoo run with tests.

    Odoo counts failures, not failed tests: two bad subtests are two, a class that cannot be set up
    is one although none of its tests ran. Here each test and each class counts once, and so does a
    run that never came to its end.
    """
    results = Results()
    started: list[str] = []
    skipped: list[str] = []
    failed: dict[str, str] = {}
    complaints: list[str] = []
    report = None
    for entry in entries(log):
        of_a_test = ".tests" in entry.logger
        if match := REPORT.match(entry.text):
            report = match
        elif of_a_test and (match := STARTED.match(entry.text)):
            started.append(match[1])
        elif of_a_test and (match := SKIPPED.match(entry.text)):
            skipped.append(match[1])
        elif of_a_test and entry.level == "ERROR" and (match := FAILED.match(entry.text)):
            failed[match[1]] = f"{failed.get(match[1], '')}{entry.text}\n"
        elif is_complaint(entry):
            complaints.append(f"{entry.level} {entry.logger}: {entry.text}")
    for name, text in failed.items():
        results.fail(f"odoo: {name}", text)
    results.skipped = len(skipped)
    results.passed = sum(name not in failed and name not in skipped for name in started)
    if report is None:
        results.fail("odoo: the run did not come to its end", last_error(log))
    elif not failed and (report[1] != "0" or report[2] != "0" or code):
        results.fail("odoo: the run failed", f"{report[0]}, exit code {code}\n{last_error(log)}")
    results.check("odoo: the addon logs no warning and no error", "\n".join(complaints))
    return results


def is_complaint(entry: Entry) -> bool:
    """Whether our addon logged it, or Odoo about our addon."""
    if entry.level not in BAD or is_harmless(entry) or entry.logger.endswith(".browser"):
        return False
    text = entry.text.replace(str(cache.folder()), "")  # that path has the addon's name, too
    return entry.logger.startswith(f"odoo.addons.{MODULE}") or MODULE in text


def is_harmless(entry: Entry) -> bool:
    return any(pattern.search(entry.text) for pattern in HARMLESS)


def last_error(log: str) -> str:
    bad = [entry for entry in entries(log) if entry.level in BAD[1:] and not is_harmless(entry)]
    return bad[-1].text if bad else "\n".join(log.splitlines()[-15:])
