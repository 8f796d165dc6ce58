import type { Grant } from './grant.ts'

/** RFC 8628 section 3.4. Clients of Microsoft's first version send the device code as `code`. */
export const deviceCodeGrant: Grant = (state, form, { clientId }) => {
  const code = form.get('device_code') ?? form.get('code') ?? ''
  const signIn = state.deviceCodes.redeem(code, clientId)
  return { signIn, requested: signIn.requested }
}
