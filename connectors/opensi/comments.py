"""What a comment may be, how it is written, and what the shop's codes mean (contract, 3.2, 3.3)."""

import re
from datetime import date

from .. import base
from . import const

SENT_AGAIN = "Comments are sent again: the shop drops those that it has already."
# What XML cannot carry or no reader expects; line ends and tabs of a text aside.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAK = re.compile("[\t\r\n]")

# code -> sentence
REFUSALS = {
    const.DUPLICATE: "The shop has another comment with this number and dropped this one. Give "
    "the account another range of numbers.",
    const.NOT_FOUND: "The shop does not know an order of this number. Correct the number on the "
    "order, then send the comment again.",
}
NOT_TAKEN = (
    "The shop said nothing about this comment: it takes no comments for this order, perhaps "
    "because the order is blocked or closed."
)
NO_REASON = "The shop refused it and gave no reason."


def get_problem(comment):
    """Why this base.Comment cannot be sent, in a sentence; "" where it can."""
    return _get_number_problem(comment.number) or _get_refs_problem(comment) or _get_rest(comment)


def _get_number_problem(number):
    if not re.fullmatch(r"[1-9][0-9]{0,10}", number) or int(number) > const.MAX_NUMBER:
        return (
            "The comment's number must be of digits, at most 2,147,483,647. Give the account "
            "another range of numbers."
        )
    return ""


def _get_refs_problem(comment):
    if not comment.order_ref.strip():
        return "The order has no number of the shop."
    if len(comment.order_ref) > const.ORDER_REF_LENGTH:
        return "The shop's number of the order has more than 20 characters."
    if not comment.own_ref.strip():
        return "The order has no number of its own."
    if len(comment.own_ref) > const.OWN_REF_LENGTH:
        return "The order's own number has more than 11 characters."
    refs = comment.order_ref + comment.own_ref
    if _CONTROL.search(refs) or _BREAK.search(refs):
        return "The order's number has characters that cannot be sent."
    return ""


def _get_rest(comment):
    if not comment.text.strip():
        return "The comment is empty."
    if _CONTROL.search(comment.text):
        return "The comment has characters that cannot be sent. Type it anew without them."
    try:
        date.fromisoformat(comment.date[:10])
    except ValueError:
        return "The comment has no date."
    return ""


def to_fields(comment):
    """The elements of one record, all of them mandatory."""
    return {
        "OrderNumber": comment.own_ref,
        "WebOrderNumber": comment.order_ref,
        "CommentId": int(comment.number),
        # As XML readers see it anyway; a lone CR would come out as a character reference.
        "Comment": comment.text.replace("\r\n", "\n").replace("\r", "\n"),
        "CommentDate": comment.date[:10],
        "SendMail": comment.mail,
        "VisibleForCustomer": comment.visible,
    }


def to_result(comment, code, message, may_be_there=False):
    """The base.ItemResult for what the shop answered; `message` redacted.

    A number that it has already is the end of an earlier attempt, or somebody else's comment.
    """
    ours = may_be_there or comment.may_be_there
    if code[:1] == "1" or (code == const.DUPLICATE and ours):
        return base.ItemResult(comment.number, True, code, detail=message)
    sentence = REFUSALS.get(code) or _quote(message)
    return base.ItemResult(comment.number, False, code or "refused", sentence, detail=message)


def not_taken(comment):
    """The result of a comment about which the shop kept silent."""
    return base.ItemResult(comment.number, False, base.NO_RESULT, NOT_TAKEN)


def again(comment):
    """The result of a comment that may be there and is to be sent again."""
    return base.ItemResult(comment.number, False, base.AGAIN)


def unsendable(comment, problem):
    """The result of a comment that did not leave."""
    return base.ItemResult(comment.number, False, "invalid", problem)


def _quote(message):
    quoted = " ".join(message.split())[:200]
    return f"The shop refused it: “{quoted}”." if quoted else NO_REASON
