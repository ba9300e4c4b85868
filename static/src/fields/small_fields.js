import { _t } from "@web/core/l10n/translation";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { useInputField } from "@web/views/fields/input_field_hook";
import { getCurrency } from "@web/core/currency";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { getDecimals, parseAmount, parseUnits, useValidityWhileShown } from "./typed_numbers";

import { Component, useEffect, useState } from "@odoo/owl";

const fieldRegistry = registry.category("fields");

/** A subject with the number of unanswered messages before it. */
export class MarketplaceSubjectField extends Component {
    static template = "marketplace_helpdesk.SubjectField";
    static props = {
        ...standardFieldProps,
        countField: { type: String, optional: true },
        previewField: { type: String, optional: true },
    };

    get text() {
        return this.props.record.data[this.props.name] || "";
    }

    get count() {
        return this.props.record.data[this.props.countField] || 0;
    }

    get countTitle() {
        return _t("%(count)s messages of the customer without answer", { count: this.count });
    }

    get preview() {
        return this.props.previewField && this.props.record.data[this.props.previewField];
    }
}

fieldRegistry.add("marketplace_subject", {
    component: MarketplaceSubjectField,
    displayName: _t("Subject With Counter"),
    supportedTypes: ["char"],
    extractProps: ({ options }) => ({
        countField: options.count_field,
        previewField: options.preview_field,
    }),
    fieldDependencies: ({ options }) => {
        const dependencies = [];
        if (options.count_field) {
            dependencies.push({ name: options.count_field, type: "integer" });
        }
        if (options.preview_field) {
            dependencies.push({ name: options.preview_field, type: "char" });
        }
        return dependencies;
    },
});

/** A name with what should be known of it, small beside it. */
export class MarketplaceHintedField extends Component {
    static template = "marketplace_helpdesk.HintedField";
    static props = {
        ...standardFieldProps,
        hintField: String,
        codeField: { type: String, optional: true },
    };

    get code() {
        return (this.props.codeField && this.props.record.data[this.props.codeField]) || "";
    }

    get hint() {
        return this.props.record.data[this.props.hintField] || "";
    }
}

fieldRegistry.add("marketplace_hinted", {
    component: MarketplaceHintedField,
    displayName: _t("Name With a Hint"),
    supportedTypes: ["char"],
    extractProps: ({ options }) => ({
        hintField: options.hint_field,
        codeField: options.code_field,
    }),
    fieldDependencies: ({ options }) =>
        [options.hint_field, options.code_field]
            .filter(Boolean)
            .map((name) => ({ name, type: "char" })),
});

/** An amount in a table: no currency sign, a dash for nothing. */
export class MarketplaceAmountField extends Component {
    static template = "marketplace_helpdesk.AmountField";
    static props = {
        ...standardFieldProps,
        negative: { type: Boolean, optional: true },
        changedField: { type: String, optional: true },
    };

    get value() {
        return this.props.record.data[this.props.name] || 0;
    }

    /** Whether a text field names this one among those that changed meanwhile. */
    get hasChanged() {
        const { changedField, record, name } = this.props;
        return Boolean(changedField) && (record.data[changedField] || "").split(",").includes(name);
    }

    get currencyId() {
        return this.props.record.data.currency_id?.id;
    }

    get isZero() {
        const digits = getCurrency(this.currencyId)?.digits?.[1] ?? 2;
        return !Number(this.value.toFixed(digits));
    }

    get text() {
        const digits = getCurrency(this.currencyId)?.digits || [16, 2];
        const text = formatFloat(Math.abs(this.value), { digits });
        return this.value < 0 || this.props.negative ? `− ${text}` : text;
    }

    get title() {
        return formatMonetary(this.value, { currencyId: this.currencyId });
    }
}

fieldRegistry.add("marketplace_amount", {
    component: MarketplaceAmountField,
    displayName: _t("Amount Without Currency"),
    supportedTypes: ["monetary", "float"],
    listViewWidth: 90,
    extractProps: ({ options }) => ({
        negative: Boolean(options.negative),
        changedField: options.changed_field,
    }),
    fieldDependencies: ({ options }) => [
        { name: "currency_id", type: "many2one", relation: "res.currency" },
        ...(options.changed_field ? [{ name: options.changed_field, type: "char" }] : []),
    ],
});

/** A write-only secret: shows that it is set and since when, never what it is. */
export class MarketplaceSecretField extends Component {
    static template = "marketplace_helpdesk.SecretField";
    static props = { ...standardFieldProps, dateField: { type: String } };

    setup() {
        this.state = useState({ replacing: false });
        useEffect(
            (dirty, value) => {
                if (!dirty && !value) {
                    this.state.replacing = false;
                }
            },
            () => [this.props.record.dirty, this.props.record.data[this.props.name]]
        );
    }

