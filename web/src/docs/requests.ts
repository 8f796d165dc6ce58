import { csrfHeader, paths } from '@entra-bff/shared'
import type { OpenApiDocument } from './document.ts'

/** An answer as it came, whatever its status. */
export interface RawAnswer {
  status: number
  /** A line for each header. */
  headers: string
  text: string
}

/** @returns undefined when the server does not tell its API. @throws when no document comes */
export async function fetchOpenApi(): Promise<OpenApiDocument | undefined> {
  const { status, text } = await sendRequest('GET', paths.openApi)
  if (status === 404) return undefined
  return JSON.parse(text) as OpenApiDocument
}

/** Sends a request that a person has filled in, with the header of every request of this page. */
export async function sendRequest(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<RawAnswer> {
  const type = body && { 'content-type': 'application/json' }
  const own = { accept: 'application/json', [csrfHeader.name]: csrfHeader.value }
  const response = await fetch(path, {
    method,
    headers: { ...headers, ...type, ...own },
    body: body || null,
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  })
  const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`)
  return { status: response.status, headers: lines.join('\n'), text: await response.text() }
}
