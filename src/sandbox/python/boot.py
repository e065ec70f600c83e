"""Run once, before the snapshot is taken: makes modules of the texts next to it."""

import sys
import types


def _add(name, text):
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(text, f"<{name}>", "exec"), vars(module))


def _boot(texts):
    for name, text in texts.items():
        _add(name, text)
