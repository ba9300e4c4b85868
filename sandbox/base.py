"""What a marketplace sub-package gives to the core."""

from .web import Problem


class Platform:
    """One marketplace. Sub-classes are listed in `sandbox.__main__`.

    name            used in the control API and as the first part of its URLs
    root_paths      further first parts of URLs, for clients that take no path in their address
    relay_domains   mail to these domains belongs to this marketplace's sellers
    """

    name = ""
    root_paths = ()
    relay_domains = ()
    hub = None

    def answer(self, request):
        """`web.Request` below /<name>/ -> `web.Answer`."""
        raise NotImplementedError

    def new_seller(self, spec):
        """`POST /control/sellers` body -> seller with seeded data. ValueError on nonsense."""
        raise NotImplementedError

    def demo_seller(self):
        """A lively seller for people to look at, or None."""
        return

    def attach(self, seller):
        """A seller came in (created or loaded)."""

    def detach(self, seller):
        """A seller went away."""

    def state(self, seller, messages=True):
        """The seller's whole world as JSON-able dict."""
        return seller.as_json()

    def control(self, seller, method, parts, body):
        """Control calls below /control/sellers/L/ that the core does not know.

        Returns a JSON-able value. Raises `Problem(404)` for unknown paths.
        """
        raise Problem(404, "no such control path")

    def live(self, seller):
        """Let one thing happen in the seller's world; return a sentence about it."""
        return ""

    def page(self, seller, query):
        """HTML of the seller's page between the core's head and foot."""
        return ""

    def act(self, seller, form):
        """A button of the page was pressed. Raises ValueError with a sentence.

        May return a function to be called once the seller's lock is free again.
        """
