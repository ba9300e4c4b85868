import { formatFloat } from "@web/views/fields/formatters";
import { getCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { ListRenderer } from "@web/views/list/list_renderer";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

import { Component } from "@odoo/owl";

const fieldRegistry = registry.category("fields");

/** Lines of a refund with rows of totals below, which the record above knows better than a sum. */
export class MarketplaceRefundListRenderer extends ListRenderer {
    static template = "marketplace_helpdesk.RefundListRenderer";
    static props = [...ListRenderer.props, "totals?"];

    /** The tick before the names stays free: labels stand below names. */
    get leadSpan() {
        return Math.max(
            this.columns.findIndex((column) => column.name === "name"),
            0
        );
    }

    /** The first column that any row of totals fills. */
    get firstTotal() {
        const isFilled = (column) => this.props.totals.some((row) => column.name in row.values);
        const first = this.columns.findIndex(isFilled);
        return first < 0 ? this.columns.length : first;
    }

    get totalColumns() {
        return this.columns.slice(this.firstTotal);
    }

    get currencyDigits() {
        const currencyId = this.props.list.records[0]?.data.currency_id?.id;
        return getCurrency(currencyId)?.digits || [16, 2];
    }

    formatTotal(row, column) {
        const value = row.values[column.name];
        if (value === undefined) {
            return "";
        }
        const text = formatFloat(Math.abs(value), { digits: this.currencyDigits });
        const isZero = !Number(value.toFixed(this.currencyDigits[1]));
        if (isZero) {
            return "–";
        }
        return value < 0 || /^refunded/.test(column.name) ? `− ${text}` : text;
    }

    isBelowZero(row, column) {
        const value = row.values[column.name];
        // What a plain row takes off the others is no mistake.
        return row.style !== "plain" && value < 0 && Boolean(Number(value.toFixed(this.currencyDigits[1])));
    }
}

export class MarketplaceRefundLinesField extends X2ManyField {
    static components = { ...X2ManyField.components, ListRenderer: MarketplaceRefundListRenderer };
    static props = { ...X2ManyField.props, totalsField: String };

    get rendererProps() {
        const props = super.rendererProps;
        if (this.props.viewMode === "list") {
            props.totals = this.props.record.data[this.props.totalsField] || [];
        }
        return props;
    }
}

fieldRegistry.add("marketplace_refund_lines", {
    ...x2ManyField,
    component: MarketplaceRefundLinesField,
    extractProps: (info, dynamicInfo) => ({
        ...x2ManyField.extractProps(info, dynamicInfo),
        totalsField: info.options.totals_field,
    }),
    fieldDependencies: ({ options }) => [{ name: options.totals_field, type: "json" }],
});

/** Rows of a panel: a text, a small note below it, and an amount at the end of the line. */
export class MarketplaceRowsField extends Component {
    static template = "marketplace_helpdesk.RowsField";
    static props = { ...standardFieldProps };

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }
}

fieldRegistry.add("marketplace_rows", {
    component: MarketplaceRowsField,
    displayName: _t("Rows With Amounts"),
    supportedTypes: ["json"],
});

// Below this share of the days the bar says that time is short.
const SHORT = 0.1;

/** Days that are left of a window, with a bar of those that are gone. */
export class MarketplaceDaysLeftField extends Component {
    static template = "marketplace_helpdesk.DaysLeftField";
    static props = { ...standardFieldProps, totalField: String };

    get days() {
        return this.props.record.data[this.props.name];
    }

    get total() {
        return this.props.record.data[this.props.totalField];
    }

    get share() {
        return this.total ? Math.min(Math.max(1 - this.days / this.total, 0.02), 1) : 1;
    }

    get isShort() {
        return this.days <= this.total * SHORT;
    }

    get daysText() {
        return this.days === 1 ? _t("1 day") : _t("%s days", this.days);
    }

    get totalText() {
        return _t("left of %s", this.total);
    }
}

fieldRegistry.add("marketplace_days_left", {
    component: MarketplaceDaysLeftField,
    displayName: _t("Days Left of a Window"),
    supportedTypes: ["integer"],
    extractProps: ({ options }) => ({ totalField: options.total_field }),
    fieldDependencies: ({ options }) => [{ name: options.total_field, type: "integer" }],
});
