"""pmqa: from Thai PMQA assessment documents to a structured, traceable dataset of findings and OFIs."""
