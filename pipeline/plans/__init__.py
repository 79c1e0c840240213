"""Next year's development plan, drafted from this year's OFIs."""
