import pytest

from tools.selection import Selection, needs_browser, needs_npm, needs_php, odoo_parts

KNOWN = ("lint", "odoo")


@pytest.fixture
def addon(tmp_path):
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "__init__.py").write_text("from . import test_refund\n")
    (folder / "common.py").write_text("class Contract:\n    def test_reply(self): ...\n")
    (folder / "test_refund.py").write_text(
        "class TestMirakl(Contract):\n"
        "    def test_amount(self): ...\n"
        "    def helper_lines(self): ...\n"
    )
    return tmp_path


def parts(addon, *words):
    return odoo_parts(addon, Selection.of(list(words), KNOWN))


def test_nothing_named_is_everything(addon):
    assert Selection.of([], KNOWN).suites == KNOWN
    assert sorted(",".join(parts(addon)).split(",")) == [
        f"/marketplace_helpdesk/tests/{name}.py" for name in ("__init__", "common", "test_refund")
    ]


def test_everything_is_cut_in_two_of_one_length(addon):
    for name, size in (("a", 50), ("b", 30), ("c", 25), ("d", 300)):
        (addon / f"tests/test_{name}.py").write_text("#" * size)
    first, second = sorted(parts(addon), key=len)
    assert "test_d.py" in first and "common" not in first
    assert not set(first.split(",")) & set(second.split(","))


def test_a_suite_is_no_word(addon):
    chosen = Selection.of(["odoo", "Refund"], KNOWN)
    assert (chosen.suites, chosen.words) == (("odoo",), ("refund",))


def test_words_match_files_classes_and_methods(addon):
    assert parts(addon, "refund") == ["/marketplace_helpdesk/tests/test_refund.py"]
    assert parts(addon, "mirakl") == ["/marketplace_helpdesk:TestMirakl"]
    assert parts(addon, "reply", "amount") == [
        "/marketplace_helpdesk.test_reply,/marketplace_helpdesk.test_amount"
    ]


def test_what_is_not_there_matches_nothing(addon, tmp_path_factory):
    assert parts(addon, "helper") == []
    assert parts(addon, "nothing") == []
    assert parts(tmp_path_factory.mktemp("empty")) == []


def test_browser(addon):
    assert not needs_browser(addon)
    (addon / "tests/test_tour.py").write_text("from odoo.tests import HttpCase\n")
    assert needs_browser(addon)


def test_php(addon):
    folder = addon / "tests"

    def needs(*words):
        return needs_php([folder], Selection.of(list(words), KNOWN))

    assert not needs()
    (folder / "test_shop.py").write_text('def test_client():\n    assert shutil.which("php")\n')
    assert needs() and needs("lint") and needs("client") and needs("shop")
    assert not needs("refund")
    assert not needs_npm([folder], Selection.of([], KNOWN))
    (folder / "test_node.py").write_text("def test_npm_client(): ...\n")
    assert needs_npm([folder], Selection.of(["npm"], KNOWN))
