import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { requireGroup } from '../../src/caller/requirement.ts'
import { pass } from '../support/clock.ts'
import { alex, approvers, diego, lidia, readers, withOwnRoutes } from '../support/own-routes.ts'
import { behindNginx } from '../support/surroundings.ts'
import { startUpstream } from '../support/upstream.ts'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({}, withOwnRoutes)
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.clearRequests()
})
afterEach(() => {
  world.emulator.clearFaults()
})
afterAll(() => world.close())

const asked = () => world.emulator.requests('checkMemberGroups')

function plant(changes: object): void {
  world.emulator.tamperNextIdToken((claims) => ({ ...claims, ...changes }))
}

describe('a route that requires a group', () => {
  test('a route that requires a group answers its members, and asks nobody', async () => {
    const browser = await world.signIn()
    expect(await browser.fetch('/api/readers')).toMatchObject({
      status: 200,
      json: { username: adele, groups: [readers] },
    })
    expect(asked()).toHaveLength(0)
  })

  test('a route takes the object id of its group in capitals too', async () => {
    expect((await (await world.signInAs(diego)).fetch('/api/approvers')).status).toBe(200)
  })

  test('a caller outside the group of a route reads in the 403 which group it is and who adds members', async () => {
    const browser = await world.signInAs(alex)
    const { status, json } = await browser.fetch('/api/readers')
    expect(status).toBe(403)
    expect(json).toMatchObject({
      code: 'forbidden',
      detail: expect.stringMatching(`${readers}.*owner of the group or an administrator`) as string,
    })
    expect(asked()).toHaveLength(0)
  })

  test.each(['', 'Report Readers', `${'0'.repeat(8)}-0000`, '../users'])(
    'a route that requires what is no object id is refused at the start: %j',
    (group) => {
      expect(() => requireGroup(group)).toThrow('is not the object id of a group')
    },
  )
})

describe('the groups claim', () => {
  test.each<[string, unknown, number]>([
    ['is one text', readers, 403],
    ['is an object', { 0: readers, length: 1 }, 403],
    ['is nested', [[readers]], 403],
    ['has other things than texts', [null, 7, { id: readers }], 403],
    ['has names', ['CONTOSO\\Report Readers', 'Report Readers'], 403],
    ['has odd characters', [`${readers}\n`, `"><script>${readers}`, `${readers}\u0000`], 403],
    ['has ids in capitals', [readers.toUpperCase()], 200],
    ['has odd characters beside the group', ['\u202e', '__proto__', readers], 200],
  ])('a groups claim that %s admits members by object ids alone', async (_form, groups, status) => {
    plant({ groups })
    const browser = await world.signIn()
    const answer = await browser.fetch('/api/readers')
    expect(answer.status).toBe(status)
    if (status === 200) expect(answer.json).toMatchObject({ groups: [readers] })
  })
})

describe('an account in more groups than a token carries', () => {
  test('a member in more groups than a token carries is admitted when Graph says so', async () => {
    const browser = await world.signInAs(lidia)
    expect(await browser.fetch('/api/readers')).toMatchObject({ status: 200, json: { groups: [] } })
    expect(asked()).toHaveLength(1)
    expect(asked()[0]?.headers.authorization).toMatch(/^Bearer eyJ/)
    expect(await browser.fetch('/api/approvers')).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    })
  })

  test('Graph is not asked before a route requires a group', async () => {
    const browser = await world.signInAs(lidia)
    await browser.fetch('/api/session')
    expect((await browser.fetch('/api/me')).status).toBe(200)
    expect((await browser.fetch('/api/reports')).status).toBe(403)
    expect(asked()).toHaveLength(0)
  })

  test.skipIf(behindNginx)(
    'Graph is asked once in five minutes for a caller and a group, by many requests at once too',
    async () => {
      const browser = await world.signInAs(lidia)
      const many = Array.from({ length: 20 }, () => browser.fetch('/api/readers'))
      for (const { status } of await Promise.all(many)) expect(status).toBe(200)
      pass(299)
      await browser.fetch('/api/readers')
      expect(asked()).toHaveLength(1)
      pass(2)
      await browser.fetch('/api/readers')
      expect(asked()).toHaveLength(2)
    },
  )

  test('what Graph says of one session does not count for another', async () => {
    const browser = await world.signInAs(lidia)
    await browser.fetch('/api/readers')
    plant({ groups: undefined, hasgroups: true })
    const other = await world.signInAs(alex)
    expect((await other.fetch('/api/readers')).status).toBe(403)
  })

  test.each<[string, object]>([
    ['hasgroups', { hasgroups: true }],
    ['hasgroups as a text', { hasgroups: 'true' }],
    ['_claim_names alone', { _claim_names: { groups: 'src1' } }],
    ['more than 200 groups', { groups: Array.from({ length: 201 }, () => approvers) }],
    ['an overage beside a list', { groups: [approvers], _claim_names: { groups: 'src1' } }],
  ])('a token with %s makes Graph decide, not the token', async (_form, changes) => {
    plant({ groups: undefined, ...changes })
    const browser = await world.signIn()
    expect((await browser.fetch('/api/readers')).status).toBe(200)
    expect((await browser.fetch('/api/approvers')).status).toBe(403)
    expect(asked()).toHaveLength(2)
  })

  test.each<[string, object]>([
    ['names other claims', { _claim_names: { roles: 'src1' } }],
    ['is a text', { _claim_names: 'groups' }],
    ['is a list', { _claim_names: ['groups'] }],
    ['is inherited', { _claim_names: JSON.parse('{"__proto__":{"groups":"src1"}}') as object }],
    ['is denied', { hasgroups: false }],
  ])('an overage that %s is none', async (_form, changes) => {
    plant({ groups: undefined, ...changes })
    const browser = await world.signIn()
    expect((await browser.fetch('/api/readers')).status).toBe(403)
    expect(asked()).toHaveLength(0)
  })

  test('the address in an overage claim is never asked', async () => {
    const trap = await startUpstream((_request, response) => response.end('{}'))
    const endpoint = trap.endpoint
    plant({
      groups: undefined,
      _claim_names: { groups: 'src1', roles: 'src1' },
      _claim_sources: { src1: { endpoint, access_token: 'x' } },
    })
    const browser = await world.signIn()
    expect((await browser.fetch('/api/readers')).status).toBe(200)
    expect((await browser.fetch('/api/approvers')).status).toBe(403)
    expect(trap.requests).toHaveLength(0)
    trap.close()
  })
})
