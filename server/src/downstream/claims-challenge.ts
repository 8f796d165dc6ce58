import { parseObject } from '../json.ts'

interface Challenge {
  scheme: string
  parameters: Map<string, string>
}

/**
 * The claims that an API wants the next token to fulfill (Microsoft, "Claims challenges, claims requests,
 * and client capabilities").
 * @param header `WWW-Authenticate` (RFC 9110 section 11.6.1)
 * @returns a JSON object as text; undefined when the header has no challenge with readable claims
 */
export function challengedClaims(header: string | string[] | undefined): string | undefined {
  const challenges = [header ?? ''].flat().flatMap(challengesIn)
  const encoded = challenges.find(isClaimsChallenge)?.parameters.get('claims')
  if (encoded === undefined) return undefined
  const claims = Buffer.from(encoded, 'base64').toString('utf8')
  return parseObject(claims) && claims
}

function isClaimsChallenge({ scheme, parameters }: Challenge): boolean {
  return scheme === 'bearer' && parameters.get('error') === 'insufficient_claims'
}

const token = "[!#$%&'*+.^_`|~\\w-]+"
const parameter = new RegExp(`(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y')
const scheme = new RegExp(`(${token})(?=[ \\t]|,|$)`, 'y')
/** Matches a whole word, so that the time to parse a header grows only linearly with its length. */
const anything = new RegExp(`${token}|[^]`, 'y')

function challengesIn(header: string): Challenge[] {
  const challenges: Challenge[] = []
  let at = 0
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const match = pattern.exec(header)
    if (match) at = pattern.lastIndex
    return match
  }
  while (at < header.length) {
    const named = take(parameter)
    if (named) {
      const [, name = '', quoted, plain = ''] = named
      const value = quoted?.replace(/\\(.)/g, '$1') ?? plain
      challenges.at(-1)?.parameters.set(name.toLowerCase(), value)
      continue
    }
    const begun = take(scheme)
    if (begun) challenges.push({ scheme: (begun[1] ?? '').toLowerCase(), parameters: new Map() })
    else take(anything)
  }
  return challenges
}
