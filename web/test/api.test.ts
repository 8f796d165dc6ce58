import { expect, test } from 'vitest'
import { api } from '../src/api.ts'
import { startFakeServer } from './support/fake-server.ts'

const calls: Record<Exclude<keyof typeof api, 'loginHref'>, () => Promise<unknown>> = {
  session: () => api.session(),
  extendSession: () => api.extendSession(),
  setup: () => api.setup(),
  signInError: () => api.signInError('ref'),
  call: () => api.call('me'),
  signOut: () => api.signOut(),
  ownSessions: () => api.ownSessions(),
  endOwnSession: () => api.endOwnSession('id'),
  endOtherSessions: () => api.endOtherSessions(),
  startDeviceLogin: () => api.startDeviceLogin(),
  pollDeviceLogin: () => api.pollDeviceLogin('id'),
  finishDeviceLogin: () => api.finishDeviceLogin('id'),
  cancelDeviceLogin: () => api.cancelDeviceLogin('id'),
}

test('every function of api.ts is checked below', () => {
  // A link is no request.
  expect(['loginHref', ...Object.keys(calls)].sort()).toEqual(Object.keys(api).sort())
})

test.each(Object.entries(calls))(
  'the page sends the header X-CSRF with the value 1, which no other origin can: %s',
  async (_name, call) => {
    const server = startFakeServer({})
    await call().catch(() => undefined)
    expect(server.headers.map((headers) => headers.get('x-csrf'))).toEqual(['1'])
  },
)