    get date() {
        return this.props.record.data[this.props.dateField];
    }

    get setOn() {
        const date = this.date.toLocaleString({ day: "numeric", month: "short", year: "numeric" });
        return _t("set on %(date)s", { date });
    }

    get showsInput() {
        return !this.props.readonly && (!this.date || this.state.replacing);
    }

    onInput(ev) {
        return this.props.record.update({ [this.props.name]: ev.target.value });
    }

    async cancel() {
        await this.props.record.update({ [this.props.name]: false });
        this.state.replacing = false;
    }
}

fieldRegistry.add("marketplace_secret", {
    component: MarketplaceSecretField,
    displayName: _t("Write-Only Secret"),
    supportedTypes: ["char"],
    extractProps: ({ options }) => ({ dateField: options.date_field }),
    fieldDependencies: ({ options }) => [{ name: options.date_field, type: "datetime" }],
});

const CHECK_ICONS = {
    ok: "fa-check-circle text-success",
    failed: "fa-times-circle text-danger",
    skipped: "fa-minus-circle text-muted",
};

/** The result of one step of a connection test: tick, cross or dash. */
export class MarketplaceCheckField extends Component {
    static template = "marketplace_helpdesk.CheckField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get icon() {
        return CHECK_ICONS[this.value];
    }

    get label() {
        const { selection } = this.props.record.fields[this.props.name];
        return selection.find(([value]) => value === this.value)?.[1] || "";
    }
}

fieldRegistry.add("marketplace_check", {
    component: MarketplaceCheckField,
    displayName: _t("Test Result"),
    supportedTypes: ["selection"],
    listViewWidth: 36,
});

/** What the marketplace asks for a rule, and the way back to it. On a Json field {rule: value}. */
export class MarketplaceRuleDefaultField extends Component {
    static template = "marketplace_helpdesk.RuleDefaultField";
    static props = { ...standardFieldProps, rule: String };

    get asked() {
        return this.props.record.data[this.props.name]?.[this.props.rule];
    }

    /** As people read it: a choice by its label. */
    get askedText() {
        const { selection } = this.props.record.fields[this.props.rule];
        return selection?.find(([value]) => value === this.asked)?.[1] ?? this.asked;
    }

    get isChanged() {
        return this.asked !== undefined && this.props.record.data[this.props.rule] !== this.asked;
    }

    restore() {
        return this.props.record.update({ [this.props.rule]: this.asked });
    }
}

fieldRegistry.add("marketplace_rule_default", {
    component: MarketplaceRuleDefaultField,
    displayName: _t("Default of a Rule"),
    extractProps: ({ options }) => ({ rule: options.rule }),
});

/** Arrow keys lead to the same column of the line above or below; whether one did. */
function moveInColumn(ev) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
    const row = ev.target.closest(".o_data_row");
    if (!step || !row || ev.ctrlKey || ev.altKey || ev.metaKey) {
        return false;
    }
    const name = ev.target.closest("td[name]").getAttribute("name");
    const focusable = `td[name="${name}"] :is(input, button)`;
    const rows = [...row.parentElement.children].filter((el) => el.querySelector(focusable));
    rows[rows.indexOf(row) + step]?.querySelector(focusable).focus();
    ev.preventDefault();
    ev.stopPropagation();
    return true;
}

/** A checkbox that is there in one click, also in a row that is not being edited. */
export class MarketplaceTickField extends Component {
    static template = "marketplace_helpdesk.TickField";
    static props = { ...standardFieldProps, enabledField: { type: String, optional: true } };

    get isEnabled() {
        return !this.props.enabledField || this.props.record.data[this.props.enabledField];
    }

    onChange(ev) {
        return this.props.record.update({ [this.props.name]: ev.target.checked });
    }

    onKeydown(ev) {
        moveInColumn(ev);
    }
}

fieldRegistry.add("marketplace_tick", {
    component: MarketplaceTickField,
    displayName: _t("Tick"),
    supportedTypes: ["boolean"],
    listViewWidth: 40,
    extractProps: ({ options }) => ({ enabledField: options.enabled_field }),
    fieldDependencies: ({ options }) =>
        options.enabled_field ? [{ name: options.enabled_field, type: "boolean" }] : [],
});

/** A number that is typed in one go, also in a row that is not being edited. */
export class MarketplaceNumberField extends Component {
    static template = "marketplace_helpdesk.NumberField";
    static props = {
        ...standardFieldProps,
        enabledField: { type: String, optional: true },
        maximumField: { type: String, optional: true },
    };

    setup() {
        useInputField({ getValue: () => this.text, parse: (text) => this.parse(text) });
        useValidityWhileShown();
    }

    get isInteger() {
        return this.props.record.fields[this.props.name].type === "integer";
    }

