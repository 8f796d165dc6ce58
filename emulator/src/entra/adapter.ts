import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { ClientRegistry } from '../directory/clients.ts'
import { ExpiringMap } from '../grants/expiring-map.ts'
import { epochSeconds } from '../lifetimes.ts'

/** Memory of one oidc-provider instance. The one it ships is shared by all of a process. */
function memoryAdapter(): Adapter {
  const records = new ExpiringMap<{ payload: AdapterPayload; expiresAt: number }>()
  const find = (id: string) => Promise.resolve(records.get(id)?.payload)
  return {
    upsert: (id, payload, expiresIn = Infinity) => {
      records.set(id, { payload, expiresAt: Date.now() + expiresIn * 1000 })
      return Promise.resolve()
    },
    find,
    findByUserCode: () => Promise.resolve(undefined),
    findByUid: (uid) =>
      Promise.resolve(records.values().find(({ payload }) => payload.uid === uid)?.payload),
    consume: async (id) => {
      const record = await find(id)
      if (record) record.consumed = epochSeconds()
    },
    destroy: (id) => Promise.resolve(void records.delete(id)),
    // Entra does not withdraw what was issued when a code comes a second time.
    revokeByGrantId: () => Promise.resolve(),
  }
}

/** Clients are read from the registry each time, so that they may be registered late. */
function clientAdapter(clients: ClientRegistry): Adapter {
  const find = (id: string): Promise<AdapterPayload | undefined> => {
    const client = clients.find(id)
    return Promise.resolve(
      client && {
        client_id: client.clientId,
        redirect_uris: client.redirectUris,
        grant_types: ['authorization_code'],
        response_types: ['code'],
        // Secrets are checked before oidc-provider is asked: see client-authentication.ts.
        token_endpoint_auth_method: 'none',
      },
    )
  }
  return { ...memoryAdapter(), find }
}

export function adapterFactory(clients: ClientRegistry): (name: string) => Adapter {
  return (name) => (name === 'Client' ? clientAdapter(clients) : memoryAdapter())
}
