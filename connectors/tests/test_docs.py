"""What people read about the connectors is what the code says."""

import ast
import re
from pathlib import Path

import pytest

from connectors import PROVIDERS, base, get_client_class
from connectors.cdiscount import const as cdiscount
from connectors.mirakl import checks as mirakl_checks
from connectors.opensi import comments as opensi_comments
from connectors.woocommerce import checks as woo_checks

ROOT = Path(__file__).resolve().parents[2]
FILES = [*Path(__file__).parent.glob("test_*.py"), *(ROOT / "tests").glob("test_*.py")]
ERRORS = ("NotSentError", "UnknownOutcomeError", "RefusedError", "LoginError")


def get_listed_terms():
    """(sentences, patterns) of models/connector_terms.py, read without importing it."""
    tree = ast.parse((ROOT / "models/connector_terms.py").read_text())
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and node.targets[0].id in ("TERMS", "PATTERNS"):
            found[node.targets[0].id] = {call.args[0].value for call in node.value.elts}
    return found["TERMS"], found["PATTERNS"]


def get_sentences():
    """Every fixed sentence that a connector may show to a person."""
    for provider in PROVIDERS:
        client = get_client_class(provider)
        yield from (spec.label for spec in (*client.streams, *client.reasons))
        yield from client.cannot.values()
        yield from client.topics.values()
    yield from (text for _ok, text in cdiscount.CLOSE_STATUSES.values() if text)
    yield from (text for _pattern, text in cdiscount.KNOWN_TEXTS)
    yield from cdiscount.ERROR_TYPES.values()
    yield from mirakl_checks.STEPS
    yield from (*woo_checks.OPERATOR_FIRST, *woo_checks.OPERATOR_STEPS)
    yield from (*woo_checks.SELLER_FIRST, *woo_checks.SELLER_STEPS)
    yield from woo_checks.WAYS.values()
    yield from (*opensi_comments.REFUSALS.values(), opensi_comments.NOT_TAKEN)
    yield from (*woo_checks.OPERATOR_FIRST, *woo_checks.OPERATOR_STEPS)
    yield from (*woo_checks.SELLER_FIRST, *woo_checks.SELLER_STEPS, *woo_checks.WAYS.values())
    for path in (ROOT / "connectors").rglob("*.py"):
        if "tests" not in path.parts:
            yield from get_raised(ast.parse(path.read_text()))


def get_raised(tree):
    """Sentences that are raised, or returned or named as they are."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Return, ast.Assign)) and isinstance(node.value, ast.Constant):
            if isinstance(node.value.value, str) and re.fullmatch(r"\S+ .*\.", node.value.value):
                yield node.value.value
        name = isinstance(node, ast.Call) and getattr(
            node.func, "id", getattr(node.func, "attr", "")
        )
        if name in ERRORS and node.args and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value
        if name in ("Check", "_check", "_NotTested"):
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            yield from (text for text in texts if isinstance(text, str))


def test_every_sentence_is_listed_for_translation():
    terms, _patterns = get_listed_terms()
    assert sorted(set(get_sentences()) - terms) == []


def test_every_listed_sentence_is_french_too():
    text = (ROOT / "i18n/fr.po").read_text()
    pairs = dict(re.findall(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n)+)', text, re.MULTILINE))
    translated = {ast.literal_eval(f"({a})"): ast.literal_eval(f"({b})") for a, b in pairs.items()}
    terms, patterns = get_listed_terms()
    assert sorted(term for term in terms | patterns if not translated.get(term)) == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_capability_is_declared_or_explained(provider):
    client = get_client_class(provider)
    assert set(client.capabilities) | set(client.cannot) == set(base.CAPABILITIES)
    assert not set(client.capabilities) & set(client.cannot)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_tests_that_a_readme_names_exist(provider):
    folder = PROVIDERS[provider].partition(".")[0]
    readme = (ROOT / "connectors" / folder / "README.md").read_text()
    tests = "".join(path.read_text() for path in FILES)
    named = set(re.findall(r"`(test_[a-z0-9_]+)", readme)) - {p.stem for p in FILES}
    assert sorted(name for name in named if f"def {name}(" not in tests) == []


def test_the_table_says_what_the_code_says():
    rows = {}
    for line in (ROOT / "docs/capabilities.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if cells[0].strip("` ").strip() in base.CAPABILITIES:
            rows[cells[0].strip("` ").strip()] = cells[2:]
    assert list(rows) == list(base.CAPABILITIES)
    for column, provider in enumerate(PROVIDERS):
        client = get_client_class(provider)
        for capability, cells in rows.items():
            wanted = "yes" if capability in client.capabilities else client.cannot[capability]
            assert cells[column].removeprefix("no: ") == wanted
