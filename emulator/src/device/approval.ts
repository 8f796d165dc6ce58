import type { SampleUser } from '../directory/users.ts'
import type { DeviceCode } from '../issued/device-codes.ts'
import type { EntraState } from '../state.ts'

/** Approves a device sign-in for a user, who thereby consents to its scopes. */
export function approve(state: EntraState, code: DeviceCode, user: SampleUser, sid: string): void {
  const { clientId, requested } = code
  state.consents.grant(user.id, clientId, requested)
  const signIn = { userId: user.id, clientId, requested, sid, byDevice: true as const }
  code.outcome = { kind: 'approved', signIn }
}
