"""Runs one call inside the sandbox. It is part of the interpreter's snapshot, so the modules it imports cost nothing."""

import ast
import asyncio
import base64
import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import hashlib
import inspect
import io
import itertools
import json
import math
import os
import random
import re
import statistics
import string
import sys
import textwrap
import time
import traceback
import types
import typing
import urllib.parse
import uuid
from annotationlib import Format, get_annotations

SOURCE_NAME = "tool.py"
# What a refused system call answers, as such and as a look-up of a name passes it on.
NOT_THERE = (52, -52)


class HostError(Exception):
    """What the server refuses, or can't do."""


class Record(dict):
    """An answer of the server: a dict whose keys are attributes too."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"The answer has no {name}. It has: {', '.join(self)}.") from None


def exchange(name, text):
    """One message to the thread that this runs in, and its answer."""
    with open("/dev/host", "r+b", buffering=0) as host:
        host.write(json.dumps({"name": name, "args": text}).encode())
        parts = []
        while part := host.read(1 << 20):
            parts.append(part)
    return b"".join(parts)


def request(name, arguments):
    answer = json.loads(exchange(name, json.dumps(plain(arguments))), object_hook=Record)
    if "error" in answer:
        raise HostError(answer["error"])
    return answer["ok"]


def sleep(seconds):
    request("sleep", {"seconds": float(seconds)})


class Loop(asyncio.base_events.BaseEventLoop):
    """An event loop that waits for nothing but time."""

    class Selector:
        def select(self, timeout):
            if timeout is None:
                raise RuntimeError("The function waits for something that nothing will ever do.")
            if timeout > 0:
                sleep(timeout)
            return []

        def close(self):
            pass

    def __init__(self):
        super().__init__()
        self._selector = self.Selector()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


class LoopPolicy(asyncio.events._AbstractEventLoopPolicy):
    def __init__(self):
        self.loop = None

    def get_event_loop(self):
        if self.loop is None:
            self.loop = self.new_event_loop()
        return self.loop

    def set_event_loop(self, loop):
        self.loop = loop

    def new_event_loop(self):
        return Loop()


def run_async(main, *, debug=None, loop_factory=None):
    if isinstance(asyncio.events._get_running_loop(), Loop):
        raise RuntimeError("asyncio.run() can't be called from a running event loop")
    # The runtime left a loop of its own that waits for the browser.
    asyncio.events._set_running_loop(None)
    loop = Loop()
    try:
        return loop.run_until_complete(main)
    finally:
        asyncio.events._set_running_loop(None)
        loop.close()


# ── the agent


class Block:
    def __init__(self, label, value, description, limit, readOnly):
        self.__dict__.update(
            label=label, description=description, limit=limit, read_only=readOnly, _first=value
        )
        self.__dict__["value"] = value

    def __setattr__(self, name, value):
        if name != "value":
            raise AttributeError(f"The {name} of a memory block can't be changed here.")
        if not isinstance(value, str):
            raise TypeError(f'The value of "{self.label}" must be a string.')
        if value == self.value:
            return
        if self.read_only:
            raise PermissionError(f'The memory block "{self.label}" is read-only.')
        if len(value) > self.limit:
            raise ValueError(
                f'The value has {len(value)} characters, and the memory block "{self.label}" '
                f"holds {self.limit}. Shorten it."
            )
        self.__dict__["value"] = value

    def __repr__(self):
        return f"Block(label={self.label!r}, value={self.value!r})"


class Memory:
    def __init__(self, blocks):
        self._blocks = {block["label"]: Block(**block) for block in blocks}

    @property
    def blocks(self):
        return list(self._blocks.values())

    def get_blocks(self):
        return self.blocks

    def list_block_labels(self):
        return list(self._blocks)

    def get_block(self, label):
        if label in self._blocks:
            return self._blocks[label]
        raise KeyError(
            f'The agent has no memory block "{label}". It has: {", ".join(self._blocks) or "none"}.'
        )

    def update_block_value(self, label, value):
        self.get_block(label).value = value


class AgentState:
    def __init__(self, agent):
        self.id = agent["id"]
        self.name = agent["name"]
        self.description = agent["description"]
        self.tags = agent["tags"]
        self.memory = Memory(agent["blocks"])


class Client:
    """The server, as far as the tool may use it."""

    def __init__(self, calls):
        self._calls = calls

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._calls:
            raise PermissionError(
                f"This tool may not call client.{name}. It may call: "
                f"{', '.join(self._calls) or 'nothing'}."
            )
        parameters = self._calls[name]

        def call(*given, **named):
            if len(given) > len(parameters):
                raise TypeError(f"client.{name} takes {', '.join(parameters)}.")
            return request(f"client.{name}", {**dict(zip(parameters, given)), **named})

        return call


# ── arguments and results


def convert(value, hint, where="the argument"):
    """Makes of a JSON value what the type hint says: an Enum, a dataclass, a datetime."""
    if hint in (typing.Any, inspect.Parameter.empty, None) or isinstance(hint, str):
        return value
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return convert(value, args[0], where)
    if origin in (typing.Union, types.UnionType):
        return convert_union(value, args, where)
    if origin is not None:
        return convert_generic(value, origin, args, where)
    if not isinstance(hint, type):
        return value
    if issubclass(hint, enum.Enum):
        return value if isinstance(value, hint) else hint(value)
    if hasattr(hint, "model_validate"):
        return hint.model_validate(value)
    if isinstance(value, dict) and dataclasses.is_dataclass(hint):
        hints = hints_of(hint)
        return hint(**{key: convert(one, hints.get(key), key) for key, one in value.items()})
    if isinstance(value, dict) and typing.is_typeddict(hint):
        hints = hints_of(hint)
        return {key: convert(one, hints.get(key), key) for key, one in value.items()}
    if isinstance(value, str) and hint in FROM_TEXT:
        return FROM_TEXT[hint](value)
    if isinstance(value, float) and hint is int and value.is_integer():
        return int(value)
    if type(value) is int and hint is float:
        return float(value)
    if isinstance(value, list) and hint in (set, frozenset, tuple):
        return hint(value)
    return value


FROM_TEXT = {
    datetime.datetime: datetime.datetime.fromisoformat,
    datetime.date: datetime.date.fromisoformat,
    datetime.time: datetime.time.fromisoformat,
    uuid.UUID: uuid.UUID,
    decimal.Decimal: decimal.Decimal,
    bytes: str.encode,
}


def convert_union(value, options, where):
    if value is None:
        return None
    failure = None
    for option in options:
        if option is type(None):
            continue
        if isinstance(option, type) and type(value) is option:
            return value
    for option in options:
        if option is type(None):
            continue
        try:
            return convert(value, option, where)
        except (TypeError, ValueError, KeyError) as error:
            failure = error
    raise failure


def convert_generic(value, origin, args, where):
    if origin in (typing.Required, typing.NotRequired, typing.ReadOnly):
        return convert(value, args[0], where)
    if isinstance(value, dict) and isinstance(origin, type) and issubclass(origin, collections.abc.Mapping):
        return {key: convert(one, args[1], key) for key, one in value.items()}
    if not isinstance(value, list) or not isinstance(origin, type):
        return value
    if issubclass(origin, tuple):
        kinds = [args[0]] * len(value) if args[-1] is Ellipsis else args
        return tuple(convert(one, kind, where) for one, kind in zip(value, kinds))
    items = [convert(one, args[0], where) for one in value] if args else value
    if issubclass(origin, frozenset):
        return frozenset(items)
    return set(items) if issubclass(origin, collections.abc.Set) else items


def hints_of(thing):
    """Type hints, with those that name something unknown left as text."""
    found = {}
    for owner in reversed(getattr(thing, "__mro__", (thing,))):
        for name, hint in get_annotations(owner, format=Format.FORWARDREF).items():
            found[name] = resolve(hint, owner)
    return found


def resolve(hint, owner):
    if isinstance(hint, typing.ForwardRef):
        hint = hint.__forward_arg__
    if not isinstance(hint, str):
        return hint
    try:
        return eval(hint, vars(sys.modules.get(owner.__module__, typing)))
    except Exception:
        return hint


def plain(value):
    """The value as JSON has it."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(plain(key)): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, collections.deque)):
        return [plain(one) for one in value]
    if hasattr(value, "model_dump"):
        return plain(value.model_dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, Block):
        return value.value
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, types.GeneratorType):
        return [plain(one) for one in value]
    return str(value)


