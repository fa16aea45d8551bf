"""A lesson as its author sees it while writing: the text, and what its checks say of every file, at each save.

`text` makes the page's pieces of a lesson's text, `watching` sees what changes and grades it, `app` serves it on this
machine alone. It shows solutions and checks: it is for authors, and no part of the classroom's own site.
"""
