import { Type } from 'typebox'
import { beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { KeyRing } from '../../src/secrets/key-ring.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { RecordNames } from '../../src/store/record-names.ts'
import { Records } from '../../src/store/records.ts'
import { openVault, type Vault } from '../../src/store/vault.ts'

const never = Number.MAX_SAFE_INTEGER
const Fruit = Type.Object({ color: Type.String(), ripe: Type.Optional(Type.Boolean()) })
/** The form that the next version gives the same kind. */
const NextFruit = Type.Object({ color: Type.String(), weight: Type.Number() })

const store = openMemoryStore()
const ring = new KeyRing(['s'.repeat(32)])
let vault: Vault
let misfits: string[]
let fruits: Records<typeof Fruit>
let name: string
beforeEach(async () => {
  misfits = []
  const names = await RecordNames.open(store, ring, 'memory:')
  vault = { store, ring, names, onUnknownFormat: (kind) => misfits.push(kind) }
  fruits = new Records(vault, { kind: 'fruit', schema: Fruit, maxCached: 10 })
  name = fruits.nameOf('pear')
  await fruits.put(name, { color: 'green' }, never)
})

function nextFruits() {
  return new Records(vault, { kind: 'fruit', schema: NextFruit })
}

test('a record is named by its kind and a hash that does not tell the id', () => {
  expect(name).toMatch(/^fruit:[\w-]{43}$/)
  expect(name).not.toContain('pear')
})

test('a record comes back as it was written', async () => {
  expect((await fruits.read(name))?.value).toEqual({ color: 'green' })
})

describe('a record with another form than this version gives it', () => {
  test('counts as absent, and its kind is reported', async () => {
    expect(await nextFruits().read(name)).toBeUndefined()
    expect(misfits).toEqual(['fruit'])
  })

  test('counts as unreadable for work that a damaged record must not stop', async () => {
    expect(await nextFruits().inspect(name)).toBe('unreadable')
  })

  test('can be written over', async () => {
    await nextFruits().put(name, { color: 'red', weight: 90 }, never)
    expect((await nextFruits().read(name))?.value).toEqual({ color: 'red', weight: 90 })
  })
})

test('a record that no secret opens is a failure of the store, not an absent record', async () => {
  const locked = { ...vault, ring: new KeyRing(['t'.repeat(32)]) }
  const strangers = new Records(locked, { kind: 'fruit', schema: Fruit })
  await expect(async () => strangers.read(name)).rejects.toMatchObject({
    code: 'store_unavailable',
  })
  expect(await strangers.inspect(name)).toBe('unreadable')
})

test('a record that was read before is not served after its secret was removed', async () => {
  const rotated = new KeyRing(['o'.repeat(32)])
  const fruitsOfRotated = new Records(
    { ...vault, ring: rotated },
    { kind: 'fruit', schema: Fruit, maxCached: 10 },
  )
  await fruitsOfRotated.put(name, { color: 'yellow' }, never)
  expect((await fruitsOfRotated.read(name))?.value).toEqual({ color: 'yellow' })
  rotated.replace(['n'.repeat(32)])
  await expect(async () => fruitsOfRotated.read(name)).rejects.toMatchObject({
    code: 'store_unavailable',
  })
})

test('a record under the name of another one is not opened', async () => {
  const other = fruits.nameOf('plum')
  const bytes = (await store.get(name)) ?? new Uint8Array()
  await store.put(other, bytes, never)
  await expect(async () => fruits.read(other)).rejects.toMatchObject({ code: 'store_unavailable' })
})

test('a record is replaced only while it is the one that was read', async () => {
  const stored = await fruits.read(name)
  if (!stored) throw new Error('the record is absent')
  expect((await fruits.replace(stored, { color: 'yellow' }, never))?.value.color).toBe('yellow')
  expect(await fruits.replace(stored, { color: 'brown' }, never)).toBeUndefined()
  expect((await fruits.read(name))?.value.color).toBe('yellow')
})

test('a record is created only where none is', async () => {
  expect(await fruits.create(name, { color: 'blue' }, never)).toBeUndefined()
  expect((await fruits.read(name))?.value.color).toBe('green')
})

test('records with another form are reported once for each kind', async () => {
  const reported: string[] = []
  const settings = loadConfig({ SESSION_STORE: 'memory:' }).session
  const opened = await openVault(openMemoryStore(), settings, (kind) => reported.push(kind))
  const old = new Records(opened, { kind: 'fruit', schema: Fruit })
  const next = new Records(opened, { kind: 'fruit', schema: NextFruit })
  for (const id of ['pear', 'plum']) {
    await old.put(old.nameOf(id), { color: 'green' }, never)
    expect(await next.read(old.nameOf(id))).toBeUndefined()
  }
  expect(reported).toEqual(['fruit'])
})
