import { describe, expect, it } from 'vitest'
import { readSignature } from '../../src/source/languages/read-signature.ts'
import { PYTHON_FUNCTIONS } from './python-functions.ts'

describe('the signature of a Python function', () => {
  it.each(Object.entries(PYTHON_FUNCTIONS))(
    'of %s is what its author meant',
    async (name, [source, description, parameters]) => {
      const read = await readSignature('python', source)
      expect({ ...read, reserved: [] }).toEqual({ name, description, parameters, reserved: [] })
    },
  )

  it('names the reserved parameters, which the schema omits', async () => {
    const source = 'def f(agent_state, a: int, client=None, agent_id: str = ""):\n  pass'
    const read = await readSignature('python', source)
    expect(read.reserved).toEqual(['agent_state', 'client', 'agent_id'])
    expect(read.parameters).toMatchObject({ properties: { a: { type: 'integer' } } })
  })

  it('reads another function when its name is given', async () => {
    const source = 'def first(a: int):\n  pass\ndef second(b: str):\n  pass'
    expect((await readSignature('python', source, 'first')).name).toBe('first')
    await expect(readSignature('python', source, 'third')).rejects.toThrow(/no function third/)
  })

  it('executes nothing', async () => {
    const source =
      'import os\nos._exit(1)\nraise SystemExit\ndef f(a: int = __import__("os").getpid()):\n  pass'
    expect((await readSignature('python', source)).parameters.properties).toEqual({
      a: { type: 'integer' },
    })
  })

  it.each([
    ['def f(a, b):\n  pass', /^Line 1: the parameter a has no type; write a: str/],
    ['\ndef f(\n  a: int,\n  b,\n):\n  pass', /^Line 4: the parameter b has no type/],
    ['def f(a: Callable[[], int]):\n  pass', /^Line 1: .*Callable.*the parameter a /],
    ['def f(a: Unheard):\n  pass', /^Line 1: the type Unheard of the parameter a is not known/],
    ['def f(*args: int):\n  pass', /^Line 1: the parameter \*args .*name each parameter/],
    ['def f(a: int, **kwargs):\n  pass', /^Line 1: the parameter \*\*kwargs/],
    ['x = 1\ndef f(:\n  pass', /^Line 2: this can't be read as Python/],
    ['x = 1', /contains no function.*def add/],
    [
      'class T(BaseModel):\n  t: "T"\ndef f(a: T):\n  pass',
      /the type T of the parameter a\.t contains itself/,
    ],
    [
      'class T(TypedDict):\n  u: Socket\ndef f(a: T):\n  pass',
      /^Line 2: .*Socket of the parameter a\.u /,
    ],
    [`def f(a: int):\n  pass\n${'#'.repeat(200_000)}`, /longer than 200000/],
  ])('refuses %j with a sentence', async (source, message) => {
    await expect(readSignature('python', source)).rejects.toThrow(message)
  })
})
