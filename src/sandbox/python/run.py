"""The call."""

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
