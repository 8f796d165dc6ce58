import type { SampleUser } from '../directory/users.ts'
import type { DeviceCode } from '../issued/device-codes.ts'
import { epochSeconds } from '../lifetimes.ts'
import type { EntraState } from '../state.ts'

/** Approves a device sign-in for a user, who thereby consents to its scopes and gives every proof. */
export function approve(state: EntraState, code: DeviceCode, user: SampleUser, sid: string): void {
  const { clientId, requested } = code
  state.consents.grant(user.id, clientId, requested)
  const proof = { authTime: epochSeconds(), mfa: true }
  const signIn = { userId: user.id, clientId, requested, sid, proof, byDevice: true as const }
  code.outcome = { kind: 'approved', signIn }
}
