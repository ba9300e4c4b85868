import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

import { formatMinutes, minutesUntil, useMinuteHand } from "./clock";

const WARN_HOURS = 8;

/** Time left until a deadline. Red with a minus sign when past, amber when short. */
export class MarketplaceClockField extends Component {
    static template = "marketplace_helpdesk.ClockField";
    static props = {
        ...standardFieldProps,
        sinceField: { type: String, optional: true },
        size: { type: String, optional: true },
        warnField: { type: String, optional: true },
    };

    setup() {
        this.clock = useMinuteHand();
    }

    get deadline() {
        return this.props.record.data[this.props.name];
    }

    get minutes() {
        return minutesUntil(this.deadline, this.clock.now);
    }

    get warnMinutes() {
        const hours = this.props.warnField && this.props.record.data[this.props.warnField];
        return (hours || WARN_HOURS) * 60;
    }

    /** @returns {"late"|"short"|"ample"} */
    get urgency() {
        if (this.minutes < 0) {
            return "late";
        }
        return this.minutes < this.warnMinutes ? "short" : "ample";
    }

    get text() {
        return formatMinutes(this.minutes);
    }

    get exactDate() {
        return this.deadline.toLocaleString({
            weekday: "short",
            day: "numeric",
            month: "short",
            hour: "numeric",
            minute: "2-digit",
        });
    }

    get title() {
        const params = { date: this.exactDate };
        return this.urgency === "late"
            ? _t("Late: the answer was due on %(date)s", params)
            : _t("Answer before %(date)s", params);
    }

    get icon() {
        return this.urgency === "late" ? "fa-exclamation-triangle" : "fa-clock-o";
    }

    /** Share of the time that is gone, in percent; null where the start is not known. */
    get elapsed() {
        const since = this.props.sinceField && this.props.record.data[this.props.sinceField];
        if (!since) {
            return null;
        }
        const whole = Math.max(minutesUntil(this.deadline, since), 1);
        return Math.min(100, Math.max(0, Math.round((1 - this.minutes / whole) * 100)));
    }
}

export const marketplaceClockField = {
    component: MarketplaceClockField,
    displayName: _t("Marketplace Clock"),
    supportedTypes: ["datetime"],
    listViewWidth: 125,
    extractProps: ({ options }) => ({
        sinceField: options.since_field,
        size: options.size,
        warnField: options.warn_field,
    }),
    fieldDependencies: ({ options }) => {
        const dependencies = [];
        if (options.warn_field) {
            dependencies.push({ name: options.warn_field, type: "integer" });
        }
        if (options.since_field) {
            dependencies.push({ name: options.since_field, type: "datetime" });
        }
        return dependencies;
    },
};

registry.category("fields").add("marketplace_clock", marketplaceClockField);
