import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { Browser } from '../support/browser.ts'
import { adele, World } from '../support/world.ts'

const store = openMemoryStore()
let world: World
beforeAll(async () => {
  world = await World.open({}, { server: { store } })
})
afterAll(() => world.close())

/** A sign-in that failed, with the report of it in a cookie. */
async function failedSignIn(browser: Browser) {
  const page = await browser.goTo('/getAToken?state=x')
  const ref = page.url.searchParams.get('ref') ?? ''
  const name = `err-${new URL(world.origin).port}-${ref}`
  const value = (await browser.cookies())[name] ?? ''
  return { name, value, path: `/api/errors/${ref}` }
}

test('the value of a cookie is not accepted under the name of another cookie', async () => {
  const one = await failedSignIn(world.openBrowser())
  const other = await failedSignIn(world.openBrowser())
  const statusWith = async (value: string) => {
    const headers = { cookie: `${other.name}=${value}`, 'x-csrf': '1' }
    return (await fetch(`${world.origin}${other.path}`, { headers })).status
  }
  expect(await statusWith(other.value)).toBe(200)
  expect(await statusWith(one.value)).toBe(404)
})

test('the bytes of a record are not accepted under the name of another record', async () => {
  world.emulator.signInAutomaticallyAs(adele)
  const adeles = await world.signIn()
  const [from = ''] = await sessionNames()
  world.emulator.signInAutomaticallyAs('AlexW@contoso.onmicrosoft.com')
  const alexs = await world.signIn()
  const to = (await sessionNames()).find((name) => name !== from) ?? ''
  const record = (await store.get(from)) ?? new Uint8Array()
  await store.put(to, record, Date.now() + 60_000)
  expect(await adeles.isSignedIn()).toBe(true)
  const { status, text } = await alexs.fetch('/api/session')
  expect(status).toBe(503)
  expect(text).not.toContain('Adele')
})

async function sessionNames(): Promise<string[]> {
  const names: string[] = []
  for await (const name of store.names('session:')) names.push(name)
  return names
}
