import { registry } from "@web/core/registry";

const MAIL = ".o_mail_composer_form_view";

/** An agent mails the customer of a shop's order, the last of the ways that are offered. */
registry.category("web_tour.tours").add("marketplace_woo_mail", {
    steps: () => [
        { trigger: "button[name='action_marketplace_reach']", run: "click" },
        { trigger: ".o_mkt_reach button[name='action_mail']", run: "click" },
        {
            trigger: `${MAIL} [name='subject'] input`,
            run({ anchor }) {
                if (!anchor.value.startsWith("Order ")) {
                    throw new Error(`Customers do not know what ${anchor.value} is.`);
                }
            },
        },
        {
            trigger: `${MAIL} .odoo-editor-editable`,
            run: "editor Your parcel leaves tomorrow.",
        },
        { trigger: ".modal .o_mail_send", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
