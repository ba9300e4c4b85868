"""Who calls: consumer keys, OAuth 1.0a, the JWT plugin, application passwords."""

import base64
import hashlib
import hmac
import json
import re
import time
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

from .records import Key, User
from .wire import Refused, nested

WINDOW = 15 * 60  # seconds that a time stamp may differ
OAUTH = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature_method")
OAUTH += ("oauth_signature",)
METHODS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
TOKEN_LIFE = 7 * 24 * 3600  # seconds


@dataclass
class Caller:
    """`user` None: nobody. `key`: how he came, where by a consumer key."""

    user: User | None = None
    key: Key | None = None
    home: str = ""


def refused(text, code="woocommerce_rest_authentication_error"):
    return Refused(code, text, 401)


def identify(seller, request, is_wc, home):
    """request -> Caller. Raises Refused where a login was tried and is wrong."""
    header = (
        "" if seller.options["strip_authorization"] else request.headers.get("Authorization", "")
    )
    query = nested(parse_qsl(request.query_string.decode(), keep_blank_values=True))
    if header.startswith("Bearer ") and seller.options["jwt"]:
        return Caller(read_token(seller, header[7:].strip(), home), home=home)
    name, word = _basic(header)
    if is_wc:
        key = _by_key(seller, query, name, word) or _by_oauth(seller, request, query, header, home)
        if key:
            return Caller(seller.users[key.user_id], key, home)
    if name:
        return Caller(_by_application_password(seller, name, word), home=home)
    return Caller(home=home)


def check_permissions(caller, method):
    """What the key may do: read or write."""
    if caller.key is None:
        return
    needed = "read" if method in ("GET", "HEAD", "OPTIONS") else "write"
    if caller.key.permissions not in (needed, "read_write"):
        raise refused(f"The API key provided does not have {needed} permissions.")


def _basic(header):
    if not header.startswith("Basic "):
        return "", ""
    try:
        name, _, word = base64.b64decode(header[6:]).decode().partition(":")
    except ValueError:
        return "", ""
    return name, word


def _by_key(seller, query, name, word):
    """The key in the query, else in Basic; only where the request counts as TLS."""
    if not seller.options["tls"]:
        return None
    if query.get("consumer_key") and query.get("consumer_secret"):
        name, word = query["consumer_key"], query["consumer_secret"]
    key = seller.keys.get(name)
    if key is None:
        return None
    if not hmac.compare_digest(key.consumer_secret.encode(), word.encode()):
        raise refused("Consumer secret is invalid.")
    return key


# OAuth 1.0a


def _by_oauth(seller, request, query, header, home):
    given = _oauth_parameters(query, header)
    if not given:
        return None
    lacking = [name for name in OAUTH if not given.get(name)]
    if lacking:
        text = f"Missing OAuth parameter {', '.join(lacking)}"
        raise refused(text, "woocommerce_rest_authentication_missing_parameter")
    key = seller.keys.get(given["oauth_consumer_key"])
    if key is None:
        raise refused("Consumer key is invalid.")
    _check_signature(seller, request, query, given, key, home)
    _check_nonce(seller, key, given)
    return key


def _oauth_parameters(query, header):
    """Those of the header, and those of the query."""
    given = {name: query[name] for name in OAUTH if isinstance(query.get(name), str)}
    if header.startswith("OAuth "):
        pairs = re.findall(r'(oauth_\w+)="([^"]*)"', header)
        given |= {name: unquote(value) for name, value in pairs}
    return given


def _check_signature(seller, request, query, given, key, home):
    digest = METHODS.get(given["oauth_signature_method"])
    if digest is None:
        raise refused("Invalid signature - signature method is invalid.")
    parameters = dict(sorted({**query, **given}.items(), key=lambda pair: pair[0].encode()))
    del parameters["oauth_signature"]
    path = request.path.removeprefix(f"/woocommerce/{seller.login}")
    text = "&".join([request.method, encode(home + path), "%26".join(signed_pairs(parameters))])
    secret = f"{key.consumer_secret}&".encode()
    expected = base64.b64encode(hmac.new(secret, text.encode(), digest).digest())
    if not hmac.compare_digest(expected, given["oauth_signature"].strip().encode()):
        raise refused("Invalid signature - provided signature does not match.")


def encode(text):
    return quote(str(text), safe="~")


def signed_pairs(parameters, above=""):
    """Pairs, names and values encoded twice, joined by %3D.

    A list in the query counts with numbers: `a[]=x` is signed as `a[0]`.
    """
    found = []
    for name, value in parameters.items():
        name = f"{above}%5B{encode(name)}%5D" if above else encode(name)
        if isinstance(value, dict):
            found += signed_pairs(value, name)
        else:
            found.append(f"{encode(name)}%3D{encode(encode(value))}")
    return found


