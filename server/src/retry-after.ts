/** Longest pause. A server that asks for a longer pause gets this pause. */
const maxPauseSeconds = 3_600

/**
 * The seconds of a `Retry-After` header, which holds seconds or a date (RFC 9110 section 10.2.3):
 * from 1 to 3600. A header that cannot be read counts as 1.
 */
export function secondsOf(header: string | string[] | undefined): number {
  const value = String(header ?? '')
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000
  return Math.min(Math.max(Math.ceil(seconds) || 1, 1), maxPauseSeconds)
}
