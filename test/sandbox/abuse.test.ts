import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxOutcome } from '../../src/sandbox/sandbox.ts'
import { ANGUS, LANGUAGES, openSandbox, runIn } from './support.ts'

/** Issue 20: the memory that a sandbox may take, whatever is tried in it. */
const MAX_MEMORY = 400 * 2 ** 20
const FINE = {
  typescript: 'function f() { return "fine" }',
  python: 'import json\ndef f():\n  return json.loads(json.dumps("fine"))',
}
/** Either it fails with these words, or it returns this: never anything else, and never for long. */
type Expected = RegExp | { readonly returns: unknown }
type Attempt = readonly [name: string, source: string, expected: Expected]

const LIMIT = /limit, and was stopped/
const REFUSED = /may not|reaches no|Error|was stopped|ended the interpreter|MB of memory/

const PYTHON: readonly Attempt[] = [
  ['os.system', 'import os\ndef f():\n  return os.system("id")', { returns: -1 }],
  ['os.popen', 'import os\ndef f():\n  return os.popen("id").read()', REFUSED],
  ['subprocess', 'import subprocess\ndef f():\n  return subprocess.run(["id"])', REFUSED],
  ['fork', 'import os\ndef f():\n  return os.fork()', REFUSED],
  ['exec', 'import os\ndef f():\n  os.execv("/bin/sh", ["sh"])', REFUSED],
  ['kill', 'import os\ndef f():\n  os.kill(os.getpid(), 9)', REFUSED],
  ['abort', 'import os\ndef f():\n  os.abort()', REFUSED],
  ['exit', 'import os\ndef f():\n  os._exit(0)', REFUSED],
  ['sys.exit', 'import sys\ndef f():\n  sys.exit(0)', /SystemExit/],
  [
    'a socket',
    'import socket\ndef f():\n  socket.create_connection(("127.0.0.1", 22), 1)',
    REFUSED,
  ],
  [
    'a look-up of a name',
    'import socket\ndef f():\n  return socket.getaddrinfo("example.com", 80)',
    REFUSED,
  ],
  [
    'urllib',
    'import urllib.request\ndef f():\n  return urllib.request.urlopen("http://127.0.0.1/").read()',
    REFUSED,
  ],
  [
    'http.client',
    'import http.client\ndef f():\n  c = http.client.HTTPConnection("127.0.0.1"); c.request("GET", "/")',
    REFUSED,
  ],
  ['a thread', 'import threading\ndef f():\n  threading.Thread(target=print).start()', REFUSED],
  [
    'multiprocessing',
    'import multiprocessing\ndef f():\n  multiprocessing.Process(target=print).start()',
    REFUSED,
  ],
  ['ctypes', 'import ctypes\ndef f():\n  return ctypes.CDLL(None).getpid()', REFUSED],
  [
    'a script of the host',
    'import ctypes\ndef f():\n  return ctypes.CDLL(None).emscripten_run_script(b"process.exit(1)")',
    REFUSED,
  ],
  ['ctypes memory', 'import ctypes\ndef f():\n  return ctypes.string_at(2**31 - 8, 64)', REFUSED],
  ['a null pointer', 'import ctypes\ndef f():\n  ctypes.memset(0, 255, 1 << 20)\n  return 1', /.*/],
  ['import js', 'import js\ndef f():\n  return str(js.process.env)', REFUSED],
  ['js.eval', 'def f():\n  from js import eval as e\n  return str(e("process.pid"))', REFUSED],
  [
    'run_js',
    'def f():\n  from pyodide.code import run_js\n  return str(run_js("process.pid"))',
    REFUSED,
  ],
  [
    'create_proxy',
    'def f():\n  from pyodide.ffi import create_proxy\n  return str(create_proxy(f))',
    REFUSED,
  ],
  [
    'to_js',
    'def f():\n  from pyodide.ffi import to_js\n  return str(to_js({"a": 1}).constructor.constructor("return process")())',
    REFUSED,
  ],
  [
    'proxies in the garbage',
    'import gc\ndef f():\n  for one in gc.get_objects():\n    if type(one).__name__ == "JsProxy":\n      return str(one.constructor)\n  return "none"',
    /.*/,
  ],
  ['micropip', 'import micropip\ndef f():\n  pass', /ModuleNotFoundError.*no packages/],
  ['a package', 'import numpy\ndef f():\n  pass', /ModuleNotFoundError.*no packages/],
  ['host files', 'def f():\n  return open("/etc/passwd").read()', /FileNotFoundError/],
  [
    'the environment',
    'import os\ndef f():\n  return [n for n in os.environ if n.startswith("VITEST") or n in ("RECOLLECT_HOME", "NODE_ENV", "SECRET_OF_THE_HOST")] + [os.environ["HOME"]]',
    { returns: ['/tmp'] },
  ],
  ['mounts', 'import os\ndef f():\n  return os.listdir("/proc/1")', REFUSED],
  ['a symbolic link', 'import os\ndef f():\n  os.symlink("/proc", "/tmp/l")', REFUSED],
  [
    'overwriting the library',
    'import zipfile\ndef f():\n  open(zipfile.__file__.split(".zip")[0] + ".zip", "wb").write(b"x")',
    REFUSED,
  ],
  [
    'removing the library',
    'import os, sys\ndef f():\n  os.remove([p for p in sys.path if p.endswith(".zip")][0])',
    REFUSED,
  ],
  [
    'renaming the library',
    'import os, sys\ndef f():\n  os.rename([p for p in sys.path if p.endswith(".zip")][0], "/tmp/x.zip")',
    REFUSED,
  ],
  [
    'filling the disk',
    'def f():\n  for i in range(1000):\n    with open(f"/tmp/{i}", "wb") as h: h.write(b"x" * 10_000_000)',
    /OSError.*space/,
  ],
  [
    'many files',
    'def f():\n  for i in range(100_000):\n    open(f"/tmp/{i}", "w").close()',
    /OSError.*space/,
  ],
  [
    'many folders',
    'import os\ndef f():\n  for i in range(100_000):\n    os.mkdir(f"/tmp/{i}")',
    /OSError.*space/,
  ],
  [
    'a sparse file',
    'def f():\n  with open("/tmp/s", "wb") as h:\n    h.seek(1 << 30); h.write(b"x")',
    /OSError/,
  ],
  [
    'a truncated file',
    'def f():\n  with open("/tmp/s", "wb") as h: h.truncate(1 << 30)',
    /OSError/,
  ],
  [
    'nonsense to the host',
    'def f():\n  with open("/dev/host", "wb", buffering=0) as h: h.write(b"{nonsense")',
    /OSError/,
  ],
  [
    'much to the host',
    'def f():\n  with open("/dev/host", "wb", buffering=0) as h: h.write(b"x" * 20_000_000)',
    /OSError/,
  ],
  [
    'a host call by hand',
    'import json\ndef f():\n  with open("/dev/host", "r+b", buffering=0) as h:\n    h.write(json.dumps({"name": "client.delete_agent", "args": "{}"}).encode())\n    return h.read(1000).decode()',
    { returns: '{"error":"The tool may not call client.delete_agent."}' },
  ],
  [
    'a flood of host calls',
    'from _recollect import request\ndef f():\n  for i in range(5000): request("sleep", {"seconds": 0})',
    /1000 times/,
  ],
  [
    'much memory',
    'def f():\n  kept = []\n  while True: kept.append("x" * 1_000_000 + str(len(kept)))',
    /MemoryError|ended the interpreter/,
  ],
  [
    'one huge allocation',
    'def f():\n  return len(bytearray(1 << 31))',
    /MemoryError|OverflowError/,
  ],
  [
    'a string bomb',
    'def f():\n  s = "x"\n  while True: s += s',
    /MemoryError|ended the interpreter/,
  ],
  ['a huge number', 'def f():\n  return len(str(9 ** 9 ** 9))', LIMIT],
  [
    'a regex bomb',
    'import re\ndef f():\n  return bool(re.match(r"(a+)+$", "a" * 40 + "b"))',
    LIMIT,
  ],
  ['deep recursion', 'def f():\n  return f() + 1', /RecursionError/],
  [
    'very deep recursion',
    'import sys\ndef f():\n  sys.setrecursionlimit(10 ** 7)\n  g = lambda: g() + 1\n  return g()',
    REFUSED,
  ],
  [
    'deeply nested data',
    'def f():\n  v = []\n  for i in range(100_000): v = [v]\n  return v',
    REFUSED,
  ],
  ['deeply nested source', `def f():\n  return ${'('.repeat(5_000)}1${')'.repeat(5_000)}`, REFUSED],
  [
    '1 GB of output',
    'def f():\n  line = "x" * 1_000_000\n  for i in range(1000): print(line)',
    /^null$|was stopped/,
  ],
  [
    '1 GB straight to the stream',
    'import os\ndef f():\n  for i in range(1000): os.write(1, b"x" * 1_000_000)',
    /^null$|was stopped/,
  ],
  ['a huge result', 'def f():\n  return "x" * 9_000_000', /returned more than 4 MB/],
  [
    'endless result',
    'import itertools\ndef f():\n  return (i for i in itertools.count())',
    REFUSED,
  ],
  [
    'sabotage of the runner',
    'import sys, json\nr = sys.modules["_recollect"]\nr.outcome = r.plain = r.exchange = json.dumps = None\ndef f():\n  return 1',
    /Error|without a result/,
  ],
  [
    'a forged change',
    'from _recollect import exchange\ndef f(agent_state):\n  exchange("_report", \'{"ok":true,"result":1,"blocks":{"other":"x"}}\')',
    { returns: 1 },
  ],
  [
    'a forged report that is none',
    'from _recollect import exchange\ndef f():\n  exchange("_report", \'{"ok":true,"blocks":7}\')',
    /without a result/,
  ],
  ['a signal handler', 'import signal\ndef f():\n  signal.alarm(1)', REFUSED],
  ['a faulthandler', 'import faulthandler\ndef f():\n  faulthandler._sigsegv()', REFUSED],
  [
    'code objects',
    'def f():\n  c = (lambda: 1).__code__.replace(co_code=bytes([100, 255] * 50), co_stacksize=0)\n  return (lambda: 1).__class__(c, {})()',
    REFUSED,
  ],
]

