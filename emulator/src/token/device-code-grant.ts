import type { Grant } from './grant.ts'

/** Redeems a device code (RFC 8628 section 3.4), which old clients of Microsoft send as `code`. */
export const deviceCodeGrant: Grant = (state, form, { clientId }) => {
  const code = form.get('device_code') ?? form.get('code') ?? ''
  const signIn = state.deviceCodes.redeem(code, clientId)
  return { signIn, requested: signIn.requested }
}
