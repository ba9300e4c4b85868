"""What a vendor's site says about itself and about us: time, plugins, our own id and names."""

from .. import base, errors, values
from ..values import text
from . import const
from .clock import SiteClock
from .tokens import refuse_operators


class VendorSite:
    """Asked for once in a run, each when it is needed first."""

    def __init__(self, site):
        self._site = site
        self._known = {}
        self.tells_entries = False  # whether notifications told of a support ticket

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
        if self._known.get("routes") is not None:
            found[base.SITE_TICKET_ANSWERS] = self.has_ticket_routes
        if self.tells_entries:
            found[base.SITE_TICKET_NEWS] = True
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
        """Whether the site added routes for single tickets; the plugins have none (3.2). None where
        the site does not tell now: firewalls and security plugins hide such lists."""
        return self._once("routes", self._find_ticket_routes)

    def _find_ticket_routes(self):
        try:
            routes = self._site.get_object(const.WCFM).get("routes")
        except (errors.NotSentError, errors.RefusedError) as error:
            if error.code in const.PASSING:
                raise
            return False if error.code == "no_route" else None
        if not isinstance(routes, (dict, list)):
            return None
        start = f"/{const.WCFM}/support/"
        names = [name for name in routes if name.startswith(start)]
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

    def check_role(self):
        """Raise LoginError where our user runs the site."""
        refuse_operators([self.profile.get("role")])

    @property
    def vendor_id(self):
        """Our id, by which our own threads are known. RefusedError where the site hides it."""
        found = self._site.login.get_vendor_id()
        if not found:
            self.check_role()  # tokens are given with it
            found = text(self.profile.get("id"))
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
        names.add(self.store_name)
        return {name.lower() for name in names if name}

    @property
    def store_name(self):
        """What the site puts before our notes; "" where it does not tell."""
        return self._once("store", self._read_store_name)

    def _read_store_name(self):
        try:
            path = f"{const.WCFM}/settings/id/{self.vendor_id}"
            return text(self._site.get_object(path).get("store_name"))
        except errors.RefusedError:
            return ""
        except errors.NotSentError as error:
            # Without the store's name our own notes would look like the marketplace's.
            if error.code != "no_route":
                raise
            return ""
