import { EntraError } from '../errors/entra-error.ts'

/** A code or a refresh token that was never issued, or that another client got. */
export const malformedGrant = () =>
  new EntraError('invalid_grant', 9002313, 'Invalid request. Request is malformed or invalid.')
