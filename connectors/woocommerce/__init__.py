"""WooCommerce: operators of shops (wc/v3) and sellers of WCFM marketplaces (wcfmmp/v1)."""
