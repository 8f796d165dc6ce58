import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { registered } from '../support/config-problems.ts'

describe('values from the app registration', () => {
  test.each([
    ['CLIENT_ID', '', 'missing'],
    ['CLIENT_ID', '<client id>', 'invalid'],
    ['CLIENT_ID', 'my-app', 'invalid'],
    ['CLIENT_SECRET', registered.CLIENT_ID, 'invalid'],
    ['AUTHORITY', 'https://login.microsoftonline.com/<tenant id>', 'invalid'],
    ['AUTHORITY', 'http://login.microsoftonline.com/common', 'invalid'],
    ['AUTHORITY', 'login.microsoftonline.com/common', 'invalid'],
  ])('%s=%s is %s: the Setup view says so, and the server starts', (name, value, status) => {
    const config = loadConfig({ ...registered, [name]: value })
    expect(config.entra).toBeUndefined()
    expect(config.setup.find((setting) => setting.name === name)).toMatchObject({ status })
  })

  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-config-'))
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  test('a client secret may come from a file', () => {
    const file = join(folder, 'secret')
    writeFileSync(file, 'from~a~file\n')
    const env = { ...registered, CLIENT_SECRET: '', CLIENT_SECRET_FILE: file }
    expect(loadConfig(env).entra?.clientSecret).toBe('from~a~file')
  })
})
