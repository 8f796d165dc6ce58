import { loadConfig } from '../../src/config/config.ts'
import { seal, unseal } from '../../src/secrets/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { openVault } from '../../src/store/vault.ts'

/**
 * Takes members out of all session records, as if an older build had written them.
 * @param settings of the server that wrote them, with its SESSION_SECRET
 */
export async function leaveOut(
  members: readonly string[],
  store: Store,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const { ring } = await openVault(store, loadConfig(settings).session, () => undefined)
  for await (const name of store.names('session:')) {
    const bytes = (await store.get(name)) ?? new Uint8Array()
    const record = Object.entries(JSON.parse(unseal(ring, name, bytes, 'record')) as object)
    const older = Object.fromEntries(record.filter(([member]) => !members.includes(member)))
    const sealed = seal(ring, name, JSON.stringify(older), 'record')
    await store.put(name, sealed, Date.now() + 3_600_000)
  }
}
