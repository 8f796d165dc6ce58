import { afterAll, beforeAll, expect } from 'vitest'
import { expectHarmless, valuesOf } from './fuzzing.ts'
import { wellFormed } from './odd-input.ts'
import { type RawAnswer, RawClient, type RawRequest } from './raw-client.ts'
import { World } from './world.ts'

/** Headers of the address bar. */
export const navigation = [['accept', 'text/html']] as const

/** A server that gets odd input; it may make no mistake of its own until the end of the file. */
export class FuzzedServer {
  world!: World
  /** The cookies of somebody who is signed in, by name. */
  cookies: Record<string, string> = {}
  #client: RawClient | undefined

  async open(): Promise<void> {
    this.world = await World.open({ LOG_LEVEL: 'error' })
    this.#client = new RawClient(Number(new URL(this.world.origin).port))
    const browser = await this.world.signIn()
    await browser.goTo('/auth/login', this.world.toEntra)
    await browser.goTo('/getAToken?state=x')
    this.cookies = await browser.cookies()
  }

  async close(): Promise<void> {
    this.#client?.close()
    await this.world.close()
    expect(this.world.complaints).toEqual([])
  }

  /** Sends a request and checks what holds for the answer to any request. */
  async send(request: Partial<RawRequest>): Promise<RawAnswer> {
    if (!this.#client) throw new Error('the server is not open')
    const answer = await this.#client.send({ method: 'GET', target: '/', headers: [], ...request })
    expectHarmless(answer, this.world)
    return answer
  }

  /** Starts a sign-in. @returns its state, and the cookie that goes with the state */
  async startSignIn(returnTo = '/'): Promise<{ state: string; cookie: string }> {
    const target = `/auth/login?returnTo=${encodeURIComponent(wellFormed(returnTo))}`
    const answer = await this.send({ target, headers: navigation })
    const state = new URL(valuesOf(answer, 'location')[0] ?? '').searchParams.get('state') ?? ''
    const [cookie = ''] = valuesOf(answer, 'set-cookie').map((line) => line.split(';', 1)[0] ?? '')
    return { state, cookie }
  }
}

/** Opens and closes the server for the tests of one file. */
export function useFuzzedServer(): FuzzedServer {
  const server = new FuzzedServer()
  beforeAll(() => server.open())
  afterAll(() => server.close())
  return server
}
