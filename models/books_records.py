"""What the parts of the bookkeeping hand on: what was given back, and what will be written."""

from collections import defaultdict
from dataclasses import dataclass, field

from odoo import models

CANCELLED = ("cancel", "refuse")


@dataclass(frozen=True)
class Item:
    """What is given back of one order line, or a gesture where `sale_line` is empty.

    `goods`, `shipping`: taxes included, in the order's currency; `units`: 0 where money is meant;
    `decision`: of the refund line; `returned`: the goods come back; `is_unshipped`: whole units
    that are not to be shipped any more; `is_lowered`: what the order counts as ordered was lowered
    for it already.
    """

    sale_line: models.BaseModel
    name: str
    goods: float
    shipping: float = 0.0
    units: int = 0
    decision: str = "refund"
    returned: bool = False
    is_unshipped: bool = False
    is_lowered: bool = False

    @property
    def is_cancelled(self):
        """Whether fewer units stay ordered: cancelled, or refunded and not delivered."""
        if self.decision in CANCELLED or self.is_lowered:
            return True
        line = self.sale_line
        return self.is_unshipped and line.qty_delivered <= line.product_uom_qty - self.units


@dataclass
class Part:
    """One line of a credit note to be. `gross`: taxes included; `source`: the invoice line that it
    gives back, or whose invoice it belongs to; `sale_line`: whose invoiced quantity falls."""

    name: str
    gross: float
    source: models.BaseModel
    product: models.BaseModel
    taxes: models.BaseModel
    quantity: float = 1.0
    sale_line: models.BaseModel = None
    is_own_line: bool = True
    is_return: bool = False  # goods that come back
    number: int = 0  # within its plan


@dataclass
class Plan:
    """All that will be written. `expected`: what has to be credited; `missing`: of which the
    invoices have nothing left."""

    order: models.BaseModel
    account: models.BaseModel
    parts: list = field(default_factory=list)
    quantities: dict = field(default_factory=dict)  # {order line: ordered quantity}
    totals: dict = field(default_factory=dict)  # {order line: what is left to invoice}
    draft_quantities: dict = field(default_factory=dict)  # {draft invoice line: quantity}
    uninvoiced_shipping: float = 0.0
    cancels_order: bool = False
    is_partly_invoiced: bool = False  # of what is cancelled
    cancelled: float = 0.0  # the money of what is cancelled
    expected: float = 0.0
    missing: float = 0.0
    taken: dict = field(default_factory=lambda: defaultdict(float))

    @property
    def invoices(self):
        """The invoices that are credited, in the order of the parts."""
        return list(dict.fromkeys(part.source.move_id for part in self.parts))


class BookingImpossible(Exception):
    """Nothing can be booked now; its text says why and what to do. `result`: of the refund."""

    def __init__(self, message, result="failed"):
        super().__init__(message)
        self.result = result