# ── the call


def line_of(error):
    if isinstance(error, SyntaxError) and error.filename == SOURCE_NAME:
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == SOURCE_NAME]
    return lines[-1] if lines else None


def describe(error):
    name = type(error).__name__
    if isinstance(error, SyntaxError):
        return f"{name}: {error.msg}"
    if isinstance(error, MemoryError):
        return "MemoryError: the code used more memory than it may."
    if isinstance(error, ModuleNotFoundError):
        return f"{name}: {error}. A tool has Python's standard library, and no packages."
    if isinstance(error, OSError) and error.errno in NOT_THERE:
        return f"{name}: a tool reaches no network, no processes and no devices."
    if isinstance(error, (HostError, KeyError)) and error.args:
        return f"{name}: {error.args[0]}"
    return f"{name}: {error}"


def reserved(name, call, module):
    if name == "client":
        return module.client
    if call.get("agent") is None:
        raise RuntimeError(
            "This function needs the state of an agent, and there is none. Name an agent."
        )
    return call["agent"]["id"] if name == "agent_id" else module.agent_state


def call_function(function, call, module):
    hints = hints_of(function) if inspect.isfunction(function) else {}
    given = {
        name: convert(value, hints.get(name), name) for name, value in call["arguments"].items()
    }
    for name in inspect.signature(function).parameters:
        if name in ("agent_state", "agent_id", "client"):
            given[name] = reserved(name, call, module)
    return function(**given)


