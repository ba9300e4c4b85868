"""The address at which OpenSi brings its order comments, one for each account."""

import logging
from urllib.parse import quote

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..connectors.opensi import server
from .call_limits import get_failure_limit, get_limits, get_number

_logger = logging.getLogger(__name__)

MAX_BYTES = 20 * 1024 * 1024
CALLS_PARAMETER = "marketplace_helpdesk.opensi_calls_per_minute"
CALLS_PER_MINUTE = 300
BROKEN = "The shop could not store this call: send it again."


class OpensiService(http.Controller):
    @http.route(
        "/marketplace/opensi/<string:service_key>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BYTES,
    )
    def serve(self, service_key, **_parameters):
        """GET: the WSDL, of any address; POST: a call of OpenSi."""
        if request.httprequest.method != "POST":
            return self._show_wsdl(service_key)
        try:
            return self._take(service_key)
        except HTTPException:
            raise
        except Exception as error:
            # Odoo tries again where it can, and sends this where it gives up.
            is_1_2 = "application/soap+xml" in request.httprequest.headers.get("Content-Type", "")
            version = "1.2" if is_1_2 else "1.1"
            fault = server.write_fault(version, BROKEN, by_caller=False)
            error.error_response = _send(fault)
            raise

    def _show_wsdl(self, service_key):
        asked = {name.lower() for name in request.httprequest.args}
        if "wsdl" not in asked:
            return request.make_response("")
        root = request.env["marketplace.account"].get_base_url()
        wsdl = server.write_wsdl(f"{root}/marketplace/opensi/{quote(service_key, safe='')}")
        return request.make_response(wsdl, [("Content-Type", "text/xml; charset=utf-8")])

    def _take(self, service_key):
        limits, address = get_limits(request.env.registry), request.httprequest.remote_addr
        allowed, seconds = get_failure_limit()
        wait = limits.get_failure_wait(address, service_key, allowed, seconds)
        if wait:
            return _send_away(wait)
        limits.note_failure(address, service_key, seconds)
        if request.httprequest.headers.get("Content-Encoding", "identity").lower() != "identity":
            return request.make_response("Send the request without compression.", status=415)
        content = request.httprequest.get_data()
        if len(content) >= MAX_BYTES:  # what came without its length was cut off there
            raise RequestEntityTooLarge()
        try:
            content_type = request.httprequest.headers.get("Content-Type", "")
            call = server.parse(content, content_type)
        except server.BadCall as error:
            return _send(server.write_fault(error.version, error.message))
        accounts = request.env(user=SUPERUSER_ID, su=True, context={})["marketplace.account"]
        is_secure = request.httprequest.scheme == "https"
        account, refusal, is_original = accounts._admit(service_key, call, is_secure)
        if account:
            limits.forget_failure(address, service_key)
        else:
            _logger.info("A call of OpenSi from %s was refused", address)
        if refusal:
            return _send(server.write_fault(call.version, refusal, is_original))
        wait = limits.get_call_wait(account.id, get_number(CALLS_PARAMETER, CALLS_PER_MINUTE))
        if wait:
            return _send_away(wait)
        answer = account._answer_call(call)
        limits.note_call(account.id)
        return _send(answer)


def _send(written):
    headers = [("Content-Type", written.content_type), ("Cache-Control", "no-store")]
    return request.make_response(written.content, headers, status=written.status)


def _send_away(seconds):
    _logger.info("A call of OpenSi from %s came too early", request.httprequest.remote_addr)
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", str(seconds))]
    return request.make_response("Too many calls: come back later.", headers, status=429)
