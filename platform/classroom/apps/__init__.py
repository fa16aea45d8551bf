"""Lesson apps (Voila) and the owner's notebooks (JupyterLab): `python -m classroom.apps voila` or `lab`.

Both take the portal's session for their sign-in and listen on loopback only. What a kernel may do is decided by the
API, which knows it by its ticket or by the owner's key.
"""
