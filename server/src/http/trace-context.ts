import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** Version, trace id, parent id and flags (W3C Trace Context, section 3.2.2). The group is the trace id. */
const parentFields = '([\\da-f]{2})-(?!0{32})([\\da-f]{32})-(?!0{16})[\\da-f]{16}-[\\da-f]{2}'
/** A version after 00 can have more fields (section 3.2.4). */
const parent = new RegExp(`^${parentFields}(-[\\x21-\\x7e]*)?$`)
/** A member of the list in `tracestate` (section 3.3.1). */
const member =
  /^[a-z\d][a-z\d_*/@-]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/
const maxMembers = 32

/** Writes the caller's trace id into each log line of a request, as `trace`. */
export const traceContext = fp(registerTraceContext, { name: 'trace-context' })

async function registerTraceContext(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', (request, reply, next) => {
    const trace = traceIdIn(request.headers)
    if (trace !== undefined) request.log = reply.log = request.log.child({ trace })
    next()
  })
}

/**
 * The headers that carry a caller's trace on to an API. This server takes no part in the trace, so it
 * changes neither of them (section 3.4).
 * @returns undefined when the caller sent no valid `traceparent`
 */
export function traceHeadersOf(headers: IncomingHttpHeaders): Record<string, string> | undefined {
  const { traceparent, tracestate } = headers
  if (typeof traceparent !== 'string' || traceIdIn(headers) === undefined) return undefined
  return typeof tracestate === 'string' && isState(tracestate)
    ? { traceparent, tracestate }
    : { traceparent }
}

/** @returns undefined for a `traceparent` that is absent or invalid */
function traceIdIn({ traceparent }: IncomingHttpHeaders): string | undefined {
  if (typeof traceparent !== 'string') return undefined
  const [, version, trace, more] = parent.exec(traceparent) ?? []
  const isValid = version === '00' ? more === undefined : version !== 'ff'
  return isValid ? trace : undefined
}

function isState(text: string): boolean {
  const members = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  return (
    members.length > 0 && members.length <= maxMembers && members.every((part) => member.test(part))
  )
}
