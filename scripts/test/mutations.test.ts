import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mutations } from '../mutations/index.ts'
import { mutate } from '../mutations/mutation.ts'
import { root } from '../support/paths.ts'
import { canRun } from '../support/run-tests.ts'
import { citationsFor, readSecurityPage } from '../support/security-page.ts'

const read = (file: string) => readFileSync(join(root, file), 'utf8')

test('every mutation still applies to the source', () => {
  const stale = mutations.filter((mutation) => mutate(mutation, read) === undefined)
  expect(stale).toEqual([])
})

test('every mutation breaks a rule for which docs/security.md names a test', () => {
  const page = readSecurityPage()
  const unnamed = mutations.filter(({ rule }) => !citationsFor(page, rule).some(canRun))
  expect(unnamed).toEqual([])
})
