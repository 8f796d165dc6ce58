import { paths } from '@entra-bff/shared'
import { mistakesIn } from '../caller/requirement.ts'
import { isGraph } from '../config/clouds.ts'
import { isLoopback, isPrivateTransport } from '../config/loopback.ts'
import { ConfigError } from '../config/reader.ts'
import { resourceOf, resourcesOf } from '../config/scopes.ts'
import { type Call, mediaTypesOf } from './calls.ts'

/**
 * Checks the whole table, so that a mistake in a row stops the start.
 * @param graphs origins of Microsoft Graph in the cloud of AUTHORITY
 * @throws {ConfigError} names each row with a mistake
 */
export function checkCalls(calls: readonly Call[], graphs: readonly string[]): void {
  const problems = calls.flatMap((call, index) =>
    [
      ...aboutId(call, calls.slice(0, index)),
      ...addressMistakes(call, graphs),
      ...aboutParameters(call),
      ...aboutBodies(call),
      ...(call.requires ? mistakesIn(call.requires) : []),
    ].map((problem) => `the call ${call.method} ${call.id} ${problem}`),
  )
  if (problems.length > 0) throw new ConfigError(problems)
}

const segment = '[\\w$-][\\w.$-]*'
const idForm = new RegExp(`^${segment}(/(:\\w+|${segment}))*$`)
/** First segments below `/api` that routes of this server have. */
const ownSegments = [paths.session, paths.sessions, paths.deviceLogins, paths.errors, paths.setup]

function* aboutId({ id, method }: Call, earlier: readonly Call[]): Generator<string> {
  if (!idForm.test(id)) yield 'needs an id such as me/events/:eventId'
  const own = ownSegments.find((path) => `/api/${id}/`.startsWith(`${path}/`))
  if (own !== undefined) yield `hides ${own}, a path of this server`
  const isTaken = earlier.some((other) => other.method === method && form(other) === form({ id }))
  if (isTaken) yield 'is in the table twice'
}

/** Two ids with one form have the same path, whatever their parameters are called. */
function form({ id }: Pick<Call, 'id'>): string {
  return id.replace(/:\w+/g, ':')
}

/** @param graphs origins of Microsoft Graph in the cloud of AUTHORITY */
export function* addressMistakes(
  { resource, path, scopes }: Pick<Call, 'resource' | 'path' | 'scopes'>,
  graphs: readonly string[],
): Generator<string> {
  const url = URL.canParse(resource) ? new URL(resource) : undefined
  if (url?.origin !== resource || !isPrivateTransport(url)) {
    yield 'needs a resource such as https://api.example.com: an origin, with https:// unless it is on this machine'
  }
  if (!path.startsWith('/')) yield 'needs a path that begins with a slash'
  if (segmentsOf(path).some((part) => /[{}]/.test(part) && !parameter.test(part))) {
    yield 'needs each parameter as a whole segment of its path'
  }
  yield* aboutScopes(resource, scopes, graphs)
}

const parameter = /^\{(\w+)\}$/

function segmentsOf(path: string): string[] {
  const [pathname = ''] = path.split('?', 1)
  return pathname.split('/')
}

function* aboutParameters({ id, path, params = {} }: Call): Generator<string> {
  const inId = [...id.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const inPath = segmentsOf(path).flatMap((part) => parameter.exec(part)?.[1] ?? [])
  for (const name of new Set([...inId, ...inPath, ...Object.keys(params)])) {
    if (!inId.includes(name)) yield `needs the parameter :${name} in its id`
    if (!inPath.includes(name))
      yield `needs the parameter {${name}} in its path, as a whole segment`
    if (!Object.hasOwn(params, name)) yield `needs a schema for its parameter ${name}`
  }
}

function* aboutScopes(
  resource: string,
  scopes: readonly string[],
  graphs: readonly string[],
): Generator<string> {
  if (scopes.length === 0) {
    yield 'needs a scope: no token is asked for without one'
    return
  }
  // Undefined stands for Microsoft Graph. Without a scope of an API, Entra issues a token for Graph.
  const [api, ...others] = resourcesOf(scopes)
  if (others.length > 0) yield 'needs scopes of one API: Entra takes no others (AADSTS28000)'
  if (URL.canParse(resource) && isLoopback(new URL(resource).hostname)) return
  if (!isGraph(resource)) {
    if (api === undefined) yield 'needs full names of scopes: short ones are of Microsoft Graph'
    return
  }
  if (!graphs.includes(resource))
    yield `needs the Graph of AUTHORITY's cloud: ${graphs.join(' or ')}`
  const named = scopes.map(resourceOf).filter((name) => name !== undefined)
  if (named.some((name) => name !== resource)) yield `needs scopes of ${resource}`
}

function* aboutBodies({ method, params, body, answer, paged, listed }: Call): Generator<string> {
  const hasNoBody = method === 'GET' || method === 'DELETE'
  if (hasNoBody && body) yield `has a body, which ${method} cannot have`
  if (listed && (method !== 'GET' || params || answer !== 'json')) {
    yield 'cannot be listed: the page shows GET, JSON and no parameters'
  }
  if (paged && (method !== 'GET' || answer !== 'json'))
    yield 'cannot be paged: only GET with JSON can'
  if (answer === 'json') return
  const types = mediaTypesOf(answer)
  if (types.length === 0 || !types.every((type) => /^[a-z]+\/[a-z\d.+-]+$/.test(type))) {
    yield 'needs the media types of its answer, in small letters, such as image/png'
  }
}
