"""The workers of Bihuan: a scheduler that finds due work, and RQ workers that do it.

Everything due is a row of the database; Redis carries the ids of batches alone and may be wiped at any time.
"""
