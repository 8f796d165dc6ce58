import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { Browser } from '../support/browser.ts'
import { EntraFront } from '../support/entra-front.ts'
import { flowsOf } from '../support/flows.ts'
import { type RecordedAnswer, recordingAgent } from '../support/recording-agent.ts'
import { adele, client, World } from '../support/world.ts'

let front: EntraFront
let world: World
let folder: string
const answers: RecordedAnswer[] = []
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-leaks-'))
  front = await EntraFront.open()
  const settings = { SESSION_STORE: `file:${folder}`, LOG_LEVEL: 'trace', DEVICE_LOGIN: 'on' }
  world = await World.open(settings, { emulator: front.options })
  front.standBefore(world.emulator)
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  await world.close()
  front.close()
  rmSync(folder, { recursive: true })
})

function openBrowser(): Browser {
  return new Browser(world.origin, recordingAgent(answers))
}

interface Secret {
  kind: string
  value: string
}

/** All secrets of the flows so far, as Entra, Graph or the browser saw them. */
function collectSecrets(): Secret[] {
  const secrets: Secret[] = [
    { kind: 'client secret', value: client.clientSecret },
    { kind: 'session secret', value: readFileSync(join(folder, 'session-secret'), 'utf8') },
  ]
  const add = (kind: string, value: string | null | undefined) => {
    if (value) secrets.push({ kind, value })
  }
  for (const { request, tokens } of front.issues) {
    for (const name of ['code', 'code_verifier', 'device_code', 'refresh_token'])
      add(name, request.get(name))
    for (const [name, token] of Object.entries(tokens)) if (isToken(name)) add(name, String(token))
  }
  for (const { endpoint, query, headers } of world.emulator.requests()) {
    if (endpoint === 'authorize') for (const name of ['state', 'nonce']) add(name, query[name])
    add('access_token', headers.authorization?.replace(/^Bearer /, ''))
  }
  for (const { url, headers } of answers) {
    for (const [name, value] of headers) {
      const cookie = name === 'set-cookie' ? /^([^=]+)=([^;]+)/.exec(value) : undefined
      if (isOurs(url)) for (const part of cookie?.[2]?.split('.') ?? []) add('cookie', part)
      if (name === 'location' && value.includes('code='))
        add('code', new URL(value).searchParams.get('code'))
    }
  }
  const unique = new Map(secrets.map((secret) => [secret.value, secret]))
  return [...unique.values()]
}

const isToken = (name: string) => ['access_token', 'refresh_token', 'id_token'].includes(name)

const isOurs = (url: string) => new URL(url).origin === world.origin

/** The forms in which a secret can leak: as it is, encoded for a URL, or decoded to bytes. */
function tracesOf({ value }: Secret): string[] {
  const decoded = Buffer.from(value, 'base64url').toString('latin1')
  return [value, encodeURIComponent(value), ...(decoded.length > 15 ? [decoded] : [])]
}

function leaksInto(place: string, text: string, secrets: readonly Secret[]): string[] {
  return secrets
    .filter((secret) => tracesOf(secret).some((trace) => text.includes(trace)))
    .map(({ kind, value }) => `${kind} ${value.slice(0, 12)}… in ${place}`)
}

/** An answer without the places where a secret belongs. */
function tellingPartOf({ url, headers, body }: RecordedAnswer): string {
  const told = headers.map(([name, value]) => {
    if (name === 'set-cookie') return `${name}: ${value.replace(/=[^;]*/, '=')}`
    const toEntra = name === 'location' && value.startsWith(`${world.emulator.authority}/oauth2/`)
    if (!toEntra) return `${name}: ${value}`
    const location = new URL(value)
    for (const own of ['state', 'nonce']) location.searchParams.delete(own)
    return `${name}: ${location.href}`
  })
  return [new URL(url).pathname, ...told, body].join('\n')
}

describe('after all that people and scripts do (#39)', () => {
  let secrets: Secret[]
  beforeAll(async () => {
    world.emulator.signInAutomaticallyAs(adele)
    for (const flow of Object.values(flowsOf(world, openBrowser))) {
      await flow()
      vi.useRealTimers()
    }
    secrets = collectSecrets()
  })

  test('every kind of secret has been seen', () => {
    const seen = (kind: string) => secrets.filter((secret) => secret.kind === kind).length
    const often = ['code', 'code_verifier', 'state', 'nonce', 'cookie', 'id_token']
    for (const kind of [...often, 'access_token', 'refresh_token'])
      expect([kind, seen(kind)]).toEqual([kind, expect.toSatisfy((count) => Number(count) > 5)])
    expect([seen('client secret'), seen('session secret'), seen('device_code')]).toEqual([1, 1, 1])
    expect(secrets.filter(({ value }) => value.length < 16)).toEqual([])
  })

  test('no log line holds a secret', () => {
    const log = world.logLines.join('')
    expect(log).toContain('"path":"/getAToken"')
    expect(log).toContain('sign-in failed')
    expect(leaksInto('the log', log, secrets)).toEqual([])
  })

  test('no file of the data folder holds a secret, except the session secret in its own file', async () => {
    // Checks the files of the running server, and those that it leaves behind.
    for (const stop of [false, true]) {
      if (stop) await world.stopServer()
      for (const file of readdirSync(folder)) {
        const bytes = readFileSync(join(folder, file)).toString('latin1')
        const others = secrets.filter(({ kind }) => kind !== 'session secret')
        const foreign = file === 'session-secret' ? others : secrets
        expect(leaksInto(file, bytes, foreign)).toEqual([])
        expect(bytes).not.toMatch(/eyJ[\w-]{20}|Adele|contoso/)
      }
    }
    await world.startServer()
  })

  test('no answer holds a secret, except where the secret belongs', () => {
    const ours = answers.filter(({ url }) => isOurs(url))
    expect(ours.length).toBeGreaterThan(50)
    const leaks = ours.flatMap((answer) =>
      leaksInto(new URL(answer.url).pathname, tellingPartOf(answer), secrets),
    )
    expect(leaks).toEqual([])
  })
})
