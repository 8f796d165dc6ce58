import fc from 'fast-check'
import { expect } from 'vitest'
import type { RawAnswer } from './raw-client.ts'
import type { World } from './world.ts'

const everyday = { runs: 500, seed: 20_240_229 }

/** How many inputs each property gets; `pnpm fuzz` sets more, and another seed each time. */
const runs = Number(process.env['FUZZ_RUNS'] ?? everyday.runs)
/** How long the test of one property may take. */
export const propertyTimeoutMs = 20_000 + runs * 20
const seed = Number(process.env['FUZZ_SEED'] ?? everyday.seed)

/** @param share of `runs`, for a property whose inputs take longer */
export async function holds<T>(
  input: fc.Arbitrary<T>,
  predicate: (input: T) => Promise<void>,
  share = 1,
): Promise<void> {
  const numRuns = Math.max(1, Math.ceil(runs * share))
  const property = fc.asyncProperty(input, predicate)
  const outcome = await fc.check(property, { seed, numRuns, endOnFailure: numRuns > 1_000 })
  if (!outcome.failed) return
  const repeat = `Repeat it with: pnpm fuzz --seed ${String(seed)} --runs ${String(runs)}`
  throw new Error(`${repeat}\n${fc.defaultReportMessage(outcome) ?? ''}`, {
    cause: outcome.errorInstance,
  })
}

/** Every header this server may send. An answer must not repeat a header of the request. */
const known = new Set([
  ...['allow', 'cache-control', 'clear-site-data', 'client-request-id', 'connection'],
  ...['content-length', 'content-type'],
  ...['content-security-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy'],
  ...['date', 'etag', 'keep-alive', 'last-modified', 'location', 'permissions-policy'],
  ...['referrer-policy', 'request-id', 'retry-after', 'set-cookie', 'transfer-encoding', 'vary'],
  ...['x-content-type-options', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
  ...['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'],
])

/** Checks what must hold for the answer to any request. */
export function expectHarmless(answer: RawAnswer, world: World): void {
  expect(answer.status).toBeGreaterThanOrEqual(200)
  expect(answer.status).toBeLessThan(500)
  const names = answer.headers.map(([name]) => name)
  expect(names.filter((name) => !known.has(name))).toEqual([])
  const single = names.filter((name) => name !== 'set-cookie')
  expect(single).toHaveLength(new Set(single).size)
  // A lone CR or LF would end a header for a lenient reader.
  for (const [, value] of answer.headers) expect(value).not.toMatch(/[\r\n\0]/)
  for (const cookie of valuesOf(answer, 'set-cookie')) expectOwnCookie(cookie, world)
  for (const location of valuesOf(answer, 'location')) expectOwnPlace(location, world)
  expectNoStack(answer)
}

export function valuesOf(answer: RawAnswer, wanted: string): string[] {
  return answer.headers.filter(([name]) => name === wanted).map(([, value]) => value)
}

/** The value of a session cookie that the answer sets; undefined when it sets none, or clears it. */
export function sessionOf(answer: RawAnswer, world: World): string | undefined {
  const { port } = new URL(world.origin)
  const cookie = valuesOf(answer, 'set-cookie').find((line) => line.startsWith(`sid-${port}=`))
  return /^[^=]+=([^;]+)/.exec(cookie ?? '')?.[1]
}

function expectOwnCookie(line: string, world: World): void {
  const { port } = new URL(world.origin)
  const name = new RegExp(`^(sid-${port}|(tx|last|err|device)-${port}-[\\w-]+)=`)
  expect(line).toMatch(name)
  // A cleared cookie holds nothing to protect.
  expect(line).toMatch(/^[^=]+=; Max-Age=0;|; HttpOnly/)
}

/** Checks that a browser stays on this origin, or goes to an endpoint of Entra. */
function expectOwnPlace(location: string, world: World): void {
  const url = new URL(location, world.origin)
  if (url.origin === world.origin) {
    expect(location).toMatch(/^\/(?![/\\])|^http:\/\/localhost:/)
    return
  }
  expect(`${url.origin}${url.pathname}`).toMatch(
    new RegExp(`^${world.emulator.authority}/oauth2/v2.0/(authorize|logout)$`),
  )
}

function expectNoStack({ body, headers }: RawAnswer): void {
  expect(body).not.toMatch(/\n? {2,}at \S+ ?\(|node_modules|node:internal|\.ts:\d+|\.js:\d+/)
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  if (!type.includes('json') || body === '') return
  const json = JSON.parse(body) as object
  expect(json).not.toHaveProperty('stack')
  expect(json).not.toHaveProperty('cause')
}
