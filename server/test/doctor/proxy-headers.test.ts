import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { arrivalPath, arrivalProof, proofHeader } from '../../src/http/arrival.ts'
import { KeyRing } from '../../src/secrets/key-ring.ts'
import { ChangingProxy } from '../support/changing-proxy.ts'
import { later } from '../support/clock.ts'
import { diagnose } from '../support/doctor.ts'
import { World } from '../support/world.ts'

const SESSION_SECRET = 's'.repeat(32)
const client = '203.0.113.9'
const header = 'x-forwarded-for'

let world: World
let proxy: ChangingProxy
beforeAll(async () => {
  proxy = await ChangingProxy.open()
  world = await World.open({ SESSION_SECRET }, { keepsFiles: true })
  proxy.target = world.origin
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  await world.close()
  proxy.close()
})

/** What the doctor finds of a server with these settings. */
async function findings(settings: Record<string, string>, own = settings): Promise<string[]> {
  await world.stopServer()
  await world.startServer({ PUBLIC_URL: proxy.origin, ...settings })
  const { of } = await diagnose({ ...world.settings, PUBLIC_URL: proxy.origin, ...own })
  return of('proxy-headers')
}

describe('the doctor and the headers of the proxy in front', () => {
  test.each<[string, RegExp, string | undefined, Record<string, string>]>([
    [
      'adds the address of the client, and is trusted',
      /^ok .*here 203\.0\.113\.9, through the proxy at/,
      `192.0.2.1, ${client}`,
      { TRUST_PROXY: 'loopback' },
    ],
    [
      'sends the address of the client alone, and is trusted',
      /^ok .*here 203\.0\.113\.9, through the proxy at/,
      client,
      { TRUST_PROXY: 'loopback' },
    ],
    [
      'passes on what a client claims, and is trusted',
      /^fail a client can choose the address/,
      '192.0.2.1',
      { TRUST_PROXY: 'loopback' },
    ],
    [
      'adds the address of the client, and is not trusted',
      /^warn .*counts everybody as that proxy.*TRUST_PROXY=/,
      `192.0.2.1, ${client}`,
      {},
    ],
    [
      'sends no address, and is trusted',
      /^warn no X-Forwarded-For arrives/,
      undefined,
      { TRUST_PROXY: 'loopback' },
    ],
    [
      'sends no address of a client, and is trusted',
      /^warn .*holds no address/,
      'unknown',
      { TRUST_PROXY: 'loopback' },
    ],
    [
      'passes on what a client claims, and is not trusted',
      /^ok .*without a proxy/,
      '192.0.2.1',
      {},
    ],
  ])('the doctor judges a proxy that %s', async (_name, expected, forwardedFor, settings) => {
    proxy.changeRequest = (headers) => ({ ...headers, [header]: forwardedFor })
    expect(await findings(settings)).toEqual([expect.stringMatching(expected)])
  })

  test('the doctor says that the server runs with another SESSION_SECRET', async () => {
    const own = { SESSION_SECRET: 'o'.repeat(32) }
    expect(await findings({}, own)).toEqual([expect.stringMatching(/^warn .*SESSION_SECRET/)])
  })

  test('without SESSION_SECRET nobody learns how requests arrive: the path seems not to exist', async () => {
    await world.stopServer()
    await world.startServer()
    const ask = (proof?: string) =>
      fetch(`${world.origin}${arrivalPath}`, { headers: proof ? { [proofHeader]: proof } : {} })
    const unknown = await (await fetch(`${world.origin}/doctor/nothing`)).text()
    const proof = arrivalProof(new KeyRing([SESSION_SECRET]))
    expect((await ask(proof)).status).toBe(200)
    later(1.1)
    for (const bad of [undefined, 'x', arrivalProof(new KeyRing(['o'.repeat(32)])), proof]) {
      const answer = await ask(bad)
      expect(answer.status).toBe(404)
      expect(await answer.text()).toBe(unknown)
    }
  })
})
