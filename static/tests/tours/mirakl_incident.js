import { registry } from "@web/core/registry";

/** An agent answers customer and operator, then marks the incident of the order as solved. */
registry.category("web_tour.tours").add("marketplace_mirakl_incident", {
    steps: () => [
        { trigger: ".o_mkt_frozen:contains(frozen)" },
        { trigger: "button[name='action_marketplace_answer']", run: "click" },
        { trigger: ".modal [name='recipient'] input[value='both']", run: "click" },
        {
            trigger: ".modal [name='body'] textarea",
            run: "edit Guten Tag, ein Ersatz ist heute unterwegs.",
        },
        { trigger: ".modal button[name='action_send']:visible", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: "button[name='action_marketplace_resolve']", run: "click" },
        { trigger: ".modal [name='reason_id'] input", run: "edit 8" },
        { trigger: ".o-autocomplete--dropdown-item:contains(8)", run: "click" },
        {
            trigger: ".modal [name='body'] textarea",
            run: "edit Ersatz am 23.11. verschickt. Bitte den Vorfall schliessen.",
        },
        { trigger: ".modal button[name='action_confirm']:visible", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_mkt_steps .o_data_row:contains(solved):contains(To Send)" },
        { trigger: ".o_mkt_steps .o_data_row:contains(Waiting)" },
    ],
});

/** After the job: both steps are done, and the ticket waits for the operator. */
registry.category("web_tour.tours").add("marketplace_mirakl_incident_solved", {
    steps: () => [
        { trigger: "[name='marketplace_resolution']:contains(Waits for the operator)" },
        { trigger: ".o_mkt_steps:not(:has(.o_data_row:not(:contains(Done))))" },
        { trigger: ".o_mkt_frozen:contains(frozen)" },
        {
            trigger:
                ".o-mail-Message:contains('ein Ersatz ist heute unterwegs') .o-mail-Message-notification:contains('Seen in the thread')",
        },
        {
            trigger:
                ".o-mail-Message:contains('ein Ersatz ist heute unterwegs'):contains('To customer and operator')",
        },
    ],
});

/** The operator closed the incident: the order is free. */
registry.category("web_tour.tours").add("marketplace_mirakl_incident_closed", {
    steps: () => [
        { trigger: ".o_form_view:contains(Incident closed)" },
        { trigger: "body:not(:has(.o_mkt_frozen:visible))" },
    ],
});