def _check_nonce(seller, key, given):
    # Programs call in real time, tests in that of the world.
    skew = float(seller.options["clock_skew"])
    times = [moment + skew for moment in (time.time(), seller.clock.utc().timestamp())]
    try:
        stamp = int(given["oauth_timestamp"])
    except ValueError:
        stamp = 0
    if all(abs(now - stamp) > WINDOW for now in times):
        raise refused("Invalid timestamp.")
    if given["oauth_nonce"] in key.nonces:
        raise refused("Invalid nonce - nonce has already been used.")
    key.nonces[given["oauth_nonce"]] = stamp
    for nonce, old in list(key.nonces.items()):
        if old < min(times) - 2 * WINDOW:
            del key.nonces[nonce]


# WordPress itself


def _by_application_password(seller, name, word):
    """Basic with a user's application password; a login's own password is none."""
    if not seller.options["application_passwords"]:
        return None
    user = next((u for u in seller.users.values() if name in (u.login, u.email)), None)
    if user is None:
        raise refused(
            "Unknown username. Check again or try your email address.", "invalid_username"
        )
    if word.replace(" ", "") not in user.application_passwords:
        text = "The provided password is an invalid application password."
        raise refused(text, "incorrect_password")
    return user


# The JWT plugin


def forbidden(code, text):
    return Refused(code, text, 403)


def log_in(seller, params, home):
    """The answer to POST jwt-auth/v1/token. Raises Refused."""
    if seller.options["jwt"] == "bad_config":
        text = "JWT is not configured properly, please contact the admin"
        raise forbidden("jwt_auth_bad_config", text)
    name, word = params.text("username"), params.text("password")
    for what, value in (("username", name), ("password", word)):
        if not value:
            raise forbidden(
                f"[jwt_auth] empty_{what}",
                f"<strong>Error:</strong> The {what} field is empty.",
            )
    user = next((u for u in seller.users.values() if name in (u.login, u.email)), None)
    if user is None:
        text = f"<strong>Error:</strong> The username <strong>{name}</strong> is not registered."
        raise forbidden("[jwt_auth] invalid_username", text)
    if not hmac.compare_digest(user.password.encode(), word.encode()):
        text = f"<strong>Error:</strong> The password for <strong>{name}</strong> is incorrect."
        raise forbidden("[jwt_auth] incorrect_password", text)
    value = {
        "token": make_token(seller, user, home),
        "user_email": user.email,
        "user_nicename": user.login,
        "user_display_name": user.name,
    }
    if seller.options["rest_addon"]:
        value |= {"roles": [user.role], "store_id": user.id, "store_name": user.store}
    return value


def make_token(seller, user, home):
    now = int(seller.clock.utc().timestamp())
    claims = {"iss": home, "iat": now, "nbf": now, "exp": now + TOKEN_LIFE}
    claims["data"] = {"user": {"id": str(user.id)}}
    head = f"{_pack({'typ': 'JWT', 'alg': 'HS256'})}.{_pack(claims)}"
    return f"{head}.{_sign(seller, head)}"


def _pack(value):
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _unpack(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _sign(seller, head):
    found = hmac.new(seller.jwt_secret.encode(), head.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(found).decode().rstrip("=")


def read_token(seller, token, home):
    """The user of a token. Raises Refused."""
    head, _, signature = token.rpartition(".")
    if head.count(".") != 1:
        raise forbidden("jwt_auth_invalid_token", "Wrong number of segments")
    if not hmac.compare_digest(_sign(seller, head).encode(), signature.encode()):
        raise forbidden("jwt_auth_invalid_token", "Signature verification failed")
    claims = json.loads(_unpack(head.partition(".")[2]))
    now = seller.clock.utc().timestamp()
    if claims["exp"] <= now:
        raise forbidden("jwt_auth_invalid_token", "Expired token")
    if claims["nbf"] > now + 1:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(claims["nbf"]))
        raise forbidden("jwt_auth_invalid_token", f"Cannot handle token prior to {stamp}")
    if claims["iss"] != home:
        raise forbidden("jwt_auth_bad_iss", "The iss do not match with this server")
    user = seller.users.get(int(claims["data"]["user"]["id"]))
    if user is None:
        raise forbidden("jwt_auth_bad_request", "User ID not found in the token")
    return user


def validate(seller, request, home):
    """The answer to POST jwt-auth/v1/token/validate. Raises Refused."""
    header = (
        "" if seller.options["strip_authorization"] else request.headers.get("Authorization", "")
    )
    if not header:
        raise forbidden("jwt_auth_no_auth_header", "Authorization header not found.")
    if not header.startswith("Bearer "):
        raise forbidden("jwt_auth_bad_auth_header", "Authorization header malformed.")
    read_token(seller, header[7:].strip(), home)
    return {"code": "jwt_auth_valid_token", "data": {"status": 200}}
