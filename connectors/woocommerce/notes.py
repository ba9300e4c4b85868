"""Order notes: read, written once, found again after doubt (contract, 2.3 and 3.3).

A note to the customer is mailed at once and cannot be edited. No call has an idempotency key, so
what was there before is what a lost note is not.
"""

from .. import base, errors, records, texts
from .action import NO_PICTURE, Action, check_ref

MAX_TEXT = 50000
ALIKE = "A note with nearly this text came meanwhile: it may be this one, changed by the shop."
UNREADABLE = "A note that cannot be read came meanwhile: it may be this one."
_NOT_ALONE = "This shop takes one comment in one call."


def get_problem(comment):
    """Why a base.Comment cannot become a note, in a sentence; "" where it can."""
    if not comment.order_ref.strip():
        return "The order has no number of the shop."
    if not comment.text.strip():
        return "The comment is empty."
    if len(comment.text) > MAX_TEXT:
        return "A note may have 50,000 characters."
    if comment.visible != comment.mail and (comment.mail or comment.has_address):
        return (
            "WooCommerce mails every note that the customer can see, and no other: choose both or "
            "none."
        )
    return ""


class CommentsAction(Action):
    """One note. The client reads and writes: `read_notes`, `write_note`."""

    def _get_comment(self):
        if len(self.operation.comments) != 1:
            raise errors.NotSupportedError(_NOT_ALONE)
        comment = self.operation.comments[0]
        problem = get_problem(comment)
        if problem:
            raise errors.RefusedError(problem, "invalid")
        return comment

    def _read_notes(self, comment):
        """(notes, Broken ones, picture of all)"""
        notes, broken = self.client.read_notes(check_ref(comment.order_ref))
        return notes, broken, {"notes": [note.remote_id for note in (*notes, *broken)]}

    def picture(self):
        comment = self._get_comment()
        self.client.check_can_note(comment.order_ref)
        return self._read_notes(comment)[2]

    def send(self, picture):
        comment = self._get_comment()
        known = picture.get("notes") or ()
        body = texts.to_html(comment.text)
        remote_id = self.client.write_note(check_ref(comment.order_ref), body, comment, known)
        return self._get_outcome(comment, remote_id)

    def _get_outcome(self, comment, remote_id):
        item = base.ItemResult(comment.number, True, remote_id=remote_id)
        return base.Outcome(True, remote_id=remote_id, items=(item,))

    def find(self, before, sent_at):
        if "notes" not in before:
            return base.Finding(base.UNDECIDABLE, reason=NO_PICTURE)
        comment = self._get_comment()
        notes, broken, now = self._read_notes(comment)
        new = get_new(notes, before["notes"], comment)
        store = self.client.store_name
        same = [note for note in new if texts.is_same(note.text, comment.text, store)]
        if same:
            outcome = self._get_outcome(comment, same[0].remote_id)
            return base.Finding(base.FOUND, outcome, now)
        if any(texts.is_like(note.text, comment.text) for note in new):
            return base.Finding(base.UNDECIDABLE, now=now, reason=ALIKE)
        if any(note.remote_id not in before["notes"] for note in broken):
            return base.Finding(base.UNDECIDABLE, now=now, reason=UNREADABLE)
        reason = "The order does not show this note."
        return self.settle(base.Finding(base.ABSENT, now=now, reason=reason), sent_at)


def get_new(notes, known, comment):
    """The notes of people that were not there before and go to the same reader, oldest first."""
    found = [
        note
        for note in notes
        if note.remote_id not in known
        and note.sender_type != records.SYSTEM
        and note.is_visible == comment.visible
    ]
    return sorted(found, key=get_age)


def get_age(note):
    """To sort notes by: numbers of plugins may hold letters."""
    return note.created_at, len(note.remote_id), note.remote_id
