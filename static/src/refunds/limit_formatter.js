/** A share in the pivot of costs; none is known where it is 0. */

import { registry } from "@web/core/registry";
import { formatPercentage } from "@web/views/fields/formatters";

export function formatLimit(value, options) {
    return value ? formatPercentage(value, options) : "–";
}

registry.category("formatters").add("marketplace_limit", formatLimit);
