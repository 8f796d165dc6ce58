import { storeSettingOf, type SessionSettings } from '../config/session.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { sessionSecrets } from '../secrets/session-secret.ts'
import { RecordNames } from './record-names.ts'
import type { Store } from './store.ts'

/**
 * What opens the records of a store, and what names them.
 * @throws {ConfigError} when the secrets that were set, or kept, are not those of the store
 */
export async function openKeys(
  store: Store,
  settings: SessionSettings,
): Promise<{ ring: KeyRing; names: RecordNames }> {
  const ring = new KeyRing(sessionSecrets(settings, await RecordNames.isNew(store)))
  return { ring, names: await RecordNames.open(store, ring, storeSettingOf(settings.store)) }
}
