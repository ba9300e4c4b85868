"""Messages of ours: answers (M12), conversations about an order (OR43), with the operator (M14).

Before sending, the thread is read: what is new there stops the answer, and what is there already
is what a message looked for later is not (contract 1.6).
"""

from datetime import datetime

from .. import base, errors, records, texts, values
from . import const, mapper
from .action import Action


class ReplyAction(Action):
    """Which of the three calls it is follows from what the reply names."""

    @property
    def is_answer(self):
        return bool(self.operation.case_remote_id)

    # Before sending

    def picture(self):
        self._check_limits()
        if self.is_answer:
            return self._picture_thread()
        return {"messages": sorted(self._get_all_messages(self.client.now()))}

    def _check_limits(self):
        text, files, limits = self.operation.text, self.operation.files, const.LIMITS
        if not limits.min_text <= len(text) <= limits.max_text:
            raise errors.RefusedError(
                "A message must have 3 to 50,000 characters. Nothing was sent.", "text_length"
            )
        if len(files) > limits.max_files:
            raise errors.RefusedError(
                "Not more than 50 files can be attached. Nothing was sent.", "too_many_files"
            )
        size = len(text.encode()) + sum(len(file.content) for file in files)
        if size > limits.max_bytes:
            raise errors.RefusedError(
                "Text and files may have 30 MB together. Nothing was sent.", "too_big"
            )

    def _picture_thread(self):
        """{"messages": ids, "to": whom it goes to}"""
        thread = self._read_thread()
        try:
            messages = mapper.get_messages(thread)
            ids = [values.required(message, "id") for message in messages]
            participants = mapper.get_participants(thread)
        except values.MAPPING_ERRORS as error:
            raise self.service.unreadable(error) from None
        self._check_news(ids)
        if len(ids) >= const.MAX_MESSAGES:
            raise errors.RefusedError(
                "The thread is full: it has 1,000 messages. Start a new conversation about the "
                "order.",
                "thread_full",
            )
        recipients = self._choose_recipients(messages, participants)
        return {"messages": ids, "to": [const.REMOTE_RECIPIENTS[name] for name in recipients]}

    def _read_thread(self):
        return self.client.get_thread_node(self.operation.case_remote_id)

    def _check_news(self, ids):
        """Anything after what its writer saw, a colleague's answer in the back office too.

        Where what was seen is gone, there is nothing to compare with.
        """
        seen = self.operation.last_seen
        if not seen or seen not in ids:
            return
        if set(ids[ids.index(seen) + 1 :]) - set(self.operation.own):
            raise errors.RefusedError(
                "Something new came in this thread. Read it, then send your answer again.",
                base.NEWS,
            )

    def _choose_recipients(self, messages, participants):
        wanted = self.operation.recipients
        if not wanted:
            return _get_addressed(messages, participants)
        if set(wanted) - set(participants):
            raise errors.RefusedError(
                "The marketplace does not let you write to this recipient in this thread. Choose "
                "another one.",
                "recipient",
            )
        return wanted

    def _get_all_messages(self, since):
        """{id: (thread id, node)} of the threads that a new conversation would join or start."""
        if self.operation.order_ref:
            parameters = {
                "entity_type": const.ENTITY_ORDER,
                "entity_id": self.operation.order_ref,
            }
        else:
            moment = values.format_date(since - const.SKEW)
            parameters = {"entity_type": const.ENTITY_OPERATOR, "updated_since": moment}
        found = {}
        try:
            for thread in self.client.walk_threads(parameters):
                thread_id = values.required(thread, "id")
                for message in mapper.get_messages(thread):
                    found[values.required(message, "id")] = (thread_id, message)
        except values.MAPPING_ERRORS as error:
            raise self.service.unreadable(error) from None
        return found

    # Sending

    def send(self, picture):
        self._check_limits()
        operation = self.operation
        if self.is_answer:
            to = picture.get("to") or self._get_wanted()
            body = {"body": operation.text, "to": [{"type": name} for name in to]}
            path = self.path_of("inbox", "threads", operation.case_remote_id, "message")
            call = ("M12", path, "message_input")
        elif operation.order_ref:
            body = {"body": operation.text, "to": self._get_wanted(), "topic": self._get_topic()}
            path = self.path_of("orders", operation.order_ref, "threads")
            call = ("OR43", path, "thread_input")
        else:
            entity = {"type": const.ENTITY_OPERATOR}
            body = {"body": operation.text, "entity": entity, "topic": self._get_topic()}
            call = ("M14", "inbox/threads", "thread_input")
        answer = self.service.send_form(*call, body, operation.files)
        return base.Outcome(
            True,
            remote_id=values.required(answer, "message_id"),
            case_remote_id=values.text(answer.get("thread_id")) or operation.case_remote_id,
        )

    def _get_wanted(self):
        names = self.operation.recipients or (records.CUSTOMER,)
        return [const.REMOTE_RECIPIENTS[name] for name in names]

    def _get_topic(self):
        operation = self.operation
        if operation.topic_code:
            return {"type": "REASON_CODE", "value": operation.topic_code}
        # A topic is mandatory: without one, the text begins to tell.
        topic = operation.topic.strip() or " ".join(operation.text.split())
        return {"type": "FREE_TEXT", "value": topic[: const.MAX_TOPIC].strip()}

    # Doubt

    def find(self, before, sent_at):
        if "messages" not in before:
            reason = "No picture was taken before sending."
            return base.Finding(base.UNDECIDABLE, reason=reason)
        found = self._get_thread_messages() if self.is_answer else self._get_all_messages(sent_at)
        now = {"messages": list(found)}
        # Threads with the operator are read from a date on: old messages of them may come along.
        # Elsewhere what was there before is known in full, and no clock has to be believed.
        whole = self.is_answer or self.operation.order_ref
        earliest = datetime.min if whole else sent_at - const.SKEW
        known = {*before["messages"], *self.operation.own}
        try:
            ours, others = self._pick(found, known, earliest, before.get("to"))
        except values.MAPPING_ERRORS as error:
            raise self.service.unreadable(error) from None
        if ours:
            message_id, thread_id = ours
            outcome = base.Outcome(True, remote_id=message_id, case_remote_id=thread_id)
            return base.Finding(base.FOUND, outcome, now)
        if others:
            reason = "The same text went to somebody else: it may be this message or not."
            return base.Finding(base.UNDECIDABLE, now=now, reason=reason)
        reason = "The thread does not show this message."
        return self.settle(base.Finding(base.ABSENT, now=now, reason=reason), sent_at)

    def _get_thread_messages(self):
        thread_id = self.operation.case_remote_id
        try:
            messages = mapper.get_messages(self._read_thread())
            return {values.required(item, "id"): (thread_id, item) for item in messages}
        except values.MAPPING_ERRORS as error:
            raise self.service.unreadable(error) from None

    def _pick(self, found, known, earliest, to):
        """New messages of ours with this text: (message id, thread id) of the first one to the
        same recipients or None, and the same of the first one to others.

        `known`: numbers that are not this message. `to`: whom it went to, None = as it asked.
        """
        wanted = texts.fold(self.operation.text)
        addressed = set(to or map(const.REMOTE_RECIPIENTS.get, self.operation.recipients))
        same, others = [], []
        for message_id, (thread_id, item) in found.items():
            if message_id in known or mapper.get_sender(item) != records.SELLER:
                continue
            moment = mapper.required_date(item, "date_created")
            if moment >= earliest and texts.fold(values.text(item.get("body"))) == wanted:
                shown = {const.REMOTE_RECIPIENTS.get(name) for name in mapper.get_recipients(item)}
                fits = not shown or not addressed or shown == addressed
                (same if fits else others).append((moment, message_id, thread_id))
        return [min(group)[1:] if group else None for group in (same, others)]


def _get_addressed(messages, participants):
    """Whom an answer goes to where nobody chose: whoever wrote last, and those who were copied."""
    for message in reversed(messages):
        sender = mapper.get_sender(message)
        if sender == records.SELLER:
            continue
        names = dict.fromkeys((sender, *mapper.get_recipients(message)))
        found = tuple(name for name in names if name in participants)
        if found:
            return found
    for name in (records.CUSTOMER, records.OPERATOR):
        if name in participants:
            return (name,)
    raise errors.RefusedError(
        "The marketplace names nobody who could be written to in this thread.", "recipient"
    )
