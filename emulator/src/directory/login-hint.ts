import { findUser, findUserByName, type SampleUser } from './users.ts'

/** The `login_hint` claim of a user. Clients must treat its value as opaque. */
export const loginHintOf = ({ id }: SampleUser): string =>
  `O.${Buffer.from(`hint:${id}`).toString('base64url')}`

/** The user of a `login_hint` claim. */
export function userOfHintClaim(claim: string | null): SampleUser | undefined {
  if (!claim?.startsWith('O.')) return undefined
  const decoded = Buffer.from(claim.slice(2), 'base64url').toString('utf8')
  return findUser(decoded.replace(/^hint:/, ''))
}

/** The user of a `login_hint` parameter: a user principal name, or a `login_hint` claim. */
export function userOfHint(hint: string | null): SampleUser | undefined {
  return userOfHintClaim(hint) ?? findUserByName(hint ?? '')
}
