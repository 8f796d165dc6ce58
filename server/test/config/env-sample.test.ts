import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'

describe('.env.sample', () => {
  const sample = parseEnv(readFileSync(new URL('../../../.env.sample', import.meta.url), 'utf8'))
  const ofScriptsOnly = ['BFF_PORT', 'EMULATOR_PORT']

  test('.env.sample names every setting that the server reads, and no other', () => {
    const read = new Set<string>()
    loadConfig(new Proxy({}, { get: (_env, name) => void read.add(String(name)) }))
    const settings = [...read].filter((name) => !name.endsWith('_FILE'))
    expect(Object.keys(sample).sort()).toEqual([...settings, ...ofScriptsOnly].sort())
  })

  test('.env.sample shows the defaults', () => {
    expect(loadConfig(sample)).toEqual(loadConfig({}))
  })
})
