"""Documents of orders: OR72, OR73, OR74, OR76."""

import io
import zipfile

from ..web import Answer
from . import threads
from .facts import DOCUMENT_TYPES
from .records import Document
from .wire import Refused, View

MAX_DOCUMENTS = 50  # of an order
EXTENSIONS = "csv doc xls xlsx ppt pdf odt ods odp txt rtf png jpg gif zpl mov mp4".split()
NOT_FOR_SHOPS = ("SYSTEM_DELIVERY_BILL", "SYSTEM_MESSAGE_ATTACHMENT")


def list_documents(call):
    """OR72."""
    numbers = call.query.csv("order_ids")
    if not numbers:
        raise Refused(400, "The parameter 'order_ids' is mandatory.")
    view = View(call.seller.options)
    rows = [
        {
            "id": document.id,
            "order_id": document.order_number,
            "type": document.type,
            "file_name": document.name,
            "file_size": len(document.content),
            "date_uploaded": view.date(document.uploaded),
        }
        for document in _of(call, numbers)
    ]
    return Answer.json({"order_documents": rows})


def _of(call, numbers):
    mine = {n for n in numbers if n in call.seller.orders}
    mine = {n for n in mine if call.seller.orders[n].shop_id == call.shop_id}
    return [d for d in call.seller.documents.values() if d.order_number in mine]


def download(call):
    """OR73: one document_id gives the bare file, everything else a ZIP."""
    query = call.query
    numbers, ids = query.csv("order_ids"), query.csv("document_ids")
    codes = query.csv("document_codes")
    if not numbers and not ids:
        raise Refused(400, "One of 'order_ids' and 'document_ids' is mandatory.")
    found = _of(call, numbers or call.seller.orders)
    found = [d for d in found if not ids or str(d.id) in ids]
    found = [d for d in found if not codes or d.type in codes]
    if not found:
        raise Refused(404, "No document found.")
    if ids and len(ids) == 1:
        document = found[0]
        kind = threads.guess_type(document.name)
        return threads.send_file(document.name, document.content, kind)
    return threads.send_file("documents.zip", _zip(found), "application/zip")


def _zip(documents):
    """One folder per order; equal names get a number."""
    stream, taken = io.BytesIO(), set()
    with zipfile.ZipFile(stream, "w") as archive:
        for document in documents:
            stem, dot, ending = document.name.rpartition(".")
            name, number = document.name, 0
            while (document.order_number, name) in taken:
                number += 1
                name = f"{stem}({number}){dot}{ending}"
            taken.add((document.order_number, name))
            archive.writestr(f"{document.order_number}/{name}", document.content)
    return stream.getvalue()


def upload(call, number):
    """OR74: 200 also where single files fail; only those are listed."""
    order = call.order(number)
    value, files = call.multipart("order_documents")
    rows = value.get("order_documents")
    if not isinstance(rows, list) or not rows:
        raise Refused(400, "The field 'order_documents' is mandatory.")
    by_name = {file.name: file for file in files}
    if len(by_name) < len(files) or len(files) != len(rows):
        raise Refused(400, "Every file needs a name of its own and an entry in order_documents.")
    failed = []
    for row in rows:
        errors = _errors(call.seller, order, row, by_name)
        if errors:
            failed.append({"input": row, "errors": errors})
            continue
        store(call.seller, order, row["type_code"], row["file_name"], by_name[row["file_name"]])
    call.summary = f"{len(rows) - len(failed)} of {len(rows)} documents"
    return Answer.json({"errors_count": len(failed), "order_documents": failed})


def _errors(seller, order, row, files):
    name, kind = str(row.get("file_name") or ""), row.get("type_code")
    there = [d for d in seller.documents.values() if d.order_number == order.number]
    checks = (
        (name not in files, "file_name", "No file of this name was sent."),
        (not name.isascii(), "file_name", "The name must be US-ASCII."),
        (
            name.rpartition(".")[2].lower() not in EXTENSIONS,
            "file_name",
            f"The extension must be one of {', '.join(EXTENSIONS)}.",
        ),
        (kind not in dict(DOCUMENT_TYPES), "type_code", f"The type {kind} does not exist."),
        (kind in NOT_FOR_SHOPS, "type_code", f"The type {kind} cannot be uploaded."),
        (len(there) >= MAX_DOCUMENTS, "file_name", f"{MAX_DOCUMENTS} documents at most."),
    )
    return [{"code": "INVALID", "field": f, "message": text} for bad, f, text in checks if bad]


def store(seller, order, kind, name, part):
    identifier = seller.new_number()
    seller.documents[identifier] = Document(
        identifier, order.number, kind, name, part.content, seller.now()
    )
    seller.touch_order(order)


def delete(call, identifier):
    """OR76."""
    document = call.seller.documents.get(int(identifier) if identifier.isdigit() else None)
    if document is None:
        raise Refused(404, f"Document {identifier} not found.")
    del call.seller.documents[document.id]
    return Answer("", 204)
