import type { AccountSession } from '../browser-sessions.ts'
import { proofPage } from '../conditional-access/proof-page.ts'
import { policyRefusal } from '../conditional-access/refusal.ts'
import { targetsOf } from '../conditional-access/targets.ts'
import { nameOf } from '../directory/clients.ts'
import type { TenantExchange } from '../directory/tenants.ts'
import { findUserByName } from '../directory/users.ts'
import { EntraError } from '../errors/entra-error.ts'
import type { Reply } from '../http/reply.ts'
import { epochSeconds } from '../lifetimes.ts'
import { errorPage } from '../pages/messages.ts'
import type { EntraState } from '../state.ts'
import type { ConsentStep } from './consent-step.ts'
import { formTargetOf } from './request.ts'

/**
 * The page that asks for the proof which `max_age` or a policy demands; `undefined` when the user has
 * given it. The automatic user gives it without a page.
 *
 * @param action - the button that the user pressed
 * @throws EntraError when `prompt=none` forbids the page
 */
export function askForProof(
  state: EntraState,
  exchange: TenantExchange,
  step: ConsentStep,
  session: AccountSession,
  action: string | null,
): Reply | undefined {
  const { client, params, prompt, user, requested } = step
  const targets = targetsOf(client.clientId, requested.resource, params.get('claims'))
  const policy = state.policies.unmet(targets, session.proof)
  const isSilent = prompt === 'none'
  const refusal = policy && policyRefusal(policy, requested.resource, 'interaction_required')
  if (refusal && policy.grant === 'block' && !isSilent)
    return errorPage(refusal, exchange.correlationId)
  // The consent page follows the proof. Meanwhile the proof may have grown too old.
  const isTooOld = action !== 'accept' && isOlderThan(params.get('max_age'), session)
  if (!refusal && !isTooOld) return undefined
  if (isSilent) throw refusal ?? signInIsTooOld()
  const isAutomatic = findUserByName(state.automaticUser ?? '') === user
  if (!isAutomatic && action !== 'approve')
    return proofPage(
      formTargetOf(exchange, step, { username: user.username }),
      user,
      nameOf(client),
    )
  session.proof = { authTime: epochSeconds(), mfa: session.proof.mfa || policy !== undefined }
  return undefined
}

function isOlderThan(maxAge: string | null, { proof }: AccountSession): boolean {
  return Boolean(maxAge) && epochSeconds() - proof.authTime > Number(maxAge)
}

const signInIsTooOld = () =>
  new EntraError(
    'login_required',
    50058,
    'A silent sign-in request was sent but the sign-in of the user is too old.',
  )