const TYPESCRIPT: readonly Attempt[] = [
  ['process', 'const f = () => process.exit(1)', /ReferenceError/],
  ['require', 'const f = () => require("fs")', /ReferenceError/],
  ['import of a module', 'import fs from "fs"\nexport const f = () => fs', /can't be imported/],
  ['dynamic import', 'const f = async () => Object.keys(await import("fs"))', /can't be imported/],
  [
    'a data import',
    'const f = async () => (await import("data:text/javascript,export default 1")).default',
    /can't be imported/,
  ],
  ['fetch', 'const f = () => fetch("http://127.0.0.1")', /ReferenceError/],
  ['XMLHttpRequest', 'const f = () => new XMLHttpRequest()', /ReferenceError/],
  ['WebAssembly', 'const f = () => typeof WebAssembly', { returns: 'undefined' }],
  [
    'workers',
    'const f = () => [typeof Worker, typeof SharedArrayBuffer === "function" && typeof Atomics.wait]',
    /.*/,
  ],
  [
    'std and os',
    'const f = () => [typeof std, typeof os, typeof bjson, typeof scriptArgs]',
    { returns: ['undefined', 'undefined', 'undefined', 'undefined'] },
  ],
  [
    'the constructor of a function',
    'const f = () => (() => {}).constructor("return typeof process + typeof require + typeof globalThis.module")()',
    { returns: 'undefinedundefinedundefined' },
  ],
  [
    'the constructor of a host function',
    'const f = () => client.echo.constructor("return typeof process")()',
    /Error/,
  ],
  [
    'the constructor of console',
    'const f = () => console.log.constructor.constructor("return typeof process")()',
    { returns: 'undefined' },
  ],
  [
    'constructors through errors',
    'const f = () => { try { null.x } catch (e) { return e.constructor.constructor("return typeof process")() } }',
    { returns: 'undefined' },
  ],
  [
    'host frames in a stack',
    'const f = () => { Error.prepareStackTrace = (_, s) => s; return String(new Error("x").stack).includes("/work") || String(new Error("x").stack).includes("node:") }',
    { returns: false },
  ],
  ['indirect eval', 'const f = () => (0, eval)("typeof process")', { returns: 'undefined' }],
  [
    'prototype pollution',
    'Object.prototype.isAdmin = true; Object.prototype.error = "x"; Object.prototype.ok = 1; Array.prototype.push = null; const f = () => 1',
    /.*/,
  ],
  [
    'polluted promises',
    'Promise.prototype.then = function () { return this }\nconst f = async () => 1',
    /.*/,
  ],
  [
    'a thenable that lies',
    'const f = () => ({ then() { throw { toString() { throw 1 } } } })',
    /.*/,
  ],
  ['an error that throws', 'const f = () => { throw { toJSON() { for (;;) {} } } }', LIMIT],
  ['a getter as a result', 'const f = () => ({ get a() { throw new Error("gotcha") } })', /gotcha/],
  ['a circle', 'const f = () => { const a: any = {}; a.a = a; return a }', /circular/],
  ['a proxy as a result', 'const f = () => new Proxy({}, { ownKeys() { for (;;) {} } })', LIMIT],
  ['an endless loop of promises', 'const f = async () => { for (;;) await null }', LIMIT],
  [
    'an endless timer',
    'const f = () => new Promise(() => setInterval(() => {}, 1))',
    /limit, and was stopped|1000 times/,
  ],
  [
    'a finally that goes on',
    'const f = () => { try { for (;;) {} } finally { for (;;) {} } }',
    LIMIT,
  ],
  ['a regex bomb', 'const f = () => /(a+)+$/.test("a".repeat(60) + "b")', LIMIT],
  [
    'an endless native loop',
    'const f = () => { const a = Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 300_000); for (;;) a.slice().sort() }',
    LIMIT,
  ],
  [
    'a long native call',
    'const f = () => "x".repeat(1 << 24).split("").map(Number).sort().join().length',
    REFUSED,
  ],
  [
    'much memory',
    'const f = () => { const a: string[] = []; for (;;) a.push("x".repeat(100_000) + a.length) }',
    /64 MB of memory/,
  ],
  ['a huge buffer', 'const f = () => new ArrayBuffer(2 ** 30).byteLength', REFUSED],
  [
    'many buffers',
    'const f = () => { const a: unknown[] = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1)) }',
    REFUSED,
  ],
  ['a string bomb', 'const f = () => { let s = "ab"; for (;;) s += s + "x" }', REFUSED],
  [
    'a caught bomb',
    'const f = () => { const a: unknown[] = []; for (;;) try { a.push(new Array(1e6).fill(1)) } catch {} }',
    REFUSED,
  ],
  ['a huge number', 'const f = () => (9n ** 9n ** 9n).toString().length', REFUSED],
  [
    'deep recursion',
    'const f = () => { const g = (): number => g() + 1; return g() }',
    /RangeError|stack|InternalError/,
  ],
  [
    'recursion in JSON',
    'const f = () => { let a: any = []; for (let i = 0; i < 1e5; i++) a = [a]; return a }',
    REFUSED,
  ],
  [
    'recursion of getters',
    'const f = () => { const o: any = { get a() { return o.a } }; return o.a }',
    /stack|Error/,
  ],
  ['deeply nested source', `const f = () => ${'['.repeat(5_000)}${']'.repeat(5_000)}`, /.*/],
  [
    '1 GB of output',
    'const f = () => { const line = "x".repeat(1_000_000); for (let i = 0; i < 1000; i++) console.log(line) }',
    /.*/,
  ],
  ['a huge result', 'const f = () => "x".repeat(9_000_000)', /returned more than 4 MB/],
  [
    'a forged label',
    'const f = (agentState: any) => { Object.defineProperty(agentState.memory.getBlock("human"), "label", { value: "other" }) }',
    /TypeError/,
  ],
  ['a frozen client', '"use strict"; const f = () => { client.echo = () => 1 }', /TypeError/],
  [
    'a flood of host calls',
    'const f = async () => { for (let i = 0; i < 5000; i++) await new Promise((r) => setTimeout(r, 1)) }',
    /1000 times|stopped/,
  ],
]

describe.each(LANGUAGES)('whatever code does in the sandbox for %s', (language) => {
  let sandbox: Sandbox
  let baseline = 0
  let peak = 0
  let watch: NodeJS.Timeout | undefined

  beforeAll(async () => {
    sandbox = openSandbox()
    baseline = process.memoryUsage.rss()
    watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss())
    }, 20)
    await runIn(sandbox, language, FINE[language])
  }, 120_000)
  afterAll(async () => {
    clearInterval(watch)
    await sandbox.close()
  })

  const attempts = language === 'python' ? PYTHON : TYPESCRIPT
  it.each(attempts)(
    '%s is refused or bounded, and the next call is fine',
    async (_name, source, expected) => {
      const outcome = await attempt(source, expected)
      if (expected instanceof RegExp) {
        const text =
          outcome.status === 'success' ? JSON.stringify(outcome.result) : outcome.error?.message
        expect(text).toMatch(expected)
        if (expected === REFUSED) expect(outcome.status).not.toBe('success')
      } else {
        expect(outcome).toMatchObject({ status: 'success', result: expected.returns })
      }
      expect(outcome.changes).toEqual([])
      expect(outcome.stdout.text.length).toBeLessThanOrEqual(3_000)
      expect((await runIn(sandbox, language, FINE[language])).result).toBe('fine')
    },
    60_000,
  )

  it('takes less than 400 MB for all of it', () => {
    expect(peak - baseline).toBeLessThan(MAX_MEMORY)
  })

  it('leaves this process to others meanwhile', async () => {
    const endless = {
      typescript: 'function f() { for (;;) {} }',
      python: 'def f():\n  while True: pass',
    }
    let turns = 0
    const count = setInterval(() => {
      turns += 1
    }, 5)
    await runIn(sandbox, language, endless[language], {
      limits: { milliseconds: 1_000, outputChars: 10 },
    })
    clearInterval(count)
    expect(turns).toBeGreaterThan(10)
  })

  function attempt(source: string, expected: Expected): Promise<SandboxOutcome> {
    return runIn(sandbox, language, source, {
      agent: ANGUS,
      limits: { milliseconds: expected === LIMIT ? 700 : 20_000, outputChars: 3_000 },
    }).catch((error: Error) => ({
      status: 'error',
      result: null,
      error: { message: error.message },
      stdout: { text: '', leftOutBytes: 0 },
      stderr: { text: '', leftOutBytes: 0 },
      durationMs: 0,
      changes: [],
    }))
  }
})
