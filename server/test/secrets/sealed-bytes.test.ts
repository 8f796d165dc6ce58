import { describe, expect, test } from 'vitest'
import { KeyRing } from '../../src/secrets/key-ring.ts'
import { isSealedWithNewest, seal, SealBroken, unseal } from '../../src/secrets/seal.ts'

describe('sealed bytes', () => {
  const ring = new KeyRing(['s'.repeat(32)])

  test('sealed bytes of a record are not opened as a cookie, whatever their first byte says', () => {
    const cookie = seal(ring, 'name', 'text', 'cookie')
    const record = seal(ring, 'name', 'text', 'record')
    expect(() => unseal(ring, 'name', record, 'cookie')).toThrow(SealBroken)
    expect(ring.newest.sealing.cookie).not.toEqual(ring.newest.sealing.record)
    record[0] = cookie[0] ?? 0
    expect(() => unseal(ring, 'name', record, 'cookie')).toThrow(SealBroken)
    expect(() => unseal(ring, 'name', record, 'record')).toThrow(SealBroken)
  })

  test('sealed bytes of a record from before records had their own key are opened, and sealed again', () => {
    const earlier = seal(ring, 'name', 'text', 'cookie')
    expect(unseal(ring, 'name', earlier, 'record')).toBe('text')
    expect(isSealedWithNewest(ring, earlier)).toBe(false)
    expect(isSealedWithNewest(ring, seal(ring, 'name', 'text', 'record'))).toBe(true)
  })

  test.each(['cookie', 'record'] as const)(
    'sealed bytes of a %s are opened under their own name alone',
    (use) => {
      const sealed = seal(ring, 'name', 'text', use)
      expect(unseal(ring, 'name', sealed, use)).toBe('text')
      expect(() => unseal(ring, 'another', sealed, use)).toThrow(SealBroken)
    },
  )
})
