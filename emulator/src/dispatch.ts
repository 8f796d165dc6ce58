import { findAuthority, type Authority } from './directory/users.ts'
import { devicePath } from './device/endpoint.ts'
import { deviceSignInPage } from './device/page.ts'
import { EntraError, errorReply } from './errors/entra-error.ts'
import { errorPage, messagePage } from './pages/pages.ts'
import { answerGraph, graphEndpoint } from './graph/routes.ts'
import { userinfo, userinfoPath } from './graph/userinfo.ts'
import type { Exchange } from './http/exchange.ts'
import { html, json, send, type Reply } from './http/reply.ts'
import type { EndpointName } from './control/request-log.ts'
import { tenantRoutes, type Endpoints } from './routes.ts'

function split(path: string): [segment: string, rest: string] {
  const [, segment = '', ...rest] = path.split('/')
  return [segment, rest.join('/')]
}

/** The endpoint a request is for, as faults and recorded requests name it. */
export function endpointOf({ path }: Exchange): EndpointName | undefined {
  if (path.startsWith('/v1.0/')) return graphEndpoint(path)
  if (path === userinfoPath) return 'userinfo'
  const [, rest] = split(path)
  return tenantRoutes.find((route) => route.path === rest)?.endpoint
}

export async function dispatch(exchange: Exchange, endpoints: Endpoints): Promise<void> {
  const { state } = endpoints
  const { path, res } = exchange
  if (path.startsWith('/v1.0/')) send(res, await answerGraph(state, exchange))
  else if (path === devicePath) deviceSignInPage(state, exchange)
  else if (path === userinfoPath) send(res, await userinfo(state, exchange))
  else await dispatchToTenant(exchange, endpoints)
}

async function dispatchToTenant(exchange: Exchange, endpoints: Endpoints): Promise<void> {
  const [segment, rest] = split(exchange.path)
  const route = tenantRoutes.find(
    ({ path, methods }) => path === rest && methods.includes(exchange.method),
  )
  if (!route) {
    send(exchange.res, notFound(exchange))
    return
  }
  try {
    await route.handle({ exchange, segment, authority: authorityOf(segment) }, endpoints)
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    const { res, correlationId } = exchange
    const page = () => html(error.status, errorPage(error, correlationId))
    send(res, route.page ? page() : errorReply(error, correlationId))
  }
}

/** Only a browser gets a page: other clients read JSON more easily than HTML. */
function notFound({ req, method, path }: Exchange): Reply {
  const text = `The emulator has nothing at ${method} ${path}.`
  const isBrowser = req.headers.accept?.includes('text/html') === true
  return isBrowser
    ? html(404, messagePage('Not found', text))
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
