/** Codes of Node, undici and this server, and names of errors that have no code. */
const byCode: Readonly<Partial<Record<string, string>>> = {
  ENOSPC: 'its disk is full',
  EDQUOT: 'its disk is full',
  EFBIG: 'its disk refuses to write',
  EROFS: 'its disk is read-only',
  EACCES: 'this user may not use its files',
  EPERM: 'this user may not use its files',
  EIO: 'its disk is failing',
  ENOTFOUND: 'its host name does not resolve',
  EAI_AGAIN: 'its host name does not resolve',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it closes connections',
  UND_ERR_SOCKET: 'it closes connections',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'it cannot be reached',
  ETIMEDOUT: 'it gives no answer in time',
  DeadlineError: 'it gives no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it gives no answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it gives no answer in time',
  UND_ERR_BODY_TIMEOUT: 'it gives no answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_MODULE_NOT_FOUND: 'the installation lacks a file',
  EntraFailure: 'its discovery document cannot be used',
  IdentityProviderUnreachable: 'it gives no usable answer',
  config_missing: 'CLIENT_ID, CLIENT_SECRET or AUTHORITY is missing or wrong',
}

/**
 * Why something failed, in words that anyone may read: no path, no address, no text of a library. The
 * innermost cause that is known says it.
 * @param unknown the answer when no cause is known
 */
export function plainReason(error: unknown, unknown = 'the log says why'): string {
  let reason = unknown
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    reason = byCode[codeOf(cause)] ?? reason
  }
  return reason
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
