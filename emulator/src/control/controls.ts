import { randomUUID } from 'node:crypto'
import { approve } from '../device/approval.ts'
import { knownUser } from '../directory/users.ts'
import type { Emulator } from '../emulator.ts'
import type { EntraState } from '../state.ts'
import type { FaultPlan } from './faults.ts'
import type { RequestLog } from './request-log.ts'

type Controls = Omit<
  Emulator,
  'url' | 'tenantId' | 'authority' | 'graphUrl' | 'users' | 'clients' | 'handler' | 'close'
>

/** The methods by which a test steers a running emulator. */
export function controlsOf(state: EntraState, requests: RequestLog, faults: FaultPlan): Controls {
  const pendingCode = (userCode: string) => {
    const code = state.deviceCodes.findPending(userCode)
    if (!code) throw new TypeError(`No device sign-in waits for ${userCode}`)
    return code
  }
  return {
    registerClient: (client) => {
      state.clients.register(client)
    },
    failNext: (endpoint, fault, times = 1) => {
      faults.add(endpoint, fault, times)
    },
    clearFaults: () => {
      faults.clear()
    },
    rotateKeys: () => state.keys.rotate(),
    tamperNextIdToken: (change, options = {}) => {
      state.idTokens.tamperNext({ change, ...options })
    },
    setLifetimes: (lifetimes) => {
      Object.assign(state.lifetimes, lifetimes)
    },
    signInAutomaticallyAs: (username) => {
      state.automaticUser = username === undefined ? undefined : knownUser(username).username
    },
    requests: (endpoint) => requests.of(endpoint),
    clearRequests: () => {
      requests.clear()
    },
    revokeRefreshTokens: (username) => {
      state.refreshTokens.revokeAllOf(knownUser(username).id)
    },
    revokeSessions: (username) => {
      const user = knownUser(username)
      state.refreshTokens.revokeAllOf(user.id)
      state.revocations.revoke(user)
      state.sessions.forget(user.id)
    },
    setPolicies: (policies) => {
      state.policies.set(policies)
    },
    revokeConsents: () => {
      state.consents.clear()
    },
    approveDeviceCode: (userCode, username) => {
      approve(state, pendingCode(userCode), knownUser(username), randomUUID())
    },
    declineDeviceCode: (userCode) => {
      pendingCode(userCode).outcome = { kind: 'declined' }
    },
  }
}
