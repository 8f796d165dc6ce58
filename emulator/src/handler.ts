import type { IncomingMessage, ServerResponse } from 'node:http'
import { submitScript } from './pages/pages.ts'
import { contentSecurityPolicy } from './pages/style.ts'
import { inject } from './control/fault-reply.ts'
import type { FaultPlan } from './control/faults.ts'
import { openExchange, RequestRefused, type Exchange } from './http/exchange.ts'
import { json, send, type Reply } from './http/reply.ts'
import type { EndpointName, RequestLog } from './control/request-log.ts'
import { dispatch, endpointOf } from './dispatch.ts'
import type { Endpoints } from './routes.ts'

interface Surroundings {
  requests: RequestLog
  faults: FaultPlan
  log: (line: string) => void
}

function setSafeHeaders(res: ServerResponse): void {
  res.setHeader('x-content-type-options', 'nosniff')
  res.setHeader('referrer-policy', 'no-referrer')
  res.setHeader('content-security-policy', contentSecurityPolicy(submitScript))
}

function record({ requests }: Surroundings, endpoint: EndpointName, exchange: Exchange): void {
  const { method, path, query, form, req } = exchange
  requests.add({
    endpoint,
    method,
    path,
    query: Object.fromEntries(query),
    form: Object.fromEntries(form),
    headers: req.headers,
  })
}

function failureReply(error: unknown, log: (line: string) => void): Reply {
  if (error instanceof RequestRefused) {
    return json(error.status, { error: 'invalid_request', error_description: error.message })
  }
  log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return json(500, { error: 'server_error', error_description: 'The emulator failed.' })
}

/** Every request goes this way: read, recorded, spoiled if so planned, answered. */
export function createHandler(endpoints: Endpoints, surroundings: Surroundings) {
  const open = new Set<ServerResponse>()

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    setSafeHeaders(res)
    const exchange = await openExchange(req, res)
    const endpoint = endpointOf(exchange)
    if (endpoint) {
      record(surroundings, endpoint, exchange)
      const fault = surroundings.faults.take(endpoint)
      if (fault && (await inject(fault, endpoint, exchange))) return
    }
    await dispatch(exchange, endpoints)
    surroundings.log(`${exchange.method} ${exchange.path} ${String(res.statusCode)}`)
  }

  function listener(req: IncomingMessage, res: ServerResponse): void {
    open.add(res)
    res.once('close', () => open.delete(res))
    answer(req, res).catch((error: unknown) => {
      send(res, failureReply(error, surroundings.log))
    })
  }

  /** Ends requests that hang on purpose, also behind somebody else's server. */
  function endAll(): void {
    for (const res of open) res.destroy()
  }

  return { listener, endAll }
}
