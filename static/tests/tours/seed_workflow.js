import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** Opens the one ticket of the list that waits for an answer. */
function openTicket() {
    return [
        { trigger: ".o_app[data-menu-xmlid='marketplace_helpdesk.menu_root']", run: "click" },
        { trigger: ".o_data_row .o_data_cell[name='name']", run: "click" },
        { trigger: ".o_form_view [name='marketplace_case_deadline']" },
    ];
}

/** An agent answers, refunds one line, makes a gesture and has the discussion closed. */
registry.category("web_tour.tours").add("marketplace_seed_workflow_out", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        ...openTicket(),
        { trigger: "button[name='action_marketplace_answer']", run: "click" },
        {
            trigger: ".modal [name='body'] textarea",
            run: "edit Bonjour, nous vous remboursons la lampe et vous offrons le port.",
        },
        { trigger: ".modal [name='close_after'] input", run: "click" },
        { trigger: ".modal button[name='action_send']:visible", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: "button[name='action_marketplace_refund']", run: "click" },
        {
            trigger: ".modal .o_data_row:first-child [name='selected'] input",
            run: "click",
        },
        { trigger: ".modal button[name='action_confirm']:visible:enabled", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: "button[name='action_marketplace_gesture']", run: "click" },
        { trigger: ".modal [name='gesture_amount'] input", run: "edit 5.00" },
        { trigger: ".modal [name='reason_id'] input", run: "edit 135" },
        { trigger: ".o-autocomplete--dropdown-item:contains(135)", run: "click" },
        { trigger: ".modal button[name='action_confirm']:visible:enabled", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

/** After the job: the ticket says that everything happened, and the clock is off. */
registry.category("web_tour.tours").add("marketplace_seed_workflow_seen", {
    steps: () => [
        { trigger: ".o_form_view .o_arrow_button_current:contains(Done)" },
        {
            trigger:
                ".o-mail-Message:contains('nous vous remboursons la lampe') .o-mail-Message-notification:contains('Seen in the thread')",
        },
        { trigger: ".o-mail-Message:contains('accepted by')" },
        { trigger: ".nav-link[name='marketplace_operations']", run: "click" },
        { trigger: "[name='marketplace_operation_ids'] .o_data_row:contains(Closing):contains(Done)" },
        { trigger: "[name='marketplace_operation_ids'] .o_data_row:contains(Reply):contains(Done)" },
        { trigger: "[name='marketplace_operation_ids'] .o_data_row:contains(Refund):contains(Done)" },
    ],
});
