import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";
import { formatInteger } from "@web/views/fields/formatters";
import { TextField, textField } from "@web/views/fields/text/text_field";

import { useEffect, useState } from "@odoo/owl";

const PAUSE = 400;

/** The text of an answer: counted and checked while it is written, sent with Ctrl+Enter. */
export class MarketplaceAnswerTextField extends TextField {
    static template = "marketplace_helpdesk.AnswerTextField";
    static props = { ...TextField.props, limitField: { type: String, optional: true } };

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

    /** @returns {number} characters that the marketplace takes, 0 where it does not say */
    get limit() {
        return (this.props.limitField && this.props.record.data[this.props.limitField]) || 0;
    }

    get isTooLong() {
        return Boolean(this.limit) && this.count.value > this.limit;
    }

    get countText() {
        const count = formatInteger(this.count.value);
        return this.limit
            ? _t("%(count)s of %(limit)s characters", { count, limit: formatInteger(this.limit) })
            : _t("%(count)s characters", { count });
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
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...textField.extractProps(fieldInfo, dynamicInfo),
        limitField: fieldInfo.options.limit_field,
    }),
    fieldDependencies: ({ options }) =>
        options.limit_field ? [{ name: options.limit_field, type: "integer" }] : [],
});
