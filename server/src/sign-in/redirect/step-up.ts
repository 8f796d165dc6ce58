import { proves } from '../../entra/authentication.ts'
import type { IdTokenClaims } from '../../entra/id-token.ts'
import { SignInFailure } from '../failure.ts'
import type { Attempt } from './attempt.ts'

/**
 * Checks what Entra has answered to a step-up. Without this check, a page that needs the step-up would
 * ask for it again and again.
 * @throws {SignInFailure} `wrong_account`, `step_up_failed`
 */
export function requireStepUpProved(
  { stepUp, returnTo }: Attempt,
  { oid, tid, authentication }: IdTokenClaims,
): void {
  if (!stepUp) return
  if (oid !== stepUp.userId || tid !== stepUp.tenantId) {
    throw new SignInFailure('wrong_account', 'another account made the step-up', { returnTo })
  }
  if (!proves(authentication, stepUp)) {
    throw new SignInFailure('step_up_failed', missingIn(stepUp), { returnTo })
  }
}

function missingIn({ authenticationContext, maxAgeSeconds }: NonNullable<Attempt['stepUp']>) {
  const wanted = [
    ...(authenticationContext === undefined ? [] : [`acrs with ${authenticationContext}`]),
    ...(maxAgeSeconds === undefined ? [] : [`an auth_time of the last ${String(maxAgeSeconds)} s`]),
  ]
  return `the ID token lacks ${wanted.join(' or ')}`
}
