import { randomUUID } from 'node:crypto'
import type { Exchange } from '../http/exchange.ts'
import { json, type Reply } from '../http/reply.ts'

/** An error of Graph. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
  readonly status: number
  readonly code: string
  /** What the next token must fulfill, as JSON. */
  readonly claims: string | undefined

  constructor(status: number, code: string, message: string, claims?: string) {
    super(message)
    this.status = status
    this.code = code
    this.claims = claims
  }
}

/** Runs an endpoint of Graph. A GraphError is sent as JSON; every answer gets Graph's headers. */
export async function answerOrGraphError(
  { correlationId }: Exchange,
  answer: () => Promise<Reply>,
): Promise<Reply> {
  const serverInfo = { DataCenter: 'Local emulator', Slice: 'E', Ring: '0', ScaleUnit: '000' }
  const headers = {
    'request-id': randomUUID(),
    'client-request-id': correlationId,
    'x-ms-ags-diagnostic': JSON.stringify({ ServerInfo: serverInfo }),
  }
  try {
    const reply = await answer()
    return { ...reply, headers: { ...headers, ...reply.headers } }
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    return errorReply(error, headers)
  }
}

const challenge =
  'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"'

/** A claims challenge (Microsoft, "Claims challenges, claims requests and client capabilities"). */
function challengeOf({ message, claims }: GraphError): string {
  if (claims === undefined) return challenge
  const encoded = Buffer.from(claims).toString('base64')
  return `${challenge}, errorDescription="${message}", error="insufficient_claims", claims="${encoded}"`
}

function errorReply(error: GraphError, headers: Record<string, string>): Reply {
  const { status, code, message } = error
  const innerError = {
    date: new Date().toISOString().slice(0, 19),
    'request-id': headers['request-id'],
    'client-request-id': headers['client-request-id'],
  }
  const body = { error: { code, message, innerError } }
  return json(status, body, {
    ...headers,
    ...(status === 401 && { 'www-authenticate': challengeOf(error) }),
  })
}
