import { type ProblemCode, problemCodes } from '@entra-bff/shared'
import type { Route } from './routes.ts'

/** The problem codes of a route: those that it names, and those that follow by rule. */
export function problemCodesOf(route: Route): ProblemCode[] {
  const codes = new Set([...rules.flatMap(codesBy(route)), ...(route.doc.problems ?? [])])
  return problemCodes.filter((code) => codes.has(code))
}

interface Rule {
  appliesTo: (route: Route) => boolean
  codes: readonly ProblemCode[]
}

const rules: readonly Rule[] = [
  // A request without one valid Host header, or one that does not fit the schemas.
  { appliesTo: () => true, codes: ['invalid_request', 'internal_error'] },
  {
    appliesTo: ({ method }) => method !== 'get',
    codes: ['payload_too_large', 'unsupported_media_type'],
  },
  {
    appliesTo: ({ session }) => session !== 'ignored',
    codes: ['csrf_failed', 'store_unavailable'],
  },
  {
    appliesTo: ({ session }) => session === 'needed',
    codes: ['not_signed_in', 'session_expired', 'session_revoked'],
  },
  { appliesTo: ({ isLimited }) => isLimited, codes: ['rate_limited'] },
]

function codesBy(route: Route) {
  return ({ appliesTo, codes }: Rule): readonly ProblemCode[] => (appliesTo(route) ? codes : [])
}
