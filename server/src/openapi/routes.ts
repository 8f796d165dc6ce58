import type { RouteOptions } from 'fastify'
import type { TSchema } from 'typebox'
import type { RequestDoc, RouteDoc } from '../http/route-doc.ts'

/** What Fastify's hook `onRoute` tells of a route. */
export type CollectedRoute = Pick<RouteOptions, 'method' | 'url' | 'schema' | 'config'>

/** One method of one path, with all that the document says of it. */
export interface Route {
  /** In small letters. */
  method: string
  /** In OpenAPI's form: `/api/sessions/{id}`. */
  path: string
  request: RequestDoc
  /** The schemas that trim the answers, by status. */
  response: Readonly<Record<string, TSchema | undefined>>
  doc: RouteDoc
  session: NonNullable<RouteDoc['session']>
  /** Whether a browser sends X-CSRF. */
  sendsHeader: boolean
  isLimited: boolean
}

/** OpenAPI 3.1 has no QUERY. HEAD is told in words: the answer is that of GET without its body. */
const documentedMethods = new Set(['get', 'put', 'post', 'delete', 'options', 'patch', 'trace'])

/** All routes but the hidden ones. */
export function routesOf(collected: readonly CollectedRoute[]): Route[] {
  return collected.flatMap(({ method, url, schema, config = {} }) => {
    const { rateLimit } = config
    const doc: RouteDoc | 'hidden' = config.doc ?? { summary: `${[method].flat().join()} ${url}` }
    if (doc === 'hidden') return []
    // All schemas of this server are TypeBox schemas: see `http/schemas.ts`.
    const { response = {}, ...checked } = (schema ?? {}) as RequestDoc &
      Partial<Pick<Route, 'response'>>
    const route = {
      path: templateOf(url),
      request: { ...checked, ...doc.request },
      response,
      doc,
      session: doc.session ?? (url.startsWith('/api/') ? 'read' : 'ignored'),
      sendsHeader: config.sendsNoHeader !== true,
      isLimited: rateLimit !== undefined && rateLimit !== false,
    }
    const methods = [method].flat().map((name) => name.toLowerCase())
    return methods
      .filter((name) => documentedMethods.has(name))
      .map((name) => ({ ...route, method: name }))
  })
}

/** `/a/:id(\\d+)` becomes `/a/{id}`, and a wildcard at the end becomes `{anyPath}`. */
function templateOf(url: string): string {
  return url.replace(/:(\w+)(\([^)]*\))?/g, '{$1}').replace(/\*$/, '{anyPath}')
}
