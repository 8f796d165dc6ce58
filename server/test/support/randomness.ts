/**
 * How many different values the least random byte of these ids has. Of twenty random ids each byte
 * has about nineteen; a byte that is always the same has one.
 * @param ids base64url
 */
export function leastDifferent(ids: string[]): number {
  const bytes = ids.map((id) => Buffer.from(id, 'base64url'))
  const places = Array.from({ length: 32 }, (_, place) => place)
  return Math.min(...places.map((place) => new Set(bytes.map((id) => id[place])).size))
}
