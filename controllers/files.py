"""Files of messages stay at the marketplace until somebody opens them here."""

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import content_disposition, request

# A file of a stranger is saved, never shown: no browser may guess that it is a page.
SAFE_HEADERS = {
    "Content-Type": "application/octet-stream",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


class MarketplaceFiles(http.Controller):
    @http.route(
        "/marketplace_helpdesk/file/<int:case_id>/<path:remote_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def download(self, case_id, remote_id):
        """A file of a message of this case, as a download; problems as a page for people."""
        case = request.env["marketplace.case"].browse(case_id)
        try:
            attachment = request.env["marketplace.message"]._open_file(case, remote_id)
        except (AccessError, MissingError):
            sentence = request.env._("This file does not exist, or you may not open it.")
            return self._show_problem(sentence, 404)
        except UserError as error:
            return self._show_problem(str(error), 502)
        headers = {**SAFE_HEADERS, "Content-Disposition": content_disposition(attachment.name)}
        return request.make_response(attachment.raw or b"", list(headers.items()))

    def _show_problem(self, sentence, status):
        answer = request.render("marketplace_helpdesk.file_problem", {"sentence": sentence})
        answer.status_code = status
        return answer
