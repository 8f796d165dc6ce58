import { deviceSignInPage } from './device/page.ts'
import { findAuthority, type Authority } from './directory/tenants.ts'
import type { EndpointName } from './endpoint-names.ts'
import { EntraError, errorReply } from './errors/entra-error.ts'
import { answerGraph, graphEndpoint } from './graph/routes.ts'
import { userinfo } from './graph/userinfo.ts'
import type { Exchange } from './http/exchange.ts'
import { json, type Reply } from './http/reply.ts'
import { errorPage, messagePage } from './pages/messages.ts'
import { devicePath, graphPrefix, userinfoPath } from './paths.ts'
import { routes } from './routes.ts'
import type { EntraState } from './state.ts'

/** Splits `/contoso/oauth2/v2.0/token` into the segment of the authority and the path below it. */
function split(path: string): [segment: string, below: string] {
  const [, segment = '', ...below] = path.split('/')
  return [segment, below.join('/')]
}

/** The name of a request's endpoint; `undefined` for an endpoint that has no name in tests. */
export function endpointOf({ path }: Exchange): EndpointName | undefined {
  if (path.startsWith(graphPrefix)) return graphEndpoint(path)
  if (path === userinfoPath) return 'userinfo'
  const [, below] = split(path)
  return routes.find((route) => route.path === below)?.name
}

export async function answer(state: EntraState, exchange: Exchange): Promise<Reply> {
  const { path } = exchange
  if (path.startsWith(graphPrefix)) return answerGraph(state, exchange)
  if (path === devicePath) return deviceSignInPage(state, exchange)
  if (path === userinfoPath) return userinfo(state, exchange)
  return answerTenant(state, exchange)
}

async function answerTenant(state: EntraState, exchange: Exchange): Promise<Reply> {
  const [segment, below] = split(exchange.path)
  const route = routes.find(
    ({ path, methods }) => path === below && methods.includes(exchange.method),
  )
  if (!route) return notFound(exchange)
  try {
    return await route.answer(state, { ...exchange, segment, authority: authorityOf(segment) })
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    return (route.page ? errorPage : errorReply)(error, exchange.correlationId)
  }
}

/** Only a browser gets a page: JSON is easier to read for other clients. */
function notFound({ req, method, path }: Exchange): Reply {
  const text = `The emulator has nothing at ${method} ${path}.`
  const isBrowser = req.headers.accept?.includes('text/html') === true
  return isBrowser
    ? messagePage(404, 'Not found', text)
    : json(404, { error: 'not_found', error_description: text })
}

function authorityOf(segment: string): Authority {
  const authority = findAuthority(segment)
  if (authority) return authority
  throw new EntraError(
    'invalid_tenant',
    90002,
    `Tenant '${segment}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  )
}
