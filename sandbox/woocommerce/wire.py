"""Small things of the wire: refusals, parameters as PHP reads them, dates, money, HTML."""

import json
import re
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from html import escape
from urllib.parse import parse_qsl

from ..web import Answer
from .records import CENT

BAD = r"script|style|iframe|object|form|input"
TAG = re.compile(rf"</?\s*({BAD})\b[^>]*>?", re.I)
HANDLER = re.compile(r"\s+on\w+\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.I)
ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?", re.I)
MISSING_ROUTE = "No route was found matching the URL and request method."


class Refused(Exception):
    """Becomes a WordPress error `{code, message, data: {status}}`.

    `bare`: the data is only the number, and WordPress then answers 500 whatever the number.
    """

    def __init__(self, code, message, status=400, bare=False, **data):
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.bare = bare
        self.data = data

    def answer(self):
        return error(self.code, self.message, self.status, self.bare, **self.data)


def error(code, message, status=400, bare=False, **data):
    body = {"code": code, "message": message}
    body["data"] = status if bare else {"status": status, **data}
    return Answer.json(body, 500 if bare else status)


def no_route():
    return Refused("rest_no_route", MISSING_ROUTE, 404)


def critical():
    """What WordPress answers when PHP dies."""
    text = "<p>There has been a critical error on this website.</p>"
    return Refused("internal_server_error", text, 500)


def invalid(name, text):
    message = f"Invalid parameter(s): {name}"
    return Refused("rest_invalid_param", message, 400, params={name: text}, details={})


def missing(name):
    message = f"Missing parameter(s): {name}"
    return Refused("rest_missing_callback_param", message, 400, params=[name])


def nested(pairs):
    """[(name, text)] as PHP reads it: the last of equal names wins, `a[]` and `a[0]` nest."""
    found = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        keys = [head, *re.findall(r"\[([^\]]*)\]", f"[{rest}")] if rest else [head]
        _put(found, keys, value)
    return found


def _put(place, keys, value):
    for position, key in enumerate(keys):
        if key == "":
            key = str(len(place))
        if position == len(keys) - 1:
            place[key] = value
            return
        if not isinstance(place.get(key), dict):
            place[key] = {}
        place = place[key]


def read_body(request):
    """Parameters of the body. Raises Refused."""
    data = request.get_data()
    if not data:
        return {}
    if request.mimetype.endswith("json"):
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            raise Refused("rest_invalid_json", "Invalid JSON body passed.", 400) from None
        return value if isinstance(value, dict) else {}
    if request.mimetype == "application/x-www-form-urlencoded":
        return nested(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))
    return {}


class Params:
    """Parameters of a call, checked as they are read. Those of the body win."""

    def __init__(self, query, body=()):
        self.values = {**query, **dict(body)}

    def __contains__(self, name):
        return name in self.values

    def raw(self, name, default=None):
        return self.values.get(name, default)

    def text(self, name, default=""):
        value = self.values.get(name, default)
        if isinstance(value, (dict, list)):
            raise invalid(name, f"{name} is not of type string.")
        return default if value is None else str(value)

    def number(self, name, default=0, low=None, high=None):
        value = self.values.get(name)
        if value in (None, ""):
            return default
        if not re.fullmatch(r"-?\d+", str(value)):
            raise invalid(name, f"{name} is not of type integer.")
        value = int(value)
        if low is not None and high is not None and not low <= value <= high:
            text = f"{name} must be between {low} (inclusive) and {high} (inclusive)"
            raise invalid(name, text)
        if low is not None and value < low:
            raise invalid(name, f"{name} must be greater than or equal to {low}")
        return value

    def flag(self, name, default=False):
        """A boolean; texts and numbers as WordPress takes them."""
        value = self.values.get(name)
        if value is None:
            return default
        text = str(value).lower()
        if text in ("true", "1"):
            return True
        if text in ("false", "0", ""):
            return False
        raise invalid(name, f"{name} is not of type boolean.")

    def listed(self, name):
        """Texts of a list: `a[]=x`, `a=x,y` or JSON; None when absent."""
        value = self.values.get(name)
        if value in (None, "", [], {}):
            return None
        if isinstance(value, dict):
            value = list(value.values())
        if not isinstance(value, list):
            value = [part for part in re.split(r"[\s,]+", str(value)) if part]
        return [str(part) for part in value]

    def numbers(self, name):
        found = self.listed(name)
        if found and not all(part.isdigit() for part in found):
            raise invalid(name, f"{name}[0] is not of type integer.")
        return found and [int(part) for part in found]

    def choice(self, name, values, default=None):
        value = self.text(name) or default
        if value is not None and value not in values:
            raise invalid(name, f"{name} is not one of {', '.join(values)}.")
        return value

    def date(self, name):
        """An ISO text as it came, or None. Anything else, a Unix time too, is refused."""
        value = self.text(name)
        if not value:
            return None
        if not ISO.fullmatch(value.strip()):
            raise invalid(name, f"{name} is not a valid date-time string.")
        return value.strip()


def parse_date(text, zone=timezone.utc):
    """ISO text -> aware UTC, whole seconds; without offset it is of `zone`. Raises ValueError."""
    text = re.sub(r"\.\d+", "", str(text).strip().upper().replace("Z", "+00:00"))
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(timezone.utc).replace(microsecond=0)


def iso(moment, zone=timezone.utc):
    """As wc/v3 writes dates: without offset. None stays."""
    return moment and moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")


def money(value, name):
    """Text or number -> Decimal of cents. Raises Refused."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise invalid(name, f"{name} is not of type string.") from None
    if isinstance(value, bool) or not number.is_finite():
        raise invalid(name, f"{name} is not of type string.")
    return number.quantize(CENT)


def filter_html(text):
    """HTML without what WordPress never lets through; what stood within stays, as text."""
    return HANDLER.sub("", TAG.sub("", str(text)))


def html(text):
    """Plain text as HTML."""
    return escape(str(text), quote=False)
