/** The kinds of records in the store. A record's name begins with its kind. */
export const recordKinds = {
  /** A session or its tombstone, sealed: `session/record.ts`. */
  session: 'session',
  /** The tokens of a session, sealed: `tokens/token-records.ts`. */
  tokens: 'tokens',
  /** Who refreshes the tokens of a session, random bytes: `tokens/refresh-leases.ts`. */
  refreshLease: 'refresh-lease',
  /** The sessions of a person: `session/session-index.ts`. */
  userSessions: 'user-sessions',
  /** The sessions of one session at Entra: `session/session-index.ts`. */
  sidSessions: 'sid-sessions',
  /** What the next sign-in must ask Entra for, sealed: `tokens/sign-in-demands.ts`. */
  claims: 'claims',
  /** A `state` whose callback has come, empty: `sign-in/redirect/take-attempt.ts`. */
  usedState: 'used-state',
  /** A sign-in on another device, sealed: `sign-in/device/device-logins.ts`. */
  deviceLogin: 'device-login',
  /** The device logins that are open, one list: `sign-in/device/device-login-quota.ts`. */
  deviceQuota: 'device-quota',
  /** Requests of a network to a route, where several servers count together: `store/shared-count.ts`. */
  requests: 'requests',
  /** The key that names records, one record, sealed: `store/record-names.ts`. */
  namingKey: 'naming-key',
  /** What `/readyz` writes, one record, empty: `store/readiness.ts`. */
  readyz: 'readyz',
} as const
