"""One record of setComments as it came: each field read alone, so that none spoils another."""

import re
from dataclasses import dataclass
from datetime import datetime

from ..soap import NIL
from . import const

_TYPES = f"{{{const.TYPES}}}"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# A date, perhaps with a time, perhaps with a zone.
_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ]+(\d\d:\d\d)(:\d\d)?(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_ZONE = re.compile(r"([+-]\d\d):?(\d\d)$", re.ASCII)
_LENGTHS = {
    "OrderNumber": const.OWN_REF_LENGTH,
    "WebOrderNumber": const.ORDER_REF_LENGTH,
    "CommentId": const.NUMBER_LENGTH,
}


@dataclass(frozen=True)
class Item:
    """A comment that OpenSi sends. `order_ref`: our public number of the order, `own_ref`:
    OpenSi's; `number`: OpenSi's number of the comment.

    `date`: as sent, with a zone where it names one, None where it cannot be read; `problem`: why
    it cannot be stored, in English, "" where it can.
    """

    order_ref: str = ""
    own_ref: str = ""
    number: str = ""
    text: str = ""
    date_text: str = ""
    date: datetime | None = None
    is_date_only: bool = False
    mail: bool = False
    visible: bool = False
    problem: str = ""


def read_item(element):
    """The Item of a record's element; never raises."""
    if _is_nil(element) or not len(element):
        return Item(problem="The comment is empty.")
    # A doubled field: the last one wins, as in most readers.
    fields = {child.tag: child for child in element}
    texts, problems = {}, []
    for name in ("OrderNumber", "WebOrderNumber", "CommentId", "Comment", "CommentDate"):
        texts[name], problem = _read_text(fields.get(_TYPES + name), name)
        problems.append(problem)
    date, is_date_only = read_date(texts["CommentDate"])
    if texts["CommentDate"] and date is None:
        problems.append("CommentDate is not a date of the form YYYY-MM-DD.")
    mail, problem = _read_boolean(fields.get(_TYPES + "SendMail"), "SendMail")
    problems.append(problem)
    visible, problem = _read_boolean(
        fields.get(_TYPES + "VisibleForCustomer"), "VisibleForCustomer"
    )
    problems.append(problem)
    return Item(
        texts["WebOrderNumber"],
        texts["OrderNumber"],
        texts["CommentId"],
        texts["Comment"],
        texts["CommentDate"],
        date,
        is_date_only,
        mail,
        visible,
        " ".join(filter(None, problems)),
    )


def _is_nil(element):
    return element.get(NIL, "").strip() in ("true", "1")


def _read_text(element, name):
    """(text, problem)."""
    if element is None or _is_nil(element):
        return "", f"{name} is missing."
    # Markup that was not escaped: a part of the text would be lost.
    if len(element):
        return "", f"{name} is not a text."
    text = (element.text or "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        return "", f"{name} is empty."
    limit = _LENGTHS.get(name)
    if limit and len(text) > limit:
        return text, f"{name} has more than {limit} characters."
    return text, ""


def _read_boolean(element, name):
    """(value, problem)."""
    text, problem = _read_text(element, name)
    if not problem and text not in _BOOLEANS:
        problem = f"{name} is not true or false."
    return _BOOLEANS.get(text, False), problem


def read_date(text):
    """(date-time as written or None, whether it is a date only). It is naive without a zone; the
    zone of a date only says nothing."""
    match = _DATE.fullmatch(text)
    if not match:
        return None, False
    day, minutes, seconds, zone = match.groups()
    shift = _ZONE.sub(r"\1:\2", zone.replace("Z", "+00:00")) if zone and minutes else ""
    try:
        text = f"{day} {minutes or '00:00'}{seconds or ':00'}{shift}"
        return datetime.fromisoformat(text), not minutes
    except ValueError:
        return None, False
