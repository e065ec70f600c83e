import type { Client } from '@modelcontextprotocol/client'
import type { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'

/** The notices a client has received since it subscribed. */
export interface Listening {
  /** URIs, one for each notice. */
  readonly updated: readonly string[]
  listChanges(): number
  /** Forgets what it was told. */
  clear(): void
  stop(): Promise<void>
}

interface Told {
  updated(uri: string): void
  listChanged(): void
}

export async function listenOld(client: OldClient, uris: readonly string[]): Promise<Listening> {
  const { told, ...listening } = createListening()
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) =>
    told.updated(params.uri),
  )
  client.setNotificationHandler(ResourceListChangedNotificationSchema, told.listChanged)
  for (const uri of uris) await client.subscribeResource({ uri })
  return {
    ...listening,
    async stop() {
      for (const uri of uris) await client.unsubscribeResource({ uri })
    },
  }
}

export async function listenNew(
  client: Client,
  uris: readonly string[],
  isModern: boolean,
): Promise<Listening> {
  const { told, ...listening } = createListening()
  client.setNotificationHandler('notifications/resources/updated', ({ params }) =>
    told.updated(params.uri),
  )
  client.setNotificationHandler('notifications/resources/list_changed', told.listChanged)
  if (isModern) {
    const { close } = await client.listen({
      resourcesListChanged: true,
      resourceSubscriptions: [...uris],
    })
    return { ...listening, stop: close }
  }
  for (const uri of uris) await client.subscribeResource({ uri })
  return {
    ...listening,
    async stop() {
      for (const uri of uris) await client.unsubscribeResource({ uri })
    },
  }
}

function createListening(): Omit<Listening, 'stop'> & { readonly told: Told } {
  const updated: string[] = []
  let listChanges = 0
  return {
    updated,
    listChanges: () => listChanges,
    clear() {
      updated.length = 0
      listChanges = 0
    },
    told: {
      updated: (uri) => void updated.push(uri),
      listChanged() {
        listChanges += 1
      },
    },
  }
}
