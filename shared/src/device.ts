import { type Static, Type } from 'typebox'

/** A sign-in on another device (RFC 8628), as its starter sees it. The device code is not in it. */
export const DeviceLogin = Type.Object({
  /** Names it in the paths below `/api/device-logins`; of use to the browser that started it only. */
  id: Type.String(),
  /** What to type on the other device. */
  userCode: Type.String(),
  /** Where to type it. */
  verificationUri: Type.String(),
  /** Microsoft's own sentence with both. */
  message: Type.String(),
  /** Seconds to wait before each question for its status. */
  interval: Type.Integer(),
  /** ISO 8601, UTC. */
  expiresAt: Type.String(),
  /** The same in seconds from now, for whose clock is wrong (RFC 8628 section 3.2, `expires_in`). */
  expiresIn: Type.Integer(),
})
export type DeviceLogin = Static<typeof DeviceLogin>

/**
 * The body of `GET /api/device-logins/{id}`. When it is ready, show `user` and let the person confirm
 * before `POST` makes a session of it: somebody else may have typed the code.
 */
export const DeviceLoginState = Type.Object({
  status: Type.Enum(['pending', 'ready', 'declined', 'expired', 'failed'] as const),
  /** Seconds to wait before the next question; it can grow. While pending. */
  interval: Type.Optional(Type.Integer()),
  /** Whose account signed in on the other device; with ready. */
  user: Type.Optional(Type.Object({ name: Type.String(), username: Type.String() })),
  /** What happened, for `GET /api/errors/{ref}`; with declined, expired and failed. */
  errorRef: Type.Optional(Type.String()),
})
export type DeviceLoginState = Static<typeof DeviceLoginState>
