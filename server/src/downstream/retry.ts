import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { secondsOf } from '../retry-after.ts'
import type { Call } from './calls.ts'

/** Idempotent methods: a repetition changes nothing more (RFC 9110 section 9.2.2). */
const idempotent = new Set<Call['method']>(['GET', 'PUT', 'DELETE'])
/** Statuses of a host that cannot answer now. */
const outageStatuses = new Set([502, 503, 504])
/** Codes of Node and undici for a connection that the other side closed. */
const resetCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
/** A random part keeps requests that failed together from coming back together. */
const jitterMs = { min: 50, max: 250 }

export function isOutage(status: number): boolean {
  return outageStatuses.has(status)
}

/**
 * How long to wait before an answered request is sent once more.
 * @param until the time by which the wait must be over, on the clock of `performance`
 * @returns undefined when the request is not to be sent again
 */
export function pauseAfterAnswer(
  { method }: Call,
  { status, headers }: { status: number; headers: IncomingHttpHeaders },
  until: number,
): number | undefined {
  if (!isOutage(status) || !idempotent.has(method)) return undefined
  const asked = headers['retry-after']
  return pauseUntil(until, asked === undefined ? 0 : secondsOf(asked) * 1_000)
}

/** The same for a request that failed before an answer began: only a reset connection is tried again. */
export function pauseAfterError(
  { method }: Call,
  error: unknown,
  until: number,
): number | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return resetCodes.has(code) && idempotent.has(method) ? pauseUntil(until, 0) : undefined
}

function pauseUntil(until: number, askedMs: number): number | undefined {
  const pauseMs = askedMs + jitterMs.min + Math.random() * (jitterMs.max - jitterMs.min)
  return performance.now() + pauseMs < until ? pauseMs : undefined
}

/** Waits, but no longer than the connection of the caller is open. */
export function pause(milliseconds: number, connection: Socket | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      connection?.off('close', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    connection?.once('close', end)
  })
}
