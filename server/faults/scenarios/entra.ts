import { setTimeout as after } from 'node:timers/promises'
import type { EndpointName, Fault } from '@entra-bff/emulator'
import { type Scenario, underLoad } from '../scenario.ts'
import type { Site } from '../site.ts'

const endpoints: readonly EndpointName[] = ['discovery', 'keys', 'token']
const often = 1_000_000
/** For an unknown key, the server fetches the keys at most every 30 seconds. */
const unknownKeyPauseMs = 31_000

/** Entra that fails: those who are signed in notice nothing, and somebody who signs in is told. */
export const entraScenarios: readonly Scenario[] = [
  failing('Entra cannot be reached', { reset: true }),
  failing('Entra answers slowly', { delayMs: 1_500 }),
  failing('Entra throttles', { status: 429, retryAfter: 1 }),
  {
    ...underLoad(
      'Entra rotates its keys: the next sign-ins succeed',
      { site: { store: 'file' } },
      async (site) => {
        await after(unknownKeyPauseMs)
        await site.emulator.rotateKeys()
        await site.signIn()
      },
    ),
    isLong: true,
  },
]

function failing(name: string, fault: Fault): Scenario {
  return underLoad(name, { site: { store: 'file' } }, async (site, { faultMs }) => {
    for (const endpoint of endpoints) site.emulator.failNext(endpoint, fault, often)
    const trying = tryToSignIn(site)
    await after(faultMs)
    await trying
    site.emulator.clearFaults()
    await site.signIn()
  })
}

/** A sign-in may fail while Entra does. It must end in a view. */
async function tryToSignIn(site: Site): Promise<void> {
  try {
    await site.signIn()
  } catch (error) {
    if (!String(error).includes('"code"')) throw error
  }
}
