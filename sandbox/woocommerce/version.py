"""What the site says it runs."""

WOOCOMMERCE = "9.6.1"
WORDPRESS = "6.7.1"
WCFM_REST = "1.6.2"
AGENT = f"WooCommerce/{WOOCOMMERCE} Hookshot (WordPress/{WORDPRESS})"
