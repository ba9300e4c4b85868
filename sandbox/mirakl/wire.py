"""Small things of the wire: refusals, numbers, dates, parameters, cleaning of answers."""

import re
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

from ..web import Answer
from .records import CENT

MAX_LIST = 100  # entries of a list parameter, and of a page


class Refused(Exception):
    """Becomes a Mirakl error: HTTP status with `{"status", "message"}`."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status
        self.message = message


def error(status, message, headers=None):
    answer = Answer.json({"status": status, "message": message}, status)
    answer.headers.update(headers or {})
    return answer


def parse_date(text):
    """ISO text -> aware UTC cut to milliseconds; without zone it is UTC. Raises ValueError."""
    text = str(text).strip().replace("Z", "+00:00")
    # Python 3.10 takes fractions of 3 or 6 digits only.
    text = re.sub(r"\.(\d+)", lambda match: "." + match[1].ljust(6, "0")[:6], text)
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return cut(moment.astimezone(timezone.utc))


def cut(moment):
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def format_date(moment, millis=True):
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment.microsecond // 1000:03}Z" if millis else f"{text}Z"


def money(value, name):
    """A number or a numeric text of at most two decimals, not negative -> Decimal.

    Raises Refused.
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = None
    if isinstance(value, bool) or number is None or not number.is_finite():
        raise Refused(400, f"There is an error with field '{name}', please check the datatype.")
    if number < 0 or number != number.quantize(CENT):
        raise Refused(400, f"The field '{name}' must be a positive amount with two decimals.")
    return number.quantize(CENT)


class Query:
    """Parameters of a call, checked as they are read. Unknown ones are ignored."""

    def __init__(self, args):
        self.args = args

    def text(self, name):
        return self.args.get(name) or None

    def csv(self, name):
        """List of a comma-separated parameter, None when absent."""
        return self._capped(name, [v for v in self.args.get(name, "").split(",") if v])

    def repeated(self, name):
        return self._capped(name, self.args.getlist(name))

    def _capped(self, name, values):
        if len(values) > MAX_LIST:
            raise Refused(400, f"The number of {name} exceeds the maximum allowed of {MAX_LIST}.")
        return values or None

    def flag(self, name):
        """True, False, or None when absent."""
        value = self.args.get(name)
        if value not in (None, "", "true", "false"):
            raise Refused(400, f"The parameter '{name}' must be true or false.")
        return None if not value else value == "true"

    def number(self, name, default, low, high):
        value = self.args.get(name)
        if value in (None, ""):
            return default
        if not value.isdigit() or not low <= int(value) <= high:
            raise Refused(400, f"The parameter '{name}' must be between {low} and {high}.")
        return int(value)

    def date(self, name):
        value = self.args.get(name)
        if not value:
            return None
        try:
            return parse_date(value)
        except ValueError:
            raise Refused(
                400, f"There is an error with field '{name}', please check the datatype."
            ) from None

    def choice(self, name, values):
        value = self.args.get(name) or None
        if value is not None and value not in values:
            raise Refused(400, f"The parameter '{name}' must be one of {', '.join(values)}.")
        return value


class View:
    """How answers look: what the seller's options say about amounts, dates and empty keys."""

    def __init__(self, options, tax_mode=None, plain=False):
        self.options = options
        self.tax_mode = tax_mode
        self.plain = plain  # for the control API: no quirks

    def money(self, value):
        value = value.quantize(CENT)
        if self.options["amounts"] == "text" and not self.plain:
            return str(value)
        return float(value)

    def date(self, moment, exact=True):
        """`exact` False: a date that comes without milliseconds where dates are mixed."""
        if moment is None:
            return None
        style = self.options["dates"]
        return format_date(moment, self.plain or style == "millis" or (style == "mixed" and exact))

    def clean(self, value, nulls=()):
        """Drop empty optional keys; those in `nulls` stay as null. May add an unknown key."""
        style = self.options["empty"]
        kept = value
        if style != "null" and not self.plain:
            keep = nulls if style == "mixed" else ()
            kept = {key: v for key, v in value.items() if v is not None or key in keep}
        if self.options["extra_fields"] and not self.plain:
            kept["future_field"] = {"since": "2031", "values": [1, None, "x"]}
        return kept
