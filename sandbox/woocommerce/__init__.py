"""A WordPress site with WooCommerce (wc/v3) and WCFM Marketplace (wcfmmp/v1)."""
