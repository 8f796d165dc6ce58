import type { IncomingMessage } from 'node:http'
import { randomUUID } from 'node:crypto'

/** One request with its body read. */
export interface Exchange {
  req: IncomingMessage
  method: string
  path: string
  query: URLSearchParams
  form: URLSearchParams
  /** The body of a POST or PATCH, as text. */
  body: string
  /** The `client-request-id` of the request, or a new id: Entra and Graph repeat it in their answer. */
  correlationId: string
  /** `Set-Cookie` lines that are sent with the answer, whatever the answer is. */
  setCookies: string[]
}

/** The request is malformed, so no endpoint sees it. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const maxBodyBytes = 256 * 1024

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    // A body that is too long is still read to its end: a client that is cut off sees no error.
    if (sizeBytes <= maxBodyBytes) chunks.push(chunk)
  }
  if (sizeBytes > maxBodyBytes) throw new MalformedRequest(413, 'The request body is too large.')
  return Buffer.concat(chunks).toString('utf8')
}

function parseUrl(path: string): URL {
  const base = 'http://emulator.invalid'
  if (!URL.canParse(path, base))
    throw new MalformedRequest(400, 'The request has no proper address.')
  return new URL(path, base)
}

/** @throws MalformedRequest for an address that is no URL, or a body over 256 KiB. */
export async function openExchange(req: IncomingMessage): Promise<Exchange> {
  const url = parseUrl(req.url ?? '/')
  const { method = 'GET' } = req
  const body = method === 'POST' || method === 'PATCH' ? await readBody(req) : ''
  const form = new URLSearchParams(method === 'POST' ? body : '')
  const header = req.headers['client-request-id']
  const named = [header, url.searchParams.get('client-request-id'), form.get('client-request-id')]
  const correlationId = named.find((id) => typeof id === 'string' && /^[\w-]{1,64}$/.test(id))
  return {
    req,
    method,
    path: url.pathname,
    query: url.searchParams,
    form,
    body,
    correlationId: typeof correlationId === 'string' ? correlationId : randomUUID(),
    setCookies: [],
  }
}

export function cookieOf({ req }: Exchange, name: string): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(/;\s*/)
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}
