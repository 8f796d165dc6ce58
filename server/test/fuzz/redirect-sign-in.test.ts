import { localPath } from '@entra-bff/shared'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { navigation, useFuzzedServer } from '../support/fuzzed-server.ts'
import { holds, propertyTimeoutMs, sessionOf, valuesOf } from '../support/fuzzing.ts'
import { mutationOf, oddParameter, oddText } from '../support/odd-input.ts'

const server = useFuzzedServer()

describe('odd input', () => {
  const names = ['code', 'state', 'error', 'error_description', 'session_state', 'client_info']
  const query = fc.array(
    fc.tuple(fc.oneof(fc.constantFrom(...names, 'state[]', 'code[]'), oddParameter), oddParameter),
    { maxLength: 6 },
  )

  test(
    'an odd query of the callback signs nobody in and breaks nothing (#5, #10)',
    async () => {
      const kind = fc.constantFrom('no state', 'no state', 'a state of an attempt')
      await holds(fc.tuple(query, kind), async ([parameters, kindOfState]) => {
        const fresh = kindOfState === 'no state' ? undefined : await server.startSignIn()
        const own = fresh ? [['state', fresh.state] as const] : []
        const text = [...own, ...parameters.filter(([name]) => !fresh || !name.startsWith('code'))]
          .map(([name, value]) => `${name}=${value}`)
          .join('&')
        const cookie = fresh ? [['cookie', fresh.cookie] as const] : []
        const headers = [...navigation, ...cookie]
        const answer = await server.send({ target: `/getAToken?${text}`, headers })
        expect(sessionOf(answer, server.world)).toBeUndefined()
      })
    },
    propertyTimeoutMs,
  )

  test(
    'an odd code with a good state signs nobody in (#5)',
    async () => {
      await holds(
        oddParameter,
        async (code) => {
          const { state, cookie } = await server.startSignIn()
          const headers = [...navigation, ['cookie', cookie] as const]
          const answer = await server.send({
            target: `/getAToken?state=${state}&code=${code}`,
            headers,
          })
          expect(sessionOf(answer, server.world)).toBeUndefined()
        },
        0.1,
      )
    },
    propertyTimeoutMs,
  )

  test(
    'an altered cookie of a sign-in is not accepted (#3, #11)',
    async () => {
      const { state, cookie } = await server.startSignIn()
      const [name = '', value = ''] = cookie.split('=')
      const altered = fc.oneof(
        mutationOf(value).map((odd) => `${name}=${odd}`),
        mutationOf(name).map((odd) => `${odd}=${value}`),
        fc.constantFrom(...Object.values(server.cookies)).map((other) => `${name}=${other}`),
      )
      // Not altered: values with the same bytes, such as encoded or quoted values.
      const bytesOf = (pair: string) =>
        Buffer.from(pair.replace(/^[^=]*=/, ''), 'base64url').toString('hex')
      const other = altered.filter(
        (pair) =>
          !/[%"\s;]/.test(pair) &&
          !(pair.startsWith(`${name}=`) && bytesOf(pair) === bytesOf(cookie)),
      )
      const target = `/getAToken?state=${state}&error=access_denied`
      await holds(other, async (pair) => {
        const answer = await server.send({ target, headers: [...navigation, ['cookie', pair]] })
        // The cookie made the request malformed.
        if (answer.status === 400) return
        expect(valuesOf(answer, 'location')[0]).toMatch(/^\/error\?ref=/)
        // A cleared cookie would mean that the server accepted it.
        expect(valuesOf(answer, 'set-cookie').join()).not.toContain(`${name}=;`)
      })
    },
    propertyTimeoutMs,
  )

  test(
    'an odd returnTo is refused or is a path of this origin (#9)',
    async () => {
      await holds(
        oddText,
        async (text) => {
          const path = localPath(text)
          if (path === undefined) return
          for (const origin of [server.world.origin, 'https://app.example.com']) {
            expect(new URL(path, `${origin}/getAToken?a=b`).origin).toBe(origin)
          }
          expect(path).toMatch(/^\/(?![/\\])[^\u0000-\u001f\u007f\\]*$/)
          expect(localPath(path)).toBe(path)
        },
        5,
      )
    },
    propertyTimeoutMs,
  )

  test(
    'a failed sign-in with an odd returnTo stays on this origin (#9, #10)',
    async () => {
      await holds(
        oddText,
        async (returnTo) => {
          const { state, cookie } = await server.startSignIn(returnTo)
          const headers = [...navigation, ['cookie', cookie] as const]
          const target = `/getAToken?state=${state}&error=access_denied`
          const failed = await server.send({ target, headers })
          const [location = ''] = valuesOf(failed, 'location')
          const ref = new URL(location, server.world.origin).searchParams.get('ref') ?? ''
          const report = valuesOf(failed, 'set-cookie').map((line) => line.split(';', 1)[0] ?? '')
          const told = await server.send({
            target: `/api/errors/${ref}`,
            headers: [['cookie', report.find((pair) => pair.startsWith('err-')) ?? '']],
          })
          const { retry } = JSON.parse(told.body) as { retry: { href: string } }
          const again = new URL(retry.href, server.world.origin)
          expect(again.origin).toBe(server.world.origin)
          const back = again.searchParams.get('returnTo') ?? '/'
          expect(new URL(back, server.world.origin).origin).toBe(server.world.origin)
        },
        0.5,
      )
    },
    propertyTimeoutMs,
  )

  test(
    'a sign-in with an odd returnTo ends on this origin (#9)',
    async () => {
      await holds(
        oddText,
        async (returnTo) => {
          const query = new URLSearchParams({ returnTo }).toString()
          const known = [server.world.origin, server.world.emulator.url]
          const isForeign = (url: URL) => !known.includes(url.origin)
          const page = await server.world.openBrowser().goTo(`/auth/login?${query}`, isForeign)
          expect(page.url.origin).toBe(server.world.origin)
        },
        0.1,
      )
    },
    propertyTimeoutMs,
  )
})
