"""The rules of the model: equations, readings and transitions.

No clock, no random generator, no file, and nothing of ours from outside this package. Every
function takes plain numbers or a ``State`` and ``Params``, so that any engine can call it.
"""
