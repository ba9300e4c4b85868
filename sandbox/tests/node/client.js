// Calls wc/v3 with @woocommerce/woocommerce-rest-api: {options, calls} in, [{status, data}] out.
const Api = require("@woocommerce/woocommerce-rest-api").default;

async function main() {
    const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const api = new Api(asked.options);
    const found = [];
    for (const [verb, endpoint, ...more] of asked.calls) {
        try {
            const answer = await api[verb](endpoint, ...more);
            const total = answer.headers["x-wp-total"];
            found.push({status: answer.status, data: answer.data, total});
        } catch (error) {
            if (!error.response) {
                throw error;
            }
            found.push({status: error.response.status, data: error.response.data});
        }
    }
    process.stdout.write(JSON.stringify(found));
}

main();
