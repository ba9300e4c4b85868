"""The client of a shop with OpenSi's module: Odoo feeds the shop, as OpenSi does."""

from .. import base, errors
from . import checks, comments, const
from .sending import Sending
from .service import Service

_NONE = "OpenSi carries comments of orders, nothing else."


class OpensiClient(base.Client):
    """See `base.Client`. Options of the credentials:

    `role`: "feed" (the default) or "shop", where OpenSi calls Odoo and nothing is sent from here;
    `website_code`: of the shop; `soap_version`: "1.1" (the default) or "1.2"; `allow_http`: send
    the key without TLS; `timeout`: seconds of a whole call (60); `max_bytes`: of an answer (32 MB).
    """

    provider = "opensi"
    label = "OpenSi"
    capabilities = frozenset({base.COMMENT})
    cannot = {
        capability: _NONE for capability in base.CAPABILITIES if capability != base.COMMENT
    } | {
        base.REPLY: "A comment that the customer may see has no way back: customers answer in the "
        "shop or by mail.",
        base.ATTACHMENTS: "A comment is a text without files.",
        base.CLOSE_NEEDS_ANSWER: "There is nothing to close.",
        base.CLOSE: "There is nothing to close.",
    }
    required = ("login", "password", "service_url")

    def __init__(self, credentials, now=None):
        super().__init__(credentials, now)
        self.service = Service(credentials)

    def close_session(self):
        self.service.close()

    @property
    def is_shop(self):
        """Whether the other side calls us."""
        return self.credentials.options.get("role") == const.SHOP

    def test_connection(self):
        """See base."""
        return checks.run(self)

    def get_version(self):
        """What the shop says of itself: names and versions in a line of text."""
        self._check_role()
        return self.service.ask("getVersion")

    def get_datetime(self):
        """The shop's local date and time, as it writes them."""
        self._check_role()
        return self.service.ask("getDatetime")

    # Writing

    @classmethod
    def get_comment_problem(cls, comment):
        """See base."""
        return comments.get_problem(comment)

    def perform(self, operation, before=None):
        """See base. What the batch's answer leaves open is sent again one by one."""
        self._check_role()
        if not isinstance(operation, base.Comments):
            return super().perform(operation, before)
        return Sending(self.service, operation.comments).run()

    def find(self, operation, before, sent_at):
        """Nothing tells what the shop has, and nothing needs to: it drops what it has."""
        if not isinstance(operation, base.Comments):
            return super().find(operation, before, sent_at)
        return base.Finding(base.ABSENT, reason=comments.SENT_AGAIN)

    def _check_role(self):
        if self.is_shop:
            raise errors.NotSupportedError(
                "With this account Odoo is the shop: OpenSi calls it, and nothing is sent there."
            )
