import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readStoreLocation } from '../../src/config/store-location.ts'
import { SettingsReader } from '../../src/config/reader.ts'
import { openLmdbStore } from '../../src/store/lmdb.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { openRedisStore } from '../../src/store/redis.ts'
import { takeOnce, type Store } from '../../src/store/store.ts'
import { withDeadline } from '../../src/store/with-deadline.ts'
import { hasRedis, RedisServer } from '../support/redis-server.ts'

const one = Buffer.from('one')
const two = Buffer.from('two')
const never = Number.MAX_SAFE_INTEGER

let now = 1_000
let folder: string
let redis: RedisServer
const clock = () => now
const stores: [string, () => Store | Promise<Store>][] = [
  ['memory', () => openMemoryStore(clock)],
  ['LMDB', () => openLmdbStore(folder, clock)],
  ...(hasRedis ? [['Redis', openEmptyRedis] as [string, () => Promise<Store>]] : []),
]
beforeAll(async () => {
  if (hasRedis) redis = await RedisServer.start()
})
afterAll(async () => {
  if (hasRedis) await redis.close()
})

function openEmptyRedis(): Promise<Store> {
  redis.cli('flushall')
  const location = readStoreLocation(new SettingsReader(redis.settings))
  if (location.kind !== 'redis') throw new Error('the settings name no Redis')
  return openRedisStore(location, () => undefined, clock)
}

/** What every store keeps to: a new store is added to the list above. */
describe.each(stores)('the store in %s', (_name, open) => {
  let store: Store
  beforeEach(async () => {
    now = 1_000
    folder = mkdtempSync(join(tmpdir(), 'entra-bff-store-'))
    store = withDeadline(await open())
  })
  afterEach(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })

  async function read(name: string): Promise<string | undefined> {
    const bytes = await store.get(name)
    return bytes && Buffer.from(bytes).toString()
  }

  async function namesWith(prefix: string): Promise<string[]> {
    const names: string[] = []
    for await (const name of store.names(prefix)) names.push(name)
    return names.sort()
  }

  test('has no record under a name that was never written', async () => {
    expect(await read('a')).toBeUndefined()
  })

  test('gives back the object that the caller knows while the bytes are the same', async () => {
    await store.put('a', one, never)
    const known = await store.get('a')
    expect(await store.get('a', known)).toBe(known)
    await store.put('a', two, never)
    expect(Buffer.from((await store.get('a', known)) ?? [])).toEqual(two)
  })

  test('gives each of many reads at the same time its own record', async () => {
    const names = ['a', 'b', 'none', 'c', 'a']
    for (const name of ['a', 'b', 'c']) await store.put(name, Buffer.from(name), never)
    expect(await Promise.all(names.map(read))).toEqual(['a', 'b', undefined, 'c', 'a'])
  })

  test('keeps any byte as it is', async () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index)
    await store.put('a', all, never)
    expect(await store.get('a')).toEqual(all)
    expect(await store.swap('a', all, one, never)).toBe(true)
  })

  test('gives back the bytes that were written last', async () => {
    await store.put('a', one, never)
    await store.put('a', two, never)
    expect(await read('a')).toBe('two')
  })

  test('keeps an empty record apart from no record', async () => {
    await store.put('a', new Uint8Array(), never)
    expect(await read('a')).toBe('')
  })

  test('has a record until its expiry, and not from then on', async () => {
    await store.put('a', one, 2_000)
    now = 1_999
    expect(await read('a')).toBe('one')
    now = 2_000
    expect(await read('a')).toBeUndefined()
    expect(await namesWith('')).toEqual([])
  })

  test('deletes a record, and takes the deletion of an absent one', async () => {
    await store.put('a', one, never)
    await store.delete('a')
    await store.delete('a')
    expect(await read('a')).toBeUndefined()
  })

  test('swaps where the stored bytes are the expected ones', async () => {
    await store.put('a', one, never)
    expect(await store.swap('a', Buffer.from('one'), two, never)).toBe(true)
    expect(await read('a')).toBe('two')
  })

  test.each([
    ['other bytes are stored', two, one],
    ['no record is stored', undefined, one],
    ['a record is stored and none is expected', two, undefined],
  ])('does not swap where %s', async (_case, stored, expected) => {
    if (stored) await store.put('a', stored, never)
    expect(await store.swap('a', expected, Buffer.from('new'), never)).toBe(false)
    expect(await read('a')).toBe(stored?.toString())
  })

  test('swaps an expired record as one that is absent', async () => {
    await store.put('a', one, 2_000)
    now = 2_000
    expect(await store.swap('a', one, two, never)).toBe(false)
    expect(await store.swap('a', undefined, two, never)).toBe(true)
    expect(await read('a')).toBe('two')
  })

  test('lets one of many concurrent swaps win', async () => {
    const swaps = Array.from({ length: 20 }, (_, index) =>
      store.swap('a', undefined, Buffer.from(String(index)), never),
    )
    const results = await Promise.all(swaps)
    expect(results.filter(Boolean)).toHaveLength(1)
    expect(await read('a')).toBe(String(results.indexOf(true)))
  })

  test('gives a name that can be taken once to one of many', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, () => takeOnce(store, 'a', never)))
    expect(taken.filter(Boolean)).toHaveLength(1)
  })

  test('lists the names that begin with a prefix, over many records', async () => {
    const count = 1_200
    for (let index = 0; index < count; index += 1) await store.put(`b:${String(index)}`, one, never)
    await store.put('a:1', one, never)
    await store.put('c:1', one, never)
    expect(await namesWith('b:')).toHaveLength(count)
    expect(await namesWith('a:')).toEqual(['a:1'])
    expect(await namesWith('d:')).toEqual([])
  })
})
