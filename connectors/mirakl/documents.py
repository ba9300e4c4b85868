"""Documents of an order (OR72 to OR76): invoices, where the operator wants them there."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from .. import errors, values

# What the operator takes (contract 1.8).
ENDINGS = "csv doc xls xlsx ppt pdf odt ods odp txt rtf png jpg gif zpl mov mp4".split()


@dataclass(frozen=True)
class Document:
    """A document of an order. `type_code`: the operator's own, e.g. CUSTOMER_INVOICE."""

    remote_id: str
    order_ref: str
    type_code: str
    name: str
    size: int = 0
    uploaded_at: datetime | None = None


def map_document(node):
    return Document(
        remote_id=values.required(node, "id"),
        order_ref=values.text(node.get("order_id")),
        type_code=values.text(node.get("type")),
        name=values.text(node.get("file_name")),
        size=values.integer(node.get("file_size")),
        uploaded_at=values.date(node.get("date_uploaded")),
    )


def get_name(name):
    """A file's name as Mirakl takes it: US-ASCII, with an ending that it knows.

    Raises RefusedError for another ending.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._ ()-]+", "_", plain).strip(" .")
    if plain.rpartition(".")[2].lower() not in ENDINGS:
        raise errors.RefusedError(
            "The marketplace takes no document of this type. A PDF is taken.", "file_type"
        )
    return plain


def check_answer(answer):
    """OR74 answers 200 and lists what failed."""
    count = values.integer(answer.get("errors_count"))
    failed = values.items(answer, "order_documents")
    if not count and not failed:
        return
    found = [error for item in failed for error in values.items(item, "errors")]
    detail = " ".join(values.text(error.get("message")) for error in found)
    raise errors.RefusedError(
        "The marketplace did not take the document.",
        next((values.text(error.get("code")) for error in found), "") or "refused",
        detail,
    )
