import type { Access } from '../../core/access.ts'
import type { Authenticate } from '../../core/authenticate.ts'
import type { Log } from '../../core/log.ts'
import type { Caps } from '../../http/caps.ts'
import type { Door } from '../../http/door.ts'
import type { OpenDoor } from '../../http/open-door.ts'
import type { AddressRefusal } from '../serve/check-address.ts'
import type { ProtectedResource } from './protected-resource.ts'

export interface HttpOptions {
  readonly host: string
  /** 0 picks any free port. */
  readonly port: number
  /** Called for every request to /mcp. */
  readonly authenticate: Authenticate
  /** OAuth metadata; tells clients where to get tokens. */
  readonly protectedResource?: ProtectedResource | undefined
  /** Whether a missing scope is reported as HTTP 403; otherwise in the answer to the request. */
  readonly asksForScope?: ((access: Access) => boolean) | undefined
  /** Allowed host names besides `host` and loopback. */
  readonly allowedHosts?: readonly string[]
  /** Other origins whose pages may call. */
  readonly corsOrigins?: readonly string[]
  /** Our origin behind a proxy. */
  readonly publicOrigin?: string | undefined
  /** Limits per caller. Callers are told apart by token; without tokens, all are one caller. */
  readonly caps?: Caps
  readonly maxConnections?: number
  readonly version: string
  /** Reads the schema version from the database. */
  readonly schemaVersion?: () => Promise<number>
  /** The other doors that are served on the port. */
  readonly doors?: readonly Door[]
  /** Returns the reason if an address under `/mcp` does not exist. */
  readonly check?: (url: string, access: Access) => Promise<AddressRefusal | undefined>
  /** Answers that need no token. */
  readonly openDoors?: readonly OpenDoor[]
  readonly log: Log
  /** Time for a request to arrive in full, not counting the answer. */
  readonly requestMilliseconds?: number
  /** Interval of keep-alives on a silent stream. */
  readonly keepAliveMilliseconds?: number
}
