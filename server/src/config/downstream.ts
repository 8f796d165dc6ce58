import { graphsOf, isGraph, publicGraph } from './clouds.ts'
import { isLoopback, isPrivateTransport } from './loopback.ts'
import type { SettingsReader } from './reader.ts'

/** The downstream APIs and their permissions. */
export interface DownstreamSettings {
  /** The downstream API of `GET /api/me`; undefined when `ENDPOINT` is empty. */
  endpoint: string | undefined
  scopes: string[]
  /** Origin of the Microsoft Graph that the other calls go to. */
  graph: string
}

/** Scopes of OpenID Connect, which belong to no API. */
const openIdScopes = ['openid', 'profile', 'email', 'offline_access']
/** The application id of Microsoft Graph, the same in every tenant and cloud. */
const graphAppId = '00000003-0000-0000-c000-000000000000'

/** @param authority undefined while values from the app registration are missing: no token is sent */
export function readDownstreamSettings(
  reader: SettingsReader,
  authority: string | undefined,
): DownstreamSettings {
  const graph = authority === undefined ? publicGraph : graphsOf(authority)[0]
  const scopes = readScopes(reader)
  if (reader.isEmpty('ENDPOINT')) return { endpoint: undefined, scopes, graph }
  const url = reader.url('ENDPOINT') ?? new URL(`${graph}/v1.0/me`)
  if (!isPrivateTransport(url)) {
    reader.problem('ENDPOINT', 'must begin with https://, for it is sent an access token')
  }
  if (authority !== undefined) checkTokenReceiver(reader, url, scopes, graphsOf(authority))
  return { endpoint: url.href, scopes, graph: isGraphOrEmulator(url) ? url.origin : graph }
}

function readScopes(reader: SettingsReader): string[] {
  const scopes = reader.list('SCOPE') ?? ['User.Read']
  if (scopes.length === 0) reader.problem('SCOPE', 'must name a permission such as User.Read')
  return scopes
}

/** True for Microsoft Graph, and for an emulator of Graph on this machine. */
function isGraphOrEmulator({ origin, hostname, pathname }: URL): boolean {
  return isGraph(origin) || (isLoopback(hostname) && pathname === '/v1.0/me')
}

/** Allows an access token to be sent only to the API that the token is for. */
function checkTokenReceiver(
  reader: SettingsReader,
  { origin, hostname }: URL,
  scopes: readonly string[],
  graphs: readonly [string, ...string[]],
): void {
  if (isLoopback(hostname)) return
  const resources = scopes.filter((scope) => !openIdScopes.includes(scope)).map(resourceOf)
  if (!isGraph(origin)) {
    // Without a scope of an API, Entra issues a token for Graph.
    const isNamed = (resource?: string) => resource !== undefined && !isGraph(resource)
    if (resources.length > 0 && resources.every(isNamed)) return
    reader.problem(
      'SCOPE',
      `must name the API at ENDPOINT in each permission, such as ${apiScopeForm}`,
    )
  } else if (!graphs.includes(origin)) {
    reader.problem('ENDPOINT', `must be on ${graphs.join(' or ')}: AUTHORITY is of that cloud`)
  } else if (resources.some((resource) => resource !== undefined && resource !== origin)) {
    reader.problem('SCOPE', `must be short names such as User.Read, or begin with ${origin}/`)
  }
}

const apiScopeForm =
  'api://<its client id>/<scope>; a short name such as User.Read is a permission of Microsoft Graph'

/** The API of a scope: the part before the last slash. Undefined for a name such as User.Read. */
function resourceOf(scope: string): string | undefined {
  const end = scope.lastIndexOf('/')
  if (end === -1) return undefined
  const resource = scope.slice(0, end).toLowerCase()
  if (resource === graphAppId) return publicGraph
  return URL.canParse(resource) && resource.startsWith('https:')
    ? new URL(resource).origin
    : resource
}
