import { Agent } from 'undici'
import { Browser } from '../../test/support/browser.ts'
import type { World } from './world.ts'

const idleMs = 1_000

/**
 * Signs a person in by a real browser's requests.
 * @returns the cookies that the browser then sends to the server
 * @throws when the way does not end at the server with a session cookie
 */
export async function signIn(agent: Agent, origin: string, loginPath: string): Promise<string> {
  const browser = new Browser(origin, agent)
  const page = await browser.goTo(loginPath)
  // The identity provider is on localhost too, so its own cookies come along.
  const cookies = Object.entries(await browser.cookies()).filter(
    ([name]) => !name.startsWith('entra_emulator'),
  )
  if (page.url.origin !== origin || page.status !== 200 || cookies.length === 0) {
    throw new Error(`a sign-in ended with ${String(page.status)} at ${page.url.href}\n${page.html}`)
  }
  return cookies.map(([name, value]) => `${name}=${value}`).join('; ')
}

/**
 * Connections of browsers, which trust the identity provider. An idle connection is soon closed: under
 * full load Apache drops it, and the next request would fail.
 */
export function browserAgent({ ca }: World): Agent {
  return new Agent({ connect: { ca }, keepAliveTimeout: idleMs, keepAliveMaxTimeout: idleMs })
}

/** Signs people in, several at a time. */
export async function signInMany(
  agent: Agent,
  origin: string,
  loginPath: string,
  count: number,
): Promise<void> {
  let left = count
  const worker = async () => {
    while (left > 0) {
      left -= 1
      await signIn(agent, origin, loginPath)
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
}
