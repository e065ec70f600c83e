"""The part of `pydantic` that arguments of tools need: models of fields that are checked and converted."""

import json
import re
import sys
import typing

MISSING = object()


class ValidationError(ValueError):
    pass


class FieldInfo:
    def __init__(self, default=MISSING, *, default_factory=None, **options):
        self.default = MISSING if default is ... else default
        self.default_factory = default_factory
        self.options = options


def Field(default=MISSING, **options):
    return FieldInfo(default, **options)


def field_validator(*names, mode="after"):
    def mark(function):
        inner = function.__func__ if isinstance(function, (classmethod, staticmethod)) else function
        inner._validates = (names, mode)
        return inner

    return mark


validator = field_validator
ConfigDict = dict

CHECKS = {
    "ge": (lambda value, limit: value >= limit, "at least {}"),
    "gt": (lambda value, limit: value > limit, "greater than {}"),
    "le": (lambda value, limit: value <= limit, "at most {}"),
    "lt": (lambda value, limit: value < limit, "less than {}"),
    "min_length": (lambda value, limit: len(value) >= limit, "at least {} long"),
    "max_length": (lambda value, limit: len(value) <= limit, "at most {} long"),
    "pattern": (lambda value, pattern: re.search(pattern, value), "like {}"),
}


def fields_of(cls):
    hints = sys.modules["_recollect"].hints_of(cls)
    found = {}
    for name, hint in hints.items():
        if name.startswith("_") or name == "model_config" or typing.get_origin(hint) is typing.ClassVar:
            continue
        default = getattr(cls, name, MISSING)
        infos = [one for one in typing.get_args(hint)[1:] if isinstance(one, FieldInfo)]
        if isinstance(default, FieldInfo):
            infos.append(default)
        elif default is not MISSING:
            infos.append(FieldInfo(default))
        found[name] = (hint, infos)
    return found


class BaseModel:
    def __init__(self, **data):
        for name, (hint, infos) in fields_of(type(self)).items():
            setattr(self, name, self._read(name, hint, infos, data))

    def _read(self, name, hint, infos, data):
        options = {key: value for info in infos for key, value in info.options.items()}
        key = name if name in data else options.get("alias", name)
        if key not in data:
            for info in reversed(infos):
                if info.default_factory is not None:
                    return info.default_factory()
                if info.default is not MISSING:
                    return info.default
            raise ValidationError(f"{type(self).__name__}.{name} is missing")
        value = self._validate(name, "before", data[key])
        try:
            value = sys.modules["_recollect"].convert(value, hint, name)
        except ValidationError:
            raise
        except (TypeError, ValueError, KeyError) as error:
            raise ValidationError(f"{type(self).__name__}.{name}: {error}") from None
        for option, (holds, text) in CHECKS.items():
            if option in options and value is not None and not holds(value, options[option]):
                raise ValidationError(f"{type(self).__name__}.{name} must be {text.format(options[option])}")
        return self._validate(name, "after", value)

    def _validate(self, name, mode, value):
        for cls in type(self).__mro__:
            for function in vars(cls).values():
                names, when = getattr(function, "_validates", ((), None))
                if when == mode and (name in names or "*" in names):
                    value = function(type(self), value)
        return value

    @classmethod
    def model_validate(cls, data):
        if isinstance(data, cls):
            return data
        if not isinstance(data, dict):
            raise ValidationError(f"{cls.__name__} needs an object")
        return cls(**data)

    @classmethod
    def model_validate_json(cls, text):
        return cls.model_validate(json.loads(text))

    def model_dump(self, *, exclude_none=False, **_options):
        values = {name: dumped(getattr(self, name)) for name in fields_of(type(self))}
        return {name: value for name, value in values.items() if not exclude_none or value is not None}

    def model_dump_json(self, *, indent=None, **options):
        return json.dumps(sys.modules["_recollect"].plain(self.model_dump(**options)), indent=indent)

    def model_copy(self, *, update=None):
        copied = type(self).__new__(type(self))
        copied.__dict__.update(self.__dict__, **(update or {}))
        return copied

    dict = model_dump
    json = model_dump_json
    copy = model_copy
    parse_obj = model_validate

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __repr__(self):
        inside = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({inside})"


def dumped(value):
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, (list, tuple, set)):
        return type(value)(dumped(one) for one in value)
    if isinstance(value, dict):
        return {key: dumped(one) for key, one in value.items()}
    return value
