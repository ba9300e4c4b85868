"""Reading requests as WCF's DataContractSerializer does, or leniently by name."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from ..clock import parse_moment
from .types import LISTS, NAMESPACES, XSI, array_item, enum_values, kind, members

NIL = f"{{{XSI}}}nil"
UNSET_DATE = datetime(1, 1, 1)


class Unreadable(ValueError):
    """The body cannot be deserialised; the text is that of the inner exception."""


def _local(element):
    return element.tag.rpartition("}")[2]


def _is_nil(element):
    return element.get(NIL, "").strip() in ("true", "1")


def default(key):
    """What .NET gives to a value type that is absent."""
    what = kind(key)
    if what == "enum":
        return enum_values(key)[0]
    if what == "list":
        return []
    return {
        "xs:boolean": False,
        "xs:int": 0,
        "xs:long": 0,
        "xs:short": 0,
        "xs:double": 0.0,
        "xs:decimal": Decimal(0),
        "xs:dateTime": UNSET_DATE,
    }.get(key)


class Reader:
    """Turn elements into dicts {member: value}; absent members get None or .NET's default.

    strict: members out of order are dropped without a word, a missing required member, an
    unknown enumeration value or a bad number raises `Unreadable`.
    lenient: members by local name wherever they are, bad values become defaults.
    """

    def __init__(self, strict):
        self.strict = strict

    def read(self, element, key, nillable=True):
        if _is_nil(element):
            if self.strict and not nillable:
                raise Unreadable(f"ValueType '{key}' cannot be null.")
            return None if nillable else default(key)
        what = kind(key)
        if what == "complex":
            return self._complex(element, key)
        if what == "array":
            return self._array(element, key)
        if len(element) and self.strict:
            raise Unreadable(f"Element content is not allowed in '{_local(element)}'.")
        return self._simple("".join(element.itertext()), key, nillable)

    # Structures

    def _complex(self, element, key):
        found = self._in_order if self.strict else self._by_name
        values = found(element, key)
        for member in members(key):
            if member.name not in values:
                values[member.name] = None if member.nillable else default(member.type)
        return values

    def _in_order(self, element, key):
        wanted = members(key)
        tags = [f"{{{NAMESPACES[m.prefix]}}}{m.name}" for m in wanted]
        values, position = {}, 0
        for child in element.iterchildren("*"):
            try:
                index = tags.index(child.tag, position)
            except ValueError:
                continue  # late or unknown: the serializer skips it
            self._require(wanted[position:index], element)
            member = wanted[index]
            values[member.name] = self.read(child, member.type, member.nillable)
            position = index + 1
        self._require(wanted[position:], element)
        return values

    def _require(self, skipped, element):
        for member in skipped:
            if member.required:
                raise Unreadable(
                    f"'Element' '{_local(element)}' from namespace "
                    f"'{NAMESPACES[member.prefix]}' is not expected. "
                    f"Expecting element '{member.name}'."
                )

    def _by_name(self, element, key):
        wanted = {member.name: member for member in members(key)}
        values = {}
        for child in element.iterchildren("*"):
            member = wanted.get(_local(child))
            if member is None:
                continue
            value = self.read(child, member.type, member.nillable)
            if isinstance(value, list) and isinstance(values.get(member.name), list):
                value = values[member.name] + value  # one wrapper per item, as old clients do
            values[member.name] = value
        return values

    def _array(self, element, key):
        item = array_item(key)
        tag = f"{{{NAMESPACES[key.partition(':')[0]]}}}{item.name}"
        children = element.iterchildren("*")
        if self.strict:
            children = (child for child in children if child.tag == tag)
        values = [self.read(child, item.type, item.nillable) for child in children]
        if not self.strict and not values and (element.text or "").strip():
            values = [self._simple(element.text, item.type, True)]
        return values

    # Values

    def _simple(self, text, key, nillable):
        what = kind(key)
        if what == "list":
            return [self._enum(word, LISTS[key], False) for word in text.split()]
        if what == "enum":
            return self._enum(text, key, nillable)
        try:
            return _PRIMITIVES[key](text)
        except (ValueError, InvalidOperation, OverflowError):
            if self.strict:
                name = key.partition(":")[2].capitalize()
                raise Unreadable(
                    f"The value '{text}' cannot be parsed as the type '{name}'."
                ) from None
            return None if nillable else default(key)

    def _enum(self, text, key, nillable):
        if text in enum_values(key):
            return text
        if nillable and not text.strip():
            return None  # an empty <TypeOfReturn/> is tolerated
        if not self.strict:
            return None if nillable else default(key)
        raise Unreadable(
            f"Invalid enum value '{text}' cannot be deserialized into type "
            f"'{key.partition(':')[2]}'. Ensure that the necessary enum values are present and "
            "are marked with EnumMemberAttribute attribute if the type has DataContractAttribute "
            "attribute."
        )


def _boolean(text):
    word = text.strip()
    if word not in ("true", "1", "false", "0"):
        raise ValueError(text)
    return word in ("true", "1")


def _integer(bits):
    limit = 2 ** (bits - 1)

    def convert(text):
        number = int(text.strip())
        if not -limit <= number < limit:
            raise ValueError(text)
        return number

    return convert


def _decimal(text):
    number = Decimal(text.strip())
    if not number.is_finite():
        raise ValueError(text)
    return number


_PRIMITIVES = {
    "xs:string": str,
    "xs:boolean": _boolean,
    "xs:int": _integer(32),
    "xs:long": _integer(64),
    "xs:short": _integer(16),
    "xs:double": float,
    "xs:decimal": _decimal,
    "xs:dateTime": parse_moment,
}
