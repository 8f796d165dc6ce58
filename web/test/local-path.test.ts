import { localPath } from '@entra-bff/shared'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const origins = ['https://app.example.com', 'http://localhost:3000']
const pieces = [
  ...['/', '//', '///', '\\', '/\\', '.', '..', '/.', '/..', '%2e', '%2e%2e', '%2f', '%5c', '%00'],
  ...[
    '%09',
    '%0d%0a',
    '\t',
    '\n',
    '\r',
    '\0',
    '\u007f',
    ' ',
    '@',
    ':',
    ';',
    '?',
    '#',
    '%',
    '\ud800',
  ],
  ...[
    'evil.example',
    'https:',
    'http://',
    'javascript:',
    'a',
    '127.0.0.1',
    '[::1]',
    'é',
    '／',
    '。',
  ],
]
const odd = fc
  .tuple(fc.constantFrom('', '/'), fc.array(fc.constantFrom(...pieces), { maxLength: 7 }))
  .map(([start, rest]) => start + rest.join(''))

test('a path that passes stays on its origin, in every form that a browser makes of it', () => {
  let passed = 0
  const property = fc.property(odd, (text) => {
    const path = localPath(text)
    if (path === undefined) return
    passed += 1
    for (const origin of origins) {
      const url = new URL(path, `${origin}/login?a=b`)
      expect(url.origin).toBe(origin)
      expect(url.pathname + url.search + url.hash).toBe(path)
    }
    expect(path).toMatch(/^\/(?![/\\])/)
    expect(localPath(path)).toBe(path)
  })
  fc.assert(property, { seed: 20_240_229, numRuns: 5_000 })
  // If no path passed, the property would prove nothing.
  expect(passed).toBeGreaterThan(500)
})

test.each([
  ['/..//evil.example/', undefined],
  ['/.//evil.example/', undefined],
  ['/a/..//evil.example/', undefined],
  ['/%2e%2e//evil.example/', undefined],
  ['//evil.example', undefined],
  ['/\\evil.example', undefined],
  ['/%5cevil.example', undefined],
  ['/%2fevil.example', undefined],
  ['/%E0%A4%A', undefined],
  ['result', undefined],
  ['', undefined],
  [undefined, undefined],
  [['/'], undefined],
  ['/', '/'],
  ['/a/../result/me?$top=5#x', '/result/me?$top=5#x'],
])('%j is judged in its normal form: %j', (raw, path) => {
  expect(localPath(raw)).toBe(path)
})
