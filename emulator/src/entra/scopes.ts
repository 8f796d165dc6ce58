import { EntraError } from './errors.ts'

const openidScopes = ['openid', 'profile', 'email', 'offline_access']
const graphOrigin = 'https://graph.microsoft.com/'

/** What a permission is called on the consent page. */
const permissions = new Map([
  ['openid', 'Sign you in'],
  ['profile', 'View your basic profile'],
  ['email', 'View your email address'],
  ['offline_access', 'Maintain access to data you have given it access to'],
  ['User.Read', 'Sign you in and read your profile'],
  ['User.ReadBasic.All', 'Read all users’ basic profiles'],
  ['User.ReadWrite', 'Read and update your profile'],
  ['Calendars.Read', 'Read your calendars'],
  ['Calendars.ReadWrite', 'Have full access to your calendars'],
  ['Contacts.Read', 'Read your contacts'],
  ['Files.Read', 'Read your files'],
  ['Mail.Read', 'Read your mail'],
  ['Mail.Send', 'Send mail as you'],
  ['People.Read', 'Read your relevant people list'],
  ['Presence.Read', 'Read your presence information'],
  ['Tasks.Read', 'Read your tasks'],
  ['GroupMember.Read.All', 'Read group memberships'],
  ['Directory.Read.All', 'Read directory data'],
])

const administratorsOnly = new Set(['GroupMember.Read.All', 'Directory.Read.All'])

export const needsAdministrator = (scope: string): boolean => administratorsOnly.has(scope)

export function wordsFor(scope: string): string {
  return permissions.get(scope) ?? 'Access this application as you'
}

/** Whose tokens a request is for: Graph, or the application's own API. */
export type Resource = { kind: 'graph' } | { kind: 'api'; clientId: string }

export interface RequestedScopes {
  /** `openid`, `profile`, `email`, `offline_access`, as far as they were asked for. */
  openid: string[]
  resource: Resource
  /** Scopes of the resource by their short names. `.default` is gone: it adds none of its own. */
  scopes: string[]
}

const apiScope = /^api:\/\/(?<clientId>[^/]+)\/(?<name>.+)$/

function shortName(scope: string): { resource: Resource; name: string } {
  const { clientId, name } = apiScope.exec(scope)?.groups ?? {}
  if (clientId !== undefined && name !== undefined) {
    return { resource: { kind: 'api', clientId }, name }
  }
  const graph = scope.startsWith(graphOrigin) ? scope.slice(graphOrigin.length) : scope
  if (graph !== '.default' && !permissions.has(graph)) {
    throw new EntraError(
      'invalid_scope',
      650053,
      `The application asked for scope '${graph}' that doesn't exist on the resource '00000003-0000-0000-c000-000000000000'.`,
    )
  }
  return { resource: { kind: 'graph' }, name: graph }
}

const sameResource = (a: Resource, b: Resource) => JSON.stringify(a) === JSON.stringify(b)

/** @throws EntraError for a scope Graph does not have, or scopes of two resources at once. */
export function parseScopes(text: string): RequestedScopes {
  const all = [...new Set(text.split(/\s+/).filter(Boolean))]
  const openid = all.filter((scope) => openidScopes.includes(scope))
  const named = all.filter((scope) => !openidScopes.includes(scope)).map(shortName)
  const resource = named[0]?.resource ?? { kind: 'graph' }
  if (named.some((other) => !sameResource(other.resource, resource))) {
    throw new EntraError(
      'invalid_request',
      28000,
      'Provided value for the input parameter scope is not valid because it contains more than one resource.',
    )
  }
  const scopes = named.map(({ name }) => name).filter((name) => name !== '.default')
  return { openid, resource, scopes }
}

/** The name under which consent to a scope is remembered: an API's scopes by their full name. */
export function consentName(resource: Resource, scope: string): string {
  return resource.kind === 'graph' ? scope : `api://${resource.clientId}/${scope}`
}
