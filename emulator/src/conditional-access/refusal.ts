import { EntraError } from '../errors/entra-error.ts'
import { graph, type Resource } from '../scopes/resources.ts'
import type { AppliedPolicy } from './policies.ts'

const changed =
  'Due to a configuration change made by your administrator, or because you moved to a new location, you must'

const refusals = {
  mfa: {
    aadsts: 50076,
    suberror: 'basic_action',
    text: `${changed} use multi-factor authentication to access`,
  },
  enroll: {
    aadsts: 50079,
    suberror: 'basic_action',
    text: `${changed} enroll in multi-factor authentication to access`,
  },
  block: {
    aadsts: 53003,
    suberror: 'message_only',
    text: 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance',
  },
} as const

/**
 * The error for a request that a policy refuses. Its claims name the policy.
 *
 * @param error - at the token endpoint `invalid_grant`, as in captured answers
 *   (github.com/AzureAD/microsoft-authentication-library-for-js/issues/5491)
 */
export function policyRefusal(
  { id, grant }: AppliedPolicy,
  resource: Resource,
  error = 'invalid_grant',
): EntraError {
  const { aadsts, suberror, text } = refusals[grant]
  const appId = resource.kind === 'graph' ? graph.appId : resource.clientId
  const claims = JSON.stringify({ access_token: { capolids: { essential: true, values: [id] } } })
  const message = grant === 'block' ? `${text}.` : `${text} '${appId}'.`
  return new EntraError(error, aadsts, message, { suberror, claims })
}
