"""What runs in a learner's kernel: client, widgets. It talks HTTP and imports nothing of the server."""
