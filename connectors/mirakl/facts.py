"""What Mirakl tells of the shop once a day: A01, A21, RE01 (contract 1.7 and 1.11)."""

from .. import base, errors, records, values
from . import const

HOUR = 3600


def read(client):
    """records.Facts; a part that the key may not read is named in `problems`."""
    problems = []
    account = _read_part(client.get_account, problems) or {}
    return records.Facts(
        shop_name=account.get("shop_name", ""),
        shop_state=account.get("shop_state", ""),
        currency=account.get("currency", ""),
        reasons=_read_part(client.get_reasons, problems),
        figures=_read_part(client.get_figures, problems),
        problems=tuple(dict.fromkeys(problems)),
    )


def _read_part(part, problems):
    try:
        return part()
    except errors.RefusedError as error:
        problems.append(str(error))
        return None


def map_account(node):
    """{"shop_name", "shop_state", "currency"}; states are not known beforehand."""
    names = {"shop_name": "shop_name", "shop_state": "shop_state", "currency": "currency_iso_code"}
    return {name: values.text(node.get(member)) for name, member in names.items()}


def map_reasons(node):
    """The base.ReasonSpecs of an answer; types that mean nothing here are left out."""
    found = {}
    for item in values.items(node, "reasons"):
        usage = const.USAGES.get(values.text(item.get("type")))
        code = values.text(item.get("code"))
        if usage and code:
            label = values.text(item.get("label")) or code
            allowed = item.get("is_shop_right") is True
            found.setdefault((usage, code), base.ReasonSpec(usage, code, label, allowed=allowed))
    return tuple(found.values())


def map_topics(node):
    """{code: label} of the reasons that threads may have as topic."""
    return {
        values.text(item.get("code")): values.text(item.get("label"))
        for item in values.items(node, "reasons")
        if values.text(item.get("type")) in const.TOPIC_TYPES
    }


def map_figures(node):
    """The records.Figures of A21: of each kind all periods that have a value, best period first.

    Mirakl describes its rates as one number divided by another: shares of 1. Where one of them is
    above 1 they cannot be shares, and all are read as percent (assumption).
    """
    rates = {key: _read_periods(node, name) for name, key in const.RATES.items()}
    delays = {key: _read_periods(node, name) for name, key in const.DELAYS.items()}
    shares = all(value <= 1 for found in rates.values() for _period, value in found)
    factor = 100 if shares else 1
    told = [(key, period, value * factor) for key in rates for period, value in rates[key]]
    told += [(key, period, value / HOUR) for key in delays for period, value in delays[key]]
    return tuple(records.Figure(key, round(float(value), 4), period) for key, period, value in told)


def _read_periods(node, name):
    """[(period, value)] of a list of {period, value}, without those that have no value."""
    found = {
        values.text(item.get("period")): values.decimal(item["value"])
        for item in values.items(node, name)
        if item.get("value") is not None
    }
    order = {period: rank for rank, period in enumerate(const.PERIODS)}
    return sorted(found.items(), key=lambda told: order.get(told[0], len(order)))
