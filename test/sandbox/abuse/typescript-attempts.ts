import { type Attempt, LIMIT, OUTPUT, REFUSED } from './attempt.ts'

/** Ways out of the sandbox, and ways to break it, that a program may try. */
export const TYPESCRIPT: readonly Attempt[] = [
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
    OUTPUT,
  ],
  ['a huge result', 'const f = () => "x".repeat(5_000_000)', /returned more than 4 MB/],
  [
    'a forged label',
    'const f = (agentState: any) => { Object.defineProperty(agentState.memory.getBlock("human"), "label", { value: "other" }) }',
    /TypeError/,
  ],
  ['a frozen client', '"use strict"; const f = () => { client.echo = () => 1 }', /TypeError/],
  [
    'a flood of host calls',
    'const f = async () => { for (let i = 0; i < 2000; i++) await new Promise((r) => setTimeout(r, 1)) }',
    /1000 times|stopped/,
  ],
]
