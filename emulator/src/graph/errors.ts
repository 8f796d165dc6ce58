import { randomUUID } from 'node:crypto'
import { json, type Reply } from '../http/reply.ts'

/** A refusal as Graph words it. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** The headers of every Graph answer. */
export function graphHeaders(correlationId: string): Record<string, string> {
  const serverInfo = { DataCenter: 'Local emulator', Slice: 'E', Ring: '0', ScaleUnit: '000' }
  return {
    'request-id': randomUUID(),
    'client-request-id': correlationId,
    'x-ms-ags-diagnostic': JSON.stringify({ ServerInfo: serverInfo }),
  }
}

export function graphErrorReply(
  { status, code, message }: GraphError,
  correlationId: string,
): Reply {
  const headers = graphHeaders(correlationId)
  const challenge =
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"'
  const innerError = {
    date: new Date().toISOString().slice(0, 19),
    'request-id': headers['request-id'],
    'client-request-id': correlationId,
  }
  return json(
    status,
    { error: { code, message, innerError } },
    {
      ...headers,
      ...(status === 401 && { 'www-authenticate': challenge }),
    },
  )
}
