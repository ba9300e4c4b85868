import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";
import { IntegerField, integerField } from "@web/views/fields/integer/integer_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

const fieldRegistry = registry.category("fields");

/** Where a rule is written. On a Json field {rule: {text, url}}. */
export class MarketplaceRuleSourceField extends Component {
    static template = "marketplace_helpdesk.RuleSourceField";
    static props = { ...standardFieldProps, rule: String };

    get source() {
        return this.props.record.data[this.props.name]?.[this.props.rule];
    }

    get url() {
        const url = this.source.url || "";
        return /^https?:\/\//.test(url) ? url : "";
    }
}

fieldRegistry.add("marketplace_rule_source", {
    component: MarketplaceRuleSourceField,
    displayName: _t("Source of a Rule"),
    extractProps: ({ options }) => ({ rule: options.rule }),
});

/** Minutes between two readings of a stream; 0 stands for those of its account. */
export class MarketplaceIntervalField extends IntegerField {
    get formattedValue() {
        return this.props.readonly && !this.value ? _t("account's") : super.formattedValue;
    }
}

fieldRegistry.add("marketplace_interval", {
    ...integerField,
    component: MarketplaceIntervalField,
    displayName: _t("Interval of a Stream"),
});

/** A limit or a warning; 0 stands for none. */
export class MarketplaceThresholdField extends FloatField {
    get formattedValue() {
        return this.props.readonly && !this.value ? "–" : super.formattedValue;
    }
}

fieldRegistry.add("marketplace_threshold", {
    ...floatField,
    component: MarketplaceThresholdField,
    displayName: _t("Threshold"),
});
