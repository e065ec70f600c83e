import type { JsonSchema } from '../../src/source/json-schema.ts'
import { object, text } from './expected.ts'
import { PYTHON_CLASSES } from './python-classes.ts'
import { PYTHON_DOCUMENTED } from './python-documented.ts'
import { PYTHON_MODELS } from './python-models.ts'

/** Functions as people write them: source, description, and the schema of their parameters. */
export const PYTHON_FUNCTIONS: Readonly<Record<string, readonly [string, string, JsonSchema]>> = {
  ...PYTHON_MODELS,
  ...PYTHON_CLASSES,
  ...PYTHON_DOCUMENTED,
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
  ask_colleague: [
    `def ask_colleague(question: str, client) -> str:
    "Ask another agent."
    return client.send_message(agent="colleague", message=question)["run_id"]
`,
    'Ask another agent.',
    object({ question: { type: 'string' } }, ['question']),
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
  toggle_light: [
    `def toggle_light(room: str, on: bool): "Switch a light."; return on
`,
    'Switch a light.',
    object({ room: { type: 'string' }, on: { type: 'boolean' } }, ['room', 'on']),
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
