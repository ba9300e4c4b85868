"""Operations to and from JSON, so that what was asked is exactly what is sent."""

import dataclasses
from decimal import Decimal

from . import base

# Files are kept beside the operation and added when it leaves.
_KEPT_OUT = {"files"}
_NESTED = {
    "lines": base.RefundLine,
    "decisions": base.LineDecision,
    "comments": base.Comment,
}


def to_payload(operation):
    """A JSON-able dict of an operation, without its reference and its files."""
    names = {f.name for f in dataclasses.fields(operation)} - _KEPT_OUT
    return _encode({name: getattr(operation, name) for name in names} | {"reference": None})


def from_payload(kind, reference, payload):
    """The operation that `to_payload` described; KeyError for an unknown kind."""
    cls = base.OPERATION_TYPES[kind]
    return _decode(cls, {**payload, "reference": reference})


def _encode(value):
    if isinstance(value, Decimal):
        return str(value)
    if dataclasses.is_dataclass(value):
        return {f.name: _encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: _encode(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_encode(item) for item in value]
    return value


def _decode(cls, data):
    values = {}
    for field in dataclasses.fields(cls):
        if field.name not in data:
            continue
        value = data[field.name]
        if field.name in _NESTED:
            value = tuple(_decode(_NESTED[field.name], item) for item in value)
        elif field.type in (Decimal, "Decimal"):
            value = Decimal(value)
        elif isinstance(value, list):
            value = tuple(value)
        values[field.name] = value
    return cls(**values)
