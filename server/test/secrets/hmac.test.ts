import { createHash, createHmac, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { mac, macKey, macKeyBytes } from '../../src/secrets/key-ring.ts'

/** A key as RFC 2104 section 2 brings it to the length of a block. */
function blockOf(key: Buffer): Buffer {
  const short = key.length > macKeyBytes ? createHash('sha256').update(key).digest() : key
  return Buffer.concat([short, Buffer.alloc(macKeyBytes - short.length)])
}

describe('the signature of a cookie and the name of a record', () => {
  const long = Buffer.alloc(131, 0xaa)
  test.each([
    [
      '1',
      Buffer.alloc(20, 0x0b),
      'Hi There',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      '2',
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      '6',
      long,
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      '7',
      long,
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])(
    'cookie signatures and record names are HMAC-SHA256: test case %s of RFC 4231',
    (_number, key, text, digest) => {
      expect(Buffer.from(mac(macKey(blockOf(key)), text), 'base64url').toString('hex')).toBe(digest)
    },
  )

  test('cookie signatures and record names equal the result of createHmac, for any key and text', () => {
    for (let length = 0; length < 200; length += 1) {
      const key = randomBytes(macKeyBytes)
      const text = randomBytes(length).toString('latin1')
      expect(mac(macKey(key), text)).toBe(
        createHmac('sha256', key).update(text).digest('base64url'),
      )
    }
  })

  test.each([0, 32, 63, 65, 128])(
    'cookie signatures and record names accept no key of %i bytes',
    (length) => {
      expect(() => macKey(Buffer.alloc(length))).toThrow(RangeError)
    },
  )
})
