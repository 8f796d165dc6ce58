import type { SignInErrorCode } from '@entra-bff/shared'

const numbersOf: [SignInErrorCode, ...string[]][] = [
  ['access_denied', '65004'],
  ['admin_consent_required', '65001', '90094', '90095'],
  ['not_assigned', '50105'],
  ['wrong_account', '50020', '50034', '16000', '90072', '500208'],
  ['interaction_required', '50072', '50074', '50076', '50078', '50079'],
  ['blocked_by_policy', '53000', '53001', '53002', '53003', '530032'],
  ['account_unusable', '50053', '50055', '50057'],
  ['sign_in_expired', '54005', '70008', '700082', '50173', '70043', '50089'],
  ['device_code_expired', '70019', '70020'],
  ['app_misconfigured', '7000215', '7000222', '7000218', '700016', '50194', '70011'],
  ['loop_detected', '50196'],
  ['identity_provider_unavailable', '90033', '50033', '90024', '90012'],
]

const codes = new Map(
  numbersOf.flatMap(([code, ...numbers]) => numbers.map((number) => [number, code] as const)),
)

/**
 * What an error number of Entra means for the person (Microsoft, "Microsoft Entra authentication and
 * authorization error codes"). Entra's numbers change, so they choose the advice and nothing else.
 * @param aadsts the number of an `AADSTS…` text
 */
export function codeOfAadsts(aadsts: string | undefined): SignInErrorCode | undefined {
  return aadsts === undefined ? undefined : codes.get(aadsts)
}
