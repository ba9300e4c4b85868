"""Calls to one operator's API: key or token, errors, JSON and files (contract, section 1.1)."""

import re
from datetime import timedelta
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from .. import base, values
from ..errors import LoginError, NotSentError, RefusedError, UnknownOutcomeError
from ..transport import HttpSession, Limits, Redactor, check_status, excerpt, retry_after
from . import const

JSON = "application/json"
_MIMETYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


def get_base(service_url):
    """The address before `/api`, from whatever people copy from their browser; "" for none."""
    url = service_url.strip()
    if not url:
        return ""
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = re.sub(r"/(api|mmp)(/.*)?$", "", parts.path.rstrip("/"))
    return urlunsplit((parts.scheme, parts.netloc, path.rstrip("/"), "", ""))


def path_of(*parts):
    """A path below /api; ids are quoted."""
    return "/".join(quote(str(part), safe="") for part in parts)


class Service:
    """`get`, `send_json`, `send_form`: one call each. `code` is Mirakl's name of the operation.

    With a login, it is the id of an OAuth client and the password its secret; without, the
    password is the key of a user and goes out as it is.
    """

    def __init__(self, credentials, now):
        self._credentials = credentials
        self._now = now
        self._key = credentials.password.strip()
        self._base = get_base(credentials.service_url)
        self.redact = Redactor(credentials.password, self._key, credentials.token)
        self.http = HttpSession(self.redact, Limits.from_options(credentials.options))
        self.uses_token = bool(credentials.login.strip())
        self.token = credentials.token if self.uses_token else ""
        self.token_expires_at = credentials.token_expires_at if self.uses_token else None
        self._token_is_new = False
        self._locale = credentials.options.get("locale") or ""

    def close(self):
        self.http.close()

    # Calls

    def get(self, code, path, parameters=None, with_locale=False):
        """The JSON object that a reading operation answers."""
        parameters = dict(parameters or {})
        if with_locale and self._locale:
            try:
                return self._get(code, path, {**parameters, "locale": self._locale})
            except RefusedError as error:
                if "locale" not in error.detail.lower():
                    raise
                self._locale = ""  # a language that the operator has not activated
        return self._get(code, path, parameters)

    def _get(self, code, path, parameters):
        return self._read(self._call(code, "GET", path, parameters))

    def get_bytes(self, code, path, parameters=None):
        """The transport.Answer of a download."""
        return self._call(code, "GET", path, parameters, accept="*/*")

    def send_json(self, code, method, path, body=None, expected=(200,)):
        """Change something, once; the JSON object of the answer, {} for 204."""
        data = b"" if body is None else values.dump(body).encode()
        headers = {} if body is None else {"Content-Type": JSON}
        return self._write(code, method, path, data, headers, expected)

    def send_form(self, code, path, name, body, files=()):
        """The same with files: a JSON part `name` and parts named `files`."""
        fields = [_field(name, values.dump(body).encode(), JSON)]
        fields += [_field("files", f.content, f.mimetype, f.name) for f in files]
        data, content_type = encode_multipart_formdata(fields)
        return self._write(code, "POST", path, data, {"Content-Type": content_type}, (200, 201))

    def _write(self, code, method, path, data, headers, expected):
        answer = self._call(code, method, path, None, data, headers, expected=expected)
        return {} if answer.status == 204 else self._read(answer)

    def _read(self, answer):
        try:
            return values.parse(answer.content)
        except ValueError as error:
            raise self.unreadable(error, excerpt(answer, self.redact)) from None

    def unreadable(self, error, more=""):
        """The error for an answer that lacks what it must hold."""
        detail = self.redact(f"{error} {more}".strip())
        return UnknownOutcomeError("Mirakl's answer cannot be read.", "unreadable", detail)

    def _call(
        self, code, method, path, parameters, data=None, headers=None, expected=(200,), accept=JSON
    ):
        if not self._base:
            raise LoginError("The address of the marketplace is missing.", "no_address")
        headers = {"Accept": accept, "Authorization": self._get_authorization(), **(headers or {})}
        is_read = method == "GET"
        answer = self.http.request(
            method,
            f"{self._base}/api/{path}{self._get_query(parameters)}",
            data=data,
            headers=headers,
            fresh=not is_read,
        )
        if answer.status not in expected:
            self._raise_for(code, answer)
        return answer

    def _get_query(self, parameters):
        found = {name: value for name, value in (parameters or {}).items() if value is not None}
        shop = self._credentials.options.get("shop")
        if shop:
            found["shop_id"] = shop
        return f"?{urlencode(found)}" if found else ""

    # Errors

    def _raise_for(self, code, answer):
        """The error for another status than expected (1.1)."""
        status = answer.status
        if status == 401:
            self._refuse_login(answer)
        if status == 429:
            raise NotSentError(
                "Too many calls: the marketplace asks to wait.",
                "quota",
                excerpt(answer, self.redact),
                retry_after=retry_after(answer) or const.QUOTA_SECONDS,
            )
        told = self._get_error(answer) if 400 <= status < 500 and status != 408 else None
        if told is None:
            check_status(answer, self.redact)
            # 2xx, but not the one that this operation promises.
            raise self.unreadable(f"HTTP {status}", excerpt(answer, self.redact))
        remote_code, text = told
        if status == 403:
            raise RefusedError(get_role_sentence(code), "role", text)
        if status == 404 and code in const.LISTS and self._credentials.options.get("shop"):
            raise RefusedError(
                "The marketplace does not know the shop with this number, or the key is not for "
                "it. Check “Shop Number” on the account.",
                "shop",
                text,
            )
        remote_code = remote_code or f"http_{status}"
        if not text:
            raise RefusedError("The marketplace refused it and gave no reason.", remote_code, text)
        raise RefusedError(f"The marketplace refused it: “{_quote(text)}”.", remote_code, text)

    def _get_error(self, answer):
        """(code, text) of an error in JSON; None for pages and texts of servers between (1.1)."""
        try:
            body = values.parse(answer.content)
            details = [body, *values.items(body, "errors")]
        except ValueError:
            return None
        texts = [values.text(item.get("message")) for item in details]
        codes = [values.text(item.get("code")) for item in details]
        text = " ".join(dict.fromkeys(text for text in texts if text))
        return next(filter(None, codes), ""), self.redact(text)

    def _refuse_login(self, answer):
        detail = excerpt(answer, self.redact)
        if self.uses_token and not self._token_is_new:
            self.drop_token()
            raise NotSentError(
                "The marketplace did not accept our token; nothing was done. The next try asks "
                "for a new one.",
                "token",
                detail,
            )
        raise LoginError(
            "The marketplace refused the key. Make a new one in its back office, in the menu of "
            "the user, under “API key”; test and production have different keys.",
            "login",
            detail,
        )

    # Key and token

    def _get_authorization(self):
        if self.uses_token:
            return f"Bearer {self.get_token()}"
        if not self._key:
            raise LoginError("The API key is missing.", "no_login")
        if not self._key.isascii() or not self._key.isprintable():
            raise LoginError(
                "The API key holds characters that no key has. Copy it again.", "no_login"
            )
        return self._key

    def drop_token(self):
        self.token, self.token_expires_at = "", None

    def get_token(self):
        """A token that should be alive. LoginError or NotSentError: nothing else was sent."""
        expires = self.token_expires_at
        if not self.token or (expires and expires <= self._now()):
            self._fetch_token()
        return self.token

    def _fetch_token(self):
        body = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.login.strip(),
            "client_secret": self._key,
        }
        if not self._key:
            raise LoginError("The secret of the OAuth client is missing.", "no_login")
        try:
            answer = self.http.request(
                "POST",
                self._credentials.token_url or const.TOKEN_URL,
                data=urlencode(body).encode(),
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": JSON},
            )
            self._read_token(answer)
        except UnknownOutcomeError as error:
            raise NotSentError(
                "Mirakl's token service does not work; nothing was sent. It is tried again later.",
                error.code,
                f"{error} {error.detail}".strip(),
            ) from None

    def _read_token(self, answer):
        """Refused clients: 401, or another refusal that is no web page (RFC 6749: 400)."""
        if answer.status == 401 or (answer.status in (400, 403) and self._is_json(answer)):
            raise LoginError(
                "Mirakl refused the OAuth client. Check client id and secret, or leave the client "
                "id empty and give the API key of a user.",
                "login",
                excerpt(answer, self.redact),
            )
        check_status(answer, self.redact)
        try:
            body = values.parse(answer.content)
            token = values.required(body, "access_token")
            seconds = int(values.decimal(body.get("expires_in"))) or 3600
            if not token.isascii() or not token.isprintable() or " " in token:
                raise ValueError("the token has strange characters")
        except ValueError as error:
            raise self.unreadable(error) from None
        self.redact.add(token)
        self.token = token
        life = max(timedelta(seconds=min(seconds, 86400)) - const.TOKEN_MARGIN, timedelta(0))
        self.token_expires_at = self._now() + life
        self._token_is_new = True

    def _is_json(self, answer):
        try:
            return bool(values.parse(answer.content))
        except ValueError:
            return False


def get_role_sentence(code):
    """What to do where the right to an operation is missing."""
    roles = const.ROLES.get(code)
    if not roles:
        return "The key may not do this: take the key of an administrator of the shop."
    return (
        f"The key may not do this. Give its user the right {' / '.join(roles)} in the "
        "marketplace's back office, or take the key of an administrator."
    )


def _quote(text):
    return " ".join(text.split())[:300].rstrip(" .")


def _field(name, content, mimetype, filename=None):
    if filename is not None:
        filename = safe_name(filename)
    if not _MIMETYPE.fullmatch(mimetype or ""):
        mimetype = base.OutFile("").mimetype
    field = RequestField(name, content, filename)
    field.make_multipart(content_type=mimetype)
    return field


def safe_name(name):
    """A file's name without folders and signs that could end a header."""
    name = re.sub(r"[\x00-\x1f\x7f\"\\]", "_", re.split(r"[/\\]", name or "")[-1]).strip()
    if len(name) > 200:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[:180]}{dot}{ending[:19]}" if dot else name[:200]
    return name or "file"
