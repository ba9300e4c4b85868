"""Answers to inquiries, and to tickets where the site has routes for that (contract, 3.2, 3.3).

They are mailed at once and cannot be edited. Nothing stops a second one, so the thread is read
before, and what was there then is what a lost answer is not.
"""

from .. import base, errors, records, texts, values
from . import const, inquiries, threadmap, tickets
from .action import NO_PICTURE, Action, check_ref

MAX_TEXT = 50000
ALIKE = "An answer with nearly this text came meanwhile: it may be this one, changed there."
_NO_THREAD = "The shop does not know this inquiry."


class ReplyAction(Action):
    """An answer in a thread that is there."""

    def __init__(self, client, operation):
        super().__init__(client, operation)
        remote_id = operation.case_remote_id
        self._is_ticket = remote_id.startswith(threadmap.TICKET)
        self._prefix = threadmap.TICKET if self._is_ticket else threadmap.INQUIRY
        self._ids = "ticket-reply:" if self._is_ticket else "reply:"

    def _get_number(self):
        number = threadmap.get_number(self.operation.case_remote_id, self._prefix)
        return check_ref(number, _NO_THREAD)

    def check_choice(self):
        if not self.operation.text.strip():
            raise errors.RefusedError("The message is empty.", "text_length")
        if len(self.operation.text) > MAX_TEXT:
            raise errors.RefusedError(
                "A message may have 50,000 characters. Nothing was sent.", "text_length"
            )
        if self.operation.files:
            raise errors.NotSupportedError("Answers take no files.")

    def _read(self):
        number = self._get_number()
        if self._is_ticket:
            tickets.check_routes(self.client)
            return tickets.read_details(self.client, number)
        return self.read(lambda: inquiries.read(self.client, number))

    def picture(self):
        """{"messages": ids}; a thread of another vendor is none of ours."""
        self.check_choice()
        node = self._read()
        ids = self.read(lambda: self._get_ids(node))
        self._check_news(ids)
        return {"messages": ids}

    def _get_ids(self, node):
        """The first message's id, then those of the replies, oldest first."""
        first = f"{self._prefix}{self._get_number()}"
        replies = [values.required(reply, "ID") for reply in threadmap.get_replies(node)]
        return [first, *(f"{self._ids}{number}" for number in replies)]

    def _check_news(self, ids):
        """Anything after what its writer saw, a colleague's answer in the store manager too."""
        seen = self.operation.last_seen
        if not seen or seen not in ids:
            return
        if set(ids[ids.index(seen) + 1 :]) - set(self.operation.own):
            raise errors.RefusedError(
                "Something new came in this thread. Read it, then send your answer again.",
                base.NEWS,
            )

    def send(self, picture):
        number, body = self._get_number(), texts.to_html_lines(self.operation.text)
        if self._is_ticket:
            status = {"support_status": tickets.CLOSED} if self.operation.close else {}
            node = self.site.send_for_object(
                f"{const.WCFM}/support/{number}/reply", {"support_reply": body, **status}
            )
            values.required(node, "support_id")
        else:
            node = self.site.send_for_object(
                f"{const.WCFM}/enquiries/{number}/reply", {"enquiry_reply": body}
            )
            values.required(node, "ID")
        remote_id = self._pick(node, set(picture.get("messages") or ()))
        return base.Outcome(True, remote_id=remote_id, case_remote_id=self.operation.case_remote_id)

    def _pick(self, node, known):
        """The id of the newest answer of ours with this text; "" where replies are not shown."""
        for reply in reversed(threadmap.get_replies(node)):
            remote_id = f"{self._ids}{values.required(reply, 'ID')}"
            is_ours = threadmap.get_sender(reply, node) == records.SELLER
            same = texts.is_same(values.text(reply.get("reply")), self.operation.text)
            if is_ours and same and remote_id not in known:
                return remote_id
        return ""

    def _has_like(self, node, known):
        """Whether a new answer of ours has nearly this text: sites change what they store."""
        return any(
            f"{self._ids}{values.required(reply, 'ID')}" not in known
            and threadmap.get_sender(reply, node) == records.SELLER
            and texts.is_like(values.text(reply.get("reply")), self.operation.text)
            for reply in threadmap.get_replies(node)
        )

    def find(self, before, sent_at):
        if "messages" not in before:
            return base.Finding(base.UNDECIDABLE, reason=NO_PICTURE)
        node = self._read()
        now = {"messages": self.read(lambda: self._get_ids(node))}
        known = {*before["messages"], *self.operation.own}
        found = self.read(lambda: self._pick(node, known))
        if found:
            outcome = base.Outcome(
                True, remote_id=found, case_remote_id=self.operation.case_remote_id
            )
            return base.Finding(base.FOUND, outcome, now)
        if self.read(lambda: self._has_like(node, known)):
            return base.Finding(base.UNDECIDABLE, now=now, reason=ALIKE)
        if "all_replies" not in node:
            reason = "The marketplace does not show the replies of this thread."
            return base.Finding(base.UNDECIDABLE, now=now, reason=reason)
        reason = "The thread does not show this message."
        return self.settle(base.Finding(base.ABSENT, now=now, reason=reason), sent_at)
