import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { ConfigError } from '../config/reader.ts'
import type { SessionSettings } from '../config/session.ts'
import { type StoreLocation, storeSettingOf } from '../config/store-location.ts'
import { Failure } from '../failure.ts'
import { plainReason } from '../plain-reason.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { SealBroken, unseal } from '../secrets/seal.ts'
import { sessionSecrets } from '../secrets/session-secret.ts'
import { openStore } from '../store/open.ts'
import { recordKinds } from '../store/record-kinds.ts'
import { sameBytes, type Store } from '../store/store.ts'
import type { Tell } from './finding.ts'

const trialMs = 60_000

/** Opens the store, and writes, reads and deletes a record. The check leaves nothing behind. */
export async function checkStore(session: SessionSettings, tell: Tell): Promise<void> {
  const { store } = session
  const name = storeSettingOf(store)
  if (store.kind === 'memory') {
    tell.warn(
      'SESSION_STORE is memory: a restart of the server signs everybody out',
      'Set it to file:<folder>, or to a Redis.',
    )
    return
  }
  try {
    const place = store.kind === 'file' ? placeOf(store.folder) : 'itself'
    if (place === 'another user') {
      tell.warn(
        `${name} belongs to another user, so it was not opened`,
        'Run the doctor as the user that runs the server.',
      )
    } else if (place === 'new' && store.kind === 'file') {
      await tryNewFolder(store.folder, tell)
      tell.ok(`${name} is new, and can be written and read`)
    } else {
      await tryStore(store, tell, (opened) => requireSecrets(opened, session))
      tell.ok(`${name} can be written and read`)
    }
  } catch (error) {
    tell.fail(...problemOf(error, name))
  }
}

/** Files that another user made would shut out the server. */
function placeOf(folder: string): 'new' | 'itself' | 'another user' {
  const database = join(folder, 'sessions.mdb')
  if (!existsSync(database)) return 'new'
  const self = process.getuid?.()
  return self === undefined || statSync(database).uid === self ? 'itself' : 'another user'
}

/** Makes a store beside the place where the server will make one, and removes it. */
async function tryNewFolder(folder: string, tell: Tell): Promise<void> {
  let parent = resolve(folder)
  while (!existsSync(parent)) parent = dirname(parent)
  const trial = mkdtempSync(join(parent, 'trial.'))
  try {
    await tryStore({ kind: 'file', folder: trial }, tell)
  } finally {
    rmSync(trial, { recursive: true, force: true })
  }
}

async function tryStore(
  location: StoreLocation,
  tell: Tell,
  inspect: (store: Store) => Promise<void> = async () => undefined,
): Promise<void> {
  const store = await openStore(location, (text) => {
    tell.warn(text)
  })
  try {
    const [name, value] = [`trial:${randomUUID()}`, randomBytes(32)]
    await store.put(name, value, Date.now() + trialMs)
    const isSame = sameBytes(await store.get(name), value)
    await store.delete(name)
    if (!isSame) throw new ConfigError(['SESSION_STORE does not give back what was written'])
    await inspect(store)
  } finally {
    await store.close()
  }
}

/** Unlike the start of the server, this never seals the key anew: other servers may know other secrets. */
async function requireSecrets(store: Store, session: SessionSettings): Promise<void> {
  const sealed = await store.get(recordKinds.namingKey)
  if (!sealed) return
  unseal(new KeyRing(sessionSecrets(session, false)), recordKinds.namingKey, sealed, 'record')
}

function problemOf(error: unknown, name: string): [text: string, remedy?: string] {
  if (error instanceof ConfigError) return [error.problems.join(' ')]
  if (error instanceof SealBroken) {
    return [
      `SESSION_SECRET does not open the sessions in ${name}`,
      'Put the old secret behind the new one, separated by a comma, or delete the store.',
    ]
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  const reason = plainReason(error, error instanceof Failure ? 'it fails' : code)
  return [
    `${name} cannot be used: ${reason}`,
    'docs/operation.md, "Trouble with the store", says what helps.',
  ]
}
