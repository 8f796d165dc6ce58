import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { loadConfig } from '@entra-bff/server/config/config'
import { cookiesOf } from '@entra-bff/server/http/cookie-attributes'
import { newSessionId, SessionCookie } from '@entra-bff/server/session/cookie'
import { recordExpiry } from '@entra-bff/server/session/lifetimes'
import { StoredSession } from '@entra-bff/server/session/record'
import { Sessions } from '@entra-bff/server/session/sessions'
import { openStore } from '@entra-bff/server/store/open'
import { recordKinds } from '@entra-bff/server/store/record-kinds'
import { Records } from '@entra-bff/server/store/records'
import { openVault } from '@entra-bff/server/store/vault'
import { TokenRecords } from '@entra-bff/server/tokens/token-records'

/**
 * Fills a store with copies of the one session in it, each of another person, by the server's own
 * code: `with-tokens`, or `record-only`: what a read needs, without tokens and lists. Writes the cookies of
 * up to 100,000 of them to a file.
 */
const [count = '0', what, cookieFile = ''] = process.argv.slice(2)
const batchSize = 500
const maxCookies = 100_000

const { session: settings, publicUrl } = loadConfig(process.env)
const store = await openStore(settings.store)
const vault = await openVault(store, settings, () => undefined)
const tokens = new TokenRecords(vault)
const sessions = new Sessions({ vault, lifetimes: settings, tokens, admission: undefined })
const cookie = new SessionCookie({
  kind: cookiesOf(publicUrl).session,
  ring: vault.ring,
  nameOf: (id) => sessions.nameOf(id),
})

const records = new Records(vault, { kind: recordKinds.session, schema: StoredSession })

const model = await readModel()
const cookies: string[] = []
for (let left = Number(count); left > 0; left -= batchSize) {
  await Promise.all(Array.from({ length: Math.min(batchSize, left) }, addSession))
}
writeFileSync(cookieFile, cookies.join('\n'))
await store.close()

async function readModel() {
  for await (const name of sessions.names()) {
    const session = await sessions.findLiving(name)
    const stored = await tokens.find(name)
    if (session && stored) return { record: session.record, cache: stored.value }
  }
  throw new Error('the store holds no session to copy')
}

async function addSession(): Promise<void> {
  const id = newSessionId()
  const name = sessions.nameOf(id)
  const now = Date.now()
  const record = {
    ...model.record,
    user: { ...model.record.user, id: randomUUID() },
    sid: randomUUID(),
    createdAt: now,
    lastSeenAt: now,
  }
  if (what === 'with-tokens') {
    await sessions.begin(name, record, model.cache)
  } else await records.put(name, record, recordExpiry(record, settings))
  if (cookies.length < maxCookies) cookies.push(`${cookie.kind.name}=${cookie.sign(id)}`)
}
