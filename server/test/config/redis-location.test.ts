import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { problemsOf } from '../support/config-problems.ts'

const SESSION_SECRET = 's'.repeat(32)

function storeOf(SESSION_STORE: string) {
  return loadConfig({ SESSION_STORE, SESSION_SECRET }).session.store
}

describe('SESSION_STORE with Redis', () => {
  test.each([
    ['redis://cache', { topology: 'server', nodes: [{ host: 'cache', port: 6379 }], database: 0 }],
    ['redis://cache:7000/3', { nodes: [{ host: 'cache', port: 7000 }], database: 3 }],
    ['redis://[::1]:7000', { nodes: [{ host: '::1', port: 7000 }] }],
    ['redis://:p%40ss@cache', { username: undefined, password: 'p@ss', label: 'redis://cache' }],
    ['redis://app:p%2Fw@cache', { username: 'app', password: 'p/w', tls: undefined }],
    ['rediss://cache', { tls: {}, topology: 'server' }],
    [
      'redis+sentinel://one,two:26380/1?master=sessions',
      {
        topology: 'sentinel',
        nodes: [
          { host: 'one', port: 26379 },
          { host: 'two', port: 26380 },
        ],
        master: 'sessions',
        database: 1,
      },
    ],
    [
      'rediss+cluster://one,two',
      {
        topology: 'cluster',
        nodes: [
          { host: 'one', port: 6379 },
          { host: 'two', port: 6379 },
        ],
        tls: {},
      },
    ],
  ])('SESSION_STORE can name Redis: %s', (value, location) => {
    expect(storeOf(value)).toMatchObject({ kind: 'redis', ...location })
  })

  test.each([
    'redis://',
    'redis:cache',
    'redis://cache:99999',
    'redis://cache:port',
    'redis://cache/zero',
    'redis://one,two',
    'redis://user@cache',
    'redis://app:%zz@cache',
    'redis://cache?master=sessions',
    'redis+sentinel://one,two',
    'redis+cluster://one/1',
    'redis+other://one',
    'redis+cluster://one,,two',
    'https://cache',
  ])('a SESSION_STORE of another form is refused: %s', (SESSION_STORE) => {
    const [problem, ...others] = problemsOf({ SESSION_STORE, SESSION_SECRET })
    expect(problem).toContain('SESSION_STORE must be file:<folder>, memory:, redis://')
    expect(others).toEqual([])
  })

  test('the refusal of a SESSION_STORE does not tell its password', () => {
    const SESSION_STORE = 'redis://app:hunter2@cache:99999'
    expect(problemsOf({ SESSION_STORE, SESSION_SECRET }).join()).not.toContain('hunter2')
  })

  test('with Redis, SESSION_SECRET is required on localhost too', () => {
    const problems = problemsOf({ SESSION_STORE: 'redis://cache' })
    expect(problems.join()).toContain('SESSION_SECRET is required')
  })

  test('certificate files are read with rediss, and are refused where nothing is encrypted', () => {
    const folder = mkdtempSync(join(tmpdir(), 'entra-bff-pem-'))
    const REDIS_CA_FILE = join(folder, 'ca.pem')
    writeFileSync(REDIS_CA_FILE, 'the authority')
    const env = { SESSION_SECRET, REDIS_CA_FILE }
    expect(loadConfig({ ...env, SESSION_STORE: 'rediss://cache' }).session.store).toMatchObject({
      tls: { ca: 'the authority' },
    })
    expect(problemsOf({ ...env, SESSION_STORE: 'redis://cache' })).toEqual([
      'REDIS_CA_FILE needs rediss in SESSION_STORE',
    ])
    expect(
      problemsOf({ SESSION_SECRET, SESSION_STORE: 'rediss://cache', REDIS_KEY_FILE: '/nowhere' }),
    ).toEqual([expect.stringContaining('REDIS_KEY_FILE cannot be read')])
    rmSync(folder, { recursive: true })
  })
})
