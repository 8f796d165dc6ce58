import { EntraError } from './entra-error.ts'

export const missingParameter = (name: string) =>
  new EntraError(
    'invalid_request',
    900144,
    `The request body must contain the following parameter: '${name}'.`,
  )

/** @throws EntraError (900144) when the parameter is absent or empty. */
export function requiredParameter(params: URLSearchParams, name: string): string {
  const value = params.get(name)
  if (!value) throw missingParameter(name)
  return value
}

/**
 * RFC 6749 sections 3.1 and 3.2: a parameter must not be sent twice.
 *
 * @param names - the parameters to check; all parameters when absent
 * @throws EntraError (9000411) when a parameter is sent twice
 */
export function refuseRepeatedParameters(
  params: URLSearchParams,
  names: Iterable<string> = params.keys(),
): void {
  const repeated = [...names].find((name) => params.getAll(name).length > 1)
  if (repeated === undefined) return
  throw new EntraError(
    'invalid_request',
    9000411,
    `The request is not properly formatted. The parameter '${repeated}' is duplicated.`,
  )
}

/** @throws EntraError (9010010) for the parameter of RFC 8707, which Entra refuses. */
export function refuseResourceParameter(params: URLSearchParams): void {
  if (!params.has('resource')) return
  throw new EntraError(
    'invalid_target',
    9010010,
    "The resource parameter provided in the request doesn't match with the requested scopes.",
  )
}
