import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Both questions must be answered; what is answered shows in the preview. */
tours.add("marketplace_woo_refund", {
    steps: () => [
        { trigger: "button[name='action_marketplace_refund']", run: "click" },
        { trigger: ".modal .o_data_row:first-child .o_mkt_tick", run: "click" },
        { trigger: ".modal-footer:contains(Choose whether the payment service pays back)" },
        { trigger: ".modal:not(:has([name='pay_back'] input:checked))" },
        { trigger: ".modal [name='pay_back'] input[data-value='yes']", run: "click" },
        { trigger: ".modal-footer:contains(Choose whether the goods go back in stock)" },
        { trigger: ".modal [name='restock'] input[data-value='no']", run: "click" },
        { trigger: ".modal .o_mkt_asked:contains(pays the customer)" },
        { trigger: ".modal .o_mkt_asked:contains(not put back in stock)" },
        { trigger: ".modal button[name='action_confirm']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_notification:contains(asked from)" },
    ],
});

/** A service that cannot pay back has answered, and says why. */
tours.add("marketplace_woo_refund_cash", {
    steps: () => [
        { trigger: "button[name='action_marketplace_refund']", run: "click" },
        { trigger: ".modal .o_data_row:first-child .o_mkt_tick", run: "click" },
        { trigger: ".modal:contains(cannot pay back by itself)" },
        { trigger: ".modal [name='pay_back']:contains(No)" },
        { trigger: ".modal [name='restock'] input[data-value='yes']", run: "click" },
        { trigger: ".modal .o_mkt_asked:contains(you pay the customer yourself)" },
        { trigger: ".modal button[name='action_confirm']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

/** Where no call gives money back, what is asked for in the store manager is noted. */
tours.add("marketplace_woo_refund_there", {
    steps: () => [
        { trigger: "body:not(:has(button[name='action_marketplace_refund']))" },
        { trigger: "button[name='action_marketplace_refund_there']", run: "click" },
        { trigger: ".modal a[href*='/store-manager/orders-details/']" },
        { trigger: ".modal [name='amount'] input", run: "edit 12.50" },
        { trigger: ".modal [name='reason'] input", run: "edit Shade is scratched" },
        { trigger: ".modal button[name='action_record']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o-mail-Message:contains(asked for in the back office)" },
        { trigger: "button[name='action_marketplace_refund_there']", run: "click" },
        { trigger: ".modal .alert:contains(Asked already):contains(12.50)" },
        { trigger: ".modal button[special='cancel']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
