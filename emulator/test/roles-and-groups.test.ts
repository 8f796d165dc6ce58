import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { securityGroups, startEmulator, type Emulator } from '../src/index.ts'
import { client, tokensOf } from './support/sign-in.ts'

const scope = `openid api://${client.clientId}/access_as_user`
const readers = securityGroups.find(({ displayName }) => displayName === 'Report Readers')?.id ?? ''

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
})
afterEach(() => emulator.close())

/** The claims of the ID token, and of the access token for the app's own API. */
async function claimsOf(name: string) {
  const { body } = await tokensOf(emulator, name, scope)
  return {
    id: decodeJwt(String(body['id_token'])),
    access: decodeJwt(String(body['access_token'])),
  }
}

describe('app roles', () => {
  test('the tokens have the roles that are assigned to the user, in the registration of their audience', async () => {
    const appRoles = [
      { value: 'Reports.Read', users: ['AdeleV@contoso.onmicrosoft.com'] },
      { value: 'Reports.Write', users: [] },
    ]
    emulator.registerClient({ ...client, appRoles })
    const { id, access } = await claimsOf('Adele Vance')
    expect([id['roles'], access['roles']]).toEqual([['Reports.Read'], ['Reports.Read']])
  })

  test('a user without a role, and an app without roles, have no roles claim', async () => {
    expect((await claimsOf('Adele Vance')).id).not.toHaveProperty('roles')
    emulator.registerClient({ ...client, appRoles: [{ value: 'Reports.Read', users: [] }] })
    expect((await claimsOf('Adele Vance')).id).not.toHaveProperty('roles')
  })
})

describe('groups', () => {
  test('the tokens have groups only when the registration asks for them, by their object ids', async () => {
    expect((await claimsOf('Adele Vance')).id).not.toHaveProperty('groups')
    emulator.registerClient({ ...client, groupMembershipClaims: 'SecurityGroup' })
    const { id, access } = await claimsOf('Adele Vance')
    expect([id['groups'], access['groups']]).toEqual([[readers], [readers]])
    emulator.registerClient({ ...client, groupMembershipClaims: 'All' })
    const { groups } = (await claimsOf('Adele Vance')).id as { groups: string[] }
    expect(groups).toHaveLength(13)
  })

  test('a user without a security group has no groups claim', async () => {
    emulator.registerClient({ ...client, groupMembershipClaims: 'SecurityGroup' })
    expect((await claimsOf('Alex Wilber')).id).not.toHaveProperty('groups')
  })

  test('a token for Graph has neither roles nor groups', async () => {
    const appRoles = [{ value: 'Reports.Read', users: ['AdeleV@contoso.onmicrosoft.com'] }]
    emulator.registerClient({ ...client, appRoles, groupMembershipClaims: 'All' })
    const { access } = await tokensOf(emulator, 'Adele Vance')
    const claims = decodeJwt(access)
    expect(claims).not.toHaveProperty('roles')
    expect(claims).not.toHaveProperty('groups')
  })

  test('in place of more than 200 groups the tokens have an overage claim', async () => {
    emulator.registerClient({ ...client, groupMembershipClaims: 'SecurityGroup' })
    const { id, access } = await claimsOf('Lidia Holloway')
    const lidia = emulator.users.find(({ displayName }) => displayName === 'Lidia Holloway')?.id
    const endpoint = `https://graph.windows.net/${emulator.tenantId}/users/${String(lidia)}/getMemberObjects`
    for (const claims of [id, access]) {
      expect(claims).not.toHaveProperty('groups')
      expect(claims).toMatchObject({
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: { endpoint } },
      })
    }
  })
})

describe('checkMemberGroups of Graph', () => {
  const json = { 'content-type': 'application/json' }

  async function check(token: string, body: unknown, headers: Record<string, string> = json) {
    const response = await fetch(`${emulator.graphUrl}/me/checkMemberGroups`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  const other = securityGroups.find(({ displayName }) => displayName === 'Payroll Approvers')?.id

  test('checkMemberGroups tells in which of the groups the user is, with User.Read', async () => {
    const { access } = await tokensOf(emulator, 'Lidia Holloway')
    const unknown = '00000000-0000-4000-8000-000000000000'
    const groupIds = [other, readers.toUpperCase(), unknown]
    expect(await check(access, { groupIds })).toMatchObject({
      status: 200,
      body: { value: [readers.toUpperCase()] },
    })
  })

  test.each([
    ['Calendars.Read', 403],
    ['User.ReadBasic.All', 403],
    ['GroupMember.Read.All', 403],
    ['User.ReadBasic.All GroupMember.Read.All', 200],
    ['Directory.Read.All', 200],
  ])('checkMemberGroups with %s is a %i', async (scopes, status) => {
    const { access } = await tokensOf(emulator, 'Megan Bowen', `openid ${scopes}`)
    expect((await check(access, { groupIds: [readers] })).status).toBe(status)
  })

  test.each<[string, unknown]>([
    ['is no JSON', '{'],
    ['is null', 'null'],
    ['has no list', { groupIds: readers }],
    ['has names', { groupIds: ['Report Readers'] }],
    ['has other things than texts', { groupIds: [null] }],
    ['has more than twenty', { groupIds: Array.from({ length: 21 }, () => readers) }],
  ])('checkMemberGroups refuses a body that %s', async (_form, body) => {
    const { access } = await tokensOf(emulator, 'Adele Vance')
    expect((await check(access, body)).status).toBe(400)
  })

  test('checkMemberGroups is a POST with a JSON content type', async () => {
    const { access } = await tokensOf(emulator, 'Adele Vance')
    const body = { groupIds: [readers] }
    expect((await check(access, body, { 'content-type': 'text/plain' })).status).toBe(400)
    const headers = { authorization: `Bearer ${access}` }
    const read = await fetch(`${emulator.graphUrl}/me/checkMemberGroups`, { headers })
    expect(read.status).toBe(405)
  })
})
