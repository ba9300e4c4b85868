"""The address at which a shop calls when something is new, one for each account."""

import logging

from werkzeug.exceptions import RequestEntityTooLarge

from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..connectors.woocommerce import webhooks
from .call_limits import get_failure_limit, get_limits, get_number

_logger = logging.getLogger(__name__)

MAX_BYTES = 2 * 1024 * 1024
CALLS_PARAMETER = "marketplace_helpdesk.webhook_calls_per_minute"
CALLS_PER_MINUTE = 300


class ShopWebhooks(http.Controller):
    @http.route(
        "/marketplace/webhook/<string:service_key>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BYTES,
    )
    def take(self, service_key, **parameters):
        """A call of a shop: it wakes the job, and nothing in it is believed but a number."""
        limits, address = get_limits(request.env.registry), request.httprequest.remote_addr
        if request.httprequest.headers.get("Content-Encoding", "identity").lower() != "identity":
            return _send("Send the request without compression.", 415)
        content = request.httprequest.get_data()
        if len(content) >= MAX_BYTES:  # what came without its length was cut off there
            raise RequestEntityTooLarge()
        headers = request.httprequest.headers
        hint = webhooks.read(headers, content)
        # A form is read before it comes here, and its body is empty then.
        if hint.is_ping or (not hint.topic and "webhook_id" in parameters):
            return _send()  # unsigned: whoever sends it learns nothing
        accounts = request.env(user=SUPERUSER_ID, su=True, context={})["marketplace.account"]
        signature = headers.get("X-WC-Webhook-Signature", "")
        account = accounts._admit_hint(service_key, webhooks.check, content, signature)
        if not account:
            return self._refuse(limits, address, service_key)
        # The shop stops calling for good after a few refusals: too many calls are taken as well,
        # and only not looked at. The job is awake by then.
        if not limits.get_call_wait(account.id, get_number(CALLS_PARAMETER, CALLS_PER_MINUTE)):
            account.env["marketplace.hint"]._note(account, hint)
            limits.note_call(account.id)
        return _send()

    def _refuse(self, limits, address, service_key):
        """Only where the signature is wrong: whoever knows the secret is never sent away for what
        others do, or the shop would stop calling for good."""
        allowed, seconds = get_failure_limit()
        wait = limits.get_failure_wait(address, service_key, allowed, seconds)
        if wait:
            headers = {"Retry-After": str(wait)}
            return _send("Too many calls: come back later.", 429, headers)
        limits.note_failure(address, service_key, seconds)
        _logger.info("A call of a shop from %s was refused", address)
        return _send("Unknown address or wrong signature.", 401)


def _send(text="", status=200, headers=None):
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"} | (
        headers or {}
    )
    return request.make_response(text, [*headers.items()], status=status)
