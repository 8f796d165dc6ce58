import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { later } from '../support/clock.ts'
import { EntraFront } from '../support/entra-front.ts'
import { toCallback, World } from '../support/world.ts'

const people = 100
const seconds = Number(process.env['INTERLEAVED_SECONDS'] ?? 3)

let front: EntraFront
let world: World
beforeAll(async () => {
  front = await EntraFront.open()
  world = await World.open({ LOG_LEVEL: 'error', SESSION_MAX: '90d' }, { emulator: front.options })
  front.standBefore(world.emulator)
  front.answerMe = (token) => profileOf(ownerOf(token))
})
afterAll(async () => {
  vi.useRealTimers()
  await world.close()
  front.close()
})

/** A person who is not in the emulator's directory: the test writes the claims of each sign-in. */
interface Person {
  id: string
  name: string
  username: string
}

function personAt(index: number): Person {
  const number = String(index).padStart(3, '0')
  return {
    id: `00000000-0000-4000-8000-000000000${number}`,
    name: `Person ${number}`,
    username: `person${number}@contoso.onmicrosoft.com`,
  }
}

/** The owner of each code, refresh token and access token, by the hash of the secret. */
const owners = new Map<string, Person>()

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex')

/** The owner of an access token: each token answer belongs to the owner of the code or refresh token. */
function ownerOf(accessToken: string): Person | undefined {
  for (const { request, tokens } of front.issues.splice(0)) {
    const grant = request.get('code') ?? request.get('refresh_token') ?? ''
    const owner = owners.get(hashOf(grant))
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      if (owner && token !== undefined) owners.set(hashOf(token), owner)
    }
  }
  return owners.get(hashOf(accessToken))
}

function profileOf(person: Person | undefined): object | undefined {
  return person && { id: person.id, displayName: person.name }
}

async function signIn(person: Person): Promise<Browser> {
  const { id: oid, name, username } = person
  world.emulator.tamperNextIdToken((claims) => ({
    ...claims,
    ...{ oid, name, preferred_username: username },
  }))
  const browser = world.openBrowser()
  const { url } = await browser.goTo('/auth/login', toCallback)
  owners.set(hashOf(url.searchParams.get('code') ?? ''), person)
  expect((await browser.goTo(url.href)).url.pathname).toBe('/')
  return browser
}

interface Session {
  person: Person
  browser: Browser
}

/** Both answers must be those of this person. */
async function turnOf({ person, browser }: Session): Promise<void> {
  const [me, session] = await Promise.all([browser.fetch('/api/me'), browser.fetch('/api/session')])
  expect([me.status, me.json]).toEqual([200, profileOf(person)])
  expect(session.json).toMatchObject({ authenticated: true, user: person })
}

test(
  'a hundred people at once get nobody else’s data, however often tokens are refreshed (#36)',
  async () => {
    const sessions: Session[] = []
    // A token that ends within five minutes is replaced once a minute.
    world.emulator.setLifetimes({ accessToken: 60 })
    for (let index = 0; index < people; index += 1) {
      const person = personAt(index)
      sessions.push({ person, browser: await signIn(person) })
    }
    const end = performance.now() + seconds * 1_000
    do {
      later(1.1)
      world.emulator.clearRequests()
      await Promise.all(sessions.map(turnOf))
      expect(world.emulator.requests('token')).toHaveLength(people)
    } while (performance.now() < end)
    expect(world.complaints).toEqual([])
  },
  30_000 + seconds * 2_000,
)
