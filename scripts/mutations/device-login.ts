import type { Mutation } from './mutation.ts'

export const deviceLogin: Mutation[] = [
  {
    rule: 'A6',
    breaks: 'ALLOWED_TENANTS does not count on another device',
    change: {
      'server/src/entra/device-code.ts': {
        "'id_token'), undefined, this.#context)":
          "'id_token'), undefined, { ...this.#context, settings: { ...settings, allowedTenants: [] } })",
      },
    },
  },
  {
    rule: 'A5',
    breaks: 'a device login takes an ID token with any nonce',
    change: {
      'server/src/entra/id-token.ts': {
        "if (claims['nonce'] !== nonce)": "if (nonce !== undefined && claims['nonce'] !== nonce)",
      },
    },
  },
  {
    rule: 'C7',
    breaks: 'the status of a device login has no rate limit',
    change: {
      'server/src/sign-in/device/device-login-routes.ts': {
        'doc: stateDoc, rateLimit: {}': 'doc: stateDoc',
      },
    },
  },
  {
    rule: 'C7',
    breaks: 'finishing a device login has no rate limit',
    change: {
      'server/src/sign-in/device/device-login-routes.ts': {
        'doc: finishDoc, rateLimit: {}': 'doc: finishDoc',
      },
    },
  },
  {
    rule: 'G1',
    breaks: 'slow_down is not heeded',
    change: {
      'server/src/sign-in/device/device-login-poll.ts': {
        'record.interval + slowDownSeconds': 'record.interval + 0 * slowDownSeconds',
      },
    },
  },
  {
    rule: 'G1',
    breaks: 'an Entra that is away is asked at nearly the same pace',
    change: {
      'server/src/sign-in/device/device-login-poll.ts': {
        'record.interval * 2': 'record.interval + slowDownSeconds',
      },
    },
  },
  {
    rule: 'G1',
    breaks: 'Entra is asked by each request while it is slow',
    change: {
      'server/src/sign-in/device/device-logins.ts': {
        'Date.now() + maxPoll': 'Date.now() + 0 * maxPoll',
      },
    },
  },
  {
    rule: 'G1',
    breaks: 'a code is good after its expiry',
    change: {
      'server/src/sign-in/device/device-logins.ts': {
        'Date.now() >= record.expiresAt': 'Date.now() >= 2 * record.expiresAt',
      },
    },
  },
  {
    rule: 'G2',
    breaks: 'a device login is of use to every browser',
    change: {
      'server/src/sign-in/device/device-login-handlers.ts': {
        'if (deviceLoginCookie.read(request)?.id === id)':
          "if (deviceLoginCookie.read(request)?.id !== '')",
      },
    },
  },
  {
    rule: 'G2',
    breaks: 'ids of device logins hold 32 random bits',
    change: {
      'server/src/sign-in/device/device-logins.ts': {
        'const id = randomBytes(32)':
          'const id = Buffer.concat([Buffer.alloc(28), randomBytes(4)])',
      },
    },
  },
  {
    rule: 'G2',
    breaks: 'one address starts any number of device logins',
    change: {
      'server/src/sign-in/device/device-login-routes.ts': {
        'max: options.maxStartsPerMinute': 'max: 1_000 * options.maxStartsPerMinute',
      },
    },
  },
  {
    rule: 'G2',
    breaks: 'any number of device logins are kept',
    change: {
      'server/src/sign-in/device/device-login-quota.ts': {
        'counted.length < maxLogins': 'counted.length < 9 * maxLogins',
      },
    },
  },
  {
    rule: 'G2',
    breaks: 'a device login is finished twice',
    change: {
      'server/src/sign-in/device/device-logins.ts': {
        "{ ...stored.value, outcome: { kind: 'used' } }": 'stored.value',
      },
    },
  },
  {
    rule: 'G2',
    breaks: 'a device login outlives a sign-in of somebody else',
    change: {
      'server/src/sign-in/begin-session.ts': {
        'deviceLoginCookie.clear(reply)': 'void deviceLoginCookie',
      },
    },
  },
  {
    rule: 'G2',
    breaks: 'one network may take every place of a device login',
    change: {
      'server/src/sign-in/device/device-login-quota.ts': {
        'maxLoginsPerNetwork = 50': 'maxLoginsPerNetwork = 5_000',
      },
    },
  },
]
