import { csrfHeader } from '../paths.ts'
import { errorOf } from './error-of.ts'
import { ProblemError, UnreachableError } from './errors.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** The global `fetch`, or a function in its place, for one address and plain headers. */
export type Fetch = (
  url: string,
  init: Omit<RequestInit, 'headers'> & { headers: Record<string, string> },
) => Promise<Response>
export type Read<Body> = (response: Response) => Body | Promise<Body>

export interface Outgoing<Body> {
  url: string
  method: Method
  /** Sent as JSON. */
  body?: unknown
  read: Read<Body>
  /** Most milliseconds until `read` is done, at each try. */
  timeoutMs: number
  signal: AbortSignal | undefined
}

/** The pauses before a GET request is repeated, since the server may be restarting. */
const restartDelaysMs = [250, 750, 1_500]

/**
 * Sends a request. A GET is repeated while the server cannot be reached.
 * @throws {ProblemError}
 * @throws {UnreachableError}
 */
export async function send<Body>(fetch: Fetch, outgoing: Outgoing<Body>): Promise<Body> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await sendOnce(fetch, outgoing)
    } catch (error) {
      const delayMs = outgoing.method === 'GET' ? restartDelaysMs[attempt] : undefined
      const isTemporary = error instanceof UnreachableError && error.reason !== 'timeout'
      if (!isTemporary || delayMs === undefined) throw error
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      outgoing.signal?.throwIfAborted()
    }
  }
}

/** Sends a request as `send` does, but never repeats it. */
export async function sendOnce<Body>(fetch: Fetch, outgoing: Outgoing<Body>): Promise<Body> {
  const { url, read, timeoutMs, signal: outer } = outgoing
  const deadline = new AbortController()
  const timer = setTimeout(() => {
    deadline.abort()
  }, timeoutMs)
  const signal = outer ? AbortSignal.any([outer, deadline.signal]) : deadline.signal
  try {
    const response = await fetch(url, initOf(outgoing, signal))
    if (!response.ok) throw await errorOf(response)
    return await read(response)
  } catch (error) {
    if (outer?.aborted || error instanceof ProblemError || error instanceof UnreachableError)
      throw error
    throw new UnreachableError(deadline.signal.aborted ? 'timeout' : 'network', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

function initOf({ method, body }: Outgoing<unknown>, signal: AbortSignal): Parameters<Fetch>[1] {
  const isJson = body !== undefined
  return {
    method,
    headers: {
      accept: 'application/json',
      [csrfHeader.name]: csrfHeader.value,
      ...(isJson && { 'content-type': 'application/json' }),
    },
    ...(isJson && { body: JSON.stringify(body) }),
    credentials: 'same-origin',
    // The API never redirects: a redirect would come from a proxy before the server.
    redirect: 'error',
    signal,
  }
}
