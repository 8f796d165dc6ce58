import { describe, expect, test } from 'vitest'
import { problemsOf } from '../support/config-problems.ts'

describe('the redirect URI', () => {
  test.each([
    [{ PUBLIC_URL: 'http://[::1]:3000' }, 'PUBLIC_URL must be http://localhost:3000'],
    [{ PUBLIC_URL: 'https://*.example.com' }, 'PUBLIC_URL must have none of'],
    [{ PUBLIC_URL: "https://app's.example.com" }, 'PUBLIC_URL must have none of'],
    [{ PUBLIC_URL: 'https://app.example.com/#x' }, 'PUBLIC_URL must be an origin'],
    [{ REDIRECT_PATH: '/get(A)Token' }, 'REDIRECT_PATH must have none of'],
    [{ REDIRECT_PATH: '/a*' }, 'REDIRECT_PATH must have none of'],
    [{ REDIRECT_PATH: '/a#b' }, 'REDIRECT_PATH must be a path'],
    [{ REDIRECT_PATH: `/${'a'.repeat(250)}` }, 'REDIRECT_PATH is too long'],
    [{ PUBLIC_URL: `https://${'a.'.repeat(124)}example.com` }, 'PUBLIC_URL is too long'],
  ])('a redirect URI that Entra would refuse stops the start: %j', (env, problem) => {
    expect(problemsOf(env).join()).toContain(problem)
  })

  test.each([
    { PUBLIC_URL: 'http://127.0.0.1:3000' },
    { REDIRECT_PATH: `/${'a'.repeat(256 - 'http://localhost:3000/'.length)}` },
  ])('a redirect URI that Entra accepts is no problem: %j', (env) => {
    expect(problemsOf(env)).toEqual([])
  })
})
