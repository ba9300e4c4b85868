"""The marketplaces' languages. Nothing here imports Odoo.

A new marketplace is one folder here and one line in `PROVIDERS`.
"""

from importlib import import_module

from .base import Client

# provider key -> module below this package that defines `CLIENT`
PROVIDERS = {
    "cdiscount": "cdiscount",
    "mirakl": "mirakl",
    "opensi": "opensi",
    "woocommerce": "woocommerce.operator",
    "wcfm": "woocommerce.seller",
}


def get_client_class(provider) -> type[Client]:
    """The client class of a provider key; KeyError for an unknown one."""
    return import_module(f".{PROVIDERS[provider]}", __name__).CLIENT


def get_provider_selection():
    """[(key, label)] for selection fields."""
    return [(key, get_client_class(key).label) for key in PROVIDERS]
