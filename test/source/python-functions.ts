import type { JsonSchema } from '../../src/source/json-schema.ts'
import { object, text } from './expected.ts'

/** Functions as people write them: source, description, and the schema of their parameters. */
export const PYTHON_FUNCTIONS: Readonly<Record<string, readonly [string, string, JsonSchema]>> = {
  convert_currency: [
    `def convert_currency(amount: float, source: str, target: str = "EUR") -> float:
    """Convert an amount of money.

    Args:
        amount (float): How much.
        source (str): Three letters of the currency you have.
        target (str): Three letters of the currency you want. Defaults to "EUR".

    Returns:
        float: The amount in the target currency.

    Raises:
        ValueError: If a currency is unknown.
    """
    rates = {"EUR": 1.0, "USD": 1.1}
    return amount / rates[source] * rates[target]
`,
    'Convert an amount of money.',
    object(
      {
        amount: { type: 'number', description: 'How much.' },
        source: text('Three letters of the currency you have.'),
        target: {
          type: 'string',
          description: 'Three letters of the currency you want. Defaults to "EUR".',
          default: 'EUR',
        },
      },
      ['amount', 'source'],
    ),
  ],
  count_words: [
    `import re

def count_words(text):
    """
    Count the words of a text.

    Parameters
    ----------
    text : str
        The text, of any length.
        It may have several lines.

    Returns
    -------
    int
        The number of words.
    """
    return len(re.findall(r"\\w+", text))
`,
    'Count the words of a text.',
    object({ text: text('The text, of any length. It may have several lines.') }, ['text']),
  ],
  schedule_meeting: [
    `from datetime import datetime, timedelta

def schedule_meeting(title: str, starts_at: datetime, minutes: int = 30, attendees: list[str] | None = None):
    """Put a meeting into the calendar.

    :param title: What it is about
    :param starts_at: When it begins
    :param minutes: How long it takes,
        in minutes
    :param attendees: Mail addresses
    :returns: the id of the meeting
    :rtype: str
    """
    return title
`,
    'Put a meeting into the calendar.',
    object(
      {
        title: text('What it is about'),
        starts_at: { type: 'string', format: 'date-time', description: 'When it begins' },
        minutes: { type: 'integer', description: 'How long it takes, in minutes', default: 30 },
        attendees: { type: 'array', items: { type: 'string' }, description: 'Mail addresses' },
      },
      ['title', 'starts_at'],
    ),
  ],
  search_products: [
    `from typing import Literal, Optional

Category = Literal["books", "music", "toys"]

def search_products(
    query: str,
    category: Optional[Category] = None,
    max_price: Optional[float] = None,
    in_stock: bool = True,
    sort: Literal["price", "rating"] = "rating",
):
    """Search the shop.

    Finds at most ten products, the best first.

    Args:
        query: What to look for
        max_price: In euros: nothing dearer is shown
    """
    return []
`,
    'Search the shop.\n\nFinds at most ten products, the best first.',
    object(
      {
        query: text('What to look for'),
        category: { type: 'string', enum: ['books', 'music', 'toys'] },
        max_price: { type: 'number', description: 'In euros: nothing dearer is shown' },
        in_stock: { type: 'boolean', default: true },
        sort: { type: 'string', enum: ['price', 'rating'], default: 'rating' },
      },
      ['query'],
    ),
  ],
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
  create_invoice: [
    `from pydantic import BaseModel, Field
from typing import List, Optional

class Line(BaseModel):
    """One line of an invoice."""
    text: str = Field(..., description="Goods delivered", max_length=200)
    quantity: int = Field(1, ge=1)
    price: float = Field(gt=0, description="Per piece, in euros")

class Invoice(BaseModel):
    customer: str
    lines: List[Line] = Field(min_length=1)
    note: Optional[str] = Field(None, description="Printed below")

def create_invoice(invoice: Invoice, send: bool = False) -> dict:
    """Create an invoice.

    Args:
        invoice: All of it
        send (bool, optional): Mail it at once
    """
    return invoice.model_dump()
`,
    'Create an invoice.',
    object(
      {
        invoice: {
          ...object(
            {
              customer: { type: 'string' },
              lines: {
                type: 'array',
                minItems: 1,
                items: {
                  ...object(
                    {
                      text: { type: 'string', description: 'Goods delivered', maxLength: 200 },
                      quantity: { type: 'integer', default: 1, minimum: 1 },
                      price: {
                        type: 'number',
                        exclusiveMinimum: 0,
                        description: 'Per piece, in euros',
                      },
                    },
                    ['text', 'price'],
                  ),
                  description: 'One line of an invoice.',
                },
              },
              note: { type: 'string', description: 'Printed below' },
            },
            ['customer', 'lines'],
          ),
          description: 'All of it',
        },
        send: { type: 'boolean', description: 'Mail it at once', default: false },
      },
      ['invoice'],
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
  remember_birthday: [
    `def remember_birthday(agent_state: "AgentState", person: str, day: int, month: int):
    """Keep a birthday in the block about people.

    Args:
        agent_state: the state of the agent
        person: whose birthday it is
        day: 1 to 31
        month: 1 to 12
    """
    block = agent_state.memory.get_block("people")
    agent_state.memory.update_block_value("people", f"{block.value}\\n{person}: {day}.{month}.")
    return "kept"
`,
    'Keep a birthday in the block about people.',
    object(
      {
        person: text('whose birthday it is'),
        day: { type: 'integer', description: '1 to 31' },
        month: { type: 'integer', description: '1 to 12' },
      },
      ['person', 'day', 'month'],
    ),
  ],
  ask_colleague: [
    `def ask_colleague(question: str, client) -> str:
    "Ask another agent."
    return client.send_message(agent="colleague", message=question)["run_id"]
`,
    'Ask another agent.',
    object({ question: { type: 'string' } }, ['question']),
  ],
  get_stock_price: [
    `import os
import requests

API = "https://api.example.com/v1"


async def get_stock_price(symbol: str, /, currency: str = "USD", *, delayed: bool = False):
    """Look up the price of a share.

    Args:
        symbol (str): Ticker, e.g. "ACME"; letters only.
        currency (str, optional): ISO 4217. Defaults to "USD".
        delayed (bool): Whether an old price will do.

    Example:
        >>> get_stock_price("ACME")
        12.5
    """
    key = os.environ["STOCKS"]
    return requests.get(f"{API}/{symbol}", headers={"x-key": key}).json()
`,
    'Look up the price of a share.',
    object(
      {
        symbol: text('Ticker, e.g. "ACME"; letters only.'),
        currency: { type: 'string', description: 'ISO 4217. Defaults to "USD".', default: 'USD' },
        delayed: { type: 'boolean', description: 'Whether an old price will do.', default: false },
      },
      ['symbol'],
    ),
  ],
  merge_tags: [
    `from typing import Dict, List, Set, Tuple, Union, Any

def merge_tags(old: Dict[str, List[int]], new: dict[str, Any], drop: Set[str], pair: Tuple[str, int], rest: tuple[float, ...], id: Union[int, str], raw: Any, bag: dict, items: list) -> None:
    pass
`,
    '',
    object(
      {
        old: {
          type: 'object',
          additionalProperties: { type: 'array', items: { type: 'integer' } },
        },
        new: { type: 'object', additionalProperties: {} },
        drop: { type: 'array', items: { type: 'string' }, uniqueItems: true },
        pair: {
          type: 'array',
          prefixItems: [{ type: 'string' }, { type: 'integer' }],
          minItems: 2,
          maxItems: 2,
        },
        rest: { type: 'array', items: { type: 'number' } },
        id: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
        raw: {},
        bag: { type: 'object' },
        items: { type: 'array', items: {} },
      },
      ['old', 'new', 'drop', 'pair', 'rest', 'id', 'raw', 'bag', 'items'],
    ),
  ],
  rate_answer: [
    `from typing import Annotated
from pydantic import Field

def rate_answer(
    stars: Annotated[int, Field(ge=1, le=5, description="One to five")],
    comment: Annotated[str, "Why, in a sentence"] = "",
):
    """Rate the last answer."""
`,
    'Rate the last answer.',
    object(
      {
        stars: { type: 'integer', minimum: 1, maximum: 5, description: 'One to five' },
        comment: { type: 'string', description: 'Why, in a sentence', default: '' },
      },
      ['stars'],
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
  find_person: [
    `from typing import NewType
import uuid, datetime as dt
from decimal import Decimal

UserId = NewType("UserId", str)
type Names = list[str]

def find_person(user: UserId, names: Names, since: dt.date, token: uuid.UUID, limit: Decimal = Decimal("1.5"), at: dt.time | None = None):
    """Find a person."""
`,
    'Find a person.',
    object(
      {
        user: { type: 'string' },
        names: { type: 'array', items: { type: 'string' } },
        since: { type: 'string', format: 'date' },
        token: { type: 'string', format: 'uuid' },
        limit: { type: 'number' },
        at: { type: 'string', format: 'time' },
      },
      ['user', 'names', 'since', 'token'],
    ),
  ],
  send_sms: [
    `def send_sms(to, text, urgent=False, retries=3, prefix="", tags=["sms"], options={}):
    """Send a text message.

    Args:
        to (str): The number, with country code
        text (str): At most 160 characters
        urgent: Whether it can't wait
    """
    return True
`,
    'Send a text message.',
    object(
      {
        to: text('The number, with country code'),
        text: text('At most 160 characters'),
        urgent: { type: 'boolean', description: "Whether it can't wait", default: false },
        retries: { type: 'integer', default: 3 },
        prefix: { type: 'string', default: '' },
        tags: { type: 'array', items: { type: 'string' }, default: ['sms'] },
        options: { type: 'object', default: {} },
      },
      ['to', 'text'],
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
  book_table: [
    `import functools

def logged(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        return f(*args, **kwargs)
    return inner

@logged
def book_table(
    restaurant: str,  # the name
    people: int = 2,  # how many
    *,
    outside: bool = False,
):
    r"""Book a table.

    Args:
        restaurant (str): Name of the place.
        people (int): Number of guests (2 if not said).
        outside (bool): On the terrace.
    """
`,
    'Book a table.',
    object(
      {
        restaurant: text('Name of the place.'),
        people: { type: 'integer', description: 'Number of guests (2 if not said).', default: 2 },
        outside: { type: 'boolean', description: 'On the terrace.', default: false },
      },
      ['restaurant'],
    ),
  ],
  translate: [
    `def translate(text: str, to: str, formality: "Literal['formal', 'informal']" = "formal") -> str:
    """Translate a text into another language. Use it whenever the user writes in a language
    that you do not speak.

    Args:
        text: What to translate
        to: Language, as ISO 639-1
        formality: How to address the reader:
            - formal
            - informal
    """
`,
    'Translate a text into another language. Use it whenever the user writes in a language\nthat you do not speak.',
    object(
      {
        text: text('What to translate'),
        to: text('Language, as ISO 639-1'),
        formality: {
          type: 'string',
          enum: ['formal', 'informal'],
          description: 'How to address the reader: - formal - informal',
          default: 'formal',
        },
      },
      ['text', 'to'],
    ),
  ],
  update_ticket: [
    `from __future__ import annotations
from pydantic import BaseModel

class Base(BaseModel):
    id: int
    title: str = "untitled"

class Ticket(Base):
    """A ticket of the help desk."""
    status: str = "open"
    labels: list[str] = []
    parent: int | None = None

def update_ticket(ticket: Ticket) -> None:
    """Change a ticket."""
`,
    'Change a ticket.',
    object(
      {
        ticket: {
          ...object(
            {
              id: { type: 'integer' },
              title: { type: 'string', default: 'untitled' },
              status: { type: 'string', default: 'open' },
              labels: { type: 'array', items: { type: 'string' }, default: [] },
              parent: { type: 'integer' },
            },
            ['id'],
          ),
          description: 'A ticket of the help desk.',
        },
      },
      ['ticket'],
    ),
  ],
  toggle_light: [
    `def toggle_light(room: str, on: bool): "Switch a light."; return on
`,
    'Switch a light.',
    object({ room: { type: 'string' }, on: { type: 'boolean' } }, ['room', 'on']),
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
  note_expense: [
    `CATEGORIES = ("food", "travel")

def note_expense(amount: float, category: str = CATEGORIES[0], paid_on: str | None = None, shared_with: list[str] = None):
    """Note an expense."""
`,
    'Note an expense.',
    object(
      {
        amount: { type: 'number' },
        category: { type: 'string' },
        paid_on: { type: 'string' },
        shared_with: { type: 'array', items: { type: 'string' } },
      },
      ['amount'],
    ),
  ],
  check_weather: [
    `def check_weather(
    city: str,
    days: int = 1,
    units: str = "metric",
):
    """Check the weather.

    :param str city: The city
    :param int days: How many days
    :param units: metric or imperial
    :type units: str
    :raises ValueError: if the city is unknown
    """
`,
    'Check the weather.',
    object(
      {
        city: text('The city'),
        days: { type: 'integer', description: 'How many days', default: 1 },
        units: { type: 'string', description: 'metric or imperial', default: 'metric' },
      },
      ['city'],
    ),
  ],
  open_door: [
    `def open_door() -> str:
    """Open the door."""
    return "open"
`,
    'Open the door.',
    object({}, []),
  ],
  filter_rows: [
    `from typing import Literal, Union, Optional

Operator = Literal["<", ">", "="]
Value = Union[str, int, float, None]

def filter_rows(column: str, operator: Operator, value: Value, limit: Optional[Union[int, Literal["all"]]] = "all"):
    """Filter a table."""
`,
    'Filter a table.',
    object(
      {
        column: { type: 'string' },
        operator: { type: 'string', enum: ['<', '>', '='] },
        value: { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'number' }] },
        limit: {
          anyOf: [{ type: 'string', enum: ['all'] }, { type: 'integer' }],
          default: 'all',
        },
      },
      ['column', 'operator', 'value'],
    ),
  ],
  assign_task: [
    `from pydantic import BaseModel, Field, field_validator

class Task(BaseModel):
    model_config = {"extra": "forbid"}

    title: str = Field(min_length=3, pattern="^[A-Z]")
    hours: float | None = Field(default=None, le=40)
    subtasks: list[str] = Field(default_factory=list, max_length=5)

    @field_validator("title")
    @classmethod
    def trim(cls, value):
        return value.strip()

def assign_task(task: Task, to: str = "me") -> bool:
    """Assign a task."""
    return True
`,
    'Assign a task.',
    object(
      {
        task: object(
          {
            title: { type: 'string', minLength: 3, pattern: '^[A-Z]' },
            hours: { type: 'number', maximum: 40 },
            subtasks: { type: 'array', items: { type: 'string' }, maxItems: 5, default: [] },
          },
          ['title'],
        ),
        to: { type: 'string', default: 'me' },
      },
      ['task'],
    ),
  ],
  play_music: [
    `def play_music(artist: str = '', album: str = "It's \\"live\\"", volume: int = 0x10, big: int = 1_000, path: str = r'C:\\music', joined: str = "a" "b"):
    """Play\\tmusic."""
`,
    'Play    music.',
    object(
      {
        artist: { type: 'string', default: '' },
        album: { type: 'string', default: 'It\'s "live"' },
        volume: { type: 'integer', default: 16 },
        big: { type: 'integer', default: 1000 },
        path: { type: 'string', default: 'C:\\music' },
        joined: { type: 'string', default: 'ab' },
      },
      [],
    ),
  ],
  move_file: [
    `from pathlib import Path
from typing import Final

MAX: Final = 3

def move_file(source: Path, target: Path, overwrite: Final[bool] = False, attempts: int = MAX):
    """
    Move a file.
    Arguments:
        source: From where
        target: To where
    """
`,
    'Move a file.',
    object(
      {
        source: text('From where'),
        target: text('To where'),
        overwrite: { type: 'boolean', default: false },
        attempts: { type: 'integer', default: 3 },
      },
      ['source', 'target'],
    ),
  ],
  sum_up: [
    `def sum_up(
    numbers: list[list[float]],
    weights: dict[str, dict[str, int]] = {"a": {"b": 1}},
    mode: 'str' = 'mean',
    until: "datetime | None" = None,
) -> float:
    """Sum up numbers."""
    return sum(map(sum, numbers))
`,
    'Sum up numbers.',
    object(
      {
        numbers: { type: 'array', items: { type: 'array', items: { type: 'number' } } },
        weights: {
          type: 'object',
          additionalProperties: { type: 'object', additionalProperties: { type: 'integer' } },
          default: { a: { b: 1 } },
        },
        mode: { type: 'string', default: 'mean' },
        until: { type: 'string', format: 'date-time' },
      },
      ['numbers'],
    ),
  ],
}
