import type { Problem, SignedOutReason } from '@entra-bff/shared'
import type { Trouble } from '../trouble.ts'

const reasons: Partial<Record<Problem['code'], SignedOutReason>> = {
  not_signed_in: 'none',
  session_expired: 'expired',
  session_revoked: 'revoked',
}

/** Why there is no session, if a call failed because there is none. */
export function signedOutReasonOf(trouble: Trouble) {
  return trouble.kind === 'problem' ? reasons[trouble.problem.code] : undefined
}
