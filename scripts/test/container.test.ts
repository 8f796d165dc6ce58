import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { environmentOf, readDockerfile, valueOf, wordsOf } from '../support/dockerfile.ts'
import { root } from '../support/paths.ts'

const read = (file: string) => readFileSync(join(root, file), 'utf8')
const dockerfile = read('Dockerfile')
const compose = read('compose.yaml')
const settings = Object.keys(parseEnv(read('.env.sample')))

// What its steps do is tried by `pnpm container:check`.
describe('Dockerfile', () => {
  test('the image is built with the pnpm that package.json names, and only with that', () => {
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string }
    const named = [...dockerfile.matchAll(/npx -y (\S+)/g)].map(([, name]) => name)
    expect(new Set(named)).toEqual(new Set([packageManager]))
  })

  test('a signal reaches the server in the image, which is not run by root', () => {
    const image = readDockerfile().at(-1) ?? { name: '', steps: [] }
    expect(wordsOf(valueOf(image, 'CMD'))[0]).toBe('node')
    expect(valueOf(image, 'STOPSIGNAL')).toBe('SIGTERM')
    expect(valueOf(image, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    const unknown = Object.keys(environmentOf(image)).filter((name) => !settings.includes(name))
    expect(unknown).toEqual([])
  })

  test('what git ignores, secrets among it, does not come into the image', () => {
    const ignored = (file: string) =>
      read(file)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('!'))
        .map((line) => line.replace(/^\*\*\/|^\//, '').replace(/\/$/, ''))
    expect(ignored('.dockerignore')).toEqual(expect.arrayContaining(ignored('.gitignore')))
  })
})

describe('compose.yaml', () => {
  test('compose.yaml names settings that exist, and the secrets that the servers read', () => {
    const [, environment = ''] = /environment:\n((?: {4}.*\n)+)/.exec(compose) ?? []
    const names = [...environment.matchAll(/^ {4}([A-Z_]+):/gm)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(5)
    const known = settings.flatMap((name) => [name, `${name}_FILE`])
    expect(names.filter((name) => !known.includes(name))).toEqual([])
  })

  test('compose.yaml gives each service the addresses and files that deploy/nginx.conf names', () => {
    const nginx = read('deploy/nginx.conf')
    for (const [, address = ''] of nginx.matchAll(/server (172[\d.]+):3000/g)) {
      expect(compose).toContain(`ipv4_address: ${address} `)
    }
    for (const [, secret = ''] of nginx.matchAll(/\/run\/secrets\/(\w+)/g)) {
      expect(compose).toMatch(new RegExp(`^ {2}${secret}: \\{ file:`, 'm'))
    }
    const [, proxy = ''] = /TRUST_PROXY: (\S+)/.exec(compose) ?? []
    expect(compose).toMatch(new RegExp(`ipv4_address: ${proxy} `))
  })

  test('every service of compose.yaml has a read-only file system and no capabilities', () => {
    const [, services = ''] = /^services:\n([\s\S]*?)^volumes:/m.exec(compose) ?? []
    const bodies = services.split(/^ {2}[\w-]+:$/m).slice(1)
    expect(bodies).toHaveLength(4)
    for (const body of bodies) expect(body).toMatch(/<<: \*(hardened|server)/)
    expect(compose).toMatch(/hardened\n {2}read_only: true\n {2}cap_drop: \[ALL\]/)
  })
})
