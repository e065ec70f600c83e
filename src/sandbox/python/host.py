"""Runs one call inside the sandbox: the module `_recollect`, made of this file, agent.py, values.py and run.py.

It is part of the interpreter's snapshot, so the modules it imports cost nothing.
"""

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
# Answers of refused system calls: the plain one, and the one that a look-up of a name passes on.
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
