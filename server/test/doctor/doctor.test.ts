import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Finding } from '../../src/doctor/finding.ts'
import { CheckRunner } from '../../src/doctor/check-runner.ts'
import { diagnose, runDoctor } from '../support/doctor.ts'
import { client, World } from '../support/world.ts'

const command = fileURLToPath(new URL('../../bin/doctor.mjs', import.meta.url))
const nobody = 'c0ffee00-0000-4000-8000-000000000000'

let world: World
beforeAll(async () => {
  world = await World.open({}, { keepsFiles: true })
})
afterAll(() => world.close())

describe('the doctor', () => {
  test('with good settings and a running server, each line of the doctor is ok and the exit code is 0', async () => {
    const { exitCode, out, err } = await runDoctor(world.settings)
    expect(out.filter((line) => !line.startsWith('ok '))).toEqual([])
    expect([exitCode, err]).toEqual([0, ''])
    expect(out.length).toBeGreaterThan(9)
  })

  test('the built command of the doctor prints one object of JSON, and its exit code is 1 when something fails', async () => {
    const child = spawn(process.execPath, [command, '--json'], {
      env: { PATH: process.env['PATH'], ...world.settings, CLIENT_SECRET: 'wrong~secret~value' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'close')
    const answer = JSON.parse(await text(child.stdout)) as { ok: boolean; findings: Finding[] }
    expect(await ended).toEqual([1, null])
    expect(answer.ok).toBe(false)
    const failed = answer.findings.filter(({ status }) => status === 'fail')
    expect(failed.map(({ check, text: found }) => `${check}: ${found}`)).toEqual([
      expect.stringMatching(/^credential: .*AADSTS7000215/),
    ])
  })

  test('the doctor tells all problems of the settings at once, and checks nothing else', async () => {
    const { exitCode, findings, of } = await diagnose({
      ...world.settings,
      SESSION_IDLE: 'soon',
      TRUST_PROXY: 'true',
    })
    expect(exitCode).toBe(1)
    expect(of('settings')).toEqual([
      expect.stringMatching(/^fail SESSION_IDLE must be a time/),
      expect.stringMatching(/^fail TRUST_PROXY must be false/),
    ])
    const others = findings.filter(({ check }) => check !== 'settings')
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set(['skip']))
  })

  test('without a client secret, the doctor says so, skips what needs it, and checks the rest', async () => {
    const { exitCode, of } = await diagnose({ ...world.settings, CLIENT_SECRET: '' })
    expect(exitCode).toBe(1)
    expect(of('settings')).toEqual([expect.stringMatching(/^fail CLIENT_SECRET is missing/)])
    for (const check of ['authority', 'credential', 'redirect-uri'] as const) {
      expect(of(check)).toEqual([expect.stringMatching(/^skip /)])
    }
    expect(of('store')).toEqual([expect.stringMatching(/^ok /)])
  })

  test('wrong arguments of the doctor print its usage', async () => {
    const { exitCode, err } = await runDoctor(world.settings, '--yaml')
    expect(exitCode).toBe(2)
    expect(err).toContain('Usage:')
  })

  test.each([
    ['all is well', {}],
    ['the secret is wrong', { CLIENT_SECRET: 'wrong~secret~value' }],
    ['the app is unknown', { CLIENT_ID: nobody }],
    ['the settings have problems', { SESSION_MAX: 'never', SESSION_SECRET: 'short~secret' }],
    ['the session secret is another one', { SESSION_SECRET: 'other~session~secret~'.repeat(2) }],
    [
      'Redis is away',
      {
        SESSION_STORE: 'redis://user:redis~password@127.0.0.1:1',
        SESSION_SECRET: 'session~secret~'.repeat(3),
      },
    ],
    [
      'the proxy is away',
      {
        HTTPS_PROXY: 'http://user:proxy~password@127.0.0.1:1',
        AUTHORITY: `https://login.microsoftonline.com/${nobody}`,
        ENDPOINT: '',
      },
    ],
  ])('the doctor prints no secret when %s', async (_when, change) => {
    const env = { ...world.settings, ...change }
    const { out } = await runDoctor(env)
    expect(out.length).toBeGreaterThan(5)
    for (const secret of [client.clientSecret, '~secret', '~password']) {
      expect(out.join('\n')).not.toContain(secret)
    }
  })

  test('a check that does not end is given up, and the next check runs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const findings: Finding[] = []
    const runner = new CheckRunner((finding) => findings.push(finding))
    const hanging = runner.check('authority', () => new Promise(() => undefined))
    vi.runAllTimers()
    vi.useRealTimers()
    expect(await hanging).toBeUndefined()
    await runner.check('clock', async (tell) => {
      tell.ok('good')
    })
    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['authority', 'fail'],
      ['clock', 'ok'],
    ])
    expect(findings[0]?.text).toContain('no answer within')
  })
})
