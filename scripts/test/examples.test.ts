import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adele, World } from '../../server/test/support/world.ts'
import { buildPackages } from '../support/build.ts'
import { codeIn, readTokens } from '../support/markdown.ts'
import { OutsideProject } from '../support/outside-project.ts'
import { root } from '../support/paths.ts'

const demo = 'http://localhost:3000'
const lines = ['README.md', 'docs/api.md', 'examples/README.md']
  .flatMap((file) => codeIn(readTokens(file)))
  .flatMap((code) => code.split('\n'))
const withoutComment = (line: string) => line.replace(/\s+#.*/, '')
const programs = new Set(lines.filter((line) => line.includes('device-login.')).map(withoutComment))
/** The status that a comment names, by the command. */
const statuses = new Map(
  lines.flatMap((line) => {
    const [, command, status] = /^(curl -i .*?)\s+# (\d{3})/.exec(line) ?? []
    return command && status ? [[command, status] as const] : []
  }),
)

let world: World
beforeAll(async () => {
  world = await World.open({ DEVICE_LOGIN: 'on' })
  world.emulator.setLifetimes({ devicePollInterval: 1 })
})
afterAll(() => world.close())

const here = (text: string) => text.replaceAll(demo, world.origin)

/** Runs a program, and types the code that it prints. @returns what it printed, and how it ended */
async function signInBy(command: string, folder: string, user: string, answer: string) {
  const child = spawn('bash', ['-c', here(command)], { cwd: folder })
  let output = ''
  let isTyped = false
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    const [code] = /\b[A-Z0-9]{9}\b/.exec(output) ?? []
    if (code === undefined || isTyped) return
    isTyped = true
    world.emulator.approveDeviceCode(code, user)
    child.stdin.end(`${answer}\n`)
  })
  const [status] = (await once(child, 'close')) as [number | null]
  return { output, status }
}

describe('examples/README.md', () => {
  test('the pages name the examples and the requests that are run below', () => {
    expect(programs.size).toBe(2)
    expect(statuses.size).toBeGreaterThan(3)
  })

  test.each([...programs])('a program signs in by a code, and calls the API: %s', async (line) => {
    const { output, status } = await signInBy(line, root, adele, 'y')
    expect([output, status]).toEqual([expect.stringMatching(/"?displayName"?: ?.Adele/), 0])
  })

  test.each([...programs])(
    'a program calls no API for the account of another: %s',
    async (line) => {
      const { output } = await signInBy(line, root, 'MeganB@contoso.onmicrosoft.com', 'n')
      expect(output).toContain('MeganB@contoso.onmicrosoft.com')
      expect(output).not.toContain('displayName')
    },
  )

  test.each([...statuses])(
    'the pages name the status of an answer: %s is a %s',
    async (line, status) => {
      const { stdout } = await promisify(execFile)('bash', ['-c', `${here(line)} -sS`])
      expect(stdout).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    },
  )
})

describe('the typed client in a project outside the workspace', () => {
  let project: OutsideProject
  beforeAll(() => {
    buildPackages()
    project = new OutsideProject()
    const archive = project
      .run('npm', ['pack', join(root, 'shared')])
      .trim()
      .split('\n')
      .at(-1)
    project.install([`./${archive ?? ''}`], ['shared/node_modules/typebox'])
  }, 120_000)
  afterAll(() => {
    project.remove()
  })

  test('the lines of the README and the example compile strictly against the package, and run', async () => {
    const [readme = ''] = readTokens('README.md').flatMap((token) =>
      token.type === 'code' && token.lang === 'ts' ? [String(token.text)] : [],
    )
    project.write('readme.ts', here(readme))
    project.write(
      'types.ts',
      `import type { ProblemError } from '@entra-bff/shared/client'
      // @ts-expect-error There is no such code.
      export const isNonsense = (error: ProblemError) => error.code === 'nonsense'`,
    )
    project.copy('examples/device-login.ts', 'device-login.ts')
    expect(project.compile()).toBe('')

    const { folder } = project
    const { stdout } = await promisify(execFile)(process.execPath, ['readme.js'], { cwd: folder })
    expect(stdout).toBe('Nobody is signed in.\nnot_signed_in\n')
    const { output } = await signInBy(`node device-login.js ${demo}`, folder, adele, 'y')
    expect(output).toContain("displayName: 'Adele Vance'")
  })

  test('a program that uses the client loads no other package', async () => {
    const { folder } = project
    rmSync(join(folder, 'node_modules/typebox'), { recursive: true })
    const program = `import { createClient } from '@entra-bff/shared/client'
      const { authenticated } = await createClient({ baseUrl: '${world.origin}' }).session()
      console.log(authenticated)`
    const args = ['--input-type=module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
    expect(stdout).toBe('false\n')
  })
})
