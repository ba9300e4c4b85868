"""What a vendor's site says about itself and about us: time, plugins, our own id and names."""

from .. import base, errors, values
from ..values import text
from . import const
from .clock import SiteClock


class VendorSite:
    """Asked for once in a run, each when it is needed first."""

    def __init__(self, site):
        self._site = site
        self._known = {}

    def _once(self, name, function):
        if name not in self._known:
            self._known[name] = function()
        return self._known[name]

    @property
    def abilities(self):
        """See base.Client.site_abilities."""
        found = {}
        if "details" in self._known:
            found = {base.SITE_TICKETS: self.has_ultimate, base.SITE_NOTES: self.has_ultimate}
        if "routes" in self._known:
            found[base.SITE_TICKET_ANSWERS] = self.has_ticket_routes
        return found

    @property
    def clock(self):
        """The site's time."""
        return self._once("clock", self._read_clock)

    def _read_clock(self):
        fields = {"_fields": "name,gmt_offset,timezone_string,namespaces"}
        index = self._site.get_object("", fields)
        try:
            return SiteClock(index)
        except values.MAPPING_ERRORS as error:
            raise self._site.unreadable(error) from None

    @property
    def details(self):
        """`site-details`: which plugins are there (3.2)."""
        path = f"{const.WCFM}/site-details"
        return self._once("details", lambda: self._site.get_object(path))

    @property
    def has_ultimate(self):
        """Whether there are support tickets, and notes by vendors."""
        return values.flag(self.details.get("is_wcfm_ultimate"))

    @property
    def has_ticket_routes(self):
        """Whether the site added routes for single tickets; the plugins have none (3.2)."""
        return self._once("routes", self._find_ticket_routes)

    def _find_ticket_routes(self):
        try:
            routes = self._site.get_object(const.WCFM).get("routes")
        except (errors.NotSentError, errors.RefusedError):
            return False
        start = f"/{const.WCFM}/support/"
        names = [name for name in routes if name.startswith(start)] if routes else []
        return any(name.endswith("/reply") for name in names) and len(names) > 1

    @property
    def profile(self):
        """`user-profile` of our login; {} where it is not shown."""
        return self._once("profile", self._read_profile)

    def _read_profile(self):
        try:
            return self._site.get_object(f"{const.WCFM}/user-profile")
        except errors.RefusedError:
            return {}

    @property
    def vendor_id(self):
        """Our id, by which our own threads are known. RefusedError where the site hides it."""
        found = self._site.login.get_vendor_id() or text(self.profile.get("id"))
        if not found:
            raise errors.RefusedError(
                "The site does not tell which vendor the login is. Give the name and password of "
                "your user there instead of an application password.",
                "no_vendor",
            )
        return found

    @property
    def own_names(self):
        """What our notes may be signed with, in small letters; empty where nothing tells."""
        return self._once("names", self._read_names)

    def _read_names(self):
        profile = self.profile
        full = f"{text(profile.get('first_name'))} {text(profile.get('last_name'))}".strip()
        names = {full, text(profile.get("username")), text(profile.get("display_name"))}
        try:
            path = f"{const.WCFM}/settings/id/{self.vendor_id}"
            names.add(text(self._site.get_object(path).get("store_name")))
        except (errors.NotSentError, errors.RefusedError):
            pass
        return {name.lower() for name in names if name}

    # Cheap look for news

    def get_newest_notice(self, kind):
        """The id of the newest unread notification of a kind; 0 where there is none (3.3)."""
        parameters = {"notification_type": kind, "per_page": 1, "order": "desc"}
        try:
            rows = self._site.get_list(f"{const.WCFM}/notifications", parameters)
            return values.integer(rows[0].get("ID")) if rows else 0
        except (errors.RefusedError, *values.MAPPING_ERRORS):
            return 0
