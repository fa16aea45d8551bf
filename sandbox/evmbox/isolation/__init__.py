"""Walls around a process that works on what learners wrote.

`ladder` finds the strongest ones of this machine, `bubblewrap` puts the outer one up, `inside` is what a process does
to itself, with `landlock` (files) and `seccomp` (system calls), and `launch` does that before a program is started;
`view` says what remains readable. Import from these: this file stays empty, since `launch` is to start in no time.
"""
