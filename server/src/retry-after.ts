/** Upper bound of a pause that somebody may ask for, in seconds. */
const longest = 3_600

/**
 * `Retry-After` (RFC 9110 section 10.2.3) as seconds, whichever of its forms was sent: at least 1,
 * at most an hour; 1 for what cannot be read.
 */
export function secondsOf(header: string | string[] | undefined): number {
  const value = String(header ?? '')
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000
  return Math.min(Math.max(Math.ceil(seconds) || 1, 1), longest)
}
