"""What the two sides know: orders with their comments here, comments to be pushed there."""

from dataclasses import asdict, dataclass, field
from datetime import datetime

# States of a comment at the ERP.
WAITING = "waiting"  # never sent
LOST = "lost"  # sent, without a result
DONE = "done"  # 1xxx or 2xxx
REFUSED = "refused"  # anything else


def iso(moment):
    return moment.isoformat(timespec="seconds") if moment else ""


@dataclass
class ShopComment:
    """A comment as the shop stored it; its own clock gave `at`, `date` is only kept to be seen."""

    number: str
    text: str
    date: str
    visible: bool
    mailed: bool
    own_ref: str
    website_code: str
    at: datetime

    def as_json(self):
        return {**asdict(self), "at": iso(self.at)}


@dataclass
class Order:
    """`code`: answered for its comments instead of storing them, "" = as usual."""

    number: str
    own_number: str
    created: datetime
    website_code: str = "main"
    state: str = "processing"
    blocked: bool = False
    code: str = ""
    customer: str = ""
    email: str = ""
    comments: list = field(default_factory=list)

    def as_json(self):
        return {
            **asdict(self),
            "created": iso(self.created),
            "comments": [comment.as_json() for comment in self.comments],
        }


@dataclass
class ErpComment:
    """A comment written in the ERP.

    `raw` changes fields on the wire: text as is, None = left out, True = nil. `nil`: the whole
    record is nil. `xml`: sent instead of the record. `tries`: how often it was sent.
    """

    number: str
    web_order: str
    own_order: str
    text: str
    date: str
    mail: bool = False
    visible: bool = True
    raw: dict = field(default_factory=dict)
    nil: bool = False
    xml: str = ""
    state: str = WAITING
    code: str = ""
    message: str = ""
    tries: int = 0
    sent_at: str = ""

    def as_json(self):
        return asdict(self)


@dataclass(frozen=True)
class Target:
    """Whom the ERP calls, and how. `every_seconds` 0: on demand only. `timeout`: its patience."""

    url: str = ""
    login: str = ""
    password: str = ""
    website_code: str = "main"
    version: str = "1.1"
    every_seconds: float = 0
    batch: int = 100
    timeout: float = 180
    retry_codes: tuple = ()
    encoding: str = "UTF-8"

    def as_json(self):
        return asdict(self)
