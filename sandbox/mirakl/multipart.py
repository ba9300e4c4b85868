"""Reading multipart/form-data with the headers of its parts, which frameworks drop."""

import json
from dataclasses import dataclass

from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from .wire import Refused

FILE_PARTS = ("files", "files[]")


@dataclass
class Part:
    """`name` of the file, `field` of the part, its content type or ""."""

    field: str
    name: str
    kind: str
    content: bytes


def parts(request):
    """[Part] of a request. Raises Refused: 415 for anything but multipart."""
    if request.mimetype != "multipart/form-data":
        raise Refused(415, f"Content-Type '{request.mimetype}' is not supported.")
    boundary = request.mimetype_params.get("boundary")
    if not boundary:
        raise Refused(400, "The multipart request has no boundary.")
    try:
        return _decode(boundary.encode("latin-1"), request.get_data())
    except ValueError as problem:
        raise Refused(400, f"The multipart request cannot be read: {problem}.") from problem


def _decode(boundary, data):
    decoder = MultipartDecoder(boundary)
    decoder.receive_data(data)
    decoder.receive_data(None)
    found = []
    while True:
        event = decoder.next_event()
        if isinstance(event, (Epilogue, NeedData)):
            return found
        if isinstance(event, (Field, File)):
            kind = event.headers.get("content-type", "").partition(";")[0].strip()
            found.append(Part(event.name, getattr(event, "filename", "") or "", kind, b""))
        elif isinstance(event, Data):
            found[-1].content += event.data


def read(request, name, strict):
    """(JSON object of the part `name`, [Part] of the files).

    Loose, as real clients differ: the JSON part may lack its type, files may be `files[]` or
    have another name. Strict: the JSON part is typed, files are called `files`.
    """
    value, files = None, []
    for part in parts(request):
        if part.field == name:
            value = _read_json(part, name, strict)
        elif strict and part.field != "files":
            raise Refused(400, f"The part '{part.field}' is not known.")
        elif part.name or part.field in FILE_PARTS:
            files.append(part)
    if not isinstance(value, dict):
        raise Refused(400, f"The part '{name}' is mandatory.")
    return value, files


def _read_json(part, name, strict):
    if strict and part.kind != "application/json":
        raise Refused(415, f"The part '{name}' must be of type application/json.")
    try:
        return json.loads(part.content)
    except ValueError:
        raise Refused(400, f"The part '{name}' is not JSON.") from None
