import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { problemsOf, registered } from '../support/config-problems.ts'

const contoso = '5f3b1c52-9d0e-4a57-8c3b-2f6a1e8d7c10'
const fabrikam = 'c2a9e4d7-61b8-4f0e-9b5d-7d3f8a2e6b45'
const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'

function settings(end: string, allowed: string) {
  const AUTHORITY = `https://login.microsoftonline.com/${end}`
  return { ...registered, AUTHORITY, ALLOWED_TENANTS: allowed }
}

describe('ALLOWED_TENANTS', () => {
  test.each([
    ['common', `${contoso}, ${personal}`],
    ['organizations', `${contoso} ${fabrikam}`],
    ['organizations/v2.0', contoso.toUpperCase()],
    ['consumers', personal],
    [contoso, contoso],
    [contoso.toUpperCase(), contoso],
    ['contoso.onmicrosoft.com', contoso],
    [contoso, ''],
  ])('ALLOWED_TENANTS may name tenants that AUTHORITY lets in: %s, %j', (end, allowed) => {
    expect(problemsOf(settings(end, allowed))).toEqual([])
  })

  test.each([
    ['organizations', personal, personal],
    ['organizations', `${contoso}, ${personal}`, personal],
    ['consumers', contoso, contoso],
    [contoso, fabrikam, fabrikam],
    [contoso, `${contoso}, ${fabrikam}`, fabrikam],
  ])(
    'ALLOWED_TENANTS that AUTHORITY does not let in stop the start: %s, %j',
    (end, allowed, named) => {
      const [problem, ...more] = problemsOf(settings(end, allowed))
      expect(problem).toContain(
        `ALLOWED_TENANTS names tenants that AUTHORITY does not let in: ${named}.`,
      )
      expect(more).toEqual([])
    },
  )

  test.each([',', 'contoso.com', 'common', `${contoso};${fabrikam}`, `${contoso}/`])(
    'ALLOWED_TENANTS of another form stop the start, and never admit everybody: %j',
    (allowed) => {
      expect(problemsOf(settings('common', allowed)).join()).toContain(
        'ALLOWED_TENANTS must be tenant ids',
      )
    },
  )

  test('ALLOWED_TENANTS that are empty admit everybody whom AUTHORITY lets in', () => {
    expect(loadConfig(settings('common', ' ')).entra?.allowedTenants).toEqual([])
  })
})
