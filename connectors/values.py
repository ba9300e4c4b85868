"""Reading and writing the JSON of the wire: amounts are Decimals, never floats."""

import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

# What a record that is not as expected may raise; anything else is our own bug.
MAPPING_ERRORS = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError)
_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?"
    r"\s*(?:(Z)|([+-])(\d\d):?(\d\d)?)?",
    re.IGNORECASE,
)


def load(content):
    """The JSON value in these bytes; ValueError where they are none."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("the answer is nested too deeply") from None


def parse(content):
    """The object in these bytes; ValueError where it is none."""
    value = load(content)
    if not isinstance(value, dict):
        raise ValueError("the answer is no JSON object")
    return value


def _refuse(name):
    raise ValueError(f"{name} is no number")


def dump(value):
    """JSON text; Decimals become numbers as they are written."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {dump(v)}" for key, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def raw(value):
    """A record as text, for people."""
    return json.dumps(value, default=str, ensure_ascii=False, indent=1)


def text(value):
    """A text; "" for None. Numbers are ids that came without quotes."""
    if value is None or isinstance(value, (dict, list, bool)):
        return ""
    return str(value).strip()


def required(node, name):
    """The text of a member that must be there."""
    value = text(node.get(name))
    if not value:
        raise ValueError(f"{name} is missing")
    return value


def items(node, name):
    """The list of objects in a member; [] where it is absent or null."""
    value = node.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{name} is no list of objects")
    return value


def child(node, name):
    """The object in a member; {} where it is absent or null."""
    value = node.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{name} is no object")
    return value


def flag(value):
    """A truth, also as 1, "1", "yes" or "true"; False for None and anything else."""
    return value is True or text(value).lower() in ("1", "true", "yes")


def decimal(value):
    """A number, or a text with one; 0 for None and ""."""
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, bool):
        raise ValueError(f"{value} is no amount")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"{value!r} is no amount") from None
    # Longer ones would make arithmetic slow or inexact.
    if not number.is_finite() or abs(number) >= 10**12 or number.as_tuple().exponent < -9:
        raise ValueError(f"{value!r} is no amount")
    return number


def integer(value):
    """A whole number; 0 for None."""
    number = decimal(value)
    if number != number.to_integral_value():
        raise ValueError(f"{value!r} is no whole number")
    return int(number)


def date(value):
    """ISO 8601 with or without fraction and zone (then UTC) -> naive UTC; None for None and ""."""
    if not text(value):
        return None
    match = _DATE.fullmatch(text(value))
    if not match:
        raise ValueError(f"{value!r} is no date")
    year, month, day, hour, minute, second, fraction, _utc, sign, hours, minutes = match.groups()
    moment = datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
    )
    moment += timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))
    if not sign:
        return moment
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return moment - offset if sign == "+" else moment + offset


def format_date(moment, up=False):
    """Naive UTC as parameters want it, whole seconds; `up`: rounded up."""
    if up and moment.microsecond:
        moment += timedelta(seconds=1)
    return moment.replace(microsecond=0, tzinfo=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
