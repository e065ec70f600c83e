import type { Command } from './args.ts'

const SETTINGS = `Flags that stand for settings (each also a variable):
  --home <dir>        where the data lives             RECOLLECT_HOME
  --database <url>    file:<path> or postgres://…      RECOLLECT_DATABASE_URL
  --model <handle>    provider/model for agents that   RECOLLECT_MODEL
                      name none
  --embedding <handle> provider/model that embeds what RECOLLECT_EMBEDDING
                      agents remember; none if unset
  --log <level>       error, warn, info or debug       RECOLLECT_LOG
  --toolsets <list>   groups of tools, or all          RECOLLECT_TOOLSETS
  --agent <agent>     serve one agent only: id or name RECOLLECT_AGENT
  --namespace <name>  whose agents these are           RECOLLECT_NAMESPACE
  --read-only         only look, change nothing        RECOLLECT_READ_ONLY`

const GENERAL = `Recollect: an MCP server whose agents remember.

  recollect [stdio]                MCP over stdin and stdout, for clients that start it
  recollect serve                  MCP over HTTP, for everything else
  recollect doctor                 what works, what does not, and how to mend it
  recollect stats                  how much there is of everything
  recollect backup <file>          a consistent copy of the data, also while it is in use
  recollect export <agent> [file]  an agent with all that it remembers, as JSON
  recollect import <file>          a new agent out of such a file
  recollect migrate                all data from one database to another
  recollect token <what>           create, list or revoke tokens for clients over HTTP
  recollect --version | --help     also: recollect <command> --help

${SETTINGS}

In a terminal you want "recollect serve" or "recollect doctor". All settings: README.md.
`

const COMMANDS: Readonly<Record<Command, string>> = {
  stdio: `recollect stdio

Speaks MCP (JSON-RPC, one message a line) on stdin and stdout until stdin ends. Clients start it; there is nothing to
type. Messages for people are JSON lines on stderr.

${SETTINGS}
`,
  serve: `recollect serve [--host 127.0.0.1] [--port 8283]

Serves MCP over Streamable HTTP at /mcp, and GET /health. --port 0 takes any free port and prints it. Any host but
loopback needs a token (recollect token create, or RECOLLECT_TOKEN), which clients then send as
"Authorization: Bearer <token>", or RECOLLECT_OAUTH_ISSUER, whose tokens they send. docs/http.md says how to serve a team.

/mcp?toolsets=core,admin serves these toolsets, /mcp/agents/<id or name> one agent only, whatever --toolsets says; no
address goes beyond --read-only and --agent.

${SETTINGS}
`,
  doctor: `recollect doctor

Opens the data and makes one tiny call to the model that agents would use. Exit 1 when agents can't work.

${SETTINGS}
`,
  stats: `recollect stats

Counts agents, blocks, messages, passages and runs, and tells how large the data is. It only reads, also beside servers
at work.

${SETTINGS}
`,
  backup: `recollect backup <file>

Writes a consistent copy of the SQLite database to <file>, which must not exist yet. Servers may go on meanwhile. To
restore, stop all servers and put the copy where the data was.

${SETTINGS}
`,
  export: `recollect export <agent> [file]

Writes an agent, by id or exact name, with its memory, its history and its archives as JSON to <file>, which must not
exist yet, or to stdout. Servers may go on meanwhile. What it remembers is in the file for whoever can read it.

${SETTINGS}
`,
  import: `recollect import <file>

Makes a new agent out of a file that export wrote. Nothing that exists is changed. Servers may go on meanwhile; while a
large file is written into the data, their own writes wait.

${SETTINGS}
`,
  migrate: `recollect migrate --from <url> --to <url>

Copies everything from one database into another, compares the two, and leaves the first as it is. An address is
file:<path> or postgres://<user>@<host>/<database>, whose password is better set as PGPASSWORD. The target must hold nothing yet; a server opens it when the copy is finished and not before.

Stop the servers of the source first: what they write after this has begun is not in the copy. Stopped half-way, the
same command goes on where it was. Exit 1 when there is no complete copy.

  --from <url>        what is copied; it is only read
  --to <url>          where to
`,
  token: `recollect token create --name <name> [--scopes read,chat,write] [--namespace <name>] [--expires 30d]
recollect token list
recollect token revoke <id|name>

Tokens for clients over HTTP. create prints one on stdout, once; only a hash of it is kept. --scopes is a comma list out
of read, chat, write and admin (all that is not given is refused; without it read,chat,write). --namespace gives it
agents of its own. --expires is a number with m, h, d or w, or a date; without it the token is good until it is revoked,
which counts at once, also for servers at work. docs/access.md tells more.

${SETTINGS}
`,
}

export function helpText(command: Command | undefined): string {
  return command ? COMMANDS[command] : GENERAL
}
