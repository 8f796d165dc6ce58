import { isGraph, publicGraph } from './clouds.ts'
import { isGuid } from './guid.ts'

/** The application id of Microsoft Graph, the same in every tenant and cloud. */
export const graphAppId = '00000003-0000-0000-c000-000000000000'
/** Scopes of OpenID Connect, which belong to no API. */
const openIdScopes = ['openid', 'profile', 'email', 'offline_access']

/**
 * The API of a scope: the text before the last slash. Undefined for a short name such as
 * `User.Read`, which Entra takes for a scope of Microsoft Graph. An API that is named by its client id
 * has the same name with and without `api://`.
 */
export function resourceOf(scope: string): string | undefined {
  const end = scope.lastIndexOf('/')
  if (end === -1) return undefined
  const resource = scope.slice(0, end).toLowerCase().replace(/\/$/, '')
  if (resource === graphAppId) return publicGraph
  if (isGraph(resource)) return resource
  const id = resource.replace(/^api:\/\//, '')
  return isGuid(id) ? id : resource
}

/** The scopes without those of OpenID Connect. */
export function apiScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !openIdScopes.includes(scope))
}

/** The APIs that scopes are of. Undefined stands for Microsoft Graph. */
export function resourcesOf(scopes: readonly string[]): (string | undefined)[] {
  const resources = apiScopes(scopes).map(resourceOf)
  return [...new Set(resources.map((name) => (name && isGraph(name) ? undefined : name)))]
}

/**
 * The full name of a scope, in lower case. Two scopes are the same permission when their full names
 * are equal.
 * @param others the scopes of the same request: Entra leaves their resource out of its answer
 */
export function fullScopeName(scope: string, others: readonly string[] = []): string {
  const resource = resourceOf(scope) ?? resourcesOf(others).find((name) => name !== undefined)
  const name = scope.slice(scope.lastIndexOf('/') + 1)
  return `${resource && !isGraph(resource) ? resource : publicGraph}/${name}`.toLowerCase()
}
