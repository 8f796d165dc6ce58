import type { IncomingMessage, ServerResponse } from 'node:http'
import { faultReply } from './control/fault-reply.ts'
import type { FaultPlan } from './control/faults.ts'
import type { RequestLog } from './control/request-log.ts'
import { MalformedRequest, openExchange } from './http/exchange.ts'
import { json, send, type Reply } from './http/reply.ts'
import { submitScript } from './pages/form-post.ts'
import { contentSecurityPolicy } from './pages/style.ts'
import { answer, endpointOf } from './router.ts'
import type { EntraState } from './state.ts'

interface HandlerOptions {
  requests: RequestLog
  faults: FaultPlan
  log: (line: string) => void
}

function setSecurityHeaders(res: ServerResponse): void {
  res.setHeader('x-content-type-options', 'nosniff')
  res.setHeader('referrer-policy', 'no-referrer')
  res.setHeader('content-security-policy', contentSecurityPolicy(submitScript))
}

function failureReply(error: unknown, log: (line: string) => void): Reply {
  if (error instanceof MalformedRequest) {
    return json(error.status, { error: 'invalid_request', error_description: error.message })
  }
  log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return json(500, { error: 'server_error', error_description: 'The emulator failed.' })
}

/** Reads each request, records it, and answers it with a planned fault or by its endpoint. */
export function createHandler(state: EntraState, { requests, faults, log }: HandlerOptions) {
  const open = new Set<ServerResponse>()

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    setSecurityHeaders(res)
    const exchange = await openExchange(req)
    const endpoint = endpointOf(exchange)
    if (endpoint) requests.add(endpoint, exchange)
    const fault = endpoint && faults.take(endpoint)
    const planned = fault && (await faultReply(fault, endpoint, exchange))
    if (planned === 'none') return
    send(res, planned ?? (await answer(state, exchange)), exchange.setCookies)
    log(`${exchange.method} ${exchange.path} ${String(res.statusCode)}`)
  }

  function listener(req: IncomingMessage, res: ServerResponse): void {
    open.add(res)
    res.once('close', () => open.delete(res))
    handle(req, res).catch((error: unknown) => {
      send(res, failureReply(error, log))
    })
  }

  /** Ends open requests, including those that arrived through a test's own server. */
  function endAll(): void {
    for (const res of open) res.destroy()
  }

  return { listener, endAll }
}
