import fc from 'fast-check'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { callsOf } from '../../src/downstream/calls.ts'
import { holds, propertyTimeoutMs } from '../support/fuzzing.ts'
import { oddText, wellFormed } from '../support/odd-input.ts'
import { RawClient } from '../support/raw-client.ts'
import { useScriptedApi } from '../support/scripted-api.ts'

const api = useScriptedApi('/auth/login', {
  calls: (settings) => [
    ...callsOf(settings),
    {
      id: 'files/:name/content',
      title: 'A file',
      method: 'GET',
      resource: settings.graph,
      path: '/v1.0/files/{name}/content',
      params: { name: Type.String() },
      scopes: ['User.Read'],
      answer: 'json',
    },
  ],
})

const pieces = fc
  .array(fc.constantFrom('.', '..', '%2e', '%2F', '%5c', '%25', '%00', '%0a', 'a', '@', ':', ';'))
  .map((parts) => parts.join(''))

describe('odd parameters', () => {
  test(
    'an odd parameter fills one segment of the path at the API, or reaches no API (#18)',
    async () => {
      const client = new RawClient(Number(new URL(api.world.origin).port))
      const headers = [
        ['cookie', await api.browser.cookieHeader()],
        ['x-csrf', '1'],
      ] as const
      const encoded = oddText.map((text) => encodeURIComponent(wellFormed(text)))
      await holds(fc.oneof(encoded, pieces), async (name) => {
        const target = `/api/files/${name}/content`
        const answer = await client.send({ method: 'GET', target, headers })
        const [asked] = api.upstream.requests.splice(0)
        if (!asked) {
          expect([400, 404]).toContain(answer.status)
          return
        }
        const [, version, files, segment = '', content, ...others] = (asked.url ?? '').split('/')
        expect([version, files, content, others]).toEqual(['v1.0', 'files', 'content', []])
        expect(decodeURIComponent(segment)).toBe(decodeURIComponent(name))
        expect(decodeURIComponent(segment)).not.toMatch(/[/\\%]|^\.{0,2}$/)
      })
      client.close()
    },
    propertyTimeoutMs,
  )
})