def run_script(tree, module):
    """Like a notebook's cell: the value of the last expression is the result."""
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    finish(eval(compile(tree, SOURCE_NAME, "exec", flags=flags), vars(module)))
    if last is None:
        return None
    return finish(eval(compile(ast.Expression(last.value), SOURCE_NAME, "eval", flags=flags), vars(module)))


def finish(value):
    return run_async(value) if inspect.iscoroutine(value) else value


def make_module(call):
    module = types.ModuleType("tool")
    sys.modules["tool"] = module
    calls = {host["name"]: host["parameters"] for host in call["host"]}
    module.client = Client(
        {name.removeprefix("client."): names for name, names in calls.items() if name.startswith("client.")}
    )
    module.secrets = call["secrets"]
    os.environ.update(call["secrets"])
    if "fetch" in calls:
        module.fetch = sys.modules["requests"].fetch
    if call.get("agent") is not None:
        module.agent_state = AgentState(call["agent"])
    return module


def outcome(call):
    module = make_module(call)
    tree = compile(call["code"], SOURCE_NAME, "exec", flags=ast.PyCF_ONLY_AST)
    if call.get("entry") is None:
        result = run_script(tree, module)
    else:
        exec(compile(tree, SOURCE_NAME, "exec"), vars(module))
        result = finish(call_function(vars(module)[call["entry"]], call, module))
    blocks = module.agent_state.memory.blocks if call.get("agent") is not None else []
    finals = {block.label: block.value for block in blocks if block.value != block._first}
    return {"ok": True, "result": plain(result), "blocks": finals}


def run():
    call = json.loads(exchange("_call", ""))
    # The interpreter is put back after every call, and with it the state of its generator.
    random.seed()
    sys.stdout.reconfigure(line_buffering=True)
    try:
        report = outcome(call)
    except BaseException as error:
        report = {"ok": False, "error": describe(error)}
        line = line_of(error)
        if line is not None:
            report["line"] = line
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception:
        pass
    try:
        exchange("_report", json.dumps(report))
    except OSError:
        too_large = {"ok": False, "error": "The function returned more than 4 MB. Return less."}
        exchange("_report", json.dumps(too_large))


time.sleep = sleep
asyncio.events._set_event_loop_policy(LoopPolicy())
asyncio.run = run_async
