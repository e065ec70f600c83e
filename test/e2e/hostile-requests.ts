/* Requests as they stand on the wire, each with its name and the status that it is to get. */

export const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
export const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'hostile', version: '0' },
  },
})
export const LIST = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
const DEEP = '['.repeat(100_000) + ']'.repeat(100_000)

export const TYPES = {
  Host: 'localhost',
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
}

type Headers = Readonly<Record<string, string>>

export function head(line: string, headers: Headers): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`
}

export function post(body: string, headers: Headers = {}): string {
  const length = { 'Content-Length': String(Buffer.byteLength(body)) }
  return head('POST /mcp', { ...TYPES, ...length, ...headers }) + body
}

function bare(line: string, headers: Headers = {}): string {
  return head(line, { Host: 'localhost', ...headers })
}

/** A call that belongs to no session. */
function tool(args: string): string {
  return `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_agents","arguments":${args}}}`
}

export const REQUESTS: readonly (readonly [string, string | Buffer, string])[] = [
  ['a page elsewhere', post(PING, { Origin: 'https://evil.example' }), '403'],
  ['a page that begins like us', post(PING, { Origin: 'http://localhost.evil.example' }), '403'],
  [
    'a page with our name as its user',
    post(PING, { Origin: 'http://localhost@evil.example' }),
    '403',
  ],
  ['a page without an origin', post(PING, { Origin: 'null' }), '403'],
  ['a file', post(PING, { Origin: 'file://' }), '403'],
  [
    'two origins',
    post(PING, { Origin: 'http://localhost\r\nOrigin: https://evil.example' }),
    '403',
  ],
  ['another host', post(PING, { Host: 'evil.example' }), '403'],
  ['another host and ours', post(PING, { Host: 'evil.example\r\nHost: localhost' }), '403'],
  ['a host with our name as its user', post(PING, { Host: 'localhost@evil.example' }), '403'],
  ['our host with a user', post(PING, { Host: 'evil.example@localhost' }), '403'],
  ['our host and a path', post(PING, { Host: 'localhost/evil.example' }), '403'],
  ['our host and a fragment', post(PING, { Host: 'localhost#evil.example' }), '403'],
  ['a host that is empty', post(PING, { Host: '' }), '403'],
  ['no host', head('POST /mcp', { 'Content-Length': '0' }), '400'],
  ['a page elsewhere that listens', bare('GET /mcp', { Origin: 'https://evil.example' }), '403'],
  ['a page elsewhere that ends', bare('DELETE /mcp', { Origin: 'https://evil.example' }), '403'],
  [
    'a page elsewhere that asks first',
    bare('OPTIONS /mcp', { Origin: 'https://evil.example' }),
    '403',
  ],
  ['a question what is allowed', bare('OPTIONS /mcp'), '405'],
  ['a trace', bare('TRACE /mcp'), '405'],
  ['a put', bare('PUT /mcp', { 'Content-Length': '0' }), '405'],
  ['a patch', bare('PATCH /mcp', { 'Content-Length': '0' }), '405'],
  ['a head', bare('HEAD /mcp'), '405'],
  ['a method that is none', bare('BREW /mcp'), '400'],
  ['a tunnel', bare('CONNECT evil.example:443'), 'closed'],
  ['a web socket', bare('GET /mcp', { Upgrade: 'websocket', Connection: 'Upgrade' }), '405'],
  ['a stream without a session', bare('GET /mcp', { Accept: 'text/event-stream' }), '405'],
  ['the end of no session', bare('DELETE /mcp'), '405'],
  ['a way out of the folder', bare('GET /mcp/../../etc/passwd'), '404'],
  ['a path of slashes', bare('GET //mcp'), '404'],
  ['a path with a zero byte', bare('GET /mcp\u0000'), '400'],
  ['a path without an end', bare(`GET /${'a'.repeat(100_000)}`), '431'],
  ['a header without an end', post(PING, { 'X-Long': 'x'.repeat(100_000) }), '431'],
  ['a header with a line break', post(PING, { 'X-Split': 'a\nX-Evil: b' }), '400'],
  ['a session with a control character', post(PING, { 'Mcp-Session-Id': 'a\u0001' }), '400'],
  ['a session that is unknown', post(PING, { 'Mcp-Session-Id': 'nothing' }), '404'],
  ['a session of the language', post(PING, { 'Mcp-Session-Id': '__proto__' }), '404'],
  ['a session without an end', post(PING, { 'Mcp-Session-Id': 'x'.repeat(8_000) }), '404'],
  ['two sessions', post(PING, { 'Mcp-Session-Id': 'a\r\nMcp-Session-Id: b' }), '404'],
  ['a stream of an unknown session', bare('GET /mcp', { 'Mcp-Session-Id': 'nothing' }), '404'],
  ['the end of an unknown session', bare('DELETE /mcp', { 'Mcp-Session-Id': 'nothing' }), '404'],
  ['a version that is none', post(PING, { 'MCP-Protocol-Version': '1999-01-01' }), '400'],
  ['a body of plain text', post(PING, { 'Content-Type': 'text/plain' }), '415'],
  ['a body of a form', post(PING, { 'Content-Type': 'application/x-www-form-urlencoded' }), '415'],
  ['a body of no type', post(PING, { 'Content-Type': '' }), '415'],
  ['no wish for JSON', post(PING, { Accept: 'text/html' }), '200'],
  ['no body', post(''), '400'],
  ['half a body', post('{"jsonrpc":'), '400'],
  [
    'a body of bytes that are no text',
    Buffer.from(post('\u00FF\u00FE', { 'Content-Length': '2' }), 'latin1'),
    '400',
  ],
  ['a body that is null', post('null'), '400'],
  ['a body that is a number', post('7'), '400'],
  ['a body that is an empty list', post('[]'), '400'],
  ['a body that is an empty object', post('{}'), '400'],
  ['more messages than one can answer', post(`[${Array(20_000).fill(PING).join()}]`), '400'],
  ['arguments as deep as a well', post(tool(`{"query":${DEEP}}`)), '400'],
  ['a body as deep as a well', post(DEEP), '400'],
  ['a body longer than it says', `${post('{}', { 'Content-Length': '1' })}garbage`, '400'],
  ['a length that is negative', post(PING, { 'Content-Length': '-5' }), '400'],
  ['a length beyond all limits', post('{}', { 'Content-Length': '99999999999' }), '413'],
  ['a body beyond all limits', post(tool(`{"query":"${'x'.repeat(5_000_000)}"}`)), '413'],
  ['two lengths', post(PING, { 'Transfer-Encoding': 'chunked' }), '400'],
  [
    'chunks that are none',
    `${head('POST /mcp', { ...TYPES, 'Transfer-Encoding': 'chunked' })}ZZ\r\ngarbage\r\n`,
    '400',
  ],
  ['an expectation', post(PING, { Expect: 'everything' }), '417'],
  [
    'no HTTP',
    Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x0d, 0x0a, 0x0d, 0x0a]),
    '400',
  ],
]
