import type { FastifyInstance } from 'fastify'
import type { SessionSettings } from '../config/session.ts'
import { storeSettingOf } from '../config/store-location.ts'
import { KeyRing, type Secrets } from '../secrets/key-ring.ts'
import { watchSecrets } from '../secrets/rotation.ts'
import { sessionSecrets } from '../secrets/session-secret.ts'
import { RecordNames } from './record-names.ts'
import type { Store } from './store.ts'

/** A store, the keys that its records are sealed with, and the key that names them. */
export interface Vault {
  readonly store: Store
  readonly ring: KeyRing
  readonly names: RecordNames
  /** Called with the kind of a record whose form this build does not know. */
  readonly onUnknownFormat: (kind: string) => void
}

/**
 * @param onUnknownFormat called once for each kind of record whose form this version does not know
 * @throws {ConfigError} when the secrets that were set, or kept, are not those of the store
 */
export async function openVault(
  store: Store,
  settings: SessionSettings,
  onUnknownFormat: (kind: string) => void,
): Promise<Vault> {
  const ring = new KeyRing(sessionSecrets(settings, await RecordNames.isNew(store)))
  const names = await RecordNames.open(store, ring, storeSettingOf(settings.store))
  const reported = new Set<string>()
  return {
    store,
    ring,
    names,
    onUnknownFormat: (kind) => {
      if (!reported.has(kind)) onUnknownFormat(kind)
      reported.add(kind)
    },
  }
}

/** After Redis has lost its records, the servers name records differently for so long at most. */
const followEveryMs = 5_000

/** A Redis that has lost its records signs everybody out, but new sessions are found by all servers. */
export function followNames(app: FastifyInstance, { ring, names }: Vault): void {
  const follow = async () => {
    if (await names.follow(ring)) return
    app.log.error('the session store has lost its records: everybody has to sign in again')
  }
  const following = setInterval(() => {
    follow().catch((err: unknown) => {
      app.log.error({ err }, 'the key of the session store cannot be read')
    })
  }, followEveryMs)
  following.unref()
  app.addHook('onClose', async () => {
    clearInterval(following)
  })
}

/** New secrets in SESSION_SECRET_FILE take effect without a restart. */
export function followRotation(
  app: FastifyInstance,
  { ring, names }: Vault,
  file: string | undefined,
): void {
  if (file === undefined) return
  const rotate = async (secrets: Secrets) => {
    // `reseal` comes first: it fails unless these secrets open the store.
    await names.reseal(new KeyRing(secrets))
    ring.replace(secrets)
    app.log.info({ file }, 'the session secrets were rotated')
  }
  const stop = watchSecrets(file, rotate, (err) => {
    app.log.error({ err, file }, 'SESSION_SECRET_FILE has changed, but the old secrets stay in use')
  })
  app.addHook('onClose', async () => {
    stop()
  })
}
