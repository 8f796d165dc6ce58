import type { Problem, SignedOutReason } from '@entra-bff/shared'

const losses: Partial<Record<Problem['code'], SignedOutReason>> = {
  not_signed_in: 'none',
  session_expired: 'expired',
  session_revoked: 'revoked',
}

/** Why there is no session, if that is what the problem is. */
export function lossOf({ code }: Problem) {
  return losses[code]
}
