"""How a classroom is seen from outside: logs, figures and traces. No secret, no name and no source code is in them."""
