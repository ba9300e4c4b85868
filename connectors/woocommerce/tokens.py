"""The login of a marketplace's vendor: token of the JWT plugin, or application password (3.1)."""

import base64
import re
from datetime import datetime, timezone

from .. import values
from ..errors import LoginError, NotSentError, RefusedError, UnknownOutcomeError
from ..transport import check_status, excerpt
from . import const

# Six groups of four, as WordPress shows them; their blanks get lost where they are copied.
_APPLICATION_PASSWORD = re.compile(r"[A-Za-z0-9]{4}( ?[A-Za-z0-9]{4}){5}")


class VendorLogin:
    """Option `login_way`: "jwt" or "application_password"; empty: by the password's form.

    `allow_http`: also without TLS, where everybody on the way can read the password.
    """

    def __init__(self, site, credentials, now):
        self._site = site
        self._now = now
        self._credentials = credentials
        self._password = credentials.password.strip()
        way = credentials.options.get("login_way")
        is_application = bool(_APPLICATION_PASSWORD.fullmatch(self._password))
        self.way = way or (const.BY_PASSWORD if is_application else const.BY_TOKEN)
        self.token = credentials.token if self.uses_token else ""
        self.expires_at = credentials.token_expires_at if self.uses_token else None
        self._is_new = False
        site.redact.add(self.token)

    @property
    def uses_token(self):
        return self.way == const.BY_TOKEN

    @property
    def token_state(self):
        return (self.token, self.expires_at) if self.uses_token else None

    def add_to(self, method, url, headers):
        """(url, headers) with the login."""
        self._check()
        if not self.uses_token:
            pair = f"{self._credentials.login.strip()}:{self._password}"
            packed = base64.b64encode(pair.encode()).decode()
            self._site.redact.add(packed)
            return url, {**headers, "Authorization": f"Basic {packed}"}
        return url, {**headers, "Authorization": f"Bearer {self.get_token()}"}

    def _check(self):
        if not self._credentials.login.strip() or not self._password:
            raise LoginError("User name and password are missing.", "no_login")
        if not self._site.is_encrypted and not self._credentials.options.get("allow_http"):
            raise LoginError(
                "The shop's address must begin with https://, else everybody on the way can read "
                "the password. An account can be set to allow http://.",
                "no_tls",
            )

    def drop_token(self):
        self.token, self.expires_at, self._is_new = "", None, False

    # The token

    def get_token(self):
        """A token that should be alive. LoginError or NotSentError: nothing else was sent."""
        if not self.token or (self.expires_at and self.expires_at <= self._now()):
            try:
                self._fetch_token()
            except UnknownOutcomeError as error:
                raise NotSentError(
                    "The shop gives no token; nothing was sent. It is tried again later.",
                    "token",
                    f"{error.code}: {error} {error.detail}".strip(),
                ) from None
        return self.token

    def _fetch_token(self):
        body = {"username": self._credentials.login.strip(), "password": self._password}
        url = self._site.get_url(const.TOKEN)
        answer = self._site.request("POST", url, values.dump(body).encode(), login=False)
        if answer.status not in (200, 201):
            self._raise_for_token(answer)
        try:
            told = values.parse(answer.content)
            token = values.required(told, "token")
            if not token.isascii() or not token.isprintable() or " " in token:
                raise ValueError("the token has strange characters")
        except ValueError as error:
            raise self._site.unreadable(error) from None
        self._site.redact.add(token)
        refuse_operators(told.get("roles"))
        self.token, self._is_new = token, True
        end = self._now() + const.TOKEN_LIFE
        self.expires_at = min(self._get_end() or end, end) - const.TOKEN_MARGIN

    def _get_end(self):
        """When the token says that it ends."""
        seconds = get_claims(self.token).get("exp")
        if isinstance(seconds, int) and 0 < seconds < 2**33:
            return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
        return None

    def get_vendor_id(self):
        """The user's id as the token tells it: WCFM's id of the vendor. "" where none does."""
        if not self.uses_token:
            return ""
        try:
            user = values.child(values.child(get_claims(self.get_token()), "data"), "user")
        except ValueError:
            return ""
        return values.text(user.get("id"))

    def _raise_for_token(self, answer):
        told = self._site.get_told(answer)
        if told is None:
            check_status(answer, self._site.redact)
            raise self._site.unreadable(f"HTTP {answer.status}")
        detail = f"{told.code}: {told.text}"
        if told.code == const.NO_ROUTE:
            raise LoginError(
                "The site gives no tokens: it has no JWT plugin. Make an application password in "
                "your profile there, and enter it as the password.",
                "no_jwt",
                detail,
            )
        if told.code == "jwt_auth_bad_config":
            raise LoginError(
                "The site's JWT plugin is not set up. Tell the marketplace, or make an application "
                "password in your profile there.",
                "no_jwt",
                detail,
            )
        raise self._get_refusal(detail)

    # Refusals

    def check_refusal(self, answer, told):
        """Raise where the answer speaks of the login or its rights."""
        code = told.code if told else ""
        is_right = bool(const.NO_RIGHT.fullmatch(code))
        if is_right and told.status == 403:
            raise RefusedError(
                "Your user at the marketplace may not do this. Ask the marketplace for the right.",
                "role",
                f"{told.code}: {told.text}",
            )
        is_login = code.startswith(("jwt_auth", *const.USER_ERRORS)) or answer.status == 401
        if not is_login and not (is_right and told.status == 401):
            return
        detail = f"{code}: {told.text}" if told else excerpt(answer, self._site.redact)
        if self.uses_token and not self._is_new:
            self.drop_token()
            raise NotSentError(
                "The marketplace did not accept our token; nothing was done. The next try asks "
                "for a new one.",
                "token",
                detail,
            )
        if is_right:
            raise LoginError(
                "The site answers as if nobody had logged in: its web server loses the login on "
                "the way. Tell the marketplace.",
                "stranger",
                detail,
            )
        raise self._get_refusal(detail)

    def _get_refusal(self, detail):
        return LoginError(
            "The marketplace refused the login. Check user name and password; an application "
            "password is made in your profile there.",
            "login",
            detail,
        )


def refuse_operators(roles):
    """Raise where a user runs the site: his calls show everybody's orders and customers, and what
    he writes is the marketplace's."""
    if isinstance(roles, dict):  # a list with numbers, as WordPress sends some
        roles = [*roles.values()]
    if not isinstance(roles, list) or const.OPERATOR_ROLES.isdisjoint(map(values.text, roles)):
        return
    raise LoginError(
        "This user is no vendor: he runs the site, and would see the orders and customers of all "
        "sellers. Give the login of the seller's own user. Whoever runs the site takes an account "
        "of the provider “WooCommerce”.",
        "no_vendor",
    )


def get_claims(token):
    """The claims of a JWT, which its server has signed for itself; {} where it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        return values.parse(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
