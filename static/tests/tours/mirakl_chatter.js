import { registry } from "@web/core/registry";

/** The composer says who gets it; a refused text stays and can be sent once it was looked at. */
registry.category("web_tour.tours").add("marketplace_mirakl_chatter", {
    steps: () => [
        {
            trigger: ".o_mkt_btn_answer[title*='not by the customer']:enabled",
            run: "click",
        },
        { trigger: ".o_mkt_chatter_strip:contains('only, not by the customer')" },
        {
            trigger: ".o-mail-Composer-input[placeholder^='Answer to seller-']",
            run: "edit Wir haben den Kunden erreicht.",
        },
        { trigger: ".o-mail-Composer-send:enabled", run: "click" },
        { trigger: ".modal:contains('A new message came while you were writing')" },
        { trigger: ".modal .modal-footer button", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_mkt_chatter_strip:contains('only, not by the customer')" },
        { trigger: ".o-mail-Composer-send:enabled", run: "click" },
        { trigger: ".o-mail-Message:contains('Wir haben den Kunden erreicht.')" },
    ],
});
