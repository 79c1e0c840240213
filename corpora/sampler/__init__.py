"""Renders the authored sample documents: content in TOML → text, PDFs with broken text layers, gold rows."""
