import { SessionView } from '@entra-bff/shared'
import type { RouteDoc } from '../../http/route-doc.ts'

const tag = 'Sign-in on another device'

export const startDoc: RouteDoc = {
  summary: 'Begins a sign-in on another device.',
  tag,
  problems: ['identity_provider_unavailable'],
  answers: {
    200: { description: 'The sign-in of this browser that is still open.' },
    201: { description: 'A new sign-in.', headers: ['Location'] },
  },
}

export const stateDoc: RouteDoc = {
  summary: 'Tells what has become of a sign-in on another device.',
  description:
    'Only the browser that began the sign-in can ask, and no sooner than `interval` says.',
  tag,
  problems: ['not_found'],
  answers: { 200: { description: 'The status.' } },
}

export const finishDoc: RouteDoc = {
  summary: 'Begins the session of a sign-in that is ready.',
  tag,
  problems: ['not_found', 'not_ready', 'session_revoked', 'identity_provider_unavailable'],
  answers: { 200: { description: 'The new session.', body: SessionView } },
}

export const cancelDoc: RouteDoc = {
  summary: 'Gives up a sign-in on another device.',
  tag,
  problems: ['not_found'],
  answers: { 204: { description: 'Given up.' } },
}

export const disabledDoc: RouteDoc = {
  summary: 'Sign-in on another device is switched off: DEVICE_LOGIN.',
  tag,
  problems: ['method_disabled'],
  answers: {},
}
