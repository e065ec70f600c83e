import type { JsonSchema } from '../../src/source/json-schema.ts'
import { object, text } from './expected.ts'

const STRING = { type: 'string' }
const NUMBER = { type: 'number' }

/** Functions whose comments describe the parameters. */
export const TYPESCRIPT_DOCUMENTED: Readonly<
  Record<string, readonly [string, string, JsonSchema]>
> = {
  convertCurrency: [
    `/**
 * Convert an amount of money.
 *
 * @param amount How much.
 * @param source - Three letters of the currency you have.
 * @param target Three letters of the currency you want.
 * @returns the amount in the target currency
 * @example convertCurrency(1, 'USD')
 */
export function convertCurrency(amount: number, source: string, target = 'EUR'): number {
  const rates: Record<string, number> = { EUR: 1, USD: 1.1 }
  return (amount / rates[source]!) * rates[target]!
}
`,
    'Convert an amount of money.',
    object(
      {
        amount: { type: 'number', description: 'How much.' },
        source: text('Three letters of the currency you have.'),
        target: {
          type: 'string',
          description: 'Three letters of the currency you want.',
          default: 'EUR',
        },
      },
      ['amount', 'source'],
    ),
  ],
  sendSms: [
    `/**
 * Send a text message.
 * @param {string} to The number, with country code
 * @param {string} text At most 160 characters
 * @param {boolean} [urgent=false] Whether it can't wait
 * @param {string[]=} tags Labels
 * @param {('low'|'high')} priority How important
 * @param {Object<string, number>} extra Anything else
 * @param {?number} delay In seconds
 * @param {*} raw Passed on
 */
function sendSms(to, text, urgent, tags, priority, extra, delay, raw) {
  return true
}
`,
    'Send a text message.',
    object(
      {
        to: text('The number, with country code'),
        text: text('At most 160 characters'),
        urgent: { type: 'boolean', description: "Whether it can't wait" },
        tags: { type: 'array', items: STRING, description: 'Labels' },
        priority: { type: 'string', enum: ['low', 'high'], description: 'How important' },
        extra: { type: 'object', additionalProperties: NUMBER, description: 'Anything else' },
        delay: { type: 'number', description: 'In seconds' },
        raw: { description: 'Passed on' },
      },
      ['to', 'text', 'priority', 'extra', 'delay', 'raw'],
    ),
  ],
  getStockPrice: [
    `const API = 'https://api.example.com/v1'

/**
 * Look up the price of a share.
 * @param {object} options
 * @param {string} options.symbol Ticker, e.g. "ACME"; letters only.
 * @param {string} [options.currency] ISO 4217.
 */
export async function getStockPrice({ symbol, currency = 'USD' }) {
  const answer = await fetch(\`\${API}/\${symbol}\`, { headers: { 'x-key': secrets.STOCKS } })
  return answer.json()
}
`,
    'Look up the price of a share.',
    object(
      {
        symbol: text('Ticker, e.g. "ACME"; letters only.'),
        currency: { type: 'string', description: 'ISO 4217.', default: 'USD' },
      },
      ['symbol'],
    ),
  ],
  translate: [
    `/**
 * Translate a text into another language. Use it whenever the user writes in a language
 * that you do not speak.
 *
 * @param text - What to translate
 * @param to - Language, as ISO 639-1
 * @throws {Error} if the language is unknown
 */
export async function translate(text: string, to: string, formality: 'formal' | 'informal' = 'formal') {
  return text!.toUpperCase() as unknown as string
}
`,
    'Translate a text into another language. Use it whenever the user writes in a language\nthat you do not speak.',
    object(
      {
        text: text('What to translate'),
        to: text('Language, as ISO 639-1'),
        formality: { type: 'string', enum: ['formal', 'informal'], default: 'formal' },
      },
      ['text', 'to'],
    ),
  ],
  rollDice: [
    `// A die.

/**
 * Roll a die.
 * @param numSides How many sides it has.
 */
export function rollDice(/* sides */ numSides: number = 6): number {
  return 1 + Math.floor(Math.random() * numSides)
}
`,
    'Roll a die.',
    object({ numSides: { type: 'number', description: 'How many sides it has.', default: 6 } }, []),
  ],
}
