import * as openid from 'openid-client'
import type { Emulator } from '../../src/index.ts'
import { client } from './sign-in.ts'

/** openid-client, set up from the emulator's discovery document. */
export function discover(
  emulator: Emulator,
  secret?: string,
  authentication = secret === undefined ? openid.None() : undefined,
): Promise<openid.Configuration> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- so marked only to stand out; a loopback emulator speaks plain http
  const options = { execute: [openid.allowInsecureRequests] }
  const issuer = new URL(`${emulator.authority}/v2.0`)
  return openid.discovery(issuer, client.clientId, secret, authentication, options)
}
