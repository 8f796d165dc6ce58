import type { ClientRegistration } from '../directory/clients.ts'
import { graphIdentifiersOf } from '../directory/clouds.ts'
import { graphScopes } from './permissions.ts'
import type { EntraState } from '../state.ts'

/** The API that an access token is for: Graph, or the API of a registered app. */
export type Resource = { kind: 'graph' } | { kind: 'api'; clientId: string }

/** A resource, and the scopes that a client can request. */
export interface KnownResource {
  resource: Resource
  appId: string
  scopes: readonly string[]
  /** The scopes that `.default` stands for: the permissions in the app's registration. */
  defaultScopes: readonly string[]
}

const graphAppId = '00000003-0000-0000-c000-000000000000'

/** Graph. Its `.default` is `User.Read`, which the admin center gives each new registration. */
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

/** The resource of an identifier: an origin of Graph, `api://<client id>`, or an app's id. */
export function findResource(state: EntraState, identifier: string): KnownResource | undefined {
  const wanted = identifier.toLowerCase()
  if (wanted === graphAppId || graphIdentifiersOf(state).includes(wanted)) return graph
  const appId = wanted.replace(/^api:\/\//, '')
  const client = state.clients.all().find(({ clientId }) => clientId.toLowerCase() === appId)
  return client && apiOf(client)
}
