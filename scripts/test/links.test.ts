import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchorsIn, codeIn, linksIn, markdownFiles, readTokens } from '../support/markdown.ts'
import { root } from '../support/paths.ts'

const files = markdownFiles()

describe.each(files)('%s', (file) => {
  const tokens = readTokens(file)

  test('links to files and headings that exist', () => {
    const internal = linksIn(tokens).filter((link) => !/^[a-z]+:/i.test(link))
    expect(internal.filter((link) => !leadsSomewhere(file, link))).toEqual([])
  })

  test('names commands that exist', () => {
    const unknown = codeIn(tokens).flatMap(commandsIn).filter(isUnknown)
    expect(unknown).toEqual([])
  })
})

test('the main pages are among the checked files, and links are found in them', () => {
  expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/operation.md']))
  expect(linksIn(readTokens('README.md')).length).toBeGreaterThan(10)
  expect(codeIn(readTokens('README.md')).flatMap(commandsIn).length).toBeGreaterThan(5)
})

test.each([
  ['nowhere.md', false],
  ['README.md#no-such-heading', false],
  ['docs/operation.md#limits', true],
  ['docs/operation.md', true],
  ['docs', true],
])('the link %s leads somewhere: %s', (link, leads) => {
  expect(leadsSomewhere('CHANGELOG.md', link)).toBe(leads)
})

test.each([
  ['pnpm no-such-script', true],
  ['npx -y pnpm@10.34.9 no-such-script', true],
  ['pnpm --filter server no-such-script', true],
  ['pnpm demo', false],
  ['pnpm run no-such-script', true],
  ['pnpm run doctor', false],
  ['pnpm --filter server sessions list', false],
  ['pnpm install && pnpm build', false],
])('"%s" names an unknown command: %s', (code, unknown) => {
  expect(commandsIn(code).some(isUnknown)).toBe(unknown)
})

function leadsSomewhere(file: string, link: string): boolean {
  const [path = '', anchor] = decodeURI(link).split('#')
  const target = path === '' ? file : normalize(join(dirname(file), path))
  if (target.startsWith('..') || !existsSync(join(root, target))) return false
  return anchor === undefined || anchorsIn(readTokens(target)).has(anchor)
}

interface Command {
  /** A package of the workspace; undefined: the top folder. */
  filter: string | undefined
  script: string
}

/** Commands of pnpm itself that the pages use. */
const ownCommands = new Set(['install', 'add', 'remove', 'exec', 'pack'])

function commandsIn(code: string): Command[] {
  const pattern = /\bpnpm(?:@[\d.]+)?(?: --filter "?([^\s"]+)"?)?(?: run)? ([a-z][\w:-]*)/g
  return [...code.matchAll(pattern)].map(([, filter, script = '']) => ({ filter, script }))
}

function isUnknown({ filter, script }: Command): boolean {
  return !ownCommands.has(script) && !scriptsOf(filter).includes(script)
}

function scriptsOf(workspace = '.'): string[] {
  const text = readFileSync(join(root, workspace, 'package.json'), 'utf8')
  return Object.keys((JSON.parse(text) as { scripts?: object }).scripts ?? {})
}
