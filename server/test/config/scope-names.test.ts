import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { fullScopeName } from '../../src/config/scopes.ts'

const id = 'c2a9e4d7-61b8-4f0e-9b5d-7d3f8a2e6b45'

describe('two names of a scope', () => {
  test.each([
    ['User.Read', 'https://graph.microsoft.com/User.Read'],
    ['User.Read', 'user.read'],
    ['User.Read', '00000003-0000-0000-c000-000000000000/User.Read'],
    ['User.Read', 'https://graph.microsoft.us/User.Read'],
    [`${id}/read`, `api://${id}/read`],
    [`${id}/read`, `API://${id.toUpperCase()}/Read`],
  ])('mean one permission: %s, %s', (a, b) => {
    expect(fullScopeName(a)).toBe(fullScopeName(b))
  })

  test.each([
    ['api://orders/read', 'api://invoices/read'],
    ['api://orders/read', 'read'],
    ['https://contoso.com/orders/read', 'https://contoso.com/invoices/read'],
    ['https://contoso.com/orders/read', 'https://contoso.com/orders/write'],
  ])('mean two permissions: %s, %s', (a, b) => {
    expect(fullScopeName(a)).not.toBe(fullScopeName(b))
  })
})

test('a granted scope without its API belongs to the API of the scopes that were asked for', () => {
  expect(fullScopeName('read', ['openid', 'api://orders/write'])).toBe('api://orders/read')
})

describe('SCOPE with permissions of two APIs is refused', () => {
  test.each([
    ['api://orders/read api://invoices/read', ''],
    ['api://orders/read api://invoices/read', 'http://localhost:4000/orders'],
    ['https://contoso.com/orders/read https://contoso.com/invoices/read', 'https://contoso.com'],
  ])('SCOPE=%s, ENDPOINT=%s', (SCOPE, ENDPOINT) => {
    expect(() => loadConfig({ SCOPE, ENDPOINT })).toThrow('SCOPE must name permissions of one API')
  })
})

test('SCOPE may name one API in two ways', () => {
  const SCOPE = `${id}/read api://${id}/write openid profile`
  expect(loadConfig({ SCOPE, ENDPOINT: 'https://orders.example' }).scopes).toHaveLength(4)
})
