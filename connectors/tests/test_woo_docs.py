"""What people read about WooCommerce is what the code says."""

import re
from pathlib import Path

import pytest
from test_docs import FILES, get_listed_terms

from connectors.woocommerce.operator import CLIENT as OPERATOR
from connectors.woocommerce.seller import CLIENT as SELLER

README = Path(__file__).parents[1] / "woocommerce" / "README.md"


@pytest.mark.parametrize("client", [OPERATOR, SELLER])
def test_every_sentence_is_listed_for_translation(client):
    terms, _patterns = get_listed_terms()
    told = {spec.label for spec in (*client.streams, *client.reasons)} | set(client.cannot.values())
    assert sorted(told - terms) == []


def test_the_tests_that_the_readme_names_exist():
    tests = "".join(path.read_text() for path in FILES)
    named = set(re.findall(r"`(test_[a-z0-9_]+)", README.read_text())) - {p.stem for p in FILES}
    assert named
    assert sorted(name for name in named if f"def {name}(" not in tests) == []
