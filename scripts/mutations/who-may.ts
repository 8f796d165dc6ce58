import type { Mutation } from './mutation.ts'

const requirement = 'server/src/caller/requirement.ts'
const cookieCaller = 'server/src/caller/cookie-caller.ts'
const rolesAndGroups = 'server/src/entra/roles-and-groups.ts'
const groupChecks = 'server/src/downstream/group-checks.ts'

export const whoMay: Mutation[] = [
  {
    rule: 'A6',
    breaks: 'ALLOWED_TENANTS without a tenant admit everybody',
    change: { 'server/src/config/allowed-tenants.ts': { 'tenants.length === 0 || ': '' } },
  },
  {
    rule: 'A6',
    breaks: 'ALLOWED_TENANTS may contradict AUTHORITY',
    change: {
      'server/src/config/allowed-tenants.ts': {
        '!isGuid(end) || end === tenant': "end !== '' || end === tenant",
      },
    },
  },
  {
    rule: 'A11',
    breaks: 'a route that requires a role admits everybody',
    change: { [requirement]: { '!caller.hasRole(role)': "role === ''" } },
  },
  {
    rule: 'A11',
    breaks: 'a route that requires a group admits everybody',
    change: { [requirement]: { 'if (!isMember) throw': "if (group === '') throw" } },
  },
  {
    rule: 'A11',
    breaks: 'one text counts as a list of roles',
    change: {
      [rolesAndGroups]: {
        'Array.isArray(claim) ? claim : []': 'Array.isArray(claim) ? claim : [claim]',
      },
    },
  },
  {
    rule: 'A11',
    breaks: 'a group is known by a name',
    change: { [rolesAndGroups]: { '.filter(isGuid)': '.filter((id) => id.includes(id))' } },
  },
  {
    rule: 'A11',
    breaks: 'a session holds any number of roles',
    change: { [rolesAndGroups]: { '.slice(0, maxRoles)': '' } },
  },
  {
    rule: 'A12',
    breaks: 'an overage claim counts for nothing',
    change: { [rolesAndGroups]: { 'hasOverage(claims) || groups.length': 'groups.length' } },
  },
  {
    rule: 'A12',
    breaks: 'an account in more groups than a token carries is in every group',
    change: { [cookieCaller]: { '? isMember(this, group)': '? true' } },
  },
  {
    rule: 'A12',
    breaks: 'every answer of Graph means that the caller is in the group',
    change: {
      [groupChecks]: {
        'answer.value.some((id) =>': "[...answer.value, ''].some((id) => id === '' ||",
      },
    },
  },
  {
    rule: 'A12',
    breaks: 'an answer of Graph that cannot be read lets everybody in',
    change: { [groupChecks]: { "throw notTold('upstream_error', reason)": 'return true' } },
  },
  {
    rule: 'A12',
    breaks: 'what Graph says of one session counts for all',
    change: {
      [groupChecks]: { '`${caller.name} ${group.toLowerCase()}`': 'group.toLowerCase()' },
    },
  },
  {
    rule: 'A12',
    breaks: 'Graph is asked anew each time',
    change: { [groupChecks]: { 'if (known !== undefined) return known': 'void known' } },
  },
]
