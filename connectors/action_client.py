"""A client each of whose operations is a class of its own."""

from . import base, errors


class ActionClient(base.Client):
    """`actions`: {kind of operation: class}; each is made of (client, operation) and has
    `picture()`, `perform(before)` and `find(before, sent_at)`, which do as base.Client says."""

    actions: dict[str, type] = {}

    def picture(self, operation):
        return self._get_action(operation).picture()

    def perform(self, operation, before=None):
        return self._get_action(operation).perform(before)

    def find(self, operation, before, sent_at):
        return self._get_action(operation).find(before, sent_at)

    def _get_action(self, operation):
        if operation.kind not in self.actions:
            raise errors.NotSupportedError(f"{self.label} cannot do “{operation.kind}” by a call.")
        return self.actions[operation.kind](self, operation)
