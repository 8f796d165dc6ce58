import { EntraError } from '../errors/entra-error.ts'
import {
  refuseRepeatedParameters,
  refuseResourceParameter,
  requiredParameter,
} from '../errors/parameters.ts'
import { readCodeChallenge } from '../issued/pkce.ts'
import { isResponseMode } from './reply.ts'

/**
 * Checks every parameter that does not depend on the user.
 *
 * @throws EntraError for a wrong parameter. The client gets this error.
 */
export function checkAuthorizeParameters(params: URLSearchParams): void {
  refuseResourceParameter(params)
  refuseRepeatedParameters(params)
  checkResponseMode(params.get('response_mode'))
  checkResponseType(params.get('response_type'))
  checkPrompt(params.get('prompt'))
  checkMaxAge(params.get('max_age'))
  requiredParameter(params, 'scope')
  refuseUnsupportedParameters(params)
  readCodeChallenge(params)
}

function checkResponseMode(mode: string | null): void {
  if (mode === null || isResponseMode(mode)) return
  throw new EntraError('invalid_request', 70007, "The value of 'response_mode' is not supported.")
}

function checkResponseType(type: string | null): void {
  if (type === 'code') return
  throw new EntraError(
    'unsupported_response_type',
    700054,
    "response_type is not enabled for the application: only 'code' is.",
  )
}

const prompts = ['none', 'login', 'consent', 'select_account', 'create']

/** Entra accepts one `prompt` value, not a list (github.com/opencloud-eu/desktop/issues/871). */
function checkPrompt(prompt: string | null): void {
  if (prompt === null || prompts.includes(prompt)) return
  throw new EntraError('invalid_request', 90023, "Unsupported 'prompt' value.")
}

/** Microsoft does not document `max_age`, nor the number of this error. */
function checkMaxAge(maxAge: string | null): void {
  if (maxAge === null || /^\d{0,9}$/.test(maxAge)) return
  throw new EntraError('invalid_request', 90023, "Unsupported 'max_age' value.")
}

/**
 * Refused parameters of OpenID Connect Core (sections 6 and 7.2.1), and the error code for each.
 * Microsoft does not document the AADSTS numbers of these errors.
 */
const unsupported = {
  request: 'request_not_supported',
  request_uri: 'request_uri_not_supported',
  registration: 'registration_not_supported',
}

function refuseUnsupportedParameters(params: URLSearchParams): void {
  for (const [name, error] of Object.entries(unsupported)) {
    if (params.has(name)) {
      throw new EntraError(error, 90023, `The parameter '${name}' is not supported.`)
    }
  }
}
