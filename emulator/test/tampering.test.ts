import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { client, tokensOf } from './support/sign-in.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
})
afterEach(() => emulator.close())

test('a test can change claims and algorithm of the next ID token', async () => {
  emulator.tamperNextIdToken((claims) => ({ ...claims, nonce: 'other' }), { alg: 'none' })
  const changed = String((await tokensOf(emulator, 'Adele Vance')).body['id_token'])
  expect(decodeJwt(changed)['nonce']).toBe('other')
  expect(changed).toMatch(/\.$/)
  emulator.tamperNextIdToken(() => undefined, { alg: 'HS256' })
  const symmetric = String((await tokensOf(emulator, 'Adele Vance')).body['id_token'])
  expect(decodeProtectedHeader(symmetric).alg).toBe('HS256')
  const proper = String((await tokensOf(emulator, 'Adele Vance')).body['id_token'])
  expect(decodeProtectedHeader(proper).alg).toBe('RS256')
})

test('a test can sign the next ID token with an unpublished key', async () => {
  const keys = createRemoteJWKSet(new URL(`${emulator.authority}/discovery/v2.0/keys`))
  emulator.tamperNextIdToken(() => undefined, { otherKey: true })
  const forged = String((await tokensOf(emulator, 'Adele Vance')).body['id_token'])
  const proper = String((await tokensOf(emulator, 'Adele Vance')).body['id_token'])
  expect(decodeProtectedHeader(forged)).toEqual(decodeProtectedHeader(proper))
  await expect(jwtVerify(forged, keys)).rejects.toThrow(errors.JWSSignatureVerificationFailed)
  await expect(jwtVerify(proper, keys)).resolves.toHaveProperty('payload')
})
