import { type Static, Type } from 'typebox'

/** A sign-in on another device (RFC 8628), for the browser that started it. The device code stays on the server. */
export const DeviceLogin = Type.Object({
  /** Names the login in the paths below `/api/device-logins`. Other browsers cannot use it. */
  id: Type.String(),
  /** The code to type on the other device (`user_code`). */
  userCode: Type.String(),
  /** The page on which to type the code (`verification_uri`). */
  verificationUri: Type.String(),
  /** Microsoft's own sentence with the code and the page. */
  message: Type.String(),
  /** Seconds to wait before each poll for the status. */
  interval: Type.Integer(),
  /** When the code expires: ISO 8601, UTC. */
  expiresAt: Type.String(),
  /** Seconds until the code expires (RFC 8628, section 3.2), for a client whose clock is wrong. */
  expiresIn: Type.Integer(),
})
export type DeviceLogin = Static<typeof DeviceLogin>

/**
 * The body of `GET /api/device-logins/{id}`. When `status` is `ready`, show `user` and let the person
 * confirm before `POST` turns the login into a session: another person may have typed the code.
 */
export const DeviceLoginState = Type.Object({
  status: Type.Enum(['pending', 'ready', 'declined', 'expired', 'failed'] as const),
  /** With `pending`: seconds to wait before the next poll. The number can grow. */
  interval: Type.Optional(Type.Integer()),
  /** With `ready`: the account that signed in on the other device. */
  user: Type.Optional(Type.Object({ name: Type.String(), username: Type.String() })),
  /** With `declined`, `expired` and `failed`: names the report of `GET /api/errors/{ref}`. */
  errorRef: Type.Optional(Type.String()),
})
export type DeviceLoginState = Static<typeof DeviceLoginState>
