import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

/** What an endpoint answers. */
export interface Reply {
  status: number
  headers: Record<string, string>
  /** A stream is sent as it is read, without a length. */
  body: string | Buffer | Readable
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  }
}

export function html(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body }
}

export function redirect(location: string): Reply {
  return { status: 302, headers: { location }, body: '' }
}

/** Sends a reply, unless the response has begun or the client has gone. */
export function send(
  res: ServerResponse,
  { status, headers, body }: Reply,
  setCookies: readonly string[] = [],
): void {
  if (res.headersSent || res.destroyed) return
  if (setCookies.length > 0) res.setHeader('set-cookie', setCookies)
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  if (!res.hasHeader('cache-control')) res.setHeader('cache-control', 'no-store, no-cache')
  res.statusCode = status
  if (body instanceof Readable) body.pipe(res)
  else res.end(body)
}
