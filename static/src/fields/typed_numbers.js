import { localization } from "@web/core/l10n/localization";
import { getCurrency } from "@web/core/currency";
import { registry } from "@web/core/registry";
import { escapeRegExp } from "@web/core/utils/strings";
import { MonetaryField, monetaryField } from "@web/views/fields/monetary/monetary_field";
import { InvalidNumberError, parseInteger } from "@web/views/fields/parsers";

import { onWillUnmount, useComponent } from "@odoo/owl";

/** A whole number, without separators: Odoo would read 1,5 as 15. Nothing typed is 0. */
export function parseUnits(text) {
    const value = text.trim();
    if (!/^\d*$/.test(value)) {
        throw new InvalidNumberError(`"${text}" is not a number of units`);
    }
    return parseInteger(value);
}

/**
 * Money with at most the decimals of its currency, after a point or a comma: 12,50 is never 1250.
 * Thousands are separated as the language does, or not at all. Nothing typed is 0.
 */
export function parseAmount(text, decimals = 2) {
    const value = text.trim();
    const space = /\s/.test(localization.thousandsSep);
    const separator = space ? "\\s" : escapeRegExp(localization.thousandsSep || "");
    const cents = decimals ? `\\d{1,${decimals}}` : "(?!)";
    const grouped = `([1-9]\\d{0,2}(?:${separator}\\d{3})+)(?:(?!${separator})[.,](${cents}))?`;
    const plain = `(\\d+)(?:[.,](${cents}))?`;
    const match =
        (separator && new RegExp(`^${grouped}$`).exec(value)) ||
        new RegExp(`^${plain}$`).exec(value);
    if (value && !match) {
        throw new InvalidNumberError(`"${text}" is not an amount`);
    }
    return match ? Number(`${match[1].replace(/\D/g, "")}.${match[2] || "0"}`) : 0;
}

export function getDecimals(currencyId) {
    return getCurrency(currencyId)?.digits?.[1] ?? 2;
}

/** What was typed wrong in a field that is not shown any more does not keep the record from being saved. */
export function useValidityWhileShown() {
    const component = useComponent();
    onWillUnmount(() => {
        const { name, record } = component.props;
        if (record.isFieldInvalid(name)) {
            record.resetFieldValidity(name);
        }
    });
}

/** Odoo's amount of money, that takes nothing else than an amount. */
export class MarketplaceMoneyField extends MonetaryField {
    setup() {
        super.setup();
        useValidityWhileShown();
    }

    get inputOptions() {
        const parse = (text) => parseAmount(text, getDecimals(this.currencyId));
        return { ...super.inputOptions, parse };
    }
}

registry.category("fields").add("marketplace_money", {
    ...monetaryField,
    component: MarketplaceMoneyField,
});
