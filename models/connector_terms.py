"""The connectors' fixed English sentences, listed here so that Odoo exports and translates them.

A test checks that no sentence of a connector is missing from this list.
"""

from odoo.tools.translate import LazyTranslate, get_translation

_lt = LazyTranslate(__name__)

MODULE = "marketplace_helpdesk"

TERMS = ()


def translate_term(env, text):
    """`text`, one of the connectors' fixed sentences, in the language of `env`."""
    return get_translation(MODULE, env.lang or "en_US", text, ()) if text else ""
