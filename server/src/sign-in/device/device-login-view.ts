import type { DeviceLogin, DeviceLoginState, SignInErrorCode } from '@entra-bff/shared'
import type { OpenDeviceLogin } from './device-logins.ts'

export function viewOf({ id, record }: OpenDeviceLogin): DeviceLogin {
  const { userCode, verificationUri, message, interval, expiresAt } = record
  return {
    id,
    userCode,
    verificationUri,
    message,
    interval,
    expiresAt: new Date(expiresAt).toISOString(),
    expiresIn: Math.floor((expiresAt - Date.now()) / 1_000),
  }
}

/** The status of a login that failed. */
export function statusOf(code: SignInErrorCode): DeviceLoginState['status'] {
  if (code === 'access_denied') return 'declined'
  return code === 'device_code_expired' ? 'expired' : 'failed'
}
