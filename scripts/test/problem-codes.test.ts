import { problemCodes } from '@entra-bff/shared'
import { expect, test } from 'vitest'
import { notAnswered } from '../support/test-report.ts'

const reportOf = (...results: { status: string; problemCodes: string[] }[]) => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  testResults: [
    {
      name: 'some.test.ts',
      message: '',
      assertionResults: results.map(({ status, problemCodes }) => {
        return { title: 'some', status, failureMessages: [], meta: { problemCodes } }
      }),
    },
  ],
})

test('a run of all tests fails over a problem code that no passed test got from a server', () => {
  const [first, second, ...others] = problemCodes
  const good = { status: 'passed', problemCodes: [...others, first] }
  expect(notAnswered(reportOf(good))).toEqual([second])
  expect(notAnswered(reportOf(good, { status: 'failed', problemCodes: [second] }))).toEqual([
    second,
  ])
  expect(notAnswered(reportOf(good, { status: 'passed', problemCodes: [second] }))).toEqual([])
})
