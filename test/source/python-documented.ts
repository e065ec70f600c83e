import type { JsonSchema } from '../../src/source/json-schema.ts'
import { object, text } from './expected.ts'

/** Functions whose docstrings describe the parameters in sections. */
export const PYTHON_DOCUMENTED: Readonly<Record<string, readonly [string, string, JsonSchema]>> = {
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
}
