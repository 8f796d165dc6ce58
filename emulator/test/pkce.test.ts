import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser, type Page } from './support/browser.ts'
import {
  answerOf,
  authorizeUrl,
  callToken,
  challenge,
  client,
  redeem,
  verifier,
} from './support/sign-in.ts'

let emulator: Emulator
beforeEach(async () => {
  const automaticUser = 'AdeleV@contoso.onmicrosoft.com'
  emulator = await startEmulator({ clients: [client], automaticUser })
})
afterEach(() => emulator.close())

type Change = Record<string, string | undefined>

const open = (change: Change = {}) => new Browser(emulator.url).open(authorizeUrl(emulator, change))

const noPkce = { code_challenge: undefined, code_challenge_method: undefined }

describe('PKCE at the authorization endpoint', () => {
  test.each<[string, Change]>([
    ['S256', {}],
    ['plain', { code_challenge: verifier, code_challenge_method: 'plain' }],
    ['plain by default', { code_challenge: verifier, code_challenge_method: undefined }],
    ['no PKCE', noPkce],
  ])('%s is accepted', async (_what, change) => {
    expect(answerOf(await open(change))).toHaveProperty('code')
  })

  test.each<[Change, number]>([
    [{ code_challenge_method: 'S512' }, 50149],
    [{ code_challenge_method: '' }, 50149],
    [{ code_challenge: undefined }, 501491],
    [{ code_challenge: '' }, 501491],
    [{ code_challenge: 'x'.repeat(42) }, 501491],
    [{ code_challenge: 'x'.repeat(44) }, 501491],
    [{ code_challenge: '!'.repeat(43) }, 501491],
    [{ code_challenge: 'x'.repeat(129), code_challenge_method: 'plain' }, 501491],
    [{ code_challenge: '', code_challenge_method: undefined }, 501491],
  ])('%o is refused', async (change, number) => {
    const answer = answerOf(await open(change))
    expect(answer).toMatchObject({ error: 'invalid_request', state: 'a state' })
    expect(answer['error_description']).toMatch(new RegExp(`^AADSTS${String(number)}: `))
  })
})

const refused = (error: string, number: number) => ({
  status: 400,
  body: { error, error_codes: [number] },
})
const mismatch = refused('invalid_grant', 501481)
const otherVerifier = 'x'.repeat(43)

describe('PKCE at the token endpoint', () => {
  const redeemWithoutVerifier = (page: Page) =>
    callToken(emulator, { grant_type: 'authorization_code', code: answerOf(page)['code'] ?? '' })

  test('a wrong verifier is refused, and the code stays valid', async () => {
    const page = await open()
    const wrong = await redeem(emulator, page, { code_verifier: otherVerifier })
    expect(wrong).toMatchObject(mismatch)
    expect((await redeem(emulator, page)).status).toBe(200)
  })

  test('a missing verifier is refused', async () => {
    expect(await redeemWithoutVerifier(await open())).toMatchObject(mismatch)
  })

  test('a verifier without a challenge is refused', async () => {
    expect(await redeem(emulator, await open(noPkce))).toMatchObject(mismatch)
  })

  test('a code without a challenge needs no verifier', async () => {
    expect((await redeemWithoutVerifier(await open(noPkce))).status).toBe(200)
  })

  test.each(['x'.repeat(42), 'x'.repeat(129), '!'.repeat(43), ''])(
    'the verifier %j has a wrong shape',
    async (value) => {
      const wrong = refused('invalid_request', 501491)
      expect(await redeem(emulator, await open(), { code_verifier: value })).toMatchObject(wrong)
    },
  )

  test('a plain challenge is the verifier itself', async () => {
    const page = await open({ code_challenge: verifier, code_challenge_method: 'plain' })
    const wrong = await redeem(emulator, page, { code_verifier: otherVerifier })
    expect(wrong).toMatchObject(mismatch)
    expect((await redeem(emulator, page)).status).toBe(200)
  })

  test('an S256 challenge is not accepted as the verifier', async () => {
    const copied = await redeem(emulator, await open(), { code_verifier: challenge })
    expect(copied).toMatchObject(mismatch)
  })
})
