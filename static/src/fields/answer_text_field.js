import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";
import { TextField, textField } from "@web/views/fields/text/text_field";

import { useEffect, useState } from "@odoo/owl";

const PAUSE = 400;

/** The text of an answer: counted and checked while it is written, sent with Ctrl+Enter. */
export class MarketplaceAnswerTextField extends TextField {
    static template = "marketplace_helpdesk.AnswerTextField";

    setup() {
        super.setup();
        this.count = useState({ value: this.text.length });
        this.commitSoon = useDebounced((text) => this.commit(text), PAUSE);
        useEffect(
            (textarea) => {
                if (!textarea) {
                    return;
                }
                textarea.focus();
                const onInput = () => this.onInput(textarea.value);
                const onKeydown = (ev) => this.onKeydown(ev, textarea);
                textarea.addEventListener("input", onInput);
                textarea.addEventListener("keydown", onKeydown);
                return () => {
                    textarea.removeEventListener("input", onInput);
                    textarea.removeEventListener("keydown", onKeydown);
                };
            },
            () => [this.textareaRef.el]
        );
    }

    get text() {
        return this.props.record.data[this.props.name] || "";
    }

    get minimumHeight() {
        return 140;
    }

    get countText() {
        return _t("%(count)s characters", { count: this.count.value });
    }

    onInput(text) {
        this.count.value = text.length;
        this.commitSoon(text);
    }

    commit(text) {
        return this.props.record.update({ [this.props.name]: this.parse(text) });
    }

    async onKeydown(ev, textarea) {
        if (ev.key !== "Enter" || !(ev.ctrlKey || ev.metaKey)) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        this.commitSoon.cancel();
        const dialog = textarea.closest(".modal");
        await this.commit(textarea.value);
        dialog?.querySelector("button.o_mkt_send")?.click();
    }
}

registry.category("fields").add("marketplace_answer_text", {
    ...textField,
    component: MarketplaceAnswerTextField,
    displayName: _t("Answer Through a Marketplace"),
});
