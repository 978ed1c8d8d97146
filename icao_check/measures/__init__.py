"""Checked functions that turn a photo and its face into physical quantities. One file per subject.

A measure is a function ``(Case) -> Measurement``. It converts types, calls kernels and names the result when
the input is degenerate; it knows units, and never a limit.
"""
