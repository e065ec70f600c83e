import { type Command, Option } from 'commander'
import { ConfigError } from '../../core/config-error.ts'
import { createCommand } from './command.ts'
import { configOf, DATA, SERVER, serverConfigOf } from './flags.ts'

export function stdio(): Command {
  return createCommand({
    name: 'stdio',
    summary: 'MCP over stdin and stdout, for clients that start it',
    about:
      'Speaks MCP (JSON-RPC, one message a line) on stdin and stdout until stdin ends. Clients start it; there is ' +
      'nothing to type. It is also what recollect does without a command. Messages for people are JSON lines on stderr.',
    settings: SERVER,
  }).action(async (given) => {
    const config = serverConfigOf(given)
    const { stdio } = await import('../commands/stdio.ts')
    await stdio(config)
  })
}

export function serve(): Command {
  return createCommand({
    name: 'serve',
    summary: 'MCP over HTTP, for clients that connect by URL',
    about:
      'Serves MCP over Streamable HTTP at /mcp, and GET /health. Any host but loopback needs a token (recollect token ' +
      'create, or RECOLLECT_TOKEN), which clients then send as "Authorization: Bearer <token>", or ' +
      'RECOLLECT_OAUTH_ISSUER, whose tokens they send. docs/http.md says how to serve a team.\n\n' +
      '/mcp?toolsets=core,admin serves these toolsets, /mcp/agents/<id or name> one agent only, whatever --toolsets ' +
      'says; no address goes beyond --read-only and --agent.',
    settings: SERVER,
  })
    .usage('[--host 127.0.0.1] [--port 8283] [flags]')
    .addOption(new Option('--host <host>', 'where to listen').default('127.0.0.1'))
    .addOption(
      new Option('--port <number>', 'where to listen; 0 takes any free port and prints it')
        .default(8283)
        .argParser(readPort),
    )
    .action(async (given) => {
      const config = serverConfigOf(given)
      const { serve } = await import('../commands/serve.ts')
      await serve(config, { host: given.host, port: given.port })
    })
}

export function open(): Command {
  return createCommand({
    name: 'open',
    summary: 'opens the page of a running server in the browser',
    about:
      'Opens the page that serve answers at /, signed in: the server gives a code that works once and for a minute, ' +
      'and the page trades it for the token, which stands in no address. Without RECOLLECT_TOKEN, where the server wants a ' +
      'token, one is made for the page that is valid for 12 hours. docs/page.md tells more.',
    settings: DATA,
  })
    .addOption(new Option('--host <host>', 'where the server listens').default('127.0.0.1'))
    .addOption(
      new Option('--port <number>', 'where the server listens').default(8283).argParser(readPort),
    )
    .option('--print', 'print the address instead of opening a browser')
    .action(async (given) => {
      const config = configOf(given)
      const { open } = await import('../commands/open.ts')
      await open(config, { host: given.host, port: given.port, print: given.print })
    })
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new ConfigError(
    `--port: found "${text}", allowed is a number from 0 (any free one) to 65535.`,
  )
}
