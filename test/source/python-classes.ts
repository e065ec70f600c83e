import type { JsonSchema } from '../../src/source/json-schema.ts'
import { object, text } from './expected.ts'

/** Functions with parameters of enums, data classes, typed dictionaries and named tuples. */
export const PYTHON_CLASSES: Readonly<Record<string, readonly [string, string, JsonSchema]>> = {
  set_thermostat: [
    `from enum import Enum

class Mode(str, Enum):
    """What the thermostat does."""
    HEAT = "heat"
    COOL = "cool"
    OFF = "off"

def set_thermostat(temperature: float, mode: Mode = Mode.HEAT, room: str = 'living room') -> str:
    '''Set the thermostat.'''
    return f"{room}: {mode.value} {temperature}"
`,
    'Set the thermostat.',
    object(
      {
        temperature: { type: 'number' },
        mode: { type: 'string', enum: ['heat', 'cool', 'off'], default: 'heat' },
        room: { type: 'string', default: 'living room' },
      },
      ['temperature'],
    ),
  ],
  plan_route: [
    `from dataclasses import dataclass, field
import typing as t

@dataclass
class Point:
    """A place on the map.

    Attributes:
        lat: Degrees north
        lon: Degrees east
    """
    lat: float
    lon: float
    label: str = ""

@dataclass(frozen=True)
class Options:
    avoid: t.List[str] = field(default_factory=list)
    speed: int = field(default=50, metadata={"description": "km/h"})

def plan_route(start: Point, end: "Point", via: "list[Point]" = [], options: t.Optional[Options] = None):
    """Plan a route."""
`,
    'Plan a route.',
    (() => {
      const point = {
        ...object(
          {
            lat: { type: 'number', description: 'Degrees north' },
            lon: { type: 'number', description: 'Degrees east' },
            label: { type: 'string', default: '' },
          },
          ['lat', 'lon'],
        ),
        description: 'A place on the map.',
      }
      return object(
        {
          start: point,
          end: point,
          via: { type: 'array', items: point, default: [] },
          options: object(
            {
              avoid: { type: 'array', items: { type: 'string' }, default: [] },
              speed: { type: 'integer', default: 50, description: 'km/h' },
            },
            undefined,
          ),
        },
        ['start', 'end'],
      )
    })(),
  ],
  log_workout: [
    `from typing import TypedDict, NotRequired, Required

class Exercise(TypedDict):
    name: str
    sets: int
    weight: NotRequired[float]

class Extra(TypedDict, total=False):
    mood: str
    place: Required[str]

def log_workout(exercises: list[Exercise], extra: Extra | None = None) -> str:
    """Log a workout."""
    return "ok"
`,
    'Log a workout.',
    object(
      {
        exercises: {
          type: 'array',
          items: object(
            { name: { type: 'string' }, sets: { type: 'integer' }, weight: { type: 'number' } },
            ['name', 'sets'],
          ),
        },
        extra: object({ mood: { type: 'string' }, place: { type: 'string' } }, ['place']),
      },
      ['exercises'],
    ),
  ],
  resize: [
    `import enum

class Quality(enum.IntEnum):
    LOW = 1
    HIGH = 3

class Shape(enum.StrEnum):
    SQUARE = enum.auto()
    ROUND = enum.auto()

class Step(enum.Enum):
    A = enum.auto()
    B = enum.auto()

DEFAULT_WIDTH = 640

def resize(width: int = DEFAULT_WIDTH, quality: Quality = Quality.LOW, shape: Shape = Shape.ROUND, step: Step = Step.B, ratio: float = -1.5):
    """Resize the picture."""
`,
    'Resize the picture.',
    object(
      {
        width: { type: 'integer', default: 640 },
        quality: { type: 'integer', enum: [1, 3], default: 1 },
        shape: { type: 'string', enum: ['square', 'round'], default: 'round' },
        step: { type: 'integer', enum: [1, 2], default: 2 },
        ratio: { type: 'number', default: -1.5 },
      },
      [],
    ),
  ],
  summarize: [
    `def _clean(text):
    return text.strip()


class Helper:
    def run(self, a, b):
        return a + b


def _private(x: int): ...


def summarize(text: str, sentences: int = 3) -> str:
    """Shorten a text.

    Note:
        It keeps the order.

    Args:
        text: Any text
        sentences: How many to keep
    """
    def inner(y): return y
    return inner(_clean(text))


def _last(z): ...
`,
    'Shorten a text.',
    object(
      {
        text: text('Any text'),
        sentences: { type: 'integer', description: 'How many to keep', default: 3 },
      },
      ['text'],
    ),
  ],
  draw_chart: [
    `from collections.abc import Sequence, Mapping
from typing import NamedTuple

class Series(NamedTuple):
    name: str
    values: Sequence[float]
    color: str = "black"

def draw_chart(series: Sequence[Series], labels: Mapping[str, str], size: tuple[int, int] = (800, 600)):
    """Draw a chart.

    Parameters
    ----------
    series : Sequence[Series]
        The lines.
    labels : Mapping[str, str], optional
        Names of the axes.
    size : tuple of int, default (800, 600)
        Width and height.
    """
`,
    'Draw a chart.',
    object(
      {
        series: {
          type: 'array',
          items: object(
            {
              name: { type: 'string' },
              values: { type: 'array', items: { type: 'number' } },
              color: { type: 'string', default: 'black' },
            },
            ['name', 'values'],
          ),
          description: 'The lines.',
        },
        labels: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description: 'Names of the axes.',
        },
        size: {
          type: 'array',
          prefixItems: [{ type: 'integer' }, { type: 'integer' }],
          minItems: 2,
          maxItems: 2,
          description: 'Width and height.',
          default: [800, 600],
        },
      },
      ['series', 'labels'],
    ),
  ],
}
