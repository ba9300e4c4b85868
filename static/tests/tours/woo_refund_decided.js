import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** A payment service failed: from the refund to where it is decided, and dropped. */
tours.add("marketplace_woo_refund_dropped", {
    steps: () => [
        { trigger: ".alert:contains(In doubt):not(:contains(a manager decides))" },
        { trigger: "button[name='action_view_operation']", run: "click" },
        { trigger: ".o_mkt_pictures:contains(Look At The Payment Service)" },
        { trigger: ".alert:contains(look at the payment service):contains(Card by Stripe)" },
        { trigger: "button[name='action_happened']", run: "click" },
        { trigger: ".modal:contains(seen at Card by Stripe)" },
        { trigger: ".modal-footer .btn-secondary", run: "click" },
        { trigger: "button[name='action_drop']", run: "click" },
        { trigger: ".modal:contains(5.00):contains(seen at Card by Stripe)" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_mkt_outcome:contains(drop it)" },
        { trigger: ".o_mkt_decisions:contains(asking the marketplace)" },
    ],
});

/** Agents read who decides. */
tours.add("marketplace_woo_refund_doubt_agent", {
    steps: () => [
        { trigger: ".alert:contains(In doubt):contains(a manager decides)" },
        { trigger: "body:not(:has(button[name='action_view_operation']))" },
    ],
});

/** One click on what cannot be undone asks first. */
tours.add("marketplace_woo_refund_given_there", {
    steps: () => [
        { trigger: "button[name='action_turned_down_there']", run: "click" },
        { trigger: ".modal:contains(gets nothing by this request)" },
        { trigger: ".modal-footer .btn-secondary", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: "button[name='action_given_there']", run: "click" },
        { trigger: ".modal:contains(cannot be undone)" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(button[name='action_given_there']:visible))" },
    ],
});
