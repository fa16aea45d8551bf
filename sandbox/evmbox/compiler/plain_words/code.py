"""What is found only while code is made, or counted afterwards."""

from evmbox.compiler.plain_words.explanation import explanation

CODE = (
    explanation(
        "stack-too-deep",
        None,
        pattern="Stack too deep",
        text="The function juggles too many values at once: the EVM reaches 16 only. Use fewer parameters and local "
        "variables, group them in a struct, or split the function.",
    ),
    explanation(
        "code-too-large",
        "5574",
        text="A contract of more than 24,576 bytes can't be deployed. Split it in two, "
        "or remove long texts and repeated code.",
    ),
)
