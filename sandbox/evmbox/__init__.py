"""Compiles Solidity, deploys it on a private chain, runs behavioural checks and reports.

It knows nothing of users, HTTP or a database. Import from its modules; this file stays empty so that a
learner's kernel can read `evmbox.report` without loading a chain.
"""
