import { registry } from "@web/core/registry";

const UNITS = ".modal .o_data_row:first-child [name='units'] input";

/** What is no number of units asks for nothing: not by keys, not by the button. */
registry.category("web_tour.tours").add("marketplace_refund_half_units", {
    steps: () => [
        { trigger: "button[name='action_marketplace_refund']", run: "click" },
        { trigger: ".modal [data-value='units']", run: "click" },
        { trigger: `${UNITS}:focus`, run: "edit 1 && press Tab" },
        { trigger: ".modal [name='reason_id'] input", run: "edit 17" },
        { trigger: ".o-autocomplete--dropdown-item:contains(17)", run: "click" },
        { trigger: ".modal button[name='action_confirm']:contains(,)" },
        { trigger: UNITS, run: "edit 1,5 && press Control+Enter" },
        { trigger: ".o_notification" },
        { trigger: ".modal .o_field_invalid[name='units'] input[aria-invalid='true']" },
        {
            trigger: UNITS,
            run: ({ anchor }) => {
                if (anchor.value !== "1,5") {
                    throw new Error(`1,5 units became ${anchor.value}.`);
                }
            },
        },
        { trigger: ".modal button[special='cancel']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
