import { registry } from "@web/core/registry";

/** An agent refunds a part of a line by keyboard; what was typed is money, not thousands. */
registry.category("web_tour.tours").add("marketplace_mirakl_refund", {
    steps: () => [
        { trigger: "button[name='action_marketplace_refund']", run: "click" },
        { trigger: ".modal .o_data_row:first-child .o_mkt_tick:focus" },
        { trigger: ".modal .o_mkt_choice:not(:has([data-value='gesture']))" },
        { trigger: ".modal [data-value='amount']", run: "click" },
        {
            trigger: ".modal .o_data_row:first-child [name='goods'] input",
            run: "edit 60 && press Tab",
        },
        { trigger: ".modal .o_data_row:first-child .o_mkt_too_much" },
        { trigger: ".modal-footer:not(:has(button[name='action_confirm'])):contains(More than is)" },
        {
            trigger: ".modal .o_data_row:first-child [name='goods'] input",
            run: "edit 12,50 && press Tab",
        },
        { trigger: ".modal .o_data_row:first-child [name='amount']:contains(12.50)" },
        { trigger: ".modal [name='reason_id'] input", run: "edit 17" },
        { trigger: ".o-autocomplete--dropdown-item:contains(17)", run: "click" },
        { trigger: ".modal button[name='action_confirm']:contains(12.50)" },
        { trigger: ".modal [name='note'] input", run: "edit Scratched && press Control+Enter" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
