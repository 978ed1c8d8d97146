"""Compiled kernels: arrays in, numbers out.

A kernel is a pure function on arrays. It reads no file, holds no policy and no limit, and raises nothing:
what it cannot compute it says in its result (an empty region has a count of zero). One file per subject;
the checked functions that call kernels live in :mod:`icao_check.measures` under the same names.
"""
