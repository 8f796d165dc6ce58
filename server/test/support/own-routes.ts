import { type ClientRegistration, securityGroups } from '@entra-bff/emulator'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { requireCaller } from '../../src/caller/caller.ts'
import { requireGroup, requireRole } from '../../src/caller/requirement.ts'
import { adele, type WorldOptions } from './world.ts'

export const alex = 'AlexW@contoso.onmicrosoft.com'
export const diego = 'DiegoS@contoso.onmicrosoft.com'
/** She is in more groups than a token carries. */
export const lidia = 'LidiaH@contoso.onmicrosoft.com'

/** Adele and Lidia are members. */
export const readers = idOf('Report Readers')
/** Diego is a member. */
export const approvers = idOf('Payroll Approvers')

/** A registration in which Adele alone has the app role. */
export const registration: Partial<ClientRegistration> = {
  appRoles: [{ value: 'Reports.Read', users: [adele] }],
  groupMembershipClaims: 'SecurityGroup',
}

/** A server with routes of its own, which require an app role or a group. */
export const withOwnRoutes: WorldOptions = { registration, server: { api: ownRoutes } }

async function ownRoutes(api: FastifyInstance): Promise<void> {
  api.get('/api/reports', { preHandler: requireRole('Reports.Read') }, answer)
  api.get('/api/readers', { preHandler: requireGroup(readers) }, answer)
  api.get('/api/approvers', { preHandler: requireGroup(approvers.toUpperCase()) }, answer)
}

function answer(request: FastifyRequest) {
  const { user, roles, groups } = requireCaller(request)
  return { username: user.username, roles, groups }
}

function idOf(name: string): string {
  return securityGroups.find(({ displayName }) => displayName === name)?.id ?? ''
}
