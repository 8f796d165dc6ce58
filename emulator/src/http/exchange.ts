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

/** A request that is no proper one, whatever it is for. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const bodyLimit = 256 * 1024

async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    // What is too long is still read to its end: who is cut off never sees the answer.
    if (size <= bodyLimit) chunks.push(chunk)
  }
  if (size > bodyLimit) throw new RequestRefused(413, 'The request body is too large.')
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

function parseUrl(path: string): URL {
  const base = 'http://emulator.invalid'
  if (!URL.canParse(path, base)) throw new RequestRefused(400, 'The request has no proper address.')
  return new URL(path, base)
}

export async function openExchange(req: IncomingMessage, res: ServerResponse): Promise<Exchange> {
  const url = parseUrl(req.url ?? '/')
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
