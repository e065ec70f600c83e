"""Arguments from JSON to what their type hints say, and results back to JSON."""

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