    get isEnabled() {
        const { data } = this.props.record;
        const isLeft = !this.props.maximumField || data[this.props.maximumField] > 0;
        return isLeft && (!this.props.enabledField || data[this.props.enabledField]);
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        return this.value ? this.format(this.value) : "";
    }

    /** The most that can be typed. */
    get placeholder() {
        const { maximumField, record } = this.props;
        return maximumField ? this.format(record.data[maximumField]) : "";
    }

    get isTooMuch() {
        const { maximumField, record } = this.props;
        return maximumField && this.value - record.data[maximumField] > 0.000001;
    }

    get isInvalid() {
        return this.props.record.isFieldInvalid(this.props.name);
    }

    get decimals() {
        return getDecimals(this.props.record.data.currency_id?.id);
    }

    format(value) {
        const digits = [16, this.decimals];
        return this.isInteger ? String(value) : formatFloat(value, { digits });
    }

    /** What is no such number is refused: the field stays as it was typed, and is invalid. */
    parse(text) {
        return this.isInteger ? parseUnits(text) : parseAmount(text, this.decimals);
    }

    /** The list has keys of its own; those of the dialog stay. */
    onKeydown(ev) {
        if (moveInColumn(ev)) {
            return;
        }
        if (!(ev.ctrlKey || ev.altKey || ev.metaKey || ev.key === "Escape")) {
            ev.stopPropagation();
        }
    }
}

fieldRegistry.add("marketplace_number", {
    component: MarketplaceNumberField,
    displayName: _t("Number Typed in a List"),
    supportedTypes: ["integer", "float", "monetary"],
    listViewWidth: 95,
    extractProps: ({ options }) => ({
        enabledField: options.enabled_field,
        maximumField: options.maximum_field,
    }),
    fieldDependencies: ({ options }) => [
        ...(options.enabled_field ? [{ name: options.enabled_field, type: "boolean" }] : []),
        ...(options.maximum_field ? [{ name: options.maximum_field, type: "float" }] : []),
    ],
});

/** A selection as buttons side by side, in forms and in any row of a list. */
export class MarketplaceChoiceField extends Component {
    static template = "marketplace_helpdesk.ChoiceField";
    static props = {
        ...standardFieldProps,
        danger: { type: String, optional: true },
        size: { type: String, optional: true },
        allowedField: { type: String, optional: true },
    };

    /** Those that a text field allows, comma-separated; all of them without such a field. */
    get options() {
        const { selection } = this.props.record.fields[this.props.name];
        if (!this.props.allowedField) {
            return selection;
        }
        const allowed = (this.props.record.data[this.props.allowedField] || "").split(",");
        return selection.filter(([value]) => allowed.includes(value));
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    choose(value) {
        return this.props.record.update({ [this.props.name]: value });
    }

    /** In a row: arrow keys lead to other rows, the first letter of an option chooses it. */
    onKeydown(ev) {
        if (moveInColumn(ev) || !ev.target.closest(".o_data_row")) {
            return;
        }
        const isLetter = ([, label]) => label[0].toLowerCase() === ev.key.toLowerCase();
        const found = ev.ctrlKey || ev.altKey || ev.metaKey ? [] : this.options.filter(isLetter);
        if (found.length === 1) {
            ev.preventDefault();
            ev.stopPropagation();
            this.choose(found[0][0]);
        }
    }
}

fieldRegistry.add("marketplace_choice", {
    component: MarketplaceChoiceField,
    displayName: _t("Choice"),
    supportedTypes: ["selection"],
    extractProps: ({ options }) => ({
        danger: options.danger,
        size: options.size,
        allowedField: options.allowed_field,
    }),
    fieldDependencies: ({ options }) =>
        options.allowed_field ? [{ name: options.allowed_field, type: "char" }] : [],
});

/** JSON for people who must look at it. */
export class MarketplaceJsonField extends Component {
    static template = "marketplace_helpdesk.JsonField";
    static props = { ...standardFieldProps };

    get text() {
        const value = this.props.record.data[this.props.name];
        return value ? JSON.stringify(value, null, 2) : "";
    }
}

fieldRegistry.add("marketplace_json", {
    component: MarketplaceJsonField,
    displayName: _t("JSON"),
});

/** A way into the marketplace's back office. */
export class MarketplaceLinkField extends Component {
    static template = "marketplace_helpdesk.LinkField";
    static props = { ...standardFieldProps };

    get url() {
        const url = this.props.record.data[this.props.name] || "";
        return /^https?:\/\//.test(url) ? url : "";
    }
}

fieldRegistry.add("marketplace_link", {
    component: MarketplaceLinkField,
    displayName: _t("Link to the Marketplace"),
    supportedTypes: ["char"],
});
