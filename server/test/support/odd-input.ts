import fc from 'fast-check'

/** What has broken other servers: ends of lines, other origins, prototypes, encodings. */
const famous = [
  ...['', ' ', '\t', '\0', '\u007f', '%00', '%0d%0a', '\r\n', '\n', '\r', '%0D%0AX-Injected:%201'],
  ...['\r\nX-Injected: 1', '\r\nSet-Cookie: sid=evil', '%E0%A4%A', '%', '%zz', '%ff%fe', '%u0041'],
  ...[
    '//evil.example',
    '/\\evil.example',
    '/%09/evil.example',
    '/%5cevil.example',
    '@evil.example',
  ],
  ...['https:evil.example', 'https://evil.example/', 'javascript:alert(1)', '/..//evil.example'],
  ...['data:text/html,x', 'http://localhost:1@evil.example', '///evil.example', '\\\\evil.example'],
  ...['/.//evil.example', '/a/..//evil.example', '/\t/evil.example', '/ /evil.example', '/%2f%2fe'],
  ...['__proto__', 'constructor', 'prototype', 'toString', '__proto__[a]', 'hasOwnProperty'],
  ...['null', 'undefined', 'NaN', '[]', '{}', '0', '-1', '1e309', 'true', "'", '"', '`', '${x}'],
  ...[
    '<script>alert(1)</script>',
    '../../../etc/passwd',
    '..%2f..%2f',
    '%2e%2e/',
    '%252e',
    ';',
    '=',
  ],
  ...['a'.repeat(600), 'a'.repeat(5_000), '\u00e9', '\u00ff', '\ud800', '\u{1f600}', '\u2028', 'ﬀ'],
]

/** Any text, often one of the famous texts or a mixture of them. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...famous) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 80 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...famous), fc.string({ maxLength: 8 }), fc.constantFrom(...famous))
      .map((parts) => parts.join('')),
  },
)

/** A text for one line of a request head, without line breaks. */
export const oddLine: fc.Arbitrary<string> = oddText.map((text) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[\r\n]/g, ''),
)

/** A value as a URL's query can carry it: encoded, or bare as far as a request line allows. */
export const oddParameter: fc.Arbitrary<string> = fc.oneof(
  oddText.map((text) => encodeURIComponent(wellFormed(text))),
  oddText.map((text) =>
    Buffer.from(text)
      .toString('latin1')
      .replace(/[\s\0#&]/g, ''),
  ),
)

/** A text that differs from the given one a little: cut, altered, longer, twice. */
export function mutationOf(text: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: Math.max(0, text.length - 1) })
  const letter = fc.constantFrom('A', 'z', '0', '9', '-', '_', '.', '=')
  return fc.oneof(
    place.map((at) => text.slice(0, at)),
    place.map((at) => text.slice(at + 1)),
    fc.tuple(place, letter).map(([at, with_]) => text.slice(0, at) + with_ + text.slice(at + 1)),
    fc.tuple(place, letter).map(([at, with_]) => text.slice(0, at) + with_ + text.slice(at)),
    fc.tuple(place, oddLine).map(([at, odd]) => text.slice(0, at) + odd + text.slice(at)),
    fc.constant(text + text),
    fc.constant(text.split('.').reverse().join('.')),
    fc.constant(text.toUpperCase()),
  )
}

/** Without halves of surrogate pairs, which no encoding knows. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}
