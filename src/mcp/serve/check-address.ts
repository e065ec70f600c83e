import type { Access } from '../../core/access.ts'
import { UserError } from '../../core/errors.ts'
import type { McpContext } from '../../service/context.ts'
import { readAddress } from './offer-at.ts'

/** Why an address serves nothing. */
export interface AddressRefusal {
  readonly status: 400 | 404
  readonly message: string
}

/**
 * Checks that the address of a request exists. Returns undefined if it does. `pinned` is the only agent of the server.
 */
export function createAddressCheck(
  context: (namespace?: string) => Promise<McpContext>,
  pinned?: string,
) {
  return async (url: string, { namespace }: Access): Promise<AddressRefusal | undefined> => {
    try {
      const { agent } = readAddress(url)
      if (pinned !== undefined && (await context()).namespace !== namespace) {
        return {
          status: 404,
          message: 'This server serves one agent only, which is not for this token.',
        }
      }
      if (agent === undefined) return undefined
      const { agents } = await context(namespace)
      if (pinned === undefined) {
        await agents.find(agent)
        return undefined
      }
      const [only, asked] = [await agents.find(pinned), await agents.find(agent).catch(() => null)]
      if (asked?.id === only.id) return undefined
      return {
        status: 404,
        message: 'This server serves one agent only, and not that one. It is at /mcp.',
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return { status: error.code === 'not_found' ? 404 : 400, message: error.message }
    }
  }
}
