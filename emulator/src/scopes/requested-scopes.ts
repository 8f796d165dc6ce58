import { nameOf, type ClientRegistration } from '../directory/clients.ts'
import { EntraError } from '../errors/entra-error.ts'
import { openidScopes } from './permissions.ts'
import { findResource, graph, type KnownResource, type Resource } from './resources.ts'
import type { EntraState } from '../state.ts'

export interface RequestedScopes {
  /** The requested scopes among `openid`, `profile`, `email` and `offline_access`. */
  openid: string[]
  resource: Resource
  /** Scopes of the resource, by their short names. `.default` is resolved. */
  scopes: string[]
}

interface ResourceScope {
  resource: KnownResource
  name: string
}

const isDefault = ({ name }: ResourceScope) => name.toLowerCase() === '.default'

/** @throws EntraError for a resource that is not registered. */
export function parseScope(state: EntraState, scope: string): ResourceScope {
  const slash = scope.lastIndexOf('/')
  if (slash < 0) return { resource: graph, name: scope }
  const identifier = scope.slice(0, slash)
  const resource = findResource(state, identifier)
  if (resource) return { resource, name: scope.slice(slash + 1) }
  throw new EntraError(
    'invalid_resource',
    500011,
    `The resource principal named ${identifier} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  )
}

function checkCombination(all: readonly ResourceScope[], text: string): void {
  if (new Set(all.map(({ resource }) => resource.appId)).size > 1) {
    throw new EntraError(
      'invalid_request',
      28000,
      `Provided value for the input parameter scope is not valid because it contains more than one resource. Scope ${text} is not valid.`,
    )
  }
  if (all.some(isDefault) && !all.every(isDefault)) {
    throw new EntraError(
      'invalid_scope',
      70011,
      `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${text} is not valid. .default scope can't be combined with resource-specific scopes.`,
    )
  }
}

/**
 * The scope as the resource spells it. Entra's error for an unknown scope is `invalid_client`
 * (github.com/MicrosoftDocs/azure-docs/issues/67211, #37280).
 */
function knownScope(client: ClientRegistration, { resource, name }: ResourceScope): string {
  const found = resource.scopes.find((scope) => scope.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found
  throw new EntraError(
    'invalid_client',
    650053,
    `The application '${nameOf(client)}' asked for scope '${name}' that doesn't exist on the resource '${resource.appId}'. Contact the app vendor.`,
  )
}

function defaultsOf(client: ClientRegistration, resource: KnownResource): readonly string[] {
  if (resource.defaultScopes.length > 0) return resource.defaultScopes
  throw new EntraError(
    'invalid_resource',
    650057,
    `Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: ${client.clientId}. Resource app ID: ${resource.appId}.`,
  )
}

/**
 * Reads a `scope` parameter. Scopes are compared without regard to case.
 *
 * @throws EntraError for a resource or a scope that does not exist, scopes of two resources at once,
 *   or `.default` beside other scopes.
 */
export function parseScopes(
  state: EntraState,
  client: ClientRegistration,
  text: string,
): RequestedScopes {
  const all = text.split(/\s+/).filter(Boolean)
  const isOpenid = (scope: string) => openidScopes.includes(scope.toLowerCase())
  const asked = all.filter((scope) => !isOpenid(scope)).map((scope) => parseScope(state, scope))
  checkCombination(asked, text)
  const scopes = asked.flatMap((scope) =>
    isDefault(scope) ? defaultsOf(client, scope.resource) : [knownScope(client, scope)],
  )
  return {
    openid: [...new Set(all.filter(isOpenid).map((scope) => scope.toLowerCase()))],
    resource: asked[0]?.resource.resource ?? { kind: 'graph' },
    scopes: [...new Set(scopes)],
  }
}

/** The name of a scope in the list of consents: for a scope of an API, the full name. */
export function consentName(resource: Resource, scope: string): string {
  return resource.kind === 'graph' ? scope : `api://${resource.clientId}/${scope}`
}
