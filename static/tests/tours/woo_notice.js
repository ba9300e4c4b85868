import { registry } from "@web/core/registry";

/** What only a mail has told is marked in its bubble. */
registry.category("web_tour.tours").add("marketplace_woo_notice", {
    steps: () => [
        {
            trigger: ".o-mail-Message:contains('dimmable') .o_mkt_by_mail:contains('not confirmed')",
        },
    ],
});
