import { graphsOf, isGraph, publicGraph } from './clouds.ts'
import { isLoopback, isPrivateTransport } from './loopback.ts'
import type { SettingsReader } from './reader.ts'
import { resourceOf, resourcesOf } from './scopes.ts'

/** The downstream APIs and their permissions. */
export interface DownstreamSettings {
  /** The downstream API of `GET /api/me`; undefined when `ENDPOINT` is empty. */
  endpoint: string | undefined
  scopes: string[]
  /** Origin of Microsoft Graph, for all calls but `GET /api/me`. */
  graph: string
}

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
  if (resourcesOf(scopes).length > 1) {
    reader.problem('SCOPE', 'must name permissions of one API: Entra takes no others (AADSTS28000)')
  }
  return scopes
}

/** True for Microsoft Graph, and for an emulator of Graph on this machine. */
function isGraphOrEmulator({ origin, hostname, pathname }: URL): boolean {
  return isGraph(origin) || (isLoopback(hostname) && pathname === '/v1.0/me')
}

/** Reports settings that would send an access token to an API that the token is not for. */
function checkTokenReceiver(
  reader: SettingsReader,
  { origin, hostname }: URL,
  scopes: readonly string[],
  graphs: readonly [string, ...string[]],
): void {
  if (isLoopback(hostname)) return
  if (!isGraph(origin)) {
    // Without a scope of an API, Entra issues a token for Graph.
    const resources = resourcesOf(scopes)
    if (resources.length === 1 && resources[0] !== undefined) return
    reader.problem(
      'SCOPE',
      `must name the API at ENDPOINT in each permission, such as ${apiScopeForm}`,
    )
  } else if (!graphs.includes(origin)) {
    reader.problem('ENDPOINT', `must be on ${graphs.join(' or ')}: AUTHORITY is of that cloud`)
  } else if (
    scopes.map(resourceOf).some((resource) => resource !== undefined && resource !== origin)
  ) {
    reader.problem('SCOPE', `must be short names such as User.Read, or begin with ${origin}/`)
  }
}

const apiScopeForm =
  'api://<its client id>/<scope>; a short name such as User.Read is a permission of Microsoft Graph'
