"""What Mirakl tells of the shop once a day: A01, A21, RE01 (contract 1.7 and 1.11)."""

from .. import base, errors, records
from . import const, values

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
    """The records.Figures of A21, one of each kind, of the first period that has a value.

    Mirakl describes its rates as one number divided by another: shares of 1. Where one of them is
    above 1 they cannot be shares, and all are read as percent (assumption).
    """
    rates = {key: _pick(node, name) for name, key in const.RATES.items()}
    delays = {key: _pick(node, name) for name, key in const.DELAYS.items()}
    rates = {key: found for key, found in rates.items() if found}
    factor = 1 if any(value > 1 for value, _period in rates.values()) else 100
    found = {key: (value * factor, period) for key, (value, period) in rates.items()}
    found |= {key: (got[0] / HOUR, got[1]) for key, got in delays.items() if got}
    return tuple(
        records.Figure(key, round(float(value), 4), period)
        for key, (value, period) in found.items()
    )


def _pick(node, name):
    """(value, period) of a list of {period, value}; None where nothing is told."""
    found = {
        values.text(item.get("period")): item.get("value") for item in values.items(node, name)
    }
    for period in (*const.PERIODS, *found):
        if found.get(period) is not None:
            return values.decimal(found[period]), period
    return None
