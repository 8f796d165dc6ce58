import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomUUID } from 'node:crypto'

/** One request with its body read, and the response still to be written. */
export interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  method: string
  path: string
  query: URLSearchParams
  form: URLSearchParams
  /** The caller's `client-request-id`, or a new one: Entra's and Graph's correlation id. */
  correlationId: string
}

const bodyLimit = 256 * 1024

async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimit) throw new RangeError('request body too large')
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

export async function openExchange(req: IncomingMessage, res: ServerResponse): Promise<Exchange> {
  const url = new URL(req.url ?? '/', 'http://emulator.invalid')
  const form = req.method === 'POST' ? await readForm(req) : new URLSearchParams()
  const header = req.headers['client-request-id']
  const named = [header, url.searchParams.get('client-request-id'), form.get('client-request-id')]
  const correlationId = named.find((id) => typeof id === 'string' && /^[\w-]{1,64}$/.test(id))
  return {
    req,
    res,
    method: req.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    form,
    correlationId: typeof correlationId === 'string' ? correlationId : randomUUID(),
  }
}

export function cookieOf(exchange: Exchange, name: string): string | undefined {
  const pairs = (exchange.req.headers.cookie ?? '').split(/;\s*/)
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}
