import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@entra-bff/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../../server/test/support/browser.ts'
import { ChildServer } from '../../server/test/support/child-server.ts'
import { adele, freePort, registrationAt, settingsFor } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, Visitor } from '../../web/e2e/support/pages.ts'
import { readTokens } from '../support/markdown.ts'
import { copyCheckout } from '../support/working-copy.ts'

/** Where a recipe's lines go in a file that is there already: before these. */
const ends: Readonly<Record<string, string>> = {
  'server/src/downstream/calls.ts': '\n  ]\n}\n',
  'server/src/api/own-routes.ts': '\n}\n',
  'shared/src/pages.ts': '\n} as const\n',
}

let copy: string
let emulator: Emulator | undefined
let server: ChildServer | undefined
let origin: string
const touched: string[] = []

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'entra-bff-recipes-'))
  copyCheckout(copy)
  for (const token of readTokens('CONTRIBUTING.md')) {
    if (token.type === 'code') follow(String(token.text))
  }
  run('prettier/bin/prettier.cjs', '--write', ...touched)
  run('typescript/bin/tsc', '-b', 'shared', 'server')
  run('vite/bin/vite.js', 'build', 'server', '--logLevel', 'warn')
  run('vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn')

  origin = `http://localhost:${String(await freePort())}`
  emulator = await startEmulator({ automaticUser: adele, clients: [registrationAt(origin)] })
  const settings = { ...settingsFor(emulator, origin), PORT: new URL(origin).port }
  const program = join(copy, 'server/bundle/main.js')
  server = await new ChildServer(settings, { cwd: copy, program }).listening()
}, 240_000)
afterAll(async () => {
  await server?.end()
  await emulator?.close()
  rmSync(copy, { recursive: true })
})

/** Does what a code block says whose first line names a file. */
function follow(block: string): void {
  const [first = '', ...lines] = block.split('\n')
  const [, place = '', file = ''] = /^(?:\/\/|<!--) (in )?(\S+\/\S+)(?: -->)?$/.exec(first) ?? []
  if (file === '') return
  touched.push(file)
  const path = join(copy, file)
  if (place === '') writeFileSync(path, lines.join('\n'))
  else writeFileSync(path, insert(readFileSync(path, 'utf8'), lines, ends[file] ?? ''))
}

/** Puts imports above the others, and the other lines at the end of the list. */
function insert(source: string, lines: string[], end: string): string {
  const imports = lines.filter((line) => line.startsWith('import '))
  const others = lines.filter((line) => !line.startsWith('import '))
  const at = source.lastIndexOf(end)
  const list = `${source.slice(0, at)}\n${others.join('\n')}${source.slice(at)}`
  return [...imports, list].join('\n')
}

function run(script: string, ...args: string[]): void {
  const command = [join(copy, 'node_modules', script), ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: copy,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${script} ${args.join(' ')}\n${stdout}${stderr}`)
}

async function signedIn(): Promise<Browser> {
  const browser = new Browser(origin)
  await browser.goTo('/auth/login')
  return browser
}

describe('the recipes of CONTRIBUTING.md, followed in a copy of the project', () => {
  test('their lines are right for the type checker and the linter', () => {
    expect(touched).toHaveLength(5)
    run('vue-tsc/bin/vue-tsc.js', '-b', 'web')
    run('eslint/bin/eslint.js', '--max-warnings', '0', ...touched)
  }, 240_000)

  test('the new row is offered, asks for its permission, and calls the API', async () => {
    const browser = await signedIn()
    const { json } = await browser.fetch('/api/session')
    expect(json).toMatchObject({
      calls: expect.arrayContaining([expect.objectContaining({ id: 'me/events' })]) as object[],
    })
    const refused = await browser.fetch('/api/me/events')
    expect(refused).toMatchObject({ status: 403, json: { code: 'consent_required' } })
    await browser.goTo((refused.json as { login: { href: string } }).login.href)
    const answer = await browser.fetch('/api/me/events?$top=1')
    expect(answer).toMatchObject({
      status: 200,
      json: { value: [{ subject: expect.any(String) as string }] },
    })
    expect((await browser.fetch('/api/me/events?$filter=x')).status).toBe(400)
  })

  test('the new route needs a session, and knows the person', async () => {
    expect((await new Browser(origin).fetch('/api/greeting')).status).toBe(401)
    const answer = await (await signedIn()).fetch('/api/greeting')
    expect(answer).toMatchObject({ status: 200, json: { text: 'Hello, Adele Vance!' } })
  })

  test('the document tells of the new row and the new route', async () => {
    const { json } = await new Browser(origin).fetch('/openapi.json')
    expect(json).toMatchObject({ paths: { '/api/me/events': {}, '/api/greeting': {} } })
  })

  test.skipIf(!browserPath)('the new page is served, and shows the new route', async () => {
    const browser = await launchBrowser()
    try {
      const { page, complaints } = await Visitor.arrive(browser, origin)
      expect((await page.goto('/greeting'))?.status()).toBe(200)
      await page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
      await page.getByText('Hello, Adele Vance!').waitFor()
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
    }
  })
})
