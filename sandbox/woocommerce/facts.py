"""The site itself: index, namespaces, status, settings, the JWT plugin."""

from . import auth, version
from .orders import need_manager
from .wire import Refused


def offset(seller):
    """Hours that the site is off UTC now."""
    hours = seller.now().astimezone(seller.zone).utcoffset().total_seconds() / 3600
    return int(hours) if hours == int(hours) else hours


def namespaces(seller):
    found = ["oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wp/v2"]
    if seller.options["jwt"]:
        found.append("jwt-auth/v1")
    if seller.options["rest_addon"]:
        found.append("wcfmmp/v1")
    return found


def root(call):
    seller = call.seller
    authentication = {}
    if seller.options["application_passwords"]:
        url = f"{call.home}/wp-admin/authorize-application.php"
        authentication["application-passwords"] = {"endpoints": {"authorization": url}}
    return {
        "name": seller.shop,
        "description": "",
        "url": call.home,
        "home": call.home,
        "gmt_offset": offset(seller),
        "timezone_string": seller.options["timezone"],
        "page_for_posts": 0,
        "page_on_front": 0,
        "show_on_front": "posts",
        "namespaces": namespaces(seller),
        "authentication": authentication,
        "routes": {},
        "site_logo": 0,
    }


def namespace_index(call):
    """`routes`: pattern -> methods, as WordPress lists them below a namespace."""
    name = call.request.path.partition("/wp-json/")[2].strip("/")
    return {
        "namespace": name,
        "routes": {
            path: {"namespace": name, "methods": methods, "endpoints": [{"methods": methods}]}
            for path, methods in call.known_routes(f"/{name}/").items()
        },
    }


def system_status(call):
    need_manager(call)
    seller = call.seller
    plugins = [("WooCommerce", version.WOOCOMMERCE), ("WCFM - WooCommerce Multivendor", "3.6.13")]
    if seller.options["ultimate"]:
        plugins.append(("WCFM - Ultimate", "6.6.0"))
    if seller.options["rest_addon"]:
        plugins.append(("WCFM - Marketplace REST API", version.WCFM_REST))
    return {
        "environment": {
            "home_url": call.home,
            "site_url": call.home,
            "version": version.WOOCOMMERCE,
            "wp_version": version.WORDPRESS,
            "wp_multisite": False,
            "language": "en_US",
            "default_timezone": "UTC",
        },
        "active_plugins": [{"plugin": n, "name": n, "version": v} for n, v in plugins],
        "settings": {
            "api_enabled": False,
            "currency": seller.currency,
            "currency_position": "right",
            "thousand_separator": ".",
            "decimal_separator": ",",
            "number_of_decimals": 2,
        },
        "security": {"secure_connection": bool(seller.options["tls"]), "hide_errors": True},
    }


def general_settings(call):
    need_manager(call)
    values = {
        "woocommerce_currency": call.seller.currency,
        "woocommerce_price_num_decimals": "2",
        "woocommerce_default_country": "DE",
    }
    return [{"id": name, "type": "text", "value": value} for name, value in values.items()]


def general_setting(call, name):
    found = next((row for row in general_settings(call) if row["id"] == name), None)
    if found is None:
        raise Refused("rest_setting_setting_invalid", "Invalid setting.", 404)
    return found


def current_currency(call):
    need_manager(call)
    return {"code": call.seller.currency, "name": call.seller.currency, "symbol": ""}


def log_in(call):
    value = auth.log_in(call.seller, call.params, call.home)
    call.summary = f"{value['user_nicename']} logged in"
    return value


def validate(call):
    return auth.validate(call.seller, call.request, call.home)
