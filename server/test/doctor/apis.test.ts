import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnose } from '../support/doctor.ts'
import { startUpstream } from '../support/upstream.ts'
import { freePort, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({}, { keepsFiles: true })
})
afterAll(() => world.close())

describe('the doctor and the APIs', () => {
  test('the doctor warns of an API that answers without a token', async () => {
    const api = await startUpstream((_request, response) => response.end('{}'))
    const { exitCode, of } = await diagnose({ ...world.settings, ENDPOINT: api.endpoint })
    expect(exitCode).toBe(0)
    const lines = of('downstream')
    expect(lines.filter((line) => line.startsWith('warn '))).toEqual(lines)
    expect(lines).toHaveLength(4)
    expect(api.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true)
    api.close()
  })

  test('the doctor says which API cannot be reached', async () => {
    const ENDPOINT = `http://localhost:${String(await freePort())}/v1.0/other`
    const { exitCode, of } = await diagnose({ ...world.settings, ENDPOINT })
    expect(exitCode).toBe(1)
    expect(of('downstream')[0]).toMatch(/^fail me: .*refuses connections/)
  })

  test('the doctor prints no query of ENDPOINT, which can hold a key', async () => {
    const { findings } = await diagnose({
      ...world.settings,
      ENDPOINT: `${world.emulator.graphUrl}/me?code=function-key`,
    })
    expect(JSON.stringify(findings)).not.toContain('function-key')
  })

  test('without ENDPOINT, the doctor says that no API is called', async () => {
    const { of } = await diagnose({ ...world.settings, ENDPOINT: '' })
    expect(of('downstream')).toEqual([expect.stringMatching(/^ok /)])
  })
})
