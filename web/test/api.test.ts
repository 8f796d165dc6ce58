import { expect, test } from 'vitest'
import * as api from '../src/api.ts'
import { startFakeServer } from './support/fake-server.ts'

const { signal } = new AbortController()
const calls: Record<keyof typeof api, () => Promise<unknown>> = {
  fetchSession: () => api.fetchSession(),
  extendSession: () => api.extendSession(),
  fetchSetup: () => api.fetchSetup(),
  fetchSignInError: () => api.fetchSignInError('ref'),
  fetchPhoto: () => api.fetchPhoto(),
  callDownstream: () => api.callDownstream('me', ''),
  signOut: () => api.signOut(),
  fetchOwnSessions: () => api.fetchOwnSessions(),
  endOwnSession: () => api.endOwnSession('id'),
  endOtherSessions: () => api.endOtherSessions(),
  startDeviceLogin: () => api.startDeviceLogin(),
  fetchDeviceLogin: () => api.fetchDeviceLogin('id', signal),
  finishDeviceLogin: () => api.finishDeviceLogin('id'),
  cancelDeviceLogin: () => api.cancelDeviceLogin('id'),
}

test('every function of api.ts is checked below', () => {
  expect(Object.keys(calls).sort()).toEqual(Object.keys(api).sort())
})

test.each(Object.entries(calls))(
  'the page sends the header X-CSRF with the value 1, which no other origin can: %s',
  async (_name, call) => {
    const server = startFakeServer({})
    await call().catch(() => undefined)
    expect(server.headers.map((headers) => headers.get('x-csrf'))).toEqual(['1'])
  },
)
