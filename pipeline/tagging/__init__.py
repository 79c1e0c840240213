"""Tagging: passages filed under category, criterion, role and verdict, with probabilities that can be trusted.

`language` is the spaCy pipeline, `segment` cuts text into passages and clauses, `features` and `linear` are what
a shipped model needs at run time (NumPy only), `train` makes such models with scikit-learn, `labels` brings
examples from documents, corpora and people together. Nothing is imported here: `pmqa tag` has to start fast.
"""
