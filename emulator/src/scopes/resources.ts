import type { ClientRegistration } from '../directory/clients.ts'
import { graphIdentifiersOf } from '../directory/clouds.ts'
import { graphScopes } from './permissions.ts'
import type { EntraState } from '../state.ts'

/** Whose tokens a request is for: Graph, or the API of a registered app. */
export type Resource = { kind: 'graph' } | { kind: 'api'; clientId: string }

/** A resource as a request names it, and what can be asked of it. */
export interface KnownResource {
  resource: Resource
  appId: string
  scopes: readonly string[]
  /** What `.default` stands for: the permissions that an app has from its registration. */
  defaultScopes: readonly string[]
}

const graphAppId = '00000003-0000-0000-c000-000000000000'

/** `User.Read` is what the admin center gives a new registration. */
export const graph: KnownResource = {
  resource: { kind: 'graph' },
  appId: graphAppId,
  scopes: graphScopes,
  defaultScopes: ['User.Read'],
}

function apiOf({ clientId, exposedScopes = [] }: ClientRegistration): KnownResource {
  const resource = { kind: 'api' as const, clientId }
  return { resource, appId: clientId, scopes: exposedScopes, defaultScopes: exposedScopes }
}

/** The resource with this identifier: an address of Graph, `api://<client id>`, or an app's id. */
export function findResource(state: EntraState, identifier: string): KnownResource | undefined {
  const wanted = identifier.toLowerCase()
  if (wanted === graphAppId || graphIdentifiersOf(state).includes(wanted)) return graph
  const appId = wanted.replace(/^api:\/\//, '')
  const client = state.clients.all().find(({ clientId }) => clientId.toLowerCase() === appId)
  return client && apiOf(client)
}
